import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callbackModule } from '../../callback/index.js';
import { CallbackTestBed } from './testing.js';

/** A Monday. */
const START = '2026-03-02T08:00:00.000Z';
const SERVICE = { _type: 'ors', _service: 'callback', _throttle_request_parameters_limit: '1000' };

let bed: CallbackTestBed;

beforeAll(async () => {
  bed = await CallbackTestBed.create(START);
  await bed.callbacks.startUp();
});

beforeEach(async () => {
  await bed.clear();
  configure({});
});

afterAll(() => bed.close());

function configure(changes: Record<string, string>, name = 'Line'): void {
  bed.configuration.set('services', name, { ...SERVICE, ...changes });
}

const after = (seconds: number) => new Date(bed.clock.now() + seconds * 1000).toISOString();
const wait = (seconds: number) => bed.clock.advance(seconds * 1000);

async function schedule(seconds: number, more: object = {}): Promise<string> {
  const { status, body } = await bed.start('Line', {
    _customer_number: '5115',
    _desired_time: after(seconds),
    ...more,
  });
  expect(status).toBe(200);
  return body._id;
}

async function startNow(): Promise<string> {
  return (await bed.start('Line', { _customer_number: '5115' })).body._id;
}

async function state(id: string): Promise<string> {
  const record = await bed.record(id);
  return record ? [record._callback_state, record._callback_reason].filter(Boolean).join('/') : 'gone';
}

const end = (id: string, how: 'done' | 'failed' | 'terminated') =>
  bed.database.transaction(async (tx) => {
    const session = bed.sessions.started.findLast(({ callback }) => callback === id);
    if (session) session.ended = how;
    await bed.callbacks.onSessionEnded(tx, { id: session?.id ?? '', callback: id, state: how });
  });

