const WINDOW_S = 60;

/** Counts per second over the last minute. */
export class Rate {
  readonly #counts = new Array<number>(WINDOW_S).fill(0);
  /** The second (since 1970) that was counted last. */
  #last = 0;

  /** @param now milliseconds since 1970 */
  add(now: number, count: number): void {
    const place = this.#moveTo(now);
    this.#counts[place] = (this.#counts[place] ?? 0) + count;
  }

  perSecond(now: number): number {
    this.#moveTo(now);
    return this.#counts.reduce((sum, count) => sum + count, 0) / WINDOW_S;
  }

  /** Forgets what is older than the window. */
  #moveTo(now: number): number {
    const second = Math.floor(now / 1000);
    const passed = Math.min(WINDOW_S, Math.max(0, second - this.#last));
    for (let ago = 0; ago < passed; ago += 1) this.#counts[(second - ago) % WINDOW_S] = 0;
    this.#last = Math.max(this.#last, second);
    return this.#last % WINDOW_S;
  }
}
