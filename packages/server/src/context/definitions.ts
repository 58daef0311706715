import type { JsonObject, JsonValue } from '../kernel/index.js';
import { type AttributeSchema, readAttributeSchemas, readSchemaName } from './attribute-schema.js';
import { ContextError, invalid, missing } from './errors.js';

/** A profile extension: further data about a customer, as one record or as many. */
export interface ExtensionSchema {
  /** Under which a profile's row holds the records. */
  id: number;
  name: string;
  type: 'single-valued' | 'multi-valued';
  /** Names of the attributes that tell one record of a customer from another. */
  unique: readonly string[];
  attributes: readonly AttributeSchema[];
}

/** An identification key: attributes by whose values customers are found. */
export interface IdentificationKey {
  id: number;
  name: string;
  /** `profile`, or the name of the extension that the attributes belong to. */
  source: string;
  attributes: readonly string[];
  unique: boolean;
}

/** Everything that is defined for a tenant. */
export interface Definitions {
  tenant: number;
  /** Compared with the stored one by every write of a profile. */
  version: number;
  /** The attributes of profiles themselves. */
  profile: readonly AttributeSchema[];
  extensions: readonly ExtensionSchema[];
  /** In ascending order of their ids. */
  keys: readonly IdentificationKey[];
}

export const PROFILE_SOURCE = 'profile';

/** The attributes of profiles until a tenant adds its own; all of them are texts and none is mandatory. */
export const DEFAULT_PROFILE_ATTRIBUTES: readonly AttributeSchema[] = [
  ...['Title', 'FirstName', 'LastName', 'PhoneNumber', 'EmailAddress', 'Company', 'Address', 'City', 'PostalCode'],
  ...['Region', 'Country', 'Language', 'Segment', 'AccountNumber'],
].map((name) => ({ name, type: 'string', length: 256 }));

/** The keys that every tenant begins with, so that customers can be identified before anything is defined. */
export const DEFAULT_KEYS: readonly Omit<IdentificationKey, 'id'>[] = [
  { name: 'PhoneNumber', source: PROFILE_SOURCE, attributes: ['PhoneNumber'], unique: false },
  { name: 'EmailAddress', source: PROFILE_SOURCE, attributes: ['EmailAddress'], unique: false },
  { name: 'Name', source: PROFILE_SOURCE, attributes: ['LastName', 'FirstName'], unique: false },
];

/** Members of a profile that can be neither an attribute nor an extension. */
const RESERVED: ReadonlySet<string> = new Set(['customer_id', 'profile']);

export function findExtension(definitions: Definitions, name: string): ExtensionSchema | undefined {
  return definitions.extensions.find((extension) => sameName(extension.name, name));
}

export function findKey(definitions: Definitions, name: string): IdentificationKey | undefined {
  return definitions.keys.find((key) => sameName(key.name, name));
}

/** Names of definitions are compared without regard to case. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/**
 * Reads the definition of an extension.
 * @throws ContextError `missing`, `invalid`
 */
export function readExtensionSchema(body: JsonObject): Omit<ExtensionSchema, 'id'> {
  const name = readSchemaName('name', body.name);
  if (RESERVED.has(name.toLowerCase())) throw invalid('name', `'${name}' is reserved`);
  if (body.type === undefined || body.type === null) throw missing('type', 'single-valued or multi-valued is expected');
  if (body.type !== 'single-valued' && body.type !== 'multi-valued') {
    throw invalid('type', 'single-valued or multi-valued is expected');
  }
  const attributes = readAttributeSchemas('attributes', body.attributes);
  const unique = readNames('unique', body.unique);
  for (const one of unique) {
    if (!attributes.some((attribute) => attribute.name === one)) {
      throw invalid('unique', `'${one}' is not an attribute of the extension`);
    }
  }
  return { name, type: body.type, unique, attributes };
}

/**
 * Reads the definition of an identification key, all of whose attributes belong to one source.
 * @throws ContextError `missing`, `invalid`
 */
export function readIdentificationKey(body: JsonObject, definitions: Definitions): Omit<IdentificationKey, 'id'> {
  const name = readSchemaName('name', body.name);
  const attributes = readNames('attributes', body.attributes);
  if (attributes.length === 0) throw missing('attributes', 'at least one attribute is mandatory');
  if (new Set(attributes).size < attributes.length) throw invalid('attributes', 'an attribute is named twice');
  const unique = body.unique === true || body.unique === 'true';
  const named = body.source === undefined || body.source === null ? PROFILE_SOURCE : body.source;
  if (typeof named !== 'string') throw invalid('source', "'profile' or the name of an extension is expected");
  if (sameName(named, PROFILE_SOURCE)) {
    for (const attribute of attributes) checkProfileAttribute(attribute, definitions);
    return { name, source: PROFILE_SOURCE, attributes, unique };
  }
  const extension = findExtension(definitions, named);
  if (!extension) throw invalid('source', `there is no profile extension '${named}'`);
  for (const attribute of attributes) {
    if (!extension.attributes.some((known) => known.name === attribute)) {
      throw invalid('attributes', `'${attribute}' is not an attribute of the extension '${extension.name}'`);
    }
  }
  return { name, source: extension.name, attributes, unique };
}

/** The profile's attributes after further ones were defined or known ones defined anew. */
export function withProfileAttributes(
  known: readonly AttributeSchema[],
  added: readonly AttributeSchema[],
  definitions: Definitions,
): AttributeSchema[] {
  for (const { name } of added) {
    if (RESERVED.has(name.toLowerCase()) || findExtension(definitions, name)) {
      throw invalid('attributes', `'${name}' is the name of something else`);
    }
  }
  const kept = known.filter((old) => !added.some((one) => sameName(one.name, old.name)));
  return [...kept, ...added];
}

/** What a client reads of an extension's definition. */
export function extensionSchemaView(schema: Omit<ExtensionSchema, 'id'>): JsonObject {
  return {
    name: schema.name,
    type: schema.type,
    ...(schema.unique.length > 0 && { unique: [...schema.unique] }),
    attributes: schema.attributes.map(attributeSchemaView),
  };
}

/** What a client reads of an attribute's definition. */
export function attributeSchemaView(schema: AttributeSchema): JsonObject {
  return { ...schema, mandatory: schema.mandatory ?? false };
}

export function identificationKeyView(key: IdentificationKey): JsonObject {
  return { name: key.name, source: key.source, attributes: [...key.attributes], unique: key.unique };
}

/** The error for an extension that is not defined. */
export function extensionNotFound(name: string): ContextError {
  return new ContextError('extension-not-found', `There is no profile extension '${name}'.`, name);
}

function checkProfileAttribute(name: string, definitions: Definitions): void {
  const [extension] = name.split('.');
  if (name.includes('.') || findExtension(definitions, name)) {
    throw invalid('attributes', `'${name}' belongs to the extension '${extension}', not to the profile`);
  }
  readSchemaName('attributes', name);
  const own = definitions.profile.some((attribute) => attribute.name === name);
  const owner = definitions.extensions.find((one) => one.attributes.some((attribute) => attribute.name === name));
  if (!own && owner)
    throw invalid('attributes', `'${name}' belongs to the extension '${owner.name}', not to the profile`);
}

function readNames(field: string, value: JsonValue | undefined): string[] {
  if (value === undefined || value === null) return [];
  const names = typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value;
  if (!Array.isArray(names)) throw invalid(field, 'an array of names is expected');
  return names.map((name) => {
    if (typeof name !== 'string' || name === '') throw invalid(field, 'an array of names is expected');
    return name;
  });
}
