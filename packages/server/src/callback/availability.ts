import {
  bucketAt,
  bucketBefore,
  type Capacity,
  contains,
  firstBucketFrom,
  type OfficeHours,
  type TimeBucket,
  Zone,
} from '../calendar/index.js';

/** The buckets of a service: how long, how aligned, when open, with how many places. */
export interface BucketGrid {
  readonly minutes: number;
  /** Absent: always open, aligned in UTC. */
  readonly hours?: OfficeHours;
  /** Absent: `places` at any time. */
  readonly capacity?: Capacity;
  readonly places: number;
}

export interface TimeSlot extends TimeBucket {
  total: number;
}

/** How many buckets a proposal looks at, and how many of them lie before the desired one. */
const PROPOSED_BUCKETS = 8;
const BUCKETS_BEFORE = 4;

const UTC = Zone.named('UTC');

export function zoneOf(grid: BucketGrid): Zone {
  return grid.hours?.rules.zone ?? UTC;
}

/** The slot in which `at` (milliseconds since 1970) falls. */
export function slotAt(grid: BucketGrid, at: number): TimeSlot {
  return withTotal(grid, bucketAt(at, grid.minutes, zoneOf(grid)));
}

/**
 * The slots to propose around a desired time: eight buckets in a row from four before the desired one, but neither
 * before the office opened for that period nor in the past; those outside the opening hours are left out.
 */
export function proposedSlots(grid: BucketGrid, desired: number, now: number): TimeSlot[] {
  const zone = zoneOf(grid);
  const first = bucketBefore(bucketAt(desired, grid.minutes, zone), BUCKETS_BEFORE, grid.minutes, zone);
  const opening = openingBefore(grid, first.start, desired);
  const slots: TimeSlot[] = [];
  let bucket = firstBucketFrom(Math.max(first.start, opening, now), grid.minutes, zone);
  const last = farEnd(bucket, grid);
  const open = grid.hours?.openPeriods(bucket.start, last);
  for (let count = 0; count < PROPOSED_BUCKETS; count += 1) {
    if (!open || contains(open, bucket.start)) slots.push(withTotal(grid, bucket));
    bucket = bucketAt(bucket.end, grid.minutes, zone);
  }
  return slots;
}

/** The open slots that begin within `[from, to)`, in order. */
export function* openSlots(grid: BucketGrid, from: number, to: number): Generator<TimeSlot> {
  const zone = zoneOf(grid);
  const periods = grid.hours?.openPeriods(from, to) ?? [{ start: from, end: to }];
  let bucket: TimeBucket | undefined;
  for (const period of periods) {
    if (!bucket || bucket.start < period.start) bucket = firstBucketFrom(period.start, grid.minutes, zone);
    while (bucket.start < period.end) {
      yield withTotal(grid, bucket);
      bucket = bucketAt(bucket.end, grid.minutes, zone);
    }
  }
}

/** Whether the office is open at some time within `[from, to)`. */
export function isOpenWithin(grid: BucketGrid, from: number, to: number): boolean {
  return !grid.hours || grid.hours.openPeriods(from, to).length > 0;
}

/** When the open period that contains `at` began, as far as that is after `from`. */
function openingBefore(grid: BucketGrid, from: number, at: number): number {
  const periods = grid.hours?.openPeriods(from, at + 1) ?? [];
  return periods.find((period) => period.start <= at && at < period.end)?.start ?? from;
}

function farEnd(bucket: TimeBucket, grid: BucketGrid): number {
  return bucket.start + PROPOSED_BUCKETS * grid.minutes * 60_000 + 1;
}

function withTotal(grid: BucketGrid, { start, end }: TimeBucket): TimeSlot {
  return { start, end, total: grid.capacity?.at(start) ?? grid.places };
}
