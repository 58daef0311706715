import Fastify, { type FastifyInstance } from 'fastify';
import { type ContextConfiguration, ContextServices } from '../../context/index.js';
import { type JsonObject, type JsonValue, ManualClock, silentLogger } from '../../kernel/index.js';
import { type TestDatabase, testDatabase } from '../../store/testing.js';
import { registerBodyParsers } from '../http/body-parsers.js';
import { contextServicesApi, type People } from './index.js';

type Sections = Record<string, Record<string, string>>;

/** A configuration that a test can change. */
export class TestConfiguration implements ContextConfiguration {
  sections: Sections = {};
  lists: Record<string, Sections> = {};
  readonly #handlers = new Set<(change: { kind: string; name: string }) => void>();

  section(name: string): Record<string, string> {
    return this.sections[name] ?? {};
  }

  object(_kind: 'lists', name: string): Sections | undefined {
    return this.lists[name];
  }

  onChange(handler: (change: { kind: string; name: string }) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Sets sections and tells who listens. */
  set(sections: Sections): void {
    this.sections = { ...this.sections, ...sections };
    for (const name of Object.keys(sections)) for (const handler of this.#handlers) handler({ kind: 'options', name });
  }
}

/** An answer that a test looks into as an object or as an array, whichever it expects. */
export type Body = JsonObject & readonly JsonObject[];

export interface Reply {
  status: number;
  body: Body;
  text: string;
  headers: Record<string, unknown>;
}

/** Context Services behind their API, on a database of their own and a clock that stands still. */
export class TestApi {
  static readonly START = Date.parse('2026-03-02T10:00:00Z');

  private constructor(
    readonly app: FastifyInstance,
    readonly context: ContextServices,
    readonly configuration: TestConfiguration,
    readonly clock: ManualClock,
    readonly store: TestDatabase,
  ) {}

  static async create(options: { people?: People; exportDirectory?: string } = {}): Promise<TestApi> {
    const store = await testDatabase();
    const configuration = new TestConfiguration();
    const clock = new ManualClock(TestApi.START, store.activity);
    const { people, ...rest } = options;
    const context = new ContextServices({
      ...rest,
      database: store.database,
      configuration,
      clock,
      activity: store.activity,
      log: silentLogger,
    });
    await context.start();
    const app = Fastify();
    await registerBodyParsers(app);
    await app.register(contextServicesApi, {
      prefix: '/genesys/1/cs',
      context,
      version: '0.1.0',
      ...(people && { people }),
    });
    return new TestApi(app, context, configuration, clock, store);
  }

  /** Sends a request, its path relative to the base. */
  async send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH',
    path: string,
    body?: JsonValue,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const answer = await this.app.inject({
      method,
      url: `/genesys/1/cs${path}`,
      headers: { ...(body !== undefined && { 'content-type': 'application/json;charset=UTF-8' }), ...headers },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    });
    const text = answer.body;
    const isJson = String(answer.headers['content-type'] ?? '').startsWith('application/json');
    return {
      status: answer.statusCode,
      // Whatever came is looked into; what is not there is undefined.
      body: (isJson && text !== '' ? JSON.parse(text) : {}) as Body,
      text,
      headers: answer.headers,
    };
  }

  get(path: string, headers?: Record<string, string>): Promise<Reply> {
    return this.send('GET', path, undefined, headers);
  }

  post(path: string, body?: JsonValue, headers?: Record<string, string>): Promise<Reply> {
    return this.send('POST', path, body, headers);
  }

  put(path: string, body?: JsonValue, headers?: Record<string, string>): Promise<Reply> {
    return this.send('PUT', path, body, headers);
  }

  delete(path: string, headers?: Record<string, string>): Promise<Reply> {
    return this.send('DELETE', path, undefined, headers);
  }

  /** Starts a service. @returns its id */
  async startService(body: JsonValue): Promise<string> {
    const { body: started } = await this.post('/services/start', body);
    return String(started.service_id);
  }

  /** Starts a state or task. @returns its id */
  async startStep(service: string, kind: 'state' | 'task', body: JsonValue = {}): Promise<number> {
    const { body: started } = await this.post(`/services/${service}/${kind}s/start`, body);
    return Number(started[`${kind}_id`]);
  }

  /** Creates a profile. @returns the customer's id */
  async createProfile(body: JsonValue): Promise<string> {
    const { body: created } = await this.post('/profiles', body);
    return String(created.customer_id);
  }

  async close(): Promise<void> {
    this.context.stop();
    await this.app.close();
  }
}
