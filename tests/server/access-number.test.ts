import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServerProcess } from './server-process.js';

/**
 * Customers who call: an app asks for a number, the customer dials it in the simulated network, the call is matched with
 * the request, and what the app has said reaches whoever takes the call.
 */
const CONFIG = `
services:
  request-access: { _type: builtin, _service: request-access, _access_code_length: "4" }
  match-interaction: { _type: builtin, _service: match-interaction }
  request-interaction: { _type: builtin, _service: request-interaction, _resource_group: DNIS, _ttl: "600" }
  in-now: &voice { _type: ors, _service: request-inbound-immediate, _resource_group: DNIS, _target: "Support@GA", _urs_virtual_queue: SupportVQ, _route_point: "8999" }
  in-poll: { <<: *voice, _service: request-inbound-poll }
  out-now: { <<: *voice, _service: request-outbound-immediate }
  out-poll: { <<: *voice, _service: request-outbound-poll }
resources: { DNIS: { strategy: CLUSTER, members: ["8003449999", "8003449998"] } }
dns:
  - { number: "8999", type: RoutePoint }
  - { number: "8003449999", type: RoutePoint, options: { application: access-number } }
  - { number: "8003449998", type: RoutePoint, options: { application: access-number } }
agents:
  - { id: a100, dbid: 100, firstName: Ada, lastName: Byron, dn: "2001", groups: [Support] }
agentGroups: [{ name: Support }]
virtualQueues: [{ name: SupportVQ }]
switch: { driver: simulator }
`;
const CALLER = '6504669999';

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.create({ config: CONFIG, env: { RINGBACK_CLOCK: 'test' } });
  await server.start();
});
afterAll(() => server?.dispose());
beforeEach(async () => {
  await simulate({ default: ANSWERS, agents: { a100: { auto: true, answerSeconds: 1, wrapSeconds: 1 } } });
  await advance(12);
});

const ANSWERS = { outcome: 'answer', ringSeconds: 1, talkSeconds: 5 };

/** Moves the clock; what was caused until then, by a request too, has happened afterwards. */
async function advance(seconds: number): Promise<void> {
  const moved = await server.post('/api/v1/simulator/clock', { advanceSeconds: seconds });
  expect(moved.status, moved.text).toBeLessThan(300);
}

async function simulate(settings: object): Promise<void> {
  const set = await server.put('/api/v1/simulator', settings);
  expect(set.status, set.text).toBe(200);
}

async function create(service: string, body: object = {}): Promise<Record<string, string>> {
  const answer = await server.post(`/genesys/1/service/${service}`, body);
  expect(answer.status, answer.text).toBe(200);
  await advance(0);
  return answer.json as Record<string, string>;
}

async function request(id: string, name: string): Promise<Record<string, string>> {
  const answer = await server.post(`/genesys/1/service/${id}/${name}`, {});
  expect(answer.status, answer.text).toBe(200);
  await advance(0);
  return answer.json as Record<string, string>;
}

const statusOf = async (id: string) => (await request(id, 'status')).status;

async function call(to: string | undefined, from = CALLER): Promise<void> {
  const placed = await server.post('/api/v1/simulator/calls', { from, to });
  expect(placed.status, placed.text).toBeLessThan(300);
}

interface Session {
  id: string;
  flow: string;
  state: string;
  reason?: string;
  data: { _data: Record<string, unknown> };
}

/** The sessions of a flow that have begun since the last call. */
const seen = new Set<string>();
async function begun(flow: string): Promise<Session[]> {
  const listed = (await server.get(`/api/v1/sessions?application=${flow}&limit=1000`)).json as { id: string }[];
  const fresh = listed.filter(({ id }) => !seen.has(id));
  for (const { id } of fresh) seen.add(id);
  return Promise.all(fresh.map(async ({ id }) => (await server.get(`/api/v1/sessions/${id}`)).json as Session));
}

describe('a call to an access number', () => {
  it('is matched with the request of an app, whose data go with it to the agent', async () => {
    const app = await create('request-interaction', { _phone_number: CALLER, language: 'french' });
    await call(app._access_number);
    await advance(4);
    const [inbound, ...others] = await begun('access-number');
    expect(others).toEqual([]);
    expect(inbound?.data._data).toMatchObject({
      service: { id: app._id, data: { language: 'french' } },
      outcome: 'connected',
    });
    const again = await server.post('/genesys/1/service/match-interaction', { _access_number: app._access_number });
    expect(again.status).toBe(404);
  });

  it('of somebody else is not matched, and is served as a call without a request', async () => {
    const app = await create('request-interaction', { _phone_number: CALLER, language: 'french' });
    await call(app._access_number, '6505550000');
    await advance(4);
    const [inbound] = await begun('access-number');
    expect(inbound?.data._data).toMatchObject({ interactionid: expect.any(String), outcome: 'connected' });
    expect(inbound?.data._data).not.toHaveProperty('service.id');
    const own = await server.post('/genesys/1/service/match-interaction', { _access_number: app._access_number });
    expect(own.json).toMatchObject({ _id: app._id });
  });
});