describe('submission', () => {
  test('S1: at the desired time minus the buffer', async () => {
    const id = await schedule(180);
    expect(await state(id)).toBe('SCHEDULED');
    await wait(59);
    expect(await state(id)).toBe('SCHEDULED');
    await wait(1);
    expect(await state(id)).toBe('QUEUED');
    expect(bed.sessions.started).toMatchObject([{ callback: id, flow: 'callback' }]);
    expect((await bed.record(id))?._ors_session_id).toBe(bed.sessions.started[0]?.id);
  });

  test.each([
    [15, '15'],
    [180, '180'],
    [10, '120'],
  ])('S2: within the start request when %i s are left and the buffer is %s s', async (seconds, buffer) => {
    configure({ _request_execution_time_buffer: buffer });
    expect(await state(await schedule(seconds))).toBe('QUEUED');
    expect(bed.sessions.started).toHaveLength(1);
  });

  test('S4: gives up after three attempts a minute apart', async () => {
    const id = await schedule(180);
    bed.sessions.down = true;
    await wait(60);
    expect(await state(id)).toBe('SCHEDULED');
    await wait(60);
    expect(await state(id)).toBe('SCHEDULED');
    await wait(60);
    expect(await state(id)).toBe('COMPLETED/SUBMIT_FAILED');
    expect(await bed.counted()).toMatchObject({ used: 0, wrong: 0 });
  });

  test('S4: gives up after as many attempts as the service says', async () => {
    configure({ _max_ors_submit_attempts: '1' });
    const id = await schedule(180);
    bed.sessions.down = true;
    await wait(60);
    expect(await state(id)).toBe('COMPLETED/SUBMIT_FAILED');
    bed.sessions.down = false;
  });

  test('an outage shorter than that is survived', async () => {
    const id = await schedule(180);
    bed.sessions.down = true;
    await wait(100);
    bed.sessions.down = false;
    await wait(60);
    expect(await state(id)).toBe('QUEUED');
  });

  test('one that breaks its transaction does not hold up the others', async () => {
    const ids = [await schedule(180), await schedule(181), await schedule(182)];
    bed.sessions.poisoned.add(ids[1] ?? '');
    await wait(70);
    expect(await Promise.all(ids.map(state))).toEqual(['QUEUED', 'SCHEDULED', 'QUEUED']);
    await wait(130);
    expect(await state(ids[1] ?? '')).toBe('COMPLETED/SUBMIT_FAILED');
  });

  test('S11: what became due while no node ran is submitted once, at once, however late', async () => {
    const late = await schedule(600);
    const missed = await schedule(40_000);
    await bed.callbacks.shutDown();
    await wait(41_000);
    expect([await state(late), await state(missed)]).toEqual(['SCHEDULED', 'SCHEDULED']);
    await bed.callbacks.startUp();
    expect([await state(late), await state(missed)]).toEqual(['QUEUED', 'QUEUED']);
    await wait(3600);
    expect(bed.sessions.started.map(({ callback }) => callback)).toEqual([late, missed]);
  });

  test('two nodes submit each callback once', async () => {
    const other = await CallbackTestBed.create(new Date(bed.clock.now()).toISOString(), bed);
    other.configuration.set('services', 'Line', SERVICE);
    const ids: string[] = [];
    for (let each = 0; each < 90; each += 1) ids.push(await schedule(200 + (each % 7)));
    await other.clock.advance(120_000);
    await bed.callbacks.shutDown();
    await Promise.all([wait(120).then(() => bed.callbacks.startUp()), other.callbacks.startUp()]);
    const submitted = [...bed.sessions.started, ...other.sessions.started].map(({ callback }) => callback);
    expect(submitted.sort()).toEqual([...ids].sort());
    await other.close();
  });

  test('a queue that takes longer than the buffer brings it forward', async () => {
    configure({ _urs_virtual_queue: 'VQ' });
    const id = await schedule(1800);
    bed.waits.set('VQ', 900);
    await wait(840);
    expect(await state(id)).toBe('SCHEDULED');
    await wait(120);
    expect(await state(id)).toBe('QUEUED');
  });

  test('an unknown or absurd wait does not', async () => {
    configure({ _urs_virtual_queue: 'VQ' });
    const id = await schedule(1800);
    for (const estimate of [-1, 10_000, 1_000_000]) {
      bed.waits.set('VQ', estimate);
      await wait(120);
    }
    expect(await state(id)).toBe('SCHEDULED');
  });

  test('a callback rescheduled to a past time is submitted now, and holds no place', async () => {
    const id = await schedule(3600);
    const answer = await bed.request('PUT', `/1/service/callback/Line/${id}`, {
      payload: { _new_desired_time: after(-60) },
    });
    expect(answer.status).toBe(200);
    await wait(0);
    expect(await state(id)).toBe('QUEUED');
    expect(await bed.counted()).toEqual({ used: 0, held: 0, wrong: 0 });
  });

  test('a callback rescheduled earlier is submitted earlier, one rescheduled later is not submitted before', async () => {
    const [sooner, later] = [await schedule(3600), await schedule(600)];
    const move = (id: string, seconds: number) =>
      bed.request('PUT', `/1/service/callback/Line/${id}`, { payload: { _new_desired_time: after(seconds) } });
    await move(sooner, 300);
    await move(later, 7200);
    await wait(700);
    expect([await state(sooner), await state(later)]).toEqual(['QUEUED', 'SCHEDULED']);
    await wait(6500);
    expect(await state(later)).toBe('QUEUED');
  });

  test('a service that is not configured any more fails like a submission', async () => {
    const id = await schedule(180);
    bed.configuration.clear();
    await wait(180);
    expect(await bed.database.query('select state, reason from callback where id = $1', [id])).toEqual([
      { state: 'COMPLETED', reason: 'SUBMIT_FAILED' },
    ]);
  });
});

describe('expiry', () => {
  test('S10: a callback that nobody handles in time ends, and its record goes later', async () => {
    configure({ _ttl: '600' });
    const id = await startNow();
    await wait(599);
    expect(await state(id)).toBe('QUEUED');
    await wait(1);
    expect(await state(id)).toBe('COMPLETED/FAIL_TIMEOUT_TTL');
    expect(bed.sessions.started[0]?.ended).toBe('FAIL_TIMEOUT_TTL');
    await wait(599);
    expect(await state(id)).toBe('COMPLETED/FAIL_TIMEOUT_TTL');
    await wait(1);
    expect(await state(id)).toBe('gone');
    expect(await bed.database.query('select * from callback_lookup')).toEqual([]);
  });

  test('a conversation is not dropped because the time of its record is over', async () => {
    configure({ _ttl: '600' });
    const id = await startNow();
    await bed.report(id, { type: 'customer-answered' });
    await bed.report(id, { type: 'agent-connected' });
    await wait(1200);
    expect(await state(id)).toBe('PROCESSING');
    await bed.report(id, { type: 'complete', reason: 'AGENT_CONNECTED' });
    expect(await state(id)).toBe('COMPLETED/AGENT_CONNECTED');
  });

  test('a finished callback stays until its record expires', async () => {
    configure({ _ttl: '600' });
    const id = await schedule(1000);
    await bed.request('DELETE', `/1/service/callback/Line/${id}`);
    await wait(1599);
    expect(await state(id)).toBe('COMPLETED/CANCELLED');
    await wait(1);
    expect(await state(id)).toBe('gone');
  });
});

