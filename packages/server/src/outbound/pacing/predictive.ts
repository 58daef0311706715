import type { Pacer, PacingDecision, PacingObservation, PacingSituation } from '../dialing/index.js';
import { AbandonmentBudget, type BudgetMemory } from './abandonment-budget.js';
import { PacingGoal } from './pacing-goal.js';
import { PhaseTime } from './phase-time.js';
import { progressiveDials } from './progressive.js';
import { ReleaseTable } from './release-table.js';
import { type AnswerCurve, HORIZONS, RingTimes } from './ring-times.js';
import { Shortage } from './shortage.js';

/** Assumed until calls have been seen. */
const TALK = { meanS: 150, variation: 1 };
const WRAP = { meanS: 15, variation: 0.5 };
/** An answered call finds an agent who becomes free within the time that it may wait: half of the two seconds allowed. */
const GRACE_S = 1;
const DEFAULT_LIMIT = 0.03;
const HIGHEST_LIMIT = 0.5;
const DEFAULT_HISTORY = 50;
/** The release table is worked out anew after so many more phases, but not twice in 20 s, or after so long a time. */
const PHASES_PER_TABLE = 25;
const LEAST_TABLE_AGE_MS = 20_000;
const TABLE_AGE_MS = 300_000;
/** The chance that the calls under way may have of carrying the abandonment over its limit. */
const BREACH = 0.001;

/** What a pacer has to keep over a restart; everything else is learned again within minutes. */
export interface PacingMemory {
  budget: BudgetMemory;
}

/**
 * The model-based pacer: dials as long as the probability that one more call, when it is answered, finds nobody free
 * stays below the threshold of the abandonment budget.
 *
 * It looks ahead to the times by which a call that is dialed now will have been answered, and knows for each of them the
 * age of every call that rings and of every talk: how many of the former will be answered, how many of the latter over.
 * All distributions are learned from what happens. One per campaign group.
 */
export class PredictivePacer implements Pacer {
  readonly #budget: AbandonmentBudget;
  readonly #goal = new PacingGoal();
  readonly #talk = new PhaseTime(TALK.meanS, TALK.variation);
  readonly #wrap = new PhaseTime(WRAP.meanS, WRAP.variation);
  readonly #shortages = Array.from({ length: HORIZONS }, () => new Shortage());
  #rings: RingTimes | undefined;
  #release: { table: ReleaseTable; withinS: readonly number[]; at: number } | undefined;
  #phasesSinceTable = 0;

  constructor(memory?: PacingMemory) {
    this.#budget = new AbandonmentBudget({ limit: DEFAULT_LIMIT }, memory?.budget);
  }

  memory(): PacingMemory {
    return { budget: this.#budget.memory() };
  }

  observe(observation: PacingObservation): void {
    switch (observation.type) {
      case 'dialed':
        return;
      case 'dial-ended':
        this.#rings?.ended(observation.dialedAt, observation.at, observation.answered);
        return;
      case 'answer-served':
        this.#budget.served(observation.at, observation.abandoned);
        if (!observation.abandoned) this.#goal.served();
        return;
      case 'talked':
        this.#talk.observe(observation.milliseconds / 1000);
        this.#phasesSinceTable += 1;
        return;
      case 'wrapped':
        this.#wrap.observe(observation.milliseconds / 1000);
        this.#phasesSinceTable += 1;
        return;
    }
  }

  dialNow(situation: PacingSituation): PacingDecision {
    const { now, ready, queued, dialing, limit } = situation;
    const rings = this.#ringTimes(situation.ringTimeoutMs);
    const curve = rings.curve(now);
    if (rings.counted < numberOf(situation, 'history_length', DEFAULT_HISTORY)) {
      const dials = Math.min(limit, progressiveDials({ ready, queued, dialing: dialing.length }));
      return { dials, nobodyFree: Array.from({ length: dials }, () => 0) };
    }
    const risk = this.#aim(situation);
    const shortages = this.#lookAhead(situation, curve);
    const free = ready - queued;
    const threshold = this.#budget.threshold * risk;
    const spare = this.#budget.spare(now);
    const nobodyFree: number[] = [];
    while (nobodyFree.length < limit) {
      const chance = meanChance(shortages, free);
      if (chance > threshold) break;
      for (let horizon = 0; horizon < HORIZONS; horizon += 1) {
        shortages[horizon]?.addCall(curve.answeredWithin(0, horizon));
      }
      if (nobodyFree.length + dialing.length >= free && meanChance(shortages, free + spare + 1) > BREACH) break;
      nobodyFree.push(chance);
    }
    return { dials: nobodyFree.length, nobodyFree };
  }

  /**
   * The cap holds for every goal.
   * @returns the part of the allowed risk that a dial may take
   */
  #aim(situation: PacingSituation): number {
    const { now, ready, occupied, optimizeBy, optimizeGoal, mostAbandoned: limit } = situation;
    this.#budget.limit = Math.min(limit, HIGHEST_LIMIT);
    this.#budget.agents = ready + occupied.length;
    const { share, risk } = this.#goal.aim(optimizeBy, optimizeGoal, { now, ready, occupied: occupied.length });
    // With less risk than is allowed there is nothing to be made up for by more of it later.
    const wanted = risk < 1 ? 0 : share;
    this.#budget.wanted = wanted !== undefined && wanted < limit ? wanted : Number.POSITIVE_INFINITY;
    return risk;
  }

  #ringTimes(timeoutMs: number): RingTimes {
    if (this.#rings?.timeoutMs !== timeoutMs) this.#rings = new RingTimes(timeoutMs);
    return this.#rings;
  }

  #lookAhead({ now, occupied, readyAt, dialing }: PacingSituation, curve: AnswerCurve): readonly Shortage[] {
    const release = this.#releaseTable(curve, now);
    for (const [horizon, shortage] of this.#shortages.entries()) {
      shortage.clear();
      for (const { phase, since } of occupied) {
        shortage.addAgent(release.readyWithin(phase, (now - since) / 1000, horizon));
      }
      const until = now + ((curve.horizonsS[horizon] ?? 0) + GRACE_S) * 1000;
      for (const at of readyAt) shortage.addAgent(at <= until ? 1 : 0);
      for (const at of dialing) shortage.addCall(curve.answeredWithin((now - at) / 1000, horizon));
    }
    return this.#shortages;
  }

  #releaseTable(curve: AnswerCurve, now: number): ReleaseTable {
    const withinS = curve.horizonsS.map((horizon) => horizon + GRACE_S);
    const known = this.#release;
    if (known?.withinS.every((within, index) => within === withinS[index])) {
      const age = now - known.at;
      if (age <= TABLE_AGE_MS && (this.#phasesSinceTable < PHASES_PER_TABLE || age < LEAST_TABLE_AGE_MS)) {
        return known.table;
      }
    }
    const table = new ReleaseTable(this.#talk, this.#wrap, withinS);
    this.#release = { table, withinS, at: now };
    this.#phasesSinceTable = 0;
    return table;
  }
}

/** The probability that a call dialed now, if it is answered, finds nobody: over the times at which that may be. */
function meanChance(shortages: readonly Shortage[], free: number): number {
  let sum = 0;
  for (const shortage of shortages) sum += shortage.atLeast(free);
  return sum / shortages.length;
}

function numberOf(situation: PacingSituation, option: string, absent: number): number {
  const value = Number(situation.option(option) ?? absent);
  return Number.isFinite(value) && value >= 0 ? value : absent;
}
