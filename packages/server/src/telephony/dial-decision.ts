import type { JsonObject } from '../kernel/index.js';
import type { Cause, DialRoute } from './switch.js';

/** What became of a leg that was to be dialed; stored with it, so that it is decided once. JSON. */
export interface DialDecision {
  /** As the first way wants them. */
  to: string;
  from: string;
  callerName?: string;
  route?: DialRoute;
  /** Nothing is dialed. */
  refused?: { cause: Cause; reason: string };
  /** `{looked, outcome}` each, in the order in which it was looked at. */
  steps: { looked: string; outcome: string }[];
  rule?: string;
  /** The number shown, where a pool chose it. */
  callerId?: { number: string; pool: string; why: string; attestation?: 'A' | 'B' | 'C' };
}

/** What is told of a decision in the journal: `{to, trunk?, rule?, callerId?, pool?, attestation?, refused?}`. */
export function decisionFacts({ to, route, rule, callerId, refused }: DialDecision): JsonObject {
  return {
    to,
    ...(route?.kind === 'trunk' && { trunks: route.hops.map(({ trunk }) => trunk) }),
    ...(rule !== undefined && { rule }),
    ...(callerId && { callerId: callerId.number, pool: callerId.pool }),
    ...(callerId?.attestation !== undefined && { attestation: callerId.attestation }),
    ...(refused && { refused: refused.reason }),
  };
}
