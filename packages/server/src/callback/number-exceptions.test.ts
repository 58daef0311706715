import { describe, expect, test } from 'vitest';
import { silentLogger } from '../kernel/index.js';
import { numberKey } from './customer-number.js';
import { NumberExceptions } from './number-exceptions.js';

const groups: Record<string, Record<string, string>> = {
  blocked: { premium: '^900.*', test: '555.*', area: '\\+1650.*', exact: '12345' },
  odd: { alternatives: '(net)||(com)', ahead: '(?!1)2', heavy: '(\\d+)+x', after: '77' },
};
const warnings: object[] = [];
const exceptions = new NumberExceptions(
  {
    service: () => undefined,
    services: () => new Map(),
    section: () => ({}),
    // Patterns, and the list object that the original keeps them in.
    object: (kind: string, name: string) => (kind === 'lists' ? { legacy: { old: '^800.*' } } : groups[name]) as never,
    onChange: () => () => undefined,
  },
  { ...silentLogger, warn: (fields) => warnings.push(fields) },
);

describe('number exceptions', () => {
  const cases: [string, string | undefined][] = [
    ['12345', 'exact'],
    ['123456', undefined],
    ['9001234', 'premium'],
    ['+1 (650) 466-1100', 'area'],
    ['16504661100', 'area'],
    ['650-466-1100', undefined],
    ['555 12 34', 'test'],
    ['4 555', undefined],
  ];
  test.each(cases)('%s: %s', (number, pattern) => {
    expect(exceptions.find(number, ['missing', 'blocked'])?.pattern).toBe(pattern);
  });

  test('are found in the list object of the original, too', () => {
    expect(exceptions.find('8001234', ['blocked', 'legacy'])).toEqual({ group: 'legacy', pattern: 'old' });
  });

  test('a pattern that takes others forever is answered, one that is not usable is passed over', () => {
    expect(exceptions.find('1'.repeat(100), ['odd'])).toBeUndefined();
    expect(exceptions.find('77', ['odd'])).toEqual({ group: 'odd', pattern: 'after' });
    expect(warnings).toMatchObject([{ group: 'odd', pattern: 'ahead' }]);
    expect(exceptions.find('9'.repeat(10_000), ['blocked'])).toBeUndefined();
  });
});

describe('the comparable form of a number', () => {
  const cases: [string, string, string][] = [
    ['+1 650-466-1100', '', '+16504661100'],
    ['(650) 466 1100', 'US', '+16504661100'],
    ['(650) 466 1100', '', '6504661100'],
    ['555-5461206', '', '5555461206'],
    ['5115', 'US', '5115'],
    ['sip:bob@x', '', 'sip:bob@x'],
  ];
  test.each(cases)('%s in %s is %s', (number, country, expected) => {
    expect(numberKey(number, country)).toBe(expected);
  });
});
