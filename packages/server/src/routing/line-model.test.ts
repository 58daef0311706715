import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AgentInput, type AgentState, agentTransition, newAgent } from './agent.js';
import { Line } from './line.js';
import type { RoutePreferences } from './preferences.js';
import { type AgentProfile, qualifies } from './qualification.js';
import { effectivePriority, type WaitingRequest } from './request.js';
import { NO_TALLY, type Tally, tallied } from './tally.js';
import type { Target } from './target.js';
import { parseTargets } from './target-list.js';
import { isOpen } from './threshold.js';

interface ObviousAgent {
  profile: AgentProfile;
  state: AgentState;
  tally: Tally;
}

/**
 * The line as one would explain it: plain lists, looked through from the start at every question. The indexed line has
 * to come to the same answers.
 */
class ObviousLine {
  requests: WaitingRequest[] = [];
  agents = new Map<string, ObviousAgent>();
  aside = new Map<string, number>();
  /** How often each target was chosen by percentage, fading, by virtual queue and targets. */
  shares = new Map<string, Map<string, number>>();

  inOrder(now: number): WaitingRequest[] {
    return [...this.requests].sort(
      (a, b) =>
        effectivePriority(b, now) - effectivePriority(a, now) || a.arrival - b.arrival || a.sequence - b.sequence,
    );
  }

  next(now: number): { request: string; agent: string; target: string } | undefined {
    for (const request of this.inOrder(now)) {
      if (!request.selectable || request.paused || (this.aside.get(request.id) ?? 0) > now) continue;
      const open = activeTargets(request, now).filter((target) => this.#isOpen(target, now));
      const inState = (wanted: string) =>
        [...this.agents.values()]
          .filter(({ profile, state }) => state.state === wanted && open.some((target) => qualifies(profile, target)))
          .filter(({ profile }) => !request.preferences?.excludedAgents?.includes(profile.id))
          .sort(
            (a, b) => (a.state.idleSince ?? 0) - (b.state.idleSince ?? 0) || (a.profile.id < b.profile.id ? -1 : 1),
          );
      const ready = inState('ready');
      const pool = ready.length === 0 && request.preferences?.anyReadiness ? inState('not-ready') : ready;
      const found = this.#choose(request, open, pool);
      if (found) return { request: request.id, ...found };
    }
    return undefined;
  }

  #choose(
    request: WaitingRequest,
    open: Target[],
    pool: ObviousAgent[],
  ): { agent: string; target: string } | undefined {
    const order = request.preferences?.order;
    const means = (target: Target) => pool.find(({ profile }) => qualifies(profile, target));
    if (order?.type === 'percentage') {
      const standing = (target: Target) =>
        ((this.#sharesOf(request).get(target.text) ?? 0) + 1) / weightOf(request, target);
      return this.#first(
        open.filter((target) => weightOf(request, target) > 0 && means(target)),
        pool,
        standing,
      );
    }
    const sign = order?.type === 'max' ? -1 : 1;
    if (order?.statistic === 'StatAgentsTotal') {
      const total = (target: Target) =>
        [...this.agents.values()].filter(
          ({ profile, state }) => state.state !== 'logged-out' && qualifies(profile, target),
        ).length;
      return this.#first(open.filter(means), pool, (target) => sign * total(target));
    }
    const ranked = order ? [...pool].sort((a, b) => sign * (a.tally.answered - b.tally.answered)) : pool;
    const [agent] = ranked;
    const target = agent && open.find((one) => qualifies(agent.profile, one));
    return agent && target && { agent: agent.profile.id, target: target.text };
  }

  /** The target of the lowest rank, of equal ones that whose first agent in the pool comes first. */
  #first(targets: Target[], pool: ObviousAgent[], rank: (target: Target) => number) {
    const firstOf = (target: Target) => pool.findIndex(({ profile }) => qualifies(profile, target));
    const [target] = [...targets].sort((a, b) => rank(a) - rank(b) || firstOf(a) - firstOf(b));
    const agent = target && pool[firstOf(target)];
    return agent && target && { agent: agent.profile.id, target: target.text };
  }

  served(request: WaitingRequest, target: string): void {
    if (request.preferences?.order?.type !== 'percentage') return;
    const counts = this.#sharesOf(request);
    for (const [name, count] of counts) counts.set(name, count * (1 - 1 / 1000));
    counts.set(target, (counts.get(target) ?? 0) + 1);
  }

