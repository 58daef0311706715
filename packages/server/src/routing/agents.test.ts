import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentChange } from './agents.js';
import { RoutingWorld, START, type TestNode } from './testing.js';

let world: RoutingWorld;
let node: TestNode;

beforeEach(async () => {
  world = await RoutingWorld.open();
  world.configuration.putAgent('a1');
  node = await world.node();
});

afterEach(() => world.close());

describe('an agent', () => {
  it('is logged out until it logs in, then not ready, then ready', async () => {
    const { agents } = node;
    expect(await agents.state('a1')).toEqual({ id: 'a1', state: 'logged-out', since: 0 });
    expect(await agents.login('a1')).toEqual({ id: 'a1', state: 'not-ready', since: START });
    expect(await agents.ready('a1')).toEqual({ id: 'a1', state: 'ready', since: START, idleSince: START });
    await world.clock.advance(1000);
    expect(await agents.notReady('a1', { reason: 'lunch' })).toMatchObject({ state: 'not-ready', reason: 'lunch' });
    expect(await agents.logout('a1')).toEqual({ id: 'a1', state: 'logged-out', since: START + 1000 });
    expect(world.entriesOf('agent.state')).toEqual([
      { agent: 'a1', state: 'not-ready', previous: 'logged-out' },
      { agent: 'a1', state: 'ready', previous: 'not-ready' },
      { agent: 'a1', state: 'not-ready', previous: 'ready', reason: 'lunch' },
      { agent: 'a1', state: 'logged-out', previous: 'not-ready' },
    ]);
  });

  it('who is unknown or in a state that does not allow it gets an error that says so', async () => {
    await expect(node.agents.ready('a1')).rejects.toMatchObject({
      code: 'invalid-state',
      message: 'Agent a1 is logged-out; ready needs not-ready, ready, reserved, busy or after-call-work.',
    });
    for (const ask of [node.agents.login('nobody'), node.agents.state('nobody')]) {
      await expect(ask).rejects.toMatchObject({ code: 'unknown-agent' });
    }
    expect(world.entries).toEqual([]);
  });

  it('repeats what it is without a trace', async () => {
    await world.ready(node, 'a1');
    const before = world.entries.length;
    await node.agents.login('a1');
    await node.agents.ready('a1');
    await node.agents.wrapDone('a1');
    expect(world.entries.length).toBe(before);
  });

  it('is busy, wraps up and is ready again as its calls go', async () => {
    await world.ready(node, 'a1');
    expect(await world.talk(node, 'a1', 'leg1', 60_000)).toMatchObject({ state: 'after-call-work' });
    await world.clock.advance(60_000);
    expect((await node.agents.state('a1')).state).toBe('after-call-work');
    expect((await node.agents.wrapDone('a1')).state).toBe('ready');
    const states = world.entriesOf('agent.state').map(({ state, leg }) => [state, leg]);
    expect(states.slice(2)).toEqual([
      ['busy', 'leg1'],
      ['after-call-work', undefined],
      ['ready', undefined],
    ]);
  });

  it.each([
    ['of the section routing', '12', undefined],
    ['of its own, which wins', '99', '12'],
  ])('ends its after-call work by itself after the wrap-up-time %s', async (_whose, section, own) => {
    world.configuration.sections.set('routing', { 'wrap-up-time': section });
    world.configuration.putAgent('a1', own === undefined ? {} : { options: { 'wrap-up-time': own } });
    await world.ready(node, 'a1');
    await world.talk(node, 'a1', 'leg1');
    await world.clock.advance(11_999);
    expect((await node.agents.state('a1')).state).toBe('after-call-work');
    await world.clock.advance(1);
    expect((await node.agents.state('a1')).state).toBe('ready');
  });

  it('who does not take a call is not ready', async () => {
    await world.ready(node, 'a1');
    await world.change(node, (tx) => node.agents.offered(tx, 'a1', 'leg1'));
    await world.change(node, (tx) => node.agents.rejected(tx, 'a1', 'leg1'));
    expect(await node.agents.state('a1')).toMatchObject({ state: 'not-ready', reason: 'no-answer' });
  });

  it('changes with the transaction of its call, and is announced after the commit alone', async () => {
    await world.ready(node, 'a1');
    const heard: AgentChange[] = [];
    node.agents.onState((change) => heard.push(change));
    const failing = world.change(node, async (tx) => {
      await node.agents.offered(tx, 'a1', 'leg1');
      throw new Error('the leg could not be stored');
    });
    await expect(failing).rejects.toThrow('the leg could not be stored');
    expect((await node.agents.state('a1')).state).toBe('ready');
    expect(heard).toEqual([]);
    await world.change(node, (tx) => node.agents.offered(tx, 'a1', 'leg1'));
    expect(heard).toMatchObject([{ state: { state: 'busy' }, previous: { state: 'ready' } }]);
  });

  it('keeps one state when many ask at the same time', async () => {
    await world.ready(node, 'a1');
    const asked = Array.from({ length: 20 }, (_, i) =>
      i % 2 === 0 ? node.agents.notReady('a1', { reason: `r${i}` }) : node.agents.ready('a1'),
    );
    await Promise.all(asked);
    const entries = world.entriesOf('agent.state');
    expect((await node.agents.state('a1')).state).toBe(entries.at(-1)?.state);
    entries.slice(1).forEach((entry, index) => {
      expect(entry.previous).toBe(entries[index]?.state);
    });
  });

  it('is listed as long as it is configured and enabled', async () => {
    world.configuration.putAgent('b2');
    world.configuration.putAgent('c3', { enabled: false });
    await world.ready(node, 'b2');
    expect((await node.agents.states()).map(({ id, state }) => [id, state])).toEqual([
      ['a1', 'logged-out'],
      ['b2', 'ready'],
    ]);
    world.configuration.agents.delete('a1');
    world.configuration.changed('agents', 'a1');
    expect(await node.agents.states()).toHaveLength(1);
  });
});
