import { type Activity, type Clock, type Logger, RingbackError } from '../../kernel/index.js';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;
/** The leg has ended or was never answered: what follows from that comes as an event. */
const POINTLESS: ReadonlySet<string> = new Set(['leg-ended', 'leg-not-answered', 'unknown-leg']);

/**
 * What is to be done after a commit and is harmless when repeated: dialing, joining, hanging up, asking other servers. An
 * errand that fails is tried again until it succeeds or has become pointless; what the death of the process interrupts
 * is derived again from the stored attempts (`GroupDialer`).
 */
export class Errands {
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #log: Logger;
  #stopped = false;

  constructor(parts: { clock: Clock; activity: Activity; log: Logger }) {
    this.#clock = parts.clock;
    this.#activity = parts.activity;
    this.#log = parts.log;
  }

  stop(): void {
    this.#stopped = true;
  }

  run(what: string, work: () => Promise<void>, delayMs = FIRST_RETRY_MS): void {
    if (this.#stopped) return;
    void this.#activity.run(async () => {
      try {
        await work();
      } catch (error) {
        if (this.#stopped) return;
        if (error instanceof RingbackError && POINTLESS.has(error.code)) {
          this.#log.debug({ reason: error.message }, `${what} has become pointless`);
          return;
        }
        this.#log.warn({ err: error }, `${what} failed; it is tried again in ${delayMs} ms`);
        const longer = Math.min(LONGEST_RETRY_MS, delayMs * 2);
        this.#clock.at(this.#clock.now() + delayMs, () => this.run(what, work, longer));
      }
    });
  }
}
