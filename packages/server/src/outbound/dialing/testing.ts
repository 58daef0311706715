import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { Configuration, parseConfiguration } from '../../config/index.js';
import { Activity, type JsonObject, ManualClock, newId, silentLogger, toE164 } from '../../kernel/index.js';
import { followAgentCalls } from '../../orchestration/agent-calls.js';
import { Journal } from '../../reporting/index.js';
import { type Agents, createRouting, type Router } from '../../routing/index.js';
import type { Database, Transaction } from '../../store/index.js';
import { type TestDatabase, testConnection, testDatabase } from '../../store/testing.js';
import { Calls, SimulatedAgents, Simulator } from '../../telephony/index.js';
import type { DialMode } from '../dial-mode.js';
import type { DialSettings } from '../dial-settings.js';
import { CallingLists, DEFAULT_PRIORITIES, type ListRecord } from '../list/index.js';
import type { AttemptOutcome, AttemptReservation, ComplianceGate } from './compliance-gate.js';
import type { DesktopMessage } from './desktop-message.js';
import { Dialing } from './dialing.js';
import type { DialingEvent } from './dialing-event.js';
import type { Pacer } from './pacing-port.js';
import type { Applications, IvrCall } from './parts.js';
import { SimulatedDesktop } from './simulated-desktop.js';

/** When the tests' clocks begin: a Monday noon in London. */
export const START = Date.UTC(2026, 2, 2, 12);
/** On a clock that is moved by hours no other node is there. */
const LONG_LEASE_MS = 3_155_760_000_000;

export const GROUP = 601;
export const AGENTS = ['a1', 'a2', 'a3', 'a4'];

/** What a test may decide about the rules. */
export class TestGate implements ComplianceGate {
  readonly reserved: AttemptReservation[] = [];
  readonly settled: AttemptOutcome[] = [];
  readonly withdrawn: string[] = [];
  /** Rules, in the order in which they kept a record from being dialed. */
  readonly forbade: string[] = [];
  check: ComplianceGate['check'] = () => ({ allowed: true });
  atDial: ComplianceGate['check'] = () => ({ allowed: true });

  async forbidden(tx: Transaction, _campaign: string, rule: string) {
    tx.afterCommit(() => this.forbade.push(rule));
  }

  async reserve(tx: Transaction, attempt: AttemptReservation) {
    const verdict = this.atDial(attempt, attempt.at);
    if (verdict.allowed) tx.afterCommit(() => this.reserved.push(attempt));
    return verdict;
  }

  abandonmentLimits() {
    return [];
  }

  async settle(tx: Transaction, outcome: AttemptOutcome) {
    tx.afterCommit(() => this.settled.push(outcome));
  }

  async withdraw(tx: Transaction, attempt: string) {
    tx.afterCommit(() => this.withdrawn.push(attempt));
  }
}

export interface BedOptions {
  /** Lines of the configuration file for the campaign group (`numOfChannels: 20`). */
  group?: string;
  /** More of the configuration file. */
  more?: string;
  /** Lines of the calling list. */
  list?: string;
  agents?: readonly string[];
  newPacer?: () => Pacer;
  recheckMs?: number;
}

/** One process: what is lost when it dies. */
interface TestProcess {
  database: Database;
  calls: Calls;
  router: Router;
  agents: Agents;
  lists: CallingLists;
  dialing: Dialing;
  simulator: Simulator;
  simulatedAgents: SimulatedAgents;
  desktop: SimulatedDesktop;
  configuration: Configuration;
}

/** Dialing with everything below it on a database, a simulated network, and a clock that a test moves. */
export class DialingBed {
  readonly clock: ManualClock;
  readonly gate = new TestGate();
  readonly events: DialingEvent[] = [];
  readonly messages: { agent: string; message: DesktopMessage }[] = [];
  readonly drained: number[] = [];
  readonly depleted: number[] = [];
  readonly ivrCalls: IvrCall[] = [];
  readonly treatments: { session: string; flow: string; parameters: JsonObject }[] = [];
  readonly logged: string[] = [];
  /** DNs that have a flow. */
  readonly flows = new Set<string>();
  current!: TestProcess;
  readonly #directory = mkdtempSync(join(tmpdir(), 'ringback-dialing-'));

  private constructor(
    readonly store: TestDatabase,
    readonly options: BedOptions,
  ) {
    this.clock = new ManualClock(START, store.activity);
  }

