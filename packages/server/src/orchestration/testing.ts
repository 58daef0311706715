import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import {
  Activity,
  type JsonObject,
  type JsonValue,
  ManualClock,
  newId,
  RingbackError,
  silentLogger,
} from '../kernel/index.js';
import { Journal } from '../reporting/index.js';
import { type Agents, createRouting, type Router } from '../routing/index.js';
import { TestConfiguration } from '../routing/testing.js';
import type { Database } from '../store/index.js';
import type { Transaction } from '../store/sql.js';
import { type TestDatabase, testConnection, testDatabase } from '../store/testing.js';
import { Calls, Simulator } from '../telephony/index.js';
import type { ListObject } from './configured-objects.js';
import type { Device } from './directory.js';
import { type ActionModule, createOrchestration, followAgentCalls, type Orchestration } from './index.js';
import type { EndedSession } from './macrostep.js';
import type { MetricLevel } from './metric-lines.js';
import type { SearchServer } from './modules/elasticconnector.js';

/** When the tests' clocks begin. */
export const START = Date.UTC(2026, 2, 2, 9);

/** The first lines of every flow of a test; `probe` records what it is told (`OrchestrationBed.told`). */
const HEAD = `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript" `;
const MODULES = `xmlns:ws="www.genesyslab.com/modules/ws" xmlns:queue="www.genesyslab.com/modules/queue"
  xmlns:ixn="www.genesyslab.com/modules/interaction" xmlns:dialog="www.genesyslab.com/modules/dialog"
  xmlns:probe="www.example.org/modules/probe" `;

/** A document of the original's dialect (it declares the vendor's namespaces). */
export function orsFlow(content: string, initial = 's'): string {
  return `${HEAD}${MODULES} initial="${initial}">${content}</scxml>`;
}

/** A document of SCXML 1.0. */
export function w3cFlow(content: string, initial = 's'): string {
  return `${HEAD} xmlns:probe="www.example.org/modules/probe" initial="${initial}">${content}</scxml>`;
}

/** `<probe:tell what="expr"/>` as a transition that answers to `event`, without a target. */
export function tells(event: string, what: string): string {
  return `<transition event="${event}"><probe:tell what="${what}"/></transition>`;
}

/** One process: everything that is lost when it dies. */
export interface TestProcess extends Orchestration {
  database: Database;
  calls: Calls;
  router: Router;
  agents: Agents;
  ended: EndedSession[];
  /** Whatever this process logged as a warning or an error. */
  logged: string[];
}

/**
 * The orchestration host on a database, a simulated network and a clock that a test moves. `crash` drops a process as
 * it stands and starts another one on what it left.
 */
export class OrchestrationBed {
  readonly configuration = new TestConfiguration();
  readonly told: JsonValue[] = [];
  readonly applications = new Map<string, string>();
  /** DNs on which calls wait to be routed; while there are any, other internal numbers do not exist. */
  readonly routingPoints = new Set<string>();
  readonly lists = new Map<string, ListObject>();
  readonly dnOptions = new Map<string, Record<string, string>>();
  readonly clock: ManualClock;
  /** Option `fetch-allow` of section `ors`. */
  fetchAllow = '';
  searchServer: SearchServer | undefined;
  /** What the configuration says; a test changes it. */
  readonly settings = {
    node: () => 1,
    idWithNode: () => false,
    maxAgeSeconds: () => 0,
    pendingEvents: () => 100,
    metricLevel: (): MetricLevel => 'none',
    defaultMaxAgeSeconds: () => 0,
    limits: () => ({}),
    isolatedFlows: (): readonly string[] => [],
    maxStaleSeconds: () => 60,
    uncached: (): readonly string[] => [],
    ownOrigins: (): readonly string[] => [],
  };
  /** Executions of `<probe:work name>`, which answers when `release` is called, or never. */
  readonly worked: string[] = [];
  /** What `<probe:work>` does; a test replaces it. */
  work: (name: string) => Promise<JsonObject> = async () => ({});
  current: TestProcess;
  simulator: Simulator;
  readonly #directory = mkdtempSync(join(tmpdir(), 'ringback-orchestration-'));
  readonly #processes: TestProcess[] = [];

