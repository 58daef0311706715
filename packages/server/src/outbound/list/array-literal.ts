/**
 * PostgreSQL's text form of arrays, written directly: a batch of some thousand records has several ten thousand values,
 * and the driver's own writer looks at the type of each of them.
 */

export function numberArray(values: readonly (number | undefined)[]): string {
  let text = '{';
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    text += index === 0 ? (value ?? 'NULL') : `,${value ?? 'NULL'}`;
  }
  return `${text}}`;
}

/** Texts that need no quotes; among them no word that means NULL. */
const PLAIN = /^[+\d][\w+.:-]*$/;

export function textArray(values: readonly (string | undefined)[]): string {
  let text = '{';
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (index > 0) text += ',';
    text += value === undefined ? 'NULL' : PLAIN.test(value) ? value : quoted(value);
  }
  return `${text}}`;
}

function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
