import { departureRates, type PlaceOutlook, type Rates } from '../routing/index.js';

/**
 * When to dial the customer of a user-terminated callback, and how long a freed agent may be held while the phone
 * rings: pure (spec pacing-and-waiting B 5.2; docs/waiting.md, "Delivery").
 *
 * - `agent-first`: an agent is reserved when the callback's turn comes; only then is the customer dialed.
 * - `customer-first`: the customer is dialed when the turn will probably have come by the time of the answer; whoever
 *   has answered waits for the next agent.
 * - `hybrid`: as customer-first, but while the phone rings the callback takes its turn: a freed agent is held for it,
 *   once, for at most so many seconds. An agent who is held serves whoever answers first (delivery.ts).
 *
 * In all three a callback has the place of its arrival in the one line: it never gets an agent whom an older live caller
 * could have had, and nobody younger gets one whom it could have had.
 */
export const DELIVERY_ORDERS = ['agent-first', 'customer-first', 'hybrid'] as const;
export type DeliveryOrder = (typeof DELIVERY_ORDERS)[number];

export interface DeliveryPolicy {
  order: DeliveryOrder;
  /** Dial when the turn comes before the answer with at least this probability, 0 to 1. */
  dialAt: number;
  /** How long customers take to answer, milliseconds. */
  ringMs: number;
  /** What an answered customer may wait at most to count as not having waited, milliseconds. */
  toleranceMs: number;
  /** The longest that a freed agent is held for a ringing phone, milliseconds. */
  holdMs: number;
  /** After how much ringing no agent is held any more: whoever has not answered by then hardly ever does, milliseconds. */
  holdUntilMs: number;
}

/** What to do about a callback that waits for its turn. */
export type DeliveryStep =
  | { step: 'wait'; askAgainMs: number }
  /** With `holdMs` the callback takes its turn while it rings, for so long; without when the customer has answered. */
  | { step: 'dial'; holdMs: number }
  /** Takes its turn as it stands; the customer is dialed when an agent is reserved. */
  | { step: 'reserve' };

/** Of the time between two agents who get free. */
const MOST_INTERVALS_HELD = 1.3;
const NOTICEABLE_MS = 6000;

const SOONEST_MS = 1000;
const LATEST_MS = 30_000;
/** Ask again when about this share of the expected time to the moment of dialing has passed. */
const ASK_AGAIN_AT = 0.3;

/** @param outlook of the callback's place in the line; @param rates learned of its virtual queue */
export function deliveryStep(policy: DeliveryPolicy, outlook: PlaceOutlook, rates: Rates): DeliveryStep {
  if (policy.order === 'agent-first') return { step: 'reserve' };
  const within = policy.ringMs + policy.toleranceMs;
  // Whoever comes next is dialed however unlikely an agent is: nobody would ever be dialed otherwise.
  const isNext = outlook.servableAhead === 0 && outlook.loggedIn > 0;
  if (isNext || turnProbability(outlook, rates, within) >= policy.dialAt) {
    return { step: 'dial', holdMs: policy.order === 'hybrid' ? longestHold(policy, outlook, rates) : 0 };
  }
  return { step: 'wait', askAgainMs: askAgain(outlook, rates, within) };
}

/** The probability that an agent is free for the place within `withinMs`: departures are a Poisson process. */
export function turnProbability(outlook: PlaceOutlook, rates: Rates, withinMs: number): number {
  const needed = outlook.servableAhead + 1 - outlook.ready;
  if (needed <= 0) return 1;
  const agents = outlook.working || outlook.loggedIn;
  if (agents === 0) return 0;
  const expected = withinMs * departuresPerMs(needed, agents, rates);
  // 1 - P(fewer than needed departures)
  let term = Math.exp(-expected);
  let fewer = term;
  for (let count = 1; count < needed; count += 1) {
    term *= expected / count;
    fewer += term;
  }
  return Math.max(0, 1 - fewer);
}

/**
 * None is held for much longer than the next one usually takes; and where the next one takes only a few seconds, a wait
 * that customers hardly notice, for a shorter share of that.
 */
function longestHold(policy: DeliveryPolicy, { working, loggedIn }: PlaceOutlook, rates: Rates): number {
  const nextMs = 1 / departureRates(working || loggedIn, rates).servedPerMs;
  return Math.min(policy.holdMs, Math.round(nextMs * Math.min(MOST_INTERVALS_HELD, nextMs / NOTICEABLE_MS)));
}

/** Those ahead who give up count on average half as many as there are at first. */
function departuresPerMs(needed: number, agents: number, rates: Rates): number {
  const { servedPerMs, givenUpPerMs } = departureRates(agents, rates);
  return servedPerMs + ((needed - 1) / 2) * givenUpPerMs;
}

function askAgain(outlook: PlaceOutlook, rates: Rates, within: number): number {
  const agents = outlook.working || outlook.loggedIn;
  if (agents === 0) return LATEST_MS;
  const needed = Math.max(1, outlook.servableAhead + 1 - outlook.ready);
  const turnInMs = needed / departuresPerMs(needed, agents, rates);
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, (turnInMs - within) * ASK_AGAIN_AT));
}
