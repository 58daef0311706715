import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { instant, RingbackError } from '../kernel/index.js';
import { Calendar } from './calendar.js';
import { readCapacity } from './capacity.js';
import { type OptionMap, parseWeeklyHours, readOfficeHours } from './office-hours-options.js';
import { contains } from './period.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, Zone } from './zone.js';

const at = (text: string) => DateTime.fromISO(text, { zone: 'UTC' }).toMillis();
const services: Record<string, OptionMap> = {
  bh: {
    _timezone: 'Europe/Paris',
    _bh_regular1: 'Mon-Fri 9:00-17:00',
    _bh_add1: '12-25 10:00-12:00',
    _holiday1: '12-25',
    _holiday2: '2026-01-01',
  },
  night: { _timezone: 'UTC', _bh_regular1: 'Fri-Sun 19:00-7:00' },
  always: { _bh_regular1: 'Mon-Sun 00:00-24:00', _bh_add1: '' },
  summer: { _bh_regular1: 'Mon-Fri 08:00-20:00', _effective_dates1: '2026-07-01 to 2026-08-31' },
  weekends: { _bh_regular1: 'Sat-Mon 10:00-12:00' },
  season: { _bh_regular1: 'Mon-Fri 09:00-17:00', _use_alternative1: 'summer' },
  collected: { _include_regular1: 'weekends', _include_special1: 'bh', _timezone: 'Europe/Paris' },
};
const lookup = (name: string) => services[name];
const periods = (name: string, from: string, to: string) =>
  readOfficeHours(name, lookup)
    .openPeriods(at(from), at(to))
    .map(({ start, end }) => `${instant(start)}/${instant(end)}`);

