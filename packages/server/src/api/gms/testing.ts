import type { FastifyInstance, InjectOptions } from 'fastify';
import { Registry } from 'prom-client';
import {
  type CallbackConfiguration,
  Callbacks,
  type OrchestrationServers,
  type SessionReply,
  type SessionStarter,
} from '../../callback/index.js';
import { Activity, type JsonObject, ManualClock, RingbackError, silentLogger } from '../../kernel/index.js';
import { Journal } from '../../reporting/index.js';
import type { Database, Sql, Transaction } from '../../store/index.js';
import { testDatabase } from '../../store/testing.js';
import { createHttp } from '../http.js';
import { gmsCallbackApi } from './callback.js';

type OptionMap = Readonly<Record<string, string>>;

/** A configuration in memory, changed by `set` as the real one is by its API. */
export class TestConfiguration implements CallbackConfiguration {
  readonly #objects = new Map<string, Map<string, unknown>>();
  #handlers: ((change: { kind: string; name: string }) => void)[] = [];

  set(kind: 'services' | 'options' | 'patterns' | 'lists', name: string, value: unknown): void {
    const objects = this.#objects.get(kind) ?? new Map<string, unknown>();
    this.#objects.set(kind, objects.set(name, value));
    for (const handler of this.#handlers) handler({ kind, name });
  }

  service(name: string): OptionMap | undefined {
    return this.services().get(name);
  }

  services(): ReadonlyMap<string, OptionMap> {
    return this.#of<OptionMap>('services');
  }

  section(name: string): OptionMap {
    return this.#of<OptionMap>('options').get(name) ?? NONE;
  }

  object(kind: 'patterns', name: string): OptionMap | undefined;
  object(kind: 'lists', name: string): Readonly<Record<string, OptionMap>> | undefined;
  object(kind: 'patterns' | 'lists', name: string): never {
    // The overloads say what each kind holds; tests put it there.
    return this.#of(kind).get(name) as never;
  }

  onChange(handler: (change: { kind: string; name: string }) => void): () => void {
    this.#handlers.push(handler);
    return () => {
      this.#handlers = this.#handlers.filter((other) => other !== handler);
    };
  }

  clear(): void {
    this.#objects.clear();
  }

  #of<T>(kind: string): Map<string, T> {
    // Each kind is filled with one type of value.
    return (this.#objects.get(kind) ?? new Map()) as Map<string, T>;
  }
}

const NONE: OptionMap = Object.freeze({});

export interface TestSession {
  id: string;
  flow: string;
  callback: string;
  parameters: JsonObject;
  ended?: string;
  events: string[];
}

/** Sessions without an engine: what was started, told and ended, as far as it was committed. */
export class TestSessions implements SessionStarter {
  readonly started: TestSession[] = [];
  /** By id, as soon as they are stored: who waits for the commit may hear of it before the one who commits. */
  readonly #stored = new Map<string, TestSession>();
  /** What applications answer to their start; undefined: nothing in time. */
  answer: SessionReply | undefined = { status: 200, body: { ...DIALOG } };
  /** Sessions cannot be started. */
  down = false;
  /** Sessions cannot be started for these callbacks, and the transaction breaks on the attempt. */
  readonly poisoned = new Set<string>();

  clear(): void {
    this.started.length = 0;
    this.#stored.clear();
    this.poisoned.clear();
    this.down = false;
  }

  get running(): TestSession[] {
    return this.started.filter(({ ended }) => ended === undefined);
  }

  async start(
    tx: Sql,
    { id, flow, callback, parameters }: { id: string; flow: string; callback: string; parameters: JsonObject },
  ): Promise<void> {
    if (this.down) throw new RingbackError('unknown-flow', `There is no flow '${flow}'.`);
    if (this.poisoned.has(callback)) await tx.query('select 1/0');
    const session: TestSession = { id, flow, callback, parameters, events: [] };
    this.#stored.set(id, session);
    afterCommit(tx, () => this.started.push(session));
  }

  async startAll(tx: Sql, requests: readonly Parameters<TestSessions['start']>[1][]): Promise<void> {
    for (const request of requests) await this.start(tx, request);
  }

  wake(): void {}

  wakeInTurn(): void {}

  holdTurns(): { beginSome: () => void; release: () => void } {
    return { beginSome: () => {}, release: () => {} };
  }

  /** Happens while a client waits. */
  onReply: (() => Promise<void>) | undefined;

  async reply(): Promise<SessionReply | undefined> {
    await this.onReply?.();
    return this.answer;
  }

  async post(tx: Transaction, session: string, event: { name: string }): Promise<boolean> {
    const found = this.#session(session);
    if (found) afterCommit(tx, () => found.events.push(event.name));
    return found !== undefined;
  }

  async terminate(tx: Sql, session: string, reason: string): Promise<boolean> {
    const found = this.#session(session);
    if (!found || found.ended !== undefined) return false;
    afterCommit(tx, () => {
      found.ended = reason;
    });
    return true;
  }

  #session(id: string): TestSession | undefined {
    return this.#stored.get(id);
  }
}

const DIALOG = {
  _dialog_id: '0',
  _action: 'ConfirmationDialog',
  _text: 'You will receive the call shortly',
  _ok_title: 'Ok',
};

