import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RingbackError, silentLogger } from '../../kernel/index.js';
import { RemoteSessions } from '../../services/index.js';
import { CallbackTestBed } from './testing.js';

/** Callbacks whose sessions run on other orchestration servers (option `_ors`), which this test stands in for. */
const ORS = 'http://ors:7210';
const SERVICE = { _type: 'ors', _service: 'https://apps.example/callback.scxml', _service_type: 'callback', _ors: ORS };
const DIALOG = { _dialog_id: '0', _action: 'ConfirmationDialog', _text: 'Soon', _ok_title: 'Ok' };

/** Servers that cannot be reached, by host. */
const down = new Set<string>();
/** Sessions by their ids: what each was started with, and what it heard since. */
const sessions = new Map<string, { host: string; started: Record<string, string>; heard: string[]; lives: boolean }>();
/** Every request to a server, those that failed too. */
const tried: string[] = [];
let held: Promise<void> | undefined;

async function post({ url, body }: { url: string; body?: string }) {
  const { host, pathname } = new URL(url);
  tried.push(`${host} ${pathname.replace(/^\/scxml\/session\//, '')}`);
  if (down.has(host)) throw new RingbackError('no-answer', 'connection refused');
  const answer = (status: number, content = '') => ({ status, headers: {}, content });
  if (pathname === '/scxml/session/start') {
    await held;
    const id = `SID${sessions.size + 1}`;
    sessions.set(id, { host, started: Object.fromEntries(new URLSearchParams(body)), heard: [], lives: true });
    return answer(200, id);
  }
  const [, id = '', ...rest] = pathname.split('/').slice(2);
  const session = sessions.get(id);
  if (!session?.lives) return answer(404, 'none');
  const order = rest.join('/');
  if (order !== 'query') session.heard.push(order);
  if (order === 'terminate') session.lives = false;
  return order === 'request/gms.start' ? answer(200, JSON.stringify(DIALOG)) : answer(200, '{}');
}

let bed: CallbackTestBed;

beforeAll(async () => {
  bed = await CallbackTestBed.create(
    '2026-03-02T08:00:00.000Z',
    undefined,
    (clock) =>
      new RemoteSessions({
        ...{ clock, post, log: silentLogger },
        section: (name) => bed.configuration.section(name),
        documentUrl: (flow) => `http://gms/${flow}.scxml`,
      }),
  );
  await bed.callbacks.startUp();
});

beforeEach(async () => {
  await bed.clear();
  down.clear();
  sessions.clear();
  tried.length = 0;
  held = undefined;
  configure({});
});

afterAll(() => bed.close());

function configure(changes: Record<string, string>): void {
  bed.configuration.set('services', 'Line', { ...SERVICE, ...changes });
}

const wait = (seconds: number) => bed.clock.advance(seconds * 1000);
const path = (id: string) => `/1/service/callback/Line/${id}`;

async function schedule(seconds: number, more: object = {}): Promise<string> {
  const desired = new Date(bed.clock.now() + seconds * 1000).toISOString();
  const answer = await bed.start('Line', { _customer_number: '5115', _desired_time: desired, ...more });
  expect(answer.status).toBe(200);
  return answer.body._id;
}

async function startNow(): Promise<string> {
  const { status, body } = await bed.start('Line', { _customer_number: '5115' });
  expect(status).toBe(200);
  return body._id;
}

async function state(id: string): Promise<string> {
  const record = await bed.record(id);
  return [record?._callback_state, record?._callback_reason].filter(Boolean).join('/');
}

const started = () => [...sessions.values()];
const session = (id: string) => sessions.get(id) ?? expect.fail(`no session ${id}`);

describe('an immediate callback', () => {
  test('is started there, and its application answers the client', async () => {
    const { status, body } = await bed.start('Line', { _customer_number: '5115', reason: 'billing' });
    expect([status, body]).toMatchObject([200, DIALOG]);
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'QUEUED', _ors_session_id: 'SID1' });
    expect(tried).toEqual(['ors:7210 start', 'ors:7210 SID1/request/gms.start']);
    expect(session('SID1').started).toMatchObject({
      ...{ src: SERVICE._service, _service_id: body._id, _service_name: 'Line', _customer_number: '5115' },
      _user_data: '{"reason":"billing"}',
    });
    expect(session('SID1').started).not.toHaveProperty('_ors');
    expect(bed.sessions.started).toEqual([]);
  });

  test('1.15: that no server takes is refused, and completed with SUBMIT_FAILED', async () => {
    down.add('ors:7210');
    const { status, body } = await bed.start('Line', { _customer_number: '5115' });
    expect([status, body]).toEqual([
      500,
      {
        exception: 'com.genesyslab.gsg.services.callback.exceptions.CallbackException',
        message: 'ORS request failed: cannot connect to ORS. IO issue.',
      },
    ]);
    expect(tried).toHaveLength(3);
    const { body: found } = await bed.request('GET', '/1/service/callback?_customer_number=5115');
    expect(found).toMatchObject([{ _callback_state: 'COMPLETED', _callback_reason: 'SUBMIT_FAILED' }]);
  });
});

