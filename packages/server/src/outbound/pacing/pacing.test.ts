import { describe, expect, it } from 'vitest';
import type { PacingSituation } from '../dialing/index.js';
import { AbandonmentBudget } from './abandonment-budget.js';
import { PacingGoal } from './pacing-goal.js';
import { PhaseTime } from './phase-time.js';
import { PredictivePacer } from './predictive.js';
import { progressiveDials } from './progressive.js';
import { ReleaseTable } from './release-table.js';
import { RingTimes } from './ring-times.js';
import { Shortage } from './shortage.js';

const TIMEOUT_MS = 32_000;

/** A repeatable source of numbers in [0, 1). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

describe('the progressive formula', () => {
  it.each([
    [{ ready: 4, queued: 0, dialing: 1 }, 0.7, 1],
    [{ ready: 4, queued: 0, dialing: 1 }, 1, 3],
    [{ ready: 4, queued: 2, dialing: 1 }, 1, 1],
    [{ ready: 1, queued: 0, dialing: 3 }, 1, 0],
    [{ ready: 10, queued: 0, dialing: 0 }, 0.7, 7],
    [{ ready: 3, queued: 0, dialing: 0 }, 2.5, 7],
    [{ ready: 0, queued: 5, dialing: 0 }, 1, 0],
  ])('dials for %j with %d lines per agent %i calls', (situation, lines, dials) => {
    expect(progressiveDials(situation, lines)).toBe(dials);
  });
});

describe('the shortage of agents', () => {
  /** By adding up every outcome. */
  function byEnumeration(calls: readonly number[], agents: readonly number[], wanted: number): number {
    const events = [...calls.map((chance) => ({ chance, step: 1 })), ...agents.map((chance) => ({ chance, step: -1 }))];
    const walk = (index: number, sum: number, probability: number): number => {
      const event = events[index];
      if (!event) return sum >= wanted ? probability : 0;
      const { chance, step } = event;
      return walk(index + 1, sum + step, probability * chance) + walk(index + 1, sum, probability * (1 - chance));
    };
    return walk(0, 0, 1);
  }

  it('has the distribution of the difference of its events', () => {
    const next = numbers(3);
    const shortage = new Shortage();
    for (let round = 0; round < 50; round += 1) {
      const calls = Array.from({ length: Math.floor(next() * 6) }, next);
      const agents = Array.from({ length: Math.floor(next() * 6) }, next);
      shortage.clear();
      for (const chance of calls) shortage.addCall(chance);
      for (const chance of agents) shortage.addAgent(chance);
      for (let wanted = -6; wanted <= 7; wanted += 1) {
        expect(shortage.atLeast(wanted)).toBeCloseTo(byEnumeration(calls, agents, wanted), 9);
      }
    }
  });

  it('is near enough when it is worked out by its moments', () => {
    const next = numbers(8);
    const calls = Array.from({ length: 60 }, () => next() * 0.4);
    const agents = Array.from({ length: 90 }, () => next() * 0.3);
    const shortage = new Shortage();
    shortage.clear();
    for (const chance of calls) shortage.addCall(chance);
    for (const chance of agents) shortage.addAgent(chance);
    let exact = new Map([[0, 1]]);
    for (const [chance, step] of [
      ...calls.map((one) => [one, 1] as const),
      ...agents.map((one) => [one, -1] as const),
    ]) {
      const after = new Map<number, number>();
      for (const [sum, probability] of exact) {
        after.set(sum, (after.get(sum) ?? 0) + probability * (1 - chance));
        after.set(sum + step, (after.get(sum + step) ?? 0) + probability * chance);
      }
      exact = after;
    }
    for (let wanted = -20; wanted <= 20; wanted += 1) {
      let sum = 0;
      for (const [value, probability] of exact) if (value >= wanted) sum += probability;
      expect(Math.abs(shortage.atLeast(wanted) - sum)).toBeLessThan(0.002);
    }
  });
});

