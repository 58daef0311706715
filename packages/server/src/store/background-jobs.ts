import { type LogFunctionFactory, parseCronItems, type Runner, run, Logger as WorkerLogger } from 'graphile-worker';
import { type Activity, type Logger, RingbackError, Sequence, SystemClock, type Timer } from '../kernel/index.js';
import type { Database } from './database.js';

/** Jobs that run at the same time on this node. */
const CONCURRENCY = 2;
/** One connection hears of new jobs, the others run them. */
const MAX_CONNECTIONS = 4;
/** New jobs announce themselves; this finds those that are to be tried again, or came while nobody could listen. */
const POLL_MS = 5000;
const MAX_ATTEMPTS = 8;
/** What fell due within this time while no node was running is made up for, once. */
const MADE_UP_MS = 86_400_000;
const RENEWAL_MS = 2000;
const NAME = /^[a-z][a-z0-9-]*$/;

export interface BackgroundJobsOptions {
  database: Database;
  activity: Activity;
  log: Logger;
}

interface RecurringJob {
  cron: string;
  run: () => Promise<void>;
}

/**
 * Recurring jobs (upkeep, purges), each run by one node of the cluster at a time, on graphile-worker. They run on the
 * real calendar, in UTC.
 *
 * States: collecting (`add`) -> running (`start`) -> stopped (`stop`). A job that throws is tried again with growing
 * pauses, up to 8 times. When the database was away the worker is started anew: it may have taken that for final.
 */
export class BackgroundJobs {
  readonly #options: BackgroundJobsOptions;
  readonly #jobs = new Map<string, RecurringJob>();
  readonly #clock = new SystemClock();
  /** Starts and stops of the worker, one at a time. */
  readonly #changes = new Sequence();
  #runner: Runner | undefined;
  #renewal: Timer | undefined;
  #running = false;
  #stopListening: (() => void) | undefined;

  constructor(options: BackgroundJobsOptions) {
    this.#options = options;
  }

  /**
   * Adds a job; before `start`.
   * @param name lower-case words with hyphens, unique
   * @param cron when, in UTC: minute, hour, day of month, month, day of week, e.g. `17 3 * * *`
   * @throws RingbackError `invalid-job` for a bad name or time
   */
  add(name: string, cron: string, run: () => Promise<void>): this {
    if (!NAME.test(name) || this.#jobs.has(name)) {
      throw new RingbackError('invalid-job', `"${name}" is no name for a background job, or is taken.`);
    }
    try {
      parseCronItems([{ task: name, match: cron }]);
    } catch (error) {
      throw new RingbackError('invalid-job', `Background job ${name}: "${cron}" is no cron time.`, [], {
        cause: error,
      });
    }
    this.#jobs.set(name, { cron, run });
    return this;
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#stopListening = this.#options.database.onAvailability((available) => {
      if (available) this.#renew();
    });
    await this.#changes.run(() => this.#startRunner());
  }

  /** Runs a job soon, besides its times, on any node. */
  async trigger(name: string): Promise<void> {
    if (!this.#jobs.has(name) || !this.#runner) {
      throw new RingbackError('unknown-job', `There is no running background job "${name}".`);
    }
    await this.#runner.addJob(name, {}, { jobKey: name, maxAttempts: MAX_ATTEMPTS });
  }

  /** Waits for the jobs under way. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#stopListening?.();
    this.#renewal?.cancel();
    await this.#changes.run(() => this.#stopRunner());
  }

  async #startRunner(): Promise<void> {
    const { database, activity } = this.#options;
    const jobs = [...this.#jobs];
    const runner = await run({
      connectionString: database.connectionString,
      maxPoolSize: MAX_CONNECTIONS,
      concurrency: CONCURRENCY,
      pollInterval: POLL_MS,
      // Signals are the composition root's concern.
      noHandleSignals: true,
      logger: new WorkerLogger(this.#logFactory),
      taskList: Object.fromEntries(jobs.map(([name, job]) => [name, () => activity.run(job.run)])),
      parsedCronItems: parseCronItems(
        jobs.map(([name, { cron }]) => ({
          task: name,
          match: cron,
          identifier: name,
          options: { jobKey: name, maxAttempts: MAX_ATTEMPTS, backfillPeriod: MADE_UP_MS },
        })),
      ),
    });
    this.#runner = runner;
    const ended = (error?: unknown) => {
      if (this.#runner !== runner) return;
      this.#options.log.warn({ err: error }, 'The background jobs have ended and are started again');
      this.#renewLater();
    };
    runner.promise.then(() => ended(), ended);
  }

  async #stopRunner(): Promise<void> {
    const runner = this.#runner;
    this.#runner = undefined;
    try {
      await runner?.stop();
    } catch (error) {
      this.#options.log.debug({ err: error }, 'The background jobs had ended already');
    }
  }

  #renew(): void {
    const renewed = this.#changes.run(async () => {
      await this.#stopRunner();
      if (this.#running) await this.#startRunner();
    });
    renewed.catch((error: unknown) => {
      if (this.#options.database.available) {
        this.#options.log.error({ err: error }, 'The background jobs could not be started');
      }
      this.#renewLater();
    });
  }

  #renewLater(): void {
    if (!this.#running) return;
    this.#renewal?.cancel();
    this.#renewal = this.#clock.at(this.#clock.now() + RENEWAL_MS, () => this.#renew());
  }

  /** The worker's own lines: while the database is away they repeat what is known. */
  readonly #logFactory: LogFunctionFactory = () => (level, message, meta) => {
    const { database, log } = this.#options;
    const fields = meta?.error instanceof Error ? { err: meta.error } : {};
    if (!database.available || level === 'info' || level === 'debug') log.debug(fields, message);
    else if (level === 'warning') log.warn(fields, message);
    else log.error(fields, message);
  };
}
