import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../kernel/index.js';
import { arrivalsOf } from './arrivals.js';
import type { Day } from './day.js';

const HOUR_MS = 3_600_000;
const BUSY: Day = {
  hours: 2.5,
  callbacks: [{ service: 'Now', perHour: [400, 0, 400] }],
  calls: [{ to: '8999', perHour: 200 }],
  parties: [
    { share: 3, outcome: 'answer', ringSeconds: 5, talkSeconds: 120 },
    { share: 1, outcome: 'busy' },
  ],
};

describe('arrivals', () => {
  test('come in order, as many as the rates say, each with a number of its own', () => {
    const arrivals = arrivalsOf(BUSY, seededRandom(7));
    expect(arrivals.map(({ at }) => at)).toEqual(arrivals.map(({ at }) => at).sort((one, other) => one - other));
    expect(new Set(arrivals.map(({ number }) => number)).size).toBe(arrivals.length);
    const count = (type: string, hour: number) =>
      arrivals.filter(({ at, wish }) => wish.type === type && Math.floor(at / HOUR_MS) === hour).length;
    expect(count('callback', 0)).toBeGreaterThan(320);
    expect(count('callback', 0)).toBeLessThan(480);
    expect(count('callback', 1)).toBe(0);
    expect(count('callback', 2)).toBeGreaterThan(140);
    expect(count('callback', 2)).toBeLessThan(260);
    expect(Math.max(...arrivals.map(({ at }) => at))).toBeLessThan(2.5 * HOUR_MS);
  });

  test('are the same for the same seed, others for another', () => {
    expect(arrivalsOf(BUSY, seededRandom(1))).toEqual(arrivalsOf(BUSY, seededRandom(1)));
    expect(arrivalsOf(BUSY, seededRandom(1))).not.toEqual(arrivalsOf(BUSY, seededRandom(2)));
  });

  test('behave as their shares say, and talk as long as the mean says', () => {
    const parties = arrivalsOf(BUSY, seededRandom(3)).flatMap(({ party }) => party.sequence);
    const answers = parties.filter(({ outcome }) => outcome === 'answer');
    expect(answers.length / parties.length).toBeCloseTo(0.75, 1);
    const mean = answers.reduce((sum, { talkSeconds = 0 }) => sum + talkSeconds, 0) / answers.length;
    expect(mean).toBeGreaterThan(110);
    expect(mean).toBeLessThan(130);
    expect(
      parties.filter(({ outcome }) => outcome === 'busy').every(({ talkSeconds }) => talkSeconds === undefined),
    ).toBe(true);
  });

  test('book ahead within the minutes that are said', () => {
    const callbacks = [{ service: 'Later', perHour: 100, afterMinutes: [30, 60] as [number, number] }];
    for (const { wish } of arrivalsOf({ hours: 1, callbacks }, seededRandom(1))) {
      expect(wish).toMatchObject({ type: 'callback', service: 'Later', parameters: {} });
      const { afterMs } = wish as { afterMs: number };
      expect(afterMs).toBeGreaterThanOrEqual(30 * 60_000);
      expect(afterMs).toBeLessThanOrEqual(60 * 60_000);
    }
  });
});
