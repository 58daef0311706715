import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, ServerProcess } from './server-process.js';

/**
 * What `kill -9` finds of callbacks that wait for somebody outside: a customer who is to call, one who is to confirm or has
 * asked for later, an agent who looks at a preview, a watcher who has not taken a notification. The server is killed once,
 * with all of them under way; afterwards each goes on where it was, nothing is lost and nobody is dialed twice.
 */
const ACCESS = '8003449999';
const PATIENCE_MS = 90_000;

/** What devices and watchers have heard, by path; the first notification is never answered. */
const heard: { path: string; key: string; body: { event?: string; _id?: string; _action?: string } }[] = [];
let swallowed = false;
const outside = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  // A request that the kill cuts short never ends, and is not heard.
  request.on('end', () => {
    const { url: path = '', headers } = request;
    heard.push({ path, key: String(headers['idempotency-key']), body: JSON.parse(text) });
    if (path === '/watcher' && !swallowed) {
      swallowed = true;
      return; // the server is killed while it waits for this answer
    }
    response.writeHead(200).end();
  });
});
outside.keepAliveTimeout = 0;
const toldTo = (path: string) => heard.filter((one) => one.path === path);

let server: ServerProcess;
let address = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`; // a TCP server has an address of this kind
  server = await ServerProcess.create({
    config: `
options: { push: { pushEnabled: httpcb } }
services:
  calls: &inbound { _type: ors, _service: callback, _call_direction: USERORIGINATED, _wait_for_agent: "false", _resource_group: DNIS, _booking_expiration_timeout: "600", _target: "Inbound@GA", _urs_virtual_queue: InboundVQ }
  callsLater: { <<: *inbound, _target: "Later@GA", _urs_virtual_queue: LaterVQ, _wait_for_agent: "true", _wait_for_user_confirm: "true", _user_confirm_timeout: "600" }
  confirmed: { _type: ors, _service: callback, _call_direction: USERTERMINATED, _wait_for_agent: "true", _wait_for_user_confirm: "true", _user_confirm_timeout: "600", _snooze_duration: "4", _target: "Outbound@GA", _urs_virtual_queue: OutboundVQ, _min_urs_ewt_pos_polling_interval: "1" }
  previewed: { _type: ors, _service: callback, _call_direction: USERTERMINATED, _wait_for_agent: "true", _agent_preview: "true", _agent_preview_timeout: "3", _target: "Preview@GA", _urs_virtual_queue: PreviewVQ }
  watched: { _type: ors, _service: callback, _enable_status_notification: subscribe_notify, _status_notification_target: "${address}/watcher", _target: "Nobody@GA", _urs_virtual_queue: NobodyVQ }
resources: { DNIS: ["${ACCESS}"] }
dns: [{ number: "${ACCESS}", type: RoutePoint, options: { application: callback-inbound } }]
agents:
  - { id: a100, dn: "2000", groups: [Inbound] }
  - { id: a101, dn: "2001", groups: [Outbound] }
  - { id: a102, dn: "2002", groups: [Preview] }
  - { id: a103, dn: "2003", groups: [Later] }
