/** Seconds of one bin. */
const BIN_S = 0.5;
/** Answers and failures that the first assumption counts for. */
const PRIOR_WEIGHT = 20;
const EARLIEST_ANSWER_S = 3;
/** So many of the latest dials make the estimate of the answer rate; an unannounced change shows within a few hundred. */
const RATE_MEMORY = 2000;
const RATE_PRIOR_WEIGHT = 10;
/** Cautious until something is known: the more are answered, the fewer may be dialed. */
const RATE_PRIOR = 0.5;
/** Dials between two workings-out of the curve. */
const FEWEST_BETWEEN = 20;
const MOST_BETWEEN = 100;
/** Shares of the answers after which an answered call has rung for the times that a decision looks ahead. */
const QUANTILES = [0.1, 0.3, 0.5, 0.7, 0.9] as const;

export const HORIZONS = QUANTILES.length;

/** A dial that has ended; it counts when every dial of its age has. */
interface EndedDial {
  dialedAt: number;
  /** How long it rang, in seconds. */
  afterS: number;
  answered: boolean;
}

/**
 * What becomes of dials: how many are answered, after how long, and after how long the others fail, all learned.
 *
 * Dials count in the order in which they were placed and only when they are older than the ring time-out: failures
 * arrive before answers, so whoever counts results as they come underestimates the answer rate after every burst.
 */
export class RingTimes {
  readonly #timeoutMs: number;
  readonly #bins: number;
  readonly #answers: Float64Array;
  readonly #failures: Float64Array;
  #unripe: EndedDial[] = [];
  /** When the oldest of these was dialed. */
  #oldest = Number.POSITIVE_INFINITY;
  #rateWeight = RATE_PRIOR_WEIGHT;
  #rate = RATE_PRIOR;
  #counted = 0;
  #curve: AnswerCurve;
  #countedInCurve = 0;

  /** @param timeoutMs after which the dialer itself ends a call that is not answered */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#bins = Math.max(2, Math.ceil(timeoutMs / 1000 / BIN_S) + 2);
    this.#answers = new Float64Array(this.#bins);
    this.#failures = new Float64Array(this.#bins);
    const first = Math.min(this.#bins - 2, Math.floor(EARLIEST_ANSWER_S / BIN_S));
    const last = this.#bins - 2;
    for (let bin = first; bin <= last; bin += 1) this.#answers[bin] = PRIOR_WEIGHT / (last - first + 1);
    this.#failures[last] = PRIOR_WEIGHT;
    this.#curve = new AnswerCurve(this.#answers, this.#failures, this.#rate);
  }

  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  /** Dials whose results count so far. */
  get counted(): number {
    return this.#counted;
  }

  ended(dialedAt: number, at: number, answered: boolean): void {
    this.#unripe.push({ dialedAt, afterS: (at - dialedAt) / 1000, answered });
    this.#oldest = Math.min(this.#oldest, dialedAt);
  }

  /** The curve as of now; it is worked out anew when enough has been learned. */
  curve(now: number): AnswerCurve {
    this.#ripen(now - this.#timeoutMs);
    const learned = this.#counted - this.#countedInCurve;
    if (learned >= Math.min(MOST_BETWEEN, Math.max(FEWEST_BETWEEN, this.#countedInCurve / 20))) {
      this.#curve = new AnswerCurve(this.#answers, this.#failures, this.#rate);
      this.#countedInCurve = this.#counted;
    }
    return this.#curve;
  }

  #ripen(before: number): void {
    if (this.#oldest > before) return;
    const left: EndedDial[] = [];
    const ripe: EndedDial[] = [];
    for (const dial of this.#unripe) (dial.dialedAt <= before ? ripe : left).push(dial);
    this.#unripe = left;
    this.#oldest = left.reduce((oldest, { dialedAt }) => Math.min(oldest, dialedAt), Number.POSITIVE_INFINITY);
    ripe.sort((one, other) => one.dialedAt - other.dialedAt);
    for (const dial of ripe) this.#count(dial);
  }

  #count({ afterS, answered }: EndedDial): void {
    const bin = Math.min(this.#bins - 2, Math.max(0, Math.floor(afterS / BIN_S)));
    const counts = answered ? this.#answers : this.#failures;
    counts[bin] = (counts[bin] ?? 0) + 1;
    this.#rateWeight = Math.min(this.#rateWeight, RATE_MEMORY - 1) + 1;
    this.#rate += ((answered ? 1 : 0) - this.#rate) / this.#rateWeight;
    this.#counted += 1;
  }
}

/** What is to be expected of a dial of a given age. */
export class AnswerCurve {
  /** For each quantile of the time to answer, that time in seconds. */
  readonly horizonsS: readonly number[];
  readonly answerRate: number;
  readonly #table: Float64Array;
  readonly #bins: number;

  constructor(answers: Float64Array, failures: Float64Array, answerRate: number) {
    this.answerRate = answerRate;
    this.#bins = answers.length;
    const answered = shares(answers);
    const failed = shares(failures);
    this.horizonsS = QUANTILES.map((quantile) => (firstAt(answered, quantile) + 1) * BIN_S);
    this.#table = new Float64Array(this.#bins * HORIZONS);
    for (let age = 0; age < this.#bins; age += 1) {
      for (const [index, horizon] of this.horizonsS.entries()) {
        const by = answered[Math.min(this.#bins - 1, age + Math.round(horizon / BIN_S))] ?? 1;
        const until = answered[age] ?? 1;
        const open = 1 - answerRate * until - (1 - answerRate) * (failed[age] ?? 1);
        const probability = open > 1e-9 ? (answerRate * (by - until)) / open : 0;
        this.#table[age * HORIZONS + index] = Math.min(1, Math.max(0, probability));
      }
    }
  }

  /** Probability that a dial that has rung for so long is answered before the horizon. */
  answeredWithin(ageS: number, horizon: number): number {
    const age = Math.min(this.#bins - 1, Math.max(0, Math.round(ageS / BIN_S)));
    return this.#table[age * HORIZONS + horizon] ?? 0;
  }
}

/** The share of all that lies before each bin. */
function shares(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const before = new Float64Array(counts.length);
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin += 1) {
    before[bin] = total > 0 ? sum / total : 0;
    sum += counts[bin] ?? 0;
  }
  return before;
}

/** The first bin by whose end the share is reached. */
function firstAt(before: Float64Array, share: number): number {
  for (let bin = 1; bin < before.length; bin += 1) if ((before[bin] ?? 1) >= share) return bin - 1;
  return before.length - 1;
}
