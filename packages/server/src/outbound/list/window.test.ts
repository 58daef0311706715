import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zoneObjects } from '../../config/index.js';
import { readLocalTime, writeLocalTime } from './local-time.js';
import { callableAt, type ListWindow } from './window.js';

const HOUR = 3600;
const record = (dailyFrom: number, dailyTill: number, zone = 'UTC') => ({ dailyFrom, dailyTill, zone });
const at = (text: string) => Date.parse(`${text}Z`);

describe('a record is callable', () => {
  test.each<[string, number, number, ListWindow, string, boolean, string]>([
    ['within its window', 8, 18, {}, '2026-01-05T08:00', true, '2026-01-05T08:00'],
    ['not at its end', 8, 18, {}, '2026-01-05T18:00', false, '2026-01-06T08:00'],
    ['not before its beginning', 8, 18, {}, '2026-01-05T07:59:59', false, '2026-01-05T08:00'],
    ['over midnight, in the evening', 22, 6, {}, '2026-01-05T23:00', true, '2026-01-05T23:00'],
    ['over midnight, in the morning', 22, 6, {}, '2026-01-05T05:59', true, '2026-01-05T05:59'],
    ['over midnight, not by day', 22, 6, {}, '2026-01-05T06:00', false, '2026-01-05T22:00'],
    ['to the end of the day', 8, 24, {}, '2026-01-05T23:59:59', true, '2026-01-05T23:59:59'],
    [
      "only where its list's window is open too",
      8,
      18,
      { timeFrom: 10 * HOUR },
      '2026-01-05T09:00',
      false,
      '2026-01-05T10:00',
    ],
    ['to the earlier end of both', 8, 18, { timeUntil: 16 * HOUR }, '2026-01-05T16:00', false, '2026-01-06T08:00'],
    [
      'in both parts where windows over midnight meet',
      ...([20, 10, { timeFrom: 8 * HOUR, timeUntil: 22 * HOUR }] as const),
      ...(['2026-01-05T10:00', false, '2026-01-05T20:00'] as const),
    ],
    [
      "in its list's window alone, where that overrides",
      ...([8, 10, { timeFrom: 18 * HOUR, timeUntil: 20 * HOUR, combine: 'list-overrides' }] as const),
      ...(['2026-01-05T09:00', false, '2026-01-05T18:00'] as const),
    ],
    [
      'to its own end, where its list overrides the beginning alone',
      ...([8, 18, { timeFrom: 12 * HOUR, combine: 'list-overrides' }] as const),
      ...(['2026-01-05T17:59', true, '2026-01-05T17:59'] as const),
    ],
  ])('%s', (_what, from, till, list, now, open, opens) => {
    const callable = callableAt(record(from * HOUR, till * HOUR), list, at(now));
    expect(callable).toEqual({ open, opensAt: at(opens) });
  });

  test('never, when the windows have nothing in common or no time', () => {
    const never = { open: false, opensAt: Number.POSITIVE_INFINITY };
    const list = { timeFrom: 18 * HOUR, timeUntil: 20 * HOUR };
    expect(callableAt(record(8 * HOUR, 18 * HOUR), list, at('2026-01-05T09:00'))).toEqual(never);
    expect(callableAt(record(HOUR, HOUR), {}, at('2026-01-05T01:00'))).toEqual(never);
  });

  test('by the clock on the wall when clocks change', () => {
    const newYork = record(8 * HOUR, 18 * HOUR, 'America/New_York');
    expect(callableAt(newYork, {}, at('2026-03-07T12:59')).opensAt).toBe(at('2026-03-07T13:00'));
    expect(callableAt(newYork, {}, at('2026-03-08T11:59')).opensAt).toBe(at('2026-03-08T12:00'));
    // From 02:00 to 03:00 there is no wall time on the eighth: a window in that hour opens the day after.
    const night = record(2 * HOUR, 3 * HOUR, 'America/New_York');
    expect(callableAt(night, {}, at('2026-03-08T06:00')).opensAt).toBe(at('2026-03-09T06:00'));
    // On November 1st the hour from 01:00 comes twice, and both times are within the window.
    const twice = record(HOUR, 2 * HOUR, 'America/New_York');
    expect(callableAt(twice, {}, at('2026-11-01T05:30')).open).toBe(true);
    expect(callableAt(twice, {}, at('2026-11-01T06:30')).open).toBe(true);
    expect(callableAt(twice, {}, at('2026-11-01T07:00')).open).toBe(false);
  });

  test('exactly when a clock on the wall, read minute by minute, says so', () => {
    const zones = [
      'America/New_York',
      'Europe/London',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'Pacific/Apia',
      'Africa/Cairo',
    ];
    const seconds = fc.integer({ min: 0, max: 96 }).map((quarter) => quarter * 900);
    const listWindow = fc.record(
      {
        timeFrom: seconds,
        timeUntil: seconds,
        combine: fc.constantFrom('intersect' as const, 'list-overrides' as const),
      },
      { requiredKeys: [] },
    );
    const instants = fc.integer({ min: at('2026-01-01T00:00') / 900_000, max: at('2026-12-31T00:00') / 900_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        seconds,
        seconds,
        listWindow,
        instants,
        (zone, from, till, list, quarter) => {
          const now = quarter * 900_000;
          const one = record(from, till, zone);
          const { open, opensAt } = callableAt(one, list, now);
          expect(open).toBe(naivelyOpen(one, list, now));
          // All bounds lie on quarters of an hour: so do the moments at which windows open.
          let expected = now;
          while (!naivelyOpen(one, list, expected) && expected < now + 8 * 86_400_000) expected += 900_000;
          expect(opensAt).toBe(naivelyOpen(one, list, expected) ? expected : Number.POSITIVE_INFINITY);
        },
      ),
      { numRuns: 150 },
    );
  });
});

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Reads the wall clock and asks each window on its own. */
function naivelyOpen(one: ReturnType<typeof record>, list: ListWindow, now: number): boolean {
  let clock = clocks.get(one.zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', { timeZone: one.zone, hourCycle: 'h23', timeStyle: 'medium' });
    clocks.set(one.zone, clock);
  }
  const [hours, minutes, seconds] = clock.format(now).split(':').map(Number);
  const time = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  const within = (from: number, till: number) =>
    from <= till ? time >= from && time < till : time >= from || time < till;
  const { timeFrom, timeUntil } = list;
  if (timeFrom === undefined && timeUntil === undefined) return within(one.dailyFrom, one.dailyTill);
  if (list.combine === 'list-overrides') return within(timeFrom ?? one.dailyFrom, timeUntil ?? one.dailyTill);
  return within(one.dailyFrom, one.dailyTill) && within(timeFrom ?? 0, timeUntil ?? 86_400);
}