  /** @param until when it is put away: at the end of the test, or of the test file for a bed that its tests share */
  static async create(options: BedOptions = {}, until: 'test' | 'file' = 'test'): Promise<DialingBed> {
    const store = await testDatabase({ activity: new Activity(), maxConnections: 2 });
    const bed = new DialingBed(store, options);
    await bed.#begin(true);
    (until === 'test' ? onTestFinished : afterAll)(async () => {
      await bed.die();
      rmSync(bed.#directory, { recursive: true, force: true });
    });
    return bed;
  }

  get dialing(): Dialing {
    return this.current.dialing;
  }

  get lists(): CallingLists {
    return this.current.lists;
  }

  get database(): Database {
    return this.current.database;
  }

  get activity(): Activity {
    return this.store.activity;
  }

  async advance(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
  }

  /** Moves on until `condition` holds, a step at a time. */
  async until(condition: () => boolean | Promise<boolean>, { step = 1, limit = 600 } = {}): Promise<void> {
    for (let passed = 0; !(await condition()); passed += step) {
      if (passed >= limit) throw new Error(`Not within ${limit} s.`);
      await this.advance(step);
    }
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const result = await this.database.transaction(work);
    await this.activity.idle();
    return result;
  }

  /** Adds one record per number; keys may be those of AddRecord. */
  async add(...records: (string | Record<string, unknown>)[]): Promise<ListRecord[]> {
    return this.transaction(async (tx) => {
      const added: ListRecord[] = [];
      for (const record of records) {
        const keys = typeof record === 'string' ? { GSW_PHONE: record } : record;
        const attributes = { GSW_TZ_NAME: 'Europe/London', GSW_FROM: 0, GSW_UNTIL: 86_400, ...keys };
        added.push(await this.lists.add(tx, 'spring', attributes));
      }
      return added;
    });
  }

  async record(phone: string): Promise<ListRecord> {
    const [record] = await this.lists.find({ phone, lists: ['spring'] });
    if (!record) throw new Error(`There is no record of ${phone}.`);
    return record;
  }

  settings(dialMode: DialMode, more: Partial<DialSettings> = {}): DialSettings {
    return {
      dialMode,
      optimizeBy: 'BusyFactor',
      optimizeGoal: 80,
      priorities: DEFAULT_PRIORITIES,
      autoCompletion: false,
      ...more,
    };
  }

  async load(dialMode: DialMode = 'Progressive', more: Partial<DialSettings> = {}): Promise<void> {
    await this.transaction((tx) =>
      this.dialing.load(tx, {
        dbid: GROUP,
        name: 'Spring@Sales',
        campaign: { name: 'Spring', dbid: 501 },
        group: { name: 'Sales', dbid: 201 },
        appId: 150,
        settings: this.settings(dialMode, more),
      }),
    );
  }

  async startGroup(dialMode: DialMode = 'Progressive', more: Partial<DialSettings> = {}): Promise<void> {
    await this.load(dialMode, more);
    await this.transaction((tx) => this.dialing.startGroup(tx, GROUP, this.settings(dialMode, more)));
  }

  /** Says how parties and agents behave. */
  async world(body: JsonObject): Promise<void> {
    await this.current.simulator.changeSettings(body);
    await this.activity.idle();
  }

  /** Agents who log in and get ready; how they behave otherwise is described by `world`. */
  async ready(...agents: string[]): Promise<void> {
    for (const agent of agents) {
      await this.current.agents.login(agent);
      await this.current.agents.ready(agent);
    }
    await this.activity.idle();
  }

  /** Every call that the network has carried to customers: `number outcome`, by time, those of one instant by number. */
  carried(): string[] {
    const agents = new Set([...this.current.configuration.objects('agents').values()].map(({ dn }) => dn));
    return this.current.simulator
      .calls()
      .filter(({ number }) => !agents.has(number))
      .sort((one, other) => compare(one.at, other.at) || compare(one.number, other.number))
      .map(({ number, outcome }) => `${number} ${outcome}`);
  }

  ofType<Type extends DialingEvent['type']>(type: Type): Extract<DialingEvent, { type: Type }>[] {
    // The filter keeps events of this type alone.
    return this.events.filter((event) => event.type === type) as Extract<DialingEvent, { type: Type }>[];
  }

  /** The process dies without a word; another one takes over `seconds` later. */
  async crash(seconds = 0): Promise<void> {
    await this.die();
    await this.advance(seconds);
    await this.#begin(false);
  }

  /** Dialing of another node, which hears of the same calls and agents. */
  async otherNode(): Promise<Dialing> {
    const { calls, router, agents, lists, configuration } = this.current;
    const { clock, activity } = this;
    const { connectionString } = this.store;
    const database = await testConnection({ connectionString, activity });
    onTestFinished(() => database.close());
    const dialing = new Dialing({
      ...{ database, calls, router, agents, lists, configuration, clock, activity, log: silentLogger },
      journal: new Journal({ database, clock, activity, log: silentLogger }),
      compliance: this.gate,
      newPacer: () => ({ dialNow: () => ({ dials: 0, nobodyFree: [] }), observe: () => {} }),
      applications: this.#applications(),
      owner: 'other',
    });
    await dialing.start();
    return dialing;
  }

  /** Attempts that are under way. */
  async attemptsOpen(): Promise<{ id: string; state: string }[]> {
    return this.store.database.query<{ id: string; state: string }>(
      'select id, state from outbound_attempt where ended_at is null order by at',
    );
  }

  async die(): Promise<void> {
    const { current } = this;
    current.desktop.stop();
    current.simulatedAgents.stop();
    current.calls.stop();
    await current.simulator.close();
    await current.dialing.stop();
    current.lists.stop();
    await current.router.stop();
    current.configuration.close();
    await current.database.close();
  }

  async #begin(isFirst: boolean): Promise<void> {
    const { connectionString } = this.store;
    const database = await testConnection({ connectionString, activity: this.activity });
    const configuration = await Configuration.open({
      database,
      clock: this.clock,
      activity: this.activity,
      log: silentLogger,
    });
    if (isFirst) await configuration.apply(parseConfiguration(this.#file(), 'test.yaml'));
    this.current = this.#process(database, configuration);
    const { simulator, calls, router, lists, dialing, simulatedAgents, desktop } = this.current;
    calls.keepUntilRecovered();
    await simulator.start();
    await calls.recover();
    await router.start();
    await lists.start();
    await dialing.start();
    await simulatedAgents.start();
    desktop.start();
    await this.activity.idle();
  }

  #process(database: Database, configuration: Configuration): TestProcess {
    const { clock, activity } = this;
    const note = (fields: object, message: string) =>
      void this.logged.push(`${message} ${'err' in fields ? String(fields.err) : ''}`);
    const log = { ...silentLogger, warn: note, error: note };
    const ground = { database, clock, activity, log };
    const journal = new Journal(ground);
    const simulator = new Simulator({
      ...ground,
      directory: this.#directory,
      agentOf: (dn) => [...configuration.objects('agents').values()].find((agent) => agent.dn === dn)?.id,
      normalise: (number) => toE164(number),
    });
    const calls = new Calls({ ...ground, journal, switch: simulator });
    const routing = { ...ground, journal, configuration, owner: 'alone', leaseTermMs: LONG_LEASE_MS };
    const { router, agents } = createRouting(routing);
    calls.onChange(followAgentCalls(agents));
    const lists = new CallingLists({ ...ground, configuration, journal });
    const dialing = new Dialing({
      ...routing,
      lists,
      calls,
      router,
      agents,
      compliance: this.gate,
      newPacer: () => this.options.newPacer?.() ?? { dialNow: () => ({ dials: 0, nobodyFree: [] }), observe: () => {} },
      applications: this.#applications(),
      ...(this.options.recheckMs !== undefined && { recheckMs: this.options.recheckMs }),
    });
    dialing.onEvent(async (tx, event) => tx.afterCommit(() => this.events.push(event)));
    dialing.onDrained(async (tx, group) => tx.afterCommit(() => this.drained.push(group)));
    dialing.onDepleted(async (tx, group) => tx.afterCommit(() => this.depleted.push(group)));
    dialing.onDesktop((agent, message) => this.messages.push({ agent, message }));
    const behaviour = (id: string) => simulator.agent(id);
    const desktop = new SimulatedDesktop({ ...ground, dialing, agents, behaviour });
    const simulatedAgents = new SimulatedAgents({
      ...ground,
      descriptions: simulator,
      control: {
        login: (id) => agents.login(id),
        ready: (id) => agents.ready(id),
        wrapDone: async (id) => {
          await desktop.wrapUp(id);
          await agents.wrapDone(id);
        },
        state: async (id) => (configuration.object('agents', id) ? (await agents.state(id)).state : undefined),
        onState: (handler) => agents.onState(({ state }) => handler(state.id, state.state)),
      },
    });
    return { database, calls, router, agents, lists, dialing, simulator, simulatedAgents, desktop, configuration };
  }

  #applications(): Applications {
    return {
      takeCall: async (tx, call) => {
        if (!this.flows.has(call.dn)) return false;
        tx.afterCommit(() => this.ivrCalls.push(call));
        return true;
      },
      startTreatment: async (tx, flow, parameters) => {
        if (!this.flows.has(flow)) return undefined;
        const session = newId();
        tx.afterCommit(() => this.treatments.push({ session, flow, parameters }));
        return session;
      },
    };
  }

  #file(): string {
    const { group = 'numOfChannels: 50', more = '', list = '', agents = AGENTS } = this.options;
    const people = agents.map((id, place) => `  - { id: ${id}, dn: "${2001 + place}", groups: [Sales] }`).join('\n');
    const indented = (lines: string) =>
      lines
        .trim()
        .split('\n')
        .map((line) => `    ${line}`)
        .join('\n');
    return `
agents:
${people}
agentGroups: [{ name: Sales, dbid: 201 }, { name: Service, dbid: 202 }]
callingLists:
  - name: spring
    dbid: 401
    timeFrom: "00:00"
    timeUntil: "24:00"
${indented(list)}
campaigns:
  - name: Spring
    dbid: 501
    callingLists: [{ name: spring, share: 10 }]
campaignGroups:
  - campaign: Spring
    group: Sales
    dbid: 601
${indented(group)}
${more}
`;
  }
}

function compare(one: string | number, other: string | number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