describe('the application', () => {
  test('leads the callback through its states, and the last event tells the whole story', async () => {
    const id = await startNow();
    await wait(10);
    await bed.report(id, { type: 'dialing', attempt: 1 });
    await wait(20);
    await bed.report(id, { type: 'dial-result', attempt: 1, result: 'BUSY' });
    await wait(300);
    await bed.report(id, { type: 'dialing', attempt: 2 });
    await wait(5);
    await bed.report(id, { type: 'dial-result', attempt: 2, result: 'PERSON' });
    await bed.report(id, { type: 'customer-answered' });
    expect(await state(id)).toBe('ROUTING');
    await wait(7);
    await bed.report(id, { type: 'agent-connected' });
    expect(await state(id)).toBe('PROCESSING');
    const outcome = await bed.report(id, { type: 'complete', reason: 'AGENT_CONNECTED' });
    expect(outcome).toEqual({ done: { state: 'COMPLETED', reason: 'AGENT_CONNECTED' } });
    const events = await bed.database.query<{ type: string; data: Record<string, unknown> }>(
      'select type, data from event where callback = $1 order by id',
      [id],
    );
    expect(events.map(({ type, data }) => `${type} ${data.result ?? data.state ?? data.attempt}`)).toEqual([
      'callback.accepted QUEUED',
      'callback.attempt 1',
      'callback.attempt BUSY',
      'callback.attempt 2',
      'callback.attempt PERSON',
      'callback.state ROUTING',
      'callback.state PROCESSING',
      'callback.completed COMPLETED',
    ]);
    expect(events.at(-1)?.data).toMatchObject({
      _CB_FINAL_RECORD: 1,
      _CB_DISPOSITION: 'AGENT_CONNECTED',
      _CB_N_DIAL_ATTEMPTS: 2,
      _CB_DIAL_1_RESULT: 'BUSY',
      _CB_DIAL_2_RESULT: 'PERSON',
      _CB_D_WAITING_FOR_AGENT_OFFLINE: 10,
      _CB_D_ESTABLISH_MEDIA_IXN: 325,
      _CB_D_CUSTOMER_CONNECTED_WAITING_FOR_AGENT: 7,
    });
  });

  test('speaks through its module', async () => {
    const id = await startNow();
    const { actions } = callbackModule(() => bed.callbacks.desk);
    const perform = (name: string, attributes: Record<string, string | number>, callback: string | undefined = id) =>
      bed.database.transaction(async (tx) =>
        actions[name]?.perform(tx, { session: { id: 's', ...(callback && { callback }) }, attributes }),
      );
    expect(await perform('state', { name: 'ROUTING' })).toEqual({ done: { state: 'ROUTING' } });
    expect(await perform('state', { name: 'QUEUED' })).toEqual({ done: { state: 'QUEUED' } });
    expect(await perform('attempt', { number: 1 })).toEqual({ done: { state: 'QUEUED' } });
    expect(await perform('attempt', { number: '1', result: 'NO_ANSWER' })).toEqual({ done: { state: 'QUEUED' } });
    expect(await perform('complete', { reason: 'FAIL_CALL_TO_CUSTOMER' })).toEqual({
      done: { state: 'COMPLETED', reason: 'FAIL_CALL_TO_CUSTOMER' },
    });
    // What comes late changes nothing.
    expect(await perform('state', { name: 'ROUTING' })).toMatchObject({ done: { state: 'COMPLETED' } });
    expect(await perform('state', { name: 'LOST' })).toMatchObject({ error: 'invalid-attribute' });
    expect(await perform('attempt', { number: 0 })).toMatchObject({ error: 'invalid-attribute' });
    expect(await perform('complete', { reason: 'because of me' })).toMatchObject({ error: 'invalid-attribute' });
    expect(await perform('state', { name: 'ROUTING' }, '')).toMatchObject({ error: 'no-callback' });
    expect(await perform('state', { name: 'ROUTING' }, 'gone')).toMatchObject({ error: 'unknown-callback' });
  });

  test('that ends without a reason, or fails, leaves a reason all the same', async () => {
    const [done, failed, talking] = [await startNow(), await startNow(), await startNow()];
    await bed.report(talking, { type: 'agent-connected' });
    await end(done, 'done');
    await end(failed, 'failed');
    await end(talking, 'done');
    expect(await state(done)).toBe('COMPLETED/NOT_AVAILABLE');
    expect(await state(failed)).toBe('COMPLETED/FAIL_ERROR');
    expect(await state(talking)).toBe('COMPLETED/AGENT_CONNECTED');
  });

  test('S12: that was ended from outside is replaced, at the place in the line that it had earned', async () => {
    configure({ _urs_vq_priority: '10', _urs_vq_priority_increment: '2', _urs_vq_priority_increment_interval: '60' });
    const startedAt = bed.clock.now();
    const id = await startNow();
    await wait(90);
    await end(id, 'terminated');
    expect(await state(id)).toBe('QUEUED');
    expect((await bed.request('DELETE', `/1/service/callback/Line/${id}`)).status).toBe(400);
    await wait(60);
    expect(await state(id)).toBe('QUEUED');
    const [first, second] = bed.sessions.started;
    expect((await bed.record(id))?._ors_session_id).toBe(second?.id);
    expect(second?.parameters).toMatchObject({
      _urs_vq_priority: '14',
      _urs_call_interaction_age: String(Math.floor(startedAt / 1000)),
      _callback_start_time: new Date(startedAt).toISOString(),
    });
    // The end of the first session has nothing to say any more.
    await bed.database.transaction((tx) =>
      bed.callbacks.onSessionEnded(tx, { id: first?.id ?? '', callback: id, state: 'done' }),
    );
    expect(await state(id)).toBe('QUEUED');
    expect((await bed.request('DELETE', `/1/service/callback/Line/${id}`)).status).toBe(200);
  });

  test('that was ended is replaced at a new place when the option says so', async () => {
    bed.configuration.set('options', 'callback', { 'enable-restore-vq-position': 'false' });
    configure({ _urs_vq_priority: '10', _urs_vq_priority_increment: '2', _urs_vq_priority_increment_interval: '60' });
    const id = await startNow();
    await wait(90);
    await end(id, 'terminated');
    await wait(60);
    const { parameters } = bed.sessions.started[1] ?? {};
    expect(parameters).toMatchObject({ _urs_vq_priority: '10' });
    expect(parameters).not.toHaveProperty('_urs_call_interaction_age');
  });
});

