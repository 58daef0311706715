import { describe, expect, it } from 'vitest';
import { formatNumber, type NumberFormat, readNumber } from './number-format.js';

describe('a number in the form of a trunk', () => {
  it.for<[string, NumberFormat, string | undefined, string]>([
    ['089 1234567', 'e164', 'DE', '+49891234567'],
    ['+49 (89) 123-4567', 'digits', 'DE', '49891234567'],
    ['+49891234567', 'national', 'DE', '0891234567'],
    ['+49891234567', 'national', 'FR', '0049891234567'],
    ['+49891234567', 'international', 'DE', '0049891234567'],
    ['+49891234567', 'international', 'US', '01149891234567'],
    ['+12125550123', 'national', 'US', '2125550123'],
    ['+12125550123', 'international', undefined, '0012125550123'],
    ['+12125550123', 'national', undefined, '0012125550123'],
    ['0891234567', 'as-dialed', 'DE', '0891234567'],
    ['*31#', 'digits', 'DE', '*31#'],
    ['5115', 'e164', undefined, '5115'],
  ])('writes %s as %s in %s', ([number, format, country, written]) => {
    expect(formatNumber(readNumber(number, country), format, country)).toBe(written);
  });

  it('knows numbers that cost the caller', () => {
    expect(readNumber('0900 5123456', 'DE').isPremium).toBe(true);
    expect(readNumber('+19002345678').isPremium).toBe(true);
    expect(readNumber('089 1234567', 'DE').isPremium).toBe(false);
  });
});
