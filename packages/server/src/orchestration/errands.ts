import { type Activity, type Clock, type Logger, RingbackError } from '../kernel/index.js';

const RETRY_MS = 1_000;
const ATTEMPTS = 30;
/** The leg has ended or was never answered: whoever waits for it hears that by its own event. */
const POINTLESS: ReadonlySet<string> = new Set(['leg-ended', 'leg-not-answered', 'unknown-leg']);

/**
 * What the network has to do after a commit (join, dial, hang up). Every errand is harmless when repeated; one that
 * fails is tried again for a while, and after a crash `CallEvents.recover` derives it from the stored legs.
 */
export class Errands {
  #stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly activity: Activity,
    private readonly log: Logger,
  ) {}

  stop(): void {
    this.#stopped = true;
  }

  run(what: string, work: () => Promise<void>, attempt = 1): void {
    if (this.#stopped) return;
    void this.activity.run(async () => {
      try {
        await work();
      } catch (error) {
        if (error instanceof RingbackError && POINTLESS.has(error.code)) {
          this.log.debug({ reason: error.message }, `${what} has become pointless`);
          return;
        }
        const fields = { err: error, attempt };
        if (attempt === ATTEMPTS) this.log.error(fields, `${what} failed for good`);
        else {
          this.log.warn(fields, `${what} failed; it is tried again in ${RETRY_MS} ms`);
          this.clock.at(this.clock.now() + RETRY_MS, () => this.run(what, work, attempt + 1));
        }
      }
    });
  }
}
