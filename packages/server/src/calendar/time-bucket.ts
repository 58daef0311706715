import { HOUR_MS, MINUTE_MS, type Zone } from './zone.js';

/** The lengths that `_request_time_bucket` may have, in minutes. */
export const BUCKET_MINUTES = [5, 10, 15, 20, 30, 60, 120] as const;

/** Milliseconds since 1970, half open; `start` is the bucket's name on the wire and in the counter. */
export interface TimeBucket {
  start: number;
  end: number;
}

/**
 * The bucket that contains `at`. Buckets are aligned in UTC where the zone is a whole number of hours away from it,
 * and to the clock on the wall elsewhere (Kathmandu, Lord Howe in winter). They partition time: where a zone changes
 * from one alignment to the other, the bucket at the change is cut short instead of overlapping its neighbour.
 */
export function bucketAt(at: number, minutes: number, zone: Zone): TimeBucket {
  const length = minutes * MINUTE_MS;
  const shift = alignment(zone.offsetAt(at), length);
  const start = Math.floor((at + shift) / length) * length - shift;
  const end = start + length;
  if (alignment(zone.offsetAt(start), length) === shift && alignment(zone.offsetAt(end - 1), length) === shift) {
    return { start, end };
  }
  return cutAtChange({ start, end }, at, shift, zone, length);
}

/** The first bucket that starts at or after `at`. */
export function firstBucketFrom(at: number, minutes: number, zone: Zone): TimeBucket {
  const bucket = bucketAt(at, minutes, zone);
  return bucket.start === at ? bucket : bucketAt(bucket.end, minutes, zone);
}

/** The bucket `count` places before `bucket`. */
export function bucketBefore(bucket: TimeBucket, count: number, minutes: number, zone: Zone): TimeBucket {
  let earlier = bucket;
  for (let step = 0; step < count; step += 1) earlier = bucketAt(earlier.start - 1, minutes, zone);
  return earlier;
}

function alignment(offset: number, length: number): number {
  return offset % HOUR_MS === 0 ? 0 : ((offset % length) + length) % length;
}

function cutAtChange(bucket: TimeBucket, at: number, shift: number, zone: Zone, length: number): TimeBucket {
  let { start, end } = bucket;
  for (const segment of zone.segments(bucket.start, bucket.end)) {
    if (alignment(segment.offset, length) === shift) continue;
    if (segment.to <= at) start = Math.max(start, segment.to);
    else if (segment.from > at) end = Math.min(end, segment.from);
  }
  return { start, end };
}
