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
  /** Id of the session that works for it. */
  session?: string | undefined;
  /** What the service record says of it, as the extension that is named after the kind. */
  about: JsonObject;
}

/** What happened to a contact. `at`: milliseconds since 1970. `reason`: how it ended, for people and reports. */
export type ContactEvent = { at: number } & (
  | { type: 'began'; contact: Contact; state?: string | undefined }
  | { type: 'entered'; contact: Pick<Contact, 'kind' | 'id'>; state: string }
  | { type: 'ended'; contact: Pick<Contact, 'kind' | 'id'>; reason: string }
);

/** A contact of a customer, for the journey. */
export interface LinkedContact {
  kind: ContactKind;
  id: string;
  number: string;
  service: string | null;
  at: number;
  endedAt: number | null;
}

interface Link {
  kind: ContactKind;
  contact: string;
  tenant: number;
  customer_id: string | null;
  service: string | null;
  /** The state of the service that the contact is in. */
  state: number | null;
  ended_at: number | null;
}

const INSERT = statement(
  'cs-contact-link-insert',
  `insert into cs_contact_link (kind, contact, tenant, customer_id, number, service, at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);
const READ = statement(
  'cs-contact-links-read',
  `select kind, contact, tenant, customer_id, service, state, ended_at from cs_contact_link
    where (kind, contact) in (select * from unnest($1::text[], $2::text[])) order by kind, contact for update`,
);
const ENTER = statement(
  'cs-contact-link-enter',
  'update cs_contact_link set state = $3 where kind = $1 and contact = $2',
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
 * Knows whom callbacks and calls are about: looks numbers up when they begin, starts a service record for the customer,
 * keeps the record's states in step with the contact and completes it. What comes twice, or for a contact that was not
 * linked, changes nothing. Contacts that are nobody's cost a page of events two statements together.
 */
export class ContactLinks {
  readonly #options: ContactLinksOptions;

  constructor(options: ContactLinksOptions) {
    this.#options = options;
  }

  /** Takes note of what happened, in order, in the caller's transaction. Option `link-contacts` says whose are linked. */
  async follow(tx: Sql, events: readonly ContactEvent[]): Promise<void> {
    const links = await this.#linksOf(tx, events);
    const customers = await this.#customersOf(tx, events, links);
    for (const event of events) {
      const key = keyOf(event.contact);
      const link = links.get(key);
      if (event.type === 'began') {
        if (link) continue;
        const begun = await this.#begin(tx, event.contact, event.at, customers);
        if (!begun) continue;
        links.set(key, begun);
        if (event.state) await this.#enter(tx, begun, event.state, event.at);
      } else if (link?.ended_at === null) {
        if (event.type === 'entered') await this.#enter(tx, link, event.state, event.at);
        else await this.#end(tx, link, event.reason, event.at);
      }
    }
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

  async #linksOf(tx: Sql, events: readonly ContactEvent[]): Promise<Map<string, Link>> {
    const contacts = new Map(events.map(({ contact }) => [keyOf(contact), contact]));
    const asked = [...contacts.values()];
    const rows = await tx.query<Link>(READ, [asked.map(({ kind }) => kind), asked.map(({ id }) => id)]);
    return new Map(rows.map((link) => [keyOf({ kind: link.kind, id: link.contact }), link]));
  }

  /** The customers whose numbers those of the beginning contacts are; undefined: nobody is to be linked. */
  async #customersOf(
    tx: Sql,
    events: readonly ContactEvent[],
    links: ReadonlyMap<string, Link>,
  ): Promise<Customers | undefined> {
    const { settings, search } = this.#options;
    const tenant = settings.contactTenant;
    if (settings.linkContacts === 'none' || tenant === undefined) return undefined;
    const numbers = events.flatMap((event) =>
      event.type === 'began' && event.contact.number !== '' && !links.has(keyOf(event.contact))
        ? [event.contact.number]
        : [],
    );
    return { tenant, byNumber: await search.byNumbers(tenant, numbers, 2, tx) };
  }

  /** @returns undefined for a contact that is not to be linked */
  async #begin(tx: Sql, contact: Contact, at: number, customers: Customers | undefined): Promise<Link | undefined> {
    if (!customers || contact.number === '') return undefined;
    const { tenant, byNumber } = customers;
    const [found, another] = byNumber.get(contact.number) ?? [];
    // A number that several customers have is nobody's: nobody is taken for somebody else.
    const customer = another === undefined ? found : undefined;
    if (customer === undefined && this.#options.settings.linkContacts !== 'all') return undefined;
    const service = await this.#startService(tx, tenant, contact, at, customer);
    const { kind, id, number } = contact;
    const link = { kind, contact: id, tenant, customer_id: customer ?? null, service, state: null, ended_at: null };
    await tx.query(INSERT, [kind, id, tenant, link.customer_id, number, service, instant(at)]);
    return link;
  }

  /** The state becomes the next one of the service; the one before is over. */
  async #enter(tx: Sql, link: Link, state: string, at: number): Promise<void> {
    const { kind, contact, tenant, service } = link;
    if (service === null) return;
    await this.#leaveState(tx, link, at);
    const type = this.#acceptable(tenant, 'State', state);
    const body: JsonObject = { timestamp: instant(at), [kind]: { state } };
    if (link.state !== null) body.previous_state_id = link.state;
    if (type !== undefined) body.state_type = type;
    await unlessGone(async () => {
      link.state = await this.#options.steps.start(tenant, service, 'state', body, tx);
      await tx.query(ENTER, [kind, contact, link.state]);
    });
  }

  async #end(tx: Sql, link: Link, reason: string, at: number): Promise<void> {
    const { kind, contact, tenant, service } = link;
    link.ended_at = at;
    await tx.query(END, [kind, contact, instant(at)]);
    if (service === null) return;
    await this.#leaveState(tx, link, at);
    const body = { timestamp: instant(at), disposition_desc: reason };
    await unlessGone(() => this.#options.services.complete(tenant, service, body, tx));
  }

  async #leaveState(tx: Sql, { tenant, service, state }: Link, at: number): Promise<void> {
    if (service === null || state === null) return;
    await unlessGone(() =>
      this.#options.steps.complete(tenant, service, 'state', state, { timestamp: instant(at) }, tx),
    );
  }

  async #startService(
    tx: Sql,
    tenant: number,
    contact: Contact,
    at: number,
    customer: string | undefined,
  ): Promise<string> {
    const { settings, services } = this.#options;
    const { kind, number, session, about } = contact;
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
}

/** Ids of customers by the number that was looked for. */
interface Customers {
  tenant: number;
  byNumber: ReadonlyMap<string, readonly string[]>;
}

function keyOf({ kind, id }: Pick<Contact, 'kind' | 'id'>): string {
  return `${kind} ${id}`;
}

/** A service, or its state, that was removed or completed by somebody else meanwhile has nothing to be told. */
async function unlessGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const codes: readonly string[] = ['service-not-found', 'state-not-found', 'already-completed'];
    if (!(error instanceof ContextError) || !codes.includes(error.code)) throw error;
  }
}
