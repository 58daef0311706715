import { Counter, Gauge, Histogram, type Metric, type Registry } from 'prom-client';
import type { Clock } from '../kernel/index.js';
import type { Sql } from '../store/sql.js';
import { statement } from '../store/sql.js';
import { Rate } from './rate.js';
import { StateTimes, type StepMoves } from './state-times.js';

const PREFIX = 'ors_';
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const STATE_SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800, 3_600, 86_400];
/** Sessions whose beginning is waited for. */
const MOST_BEGINNING = 10_000;

/** Sessions of all nodes: those that run, and those that have not begun. */
const COUNT = statement(
  'session-count',
  `select (select count(*) from session where state = 'running' and step > 0) as active,
          (select count(*) from session where state = 'scheduled')
            + (select count(*) from session where state = 'running' and step = 0) as pending`,
);

/** What takes time, by the names of the original (ors-core-queue.md 6.2). */
const TIMES = {
  'create-session-time': 'from the order to start a session until its first step is stored',
  'document-processing-time': 'compiling an application',
  'scxml-event-queuing-time': 'an event waits before its session takes it',
  'http-fetch-time': '<session:fetch> over HTTP',
  'esp-fetch-time': '<session:fetch> with the method esp, which this server does not have',
  'urs-fetch-time': '<session:fetch> with the method urs, which this server does not have',
  'urs-request-time': 'a request to the router is accepted',
  'openstat-time': 'a subscription to a statistic is opened',
  'cassandra-latency': 'a step of a session is stored',
  'redirect-time': 'from <ixn:redirect> to its answer',
} as const;
export type TimeName = keyof typeof TIMES;

const RATES = {
  'creation-session-rate': 'Sessions that begin',
  'state-rate': 'States that are entered',
  'func-execution-rate': 'Functions of _genesys that are called',
  'fetch-rate': '<session:fetch> that are carried out',
} as const;
type RateName = keyof typeof RATES;

/**
 * The performance counters of the original (ors-core-queue.md 6.2) as metrics: `active-sessions` is `ors_active_sessions`,
 * times are histograms in seconds (`ors_http_fetch_time_seconds`), rates are per second over the last minute, each with a
 * counter of its own besides (`ors_fetch_total`).
 */
export class PerformanceCounters {
  readonly #metrics: Metric[] = [];
  readonly #times = new Map<TimeName, Histogram>();
  readonly #rates = new Map<RateName, { rate: Rate; total: Counter }>();
  readonly #functions: Histogram<'function'>;
  /** When sessions were ordered that have not begun, oldest first. */
  readonly #ordered = new Map<string, number>();
  readonly #states: StateTimes;

  constructor(
    private readonly clock: Clock,
    private readonly sql: Sql,
  ) {
    for (const name of Object.keys(TIMES) as TimeName[]) this.#times.set(name, this.#histogram(name, TIMES[name], []));
    for (const name of Object.keys(RATES) as RateName[]) this.#rates.set(name, this.#rate(name));
    this.#functions = this.#histogram('func-execution-time', 'A function of _genesys', ['function']);
    const states = this.#histogram('state-time', 'A state is active', ['state'], STATE_SECONDS);
    this.#states = new StateTimes((state, ms) => states.observe({ state }, ms / 1000));
    this.#addSessions();
  }

  /** Has the metrics collected with the others of a registry. */
  registerIn(registry: Registry): void {
    for (const metric of this.#metrics) registry.registerMetric(metric);
  }

  /** A duration in milliseconds. */
  took(name: TimeName, ms: number): void {
    this.#times.get(name)?.observe(Math.max(0, ms) / 1000);
    if (name === 'http-fetch-time') this.#count('fetch-rate', 1);
  }

  /** Measures work, also that which fails. */
  async time<Result>(name: TimeName, work: () => Promise<Result>): Promise<Result> {
    const since = this.clock.now();
    try {
      return await work();
    } finally {
      this.took(name, this.clock.now() - since);
    }
  }

  /** Measures a function of `_genesys`. */
  async timeFunction<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const since = this.clock.now();
    try {
      return await work();
    } finally {
      this.#functions.observe({ function: name }, (this.clock.now() - since) / 1000);
      this.#count('func-execution-rate', 1);
    }
  }

  /** A session is about to be stored that starts at once. */
  ordered(session: string): void {
    this.#ordered.set(session, this.clock.now());
    const [oldest] = this.#ordered.keys();
    if (this.#ordered.size > MOST_BEGINNING && oldest !== undefined) this.#ordered.delete(oldest);
  }

  /** A step of a session has been stored. */
  stepped(step: StepMoves): void {
    if (step.isFirst) {
      this.#count('creation-session-rate', 1);
      const since = this.#ordered.get(step.session);
      if (since !== undefined) this.took('create-session-time', this.clock.now() - since);
      this.#ordered.delete(step.session);
    }
    this.#count('state-rate', this.#states.moved(step));
  }

  #count(name: RateName, count: number): void {
    const counted = this.#rates.get(name);
    if (count === 0 || !counted) return;
    counted.rate.add(this.clock.now(), count);
    counted.total.inc(count);
  }

  #rate(name: RateName): { rate: Rate; total: Counter } {
    const { clock } = this;
    const rate = new Rate();
    const help = `${RATES[name]} (counter ${name} of the original)`;
    const gauge = new Gauge({
      ...{ name: metricName(name), help: `${help}, per second`, registers: [] },
      collect() {
        this.set(rate.perSecond(clock.now()));
      },
    });
    const total = new Counter({ name: `${metricName(name).replace(/_rate$/, '')}_total`, help, registers: [] });
    this.#metrics.push(gauge, total);
    return { rate, total };
  }

  #histogram<Label extends string>(name: string, help: string, labelNames: Label[], buckets = SECONDS) {
    const text = `${help} (counter ${name} of the original)`;
    const settings = { name: `${metricName(name)}_seconds`, help: text, labelNames, buckets, registers: [] };
    const made = new Histogram<Label>(settings);
    this.#metrics.push(made);
    return made;
  }

  #addSessions(): void {
    const { sql } = this;
    const pending = new Gauge({
      ...{ name: metricName('pending-sessions'), help: 'Sessions that have not begun, of all nodes', registers: [] },
    });
    const active = new Gauge({
      ...{ name: metricName('active-sessions'), help: 'Sessions that run, of all nodes', registers: [] },
      async collect() {
        const [row] = await sql.query<{ active: number; pending: number }>(COUNT);
        this.set(row?.active ?? 0);
        pending.set(row?.pending ?? 0);
      },
    });
    // The one that asks for both comes first.
    this.#metrics.push(active, pending);
  }
}

function metricName(name: string): string {
  return PREFIX + name.replaceAll('-', '_');
}
