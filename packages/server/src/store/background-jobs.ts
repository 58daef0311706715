import { type LogFunctionFactory, parseCronItems, type Runner, run, Logger as WorkerLogger } from 'graphile-worker';
import { type Activity, type Logger, RingbackError, SystemClock, type Timer } from '../kernel/index.js';
import type { Database } from './database.js';

/** Jobs that run at the same time on this node. */
const CONCURRENCY = 2;
/** One connection hears of new jobs, the others run them. */
const MAX_CONNECTIONS = 4;
/** New jobs announce themselves; this only finds those that failed and are to be tried again. */
const POLL_MS = 30_000;
const MAX_ATTEMPTS = 8;
/** What fell due within this time while no node was running is made up for, once. */
const MADE_UP_MS = 86_400_000;
const RESTART_MS = 2000;
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
 * pauses, up to 8 times. When the database goes away the worker waits or, if it gives up, is started again.
 */
export class BackgroundJobs {
  readonly #options: BackgroundJobsOptions;
  readonly #jobs = new Map<string, RecurringJob>();
  readonly #clock = new SystemClock();
  #runner: Runner | undefined;
  #restart: Timer | undefined;
  #starting: Promise<void> | undefined;
  #running = false;

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
    await this.#startRunner();
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
    this.#restart?.cancel();
    await this.#starting;
    const runner = this.#runner;
    this.#runner = undefined;
    await runner?.stop();
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
      this.#runner = undefined;
      this.#options.log.warn({ err: error }, 'The background jobs have ended and are started again');
      this.#scheduleRestart();
    };
    runner.promise.then(() => ended(), ended);
  }

  #scheduleRestart(): void {
    this.#restart = this.#clock.at(this.#clock.now() + RESTART_MS, () => {
      this.#starting = this.#startRunner().catch((error: unknown) => {
        if (this.#options.database.available) {
          this.#options.log.error({ err: error }, 'The background jobs could not be started');
        }
        if (this.#running) this.#scheduleRestart();
      });
    });
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
