import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CallbackTestBed } from './testing.js';

const S = 'com.genesyslab.gsg.services.callback.';
const X = `${S}exceptions.`;
/** A Monday. */
const START = '2026-03-02T08:00:00.000Z';
const D = '2026-03-02T';
const base = '/1/service/callback/BasicCallback';
const BASIC = {
  _type: 'ors',
  _service: 'callback',
  _request_time_bucket: '5',
  _max_request_by_time_bucket: '5',
  _business_hours_service: 'hours',
};
const NOW = { _type: 'ors', _service: 'callback' };

let bed: CallbackTestBed;

beforeAll(async () => {
  bed = await CallbackTestBed.create(START);
});

beforeEach(async () => {
  await bed.database.query('truncate callback, callback_slot, callback_lookup, callback_throttle');
  bed.configuration.clear();
  bed.configuration.set('services', 'hours', { _service: 'office-hours', _bh_regular1: 'Mon-Fri 09:00-17:00' });
  bed.configuration.set('services', 'BasicCallback', BASIC);
  bed.configuration.set('services', 'Now', NOW);
  bed.sessions.started.length = 0;
  bed.sessions.down = false;
});

afterAll(() => bed.close());

function configure(changes: Record<string, string>, service = 'BasicCallback', options: object = BASIC): void {
  bed.configuration.set('services', service, { ...options, ...changes });
}

const book = (time: string, number = '5115', more: object = {}) =>
  bed.start('BasicCallback', { _customer_number: number, _desired_time: `${D}${time}:00.000Z`, ...more });

async function fill(time: string, count: number): Promise<void> {
  for (let each = 0; each < count; each += 1) expect((await book(time, `7${each}`)).status).toBe(200);
}

