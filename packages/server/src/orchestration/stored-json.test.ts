import { expect, test } from 'vitest';
import { testDatabase } from '../store/testing.js';
import { asStored, jsonText } from './stored-json.js';

const { database } = await testDatabase();

test.each([
  ['NUL', 'a\u0000b', 'a\ufffdb'],
  ['a half surrogate pair', '\ud800', '\ufffd'],
  ['both in a row', '\u0000\udfff', '\ufffd\ufffd'],
  ['a whole pair', '\u{1f600}', '\u{1f600}'],
  ['an escape that is only text', '\\u0000', '\\u0000'],
  ['a backslash before NUL', '\\\u0000', '\\\ufffd'],
  ['another control character', '\u0001', '\u0001'],
])('%s', (_what, text, stored) => {
  expect(JSON.parse(jsonText({ [text]: text }))).toEqual({ [stored]: stored });
});

test('whatever else is JSON stays as it is', () => {
  const value = { a: [1, 'x"y', null, { b: false }] };
  expect(JSON.parse(jsonText(value))).toEqual(value);
});

test.each([[{ bb: 1, a: 2, ä: [{ z: 1, y: null }], B: { long: 'x\u0000', aa: true }, '10': 0.5, '9': -1e21 }], [{}]])(
  'a value reads as the database gives it back: %j',
  async (value) => {
    const [row] = await database.query<{ value: object }>('select $1::jsonb as value', [jsonText(value)]);
    expect(JSON.stringify(asStored(value))).toBe(JSON.stringify(row?.value));
  },
);
