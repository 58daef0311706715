import { beforeEach, describe, expect, test } from 'vitest';
import { ServerBed } from './server-bed.js';

/** Status notifications (gms-callback.md 2.8, gms-observed.md 11), over HTTP alone. */
const bed = await ServerBed.create();
const FIVE = '_service_id,_service_name,_desired_time,_customer_number,_v_queue';
const LIST = {
  properties: { _status_notification_attempts: '3' },
  _cbe_on_service_create: { notify_params: '_service_id,_service_name,_customer_number,_urs_virtual_queue' },
  _cbe_on_callback_scheduled: { notify_params: FIVE },
  _cbe_on_callback_rescheduled: { notify_params: FIVE },
  _cbe_on_callback_cancelled: { notify_params: FIVE },
  _cbe_on_callback_queued: { notify_params: FIVE },
  _cbe_on_service_exit: { notify_params: '_service_id,_service_name,_c_dialed_number,_c_termination_type' },
};

beforeEach(async () => {
  await bed.settle();
  await bed.must('PUT', '/api/v1/lists/GMS_Events', LIST);
});

async function watched(options: Record<string, string> = {}): Promise<void> {
  await bed.service('Watched', {
    _enable_status_notification: 'subscribe_notify',
    _status_notification_type: 'httpcb',
    _status_notification_target: await bed.listen('/told'),
    _status_notification_provider: '',
    ...options,
  });
}

const later = async (seconds: number) => new Date((await bed.now()) + seconds * 1000).toISOString();
const names = () => bed.told('/told').map(({ event }) => event);

describe('a list of events', () => {
  test('N1: a scheduled callback tells so, with the parameters of the list', async () => {
    await watched({ _callback_events_list: 'GMS_Events' });
    const number = bed.number();
    const desired = await later(3600);
    const { _id } = await bed.book('Watched', { _customer_number: number, _desired_time: desired });
    await bed.advance(0);
    expect(bed.told('/told')).toEqual([
      {
        event: '_cbe_on_callback_scheduled',
        _service_id: _id,
        _service_name: 'Watched',
        _desired_time: desired,
        _customer_number: number,
        _v_queue: 'SupportVQ',
      },
    ]);
    expect(bed.heard[0]?.headers).toMatchObject({ 'content-type': 'application/json' });
    await bed.must('PUT', `/genesys/1/service/callback/Watched/${_id}`, { _new_desired_time: await later(7200) });
    await bed.must('DELETE', `/genesys/1/service/callback/Watched/${_id}`);
    await bed.advance(0);
    expect(names()).toEqual([
      '_cbe_on_callback_scheduled',
      '_cbe_on_callback_rescheduled',
      '_cbe_on_callback_cancelled',
      '_cbe_on_service_exit',
    ]);
    expect(bed.told('/told').at(-1)).toMatchObject({ _service_id: _id, _c_termination_type: 'CANCELLED' });
  });

  test('N2: the cancellation of a submitted callback tells that, and the exit of its service', async () => {
    await watched({ _callback_events_list: 'GMS_Events' });
    await bed.rest();
    const { _id } = await bed.book('Watched', { _customer_number: bed.number() });
    await bed.advance(3);
    await bed.must('DELETE', `/genesys/1/service/callback/Watched/${_id}`);
    await bed.advance(0);
    expect(names()).toEqual([
      '_cbe_on_callback_queued',
      '_cbe_on_service_create',
      '_cbe_on_callback_cancelled',
      '_cbe_on_service_exit',
    ]);
    expect(bed.told('/told').at(-1)).toMatchObject({ _service_id: _id, _c_termination_type: 'CANCELLED' });
  });
});

test('without a list, a callback that is answered and routed tells its steps in their order', async () => {
  await watched({ _treatment_customer_connect: 'http://media/hello.wav', _vq_for_outbound_calls: 'OutVQ' });
  const number = bed.number();
  await bed.book('Watched', { _customer_number: number });
  await bed.advance(30);
  const strategy = names().filter((name) => !/_callback_|_queue_position/.test(name));
  expect(strategy).toEqual([
    '_cbe_on_service_create',
    '_cbe_on_virtual_ixn_create',
    '_cbe_on_target_found',
    '_cbe_on_dial_init',
    '_cbe_on_dial_done',
    '_cbe_on_connect_treatment_start',
    '_cbe_on_customer_queued',
    '_cbe_on_route_to_agent',
    '_cbe_on_service_exit',
  ]);
  const told = (event: string) => bed.told('/told').find((one) => one.event === event);
  expect(told('_cbe_on_dial_init')).toMatchObject({ _customer_number: number, _c_dialed_number: number });
  expect(told('_cbe_on_connect_treatment_start')).toMatchObject({ _vq_for_outbound_calls: 'OutVQ' });
  expect(told('_cbe_on_queue_position')).toMatchObject({ _position: '1' });
});

