import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Activity, ManualClock, silentLogger } from '../kernel/index.js';
import { Database, type Transaction } from '../store/index.js';
import { type TestDatabase, testDatabase } from '../store/testing.js';
import type { EventType, JournalEntry, JournalEvent } from './event.js';
import { Journal } from './journal.js';

const START = Date.UTC(2026, 4, 15, 12);
let store: TestDatabase;
let clock: ManualClock;
let journal: Journal;

beforeEach(async () => {
  store = await testDatabase();
  clock = new ManualClock(START, store.activity);
  journal = new Journal({ ...store, clock, log: silentLogger });
  await journal.start();
});

afterEach(() => journal.stop());

function entry(callback: string, number = 0, type: EventType = 'callback.state'): JournalEntry {
  return { at: clock.now(), type, callback, data: { number } };
}

/** Collects events; `reaches(n)` resolves when there are n of them. */
function collector() {
  const events: JournalEvent[] = [];
  let waiting: { count: number; resolve: () => void } | undefined;
  return {
    events,
    onEvent: (event: JournalEvent) => {
      events.push(event);
      if (waiting && events.length >= waiting.count) waiting.resolve();
    },
    reaches: (count: number) =>
      new Promise<void>((resolve) => {
        if (events.length >= count) resolve();
        else waiting = { count, resolve };
      }),
    numbers: () => events.map((event) => event.number),
  };
}

/**
 * Waits until no transaction is left that is older than the events which there are. One in any database of the server
 * counts, those of other test files too; while there is one, somebody who comes back may be given more than the last hour.
 */
async function settled(): Promise<void> {
  const older = 'select from event where xid >= pg_snapshot_xmin(pg_current_snapshot()) limit 1';
  while ((await store.database.query(older)).length > 0);
}

/** A transaction of another node that stays open until `end` is called. */
async function openTransaction(work: (tx: Transaction) => Promise<void>): Promise<{ end: () => Promise<void> }> {
  let finish = () => {};
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let begun = () => {};
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const other = await Database.connect({ ...store, activity: new Activity(), log: silentLogger });
  const over = other.transaction(async (tx) => {
    await work(tx);
    begun();
    await held;
  });
  await started;
  return {
    end: async () => {
      finish();
      await over;
      await other.close();
    },
  };
}

