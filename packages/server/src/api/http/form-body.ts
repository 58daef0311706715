import { RequestError } from './failure.js';
import { decode, requireStorable } from './text.js';

/** Values by name, in the order in which they came. */
export type FormValues = Readonly<Record<string, readonly string[]>>;

const MOST_FIELDS = 1000;

/**
 * Reads an application/x-www-form-urlencoded body.
 * @throws RequestError when there are too many fields, or bytes that are no text in the charset
 */
export function parseForm(body: Buffer, charset: string): FormValues {
  const values = new Map<string, string[]>();
  const pairs = body.toString('latin1').split('&');
  if (pairs.length > MOST_FIELDS) {
    throw new RequestError(413, 'too-many-fields', `There are more than ${MOST_FIELDS} fields.`);
  }
  for (const pair of pairs) {
    if (pair === '') continue;
    const separator = pair.indexOf('=');
    const name = unescapeField(separator < 0 ? pair : pair.slice(0, separator), charset);
    const value = separator < 0 ? '' : unescapeField(pair.slice(separator + 1), charset);
    const former = values.get(name);
    if (former) former.push(value);
    else values.set(name, [value]);
  }
  return Object.fromEntries(values);
}

/** The last value of each name: what a form means when a name is repeated. */
export function lastValues(values: FormValues): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));
}

const ESCAPED = /%([0-9a-f]{2})/gi;

/** A percent sign that begins no escape stands for itself, as in browsers. */
function unescapeField(field: string, charset: string): string {
  const bytes = field
    .replaceAll('+', ' ')
    .replace(ESCAPED, (_escape, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return requireStorable(decode(Buffer.from(bytes, 'latin1'), charset));
}
