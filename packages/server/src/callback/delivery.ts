import type { JsonObject } from '../kernel/index.js';
import type { Standing } from '../routing/index.js';
import { DELIVERY_ORDERS, type DeliveryPolicy, deliveryStep } from './delivery-policy.js';
import type { CallbackModule, ReportOutcome } from './module.js';

/** Customers answer after 15 s on average; who has not after 22 s hardly ever does. */
const USUAL_RING_S = 15;
const HOLD_UNTIL = 22 / 15;
const USUAL_HOLD_S = 20;
/** Dialed ahead of the turn when it comes before the answer with this probability. */
const DIAL_AT = 0.7;

/**
 * The module `delivery`: `<delivery:turn requestid="_data.submit" order="'hybrid'" hold="20" ring="15"/>` asks what to do
 * about a callback that waits for its turn. `delivery.turn.done` has `step` (`dial`, `wait`, `reserve`), with `wait` the
 * seconds after which to ask again in `askagain`, with `dial` in `hold` how many seconds a freed agent may be held while
 * the phone rings (0: none), and in `holduntil` after how much ringing none is held any more.
 *
 * @param standingOf where a waiting request stands in the line
 */
export function deliveryModule(standingOf: (request: string) => Promise<Standing | undefined>): CallbackModule {
  const VALUE = { kind: 'value' } as const;
  return {
    namespaces: ['www.ringback.org/modules/delivery'],
    prefix: 'delivery',
    actions: {
      turn: {
        attributes: {
          requestid: { kind: 'value', required: true },
          order: { kind: 'value', required: true },
          hold: VALUE,
          ring: VALUE,
        },
        perform: async (_tx, { attributes }): Promise<ReportOutcome> => {
          const { requestid } = attributes;
          const policy = policyOf(attributes);
          if (typeof policy === 'string') return { error: 'invalid-attribute', description: policy };
          const standing = typeof requestid === 'string' ? await standingOf(requestid) : undefined;
          if (!standing) {
            return { error: 'not-waiting', description: `The request ${String(requestid)} does not wait in line.` };
          }
          return { done: answer(policy, standing) };
        },
      },
    },
  };
}

function answer(policy: DeliveryPolicy, { outlook, rates }: Standing): JsonObject {
  const decision = deliveryStep(policy, outlook, rates);
  if (decision.step === 'wait') return { step: 'wait', askagain: decision.askAgainMs / 1000 };
  if (decision.step === 'reserve') return { step: 'reserve' };
  return { step: 'dial', hold: decision.holdMs / 1000, holduntil: policy.holdUntilMs / 1000 };
}

/** @returns what is wrong with the attributes */
function policyOf({ order, hold, ring }: JsonObject): DeliveryPolicy | string {
  const known = DELIVERY_ORDERS.find((one) => one === order);
  if (!known) return `order is ${JSON.stringify(order)}; right is one of ${DELIVERY_ORDERS.join(', ')}.`;
  const ringMs = 1000 * secondsOr(ring, USUAL_RING_S);
  return {
    order: known,
    dialAt: DIAL_AT,
    ringMs,
    toleranceMs: 0,
    holdMs: 1000 * secondsOr(hold, USUAL_HOLD_S),
    holdUntilMs: HOLD_UNTIL * ringMs,
  };
}

function secondsOr(value: unknown, otherwise: number): number {
  const seconds = value === undefined || value === null || value === '' ? Number.NaN : Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : otherwise;
}