describe('servers', () => {
  test.each([
    ['circular', ['a:1', 'b:1', 'a:1']],
    ['linear', ['a:1', 'a:1', 'a:1']],
  ])('are taken in turn: %s', async (strategy, hosts) => {
    configure({ _ors: `http://a:1,http://b:1`, _ors_lb_strategy: strategy, _enable_in_queue_checking: 'false' });
    for (const _ of hosts) await startNow();
    expect(started().map(({ host }) => host)).toEqual(hosts);
  });

  test('that are down are passed over', async () => {
    configure({ _ors: 'http://c:1,http://d:1', _ors_lb_strategy: 'linear' });
    down.add('c:1');
    await startNow();
    expect(tried.slice(0, 2)).toEqual(['c:1 start', 'd:1 start']);
  });

  test('may be those of section `server`, of the request where it may name them, or none', async () => {
    bed.configuration.set('options', 'server', { _ors: 'http://usual:1' });
    configure({ _ors: '' });
    await startNow();
    configure({ _overwritable_options: '_ors', _enable_in_queue_checking: 'false' });
    await bed.start('Line', { _customer_number: '5115', _ors: 'http://asked:1' });
    configure({ _enable_in_queue_checking: 'false' });
    await bed.start('Line', { _customer_number: '5115', _ors: 'http://asked:1' });
    expect(started().map(({ host }) => host)).toEqual(['usual:1', 'asked:1', 'ors:7210']);
  });
});

describe('a scheduled callback', () => {
  test('is started there at its time', async () => {
    const id = await schedule(180);
    await wait(59);
    expect([await state(id), tried]).toEqual(['SCHEDULED', []]);
    await wait(1);
    expect(await state(id)).toBe('QUEUED');
    expect(session('SID1').heard).toEqual(['request/gms.start']);
    expect(await bed.counted()).toEqual({ used: 1, held: 1, wrong: 0 });
  });

  test('S2: is started with the request when its time is near', async () => {
    expect(await state(await schedule(15))).toBe('QUEUED');
  });

  test('S4: gives up after three attempts a minute apart', async () => {
    const id = await schedule(180);
    down.add('ors:7210');
    await wait(60);
    expect([await state(id), tried.length]).toEqual(['SCHEDULED', 3]);
    await wait(60);
    expect(await state(id)).toBe('SCHEDULED');
    await wait(60);
    expect([await state(id), tried.length]).toEqual(['COMPLETED/SUBMIT_FAILED', 9]);
    expect(await bed.counted()).toMatchObject({ used: 0, wrong: 0 });
  });

  test('survives an outage that is shorter than that', async () => {
    const id = await schedule(180);
    down.add('ors:7210');
    await wait(100);
    down.clear();
    await wait(20);
    expect([await state(id), sessions.size]).toEqual(['QUEUED', 1]);
  });

  test('that is cancelled while it is being started leaves no session behind', async () => {
    const id = await schedule(180);
    let release = () => {};
    held = new Promise((resolve) => {
      release = resolve;
    });
    const moved = wait(61);
    await expect.poll(() => tried.length).toBe(1);
    expect((await bed.request('DELETE', path(id))).status).toBe(200);
    release();
    await moved;
    await bed.activity.idle();
    expect([await state(id), session('SID1').lives]).toEqual(['COMPLETED/CANCELLED', false]);
  });

  test('whose node died with it is started by another one', async () => {
    const id = await schedule(180);
    await bed.database.query('update callback set submit_at = $2 where id = $1', [
      id,
      new Date(bed.clock.now() + 130_000).toISOString(),
    ]);
    await wait(131);
    expect([await state(id), sessions.size]).toEqual(['QUEUED', 1]);
  });
});

describe('cancellation', () => {
  test('C3: tells the application, then ends its session', async () => {
    const id = await startNow();
    expect((await bed.request('DELETE', path(id))).status).toBe(200);
    await bed.activity.idle();
    expect(await state(id)).toBe('COMPLETED/CANCELLED');
    expect(session('SID1').heard).toEqual(['request/gms.start', 'event/cancel', 'terminate']);
  });

  test.each(['gone', 'away'])('C5: is refused when the session is %s, unless that is to be ignored', async (how) => {
    const id = await startNow();
    if (how === 'gone') session('SID1').lives = false;
    else down.add('ors:7210');
    expect(await bed.request('DELETE', path(id))).toMatchObject({
      status: 400,
      body: { message: `No such request to cancel : [${id}]` },
    });
    expect(await state(id)).toBe('QUEUED');
    expect((await bed.request('DELETE', `${path(id)}?discard_ors_failure=true`)).status).toBe(200);
    expect(await state(id)).toBe('COMPLETED/CANCELLED');
  });

  test('by the administrator ends the session when its server is back', async () => {
    const id = await startNow();
    down.add('ors:7210');
    const payload = { ids: [id], reason: 'CANCELLED_BY_ADMIN' };
    await bed.request('POST', '/1/admin/callback/cancel', { payload });
    await wait(30);
    expect([await state(id), session('SID1').lives]).toEqual(['COMPLETED/CANCELLED_BY_ADMIN', true]);
    down.clear();
    await wait(60);
    expect(session('SID1').lives).toBe(false);
  });
});

