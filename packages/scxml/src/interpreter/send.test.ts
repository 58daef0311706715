import { describe, expect, it } from 'vitest';
import { delayOf } from './send.js';

describe('delays', () => {
  it.each([
    ['1s', 1000],
    ['.5s', 500],
    ['1.5s', 1500],
    ['1.s', 1000],
    ['500ms', 500],
    ['+2S', 2000],
    [' 3s ', 3000],
    ['0s', 0],
    ['', 0],
    [undefined, 0],
    [null, 0],
  ])('%j is %d ms in both dialects', (text, ms) => {
    expect(delayOf(text, false)).toBe(ms);
    expect(delayOf(text, true)).toBe(ms);
  });

  it.each([['soon'], ['1h'], ['-1s'], ['1 s s'], [`1${' '.repeat(100_000)}x`], [[1]], [{}], [true]])(
    '%j is none',
    (value) => {
      expect(delayOf(value, false)).toBeUndefined();
      expect(delayOf(value, true)).toBeUndefined();
    },
  );

  it('counts milliseconds without unit in the 2009 dialect only', () => {
    expect(delayOf('250', true)).toBe(250);
    expect(delayOf(250, true)).toBe(250);
    expect(delayOf('250', false)).toBeUndefined();
    expect(delayOf(250, false)).toBeUndefined();
    expect(delayOf(-1, true)).toBeUndefined();
  });
});