describe('request-inbound', () => {
  it('immediate: the call is handed to the application that gave the number out', async () => {
    const app = await create('in-now', { _phone_number: CALLER, language: 'french' });
    expect(app).toMatchObject({
      _action: 'DialNumber',
      _tel_url: `tel:${app._access_number}`,
      _expiration_time: '30',
    });
    expect(await statusOf(app._id ?? '')).toBe('waiting-for-call');
    await call(app._access_number);
    await advance(4);
    expect(await statusOf(app._id ?? '')).toBe('connected');
    const [inbound] = await begun('access-number');
    expect(inbound).toMatchObject({ data: { _data: { outcome: 'handed over' } } });
    await advance(10);
    expect(await statusOf(app._id ?? '')).toBe('completed');
    await advance(61);
    expect((await server.get(`/api/v1/sessions/${app._id}`)).json).toMatchObject({ state: 'done' });
  });

  it('immediate: fails when nobody calls in time', async () => {
    const app = await create('in-now');
    await advance(31);
    expect(await statusOf(app._id ?? '')).toBe('failed');
    const match = await server.post('/genesys/1/service/match-interaction', { _access_number: app._access_number });
    expect(match.status).toBe(404);
  });

  it('poll: the app asks until an agent is near, connects and calls', async () => {
    const { _id: id = '', ...rest } = await create('in-poll', { _phone_number: CALLER });
    expect(rest).toEqual({});
    await advance(3);
    expect(await request(id, 'status')).toEqual({
      status: 'waiting-for-confirmation',
      dialog: '/waitingforconfirmation.html',
    });
    const access = await request(id, 'connect');
    expect(access).toMatchObject({ _action: 'DialNumber', _access_number: expect.any(String) });
    const tooMuch = await server.post(`/genesys/1/service/${id}/connect`, {});
    expect(tooMuch.status).toBe(409);
    await call(access._access_number);
    await advance(4);
    expect(await statusOf(id)).toBe('connected');
    await advance(10);
    expect(await statusOf(id)).toBe('completed');
  });

  it('poll: may connect again a few times when no call came', async () => {
    const { _id: id = '' } = await create('in-poll', { _phone_number: CALLER });
    await advance(3);
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await request(id, 'connect');
      await advance(31);
    }
    expect(await statusOf(id)).toBe('failed');
  });

  it('O8: poll: waits in line, and says where, and can be cancelled', async () => {
    await simulate({ agents: { a100: { auto: false } } });
    await server.post('/api/v1/agents/a100/logout');
    const { _id: id = '' } = await create('in-poll', { _phone_number: CALLER });
    const read = await server.get(`/genesys/1/service/${id}/check-queue-position`);
    expect(Object.keys(read.json as object).sort()).toEqual([
      '_agent_ready_threshold_passed',
      '_eta',
      '_eta_high',
      '_eta_low',
      '_position',
      '_total_waiting',
      'ewt',
    ]);
    const position = await request(id, 'check-queue-position');
    expect(position).toMatchObject({
      _position: '1',
      _eta: expect.any(String),
      _total_waiting: '1',
      _agent_ready_threshold_passed: expect.any(Boolean),
      ewt: expect.any(Number),
    });
    expect(await request(id, 'cancel')).toEqual({ status: 'cancelled' });
    expect(await statusOf(id)).toBe('failed');
  });
});

describe('request-outbound', () => {
  it('immediate: the customer is called and connected, with what the app has said', async () => {
    const app = await create('out-now', { _customer_number: '5115', language: 'french' });
    expect(app).toMatchObject({ _action: 'ConfirmationDialog', _text: 'You will receive the call shortly' });
    await advance(5);
    expect(await statusOf(app._id ?? '')).toBe('connected');
    await advance(10);
    expect(await statusOf(app._id ?? '')).toBe('completed');
    const calls = (await server.get('/api/v1/simulator/calls?number=5115')).json as object[];
    expect(calls).toMatchObject([{ outcome: 'answer' }]);
  });

  it('immediate: needs somebody to call', async () => {
    const answer = await server.post('/genesys/1/service/out-now', {});
    expect([answer.status, answer.json]).toMatchObject([
      400,
      { message: 'Missing mandatory parameter _customer_number' },
    ]);
  });

  it('poll: the customer is called when the app says so', async () => {
    const { _id: id = '' } = await create('out-poll', { _customer_number: '5116' });
    await advance(3);
    expect(await statusOf(id)).toBe('waiting-for-confirmation');
    expect((await server.get('/api/v1/simulator/calls?number=5116')).json).toEqual([]);
    await request(id, 'connect');
    await advance(5);
    expect(await statusOf(id)).toBe('connected');
  });

  it('fails when the customer is not reached', async () => {
    await simulate({ numbers: { '5117': { outcome: 'busy' } } });
    const { _id: id = '' } = await create('out-now', { _customer_number: '5117' });
    await advance(3);
    expect(await statusOf(id)).toBe('failed');
  });
});
