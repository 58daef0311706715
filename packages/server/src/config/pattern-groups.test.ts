import { expect, test } from 'vitest';
import { patternGroups } from './pattern-groups.js';

test('groups are objects of their own and sections of the list object of the original', () => {
  const own = new Map([['both', { a: '1' }]]);
  const lists: Record<string, Record<string, Record<string, string>>> = {
    GMS_Patterns: { both: { b: '2' }, listed: { c: '3' } },
  };
  const source = {
    objects: () => own,
    // The kinds differ in their values only.
    object: (kind: string, name: string) => (kind === 'lists' ? lists[name] : own.get(name)) as never,
  };
  expect([...patternGroups(source)]).toEqual([
    ['both', { a: '1' }],
    ['listed', { c: '3' }],
  ]);
});
