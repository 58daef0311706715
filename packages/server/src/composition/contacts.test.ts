import { expect, it } from 'vitest';
import type { ContactEvent, ContactLinks } from '../context/index.js';
import { ManualClock, silentLogger } from '../kernel/index.js';
import { Journal, type JournalEntry } from '../reporting/index.js';
import { testDatabase } from '../store/testing.js';
import { followContacts } from './contacts.js';

const AT = Date.parse('2026-03-02T10:00:00Z');

it('tells of callbacks, of calls that arrive and of calls that are placed, but not of agents and calls of callbacks', async () => {
  const store = await testDatabase();
  const journal = new Journal({ ...store, clock: new ManualClock(AT, store.activity), log: silentLogger });
  await journal.start();
  const told: ContactEvent[] = [];
  let heardAll = () => {};
  const all = new Promise<void>((resolve) => {
    heardAll = resolve;
  });
  // Only this one function is asked of them.
  const links = {
    follow: async (_tx: unknown, events: readonly ContactEvent[]) => {
      told.push(...events);
      if (told.some(({ type }) => type === 'ended')) heardAll();
    },
  } as unknown as ContactLinks;
  const follower = followContacts(journal, links);
  await follower.start();
  const call = (
    type: JournalEntry['type'],
    id: string,
    data: JournalEntry['data'],
    callback?: string,
  ): JournalEntry => ({
    ...{ at: AT, type, call: id, callback, data: { leg: `${id}-leg`, ...data } },
  });
  await journal.record(store.database, [
    { at: AT, type: 'callback.accepted', callback: 'cb', data: { service: 'S', number: '555', state: 'QUEUED' } },
    call('call.dialing', 'of-callback', { role: 'customer', number: '555', from: '1' }, 'cb'),
    { at: AT, type: 'callback.state', callback: 'cb', data: { state: 'ROUTING' } },
    call('call.ringing', 'arrives', { role: 'inbound', number: '8999', from: '666' }),
    call('call.dialing', 'agent', { role: 'agent', number: '2001', from: '666' }),
    call('call.dialing', 'placed', { role: 'customer', number: '777', from: '8000' }),
    call('call.ended', 'placed', { role: 'customer', number: '777', from: '8000', progress: 'busy' }),
  ]);
  await all;
  await follower.stop();
  journal.stop();
  expect(told).toMatchObject([
    { type: 'began', contact: { kind: 'callback', id: 'cb', number: '555' }, state: 'QUEUED' },
    { type: 'entered', contact: { kind: 'callback', id: 'cb' }, state: 'ROUTING' },
    { type: 'began', contact: { kind: 'call', id: 'arrives', number: '666', about: { direction: 'inbound' } } },
    { type: 'began', contact: { kind: 'call', id: 'placed', number: '777', about: { direction: 'outbound' } } },
    { type: 'ended', contact: { kind: 'call', id: 'placed' }, reason: 'busy' },
  ]);
});
