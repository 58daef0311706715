import type { StepResult } from '@ringback/scxml';
import { type Activity, type Clock, instant, type Logger, RingbackError } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { statement } from '../store/sql.js';
import { applicationId } from './flow-library.js';

/** So many over-runs within this time take a version out of service (scxml-engine.md 4.6). */
const MOST_OVERRUNS = 3;
const WITHIN_MS = 60_000;
const CHANNEL = 'flow_suspension';

interface SuspendedRow {
  flow: string;
  version: number;
  reason: string;
}

const LIST = statement('suspended-flow-list', 'select flow, version, reason from suspended_flow');
const ADD = statement(
  'suspended-flow-add',
  `insert into suspended_flow (flow, version, suspended_at, reason) values ($1, $2, $3, $4)
   on conflict (flow, version) do nothing`,
);
const REMOVE = statement(
  'suspended-flow-remove',
  'delete from suspended_flow where flow = $1 and version = $2 returning flow',
);

/** What ends a session because it has over-run a budget; other failures have other causes. */
const BUDGETS: ReadonlySet<string> = new Set([
  ...['microsteps', 'instructions', 'state-entries', 'internal-queue', 'effects'],
  ...['timeout', 'memory', 'watchdog', 'scope-size', 'sandbox'],
]);

/**
 * Versions of applications that are out of service. One is suspended when its sessions over-run their budgets three
 * times within a minute on one node: from then on no node starts a session of it, while those that run go on. Storing
 * a corrected text makes a version of its own; storing the same text again lifts the suspension.
 */
export class Suspensions {
  /** When a version has over-run lately, in milliseconds since 1970, by its id. */
  readonly #overruns = new Map<string, number[]>();
  readonly #suspended = new Map<string, string>();

  constructor(private readonly parts: { database: Database; clock: Clock; activity: Activity; log: Logger }) {}

  async start(): Promise<void> {
    await this.parts.database.listen(CHANNEL, () => this.#read());
    await this.#read();
  }

  /** @throws RingbackError `unknown-flow` for a version that is out of service */
  check(flow: string, version: number): void {
    const reason = this.#suspended.get(applicationId(flow, version));
    if (reason === undefined) return;
    throw new RingbackError('unknown-flow', `Version ${version} of the flow '${flow}' is suspended: ${reason}`);
  }

  /** Counts what over-ran in one macrostep of a version. */
  note(flow: string, version: number, { overruns = 0, failure }: Pick<StepResult, 'overruns' | 'failure'>): void {
    const count = overruns + (failure !== undefined && BUDGETS.has(failure.reason) ? 1 : 0);
    if (count === 0) return;
    const id = applicationId(flow, version);
    const now = this.parts.clock.now();
    const recent = (this.#overruns.get(id) ?? []).filter((at) => at > now - WITHIN_MS);
    recent.push(...Array.from({ length: Math.min(count, MOST_OVERRUNS) }, () => now));
    this.#overruns.set(id, recent);
    if (recent.length < MOST_OVERRUNS || this.#suspended.has(id)) return;
    this.#overruns.delete(id);
    this.#suspend(flow, version);
  }

  /** Puts a version into service again. */
  async lift(flow: string, version: number): Promise<void> {
    if (!this.#suspended.has(applicationId(flow, version))) return;
    const { database, log } = this.parts;
    await database.query(REMOVE, [flow, version]);
    log.warn({ flow, version }, 'a suspended version of an application is in service again');
    await this.#read();
    database.signal(CHANNEL);
  }

  #suspend(flow: string, version: number): void {
    const { database, clock, activity, log } = this.parts;
    const reason = `its sessions have over-run their budgets ${MOST_OVERRUNS} times within ${WITHIN_MS / 1000} s. Store a corrected version, or the same one again to lift this.`;
    this.#suspended.set(applicationId(flow, version), reason);
    log.error(
      { flow, version, reason },
      'ALARM: a version of an application is suspended; no session of it is started',
    );
    void activity.run(async () => {
      try {
        await database.query(ADD, [flow, version, instant(clock.now()), reason]);
        database.signal(CHANNEL);
      } catch (error) {
        log.error({ err: error, flow, version }, 'the suspension could not be stored: only this process knows of it');
      }
    });
  }

  async #read(): Promise<void> {
    const rows = await this.parts.database.query<SuspendedRow>(LIST);
    this.#suspended.clear();
    for (const { flow, version, reason } of rows) this.#suspended.set(applicationId(flow, version), reason);
  }
}
