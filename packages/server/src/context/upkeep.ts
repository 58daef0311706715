import { type Activity, type Clock, instant, type Logger, type Timer } from '../kernel/index.js';
import { type Database, statement } from '../store/index.js';
import type { ContextConfiguration } from './configuration.js';
import { nextDue, parseCron } from './cron.js';
import {
  eraseDroppedExtensions,
  type PurgeOperation,
  parsePurgeOperation,
  purgeServices,
  removeExpired,
} from './purge.js';
import { allTenants } from './tenants.js';

export interface UpkeepOptions {
  database: Database;
  clock: Clock;
  activity: Activity;
  log: Logger;
  configuration: ContextConfiguration;
}

/** A purge that the configuration asks for at certain times. */
interface ScheduledPurge {
  name: string;
  operation: PurgeOperation;
  /** When it is due next, in milliseconds since 1970. */
  due: number;
  /** Services that were started longer ago than this are purged. */
  periodMs: number;
}

const SWEEP_INTERVAL_MS = 3_600_000;
/** Sections `scheduled-job-01` to `scheduled-job-20` are read. */
const MOST_JOBS = 20;
const PERIOD_UNIT_MS: Readonly<Record<string, number>> = {
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 7 * 86_400_000,
  months: 30 * 86_400_000,
  years: 365 * 86_400_000,
};

/** Takes the run of a job at a time for this node; no row when another node has taken it. */
const takeRun = statement(
  'cs-take-scheduled-run',
  `insert into cs_scheduled_job (name, last_run) values ($1, $2)
   on conflict (name) do update set last_run = excluded.last_run
     where cs_scheduled_job.last_run < excluded.last_run
   returning name`,
);

/**
 * What happens by itself: each hour expired services and the records of dropped extensions are removed, and the purges
 * of the sections `scheduled-job-NN` (`action`, `cron-expression` in UTC, `enabled`, `period`, `period-type`) run when
 * they are due. Stopped, or started and waiting on one timer for the earliest of these; a change of the configuration
 * sets the timer anew. Every node does it: a sweep leaves rows alone that another node has locked, and of the nodes one
 * takes each scheduled purge.
 */
export class Upkeep {
  readonly #options: UpkeepOptions;
  #timer: Timer | undefined;
  #unsubscribe: (() => void) | undefined;
  #nextSweep = 0;
  #purges: ScheduledPurge[] = [];

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, configuration } = this.#options;
    this.#nextSweep = clock.now() + SWEEP_INTERVAL_MS;
    this.#unsubscribe = configuration.onChange((change) => {
      if (change.kind === 'options') this.#arm();
    });
    this.#arm();
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Removes what has expired, now. */
  async sweep(): Promise<void> {
    const { database, clock, log } = this.#options;
    const removed = await removeExpired(database, clock.now());
    if (removed > 0) log.info({ removed }, 'Expired services were removed');
    await eraseDroppedExtensions(database);
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#purges = readScheduledPurges(this.#options);
    const due = Math.min(this.#nextSweep, ...this.#purges.map((purge) => purge.due));
    this.#timer = this.#options.clock.at(due, () => this.#run(due));
  }

  #run(due: number): void {
    const { activity, log } = this.#options;
    const purges = this.#purges.filter((purge) => purge.due <= due);
    const sweep = this.#nextSweep <= due;
    if (sweep) this.#nextSweep = due + SWEEP_INTERVAL_MS;
    this.#arm();
    activity
      .run(async () => {
        if (sweep) await this.sweep();
        for (const purge of purges) await this.#purge(purge);
      })
      .catch((error: unknown) => log.error({ err: error }, 'The upkeep of Context Services failed; it is tried again'));
  }

  async #purge({ name, operation, due, periodMs }: ScheduledPurge): Promise<void> {
    const { database, configuration, log } = this.#options;
    const taken = await database.query(takeRun, [name, instant(due)]);
    if (taken.length === 0) return;
    for (const tenant of allTenants(configuration)) {
      const removed = await purgeServices(database, tenant, { operation, limit: due - periodMs });
      log.info({ job: name, operation, tenant, removed }, 'A scheduled purge has run');
    }
  }
}

function readScheduledPurges({ configuration, clock, log }: UpkeepOptions): ScheduledPurge[] {
  const purges: ScheduledPurge[] = [];
  for (let number = 1; number <= MOST_JOBS; number += 1) {
    const name = `scheduled-job-${String(number).padStart(2, '0')}`;
    const section = configuration.section(name);
    if (section.enabled !== 'true') continue;
    const operation = parsePurgeOperation(section.action);
    const cron = parseCron(section['cron-expression'] ?? '');
    const periodMs = Number(section.period ?? '1') * (PERIOD_UNIT_MS[section['period-type'] ?? 'hours'] ?? Number.NaN);
    const due = cron && nextDue(cron, clock.now());
    if (operation && due !== undefined && periodMs >= 0) purges.push({ name, operation, due, periodMs });
    else log.warn({ section: name }, 'A scheduled job is not understood and does not run');
  }
  return purges;
}