describe('Start-Callback', () => {
  test('A1: the request of the reference is scheduled', async () => {
    const answer = await bed.start('BasicCallback', {
      _customer_number: '5115',
      _usr_customer_name: 'Bob Markel',
      _usr_reason: 'billing question',
      _device_notification_id: 'b16416334828b1d26ef14f329628b55b5a8c631d8928a371a5584722dd7fb673',
      _device_os: 'comet',
      _desired_time: `${D}10:25:00.000Z`,
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ _id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json;charset=utf-8',
      pragma: 'no-cache',
      'cache-control': 'no-cache, no-store',
    });
    expect(await bed.record(answer.body._id)).toMatchObject({
      _callback_state: 'SCHEDULED',
      _desired_time: `${D}10:25:00.000Z`,
      _expiration_time: '2026-03-03T10:25:00.000Z',
    });
  });

  test('A2, A3: an immediate callback answers the dialog under the keys of both versions, and its id', async () => {
    const { status, body } = await bed.start('Now', { _customer_number: '5115' });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...{
        _dialog_id: '0',
        _action: 'ConfirmationDialog',
        _text: 'You will receive the call shortly',
        _ok_title: 'Ok',
      },
      ...{ ID: '0', Action: 'ConfirmationDialog', Text: 'You will receive the call shortly', OkTitle: 'Ok' },
      _id: expect.stringMatching(/^1-[0-9a-f-]{36}$/),
    });
    const [session] = bed.sessions.started;
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'QUEUED', _ors_session_id: session?.id });
  });

  test('an application that says nothing in time leaves the id alone', async () => {
    const { answer } = bed.sessions;
    bed.sessions.answer = undefined;
    const { body } = await bed.start('Now', { _customer_number: '5115' });
    bed.sessions.answer = answer;
    expect(Object.keys(body)).toEqual(['_id']);
  });

  test('A4: a form with a token variable', async () => {
    configure({ _target: 'Billing@$my_token$.GA' }, 'Now', NOW);
    const answer = await bed.request('POST', '/1/service/callback/Now', {
      payload: '_customer_number=01822256&my_token=Stat_Server1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(200);
    expect(bed.sessions.started[0]?.parameters).toMatchObject({
      _target: 'Billing@Stat_Server1.GA',
      _customer_number: '01822256',
      _service_id: answer.body._id,
      _service_name: 'Now',
      _callback_start_time: START,
      _user_data: { my_token: 'Stat_Server1' },
    });
  });

  test('a multipart form', async () => {
    const payload = [
      '--x\r\nContent-Disposition: form-data; name="_customer_number"\r\n\r\n5115\r\n',
      '--x\r\nContent-Disposition: form-data; name="language"\r\n\r\nfrench\r\n--x--\r\n',
    ].join('');
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const { status } = await bed.request('POST', '/1/service/callback/Now', { payload, headers });
    expect(status).toBe(200);
    expect(bed.sessions.started[0]?.parameters._user_data).toEqual({ language: 'french' });
  });

  test('configured options win over the request, except those that may be overwritten', async () => {
    configure({ _target: 'A@GA', _urs_virtual_queue: 'VQ', _overwritable_options: '_target' }, 'Now', NOW);
    const wanted = { _target: 'B@GA', _urs_virtual_queue: 'other', _wait_for_agent: 'true', _ors: 'http://evil' };
    await bed.start('Now', { _customer_number: '1', ...wanted });
    const parameters = bed.sessions.started[0]?.parameters;
    expect(parameters).toMatchObject({ _target: 'B@GA', _urs_virtual_queue: 'VQ', _wait_for_agent: 'true' });
    expect(parameters).not.toHaveProperty('_ors');
  });

  const refusals: {
    name: string;
    options?: Record<string, string>;
    body: object;
    status: number;
    exception: string;
    message: string | RegExp;
  }[] = [
    {
      name: 'A5: without a number',
      body: { _desired_time: `${D}10:00:00.000Z` },
      status: 400,
      exception: `${X}CallbackException`,
      message: 'Invalid option: missing mandatory lookup key [_customer_number]',
    },
    {
      name: 'A6: without another mandatory key',
      options: { _mandatory_customer_lookup_keys: '_customer_number,_email_address' },
      body: { _customer_number: '5115' },
      status: 400,
      exception: `${X}CallbackException`,
      message: 'Invalid option: missing mandatory lookup key [_email_address]',
    },
    {
      name: 'A8: a number in the exceptions',
      options: { _exceptions: 'Callback_exceptions' },
      body: { _customer_number: '12345' },
      status: 400,
      exception: `${S}CallbackServiceException`,
      message:
        "Customer Number [12345] is not allowed. Check option 'exceptions' : details={Callback_exceptions=exception2}",
    },
    {
      name: 'A9: on a Sunday',
      body: { _customer_number: '5115', _desired_time: '2026-03-08T10:00:00.000Z' },
      status: 400,
      exception: `${S}CallbackServiceException`,
      message: '{"status":"closed","reason":"closed_day_of_week"}',
    },
    {
      name: 'A10: on a Monday at 20:00',
      body: { _customer_number: '5115', _desired_time: `${D}20:00:00.000Z` },
      status: 400,
      exception: `${S}CallbackServiceException`,
      message: '{"status":"closed","reason":"closed_no_match"}',
    },
    {
      name: 'A13: a premium number',
      options: { _disallow_premium_phone_numbers: 'true', _default_country: 'US' },
      body: { _customer_number: '+19005551234' },
      status: 400,
      exception: `${X}CallbackExceptionNumber`,
      message:
        "Customer Number [+19005551234] is disallowed, because it's a premium number. Check option _disallow_premium_phone_numbers",
    },
    {
      name: 'A15: a premium check without a country',
      options: { _disallow_premium_phone_numbers: 'true', _default_country: '' },
      body: { _customer_number: '+19005551234' },
      status: 400,
      exception: `${X}CallbackExceptionNumber`,
      message:
        'Service option BasicCallback / _default_country is not configured. But option _disallow_premium_phone_numbers is set. We cannot validate phone numbers without knowing the country.',
    },
    {
      name: 'A16: an impossible number',
      options: { _disallow_impossible_phone_numbers: 'true', _default_country: 'US' },
      body: { _customer_number: '111' },
      status: 400,
      exception: `${X}CallbackExceptionNumber`,
      message:
        'Customer Number [111] is disallowed, because it is invalid. Check option _disallow_impossible_phone_numbers',
    },
    {
      name: 'an impossible number check without a country',
      options: { _disallow_impossible_phone_numbers: 'true', _default_country: '' },
      body: { _customer_number: '111' },
      status: 400,
      exception: `${X}CallbackExceptionNumber`,
      message: /option _disallow_impossible_phone_numbers is set/,
    },
    {
      name: 'A26: two months ahead',
      body: { _customer_number: '5115', _desired_time: '2026-05-04T10:00:00.000Z' },
      status: 400,
      exception: `${X}CallbackExceptionAvailability`,
      message:
        'Desired time [2026-05-04T10:00:00.000Z] is later than allowed. Check option _reject_future_desired_time',
    },
    {
      name: 'a time that has passed',
      body: { _customer_number: '5115', _desired_time: '2026-02-27T10:00:00.000Z' },
      status: 400,
      exception: `${X}CallbackExceptionAvailability`,
      message: 'Desired time [2026-02-27T10:00:00.000Z] is in the past. Check option _reject_past_desired_time',
    },
    {
      name: 'A27: a time that is none',
      body: { _customer_number: '5115', _desired_time: 'tomorrow' },
      status: 400,
      exception: `${X}CallbackException`,
      message: 'Invalid date format for _desired_time : [tomorrow]',
    },
    {
      name: 'a number that is an object',
      body: { _customer_number: { a: 1 } },
      status: 400,
      exception: `${X}CallbackException`,
      message: 'Invalid parameter _customer_number : it must be a text',
    },
    {
      name: 'an immediate callback while the office is closed, where the service asks for it',
      options: { _enable_reject_out_of_office_hours: 'true' },
      body: { _customer_number: '5115' },
      status: 400,
      exception: `${S}CallbackServiceException`,
      message: '{"status":"closed","reason":"closed_no_match"}',
    },
    {
      name: 'an application that does not exist',
      options: { _service_type: 'callback', _service: 'gone' },
      body: { _customer_number: '5115' },
      status: 500,
      exception: `${X}CallbackException`,
      message: "ORS request failed: There is no flow 'gone'.",
    },
    {
      name: 'a text that cannot be stored',
      body: { _customer_number: '5115', note: 'a\u0000b' },
      status: 400,
      exception: `${X}CallbackException`,
      message: /NUL character/,
    },
  ];
  test.each(refusals)('refuses $name', async ({ options = {}, body, status, exception, message }) => {
    bed.configuration.set('patterns', 'Callback_exceptions', { exception1: '^900.*', exception2: '12345' });
    bed.sessions.down = options._service === 'gone';
    configure(options);
    const answer = await bed.start('BasicCallback', body);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.body)[0]).toBe('exception');
    expect(answer.body.exception).toBe(exception);
    if (typeof message === 'string') expect(answer.body.message).toBe(message);
    else expect(answer.body.message).toMatch(message);
    expect(await bed.database.query('select id from callback')).toEqual([]);
  });

  test('A7: an unknown service, and one that is no callback service', async () => {
    for (const name of ['Unknown', 'hours']) {
      const { status, body } = await bed.start(name, { _customer_number: '5115' });
      expect(status).toBe(404);
      expect(body).toEqual({
        exception: `${X}CallbackExceptionResource`,
        message: `Service [${name}] is not configured.`,
      });
    }
  });

  test('A11: the sixth booking of a bucket is offered what is free around it', async () => {
    await fill('16:45', 5);
    await fill('16:55', 2);
    const { status, body } = await book('16:47');
    expect(status).toBe(400);
    expect(body).toEqual({
      exception: `${S}CallbackAvailabilityException`,
      message: `Too many requests at desired time [${D}16:45:00.000Z, ${D}16:50:00.000Z]. Proposing time slots.`,
      availability: {
        [`${D}16:25:00.000Z`]: 5,
        [`${D}16:30:00.000Z`]: 5,
        [`${D}16:35:00.000Z`]: 5,
        [`${D}16:40:00.000Z`]: 5,
        [`${D}16:50:00.000Z`]: 5,
        [`${D}16:55:00.000Z`]: 3,
      },
    });
  });

  test('A12: with nothing left to offer', async () => {
    configure({ _max_request_by_time_bucket: '1' });
    for (const time of ['16:25', '16:30', '16:35', '16:40', '16:45', '16:50', '16:55']) await fill(time, 1);
    const { status, body } = await book('16:47');
    expect(status).toBe(400);
    expect(body).toEqual({
      exception: `${S}CallbackServiceException`,
      message: `Too many requests around this desired time : ${D}16:47:00.000Z`,
    });
  });

  test('A14: number checks that are not set do nothing', async () => {
    for (const number of ['+19005551234', '111']) {
      expect((await bed.start('BasicCallback', { _customer_number: number })).status).toBe(200);
    }
  });

  test('A17, A18: the limit of queued callbacks refuses immediate ones only, and the service option goes first', async () => {
    bed.configuration.set('options', 'callback', { max_queued_callbacks_per_service: '1' });
    expect((await bed.start('BasicCallback', { _customer_number: '1' })).status).toBe(200);
    const refused = await bed.start('BasicCallback', { _customer_number: '2' });
    expect(refused.status).toBe(503);
    expect(refused.body).toEqual({
      exception: `${X}CallbackExceptionServiceUnavailable`,
      message: 'Limit of queued callbacks for BasicCallback is reached.',
    });
    expect((await book('10:00')).status).toBe(200);
    configure({ _max_queued_callbacks_per_service: '2' });
    const second = await bed.start('BasicCallback', { _customer_number: '2' });
    expect(second.status).toBe(200);
    await bed.request('DELETE', `${base}/${second.body._id}`);
    expect((await bed.start('BasicCallback', { _customer_number: '3' })).status).toBe(200);
  });

  test('A24: the same customer in the queue', async () => {
    const third = async (value: string) => {
      configure({ _enable_in_queue_checking: value, _default_country: 'US' });
      const statuses: number[] = [];
      for (const number of ['+1 650-466-1100', '6504661100', '(650) 466 1100']) {
        const { status, body } = await book('10:00', number);
        statuses.push(status);
        if (status === 400) expect(body.exception).toBe(`${X}CallbackExceptionNumber`);
      }
      await bed.database.query('truncate callback, callback_slot, callback_lookup');
      return statuses;
    };
    expect(await third('true')).toEqual([200, 200, 400]);
    expect(await third('strict')).toEqual([200, 400, 400]);
    expect(await third('false')).toEqual([200, 200, 200]);
    expect(await third('')).toEqual([200, 200, 200]);
  });

  test('a header of an unknown contact centre does not matter', async () => {
    const { status } = await bed.request('POST', base, {
      payload: { _customer_number: '5115' },
      headers: { ContactCenterId: 'test' },
    });
    expect(status).toBe(200);
  });

  test('past times are accepted as far as the service says', async () => {
    configure({ _reject_past_desired_time: String(30 * 86_400) });
    const body = { _customer_number: '5115', _desired_time: '2026-02-27T10:00:00.000Z' };
    const answer = await bed.start('BasicCallback', body);
    expect(answer.status).toBe(200);
    expect(await bed.record(answer.body._id)).toMatchObject({ _callback_state: 'QUEUED' });
  });

  test('a rejection is journaled, an acceptance too', async () => {
    const accepted = await book('10:00');
    await book('20:00');
    const rows = await bed.database.query<{ type: string; data: Record<string, unknown> }>(
      "select type, data from event where type in ('callback.accepted', 'callback.rejected') order by id desc limit 2",
    );
    expect(rows[0]).toMatchObject({ type: 'callback.rejected', data: { error: 'closed', number: '5115' } });
    expect(rows[1]).toMatchObject({
      type: 'callback.accepted',
      data: { _CB_SERVICE_ID: accepted.body._id, _CB_DIM_TYPE: 'SCHEDULED', state: 'SCHEDULED' },
    });
  });
});

