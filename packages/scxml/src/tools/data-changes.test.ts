import { expect, it } from 'vitest';
import { dataChanges } from './data-changes.js';

it('lists what differs, with the way to it', () => {
  const before = { same: { x: [1, 2] }, list: [1, { a: 1 }], gone: true, kind: { a: 1 } };
  const after = { same: { x: [1, 2] }, list: [1, { a: 2 }, 3], kind: [1], added: null };
  expect(dataChanges(before, after)).toEqual([
    { path: ['list', 1, 'a'], before: 1, after: 2 },
    { path: ['list', 2], after: 3 },
    { path: ['kind'], before: { a: 1 }, after: [1] },
    { path: ['added'], after: null },
    { path: ['gone'], before: true },
  ]);
  expect(dataChanges(before, before)).toEqual([]);
  expect(dataChanges(undefined, 1)).toEqual([{ path: [], after: 1 }]);
});