describe('what the application reports', () => {
  test('are states and a reason', async () => {
    const id = await startNow();
    const report = async (body: object) => (await bed.request('PUT', path(id), { payload: body })).status;
    expect(await report({ _callback_state: 'ROUTING' })).toBe(200);
    expect(await state(id)).toBe('ROUTING');
    expect(await report({ _callback_state: 'PROCESSING' })).toBe(200);
    expect(await state(id)).toBe('PROCESSING');
    expect(await report({ _callback_state: 'COMPLETED', _callback_reason: 'AGENT_CONNECTED' })).toBe(200);
    expect(await state(id)).toBe('COMPLETED/AGENT_CONNECTED');
    expect(await report({ _callback_state: 'QUEUED' })).toBe(400);
  });

  test.each([
    [{ _callback_state: 'DONE' }, 'COMPLETED'],
    [{ _callback_state: 'SCHEDULED' }, 'SCHEDULED'],
    [{ _callback_state: 'COMPLETED', _callback_reason: 'not so' }, 'not so'],
  ])('is refused when it means nothing: %j', async (payload, named) => {
    const { status, body } = await bed.request('PUT', path(await startNow()), { payload });
    expect(status).toBe(400);
    expect(body.message).toContain(named);
  });

  test('R4: other changes of a callback that is submitted are refused as ever', async () => {
    const id = await startNow();
    expect((await bed.request('PUT', path(id), { payload: { note: 'x' } })).status).toBe(400);
  });

  test('is nothing to a callback whose session runs here', async () => {
    configure({ _ors: '' });
    const id = await startNow();
    expect((await bed.request('PUT', path(id), { payload: { _callback_state: 'COMPLETED' } })).status).toBe(400);
    expect(await state(id)).toBe('QUEUED');
  });
});

describe('gms-observed 12: a session there', () => {
  test('rows 6, 10, 12: that is gone is replaced by another one', async () => {
    const id = await startNow();
    await wait(180);
    expect(sessions.size).toBe(1);
    session('SID1').lives = false;
    await wait(120);
    expect(await bed.record(id)).toMatchObject({ _callback_state: 'QUEUED', _ors_session_id: 'SID2' });
    expect(session('SID2').started._urs_call_interaction_age).toBeDefined();
  });

  test('row 9: outside of every range is not asked for', async () => {
    configure({ _queue_ping_ors_period: '-2,-1', _queue_poll_period_recovery: '-3,-2' });
    const id = await startNow();
    session('SID1').lives = false;
    await bed.callbacks.shutDown();
    await wait(300);
    await bed.callbacks.startUp();
    await wait(120);
    expect([await state(id), sessions.size]).toEqual(['QUEUED', 1]);
  });

  test('row 5: whose server is away for three polls leaves its callback with SUBMIT_FAILED', async () => {
    configure({ _queue_ping_ors_period: '-120,0' });
    const id = await startNow();
    down.add('ors:7210');
    await wait(120);
    expect(await state(id)).toBe('QUEUED');
    await wait(70);
    expect(await state(id)).toBe('COMPLETED/SUBMIT_FAILED');
    down.clear();
    await wait(60);
    expect(session('SID1').lives).toBe(false);
  });

  test('row 5: an answer in between begins the count anew', async () => {
    configure({ _queue_ping_ors_period: '-120,0' });
    const id = await startNow();
    for (const isDown of [true, true, false, true, true, false]) {
      if (isDown) down.add('ors:7210');
      else down.clear();
      await wait(60);
    }
    expect([await state(id), sessions.size]).toEqual(['QUEUED', 1]);
  });
});

test('a service that is paused tells the sessions there', async () => {
  const id = await startNow();
  bed.configuration.set('lists', 'GMS_Paused_Services', { services: { Line: 'true' } });
  await expect.poll(() => state(id)).toBe('PAUSED');
  await bed.activity.idle();
  bed.configuration.set('lists', 'GMS_Paused_Services', { services: {} });
  await expect.poll(() => state(id)).toBe('QUEUED');
  await bed.activity.idle();
  expect(session('SID1').heard).toEqual(['request/gms.start', 'event/callback.paused', 'event/callback.resumed']);
});

test('what nobody needs any more is forgotten', async () => {
  const id = await startNow();
  await bed.request('PUT', path(id), { payload: { _callback_state: 'COMPLETED' } });
  expect(await state(id)).toBe('COMPLETED/NOT_AVAILABLE');
  await wait(61);
  expect(await bed.database.query('select session from callback_remote_session')).toEqual([]);
  expect(session('SID1').lives).toBe(true);
});
