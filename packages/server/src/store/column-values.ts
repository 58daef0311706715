import pg from 'pg';

/** Object ids of PostgreSQL's built-in types (`select oid, typname from pg_type`). */
const INT8 = 20;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const NUMERIC = 1700;
const INT8_ARRAY = 1016;
const DATE_ARRAY = 1182;
const TIMESTAMP_ARRAY = 1115;
const TIMESTAMPTZ_ARRAY = 1185;
const NUMERIC_ARRAY = 1231;
const TEXT_ARRAY = 1009;

type Parser = (text: string) => unknown;

type BuiltinType = Parameters<typeof pg.types.getTypeParser>[0];

/** The parser table of pg takes any object id, its type only those that it names. */
function builtin(oid: number): BuiltinType {
  return oid as BuiltinType;
}

/** Reads the text form of a `timestamptz` (ISO date style) as milliseconds since 1970; `infinity` as a number too. */
export function parseTimestamp(text: string): number {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-infinity') return Number.NEGATIVE_INFINITY;
  // PostgreSQL writes a zone of whole hours as `+00`, which ECMAScript's date format does not know.
  const zoned = /[+-]\d\d$/.test(text) ? `${text}:00` : text;
  return Date.parse(zoned.replace(' ', 'T'));
}

const asText: Parser = (text) => text;
// The array parser of pg splits the literal into its elements; each is then read like a single value.
const splitArray: Parser = pg.types.getTypeParser(builtin(TEXT_ARRAY), 'text');

function arrayOf(parse: Parser): Parser {
  const parseElements = (elements: unknown): unknown => {
    if (Array.isArray(elements)) return elements.map(parseElements);
    return typeof elements === 'string' ? parse(elements) : elements;
  };
  return (text) => parseElements(splitArray(text));
}

const PARSERS = new Map<number, Parser>([
  [INT8, Number],
  [NUMERIC, Number],
  [TIMESTAMPTZ, parseTimestamp],
  [DATE, asText],
  [TIMESTAMP, asText],
  [INT8_ARRAY, arrayOf(Number)],
  [NUMERIC_ARRAY, arrayOf(Number)],
  [TIMESTAMPTZ_ARRAY, arrayOf(parseTimestamp)],
  [DATE_ARRAY, arrayOf(asText)],
  [TIMESTAMP_ARRAY, arrayOf(asText)],
]);

/**
 * How column values are read: `bigint` and `numeric` as numbers, `timestamptz` as milliseconds since 1970, `date` and
 * `timestamp` as their text (they name no instant), everything else as pg does. The same holds for arrays of these.
 */
export const columnValues: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: string) =>
    (format === 'binary' ? undefined : PARSERS.get(oid)) ??
    // The overloads of pg differ in the format alone, which is passed through as it came.
    pg.types.getTypeParser(builtin(oid), format as 'text'),
};
