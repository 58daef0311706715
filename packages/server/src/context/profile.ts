import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject, type JsonValue } from '../kernel/index.js';
import { checkRecord, checkValue } from './attribute-schema.js';
import { type Definitions, type ExtensionSchema, findExtension, PROFILE_SOURCE } from './definitions.js';
import { ContextError, invalid, missing } from './errors.js';
import { storableText } from './storable.js';

/** A customer's data as it is stored: attributes by name, extension records by the id of the extension's schema. */
export interface ProfileData {
  attributes: JsonObject;
  extensions: Record<string, JsonObject[]>;
}

/** A profile as a client gives it, checked. */
export interface GivenProfile extends ProfileData {
  customerId: string | undefined;
}

const LONGEST_CUSTOMER_ID = 255;
const LONGEST_NAME = 64;

/**
 * Reads a profile: attributes are members with a value or an array of values, the first being the primary one;
 * extensions are members named after them with a record or an array of records.
 * @param strict attributes that the profile schema does not know are refused
 * @throws ContextError `invalid`, `missing`
 */
export function readProfile(body: JsonObject, definitions: Definitions, strict: boolean): GivenProfile {
  const attributes: JsonObject = {};
  const extensions: Record<string, JsonObject[]> = {};
  for (const [name, value] of Object.entries(body)) {
    if (name === 'customer_id') continue;
    const extension = findExtension(definitions, name);
    if (extension) {
      extensions[extension.id] = addRecords(extension, [], readRecords(extension, value));
    } else {
      const read = readAttribute(name, value, definitions, strict);
      if (read !== undefined) attributes[name] = read;
    }
  }
  for (const { name, mandatory } of definitions.profile) {
    if (mandatory && attributes[name] === undefined) throw missing(name);
  }
  return { customerId: readCustomerId(body.customer_id), attributes, extensions };
}

/** Reads the records of one extension: one object, or an array of them. @throws ContextError `invalid`, `missing` */
export function readRecords(extension: ExtensionSchema, value: JsonValue): JsonObject[] {
  if (value === null) return [];
  const records = Array.isArray(value) ? value : [value];
  if (extension.type === 'single-valued' && records.length > 1) {
    throw invalid(extension.name, 'the extension is single-valued: one record is allowed');
  }
  return records.map((record, index) =>
    checkRecord(Array.isArray(value) ? `${extension.name}[${index}]` : extension.name, record, extension.attributes),
  );
}

/** Adds records to those of a customer; one with the same unique attributes, or the only one allowed, is replaced. */
export function addRecords(
  extension: ExtensionSchema,
  present: readonly JsonObject[],
  added: readonly JsonObject[],
): JsonObject[] {
  if (extension.type === 'single-valued') return [...(added.length > 0 ? added : present)];
  const records = [...present];
  for (const record of added) {
    const place = extension.unique.length > 0 ? records.findIndex((old) => isSameRecord(extension, old, record)) : -1;
    if (place >= 0) records[place] = record;
    else records.push(record);
  }
  return records;
}

/**
 * Finds the record that a client names by its unique attributes.
 * @returns its place, or -1 @throws ContextError `missing` when a unique attribute is not given
 */
export function findRecord(extension: ExtensionSchema, records: readonly JsonObject[], selector: JsonObject): number {
  if (extension.type === 'single-valued' && extension.unique.length === 0) return records.length - 1;
  if (extension.unique.length === 0) {
    throw invalid(extension.name, 'the extension has no unique attributes, so that no single record can be named');
  }
  for (const name of extension.unique) if (selector[name] === undefined) throw missing(`${extension.name}.${name}`);
  return records.findIndex((record) => isSameRecord(extension, record, selector));
}

/** Changes the other attributes of a record; those given as null are removed. @throws ContextError `invalid`, `missing` */
export function updateRecord(extension: ExtensionSchema, record: JsonObject, change: JsonObject): JsonObject {
  const merged = Object.entries({ ...record, ...change }).filter(([, value]) => value !== null);
  return checkRecord(extension.name, Object.fromEntries(merged), extension.attributes);
}

/**
 * Joins two customers into the first (UCS, "mergeProfiles"). Attributes of the first stay; those that it does not have,
 * and further values of those by which customers are identified, are taken over. Extension records are put together;
 * where both have the same record with different contents it is a conflict, unless the source's is said to win.
 * @throws ContextError `merge-conflict`
 */
