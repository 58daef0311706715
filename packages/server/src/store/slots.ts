interface Waiting {
  admit: () => void;
  refuse: (error: Error) => void;
}

/**
 * Admits a number of holders at a time, the others in the order in which they came. Those who wait can be refused all
 * at once, which the pool's own queue cannot do.
 */
export class Slots {
  readonly #count: number;
  #free: number;
  #onAllFree: (() => void)[] = [];
  #waiting: Waiting[] = [];

  constructor(count: number) {
    this.#count = count;
    this.#free = count;
  }

  /** Resolves when a slot is taken; rejects when the waiting are refused. */
  take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((admit, refuse) => this.#waiting.push({ admit, refuse }));
  }

  /** Gives a slot back. */
  give(): void {
    const next = this.#waiting.shift();
    if (next) next.admit();
    else this.#free += 1;
    if (this.#free === this.#count) for (const resolve of this.#onAllFree.splice(0)) resolve();
  }

  /** Resolves when nobody holds a slot. */
  allFree(): Promise<void> {
    if (this.#free === this.#count) return Promise.resolve();
    return new Promise((resolve) => this.#onAllFree.push(resolve));
  }

  /** Refuses all who wait; those who hold a slot keep it. */
  refuseWaiting(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { refuse } of waiting) refuse(error);
  }
}
