import { describe, expect, test } from 'vitest';
import { inputAfter } from './digit-input.js';

describe('keys that are pressed', () => {
  test.each([
    ['nothing', {}, '', { digits: '' }],
    ['too few', {}, '12', { digits: '12' }],
    ['as many as wanted', {}, '1234', { digits: '1234', over: 'complete' }],
    ['more than wanted', {}, '123456', { digits: '1234', over: 'complete' }],
    ['a terminator, which is no part of the input', {}, '12#34', { digits: '12', over: 'complete' }],
    ['a terminator at once', {}, '#', { digits: '', over: 'complete' }],
    ['one that aborts', { abort: '*' }, '12*', { digits: '', over: 'aborted' }],
    ['one that takes the last back', { backspace: '*' }, '12*3', { digits: '13' }],
    ['one that takes back nothing', { backspace: '*' }, '*1', { digits: '1' }],
    ['one that takes everything back', { reset: '*' }, '12*3', { digits: '3' }],
    ['one that counts for nothing', { ignore: '0*' }, '1*0*2', { digits: '12' }],
  ])('%s', (_what, more, keys, expected) => {
    expect(inputAfter({ maxDigits: 4, terminators: '#', ...more }, keys)).toEqual(expected);
  });
});
