import { type Clock, instant, type JsonObject, type JsonValue } from '../kernel/index.js';
import { type Database, statement } from '../store/index.js';
import { CallbackError } from './callback-error.js';
import {
  CALLBACK_COLUMNS,
  type CallbackRecord,
  type CallbackRow,
  propertyText,
  READ_CALLBACK,
  recordOf,
} from './callback-record.js';
import type { CallbackServices } from './callback-service.js';
import type { CallbackConfiguration } from './configuration.js';
import { CONTACT_CENTER_KEY, contactCenterOf } from './contact-centers.js';
import { numberKeys } from './customer-number.js';
import { CALLBACK_STATES, isCallbackState } from './life-cycle.js';
import { lookupValue, NUMBER_KEY } from './lookup-keys.js';
import { effectiveParameter } from './service-parameters.js';

/** At most this many records come back from a query by property. */
const MOST_RECORDS = 10_000;
const DEFAULT_PER_QUEUE = 500;
const DEFAULT_WINDOW_BEFORE_MS = 15 * 60_000;
const DEFAULT_WINDOW_AFTER_MS = 24 * 3_600_000;

/** `$3`: how many of the keys have to be met. */
const BY_KEYS = `select l.callback from callback_lookup l
       join unnest($1::text[], $2::text[]) as w (key, value) on l.key = w.key and l.value = w.value
      group by l.callback having count(distinct l.key) >= $3::integer`;

const MEETS_STATE = `(c.state = any ($4::text[]) and ($5::text is null or c.reason = $5))`;

const OF_CONTACT_CENTER = `($9::text is null or c.properties ->> '${CONTACT_CENTER_KEY}' = $9)`;

const FIND_ALL = statement(
  'callback-find-all',
  `select ${CALLBACK_COLUMNS} from callback c
    where ($3::integer = 0 or c.id in (${BY_KEYS})) and ${MEETS_STATE}
      and ($6::text is null or c.service = $6) and ($8::text is null or c.id = $8)
      and ${OF_CONTACT_CENTER}
    order by c.desired_at, c.id limit $7`,
);

const FIND_ANY = statement(
  'callback-find-any',
  `select ${CALLBACK_COLUMNS} from callback c
    where (c.id in (${BY_KEYS}) or ($10::boolean and ${MEETS_STATE}) or c.id = $8)
      and ($6::text is null or c.service = $6) and ${OF_CONTACT_CENTER}
    order by c.desired_at, c.id limit $7`,
);

/** One range of the index per queue, however many callbacks the others have. */
const IN_QUEUES = statement(
  'callback-in-queues',
  `select ${CALLBACK_COLUMNS}
     from unnest($1::text[], $6::jsonb[]) as q (service, properties)
    cross join lateral (
      select * from callback
       where service = q.service and desired_at >= $2 and desired_at <= $3 and state = any ($4::text[])
         and ($7::text is null or reason = $7)
         and not exists (select from jsonb_each_text(q.properties) as f (key, value)
                          where callback.properties ->> f.key is distinct from f.value)
       order by desired_at, id limit $5
    ) c
    order by c.service, c.desired_at, c.id`,
);

const WATERMARKS = statement(
  'callback-watermarks',
  `select service, count(*)::integer as count from callback
    where state in ('QUEUED', 'PAUSED', 'ROUTING', 'PROCESSING') and service = any ($1::text[]) group by service`,
);

const CANCELLED = statement(
  'callback-cancelled',
  `select ${CALLBACK_COLUMNS} from callback c
    where c.state = 'COMPLETED' and c.reason = $1 and (c.desired_at, c.id) > ($2::timestamptz, $3::text)
    order by c.desired_at, c.id limit $4`,
);

const REPORT_PAGE = 5000;

/** A query by property: what a callback has to match. */
export interface CallbackCriteria {
  /** Absent: callbacks of all services. */
  service?: string;
  id?: string;
  /** Lookup keys and their values. */
  keys: Readonly<Record<string, string>>;
  /** A state, or `!` and a state. */
  state?: string;
  reason?: string;
  /** How the keys and the state combine; default AND. */
  operand?: 'AND' | 'OR';
  /** As the header of the request names it: only its callbacks. */
  contactCenter?: string;
}