describe('pausing', () => {
  const pause = (key: string, value: string) => {
    bed.configuration.set('lists', 'GMS_Paused_Services', { services: { [key]: value } });
    return wait(0);
  };

  test.each(['Line', 'all'])('S3: by the list of paused services, key %s', async (key) => {
    const id = await startNow();
    await pause(key, 'true');
    expect(await state(id)).toBe('PAUSED');
    const scheduled = await schedule(180);
    await wait(60);
    expect(await state(scheduled)).toBe('PAUSED');
    expect(await state(await startNow())).toBe('PAUSED');
    await pause(key, 'false');
    expect(await state(id)).toBe('QUEUED');
    expect(await state(scheduled)).toBe('QUEUED');
    expect(bed.sessions.started[0]?.events).toEqual(['callback.paused', 'callback.resumed']);
    expect((await bed.request('DELETE', `/1/service/callback/Line/${id}`)).status).toBe(200);
  });

  test('by a key and a list of the service itself', async () => {
    configure({ _paused_services_id: 'winter', _paused_services_list: 'Other' });
    const id = await startNow();
    await pause('Line', 'true');
    expect(await state(id)).toBe('QUEUED');
    bed.configuration.set('lists', 'Other', { services: { winter: 'true' } });
    await wait(0);
    expect(await state(id)).toBe('PAUSED');
    configure({});
    bed.configuration.set('lists', 'GMS_Paused_Services', { services: {} });
    await wait(0);
    expect(await state(id)).toBe('QUEUED');
  });
});
