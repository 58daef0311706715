import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { CallbackObserver } from '../callback/index.js';
import { Activity, ManualClock } from '../kernel/index.js';
import { registerServiceMetrics } from './service-metrics.js';

/** A registry with figures of services that say what they are told to. */
function made() {
  const clock = new ManualClock(0, new Activity());
  const registry = new Registry();
  let onCallback: CallbackObserver = () => expect.fail('nobody listens');
  let onService = (_service: string, _outcome: string) => {};
  let onServer = (_server: string, _isAnswered: boolean) => {};
  const waiting = [{ service: 'Line', state: 'QUEUED', count: 3 }];
  const free = { count: 2 };
  registerServiceMetrics(registry, {
    callbacks: {
      observe: (observer) => {
        onCallback = observer;
      },
      census: async () => waiting.slice(),
    },
    services: {
      observe: (observer) => {
        onService = observer;
      },
    },
    remote: {
      observe: (observer) => {
        onServer = observer;
      },
    },
    pools: { all: async () => [{ name: 'DNIS', total: 4, available: free.count }] },
    clock,
  });
  const lines = async () => (await registry.metrics()).split('\n').filter((line) => /^[^#]/.test(line));
  return { clock, lines, waiting, free, onCallback, onService, onServer };
}

test('figures of callbacks, services, pools and servers, each by its names', async () => {
  const { lines, onCallback, onService, onServer } = made();
  onCallback({ type: 'accepted', service: 'Line', immediate: true });
  onCallback({ type: 'rejected', service: 'Line', error: 'closed' });
  onCallback({ type: 'submitted', service: 'Line', lateMs: 700 });
  onCallback({ type: 'attempted', service: 'Line', result: 'BUSY' });
  onCallback({ type: 'completed', service: 'Line', reason: 'AGENT_CONNECTED' });
  onService('request', 'ok');
  onServer('http://ors:7210', false);
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'ringback_callbacks_accepted_total{service="Line",type="immediate"} 1',
      'ringback_callbacks_rejected_total{service="Line",error="closed"} 1',
      'ringback_callback_submission_lateness_seconds_bucket{le="0.5",service="Line"} 0',
      'ringback_callback_submission_lateness_seconds_bucket{le="1",service="Line"} 1',
      'ringback_callback_attempts_total{service="Line",result="BUSY"} 1',
      'ringback_callbacks_completed_total{service="Line",reason="AGENT_CONNECTED"} 1',
      'ringback_callbacks{service="Line",state="QUEUED"} 3',
      'ringback_access_numbers{pool="DNIS",kind="all"} 4',
      'ringback_access_numbers{pool="DNIS",kind="free"} 2',
      'ringback_services_total{service="request",outcome="ok"} 1',
      'ringback_ors_requests_total{server="http://ors:7210",outcome="failed"} 1',
    ]),
  );
});

test('what is read is read again after five seconds, and what is gone is not shown any more', async () => {
  const { clock, lines, waiting, free } = made();
  await lines();
  waiting.length = 0;
  free.count = 1;
  expect(await lines()).toContain('ringback_callbacks{service="Line",state="QUEUED"} 3');
  await clock.advance(5_000);
  const later = await lines();
  expect(later.filter((line) => line.startsWith('ringback_callbacks{'))).toEqual([]);
  expect(later).toContain('ringback_access_numbers{pool="DNIS",kind="free"} 1');
});
