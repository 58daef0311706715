import { type Clock, instant, type JsonObject } from '../kernel/index.js';
import { type Database, isUniqueViolation, type Sql, type Transaction } from '../store/index.js';
import { type Definitions, type ExtensionSchema, extensionNotFound, findExtension } from './definitions.js';
import { ContextError, invalid } from './errors.js';
import { type KeyValue, keyValues } from './identification.js';
import { newCustomerId } from './ids.js';
import type { Metadata } from './metadata.js';
import {
  addRecords,
  findRecord,
  mergeProfiles,
  type ProfileData,
  profileView,
  readProfile,
  readRecords,
  updateRecord,
} from './profile.js';
import {
  deleteOtherKeyValues,
  deleteProfile,
  holdDefinitions,
  insertKeyValues,
  insertProfiles,
  lockProfiles,
  moveServices,
  readProfileRow,
  updateProfile,
} from './profile-statements.js';
import type { Settings } from './settings.js';
import { storable } from './storable.js';

export interface ProfilesOptions {
  database: Database;
  clock: Clock;
  settings: Settings;
  metadata: Metadata;
}

/** A profile that is to be created, with what a reader of the answer is told if that fails. */
export interface NewProfile {
  customerId: string;
  data: ProfileData;
  keys: KeyValue[];
}

type ProfileRow = ProfileData & { customer_id: string };

/** The definitions have changed since they were read: the work is done again with the present ones. */
class StaleDefinitions extends Error {}

const MOST_ATTEMPTS = 5;

/**
 * Customer profiles. Each is one row with all of its attributes and extension records, beside it one row for each value
 * by which the customer can be found; both change in one transaction.
 */
export class Profiles {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #settings: Settings;
  readonly #metadata: Metadata;