/** The administrator's query over the queues; times in milliseconds since 1970. */
export interface QueueCriteria {
  service?: string;
  from?: number;
  to?: number;
  max?: number;
  states?: readonly string[];
  /** Parameters of the query; those that the option `filter-keys` does not list are ignored. */
  filters: Readonly<Record<string, string>>;
  /** As the header of the request names it: only its callbacks. */
  contactCenter?: string;
}

const CENSUS = statement(
  'callback-census',
  `with submitted as (
     select service, state, count(*)::integer as count, count(bucket)::integer as places from callback
      where state in ('QUEUED', 'PAUSED', 'ROUTING', 'PROCESSING') group by 1, 2
   ), held as (
     select service, sum(used)::integer as used from callback_slot group by 1
   )
   select service, state, count from submitted
   union all
   select h.service, 'SCHEDULED', greatest(0, h.used - coalesce((select sum(s.places) from submitted s
                                                                 where s.service = h.service), 0))::integer
     from held h`,
);

/** Reads callbacks in the forms in which the API shows them. */
export class Queries {
  constructor(
    private readonly parts: {
      database: Database;
      clock: Clock;
      services: CallbackServices;
      configuration: CallbackConfiguration;
    },
  ) {}

  /** The stored callback. */
  async byId(id: string): Promise<CallbackRow | undefined> {
    const [row] = await this.parts.database.query<CallbackRow>(READ_CALLBACK, [id]);
    return row;
  }