describe('delivery', () => {
  test('is repeated, in order, until the target answers 200, as often as the service says', async () => {
    await watched({ _callback_events_list: 'GMS_Events' });
    bed.statuses.splice(0, 1, 500, 202, 200);
    const { _id } = await bed.book('Watched', { _customer_number: bed.number(), _desired_time: await later(3600) });
    await bed.must('DELETE', `/genesys/1/service/callback/Watched/${_id}`);
    await bed.advance(0);
    expect(names()).toEqual(['_cbe_on_callback_scheduled']);
    await bed.advance(40);
    const scheduled = '_cbe_on_callback_scheduled';
    expect(names()).toEqual([
      ...[scheduled, scheduled, scheduled],
      ...['_cbe_on_callback_cancelled', '_cbe_on_service_exit'],
    ]);
    const keys = bed.heard.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(3);
  });

  test('is given up after the last attempt, and what follows is told', async () => {
    await watched({ _callback_events_list: 'GMS_Events', _status_notification_attempts: '2' });
    bed.statuses.splice(0, 1, 500, 500, 200);
    const { _id } = await bed.book('Watched', { _customer_number: bed.number(), _desired_time: await later(3600) });
    await bed.must('DELETE', `/genesys/1/service/callback/Watched/${_id}`);
    await bed.advance(60);
    const scheduled = '_cbe_on_callback_scheduled';
    expect(names()).toEqual([scheduled, scheduled, '_cbe_on_callback_cancelled', '_cbe_on_service_exit']);
  });

  test('a target that the request names is refused in the private network unless it is allowed', async () => {
    await bed.service('Watched', {});
    const body = {
      _customer_number: bed.number(),
      _desired_time: await later(3600),
      _enable_status_notification: 'notify',
      _status_notification_target: await bed.listen('/told'),
    };
    await bed.book('Watched', body);
    await bed.advance(60);
    expect(names()).toEqual([]);
    await bed.must('PUT', '/api/v1/options/ors', { 'fetch-allow': '127.0.0.1' });
    await bed.book('Watched', { ...body, _customer_number: bed.number() });
    await bed.advance(0);
    expect(names()).toEqual(['_cbe_on_callback_scheduled']);
    await bed.must('PUT', '/api/v1/options/ors', {});
  });
});

test('a reminder is sent before the time, once, and moves with it', async () => {
  await watched({ _enable_notification_reminder: 'true', _notification_reminder_buffer: '600' });
  const body = { _customer_number: bed.number(), _desired_time: await later(3600) };
  const { _id } = await bed.book('Watched', body);
  await bed.must('PUT', `/genesys/1/service/callback/Watched/${_id}`, { _new_desired_time: await later(7200) });
  const reminders = () => names().filter((name) => name === '_cbe_on_callback_reminder').length;
  await bed.advance(6590);
  expect(reminders()).toBe(0);
  await bed.advance(20);
  expect(reminders()).toBe(1);
});

test('orscb: a session is told', async () => {
  const flow = `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript" initial="s">
    <datamodel><data id="heard" expr="''"/></datamodel>
    <state id="s"><transition event="_cbe_on_callback_scheduled">
      <assign location="heard" expr="_event.data._service_name"/></transition></state></scxml>`;
  await bed.must('PUT', '/api/v1/flows/listener', flow, { 'content-type': 'application/scxml+xml' });
  const started = await bed.must('POST', '/scxml/session/start?src=listener');
  const session = typeof started === 'string' ? started.trim() : (started.sessionid ?? started.id ?? started);
  await watched({ _status_notification_type: 'orscb', _status_notification_target: String(session) });
  await bed.book('Watched', { _customer_number: bed.number(), _desired_time: await later(3600) });
  await bed.advance(0);
  const { data } = await bed.must('GET', `/api/v1/sessions/${session}`);
  expect(data).toMatchObject({ heard: 'Watched' });
});