agentGroups: [{ name: Inbound }, { name: Later }, { name: Outbound }, { name: Preview }, { name: Nobody }]
virtualQueues: [{ name: InboundVQ }, { name: LaterVQ }, { name: OutboundVQ }, { name: PreviewVQ }, { name: NobodyVQ }]
switch: { driver: simulator }
`,
  });
  await server.start();
}, 120_000);

afterAll(async () => {
  await server?.dispose();
  outside.closeAllConnections();
  outside.close();
});

const AGENT = { auto: true, answerSeconds: 0.1, wrapSeconds: 0.1 };
/** They wait longer than any of this takes. */
const PARTY = { outcome: 'answer', ringSeconds: 0.2, talkSeconds: 3600 };

async function simulate(preview: 'accept' | 'ignore'): Promise<void> {
  const agents = { a100: AGENT, a101: AGENT, a103: AGENT, a102: { ...AGENT, preview } };
  expect((await server.put('/api/v1/simulator', { default: PARTY, agents })).status).toBe(200);
}

async function book(service: string, number: string, more: object = {}): Promise<string> {
  const answer = await server.post(`/genesys/1/service/callback/${service}`, { _customer_number: number, ...more });
  expect(answer.status, answer.text).toBe(200);
  return (answer.json as { _id: string })._id;
}

async function request(id: string, name: string): Promise<Record<string, string>> {
  const answer = await server.post(`/genesys/1/service/${id}/${name}`, {});
  expect(answer.status, answer.text).toBe(200);
  return answer.json as Record<string, string>;
}

async function state(id: string): Promise<string> {
  const found = (await server.get(`/genesys/1/service/callback?_id=${id}`)).json as Record<string, string>[];
  return [found[0]?._callback_state, found[0]?._callback_reason].filter(Boolean).join('/');
}

const becomes = (id: string, wanted: string) =>
  eventually(
    () => state(id),
    (found) => found === wanted,
    PATIENCE_MS,
  );
const asked = (path: string, times: number) =>
  eventually(
    async () => toldTo(path).length,
    (count) => count >= times,
    PATIENCE_MS,
  );

async function dialed(number: string): Promise<string[]> {
  const calls = (await server.get(`/api/v1/simulator/calls?number=${encodeURIComponent(number)}`)).json;
  return (calls as { outcome: string }[]).map(({ outcome }) => outcome);
}

async function dial(from: string): Promise<void> {
  expect((await server.post('/api/v1/simulator/calls', { from, to: ACCESS })).status).toBeLessThan(300);
}

const device = (name: string) => ({ _device_os: 'httpcb', _device_notification_id: `${address}/${name}` });
const numbers = { calls: '5550001', later: '5550002', snoozed: '5550003', previewed: '5550004', watched: '5550005' };
const ids: Record<keyof typeof numbers, string> = { calls: '', later: '', snoozed: '', previewed: '', watched: '' };

describe('after kill -9', () => {
  beforeAll(async () => {
    await simulate('ignore');
    ids.calls = await book('calls', numbers.calls);
    ids.later = await book('callsLater', numbers.later, device('later'));
    ids.snoozed = await book('confirmed', numbers.snoozed, device('snoozed'));
    ids.previewed = await book('previewed', numbers.previewed);
    ids.watched = await book('watched', numbers.watched);
    await asked('/later', 1);
    await asked('/snoozed', 1);
    await asked('/watcher', 1);
    await eventually(
      async () => ((await server.get('/api/v1/agents/a102/state')).json as { state: string }).state,
      (found) => found === 'reserved',
      PATIENCE_MS,
    );
    await request(ids.snoozed, 'snooze');
    await server.end('SIGKILL');
    await server.start();
    await simulate('accept');
  }, 400_000);

  it('a customer who has been given a number reaches the callback by it', async () => {
    await dial(numbers.calls);
    await becomes(ids.calls, 'COMPLETED/AGENT_CONNECTED');
    expect(await dialed(numbers.calls)).toHaveLength(1);
  }, 200_000);

  it('a customer whose device was told gets the number that it asks for', async () => {
    expect(await state(ids.later)).toBe('QUEUED');
    expect(await request(ids.later, 'connect')).toMatchObject({ _action: 'DialNumber', _access_number: ACCESS });
    await dial(numbers.later);
    await becomes(ids.later, 'COMPLETED/AGENT_CONNECTED');
  }, 200_000);

  it('a customer who wanted to be asked later is asked later, and dialed once', async () => {
    await asked('/snoozed', 2);
    expect(await dialed(numbers.snoozed)).toEqual([]);
    expect(toldTo('/snoozed').at(-1)?.body).toMatchObject({ _id: ids.snoozed, _action: 'connect' });
    await request(ids.snoozed, 'connect');
    await becomes(ids.snoozed, 'COMPLETED/AGENT_CONNECTED');
    expect(await dialed(numbers.snoozed)).toEqual(['answer']);
  }, 200_000);

  it('a preview that nobody has answered is offered again, and its customer dialed once', async () => {
    await becomes(ids.previewed, 'COMPLETED/AGENT_CONNECTED');
    expect(await dialed(numbers.previewed)).toEqual(['answer']);
  }, 200_000);

  it('a notification that was not taken is delivered before those that follow, under the same key', async () => {
    await server.request('DELETE', `/genesys/1/service/callback/watched/${ids.watched}`);
    await eventually(
      async () => toldTo('/watcher').map(({ body }) => body.event),
      (events) => events.includes('_cbe_on_service_exit'),
      PATIENCE_MS + LEASE_MS,
    );
    const [first, again] = toldTo('/watcher');
    expect([first?.body.event, again?.body, again?.key]).toEqual([
      '_cbe_on_callback_submitted',
      first?.body,
      first?.key,
    ]);
    const keys = toldTo('/watcher').map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length - 1);
  }, 200_000);
});

/** So long an attempt is left to the node that has begun it. */
const LEASE_MS = 20_000;
