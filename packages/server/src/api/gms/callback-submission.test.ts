import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CallbackTestBed } from './testing.js';

const START = '2026-03-02T08:00:00.000Z';
const SERVICE = { _type: 'ors', _service: 'callback' };

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

async function schedule(seconds: number, more: object = {}, service = 'Line'): Promise<string> {
  const answer = await bed.start(service, { _customer_number: '5115', _desired_time: after(seconds), ...more });
  expect(answer.status).toBe(200);
  return answer.body._id;
}

async function state(id: string): Promise<string> {
  const record = await bed.record(id);
  return record ? [record._callback_state, record._callback_reason].filter(Boolean).join('/') : 'gone';
}

describe('submission ahead of an expected wait', () => {
  const sources: [name: string, options: Record<string, string>, request: object][] = [
    ['the virtual queue of the service', { _urs_virtual_queue: 'VQ' }, {}],
    ['the virtual queue of the request', {}, { _urs_virtual_queue: 'VQ' }],
    ['another queue for the estimate', { _urs_virtual_queue: 'other', _urs_ewt_virtual_queue: 'VQ' }, {}],
    ['a statistic', { _request_queue_time_stat: 'ExpectedWaitTime;Queue;VQ@SIP_Server;Environment' }, {}],
    ['a statistic of the request', {}, { _request_queue_time_stat: 'ExpectedWaitTime;Queue;VQ;Environment' }],
    ['a urs-stat service', { _request_ewt_service: 'wait', _urs_virtual_queue: 'other' }, {}],
  ];
  test.each(sources)('4.5: by %s', async (_name, options, request) => {
    bed.configuration.set('services', 'wait', { _service: 'urs-stat', _urs_stat_url_parameters: 'name=VQ&aqt=urs' });
    configure(options);
    const [id, unaffected] = [await schedule(1800, request), await schedule(5000, request)];
    bed.waits.set('VQ', 900);
    await wait(840);
    expect(await state(id)).toBe('SCHEDULED');
    await wait(120);
    expect([await state(id), await state(unaffected)]).toEqual(['QUEUED', 'SCHEDULED']);
  });

  test('4.5: a request within the expected wait is submitted at once', async () => {
    configure({ _urs_virtual_queue: 'VQ' });
    bed.waits.set('VQ', 900);
    expect(await state(await schedule(899))).toBe('QUEUED');
    expect(await state(await schedule(901))).toBe('SCHEDULED');
    bed.waits.set('VQ', 10_000);
    expect(await state(await schedule(899))).toBe('SCHEDULED');
  });

  test('callbacks whose own queue is another are left alone', async () => {
    const [one, other] = [
      await schedule(1800, { _urs_virtual_queue: 'VQ' }),
      await schedule(1800, { _urs_virtual_queue: 'quiet' }),
    ];
    bed.waits.set('VQ', 1500).set('quiet', 0);
    await wait(420);
    expect([await state(one), await state(other)]).toEqual(['QUEUED', 'SCHEDULED']);
  });
});

describe('what no node has submitted in time', () => {
  const away = async (seconds: number) => {
    await bed.callbacks.shutDown();
    await wait(seconds);
    await bed.callbacks.startUp();
  };

  test('gms-observed 12, row 1: within the recovery period it is submitted at once', async () => {
    configure({ _queue_poll_period: '-2,120', _queue_poll_period_recovery: '-1440,-2' });
    const id = await schedule(180);
    await away(3600);
    expect(await state(id)).toBe('QUEUED');
  });

  test('gms-observed 12, row 7: beyond it is not, can be cancelled, and ends with a reason', async () => {
    configure({ _queue_poll_period: '-2,120', _queue_poll_period_recovery: '-3,-2', _ttl: '3600' });
    const [left, cancelled] = [await schedule(180), await schedule(190)];
    await away(400);
    expect([await state(left), await state(cancelled)]).toEqual(['SCHEDULED', 'SCHEDULED']);
    expect((await bed.request('DELETE', `/1/service/callback/Line/${cancelled}`)).status).toBe(200);
    await wait(3379);
    expect(await state(left)).toBe('SCHEDULED');
    await wait(1);
    expect(await state(left)).toBe('COMPLETED/FAIL_TIMEOUT_TTL');
    expect(bed.sessions.started).toEqual([]);
    expect(await bed.counted()).toMatchObject({ used: 0, wrong: 0 });
  });

  test('gotcha 9: whose time is over it is completed, never submitted', async () => {
    configure({ _ttl: '600' });
    const id = await schedule(300);
    await away(1000);
    expect(await state(id)).toBe('COMPLETED/FAIL_TIMEOUT_TTL');
    expect(bed.sessions.started).toEqual([]);
  });

  test('it can still be moved to a new time', async () => {
    configure({ _queue_poll_period: '-2,120', _queue_poll_period_recovery: '-3,-2' });
    const id = await schedule(180);
    await away(400);
    const payload = { _new_desired_time: after(600) };
    expect((await bed.request('PUT', `/1/service/callback/Line/${id}`, { payload })).status).toBe(200);
    await wait(480);
    expect(await state(id)).toBe('QUEUED');
  });
});

