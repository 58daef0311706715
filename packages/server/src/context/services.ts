import { type Clock, instant, type JsonObject, type JsonValue } from '../kernel/index.js';
import type { Database, Sql } from '../store/index.js';
import type { BusinessAttributes } from './business-attributes.js';
import { ContextError, invalid, missing } from './errors.js';
import { type Expiry, readEndEvent, readExpiry, readExtensionName, readStartEvent, type StartEvent } from './event.js';
import { newServiceId } from './ids.js';
import { type Nested, type ServiceRow, serviceView, wantsSteps } from './service.js';
import type { ServiceLine } from './service-line.js';
import {
  associateService,
  type Completion,
  changeServices,
  deleteServices,
  deleteStepsOf,
  expireService,
  listStatement,
  lockService,
  readService,
} from './service-statements.js';
import type { Settings } from './settings.js';
import type { Presenter, StepRow } from './step.js';
import { stepsOfServices } from './step-statements.js';
import { storable, storableText } from './storable.js';

export interface ServicesOptions {
  database: Database;
  clock: Clock;
  settings: Settings;
  attributes: BusinessAttributes;
  line: ServiceLine;
}

/** What an answer shows besides the record itself. */
export interface Reading extends Nested {
  /** Names of the extensions to return; none unless named. */
  extensions: readonly string[];
}

/** Which of an owner's services are listed. Times in milliseconds since 1970; `from` is inclusive, `to` is not. */
export interface ServiceQuery extends Reading {
  completion: Completion;
  startedFrom?: number | undefined;
  startedTo?: number | undefined;
  completedFrom?: number | undefined;
  completedTo?: number | undefined;
  /** DBIDs or names; undefined: all types. */
  types?: readonly string[] | undefined;
  /** At most so many, at most 1000; without it and `index`, the 100 services that were started last. */
  size?: number | undefined;
  /** So many of the oldest are left out; with it, or with `size`, the list begins with the oldest. */
  index?: number | undefined;
}

export type ServiceOwner = { customer: string } | { contact: string };

const DEFAULT_SIZE = 100;
const LARGEST_SIZE = 1000;
const LONGEST_ID = 255;

/**
 * Services: commitments to a customer, each with a start, an end, extensions, and the states and tasks of its course.
 * Answers have the form of the API; times come from the clock unless the client gives them.
 */
export class Services {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #settings: Settings;
  readonly #attributes: BusinessAttributes;
  readonly #line: ServiceLine;

