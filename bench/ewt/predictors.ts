import { Estimates } from 'ringback/dist/routing/estimates.js';
import type { Predictor } from './world.js';

/** The product's estimate: nothing is given, everything is learned while it runs. */
export function ringback(agents: number): Predictor {
  const estimates = new Estimates();
  return {
    predict({ ahead }) {
      const told = estimates.predict('line', { ahead, loggedIn: agents, working: agents, ready: 0 });
      return { seconds: told.seconds, low: told.lowSeconds, high: told.highSeconds, deviation: told.deviation };
    },
    handled: (seconds) => estimates.handled('line', seconds * 1000),
    left(_now, waited, served, told) {
      const prediction = told && {
        seconds: told.seconds,
        lowSeconds: told.low ?? 0,
        highSeconds: told.high ?? 0,
        deviation: told.deviation ?? 0,
      };
      estimates.left('line', waited * 1000, served, prediction);
    },
  };
}

/** (Q + 1) H / N with the true mean handle time. */
export function queueLength(agents: number, handle: number): Predictor {
  return { predict: ({ ahead }) => ({ seconds: ((ahead + 1) * handle) / agents }) };
}

/** The age of whoever has waited longest. */
export function headOfLine(): Predictor {
  return { predict: ({ now, oldestSince }) => ({ seconds: oldestSince === undefined ? 0 : now - oldestSince }) };
}

/** The wait of whoever was served last. */
export function lastServed(): Predictor {
  let last = 0;
  return {
    predict: () => ({ seconds: last }),
    left: (_now, waited, served) => {
      if (served) last = waited;
    },
  };
}

const TEN_MINUTES_S = 600;

/** The mean wait of those served in the last ten minutes, of at most so many: what queues of telephone systems announce. */
export function recentMean(most = Number.POSITIVE_INFINITY): Predictor {
  let recent: { at: number; waited: number }[] = [];
  return {
    predict({ now }) {
      recent = recent.filter(({ at }) => now - at <= TEN_MINUTES_S);
      const counted = recent.slice(-Math.min(most, recent.length));
      const sum = counted.reduce((total, { waited }) => total + waited, 0);
      return { seconds: counted.length === 0 ? 0 : sum / counted.length };
    },
    left: (at, waited, served) => {
      if (served) recent.push({ at, waited });
    },
  };
}
