import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { BUCKET_MINUTES, bucketAt, bucketBefore, firstBucketFrom } from './time-bucket.js';
import { addSpan, leastAfterSpan } from './time-span.js';
import { MINUTE_MS, Zone } from './zone.js';

const at = (text: string) => DateTime.fromISO(text, { zone: 'UTC' }).toMillis();
const iso = (bucket: { start: number; end: number }) =>
  `${new Date(bucket.start).toISOString().slice(11, 16)}-${new Date(bucket.end).toISOString().slice(11, 16)}`;

describe('time buckets', () => {
  test('are aligned in UTC, 120 minutes to even hours', () => {
    const utc = Zone.named('UTC');
    expect(iso(bucketAt(at('2026-05-05T16:47:12Z'), 5, utc))).toBe('16:45-16:50');
    expect(iso(bucketAt(at('2026-05-05T16:47:12Z'), 120, utc))).toBe('16:00-18:00');
    expect(iso(bucketAt(at('2026-07-05T16:47:12Z'), 120, Zone.named('Europe/Paris')))).toBe('16:00-18:00');
  });

  test('follow the clock on the wall where the zone is no whole number of hours away', () => {
    const kathmandu = Zone.named('Asia/Kathmandu'); // +05:45
    expect(iso(bucketAt(at('2026-05-05T16:47:00Z'), 60, kathmandu))).toBe('16:15-17:15');
    expect(iso(bucketAt(at('2026-05-05T16:47:00Z'), 5, kathmandu))).toBe('16:45-16:50');
    expect(iso(bucketAt(at('2026-05-05T16:47:00Z'), 30, kathmandu))).toBe('16:45-17:15');
  });

  test('are cut short, not doubled, where half an hour is given or taken', () => {
    const lordHowe = Zone.named('Australia/Lord_Howe');
    // 2026-04-05 02:00 (+11) becomes 01:30 (+10:30) at 15:00 UTC of April 4.
    expect(iso(bucketAt(at('2026-04-04T14:59:00Z'), 60, lordHowe))).toBe('14:00-15:00');
    expect(iso(bucketAt(at('2026-04-04T15:01:00Z'), 60, lordHowe))).toBe('15:00-15:30');
    expect(iso(bucketAt(at('2026-04-04T15:30:00Z'), 60, lordHowe))).toBe('15:30-16:30');
    // 2026-10-04 02:00 (+10:30) becomes 02:30 (+11) at 15:30 UTC of October 3.
    expect(iso(bucketAt(at('2026-10-03T15:29:00Z'), 60, lordHowe))).toBe('14:30-15:30');
    expect(iso(bucketAt(at('2026-10-03T15:30:00Z'), 60, lordHowe))).toBe('15:30-16:00');
  });

  const zones = ['Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
  test.each(zones)('partition the year without loss, overlap or shift in %s', (name) => {
    const zone = Zone.named(name);
    const changes = zone.segments(at('2026-01-01T00:00:00Z'), at('2027-01-01T00:00:00Z')).map(({ from }) => from);
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.integer({ min: -600, max: 600 }),
        fc.constantFrom(...BUCKET_MINUTES),
        (change, minutesAway, length) => {
          const time = change + minutesAway * MINUTE_MS;
          const bucket = bucketAt(time, length, zone);
          expect(bucket.start <= time && time < bucket.end).toBe(true);
          // Every instant of the bucket names the same bucket, its neighbours begin where it ends.
          for (const inside of [bucket.start, bucket.end - 1, (bucket.start + bucket.end) / 2]) {
            expect(bucketAt(inside, length, zone)).toEqual(bucket);
          }
          expect(bucketAt(bucket.end, length, zone).start).toBe(bucket.end);
          expect(bucketAt(bucket.start - 1, length, zone).end).toBe(bucket.start);
          const cut = bucket.end - bucket.start !== length * MINUTE_MS;
          if (cut) expect(changes.some((moment) => moment === bucket.start || moment === bucket.end)).toBe(true);
          else expect(wallMinutes(bucket.start, zone) % Math.min(length, 60)).toBe(0);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('can be counted in both directions', () => {
    const utc = Zone.named('UTC');
    const bucket = bucketAt(at('2026-05-05T16:47:12Z'), 5, utc);
    expect(iso(bucketBefore(bucket, 4, 5, utc))).toBe('16:25-16:30');
    expect(iso(firstBucketFrom(at('2026-05-05T16:47:12Z'), 5, utc))).toBe('16:50-16:55');
    expect(iso(firstBucketFrom(at('2026-05-05T16:45:00Z'), 5, utc))).toBe('16:45-16:50');
  });
});

function wallMinutes(time: number, zone: Zone): number {
  return ((time + zone.offsetAt(time)) / MINUTE_MS) % 60;
}

describe('spans of desired-time limits', () => {
  const cases: [string, string, string | undefined][] = [
    ['2026-01-31T10:00:00Z', '1M', '2026-02-28T10:00:00.000Z'],
    ['2028-01-31T10:00:00Z', '1M', '2028-02-29T10:00:00.000Z'],
    ['2028-02-29T10:00:00Z', '1y', '2029-02-28T10:00:00.000Z'],
    ['2026-01-01T00:00:00Z', '2w', '2026-01-15T00:00:00.000Z'],
    ['2026-01-01T00:00:00Z', '3d', '2026-01-04T00:00:00.000Z'],
    ['2026-01-01T00:00:00Z', '4h', '2026-01-01T04:00:00.000Z'],
    ['2026-01-01T00:00:00Z', '90m', '2026-01-01T01:30:00.000Z'],
    ['2026-01-01T00:00:00Z', '1M 1d', '2026-02-02T00:00:00.000Z'],
    ['2026-01-01T00:00:00Z', '30', '2026-01-01T00:00:30.000Z'],
    ['2026-01-01T00:00:00Z', 'soon', undefined],
    ['2026-01-01T00:00:00Z', '', undefined],
  ];
  test.each(cases)('%s + %s = %s', (from, span, expected) => {
    const end = addSpan(at(from), span);
    expect(end === undefined ? undefined : new Date(end).toISOString()).toBe(expected);
  });

  test('never end before the time that is reckoned without a calendar', () => {
    const unit = fc.constantFrom('y', 'M', 'w', 'd', 'h', 'm', 's', '');
    const zones = fc.constantFrom('UTC', 'Europe/Paris', 'Australia/Lord_Howe');
    const start = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') });
    fc.assert(
      fc.property(start, fc.nat(40), unit, zones, (from, amount, letter, zone) => {
        const span = `${amount}${letter}`;
        expect(addSpan(from, span, zone)).toBeGreaterThanOrEqual(leastAfterSpan(from, span) ?? Number.NaN);
      }),
    );
  });
});
