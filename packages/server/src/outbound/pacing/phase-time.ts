import { normalProbability } from './normal-distribution.js';

/** So many of the latest phases are remembered, with weights that fade. */
const WINDOW = 2000;
const SHORTEST_S = 0.5;

/**
 * How long one phase of an agent's work takes (talk, or after-call work): a lognormal distribution learned from the
 * phases that have ended, beginning with an assumption that counts as much as a few of them.
 */
export class PhaseTime {
  #weight: number;
  #mean: number;
  #squares: number;

  /** @param meanS assumed mean in seconds, @param variation assumed coefficient of variation, before anything is known */
  constructor(meanS: number, variation: number, priorWeight = 5) {
    const variance = Math.log(1 + variation * variation);
    this.#weight = priorWeight;
    this.#mean = Math.log(meanS) - variance / 2;
    this.#squares = variance * priorWeight;
  }

  observe(seconds: number): void {
    const value = Math.log(Math.max(seconds, SHORTEST_S));
    const kept = Math.min(this.#weight, WINDOW - 1);
    // What fades takes its share of the spread along.
    this.#squares *= kept / this.#weight;
    this.#weight = kept + 1;
    const step = value - this.#mean;
    this.#mean += step / this.#weight;
    this.#squares += step * (value - this.#mean);
  }

  /** Probability that the phase takes at most so many seconds. */
  endedBy(seconds: number): number {
    if (seconds <= 0) return 0;
    const deviation = Math.sqrt(Math.max(this.#squares / this.#weight, 1e-4));
    return normalProbability((Math.log(seconds) - this.#mean) / deviation);
  }

  get meanS(): number {
    return Math.exp(this.#mean + this.#squares / this.#weight / 2);
  }
}
