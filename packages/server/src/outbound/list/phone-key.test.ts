import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toE164 } from '../../kernel/index.js';
import { PhoneKeys } from './phone-key.js';

test.each([
  [undefined, '+1 511 555-0100', '+15115550100'],
  [undefined, '5115', '5115'],
  [undefined, '(511) 5-01', '511501'],
  ['US', '(201) 555-0123', '+12015550123'],
  ['US', '1-201-555-0123', '+12015550123'],
  ['US', '5551234', '5551234'],
  ['US', '5115', '5115'],
  ['US', '011 49 30 123456', '+4930123456'],
  ['US', '2015550123 x7', '+12015550123'],
  ['DE', '030 123456', '+4930123456'],
  ['DE', '0049 30 123456', '+4930123456'],
  ['DE', '+49 (0)30 123456', '+4930123456'],
  ['ES', '912 345 678', '+34912345678'],
  ['XX', '12345', '12345'],
  [undefined, 'Ada@Example.org', 'ada@example.org'],
  ['US', ' ', ''],
])('with country %s, %s is compared as %s', (country, number, key) => {
  expect(new PhoneKeys(country).keyOf(number)).toBe(key);
});

test.each(['US', 'CA', 'DE', 'GB', 'FR', 'IT', 'ES', 'NL', 'RU', 'IN', 'BR', 'AR', 'MX', 'AU', 'JP', 'CN', 'PL'])(
  'possible numbers of %s are compared in the E.164 form of the number library',
  (country) => {
    const keys = new PhoneKeys(country);
    const digits = fc.stringMatching(/^(?:|0|00|1|8|011)\d{3,13}$/);
    fc.assert(
      fc.property(digits, (number) => {
        const expected = toE164(number, country);
        if (expected !== undefined) expect(keys.keyOf(number)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  },
);

test('both notations of a number are the same', () => {
  const keys = new PhoneKeys('US');
  expect(keys.keyOf('+1 (201) 555-0123')).toBe(keys.keyOf('201.555.0123'));
});
