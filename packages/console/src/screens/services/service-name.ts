const LONGEST_NAME = 255;

/** What is wrong with the name of a new service, as the key of a text: the server's own rule, said before it is asked. */
export function nameProblem(
  name: string,
  taken: readonly { name: string }[],
): 'nameMissing' | 'nameIllegal' | 'nameTaken' | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'nameMissing';
  // In an address, . and .. are not names.
  const isPlace = trimmed === '.' || trimmed === '..';
  if (isPlace || trimmed.length > LONGEST_NAME || hasControlCharacter(trimmed)) return 'nameIllegal';
  return taken.some((service) => service.name === trimmed) ? 'nameTaken' : undefined;
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f');
}
