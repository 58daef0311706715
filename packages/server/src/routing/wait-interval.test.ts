import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/index.js';
import { Estimates } from './estimates.js';
import { bandOf, interval, learnError, PRIOR_SPREAD, type Spread } from './wait-interval.js';

/** Waits with an exponential part, as a function of what was estimated. */
function learned(count: number, waitFor: (estimated: number, random: () => number) => number): [Spread, number] {
  const random = seededRandom(7);
  let spread = PRIOR_SPREAD;
  let covered = 0;
  for (let i = 0; i < count; i += 1) {
    const estimated = 20 + 300 * random();
    const deviation = estimated / 3;
    const waited = waitFor(estimated, random);
    const { lowSeconds, highSeconds } = interval(estimated, deviation, spread);
    if (i >= count / 2 && waited >= lowSeconds && waited <= highSeconds) covered += 1;
    spread = learnError(spread, estimated, deviation, waited);
  }
  return [spread, covered / (count / 2)];
}

describe('the interval around an estimated wait', () => {
  it.each([
    ['the model is right about its errors', (estimated: number, random: () => number) => estimated * (0.5 + random())],
    ['waits are much more scattered than it thinks', (e: number, r: () => number) => -e * 2 * Math.log(1 - r())],
    ['waits are far longer than estimated', (e: number, r: () => number) => 2 * e + 60 * r()],
    ['waits are nearer to it than it thinks', (e: number, r: () => number) => e * (0.9 + 0.2 * r())],
  ])('covers 80 of 100 waits where %s', (_where, waitFor) => {
    const [, covered] = learned(20_000, waitFor);
    expect(covered).toBeGreaterThan(0.77);
    expect(covered).toBeLessThan(0.83);
  });

  it('never begins below nothing, and never ends before it begins', () => {
    const odd: Spread = { all: { low: 2, high: -3, seen: 500 }, bands: PRIOR_SPREAD.bands };
    for (const seconds of [0, 1, 100]) {
      const { lowSeconds, highSeconds } = interval(seconds, 50, odd);
      expect(lowSeconds).toBeGreaterThanOrEqual(0);
      expect(highSeconds).toBeGreaterThanOrEqual(lowSeconds);
    }
  });

  it('is a point where nothing is uncertain, of which nothing is learned', () => {
    expect(interval(0, 0, PRIOR_SPREAD)).toEqual({ seconds: 0, lowSeconds: 0, highSeconds: 0 });
    expect(learnError(PRIOR_SPREAD, 0, 0, 30)).toBe(PRIOR_SPREAD);
  });

  it.each([
    [0, 0],
    [29.9, 0],
    [30, 1],
    [119, 2],
    [120, 3],
    [300, 4],
    [10_000, 4],
  ])('puts an estimate of %d s into band %d', (seconds, band) => expect(bandOf(seconds)).toBe(band));
});

describe('what is learned of a virtual queue', () => {
  const told = { seconds: 60, lowSeconds: 20, highSeconds: 130, deviation: 40 };

  it('counts the waits of those who were served, not of those who gave up', () => {
    const estimates = new Estimates();
    estimates.left('VQ', 90_000, false, told);
    expect(estimates.spread('VQ')).toBe(PRIOR_SPREAD);
    estimates.left('VQ', 90_000, true, told);
    expect(estimates.spread('VQ').all.seen).toBe(1);
    expect(estimates.spread('Other')).toBe(PRIOR_SPREAD);
  });

  it('says that the wait is unknown where nobody is logged in', () => {
    const nobody = { ahead: 3, loggedIn: 0, working: 0, ready: 0 };
    expect(new Estimates().predict('VQ', nobody)).toEqual({
      seconds: 10_000,
      lowSeconds: 10_000,
      highSeconds: 10_000,
      deviation: 0,
    });
  });
});
