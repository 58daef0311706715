import { type JsonObject, type JsonValue, newId, newSessionId, RingbackError } from '../kernel/index.js';
import type { Reply, Sessions } from '../orchestration/index.js';
import type { Database } from '../store/index.js';
import type { Sql, Transaction } from '../store/sql.js';
import type { LiveService } from './access/access-desk.js';
import type { AccessNumbers } from './access/access-numbers.js';
import type { BuiltinService, ServiceRequest } from './builtin/builtin-service.js';
import { effectiveParameters } from './parameter-rules.js';
import type { RemoteSession, RemoteSessions } from './remote-sessions.js';
import { type ServiceRecords, secondsToLive } from './service-records.js';
import { sessionFamily } from './session-families.js';
import type { Storage, StoredFile } from './storage.js';

type OptionMap = Readonly<Record<string, string>>;

/** Who else has sessions behind an id that clients know (the callback domain). */
export type SessionOfId = (id: string) => Promise<Found | undefined>;

/** How long a client's request waits for the application's answer. */
const ANSWER_TIMEOUT_MS = 30_000;
/** How long a service and its data are kept when the configured service sets no `_ttl`. */
const DEFAULT_TTL_S = 3_600;

/** Hears which keys of a service's data were written. */
export type UpdateHandler = (tx: Transaction, id: string, keys: readonly string[]) => Promise<unknown>;

/** A service behind an id. */
interface Found {
  session: string | undefined;
  service: string;
  storage?: string;
  /** Of a builtin service. */
  template?: string;
  /** Where its session is, when it is not here. */
  remote?: RemoteSession;
}

/** What a client may ask of a builtin service, which has no application behind it. */
const UPDATE = 'update';

/** The Service API: services that run an application, builtin ones, and the requests that clients send to them. */
export class Services {
  readonly #builtins = new Map<string, BuiltinService>();
  readonly #updateHandlers: UpdateHandler[] = [];
  readonly #observers: ((service: string, outcome: string) => void)[] = [];

  constructor(
    private readonly parts: {
      database: Database;
      sessions: Sessions;
      storage: Storage;
      records: ServiceRecords;
      access: AccessNumbers;
      /** Sessions on other orchestration servers; absent: all run here. */
      remote?: RemoteSessions;
      service: (name: string) => OptionMap | undefined;
      sessionOf: SessionOfId;
    },
  ) {}

  /** Hears of data that clients add to a service or replace, in the transaction that stores them. */
  onUpdate(handler: UpdateHandler): void {
    this.#updateHandlers.push(handler);
  }

  /** Hears of every service that is created or read: its name, and `ok` or the code of the refusal. */
  observe(observer: (service: string, outcome: string) => void): void {
    this.#observers.push(observer);
  }

  /** Makes services of a template known: those of type `builtin` whose `_service` it is. */
  addBuiltin(template: string, service: BuiltinService): void {
    this.#builtins.set(template, service);
  }

  /**
   * Creates a configured service.
   * @returns of a service that runs an application, what that answers first, as it stands; `{_id}` when it has none
   * @throws RingbackError `unknown-service`, `unknown-flow`, `not-a-session-service`, `wrong-method` and what the builtin
   *   service throws
   */
  create(name: string, request: ServiceRequest): Promise<Reply> {
    return this.#counted(name, () => this.#create(name, request));
  }