describe('what is learned', () => {
  it('of phases: their distribution, also after a change', () => {
    const phase = new PhaseTime(150, 1);
    for (let round = 0; round < 4000; round += 1) phase.observe(60 * (round % 2 === 0 ? 0.5 : 2));
    expect(phase.endedBy(60)).toBeCloseTo(0.5, 1);
    expect(phase.meanS).toBeGreaterThan(60);
    expect(phase.meanS).toBeLessThan(90);
    for (let round = 0; round < 20_000; round += 1) phase.observe(300);
    expect(phase.meanS).toBeGreaterThan(250);
  });

  it('of dials: only those older than the ring time-out count, so that fast failures do not come first', () => {
    const rings = new RingTimes(TIMEOUT_MS);
    for (let dial = 0; dial < 200; dial += 1) {
      const dialedAt = dial * 100;
      // Failures are known after 1 s, answers after 20 s.
      rings.ended(dialedAt, dialedAt + (dial % 2 === 0 ? 1000 : 20_000), dial % 2 === 1);
    }
    rings.curve(31_999);
    expect(rings.counted).toBe(0);
    rings.curve(200 * 100 + TIMEOUT_MS);
    expect(rings.counted).toBe(200);
    expect(rings.curve(200 * 100 + TIMEOUT_MS).answerRate).toBeCloseTo(0.5, 1);
  });

  it('of a ringing call: the older it is, the less is to come of it', () => {
    const rings = new RingTimes(TIMEOUT_MS);
    const next = numbers(5);
    for (let dial = 0; dial < 2000; dial += 1) {
      const answered = next() < 0.3;
      rings.ended(dial, dial + (answered ? 10_000 + next() * 10_000 : TIMEOUT_MS), answered);
    }
    const curve = rings.curve(1_000_000);
    expect(curve.answerRate).toBeCloseTo(0.3, 1);
    const last = curve.horizonsS.length - 1;
    expect(curve.answeredWithin(0, last)).toBeGreaterThan(0.2);
    expect(curve.answeredWithin(12, last)).toBeGreaterThan(curve.answeredWithin(18, last));
    expect(curve.answeredWithin(25, last)).toBeLessThan(0.02);
  });

  it('of agents: who is in after-call work is ready before who talks, and both are ready some time', () => {
    const table = new ReleaseTable(new PhaseTime(180, 1), new PhaseTime(20, 0.5), [5, 15, 40]);
    for (const [horizon] of [5, 15, 40].entries()) {
      expect(table.readyWithin('wrap', 10, horizon)).toBeGreaterThan(table.readyWithin('talk', 10, horizon));
    }
    expect(table.readyWithin('wrap', 30, 2)).toBeGreaterThan(0.9);
    expect(table.readyWithin('talk', 100, 0)).toBeLessThan(table.readyWithin('talk', 100, 2));
    expect(table.readyWithin('talk', 1e9, 0)).toBeLessThanOrEqual(1);
  });
});

describe('the abandonment budget', () => {
  const DAY_MS = 86_400_000;

  it('has nothing to spare until enough calls were answered', () => {
    const budget = new AbandonmentBudget({ limit: 0.03 });
    expect(budget.spare(0)).toBe(0);
    for (let call = 0; call < 32; call += 1) budget.served(call, false);
    expect(budget.spare(40)).toBe(0);
    budget.served(50, false);
    // 1 of 34 is 2.94 %.
    expect(budget.spare(60)).toBe(1);
    budget.served(70, true);
    expect(budget.spare(80)).toBe(0);
  });

  it('holds for the day and for the window of days before it', () => {
    const budget = new AbandonmentBudget({ limit: 0.03 });
    for (let call = 0; call < 1000; call += 1) budget.served(call, call % 20 === 0);
    for (let call = 0; call < 400; call += 1) budget.served(DAY_MS + call, false);
    // The day alone would allow 12, but the window stands at 50 of 1400.
    expect(budget.spare(DAY_MS + 500)).toBeLessThan(0);
    expect(budget.window(DAY_MS + 500)).toEqual({ answered: 1400, abandoned: 50 });
    for (let call = 0; call < 400; call += 1) budget.served(30 * DAY_MS + call, false);
    expect(budget.window(30 * DAY_MS + 500)).toEqual({ answered: 800, abandoned: 0 });
  });

  it('allows less risk after an abandoned call and more after answered ones', () => {
    const budget = new AbandonmentBudget({ limit: 0.03 });
    const first = budget.threshold;
    budget.served(0, true);
    const second = budget.threshold;
    expect(second).toBeLessThan(first);
    for (let call = 0; call < 200; call += 1) budget.served(call, false);
    expect(budget.threshold).toBeGreaterThan(second);
  });

  it('is the same after it was kept and taken up again', () => {
    const budget = new AbandonmentBudget({ limit: 0.03 });
    for (let call = 0; call < 500; call += 1) budget.served(call * 1000, call % 40 === 0);
    const kept = JSON.parse(JSON.stringify(budget.memory()));
    const again = new AbandonmentBudget({ limit: 0.03 }, kept);
    expect(again.threshold).toBeCloseTo(budget.threshold, 12);
    expect(again.spare(600_000)).toBe(budget.spare(600_000));
  });
});

