import { PredictivePacer, progressiveDials } from 'ringback/dist/outbound/pacing/index.js';
import { type Dialer, RING_TIMEOUT_S, type View } from './world.js';

const CHANNELS_PER_AGENT = 20;

/** One call per agent who is ready. */
export function progressive(): Dialer {
  return { dial: ({ ready, queued, dialing }) => progressiveDials({ ready, queued, dialing: dialing.length }) };
}

/** The model-based pacer of the product. */
export function modelBased(pacer = new PredictivePacer()): Dialer {
  const situation = {
    mode: 'Predictive',
    optimizeBy: 'OverdialRate',
    optimizeGoal: 3,
    readyAt: [],
    ringTimeoutMs: RING_TIMEOUT_S * 1000,
    mostAbandoned: 0.03,
    option: () => undefined,
  } as const;
  return {
    dial(view: View) {
      const { now, ready, queued, occupied, dialing } = view;
      const limit = CHANNELS_PER_AGENT * view.agents - dialing.length;
      return pacer.dialNow({ ...situation, now, ready, queued, occupied, dialing, limit }).dials;
    },
    dialEnded: (dialedAt, now, answered) => pacer.observe({ type: 'dial-ended', dialedAt, at: now, answered }),
    served: (now, abandoned) => pacer.observe({ type: 'answer-served', at: now, abandoned }),
    talked: (seconds) => pacer.observe({ type: 'talked', milliseconds: seconds * 1000 }),
    wrapped: (seconds) => pacer.observe({ type: 'wrapped', milliseconds: seconds * 1000 }),
  };
}

/** Aimed at by the adaptive ratio. */
const ADAPTIVE_AIM = 0.028;
const ADAPTIVE_GAIN = 0.25;
const ADAPTIVE_HIGHEST = 12;

/** The strongest simple baseline: calls per ready agent, raised by every answer that is served, lowered by others. */
export function adaptiveRatio(): Dialer {
  let ratio = 1;
  return {
    dial: ({ ready, queued, dialing }) => Math.max(0, Math.floor(ratio * (ready - queued) - dialing.length + 1e-9)),
    served(_now, abandoned) {
      ratio *= Math.exp(ADAPTIVE_GAIN * (ADAPTIVE_AIM - (abandoned ? 1 : 0)));
      ratio = Math.min(ADAPTIVE_HIGHEST, Math.max(1, ratio));
    },
  };
}

export interface VicidialSettings {
  method: 'HARD_LIMIT' | 'AVERAGE' | 'TAPERED';
  maximumLevel: number;
  /** Counts agents who are ready instead of all who are logged in and not in wrap-up. */
  availableOnly: boolean;
}

const SAMPLES = 15;
const LIMIT = 0.03;
const DAY_HOURS = 8;

/** Re-expressed from the published description of an older VICIdial's adaptive methods. */
export function vicidialLike({ method, maximumLevel, availableOnly }: VicidialSettings): Dialer {
  let level = 1;
  let answered = 0;
  let abandoned = 0;
  const differences: number[] = [];
  const agents: number[] = [];
  let nextSample = 0;
  let nextLevel = 15_000;
  let nextDial = 0;
  const adapt = (now: number) => {
    const difference = mean(differences) / Math.max(1, mean(agents));
    level = clamp(level * (1 + difference), maximumLevel);
    if (answered <= 50 || abandoned / answered <= LIMIT) return;
    if (method === 'HARD_LIMIT') level = 1;
    else if (method === 'AVERAGE') level = clamp(level / 2, maximumLevel);
    else level = clamp(level * Math.min(1, (DAY_HOURS - now / 3_600_000) / 10), maximumLevel);
  };
  return {
    dial({ now, agents: staff, ready, queued, occupied, dialing }) {
      if (now >= nextSample) {
        nextSample += 1000;
        push(differences, ready - queued);
        push(agents, staff);
      }
      if (now >= nextLevel) {
        nextLevel += 15_000;
        adapt(now);
      }
      if (now < nextDial) return 0;
      nextDial += 2500;
      const talking = occupied.filter(({ phase }) => phase === 'talk').length;
      const goal = availableOnly ? Math.round(level * ready) + talking : Math.round(level * (ready + talking));
      return Math.max(0, goal - dialing.length - queued - talking);
    },
    served(_now, lost) {
      answered += 1;
      if (lost) abandoned += 1;
    },
  };
}

function push(samples: number[], value: number): void {
  samples.push(value);
  if (samples.length > SAMPLES) samples.shift();
}

function mean(samples: readonly number[]): number {
  return samples.length === 0 ? 0 : samples.reduce((sum, value) => sum + value, 0) / samples.length;
}

function clamp(level: number, maximum: number): number {
  return Math.min(maximum, Math.max(1, level));
}
