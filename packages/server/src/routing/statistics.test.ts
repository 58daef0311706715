import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoutingWorld, type TestNode } from './testing.js';

let world: RoutingWorld;
let node: TestNode;

beforeEach(async () => {
  world = await RoutingWorld.open();
  world.configuration.queues.set('SupportVQ', {});
  // Days pass: the lease is not what is tested.
  node = await world.node('alone', { leaseTermMs: 1_000_000_000 });
});

afterEach(() => world.close());

const value = (object: string, statistic: string, by = node) => by.router.statistics.value(object, statistic);

describe('statistics of requests', () => {
  it('count what entered a virtual queue today, and how it fared', async () => {
    await world.submit(node, 'served');
    await world.submit(node, 'late', { timeoutAt: world.clock.now() + 20_000 });
    await world.submit(node, 'waits', { selectable: false });
    await world.submit(node, 'elsewhere', { virtualQueue: 'OtherVQ', selectable: false });
    await world.clock.advance(10_000);
    await world.ready(node, 'a1');
    await world.talk(node, 'a1', 'leg', 1000);
    await world.clock.advance(10_000);
    const figures = {
      CallsEntered: 3,
      CallsDistributed: 1,
      CallsAnswered: 1,
      DistributedPercentage: 100 / 3,
      DistributedWaitingTime: 10,
      NotDistributedPercentage: 100 / 3,
      NotDistributedWaitingTime: 20,
    };
    for (const [statistic, expected] of Object.entries(figures)) {
      expect([statistic, await value('SupportVQ', statistic)]).toEqual([statistic, expected]);
      expect(await value('SupportVQ@Stat_Server.Q', statistic.toLowerCase())).toBe(expected);
    }
    expect(await value('R', 'CallsEntered')).toBe(4);
    await world.clock.advance(86_400_000);
    expect(await value('SupportVQ', 'CallsEntered')).toBe(0);
    expect(await value('SupportVQ', 'DistributedPercentage')).toBe(0);
  });

  it.each([
    ['Support@.GA', 'CallsEntered'],
    ['Nothing', 'CallsEntered'],
    ['Nothing@.GA', 'StatAgentsTotal'],
    ['Support@.GA', 'StatNothing'],
    ['R', 'StatAgentsTotal'],
    ['', ''],
  ])('are not known of %s: %s', async (object, statistic) => {
    expect(node.router.statistics.knows(object, statistic)).toBe(false);
    expect(await value(object, statistic)).toBeUndefined();
  });
});

describe('a virtual queue', () => {
  it('has the agents of whom its requests ask, and their expected wait', async () => {
    await world.ready(node, 'a1', 'a2');
    await node.agents.notReady('a2');
    for (const id of ['r1', 'r2']) await world.submit(node, id, { virtualQueue: 'Unheard', selectable: false });
    const figures = { StatAgentsTotal: 2, StatAgentsAvailable: 1, StatCallsInQueue: 2, StatLoadBalance: 1 };
    for (const [statistic, expected] of Object.entries(figures)) {
      for (const object of ['Unheard', 'Unheard@.Q']) {
        expect([statistic, await value(object, statistic)]).toEqual([statistic, expected]);
      }
    }
    expect(await value('Unheard', 'CallsEntered')).toBe(2);
    expect(await value('Unheard', 'StatExpectedWaitingTime')).toBe(node.router.ewt('Unheard'));
    expect(await value('SupportVQ', 'StatExpectedWaitingTime')).toBe(10_000);
  });
});

describe('what is counted of an agent', () => {
  it('is the same on every node, and after a restart', async () => {
    await world.ready(node, 'a1');
    await world.talk(node, 'a1', 'leg-1', 30_000);
    await world.talk(node, 'a1', 'leg-2', 30_000);
    await node.agents.wrapDone('a1');
    await world.clock.advance(60_000);
    const other = await world.node('other', { leaseTermMs: 1_000_000_000 });
    for (const by of [node, other]) {
      expect(await value('a1@.A', 'StatCallsAnswered', by)).toBe(2);
      expect(await value('a1@.A', 'StatCallsCompleted', by)).toBe(2);
      expect(await value('a1@.A', 'StatAgentOccupancy', by)).toBe(50);
    }
  });

  it('ends with the day, at midnight of the configured time zone', async () => {
    world.configuration.sections.set('routing', { 'statistics-time-zone': 'America/New_York' });
    await world.ready(node, 'a1');
    await world.talk(node, 'a1', 'leg', 1000);
    // From noon in UTC it is 16 hours to midnight in New York, where it is summer.
    await world.clock.advance(15.9 * 3_600_000);
    expect(await value('a1@.A', 'StatCallsAnswered')).toBe(1);
    await world.clock.advance(0.2 * 3_600_000);
    expect(await value('a1@.A', 'StatCallsAnswered')).toBe(0);
    await world.talk(node, 'a1', 'next', 1000);
    expect(await value('a1@.A', 'StatCallsAnswered')).toBe(1);
  });
});

