import { instant } from '../../kernel/index.js';
import type { CarriedCall, EndedCall } from './carried-call.js';
import type { Network } from './network.js';
import type { Outcome } from './settings.js';

/** A call as `GET /api/v1/simulator/calls` shows it; times ISO 8601, absent when it has not happened. */
export interface ListedCall {
  id: string;
  /** The party's number as dialed; of an inbound call, the caller's. */
  number: string;
  at: string;
  /** What becomes of it: known from the beginning, `no-answer` if it ended before it showed. */
  outcome: Outcome;
  answeredAt?: string;
  endedAt?: string;
}

/**
 * Every call that the network has carried and remembers, in the order in which they were placed.
 * @param number restricts it to those of a number, in this notation or the same E.164 form
 */
export function listCalls(
  network: Network,
  number: string | undefined,
  normalise: (number: string) => string | undefined,
): ListedCall[] {
  const e164 = number === undefined ? undefined : normalise(number);
  const found: (CarriedCall | EndedCall)[] = [];
  for (const calls of [network.callsEnded(), network.callsUp()]) {
    for (const call of calls) {
      const meant =
        number === undefined || call.number === number || (e164 !== undefined && (call.e164 ?? call.number) === e164);
      if (meant) found.push(call);
    }
  }
  return found.sort((one, other) => one.serial - other.serial).map(listed);
}

function listed(call: CarriedCall | EndedCall): ListedCall {
  return {
    id: call.id,
    number: call.number,
    at: instant(call.at),
    outcome: 'endedAt' in call ? call.outcome : call.script.outcome,
    ...(call.answeredAt !== undefined && { answeredAt: instant(call.answeredAt) }),
    ...('endedAt' in call && { endedAt: instant(call.endedAt) }),
  };
}