describe('the history', () => {
  it('has the events of one subject, the oldest first, with all that they say', async () => {
    await journal.record(store.database, [
      { at: START, type: 'callback.accepted', callback: 'c1', data: { number: '5115', nested: { a: [1] } } },
      { at: START, type: 'callback.accepted', callback: 'c2', data: {} },
    ]);
    await journal.record(store.database, [
      { at: START + 5, type: 'call.ended', callback: 'c1', call: 'l1', agent: 'a100', data: { id: 'not this' } },
    ]);
    expect(await journal.history({ callback: 'c1' })).toEqual([
      {
        id: expect.stringMatching(/^\d+-\d+$/),
        at: '2026-05-15T12:00:00.000Z',
        type: 'callback.accepted',
        callback: 'c1',
        number: '5115',
        nested: { a: [1] },
      },
      {
        id: expect.stringMatching(/^\d+-\d+$/),
        at: '2026-05-15T12:00:00.005Z',
        type: 'call.ended',
        callback: 'c1',
        call: 'l1',
        agent: 'a100',
      },
    ]);
    expect(await journal.history({ agent: 'a100', callback: 'c2' })).toEqual([]);
  });

  it('is read in pages', async () => {
    await journal.record(store.database, [entry('c', 1), entry('c', 2), entry('c', 3)]);
    const first = await journal.history({ callback: 'c', limit: 2 });
    const second = await journal.history({ callback: 'c', after: first.at(-1)?.id ?? '' });
    expect([...first, ...second].map((event) => event.number)).toEqual([1, 2, 3]);
  });

  it('has nothing of a transaction that was rolled back', async () => {
    const failing = store.database.transaction(async (tx) => {
      await journal.record(tx, [entry('c')]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await journal.history({ callback: 'c' })).toEqual([]);
  });
});

describe('the live feed', () => {
  it('delivers what is committed from then on, filtered by type', async () => {
    await journal.record(store.database, [entry('c', 0)]);
    const seen = collector();
    await journal.subscribe({ types: ['callback.*'], onEvent: seen.onEvent }).ready;
    await journal.record(store.database, [entry('c', 1), entry('c', 2, 'call.ended'), entry('c', 3)]);
    await seen.reaches(2);
    expect(seen.numbers()).toEqual([1, 3]);
  });

  it('has nothing that was there before, whatever older transaction is under way', async () => {
    const old = await openTransaction((tx) => journal.record(tx, [entry('late', 1)]));
    await journal.record(store.database, [entry('c', 0)]);
    const seen = collector();
    await journal.subscribe({ onEvent: seen.onEvent }).ready;
    await journal.record(store.database, [entry('c', 2)]);
    await old.end();
    await seen.reaches(2);
    expect(seen.numbers()).toEqual([1, 2]);
  });

  it('misses no event that commits after a later one', async () => {
    const seen = collector();
    await journal.subscribe({ onEvent: seen.onEvent }).ready;
    const slow = await openTransaction((tx) => journal.record(tx, [entry('slow', 1)]));
    await journal.record(store.database, [entry('fast', 2)]);
    await slow.end();
    await seen.reaches(2);
    expect(seen.numbers().sort()).toEqual([1, 2]);
  });

  it('goes on when an older transaction that wrote no event ends', async () => {
    const seen = collector();
    await journal.subscribe({ onEvent: seen.onEvent }).ready;
    const silent = await openTransaction(async (tx) => void (await tx.query('select pg_current_xact_id()')));
    await journal.record(store.database, [entry('c', 1)]);
    await silent.end();
    await seen.reaches(1);
    expect(seen.numbers()).toEqual([1]);
  });

  it('gives one who comes back what was missed, once, and then what is new', async () => {
    const before = collector();
    const first = journal.subscribe({ onEvent: before.onEvent });
    await first.ready;
    await journal.record(store.database, [entry('c', 1)]);
    await before.reaches(1);
    first.close();
    await journal.record(
      store.database,
      Array.from({ length: 1200 }, (_, index) => entry('c', index + 2)),
    );
    const after = collector();
    const subscription = journal.subscribe({ after: before.events[0]?.id ?? '', onEvent: after.onEvent });
    await journal.record(store.database, [entry('c', 1202)]);
    await subscription.ready;
    await journal.record(store.database, [entry('c', 1203)]);
    await after.reaches(1202);
    expect(after.numbers()).toEqual(Array.from({ length: 1202 }, (_, index) => index + 2));
  });

  it('resumes within the last hour only', async () => {
    await journal.record(store.database, [entry('c', 1)]);
    const [old] = await journal.history({ callback: 'c' });
    await journal.record(store.database, [entry('c', 2)]);
    await clock.advance(2 * 3_600_000);
    await journal.record(store.database, [entry('c', 3)]);
    await settled();
    const seen = collector();
    await journal.subscribe({ after: old?.id ?? '', onEvent: seen.onEvent }).ready;
    await seen.reaches(1);
    expect(seen.numbers()).toEqual([3]);
  });

  it('hears of events of other nodes', async () => {
    const activity = new Activity();
    const database = await Database.connect({ ...store, activity, log: silentLogger });
    const other = new Journal({ database, activity, clock, log: silentLogger });
    const seen = collector();
    await journal.subscribe({ onEvent: seen.onEvent }).ready;
    await other.record(database, [entry('c', 1)]);
    await seen.reaches(1);
    await database.close();
  });

  it('delivers each event exactly once while many are written at the same time', async () => {
    const seen = collector();
    await journal.subscribe({ onEvent: seen.onEvent }).ready;
    const late = collector();
    const writes = Array.from({ length: 300 }, (_, index) =>
      store.database.transaction((tx) => journal.record(tx, [entry('c', index)])),
    );
    const subscription = journal.subscribe({ after: '1-0', onEvent: late.onEvent });
    await Promise.all(writes);
    await subscription.ready;
    await seen.reaches(300);
    await late.reaches(300);
    const all = Array.from({ length: 300 }, (_, index) => index);
    expect(seen.numbers().sort((a, b) => Number(a) - Number(b))).toEqual(all);
    expect(late.numbers().sort((a, b) => Number(a) - Number(b))).toEqual(all);
  });
});

describe('the upkeep', () => {
  async function partitions(): Promise<unknown[]> {
    const rows = await store.database.query(
      `select relname as name from pg_class where relname like 'event\\_%' and relkind = 'r' order by relname`,
    );
    return rows.map(({ name }) => name);
  }

  it('makes the partitions of this month and the next two', async () => {
    expect(await partitions()).toEqual(['event_2026_05', 'event_2026_06', 'event_2026_07', 'event_default']);
    await journal.record(store.database, [entry('c', 1)]);
    expect(await store.database.query('select from event_2026_05')).toHaveLength(1);
  });

  it('moves events that came before their partition', async () => {
    await clock.advance(120 * 86_400_000);
    await journal.record(store.database, [entry('c', 1)]);
    expect(await store.database.query('select from event_default')).toHaveLength(1);
    await journal.upkeep();
    expect(await store.database.query('select from event_2026_09')).toHaveLength(1);
    expect(await store.database.query('select from event_default')).toHaveLength(0);
    expect(await journal.history({ callback: 'c' })).toHaveLength(1);
  });

  it('drops what is older than the retention', async () => {
    await journal.record(store.database, [entry('c', 1)]);
    await clock.advance(430 * 86_400_000);
    await journal.upkeep();
    expect(await partitions()).not.toContain('event_2026_05');
    expect(await partitions()).toContain('event_2027_07');
    expect(await journal.history({ callback: 'c' })).toEqual([]);
  });

  it('gives up when the journal is being read for long, and tries again', async () => {
    const reader = await openTransaction(async (tx) => void (await tx.query('select * from event')));
    await clock.advance(120 * 86_400_000);
    await journal.upkeep();
    expect(await partitions()).not.toContain('event_2026_09');
    await reader.end();
    await journal.upkeep();
    expect(await partitions()).toContain('event_2026_09');
  });
});
