import { daysAfter, endOfDay, startOfDay } from '../../time/format.js';

/** The ranges that can be chosen, in the order of the original (Service Management UI, date filter). */
export const RANGES = ['last24h', 'last7d', 'last30d', 'today', 'next24h', 'next7d', 'next30d', 'custom'] as const;
export type RangeName = (typeof RANGES)[number];

/** Milliseconds since 1970, `to` not included. */
export interface TimeRange {
  from: number;
  to: number;
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 31;

/** The instants of a range, in the viewer's days; `custom` is answered by {@link customRange}. */
export function rangeOf(name: Exclude<RangeName, 'custom'>, now: number): TimeRange {
  switch (name) {
    case 'last24h':
      return { from: now - DAY_MS, to: now };
    case 'last7d':
      return { from: daysAfter(now, -7), to: now };
    case 'last30d':
      return { from: daysAfter(now, -30), to: now };
    case 'today':
      return { from: startOfDay(now), to: endOfDay(now) };
    case 'next24h':
      return { from: now, to: now + DAY_MS };
    case 'next7d':
      return { from: now, to: daysAfter(now, 8) };
    case 'next30d':
      return { from: now, to: daysAfter(now, 31) };
  }
}

/** Both days included, `2026-05-27`; or the key of the text that says what is wrong. */
export function customRange(first: string, last: string): TimeRange | 'notBefore' | 'tooLong' {
  const from = Date.parse(`${first}T00:00:00`);
  const end = Date.parse(`${last}T00:00:00`);
  if (!(from <= end)) return 'notBefore';
  const to = endOfDay(end);
  return to > daysAfter(from, MOST_DAYS) ? 'tooLong' : { from, to };
}
