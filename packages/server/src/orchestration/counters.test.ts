import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { Rate } from './rate.js';
import { StateTimes } from './state-times.js';
import { OrchestrationBed, orsFlow } from './testing.js';

const bed = await OrchestrationBed.create();
const registry = new Registry();
bed.current.counters.registerIn(registry);

/** The value of a line of the metrics, by the beginning of it. */
async function metric(name: string): Promise<number> {
  const line = (await registry.metrics()).split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}

test.each([
  ...['active-sessions', 'pending-sessions', 'create-session-time', 'document-processing-time', 'http-fetch-time'],
  ...['scxml-event-queuing-time', 'esp-fetch-time', 'urs-fetch-time', 'urs-request-time', 'openstat-time'],
  ...['cassandra-latency', 'func-execution-time', 'state-time', 'redirect-time', 'creation-session-rate', 'state-rate'],
  ...['func-execution-rate', 'fetch-rate'],
])('the counter %s of the original is a metric', async (name) => {
  const metrics = await registry.getMetricsAsJSON();
  const wanted = new RegExp(`^ors_${name.replaceAll('-', '_')}(_seconds)?$`);
  expect(metrics.filter((one) => wanted.test(one.name))).toHaveLength(1);
});

test('sessions are counted as they begin, move and end', async () => {
  const flow = orsFlow(`<state id="s"><onentry><script>_genesys.session.dateInZone('UTC')</script></onentry>
    <transition event="go" target="t"/></state>
    <state id="t"><transition event="end" target="f"/></state><final id="f"/>`);
  const session = await bed.run(flow);
  expect([await metric('ors_active_sessions'), await metric('ors_pending_sessions')]).toEqual([1, 0]);
  expect(await metric('ors_create_session_time_seconds_count')).toBe(1);
  expect(await metric('ors_document_processing_time_seconds_count')).toBe(1);
  expect(await metric('ors_func_execution_time_seconds_count{function="session.dateInZone"}')).toBe(1);
  await bed.advance(3);
  await bed.post(session, 'go');
  expect(await metric('ors_state_time_seconds_sum{state="s"}')).toBe(3);
  await bed.post(session, 'end');
  expect(await metric('ors_state_time_seconds_count{state="t"}')).toBe(1);
  expect(await metric('ors_scxml_event_queuing_time_seconds_count')).toBe(2);
  expect(await metric('ors_cassandra_latency_seconds_count')).toBe(3);
  expect(await metric('ors_active_sessions')).toBe(0);
  expect(await metric('ors_creation_session_total')).toBe(1);
  expect(await metric('ors_state_rate')).toBeCloseTo(3 / 60);
  await bed.advance(60);
  expect(await metric('ors_state_rate')).toBe(0);
});

test('a rate forgets what is older than a minute, second by second', () => {
  const rate = new Rate();
  rate.add(1_000, 30);
  rate.add(31_500, 30);
  expect(rate.perSecond(60_900)).toBe(1);
  expect(rate.perSecond(61_000)).toBe(0.5);
  expect(rate.perSecond(91_000)).toBe(0);
  expect(rate.perSecond(1_000_000)).toBe(0);
});

test('states beyond five hundred have one name together', () => {
  const heard = new Map<string, number>();
  const times = new StateTimes((state, ms) => heard.set(state, (heard.get(state) ?? 0) + ms));
  for (let count = 0; count < 502; count += 1) {
    const step = { session: `${count}`, isFirst: true, isOver: false, microsteps: [] };
    times.moved({ ...step, at: 0, microsteps: [{ exited: [], entered: [`s${count}`] }] });
    times.moved({ ...step, at: 5, isOver: true });
  }
  expect([heard.size, heard.get('s0'), heard.get('(others)')]).toEqual([501, 5, 10]);
});