  #sharesOf({ virtualQueue, targets }: WaitingRequest): Map<string, number> {
    const key = [virtualQueue, ...targets.map(({ text, weight }) => `${text} ${weight}`)].join();
    const counts = this.shares.get(key) ?? new Map<string, number>();
    this.shares.set(key, counts);
    return counts;
  }

  #isOpen(target: Target, now: number): boolean {
    if (!target.threshold) return true;
    const states = [...this.agents.values()]
      .filter(({ profile }) => qualifies(profile, target))
      .map(({ state }) => state.state);
    const waiting = this.requests.filter((request) =>
      target.kind === 'queue'
        ? request.virtualQueue === target.name
        : activeTargets(request, now).some(({ key }) => key === target.key),
    );
    return isOpen(target.threshold, {
      ready: states.filter((state) => state === 'ready').length,
      loggedIn: states.filter((state) => state !== 'logged-out').length,
      occupied: states.filter((state) => ['reserved', 'busy', 'after-call-work'].includes(state)).length,
      waiting: waiting.length,
    });
  }
}

function weightOf({ targets }: WaitingRequest, target: Target): number {
  return targets.every(({ weight }) => weight === 0) ? 1 : (target.weight ?? 1);
}

function activeTargets(request: WaitingRequest, now: number): Target[] {
  const age = now - request.targetsSince;
  return request.targets.filter(({ fromMs, untilMs }) => fromMs <= age && (untilMs === undefined || age < untilMs));
}

const TARGETS = [
  'G1@GA',
  'G2@GA',
  'G1@GA,G2@GA',
  'a1@A',
  '?:x>2@GA',
  '?:x>0&y>0@GA,a2@A',
  '{RStatAgentsReady>1}G1@GA',
  '{StatCallsInQueue<4}G2@GA,{StatCallsInQueue>2}G1@GA',
  '{StatCallsInQueue>1}Q1@.Q,Q2@.Q',
  '{RStatAgentsReady>2}G1@GA,?:y>1@GA',
  '[{"target":"G1@GA","timeout":5,"clear":"true"},{"target":"G2@GA","timeout":5},{"target":"?:x>0@GA"}]',
  '[1]G1@GA,[3]G2@GA,[0]a1@A',
].map((text) => parseTargets(text));

const PROFILES: Omit<AgentProfile, 'id' | 'dn'>[] = [
  { skills: { x: 3 }, groups: ['G1'] },
  { skills: { y: 2 }, groups: ['G2'], queues: ['Q2'] },
  { skills: { x: 1, y: 1 }, groups: ['G1', 'G2'] },
  { skills: {}, groups: ['Q1'] },
];

/** What requests ask for beside their targets; most ask for nothing. */
const PREFERENCES: (RoutePreferences | undefined)[] = [
  undefined,
  undefined,
  undefined,
  { excludedAgents: ['a1', 'a3'] },
  { excludedAgents: ['a0', 'a2', 'a4'], anyReadiness: true },
  { anyReadiness: true },
  { order: { type: 'max', statistic: 'StatCallsAnswered' } },
  { order: { type: 'min', statistic: 'StatCallsAnswered' }, excludedAgents: ['a1'] },
  { order: { type: 'min', statistic: 'StatAgentsTotal' } },
  { order: { type: 'max', statistic: 'StatAgentsTotal' }, anyReadiness: true },
  { order: { type: 'percentage' }, lowestPriority: 1 },
  { order: { type: 'percentage' }, excludedAgents: ['a5'], highestPriority: 1 },
];

type Step =
  | {
      do: 'submit';
      targets: number;
      priority: number;
      age: number;
      increment: number;
      interval: number;
      flags: number;
      wish: number;
    }
  | { do: 'change'; pick: number; what: 'selectable' | 'paused' | 'priority' | 'targets'; value: number }
  | { do: 'cancel'; pick: number }
  | { do: 'aside'; pick: number; seconds: number }
  | { do: 'agent'; pick: number; input: 'work' | 'break' | 'home' | 'free' | 'profile' | 'delete' | 'shuttle' }
  | { do: 'wait'; seconds: number };

