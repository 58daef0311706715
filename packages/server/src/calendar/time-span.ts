import { DateTime, type DurationLikeObject } from 'luxon';

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
    const match = /^(\d{1,6})([yMwdhms]?)$/.exec(part);
    const unit = match ? UNITS[match[2] ?? ''] : undefined;
    if (!match || unit === undefined) return undefined;
    duration[unit] = (duration[unit] ?? 0) + Number(match[1]);
  }
  return DateTime.fromMillis(at, { zone: zoneName }).plus(duration).toMillis();
}