describe('Cancel-Callback', () => {
  test('C1, C2: frees the place; a second time it is refused', async () => {
    const { body } = await book('10:00');
    // Clients send DELETE with a content type and no body.
    const headers = { 'content-type': 'application/json' };
    const cancelled = await bed.request('DELETE', `${base}/${body._id}`, { headers });
    expect([cancelled.status, cancelled.body]).toEqual([200, '']);
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'COMPLETED', _callback_reason: 'CANCELLED' });
    expect(await bed.counted()).toEqual({ used: 0, held: 0, wrong: 0 });
    const again = await bed.request('DELETE', `${base}/${body._id}`, { headers });
    expect(again.status).toBe(400);
    expect(again.body).toEqual({
      exception: `${S}CallbackException`,
      message: `No such request to cancel : [${body._id}]`,
    });
  });

  test('C3: a queued callback takes its session along', async () => {
    const { body } = await bed.start('Now', { _customer_number: '5115' });
    expect((await bed.request('DELETE', `/1/service/callback/Now/${body._id}`)).status).toBe(200);
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'COMPLETED', _callback_reason: 'CANCELLED' });
    expect(bed.sessions.started[0]?.ended).toBe('CANCELLED');
  });

  test('C5: a session that is gone keeps it, unless that is to be ignored', async () => {
    const { body } = await bed.start('Now', { _customer_number: '5115' });
    bed.sessions.started.length = 0;
    const path = `/1/service/callback/Now/${body._id}`;
    expect((await bed.request('DELETE', path)).status).toBe(400);
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'QUEUED' });
    expect((await bed.request('DELETE', `${path}?discard_ors_failure=true`)).status).toBe(200);
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'COMPLETED', _callback_reason: 'CANCELLED' });
  });

  test('is refused while customer and agent talk, for other services and for unknown ids', async () => {
    const { body } = await bed.start('Now', { _customer_number: '5115' });
    expect((await bed.request('DELETE', `${base}/${body._id}`)).status).toBe(400);
    expect((await bed.request('DELETE', `${base}/unknown`)).body.message).toBe('No such request to cancel : [unknown]');
    await bed.report(body._id, { type: 'customer-answered' });
    await bed.report(body._id, { type: 'agent-connected' });
    expect((await bed.request('DELETE', `/1/service/callback/Now/${body._id}`)).status).toBe(400);
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'PROCESSING' });
  });
});

