import { describe, expect, test } from 'vitest';
import { acceptanceBed, BASE, DAY, LATER, PRINTED, START } from './acceptance-bed.js';

const { bed, book, configure, configureNow, fill } = await acceptanceBed();

describe('Start-Callback', () => {
  test('A1: the request of the reference is scheduled', async () => {
    const answer = await bed.start('BasicCallback', {
      _customer_number: '5115',
      _usr_customer_name: 'Bob Markel',
      _usr_reason: 'billing question',
      _device_notification_id: 'b16416334828b1d26ef14f329628b55b5a8c631d8928a371a5584722dd7fb673',
      _device_os: 'comet',
      _desired_time: `${DAY}10:25:00.000Z`,
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
      _desired_time: `${DAY}10:25:00.000Z`,
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
    configureNow({ _target: 'Billing@$my_token$.GA' });
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

  test.each([
    ['no content type', undefined],
    ['plain text', 'text/plain;charset=UTF-8'],
  ])('the JSON of the reference with %s', async (_name, type) => {
    const answer = await bed.request('POST', '/1/service/callback/BasicCallback', {
      payload: JSON.stringify({ _customer_number: '5115', _desired_time: `${DAY}10:25:00.000Z` }),
      headers: type === undefined ? {} : { 'content-type': type },
    });
    expect([answer.status, answer.body]).toEqual([200, { _id: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
    expect(await bed.record(answer.body._id)).toMatchObject({ _customer_number: '5115', _callback_state: 'SCHEDULED' });
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
    configureNow({ _target: 'A@GA', _urs_virtual_queue: 'VQ', _overwritable_options: '_target' });
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
      body: { _desired_time: `${DAY}10:00:00.000Z` },
      status: 400,
      exception: `${LATER}CallbackException`,
      message: 'Invalid option: missing mandatory lookup key [_customer_number]',
    },
    {
      name: 'A6: without another mandatory key',
      options: { _mandatory_customer_lookup_keys: '_customer_number,_email_address' },
      body: { _customer_number: '5115' },
      status: 400,
      exception: `${LATER}CallbackException`,
      message: 'Invalid option: missing mandatory lookup key [_email_address]',
    },
    {
      name: 'A8: a number in the exceptions',
      options: { _exceptions: 'Callback_exceptions' },
      body: { _customer_number: '12345' },
      status: 400,
      exception: `${PRINTED}CallbackServiceException`,
      message:
        "Customer Number [12345] is not allowed. Check option 'exceptions' : details={Callback_exceptions=exception2}",
    },
    {
      name: 'A9: on a Sunday',
      body: { _customer_number: '5115', _desired_time: '2026-03-08T10:00:00.000Z' },
      status: 400,
      exception: `${PRINTED}CallbackServiceException`,
      message: '{"status":"closed","reason":"closed_day_of_week"}',
    },
    {
      name: 'A10: on a Monday at 20:00',
      body: { _customer_number: '5115', _desired_time: `${DAY}20:00:00.000Z` },
      status: 400,
      exception: `${PRINTED}CallbackServiceException`,
      message: '{"status":"closed","reason":"closed_no_match"}',
    },
    {
      name: 'A13: a premium number',
      options: { _disallow_premium_phone_numbers: 'true', _default_country: 'US' },
      body: { _customer_number: '+19005551234' },
      status: 400,
      exception: `${LATER}CallbackExceptionNumber`,
      message:
        "Customer Number [+19005551234] is disallowed, because it's a premium number. Check option _disallow_premium_phone_numbers",
    },
    {
      name: 'A15: a premium check without a country',
      options: { _disallow_premium_phone_numbers: 'true', _default_country: '' },
      body: { _customer_number: '+19005551234' },
      status: 400,
      exception: `${LATER}CallbackExceptionNumber`,
      message:
        'Service option BasicCallback / _default_country is not configured. But option _disallow_premium_phone_numbers is set. We cannot validate phone numbers without knowing the country.',
    },
    {
      name: 'A16: an impossible number',
      options: { _disallow_impossible_phone_numbers: 'true', _default_country: 'US' },
      body: { _customer_number: '111' },
      status: 400,
      exception: `${LATER}CallbackExceptionNumber`,
      message:
        'Customer Number [111] is disallowed, because it is invalid. Check option _disallow_impossible_phone_numbers',
    },
    {
      name: 'an impossible number check without a country',
      options: { _disallow_impossible_phone_numbers: 'true', _default_country: '' },
      body: { _customer_number: '111' },
      status: 400,
      exception: `${LATER}CallbackExceptionNumber`,
      message: /option _disallow_impossible_phone_numbers is set/,
    },
    {
      name: 'A26: two months ahead',
      body: { _customer_number: '5115', _desired_time: '2026-05-04T10:00:00.000Z' },
      status: 400,
      exception: `${LATER}CallbackExceptionAvailability`,
      message:
        'Desired time [2026-05-04T10:00:00.000Z] is later than allowed. Check option _reject_future_desired_time',
    },
    {
      name: 'a time that has passed',
      body: { _customer_number: '5115', _desired_time: '2026-02-27T10:00:00.000Z' },
      status: 400,
      exception: `${LATER}CallbackExceptionAvailability`,
      message: 'Desired time [2026-02-27T10:00:00.000Z] is in the past. Check option _reject_past_desired_time',
    },
    {
      name: 'A27: a time that is none',
      body: { _customer_number: '5115', _desired_time: 'tomorrow' },
      status: 400,
      exception: `${LATER}CallbackException`,
      message: 'Invalid date format for _desired_time : [tomorrow]',
    },
    {
      name: 'a number that is an object',
      body: { _customer_number: { a: 1 } },
      status: 400,
      exception: `${LATER}CallbackException`,
      message: 'Invalid parameter _customer_number : it must be a text',
    },
    {
      name: 'an immediate callback while the office is closed, where the service asks for it',
      options: { _enable_reject_out_of_office_hours: 'true' },
      body: { _customer_number: '5115' },
      status: 400,
      exception: `${PRINTED}CallbackServiceException`,
      message: '{"status":"closed","reason":"closed_no_match"}',
    },
    {
      name: 'an application that does not exist',
      options: { _service_type: 'callback', _service: 'gone' },
      body: { _customer_number: '5115' },
      status: 500,
      exception: `${LATER}CallbackException`,
      message: "ORS request failed: There is no flow 'gone'.",
    },
    {
      name: 'a text that cannot be stored',
      body: { _customer_number: '5115', note: 'a\u0000b' },
      status: 400,
      exception: `${LATER}CallbackException`,
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
        exception: `${LATER}CallbackExceptionResource`,
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
      exception: `${PRINTED}CallbackAvailabilityException`,
      message: `Too many requests at desired time [${DAY}16:45:00.000Z, ${DAY}16:50:00.000Z]. Proposing time slots.`,
      availability: {
        [`${DAY}16:25:00.000Z`]: 5,
        [`${DAY}16:30:00.000Z`]: 5,
        [`${DAY}16:35:00.000Z`]: 5,
        [`${DAY}16:40:00.000Z`]: 5,
        [`${DAY}16:50:00.000Z`]: 5,
        [`${DAY}16:55:00.000Z`]: 3,
      },
    });
  });

  test('A12: with nothing left to offer', async () => {
    configure({ _max_request_by_time_bucket: '1' });
    for (const time of ['16:25', '16:30', '16:35', '16:40', '16:45', '16:50', '16:55']) await fill(time, 1);
    const { status, body } = await book('16:47');
    expect(status).toBe(400);
    expect(body).toEqual({
      exception: `${PRINTED}CallbackServiceException`,
      message: `Too many requests around this desired time : ${DAY}16:47:00.000Z`,
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
      exception: `${LATER}CallbackExceptionServiceUnavailable`,
      message: 'Limit of queued callbacks for BasicCallback is reached.',
    });
    expect((await book('10:00')).status).toBe(200);
    configure({ _max_queued_callbacks_per_service: '2' });
    const second = await bed.start('BasicCallback', { _customer_number: '2' });
    expect(second.status).toBe(200);
    await bed.request('DELETE', `${BASE}/${second.body._id}`);
    expect((await bed.start('BasicCallback', { _customer_number: '3' })).status).toBe(200);
  });

  test('A24: the same customer in the queue', async () => {
    const third = async (value: string) => {
      configure({ _enable_in_queue_checking: value, _default_country: 'US' });
      const statuses: number[] = [];
      for (const number of ['+1 650-466-1100', '6504661100', '(650) 466 1100']) {
        const { status, body } = await book('10:00', number);
        statuses.push(status);
        if (status === 400) expect(body.exception).toBe(`${LATER}CallbackExceptionNumber`);
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
    const { status } = await bed.request('POST', BASE, {
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
