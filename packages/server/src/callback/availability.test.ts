import { describe, expect, test } from 'vitest';
import { readOfficeHours } from '../calendar/index.js';
import { type BucketGrid, openSlots, proposedSlots } from './availability.js';

const at = (text: string) => Date.parse(text);
const hours = (options: Record<string, string>) => readOfficeHours('x', () => options);
const times = (slots: Iterable<{ start: number }>) =>
  [...slots].map(({ start }) => new Date(start).toISOString().slice(11, 16));

const saturday: BucketGrid = { minutes: 15, places: 5, hours: hours({ _bh_regular1: 'Sat 08:00-12:00' }) };
const weekday: BucketGrid = { minutes: 5, places: 5, hours: hours({ _bh_regular1: 'Mon-Fri 09:00-17:00' }) };
const past = at('2013-01-01T00:00:00Z');

describe('proposals', () => {
  test('are eight buckets from four before the desired one, within the opening hours', () => {
    expect(times(proposedSlots(saturday, at('2013-06-15T09:00:00Z'), past))).toEqual([
      ...['08:00', '08:15', '08:30', '08:45', '09:00', '09:15', '09:30', '09:45'],
    ]);
    expect(times(proposedSlots(weekday, at('2013-05-27T16:45:00Z'), past))).toEqual([
      ...['16:25', '16:30', '16:35', '16:40', '16:45', '16:50', '16:55'],
    ]);
  });

  test('begin when the office opens, and never in the past', () => {
    expect(times(proposedSlots(saturday, at('2013-06-15T08:20:00Z'), past))[0]).toBe('08:00');
    expect(times(proposedSlots(weekday, at('2013-05-27T16:00:00Z'), at('2013-05-27T15:58:30Z')))).toEqual([
      ...['16:00', '16:05', '16:10', '16:15', '16:20', '16:25', '16:30', '16:35'],
    ]);
  });

  test('name no bucket that begins before an opening off the grid', () => {
    const grid: BucketGrid = { minutes: 15, places: 1, hours: hours({ _bh_regular1: 'Mon-Sun 08:10-10:00' }) };
    expect(times(proposedSlots(grid, at('2013-06-15T08:20:00Z'), past))[0]).toBe('08:15');
  });
});

describe('open slots', () => {
  test('are those that begin while the office is open', () => {
    const grid: BucketGrid = {
      minutes: 60,
      places: 2,
      hours: hours({ _bh_regular1: 'Mon-Fri 09:00-11:00', _bh_regular2: 'Mon-Fri 14:30-16:00' }),
    };
    const range = [...openSlots(grid, at('2013-05-27T00:00:00Z'), at('2013-05-28T00:00:00Z'))];
    expect(times(range)).toEqual(['09:00', '10:00', '15:00']);
    expect(range[0]?.total).toBe(2);
  });

  test('of a service without office hours are all', () => {
    const always: BucketGrid = { minutes: 120, places: 1 };
    expect(times(openSlots(always, at('2013-05-27T01:00:00Z'), at('2013-05-27T08:00:00Z')))).toEqual([
      ...['02:00', '04:00', '06:00'],
    ]);
  });

  test('of touching periods are not given twice', () => {
    const options = { _bh_regular1: 'Mon-Sun 00:00-24:00' };
    const grid: BucketGrid = { minutes: 120, places: 1, hours: hours(options) };
    const days = [...openSlots(grid, at('2013-05-27T00:00:00Z'), at('2013-05-30T00:00:00Z'))];
    expect(days).toHaveLength(36);
    expect(new Set(days.map(({ start }) => start)).size).toBe(36);
  });
});
