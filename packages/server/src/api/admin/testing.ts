import type { FastifyInstance, InjectOptions } from 'fastify';
import { Registry } from 'prom-client';
import { Configuration, LoginSessions } from '../../config/index.js';
import { Activity, type JsonObject, ManualClock, silentLogger } from '../../kernel/index.js';
import { AuditLog } from '../../reporting/index.js';
import { type TestDatabase, testDatabase } from '../../store/testing.js';
import { createHttp } from '../http.js';
import { Authentication } from './authentication.js';
import { type AdminOptions, adminApi } from './index.js';
import { loginApi } from './login/index.js';
import { OpenId } from './login/open-id.js';

const NOW = Date.UTC(2026, 0, 5, 9);

type FeedEvent = JsonObject & { id: string; at: string; type: string };

/** A journal in memory. */
export class MemoryJournal {
  readonly events: FeedEvent[] = [];
  readonly #subscribers = new Set<{ types?: readonly string[]; onEvent: (event: FeedEvent) => void }>();

  subscribe(options: { types?: readonly string[]; after?: string; onEvent: (event: FeedEvent) => void }) {
    const { after } = options;
    if (after !== undefined) for (const event of this.events) if (event.id > after) options.onEvent(event);
    this.#subscribers.add(options);
    return { ready: Promise.resolve(), close: () => void this.#subscribers.delete(options) };
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  async history(filter: { callback?: string; session?: string; call?: string }): Promise<FeedEvent[]> {
    return this.events.filter((event) =>
      (['callback', 'session', 'call'] as const).every(
        (subject) => filter[subject] === undefined || event[subject] === filter[subject],
      ),
    );
  }

  record(event: FeedEvent): void {
    this.events.push(event);
    for (const { onEvent } of this.#subscribers) onEvent(event);
  }
}

/** What the tests of the administration API do not say themselves. */
function nothing(): Omit<AdminOptions, 'audit' | 'authentication' | 'configuration' | 'journal' | 'clock'> {
  const refuse = () => Promise.reject(new Error('not expected'));
  return {
    log: silentLogger,
    agents: {
      login: refuse,
      logout: refuse,
      ready: refuse,
      notReady: refuse,
      state: () => undefined,
      states: () => [],
    },
    callbacks: { list: async () => ({ callbacks: [] }), get: async () => undefined },
    customers: {
      tenant: () => 1,
      list: async () => ({ customers: [] }),
      find: async () => [],
      get: refuse,
      change: refuse,
      journey: refuse,
      definitions: async () => ({}),
    },
    sessions: {
      list: async () => [],
      get: async () => undefined,
      chart: async () => undefined,
      step: async () => undefined,
    },
    flows: { put: refuse, latest: async () => undefined, list: async () => [], remove: async () => false },
  };
}

export interface TestServer {
  app: FastifyInstance;
  configuration: Configuration;
  journal: MemoryJournal;
  clock: ManualClock;
  /** Sends JSON; answers with the status and the parsed body. */
  send(
    method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: unknown; headers: Record<string, unknown> }>;
}

/** One for all servers of a test file, which run one after the other. */
let shared: Promise<TestDatabase> | undefined;

/** The administration API with an empty configuration. */
export async function adminServer(more: Partial<AdminOptions> & { adminPassword?: string } = {}): Promise<TestServer> {
  shared ??= testDatabase();
  const { database } = await shared;
  await database.query('delete from config_object');
  const activity = new Activity();
  const clock = new ManualClock(NOW, activity);
  await database.query('delete from audit_entry');
  const log = new AuditLog({ clock });
  const configuration = await Configuration.open({
    ...{ database, clock, activity, log: silentLogger },
    audit: (tx, changes) => log.record(tx, changes),
  });
  const audit: AdminOptions['audit'] = {
    record: (entries) => log.record(database, entries),
    list: (filter, page) => log.list(database, filter, page),
  };
  const journal = new MemoryJournal();
  const sessions = new LoginSessions({ database, clock });
  const openId = new OpenId(configuration);
  const authentication = new Authentication({ configuration, adminPassword: more.adminPassword, sessions, openId });
  const app = await createHttp({
    log: silentLogger,
    metrics: new Registry(),
    readiness: () => ({ ready: true }),
    version: '0.0.0',
    consoleDirectory: '/nowhere',
    guard: authentication.guard,
  });
  const options: AdminOptions = { ...nothing(), audit, authentication, configuration, journal, clock, ...more };
  await app.register(loginApi, { authentication, sessions, openId, log: silentLogger });
  await app.register(adminApi, { prefix: '/api/v1', ...options });
  await app.ready();
  return {
    app,
    configuration,
    journal,
    clock,
    send: async (method, path, body, headers = {}) => {
      const request: InjectOptions = { method, url: `/api/v1${path}`, headers };
      if (body !== undefined) request.payload = body as object; // JSON, whatever it is
      const answer = await app.inject(request);
      const type = String(answer.headers['content-type'] ?? '');
      return {
        status: answer.statusCode,
        body: type.includes('json') ? answer.json() : answer.body,
        headers: answer.headers,
      };
    },
  };
}
