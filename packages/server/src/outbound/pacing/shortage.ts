import { normalDensity, normalProbability } from './normal-distribution.js';

/** Up to this variance the distribution is worked out exactly; above it the normal one is near enough. */
const EXACT_VARIANCE = 3;
/** More events than these are not worked out exactly, however small they are. */
const MOST_EXACT = 96;
/** Events that are less likely change nothing that could be noticed. */
const NEGLIGIBLE = 1e-5;

/**
 * At one time to come: how many of the calls that ring will have been answered, less how many agents will have become
 * free. A sum of independent events, each with its own probability. Emptied and filled again for each decision.
 */
export class Shortage {
  #mean = 0;
  #variance = 0;
  #skew = 0;
  readonly #chances = new Float64Array(MOST_EXACT);
  #events = 0;
  /** The lowest value that the difference can have. */
  #offset = 0;
  /** Probabilities of the difference being `offset`, `offset + 1` ..., once they were worked out. */
  readonly #exact = new Float64Array(MOST_EXACT + 1);
  #worked = 0;

  clear(): void {
    this.#mean = 0;
    this.#variance = 0;
    this.#skew = 0;
    this.#events = 0;
    this.#offset = 0;
    this.#worked = 0;
    this.#exact[0] = 1;
  }

  /** A call that may be answered: one more who needs an agent. */
  addCall(probability: number): void {
    if (probability < NEGLIGIBLE) return;
    this.#mean += probability;
    const variance = probability * (1 - probability);
    this.#variance += variance;
    this.#skew += variance * (1 - 2 * probability);
    this.#note(probability);
  }

  /** An agent who may become free: one less is missing. */
  addAgent(probability: number): void {
    if (probability < NEGLIGIBLE) return;
    this.#mean -= probability;
    const variance = probability * (1 - probability);
    this.#variance += variance;
    this.#skew -= variance * (1 - 2 * probability);
    this.#offset -= 1;
    this.#note(1 - probability);
  }

  /** Probability that the difference is at least so much. */
  atLeast(wanted: number): number {
    return this.#variance <= EXACT_VARIANCE && this.#events <= MOST_EXACT
      ? this.#exactly(wanted)
      : this.#nearly(wanted);
  }

  #exactly(wanted: number): number {
    while (this.#worked < this.#events) this.#convolve(this.#chances[this.#worked] ?? 0);
    let sum = 0;
    for (let index = Math.max(0, wanted - this.#offset); index <= this.#worked; index += 1) {
      sum += this.#exact[index] ?? 0;
    }
    return Math.min(1, sum);
  }

  /** Normal, corrected for skewness (Edgeworth). */
  #nearly(wanted: number): number {
    const deviation = Math.sqrt(this.#variance);
    const z = (wanted - 0.5 - this.#mean) / deviation;
    const skewness = this.#skew / (deviation * this.#variance);
    const below = normalProbability(z) - (normalDensity(z) * skewness * (z * z - 1)) / 6;
    return Math.min(1, Math.max(0, 1 - below));
  }

  #note(chance: number): void {
    if (this.#events < MOST_EXACT) this.#chances[this.#events] = chance;
    this.#events += 1;
  }

  /** One more event that adds 1 with this probability. */
  #convolve(chance: number): void {
    const exact = this.#exact;
    const length = this.#worked + 1;
    exact[length] = 0;
    for (let index = length; index > 0; index -= 1) {
      exact[index] = (exact[index] ?? 0) * (1 - chance) + (exact[index - 1] ?? 0) * chance;
    }
    exact[0] = (exact[0] ?? 0) * (1 - chance);
    this.#worked = length;
  }
}
