import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CsvReader, type SourceRow } from './csv.js';
import { NdjsonReader } from './ndjson.js';

function readAll(pieces: readonly string[]): SourceRow<string[]>[] {
  const reader = new CsvReader();
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

const values = (text: string) =>
  readAll([text]).map((row) => ('values' in row ? row.values : `${row.line}: ${row.problem}`));

test.each<[string, string, unknown[]]>([
  [
    'plain lines',
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'the last line without an end',
    'a,b\r\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['blank lines', '\n \na\n\n1\n', [['a'], ['1']]],
  [
    'empty values',
    'a,b,c\n,,\n',
    [
      ['a', 'b', 'c'],
      ['', '', ''],
    ],
  ],
  [
    'quotes, doubled ones and delimiters in them',
    'a,b\n"x, ""y""",2\n',
    [
      ['a', 'b'],
      ['x, "y"', '2'],
    ],
  ],
  [
    'line breaks in quotes',
    'a,b\n"x\r\ny",2\n3,4',
    [
      ['a', 'b'],
      ['x\r\ny', '2'],
      ['3', '4'],
    ],
  ],
  [
    'a quote in the midst of a value',
    'a,b\n5" pipe,"q"\n',
    [
      ['a', 'b'],
      ['5" pipe', 'q'],
    ],
  ],
  [
    'semicolons',
    '"a, b";c;d\n1;2;3,5',
    [
      ['a, b', 'c', 'd'],
      ['1', '2', '3,5'],
    ],
  ],
  [
    'tabs',
    'a\tb\n1\t2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'bars',
    'a|b\n1|2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['one column', 'a\n1', [['a'], ['1']]],
  ['a quote that never closes', 'a,b\n"x,1\n2,3\n', [['a', 'b'], '2: a quote is opened and never closed', ['2', '3']]],
  [
    'text behind a closing quote',
    'a,b\n"x"y,1\n2,3',
    [['a', 'b'], '2: something follows the closing quote of a value', ['2', '3']],
  ],
  [
    'an empty quoted value at the end',
    'a,b\n1,""\n',
    [
      ['a', 'b'],
      ['1', ''],
    ],
  ],
  ['nothing', '', []],
])('reads %s', (_what, text, expected) => {
  expect(values(text)).toEqual(expected);
});

test('says on which physical line a record begins', () => {
  const lines = readAll(['a,b\n\n"1\n\n2",x\n3,y\n']).map(({ line }) => line);
  expect(lines).toEqual([1, 3, 6]);
});

test('gives up on a quote that does not close within a million characters', () => {
  const reader = new CsvReader();
  reader.push('a\n"open\n');
  const rows = Array.from({ length: 120 }, () => reader.push('x'.repeat(9999).concat('\n'))).flat();
  expect(rows[0]).toEqual({ line: 2, problem: 'a quote is opened and never closed' });
  expect(rows.length).toBeGreaterThan(90);
});

test('what is written is read, however it is cut into pieces', () => {
  const value = fc.stringMatching(/^[a",;\n\r| ]{0,6}$/);
  const table = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 8 });
  const cuts = fc.array(fc.nat(200), { maxLength: 12 });
  fc.assert(
    fc.property(table, cuts, fc.constantFrom('\n', '\r\n'), (rows, places, end) => {
      const written = [['left', 'right'], ...rows].map((row) =>
        row.map((one) => `"${one.replaceAll('"', '""')}"`).join(';'),
      );
      // A first line whose delimiter is known: the header has one.
      const text = written.join(end);
      const at = [...new Set([0, ...places.map((place) => place % (text.length + 1)), text.length])].sort(
        (a, b) => a - b,
      );
      const pieces = at.slice(1).map((to, index) => text.slice(at[index], to));
      expect(readAll(pieces).map((row) => ('values' in row ? row.values : row))).toEqual([['left', 'right'], ...rows]);
    }),
    { numRuns: 500 },
  );
});

test('any text is read the same in one piece and in many', () => {
  const text = fc.stringMatching(/^[ab",\n\r]{0,40}$/);
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (content, size) => {
      const pieces = content.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(readAll(pieces)).toEqual(readAll([content]));
    }),
    { numRuns: 1000 },
  );
});

test('JSON lines are read the same in one piece and in many, and an endless line is given up', () => {
  const text = '{"a":1}\r\n\n{"b":"\\n"}\n7\n{"c"';
  const read = (size: number) => {
    const reader = new NdjsonReader();
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
  };
  for (let size = 1; size < text.length; size += 1) expect(read(size)).toEqual(read(text.length));
  expect(read(3).map(({ line }) => line)).toEqual([1, 3, 4, 5]);
  const reader = new NdjsonReader();
  expect([...reader.push('x'.repeat(1_000_001)), ...reader.push('y'), ...reader.push('\n{}\n')]).toEqual([
    { line: 1, problem: 'has more than 1000000 characters' },
    { line: 2, values: {} },
  ]);
});