export function mergeProfiles(
  target: ProfileData,
  source: ProfileData,
  definitions: Definitions,
  force: boolean,
): ProfileData {
  const identifying = new Set(
    definitions.keys.filter((key) => key.source === PROFILE_SOURCE).flatMap((key) => key.attributes),
  );
  const attributes: JsonObject = { ...source.attributes, ...target.attributes };
  for (const name of identifying) {
    const values = [...new Set([...textsOf(target.attributes[name]), ...textsOf(source.attributes[name])])];
    const [only] = values;
    if (only !== undefined) attributes[name] = values.length === 1 ? (attributes[name] ?? only) : values;
  }
  const extensions: Record<string, JsonObject[]> = {};
  for (const extension of definitions.extensions) {
    const own = target.extensions[extension.id] ?? [];
    const other = (source.extensions[extension.id] ?? []).filter(
      (record) => !own.some((known) => isDeepStrictEqual(known, record)),
    );
    const conflicts = other.some((record) => own.some((known) => isSameRecord(extension, known, record)));
    if (conflicts && !force) {
      throw new ContextError(
        'merge-conflict',
        `Both profiles have the same record of the extension '${extension.name}' with different contents.`,
        extension.name,
      );
    }
    const records = addRecords(extension, own, other);
    if (records.length > 0) extensions[extension.id] = records;
  }
  return { attributes, extensions };
}

/**
 * A profile as the API answers it: all attributes, and the extensions that were asked for with all their attributes.
 * @param wanted names of extensions, or all of them
 */
export function profileView(
  customerId: string,
  profile: ProfileData,
  definitions: Definitions,
  wanted: readonly string[] | 'all',
): JsonObject {
  return { customer_id: customerId, ...profile.attributes, ...extensionsView(profile, definitions, wanted) };
}

/** The extensions of a profile, by name; one that the customer has no records of is left out. */
export function extensionsView(
  profile: ProfileData,
  definitions: Definitions,
  wanted: readonly string[] | 'all',
): JsonObject {
  const view: JsonObject = {};
  const schemas =
    wanted === 'all' ? definitions.extensions : wanted.flatMap((name) => findExtension(definitions, name) ?? []);
  for (const schema of schemas) {
    const records = profile.extensions[schema.id];
    const [first] = records ?? [];
    if (records && first) view[schema.name] = schema.type === 'single-valued' ? first : records;
  }
  return view;
}

/** The texts of an attribute's value: none when it is absent, several when it is an array. */
export function textsOf(value: JsonValue | undefined): string[] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return typeof value === 'object' ? [] : [String(value)];
}

/** Reads a customer id that a client chose. @throws ContextError `invalid` */
export function readCustomerId(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw invalid('customer_id', 'a string is expected');
  if (value.length > LONGEST_CUSTOMER_ID) {
    throw invalid('customer_id', `at most ${LONGEST_CUSTOMER_ID} characters are allowed`);
  }
  return storableText('customer_id', value);
}

function readAttribute(
  name: string,
  value: JsonValue,
  definitions: Definitions,
  strict: boolean,
): JsonValue | undefined {
  if (value === null || (Array.isArray(value) && value.length === 0)) return undefined;
  const values = Array.isArray(value) ? value : [value];
  if (values.some((one) => isObject(one) || Array.isArray(one) || one === null)) {
    throw invalid(name, 'there is no such extension, and an attribute has a value or an array of values');
  }
  const schema = definitions.profile.find((attribute) => attribute.name === name);
  if (schema) for (const one of values) checkValue(name, one, schema);
  else if (strict) throw invalid(name, 'the profile schema has no such attribute');
  else if (name === '' || name.length > LONGEST_NAME) throw invalid(name, `a name has 1 to ${LONGEST_NAME} characters`);
  return values.length === 1 ? values[0] : value;
}

function isSameRecord(extension: ExtensionSchema, one: JsonObject, other: JsonObject): boolean {
  if (extension.type === 'single-valued') return true;
  if (extension.unique.length === 0) return false;
  return extension.unique.every((name) => isDeepStrictEqual(one[name], other[name]));
}
