import type { CallProgress, Cause, LegState } from '../switch.js';
import type { Link } from './link.js';

/** Where a leg is dialed: what Asterisk's `Dial` takes, and the caller's number shown there. */
export interface Hop {
  endpoint: string;
  from: string;
}

/** What the driver knows of a leg that its servers carry or carried. Times: milliseconds since 1970, by our clock. */
export interface CarriedLeg {
  id: string;
  link: Link;
  /** The channel that stands for it now; another one after it was sent to its next trunk. */
  channel: string;
  direction: 'outbound' | 'inbound';
  state: LegState;
  callId?: string;
  /** Where it is dialed when the present trunk does not take it. */
  nextHops: readonly Hop[];
  hop: number;
  /** Dials the next hop. */
  redial?: (leg: CarriedLeg, hop: Hop) => void;
  dialedAt?: number;
  ringingAt?: number;
  answeredAt?: number;
  endedAt?: number;
  cause?: Cause;
  /** When the time that it may ring is over. */
  ringsUntil?: number;
  progress?: CallProgress;
  bridgeId?: string;
  joinedAt?: number;
  /** The cause with which we hung it up. */
  wanted?: Cause;
  /** Its party or the network is hanging it up. */
  ending?: boolean;
  /** Whether our application has it, so that it can be told what to do. */
  inStasis: boolean;
  /** That it is being found out who answered. */
  detection?: 'running';
  /** Woken when the application has it again, or it has ended. */
  waiting: (() => void)[];
  /** Whether it was there before we connected: what was asked of it then is not remembered. */
  adopted: boolean;
  /** Digits that nobody has collected. */
  typedAhead: string;
}

/** What `AMD()` found (`AMDSTATUS`); undefined when the call ended before it knew. */
export function progressOf(status: string | undefined): CallProgress | undefined {
  switch (status) {
    case 'HUMAN':
      return 'person';
    case 'MACHINE':
      return 'answering-machine';
    case 'HANGUP':
      return undefined;
    default:
      return 'unknown';
  }
}
