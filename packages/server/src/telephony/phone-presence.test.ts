import { beforeAll, beforeEach, expect, it } from 'vitest';
import { Activity, ManualClock, silentLogger } from '../kernel/index.js';
import { Database } from '../store/index.js';
import { type TestDatabase, testDatabase } from '../store/testing.js';
import { PhonePresence, type PhoneState } from './phone-presence.js';
import type { SwitchEvent } from './switch.js';

let store: TestDatabase;
const activity = new Activity();

beforeAll(async () => {
  store = await testDatabase({ activity });
});
beforeEach(() => store.database.query('truncate phone_presence'));

/** Nodes share the time. */
let at = Date.UTC(2026, 0, 5);

/** A node with a network of its own. */
async function node(database: Database = store.database) {
  const clock = new ManualClock(at, activity);
  let handler: (event: SwitchEvent) => void = () => undefined;
  const phones = new PhonePresence({
    database,
    switch: {
      subscribe: (heard) => {
        handler = heard;
        return () => {
          handler = () => undefined;
        };
      },
    },
    clock,
    activity,
    log: silentLogger,
  });
  const changes: string[] = [];
  phones.onChange((dn) => changes.push(`${dn} ${phones.state(dn)}`));
  await phones.start();
  async function report(device: string, state: PhoneState) {
    at += 1000;
    handler({ type: 'device', device, state, at });
    await activity.idle();
  }
  return { phones, changes, report };
}

it('knows what telephones do, and tells what changes', async () => {
  const { phones, changes, report } = await node();
  expect(phones.isOffline('2001')).toBe(false);
  for (const state of ['idle', 'ringing', 'ringing', 'busy', 'offline', 'idle'] as const) await report('2001', state);
  expect(changes).toEqual(['2001 idle', '2001 ringing', '2001 busy', '2001 offline', '2001 idle']);
  phones.stop();
});

it('remembers who is off, and stores nothing of what telephones do besides', async () => {
  const first = await node();
  await first.report('2001', 'ringing');
  await first.report('2002', 'offline');
  expect(await store.database.query('select dn, is_offline from phone_presence')).toEqual([
    { dn: '2002', is_offline: true },
  ]);
  first.phones.stop();
  const second = await node();
  expect([second.phones.state('2001'), second.phones.state('2002')]).toEqual([undefined, 'offline']);
  await second.report('2002', 'busy');
  expect(await store.database.query('select is_offline from phone_presence')).toEqual([{ is_offline: false }]);
  second.phones.stop();
});

it('tells the other nodes', async () => {
  const { connectionString } = store;
  const other = await Database.connect({ connectionString, log: silentLogger, activity });
  const one = await node();
  const two = await node(other);
  const heard = new Promise<string>((resolve) => two.phones.onChange(resolve));
  await one.report('2001', 'offline');
  expect(await heard).toBe('2001');
  expect(two.phones.isOffline('2001')).toBe(true);
  one.phones.stop();
  two.phones.stop();
  await other.close();
});

it('stores what it heard while the database was away, and believes it meanwhile', async () => {
  let isAway = true;
  let back: (available: boolean) => void = () => undefined;
  const { database } = store;
  const flaky = new Proxy(database, {
    get(target, member) {
      if (member === 'onAvailability') {
        return (handler: typeof back) => {
          back = handler;
          return () => undefined;
        };
      }
      const value: unknown = Reflect.get(target, member, target);
      if (member === 'query' && typeof value === 'function') {
        return (...values: unknown[]) =>
          isAway ? Promise.reject(new Error('away')) : (value.apply(target, values) as unknown); // as `query` has it
      }
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  isAway = false;
  const { phones, report } = await node(flaky);
  isAway = true;
  await report('2001', 'offline');
  expect(phones.isOffline('2001')).toBe(true);
  isAway = false;
  back(true);
  await activity.idle();
  expect(phones.isOffline('2001')).toBe(true);
  expect(await database.query('select dn from phone_presence')).toEqual([{ dn: '2001' }]);
  phones.stop();
});

it('takes telephones to be off that the network does not name', async () => {
  const first = await node();
  await first.report('2001', 'offline');
  await first.report('2001', 'idle');
  first.phones.stop();
  const { phones, report } = await node();
  await report('2002', 'ringing');
  phones.assumeOffline(['2001', '2002', '2003']);
  await activity.idle();
  expect(['2001', '2002', '2003'].map((dn) => phones.state(dn))).toEqual(['offline', 'ringing', 'offline']);
  phones.stop();
});
