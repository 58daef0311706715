import { describe, expect, it } from 'vitest';
import { endOfDay, formatDuration, formatOffset, formatUtc, startOfDay } from './format.js';

describe('durations', () => {
  it.each([
    [-5_000, '0 s'],
    [8_999, '8 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
    [86_400_000 * 4 + 3_600_000 * 3, '4 d 3 h'],
  ])('%d ms are written %s', (milliseconds, written) => {
    expect(formatDuration(milliseconds)).toBe(written);
  });
});

describe('offsets', () => {
  it.each([
    [0, '+0:00.000'],
    [12, '+0:00.012'],
    [65_250, '+1:05.250'],
    [7_231_004, '+2:00:31.004'],
    [-1_500, '−0:01.500'],
  ])('%d ms are written %s', (milliseconds, written) => {
    expect(formatOffset(milliseconds)).toBe(written);
  });
});

describe('days', () => {
  it('shows the exact instant in UTC', () => {
    expect(formatUtc(Date.parse('2026-05-27T15:10:00.250Z'))).toBe('2026-05-27 15:10:00.250 UTC');
  });

  it('ends where the next one starts, also when a clock change makes it shorter or longer', () => {
    for (let day = Date.parse('2026-01-01T12:00:00Z'); day < Date.parse('2027-01-01T12:00:00Z'); day += 86_400_000) {
      expect(startOfDay(endOfDay(day))).toBe(endOfDay(day));
      expect(startOfDay(endOfDay(day) - 1)).toBe(startOfDay(day));
    }
  });
});
