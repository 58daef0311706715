import { beforeEach, describe, expect, test } from 'vitest';
import { ServerBed } from './server-bed.js';

/** The scenarios in which the customer contacts the centre (gms-callback.md 3.7 to 3.9), over HTTP alone. */
const ACCESS = '8003449999';
const bed = await ServerBed.create({
  resources: { DNIS: [ACCESS] },
  dns: [{ number: ACCESS, type: 'RoutePoint', options: { application: 'callback-inbound' } }],
});
const ORIGINATED = { _call_direction: 'USERORIGINATED', _resource_group: 'DNIS', _wait_for_agent: 'false' };

beforeEach(async () => {
  await bed.settle();
});

const dial = (from: string) => bed.must('POST', '/api/v1/simulator/calls', { from, to: ACCESS });

describe('User-Originated-Immediate', () => {
  test('the answer has the number; the call reaches its callback and an agent', async () => {
    await bed.service('Inbound', ORIGINATED);
    const number = bed.number();
    const dialog = await bed.book('Inbound', { _customer_number: number });
    expect(dialog).toMatchObject({ _action: 'DialNumber', _tel_url: `tel:${ACCESS}`, _access_number: ACCESS });
    expect(await bed.state(dialog._id)).toBe('QUEUED');
    await dial(number);
    await bed.advance(10);
    expect(await bed.state(dialog._id)).toBe('COMPLETED/AGENT_CONNECTED');
    expect(await bed.attempts(dialog._id)).toEqual(['USERORIGINATED_CONNECTED']);
  });

  test('with a code, another phone is recognised by it', async () => {
    await bed.service('Inbound', { ...ORIGINATED, _provide_code: 'true' });
    const dialog = await bed.book('Inbound', { _customer_number: bed.number() });
    const { _access_code: code, _id } = dialog;
    expect(code).toMatch(/^\d{6}$/);
    expect(dialog._tel_url).toBe(`tel:${ACCESS},,${code}`);
    const other = bed.number();
    await bed.simulate({ numbers: { [other]: { outcome: 'answer', talkSeconds: 60, digits: code } } });
    await dial(other);
    await bed.advance(30);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_CONNECTED');
  });

  test('a customer who never calls ends it when the booking is over', async () => {
    await bed.service('Inbound', { ...ORIGINATED, _booking_expiration_timeout: '20', _userorig_connect_limit: '1' });
    const { _id } = await bed.book('Inbound', { _customer_number: bed.number() });
    await bed.advance(19);
    expect(await bed.state(_id)).toBe('QUEUED');
    await bed.advance(2);
    expect(await bed.state(_id)).toBe('COMPLETED/FAIL_CALL_TO_CUSTOMER');
    expect(await bed.attempts(_id)).toEqual(['FAILED_TO_ESTABLISH_CUSTOMER_ORIGINATED_MEDIA']);
  });
});