  async #create(name: string, request: ServiceRequest): Promise<Reply> {
    const options = this.parts.service(name);
    const builtin = this.#builtinOf(name, options);
    if (builtin && (options || builtin.method === 'read')) return this.#run(builtin, 'create', name, options, request);
    if (!options) throw unknownService(name);
    if (options._type?.toLowerCase() !== 'ors') {
      throw new RingbackError('not-a-session-service', `Service ${name} is of type ${options._type ?? '(none)'}`);
    }
    const family = sessionFamily(options._service ?? name);
    if (!family) return this.#start(name, options, request);
    return this.#start(name, { ...family.options, ...options, _service: family.flow }, request);
  }

  /**
   * Reads a service that needs no creation, such as office hours.
   * @throws RingbackError `unknown-service`, `wrong-method` and what the builtin service throws
   */
  read(name: string, request: ServiceRequest): Promise<Reply> {
    return this.#counted(name, () => this.#readService(name, request));
  }

  /** Only what is configured is counted: anybody may ask for names. */
  async #counted(name: string, work: () => Promise<Reply>): Promise<Reply> {
    const tell = (outcome: string) => {
      if (this.parts.service(name)) for (const observer of this.#observers) observer(name, outcome);
    };
    try {
      const reply = await work();
      tell('ok');
      return reply;
    } catch (error) {
      tell(error instanceof RingbackError ? error.code : 'error');
      throw error;
    }
  }

  async #readService(name: string, request: ServiceRequest): Promise<Reply> {
    const options = this.parts.service(name);
    const builtin = this.#builtinOf(name, options);
    if (builtin && (options || builtin.method === 'read')) return this.#run(builtin, 'read', name, options, request);
    if (!options) throw unknownService(name);
    throw wrongMethod(name, 'create');
  }

  async #run(
    builtin: BuiltinService,
    method: BuiltinService['method'],
    name: string,
    options: OptionMap | undefined,
    request: ServiceRequest,
  ): Promise<Reply> {
    if (builtin.method !== method) throw wrongMethod(name, builtin.method);
    return builtin.run({ name, options: options ?? {}, request });
  }

  /** The builtin service of a name: by its configured template, or one that answers without being configured. */
  #builtinOf(name: string, options: OptionMap | undefined): BuiltinService | undefined {
    if (options?._type?.toLowerCase() === 'ors') return undefined;
    const builtin = this.#builtins.get(options?._service ?? name);
    return options || builtin?.unconfigured ? builtin : undefined;
  }

  async #start(name: string, options: OptionMap, request: ServiceRequest): Promise<Reply> {
    const { database, sessions, storage, records, remote } = this.parts;
    if (remote && remote.serversOf(options).length > 0) return this.#startRemotely(remote, name, options, request);
    const application = await sessions.resolve(options._service ?? name);
    const id = newSessionId();
    const startRequestId = newId();
    const ttl = secondsToLive(options, DEFAULT_TTL_S);
    await database.transaction(async (tx) => {
      const data = await storage.create(tx, request.userData, ttl);
      await records.create(tx, { id, name, storage: data, template: null }, ttl);
      await sessions.start(tx, {
        id,
        ...application,
        parameters: {
          ...effectiveParameters(options, request.parameters),
          _service_id: id,
          _service_name: name,
          _data_id: data,
        },
        service: name,
        startRequestId,
      });
    });
    sessions.wake(id);
    const reply = await sessions.reply(startRequestId, ANSWER_TIMEOUT_MS);
    return !reply || isEmpty(reply.body) ? { status: reply?.status ?? 200, body: { _id: id } } : reply;
  }

  /** The session runs on one of the servers that the service names; without one, nothing is kept of the service. */
  async #startRemotely(
    remote: RemoteSessions,
    name: string,
    options: OptionMap,
    request: ServiceRequest,
  ): Promise<Reply> {
    const { database, storage, records } = this.parts;
    const id = newSessionId();
    const ttl = secondsToLive(options, DEFAULT_TTL_S);
    // The application may ask for the data before the service is answered.
    const data = await storage.create(database, request.userData, ttl);
    const own = { _service_id: id, _service_name: name, _data_id: data };
    try {
      const { _ors, _ors_lb_strategy, ...parameters } = effectiveParameters(options, request.parameters);
      const session = await remote.start({ _service: name, ...options }, id, { ...parameters, ...own });
      await database.transaction(async (tx) => {
        await records.create(tx, { id, name, storage: data, template: null }, ttl);
        await remote.keep(tx, session);
      });
      const reply = await remote.request(session, 'gms.start', {});
      return isEmpty(reply.body) ? { status: reply.status, body: { _id: session.session } } : reply;
    } catch (error) {
      if (!(await records.read(database, id))) await storage.remove(database, data);
      throw error;
    }
  }

  /**
   * Sends a request to the application behind a service or callback id.
   * @throws RingbackError `unknown-service-id`, `unsupported-request` (of a builtin service), `no-session` (the record has none yet), `session-gone`, `no-answer`
   */
  async request(id: string, name: string, request: ServiceRequest): Promise<Reply> {
    const found = await this.#sessionOf(id);
    if (!found) throw unknownId(id);
    if (name === UPDATE) return this.#update(id, found, request);
    if (found.template !== undefined) {
      throw new RingbackError('unsupported-request', `Request ${name} is not supported by service ${found.service}`);
    }
    if (found.session === undefined) {
      throw new RingbackError(
        'no-session',
        `Request ${name} is not possible: the callback ${id} has not been submitted`,
      );
    }
    if (found.storage !== undefined && request.userData.size > 0) {
      await this.parts.storage.put(this.parts.database, found.storage, request.userData);
    }
    const elsewhere = await this.#remoteOf(id, found.remote);
    if (elsewhere) return elsewhere.remote.request(elsewhere.session, name, allTexts(request));
    const reply = await this.parts.sessions.request(found.session, name, request.parameters, ANSWER_TIMEOUT_MS);
    if (reply === 'no-session') throw new RingbackError('session-gone', `ORS request failed: 404 Not Found`);
    if (!reply) throw new RingbackError('no-answer', `The service did not answer the request ${name}`);
    return reply;
  }

  /**
   * Ends a service: its session by the exit handlers, its access information, its record and its data.
   * @returns false when there is none
   */
  async remove(id: string): Promise<boolean> {
    const { database, sessions, storage, records, access } = this.parts;
    const elsewhere = await this.#remoteOf(id);
    if (elsewhere) await elsewhere.remote.terminate(elsewhere.session);
    const removed = await database.transaction(async (tx) => {
      const record = await records.remove(tx, elsewhere?.session.service ?? id);
      if (!record) return false;
      await access.release(tx, id);
      await storage.remove(tx, record.storage);
      if (record.template === null && !elsewhere) await sessions.terminate(tx, id, 'deleted by its client');
      return true;
    });
    if (removed) sessions.wake(id);
    return removed;
  }

  /**
   * The data stored with a service: strings by key, undefined for a file.
   * @throws RingbackError `unknown-service-id`
   */
  async data(id: string): Promise<Map<string, string | undefined>> {
    const found = await this.parts.storage.list(this.parts.database, await this.#storageOf(id));
    if (!found) throw unknownId(id);
    return found;
  }

  async file(id: string, key: string): Promise<StoredFile | undefined> {
    return this.parts.storage.file(this.parts.database, await this.#storageOf(id), key);
  }

  async removeData(id: string, key: string): Promise<boolean> {
    return this.parts.storage.removeKey(this.parts.database, await this.#storageOf(id), key);
  }

  /** The configured service behind an id, whose credentials its requests need. */
  async nameOf(id: string): Promise<string | undefined> {
    return (await this.#sessionOf(id))?.service;
  }

  /** The running service of an id: a builtin one that has not expired, or one whose session runs. */
  async live(id: string): Promise<LiveService | undefined> {
    const record = await this.#read(id);
    if (record?.template) return { id, storage: record.storage, ends: record.expires_at };
    const found = await this.#sessionOf(id);
    if (found?.session === undefined) return undefined;
    if (!found.remote && !(await this.parts.sessions.isRunning(found.session))) return undefined;
    return { id, storage: found.storage, ends: undefined };
  }

  /** The service or callback that a session works for, in the transaction of its macrostep. */
  async ofSession(sql: Sql, { id, callback }: { id: string; callback?: string }): Promise<LiveService> {
    if (callback !== undefined) return { id: callback, storage: undefined, ends: undefined };
    const record = await this.parts.records.read(sql, id);
    return { id, storage: record?.storage, ends: record?.expires_at };
  }

  /** The session of the application behind the id of a service or callback; undefined when it has none. */
  async sessionOf(id: string): Promise<string | undefined> {
    return (await this.#sessionOf(id))?.session;
  }

  /** Forgets what has expired. */
  async purge(sql: Sql): Promise<void> {
    await this.parts.records.purge(sql);
    await this.parts.access.purge(sql);
  }

  async #storageOf(id: string): Promise<string> {
    const record = await this.#read(id);
    if (!record) throw unknownId(id);
    return record.storage;
  }

  async #update(id: string, { storage }: { storage?: string }, { userData }: ServiceRequest): Promise<Reply> {
    if (storage === undefined) throw new RingbackError('no-session', 'The service has no stored data');
    await this.parts.database.transaction(async (tx) => {
      await this.parts.storage.put(tx, storage, userData);
      for (const handler of this.#updateHandlers) await handler(tx, id, [...userData.keys()]);
    });
    return { status: 200, body: {} };
  }

  async #sessionOf(id: string): Promise<Found | undefined> {
    const record = await this.#read(id);
    if (!record) return this.parts.sessionOf(id);
    const { name, storage, template } = record;
    if (template !== null) return { session: undefined, service: name, storage, template };
    return { session: id, service: name, storage };
  }

  /** The record of a service, also by the id of its session on another server. */
  async #read(id: string) {
    const { database, records } = this.parts;
    const record = await records.read(database, id);
    if (record) return record;
    const elsewhere = await this.#remoteOf(id);
    return elsewhere && records.read(database, elsewhere.session.service);
  }

  /** @param known the session, if it is known already */
  async #remoteOf(
    id: string,
    known?: RemoteSession,
  ): Promise<{ remote: RemoteSessions; session: RemoteSession } | undefined> {
    const { remote, database } = this.parts;
    const session = known ?? (await remote?.find(database, id));
    return remote && session && { remote, session };
  }
}

/** What a client sent as text: what GMS forwards to another server. */
function allTexts({ parameters, userData }: ServiceRequest): JsonObject {
  const texts = [...userData].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { ...Object.fromEntries(texts), ...parameters };
}

function unknownId(id: string): RingbackError {
  return new RingbackError('unknown-service-id', `No service with id ${id}`);
}

function unknownService(name: string): RingbackError {
  return new RingbackError('unknown-service', `Service ${name} is not configured`);
}

function wrongMethod(name: string, right: BuiltinService['method']): RingbackError {
  const method = right === 'read' ? 'GET' : 'POST';
  return new RingbackError('wrong-method', `Service ${name} is used with ${method}`);
}

function isEmpty(body: JsonValue): boolean {
  return body === null || body === '' || (typeof body === 'object' && Object.keys(body).length === 0);
}
