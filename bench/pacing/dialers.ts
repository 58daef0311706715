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
