import { beforeAll, beforeEach, expect, it } from 'vitest';
import { Activity, newId, silentLogger } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { testDatabase } from '../store/testing.js';
import type { CallJournalEntry } from './call-journal.js';
import type { HeardEvent } from './leg-inbox.js';
import { type CallStore, LegNews } from './leg-news.js';
import { OF_IDS, toLeg } from './leg-statements.js';
import { listLegs, storeIntent } from './leg-store.js';

let database: Database;

beforeAll(async () => {
  ({ database } = await testDatabase());
});
beforeEach(() => database.query('truncate leg, bridge'));

/** Legs that are intended, and the news of them as they are stored. */
async function scene(count: number) {
  const ids = Array.from({ length: count }, (_, index) => `${index}-${newId()}`);
  for (const legId of ids) {
    const numbers = { callId: legId, number: '1', from: '2', timeoutMs: 1000 };
    await storeIntent(database, { legId, role: 'customer', ...numbers, callProgress: false }, 'life', 0);
  }
  const journal: CallJournalEntry[] = [];
  const commits: string[] = [];
  const store: CallStore = {
    query: (statement, values) => database.query(statement, values),
    transaction: (work) =>
      database.transaction(async (tx) => {
        const done = await work(tx);
        tx.afterCommit(() => commits.push('commit'));
        return done;
      }),
  };
  const news = new LegNews({
    ...{ database: store, activity: new Activity(), log: silentLogger, life: 'life', arrival: (event) => event },
    journal: {
      record: async (tx, entries) => void ('afterCommit' in tx && tx.afterCommit(() => journal.push(...entries))),
    },
    leftAlone: () => undefined,
  });
  const legs = async () =>
    (await listLegs(database, OF_IDS, [ids])).sort((a, b) => Number.parseInt(a.id, 10) - Number.parseInt(b.id, 10));
  return { ids, journal, commits, news, legs };
}

function way(legId: string): HeardEvent[] {
  return [
    { type: 'leg', legId, at: 1000, state: 'dialing' },
    { type: 'leg', legId, at: 2000, state: 'answered' },
    { type: 'leg', legId, at: 3000, state: 'ended', cause: 'normal' },
  ];
}

it('news of many legs share a transaction, each leg with all of its states, entries and handlers', async () => {
  const { ids, journal, commits, news, legs } = await scene(30);
  const told: string[] = [];
  news.changeHandlers.push(async (tx, { leg, previous }) =>
    tx.afterCommit(() => told.push(`${leg.id} ${previous.state}`)),
  );
  await Promise.all(ids.map((legId) => news.store(legId, way(legId))));
  expect(commits).toHaveLength(1);
  for (const leg of await legs()) {
    expect(leg).toMatchObject({ state: 'ended', cause: 'normal', dialedAt: 1000, answeredAt: 2000, endedAt: 3000 });
    expect(journal.filter(({ call }) => call === leg.id).map(({ type }) => type)).toEqual([
      'call.dialing',
      'call.answered',
      'call.ended',
    ]);
    expect(told.filter((line) => line.startsWith(leg.id))).toEqual(
      ['intended', 'dialing', 'answered'].map((state) => `${leg.id} ${state}`),
    );
  }
});

it('a leg for which a handler has a statement is stored alone, with it, and once', async () => {
  const { ids, journal, commits, news, legs } = await scene(6);
  const concerned = new Set([ids[1], ids[4]]);
  const seen: string[] = [];
  news.changeHandlers.push(async (tx, { leg }) => {
    if (!concerned.has(leg.id)) return;
    const [row] = await tx.query<{ state: string }>('select state from leg where id = $1', [leg.id]);
    tx.afterCommit(() => seen.push(`${leg.id} ${row?.state}`));
  });
  await Promise.all(ids.map((legId) => news.store(legId, way(legId).slice(0, 2))));
  expect(commits).toHaveLength(3);
  expect(seen.sort()).toEqual([...concerned].flatMap((id) => [`${id} answered`, `${id} dialing`]).sort());
  commits.length = 0;
  await Promise.all(ids.map((legId) => news.store(legId, way(legId).slice(2))));
  expect(commits).toHaveLength(3);
  expect((await legs()).map(({ state }) => state)).toEqual(ids.map(() => 'ended'));
  expect(journal.filter(({ type }) => type === 'call.ended')).toHaveLength(6);
});

it('a leg that cannot be stored does not keep the others from it', async () => {
  const { ids, journal, news, legs } = await scene(4);
  news.changeHandlers.push(async (_tx, { leg }) => {
    if (leg.id === ids[2]) throw new Error('A handler fails.');
  });
  const outcomes = await Promise.allSettled(ids.map((legId) => news.store(legId, way(legId))));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect((await legs()).map(({ state }) => state)).toEqual(['ended', 'ended', 'intended', 'ended']);
  expect(journal).toHaveLength(9);
});

it('what follows a commit does not follow the attempt to store legs together', async () => {
  const { ids, news } = await scene(2);
  const followed: string[] = [];
  news.changeHandlers.push(async (tx, { leg }) => {
    tx.afterCommit(() => followed.push(leg.state));
    await tx.query('select 1');
  });
  await Promise.all(ids.map((legId) => news.store(legId, way(legId).slice(0, 1))));
  expect(followed).toEqual(['dialing', 'dialing']);
});

it('an inbound call, a leg that nobody asked for and the last one of a bridge are stored among the others', async () => {
  const { ids, journal, news, legs } = await scene(2);
  const inbound = 'asterisk:pbx:1';
  const arrival: HeardEvent = { type: 'inbound', legId: inbound, from: '5', to: '6', at: 1000 };
  await Promise.all([
    ...ids.map((legId) => news.store(legId, way(legId).slice(0, 2))),
    news.store(inbound, [arrival]),
    news.store('nobody', way('nobody')),
  ]);
  expect((await legs()).map(({ state }) => state)).toEqual(['answered', 'answered']);
  expect((await listLegs(database, OF_IDS, [[inbound, 'nobody']])).map(({ id, state }) => [id, state])).toEqual([
    [inbound, 'ringing'],
  ]);
  await database.query(`insert into bridge values ('b', true)`);
  const [row] = await database.query<Parameters<typeof toLeg>[0]>(
    `update leg set bridge_id = 'b' where id = $1 returning *`,
    [ids[0] ?? ''],
  );
  expect(row && toLeg(row).bridgeId).toBe('b');
  await Promise.all(ids.map((legId) => news.store(legId, way(legId).slice(2))));
  expect(await database.query('select id from bridge')).toEqual([]);
  expect(journal.filter(({ type }) => type === 'call.ended')).toHaveLength(2);
});
