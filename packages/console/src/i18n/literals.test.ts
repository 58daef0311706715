import { describe, expect, it } from 'vitest';

const sources = Object.entries(
  import.meta.glob<string>('../**/*.tsx', { eager: true, query: '?raw', import: 'default' }),
);

const SHOWN = 'aria-label|label|placeholder|title|what|description|help|failed|none|alt';

/** Words that would be shown, or read to somebody, as they stand in the source. */
const LITERALS: readonly RegExp[] = [
  new RegExp(`\\b(?:${SHOWN})="([^"]*(?:[A-Z]|[a-z]{2} )[^"]*)"`, 'g'),
  new RegExp(`\\b(?:${SHOWN})'?: '([A-Z][a-z]{2}[^']*)'`, 'g'),
  new RegExp(`\\b(?:${SHOWN})=\\{\`([^\`]*[A-Z][a-z]{2}[^\`]*)\``, 'g'),
  /\w>([^<>{}=()]*[A-Za-z]{3}[^<>{}=()]*)<\//g,
  /^ +([A-Z][a-z]+ [a-z][^=({;<>\n]*)$/gm,
];

/** The name of the product, and keys. */
const SAME_EVERYWHERE = /^(Ringback|(Alt|Ctrl|Shift)\+\w+)$/;

function literalsIn(source: string): string[] {
  const code = source.replace(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '');
  const found = LITERALS.flatMap((form) => [...code.matchAll(form)].map((match) => (match[1] ?? '').trim()));
  return [...new Set(found)].filter((words) => !SAME_EVERYWHERE.test(words));
}

describe('the components of the console', () => {
  it('are all read', () => {
    expect(sources.length).toBeGreaterThan(100);
  });

  it.each([
    ['<Text title="No calls">x</Text>', 'No calls'],
    ["{...{ size: 'xs', label: 'Note' }}", 'Note'],
    ['<Button>Enter all</Button>', 'Enter all'],
    ['  <Button>\n    Enter all\n  </Button>', 'Enter all'],
    ['<Row label={`Agents of a group`} />', 'Agents of a group'],
  ])('would be found out: %j', (source, words) => {
    expect(literalsIn(source)).toEqual([words]);
  });

  it.each(sources)('%s leaves its words to the texts', (_, source) => {
    expect(literalsIn(source)).toEqual([]);
  });
});
