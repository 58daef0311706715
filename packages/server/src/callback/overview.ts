import { bucketAt, Calendar } from '../calendar/index.js';
import { instant } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { statement } from '../store/sql.js';
import { openSlots, zoneOf } from './availability.js';
import { CallbackError } from './callback-error.js';
import { CallbackServices } from './callback-service.js';
import type { CallbackConfiguration } from './configuration.js';
import { gridOf } from './desired-time.js';
import type { CallbackState } from './life-cycle.js';

const DAY_MS = 86_400_000;
/** The longest range that is looked at at once. */
const MOST_DAYS = 62;
/** The most steps that a day may be cut into. */
const MOST_STEPS = 2000;

const IN_BUCKETS = statement(
  'callback-load',
  `select coalesce(c.bucket, date_bin(make_interval(mins => $4), c.desired_at, 'epoch')) as at, c.state,
     count(*)::integer as count
     from callback c
    where c.service = $1 and c.desired_at >= $2 and c.desired_at < $3
      and not (c.state = 'COMPLETED' and c.reason like 'CANCELLED%')
    group by 1, 2 order by 1, 2`,
);

/** The services that have callbacks, one step in the index for each. */
export const SERVICES_WITH_CALLBACKS = `with recursive known as (
    (select service from callback order by service limit 1)
    union all
    select (select service from callback where service > known.service order by service limit 1)
      from known where known.service is not null
  )`;

/**
 * A customer waits from the time that was promised (of an immediate callback: from the request) until an agent is on
 * the line. Only the range's own rows of the index of each service are read.
 */
const BY_STEP = statement(
  'callback-day',
  `${SERVICES_WITH_CALLBACKS}
   select $1::timestamptz + floor(extract(epoch from c.desired_at - $1::timestamptz) / $3) * make_interval(secs => $3) as at,
     count(*)::integer as due,
     count(*) filter (where c.immediate)::integer as immediate,
     count(*) filter (where c.reason = 'AGENT_CONNECTED' and c.state = 'COMPLETED')::integer as connected,
     count(*) filter (where c.state = 'COMPLETED' and c.reason like 'CANCELLED%')::integer as cancelled,
     count(*) filter (where c.state = 'COMPLETED' and c.reason <> 'AGENT_CONNECTED' and c.reason not like 'CANCELLED%')::integer as failed,
     count(*) filter (where c.state <> 'COMPLETED')::integer as open,
     count(w.seconds)::integer as waited,
     percentile_cont(array[0.1, 0.5, 0.9]) within group (order by w.seconds) as waits
   from known
   join callback c on c.service = known.service
   left join lateral (
     select greatest(0, (c.progress ->> 'connectedAt')::float8 / 1000 - extract(epoch from c.desired_at)::float8) as seconds
      where c.progress ? 'connectedAt'
   ) w on true
   where c.desired_at >= $1 and c.desired_at < $2 and ($4::text is null or c.service = $4)
   group by 1 order by 1`,
);

const OUTCOMES = statement(
  'callback-outcomes',
  `${SERVICES_WITH_CALLBACKS}
   select c.reason, count(*)::integer as count
     from known join callback c on c.service = known.service
    where c.desired_at >= $1 and c.desired_at < $2 and ($3::text is null or c.service = $3) and c.state = 'COMPLETED'
    group by 1 order by 2 desc, 1`,
);

/** How much a time bucket holds. */
export interface BucketLoad {
  at: string;
  /** Places; 0 outside of the opening hours. */
  capacity: number;
  /** Callbacks whose time lies in it, by state; those that were cancelled hold no place. */
  states: Partial<Record<CallbackState, number>>;
}

export interface ServiceLoad {
  /** Length of a bucket. */
  minutes: number;
  /** The zone of the service's office hours. */
  zone: string;
  buckets: BucketLoad[];
}

/** The callbacks of one step of a day, by what became of them, and how long customers waited (seconds). */
export interface DayStep {
  at: string;
  due: number;
  immediate: number;
  connected: number;
  cancelled: number;
  failed: number;
  open: number;
  /** Absent when nobody has been connected. Four of five customers waited between `low` and `high`. */
  waiting?: { low: number; median: number; high: number; count: number };
}

