import {
  type Clock,
  instant,
  type JsonObject,
  type JsonValue,
  newId,
  newSessionId,
  RingbackError,
} from '../kernel/index.js';
import type { Reply, Sessions } from '../orchestration/index.js';
import type { Database } from '../store/index.js';
import { type Sql, statement } from '../store/sql.js';
import type { Storage, StoredFile, StoredValue } from './storage.js';

type OptionMap = Readonly<Record<string, string>>;

/** What a client sends to create a service or with a request: names beginning with `_` are parameters, others data. */
export interface ServiceRequest {
  parameters: JsonObject;
  userData: ReadonlyMap<string, StoredValue>;
}

export interface ServiceRecord {
  id: string;
  name: string;
  storage: string;
}

interface ServiceRow extends ServiceRecord {
  created_at: number;
}

/** Who else has sessions behind an id that clients know (the callback domain). */
export type SessionOfId = (
  id: string,
) => Promise<{ session: string | undefined; service: string; storage?: string } | undefined>;

const CREATE = statement(
  'service-create',
  'insert into service (id, name, storage, created_at, expires_at) values ($1, $2, $3, $4, $5)',
);
const READ = statement(
  'service-read',
  'select id, name, storage, created_at from service where id = $1 and expires_at > $2',
);
const REMOVE = statement('service-remove', 'delete from service where id = $1 returning id, name, storage, created_at');
const PURGE = statement('service-purge', 'delete from service where expires_at <= $1');

/** How long a client's request waits for the application's answer. */
const ANSWER_TIMEOUT_MS = 30_000;
/** How long a service and its data are kept when the configured service sets no `_ttl`. */
const DEFAULT_TTL_S = 3_600;

/** Parameters that a request may not set unless the service says so (gms-services.md 1.6). */
const RESERVED = new Set([
  '_redirect',
  '_service',
  '_type',
  '_ors',
  '_ors_lb_strategy',
  'username',
  'password',
  '_overwritable_options',
]);

/** The Service API: services of type `ors` that run an application, and the requests that clients send to them. */
export class Services {
  constructor(
    private readonly parts: {
      database: Database;
      sessions: Sessions;
      storage: Storage;
      clock: Clock;
      service: (name: string) => OptionMap | undefined;
      sessionOf: SessionOfId;
    },
  ) {}

  /**
   * Starts a configured service of type `ors` and waits for the first answer of its application.
   * @returns the application's answer as it stands; `{_id}` when it has none
   * @throws RingbackError `unknown-service`, `unknown-flow`, `not-a-session-service`
   */
  async create(name: string, request: ServiceRequest): Promise<Reply> {
    const { database, sessions, storage, clock } = this.parts;
    const options = this.parts.service(name);
    if (!options) throw new RingbackError('unknown-service', `Service ${name} is not configured`);
    if (options._type !== 'ors') {
      throw new RingbackError('not-a-session-service', `Service ${name} is of type ${options._type ?? '(none)'}`);
    }
    const application = await sessions.resolve(options._service ?? name);
    const id = newSessionId();
    const startRequestId = newId();
    const ttl = Number(options._ttl) > 0 ? Number(options._ttl) : DEFAULT_TTL_S;
    await database.transaction(async (tx) => {
      const data = await storage.create(tx, request.userData, ttl);
      const now = clock.now();
      await tx.query(CREATE, [id, name, data, instant(now), instant(now + ttl * 1000)]);
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

  /**
   * Sends a request to the application behind a service or callback id.
   * @throws RingbackError `unknown-service-id`, `no-session` (the record has none yet), `session-gone`, `no-answer`
   */
  async request(id: string, name: string, request: ServiceRequest): Promise<Reply> {
    const found = await this.#sessionOf(id);
    if (!found) throw unknownId(id);
    if (name === 'update') return this.#update(found, request);
    if (found.session === undefined) {
      throw new RingbackError(
        'no-session',
        `Request ${name} is not possible: the callback ${id} has not been submitted`,
      );
    }
    if (found.storage !== undefined && request.userData.size > 0) {
      await this.parts.storage.put(this.parts.database, found.storage, request.userData);
    }
    const reply = await this.parts.sessions.request(found.session, name, request.parameters, ANSWER_TIMEOUT_MS);
    if (reply === 'no-session') throw new RingbackError('session-gone', `ORS request failed: 404 Not Found`);
    if (!reply) throw new RingbackError('no-answer', `The service did not answer the request ${name}`);
    return reply;
  }

  /** Ends a service: its session by the exit handlers, its record and its data; false when there is none. */
  async remove(id: string): Promise<boolean> {
    const { database, sessions, storage } = this.parts;
    const removed = await database.transaction(async (tx) => {
      const [row] = await tx.query<ServiceRow>(REMOVE, [id]);
      if (!row) return false;
      await storage.remove(tx, row.storage);
      await sessions.terminate(tx, id, 'deleted by its client');
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
    const { database, storage } = this.parts;
    const found = await storage.list(database, await this.#storageOf(id));
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

  async purge(sql: Sql): Promise<void> {
    await sql.query(PURGE, [instant(this.parts.clock.now())]);
  }

  async #storageOf(id: string): Promise<string> {
    const record = await this.#read(id);
    if (!record) throw unknownId(id);
    return record.storage;
  }

  async #update(found: { storage?: string }, request: ServiceRequest): Promise<Reply> {
    if (found.storage === undefined) throw new RingbackError('no-session', 'The service has no stored data');
    await this.parts.storage.put(this.parts.database, found.storage, request.userData);
    return { status: 200, body: {} };
  }

  async #sessionOf(
    id: string,
  ): Promise<{ session: string | undefined; service: string; storage?: string } | undefined> {
    const record = await this.#read(id);
    if (record) return { session: id, service: record.name, storage: record.storage };
    return this.parts.sessionOf(id);
  }

  async #read(id: string): Promise<ServiceRow | undefined> {
    const { database, clock } = this.parts;
    const [row] = await database.query<ServiceRow>(READ, [id, instant(clock.now())]);
    return row;
  }
}

function unknownId(id: string): RingbackError {
  return new RingbackError('unknown-service-id', `No service with id ${id}`);
}

/** A configured option wins over the request's parameter of its name, unless it may be overwritten. */
function effectiveParameters(options: OptionMap, parameters: JsonObject): JsonObject {
  const overwritable = new Set((options._overwritable_options ?? '').split(',').map((name) => name.trim()));
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (!RESERVED.has(name) || overwritable.has(name)) result[name] = value;
  }
  for (const [name, value] of Object.entries(options)) {
    if (name === 'username' || name === 'password') continue;
    if (!(overwritable.has(name) && name in parameters)) result[name] = value;
  }
  return result;
}

function isEmpty(body: JsonValue): boolean {
  return body === null || body === '' || (typeof body === 'object' && Object.keys(body).length === 0);
}
