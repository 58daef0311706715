import { learnHandled, learnLeft, type Outlook, PRIOR_RATES, predictWait, type Rates } from './ewt.js';
import type { StoredRequest } from './request-record.js';
import { interval, learnError, PRIOR_SPREAD, type Prediction, type Spread } from './wait-interval.js';

/** What has been learned about each virtual queue. Held in memory only: it is rebuilt from the requests of the past. */
export class Estimates {
  readonly #rates = new Map<string, Rates>();
  readonly #spreads = new Map<string, Spread>();

  /** A call is over, after-call work included. */
  handled(virtualQueue: string, milliseconds: number): void {
    this.#rates.set(virtualQueue, learnHandled(this.rates(virtualQueue), milliseconds));
  }

  /** A request has left the line. @param prediction what it was told; the wait of who gave up is not known */
  left(virtualQueue: string, waitedMs: number, served: boolean, prediction?: Prediction): void {
    this.#rates.set(virtualQueue, learnLeft(this.rates(virtualQueue), Math.max(0, waitedMs), served));
    if (!prediction || !served) return;
    const { seconds, deviation } = prediction;
    const spread = learnError(this.spread(virtualQueue), seconds, deviation, Math.max(0, waitedMs) / 1000);
    this.#spreads.set(virtualQueue, spread);
  }

  /** The expected wait with its interval; both bounds are the unknown wait where nobody could serve. */
  predict(virtualQueue: string, outlook: Outlook): Prediction {
    const { seconds, deviation } = predictWait(outlook, this.rates(virtualQueue));
    return { ...interval(seconds, deviation, this.spread(virtualQueue)), deviation };
  }

  /** Learns everything anew from the requests that left last, oldest first. */
  relearn(history: readonly StoredRequest[]): void {
    this.#rates.clear();
    this.#spreads.clear();
    for (const { state, request, endedAt, handledMs } of history) {
      if (endedAt === undefined) continue;
      this.left(request.virtualQueue, endedAt - request.submittedAt, isServed(state), request.prediction);
      if (handledMs !== undefined) this.handled(request.virtualQueue, handledMs);
    }
  }

  /** What is believed of a virtual queue. */
  rates(virtualQueue: string): Rates {
    return this.#rates.get(virtualQueue) ?? PRIOR_RATES;
  }

  /** What is believed of the errors of its estimates. */
  spread(virtualQueue: string): Spread {
    return this.#spreads.get(virtualQueue) ?? PRIOR_SPREAD;
  }
}

/** Whether a request that left the line had got an agent. */
export function isServed(state: StoredRequest['state']): boolean {
  return state === 'selected' || state === 'released' || state === 'expired';
}
