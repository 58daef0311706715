import { type Clock, instant } from '../kernel/index.js';
import { type Sql, statement } from '../store/sql.js';

/** A service that a client has started. */
export interface ServiceRecord {
  /** Of a service that runs an application: the id of its session. */
  id: string;
  /** Execution name: of the configured service. */
  name: string;
  /** Id of the data stored with it. */
  storage: string;
  /** What a builtin service is; null for one that runs an application. */
  template: string | null;
  /** Milliseconds since 1970. */
  expires_at: number;
}

/** Ten years. */
const LONGEST_TTL_S = 315_360_000;

const CREATE = statement(
  'service-create',
  'insert into service (id, name, storage, template, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)',
);
const READ = statement(
  'service-read',
  'select id, name, storage, template, expires_at from service where id = $1 and expires_at > $2',
);
const REMOVE = statement('service-remove', 'delete from service where id = $1 returning id, name, storage, template');
const PURGE = statement('service-purge', 'delete from service where expires_at <= $1');

/** The services that clients have started, until their `_ttl` ends. */
export class ServiceRecords {
  constructor(private readonly clock: Clock) {}

  /** @param ttl seconds. @returns when the record ends, milliseconds since 1970 */
  async create(sql: Sql, record: Omit<ServiceRecord, 'expires_at'>, ttl: number): Promise<number> {
    const now = this.clock.now();
    const ends = now + ttl * 1000;
    const { id, name, storage, template } = record;
    await sql.query(CREATE, [id, name, storage, template, instant(now), instant(ends)]);
    return ends;
  }

  /** @returns undefined when there is none, or it has expired */
  async read(sql: Sql, id: string): Promise<ServiceRecord | undefined> {
    return (await sql.query<ServiceRecord>(READ, [id, instant(this.clock.now())]))[0];
  }

  async remove(sql: Sql, id: string): Promise<Omit<ServiceRecord, 'expires_at'> | undefined> {
    return (await sql.query<Omit<ServiceRecord, 'expires_at'>>(REMOVE, [id]))[0];
  }

  async purge(sql: Sql): Promise<void> {
    await sql.query(PURGE, [instant(this.clock.now())]);
  }
}

/** How long a service and its data are kept, by its option `_ttl`. */
export function secondsToLive(options: Readonly<Record<string, string>>, otherwise: number): number {
  const seconds = Number(options._ttl);
  return seconds > 0 ? Math.min(seconds, LONGEST_TTL_S) : otherwise;
}