  private constructor(
    readonly store: TestDatabase,
    database: Database,
  ) {
    this.clock = new ManualClock(START, store.activity);
    this.simulator = this.#network();
    this.current = this.#process(database);
  }

  static async create(): Promise<OrchestrationBed> {
    const activity = new Activity();
    const store = await testDatabase({ activity, maxConnections: 2 });
    const { connectionString } = store;
    const bed = new OrchestrationBed(store, await testConnection({ connectionString, activity }));
    await bed.#begin();
    afterAll(() => bed.#close());
    return bed;
  }

  get activity(): Activity {
    return this.store.activity;
  }

  /** The process dies without a word, and another one starts `seconds` later. */
  async crash(seconds = 0): Promise<void> {
    await this.die();
    await this.clock.advance(seconds * 1000);
    await this.restart();
  }

  /** Cuts the connections of the process and makes it deaf, as a kill does. */
  async die(): Promise<void> {
    const { current } = this;
    current.calls.stop();
    await this.simulator.close();
    await current.stop();
    await current.router.stop();
    await current.database.close();
  }

  async restart(): Promise<void> {
    const { connectionString } = this.store;
    const database = await testConnection({ connectionString, activity: this.activity });
    this.simulator = this.#network();
    this.current = this.#process(database);
    await this.#begin();
    await this.activity.idle();
  }

  /** Sessions of another node on the same database, which sees no network of its own. */
  async otherNode(): Promise<TestProcess> {
    const { connectionString } = this.store;
    const database = await testConnection({ connectionString, activity: this.activity });
    return this.#process(database);
  }

  /** Stores a flow under a name; fails when it has errors. */
  async flow(name: string, text: string): Promise<number> {
    const stored = await this.current.flows.put(name, `memory:/${name}.scxml`, { [`memory:/${name}.scxml`]: text });
    expect(stored.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    return 'version' in stored ? stored.version : 0;
  }

  /** Stores a flow under a fresh name and starts a session of it; resolves when it waits for something. */
  async run(text: string, parameters: JsonObject = {}): Promise<string> {
    const name = `flow-${newId()}`;
    await this.flow(name, text);
    return this.start(name, parameters);
  }

  async start(flow: string, parameters: JsonObject = {}): Promise<string> {
    const { database, sessions } = this.current;
    const id = await database.transaction((tx) => sessions.start(tx, { flow, parameters }));
    sessions.wake(id);
    await this.activity.idle();
    return id;
  }

  /** Posts an event and waits until everything that follows has happened. */
  async post(session: string, name: string, data?: JsonValue): Promise<boolean> {
    const { database, sessions } = this.current;
    const posted = await database.transaction((tx) =>
      sessions.post(tx, session, { name, ...(data !== undefined && { data }) }),
    );
    await this.activity.idle();
    return posted;
  }

  async advance(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
  }

  /** An agent of the group Support logs in and is ready. */
  async ready(agent: string): Promise<void> {
    if (!this.configuration.agents.has(agent)) this.configuration.putAgent(agent);
    await this.current.agents.login(agent);
    await this.current.agents.ready(agent);
    await this.activity.idle();
  }

  /** The row of a session. */
  async row(session: string): Promise<{ state: string; reason: string | null; step: number; configuration: string[] }> {
    const [row] = await this.store.database.query<{
      state: string;
      reason: string | null;
      step: number;
      configuration: string[];
    }>('select state, reason, step, configuration from session where id = $1', [session]);
    if (!row) throw new Error(`There is no session ${session}.`);
    return row;
  }

  /** What `<probe:tell>` said since the last call. */
  heard(): JsonValue[] {
    return this.told.splice(0);
  }

  /** Moves on until `<probe:tell>` has said something that `wanted` accepts, a second at a time. */
  async until(wanted: (told: JsonValue) => boolean, seconds = 60): Promise<void> {
    for (let passed = 0; !this.told.some(wanted); passed += 1) {
      if (passed === seconds) throw new Error(`Not heard within ${seconds} s: ${JSON.stringify(this.told)}`);
      await this.advance(1);
    }
  }

  #network(): Simulator {
    return new Simulator({
      clock: this.clock,
      activity: this.store.activity,
      log: silentLogger,
      directory: this.#directory,
      agentOf: (dn) => [...this.configuration.agents.values()].find((agent) => agent.dn === dn)?.id,
      normalise: () => undefined,
    });
  }

  #process(database: Database): TestProcess {
    const { clock, activity } = this;
    const logged: string[] = [];
    const note = (_fields: unknown, message?: string) => void logged.push(message ?? '');
    const metric = (_fields: unknown, message = '') => message.startsWith('METRIC') && logged.push(message);
    const log = { ...silentLogger, info: metric, warn: note, error: note };
    const ground = { database, clock, activity, log };
    const journal = new Journal(ground);
    const calls = new Calls({ ...ground, journal, switch: this.simulator });
    const { router, agents } = createRouting({
      ...ground,
      journal,
      configuration: this.configuration,
      owner: 'alone',
      // On a clock that is moved by hours the router's lease is not what is tested.
      leaseTermMs: 3_155_760_000_000,
    });
    calls.onChange(followAgentCalls(agents));
    const orchestration = createOrchestration({
      ...ground,
      journal,
      router,
      calls,
      modules: [this.#probe()],
      applicationOf: (dn) => this.applications.get(dn),
      parametersOf: (dn) => ({ ...this.dnOptions.get(dn) }),
      sessionObject: () => ({
        server: { name: 'test', url: 'http://127.0.0.1:8080' },
        tenant: 'Environment',
        tenantid: 1,
      }),
      fetchAllow: () => this.fetchAllow,
      searchServer: () => this.searchServer,
      configured: {
        list: (name) => this.lists.get(name),
        dnOptions: (dn) => this.dnOptions.get(dn) ?? {},
        device: (name) => this.#device(name),
        isProvisioned: () => this.routingPoints.size > 0,
      },
      settings: this.settings,
      self: { node: 1, url: undefined },
      workers: 0,
    });
    const ended: EndedSession[] = [];
    orchestration.sessions.onEnded(async (tx, session) => tx.afterCommit(() => ended.push(session)));
    const process = { ...orchestration, database, calls, router, agents, ended, logged };
    this.#processes.push(process);
    return process;
  }

  #device(name: string): Device | undefined {
    const agent = [...this.configuration.agents.values()].find(({ id, dn }) => id === name || dn === name);
    if (agent) return { dn: agent.dn, isRoutingPoint: false, agent: agent.id };
    const application = this.applications.get(name);
    if (!this.routingPoints.has(name)) return undefined;
    return { dn: name, isRoutingPoint: true, ...(application !== undefined && { application }) };
  }

