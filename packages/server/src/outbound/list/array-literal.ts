/**
 * PostgreSQL's text form of arrays, written directly: a batch of some thousand records has several ten thousand values,
 * and the driver's own writer looks at the type of each of them.
 */

export function numberArray(values: readonly (number | undefined)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

export function textArray(values: readonly (string | undefined)[]): string {
  return `{${values.map(textElement).join(',')}}`;
}

/** Texts that need no escapes within quotes. */
const PLAIN = /^[^"\\]*$/;

function textElement(value: string | undefined): string {
  if (value === undefined) return 'NULL';
  return PLAIN.test(value) ? `"${value}"` : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
