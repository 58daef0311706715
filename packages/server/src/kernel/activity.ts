/**
 * Counts the work that is under way. Whatever runs in the background (a macrostep, an effect, a routing decision, a
 * call event being stored) runs inside `run`, so that a moved clock, a test or a shutdown can wait until everything
 * that it caused has settled.
 */
export class Activity {
  #underWay = 0;
  #waiting: (() => void)[] = [];

  /** Runs `work` and counts it until its promise settles. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#release();
    }
  }

  /** Resolves when nothing is under way and nothing has started in the turns that follow. */
  async idle(): Promise<void> {
    for (let quietTurns = 0; quietTurns < 3; ) {
      if (this.#underWay > 0) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        quietTurns = 0;
      } else {
        await new Promise<void>((resolve) => setImmediate(resolve));
        quietTurns += 1;
      }
    }
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
