import type { JsonObject } from '../kernel/index.js';
import type { CallbackRequest, Standing } from '../routing/index.js';
import { statement, type Transaction } from '../store/sql.js';
import { DELIVERY_ORDERS, type DeliveryPolicy, deliveryStep } from './delivery-policy.js';
import type { CallbackModule, ReportOutcome } from './module.js';

/** Customers answer after 15 s on average; who has not after 25 s hardly ever does. */
const USUAL_RING_S = 15;
const HOLD_UNTIL = 25 / 15;
const USUAL_HOLD_S = 20;
/** Dialed ahead of the turn when it comes before the answer with this probability. */
const DIAL_AT = 0.7;

/** Nobody else is just changing it: whoever is may be about to use the agent. */
const IN_STATE = statement(
  'callback-in-state',
  'select 1 as found from callback where id = $1 and state = $2 for share skip locked',
);

/** What the delivery of callbacks needs of the router and the sessions. */
export interface DeliveryParts {
  /** Where a waiting request stands in the line. */
  standingOf(request: string): Promise<Standing | undefined>;
  /** See `Router.yieldingTo`. */
  yieldingTo(tx: Transaction, request: string): Promise<CallbackRequest[]>;
  /** See `Router.nextForHeld`. */
  nextForHeld(tx: Transaction, request: string): Promise<CallbackRequest | undefined>;
  /** Gives the agent back who is held for a request. @returns false if none is (any more) */
  release(tx: Transaction, request: string): Promise<boolean>;
  /** Tells a session. */
  post(tx: Transaction, session: string, event: { name: string; data: JsonObject }): Promise<unknown>;
}

/**
 * The module `delivery`: `<delivery:turn requestid="_data.submit" order="'hybrid'" hold="20" ring="15"/>` asks what to do
 * about a callback that waits for its turn. `delivery.turn.done` has `step` (`dial`, `wait`, `reserve`), with `wait` the
 * seconds after which to ask again in `askagain`, with `dial` in `hold` how many seconds a freed agent may be held while
 * the phone rings (0: none), and in `holduntil` after how much ringing none is held any more.
 *
 * An agent is held for whichever phone is answered first. `<delivery:take requestid="_data.submit"/>`, said by the session
 * whose customer has answered, has an agent given back who is held for a phone that still rings, if the line's next agent
 * is this customer's; `<delivery:cede requestid="_data.submit"/>`, said by the session for which an agent has just been
 * held, gives the agent back if the next in line is a customer who has answered. Whose agent was given back hears
 * `delivery.yielded` with the `requestid`; the line gives the agent to whoever is first in its order.
 */
export function deliveryModule(parts: DeliveryParts): CallbackModule {
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
          const standing = typeof requestid === 'string' ? await parts.standingOf(requestid) : undefined;
          if (!standing) {
            return { error: 'not-waiting', description: `The request ${String(requestid)} does not wait in line.` };
          }
          return { done: answer(policy, standing) };
        },
      },
      take: {
        attributes: { requestid: { kind: 'value', required: true } },
        perform: async (tx, { attributes, session }) => {
          const held = await parts.yieldingTo(tx, String(attributes.requestid));
          for (const other of held) {
            if (other.session !== session.id && (await isIn(tx, other, 'QUEUED')) && (await giveUp(tx, other))) break;
          }
          return 'silent';
        },
      },
      cede: {
        attributes: { requestid: { kind: 'value', required: true } },
        perform: async (tx, { attributes, session }) => {
          const id = String(attributes.requestid);
          const next = await parts.nextForHeld(tx, id);
          if (next && (await isIn(tx, next, 'ROUTING'))) await giveUp(tx, { id, session: session.id });
          return 'silent';
        },
      },
    },
  };

  async function giveUp(tx: Transaction, { id, session }: Pick<CallbackRequest, 'id' | 'session'>): Promise<boolean> {
    const isGivenBack = await parts.release(tx, id);
    if (isGivenBack) await parts.post(tx, session, { name: 'delivery.yielded', data: { requestid: id } });
    return isGivenBack;
  }
}

async function isIn(tx: Transaction, { callback }: CallbackRequest, state: 'QUEUED' | 'ROUTING'): Promise<boolean> {
  return (await tx.query(IN_STATE, [callback, state])).length > 0;
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
