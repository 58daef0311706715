import { beforeAll, describe, expect, test } from 'vitest';
import { instant } from '../kernel/index.js';
import { type TestDatabase, testDatabase } from '../store/testing.js';
import type { CallbackConfiguration } from './configuration.js';
import { CallbackOverview } from './overview.js';
import { CallbackSearch } from './search.js';

const NINE = Date.parse('2026-06-15T09:00:00Z');
const MINUTE = 60_000;
const DAY = { from: NINE - 9 * 60 * MINUTE, to: NINE + 15 * 60 * MINUTE };

const services: Record<string, Record<string, string>> = {
  help: {
    _service: 'callback',
    _request_time_bucket: '15',
    _max_request_by_time_bucket: '3',
    _business_hours_service: 'h',
  },
  other: { _service: 'callback' },
  h: { _type: 'builtin', _service: 'office-hours', _bh_regular1: 'Mon-Fri 09:00-10:00' },
};

const configuration: CallbackConfiguration = {
  service: (name) => services[name],
  services: () => new Map(Object.entries(services)),
  section: () => ({}),
  object: () => undefined,
  onChange: () => () => undefined,
};

interface Given {
  id: string;
  service?: string;
  at: number;
  state?: string;
  reason?: string;
  number?: string;
  bucket?: number;
  connectedAt?: number;
}

let bed: TestDatabase;
let search: CallbackSearch;
let overview: CallbackOverview;

async function given({ id, service = 'help', at, state = 'SCHEDULED', reason, number, bucket, connectedAt }: Given) {
  await bed.database.query(
    `insert into callback (id, service, state, reason, customer_number, immediate, desired_at, bucket, submit_attempts, ttl,
       expires_at, properties, lookup, progress, created_at, changed_at)
     values ($1, $2, $3, $4, $5, false, $6, $7, 0, 60, $6, '{}', '{}', $8, $6, $6)`,
    [
      id,
      service,
      state,
      reason ?? null,
      number ?? null,
      instant(at),
      bucket === undefined ? null : instant(bucket),
      connectedAt === undefined ? {} : { connectedAt },
    ],
  );
}

beforeAll(async () => {
  bed = await testDatabase();
  search = new CallbackSearch(bed.database);
  overview = new CallbackOverview(bed.database, configuration);
  const done = { state: 'COMPLETED' };
  await given({ id: 'a', at: NINE, bucket: NINE, number: '+1 (555) 100-2000' });
  await given({ id: 'b', at: NINE + 20 * MINUTE, number: '5553' });
  await given({ id: 'c', at: NINE + 5 * MINUTE, bucket: NINE, ...done, reason: 'CANCELLED_BY_ADMIN' });
  for (const [id, waited] of [20, 40, 90].entries()) {
    const at = NINE + 30 * MINUTE;
    await given({ id: `d${id}`, at, bucket: at, ...done, reason: 'AGENT_CONNECTED', connectedAt: at + waited * 1000 });
  }
  await given({ id: 'e', service: 'other', at: NINE + 61 * MINUTE, ...done, reason: 'FAIL_ERROR' });
});

const everything = { ...DAY, states: [], services: [] };

describe('the search', () => {
  test('goes through all services in order of the desired times, page by page', async () => {
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await search.page(everything, { limit: 2, ...(cursor !== undefined && { cursor }) });
      expect(page.callbacks.length).toBeLessThanOrEqual(2);
      seen.push(...page.callbacks.map(({ _id }) => _id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(['a', 'c', 'b', 'd0', 'd1', 'd2', 'e']);
  });

  test.each([
    ['a state', { states: ['SCHEDULED'] }, { SCHEDULED: 2 }],
    ['several states', { states: ['SCHEDULED', 'COMPLETED'] }, { SCHEDULED: 2, COMPLETED: 5 }],
    ['a service', { services: ['other'] }, { COMPLETED: 1 }],
    ['a number in another notation', { number: '555-1002' }, { SCHEDULED: 1 }],
    ['a range whose end is not included', { to: NINE + 20 * MINUTE }, { SCHEDULED: 1, COMPLETED: 1 }],
    ['nothing that is there', { services: ['nobody'] }, {}],
  ])('is restricted by %s', async (_, filter, states) => {
    const wanted = { ...everything, ...filter };
    expect(await search.count(wanted)).toEqual(states);
    const { callbacks } = await search.page(wanted, { limit: 100 });
    expect(callbacks).toHaveLength(Object.values(states).reduce((sum, count) => sum + count, 0));
  });
});

describe('the load', () => {
  test('sets each open bucket against its capacity, without what was cancelled', async () => {
    expect(await overview.load('help', DAY)).toEqual({
      minutes: 15,
      zone: 'UTC',
      buckets: [
        { at: '2026-06-15T09:00:00.000Z', capacity: 3, states: { SCHEDULED: 1 } },
        { at: '2026-06-15T09:15:00.000Z', capacity: 3, states: { SCHEDULED: 1 } },
        { at: '2026-06-15T09:30:00.000Z', capacity: 3, states: { COMPLETED: 3 } },
        { at: '2026-06-15T09:45:00.000Z', capacity: 3, states: {} },
      ],
    });
  });

  test.each([
    ['a service that is none', 'h', DAY, 'unknown-service'],
    ['a range without time in it', 'help', { from: NINE, to: NINE }, 'invalid-range'],
    ['more than two months', 'help', { from: NINE, to: NINE + 63 * 1440 * MINUTE }, 'invalid-range'],
  ])('is refused for %s', async (_, service, range, code) => {
    await expect(overview.load(service, range)).rejects.toMatchObject({ code });
  });
});

describe('the day', () => {
  test('tells what became of callbacks, and how long four of five customers waited', async () => {
    const { steps, outcomes } = await overview.day(DAY, 60);
    expect(steps.map(({ at, waiting, ...counts }) => [at.slice(11, 16), counts])).toEqual([
      ['09:00', { due: 6, immediate: 0, connected: 3, cancelled: 1, failed: 0, open: 2 }],
      ['10:00', { due: 1, immediate: 0, connected: 0, cancelled: 0, failed: 1, open: 0 }],
    ]);
    expect(steps[0]?.waiting).toEqual({ low: 24, median: 40, high: 80, count: 3 });
    expect(steps[1]?.waiting).toBeUndefined();
    expect(outcomes).toEqual([
      { reason: 'AGENT_CONNECTED', count: 3 },
      { reason: 'CANCELLED_BY_ADMIN', count: 1 },
      { reason: 'FAIL_ERROR', count: 1 },
    ]);
  });

  test('can be that of one service', async () => {
    expect((await overview.day(DAY, 60, 'other')).steps).toHaveLength(1);
  });

  test('is refused in more steps than anybody reads', async () => {
    await expect(overview.day({ from: NINE, to: NINE + 60 * 1440 * MINUTE }, 1)).rejects.toMatchObject({
      code: 'invalid-range',
    });
  });
});
