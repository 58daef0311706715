import { describe, expect, test } from 'vitest';
import { isWorthTelling, nextLook } from './position-steps.js';

const at = (position: number, ewtSeconds: number) => ({ position, ewtSeconds });

describe('a step worth telling', () => {
  test.each([
    ['nothing was told', undefined, at(5, 100), true],
    ['nothing changed', at(5, 100), at(5, 100), false],
    ['one place, near the front', at(5, 100), at(4, 100), true],
    ['one place, far back', at(50, 100), at(49, 100), false],
    ['a tenth of the line', at(50, 100), at(45, 100), true],
    ['a little time', at(5, 30), at(5, 26), false],
    ['five seconds', at(5, 30), at(5, 25), true],
    ['a tenth of the wait', at(50, 600), at(50, 539), true],
    ['less than that', at(50, 600), at(50, 545), false],
    ['somebody has logged in', at(5, 10_000), at(5, 100), true],
    ['everybody has logged out', at(5, 100), at(5, 10_000), true],
    ['nobody is there still', at(5, 10_000), at(5, 12_000), false],
  ])('%s', (_name, told, now, worth) => {
    expect(isWorthTelling(told, now)).toBe(worth);
  });
});

test.each([
  [at(1, 0), 2_000],
  [at(9, 20), 10_000],
  [at(9, 600), 30_000],
  [at(1, 10_000), 2_000],
  [at(7, 10_000), 7_000],
  [at(90, 10_000), 30_000],
  [undefined, 30_000],
])('the next look at %j is taken after %i ms', (standing, ms) => {
  expect(nextLook(standing, { least: 2_000, most: 30_000 })).toBe(ms);
});