describe('User-Originated-Delayed', () => {
  test('the device is told, asks to connect, and the call is taken', async () => {
    await bed.service('Inbound', { ...ORIGINATED, _wait_for_agent: 'true', _wait_for_user_confirm: 'true' });
    const number = bed.number();
    const device = { _device_os: 'httpcb', _device_notification_id: await bed.listen('/device') };
    const { _id, ...rest } = await bed.book('Inbound', { _customer_number: number, ...device });
    expect(rest).toEqual({});
    await bed.advance(3);
    expect(bed.told('/device')).toEqual([expect.objectContaining({ _id, _action: 'connect' })]);
    const dialog = await bed.must('POST', `/genesys/1/service/${_id}/connect`);
    expect(dialog).toMatchObject({ _action: 'DialNumber', _access_number: ACCESS, _id });
    await dial(number);
    await bed.advance(10);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_CONNECTED');
  });

  test('the session hears where it stands when that changes, and so does who watches the callback', async () => {
    await bed.rest();
    const watching = {
      _enable_status_notification: 'notify',
      _status_notification_target: await bed.listen('/told'),
    };
    const ahead = { ...ORIGINATED, _wait_for_agent: 'true', _max_urs_ewt_pos_polling_interval: '5' };
    await bed.service('Inbound', ahead);
    const before = [];
    for (const _ of [1, 2]) {
      before.push((await bed.book('Inbound', { _customer_number: bed.number() }))._id);
      await bed.advance(1);
    }
    await bed.service('Inbound', { ...ahead, ...watching });
    const device = { _device_os: 'httpcb', _device_notification_id: await bed.listen('/device') };
    const { _id } = await bed.book('Inbound', { _customer_number: bed.number(), ...device });
    const positions = () =>
      bed
        .told('/told')
        .filter(({ event, _service_id }) => event === '_cbe_on_queue_position' && _service_id === _id)
        .map(({ _position, _total_waiting }) => [_position, _total_waiting]);
    await bed.advance(60);
    expect(positions()).toEqual([['3', '3']]);
    await bed.must('DELETE', `/genesys/1/service/callback/Inbound/${before[0]}`);
    await bed.advance(6);
    expect(positions().at(-1)).toEqual(['2', '2']);
    expect(bed.told('/device')).toEqual([]);
    await bed.must('DELETE', `/genesys/1/service/callback/Inbound/${before[1]}`);
    await bed.advance(6);
    expect(positions()).toEqual([
      ['3', '3'],
      ['2', '2'],
      ['1', '1'],
    ]);
    expect(bed.told('/device')).toEqual([expect.objectContaining({ _id, _action: 'connect' })]);
    await bed.must('DELETE', `/genesys/1/service/callback/Inbound/${_id}`);
  });

  test('access is given no more often than the service allows', async () => {
    const options = { ...ORIGINATED, _userorig_connect_limit: '2', _booking_expiration_timeout: '60' };
    await bed.service('Inbound', options);
    const { _id } = await bed.book('Inbound', { _customer_number: bed.number() });
    expect((await bed.request('POST', `/genesys/1/service/${_id}/connect`)).status).toBe(200);
    expect((await bed.request('POST', `/genesys/1/service/${_id}/connect`)).status).toBe(400);
  });
});

describe('Chat', () => {
  test('immediate: the answer says where the chat begins', async () => {
    await bed.service('Chat', { ...ORIGINATED, _media_type: 'chat', _chat_endpoint: 'Environment:default' });
    const dialog = await bed.book('Chat', { _customer_number: bed.number(), subject: 'billing' });
    expect(dialog).toMatchObject({
      _action: 'StartChat',
      _start_chat_url: '/1/service/request-chat?_chat_endpoint=Environment%3Adefault',
      _chat_parameters: { subject: 'billing' },
    });
  });

  test('delayed: the device is told first', async () => {
    await bed.service('Chat', { ...ORIGINATED, _media_type: 'chat', _wait_for_agent: 'true' });
    const device = { _device_os: 'httpcb', _device_notification_id: await bed.listen('/device') };
    const { _id } = await bed.book('Chat', { _customer_number: bed.number(), ...device });
    await bed.advance(3);
    expect(bed.told('/device')).toHaveLength(1);
    expect(await bed.must('POST', `/genesys/1/service/${_id}/connect`)).toMatchObject({ _action: 'StartChat', _id });
  });
});

describe('Customized scenarios', () => {
  test('an application is copied under another name, changed, and used by its name', async () => {
    const shipped = await bed.must('GET', '/api/v1/flows/callback');
    const text = await documentOf(shipped);
    const changed = text.replace("'You will receive the call shortly'", "'We will ring you'");
    expect(changed).not.toBe(text);
    const type = { 'content-type': 'application/scxml+xml' };
    const stored = await bed.request('PUT', '/api/v1/flows/my-callback', changed, type);
    expect(stored.status).toBeLessThan(300);
    await bed.service('Custom', { _service: 'my-callback', _service_type: 'callback' });
    const { _id, _text } = await bed.book('Custom', { _customer_number: bed.number() });
    expect(_text).toBe('We will ring you');
    await bed.advance(30);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_CONNECTED');
  });
});

/** The main document of a flow, as the administration API shows it. */
async function documentOf(flow: { documents?: Record<string, string>; main?: string }): Promise<string> {
  const { documents = {}, main = Object.keys(documents)[0] ?? '' } = flow;
  return documents[main] ?? Object.values(documents)[0] ?? '';
}
