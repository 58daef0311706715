import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../kernel/index.js';
import { type AgentInput, agentTransition, newAgent } from './agent.js';
import { explain } from './explanation.js';
import { Line } from './line.js';
import type { AgentProfile } from './qualification.js';
import type { WaitingRequest } from './request.js';
import { parseTargets } from './target-list.js';

/** A line with its agents, on a time of its own. */
class Floor {
  readonly line = new Line();
  now = 1_000_000;
  #sequence = 0;
  #version = 0;

  agent(id: string, profile: Partial<AgentProfile>, ...inputs: AgentInput[]): void {
    const known = this.line.agent(id);
    let state = known?.state ?? newAgent(id);
    for (const input of inputs) state = agentTransition(state, input, this.now) ?? state;
    const whole = known
      ? { ...known.profile, ...profile }
      : { id, dn: id, skills: {}, groups: ['Support'], ...profile };
    this.#version += 1;
    this.line.apply({ type: 'agent', profile: whole, state, version: this.#version }, this.now);
  }

  ready(...ids: string[]): void {
    for (const id of ids) {
      this.now += 1000;
      this.agent(id, {}, { type: 'login' }, { type: 'ready' });
    }
  }

  submit(id: string, request: Partial<WaitingRequest> & { to?: string } = {}): void {
    const { to = 'Support@GA', ...rest } = request;
    this.#sequence += 1;
    this.#version += 1;
    const whole: WaitingRequest = {
      id,
      virtualQueue: 'VQ',
      targets: parseTargets(to),
      priority: 0,
      arrival: this.now,
      selectable: true,
      reservationMs: 30_000,
      sequence: this.#sequence,
      version: this.#version,
      targetsSince: this.now,
      submittedAt: this.now,
      ...rest,
    };
    this.line.apply({ type: 'request', request: whole }, this.now);
  }

  change(id: string, change: Partial<WaitingRequest>): void {
    const known = this.line.request(id);
    if (!known) throw new Error(`${id} does not wait`);
    this.#version += 1;
    const request = { ...known.request, ...change, version: this.#version };
    this.line.apply({ type: 'request', request }, this.now);
  }

  /** Carries out every selection that is possible: `request>agent via target`. */
  serve(): string[] {
    const served: string[] = [];
    for (let next = this.line.next(this.now); next; next = this.line.next(this.now)) {
      const { request } = next.request;
      served.push(`${request.id}>${next.agent.profile.id} via ${next.place.target.text}`);
      this.line.apply({ type: 'request-gone', id: request.id }, this.now);
      const until = this.now + request.reservationMs;
      this.agent(next.agent.profile.id, {}, { type: 'reserve', request: request.id, until });
    }
    return served;
  }

  explain(id: string): JsonObject {
    const entry = this.line.request(id);
    if (!entry) throw new Error(`${id} does not wait`);
    const selection = this.line.next(this.now);
    return explain(this.line, entry, this.now, selection?.request === entry ? selection : undefined);
  }
}

describe('the line', () => {
  it('serves by priority, then arrival, then submit, and gives the longest idle agent', () => {
    const floor = new Floor();
    floor.submit('late', { arrival: 500 });
    floor.submit('early', { arrival: 400 });
    floor.submit('early-too', { arrival: 400 });
    floor.submit('urgent', { arrival: 900, priority: 5 });
    floor.ready('b', 'a', 'c');
    expect(floor.serve()).toEqual([
      'urgent>b via Support@.GA',
      'early>a via Support@.GA',
      'early-too>c via Support@.GA',
    ]);
    expect(floor.line.position('late', floor.now)).toEqual({ position: 1, total: 1, priority: 0 });
  });

  it('serves live calls and callbacks alike', () => {
    const floor = new Floor();
    floor.submit('callback', { callback: 'cb1', arrival: 100 });
    floor.submit('live', { interaction: 'ixn1', arrival: 50 });
    floor.ready('a');
    expect(floor.serve()).toEqual(['live>a via Support@.GA']);
  });

  it('takes targets as alternatives, not as a sequence', () => {
    const floor = new Floor();
    floor.agent('s', { groups: ['Sales'] });
    floor.agent('b', { groups: [], skills: { billing: 7 } });
    floor.ready('s', 'b');
    floor.submit('r1', { to: '?:billing>5@GA, Sales@GA' });
    floor.submit('r2', { to: '?:billing>5@GA, Sales@GA' });
    expect(floor.serve()).toEqual(['r1>s via Sales@.GA', 'r2>b via ?:billing>5@.GA']);
  });

  it('means agents by id, by DN, by skill, by group and by the queue that they serve', () => {
    for (const [to, id] of [
      ['a1@A', 'a1'],
      ['2002@switch.DN', 'a2'],
      ['2002@.AP', 'a2'],
      ['?:french>2@GA', 'a3'],
      ['VIP@GA', 'a4'],
      ['Spring@VIP@.GC', 'a4'],
      ['VIP@.Q', 'a4'],
      ['SalesVQ@.Q', 'a5'],
    ] as const) {
      const floor = new Floor();
      floor.agent('a1', {});
      floor.agent('a2', { dn: '2002' });
      floor.agent('a3', { skills: { french: 3 } });
      floor.agent('a4', { groups: ['VIP'] });
      floor.agent('a5', { queues: ['SalesVQ'] });
      floor.ready('a1', 'a2', 'a3', 'a4', 'a5');
      floor.submit('r', { to });
      expect(floor.serve()[0]).toMatch(new RegExp(`^r>${id} `));
    }
  });

  it('keeps the place of a request that is not selectable or paused, and passes it over', () => {
    const floor = new Floor();
    floor.submit('waits', { selectable: false });
    floor.submit('paused', { paused: true });
    floor.submit('goes');
    expect(floor.line.position('goes', floor.now)).toMatchObject({ position: 3, total: 3 });
    floor.ready('a');
    expect(floor.serve()).toEqual(['goes>a via Support@.GA']);
    floor.submit('later');
    floor.change('waits', { selectable: true });
    floor.change('paused', { paused: false });
    floor.ready('b', 'c');
    expect(floor.serve()).toEqual(['waits>b via Support@.GA', 'paused>c via Support@.GA']);
  });

  it('raises the priority by every full interval of waiting', () => {
    const floor = new Floor();
    const arrival = floor.now;
    floor.submit('ages', { arrival, priorityIncrement: 2, priorityIncrementIntervalMs: 10_000 });
    floor.submit('stays', { arrival, priority: 3 });
    floor.now = arrival + 19_999;
    expect(floor.line.position('ages', floor.now)).toEqual({ position: 2, total: 2, priority: 2 });
    floor.now = arrival + 20_000;
    expect(floor.line.position('ages', floor.now)).toEqual({ position: 1, total: 2, priority: 4 });
    expect(floor.line.nextDue()).toBeUndefined();
  });

  it('works through the steps of a JSON target list', () => {
    const floor = new Floor();
    floor.agent('s', { groups: ['Sales'] });
    floor.agent('v', { groups: ['VIP'] });
    const steps = [
      { target: 'Support@GA', timeout: 10, clear: true },
      { target: 'Sales@GA', timeout: 20 },
      { target: 'VIP@GA' },
    ];
    const since = floor.now;
    floor.submit('r', { targets: parseTargets(steps), targetsSince: since });
    floor.agent('v', {}, { type: 'login' }, { type: 'ready' });
    expect(floor.serve()).toEqual([]);
    expect(floor.line.nextDue()).toBe(since + 10_000);
    floor.now = since + 10_000;
    floor.agent('x', {}, { type: 'login' }, { type: 'ready' });
    expect(floor.serve()).toEqual([]);
    expect(floor.line.nextDue()).toBe(since + 30_000);
    floor.now = since + 30_000;
    expect(floor.serve()).toEqual(['r>v via VIP@.GA']);
  });

  it('chooses a target only while its threshold is met', () => {
    const floor = new Floor();
    floor.submit('r1', { to: '{RStatAgentsReady>1}Support@GA' });
    floor.ready('a');
    expect(floor.serve()).toEqual([]);
    floor.ready('b');
    expect(floor.serve()).toEqual(['r1>a via Support@.GA']);
    floor.submit('r2', { to: '{StatCallsInQueue>2}Support@GA' });
    floor.submit('r3', { to: '{StatCallsInQueue>2}Support@GA' });
    expect(floor.serve()).toEqual([]);
    floor.submit('r4', { to: '{StatCallsInQueue>2}Support@GA' });
    expect(floor.serve()).toEqual(['r2>b via Support@.GA']);
  });

  it('names time limits, steps and reservations as what is due next', () => {
    const floor = new Floor();
    expect(floor.line.nextDue()).toBeUndefined();
    floor.submit('r', { timeoutAt: floor.now + 5000 });
    expect(floor.line.nextDue()).toBe(floor.now + 5000);
    expect(floor.line.timedOut(floor.now + 4999)).toBeUndefined();
    expect(floor.line.timedOut(floor.now + 5000)?.request.id).toBe('r');
    floor.line.apply({ type: 'request-gone', id: 'r' }, floor.now);
    floor.ready('a');
    floor.submit('r2');
    floor.serve();
    expect(floor.line.nextDue()).toBe(floor.now + 30_000);
    expect(floor.line.overdue(floor.now + 29_999)).toBeUndefined();
    expect(floor.line.overdue(floor.now + 30_000)?.id).toBe('a');
  });

  it('lets others go first while a request is set aside', () => {
    const floor = new Floor();
    floor.submit('fails');
    floor.submit('next');
    floor.line.apply({ type: 'set-aside', id: 'fails', until: floor.now + 5000 }, floor.now);
    const until = floor.now + 5000;
    floor.ready('a');
    expect(floor.serve()).toEqual(['next>a via Support@.GA']);
    expect(floor.line.nextDue()).toBe(until);
    floor.now = until;
    floor.ready('b');
    expect(floor.serve()).toEqual(['fails>b via Support@.GA']);
  });

  it('follows a change of the configuration at once', () => {
    const floor = new Floor();
    floor.agent('a', { groups: [] });
    floor.ready('a');
    floor.submit('r', { to: '?:billing>5@GA' });
    expect(floor.serve()).toEqual([]);
    floor.agent('a', { skills: { billing: 6 } });
    expect(floor.serve()).toEqual(['r>a via ?:billing>5@.GA']);
    floor.submit('r2', { to: 'a@A' });
    floor.agent('a', {}, { type: 'released' });
    floor.line.apply({ type: 'agent-gone', id: 'a' }, floor.now);
    expect(floor.serve()).toEqual([]);
    expect(floor.line.agentCount).toBe(0);
  });

  it('ignores what is older than what it knows', () => {
    const floor = new Floor();
    floor.submit('r', { version: 7 });
    floor.submit('r', { version: 6, priority: 9 });
    expect(floor.line.position('r', floor.now)?.priority).toBe(0);
    floor.ready('a');
    const known = floor.line.agent('a');
    if (!known) throw new Error('a is there');
    const older = { type: 'agent', profile: known.profile, state: newAgent('a'), version: known.version - 1 } as const;
    floor.line.apply(older, floor.now);
    expect(floor.line.agent('a')?.state.state).toBe('ready');
  });

  it('counts the agents who can serve a virtual queue, each once', () => {
    const floor = new Floor();
    expect(floor.line.queueOutlook('VQ')).toEqual({ ahead: 0, loggedIn: 0, ready: 0, working: 0 });
    floor.agent('a', { skills: { billing: 9 } });
    floor.agent('b', { groups: ['Sales'] });
    floor.ready('a', 'b');
    floor.agent('c', {}, { type: 'login' });
    floor.submit('r1', { to: 'Support@GA,?:billing>5@GA', selectable: false });
    floor.submit('r2', { to: 'Support@GA,?:billing>5@GA', selectable: false });
    expect(floor.line.queueOutlook('VQ')).toEqual({ ahead: 2, loggedIn: 2, ready: 1, working: 1 });
    expect(floor.line.outlook('r2', floor.now)).toEqual({
      ...{ ahead: 1, loggedIn: 2, ready: 1, working: 1 },
      // The one before may not be given anybody.
      servableAhead: 0,
    });
    expect(floor.line.queueOutlook('Other', parseTargets('Sales@GA'))).toMatchObject({ ahead: 0, loggedIn: 1 });
  });

  it('keeps many targets apart, and forgets those that nobody asks for', () => {
    const floor = new Floor();
    floor.ready('a');
    for (let i = 0; i < 500; i += 1) {
      floor.submit(`r${i}`, { to: `?:x${i}>0@GA` });
      if (i % 2 === 0) floor.line.apply({ type: 'request-gone', id: `r${i}` }, floor.now);
    }
    expect(floor.line.agent('a')?.lines.size).toBe(0);
    floor.agent('a', { skills: { x77: 1, x78: 1 } });
    expect(floor.serve()).toEqual(['r77>a via ?:x77>0@.GA']);
  });
});

describe('the explanation of a selection', () => {
  it('says why this agent and why not the others', () => {
    const floor = new Floor();
    floor.agent('busy', { skills: { billing: 9 } }, { type: 'login' }, { type: 'call-offered', call: 'l' });
    floor.agent('lunch', { skills: { billing: 9 } }, { type: 'login' }, { type: 'not-ready', reason: 'lunch' });
    floor.agent('home', { skills: { billing: 9 } });
    floor.agent('novice', { skills: { billing: 2 } });
    floor.agent('ada', { skills: { billing: 7 } });
    floor.agent('bob', { skills: { billing: 6 } });
    floor.ready('novice', 'ada', 'bob');
    floor.submit('before', { selectable: false });
    floor.submit('r', { to: '?:billing>5@StatServer.GA' });
    floor.now += 2500;
    expect(floor.explain('r')).toEqual({
      waitedSeconds: 2.5,
      position: 2,
      total: 2,
      priority: 0,
      targets: [{ target: '?:billing>5@StatServer.GA', agents: 5, loggedIn: 4, ready: 2, waiting: 1, open: true }],
      agent: { agent: 'ada', idleSeconds: 3.5 },
      others: [
        { agent: 'bob', idleSeconds: 2.5, reason: 'idle-shorter' },
        { agent: 'busy', reason: 'busy' },
        { agent: 'lunch', reason: 'not-ready', detail: 'lunch' },
        { agent: 'home', reason: 'logged-out' },
        { agent: 'novice', reason: 'lacks-skill', detail: 'billing>5, billing is 2' },
      ],
      unnamed: 0,
      passedOver: [{ request: 'before', reason: 'not-selectable' }],
    });
  });

  it('says why nobody served, and cuts long lists', () => {
    const floor = new Floor();
    for (let i = 0; i < 50; i += 1) floor.agent(`n${i}`, { groups: ['Sales'] });
    floor.agent('off', {}, { type: 'login' });
    floor.submit('r');
    const why = floor.explain('r');
    expect(why).toMatchObject({ unnamed: 31, position: 1 });
    expect(why.others).toHaveLength(20);
    expect(why.others).toContainEqual({ agent: 'off', reason: 'not-ready' });
    expect(why.others).toContainEqual({ agent: 'n0', reason: 'not-in-group' });
    expect(why).not.toHaveProperty('agent');
  });
});
