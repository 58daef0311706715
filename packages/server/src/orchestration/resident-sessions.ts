import type { Clock, Timer } from '../kernel/index.js';
import type { SessionHead } from './turns.js';

/** Sessions that are kept at most, and characters of their snapshots; beyond, the one that has rested longest leaves. */
const MOST = 2_000;
const HEAVIEST = 64 * 1024 * 1024;
/** A session that has had nothing to do for so long leaves memory. */
const REST_MS = 10_000;

/**
 * The sessions that were active a moment ago, as they were stored: they need not be read again for their next event. A
 * session that rests leaves memory altogether; the next event reads it from its row.
 */
export class ResidentSessions {
  readonly #heads = new Map<string, { head: SessionHead; usedAt: number }>();
  #weight = 0;
  #timer: Timer | undefined;

  /** @param forget drops what the engine holds of a session */
  constructor(
    private readonly clock: Clock,
    private readonly forget: (session: string) => void,
  ) {}

  get(id: string): SessionHead | undefined {
    return this.#heads.get(id)?.head;
  }

  /** The session as it stands after a macrostep that has been committed. */
  keep(head: SessionHead): void {
    this.#take(head.id);
    this.#heads.set(head.id, { head, usedAt: this.clock.now() });
    this.#weight += head.snapshot.length;
    while (this.#heads.size > MOST || (this.#weight > HEAVIEST && this.#heads.size > 1)) {
      const [oldest = ''] = this.#heads.keys();
      this.drop(oldest);
    }
    this.#timer ??= this.clock.at(this.clock.now() + REST_MS, () => this.#sweep());
  }

  /** What is known of the session may be wrong, or is of no use any more. */
  drop(id: string): void {
    this.#take(id);
    this.forget(id);
  }

  #take(id: string): void {
    this.#weight -= this.#heads.get(id)?.head.snapshot.length ?? 0;
    this.#heads.delete(id);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Those that rest come first. */
  #sweep(): void {
    const since = this.clock.now() - REST_MS;
    this.#timer = undefined;
    for (const [id, { usedAt }] of this.#heads) {
      if (usedAt > since) {
        this.#timer = this.clock.at(usedAt + REST_MS, () => this.#sweep());
        return;
      }
      this.drop(id);
    }
  }
}
