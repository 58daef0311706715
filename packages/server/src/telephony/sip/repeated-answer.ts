import type { Clock, Timer } from '../../kernel/index.js';
import type { TransactionTimes } from './transaction.js';

/**
 * Sends something again and again until it is stopped: the 2xx to an INVITE until its ACK (RFC 3261 13.3.1.4), a reliable
 * provisional response until its PRACK (RFC 3262 3). Gives up after 64 T1.
 */
export class RepeatedAnswer {
  #timer: Timer | undefined;
  #over = false;

  /** Sends at once. `capped`: whether the interval stays at T2, as that of a 2xx does. */
  constructor(
    private readonly parts: {
      clock: Clock;
      times: TransactionTimes;
      capped: boolean;
      send: () => void;
      givenUp: () => void;
    },
  ) {
    const { clock, times } = parts;
    this.#again(times.t1, clock.now() + 64 * times.t1);
    parts.send();
  }

  /** Whether it is still being sent. */
  get underWay(): boolean {
    return !this.#over;
  }

  stop(): void {
    this.#over = true;
    this.#timer?.cancel();
  }

  #again(interval: number, end: number): void {
    const { clock, times, capped, send, givenUp } = this.parts;
    const due = Math.min(clock.now() + interval, end);
    this.#timer = clock.at(due, () => {
      if (clock.now() >= end) {
        this.#over = true;
        return givenUp();
      }
      this.#again(capped ? Math.min(interval * 2, times.t2) : interval * 2, end);
      send();
    });
  }
}