const small = fc.nat({ max: 11 });
const submit: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('submit' as const),
  targets: small,
  priority: fc.integer({ min: -1, max: 2 }),
  age: fc.constantFrom(0, 0, 1, 30),
  increment: fc.constantFrom(0, 0, 1, 3, -1),
  interval: fc.constantFrom(2, 7),
  flags: fc.nat({ max: 7 }),
  wish: small,
});
const change: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('change' as const),
  pick: fc.nat(),
  what: fc.constantFrom('selectable' as const, 'paused' as const, 'priority' as const, 'targets' as const),
  value: small,
});
const agent: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('agent' as const),
  pick: fc.nat({ max: 5 }),
  input: fc.constantFrom(
    ...(['work', 'work', 'work', 'free', 'free', 'break', 'home', 'profile', 'profile', 'delete', 'shuttle'] as const),
  ),
});
// Agents change most often, so that now requests wait for agents and now agents for requests.
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: submit },
  { weight: 2, arbitrary: change },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), pick: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('aside' as const), pick: fc.nat(), seconds: fc.nat({ max: 5 }) }),
  },
  { weight: 9, arbitrary: agent },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.nat({ max: 9 }) }) },
);

const INPUTS: Record<string, AgentInput[]> = {
  work: [{ type: 'login' }, { type: 'ready' }],
  break: [{ type: 'not-ready', reason: 'break' }],
  home: [{ type: 'logout' }],
  free: [{ type: 'released' }, { type: 'ready' }],
  shuttle: [
    { type: 'call-offered', call: 'l' },
    { type: 'call-answered', call: 'l' },
    { type: 'call-ended', call: 'l' },
  ],
};

/** Drives both lines by the same steps and compares every answer. */
class Comparison {
  readonly line = new Line();
  readonly model = new ObviousLine();
  now = 1_000_000;
  #version = 0;
  #sequence = 0;
  #profile = 0;
  readonly reservedFor = new Map<string, string>();

