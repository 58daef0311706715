import type { JsonObject } from '../kernel/index.js';
import type { Database, Sql } from '../store/index.js';
import type { Definitions } from './definitions.js';
import { type Criteria, chooseKey, criterionName, meets, phoneKeys, searchRanges } from './identification.js';
import type { Metadata } from './metadata.js';
import { extensionsView, type ProfileData, profileView } from './profile.js';
import { identifyExactly, identifyProfiles } from './profile-statements.js';
import type { Settings } from './settings.js';

/** What to look for, and what to tell of those who are found (CS API, "Identify Customer"). */
export interface Identification {
  criteria: Criteria;
  /** Name of the key to use; found out from the criteria when absent. */
  key?: string | undefined;
  /** Answer the profiles' attributes, not their ids alone. */
  profile: boolean;
  /** Names of the extensions to answer. */
  extensions: readonly string[];
  /** Answer extensions only when exactly one customer is found. */
  extensionsOfUnique: boolean;
}

/** A customer who was found. */
export interface FoundProfile {
  customerId: string;
  attributes: JsonObject;
}

export interface CustomerSearchOptions {
  database: Database;
  settings: Settings;
  metadata: Metadata;
}

type ProfileRow = ProfileData & { customer_id: string };

/** So many customers with a value of the key are looked at; a search that fits more of them is no identification. */
const MOST_FOUND = 1000;

/** Finds customers by their identification keys. */
export class CustomerSearch {
  readonly #database: Database;
  readonly #settings: Settings;
  readonly #metadata: Metadata;

  constructor(options: CustomerSearchOptions) {
    this.#database = options.database;
    this.#settings = options.settings;
    this.#metadata = options.metadata;
  }

  /** Finds customers by a key (CS API, "Identify Customer"), in order of creation. @throws ContextError as `chooseKey` */
  async identify(tenant: number, search: Identification): Promise<JsonObject[]> {
    const definitions = await this.#metadata.of(tenant);
    const found = await this.#find(definitions, search.criteria, search.key, this.#database);
    const extensions = search.extensionsOfUnique && found.length !== 1 ? [] : search.extensions;
    return found.map((row) =>
      search.profile
        ? profileView(row.customer_id, row, definitions, extensions)
        : { customer_id: row.customer_id, ...extensionsView(row, definitions, extensions) },
    );
  }

  /**
   * The customers who have this telephone number, in any notation, under any key of one telephone attribute.
   * @param sql a transaction that the search shall belong to
   */
  async byNumber(tenant: number, number: string, sql: Sql = this.#database): Promise<FoundProfile[]> {
    const definitions = await this.#metadata.of(tenant);
    const found = new Map<string, FoundProfile>();
    for (const key of phoneKeys(definitions)) {
      const [attribute = ''] = key.attributes;
      const rows = await this.#find(definitions, new Map([[criterionName(key, attribute), [number]]]), key.name, sql);
      for (const { customer_id, attributes } of rows) found.set(customer_id, { customerId: customer_id, attributes });
    }
    return [...found.values()];
  }

  async #find(
    definitions: Definitions,
    criteria: Criteria,
    named: string | undefined,
    sql: Sql,
  ): Promise<ProfileRow[]> {
    const country = this.#settings.defaultCountry;
    const { key, covered } = chooseKey(definitions, criteria, named);
    const ranges = searchRanges(key, covered, criteria, country);
    const [only, another] = ranges;
    const isExact = only && !another && covered === key.attributes.length;
    const rows = isExact
      ? await sql.query<ProfileRow>(identifyExactly, [definitions.tenant, key.id, only.from, MOST_FOUND])
      : await sql.query<ProfileRow>(identifyProfiles, [
          definitions.tenant,
          key.id,
          ranges.map(({ from }) => from),
          ranges.map(({ to }) => to),
          MOST_FOUND,
        ]);
    // What the key covers was compared in the database.
    if (isExact && criteria.size === covered) return rows;
    return rows.filter((row) => meets(row, criteria, definitions, country));
  }
}
