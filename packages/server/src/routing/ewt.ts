/**
 * The expected waiting time, predicted by QLm-learned (spec pacing-and-waiting B 5.1): whoever waits behind `ahead`
 * others is served after as many departures, each of which comes at the rate at which the agents finish calls plus
 * the rate at which those still ahead give up. Both rates are learned from what has happened.
 *
 * It is the wait of somebody who stays until an agent comes: of the waits that are possible, the long ones are those
 * which fewer people sit out. With exponential patience that is exactly as if he, too, could hasten each departure:
 * E[W exp(-tW)] / E[exp(-tW)] of a sum of exponential times adds t, the rate of giving up, to the rate of each.
 */
export interface Rates {
  /** Forgetting mean of the handle time, from the reservation to the end of the after-call work, milliseconds. */
  readonly handleMs: number;
  /** How many calls' worth of experience the mean carries. */
  readonly handled: number;
  /** Requests that left without being served, and the time that all who left had waited; both fade alike. */
  readonly abandoned: number;
  readonly waitedMs: number;
}

/** Reported when nobody is logged in who could serve, seconds (gms-observed 2.7: not below 10000). */
export const UNKNOWN_EWT_SECONDS = 10_000;

const PRIOR_HANDLE_MS = 240_000;
const PRIOR_CALLS = 20;
/**
 * What is a thousand calls old weighs about a third (1/e) of what is new. Chosen among 50, 100, 300 and 1000 in a
 * simulation after the specification's day wave (one run each): RMSE of 0.39, 0.20 and 0.11 of the mean wait for 10, 50
 * and 200 agents; a memory of a hundred calls gave 0.40, 0.21 and 0.13. It adapts slowly in a small centre.
 */
const FADING = 1 - 1 / 1000;

/** What is believed before anything has been seen: 240 s per call, nobody gives up, with the weight of 20 calls. */
export const PRIOR_RATES: Rates = {
  handleMs: PRIOR_HANDLE_MS,
  handled: PRIOR_CALLS,
  abandoned: 0,
  waitedMs: PRIOR_CALLS * PRIOR_HANDLE_MS,
};

/** Learns from a call whose agent is free again. */
export function learnHandled(rates: Rates, handleMs: number): Rates {
  const handled = rates.handled * FADING + 1;
  return { ...rates, handled, handleMs: rates.handleMs + (handleMs - rates.handleMs) / handled };
}

/** Learns from a request that left the line after `waitedMs`, served or not. */
export function learnLeft(rates: Rates, waitedMs: number, served: boolean): Rates {
  return {
    ...rates,
    abandoned: rates.abandoned * FADING + (served ? 0 : 1),
    waitedMs: rates.waitedMs * FADING + waitedMs,
  };
}

export interface Outlook {
  /** Requests that will be served before. */
  ahead: number;
  /** Of the agents who can serve: those who are logged in; of them those at work (ready or occupied); those ready now. */
  loggedIn: number;
  working: number;
  ready: number;
}

/** The outlook of a request in the line. */
export interface PlaceOutlook extends Outlook {
  /** Of those ahead: who could be served now, and does not only keep the place. */
  servableAhead: number;
}

/**
 * Seconds until a request is expected to be served: 0 if an agent is ready for it, `UNKNOWN_EWT_SECONDS` when nobody
 * is logged in who could serve it. Agents who are not ready count only when there are no others.
 */
export function expectedWaitSeconds(outlook: Outlook, rates: Rates): number {
  return predictWait(outlook, rates).seconds;
}

/**
 * The expected wait with its deviation as the model sees it, both in seconds: departures come one after the other, each
 * after an exponential time. The deviation of an unknown wait is 0.
 */
export function predictWait(
  { ahead, loggedIn, working, ready }: Outlook,
  rates: Rates,
): { seconds: number; deviation: number } {
  if (loggedIn === 0) return { seconds: UNKNOWN_EWT_SECONDS, deviation: 0 };
  const departures = ahead + 1 - ready;
  const { servedPerMs, givenUpPerMs } = departureRates(working || loggedIn, rates);
  let milliseconds = 0;
  let variance = 0;
  for (let others = 0; others < departures; others += 1) {
    const gap = 1 / (servedPerMs + (others + 1) * givenUpPerMs);
    milliseconds += gap;
    variance += gap * gap;
  }
  return { seconds: milliseconds / 1000, deviation: Math.sqrt(variance) / 1000 };
}

/** How often per millisecond so many agents at work finish a call, and how often one who waits gives up. */
export function departureRates(agents: number, rates: Rates): { servedPerMs: number; givenUpPerMs: number } {
  return {
    servedPerMs: agents / Math.max(1, rates.handleMs),
    givenUpPerMs: rates.waitedMs > 0 ? rates.abandoned / rates.waitedMs : 0,
  };
}
