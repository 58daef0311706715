import { describe, expect, it } from 'vitest';
import { digitsOf, sameNumber, toE164 } from './phone.js';

describe('the E.164 form of a number', () => {
  it.each([
    ['+49 30 1234567', undefined, '+49301234567'],
    ['+1 (650) 253-0000', undefined, '+16502530000'],
    ['650-253-0000', 'US', '+16502530000'],
    ['6502530000', 'us', '+16502530000'],
    ['030 1234567', 'DE', '+49301234567'],
    ['6502530000', undefined, undefined],
    ['6502530000', 'XX', undefined],
    ['5115', 'US', undefined],
    ['2001', undefined, undefined],
    ['', 'US', undefined],
    ['sip:ada@example.org', 'US', undefined],
  ])('of %j in %s is %s', (number, country, e164) => {
    expect(toE164(number, country)).toBe(e164);
  });
});

describe('two notations', () => {
  it.each([
    ['(650) 253-0000', '+16502530000', 'US', true],
    ['5115', '51 15', 'US', true],
    ['5115', '5116', 'US', false],
    ['+16502530000', '+16502530001', undefined, false],
    ['', '', undefined, false],
    ['abc', 'def', undefined, false],
  ])('%j and %j in %s mean the same number: %s', (one, other, country, same) => {
    expect(sameNumber(one, other, country)).toBe(same);
  });

  it('are compared by their digits alone where there is no E.164 form', () => {
    expect(digitsOf('(511) 5-01 ')).toBe('511501');
  });
});
