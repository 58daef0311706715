import { describe, expect, it } from 'vitest';
import type { PlaceOutlook, Rates } from '../routing/index.js';
import { type DeliveryPolicy, deliveryStep, turnProbability } from './delivery-policy.js';

const RATES: Rates = { handleMs: 300_000, handled: 1000, abandoned: 0, waitedMs: 1_000_000 };
const HYBRID: DeliveryPolicy = {
  order: 'hybrid',
  dialAt: 0.7,
  ringMs: 15_000,
  toleranceMs: 0,
  holdMs: 20_000,
  holdUntilMs: 25_000,
};

function busy(agents: number, servableAhead: number): PlaceOutlook {
  return { ahead: servableAhead, servableAhead, loggedIn: agents, working: agents, ready: 0 };
}

describe('when a callback is dialed', () => {
  it.each([
    ['hybrid', 'an agent is ready', { ...busy(20, 0), ready: 1 }, { step: 'dial', holdMs: 19_500 }],
    ['hybrid', 'it is next', busy(20, 0), { step: 'dial', holdMs: 19_500 }],
    ['hybrid', 'agents are free so often that a short hold is enough', busy(100, 0), { step: 'dial', holdMs: 1500 }],
    ['hybrid', 'agents are free so rarely that the hold has its limit', busy(2, 0), { step: 'dial', holdMs: 20_000 }],
    ['hybrid', 'three are ahead, of five departures before the answer', busy(100, 3), { step: 'dial', holdMs: 1500 }],
    ['customer-first', 'it is next', busy(20, 0), { step: 'dial', holdMs: 0 }],
    ['agent-first', 'it is far from next', busy(20, 50), { step: 'reserve' }],
  ] as const)('%s: %s', (order, _when, outlook, step) => {
    expect(deliveryStep({ ...HYBRID, order }, outlook, RATES)).toEqual(step);
  });

  it.each([
    ['one is ahead, of one departure before the answer', busy(20, 1), 4500],
    ['a hundred are ahead', busy(20, 100), 30_000],
    ['nobody is logged in', busy(0, 0), 30_000],
  ])('not yet: %s', (_when, outlook, askAgainMs) => {
    const step = deliveryStep(HYBRID, outlook, RATES);
    expect(step.step).toBe('wait');
    if (step.step === 'wait') expect(step.askAgainMs).toBeCloseTo(askAgainMs, 0);
  });

  it('is the likelier the fewer are ahead, and the more of them give up', () => {
    const impatient = { ...RATES, abandoned: 10 };
    for (let ahead = 0; ahead < 20; ahead += 1) {
      const likely = turnProbability(busy(100, ahead), RATES, 15_000);
      expect(turnProbability(busy(100, ahead + 1), RATES, 15_000)).toBeLessThan(likely);
      expect(turnProbability(busy(100, ahead), impatient, 15_000)).toBeGreaterThanOrEqual(likely);
    }
    expect(turnProbability({ ...busy(5, 3), ready: 4 }, RATES, 1)).toBe(1);
    // Of a Poisson variable with mean 1: at least one.
    expect(turnProbability(busy(20, 0), RATES, 15_000)).toBeCloseTo(1 - Math.exp(-1), 6);
  });
});