describe('Reschedule-Callback', () => {
  const move = (id: string, payload: object) => bed.request('PUT', `${base}/${id}`, { payload });

  test('R1: moves the callback and its place', async () => {
    const { body } = await book('15:05');
    const moved = await move(body._id, { _new_desired_time: `${D}15:10:00.000Z` });
    expect([moved.status, moved.body]).toEqual([200, '']);
    expect(await bed.record(body._id)).toMatchObject({ _desired_time: `${D}15:10:00.000Z` });
    expect(await bed.counted()).toEqual({ used: 1, held: 1, wrong: 0 });
  });

  test('R2: a full bucket leaves the callback where it was and offers others', async () => {
    await fill('16:45', 5);
    await fill('16:55', 2);
    const { body } = await book('10:00');
    const refused = await move(body._id, { _new_desired_time: `${D}16:45:00.000Z` });
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({
      exception: `${S}CallbackExceptionAvailability`,
      message: `Too many requests at desired time [${D}16:45:00.000Z, ${D}16:50:00.000Z]. Proposing time slots.`,
      availability: { [`${D}16:25:00.000Z`]: 5, [`${D}16:55:00.000Z`]: 3 },
    });
    expect(await bed.record(body._id)).toMatchObject({ _desired_time: `${D}10:00:00.000Z` });
    expect(await bed.counted()).toEqual({ used: 8, held: 8, wrong: 0 });
  });

  test('R3: within its own bucket it always succeeds', async () => {
    await fill('16:45', 4);
    const { body } = await book('16:45');
    expect((await move(body._id, { _new_desired_time: `${D}16:48:00.000Z` })).status).toBe(200);
    expect(await bed.counted()).toEqual({ used: 5, held: 5, wrong: 0 });
  });

  test('R4: what is not scheduled any more cannot be moved', async () => {
    const { body } = await bed.start('BasicCallback', { _customer_number: '5115' });
    const refused = await move(body._id, { _new_desired_time: `${D}15:10:00.000Z` });
    expect(refused.status).toBe(400);
    expect(refused.body).toEqual({
      exception: `${X}CallbackException`,
      message: `No such request to reschedule : [${body._id}]`,
    });
  });

  test('R5: properties are merged, an empty one is taken away, and queries follow', async () => {
    configure({ _customer_lookup_keys: '_customer_number,color' });
    const { body } = await book('10:00', '5115', { color: 'v1' });
    expect(await bed.record(body._id)).toMatchObject({ color: 'v1' });
    expect((await move(body._id, { color: 'v2', _desired_time: `${D}10:00:00.000Z` })).status).toBe(200);
    expect(await bed.record(body._id)).toMatchObject({ color: 'v2', _desired_time: `${D}10:00:00.000Z` });
    expect((await bed.request('GET', `${base}?color=v1`)).body).toEqual([]);
    expect((await bed.request('GET', `${base}?color=v2`)).body).toHaveLength(1);
    expect((await move(body._id, { color: '' })).status).toBe(200);
    expect(await bed.record(body._id)).not.toHaveProperty('color');
    expect((await bed.request('GET', `${base}?color=v2`)).body).toEqual([]);
  });

  test('outside of the hours, too far ahead, not a time, nothing at all: refused', async () => {
    const { body } = await book('10:00');
    const cases: [object, string][] = [
      [{ _new_desired_time: `${D}20:00:00.000Z` }, '{"status":"closed","reason":"closed_no_match"}'],
      [{ _new_desired_time: '2026-06-01T10:00:00.000Z' }, 'is later than allowed'],
      [{ _new_desired_time: 'soon' }, 'Invalid date format for _new_desired_time : [soon]'],
      [{}, 'missing mandatory lookup key [_new_desired_time]'],
    ];
    for (const [payload, message] of cases) {
      const refused = await move(body._id, payload);
      expect(refused.status).toBe(400);
      expect(refused.body.message).toContain(message);
    }
  });
});

describe('Query-Callback', () => {
  test('Q1: the 2013 form finds outstanding callbacks by number', async () => {
    const { body } = await book('10:00', '555-5461206');
    const { status, body: found } = await bed.request('GET', `${base}?customer_number=555-5461206`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(status).toBe(200);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      _id: body._id,
      desired_time: `${D}10:00:00.000Z`,
      url: `/1/service/callback/BasicCallback/${body._id}`,
    });
    await bed.request('DELETE', `${base}/${body._id}`);
    expect((await bed.request('GET', `${base}?customer_number=555-5461206`)).body).toEqual([]);
    expect((await bed.request('GET', `${base}?_customer_number=5555461206`)).body).toHaveLength(1);
  });

  test('Q2: over all services, by state and its negation', async () => {
    const scheduled = await book('10:00');
    await bed.start('Now', { _customer_number: '5115' });
    await bed.request('DELETE', `${base}/${scheduled.body._id}`);
    const find = async (query: string) => (await bed.request('GET', `/1/service/callback?${query}`)).body;
    expect(await find('_customer_number=5115')).toHaveLength(2);
    expect(await find('_customer_number=5115&_callback_state=!COMPLETED')).toMatchObject([{ _service_name: 'Now' }]);
    expect(await find('_callback_state=COMPLETED')).toMatchObject([{ _callback_reason: 'CANCELLED' }]);
    expect(await find('_customer_number=5115&_callback_state=PAUSED')).toEqual([]);
  });

  test('Q3, Q4: by id an array with the standard keys; an unknown id finds nothing', async () => {
    const { body } = await book('10:00');
    const { body: found } = await bed.request('GET', `/1/service/callback?_id=${body._id}`);
    expect(Object.keys(found[0])).toEqual(
      expect.arrayContaining([
        ...['_id', '_desired_time', '_service_name', '_callback_state', '_expiration_time', '_customer_number'],
        ...['_url', 'url', 'desired_time'],
      ]),
    );
    const unknown = await bed.request('GET', '/1/service/callback?_id=bad_id');
    expect([unknown.status, unknown.body]).toEqual([200, []]);
  });

  test('Q5, Q6: several keys meet or join', async () => {
    configure({ _customer_lookup_keys: '_customer_number,_email' });
    await book('10:00', '1', { _email: 'a@x' });
    await book('10:00', '2', { _email: 'a@x' });
    await book('10:00', '3', { _email: 'b@x' });
    const find = async (query: string) => (await bed.request('GET', `${base}?${query}`)).body.length;
    expect(await find('_customer_number=1&_email=a@x')).toBe(1);
    expect(await find('_customer_number=3&_email=a@x')).toBe(0);
    expect(await find('_customer_number=3&_email=a@x&operand=OR')).toBe(3);
    expect(await find('_customer_number=9&_callback_state=SCHEDULED&operand=OR')).toBe(3);
    expect(await find('_email=none')).toBe(0);
  });

  test('needs a criterion, and a state that exists', async () => {
    for (const query of ['', '?_callback_state=LOST', '?_customer_number=1&_customer_number=2']) {
      const { status, body } = await bed.request('GET', `${base}${query}`);
      expect(status).toBe(400);
      expect(body.exception).toBe(`${X}CallbackException`);
    }
    expect((await bed.request('GET', '/1/service/callback/Unknown?_customer_number=1')).status).toBe(404);
  });
});

