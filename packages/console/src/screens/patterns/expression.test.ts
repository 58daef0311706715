import { describe, expect, it } from 'vitest';
import { compiled, isGroupName, matchingNames } from './expression.js';

describe('patterns', () => {
  it('match the whole text or not at all', () => {
    const patterns = { premium: '\\+1900\\d+', test: '555.*', broken: '(' };
    expect([...matchingNames(patterns, '+19005551')]).toEqual(['premium']);
    expect([...matchingNames(patterns, '5551')]).toEqual(['test']);
    expect([...matchingNames(patterns, '15551')]).toEqual([]);
    expect([...matchingNames({ all: '.*' }, '')]).toEqual([]);
    expect(compiled('(')).toBeUndefined();
  });

  it.each([
    ['blocked', true],
    ['Callback_exceptions', true],
    ['two words', false],
    ['a/b', false],
    ['', false],
  ])('the group name %j is allowed: %s', (name, allowed) => {
    expect(isGroupName(name)).toBe(allowed);
  });
});