function afterCommit(sql: Sql, run: () => void): void {
  if ('afterCommit' in sql && typeof sql.afterCommit === 'function') sql.afterCommit(run);
  else run();
}

/** The callback API on a database, a clock that stands still, and sessions without an engine. */
export class CallbackTestBed {
  readonly configuration = new TestConfiguration();
  readonly sessions = new TestSessions();
  readonly redirected: { service: string; parameters: JsonObject }[] = [];
  /** What services that others are redirected to refuse with, by their names. */
  readonly refusals = new Map<string, RingbackError>();
  /** Expected wait by virtual queue, in seconds. */
  readonly waits = new Map<string, number>();
  readonly callbacks: Callbacks;

  private constructor(
    readonly database: Database,
    readonly clock: ManualClock,
    readonly http: FastifyInstance,
    readonly activity: Activity,
    servers: OrchestrationServers | undefined,
  ) {
    const { configuration, sessions } = this;
    const common = { database, clock, activity, log: silentLogger };
    this.callbacks = new Callbacks({
      ...common,
      journal: new Journal(common),
      configuration,
      sessions,
      redirect: async (service, parameters) => {
        this.redirected.push({ service, parameters });
        const refusal = this.refusals.get(service);
        if (refusal) throw refusal;
        return { status: 200, body: { msg: service } };
      },
      expectedWait: (virtualQueue) => this.waits.get(virtualQueue),
      ...(servers && { servers }),
    });
  }

  /**
   * @param start of the clock, ISO 8601
   * @param on the database of another bed: a second node, or the same one started again
   * @param serversAt other servers on which sessions run, by the clock of the bed
   */
  static async create(
    start: string,
    on?: CallbackTestBed,
    serversAt?: (clock: ManualClock) => OrchestrationServers,
  ): Promise<CallbackTestBed> {
    const activity = on?.activity ?? new Activity();
    const database = on?.database ?? (await testDatabase({ maxConnections: 32, activity })).database;
    const http = await createHttp({
      log: silentLogger,
      metrics: new Registry(),
      readiness: () => ({ ready: true }),
      version: '0',
      consoleDirectory: '/nonexistent',
    });
    const clock = new ManualClock(Date.parse(start), activity);
    const bed = new CallbackTestBed(database, clock, http, activity, serversAt?.(clock));
    const { callbacks, configuration } = bed;
    const options = { callbacks, credentials: configuration, log: silentLogger };
    await http.register(gmsCallbackApi, { prefix: '/genesys', ...options });
    return bed;
  }

  async close(): Promise<void> {
    await this.activity.idle();
    await this.callbacks.shutDown();
    await this.http.close();
  }

  /** Takes away all callbacks, sessions and configured objects; the clock stays. */
  async clear(): Promise<void> {
    // What is still under way in the background would meet the locks of all these tables.
    await this.activity.idle();
    await this.database.query(
      'truncate callback, callback_slot, callback_lookup, callback_throttle, callback_remote_session, event',
    );
    this.configuration.clear();
    this.sessions.clear();
    this.redirected.length = 0;
    this.refusals.clear();
    this.waits.clear();
  }

  /** One request; `answer.body` is the parsed JSON, or the text where it is none. */
  async request(method: InjectOptions['method'] & string, path: string, options: InjectOptions = {}): Promise<Answer> {
    const response = await this.http.inject({ method, url: `/genesys${path}`, ...options });
    const type = response.headers['content-type'] ?? '';
    const body = String(type).startsWith('application/json') && response.body ? response.json() : response.body;
    return { status: response.statusCode, body, headers: response.headers };
  }

  start(service: string, payload: object): Promise<Answer> {
    return this.request('POST', `/1/service/callback/${service}`, { payload });
  }

  /** The one record with an id. */
  async record(id: string): Promise<Record<string, string> | undefined> {
    const { body } = await this.request('GET', `/1/service/callback?_id=${id}`);
    return body[0];
  }

  /** Changes a callback as its application would. */
  report(id: string, input: Parameters<Callbacks['report']>[2]) {
    return this.database.transaction((tx) => this.callbacks.report(tx, id, input));
  }

  /** Moves the clock to an instant, everything due in between happening. */
  moveTo(instant: string): Promise<void> {
    return this.clock.advance(Date.parse(instant) - this.clock.now());
  }

  /** Whether the counters say what the records say. */
  async counted(): Promise<{ used: number; held: number; wrong: number }> {
    const [row] = await this.database.query<{ used: number; held: number; wrong: number }>(
      `select coalesce(sum(coalesce(s.used, 0)), 0)::integer as used, coalesce(sum(coalesce(h.held, 0)), 0)::integer as held,
              count(*) filter (where coalesce(s.used, 0) <> coalesce(h.held, 0))::integer as wrong
         from callback_slot s
         full join (select service, bucket, count(*) as held from callback where bucket is not null
                     group by service, bucket) h using (service, bucket)`,
    );
    return row ?? { used: -1, held: -1, wrong: -1 };
  }
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever the API answered
  body: any;
  headers: Readonly<Record<string, unknown>>;
}
