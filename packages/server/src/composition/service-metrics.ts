import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { CallbackHappening, Callbacks } from '../callback/index.js';
import type { Clock } from '../kernel/index.js';
import type { PoolDirectory, RemoteSessions, Services } from '../services/index.js';

/** Scrapes that come within this time share one look into the database. */
const FRESH_MS = 5_000;
/** Seconds by which callbacks are submitted too late. */
const LATENESS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300];

/**
 * Callbacks, services, pools of access numbers and other orchestration servers as figures of `/metrics`
 * (gms-callback.md 6.3, gms-services.md 13). What is counted is counted on the node where it happened.
 */
export function registerServiceMetrics(
  registry: Registry,
  parts: {
    callbacks: Pick<Callbacks, 'observe' | 'census'>;
    services: Pick<Services, 'observe'>;
    pools: Pick<PoolDirectory, 'all'>;
    remote: Pick<RemoteSessions, 'observe'>;
    clock: Clock;
  },
): void {
  const { callbacks, services, pools, remote, clock } = parts;
  callbacks.observe(callbackCounters(registry));
  gauge(registry, clock, {
    ...{ name: 'ringback_callbacks', help: 'Unfinished callbacks by service and state', labels: ['service', 'state'] },
    read: async () => (await callbacks.census()).map(({ count, ...labels }) => ({ labels, value: count })),
  });
  gauge(registry, clock, {
    ...{
      name: 'ringback_access_numbers',
      help: 'Access numbers by pool: all, and free ones',
      labels: ['pool', 'kind'],
    },
    read: async () =>
      (await pools.all()).flatMap(({ name, total, available }) => [
        { labels: { pool: String(name), kind: 'all' }, value: Number(total) },
        { labels: { pool: String(name), kind: 'free' }, value: Number(available) },
      ]),
  });
  const requests = counter(registry, 'ringback_services_total', 'Services that were created or read, by outcome', [
    ...['service', 'outcome'],
  ]);
  services.observe((service, outcome) => requests.inc({ service, outcome }));
  const servers = counter(registry, 'ringback_ors_requests_total', 'Requests to other orchestration servers', [
    ...['server', 'outcome'],
  ]);
  remote.observe((server, isAnswered) => servers.inc({ server, outcome: isAnswered ? 'answered' : 'failed' }));
}

function callbackCounters(registry: Registry): (happening: CallbackHappening) => void {
  const accepted = counter(registry, 'ringback_callbacks_accepted_total', 'Accepted callbacks', ['service', 'type']);
  const rejected = counter(registry, 'ringback_callbacks_rejected_total', 'Refused callbacks', ['service', 'error']);
  const completed = counter(registry, 'ringback_callbacks_completed_total', 'Completed callbacks', [
    ...['service', 'reason'],
  ]);
  const attempts = counter(registry, 'ringback_callback_attempts_total', 'Dial attempts', ['service', 'result']);
  const lateness = new Histogram({
    name: 'ringback_callback_submission_lateness_seconds',
    help: 'How long after they were due callbacks were handed to a session',
    labelNames: ['service'],
    buckets: LATENESS,
    registers: [registry],
  });
  return (happening) => {
    const { service } = happening;
    switch (happening.type) {
      case 'accepted':
        return accepted.inc({ service, type: happening.immediate ? 'immediate' : 'scheduled' });
      case 'rejected':
        return rejected.inc({ service, error: happening.error });
      case 'submitted':
        return lateness.observe({ service }, happening.lateMs / 1000);
      case 'attempted':
        return attempts.inc({ service, result: happening.result });
      case 'completed':
        return completed.inc({ service, reason: happening.reason });
    }
  };
}

function counter(registry: Registry, name: string, help: string, labelNames: string[]): Counter {
  return new Counter({ name, help, labelNames, registers: [registry] });
}

interface Reading {
  labels: Record<string, string>;
  value: number;
}

/** A gauge that is read when it is asked for. */
function gauge(
  registry: Registry,
  clock: Clock,
  { name, help, labels, read }: { name: string; help: string; labels: string[]; read: () => Promise<Reading[]> },
): void {
  let known: { at: number; readings: Promise<Reading[]> } | undefined;
  const readings = () => {
    const now = clock.now();
    if (!known || Math.abs(now - known.at) >= FRESH_MS) known = { at: now, readings: read() };
    return known.readings;
  };
  const made: Gauge = new Gauge({
    ...{ name, help, labelNames: labels, registers: [registry] },
    collect: async () => {
      const found = await readings();
      made.reset();
      for (const reading of found) made.set(reading.labels, reading.value);
    },
  });
}
