import { type Clock, instant, type JsonObject } from '../kernel/index.js';
import { type Database, isUniqueViolation, type Sql, type Transaction } from '../store/index.js';
import { type AttributeSchema, readAttributeSchemas } from './attribute-schema.js';
import {
  deleteKey,
  dropSchema,
  insertKey,
  insertSchema,
  insertTenant,
  raiseVersion,
  readKeys,
  readSchemas,
  readVersion,
  replaceSchema,
} from './definition-statements.js';
import {
  DEFAULT_KEYS,
  DEFAULT_PROFILE_ATTRIBUTES,
  type Definitions,
  type ExtensionSchema,
  extensionNotFound,
  findExtension,
  findKey,
  type IdentificationKey,
  PROFILE_SOURCE,
  readExtensionSchema,
  readIdentificationKey,
  sameName,
  withProfileAttributes,
} from './definitions.js';
import { ContextError, missing } from './errors.js';
import { keyValues } from './identification.js';
import { type ProfilePage, profilePages } from './profile-pages.js';
import { insertKeyValues } from './profile-statements.js';
import type { Settings } from './settings.js';

/** Whose extensions a schema is for; by those of services, states and tasks only single records are found. */
export type ExtensionSubject = 'service' | 'state' | 'task';

interface SchemaRow {
  id: number;
  subject: string;
  name: string;
  definition: { type: ExtensionSchema['type']; unique: string[]; attributes: AttributeSchema[] };
}

const CHANNEL = 'cs_metadata';

/**
 * The definitions of each tenant: profile attributes, extensions, identification keys.
 *
 * They are cached; a change is announced to the other nodes. A write of a profile compares the version (see
 * `holdDefinitions`), so that one node's stale cache can do no harm: the write then reads them anew. A change takes the
 * tenant's row for itself, so that no profile is written while a key is being built over those that exist.
 */
export class Metadata {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #settings: Settings;
  readonly #cached = new Map<number, Promise<Definitions>>();

