import type { Activity } from './activity.js';
import type { Clock, Timer } from './clock.js';

interface Entry {
  due: number;
  order: number;
  run: () => void;
}

/**
 * A clock that stands still until it is moved. Timers fire in order of their due time, then of their creation, and
 * between two instants it waits until all work that the earlier one caused has settled.
 */
export class ManualClock implements Clock {
  #now: number;
  #order = 0;
  #entries = new Set<Entry>();
  #moving: Promise<void> = Promise.resolve();

  constructor(
    start: number,
    private readonly activity: Activity,
  ) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  at(due: number, run: () => void): Timer {
    const entry: Entry = { due, order: this.#order++, run };
    if (due <= this.#now) {
      let cancelled = false;
      void this.activity.run(async () => {
        await Promise.resolve();
        if (!cancelled) run();
      });
      return {
        cancel: () => {
          cancelled = true;
        },
      };
    }
    this.#entries.add(entry);
    return { cancel: () => this.#entries.delete(entry) };
  }

  /** Moves the clock forward by `milliseconds`, everything due in between happening in order. Moves queue up. */
  advance(milliseconds: number): Promise<void> {
    const move = this.#moving.then(() => this.#moveTo(this.#now + milliseconds));
    this.#moving = move;
    return move;
  }

  async #moveTo(target: number): Promise<void> {
    await this.activity.idle();
    for (let next = this.#next(target); next; next = this.#next(target)) {
      this.#entries.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.run();
      await this.activity.idle();
    }
    this.#now = target;
    await this.activity.idle();
  }

  #next(target: number): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.due > target) continue;
      if (!first || entry.due < first.due || (entry.due === first.due && entry.order < first.order)) first = entry;
    }
    return first;
  }
}
