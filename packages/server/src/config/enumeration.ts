/**
 * Reads the members of an enumeration of the original by number, name or label, whatever the case, blanks and
 * punctuation.
 * @param numbers the number of each member, by its name
 * @param labels what the original's configuration tool calls them
 * @returns the name of the member that a value means; undefined for other values
 */
export function readerOf<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  labels: Readonly<Record<Name, string>>,
): (value: unknown) => Name | undefined {
  const names = Object.keys(numbers) as Name[]; // exactly these keys
  const byText = new Map(
    names.flatMap((name) => [name, labels[name], String(numbers[name])].map((text) => [plain(text), name] as const)),
  );
  return (value) =>
    typeof value === 'string' || typeof value === 'number' ? byText.get(plain(String(value))) : undefined;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
