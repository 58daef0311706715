import type { Cause } from '../switch.js';

/** Why a leg that was not answered ended, by the Q.850 cause that Asterisk gives (telephony.md E). */
const BY_Q850: ReadonlyMap<number, Cause> = new Map([
  [1, 'invalid-number'],
  [17, 'busy'],
  [18, 'no-answer'],
  [19, 'no-answer'],
  [20, 'device-offline'],
  [21, 'rejected'],
  [22, 'invalid-number'],
  [28, 'invalid-number'],
  [34, 'congestion'],
  [38, 'congestion'],
  [41, 'congestion'],
  [42, 'congestion'],
  [44, 'congestion'],
]);

/** What is known of a leg when its channel is gone. */
export interface EndedChannel {
  direction: 'outbound' | 'inbound';
  answered: boolean;
  /** What we asked for, if we hung it up. */
  wanted: Cause | undefined;
  /** Whether the time that it may ring has passed. */
  timedOut: boolean;
  /** Q.850; 0: Asterisk does not say. */
  q850: number;
}

/** Why a leg ended, the same for every network. */
export function causeOf({ direction, answered, wanted, timedOut, q850 }: EndedChannel): Cause {
  if (answered) return 'normal';
  if (wanted !== undefined) return wanted;
  if (direction === 'inbound') return 'normal';
  // 16: cleared normally; 0: Asterisk 16 when nobody answered in time.
  return BY_Q850.get(q850) ?? (timedOut || q850 === 16 || q850 === 0 ? 'no-answer' : 'congestion');
}

/** How an inbound call is refused: the `reason` of ARI for each cause. */
export const REASONS: Readonly<Record<Cause, string>> = {
  normal: 'normal',
  busy: 'busy',
  'no-answer': 'no_answer',
  rejected: 'rejected',
  'invalid-number': 'unallocated',
  congestion: 'congestion',
  'device-offline': 'failure',
  cancelled: 'normal',
  lost: 'failure',
};