describe('reporting records', () => {
  test('are rows, exported as NDJSON and as CSV', async () => {
    await bed.service('Reported');
    const from = new Date(await bed.now()).toISOString();
    const number = bed.number();
    const { _id } = await bed.book('Reported', { _customer_number: number, _cb_dim_channel: 'WEB' });
    await bed.advance(30);
    const text: string = await bed.must('GET', `/api/v1/callbacks/report?from=${from}&service=Reported`);
    const records = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records).toMatchObject([
      { _CB_SERVICE_ID: _id, _CB_FINAL_RECORD: 0, _CB_DIM_CHANNEL: 'WEB', _CB_DIM_TYPE: 'IMMEDIATE' },
      {
        ...{
          _CB_SERVICE_ID: _id,
          _CB_FINAL_RECORD: 1,
          _CB_DISPOSITION: 'AGENT_CONNECTED',
          _CB_DIAL_1_RESULT: 'CONNECTED',
        },
        ...{ _CB_DIM_CONNECT_ORDER: 'CUSTOMER_FIRST', _CB_DIM_VQ: 'SupportVQ', _CB_POS_WHEN_CALLBACK_WAS_OFFERED: 1 },
      },
    ]);
    const csv = await bed.request(
      'GET',
      `/api/v1/callbacks/report?from=${from}&service=Reported&final=true&format=csv`,
    );
    expect(csv.headers.get('content-type')).toContain('text/csv');
    const [head, row, ...more] = csv.body.trim().split('\r\n');
    expect(head).toMatch(/^_CB_SERVICE_ID,service,number,at,state,reason,/);
    expect(row).toContain(`${_id},Reported,${number},`);
    expect(more).toEqual([]);
    const facts = await bed.database.query(
      'select final_record from callback_fact where service_id = $1 order by fact_key',
      [_id],
    );
    expect(facts).toEqual([{ final_record: 0 }, { final_record: 1 }]);
  });

  test.each(['from=yesterday', 'format=xml'])('%s is refused', async (query) => {
    expect((await bed.request('GET', `/api/v1/callbacks/report?${query}`)).status).toBe(400);
  });
});

describe('templates', () => {
  test('each makes a service that its API accepts, with help and a value for every option', async () => {
    const templates = await bed.must('GET', '/api/v1/templates');
    const names = templates.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['User-Terminated-Immediate', 'User-Originated-Delayed', 'office-hours', 'capacity']),
    );
    for (const { name, values, options } of templates) {
      const filled = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
      const made = await bed.request('PUT', `/api/v1/services/made-${name}`, filled);
      expect([name, made.status]).toEqual([name, 201]);
      for (const option of options)
        expect(option).toMatchObject({ name: expect.any(String), help: expect.any(String) });
    }
  });

  test('have the values of the original, and name the services that they need', async () => {
    const immediate = await bed.must('GET', '/api/v1/templates/User-Terminated-Immediate');
    expect(immediate.requires).toEqual(['request-access', 'match-interaction']);
    expect(immediate.values).toMatchObject({
      ...{ _ttl: '86400', _wait_for_agent: 'false', _prefix_dial_out: '91', _max_dial_attempts: '3' },
      ...{
        _eta_pos_threshold: '0:10,10:5,20:2,30:1,40:0',
        _queue_poll_period: '-120,120',
        _attach_udata: 'single_json',
      },
    });
    expect((await bed.must('GET', '/api/v1/templates/User-Terminated-Delayed')).values._wait_for_user_confirm).toBe(
      'true',
    );
    expect((await bed.request('GET', '/api/v1/templates/none')).status).toBe(404);
  });

  test('an option that can have no effect is warned of when it is set', async () => {
    const made = await bed.request('PUT', '/api/v1/services/Warned', {
      _type: 'ors',
      _service: 'callback',
      _urs_server_url: 'http://urs:7311',
    });
    expect(made.headers.get('warning')).toContain('Option _urs_server_url of service Warned has no effect here');
    const applied = await bed.must(
      'POST',
      '/api/v1/apply',
      'options: { callback: { log-background-activity: "true" } }',
      { 'content-type': 'application/yaml' },
    );
    expect(applied.warnings).toEqual([expect.stringContaining('log-background-activity')]);
    const bare = await bed.request('PUT', '/api/v1/services/Plain', { _type: 'ors', _service: 'callback' });
    expect(bare.headers.get('warning')).toContain('Option _target of service Plain is not set');
    const plain = { _type: 'ors', _service: 'callback', _target: 'Support@GA' };
    expect((await bed.request('PUT', '/api/v1/services/Plain', plain)).headers.get('warning')).toBeNull();
  });
});
