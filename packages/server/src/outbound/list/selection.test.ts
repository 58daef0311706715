import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Importer } from './import/importer.js';
import type { DialingPriority } from './priority.js';
import { typesInOrder } from './priority.js';
import type { CampaignTypeName } from './record-type.js';
import { type ListBed, listBed, NOON, OWNER } from './testing.js';

/**
 * Selection beside a naive model: everything in memory, every record looked at for every single pick.
 */
interface Row {
  chain: number;
  type: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  /** Hours from noon; 0 is due now. */
  due: number | undefined;
  /** The record's window in hours. */
  window: readonly [from: number, till: number];
  zone: 'UTC' | 'EST' | 'Asia/Tokyo';
  attempt: number;
  weight: number;
  status: 1 | 3 | 9;
}

/** What the clock on the wall shows at noon in London on the day of the test. */
const LOCAL_HOURS = { UTC: 12, EST: 7, 'Asia/Tokyo': 21 };
const NAMES: Partial<Record<Row['type'], CampaignTypeName>> = {
  1: 'General',
  2: 'General',
  3: 'CampaignRescheduled',
  6: 'CampaignCallBack',
};
const MOST_ATTEMPTS = 3;

const row: fc.Arbitrary<Row> = fc.record({
  chain: fc.integer({ min: 1, max: 12 }),
  type: fc.constantFrom(1, 2, 2, 2, 3, 3, 4, 5, 6, 6, 7),
  due: fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined }),
  window: fc.constantFrom([0, 24], [8, 18], [20, 6], [6, 8], [12, 13]),
  zone: fc.constantFrom('UTC', 'EST', 'Asia/Tokyo'),
  attempt: fc.integer({ min: 0, max: MOST_ATTEMPTS }),
  weight: fc.integer({ min: 0, max: 3 }),
  status: fc.constantFrom(1, 1, 1, 1, 3, 9),
});
const priority = fc.record({ priority: fc.integer({ min: 0, max: 3 }), nRecords: fc.integer({ min: 0, max: 2 }) });
const priorities = fc.record({ General: priority, CampaignRescheduled: priority, CampaignCallBack: priority });

let bed: ListBed;
let lists = 0;

beforeAll(async () => {
  bed = await listBed();
  await bed.configuration.put('filters', 'weighty', { criteria: 'weight > 0', order: 'weight desc' });
});

async function load(rows: readonly Row[], value: Parameters<ListBed['list']>[1]): Promise<string> {
  lists += 1;
  const list = await bed.list(`list ${lists}`, { maxAttempts: MOST_ATTEMPTS, ...value });
  const lines = rows.map(({ chain, type, due, window, zone, attempt, weight, status }) => ({
    ...{ contact_info: '1', chain_id: chain, record_type: type, attempt, tz_name: zone, weight, record_status: status },
    ...{ daily_from: window[0] * 3600, daily_till: window[1] * 3600, agent_id: 'a1' },
    ...(due !== undefined && { dial_sched_time: NOON / 1000 + due * 3600 }),
  }));
  const file = Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n'));
  async function* source() {
    yield file;
  }
  const { database, clock } = bed;
  const report = await new Importer({ database, lists: bed.lists, clock }).import({
    ...{ list, format: 'ndjson', source: source() },
  });
  expect(report).toMatchObject({ inserted: rows.length, rejected: 0 });
  return list;
}

/** The chains in the order of batches of `sizes`. Records are numbered in the order of `rows`, from 1. */
function naive(rows: readonly Row[], by: DialingPriority, sizes: readonly number[], filtered: boolean): number[][] {
  const dueAt = ({ type, due }: Row) =>
    type >= 3 && type <= 6 ? (due ?? Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY;
  const callable = (one: Row) => {
    const hour = LOCAL_HOURS[one.zone];
    const [from, till] = one.window;
    const open = from < till ? hour >= from && hour < till : hour >= from || hour < till;
    return (
      one.status === 1 &&
      NAMES[one.type] !== undefined &&
      one.attempt < MOST_ATTEMPTS &&
      open &&
      dueAt(one) <= 0 &&
      (!filtered || one.weight > 0)
    );
  };
  const before = (one: Row, other: Row) =>
    (filtered ? other.weight - one.weight : 0) ||
    dueAt(one) - dueAt(other) ||
    rows.indexOf(one) - rows.indexOf(other) ||
    0;
  const gone = new Set<number>();
  const order = typesInOrder(by);
  const shared = order.some((name) => by[name].nRecords);
  let [turn, taken] = [0, 0];
  return sizes.map((size) => {
    if (!shared) [turn, taken] = [0, 0];
    const batch: number[] = [];
    // The queues stand still while a batch is picked; a chain is in that of its most important type alone.
    const queues = queuesAt();
    while (batch.length < size && order.some((name) => queues[name].length > 0)) {
      const name = order[turn % order.length] ?? 'General';
      const chain = queues[name][0];
      if (chain === undefined || taken === (by[name].nRecords || Number.POSITIVE_INFINITY)) {
        turn += 1;
        taken = 0;
        continue;
      }
      queues[name].shift();
      batch.push(chain);
      gone.add(chain);
      taken += 1;
    }
    return batch;
  });

  function queuesAt(): Record<CampaignTypeName, number[]> {
    const queues: Record<CampaignTypeName, number[]> = { General: [], CampaignRescheduled: [], CampaignCallBack: [] };
    const seen = new Set<number>(gone);
    for (const name of order) {
      const ofType = rows.filter((one) => NAMES[one.type] === name && callable(one)).sort(before);
      const chains = [...new Set(ofType.map(({ chain }) => chain))].filter((chain) => !seen.has(chain));
      queues[name] = chains;
      for (const chain of chains) seen.add(chain);
    }
    return queues;
  }
}

test.each([false, true])('batches are those of a naive model (with a filter: %s)', async (filtered) => {
  const rows = fc.array(row, { minLength: 1, maxLength: 30 });
  const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(rows, priorities, sizes, async (all, by, batches) => {
      const list = await load(all, filtered ? { filter: 'weighty' } : {});
      const picked: number[][] = [];
      for (const limit of batches) {
        const chains = await bed.inTransaction((tx) =>
          bed.lists.retrieve(tx, { list, limit, now: NOON, owner: OWNER, priorities: by }),
        );
        picked.push(chains.map(({ chainId }) => chainId));
      }
      expect(picked).toEqual(naive(all, by, batches, filtered));
    }),
    { numRuns: 40 },
  );
});
