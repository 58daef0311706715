import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock, silentLogger } from '../kernel/index.js';
import { type TestDatabase, testDatabase } from '../store/testing.js';
import type { JournalEvent } from './event.js';
import type { Follower, FollowerOptions } from './follower.js';
import { Journal } from './journal.js';

let store: TestDatabase;
let clock: ManualClock;
let journal: Journal;

beforeEach(async () => {
  store = await testDatabase();
  clock = new ManualClock(Date.UTC(2026, 4, 15, 12), store.activity);
  journal = new Journal({ ...store, clock, log: silentLogger });
  await journal.start();
  return () => journal.stop();
});

function record(number: number, type: 'callback.state' | 'call.ended' = 'callback.state'): Promise<void> {
  return journal.record(store.database, [{ at: clock.now(), type, callback: 'c', data: { number } }]);
}

/**
 * Waits until no transaction is left that is older than the events which there are. One in any database of the server
 * counts, those of other test files too; while there is one, a follower that begins is given these events as well.
 */
async function settled(): Promise<void> {
  const older = 'select from event where xid >= pg_snapshot_xmin(pg_current_snapshot()) limit 1';
  while ((await store.database.query(older)).length > 0);
}

/** Notes what it is given; resolves `reaches` when it has been given so many events. */
function notebook() {
  const numbers: unknown[] = [];
  let wanted = { count: Number.POSITIVE_INFINITY, resolve: () => {} };
  return {
    numbers,
    note: (events: readonly JournalEvent[]) => {
      numbers.push(...events.map((event) => event.number));
      if (numbers.length >= wanted.count) wanted.resolve();
    },
    reaches: (count: number) =>
      new Promise<void>((resolve) => {
        wanted = { count, resolve };
        if (numbers.length >= count) resolve();
      }),
  };
}

async function following(options: Partial<FollowerOptions> & Pick<FollowerOptions, 'handle'>): Promise<Follower> {
  const follower = journal.follower({ name: 'test', types: ['callback.state'], ...options });
  await follower.start();
  return follower;
}

describe('A follower of the journal', () => {
  it('is given the events of its types once, in order, from its first start on', async () => {
    await record(0);
    await settled();
    const notes = notebook();
    const follower = await following({ handle: async (_tx, events) => notes.note(events) });
    for (let number = 1; number <= 5; number += 1) await record(number);
    await record(6, 'call.ended');
    await record(7);
    await notes.reaches(6);
    await follower.stop();
    expect(notes.numbers).toEqual([1, 2, 3, 4, 5, 7]);
  });

  it('takes up what happened while it was stopped', async () => {
    const before = notebook();
    const first = await following({ handle: async (_tx, events) => before.note(events) });
    await record(1);
    await before.reaches(1);
    await first.stop();
    for (let number = 2; number <= 450; number += 1) await record(number);
    const after = notebook();
    const second = await following({ handle: async (_tx, events) => after.note(events) });
    await after.reaches(449);
    await second.stop();
    expect(after.numbers).toEqual(Array.from({ length: 449 }, (_, index) => index + 2));
  });

  it('does with its events what their transaction does: what is undone is handed over again', async () => {
    await store.database.query('create table done (number integer)');
    const notes = notebook();
    let broken = true;
    const follower = await following({
      handle: async (tx, events) => {
        for (const event of events) {
          await tx.query('insert into done select $1::int', [Number(event.number)]);
          if (event.number === 2 && broken) {
            broken = false;
            throw new Error('the second one breaks');
          }
        }
        tx.afterCommit(() => notes.note(events));
      },
    });
    await store.database.transaction(async (tx) => {
      const at = clock.now();
      await journal.record(
        tx,
        [1, 2, 3].map((number) => ({ at, type: 'callback.state', callback: 'c', data: { number } })),
      );
    });
    await notes.reaches(3);
    await follower.stop();
    const rows = await store.database.query<{ number: number }>('select number from done order by number');
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it('passes over an event that is refused by itself, and reports it', async () => {
    const notes = notebook();
    const follower = await following({
      handle: async (_tx, events) => {
        if (events.some((event) => event.number === 2)) throw new Error('never');
        notes.note(events);
      },
    });
    for (let number = 1; number <= 4; number += 1) await record(number);
    await notes.reaches(3);
    await follower.stop();
    expect(notes.numbers).toEqual([1, 3, 4]);
  });
});
