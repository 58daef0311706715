import { beforeEach, describe, expect, test } from 'vitest';
import { ServiceBed } from './testing.js';

/** The acceptance rows H and C of gms-services.md 15; a test's name begins with its row. */
const bed = await ServiceBed.create();
beforeEach(() => bed.reset());

const read = async (path: string) => bed.send('GET', `/1/service/${path}`);

async function periods(path: string) {
  const { status, body } = await read(path);
  expect(status).toBe(200);
  expect(body.error).toBeNull();
  return body.periods;
}

describe('office hours', () => {
  test.each([
    ['H1: a day', '2026-01-05', '08:00', '16:00'],
    ['H2: a day in summer', '2026-03-30', '07:00', '15:00'],
  ])('%s', async (_row, day, from, to) => {
    expect(await periods(`bh?start=${day}T00:00:00Z&number-of-days=1`)).toEqual([
      { start: `${day}T${from}:00.000Z`, end: `${day}T${to}:00.000Z` },
    ]);
  });

  test('H1: the same range by its end, and the zone', async () => {
    const { body } = await read('bh?start=2026-01-05T00:00:00Z&end=2026-01-06T00:00:00Z');
    expect(body).toEqual({
      error: null,
      timezone: 'Europe/Paris',
      periods: [{ start: '2026-01-05T08:00:00.000Z', end: '2026-01-05T16:00:00.000Z' }],
    });
  });

  test.each([
    ['H3: a Saturday', 'bh', '2026-01-03T12:00:00Z', false],
    ['H4: a holiday', 'bh', '2026-01-01T10:00:00Z', false],
    ['H5: an addition on a holiday', 'bh', '2026-12-25T09:30:00Z', true],
    ['H6: after midnight', 'night', '2026-01-05T05:00:00Z', true],
    ['H6: a day later', 'night', '2026-01-06T05:00:00Z', false],
  ])('%s: %s at %s is open: %s', async (_row, service, at, isOpen) => {
    expect((await periods(`${service}?start=${at}`)).length > 0).toBe(isOpen);
  });

  test('H3: without parameters the present counts', async () => {
    // The clock of the tests begins on a Monday at 9:00 UTC, an hour later in Paris.
    const now = new Date(bed.clock.now()).toISOString();
    const [open] = await periods('bh');
    expect(open).toEqual({ start: now, end: `${now.slice(0, 10)}T16:00:00.000Z` });
    expect(await periods('night')).toEqual([]);
  });

  test.each([
    ['a start that is no time', 'start=soon'],
    ['an end that is no time', 'end=2026-02-30T00:00:00Z'],
    ['a number of days that is none', 'number-of-days=x'],
    ['an end before the start', 'start=2026-01-05T00:00:00Z&end=2026-01-04T00:00:00Z'],
    ['more than a year', 'start=2026-01-05T00:00:00Z&end=2028-01-04T00:00:00Z'],
  ])('%s is refused', async (_what, query) => {
    const { status, body } = await read(`bh?${query}`);
    expect([status, Object.keys(body)]).toEqual([400, ['exception', 'message', 'error']]);
    expect(body.error).toBe(body.message);
  });

  test('X1: a change of the hours is in effect at once', async () => {
    expect(await periods('bh?start=2026-01-03T12:00:00Z')).toEqual([]);
    bed.change('bh', { _bh_regular2: 'Sat 10:00-14:00' });
    expect(await periods('bh?start=2026-01-03T12:00:00Z')).toHaveLength(1);
  });
});

describe('capacity', () => {
  const tuesday = 'start=2015-03-17T09:15:00.000&end=2015-03-17T10:30:00.000';

  test('C1: the capacities of a range, equal neighbours in one', async () => {
    const { status, body } = await read(`cap?${tuesday}`);
    expect(status).toBe(200);
    expect(body).toEqual([
      { start: '2015-03-17T09:15:00.000', end: '2015-03-17T10:00:00.000', capacity: 6 },
      { start: '2015-03-17T10:00:00.000', end: '2015-03-17T10:30:00.000', capacity: 2 },
    ]);
  });

  test('C1: in another zone the times are that zone’s', async () => {
    const { body } = await read(`cap?start=2015-03-17T08:15:00.000&end=2015-03-17T09:30:00.000&timezone=UTC`);
    expect(body).toEqual([
      { start: '2015-03-17T08:15:00.000', end: '2015-03-17T09:00:00.000', capacity: 6 },
      { start: '2015-03-17T09:00:00.000', end: '2015-03-17T09:30:00.000', capacity: 2 },
    ]);
  });

  test.each([
    ['C2: no end', 'start=2015-03-17T09:15:00.000'],
    ['C2: no start', 'end=2015-03-17T09:15:00.000'],
    ['C2: an end that is no time', 'start=2015-03-17T09:15:00.000&end=later'],
    ['C2: a zone that there is not', `${tuesday}&timezone=Europe/Nowhere`],
  ])('%s is refused', async (_row, query) => {
    const { status, body } = await read(`cap?${query}`);
    expect([status, Object.keys(body).slice(0, 2)]).toEqual([400, ['exception', 'message']]);
  });

  test('C3: more than the maximum', async () => {
    bed.change('cap', { _capacity_2: '{"2":{"0900":1001}}' });
    const { status, body } = await read(`cap?${tuesday}`);
    expect([status, body]).toEqual([
      400,
      {
        exception: 'com.genesyslab.gsg.services.capacity.CapacityException',
        message: 'Capacity 1001 exceeds the maximum capacity 1000',
      },
    ]);
  });
});