describe('local times', () => {
  test.each([
    ['07/04/2026 18:30', 'America/New_York', '2026-07-04T22:30'],
    ['2026-07-04T18:30', 'America/New_York', '2026-07-04T22:30'],
    ['7/4/2026 8:05:30', 'UTC', '2026-07-04T08:05:30'],
    ['03/08/2026 02:30', 'America/New_York', '2026-03-08T07:30'],
    ['11/01/2026 01:30', 'America/New_York', '2026-11-01T05:30'],
  ])('%s in %s is %sZ', (text, zone, utc) => {
    expect(readLocalTime(text, zone)).toBe(at(utc));
  });

  test.each([
    '02/30/2026 10:00',
    '13/01/2026 10:00',
    '01/01/2026 25:00',
    '01/01/2026 10:60',
    '01/01/26 10:00',
    'now',
    '',
  ])('"%s" is none', (text) => {
    expect(readLocalTime(text, 'UTC')).toBeUndefined();
  });

  test('are read as they are written, in every zone object', () => {
    const zones = zoneObjects().map(({ zone }) => zone);
    const minutes = fc.integer({ min: at('2024-01-01T00:00') / 60_000, max: at('2030-01-01T00:00') / 60_000 });
    fc.assert(
      fc.property(fc.constantFrom(...zones), minutes, (zone, minute) => {
        const text = writeLocalTime(minute * 60_000, zone);
        const read = readLocalTime(text, zone) ?? Number.NaN;
        expect(writeLocalTime(read, zone)).toBe(text);
        expect([0, 60, 30, -60]).toContain(minute - read / 60_000);
      }),
    );
  });
});

test('the zone objects have the offsets of the original', () => {
  const january = at('2026-01-15T12:00');
  const offsets = zoneObjects().map(({ tzName, dbid, zone }) => {
    const local = new Date(january).toLocaleString('sv-SE', { timeZone: zone });
    return `${dbid} ${tzName} ${(Date.parse(`${local.replace(' ', 'T')}Z`) - january) / 3_600_000}`;
  });
  expect(offsets).toEqual([
    ...['101 GMT 0', '102 ECT 1', '103 EET 2', '104 ART 2', '105 EAT 3', '106 MET 3.5', '107 NET 4', '108 PLT 5'],
    ...['109 IST 5.5', '110 BST 6', '111 VST 7', '112 CTT 8', '113 JST 9', '114 KST 9', '115 ACT 9.5'],
    // In January it is summer there.
    ...['116 AET 11', '117 SST 11', '118 NST 13', '119 MIT -11', '120 HST -10', '121 AST -9', '122 PST -8'],
    ...['123 PNT -7', '124 MST -7', '125 CST -6', '126 EST -5', '127 IET -5', '128 PRT -4', '129 CNT -3.5'],
    ...['130 AGT -3', '131 BET -3', '132 CAT -1', '133 AtlST -4'],
  ]);
});