  constructor(options: ServicesOptions) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#settings = options.settings;
    this.#attributes = options.attributes;
    this.#line = options.line;
  }

  /**
   * Starts a service (CS API, "Start Service").
   * @param body `customer_id` or `contact_key`, `service_type`, start event; everything else is kept as extensions
   * @param sql a transaction that the start shall belong to
   * @returns the id of the service
   * @throws ContextError `missing`, `invalid`, `already-exists`
   */
  async start(tenant: number, body: JsonObject, sql?: Sql): Promise<string> {
    const customer = readId('customer_id', body.customer_id);
    const contact = readId('contact_key', body.contact_key);
    if (customer === undefined && contact === undefined) {
      throw missing('customer_id', 'customer_id or contact_key is mandatory');
    }
    const now = this.#clock.now();
    const event = readStartEvent(body, this.#reader(tenant));
    const chosen = this.#settings.customServiceIds ? readId('service_id', body.service_id) : undefined;
    const id = chosen ?? newServiceId(now);
    const { retentionMs, expiresAt } = this.#lifetime(tenant, event, now);
    const started = await this.#line.store(
      changeServices,
      id,
      {
        action: 'start',
        id,
        tenant,
        customer_id: customer ?? null,
        contact_key: contact ?? null,
        type: event.type ?? null,
        est_duration: event.estDuration ?? null,
        at: instant(event.at ?? now),
        attributes: event.attributes,
        extensions: event.extensions,
        retention_ms: retentionMs,
        expires_at: instant(expiresAt),
      },
      sql,
    );
    if (!started) throw new ContextError('already-exists', `There is a service '${id}' already.`, id);
    return id;
  }

  /**
   * Gives a service to a customer; it leaves whoever had it before. Fields and extensions in `body` replace those of
   * the start (CS API, "Associate Service").
   * @throws ContextError `service-not-found`, `invalid`
   */
  async associate(tenant: number, id: string, customer: string, body: JsonObject): Promise<void> {
    const now = this.#clock.now();
    const event = readStartEvent(body, this.#reader(tenant));
    await this.#change(associateService, id, [
      id,
      tenant,
      instant(now),
      givenExpiry(event.expiry, now),
      readId('customer_id', customer) ?? null,
      storable('started', event.attributes),
      json('service_type', event.type),
      event.estDuration ?? null,
      storable('extensions', event.extensions),
      event.at === undefined ? null : instant(event.at),
    ]);
  }

  /**
   * Ends a service; its states and tasks stay as they are (CS API, "Complete Service").
   * @param sql a transaction that the end shall belong to
   * @throws ContextError `service-not-found`, `already-completed`, `invalid`
   */
  async complete(tenant: number, id: string, body: JsonObject, sql?: Sql): Promise<void> {
    const now = this.#clock.now();
    const event = readEndEvent(body, this.#reader(tenant));
    const change = {
      action: 'complete',
      id,
      tenant,
      now: instant(now),
      at: instant(event.at ?? now),
      attributes: event.attributes,
      disposition: event.disposition ?? null,
      disposition_desc: event.dispositionDesc ?? null,
      extensions: event.extensions,
      expires_at: givenExpiry(event.expiry, now),
    };
    const completed = await this.#line.store(changeServices, id, change, sql);
    if (completed) return;
    const service = await this.#read(tenant, id, []);
    if (service.completed_at !== null) throw new ContextError('already-completed', 'Service already completed', id);
    throw invalid('timestamp', 'a service cannot be completed before it was started');
  }

  /** Replaces an extension's whole value. @throws ContextError `service-not-found`, `invalid` */
  async putExtension(tenant: number, id: string, name: string, value: JsonValue): Promise<void> {
    const changed = await this.#line.store(changeServices, id, {
      action: 'extend',
      id,
      tenant,
      now: instant(this.#clock.now()),
      extensions: { [readExtensionName(name)]: value },
    });
    if (!changed) throw serviceNotFound(id);
  }

  /**
   * Sets when the service disappears (CS API, "Update Conversation Expiration"): from then on no change moves it.
   * @param body `{ttl}` in seconds, or `{expiration_time}`
   * @throws ContextError `service-not-found`, `missing`, `invalid`
   */
  async expire(tenant: number, id: string, body: JsonObject): Promise<void> {
    const now = this.#clock.now();
    const expiry = givenExpiry(readExpiry(body), now);
    if (expiry === null) throw missing('ttl', 'ttl or expiration_time is mandatory');
    await this.#change(expireService, id, [id, tenant, instant(now), expiry]);
  }

  /** Removes a service with its states and tasks. @throws ContextError `service-not-found` */
  async delete(tenant: number, id: string): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const locked = await tx.query(lockService, [id, tenant, instant(this.#clock.now())]);
      if (locked.length === 0) throw serviceNotFound(id);
      await tx.query(deleteStepsOf, [[id]]);
      await tx.query(deleteServices, [[id]]);
    });
  }

  /** One service (CS API, "Query Service by ID"). @throws ContextError `service-not-found` */
  async get(tenant: number, id: string, reading: Reading): Promise<JsonObject> {
    const row = await this.#read(tenant, id, reading.extensions);
    const [view] = await this.#views(tenant, [row], reading);
    return view ?? {};
  }

  /** An owner's services, the one started last at the end (CS API, "Query Services"). */
  async list(tenant: number, owner: ServiceOwner, query: ServiceQuery): Promise<JsonObject[]> {
    const paged = query.size !== undefined || query.index !== undefined;
    const contact = this.#settings.anonymousIncludesAssociated ? 'contact' : 'unidentified';
    const statement = listStatement(
      'customer' in owner ? 'customer' : contact,
      query.completion,
      paged ? 'oldest' : 'newest',
    );
    const rows = await this.#database.query<ServiceRow>(statement, [
      tenant,
      'customer' in owner ? owner.customer : owner.contact,
      instant(this.#clock.now()),
      query.extensions,
      instantOrNull(query.startedFrom),
      instantOrNull(query.startedTo),
      instantOrNull(query.completedFrom),
      instantOrNull(query.completedTo),
      query.types ? this.#attributes.forms(tenant, 'Service', 'type', query.types) : null,
      Math.min(query.size ?? DEFAULT_SIZE, LARGEST_SIZE),
      query.index ?? 0,
    ]);
    return this.#views(tenant, paged ? rows : rows.reverse(), query);
  }

  async #views(tenant: number, rows: ServiceRow[], reading: Reading): Promise<JsonObject[]> {
    const presenter: Presenter = { tenant, attributes: this.#attributes, extensions: reading.extensions };
    if (rows.length === 0 || !wantsSteps(reading)) return rows.map((row) => serviceView(row, presenter));
    const steps = await this.#database.query<StepRow>(stepsOfServices, [rows.map((row) => row.id)]);
    const stepsOf = new Map<string, StepRow[]>(rows.map((row) => [row.id, []]));
    for (const step of steps) stepsOf.get(step.service)?.push(step);
    return rows.map((row) => serviceView(row, presenter, reading, stepsOf.get(row.id)));
  }

  async #read(tenant: number, id: string, extensions: readonly string[]): Promise<ServiceRow> {
    const rows = await this.#database.query<ServiceRow>(readService, [
      id,
      tenant,
      instant(this.#clock.now()),
      extensions,
    ]);
    const [row] = rows;
    if (!row) throw serviceNotFound(id);
    return row;
  }

  async #change(...[statement, id, values]: ChangeArguments): Promise<void> {
    const changed = await this.#database.query(statement, values);
    if (changed.length === 0) throw serviceNotFound(id);
  }

  #reader(tenant: number) {
    return { tenant, resource: 'Service', attributes: this.#attributes } as const;
  }

  #lifetime(tenant: number, event: StartEvent, now: number): { retentionMs: number | null; expiresAt: number } {
    const given = event.expiry;
    if (given) return { retentionMs: null, expiresAt: expiryTime(given, now) };
    const retentionMs = this.#attributes.retentionMs(tenant, event.type) ?? this.#settings.retentionMs;
    return { retentionMs, expiresAt: now + retentionMs };
  }
}

type ChangeArguments = [statement: Parameters<Sql['query']>[0], id: string, values: Parameters<Sql['query']>[1]];

/** The error for a service that is not there, or no longer. */
export function serviceNotFound(id: string): ContextError {
  return new ContextError('service-not-found', `There is no service '${id}'.`, id);
}

/** A stored JSON scalar, or null when there is none. */
export function json(field: string, value: JsonValue | undefined): string | null {
  return value === undefined ? null : storable(field, value);
}

function givenExpiry(expiry: Expiry | undefined, now: number): string | null {
  return expiry === undefined ? null : instant(expiryTime(expiry, now));
}

function expiryTime(expiry: Expiry, now: number): number {
  return 'at' in expiry ? expiry.at : now + expiry.ttlMs;
}

function instantOrNull(at: number | undefined): string | null {
  return at === undefined ? null : instant(at);
}

/** Reads the id of a service or of its owner; undefined when there is none. @throws ContextError `invalid` */
export function readId(field: string, value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const id = typeof value === 'number' ? String(value) : value;
  if (typeof id !== 'string') throw invalid(field, 'a string is expected');
  if (id.length > LONGEST_ID) throw invalid(field, `at most ${LONGEST_ID} characters are allowed`);
  return storableText(field, id);
}