  constructor(options: ProfilesOptions) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#settings = options.settings;
    this.#metadata = options.metadata;
  }

  /**
   * Creates a profile (UCS, "createProfile").
   * @returns the customer's id
   * @throws ContextError `invalid`, `missing`, `unique-key-conflict`, `already-exists` when the chosen id is taken
   */
  async create(tenant: number, body: JsonObject): Promise<string> {
    return this.withDefinitions(tenant, async (definitions) => {
      const profile = this.prepare(body, definitions);
      const created = await this.insert(definitions, [profile]);
      if (created.length === 0) throw customerExists(profile.customerId);
      return profile.customerId;
    });
  }

  /** Checks a profile that is to be created and works out its keys. @throws ContextError `invalid`, `missing` */
  prepare(body: JsonObject, definitions: Definitions): NewProfile {
    const { customerId, ...data } = readProfile(body, definitions, this.#settings.strictProfiles);
    return {
      customerId: customerId ?? newCustomerId(this.#clock.now()),
      data,
      keys: keyValues(definitions, data, this.#settings.defaultCountry),
    };
  }

  /**
   * Creates profiles, all or none, except those whose ids are taken.
   * @returns the ids that were created
   * @throws ContextError `unique-key-conflict`; StaleDefinitions, for which see `withDefinitions`
   */
  async insert(definitions: Definitions, profiles: readonly NewProfile[]): Promise<string[]> {
    const rows = profiles.map(({ customerId, data }) => ({ customer_id: customerId, ...plain(data) }));
    const keys = profiles.flatMap(({ customerId, keys }) => keys.map((key) => ({ ...key, customerId })));
    keys.sort((one, other) => one.key - other.key || (one.value < other.value ? -1 : 1));
    const inserted = await translated(definitions, () =>
      this.#database.query<{ version: number; customer_id: string | null }>(insertProfiles, [
        definitions.tenant,
        definitions.version,
        storable('profile', rows),
        instant(this.#clock.now()),
        keys.map(({ key }) => key),
        keys.map(({ value }) => value),
        keys.map(({ customerId }) => customerId),
        keys.map(({ unique }) => unique),
      ]),
    );
    if (inserted[0]?.version !== definitions.version) throw new StaleDefinitions();
    return inserted.flatMap(({ customer_id }) => customer_id ?? []);
  }

  /** One customer's profile with all attributes (CS API, "Query Customer Profile"). @throws ContextError `profile-not-found` */
  async get(tenant: number, customerId: string, extensions: readonly string[] | 'all'): Promise<JsonObject> {
    const definitions = await this.#metadata.of(tenant);
    const [row] = await this.#database.query<ProfileData>(readProfileRow, [tenant, customerId]);
    if (!row) throw profileNotFound(customerId);
    return profileView(customerId, row, definitions, extensions);
  }

  /**
   * Replaces all attributes of a profile; each extension that is sent replaces the former one, the others stay
   * (UCS, "updateCustomerProfile").
   * @throws ContextError `profile-not-found`, `invalid`, `missing`, `unique-key-conflict`
   */
  async update(tenant: number, customerId: string, body: JsonObject): Promise<void> {
    await this.#change(tenant, customerId, (row, definitions) => {
      const given = readProfile(body, definitions, this.#settings.strictProfiles);
      return { attributes: given.attributes, extensions: { ...row.extensions, ...given.extensions } };
    });
  }

  /**
   * Changes the attributes and extensions that are given, the others stay; a null removes an attribute.
   * @throws ContextError as `update`
   */
  async amend(tenant: number, customerId: string, body: JsonObject): Promise<void> {
    await this.#change(tenant, customerId, (row, definitions) => {
      const given = readProfile({ ...row.attributes, ...body }, definitions, this.#settings.strictProfiles);
      return { attributes: given.attributes, extensions: { ...row.extensions, ...given.extensions } };
    });
  }

  /**
   * Adds records to extensions; those that are the same by their unique attributes are replaced
   * (CS API, "Insert Extension Records").
   * @throws ContextError `profile-not-found`, `extension-not-found`, `invalid`, `missing`, `unique-key-conflict`
   */
  async insertRecords(tenant: number, customerId: string, body: JsonObject): Promise<void> {
    await this.#change(tenant, customerId, (row, definitions) => {
      const extensions = { ...row.extensions };
      for (const [name, value] of Object.entries(body)) {
        const extension = requireExtension(definitions, name);
        const records = readRecords(extension, value);
        extensions[extension.id] = addRecords(extension, extensions[extension.id] ?? [], records);
      }
      return { attributes: row.attributes, extensions };
    });
  }

  /**
   * Changes the record that has the given unique attributes (CS API, "Update Record In Profile Extension").
   * @throws ContextError as `insertRecords`, and `record-not-found`
   */
  async updateRecord(tenant: number, customerId: string, name: string, body: JsonObject): Promise<void> {
    await this.#changeRecords(tenant, customerId, name, (extension, records) => {
      const place = requireRecord(extension, records, body);
      return records.map((record, index) => (index === place ? updateRecord(extension, record, body) : record));
    });
  }

  /** Removes the record that has the given unique attributes. @throws ContextError as `updateRecord` */
  async deleteRecord(tenant: number, customerId: string, name: string, body: JsonObject): Promise<void> {
    await this.#changeRecords(tenant, customerId, name, (extension, records) => {
      const place = requireRecord(extension, records, body);
      return records.filter((_, index) => index !== place);
    });
  }

  /** Removes all records of one extension. @throws ContextError `profile-not-found`, `extension-not-found` */
  async deleteRecords(tenant: number, customerId: string, name: string): Promise<void> {
    await this.#changeRecords(tenant, customerId, name, () => []);
  }

  /** Removes a profile with its extensions and keys; the customer's services stay. @throws ContextError `profile-not-found` */
  async delete(tenant: number, customerId: string): Promise<void> {
    await this.#inTransaction(tenant, async (tx) => {
      const deleted = await tx.query(deleteProfile, [tenant, customerId]);
      if (deleted.length === 0) throw profileNotFound(customerId);
    });
  }

  /**
   * Joins the profile `sourceId` into `targetId` and removes it; its services become the target's.
   * @param body `force_merge`: where extensions are in conflict, the source's records win
   * @throws ContextError `profile-not-found`, `merge-conflict`, `invalid`
   */
  async merge(tenant: number, targetId: string, sourceId: string, body: JsonObject): Promise<void> {
    if (targetId === sourceId) throw invalid('source_id', 'a profile cannot be merged with itself');
    const force = body.force_merge === true || body.force_merge === 'true';
    await this.#inTransaction(tenant, async (tx, definitions) => {
      const rows = await tx.query<ProfileRow>(lockProfiles, [tenant, [targetId, sourceId]]);
      const target = rows.find((row) => row.customer_id === targetId);
      const source = rows.find((row) => row.customer_id === sourceId);
      if (!target) throw profileNotFound(targetId);
      if (!source) throw profileNotFound(sourceId);
      const merged = mergeProfiles(target, source, definitions, force);
      await tx.query(deleteProfile, [tenant, sourceId]);
      await this.#write(tx, definitions, targetId, merged);
      await tx.query(moveServices, [tenant, sourceId, targetId]);
    });
  }

  /** Runs work that depends on the definitions, again when they have changed meanwhile. */
  async withDefinitions<T>(tenant: number, work: (definitions: Definitions) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work(await this.#metadata.of(tenant));
      } catch (error) {
        if (!(error instanceof StaleDefinitions) || attempt === MOST_ATTEMPTS) throw error;
        this.#metadata.forget(tenant);
      }
    }
  }

  async #changeRecords(
    tenant: number,
    customerId: string,
    name: string,
    work: (extension: ExtensionSchema, records: readonly JsonObject[]) => JsonObject[],
  ): Promise<void> {
    await this.#change(tenant, customerId, (row, definitions) => {
      const extension = requireExtension(definitions, name);
      const records = work(extension, row.extensions[extension.id] ?? []);
      return { attributes: row.attributes, extensions: { ...row.extensions, [extension.id]: records } };
    });
  }

  async #change(
    tenant: number,
    customerId: string,
    work: (row: ProfileRow, definitions: Definitions) => ProfileData,
  ): Promise<void> {
    await this.#inTransaction(tenant, async (tx, definitions) => {
      const [row] = await tx.query<ProfileRow>(lockProfiles, [tenant, [customerId]]);
      if (!row) throw profileNotFound(customerId);
      await this.#write(tx, definitions, customerId, work(row, definitions));
    });
  }

  async #inTransaction(
    tenant: number,
    work: (tx: Transaction, definitions: Definitions) => Promise<void>,
  ): Promise<void> {
    await this.withDefinitions(tenant, (definitions) =>
      translated(definitions, () =>
        this.#database.transaction(async (tx) => {
          const [held] = await tx.query<{ version: number }>(holdDefinitions, [tenant]);
          if (held?.version !== definitions.version) throw new StaleDefinitions();
          await work(tx, definitions);
        }),
      ),
    );
  }

  async #write(tx: Sql, definitions: Definitions, customerId: string, data: ProfileData): Promise<void> {
    const { tenant } = definitions;
    const kept: ProfileData = { attributes: data.attributes, extensions: living(data.extensions, definitions) };
    const keys = keyValues(definitions, kept, this.#settings.defaultCountry);
    const ids = keys.map(({ key }) => key);
    const values = keys.map(({ value }) => value);
    await tx.query(updateProfile, [
      tenant,
      customerId,
      storable('profile', kept.attributes),
      storable('profile', kept.extensions),
      instant(this.#clock.now()),
    ]);
    await tx.query(deleteOtherKeyValues, [tenant, customerId, ids, values]);
    await tx.query(insertKeyValues, [
      tenant,
      ids,
      values,
      keys.map(() => customerId),
      keys.map(({ unique }) => unique),
    ]);
  }
}

