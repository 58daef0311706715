import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { BUCKET_MINUTES, bucketAt, readCapacity, readOfficeHours, Zone } from '../calendar/index.js';
import { type BucketGrid, openSlots, slotAt } from './availability.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
/** All buckets begin at multiples of it. */
const SHORTEST_MS = 5 * MINUTE_MS;

/** Clock changes of 2026 and 2027; Kathmandu has none, but is 5 h 45 min away. */
const ZONES: readonly [zone: string, changes: readonly string[]][] = [
  ['Europe/Paris', ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2027-03-28T01:00:00Z', '2027-10-31T01:00:00Z']],
  [
    'America/New_York',
    ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z', '2027-03-14T07:00:00Z', '2027-11-07T06:00:00Z'],
  ],
  [
    'Australia/Lord_Howe',
    ['2026-04-04T15:00:00Z', '2026-10-03T15:30:00Z', '2027-04-03T15:00:00Z', '2027-10-02T15:30:00Z'],
  ],
  ['Asia/Kathmandu', ['2026-03-29T18:15:00Z', '2026-10-25T18:15:00Z']],
];

/** Weekly hours of half-hour steps that are the same every day; `to` up to 24:00, beyond `from`. */
interface Hours {
  from: number;
  to: number;
}

const hours: fc.Arbitrary<Hours> = fc
  .tuple(fc.integer({ min: 0, max: 47 }), fc.integer({ min: 1, max: 48 }))
  .map(([from, length]) => ({ from, to: Math.min(48, from + length) }));

function clock(halves: number): string {
  return `${String(halves >> 1).padStart(2, '0')}:${halves % 2 === 1 ? '30' : '00'}`;
}

/** As the clock on the wall says, by another library. */
function isOpen(at: number, zone: string, { from, to }: Hours): boolean {
  const wall = DateTime.fromMillis(at, { zone });
  const minutes = wall.hour * 60 + wall.minute;
  return minutes >= from * 30 && minutes < to * 30;
}

function gridOf(zone: string, minutes: number, open: Hours): BucketGrid {
  const options = { _timezone: zone, _bh_regular1: `Mon-Sun ${clock(open.from)}-${clock(open.to)}` };
  const hourly = Object.fromEntries(Array.from({ length: 24 }, (_, h) => [`${String(h).padStart(2, '0')}00`, h + 1]));
  const weekly = Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7].map((day) => [`_capacity_${day}`, JSON.stringify({ [day]: hourly })]),
  );
  return {
    minutes,
    places: 1,
    hours: readOfficeHours('hours', () => options),
    capacity: readCapacity('capacity', { ...weekly, _timezone: zone }),
  };
}

describe('across changes of the clock', () => {
  test.each(ZONES)('no bucket is lost, doubled or shifted in %s', (name, changes) => {
    const zone = Zone.named(name);
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.integer({ min: -2 * 24 * 60, max: 60 }),
        fc.constantFrom(...BUCKET_MINUTES),
        hours,
        (change, minutesBefore, minutes, open) => {
          const from = Date.parse(change) + minutesBefore * MINUTE_MS;
          const to = from + 2 * DAY_MS;
          const grid = gridOf(name, minutes, open);
          const slots = [...openSlots(grid, from, to)];

          // Not lost, not doubled: every bucket that begins in the range while the office is open, once, in order.
          const expected: number[] = [];
          for (let at = Math.ceil(from / SHORTEST_MS) * SHORTEST_MS; at < to; at += SHORTEST_MS) {
            if (bucketAt(at, minutes, zone).start === at && isOpen(at, name, open)) expected.push(at);
          }
          expect(slots.map(({ start }) => start)).toEqual(expected);

          // Not shifted: a booking within the slot takes its place in that very slot, of the capacity of the hour.
          const elsewhere = slots.filter((slot, index) => {
            const found = [slotAt(grid, slot.start), slotAt(grid, slot.end - 1)];
            const isItself = found.every(({ start, end }) => start === slot.start && end === slot.end);
            const wall = DateTime.fromMillis(slot.start, { zone: name });
            const next = slots[index + 1]?.start ?? Number.POSITIVE_INFINITY;
            return !isItself || slot.total !== wall.hour + 1 || slot.end > next;
          });
          expect(elsewhere).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each(ZONES)('the buckets of any two days make up exactly those days in %s', (name, changes) => {
    const zone = Zone.named(name);
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.integer({ min: -24 * 60, max: 60 }),
        fc.constantFrom(...BUCKET_MINUTES),
        (change, minutesBefore, minutes) => {
          const first = bucketAt(Date.parse(change) + minutesBefore * MINUTE_MS, minutes, zone);
          const wrong: unknown[] = [];
          for (let bucket = first; bucket.start < first.start + 2 * DAY_MS; ) {
            const next = bucketAt(bucket.end, minutes, zone);
            const length = bucket.end - bucket.start;
            if (length <= 0 || length > minutes * MINUTE_MS || next.start !== bucket.end) wrong.push({ bucket, next });
            bucket = next;
          }
          expect(wrong).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