  constructor(options: { database: Database; clock: Clock; settings: Settings }) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#settings = options.settings;
  }

  /** Begins to hear of changes that other nodes make. @returns a function that ends it */
  async listen(): Promise<() => void> {
    const unlisten = await this.#database.listen(CHANNEL, () => this.#cached.clear());
    const forget = this.#database.onAvailability(() => this.#cached.clear());
    return () => {
      unlisten();
      forget();
    };
  }

  /** What is defined for a tenant. */
  of(tenant: number): Promise<Definitions> {
    const cached = this.#cached.get(tenant);
    if (cached) return cached;
    const loading = this.#load(tenant);
    this.#cached.set(tenant, loading);
    // Whoever waits hears the error; the next one tries again.
    loading.catch(() => this.forget(tenant));
    return loading;
  }

  /** Reads the definitions anew next time. */
  forget(tenant: number): void {
    this.#cached.delete(tenant);
  }

  /** Defines an extension of profiles. @throws ContextError `missing`, `invalid`, `already-exists` */
  async createExtension(tenant: number, body: JsonObject): Promise<ExtensionSchema> {
    const schema = readExtensionSchema(body);
    return this.#change(tenant, async (tx, definitions) => {
      if (findExtension(definitions, schema.name)) throw alreadyExists('extension', schema.name);
      if (definitions.profile.some((attribute) => sameName(attribute.name, schema.name))) {
        throw alreadyExists('profile attribute', schema.name);
      }
      return { ...schema, id: await this.#insertSchema(tx, tenant, 'profile-extension', schema) };
    });
  }

  /**
   * Removes an extension's definition; its records are gone at once and erased by the next sweep.
   * @throws ContextError `extension-not-found`, `extension-in-use` by an identification key
   */
  async dropExtension(tenant: number, name: string): Promise<void> {
    await this.#change(tenant, async (tx, definitions) => {
      const extension = findExtension(definitions, name);
      if (!extension) throw extensionNotFound(name);
      const key = definitions.keys.find((one) => sameName(one.source, extension.name));
      if (key) {
        throw new ContextError('extension-in-use', `The key '${key.name}' is based on '${extension.name}'.`, name);
      }
      await tx.query(dropSchema, [extension.id, instant(this.#clock.now())]);
    });
  }

  /** Adds attributes to the profile schema, or defines known ones anew. @throws ContextError `missing`, `invalid` */
  async addProfileAttributes(tenant: number, body: JsonObject): Promise<readonly AttributeSchema[]> {
    const added = readAttributeSchemas('attributes', body.attributes);
    if (added.length === 0) throw missing('attributes', 'at least one attribute definition is mandatory');
    return this.#change(tenant, async (tx, definitions) => {
      const attributes = withProfileAttributes(definitions.profile, added, definitions);
      const definition = JSON.stringify({ type: 'single-valued', unique: [], attributes });
      const replaced = await tx.query(replaceSchema, [tenant, 'profile', PROFILE_SOURCE, definition]);
      if (replaced.length === 0) {
        const now = instant(this.#clock.now());
        await tx.query(insertSchema, [tenant, 'profile', PROFILE_SOURCE, definition, now]);
      }
      return attributes;
    });
  }

  /**
   * Defines an identification key and finds its values in the profiles that exist. Writes of profiles wait meanwhile.
   * @throws ContextError `missing`, `invalid`, `already-exists`, `unique-key-conflict` when two customers share a value
   */
  async createKey(tenant: number, body: JsonObject): Promise<IdentificationKey> {
    return this.#change(tenant, async (tx, definitions) => {
      const given = readIdentificationKey(body, definitions);
      if (findKey(definitions, given.name)) throw alreadyExists('identification key', given.name);
      const key = { ...given, id: await this.#insertKey(tx, tenant, given) };
      for await (const page of profilePages(tx, tenant)) await this.#index(tx, { ...definitions, keys: [key] }, page);
      return key;
    });
  }

  /** @throws ContextError `identification-key-not-found` */
  async dropKey(tenant: number, name: string): Promise<void> {
    await this.#change(tenant, async (tx, definitions) => {
      const key = findKey(definitions, name);
      if (!key) throw new ContextError('identification-key-not-found', `There is no key '${name}'.`, name);
      await tx.query(deleteKey, [key.id]);
    });
  }

  /** Keeps the schema of an extension of services, states or tasks. @throws ContextError as `createExtension` */
  async createStepExtension(tenant: number, subject: ExtensionSubject, body: JsonObject): Promise<string> {
    const schema = readExtensionSchema(body);
    await this.of(tenant);
    try {
      await this.#insertSchema(this.#database, tenant, `${subject}-extension`, schema);
    } catch (error) {
      if (isUniqueViolation(error, 'cs_schema_by_name')) throw alreadyExists('extension', schema.name);
      throw error;
    }
    return schema.name;
  }

  /** The schemas of extensions of services, states or tasks. */
  async stepExtensions(tenant: number, subject: ExtensionSubject): Promise<Omit<ExtensionSchema, 'id'>[]> {
    const rows = await this.#database.query<SchemaRow>(readSchemas, [tenant]);
    return rows
      .filter((row) => row.subject === `${subject}-extension`)
      .map((row) => ({ name: row.name, ...row.definition }));
  }

  /** The schema of one extension of services, states or tasks, where a client has defined one. */
  async stepExtension(
    tenant: number,
    subject: ExtensionSubject,
    name: string,
  ): Promise<Omit<ExtensionSchema, 'id'> | undefined> {
    return (await this.stepExtensions(tenant, subject)).find((schema) => sameName(schema.name, name));
  }

  async #change<T>(tenant: number, work: (tx: Transaction, definitions: Definitions) => Promise<T>): Promise<T> {
    await this.of(tenant);
    try {
      return await this.#database.transaction(
        async (tx) => {
          await tx.query(raiseVersion, [tenant]);
          const result = await work(tx, await read(tx, tenant));
          tx.afterCommit(() => {
            this.forget(tenant);
            this.#database.signal(CHANNEL);
          });
          return result;
        },
        { statementTimeoutMs: Number.POSITIVE_INFINITY },
      );
    } catch (error) {
      if (isUniqueViolation(error, 'cs_key_value_unique')) {
        throw new ContextError('unique-key-conflict', 'Two customers share a value of the unique key.');
      }
      throw error;
    }
  }

  async #index(tx: Transaction, definitions: Definitions, page: ProfilePage): Promise<void> {
    const values = page.flatMap(({ customer_id, ...profile }) =>
      keyValues(definitions, profile, this.#settings.defaultCountry).map((value) => ({ ...value, customer_id })),
    );
    await tx.query(insertKeyValues, [
      definitions.tenant,
      values.map(({ key }) => key),
      values.map(({ value }) => value),
      values.map(({ customer_id }) => customer_id),
      values.map(({ unique }) => unique),
    ]);
  }

  async #load(tenant: number): Promise<Definitions> {
    const [known] = await this.#database.query<{ version: number }>(readVersion, [tenant]);
    if (!known) {
      await this.#database.transaction(async (tx) => {
        const [made] = await tx.query(insertTenant, [tenant]);
        if (made) for (const key of DEFAULT_KEYS) await this.#insertKey(tx, tenant, key);
      });
    }
    return read(this.#database, tenant);
  }

  async #insertKey(sql: Sql, tenant: number, key: Omit<IdentificationKey, 'id'>): Promise<number> {
    const [row] = await sql.query<{ id: number }>(insertKey, [
      tenant,
      key.name,
      key.source,
      [...key.attributes],
      key.unique,
      instant(this.#clock.now()),
    ]);
    return row?.id ?? 0;
  }

  async #insertSchema(
    sql: Sql,
    tenant: number,
    subject: string,
    { name, type, unique, attributes }: Omit<ExtensionSchema, 'id'>,
  ): Promise<number> {
    const definition = JSON.stringify({ type, unique, attributes });
    const now = instant(this.#clock.now());
    const [row] = await sql.query<{ id: number }>(insertSchema, [tenant, subject, name, definition, now]);
    return row?.id ?? 0;
  }
}

/** The version is read first: if the rest is newer, the write that compares it only reads once more than needed. */
async function read(sql: Sql, tenant: number): Promise<Definitions> {
  const [row] = await sql.query<{ version: number }>(readVersion, [tenant]);
  const schemas = await sql.query<SchemaRow>(readSchemas, [tenant]);
  const keys = await sql.query<Omit<IdentificationKey, 'unique'> & { is_unique: boolean }>(readKeys, [tenant]);
  return {
    tenant,
    version: row?.version ?? 0,
    profile: schemas.find(({ subject }) => subject === 'profile')?.definition.attributes ?? DEFAULT_PROFILE_ATTRIBUTES,
    extensions: schemas
      .filter(({ subject }) => subject === 'profile-extension')
      .map(({ id, name, definition }) => ({ id, name, ...definition })),
    keys: keys.map(({ is_unique, ...key }) => ({ ...key, unique: is_unique })),
  };
}

function alreadyExists(what: string, name: string): ContextError {
  return new ContextError('already-exists', `There is already a ${what} '${name}'.`, name);
}
