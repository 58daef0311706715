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