  /**
   * Query-Callback: in order of desired time; finished ones until their record expires.
   * @throws CallbackError `no-criterion`, `invalid-parameter` for a state that does not exist, `unknown-service`,
   *   `unknown-contact-center`
   */
  async find(criteria: CallbackCriteria): Promise<CallbackRecord[]> {
    const { services, database } = this.parts;
    if (criteria.service !== undefined) services.get(criteria.service);
    const keys = Object.entries(criteria.keys);
    const byState = criteria.state !== undefined || criteria.reason !== undefined;
    if (keys.length === 0 && !byState && criteria.id === undefined) throw new CallbackError('no-criterion', {});
    const sought = keys.flatMap(([key, value]) => this.#filedValues(key, value).map((filed) => ({ key, filed })));
    const any = criteria.operand === 'OR';
    const contactCenter = contactCenterOf(this.parts.configuration, criteria.contactCenter);
    const values = [
      sought.map(({ key }) => key),
      sought.map(({ filed }) => filed),
      any ? 1 : keys.length,
      statesMatching(criteria.state),
      criteria.reason ?? null,
      criteria.service ?? null,
      MOST_RECORDS,
      criteria.id ?? null,
      contactCenter ?? null,
    ];
    const rows = await database.query<CallbackRow>(any ? FIND_ANY : FIND_ALL, any ? [...values, byState] : values);
    return rows.map((row) => this.#record(row));
  }

  /**
   * The administrator's query: each queue with its callbacks of a window of desired times, the earliest first.
   * @throws CallbackError `unknown-service`, `unknown-contact-center`, `invalid-parameter`, `invalid-range`
   */
  async queues(criteria: QueueCriteria): Promise<Record<string, CallbackRecord[]>> {
    const { services, database, clock } = this.parts;
    const names = criteria.service === undefined ? services.names() : [services.get(criteria.service).name];
    const from = criteria.from ?? clock.now() - DEFAULT_WINDOW_BEFORE_MS;
    const to = criteria.to ?? clock.now() + DEFAULT_WINDOW_AFTER_MS;
    if (to < from) throw new CallbackError('invalid-range', { problem: 'end_time is before start_time' });
    const { state, reason, properties } = this.#filters(criteria.filters);
    const contactCenter = contactCenterOf(this.parts.configuration, criteria.contactCenter);
    if (contactCenter !== undefined) properties[CONTACT_CENTER_KEY] = contactCenter;
    const states = (criteria.states ?? CALLBACK_STATES).flatMap((each) => statesMatching(each));
    const queues: Record<string, CallbackRecord[]> = Object.fromEntries(names.map((name) => [name, []]));
    const asked = names.flatMap((name) => {
      const open = this.#openFilters(name, properties);
      return open ? [{ name, filters: JSON.stringify(open) }] : [];
    });
    const rows = await database.query<CallbackRow>(IN_QUEUES, [
      asked.map(({ name }) => name),
      instant(from),
      instant(to),
      states.filter((each) => state === undefined || statesMatching(state).includes(each)),
      criteria.max ?? DEFAULT_PER_QUEUE,
      asked.map(({ filters }) => filters),
      reason ?? null,
    ]);
    for (const row of rows) queues[row.service]?.push(this.#record(row));
    return queues;
  }

  /**
   * How many unfinished callbacks of each service are in which state, without reading those that wait for their time:
   * they are what holds a place and is not submitted.
   */
  async census(): Promise<{ service: string; state: string; count: number }[]> {
    return this.parts.database.query(CENSUS);
  }

  /** Submitted and unfinished callbacks of the named services, or of all; unknown names are left out. */
  async watermarks(asked?: readonly string[]): Promise<{ services: Record<string, number>; total: number }> {
    const { services, database } = this.parts;
    const names = services.names().filter((name) => asked === undefined || asked.includes(name));
    const counts: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
    for (const { service, count } of await database.query<{ service: string; count: number }>(WATERMARKS, [names])) {
      counts[service] = count;
    }
    return { services: counts, total: Object.values(counts).reduce((sum, count) => sum + count, 0) };
  }

  /** The named properties of all callbacks that were completed for a reason, by desired time. */
  async *completedFor(reason: string, properties: readonly string[]): AsyncGenerator<string[]> {
    let after = { desired_at: 0, id: '' };
    let page: CallbackRow[];
    do {
      page = await this.parts.database.query<CallbackRow>(CANCELLED, [
        reason,
        instant(after.desired_at),
        after.id,
        REPORT_PAGE,
      ]);
      for (const row of page) {
        const record = this.#record(row);
        yield properties.map((name) => record[name] ?? propertyText(row, name) ?? '');
      }
      after = page.at(-1) ?? after;
    } while (page.length === REPORT_PAGE);
  }

  #record(row: CallbackRow): CallbackRecord {
    const { returned } = this.parts.services.queryKeys();
    return recordOf(row, [...Object.keys(row.lookup), ...returned]);
  }

  /** A number is filed in the form that its service's country gives it; whose service it is, a query does not say. */
  #filedValues(key: string, value: string): string[] {
    if (key !== NUMBER_KEY) return [lookupValue(value)];
    const { services } = this.parts;
    const countries = new Set(services.names().map((name) => services.find(name)?.defaultCountry ?? ''));
    return numberKeys(value, countries).map(lookupValue);
  }

  #filters(given: Readonly<Record<string, string>>) {
    const { filters } = this.parts.services.queryKeys();
    const properties: Record<string, string> = {};
    let state: string | undefined;
    let reason: string | undefined;
    for (const name of filters) {
      const value = given[name];
      if (value === undefined) continue;
      if (name === '_callback_state') state = value;
      else if (name === '_callback_reason') reason = value;
      else properties[name] = value;
    }
    return { state, reason, properties };
  }

  /**
   * What is left to compare with a callback's own properties, where the service's options do not decide already.
   * @returns undefined when no callback of the service can match
   */
  #openFilters(name: string, filters: Readonly<Record<string, string>>): JsonObject | undefined {
    const service = this.parts.services.find(name);
    if (!service) return undefined;
    const open: Record<string, JsonValue> = {};
    for (const [key, value] of Object.entries(filters)) {
      const configured = effectiveParameter(service, {}, key);
      if (configured === undefined || service.overwritable.has(key)) open[key] = value;
      else if (configured !== value) return undefined;
    }
    return open;
  }
}

/**
 * The states that `QUEUED` or `!COMPLETED` means; all when nothing is said.
 * @throws CallbackError `invalid-parameter`
 */
function statesMatching(text: string | undefined): string[] {
  if (text === undefined) return [...CALLBACK_STATES];
  const negated = text.startsWith('!');
  const name = (negated ? text.slice(1) : text).trim();
  if (!isCallbackState(name)) {
    const problem = `[${text}] is none of ${CALLBACK_STATES.join(', ')}`;
    throw new CallbackError('invalid-parameter', { parameter: '_callback_state', problem });
  }
  return CALLBACK_STATES.filter((state) => (state === name) !== negated);
}
