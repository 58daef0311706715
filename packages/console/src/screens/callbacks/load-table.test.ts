import { describe, expect, it } from 'vitest';
import type { BucketLoad } from '../../api/callback-search.js';
import { loadTable } from './load-table.js';

const MONDAY = new Date(2026, 4, 25).getTime();
const at = (day: number, hour: number, minute: number) => new Date(2026, 4, 25 + day, hour, minute).getTime();
const bucket = (time: number, capacity: number, booked: number): BucketLoad => ({
  at: time,
  capacity,
  booked,
  states: {},
});

describe('the calendar of load', () => {
  const buckets = [bucket(at(0, 9, 0), 4, 1), bucket(at(0, 9, 15), 4, 4), bucket(at(2, 11, 30), 2, 3)];

  it('adds up the buckets of an hour in a week, from the first hour that has places to the last', () => {
    const { columns, rows } = loadTable(buckets, { first: MONDAY, days: 7, bucketMinutes: 15 });
    expect(columns).toHaveLength(7);
    expect(rows.map(({ hour }) => hour)).toEqual([9, 10, 11]);
    expect(rows[0]?.cells[0]).toMatchObject({ from: at(0, 9, 0), to: at(0, 10, 0), capacity: 8, booked: 5 });
    expect(rows[2]?.cells[2]).toMatchObject({ capacity: 2, booked: 3 });
  });

  it('has a column for each bucket of an hour in a day', () => {
    const { columns, rows } = loadTable(buckets, { first: MONDAY, days: 1, bucketMinutes: 15 });
    expect(columns).toHaveLength(4);
    expect(rows[0]?.cells.map(({ booked }) => booked)).toEqual([1, 4, 0, 0]);
    expect(rows[0]?.cells[1]).toMatchObject({ from: at(0, 9, 15), to: at(0, 9, 30) });
  });

  it('shows the hours of an office when nothing is there', () => {
    const { rows } = loadTable([], { first: MONDAY, days: 7, bucketMinutes: 5 });
    expect([rows[0]?.hour, rows.at(-1)?.hour]).toEqual([8, 17]);
  });
});
