import { type Activity, type Clock, DatabaseUnavailable, type Logger, type Timer } from '../kernel/index.js';

const DEFAULT_BATCH = 50;
const DEFAULT_RECHECK_MS = 60_000;
/** When rows are due but none can be claimed, because another node is claiming them right now. */
const HELD_ELSEWHERE_MS = 100;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 30_000;

export interface DueWorkOptions<Row> {
  clock: Clock;
  activity: Activity;
  log: Logger;
  /** For log lines: the plural of what is due, e.g. `session timers`. */
  name: string;
  /**
   * When the next row is due, in milliseconds since 1970; undefined when nothing waits. A row that another node has
   * claimed is due again when its lease ends.
   */
  nextDue: () => Promise<number | undefined>;
  /**
   * Claims up to `limit` rows that are due at `now`: a statement over a partial index on the due time with
   * `for update skip locked`, which takes the rows out of the line, by a lease or for good.
   */
  claim: (now: number, limit: number) => Promise<Row[]>;
  /**
   * Does the work of one batch. When it throws, claiming pauses for the back-off, and the rows come again when the lease
   * that `claim` gave them ends; the failure of a single row is therefore best handled inside.
   */
  run: (rows: Row[]) => Promise<void>;
  /** Rows per batch; default 50. */
  batch?: number;
  /** Batches under way at the same time; default 1. */
  concurrency?: number;
  /**
   * The next row is looked up at least this often (milliseconds of the clock, default one minute): this finds the work
   * of a node that died before it could announce it.
   */
  recheckMs?: number;
  /** Anything that tells when the database is back: work is then looked for at once. */
  database?: { onAvailability(handler: (available: boolean) => void): () => void };
}

/**
 * Does what is due, when it is due: claims rows from their own table in batches until none is due, then sleeps until
 * the earliest due time.
 *
 * States: stopped -> working (claims and runs batches) -> asleep (a timer at the next due time) -> working ...; after an
 * error asleep for a back-off of 250 ms doubling to 30 s. `wake` ends the sleep; while working it makes sure that it
 * looks again. Every state but asleep counts as activity.
 */
export class DueWork<Row> {
  readonly #options: DueWorkOptions<Row>;
  readonly #batch: number;
  readonly #concurrency: number;
  readonly #recheckMs: number;
  #started = false;
  #working: Promise<void> | undefined;
  /** While working: the earliest time that it was woken for. */
  #wokenFor = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined;
  #armedFor = Number.POSITIVE_INFINITY;
  #retryMs = FIRST_RETRY_MS;
  #stopListening: (() => void) | undefined;

  constructor(options: DueWorkOptions<Row>) {
    this.#options = options;
    this.#batch = options.batch ?? DEFAULT_BATCH;
    this.#concurrency = options.concurrency ?? 1;
    this.#recheckMs = options.recheckMs ?? DEFAULT_RECHECK_MS;
  }

  /** Resolves when all that was due at the start is done (or has failed and waits for its next attempt). */
  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    this.#stopListening = this.#options.database?.onAvailability((available) => {
      if (available) this.wake();
    });
    this.wake();
    await this.#working;
  }

  /**
   * Says that there may be work.
   * @param due when, in milliseconds since 1970; absent: now. Costs nothing when an earlier time is already waited for.
   */
  wake(due: number = Number.NEGATIVE_INFINITY): void {
    if (!this.#started) return;
    if (this.#working) {
      // Whether the work under way sees that row depends on when it was committed, so the time is kept in any case.
      this.#wokenFor = Math.min(this.#wokenFor, due);
      return;
    }
    if (due >= this.#armedFor) return;
    if (due > this.#options.clock.now()) this.#arm(due);
    else this.#work();
  }

  /** Waits for the batches under way; then nothing is claimed any more. */
  async stop(): Promise<void> {
    this.#started = false;
    this.#stopListening?.();
    this.#disarm();
    await this.#working;
  }

  #work(): void {
    this.#disarm();
    this.#working = this.#options.activity.run(() => this.#workUntilNoneIsDue());
  }

  /** Settles the state it leaves behind before its promise does, and never rejects. */
  async #workUntilNoneIsDue(): Promise<void> {
    const { clock, nextDue } = this.#options;
    let next = Number.POSITIVE_INFINITY;
    try {
      do {
        this.#wokenFor = Number.POSITIVE_INFINITY;
        const looked = clock.now();
        const claimed = await this.#runBatches();
        if (!this.#started) break;
        next = (await nextDue()) ?? Number.POSITIVE_INFINITY;
        // What has become due since is not held by anybody.
        if (next <= looked && claimed === 0) next = clock.now() + HELD_ELSEWHERE_MS;
        next = Math.min(next, this.#wokenFor);
      } while (this.#started && next <= clock.now());
      this.#retryMs = FIRST_RETRY_MS;
      next = Math.min(next, clock.now() + this.#recheckMs);
    } catch (error) {
      this.#report(error);
      next = clock.now() + this.#retryMs;
      this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
    }
    this.#working = undefined;
    if (this.#started) this.#arm(next);
  }

  /**
   * Claims and runs batches, `concurrency` of them at a time, until one comes back short.
   * @returns how many rows there were
   */
  async #runBatches(): Promise<number> {
    let claimed = 0;
    const lane = async () => {
      while (this.#started) {
        const rows = await this.#options.claim(this.#options.clock.now(), this.#batch);
        claimed += rows.length;
        if (rows.length > 0) await this.#options.run(rows);
        if (rows.length < this.#batch) return;
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: this.#concurrency }, lane));
    for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
    return claimed;
  }

  #report(error: unknown): void {
    const { log, name } = this.#options;
    // The Database itself says that it is away, once; every loop saying it again would bury the line.
    if (error instanceof DatabaseUnavailable) log.debug({ err: error }, `The ${name} wait for the database`);
    else log.error({ err: error }, `The ${name} that are due could not be done; trying again in ${this.#retryMs} ms`);
  }

  #arm(due: number): void {
    this.#timer?.cancel();
    this.#armedFor = due;
    this.#timer = this.#options.clock.at(due, () => this.#work());
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }
}
