import type { CallbackRow } from './callback-record.js';
import type { CallbackInput } from './life-cycle.js';

/** What happens to callbacks, for those who count: told after the commit, on the node where it happened. */
export type CallbackHappening =
  | { type: 'accepted'; service: string; immediate: boolean }
  | { type: 'rejected'; service: string; error: string }
  /** `lateMs`: after the time at which it was due. */
  | { type: 'submitted'; service: string; lateMs: number }
  | { type: 'attempted'; service: string; result: string }
  | { type: 'completed'; service: string; reason: string };

export type CallbackObserver = (happening: CallbackHappening) => void;

/** What a step of the life cycle is to those who count. */
export function happeningsOf(
  before: CallbackRow,
  after: CallbackRow,
  input: CallbackInput,
  now: number,
): CallbackHappening[] {
  const { service } = before;
  const found: CallbackHappening[] = [];
  if (input.type === 'submit') {
    found.push({ type: 'submitted', service, lateMs: Math.max(0, now - (before.submit_at ?? now)) });
  }
  if (input.type === 'dial-result') found.push({ type: 'attempted', service, result: input.result });
  if (after.state === 'COMPLETED') found.push({ type: 'completed', service, reason: after.reason ?? '' });
  return found;
}
