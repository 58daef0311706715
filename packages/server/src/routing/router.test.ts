import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseUnavailable } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import type { RoutingDatabase } from './agents.js';
import { RoutingWorld, type TestNode } from './testing.js';

let world: RoutingWorld;
let node: TestNode;

beforeEach(async () => {
  world = await RoutingWorld.open();
  node = await world.node();
});

afterEach(() => world.close());

async function row(id: string): Promise<Record<string, unknown> | undefined> {
  const [found] = await world.database.query('select * from route_request where id = $1', [id]);
  return found;
}

describe('a request', () => {
  it('gets the agent who is ready, with the reasons, in one transaction with its handlers', async () => {
    world.configuration.putAgent('b', { groups: ['Sales'] });
    world.configuration.putAgent('a', { dbid: 100, dn: '2001' });
    await world.ready(node, 'a');
    await world.clock.advance(2000);
    let seen: unknown;
    node.onSelected = async (tx) => {
      [seen] = await tx.query('select state, agent from route_request where id = $1', ['r1']);
    };
    await world.submit(node, 'r1', { callback: 'cb', session: 's', interaction: 'ixn' });
    expect(seen).toEqual({ state: 'selected', agent: 'a' });
    expect(node.decisions).toMatchObject([
      {
        request: { id: 'r1', callback: 'cb', session: 's', interaction: 'ixn', virtualQueue: 'SupportVQ' },
        agent: { id: 'a', dn: '2001', dbid: 100 },
        target: 'Support@.GA',
        why: {
          waitedSeconds: 0,
          position: 1,
          agent: { agent: 'a', idleSeconds: 2 },
          others: [{ agent: 'b', reason: 'not-in-group' }],
        },
      },
    ]);
    expect(await node.agents.state('a')).toMatchObject({ state: 'reserved', request: 'r1' });
    expect(world.entries.slice(-2)).toMatchObject([
      {
        type: 'route.decision',
        callback: 'cb',
        session: 's',
        call: 'ixn',
        agent: 'a',
        data: { request: 'r1', virtualQueue: 'SupportVQ', outcome: 'selected', target: 'Support@.GA', why: {} },
      },
      { type: 'agent.state', agent: 'a', data: { state: 'reserved', previous: 'ready', request: 'r1' } },
    ]);
  });

  it('waits for its turn: priority, then arrival', async () => {
    await world.submit(node, 'second', { arrival: world.clock.now() - 1000 });
    await world.submit(node, 'third');
    await world.submit(node, 'first', { priority: 1 });
    expect(await node.router.query('third')).toMatchObject({ position: 3, total: 3, priority: 0 });
    await world.ready(node, 'a', 'b');
    expect(world.served(node)).toEqual(['first>a', 'second>b']);
    expect(await node.router.query('third')).toMatchObject({ position: 1, total: 1 });
    expect(await node.router.query('first')).toBeUndefined();
  });

  it('is submitted once, however often its id is repeated', async () => {
    await world.submit(node, 'r1', { priority: 1 });
    await world.submit(node, 'r1', { priority: 9 });
    expect(await node.router.query('r1')).toMatchObject({ total: 1, priority: 1 });
    await world.ready(node, 'a', 'b');
    await world.submit(node, 'r1');
    expect(world.served(node)).toEqual(['r1>a']);
  });

  it('does not exist when its transaction fails', async () => {
    await world.ready(node, 'a');
    const failing = world.change(node, async (tx) => {
      await node.router.submit(tx, world.request('r1'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await world.activity.idle();
    expect(node.decisions).toEqual([]);
  });

  it.each([
    [{ to: 'Nobody@GA' }, 'no-targets'],
    [{ to: 'nobody@A,Nowhere@.Q,9@.DN' }, 'no-targets'],
    [{ targets: [] }, 'no-targets'],
    [{ priority: 1.5 }, 'invalid-parameter'],
    [{ reservationMs: Number.NaN }, 'invalid-parameter'],
    [{ arrival: Number.POSITIVE_INFINITY }, 'invalid-parameter'],
  ])('of %j is refused before anything is stored: %s', async (change, code) => {
    world.configuration.putAgent('a');
    await world.change(node, async (tx) => {
      await expect(node.router.submit(tx, world.request('r1', change))).rejects.toMatchObject({ code });
      await node.router.submit(tx, world.request('r2'));
    });
    expect(await node.router.query('r2')).toMatchObject({ total: 1 });
  });

  it('may name whomever it likes while no agent is configured', async () => {
    await world.submit(node, 'r1', { to: 'Later@GA' });
    world.configuration.putAgent('a', { groups: ['Later'] });
    await world.ready(node, 'a');
    expect(world.served(node)).toEqual(['r1>a']);
  });

  it('can be held back, changed and cancelled while it waits', async () => {
    const { router } = node;
    await world.submit(node, 'held', { selectable: false });
    await world.submit(node, 'gone');
    await world.submit(node, 'paused', { paused: true });
    expect(await world.change(node, (tx) => router.cancel(tx, 'gone'))).toBe(true);
    expect(await world.change(node, (tx) => router.cancel(tx, 'gone'))).toBe(false);
    await world.ready(node, 'a', 'b');
    expect(node.decisions).toEqual([]);
    await world.change(node, (tx) => router.update(tx, 'paused', { priority: 7 }));
    expect(await router.query('paused')).toMatchObject({ position: 1, priority: 7 });
    await world.change(node, (tx) => router.update(tx, 'held', { selectable: true }));
    await world.change(node, (tx) => router.update(tx, 'paused', { paused: false }));
    expect(world.served(node)).toEqual(['held>a', 'paused>b']);
    expect(await world.change(node, (tx) => router.update(tx, 'held', { priority: 1 }))).toBe(false);
    expect(await world.change(node, (tx) => router.cancel(tx, 'held'))).toBe(false);
  });

  it('gets new targets, whose steps begin anew', async () => {
    world.configuration.putAgent('s', { groups: ['Sales'] });
    await world.ready(node, 's');
    await world.submit(node, 'r1');
    await world.clock.advance(60_000);
    const { targets } = world.request('x', { to: `[{'target':'Support@GA','timeout':10},{'target':'Sales@GA'}]` });
    await world.change(node, (tx) => node.router.update(tx, 'r1', { targets }));
    await world.clock.advance(9_999);
    expect(node.decisions).toEqual([]);
    await world.clock.advance(1);
    expect(world.served(node)).toEqual(['r1>s']);
  });

  it('times out, with the reasons why nobody served', async () => {
    world.configuration.putAgent('a');
    await node.agents.login('a');
    await world.submit(node, 'r1', { timeoutAt: world.clock.now() + 5000 });
    await world.clock.advance(4999);
    expect(node.timeouts).toEqual([]);
    await world.clock.advance(1);
    expect(node.timeouts).toMatchObject([{ id: 'r1' }]);
    expect(world.entriesOf('route.decision')).toMatchObject([
      { request: 'r1', outcome: 'timed-out', why: { waitedSeconds: 5, others: [{ agent: 'a', reason: 'not-ready' }] } },
    ]);
    await world.ready(node, 'a');
    expect(node.decisions).toEqual([]);
  });

  it('with no time to wait gets an agent who is ready, and otherwise times out at once', async () => {
    await world.ready(node, 'a');
    await world.submit(node, 'r1', { timeoutAt: world.clock.now() });
    await world.submit(node, 'r2', { timeoutAt: world.clock.now() });
    expect(world.served(node)).toEqual(['r1>a']);
    expect(node.timeouts.map(({ id }) => id)).toEqual(['r2']);
  });

  it('can be given a time limit, or none, later', async () => {
    await world.submit(node, 'r1', { timeoutAt: world.clock.now() + 1000 });
    await world.submit(node, 'r2');
    await world.change(node, (tx) => node.router.update(tx, 'r1', { timeoutAt: null }));
    await world.change(node, (tx) => node.router.update(tx, 'r2', { timeoutAt: world.clock.now() + 2000 }));
    await world.clock.advance(10_000);
    expect(node.timeouts.map(({ id }) => id)).toEqual(['r2']);
  });

  it('is found by its session, interaction and queue while it waits', async () => {
    await world.submit(node, 'r1', { session: 's', interaction: 'i1' });
    await world.submit(node, 'r2', { session: 's', interaction: 'i2', virtualQueue: 'Other' });
    await world.submit(node, 'r3', { session: 't' });
    const find = (...filter: [string | null, string | null]) => node.router.requestsOf(world.database, 's', ...filter);
    expect(await find(null, null)).toEqual(['r1', 'r2']);
    expect(await find('i2', null)).toEqual(['r2']);
    expect(await find(null, 'SupportVQ')).toEqual(['r1']);
    expect(await find('i1', 'Other')).toEqual([]);
  });
});

describe('a reservation', () => {
  it('ends by itself, and the agent serves the next request', async () => {
    await world.ready(node, 'a');
    await world.submit(node, 'r1', { reservationMs: 3000 });
    await world.submit(node, 'r2');
    await world.clock.advance(2999);
    expect(world.served(node)).toEqual(['r1>a']);
    await world.clock.advance(1);
    expect(node.expired).toEqual(['r1']);
    expect(world.served(node)).toEqual(['r1>a', 'r2>a']);
    expect(await row('r1')).toMatchObject({ state: 'expired' });
  });

  it('is kept by the call that follows it', async () => {
    await world.ready(node, 'a');
    await world.submit(node, 'r1', { reservationMs: 3000 });
    await world.change(node, (tx) => node.agents.offered(tx, 'a', 'leg'));
    await world.clock.advance(10_000);
    expect(node.expired).toEqual([]);
    expect(await node.agents.state('a')).toMatchObject({ state: 'busy', request: 'r1' });
  });

  it('can be given back', async () => {
    await world.ready(node, 'a');
    await world.submit(node, 'r1');
    const release = () => world.change(node, (tx) => node.router.release(tx, 'r1'));
    expect(await release()).toBe(true);
    expect(await release()).toBe(false);
    expect((await node.agents.state('a')).state).toBe('ready');
    expect(await row('r1')).toMatchObject({ state: 'released' });
  });
});

describe('the router', () => {
  it('follows the configuration at once', async () => {
    world.configuration.putAgent('a', { groups: [] });
    world.configuration.putAgent('b', { groups: [] });
    await world.ready(node, 'a', 'b');
    await world.submit(node, 'r1', { to: '?:billing>5@GA' });
    await world.submit(node, 'r2', { to: 'SalesVQ@.Q,Support@GA' });
    expect(node.decisions).toEqual([]);
    world.configuration.putAgent('b', { groups: [], skills: { billing: 6 } });
    await world.activity.idle();
    expect(world.served(node)).toEqual(['r1>b']);
    world.configuration.queues.set('SalesVQ', { options: { targets: 'a@A' } });
    world.configuration.changed('virtual-queues', 'SalesVQ');
    await world.activity.idle();
    expect(world.served(node)).toEqual(['r1>b', 'r2>a']);
  });

  it('estimates the wait from what it has seen', async () => {
    expect(node.router.ewt('SupportVQ')).toBe(10_000);
    await world.ready(node, 'a');
    expect(node.router.ewt('SupportVQ', world.request('x').targets)).toBe(0);
    await world.submit(node, 'r0');
    await world.submit(node, 'r1');
    await world.submit(node, 'r2');
    expect((await node.router.query('r1'))?.ewtSeconds).toBeCloseTo(240);
    expect((await node.router.query('r2'))?.ewtSeconds).toBeCloseTo(480);
    expect(node.router.ewt('SupportVQ')).toBeCloseTo(720);
    await world.talk(node, 'a', 'leg0', 30_000);
    await node.agents.wrapDone('a');
    await world.activity.idle();
    expect(world.served(node)).toEqual(['r0>a', 'r1>a']);
    // 240 s with the (slightly faded) weight of 20 calls, and one of 30 s.
    expect((await node.router.query('r2'))?.ewtSeconds).toBeCloseTo((240 * 19.98 + 30) / 20.98, 1);
    const again = await restarted();
    expect((await again.router.query('r2'))?.ewtSeconds).toBeCloseTo((240 * 19.98 + 30) / 20.98, 1);
    await again.agents.logout('a');
    await world.change(again, (tx) => again.router.release(tx, 'r1'));
    expect((await again.router.query('r2'))?.ewtSeconds).toBe(10_000);
  });

  it('undoes a selection whose handler fails, serves the others, and tries again later', async () => {
    let failures = 2;
    node.onSelected = async (tx, { request }) => {
      await tx.query(`update route_request set target = 'touched' where id = $1`, [request.id]);
      if (request.id === 'bad' && failures-- > 0) throw new Error('the application is away');
    };
    await world.submit(node, 'bad');
    await world.submit(node, 'good');
    await world.ready(node, 'a');
    expect(world.served(node)).toEqual(['good>a']);
    expect(await row('bad')).toMatchObject({ state: 'waiting', target: null });
    await world.ready(node, 'b');
    await world.clock.advance(999);
    expect((await node.agents.state('b')).state).toBe('ready');
    await world.clock.advance(1);
    expect(world.served(node)).toEqual(['good>a']);
    await world.clock.advance(2000);
    expect(world.served(node)).toEqual(['good>a', 'bad>b']);
  });

  it('does not let a failing end of a reservation hold up the others', async () => {
    let fails = true;
    node.router.onReservationExpired(async () => {
      if (fails) throw new Error('no');
    });
    await world.ready(node, 'a', 'b');
    await world.submit(node, 'r1', { reservationMs: 1000 });
    await world.clock.advance(1000);
    await world.submit(node, 'r2');
    expect(world.served(node)).toEqual(['r1>a', 'r2>b']);
    fails = false;
    await world.clock.advance(1000);
    expect((await node.agents.state('a')).state).toBe('ready');
  });

  it('reads the database again when it was told wrong or nothing', async () => {
    await world.ready(node, 'a');
    await world.database.query(`update agent_state set state = 'not-ready', version = version + 1`);
    await world.submit(node, 'r1');
    expect(node.decisions).toEqual([]);
    await world.database.query(`update agent_state set state = 'ready', idle_since = since, version = version + 1`);
    await world.clock.advance(5000);
    expect(world.served(node)).toEqual(['r1>a']);
  });

  it('serves 64 requests submitted at once by 20 agents, each agent once, the rest when they are free', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `a${i}`);
    await world.ready(node, ...ids);
    await Promise.all(
      Array.from({ length: 64 }, (_, i) =>
        world.database.transaction((tx) => node.router.submit(tx, world.request(`r${i}`))),
      ),
    );
    await world.activity.idle();
    expect(new Set(node.decisions.map(({ agent }) => agent.id)).size).toBe(20);
    expect(node.decisions).toHaveLength(20);
    for (let round = 0; node.decisions.length < 64; round += 1) {
      const busy = (await node.agents.states()).filter(({ state }) => state === 'reserved');
      for (const { id } of busy) await world.talk(node, id, `leg-${round}-${id}`);
      await Promise.all(busy.map(({ id }) => node.agents.wrapDone(id)));
      await world.activity.idle();
    }
    expect(new Set(node.decisions.map(({ request }) => request.id)).size).toBe(64);
  });

  it('deletes what is long past, and only that', async () => {
    await world.submit(node, 'old');
    await world.change(node, (tx) => node.router.cancel(tx, 'old'));
    await world.clock.advance(10_000);
    await world.submit(node, 'waits');
    await world.submit(node, 'new');
    await world.change(node, (tx) => node.router.cancel(tx, 'new'));
    expect(await node.router.purge(world.clock.now())).toBe(1);
    expect(await row('old')).toBeUndefined();
    expect(await row('new')).toBeDefined();
    expect(await row('waits')).toBeDefined();
  });
});

/** The process dies without a word, and another one of the same name starts. */
async function restarted(): Promise<TestNode> {
  return world.node('alone', { database: await world.otherProcess() });
}

describe('after a crash', () => {
  it('the line, the agents and the reservations are as they were', async () => {
    await world.ready(node, 'a', 'b');
    await world.submit(node, 'r1');
    await world.submit(node, 'held', { selectable: false, priority: 3 });
    await world.submit(node, 'waits', { to: '?:billing>5@GA' });
    const next = await restarted();
    expect(await next.router.query('waits')).toMatchObject({ position: 2, total: 2 });
    await world.submit(next, 'r2');
    expect(world.served(next)).toEqual(['r2>b']);
    expect(await next.agents.state('a')).toMatchObject({ state: 'reserved', request: 'r1' });
  });

  it('what was due meanwhile is done at once', async () => {
    await world.ready(node, 'a');
    await world.submit(node, 'r1', { reservationMs: 1000 });
    await world.submit(node, 'late', { timeoutAt: world.clock.now() + 1000, to: 'Support@GA', selectable: false });
    await world.submit(node, 'next');
    await node.router.stop();
    await world.clock.advance(60_000);
    const next = await restarted();
    await world.activity.idle();
    expect(next.expired).toEqual(['r1']);
    expect(world.served(next)).toEqual(['next>a']);
    expect(next.timeouts.map(({ id }) => id)).toEqual(['late']);
  });

  it('a selection whose commit was not answered counts if it happened', async () => {
    await node.router.stop();
    let isCut = false;
    const unsure = (database: Database): RoutingDatabase => ({
      query: (statement, values) => database.query(statement, values),
      listen: (channel, handler) => database.listen(channel, handler),
      signal: (channel, payload) => database.signal(channel, payload),
      onAvailability: (handler) => database.onAvailability(handler),
      transaction: async (work) => {
        if (!isCut) return database.transaction(work);
        isCut = false;
        // The commit happens, but neither its answer nor what follows it reaches the router.
        await database.transaction((tx) =>
          work({ query: (...args) => tx.query(...args), afterCommit: () => undefined }),
        );
        throw new DatabaseUnavailable();
      },
    });
    const next = await world.node('next', { through: unsure });
    await world.ready(next, 'a', 'b');
    isCut = true;
    await world.submit(next, 'r1');
    expect(isCut).toBe(false);
    await world.submit(next, 'r2');
    await world.clock.advance(5000);
    expect(await row('r1')).toMatchObject({ state: 'selected', agent: 'a' });
    expect(world.served(next)).toEqual(['r2>b']);
  });
});

describe('in a cluster', () => {
  it('one node decides, about what any node submits and about agents of any node', async () => {
    const other = await world.node('other', { database: await world.otherProcess() });
    expect([node.router.isOwner, other.router.isOwner]).toEqual([true, false]);
    const selected = new Promise<string>((resolve) => {
      node.router.onSelected(async (tx, { request, agent }) =>
        tx.afterCommit(() => resolve(`${request.id}>${agent.id}`)),
      );
    });
    await world.submit(other, 'r1');
    await world.ready(other, 'a');
    expect(await selected).toBe('r1>a');
    expect(other.decisions).toEqual([]);
  });

  it('the others answer about the line and take over within 5 s', async () => {
    const other = await world.node('other', { database: await world.otherProcess() });
    await world.submit(node, 'r1', { priority: 1 });
    await world.submit(other, 'r2');
    expect(await other.router.query('r1')).toMatchObject({ position: 1 });
    await world.clock.advance(1500);
    expect(await other.router.query('r2')).toMatchObject({ position: 2, total: 2 });
    await abandon();
    await world.clock.advance(5000);
    expect(other.router.isOwner).toBe(true);
    await world.ready(other, 'a');
    expect(world.served(other)).toEqual(['r1>a']);
    expect(node.decisions).toEqual([]);
  });

  it('a node that has lost the lease without noticing cannot decide any more', async () => {
    await world.submit(node, 'r1');
    await world.database.query(`update lease set owner = 'other', fence = fence + 1`);
    await world.ready(node, 'a');
    expect(node.decisions).toEqual([]);
    expect(await row('r1')).toMatchObject({ state: 'waiting' });
    expect(node.router.isOwner).toBe(false);
    await world.clock.advance(6000);
    expect(world.served(node)).toEqual(['r1>a']);
  });

  /** The owner's process is gone: it renews no more. */
  async function abandon(): Promise<void> {
    await node.router.stop();
    await world.database.query(`update lease set owner = 'dead', expires_at = $1`, [
      new Date(world.clock.now() + 4500).toISOString(),
    ]);
  }
});

it('never gives an agent to two requests, nor a request to two agents, whatever happens at the same time', async () => {
  const other = await world.node('other', { database: await world.otherProcess() });
  for (const id of ['a', 'b', 'c']) world.configuration.putAgent(id);
  const step = fc.record({
    do: fc.constantFrom('submit', 'submit', 'cancel', 'hold', 'ready', 'ready', 'leave', 'talk', 'release', 'wait'),
    at: fc.boolean(),
    pick: fc.nat({ max: 5 }),
  });
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const run = `${serial++}`;
      const work = steps.map(async ({ do: what, at, pick }, index) => {
        const { router, agents, database } = at ? node : other;
        const agent = 'abc'.charAt(pick % 3);
        const request = `${run}-${pick}`;
        switch (what) {
          case 'submit':
            return database.transaction((tx) => router.submit(tx, world.request(request, { priority: pick })));
          case 'cancel':
            return database.transaction((tx) => router.cancel(tx, request));
          case 'hold':
            return database.transaction((tx) => router.update(tx, request, { selectable: pick % 2 === 0 }));
          case 'release':
            return database.transaction((tx) => router.release(tx, request));
          case 'ready':
            // Between the two somebody may log the agent out.
            await agents.login(agent);
            return agents
              .ready(agent)
              .catch((error: unknown) => expect(error).toMatchObject({ code: 'invalid-state' }));
          case 'leave':
            return agents.logout(agent);
          case 'talk':
            await database.transaction((tx) => agents.offered(tx, agent, `leg${run}${index}`));
            await database.transaction((tx) => agents.ended(tx, agent, `leg${run}${index}`));
            return agents.wrapDone(agent);
          default:
            return world.clock.advance(pick * 100);
        }
      });
      await Promise.all(work);
      await world.activity.idle();
      checkHistory(world);
      const conflicts = await world.database.query(
        `select agent from agent_state a where state = 'reserved' and not exists (
           select from route_request r where r.id = a.request and r.agent = a.agent and r.state = 'selected')`,
      );
      expect(conflicts).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

/** By the journal: an agent was ready whenever a request got it, and every request got at most one. */
function checkHistory({ entries }: RoutingWorld): void {
  const served = new Set<unknown>();
  const taken = new Set<unknown>();
  for (const { type, agent, data } of entries) {
    if (type === 'route.decision' && data.outcome === 'selected') {
      expect(served.has(data.request)).toBe(false);
      served.add(data.request);
      expect(taken.has(agent)).toBe(false);
      taken.add(agent);
    } else if (type === 'agent.state' && data.state !== 'reserved') taken.delete(agent);
  }
}
