import type { JsonValue } from '../kernel/index.js';

/** One escape of JSON text; an escaped backslash is one too, so that what follows it is not taken for an escape. */
const ESCAPE = /\\(?:u[0-9a-f]{4}|.)/g;
/** NUL, or half of a surrogate pair (whole pairs are not escaped). */
const UNSTORABLE = /^\\u(?:0000|d[89a-f][0-9a-f]{2})$/;

/**
 * JSON text for a `jsonb` column. Applications and clients make any string that JavaScript knows; characters that
 * PostgreSQL cannot hold (NUL, half surrogate pairs) become U+FFFD, so that a session never fails to be stored by them.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('\\u') ? text.replace(ESCAPE, (found) => (UNSTORABLE.test(found) ? '\ufffd' : found)) : text;
}

/** A value as it reads when it comes back from a `jsonb` column: what cannot be stored is replaced, members are sorted. */
export function asStored<Value extends object>(value: Value): Value {
  // What becomes of a value by storing it has the shape that it had.
  return sorted(JSON.parse(jsonText(value)) as JsonValue) as Value;
}

/** `jsonb` sorts members by the length of their names, then by their bytes. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([name, member]) => ({ name, bytes: Buffer.from(name), member }));
  members.sort((one, other) => one.bytes.length - other.bytes.length || one.bytes.compare(other.bytes));
  return Object.fromEntries(members.map(({ name, member }) => [name, sorted(member)]));
}