  run(one: Step): void {
    switch (one.do) {
      case 'submit': {
        const wishes = PREFERENCES[one.wish];
        this.#put({
          id: `r${this.#sequence}`,
          virtualQueue: this.#sequence % 3 === 0 ? 'Q2' : 'Q1',
          targets: TARGETS[one.targets] ?? [],
          priority: one.priority,
          arrival: this.now - one.age * 1000,
          selectable: one.flags !== 0,
          paused: one.flags === 1,
          ...(wishes && { preferences: wishes }),
          ...(one.flags === 2 ? { timeoutAt: this.now + 10_000 } : {}),
          ...(one.increment === 0
            ? {}
            : { priorityIncrement: one.increment, priorityIncrementIntervalMs: one.interval * 1000 }),
          reservationMs: 8000,
          sequence: this.#sequence++,
          version: 0,
          targetsSince: this.now,
          submittedAt: this.now,
        });
        break;
      }
      case 'change': {
        const request = this.#pick(one.pick);
        if (request) this.#put({ ...request, ...changed(one.what, one.value, request, this.now) });
        break;
      }
      case 'cancel': {
        const request = this.#pick(one.pick);
        if (request) this.#remove(request.id);
        break;
      }
      case 'aside': {
        const request = this.#pick(one.pick);
        if (!request) break;
        const until = this.now + one.seconds * 1000;
        this.model.aside.set(request.id, until);
        this.line.apply({ type: 'set-aside', id: request.id, until }, this.now);
        break;
      }
      case 'agent':
        this.#agent(`a${one.pick}`, one.input);
        break;
      case 'wait':
        this.now += one.seconds * 1000;
        break;
    }
    this.now += 1;
    this.#serve();
    this.#comparePositions();
  }

  #serve(): void {
    for (let expected = this.model.next(this.now); ; expected = this.model.next(this.now)) {
      const next = this.line.next(this.now);
      const found = next && {
        request: next.request.request.id,
        agent: next.agent.profile.id,
        target: next.place.target.text,
      };
      expect(found).toEqual(expected);
      if (!expected) break;
      // Never one agent for two requests: only a ready agent is chosen, and then it is reserved.
      expect(this.reservedFor.has(expected.agent)).toBe(false);
      this.reservedFor.set(expected.agent, expected.request);
      const request = this.model.requests.find(({ id }) => id === expected.request);
      this.#remove(expected.request);
      if (request) {
        this.model.served(request, expected.target);
        this.line.apply({ type: 'served', request, target: expected.target }, this.now);
      }
      const type = request?.preferences?.anyReadiness ? 'claim' : 'reserve';
      this.#input(expected.agent, { type, request: expected.request, until: this.now + 8000 });
    }
    for (let request = this.line.timedOut(this.now); request; request = this.line.timedOut(this.now)) {
      expect(request.request.timeoutAt).toBeLessThanOrEqual(this.now);
      this.#remove(request.request.id);
    }
    const late = this.model.requests.filter(
      ({ id, timeoutAt = Number.POSITIVE_INFINITY }) =>
        timeoutAt <= this.now && (this.model.aside.get(id) ?? 0) <= this.now,
    );
    expect(late).toEqual([]);
    let isFreed = false;
    for (let agent = this.line.overdue(this.now); agent; agent = this.line.overdue(this.now)) {
      expect(agent.state).toBe('reserved');
      this.#input(agent.id, { type: 'reservation-expired' });
      isFreed = true;
    }
    const overdue = [...this.model.agents.values()].filter(({ state }) => state.until && state.until <= this.now);
    expect(overdue).toEqual([]);
    if (isFreed) this.#serve();
  }

  #comparePositions(): void {
    const inOrder = this.model.inOrder(this.now);
    expect(this.line.size).toBe(inOrder.length);
    for (const queue of ['Q1', 'Q2']) {
      inOrder
        .filter(({ virtualQueue }) => virtualQueue === queue)
        .forEach((request, index, all) => {
          expect(this.line.position(request.id, this.now)).toEqual({
            position: index + 1,
            total: all.length,
            priority: effectivePriority(request, this.now),
          });
        });
    }
  }

  #pick(index: number): WaitingRequest | undefined {
    return this.model.requests[index % Math.max(1, this.model.requests.length)];
  }

  #put(request: WaitingRequest): void {
    const whole = { ...request, version: ++this.#version };
    this.model.requests = [...this.model.requests.filter(({ id }) => id !== whole.id), whole];
    this.line.apply({ type: 'request', request: whole }, this.now);
  }

  #remove(id: string): void {
    this.model.requests = this.model.requests.filter((request) => request.id !== id);
    this.line.apply({ type: 'request-gone', id }, this.now);
  }

  #agent(id: string, input: string): void {
    if (input === 'delete') {
      this.model.agents.delete(id);
      this.reservedFor.delete(id);
      this.line.apply({ type: 'agent-gone', id }, this.now);
      return;
    }
    if (input === 'profile' || !this.model.agents.has(id)) {
      const profile = { id, dn: id, ...(PROFILES[this.#profile++ % PROFILES.length] ?? { skills: {}, groups: [] }) };
      this.#store(profile, this.model.agents.get(id)?.state ?? newAgent(id));
    }
    for (const one of INPUTS[input] ?? []) this.#input(id, one);
  }

  #input(id: string, input: AgentInput): void {
    const known = this.model.agents.get(id);
    const state = known && agentTransition(known.state, input, this.now);
    if (!known || !state) return;
    const tally = tallied(known.tally, known.state, state, this.now, 0);
    this.#store(known.profile, state, tally);
  }

  #store(profile: AgentProfile, state: AgentState, tally = this.model.agents.get(profile.id)?.tally ?? NO_TALLY): void {
    if (state.state !== 'reserved') this.reservedFor.delete(profile.id);
    this.model.agents.set(profile.id, { profile, state, tally });
    this.line.apply({ type: 'agent', profile, state, version: ++this.#version, tally }, this.now);
  }
}

function changed(what: string, value: number, request: WaitingRequest, now: number): Partial<WaitingRequest> {
  switch (what) {
    case 'selectable':
      return { selectable: !request.selectable };
    case 'paused':
      return { paused: !request.paused };
    case 'priority':
      return { priority: value - 3 };
    default:
      return { targets: TARGETS[value] ?? [], targetsSince: now };
  }
}

it('the indexed line answers as the obvious one over random histories', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 120 }), (steps) => {
      const comparison = new Comparison();
      for (const one of steps) comparison.run(one);
    }),
    { numRuns: 600 },
  );
});
