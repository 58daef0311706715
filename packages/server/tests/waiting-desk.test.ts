import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerWaitingMetrics, waitingDesk } from '../src/composition/waiting.js';
import { instant } from '../src/kernel/index.js';
import { RoutingWorld, START, type TestNode } from '../src/routing/testing.js';

const SECOND = 1000;

describe('what is told about waiting', () => {
  let world: RoutingWorld;
  let node: TestNode;
  let desk: ReturnType<typeof waitingDesk>;

  const deskOf = ({ router }: TestNode) =>
    waitingDesk({
      database: world.database,
      router,
      journal: {
        history: async () =>
          world.entries.map(({ at, type, data }, index) => ({ ...data, id: String(index), at: instant(at), type })),
      },
      clock: world.clock,
    });

  beforeAll(async () => {
    world = await RoutingWorld.open();
    node = await world.node('alone', { leaseTermMs: 86_400_000 });
    desk = deskOf(node);
    await world.ready(node, 'a1');
    // One is served at once; the next waits 100 s for the agent; another gives up after 40 s; a callback keeps its place.
    await world.submit(node, 'first', { interaction: 'i1' });
    await world.change(node, (tx) => node.agents.offered(tx, 'a1', 'leg1'));
    await world.change(node, (tx) => node.agents.answered(tx, 'a1', 'leg1'));
    await world.submit(node, 'second', { interaction: 'i2' });
    await world.submit(node, 'held', { callback: 'cb1', selectable: false });
    await world.submit(node, 'third', { interaction: 'i3', timeoutAt: START + 40 * SECOND });
    await world.clock.advance(100 * SECOND);
    await world.change(node, (tx) => node.agents.ended(tx, 'a1', 'leg1'));
    await world.change(node, (tx) => node.agents.input(tx, 'a1', { type: 'wrap-done' }));
    await world.submit(node, 'fourth', { interaction: 'i4' });
  });
  afterAll(() => world.close());

  it('puts live callers and callbacks into one line, in the order of arrival', () => {
    expect(desk.line('SupportVQ', 10)).toMatchObject([
      { request: 'held', kind: 'callback', callback: 'cb1', position: 1, takesTurn: false, waitedSeconds: 100 },
      { request: 'fourth', kind: 'live', interaction: 'i4', position: 2, takesTurn: true, waitedSeconds: 0 },
    ]);
    expect(desk.line('NoSuchQueue', 10)).toBeUndefined();
  });

  it('counts those who were served and those who gave up, and compares estimates with waits', async () => {
    const [queue] = await desk.overview(1);
    expect(queue).toMatchObject({
      virtualQueue: 'SupportVQ',
      waiting: { live: 1, callbacks: 1 },
      live: { ended: 3, served: 2, abandoned: 1, meanWaitOfAbandonedSeconds: 40, meanWaitSeconds: 50 },
      // One agent and a call of 240 s were expected; the wait of 100 s lies within the interval.
      calibration: { waits: 1, meanEstimateSeconds: 240, meanWaitSeconds: 100, errorSeconds: 140, relativeError: 1.4 },
    });
    expect(queue).toMatchObject({ calibration: { bands: [{ fromSeconds: 120, toSeconds: 300, waits: 1 }] } });
    const estimate = queue?.estimate as { seconds: number; lowSeconds: number; highSeconds: number };
    expect(estimate.lowSeconds).toBeLessThan(estimate.seconds);
    expect(estimate.highSeconds).toBeGreaterThan(estimate.seconds);
  });

  it('says of each who was before him in the order and got his agent later', async () => {
    expect(await desk.place('i2')).toMatchObject({
      request: 'second',
      state: 'selected',
      agent: 'a1',
      waitedSeconds: 100,
      told: { seconds: 240 },
      stillBefore: [],
      decision: { type: 'route.decision', outcome: 'selected', why: { position: 1, passedOver: [] } },
    });
    expect(await desk.place('cb1')).toMatchObject({ request: 'held', kind: 'callback', position: 1, total: 2 });
    expect(await desk.place('nobody')).toBeUndefined();
  });

  it('keeps the comparison over a restart', async () => {
    const other = await world.node('after the restart', { leaseTermMs: 86_400_000 });
    const again = deskOf(other);
    const [before] = await desk.overview(1);
    const [after] = await again.overview(1);
    expect(after?.calibration).toEqual(before?.calibration);
    expect(after?.estimate).toEqual(before?.estimate);
  });

  it('is exported as metrics', async () => {
    const registry = new Registry();
    registerWaitingMetrics(registry, desk, world.clock);
    const text = await registry.metrics();
    expect(text).toMatch(/ringback_live_abandoned_percent\{virtual_queue="SupportVQ"\} 33.33/);
    expect(text).toContain('ringback_waiting_callbacks{virtual_queue="SupportVQ"} 1');
    expect(text).toMatch(/ringback_wait_estimate_high_seconds\{virtual_queue="SupportVQ"\} [\d.]+/);
    expect(text).toContain('ringback_callback_before_older_live');
  });

  it('looks no further back than asked', async () => {
    await world.clock.advance(10 * SECOND);
    const [queue] = await desk.overview(5 / 3600);
    expect(queue).toMatchObject({ live: { ended: 0 }, calibration: { waits: 0, bands: [] } });
  });

  it('counts how callbacks were delivered', async () => {
    const at = world.clock.now();
    const callback = async (id: string, progress: object) =>
      world.database.query(
        `insert into callback (id, service, state, reason, immediate, desired_at, submit_attempts, ttl, expires_at,
           properties, lookup, progress, created_at, changed_at)
         values ($1, 'S', 'COMPLETED', 'AGENT_CONNECTED', true, $2, 0, 60, $2, '{}', '{}', $3, $2, $4)`,
        [id, instant(at), JSON.stringify(progress), instant(at + 60 * SECOND)],
      );
    const request = async (id: string, endedAt: number) =>
      world.database.query(
        `insert into route_request (id, callback, virtual_queue, targets, targets_since, priority, arrival,
           submitted_at, selectable, paused, reservation_ms, state, ended_at, version)
         values ($1, $1, 'CallbackVQ', '[]', $2, 0, $2, $2, true, false, 1, 'selected', $3, 1)`,
        [id, instant(at), instant(endedAt)],
      );
    // The agent was held 12 s for the first; the second waited 15 s; the third answered and hung up.
    await callback('c1', { answeredAt: at + 20 * SECOND, connectedAt: at + 20 * SECOND });
    await request('c1', at + 8 * SECOND);
    await callback('c2', { answeredAt: at + 10 * SECOND, connectedAt: at + 25 * SECOND });
    await request('c2', at + 25 * SECOND);
    await callback('c3', { answeredAt: at + 20 * SECOND });
    await world.database.query(
      `insert into route_request (id, callback, virtual_queue, targets, targets_since, priority, arrival,
         submitted_at, selectable, paused, reservation_ms, state, ended_at, version)
       values ('c3', 'c3', 'CallbackVQ', '[]', $1, 0, $1, $1, true, false, 1, 'cancelled', $2, 1)`,
      [instant(at), instant(at + 60 * SECOND)],
    );
    await world.clock.advance(120 * SECOND);
    const queue = (await desk.overview(1)).find(({ virtualQueue }) => virtualQueue === 'CallbackVQ');
    expect(queue?.callbacks).toEqual({
      callbacks: 3,
      answered: 3,
      completed: 2,
      lost: 1,
      lostPercent: 33.33,
      meanWaitAfterAnswerSeconds: 7.5,
      waitedOverTenSecondsPercent: 66.67,
      heldSecondsPerCompleted: 6,
      servedBeforeOlderLive: 0,
    });
  });
});