describe('the goal', () => {
  it('of a busy factor lowers the risk while agents work more than is asked, and raises it again', () => {
    const goal = new PacingGoal();
    const busy = (occupied: number, seconds: number, from: number) => {
      let aim = goal.aim('BusyFactor', 80, { now: from, ready: 10 - occupied, occupied });
      for (let now = from; now <= from + seconds * 1000; now += 1000) {
        aim = goal.aim('BusyFactor', 80, { now, ready: 10 - occupied, occupied });
      }
      return aim.risk;
    };
    const low = busy(10, 1800, 0);
    expect(low).toBeLessThan(0.1);
    expect(busy(2, 3600, 1_800_000)).toBe(1);
  });

  it('of an overdial rate is the share itself', () => {
    expect(new PacingGoal().aim('OverdialRate', 2, { now: 0, ready: 1, occupied: 1 })).toEqual({
      share: 0.02,
      risk: 1,
    });
  });
});

describe('the model-based pacer', () => {
  const situation: PacingSituation = {
    now: 0,
    mode: 'Predictive',
    optimizeBy: 'OverdialRate',
    optimizeGoal: 3,
    ready: 3,
    occupied: [],
    readyAt: [],
    queued: 0,
    dialing: [],
    ringTimeoutMs: TIMEOUT_MS,
    limit: 100,
    mostAbandoned: 0.03,
    option: () => undefined,
  };

  /** A pacer that has seen a long quiet day: three of ten dials answered, talks of three minutes. */
  function experienced(): PredictivePacer {
    const pacer = new PredictivePacer();
    const next = numbers(11);
    pacer.dialNow(situation);
    for (let dial = 0; dial < 2000; dial += 1) {
      const answered = next() < 0.3;
      const dialedAt = dial * 1000;
      const at = dialedAt + (answered ? 8000 + next() * 15_000 : TIMEOUT_MS);
      pacer.observe({ type: 'dial-ended', dialedAt, at, answered });
      if (answered) pacer.observe({ type: 'answer-served', at, abandoned: false });
      pacer.observe({ type: 'talked', milliseconds: 60_000 + next() * 240_000 });
      pacer.observe({ type: 'wrapped', milliseconds: 10_000 + next() * 20_000 });
    }
    return pacer;
  }
  const LATER = { ...situation, now: 3_000_000 };

  it('dials one call per ready agent until it has a history', () => {
    const { dials, nobodyFree } = new PredictivePacer().dialNow(situation);
    expect(dials).toBe(3);
    expect(nobodyFree).toEqual([0, 0, 0]);
  });

  it('dials more calls than agents are ready when most are not answered, each with its risk', () => {
    const { dials, nobodyFree } = experienced().dialNow(LATER);
    expect(dials).toBeGreaterThan(3);
    expect(nobodyFree).toHaveLength(dials);
    expect([...nobodyFree].sort((one, other) => one - other)).toEqual(nobodyFree);
  });

  it('dials less the more calls ring, and nothing more than it may', () => {
    const pacer = experienced();
    const free = pacer.dialNow(LATER).dials;
    const ringing = Array.from({ length: free }, () => LATER.now - 2000);
    expect(pacer.dialNow({ ...LATER, dialing: ringing }).dials).toBeLessThanOrEqual(1);
    expect(pacer.dialNow({ ...LATER, limit: 2 }).dials).toBe(2);
    expect(pacer.dialNow({ ...LATER, ready: 0, queued: 3 }).dials).toBe(0);
  });

  it('dials ahead for agents who are about to be free', () => {
    const pacer = experienced();
    const wrapping = Array.from({ length: 10 }, () => ({ phase: 'wrap', since: LATER.now - 20_000 }) as const);
    const alone = pacer.dialNow({ ...LATER, ready: 0 }).dials;
    expect(pacer.dialNow({ ...LATER, ready: 0, occupied: wrapping }).dials).toBeGreaterThan(alone);
    const announced = Array.from({ length: 5 }, () => LATER.now + 2000);
    expect(pacer.dialNow({ ...LATER, ready: 0, readyAt: announced }).dials).toBeGreaterThan(alone);
  });

  it('with the limit reached dials only what is all but sure to find an agent, also after a restart', () => {
    const pacer = experienced();
    const before = pacer.dialNow(LATER).dials;
    for (let call = 0; call < 40; call += 1) {
      pacer.observe({ type: 'answer-served', at: LATER.now - 1000, abandoned: true });
    }
    const after = pacer.dialNow(LATER).dials;
    expect(after).toBeLessThanOrEqual(3);
    expect(after).toBeLessThan(before);
    const memory = JSON.parse(JSON.stringify(pacer.memory()));
    expect(new PredictivePacer(memory).memory()).toEqual(memory);
  });
});