describe('office hours', () => {
  const cases: [string, string, string, string][] = [
    ['bh', '2026-01-05T08:00:00Z', 'open', 'Monday 9:00 in Paris'],
    ['bh', '2026-01-05T07:59:59.999Z', 'closed_no_match', 'a moment before'],
    ['bh', '2026-01-05T16:00:00Z', 'closed_no_match', 'closing time is exclusive'],
    ['bh', '2026-01-03T12:00:00Z', 'closed_day_of_week', 'a Saturday'],
    ['bh', '2026-01-01T10:00:00Z', 'closed_holiday', 'a holiday of one year'],
    ['bh', '2027-01-01T10:00:00Z', 'open', 'not a holiday in another year'],
    ['bh', '2026-12-25T09:30:00Z', 'open', 'additional hours beat the yearly holiday'],
    ['bh', '2026-12-25T13:00:00Z', 'closed_holiday', 'the rest of that holiday'],
    ['night', '2026-01-05T05:00:00Z', 'open', "Monday morning belongs to Sunday's shift"],
    ['night', '2026-01-06T05:00:00Z', 'closed_day_of_week', 'Tuesday morning belongs to nobody'],
    ['always', '2026-01-06T00:00:00Z', 'open', '24:00 ends the day, not before'],
    ['summer', '2026-06-30T12:00:00Z', 'closed_no_match', 'before the effective dates'],
    ['summer', '2026-07-01T12:00:00Z', 'open', 'on the first effective date'],
    ['weekends', '2026-01-05T10:30:00Z', 'open', 'the range of days wraps'],
    ['weekends', '2026-01-06T10:30:00Z', 'closed_day_of_week', 'Tuesday is outside of it'],
    ['season', '2026-07-01T18:00:00Z', 'open', 'the alternative stands in on its dates'],
    ['season', '2026-06-30T18:00:00Z', 'closed_no_match', 'and only then'],
    ['collected', '2026-01-03T09:30:00Z', 'open', 'included regular hours, in its own zone'],
    ['collected', '2026-12-25T09:30:00Z', 'open', 'included special hours'],
    ['collected', '2026-12-26T09:30:00Z', 'open', 'a Saturday after the included holiday'],
  ];
  test.each(cases)('%s at %s: %s (%s)', (name, time, expected) => {
    const opening = readOfficeHours(name, lookup).evaluate(at(time));
    expect(opening.open ? 'open' : opening.reason).toBe(expected);
  });

  test('lists the open periods of a range, daylight saving applied', () => {
    expect(periods('bh', '2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z')).toEqual([
      '2026-01-05T08:00:00.000Z/2026-01-05T16:00:00.000Z',
    ]);
    expect(periods('bh', '2026-03-30T00:00:00Z', '2026-03-31T00:00:00Z')).toEqual([
      '2026-03-30T07:00:00.000Z/2026-03-30T15:00:00.000Z',
    ]);
    expect(periods('bh', '2026-01-03T00:00:00Z', '2026-01-04T00:00:00Z')).toEqual([]);
    expect(periods('season', '2026-06-30T00:00:00Z', '2026-07-02T00:00:00Z')).toEqual([
      '2026-06-30T09:00:00.000Z/2026-06-30T17:00:00.000Z',
      '2026-07-01T08:00:00.000Z/2026-07-01T20:00:00.000Z',
    ]);
  });

  test('hours that the clock skips are not there, hours that it shows twice are open twice', () => {
    const early: OptionMap = { _timezone: 'Europe/Paris', _bh_regular1: 'Sun 01:30-02:30' };
    const hours = readOfficeHours('early', () => early);
    const open = (day: string) =>
      hours
        .openPeriods(at(`${day}T00:00:00Z`) - 6 * HOUR_MS, at(`${day}T12:00:00Z`))
        .reduce((sum, period) => sum + period.end - period.start, 0) / MINUTE_MS;
    expect(open('2026-03-29')).toBe(30);
    expect(open('2026-10-25')).toBe(90);
    expect(open('2026-06-07')).toBe(60);
  });

  test.each(['Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'])(
    'periods and single instants agree around every change of the clock in %s',
    (zone) => {
      const year = at('2026-01-01T00:00:00Z');
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 365 * 24 * 4 }),
          fc.integer({ min: 0, max: 47 }),
          fc.integer({ min: 0, max: 48 }),
          fc.integer({ min: 0, max: 6 }),
          (quarter, from, to, days) => {
            const clock = (halves: number) => `${halves >> 1}:${halves % 2 ? '30' : '00'}`;
            const options: OptionMap = {
              _timezone: zone,
              _bh_regular1: `Mon-${['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][days]} ${clock(from)}-${clock(to)}`,
            };
            const hours = readOfficeHours('x', () => options);
            const start = year + quarter * 15 * MINUTE_MS;
            const open = hours.openPeriods(start, start + 2 * DAY_MS);
            for (let time = start; time < start + 2 * DAY_MS; time += 15 * MINUTE_MS) {
              expect(hours.evaluate(time).open).toBe(contains(open, time));
            }
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  test('weekly hours are those of an independent wall clock', () => {
    const hours = readOfficeHours('bh', lookup);
    fc.assert(
      fc.property(fc.integer({ min: at('2026-01-02T00:00:00Z'), max: at('2026-12-24T00:00:00Z') }), (time) => {
        const wall = DateTime.fromMillis(time, { zone: 'Europe/Paris' });
        expect(hours.evaluate(time).open).toBe(wall.weekday <= 5 && wall.hour >= 9 && wall.hour < 17);
      }),
      { numRuns: 500 },
    );
  });

  test('names the wrong option and what would be right', () => {
    const wrong = () => readOfficeHours('x', () => ({ _bh_regular1: 'Mo-Fr 9-17', _holiday1: '2026-02-30' }));
    expect(wrong).toThrow(/_bh_regular1/);
    expect(() => readOfficeHours('gone', lookup)).toThrow(RingbackError);
    expect(() => readOfficeHours('x', () => ({ _timezone: 'Mars/Olympus' }))).toThrow(/time zone/);
    const circle = () => readOfficeHours('x', () => ({ _use_alternative1: 'x' }));
    expect(circle).toThrow(/does not lead back/);
    expect(parseWeeklyHours('Mon-Fri 25:00-26:00')).toBeUndefined();
  });
});

describe('calendar', () => {
  test('reads a service once per version of its options, included ones counted', () => {
    let included: OptionMap = { _bh_regular1: 'Mon-Sun 10:00-12:00' };
    const outer: OptionMap = { _include_regular1: 'inner' };
    const calendar = new Calendar((name) => (name === 'inner' ? included : outer));
    const first = calendar.officeHours('outer');
    expect(calendar.officeHours('outer')).toBe(first);
    included = { _bh_regular1: 'Mon-Sun 14:00-16:00' };
    expect(calendar.officeHours('outer').evaluate(at('2026-01-05T15:00:00Z'))).toEqual({ open: true });
  });
});

describe('capacity', () => {
  const options: OptionMap = {
    _timezone: 'Europe/Paris',
    _capacity_2: '{"2":{"0900":6,"1000":2}}',
    _capacity_add: '{"2015-03-24":{"0900":0}}',
    _max_capacity: '1000',
  };

  test('gives the capacity of the hour on the wall', () => {
    const capacity = readCapacity('cap', options);
    expect(capacity.at(at('2015-03-17T08:15:00Z'))).toBe(6);
    expect(capacity.at(at('2015-03-17T09:00:00Z'))).toBe(2);
    expect(capacity.at(at('2015-03-17T10:00:00Z'))).toBe(0);
    expect(capacity.at(at('2015-03-31T07:15:00Z'))).toBe(6); // summer time
    expect(capacity.at(at('2015-03-24T08:15:00Z'))).toBe(0); // the dated exception
    expect(capacity.at(at('2015-03-24T09:15:00Z'))).toBe(2); // hours that it does not list stay
  });

  test('lists periods of equal capacity', () => {
    const found = readCapacity('cap', options).periods(at('2015-03-17T08:15:00Z'), at('2015-03-17T09:30:00Z'));
    expect(found).toEqual([
      { start: at('2015-03-17T08:15:00Z'), end: at('2015-03-17T09:00:00Z'), capacity: 6 },
      { start: at('2015-03-17T09:00:00Z'), end: at('2015-03-17T09:30:00Z'), capacity: 2 },
    ]);
  });

  test('periods and single instants agree across changes of the clock', () => {
    for (const zone of ['Europe/Paris', 'Australia/Lord_Howe', 'Asia/Kathmandu']) {
      const hours = Object.fromEntries(Array.from({ length: 24 }, (_, h) => [`${String(h).padStart(2, '0')}00`, h]));
      const weekly = Object.fromEntries(
        [1, 2, 3, 4, 5, 6, 7].map((day) => [`_capacity_${day}`, JSON.stringify({ [day]: hours })]),
      );
      const capacity = readCapacity('x', { ...weekly, _timezone: zone });
      for (const from of ['2026-03-28T00:00:00Z', '2026-04-04T00:00:00Z', '2026-10-03T00:00:00Z']) {
        const found = capacity.periods(at(from), at(from) + 3 * DAY_MS);
        expect(found.reduce((sum, period) => sum + period.end - period.start, 0)).toBe(3 * DAY_MS);
        for (const period of found) {
          expect(capacity.at(period.start)).toBe(period.capacity);
          expect(capacity.at(period.end - 1)).toBe(period.capacity);
        }
      }
    }
  });

  test('refuses more than the maximum, and what is no capacity', () => {
    expect(() => readCapacity('x', { _capacity_1: '{"1":{"0000":1001}}' })).toThrow(
      'Capacity 1001 exceeds the maximum capacity 1000',
    );
    expect(() => readCapacity('x', { _capacity_1: '{"1":{"0930":1}}' })).toThrow(/0000 to 2300/);
    expect(() => readCapacity('x', { _capacity_add: 'none' })).toThrow(/not a JSON object/);
    expect(readCapacity('x', { _capacity_add: '[]' }).at(0)).toBe(0);
  });
});

describe('zone', () => {
  test('finds changes of the clock wherever a range begins', () => {
    const paris = Zone.named('Europe/Paris');
    const change = at('2026-03-29T01:00:00Z');
    for (const start of [change - 3 * DAY_MS, change - DAY_MS, change - 15 * MINUTE_MS, change - 7]) {
      expect(paris.segments(start, change + DAY_MS)).toEqual([
        { from: start, to: change, offset: HOUR_MS },
        { from: change, to: change + DAY_MS, offset: 2 * HOUR_MS },
      ]);
    }
    expect(paris.segments(change, change + DAY_MS)).toHaveLength(1);
  });
});