describe('Query-Availability', () => {
  const saturday = '2026-03-07T';

  beforeEach(() => {
    bed.configuration.set('services', 'hours', { _service: 'office-hours', _bh_regular1: 'Sat 08:00-12:00' });
    configure({ _request_time_bucket: '15' });
  });

  test('V1: free places around the time, by start of bucket', async () => {
    for (const time of ['09:00', '09:15']) {
      const body = { _customer_number: '1', _desired_time: `${saturday}${time}:00.000Z` };
      expect((await bed.start('BasicCallback', body)).status).toBe(200);
    }
    const { status, body } = await bed.request('GET', `${base}/availability?timestamp=${saturday}09:00:00.000Z`);
    expect(status).toBe(200);
    expect(body).toEqual(
      Object.fromEntries(
        ['08:00', '08:15', '08:30', '08:45', '09:00', '09:15', '09:30', '09:45'].map((time) => [
          `${saturday}${time}:00.000Z`,
          time === '09:00' || time === '09:15' ? 4 : 5,
        ]),
      ),
    );
  });

  test('V2: closing time is exclusive', async () => {
    const { status, body } = await bed.request('GET', `${base}/availability?timestamp=${saturday}12:00:00.000Z`);
    expect(status).toBe(400);
    expect(body).toEqual({
      exception: `${S}CallbackExceptionAvailability`,
      message: `Office is closed at ${saturday}12:00:00.000Z. No time slots proposed.`,
      availability: {},
    });
  });

  test('V3: a range, as many as wanted, the earliest first', async () => {
    const query = `start=${saturday}00:00:00.000Z&number-of-days=1&max-time-slots=3`;
    const { body } = await bed.request('GET', `${base}/availability?${query}`);
    expect(Object.keys(body)).toEqual(['08:00', '08:15', '08:30'].map((time) => `${saturday}${time}:00.000Z`));
  });

  test('V4, V5: version 2 with local times, and with the busy ones if asked', async () => {
    configure({ _request_time_bucket: '60', _max_request_by_time_bucket: '1' });
    await bed.start('BasicCallback', { _customer_number: '1', _desired_time: `${saturday}09:00:00.000Z` });
    const path = '/2/service/callback/BasicCallback/availability';
    const query = `start=${saturday}00:00:00.000Z&number-of-days=1&timezone=America/Toronto`;
    const { status, body } = await bed.request('GET', `${path}?${query}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ durationMin: 60, timezone: 'America/Toronto' });
    expect(body.slots[0]).toEqual({
      utcTime: `${saturday}08:00:00.000Z`,
      localTime: `${saturday}03:00:00.000`,
      capacity: 1,
      total: 1,
    });
    const hours = (slots: { utcTime: string }[]) => slots.map(({ utcTime }) => utcTime.slice(11, 13));
    expect(hours(body.slots)).toEqual(['08', '10', '11']);
    const busy = await bed.request('GET', `${path}?${query}&report-busy=true`);
    expect(hours(busy.body.slots)).toEqual(['08', '09', '10', '11']);
    expect(busy.body.slots[1]).toMatchObject({ capacity: 0, total: 1 });
    const local = await bed.request(
      'GET',
      `${path}?start=${saturday}04:00:00&end=${saturday}06:00:00&timezone=America/Toronto`,
    );
    expect(hours(local.body.slots)).toEqual(['10']);
  });

  test('V6: contradictions and nonsense are refused', async () => {
    const wrong = [
      `end=${saturday}00:00:00.000Z&number-of-days=1`,
      `end=${saturday}00:00:00.000Z&end-ms=1`,
      'start-ms=1&start=2026-03-07T00:00:00Z',
      'end=2026-01-01T00:00:00.000Z',
      'timezone=Mars/Olympus',
      'start=soon',
      'number-of-days=-1',
      'number-of-days=1000',
    ];
    for (const query of wrong) {
      const { status, body } = await bed.request('GET', `/2/service/callback/BasicCallback/availability?${query}`);
      expect([query, status]).toEqual([query, 400]);
      expect(body).toHaveProperty('exception');
    }
  });

  test('V7: version 2 on a closed day is empty, not an error', async () => {
    const { status, body } = await bed.request(
      'GET',
      '/2/service/callback/BasicCallback/availability?start=2026-03-08T00:00:00Z&number-of-days=1',
    );
    expect([status, body.slots]).toEqual([200, []]);
  });

  test('a capacity service replaces the constant', async () => {
    bed.configuration.set('services', 'cap', { _service: 'capacity', _capacity_6: '{"6":{"0800":2,"0900":0}}' });
    configure({ _request_time_bucket: '60', _capacity_service: 'cap' });
    const { body } = await bed.request(
      'GET',
      `${base}/availability?start=${saturday}00:00:00.000Z&end=${saturday}23:00:00.000Z`,
    );
    expect(body).toEqual({ [`${saturday}08:00:00.000Z`]: 2 });
    const refused = await bed.start('BasicCallback', {
      _customer_number: '1',
      _desired_time: `${saturday}09:30:00.000Z`,
    });
    expect(refused.body.availability).toEqual({ [`${saturday}08:00:00.000Z`]: 2 });
  });

  test('without parameters it looks at the present', async () => {
    bed.configuration.set('services', 'hours', { _service: 'office-hours', _bh_regular1: 'Mon-Sun 00:00-24:00' });
    const { body } = await bed.request('GET', '/2/service/callback/BasicCallback/availability');
    expect(body.slots).toHaveLength(8);
    expect(body.slots[0].utcTime).toBe(START);
  });

  test('an office-hours service that does not exist is said to be the fault', async () => {
    configure({ _business_hours_service: 'gone' });
    const { status, body } = await bed.request('GET', `${base}/availability`);
    expect(status).toBe(500);
    expect(body.message).toContain('The office-hours service [gone] is not configured.');
  });
});

describe('administration', () => {
  test('D1: the queues of the coming day', async () => {
    const { body } = await book('10:00');
    const past = { _reject_past_desired_time: '7200' };
    configure(past, 'Now', NOW);
    const early = (minutes: number) => new Date(Date.parse(START) - minutes * 60_000).toISOString();
    await bed.start('Now', { _customer_number: '1', _desired_time: early(14) });
    await bed.start('Now', { _customer_number: '1', _desired_time: early(16) });
    const queues = await bed.request('GET', '/1/admin/callback/queues');
    expect(queues.status).toBe(200);
    expect(Object.keys(queues.body)).toEqual(['BasicCallback', 'Now']);
    expect(queues.body.BasicCallback).toMatchObject([
      {
        _id: body._id,
        desired_time: `${D}10:00:00.000Z`,
        url: `/1/service/callback/BasicCallback/${body._id}`,
        _customer_number: '5115',
        _callback_state: 'SCHEDULED',
      },
    ]);
    expect(queues.body.Now).toMatchObject([{ _desired_time: early(14) }]);
  });

  test('D2, D3: one queue, until a time, so many; certain states', async () => {
    for (const time of ['10:00', '11:00', '12:00', '13:00']) await book(time);
    const ask = async (query: string) => (await bed.request('GET', `/1/admin/callback/queues?${query}`)).body;
    const some = await ask(`target=BasicCallback&end_time=${D}12:30:00.000Z&max=2`);
    expect(Object.keys(some)).toEqual(['BasicCallback']);
    expect(some.BasicCallback.map(({ desired_time }: Record<string, string>) => desired_time)).toEqual([
      `${D}10:00:00.000Z`,
      `${D}11:00:00.000Z`,
    ]);
    expect((await ask(`end_time=${D}12:30:00.000Z`)).BasicCallback).toHaveLength(3);
    expect((await ask('states=QUEUED,SCHEDULED')).BasicCallback).toHaveLength(4);
    expect((await ask('states=QUEUED')).BasicCallback).toHaveLength(0);
    expect((await bed.request('GET', '/1/admin/callback/queues?target=Unknown')).status).toBe(404);
    expect((await bed.request('GET', '/1/admin/callback/queues?end_time=late')).status).toBe(400);
  });

  test('D4: filters of the option, and shown keys', async () => {
    bed.configuration.set('options', 'callback', {
      'filter-keys': '_service_type,_callback_state',
      'returned-keys': '_service_type',
    });
    await book('10:00', '1', { _service_type: 'gold' });
    await book('11:00', '2', { _service_type: 'silver' });
    const ask = async (query: string) => (await bed.request('GET', `/1/admin/callback/queues?${query}`)).body;
    expect((await ask('_service_type=gold')).BasicCallback).toMatchObject([{ _service_type: 'gold' }]);
    expect((await ask('_callback_state=QUEUED')).BasicCallback).toEqual([]);
    expect((await ask('foo=1&_customer_number=9')).BasicCallback).toHaveLength(2);
  });

  test('D5: cancels many of any service, each on its own', async () => {
    configure({ _max_request_by_time_bucket: '100' });
    configure({ _throttle_request_parameters_limit: '600' }, 'Now', NOW);
    const ids: string[] = [];
    for (let each = 0; each < 150; each += 1) {
      ids.push((await book(`10:${String((each % 30) * 2).padStart(2, '0')}`, `${each}`)).body._id);
    }
    for (let each = 0; each < 150; each += 1) ids.push((await bed.start('Now', { _customer_number: '5' })).body._id);
    const [processing, cancelled] = [ids[299] ?? '', ids[0] ?? ''];
    await bed.report(processing, { type: 'agent-connected' });
    await bed.request('DELETE', `${base}/${cancelled}`);
    const payload = { reason: 'CANCELLED_BY_ADMIN', ids: [...ids, 'unknown'] };
    const { status, body } = await bed.request('POST', '/1/admin/callback/cancel', { payload });
    expect(status).toBe(200);
    const titles = body.results.map((result: Record<string, string>) => result._ok_title);
    expect(titles.filter((title: string) => title === 'Ok')).toHaveLength(298);
    expect([body.results[0], body.results[299], body.results[300]]).toMatchObject([
      { _id: cancelled, status: 'failure', _ok_title: 'FAILURE_MISSING' },
      { _id: processing, status: 'failure', message: `No such request to cancel : [${processing}]` },
      { _id: 'unknown', status: 'failure' },
    ]);
    expect(await bed.record(ids[10] ?? '')).toMatchObject({ _callback_reason: 'CANCELLED_BY_ADMIN' });
    expect(await bed.record(cancelled)).toMatchObject({ _callback_reason: 'CANCELLED' });
    expect(await bed.record(processing)).toMatchObject({ _callback_state: 'PROCESSING' });
    expect(await bed.counted()).toMatchObject({ used: 0, wrong: 0 });

    const report = await bed.request('POST', '/1/admin/callback/reportcancelled', {
      payload: { callback_reason: 'CANCELLED_BY_ADMIN', exported_properties: ['_service_id', '_customer_number'] },
    });
    expect(report.headers).toMatchObject({
      'content-type': 'text/csv; charset=UTF-8',
      'content-disposition': 'attachment; filename="CancelledCallbacks.csv"',
    });
    const lines = report.body.trimEnd().split('\r\n');
    expect(lines[0]).toBe('_service_id,_customer_number');
    expect(lines).toHaveLength(298 + 1);
  });

  test('D6: the export defuses formulas and keeps numbers', async () => {
    const { body } = await book('10:00', '+1 650-466-1100', { note: '=1+1', said: 'a "b", c' });
    await bed.request('POST', '/1/admin/callback/cancel', { payload: { ids: [body._id] } });
    const payload = {
      callback_reason: 'CANCELLED_BY_ADMIN',
      exported_properties: ['_customer_number', 'note', 'said'],
    };
    const report = await bed.request('POST', '/1/admin/callback/reportcancelled', { payload });
    expect(report.body).toBe('_customer_number,note,said\r\n"+1 650-466-1100",\'=1+1,"a ""b"", c"\r\n');
  });

  test('D7: watermarks count what is submitted and not finished', async () => {
    const ask = async (query = '') => (await bed.request('GET', `/1/admin/callback/watermarks${query}`)).body;
    expect(await ask()).toEqual({ services: { BasicCallback: 0, Now: 0 }, total: 0 });
    await book('10:00');
    const queued = await bed.start('Now', { _customer_number: '1' });
    const talking = await bed.start('Now', { _customer_number: '2' });
    await bed.report(talking.body._id, { type: 'agent-connected' });
    expect(await ask()).toEqual({ services: { BasicCallback: 0, Now: 2 }, total: 2 });
    expect(await ask('?service_name=BasicCallback')).toEqual({ services: { BasicCallback: 0 }, total: 0 });
    expect(await ask('?service_name=Now&service_name=BasicCallback')).toMatchObject({ total: 2 });
    await bed.request('DELETE', `/1/service/callback/Now/${queued.body._id}`);
    expect(await ask('?service_name=Now')).toEqual({ services: { Now: 1 }, total: 1 });
  });

  test('wrong bodies are refused', async () => {
    for (const payload of [{}, { ids: 'x' }, { ids: [1] }, { ids: [], reason: 'because of me' }, []]) {
      const { status, body } = await bed.request('POST', '/1/admin/callback/cancel', { payload });
      expect(status).toBe(400);
      expect(body).toHaveProperty('exception');
    }
  });
});

describe('throttling', () => {
  const now = (options: Record<string, string>) =>
    configure({ _enable_in_queue_checking: 'false', ...options }, 'Now', NOW);
  let number = 0;
  /** Accepted requests in a row, and the interval that the first refusal names. */
  const until = async (most = 10) => {
    for (let count = 0; count < most; count += 1) {
      number += 1;
      const { status, body } = await bed.start('Now', { _customer_number: String(number) });
      if (status === 200) continue;
      expect([status, body.exception]).toEqual([503, `${X}CallbackExceptionServiceUnavailable`]);
      const interval = /^Limit of queued callbacks for Now is reached for interval (\d+)s\.$/.exec(body.message)?.[1];
      return `${count} then ${interval}`;
    }
    return `${most}`;
  };
  const rates = (first: string, firstTtl: string, second: string, secondTtl: string) =>
    now({
      _throttle_callbacks_per_service_1: first,
      _throttle_ttl_1: firstTtl,
      _throttle_callbacks_per_service_2: second,
      _throttle_ttl_2: secondTtl,
    });

  const sequences: [string[], (string | number)[], Record<string, string>?][] = [
    [
      ['2', '14', '2', '7'],
      ['2 then 14', 7, '0 then 14', 7, '2 then 14'],
    ],
    [
      ['2', '7', '2', '7'],
      ['2 then 7', 7, '2 then 7'],
    ],
    [
      ['2', '7', '3', '19'],
      ['2 then 7', 7, '1 then 19', 12, '2 then 7'],
    ],
    [['3', '7', '3', ''], ['3 then 7', 7, '0 then 12', 5, '3 then 7'], { _throttle_ttl_2: '12' }],
    [
      ['3', '', '3', '19'],
      ['3 then 300', 19, '0 then 300'],
    ],
    [['', '14', '3', '7'], ['1 then 14'], { _throttle_callbacks_per_service_1: '1' }],
    [
      ['2', '7', '0', '19'],
      ['0 then 19', 19, '0 then 19'],
    ],
    [['0', '7', '3', '19'], ['0 then 7']],
    [
      ['2', '0', '3', '19'],
      ['3 then 19', 19, '3 then 19'],
    ],
    [['2', '0', '3', '0'], ['10']],
    [['-1', '7', '3', '19'], ['3 then 19']],
    [
      ['2', '-1', '3', '19'],
      ['2 then 300', 19, '0 then 300'],
    ],
    [
      ['2', '7', '3', '-1'],
      ['2 then 7', 7, '1 then 3600'],
    ],
  ];
  test.each(sequences)('by rate: %j gives %j', async (options, steps, section = {}) => {
    const [first = '', firstTtl = '', second = '', secondTtl = ''] = options;
    bed.configuration.set('options', 'callback', section);
    rates(first, firstTtl, second, secondTtl);
    for (const step of steps) {
      if (typeof step === 'number') await bed.clock.advance(step * 1000);
      else expect(await until()).toBe(step);
    }
  });

  test('counts scheduled callbacks only when their own request submits them', async () => {
    rates('1', '60', '5', '3600');
    const later = (seconds: number) => new Date(bed.clock.now() + seconds * 1000).toISOString();
    const start = (seconds: number) =>
      bed.start('Now', { _customer_number: '5115', _desired_time: later(seconds) }).then(({ status }) => status);
    expect(await start(300)).toBe(200);
    expect(await start(300)).toBe(200);
    expect(await start(30)).toBe(200);
    expect(await start(30)).toBe(503);
    expect(await start(300)).toBe(200);
  });

  test('A19 to A23: by customer number and day', async () => {
    now({ _throttle_request_parameters_limit: '2' });
    const start = (value: string, more: object = {}) => bed.start('Now', { _customer_number: value, ...more });
    expect((await start('5115')).status).toBe(200);
    expect((await start('5115')).status).toBe(200);
    const refused = await start('5115');
    expect(refused.status).toBe(503);
    expect(refused.body.exception).toBe(`${X}CallbackExceptionServiceUnavailable`);
    expect(refused.body.message).toContain(
      'Callback for _customer_number=5115 rejected because previous callbacks for this parameter were requested for more than 2 times today.',
    );
    expect((await start('5125')).status).toBe(200);
    await bed.clock.advance(86_400_000);
    expect((await start('5115')).status).toBe(200);
    now({ _throttle_request_parameters_limit: '0' });
    expect((await start('9')).body.message).toContain('for more than 0 times today.');
    const later = new Date(bed.clock.now() + 600_000).toISOString();
    expect((await start('9', { _desired_time: later })).status).toBe(200);
    now({ _throttle_request_parameters_limit: '', _throttle_customer_number_limit: '1' });
    expect((await start('10')).status).toBe(200);
    expect((await start('10')).body.message).toContain('for more than 1 times today.');
    now({});
    for (let each = 0; each < 6; each += 1) expect((await start('11')).status).toBe(200);
    expect((await start('11')).body.message).toContain('for more than 6 times today.');
  });

  test('other parameters, and headers of their name', async () => {
    now({ _throttle_request_parameters: '_device', _throttle_request_parameters_limit: '1' });
    const start = (value: string, headers: Record<string, string> = {}) =>
      bed.request('POST', '/1/service/callback/Now', { payload: { _customer_number: '1', _device: value }, headers });
    expect((await start('a')).status).toBe(200);
    expect((await start('a')).status).toBe(503);
    expect((await start('b', { _device: 'a' })).status).toBe(503);
    expect((await start('a', { _device: 'b' })).status).toBe(200);
    expect((await start('c')).status).toBe(200);
  });
});

describe('redirection', () => {
  const cases: [overwritable: string | undefined, configured: string | undefined, asked: string | undefined, string][] =
    [
      ['_redirect', 'hello', undefined, 'hello'],
      ['_redirect', 'hello', 'other', 'other'],
      ['_redirect', 'hello', '', 'the callback'],
      [undefined, 'hello', '', 'hello'],
      [undefined, 'hello', undefined, 'hello'],
      [undefined, 'hello', 'other', 'hello'],
      ['', 'hello', '', 'hello'],
      ['', 'hello', 'other', 'hello'],
      ['_redirect', undefined, undefined, 'the callback'],
      ['_redirect', undefined, '', 'the callback'],
      ['_redirect', undefined, 'other', 'other'],
      ['_redirect', '', undefined, 'the callback'],
      ['_redirect', '', '', 'the callback'],
      ['_redirect', '', 'other', 'other'],
      [undefined, undefined, 'other', 'the callback'],
    ];
  test.each(cases)(
    'overwritable %j, configured %j, asked %j: %s',
    async (overwritable, configured, asked, expected) => {
      configure(
        {
          ...(overwritable !== undefined && { _overwritable_options: overwritable }),
          ...(configured !== undefined && { _redirect: configured }),
        },
        'Now',
        NOW,
      );
      const { status, body } = await bed.start('Now', {
        _customer_number: '1',
        ...(asked !== undefined && { _redirect: asked }),
      });
      expect(status).toBe(200);
      if (expected === 'the callback') expect(body).toHaveProperty('_id');
      else expect(body).toEqual({ msg: expected });
    },
  );
});

describe('authentication', () => {
  const basic = (credentials: string) => ({ authorization: `Basic ${Buffer.from(credentials).toString('base64')}` });
  const cases: [server: string, service: string, sent: string | undefined, status: number][] = [
    ['U/P', '/', 'U:P', 200],
    ['U/P', '/', 'U1:P', 401],
    ['/', 'u/p', 'u:p', 200],
    ['/', 'u/p', 'x:p', 401],
    ['U/P', 'u/p', 'u:p', 200],
    ['U/P', 'u/p', 'U:P', 401],
    ['U/', '/', undefined, 200],
    ['/', 'u/', undefined, 200],
    ['/P', '/', undefined, 401],
    ['/', '/p', undefined, 401],
    ['U/', '/p', 'U:p', 200],
    ['U/P', '/p', 'U:p', 200],
    ['U/P', 'u/', 'u:P', 200],
    ['/P', 'u/', 'u:P', 200],
    ['/', '/', 'any:thing', 200],
  ];
  test.each(cases)('server %s, service %s, sent %s: %i', async (server, service, sent, status) => {
    const options = (pair: string) => {
      const [username = '', password = ''] = pair.split('/');
      return { ...(username && { username }), ...(password && { password }) };
    };
    bed.configuration.set('options', 'server', options(server));
    configure(options(service), 'Now', NOW);
    const answer = await bed.request('POST', '/1/service/callback/Now', {
      payload: { _customer_number: '1' },
      ...(sent !== undefined && { headers: basic(sent) }),
    });
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
    expect(bed.sessions.started[0]?.parameters.password).toBeUndefined();
  });

  test('the administration is behind the credentials of the server', async () => {
    bed.configuration.set('options', 'server', { username: 'U', password: 'P' });
    expect((await bed.request('GET', '/1/admin/callback/queues')).status).toBe(401);
    expect((await bed.request('GET', '/1/admin/callback/queues', { headers: basic('U:P') })).status).toBe(200);
  });
});

describe('bad input', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const cases: [string, { payload?: string; headers: Record<string, string> }, number][] = [
    ['malformed JSON', { payload: '{"_customer_number":', headers: { 'content-type': 'application/json' } }, 400],
    ['JSON that is no object', { payload: '[1]', headers: { 'content-type': 'application/json' } }, 400],
    ['another content type', { payload: '<a/>', headers: { 'content-type': 'application/xml' } }, 415],
    ['a repeated parameter', { payload: '_customer_number=1&_customer_number=2', headers: form }, 400],
    ['no body', { headers: {} }, 400],
    ['a body over the limit', { payload: `_customer_number=1&x=${'x'.repeat(1_100_000)}`, headers: form }, 413],
    ['a value over the limit', { payload: `_customer_number=1&x=${'x'.repeat(70_000)}`, headers: form }, 400],
    ['a charset nobody knows', { payload: '{}', headers: { 'content-type': 'application/json; charset=x' } }, 415],
  ];
  test.each(cases)('%s is a clear error in the dialect of GMS', async (_name, options, status) => {
    const answer = await bed.request('POST', '/1/service/callback/Now', options);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      exception: expect.stringMatching(/^com\.genesyslab\.gsg\./),
      message: expect.stringMatching(/./),
    });
    expect(await bed.database.query('select id from callback')).toEqual([]);
  });
});
