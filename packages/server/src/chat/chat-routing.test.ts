import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ManualClock, silentLogger } from '../kernel/index.js';
import { Database } from '../store/index.js';
import { type TestDatabase, testDatabase } from '../store/testing.js';
import type { ChatClient } from './chat-record.js';
import { ChatRouting } from './chat-routing.js';
import { Chats } from './chats.js';
import type { ChatAgent } from './offer.js';

const T0 = Date.UTC(2026, 0, 5, 9);
/** For what another node hears. */
const PATIENCE = { timeout: 20_000 };
const CUSTOMER: ChatClient = {
  ...{ nickname: 'Grace', firstName: 'Grace', lastName: '', email: '', subject: '', comet: false, verbose: false },
};

let store: TestDatabase;
let clock: ManualClock;
let next = 0;

beforeAll(async () => {
  store = await testDatabase();
  clock = new ManualClock(T0, store.activity);
});

interface Node {
  chats: Chats;
  /** Which chats have changed, as this node has heard. */
  heard: string[];
  /** An agent becomes ready, or is not ready any more. */
  change(agent: string, isReady: boolean): void;
  /** Offers nothing any more. */
  stop(): Promise<void>;
}

/** A node of a cluster on the database of the tests, until the end of the test. */
async function node(agents: ChatAgent[] = []): Promise<Node> {
  const { connectionString, activity } = store;
  const database = await Database.connect({ connectionString, activity, log: silentLogger, maxConnections: 3 });
  const ground = { database, clock, activity, log: silentLogger };
  const chats = new Chats({
    ...ground,
    notifications: { isEnabled: () => false, publish: async () => [] },
    service: () => ({}),
    nicknameOf: (agent) => agent,
    show: () => ({}),
  });
  await chats.start();
  const heard: string[] = [];
  chats.onChange((chat, concerned) => heard.push(`${chat} ${concerned.join(' ')}`));
  let tell = (_agent: string, _isReady: boolean) => {};
  const staff = {
    ready: async () => agents,
    onReady: (handler: (agent: string, isReady: boolean) => void) => {
      tell = handler;
      return () => {};
    },
  };
  const routing = new ChatRouting({ ...ground, chats, staff, offerMs: () => 30_000 });
  await routing.start();
  onTestFinished(async () => {
    for (const { id } of await chats.list(['waiting', 'talking'])) {
      await chats.client(id, {}, (party) => ({ type: 'leave', party }));
    }
    await routing.stop();
    await chats.stop();
    await database.close();
  });
  return { chats, heard, change: (agent, isReady) => tell(agent, isReady), stop: () => routing.stop() };
}

async function customer(chats: Chats): Promise<string> {
  next += 1;
  await chats.open(`c${next}`, 'help', undefined, CUSTOMER);
  await store.activity.idle();
  return `c${next}`;
}

const agent = (id: string, most = 1): ChatAgent => ({ id, most, readySince: 0 });
const offeredTo = async (chats: Chats, id: string) => (await chats.get(id))?.offeredTo;

describe('chats that wait', () => {
  it('are offered by whichever node, which all nodes hear; each agent once', async () => {
    const agents = [agent('a'), agent('b')];
    const nodes = [await node(agents), await node(agents)] as const;
    const ids = await Promise.all(
      nodes.map(async ({ chats }, index) => {
        next += 1;
        const id = `n${next}-${index}`;
        await chats.open(id, 'help', undefined, CUSTOMER);
        return id;
      }),
    );
    await store.activity.idle();
    const asked = await Promise.all(ids.map((id) => offeredTo(nodes[0].chats, id)));
    expect(asked.toSorted()).toEqual(['a', 'b']);
    const expected = ids.map((id, index) => `${id} ${asked[index]}`);
    for (const { heard } of nodes)
      await vi.waitFor(() => expect(heard.toSorted()).toEqual(expected.toSorted()), PATIENCE);
  });

  it('are taken by one agent alone', async () => {
    const [one, other] = [await node([agent('a')]), await node([agent('a')])];
    const id = await customer(one.chats);
    const outcomes = await Promise.allSettled([one.chats.accept(id, 'a'), other.chats.accept(id, 'a')]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((await one.chats.get(id))?.conversation.parties).toHaveLength(2);
    await expect(one.chats.decline(id, 'a')).rejects.toMatchObject({ code: 'not-offered' });
  });

  it('are looked after at once when an agent comes or goes, and again when nobody is there', async () => {
    const agents: ChatAgent[] = [];
    const { chats, change } = await node(agents);
    const id = await customer(chats);
    expect(await offeredTo(chats, id)).toBeUndefined();
    agents.push(agent('a'));
    change('a', true);
    await store.activity.idle();
    expect(await offeredTo(chats, id)).toBe('a');
    agents.pop();
    change('a', false);
    await store.activity.idle();
    expect(await offeredTo(chats, id)).toBeUndefined();
    agents.push(agent('a'));
    await clock.advance(5_000);
    expect(await offeredTo(chats, id)).toBe('a');
  });

  it('are offered still by the next process', async () => {
    const first = await node([agent('a')]);
    const id = await customer(first.chats);
    await first.stop();
    const second = await node([agent('b')]);
    expect(await offeredTo(second.chats, id)).toBe('a');
    await clock.advance(29_999);
    expect(await offeredTo(second.chats, id)).toBe('a');
    await clock.advance(1);
    expect(await offeredTo(second.chats, id)).toBe('b');
  });
});
