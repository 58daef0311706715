import { Gauge, type Registry } from 'prom-client';
import type { WaitingDesk } from '../api/index.js';
import { deliveryReports, noDeliveries } from '../callback/index.js';
import { type Clock, instant, isObject, type JsonObject } from '../kernel/index.js';
import type { Journal } from '../reporting/index.js';
import {
  noWaits,
  type Overtaken,
  type Router,
  type StoredPlace,
  stillBefore,
  storedPlace,
  waitReports,
} from '../routing/index.js';
import type { Database } from '../store/index.js';

const HOUR_MS = 3_600_000;
const METRICS_HOURS = 1;
/** How long figures of the past are used again for the metrics. */
const FRESH_MS = 15_000;
const MOST_EVENTS = 5000;

export interface WaitingParts {
  database: Database;
  router: Router;
  journal: Pick<Journal, 'history'>;
  clock: Clock;
  /** Names of the configured virtual queues: they are told even if nobody ever waited there. */
  configured?: () => Iterable<string>;
}

/** Waiting as the administration API shows it: the line as it is, and the waits that have ended as they are stored. */
export function waitingDesk({ database, router, journal, clock, configured = () => [] }: WaitingParts): WaitingDesk {
  return {
    async overview(hours) {
      const until = clock.now() + 1;
      const from = until - hours * HOUR_MS;
      const waits = await waitReports(database, from, until);
      const deliveries = await deliveryReports(database, from, until);
      const waiting = router.waitingByKind();
      const names = new Set([...configured(), ...waits.keys(), ...deliveries.keys(), ...waiting.keys()]);
      return [...names].sort().map((virtualQueue) => {
        const { live, calibration, bands } = waits.get(virtualQueue) ?? noWaits();
        return {
          virtualQueue,
          waiting: waiting.get(virtualQueue) ?? { live: 0, callbacks: 0 },
          estimate: rounded({ ...router.estimate(virtualQueue) }),
          live: { ...live },
          callbacks: { ...(deliveries.get(virtualQueue) ?? noDeliveries()) },
          calibration: { ...calibration, bands: bands.map((band) => ({ ...band })) },
        };
      });
    },
    line: (virtualQueue, most) => router.places(virtualQueue, most)?.map((place) => ({ ...place })),
    async place(subject) {
      const stored = await storedPlace(database, subject);
      if (!stored) return undefined;
      const standing = stored.state === 'waiting' ? await router.query(stored.id) : undefined;
      return {
        ...shownPlace(stored),
        ...(standing && {
          position: standing.position,
          total: standing.total,
          estimate: rounded({
            seconds: standing.ewtSeconds,
            lowSeconds: standing.ewtLowSeconds,
            highSeconds: standing.ewtHighSeconds,
          }),
        }),
        stillBefore: (await stillBefore(database, stored.id)).map(shownOvertaken),
        decision: await decisionOf(journal, stored),
      };
    },
  };
}

/** The line and the figures of the last hour as Prometheus gauges, by virtual queue; read when they are asked for. */
export function registerWaitingMetrics(registry: Registry, desk: WaitingDesk, clock: Clock): void {
  let known: { at: number; queues: Promise<JsonObject[]> } | undefined;
  const queues = () => {
    const now = clock.now();
    if (!known || now - known.at >= FRESH_MS || now < known.at)
      known = { at: now, queues: desk.overview(METRICS_HOURS) };
    return known.queues;
  };
  for (const [name, help, part, figure] of GAUGES) {
    const gauge: Gauge = new Gauge({
      name: `ringback_${name}`,
      help,
      labelNames: ['virtual_queue'],
      registers: [registry],
      collect: async () => {
        gauge.reset();
        for (const queue of await queues()) {
          const figures = queue[part];
          const value = isObject(figures) ? figures[figure] : undefined;
          if (typeof value === 'number') gauge.set({ virtual_queue: String(queue.virtualQueue) }, value);
        }
      },
    });
  }
}

const PAST = 'in the last hour';
const GAUGES = [
  ['waiting_live', 'Live callers who wait', 'waiting', 'live'],
  ['waiting_callbacks', 'Callbacks that wait', 'waiting', 'callbacks'],
  ['wait_estimate_seconds', 'Expected wait of somebody who joined now; 10000 = unknown', 'estimate', 'seconds'],
  ['wait_estimate_low_seconds', 'Lower end of the 80 % interval', 'estimate', 'lowSeconds'],
  ['wait_estimate_high_seconds', 'Upper end of the 80 % interval', 'estimate', 'highSeconds'],
  [
    'wait_estimate_covered_percent',
    `Waits that ended within their 80 % interval ${PAST}`,
    'calibration',
    'coveredPercent',
  ],
  ['wait_estimate_relative_error', `RMSE of the estimates by the mean wait ${PAST}`, 'calibration', 'relativeError'],
  ['live_abandoned_percent', `Live callers who gave up ${PAST}`, 'live', 'abandonedPercent'],
  ['live_wait_seconds', `Mean wait of the live callers who were served ${PAST}`, 'live', 'meanWaitSeconds'],
  ['callback_held_seconds', `Agent time held per completed callback ${PAST}`, 'callbacks', 'heldSecondsPerCompleted'],
  ['callback_wait_seconds', `Mean wait after answering a callback ${PAST}`, 'callbacks', 'meanWaitAfterAnswerSeconds'],
  ['callback_waited_long_percent', `Answered and waited over 10 s ${PAST}`, 'callbacks', 'waitedOverTenSecondsPercent'],
  ['callback_lost_percent', `Answered and hung up before an agent came ${PAST}`, 'callbacks', 'lostPercent'],
  [
    'callback_before_older_live',
    `Callbacks served before an older live caller ${PAST}`,
    'callbacks',
    'servedBeforeOlderLive',
  ],
] as const;

/** The decision about a request: its place, who stood before and why each was passed over. */
async function decisionOf(journal: Pick<Journal, 'history'>, stored: StoredPlace): Promise<JsonObject | null> {
  const subject = stored.callback !== null ? { callback: stored.callback } : { call: stored.interaction ?? stored.id };
  const events = await journal.history({ ...subject, limit: MOST_EVENTS });
  const decision = events.find(({ type, request }) => type === 'route.decision' && request === stored.id);
  return decision ?? null;
}

function shownPlace(stored: StoredPlace): JsonObject {
  const { id, callback, interaction, queue, state, agent, estimate, low, high } = stored;
  return {
    request: id,
    kind: callback === null ? 'live' : 'callback',
    ...(callback !== null && { callback }),
    ...(interaction !== null && { interaction }),
    virtualQueue: queue,
    arrival: instant(stored.arrival),
    submitted: instant(stored.submittedAt),
    state,
    ...(agent !== null && { agent }),
    ...(stored.endedAt !== null && {
      ended: instant(stored.endedAt),
      waitedSeconds: (stored.endedAt - stored.arrival) / 1000,
    }),
    ...(estimate !== null && {
      told: rounded({
        seconds: estimate / 1000,
        lowSeconds: (low ?? estimate) / 1000,
        highSeconds: (high ?? estimate) / 1000,
      }),
    }),
  };
}

function shownOvertaken({ request, kind, arrival, endedAt, state }: Overtaken): JsonObject {
  return {
    request,
    kind,
    arrival: instant(arrival),
    state,
    ...(endedAt !== null && { ended: instant(endedAt) }),
  };
}

function rounded<T extends Record<string, number>>(figures: T): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 10) / 10]));
}