describe('a held agent', () => {
  it('is held for longer than the request asked for, or given back', async () => {
    await world.ready(node, 'a1');
    await world.submit(node, 'r1', { session: 's1', reservationMs: 5000 });
    const hold = (session: string, seconds: number) =>
      world.change(node, (tx) => node.router.hold(tx, session, '2a1', seconds * 1000));
    expect(await hold('other', 60)).toBe(false);
    expect(await hold('s1', 60)).toBe(true);
    await world.clock.advance(59_000);
    expect((await node.agents.state('a1')).state).toBe('reserved');
    await world.clock.advance(1000);
    expect((await node.agents.state('a1')).state).toBe('ready');
    expect(await hold('s1', 60)).toBe(false);
    await world.submit(node, 'r2', { session: 's1' });
    expect(await hold('s1', 0)).toBe(true);
    expect((await node.agents.state('a1')).state).toBe('ready');
  });
});

describe('preferences', () => {
  it('are stored with the request and hold on the node that takes over', async () => {
    world.configuration.groups.set('Other', {});
    world.configuration.putAgent('b1', { groups: ['Other'] });
    const order = { type: 'percentage' as const };
    const to = '[1]Support@GA,[3]Other@GA';
    await world.ready(node, 'a1', 'b1');
    for (const id of ['r1', 'r2', 'r3', 'r4']) {
      await world.submit(node, id, { to, preferences: { order }, reservationMs: 1000 });
      await world.clock.advance(1000);
    }
    expect(world.served(node).sort()).toEqual(['r1>b1', 'r2>b1', 'r3>b1', 'r4>a1']);
    await world.submit(node, 'r5', { to, preferences: { order }, reservationMs: 1000 });
    await world.clock.advance(1000);
    await node.router.stop();
    const next = await world.node('next');
    await world.submit(next, 'r6', { to, preferences: { order, excludedAgents: ['nobody'] }, reservationMs: 1000 });
    await world.clock.advance(1000);
    for (const id of ['r7', 'r8']) {
      await world.submit(next, id, { to, preferences: { order }, reservationMs: 1000 });
      await world.clock.advance(1000);
    }
    // A quarter of them, as before the takeover.
    expect(world.served(node).at(-1)).toBe('r5>b1');
    expect(world.served(next)).toEqual(['r6>b1', 'r7>b1', 'r8>a1']);
  });

  it('are changed while the request waits', async () => {
    await world.submit(node, 'r1', { preferences: { excludedAgents: ['a1'] } });
    await world.ready(node, 'a1');
    expect(world.served(node)).toEqual([]);
    const arrival = world.clock.now() - 100_000;
    const change = { preferences: {}, arrival, priorityIncrement: 2, priorityIncrementIntervalMs: 10_000 };
    await node.agents.notReady('a1');
    await world.change(node, (tx) => node.router.update(tx, 'r1', change));
    expect(await node.router.query('r1')).toMatchObject({ priority: 20 });
    await node.agents.ready('a1');
    await world.activity.idle();
    expect(world.served(node)).toEqual(['r1>a1']);
  });

  it('take an agent who is not ready, who is not ready again when the reservation is over', async () => {
    world.configuration.putAgent('a1');
    await node.agents.login('a1');
    await node.agents.notReady('a1', { reason: 'lunch' });
    await world.submit(node, 'r1', { preferences: { anyReadiness: true }, reservationMs: 5000 });
    expect(world.served(node)).toEqual(['r1>a1']);
    expect(await node.agents.state('a1')).toMatchObject({ state: 'reserved' });
    await world.clock.advance(5000);
    expect(await node.agents.state('a1')).toMatchObject({ state: 'not-ready', reason: 'lunch' });
  });
});
