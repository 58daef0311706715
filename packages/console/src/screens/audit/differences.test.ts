import { expect, test } from 'vitest';
import { differencesOf } from './differences.js';

test.each([
  [{ a: '1', b: '2' }, { a: '1', b: '3' }, [{ member: 'b', before: '2', after: '3' }]],
  [
    undefined,
    { b: ['x'], a: '1' },
    [
      { member: 'a', after: '1' },
      { member: 'b', after: '["x"]' },
    ],
  ],
  [{ a: '1' }, undefined, [{ member: 'a', before: '1' }]],
  [{ roles: ['agent'] }, { roles: ['agent'] }, []],
  [['one'], ['two'], [{ member: '', before: '["one"]', after: '["two"]' }]],
])('between %j and %j are %j', (before, after, expected) => {
  expect(differencesOf({ before, after })).toEqual(expected);
});