/** The error for a customer who is not known. */
export function profileNotFound(customerId: string): ContextError {
  return new ContextError('profile-not-found', `There is no profile of the customer '${customerId}'.`, customerId);
}

/** The error for an id that another customer has. */
export function customerExists(customerId: string): ContextError {
  return new ContextError('already-exists', `There is already a profile of the customer '${customerId}'.`, customerId);
}

/** The records of extensions that are defined, where there are any. */
function living(extensions: ProfileData['extensions'], definitions: Definitions): ProfileData['extensions'] {
  const kept: ProfileData['extensions'] = {};
  for (const { id } of definitions.extensions) {
    const records = extensions[id];
    if (records && records.length > 0) kept[id] = records;
  }
  return kept;
}

function plain(data: ProfileData): JsonObject {
  return { attributes: data.attributes, extensions: data.extensions };
}

function requireExtension(definitions: Definitions, name: string): ExtensionSchema {
  const extension = findExtension(definitions, name);
  if (!extension) throw extensionNotFound(name);
  return extension;
}

function requireRecord(extension: ExtensionSchema, records: readonly JsonObject[], selector: JsonObject): number {
  const place = findRecord(extension, records, selector);
  if (place < 0) {
    throw new ContextError('record-not-found', `No record of '${extension.name}' has these values.`, extension.name);
  }
  return place;
}

/** Runs statements that may meet a unique key's index, and names the key in the error. */
async function translated<T>(definitions: Definitions, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error, 'cs_key_value_unique')) throw error;
    const detail = error instanceof Error && 'detail' in error ? String(error.detail) : '';
    const id = Number(/\)=\((\d+),/.exec(detail)?.[1]);
    const key = definitions.keys.find((one) => one.id === id)?.name ?? '';
    throw new ContextError(
      'unique-key-conflict',
      `Another customer has the same value of the unique key '${key}'.`,
      key,
    );
  }
}
