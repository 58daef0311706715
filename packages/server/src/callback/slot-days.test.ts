import { describe, expect, it } from 'vitest';
import { instant } from '../kernel/index.js';
import type { Bindable, Sql } from '../store/sql.js';
import type { BucketGrid } from './availability.js';
import { SlotDays } from './slot-days.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MONDAY = Date.parse('2026-03-02T00:00:00Z');
const GRID: BucketGrid = { minutes: 60, places: 2 };

/** The counters of the database: places taken by start of slot. */
function counters(taken: Map<number, number>): Pick<Sql, 'query'> {
  const query = async (_statement: unknown, [, from, to]: readonly Bindable[] = []) => {
    const starts = [...taken.keys()].filter((start) => instant(start) >= String(from) && instant(start) < String(to));
    return [...new Set(starts.map((start) => Math.floor(start / DAY_MS)))].map((day) => {
      const ofDay = starts.filter((start) => Math.floor(start / DAY_MS) === day);
      const used = ofDay.map((start) => taken.get(start));
      return { day, starts: `{${ofDay.map((start) => start / 1000).join(',')}}`, used: `{${used.join(',')}}` };
    });
  };
  // The rows are those of the one statement that is asked here.
  return { query: query as Sql['query'] };
}

function bed() {
  const taken = new Map<number, number>();
  const days = new SlotDays();
  const read = (from: number, to: number, { busy = false, grid = GRID } = {}) =>
    days.read(counters(taken), { service: 'Sales', grid }, { from, to }, { busy });
  return { taken, read };
}

describe('The slots of many days', () => {
  it('shows what has been booked since, and makes only that day again', async () => {
    const { taken, read } = bed();
    const [monday, tuesday] = await read(MONDAY, MONDAY + 2 * DAY_MS);
    taken.set(MONDAY + 9 * HOUR_MS, 1);
    const [mondayThen, tuesdayThen] = await read(MONDAY, MONDAY + 2 * DAY_MS);
    expect(monday?.[9]?.free).toBe(2);
    expect(mondayThen?.[9]?.free).toBe(1);
    expect(tuesdayThen).toBe(tuesday);
    taken.delete(MONDAY + 9 * HOUR_MS);
    expect((await read(MONDAY, MONDAY + DAY_MS))[0]?.[9]?.free).toBe(2);
  });

  it('leaves out what is fully booked, unless that is wanted too', async () => {
    const { taken, read } = bed();
    taken.set(MONDAY + 9 * HOUR_MS, 3);
    expect((await read(MONDAY, MONDAY + DAY_MS))[0]).toHaveLength(23);
    const [busy] = await read(MONDAY, MONDAY + DAY_MS, { busy: true });
    expect(busy?.[9]).toMatchObject({ free: 0, total: 2 });
  });

  it('cuts the first and the last day to the range', async () => {
    const { read } = bed();
    const days = await read(MONDAY + 22 * HOUR_MS + 1, MONDAY + DAY_MS + HOUR_MS);
    expect(days.flat().map(({ start }) => instant(start))).toEqual([
      '2026-03-02T23:00:00.000Z',
      '2026-03-03T00:00:00.000Z',
    ]);
    expect(await read(MONDAY, MONDAY)).toEqual([]);
  });

  it('follows the configuration at once', async () => {
    const { read } = bed();
    const [before] = await read(MONDAY, MONDAY + DAY_MS);
    const [after] = await read(MONDAY, MONDAY + DAY_MS, { grid: { ...GRID, places: 5 } });
    expect([before?.[0]?.total, after?.[0]?.total]).toEqual([2, 5]);
  });

  it('answers for more days than it keeps', async () => {
    const { taken, read } = bed();
    taken.set(MONDAY, 1);
    taken.set(MONDAY + 1029 * DAY_MS, 1);
    const days = await read(MONDAY, MONDAY + 1030 * DAY_MS, { grid: { minutes: 120, places: 2 } });
    expect(days.flat()).toHaveLength(1030 * 12);
    expect([days[0]?.[0]?.free, days[1]?.[0]?.free, days.at(-1)?.[0]?.free]).toEqual([1, 2, 1]);
  });
});
