import type { PhaseTime } from './phase-time.js';

/** Seconds between two ages of the table. */
const AGE_STEP_S = 2;
const AGES = 600;
/** Below this, so few phases last so long that the distribution says nothing about them. */
const SMALLEST_SURVIVAL = 1e-6;

/**
 * The probability that a busy agent is ready again within a given time, by phase and age of the phase: the rest of the
 * talk followed by the after-call work, or the rest of the latter.
 */
export class ReleaseTable {
  readonly #talk: Float64Array;
  readonly #wrap: Float64Array;
  readonly #horizons: number;

  /** @param withinS for which times, in seconds */
  constructor(talk: PhaseTime, wrap: PhaseTime, withinS: readonly number[]) {
    this.#horizons = withinS.length;
    this.#talk = new Float64Array(AGES * withinS.length);
    this.#wrap = new Float64Array(AGES * withinS.length);
    const longest = Math.ceil(Math.max(...withinS)) + 1;
    const talkEnded = grid(talk, AGES * AGE_STEP_S + longest + 1);
    const wrapEndedBetween = grid(wrap, longest + 1, 0.5);
    for (let age = 0; age < AGES; age += 1) {
      const elapsed = age * AGE_STEP_S;
      for (const [index, within] of withinS.entries()) {
        const place = age * withinS.length + index;
        this.#talk[place] = throughTalk(talkEnded, wrapEndedBetween, elapsed, within);
        this.#wrap[place] = remaining(wrap, elapsed, within);
      }
    }
  }

  /** @param horizon index of the time given to the constructor */
  readyWithin(phase: 'talk' | 'wrap', ageS: number, horizon: number): number {
    const age = Math.min(AGES - 1, Math.max(0, Math.round(ageS / AGE_STEP_S)));
    const table = phase === 'talk' ? this.#talk : this.#wrap;
    return table[age * this.#horizons + horizon] ?? 0;
  }
}

/** `endedBy` at 0, 1, 2 ... seconds, moved by an offset. */
function grid(phase: PhaseTime, length: number, offset = 0): Float64Array {
  return Float64Array.from({ length }, (_, second) => phase.endedBy(second + offset));
}

/** The talk ends in one of the seconds that are left, and the after-call work in what is left after it. */
function throughTalk(talk: Float64Array, wrap: Float64Array, elapsed: number, within: number): number {
  const survival = 1 - (talk[elapsed] ?? 1);
  if (survival < SMALLEST_SURVIVAL) return 1 - SMALLEST_SURVIVAL;
  const whole = Math.floor(within);
  let probability = 0;
  for (let second = 0; second < whole; second += 1) {
    const ends = (talk[elapsed + second + 1] ?? 1) - (talk[elapsed + second] ?? 1);
    probability += ends * (wrap[whole - second - 1] ?? 0);
  }
  return Math.min(1, probability / survival);
}

function remaining(wrap: PhaseTime, elapsed: number, within: number): number {
  const ended = wrap.endedBy(elapsed);
  const survival = 1 - ended;
  if (survival < SMALLEST_SURVIVAL) return 1 - SMALLEST_SURVIVAL;
  return Math.min(1, (wrap.endedBy(elapsed + within) - ended) / survival);
}
