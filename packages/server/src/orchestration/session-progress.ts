import type { Clock } from '../kernel/index.js';

interface Waiting {
  /** Id of a message; 0 for the start of the session. */
  readonly message: number;
  readonly done: () => void;
}

/**
 * Clients that wait until a session has consumed what they sent. Only in memory: what they sent is stored, so that a
 * wait that is given up or forgotten loses nothing.
 */
export class SessionProgress {
  readonly #waiting = new Map<string, Set<Waiting>>();

  constructor(private readonly clock: Clock) {}

  /** Resolves when the session has consumed the message (0: has started), has nothing more to do, or time is up. */
  wait(session: string, message: number, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting: Waiting = {
        message,
        done: () => {
          timer.cancel();
          all.delete(waiting);
          if (all.size === 0) this.#waiting.delete(session);
          resolve();
        },
      };
      const timer = this.clock.at(this.clock.now() + timeoutMs, waiting.done);
      const all = this.#waiting.get(session) ?? new Set<Waiting>();
      this.#waiting.set(session, all.add(waiting));
    });
  }

  /** The macrostep that consumed the message (0: the first one) is stored; messages are consumed in ascending order. */
  consumed(session: string, message: number): void {
    const all = this.#waiting.get(session);
    if (all === undefined) return;
    for (const waiting of [...all]) if (waiting.message <= message) waiting.done();
  }

  /** The mailbox is empty, or the session has ended. */
  resting(session: string): void {
    this.consumed(session, Number.POSITIVE_INFINITY);
  }
}
