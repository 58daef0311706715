/** A name for another option of those that begin with a prefix: the first number that is free. */
export function nextName(prefix: string, values: Readonly<Record<string, string>>): string {
  let number = 1;
  while (values[`${prefix}${number}`] !== undefined) number += 1;
  return `${prefix}${number}`;
}
