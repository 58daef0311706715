/**
 * How far a wait may be from its estimate: an 80 % interval that is learned from the waits that have ended.
 *
 * The model of ewt.ts gives each estimate a deviation. What is learned are the two quantiles, 10 and 90 %, of
 * (wait - estimate) / deviation: each wait that ends outside moves the bound outwards a step, each inside moves it
 * inwards by the share that makes both balance at 10 % outside on each side (quantile tracking). Whatever the
 * distribution of the handle times and however wrong the model, the share that is covered tends to 80 %.
 */
export interface WaitEstimate {
  readonly seconds: number;
  /** 80 of 100 waits are expected to end between these. */
  readonly lowSeconds: number;
  readonly highSeconds: number;
}

/** What a request was told when it was submitted; stored with it. */
export interface Prediction extends WaitEstimate {
  /** As the model saw it, seconds. */
  readonly deviation: number;
}

/** The two learned bounds, in deviations from the estimate, and how many waits they were learned from. */
interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly seen: number;
}

/** What is known of the errors of a virtual queue's estimates: altogether, and in each band of estimates. */
export interface Spread {
  readonly all: Bounds;
  readonly bands: readonly Bounds[];
}

/** Upper ends of the bands, seconds; errors of short and of long waits differ. The last band is open. */
export const BAND_ENDS_SECONDS = [30, 60, 120, 300] as const;

const OUTSIDE_EACH_SIDE = 0.1;
/**
 * Of the width of the interval. The step shrinks as experience grows, but never so far that a change of the world goes
 * unnoticed; in a large centre many waits are wrong for the same reason, which must not count as so many reasons.
 */
const FIRST_STEP = 0.15;
const SMALLEST_STEP = 0.0015;
/** Of the interval, in deviations: where all waits are as estimated there is still something to move by. */
const NARROWEST = 0.005;
/** With so many waits seen a band goes by what it has learned itself. */
const ENOUGH_FOR_BAND = 60;

/** Before anything has been seen: the quantiles of a moderately skewed distribution. */
const PRIOR_BOUNDS: Bounds = { low: -1.15, high: 1.35, seen: 0 };
export const PRIOR_SPREAD: Spread = {
  all: PRIOR_BOUNDS,
  bands: Array.from({ length: BAND_ENDS_SECONDS.length + 1 }, () => PRIOR_BOUNDS),
};

/** Which band an estimate is in: 0 is the shortest. */
export function bandOf(seconds: number): number {
  const band = BAND_ENDS_SECONDS.findIndex((end) => seconds < end);
  return band < 0 ? BAND_ENDS_SECONDS.length : band;
}

/** The interval around an estimate. @param deviation of the model, seconds; 0: nothing is uncertain */
export function interval(seconds: number, deviation: number, spread: Spread): WaitEstimate {
  const { low, high } = boundsFor(seconds, spread);
  const lowSeconds = Math.max(0, seconds + Math.min(low, high) * deviation);
  return { seconds, lowSeconds, highSeconds: Math.max(lowSeconds, seconds + Math.max(low, high) * deviation) };
}

/** Learns from a wait that has ended with an agent. @returns the same spread if the estimate had no uncertainty */
export function learnError(spread: Spread, estimated: number, deviation: number, waited: number): Spread {
  if (deviation <= 0) return spread;
  const error = (waited - estimated) / deviation;
  const band = bandOf(estimated);
  return {
    all: moved(spread.all, error),
    // A band begins with what holds altogether.
    bands: spread.bands.map((bounds, index) => {
      if (index !== band) return bounds;
      return moved(bounds.seen === 0 ? { ...spread.all, seen: 0 } : bounds, error);
    }),
  };
}

function boundsFor(seconds: number, { all, bands }: Spread): Bounds {
  const own = bands[bandOf(seconds)];
  return own && own.seen >= ENOUGH_FOR_BAND ? own : all;
}

function moved({ low, high, seen }: Bounds, error: number): Bounds {
  const step = Math.max(SMALLEST_STEP, FIRST_STEP / Math.sqrt(seen + 1)) * Math.max(NARROWEST, high - low);
  return {
    low: low + step * (OUTSIDE_EACH_SIDE - (error < low ? 1 : 0)),
    high: high + step * (1 - OUTSIDE_EACH_SIDE - (error < high ? 1 : 0)),
    seen: seen + 1,
  };
}
