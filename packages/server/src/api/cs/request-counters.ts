import { type Clock, instant, type JsonObject } from '../../kernel/index.js';

const DAY_MS = 86_400_000;

/** Counts the requests of the present day (UTC) for the server's status; begins anew with the server. */
export class RequestCounters {
  readonly #clock: Clock;
  readonly #started: number;
  #day = 0;
  #last: number | undefined;
  #requests = 0;
  #clientErrors = 0;
  #serverErrors = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#started = clock.now();
  }

  count(status: number): void {
    const now = this.#clock.now();
    this.#turnDay(now);
    this.#last = now;
    this.#requests += 1;
    if (status >= 500) this.#serverErrors += 1;
    else if (status >= 400) this.#clientErrors += 1;
  }

  view(): JsonObject {
    this.#turnDay(this.#clock.now());
    return {
      started: instant(this.#started),
      last_request: this.#last === undefined ? null : instant(this.#last),
      request_today: this.#requests,
      client_errors_today: this.#clientErrors,
      server_errors_today: this.#serverErrors,
    };
  }

  #turnDay(now: number): void {
    const day = Math.floor(now / DAY_MS);
    if (day === this.#day) return;
    this.#day = day;
    this.#requests = 0;
    this.#clientErrors = 0;
    this.#serverErrors = 0;
  }
}
