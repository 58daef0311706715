import { type Clock, instant, RingbackError } from '../kernel/index.js';
import { type Sql, statement } from '../store/index.js';
import type { CountingDay } from './counting-day.js';
import type { LineMirror } from './line-mirror.js';
import type { Staff } from './staff.js';
import { statisticNamed } from './statistic.js';
import { parseTarget, type Target } from './target.js';

/** The statistics of the requests of a virtual queue, or of all, since the counting day began (ors-core-queue 4.2). */
export const REQUEST_STATISTICS = [
  'CallsEntered',
  'CallsDistributed',
  'CallsAnswered',
  'DistributedPercentage',
  'DistributedWaitingTime',
  'NotDistributedPercentage',
  'NotDistributedWaitingTime',
] as const;
export type RequestStatistic = (typeof REQUEST_STATISTICS)[number];

/** How requests of the day fared. `Lost` are those that left without an agent; times are sums, in seconds. */
export interface RequestCounts {
  entered: number;
  distributed: number;
  answered: number;
  lost: number;
  distributedSeconds: number;
  lostSeconds: number;
}

const COUNTS = `select count(*)::int as entered,
          count(*) filter (where state in ('selected', 'released', 'expired'))::int as distributed,
          count(answered_at)::int as answered,
          count(*) filter (where state in ('timed-out', 'cancelled'))::int as lost,
          coalesce(extract(epoch from sum(ended_at - submitted_at)
            filter (where state in ('selected', 'released', 'expired'))), 0)::float8 as "distributedSeconds",
          coalesce(extract(epoch from sum(ended_at - submitted_at)
            filter (where state in ('timed-out', 'cancelled'))), 0)::float8 as "lostSeconds"
     from route_request where submitted_at >= $1`;
const COUNT_ALL = statement('route-count-all', COUNTS);
const COUNT_QUEUE = statement('route-count-queue', `${COUNTS} and virtual_queue = $2`);

/** How long counted requests are used again: reading a day of a busy queue takes milliseconds. */
const FRESH_MS = 500;
const MOST_KEPT = 1000;

interface StatisticsOptions {
  database: Sql;
  mirror: LineMirror;
  staff: Staff;
  day: CountingDay;
  clock: Clock;
}

/**
 * Values of statistics for whoever asks: of agents, groups, skill expressions and queues as the line knows them, and of
 * the requests of virtual queues as they are stored. On a node that does not own the router they are up to 1.5 s old.
 */
export class Statistics {
  readonly #options: StatisticsOptions;
  readonly #counts = new Map<string, { at: number; counts: Promise<RequestCounts> }>();

  constructor(options: StatisticsOptions) {
    this.#options = options;
  }

  /**
   * The value of a statistic now.
   * @param object a target (`Support@.GA`), the name of a virtual queue, or `R` for everything that was routed
   * @returns undefined if there is no such statistic of such an object
   */
  async value(object: string, statistic: string): Promise<number | undefined> {
    const requestStatistic = requestStatisticNamed(statistic);
    if (requestStatistic) {
      const queue = this.#queueNamed(object);
      return queue === undefined ? undefined : requestFigure(requestStatistic, await this.#counted(queue));
    }
    const known = statisticNamed(statistic);
    const target = known && this.target(object);
    if (!known || !target) return undefined;
    const { mirror, clock } = this.#options;
    return mirror.line.statistic(target, known, clock.now());
  }

  /** Whether there is such a statistic of such an object. */
  knows(object: string, statistic: string): boolean {
    if (requestStatisticNamed(statistic)) return this.#queueNamed(object) !== undefined;
    return statisticNamed(statistic) !== undefined && this.target(object) !== undefined;
  }

  /**
   * The target that an application's object names, if the configuration knows it. A bare name is a virtual queue, which
   * need not be configured where there has been a request in it.
   */
  target(object: string): Target | undefined {
    const { staff } = this.#options;
    const name = object.trim();
    if (staff.hasQueue(name) || this.#options.mirror.line.knowsQueue(name)) return parseTarget(`${name}@.Q`);
    try {
      const target = parseTarget(object);
      const isKnown = target.kind === 'queue' && this.#options.mirror.line.knowsQueue(target.name);
      return isKnown || staff.knows(target) ? target : undefined;
    } catch (error) {
      if (error instanceof RingbackError) return undefined;
      throw error;
    }
  }

  /** @returns null for all requests, undefined if the object has no requests of its own */
  #queueNamed(object: string): string | null | undefined {
    if (object === 'R') return null;
    const target = this.target(object);
    return target?.kind === 'queue' ? target.name : undefined;
  }

  #counted(queue: string | null): Promise<RequestCounts> {
    const { database, day, clock } = this.#options;
    const now = clock.now();
    const key = queue ?? '';
    const known = this.#counts.get(key);
    if (known && now - known.at < FRESH_MS) return known.counts;
    if (this.#counts.size >= MOST_KEPT) this.#counts.clear();
    const counts = countRequests(database, queue, day.startOf(now));
    this.#counts.set(key, { at: now, counts });
    counts.catch(() => this.#counts.delete(key));
    return counts;
  }
}

/** The value of a statistic of requests: numbers, percentages of those entered, or seconds on average. */
export function requestFigure(statistic: RequestStatistic, counts: RequestCounts): number {
  const { entered, distributed, answered, lost } = counts;
  switch (statistic) {
    case 'CallsEntered':
      return entered;
    case 'CallsDistributed':
      return distributed;
    case 'CallsAnswered':
      return answered;
    case 'DistributedPercentage':
      return ratio(100 * distributed, entered);
    case 'NotDistributedPercentage':
      return ratio(100 * lost, entered);
    case 'DistributedWaitingTime':
      return ratio(counts.distributedSeconds, distributed);
    case 'NotDistributedWaitingTime':
      return ratio(counts.lostSeconds, lost);
  }
}

export function requestStatisticNamed(name: string): RequestStatistic | undefined {
  return REQUEST_STATISTICS.find((known) => known.toLowerCase() === name.toLowerCase());
}

async function countRequests(sql: Sql, queue: string | null, since: number): Promise<RequestCounts> {
  const [counts] =
    queue === null
      ? await sql.query<RequestCounts>(COUNT_ALL, [instant(since)])
      : await sql.query<RequestCounts>(COUNT_QUEUE, [instant(since), queue]);
  return counts ?? { entered: 0, distributed: 0, answered: 0, lost: 0, distributedSeconds: 0, lostSeconds: 0 };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