  /** What tests see of an application: `tell` at the commit of its macrostep, `work` executed after it. */
  #probe(): ActionModule {
    return {
      namespaces: ['www.example.org/modules/probe'],
      prefix: 'probe',
      actions: {
        tell: {
          attributes: { what: { kind: 'value' } },
          perform: async (tx: Transaction, { attributes }) => {
            tx.afterCommit(() => this.told.push(attributes.what ?? null));
            return 'silent';
          },
        },
        work: {
          attributes: { name: { kind: 'value', required: true } },
          execute: async ({ attributes }) => {
            this.worked.push(String(attributes.name));
            return { done: await this.work(String(attributes.name)) };
          },
        },
        broken: {
          attributes: {},
          execute: async () => ({ done: await this.work('broken') }),
          interrupted: () => {
            throw new RingbackError('unreadable', 'what is stored of it makes no sense');
          },
        },
        fragile: {
          attributes: { name: { kind: 'value' } },
          execute: async ({ attributes }) => {
            this.worked.push(String(attributes.name));
            return { done: await this.work(String(attributes.name)) };
          },
          interrupted: () => ({ error: 'interrupted', description: 'the server went away' }),
        },
      },
    };
  }

  async #begin(): Promise<void> {
    const { current } = this;
    await this.simulator.start();
    await current.calls.recover();
    await current.router.start();
    await current.start({ cluster: false });
  }

  async #close(): Promise<void> {
    for (const { sessions, router, calls } of this.#processes) {
      await sessions.shutDown();
      calls.stop();
      await router.stop();
    }
    await this.activity.idle();
    for (const process of this.#processes) await process.stop();
    await this.simulator.close();
    for (const { database } of this.#processes) await database.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
