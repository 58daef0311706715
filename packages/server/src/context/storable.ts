import type { JsonValue } from '../kernel/index.js';
import { invalid } from './errors.js';

/** What `JSON.stringify` writes for characters that PostgreSQL cannot hold: NUL and halves of surrogate pairs. */
const SUSPICIOUS = /\\u(?:0000|d[89a-f][0-9a-f]{2})/;
const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * The JSON text of a value, ready for a `jsonb` column.
 * @param field names the value in the error
 * @throws ContextError `invalid` when a string in it holds a NUL character or half a surrogate pair
 */
export function storable(field: string, value: JsonValue): string {
  const text = JSON.stringify(value);
  if (SUSPICIOUS.test(text) && holdsUnstorable(value)) {
    throw invalid(field, 'text must not contain NUL characters or halves of surrogate pairs');
  }
  return text;
}

/** A text that PostgreSQL can hold. @throws ContextError `invalid` */
export function storableText(field: string, text: string): string {
  if (UNSTORABLE.test(text)) {
    throw invalid(field, 'text must not contain NUL characters or halves of surrogate pairs');
  }
  return text;
}

function holdsUnstorable(value: JsonValue): boolean {
  if (typeof value === 'string') return UNSTORABLE.test(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsUnstorable);
  return Object.entries(value).some(([name, member]) => UNSTORABLE.test(name) || holdsUnstorable(member));
}
