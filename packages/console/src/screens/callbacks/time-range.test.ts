import { describe, expect, it } from 'vitest';
import { dateText, daysAfter, endOfDay, startOfDay } from '../../time/format.js';
import { customRange, rangeOf } from './time-range.js';

const NOW = new Date(2026, 4, 27, 15, 10).getTime();

describe('the date filter', () => {
  it.each([
    ['last24h', NOW - 86_400_000, NOW],
    ['last7d', new Date(2026, 4, 20).getTime(), NOW],
    ['last30d', new Date(2026, 3, 27).getTime(), NOW],
    ['today', startOfDay(NOW), endOfDay(NOW)],
    ['next24h', NOW, NOW + 86_400_000],
    ['next7d', NOW, new Date(2026, 5, 4).getTime()],
    ['next30d', NOW, new Date(2026, 5, 27).getTime()],
  ] as const)('%s is what the original compares with', (name, from, to) => {
    expect(rangeOf(name, NOW)).toEqual({ from, to });
  });

  it('takes one day as a range of its own', () => {
    expect(customRange('2026-05-27', '2026-05-27')).toEqual({ from: startOfDay(NOW), to: endOfDay(NOW) });
  });

  it.each([
    ['2026-05-28', '2026-05-27', 'notBefore'],
    ['', '2026-05-27', 'notBefore'],
    ['2026-05-01', '2026-06-01', 'tooLong'],
  ])('refuses %s to %s', (first, last, problem) => {
    expect(customRange(first, last)).toBe(problem);
  });

  it('takes a whole month', () => {
    const from = new Date(2026, 4, 1).getTime();
    expect(customRange('2026-05-01', '2026-05-31')).toEqual({ from, to: daysAfter(from, 31) });
    expect(dateText(from)).toBe('2026-05-01');
  });
});
