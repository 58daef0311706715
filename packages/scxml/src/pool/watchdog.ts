import type { WorkerThread } from './worker-thread.js';

const intervalMs = 50;
/** One look counts for at most this much, so that a stalled main thread does not make every worker look stuck. */
const maxLookMs = 75;

/** Looks at busy threads every 50 ms and terminates those whose evaluation lasts too long. Rests while none is busy. */
export class Watchdog {
  #timer: NodeJS.Timeout | undefined;
  #last = 0;

  constructor(
    private readonly limitMs: number,
    private readonly busy: () => WorkerThread[],
  ) {}

  start(): void {
    if (this.#timer !== undefined || this.limitMs <= 0) return;
    this.#last = performance.now();
    this.#timer = setInterval(() => this.#look(), intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const now = performance.now();
    const elapsed = Math.min(maxLookMs, now - this.#last);
    this.#last = now;
    const threads = this.busy();
    if (threads.length === 0) {
      this.stop();
      return;
    }
    for (const thread of threads) if (thread.isStuck(elapsed, this.limitMs)) void thread.terminate();
  }
}
