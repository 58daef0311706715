import type { JsonObject } from '../kernel/index.js';
import type { Database, Sql } from '../store/index.js';
import type { Definitions } from './definitions.js';
import { type Criteria, chooseKey, meets, numberKey, phoneKeys, searchRanges } from './identification.js';
import type { Metadata } from './metadata.js';
import { extensionsView, type ProfileData, profileView } from './profile.js';
import { customersByValues, identifyExactly, identifyProfiles } from './profile-statements.js';
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
   * The customers who have telephone numbers, in any notation, under any key of one telephone attribute.
   * @param sql a transaction that the search shall belong to
   * @param most of the customers of one number and key that are told
   * @returns ids of customers by number, as it was given
   */
  async byNumbers(
    tenant: number,
    numbers: readonly string[],
    most: number,
    sql: Sql = this.#database,
  ): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    if (numbers.length === 0) return found;
    const definitions = await this.#metadata.of(tenant);
    const country = this.#settings.defaultCountry;
    for (const key of phoneKeys(definitions)) {
      const values = new Map(numbers.map((number) => [number, numberKey(key, number, country)]));
      const wanted = [...new Set(values.values())];
      const rows = await sql.query<{ value: string; customer_id: string }>(customersByValues, [key.id, wanted, most]);
      for (const [number, value] of values) {
        const ids = rows.filter((row) => row.value === value).map((row) => row.customer_id);
        if (ids.length > 0) found.set(number, [...new Set([...(found.get(number) ?? []), ...ids])]);
      }
    }
    return found;
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
