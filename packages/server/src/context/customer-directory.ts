import type { JsonObject } from '../kernel/index.js';
import { type Database, statement } from '../store/index.js';
import type { ContactLinks, LinkedContact } from './contact-links.js';
import type { CustomerSearch } from './customer-search.js';
import { attributeSchemaView, extensionSchemaView } from './definitions.js';
import { criterionName, phoneKeys } from './identification.js';
import type { Metadata } from './metadata.js';
import { type ProfileData, profileView } from './profile.js';
import { pageOfProfiles, readProfileRow } from './profile-statements.js';
import type { Profiles } from './profiles.js';
import { profileNotFound } from './profiles.js';
import type { ServiceRow } from './service.js';
import type { ServiceExport } from './service-export.js';
import { COLUMNS } from './service-statements.js';

/** A customer as people read it. */
export interface CustomerView {
  id: string;
  /** The profile's attributes. */
  attributes: JsonObject;
  /** The extensions by name: an object of a single-valued one, an array of others. */
  extensions: JsonObject;
}

/** What happened with a customer: service records with their states and tasks, and the contacts that started some. */
export interface Journey {
  /** As the API answers them, all states, tasks and extensions included; the one started last comes first. */
  services: JsonObject[];
  contacts: LinkedContact[];
}

export interface CustomerDirectoryOptions {
  database: Database;
  metadata: Metadata;
  profiles: Profiles;
  search: CustomerSearch;
  services: ServiceExport;
  contactLinks: ContactLinks;
}

type ProfileRow = ProfileData & { customer_id: string };

const NEWEST_SERVICES = statement(
  'cs-newest-services-of-customer',
  `select ${COLUMNS}, extensions from cs_service
    where tenant = $1 and customer_id = $2 order by started_at desc limit $3`,
);
const MOST_SERVICES = 500;
const MOST_CONTACTS = 500;
const MOST_OF_NUMBER = 100;

/** Customers for people: found by whatever is known of them, read with their journey, changed. */
export class CustomerDirectory {
  readonly #options: CustomerDirectoryOptions;

  constructor(options: CustomerDirectoryOptions) {
    this.#options = options;
  }

  /** All customers in the order of their ids. @param filter.cursor the `next` of the page before */
  async list(
    tenant: number,
    filter: { limit: number; cursor?: string | undefined },
  ): Promise<{ customers: CustomerView[]; next?: string }> {
    const rows = await this.#options.database.query<ProfileRow>(pageOfProfiles, [
      tenant,
      filter.cursor ?? '',
      filter.limit + 1,
    ]);
    const page = rows.slice(0, filter.limit);
    const customers = await this.#views(tenant, page);
    const last = page.at(-1);
    return { customers, ...(rows.length > filter.limit && last && { next: last.customer_id }) };
  }

  /** The customers who have this id, this telephone number, or this value of an identification key of one attribute. */
  async find(tenant: number, wanted: string): Promise<CustomerView[]> {
    const { database, metadata, search } = this.#options;
    const ids = new Set<string>();
    const [own] = await database.query<ProfileRow>(readProfileRow, [tenant, wanted]);
    if (own) ids.add(wanted);
    const byNumber = await search.byNumbers(tenant, [wanted], MOST_OF_NUMBER);
    for (const id of byNumber.get(wanted) ?? []) ids.add(id);
    const definitions = await metadata.of(tenant);
    const numbers = new Set(phoneKeys(definitions));
    for (const key of definitions.keys) {
      const [attribute, another] = key.attributes;
      if (attribute === undefined || another !== undefined || numbers.has(key)) continue;
      const criteria = new Map([[criterionName(key, attribute), [wanted]]]);
      const found = await search.identify(tenant, {
        criteria,
        key: key.name,
        profile: false,
        extensions: [],
        extensionsOfUnique: false,
      });
      for (const { customer_id: id } of found) ids.add(String(id));
    }
    return Promise.all([...ids].map((id) => this.get(tenant, id)));
  }

  /** @throws ContextError `profile-not-found` */
  async get(tenant: number, id: string): Promise<CustomerView> {
    const [row] = await this.#options.database.query<ProfileData>(readProfileRow, [tenant, id]);
    const [view] = row ? await this.#views(tenant, [{ ...row, customer_id: id }]) : [];
    if (!view) throw profileNotFound(id);
    return view;
  }

  /**
   * Changes the attributes and extensions that are given; a null removes an attribute.
   * @throws ContextError `profile-not-found`, `invalid`, `missing`, `unique-key-conflict`
   */
  async change(tenant: number, id: string, attributes: JsonObject): Promise<CustomerView> {
    await this.#options.profiles.amend(tenant, id, attributes);
    return this.get(tenant, id);
  }

  /** @throws ContextError `profile-not-found` when nothing is known of the customer */
  async journey(tenant: number, id: string): Promise<Journey> {
    const { database, services, contactLinks } = this.#options;
    const rows = await database.query<ServiceRow>(NEWEST_SERVICES, [tenant, id, MOST_SERVICES]);
    const records = await services.withSteps(rows);
    const journey = {
      services: records.map(({ service, steps }) => services.view(tenant, service, steps)),
      contacts: await contactLinks.ofCustomer(tenant, id, MOST_CONTACTS),
    };
    if (journey.services.length === 0 && journey.contacts.length === 0) await this.get(tenant, id);
    return journey;
  }

  /** What is defined about profiles: the attributes and the extensions, for forms. */
  async definitions(tenant: number): Promise<JsonObject> {
    const definitions = await this.#options.metadata.of(tenant);
    return {
      attributes: definitions.profile.map((schema) => attributeSchemaView(schema)),
      extensions: definitions.extensions.map((schema) => extensionSchemaView(schema)),
    };
  }

  async #views(tenant: number, rows: readonly ProfileRow[]): Promise<CustomerView[]> {
    const definitions = await this.#options.metadata.of(tenant);
    return rows.map((row) => {
      const { customer_id: id, ...view } = profileView(row.customer_id, row, definitions, 'all');
      const extensions: JsonObject = {};
      for (const { name } of definitions.extensions) {
        const records = view[name];
        if (records === undefined) continue;
        extensions[name] = records;
        delete view[name];
      }
      return { id: String(id), attributes: view, extensions };
    });
  }
}
