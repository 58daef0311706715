import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Activity, DatabaseUnavailable, ManualClock, silentLogger } from '../kernel/index.js';
import type { Sql } from '../store/index.js';
import { type TestDatabase, testDatabase } from '../store/testing.js';
import { Lease } from './lease.js';

let store: TestDatabase;
let clock: ManualClock;
const leases: Lease[] = [];

beforeEach(async () => {
  store = await testDatabase({ activity: new Activity() });
  clock = new ManualClock(Date.UTC(2026, 4, 15), store.activity);
});

afterEach(async () => {
  for (const lease of leases.splice(0)) await lease.stop();
});

function lease(owner: string, database: Sql = store.database): { lease: Lease; heard: boolean[] } {
  const made = new Lease({ database, name: 'work', owner, clock, activity: store.activity, log: silentLogger });
  const heard: boolean[] = [];
  made.onChange((held) => heard.push(held));
  leases.push(made);
  return { lease: made, heard };
}

/** A database that can be taken away from one node. */
function fragile() {
  const link = { isCut: false };
  const database: Sql = {
    query: (statement, values) =>
      link.isCut ? Promise.reject(new DatabaseUnavailable()) : store.database.query(statement, values),
  };
  return { link, database };
}

describe('a lease', () => {
  it('has one owner, who keeps it by renewing', async () => {
    const a = lease('a');
    const b = lease('b');
    await a.lease.start();
    await b.lease.start();
    await clock.advance(60_000);
    expect([a.lease.fence, b.lease.fence]).toEqual([1, undefined]);
    expect([a.heard, b.heard]).toEqual([[true], []]);
  });

  it('goes at once to another node when it is given back, with a larger fence', async () => {
    const a = lease('a');
    const b = lease('b');
    await a.lease.start();
    await b.lease.start();
    await a.lease.stop();
    await clock.advance(1500);
    expect([a.lease.fence, b.lease.fence]).toEqual([undefined, 2]);
  });

  it('goes to another node within 5 s when its owner is gone', async () => {
    const { link, database } = fragile();
    const a = lease('a', database);
    const b = lease('b');
    await a.lease.start();
    await b.lease.start();
    await clock.advance(1500);
    link.isCut = true;
    await clock.advance(4000);
    expect(b.lease.fence).toBeUndefined();
    await clock.advance(1000);
    expect([a.lease.fence, b.lease.fence]).toEqual([undefined, 2]);
    expect(a.heard).toEqual([true, false]);
    link.isCut = false;
    await clock.advance(60_000);
    expect([a.lease.fence, b.lease.fence]).toEqual([undefined, 2]);
  });

  it('survives an interruption shorter than its term', async () => {
    const { link, database } = fragile();
    const a = lease('a', database);
    await a.lease.start();
    link.isCut = true;
    await clock.advance(3100);
    expect(a.lease.fence).toBe(1);
    link.isCut = false;
    await clock.advance(60_000);
    expect([a.lease.fence, a.heard]).toEqual([1, [true]]);
  });

  it('is taken at once by a new process of the same name, and the old one does not take it back', async () => {
    const dead = lease('alone');
    await dead.lease.start();
    const next = lease('alone');
    await next.lease.start();
    expect(next.lease.fence).toBe(2);
    await clock.advance(60_000);
    expect([dead.lease.fence, next.lease.fence]).toEqual([undefined, 2]);
    expect(dead.heard).toEqual([true, false]);
  });

  it('is looked at anew when its owner doubts', async () => {
    const a = lease('a');
    await a.lease.start();
    await store.database.query(`update lease set owner = 'b', fence = 9`);
    a.lease.doubt();
    await store.activity.idle();
    expect([a.lease.fence, a.heard]).toEqual([undefined, [true, false]]);
  });
});
