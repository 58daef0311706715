import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/index.js';
import { expectedWaitSeconds, learnHandled, learnLeft, PRIOR_RATES, type Rates, UNKNOWN_EWT_SECONDS } from './ewt.js';

const busy = (ahead: number, working: number) => ({ ahead, loggedIn: working, working, ready: 0 });

describe('the expected waiting time', () => {
  it.each([
    ['nobody is logged in', { ahead: 0, loggedIn: 0, working: 0, ready: 0 }, UNKNOWN_EWT_SECONDS],
    ['an agent is ready and nobody ahead', { ahead: 0, loggedIn: 3, working: 3, ready: 1 }, 0],
    ['all are busy and nobody is ahead: a call per 240 s and agent', busy(0, 4), 60],
    ['nine are ahead', busy(9, 4), 600],
    ['two are ready and three ahead, who may not be served yet', { ahead: 3, loggedIn: 4, working: 4, ready: 2 }, 120],
    ['the agents who are logged in are all not ready', { ahead: 0, loggedIn: 2, working: 0, ready: 0 }, 120],
  ])('%s', (_when, outlook, seconds) => expect(expectedWaitSeconds(outlook, PRIOR_RATES)).toBeCloseTo(seconds, 6));

  it('is shorter when some of those ahead will give up', () => {
    let rates: Rates = PRIOR_RATES;
    for (let i = 0; i < 8000; i += 1) rates = learnLeft(rates, 100_000, i % 2 === 0);
    const patient = expectedWaitSeconds(busy(20, 5), PRIOR_RATES);
    const impatient = expectedWaitSeconds(busy(20, 5), rates);
    // One in two gives up per 200 s of waiting: sum of 1 / (5/240 + i/200), the one who is asked about among them.
    const exact = Array.from({ length: 21 }, (_, i) => 1 / (5 / 240 + (i + 1) / 200)).reduce((a, b) => a + b);
    expect(impatient).toBeLessThan(patient);
    expect(impatient / exact).toBeCloseTo(1, 1);
  });

  it('is the mean of the waits of those who stayed until an agent came', () => {
    const random = seededRandom(3);
    const exponential = (rate: number) => -Math.log(1 - random()) / rate;
    const [served, givesUp, ahead] = [4 / 240, 1 / 300, 3];
    let stayed = 0;
    let total = 0;
    for (let i = 0; i < 40_000; i += 1) {
      let wait = 0;
      for (let others = ahead; others >= 0; others -= 1) wait += exponential(served + others * givesUp);
      if (wait > exponential(givesUp)) continue;
      stayed += 1;
      total += wait;
    }
    const rates = { ...PRIOR_RATES, abandoned: 1, waitedMs: 300_000 };
    expect(expectedWaitSeconds(busy(ahead, 4), rates) / (total / stayed)).toBeCloseTo(1, 1);
    expect(total / stayed).toBeLessThan(0.95 * [0, 1, 2, 3].reduce((sum, i) => sum + 1 / (served + i * givesUp), 0));
  });

  it('learns the handle time and forgets what is long past', () => {
    const random = seededRandom(1);
    let rates: Rates = PRIOR_RATES;
    const call = (mean: number) => -mean * Math.log(1 - random());
    for (let i = 0; i < 5000; i += 1) rates = learnHandled(rates, call(300_000));
    expect(rates.handleMs / 300_000).toBeCloseTo(1, 0);
    for (let i = 0; i < 6000; i += 1) rates = learnHandled(rates, 60_000);
    expect(rates.handleMs / 60_000).toBeCloseTo(1, 1);
    expect(rates.handled).toBeLessThan(1001);
  });

  it('starts from the prior, which one odd call does not overthrow', () => {
    expect(learnHandled(PRIOR_RATES, 10_000_000).handleMs).toBeLessThan(1_000_000);
  });
});
