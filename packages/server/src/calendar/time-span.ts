import { DateTime, type DurationLikeObject } from 'luxon';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './zone.js';

const PART = /^(\d{1,6})([yMwdhms]?)$/;

const UNITS: Record<string, keyof DurationLikeObject> = {
  y: 'years',
  M: 'months',
  w: 'weeks',
  d: 'days',
  h: 'hours',
  m: 'minutes',
  s: 'seconds',
  '': 'seconds',
};

/** No unit is ever shorter than this; in milliseconds. */
const LEAST_MS: Readonly<Record<string, number>> = {
  y: 365 * DAY_MS,
  M: 28 * DAY_MS,
  w: 7 * DAY_MS,
  d: DAY_MS,
  h: HOUR_MS,
  m: MINUTE_MS,
  s: 1000,
  '': 1000,
};
/** Changes of the clock move the end of a span by less than this. */
const CLOCK_CHANGES_MS = DAY_MS;

/**
 * A time that `addSpan` surely reaches, without a calendar: what is not later needs no closer look. Undefined when
 * `span` is no span.
 */
export function leastAfterSpan(at: number, span: string): number | undefined {
  let least = at - CLOCK_CHANGES_MS;
  for (const part of span.trim().split(/\s+/)) {
    const match = PART.exec(part);
    if (!match) return undefined;
    least += Number(match[1]) * (LEAST_MS[match[2] ?? ''] ?? 0);
  }
  return least;
}

/**
 * Adds a span as `_reject_future_desired_time` writes it (`1M`, `2w`, `1y 6M`; y M w d h m s, a bare number counts
 * seconds) to an instant. Months and years keep the day of the month, or take the last one that there is: January 31
 * and a month is the end of February.
 * @returns milliseconds since 1970, or undefined when `span` is no such span
 */
export function addSpan(at: number, span: string, zoneName = 'UTC'): number | undefined {
  const parts = span.trim().split(/\s+/);
  const duration: DurationLikeObject = {};
  for (const part of parts) {
    const match = PART.exec(part);
    const unit = match ? UNITS[match[2] ?? ''] : undefined;
    if (!match || unit === undefined) return undefined;
    duration[unit] = (duration[unit] ?? 0) + Number(match[1]);
  }
  return DateTime.fromMillis(at, { zone: zoneName }).plus(duration).toMillis();
}
