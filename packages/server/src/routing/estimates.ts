import { expectedWaitSeconds, learnHandled, learnLeft, type Outlook, PRIOR_RATES, type Rates } from './ewt.js';
import type { StoredRequest } from './request-record.js';

/** What has been learned about each virtual queue. Held in memory only: it is rebuilt from the requests of the past. */
export class Estimates {
  readonly #rates = new Map<string, Rates>();

  /** A call is over, after-call work included. */
  handled(virtualQueue: string, milliseconds: number): void {
    this.#rates.set(virtualQueue, learnHandled(this.rates(virtualQueue), milliseconds));
  }

  /** A request has left the line. */
  left(virtualQueue: string, waitedMs: number, served: boolean): void {
    this.#rates.set(virtualQueue, learnLeft(this.rates(virtualQueue), Math.max(0, waitedMs), served));
  }

  expectedWaitSeconds(virtualQueue: string, outlook: Outlook): number {
    return expectedWaitSeconds(outlook, this.rates(virtualQueue));
  }

  /** Learns everything anew from the requests that left last, oldest first. */
  relearn(history: readonly StoredRequest[]): void {
    this.#rates.clear();
    for (const { state, request, endedAt, handledMs } of history) {
      if (endedAt === undefined) continue;
      this.left(request.virtualQueue, endedAt - request.submittedAt, isServed(state));
      if (handledMs !== undefined) this.handled(request.virtualQueue, handledMs);
    }
  }

  /** What is believed of a virtual queue. */
  rates(virtualQueue: string): Rates {
    return this.#rates.get(virtualQueue) ?? PRIOR_RATES;
  }
}

/** Whether a request that left the line had got an agent. */
export function isServed(state: StoredRequest['state']): boolean {
  return state === 'selected' || state === 'released' || state === 'expired';
}