describe('an application that cannot be loaded', () => {
  const lose = (id: string, reason: string) =>
    bed.database.transaction(async (tx) => {
      const session = bed.sessions.started.findLast(({ callback }) => callback === id);
      if (session) session.ended = reason;
      await bed.callbacks.onSessionEnded(tx, { id: session?.id ?? '', callback: id, state: 'failed', reason });
    });

  test.each(['application-unknown', 'application-invalid'])(
    'is tried three times a minute apart: %s',
    async (reason) => {
      const id = await schedule(15);
      for (const sessions of [1, 2, 3]) {
        expect([await state(id), bed.sessions.started.length]).toEqual(['QUEUED', sessions]);
        await lose(id, reason);
        await wait(60);
      }
      expect([await state(id), bed.sessions.started.length]).toEqual(['COMPLETED/SUBMIT_FAILED', 3]);
      expect(await bed.counted()).toMatchObject({ used: 0, wrong: 0 });
    },
  );

  test('is no failure of a submission when it has run', async () => {
    const id = await schedule(15);
    await lose(id, 'script-error');
    expect(await state(id)).toBe('COMPLETED/FAIL_ERROR');
  });

  test('that comes back in time is submitted', async () => {
    const id = await schedule(15);
    await lose(id, 'application-unknown');
    await wait(60);
    await bed.report(id, { type: 'complete', reason: 'AGENT_CONNECTED' });
    expect(await state(id)).toBe('COMPLETED/AGENT_CONNECTED');
  });

  test('1.15: is told to the client of an immediate callback, and tried no further', async () => {
    const { answer } = bed.sessions;
    bed.sessions.answer = undefined;
    bed.sessions.onReply = async () => {
      const [row] = await bed.database.query<{ id: string }>('select id from callback');
      await lose(row?.id ?? '', 'application-unknown');
    };
    const { status, body } = await bed.start('Line', { _customer_number: '5115' });
    Object.assign(bed.sessions, { answer, onReply: undefined });
    expect([status, body.exception]).toEqual([500, expect.stringMatching(/CallbackException$/)]);
    expect(body.message).toMatch(/^ORS request failed: the application .* cannot be loaded$/);
    const { body: found } = await bed.request('GET', '/1/service/callback?_customer_number=5115');
    expect(found).toMatchObject([{ _callback_state: 'COMPLETED', _callback_reason: 'SUBMIT_FAILED' }]);
  });
});

test('gms-observed 6: a callback for a past time lives as long as any other', async () => {
  configure({ _reject_past_desired_time: String(31 * 86_400), _ttl: '600' });
  const id = await schedule(-30 * 86_400);
  expect(await state(id)).toBe('QUEUED');
  await wait(599);
  expect(await state(id)).toBe('QUEUED');
  await wait(1);
  expect(await state(id)).toBe('COMPLETED/FAIL_TIMEOUT_TTL');
});

describe('callbacks that are due together', () => {
  test('are each treated as their service wants it', async () => {
    configure({ _service: 'other', _service_type: 'callback' }, 'Other');
    configure({}, 'Paused');
    configure({}, 'Gone');
    const ids = [
      await schedule(180),
      await schedule(180, {}, 'Other'),
      await schedule(180, {}, 'Paused'),
      await schedule(180, {}, 'Gone'),
      await schedule(180),
    ];
    bed.configuration.set('lists', 'GMS_Paused_Services', { services: { Paused: 'true' } });
    bed.configuration.set('services', 'Gone', { _service: 'office-hours' });
    await wait(60);
    const rows = await bed.database.query<{ state: string }>(
      'select c.state from unnest($1::text[]) with ordinality as i (id, n) join callback c using (id) order by n',
      [ids],
    );
    expect(rows.map((row) => row.state)).toEqual(['QUEUED', 'QUEUED', 'PAUSED', 'SCHEDULED', 'QUEUED']);
    const flows = new Map(bed.sessions.started.map(({ callback, flow }) => [callback, flow]));
    expect(ids.map((id) => flows.get(id))).toEqual(['callback', 'other', 'callback', undefined, 'callback']);
    const events = await bed.database.query<{ callback: string }>(
      "select callback from event where type = 'callback.state' and data ->> 'cause' = 'submit' order by callback",
    );
    expect(events.map(({ callback }) => callback)).toEqual(ids.filter((_, index) => index !== 3).toSorted());
  });

  test('are all submitted, however many', async () => {
    configure({ _max_request_by_time_bucket: '2000' });
    const count = 1000;
    await bed.database.query(
      `insert into callback (id, service, state, immediate, desired_at, submit_at, submit_attempts, ttl, expires_at,
                             properties, lookup, progress, created_at, changed_at)
       select 'many-' || i, 'Line', 'SCHEDULED', false, $1, $2, 0, 86400, $3, '{}', '{}', '{}', $4, $4
         from generate_series(1, ${count}) i`,
      [after(1200), after(1080), after(90_000), after(0)],
    );
    await schedule(1200);
    await wait(1080);
    expect(bed.sessions.started).toHaveLength(count + 1);
    expect(new Set(bed.sessions.started.map(({ callback }) => callback)).size).toBe(count + 1);
    expect(await bed.database.query("select id from callback where state <> 'QUEUED'")).toEqual([]);
  });
});
