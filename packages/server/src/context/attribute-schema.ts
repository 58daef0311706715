import { isObject, type JsonObject, type JsonValue, parseInstant } from '../kernel/index.js';
import { invalid, missing } from './errors.js';

const TYPES = ['string', 'integer', 'long', 'double', 'date', 'datetime', 'currency', 'boolean'] as const;
export type AttributeType = (typeof TYPES)[number];

/** What is defined of one attribute (CS API, "Create Profile Extension Schema"). */
export interface AttributeSchema {
  name: string;
  type: AttributeType;
  /** Longest text, in characters; for `string` only. */
  length?: number;
  /** Stored where a record has no value. */
  default?: JsonValue;
  /** A record without it is refused. */
  mandatory?: boolean;
}

/** Letter first, then letters, digits, underscores; at most 26 characters (UCS, "createIdentificationKeysSchema"). */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,25}$/;
const NAME_RULE = 'a letter, followed by letters, digits or underscores, at most 26 characters in all';
const LONGEST_STRING = 32_768;
const INTEGER_LIMIT = 2_147_483_647;

/** Reads the name of an extension, key or attribute. @throws ContextError `missing`, `invalid` */
export function readSchemaName(field: string, value: JsonValue | undefined): string {
  if (value === undefined || value === null || value === '') throw missing(field);
  if (typeof value !== 'string' || !NAME.test(value)) throw invalid(field, NAME_RULE);
  return value;
}

/** Reads the definitions of attributes. @throws ContextError `invalid`, `missing` */
export function readAttributeSchemas(field: string, value: JsonValue | undefined): AttributeSchema[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(field, 'an array of attribute definitions is expected');
  const schemas = value.map((one, index) => readAttributeSchema(`${field}[${index}]`, one));
  const seen = new Set<string>();
  for (const { name } of schemas) {
    if (seen.has(name.toLowerCase())) throw invalid(field, `attribute '${name}' is defined twice`);
    seen.add(name.toLowerCase());
  }
  return schemas;
}

/**
 * Checks a record against its schema and fills in defaults.
 * @param field names the record in errors, such as `Phone[0]`
 * @throws ContextError `invalid`, `missing`, naming field and rule
 */
export function checkRecord(field: string, record: JsonValue, schemas: readonly AttributeSchema[]): JsonObject {
  if (!isObject(record)) throw invalid(field, 'an object is expected');
  const checked: JsonObject = {};
  for (const name of Object.keys(record)) {
    if (!schemas.some((schema) => schema.name === name)) {
      const known = schemas.map((schema) => schema.name).join(', ');
      throw invalid(`${field}.${name}`, `there is no such attribute; there are: ${known || 'none'}`);
    }
  }
  for (const schema of schemas) {
    const value = record[schema.name] ?? schema.default;
    if (value === undefined || value === null) {
      if (schema.mandatory) throw missing(`${field}.${schema.name}`);
    } else {
      checked[schema.name] = checkValue(`${field}.${schema.name}`, value, schema);
    }
  }
  return checked;
}

/** Checks one value against its attribute's type and length. @throws ContextError `invalid` */
export function checkValue(field: string, value: JsonValue, schema: AttributeSchema): JsonValue {
  const rule = broken(value, schema);
  if (rule) throw invalid(field, rule);
  return value;
}

/** The rule that a value breaks, or undefined. */
function broken(value: JsonValue, { type, length }: AttributeSchema): string | undefined {
  switch (type) {
    case 'string': {
      if (typeof value !== 'string') return 'a string is expected';
      const longest = length ?? LONGEST_STRING;
      return value.length > longest ? `at most ${longest} characters are allowed` : undefined;
    }
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= INTEGER_LIMIT
        ? undefined
        : 'an integer of 32 bits is expected';
    case 'long':
      return Number.isSafeInteger(value) ? undefined : 'an integer is expected';
    case 'double':
      return typeof value === 'number' ? undefined : 'a number is expected';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false is expected';
    case 'currency':
      return typeof value === 'number' || (typeof value === 'string' && /^-?\d{1,15}(\.\d{1,4})?$/.test(value))
        ? undefined
        : 'an amount, such as 12.50, is expected';
    case 'date':
      return typeof value === 'string' &&
        /^\d{4}-\d{2}-\d{2}$/.test(value) &&
        parseInstant(`${value}T00:00`) !== undefined
        ? undefined
        : 'a date, such as 2026-01-31, is expected';
    case 'datetime':
      return typeof value === 'string' && parseInstant(value) !== undefined
        ? undefined
        : 'a time in ISO 8601, such as 2026-01-31T12:00:00.000Z, is expected';
  }
}

function readAttributeSchema(field: string, value: JsonValue): AttributeSchema {
  if (!isObject(value)) throw invalid(field, 'an object with name and type is expected');
  const type = TYPES.find(
    (known) => known === (typeof value.type === 'string' ? value.type.toLowerCase() : value.type),
  );
  if (!type) throw invalid(`${field}.type`, `one of ${TYPES.join(', ')} is expected`);
  const length = readLength(`${field}.length`, value.length);
  const schema: AttributeSchema = {
    name: readSchemaName(`${field}.name`, value.name),
    type,
    ...(length !== undefined && { length }),
    ...((value.mandatory === true || value.mandatory === 'true') && { mandatory: true }),
  };
  if (value.default === undefined || value.default === null) return schema;
  return { ...schema, default: checkValue(`${field}.default`, readDefault(value.default, type), schema) };
}

/** Defaults of numbers and booleans come as such or as texts, like `length` and `mandatory`. */
function readDefault(value: JsonValue, type: AttributeType): JsonValue {
  if (typeof value !== 'string') return value;
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  const isNumber = type === 'integer' || type === 'long' || type === 'double';
  return isNumber && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

/** `length` comes as a number or as a string of digits. */
function readLength(field: string, value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const length = Number(value);
  if (!Number.isInteger(length) || length < 1 || length > LONGEST_STRING) {
    throw invalid(field, `an integer from 1 to ${LONGEST_STRING} is expected`);
  }
  return length;
}
