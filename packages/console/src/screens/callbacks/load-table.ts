import type { BucketLoad } from '../../api/callback-search.js';
import { daysAfter } from '../../time/format.js';

/** A stretch of time, milliseconds since 1970, with its places and what is booked in it. */
export interface LoadCell {
  from: number;
  to: number;
  capacity: number;
  booked: number;
}

export interface LoadTable {
  /** The instants that name the columns: days, or the buckets of an hour. */
  columns: readonly number[];
  rows: readonly { hour: number; cells: readonly LoadCell[] }[];
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const HOURS = 24;
/** A day without anything still shows the hours of an office. */
const USUAL = { first: 8, last: 18 };

/**
 * A week has a column per day and a row per hour, in which the buckets of the hour are added up; a day has a row per hour
 * and a column per bucket. Hours before the first and after the last one with places or bookings are left out.
 */
export function loadTable(
  buckets: readonly BucketLoad[],
  { first, days, bucketMinutes }: { first: number; days: number; bucketMinutes: number },
): LoadTable {
  const hours = buckets
    .filter(({ capacity, booked }) => capacity + booked > 0)
    .map(({ at }) => new Date(at).getHours());
  const [from, to] = hours.length === 0 ? [USUAL.first, USUAL.last] : [Math.min(...hours), Math.max(...hours) + 1];
  const perHour = days === 1 ? Math.max(1, Math.floor(60 / bucketMinutes)) : 1;
  const length = HOUR_MS / perHour;
  const starts = Array.from({ length: days === 1 ? perHour : days }, (_, column) =>
    days === 1 ? first + column * length : daysAfter(first, column),
  );
  const rows = Array.from({ length: Math.min(HOURS, to) - from }, (_, place) => {
    const hour = from + place;
    const cells = starts.map((start) => cellAt(buckets, hourOf(start, hour), length, bucketMinutes * MINUTE_MS));
    return { hour, cells };
  });
  return { columns: starts, rows };
}

/** The clock on the wall says the hour, also on days that are longer or shorter than others. */
function hourOf(start: number, hour: number): number {
  const date = new Date(start);
  return date.setHours(hour, date.getMinutes());
}

function cellAt(buckets: readonly BucketLoad[], from: number, length: number, bucketMs: number): LoadCell {
  const to = from + Math.max(length, Math.min(bucketMs, HOUR_MS));
  const inside = buckets.filter(({ at }) => at >= from && at < to);
  return {
    from,
    to,
    capacity: inside.reduce((sum, { capacity }) => sum + capacity, 0),
    booked: inside.reduce((sum, { booked }) => sum + booked, 0),
  };
}