export interface Day {
  steps: DayStep[];
  /** Completed callbacks by reason, the most frequent first. */
  outcomes: { reason: string; count: number }[];
}

/** A range of desired times, milliseconds since 1970, `to` not included. */
export interface Range {
  from: number;
  to: number;
}

/** Callbacks by the bucket and by the hour, for people who would rather look than read. */
export class CallbackOverview {
  readonly #services: CallbackServices;
  readonly #calendar: Calendar;

  constructor(
    private readonly database: Database,
    configuration: CallbackConfiguration,
  ) {
    this.#services = new CallbackServices(configuration);
    this.#calendar = new Calendar((name) => configuration.service(name));
  }

  /**
   * Load of each bucket of a service against its capacity; open buckets without callbacks included.
   * @throws CallbackError `unknown-service`, `invalid-range`, `misconfigured`
   */
  async load(serviceName: string, range: Range): Promise<ServiceLoad> {
    requireRange(range);
    const service = this.#services.get(serviceName);
    const grid = gridOf(this.#calendar, service);
    const buckets = new Map<number, BucketLoad>();
    for (const slot of openSlots(grid, range.from, range.to)) {
      buckets.set(slot.start, { at: instant(slot.start), capacity: slot.total, states: {} });
    }
    const rows = await this.database.query<{ at: number; state: CallbackState; count: number }>(IN_BUCKETS, [
      service.name,
      instant(range.from),
      instant(range.to),
      grid.minutes,
    ]);
    for (const { at, state, count } of rows) {
      const { start } = bucketAt(at, grid.minutes, zoneOf(grid));
      const bucket = buckets.get(start) ?? { at: instant(start), capacity: 0, states: {} };
      bucket.states[state] = (bucket.states[state] ?? 0) + count;
      buckets.set(start, bucket);
    }
    return {
      minutes: grid.minutes,
      zone: zoneOf(grid).name,
      buckets: [...buckets.values()].sort((left, right) => (left.at < right.at ? -1 : 1)),
    };
  }

  /**
   * A range in steps of so many minutes; steps in which nothing was due are left out.
   * @throws CallbackError `invalid-range`
   */
  async day(range: Range, stepMinutes: number, service?: string): Promise<Day> {
    requireRange(range);
    if (!(stepMinutes >= 1) || (range.to - range.from) / (stepMinutes * 60_000) > MOST_STEPS) {
      throw new CallbackError('invalid-range', { problem: `the range has more than ${MOST_STEPS} steps` });
    }
    const [from, to, of] = [instant(range.from), instant(range.to), service ?? null];
    const [steps, outcomes] = await Promise.all([
      this.database.query<StepRow>(BY_STEP, [from, to, stepMinutes * 60, of]),
      this.database.query<{ reason: string | null; count: number }>(OUTCOMES, [from, to, of]),
    ]);
    return {
      steps: steps.map(stepOf),
      outcomes: outcomes.map(({ reason, count }) => ({ reason: reason ?? 'NOT_AVAILABLE', count })),
    };
  }
}

type StepRow = Omit<DayStep, 'at' | 'waiting'> & { at: number; waited: number; waits: number[] | null };

function stepOf({ at, waited, waits, ...counts }: StepRow): DayStep {
  const [low, median, high] = waits ?? [];
  const step: DayStep = { at: instant(at), ...counts };
  if (low === undefined || median === undefined || high === undefined || waited === 0) return step;
  return { ...step, waiting: { low, median, high, count: waited } };
}

/** @throws CallbackError `invalid-range` */
function requireRange({ from, to }: Range): void {
  if (!(to > from)) throw new CallbackError('invalid-range', { problem: 'the end is not after the start' });
  if (to - from > MOST_DAYS * DAY_MS) {
    throw new CallbackError('invalid-range', { problem: `the range is longer than ${MOST_DAYS} days` });
  }
}
