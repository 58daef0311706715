import { type Clock, instant, type JsonObject } from '../kernel/index.js';
import { type Database, type Sql, statement } from '../store/index.js';
import type { BusinessAttributes } from './business-attributes.js';
import type { CustomerSearch } from './customer-search.js';
import { ContextError } from './errors.js';
import type { Services } from './services.js';
import type { Settings } from './settings.js';
import type { Steps } from './steps.js';

export type ContactKind = 'callback' | 'call';

/** A callback that was booked, or a call that began. */
export interface Contact {
  kind: ContactKind;
  /** The callback's or the call's id. */
  id: string;
  /** The customer's telephone number, in any notation. */
  number: string;
  /** When it began, in milliseconds since 1970. */
  at: number;
  /** Id of the session that works for it. */
  session?: string | undefined;
  /** What the service record says of it, as the extension that is named after the kind. */
  about: JsonObject;
}

/** A contact of a customer, for the journey. */
export interface LinkedContact {
  kind: ContactKind;
  id: string;
  number: string;
  service: string | null;
  at: number;
  endedAt: number | null;
}

interface LinkRow {
  tenant: number;
  customer_id: string | null;
  service: string | null;
  ended_at: number | null;
}

const INSERT = statement(
  'cs-contact-link-insert',
  `insert into cs_contact_link (kind, contact, tenant, customer_id, number, service, at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);
const READ = statement(
  'cs-contact-link-read',
  'select tenant, customer_id, service, ended_at from cs_contact_link where kind = $1 and contact = $2 for update',
);
const END = statement(
  'cs-contact-link-end',
  'update cs_contact_link set ended_at = $3 where kind = $1 and contact = $2',
);
const OF_CUSTOMER = statement(
  'cs-contact-links-of-customer',
  `select kind, contact as id, number, service, at, ended_at as "endedAt" from cs_contact_link
    where tenant = $1 and customer_id = $2 order by at desc limit $3`,
);
const PURGE = statement('cs-contact-link-purge', 'delete from cs_contact_link where at < $1');

export interface ContactLinksOptions {
  database: Database;
  clock: Clock;
  settings: Settings;
  attributes: BusinessAttributes;
  search: CustomerSearch;
  services: Services;
  steps: Steps;
}

/**
 * Knows whom callbacks and calls are about: looks the number up when one begins, starts a service record for the
 * customer, keeps the record's states in step with the contact and completes it. Each function works in the caller's
 * transaction; what comes twice, or for a contact that was not linked, changes nothing.
 */
export class ContactLinks {
  readonly #options: ContactLinksOptions;

  constructor(options: ContactLinksOptions) {
    this.#options = options;
  }

  /** A contact has begun. Option `link-contacts` says whose are linked. */
  async begin(tx: Sql, contact: Contact): Promise<void> {
    const { settings, search } = this.#options;
    const tenant = settings.contactTenant;
    if (settings.linkContacts === 'none' || tenant === undefined || contact.number === '') return;
    const [found, another] = await search.byNumber(tenant, contact.number, tx);
    // A number that several customers have is nobody's: nobody is taken for somebody else.
    const customer = another ? undefined : found?.customerId;
    if (customer === undefined && settings.linkContacts !== 'all') return;
    if (await this.#read(tx, contact.kind, contact.id)) return;
    const service = await this.#startService(tx, tenant, contact, customer);
    const { kind, id, number, at } = contact;
    await tx.query(INSERT, [kind, id, tenant, customer ?? null, number, service, instant(at)]);
  }

  /** The contact has come to a new state, which becomes the next state of its service. */
  async enter(tx: Sql, kind: ContactKind, id: string, state: string, at: number): Promise<void> {
    const link = await this.#read(tx, kind, id);
    if (!link?.service || link.ended_at !== null) return;
    const type = this.#acceptable(link.tenant, 'State', state);
    const body: JsonObject = { timestamp: instant(at), [kind]: { state } };
    if (type !== undefined) body.state_type = type;
    await unlessGone(() => this.#options.steps.start(link.tenant, link.service ?? '', 'state', body, tx));
  }

  /** The contact is over. @param reason how it ended, for people and reports */
  async end(tx: Sql, kind: ContactKind, id: string, reason: string, at: number): Promise<void> {
    const link = await this.#read(tx, kind, id);
    if (!link || link.ended_at !== null) return;
    await tx.query(END, [kind, id, instant(at)]);
    if (!link.service) return;
    const body = { timestamp: instant(at), disposition_desc: reason };
    await unlessGone(() => this.#options.services.complete(link.tenant, link.service ?? '', body, tx));
  }

  /** A customer's contacts, the latest first. */
  ofCustomer(tenant: number, customerId: string, limit: number): Promise<LinkedContact[]> {
    return this.#options.database.query<LinkedContact>(OF_CUSTOMER, [tenant, customerId, limit]);
  }

  /** Forgets the links of contacts that began longer ago than services are kept. */
  async purge(): Promise<void> {
    const { database, clock, settings } = this.#options;
    await database.query(PURGE, [instant(clock.now() - settings.retentionMs)]);
  }

  async #startService(tx: Sql, tenant: number, contact: Contact, customer: string | undefined): Promise<string> {
    const { settings, services } = this.#options;
    const { kind, number, at, session, about } = contact;
    const body: JsonObject = { timestamp: instant(at), [kind]: { id: contact.id, number, ...about } };
    if (customer === undefined) body.contact_key = number;
    else body.customer_id = customer;
    if (session !== undefined) body.session_id = session;
    const type = this.#acceptable(tenant, 'Service', settings.contactServiceType(kind));
    if (type !== undefined) body.service_type = type;
    return services.start(tenant, body, tx);
  }

  /** The value, unless the field is mapped to a Business Attribute that does not know it. */
  #acceptable(tenant: number, resource: 'Service' | 'State', value: string | undefined): string | number | undefined {
    if (value === undefined) return undefined;
    try {
      return this.#options.attributes.accept(tenant, resource, 'type', value);
    } catch (error) {
      if (error instanceof ContextError) return undefined;
      throw error;
    }
  }

  async #read(tx: Sql, kind: ContactKind, id: string): Promise<LinkRow | undefined> {
    const [link] = await tx.query<LinkRow>(READ, [kind, id]);
    return link;
  }
}

/** A service that was deleted, erased, expired or completed by a client meanwhile has nothing to be told. */
async function unlessGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const codes: readonly string[] = ['service-not-found', 'already-completed'];
    if (!(error instanceof ContextError) || !codes.includes(error.code)) throw error;
  }
}
