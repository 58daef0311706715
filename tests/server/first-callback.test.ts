import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from './server-process.js';

/**
 * One job carried through the whole server: a customer's app books over the API of the reference, the application runs,
 * an agent is found, the simulated customer is dialed, both talk, the outcome is reported.
 */
const CONFIG = `
services:
  Support:
    _type: ors
    _service: callback
    _call_direction: USERTERMINATED
    _target: "Support@GA"
    _urs_virtual_queue: SupportVQ
    _retain_session_until_ixn_deleted: "true"
    _max_request_by_time_bucket: "5"
  AgentFirst:
    _type: ors
    _service: callback
    _target: "Support@GA"
    _urs_virtual_queue: SupportVQ
    _userterminated_first_connect_party: AGENT
    _retain_session_until_ixn_deleted: "true"
  hello: { _type: ors, _service: hello }
agents:
  - { id: a100, dbid: 100, firstName: Ada, lastName: Byron, dn: "2001", groups: [Support] }
agentGroups: [{ name: Support }]
virtualQueues: [{ name: SupportVQ }]
switch: { driver: simulator }
`;

interface CallbackRecord {
  _id: string;
  _callback_state: string;
  _callback_reason?: string;
  _ors_session_id?: string;
}

interface HistoryEvent {
  type: string;
  at: string;
  [key: string]: unknown;
}

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.create({ config: CONFIG, env: { RINGBACK_CLOCK: 'test' } });
  await server.start();
});

afterAll(() => server?.dispose());

/** Moves the clock; what was caused until then, by a request too, has happened afterwards. */
async function advance(seconds: number): Promise<void> {
  const moved = await server.post('/api/v1/simulator/clock', { advanceSeconds: seconds });
  expect(moved.status, moved.text).toBeLessThan(300);
}

async function simulate(settings: object): Promise<void> {
  const set = await server.put('/api/v1/simulator', settings);
  expect(set.status, set.text).toBe(200);
}

async function book(service: string, body: object): Promise<{ _id: string; [key: string]: unknown }> {
  const answer = await server.post(`/genesys/1/service/callback/${service}`, body);
  expect(answer.status, answer.text).toBe(200);
  await advance(0);
  return answer.json as { _id: string };
}

async function record(id: string): Promise<CallbackRecord> {
  const [found] = (await server.get(`/genesys/1/service/callback?_id=${id}`)).json as CallbackRecord[];
  if (!found) throw new Error(`no callback ${id}`);
  return found;
}

async function history(id: string): Promise<HistoryEvent[]> {
  return (await server.get(`/api/v1/callbacks/${id}/history`)).json as HistoryEvent[];
}

const AUTO = { a100: { auto: true, answerSeconds: 1, wrapSeconds: 2 } };
const ANSWERS = { outcome: 'answer', ringSeconds: 1, talkSeconds: 5 };

describe('an immediate callback, customer first', () => {
  it('goes from the request to two people talking and is reported step by step', async () => {
    await simulate({ default: ANSWERS, agents: AUTO });
    const body = { _customer_number: '5115', _usr_customer_name: 'Bob Markel', _usr_reason: 'billing question' };
    const { _id, ...dialog } = await book('Support', body);
    expect(dialog).toMatchObject({
      _dialog_id: '0',
      _action: 'ConfirmationDialog',
      _text: 'You will receive the call shortly',
      _ok_title: 'Ok',
    });
    expect((await record(_id))._callback_state).toBe('QUEUED');
    const position = await server.get(`/genesys/1/service/${_id}/check-queue-position`);
    expect(position.json).toMatchObject({ _position: '1', _total_waiting: '1' });
    await advance(1.5);
    expect((await record(_id))._callback_state).toBe('ROUTING');
    await advance(2);
    expect((await record(_id))._callback_state).toBe('PROCESSING');
    await advance(20);
    expect(await record(_id)).toMatchObject({ _callback_state: 'COMPLETED', _callback_reason: 'AGENT_CONNECTED' });
    const types = (await history(_id)).map(({ type }) => type);
    for (const type of [
      'callback.accepted',
      'session.started',
      'call.dialing',
      'call.ringing',
      'call.answered',
      'callback.attempt',
      'route.decision',
      'call.joined',
      'callback.completed',
      'session.ended',
    ]) {
      expect(types, type).toContain(type);
    }
    const calls = (await server.get('/api/v1/simulator/calls?number=5115')).json as { outcome: string }[];
    expect(calls.map(({ outcome }) => outcome)).toEqual(['answer']);
  });
});

describe('an immediate callback, agent first', () => {
  it('rings the agent, then the customer', async () => {
    await simulate({ default: ANSWERS, agents: AUTO });
    const { _id } = await book('AgentFirst', { _customer_number: '5120' });
    await advance(30);
    expect(await record(_id)).toMatchObject({ _callback_state: 'COMPLETED', _callback_reason: 'AGENT_CONNECTED' });
    const legs = (await history(_id)).filter(({ type }) => type === 'call.answered').map(({ role }) => role);
    expect(legs).toEqual(['agent', 'customer']);
  });
});

describe('a scheduled callback', () => {
  it('waits for its time, is submitted, and completes', async () => {
    await simulate({ default: ANSWERS, agents: AUTO });
    const now = Date.parse(((await server.get('/api/v1/simulator/clock')).json as { now: string }).now);
    const desired = new Date(now + 3_600_000).toISOString();
    const answer = await book('Support', { _customer_number: '5130', _desired_time: desired });
    expect(Object.keys(answer)).toEqual(['_id']);
    expect((await record(answer._id))._callback_state).toBe('SCHEDULED');
    await advance(3_000);
    expect((await record(answer._id))._callback_state).toBe('SCHEDULED');
    await advance(700);
    expect(await record(answer._id)).toMatchObject({
      _callback_state: 'COMPLETED',
      _callback_reason: 'AGENT_CONNECTED',
    });
  });
});

describe('a customer who is not reached', () => {
  it('is dialed again after the pause, and the callback fails with its reason when attempts are used up', async () => {
    await simulate({ numbers: { '5140': { outcome: 'busy', ringSeconds: 1 } } });
    const { _id } = await book('Support', { _customer_number: '5140' });
    await advance(1_000);
    expect(await record(_id)).toMatchObject({
      _callback_state: 'COMPLETED',
      _callback_reason: 'FAIL_CALL_TO_CUSTOMER',
    });
    const attempts = (await history(_id)).filter(({ type }) => type === 'callback.attempt');
    expect(attempts.map(({ attempt, result }) => [attempt, result])).toEqual([
      [1, undefined],
      [1, 'BUSY'],
      [2, undefined],
      [2, 'BUSY'],
      [3, undefined],
      [3, 'BUSY'],
    ]);
    const dialed = (await history(_id)).filter(({ type }) => type === 'call.dialing').map(({ at }) => Date.parse(at));
    expect(dialed.map((at) => Math.round((at - (dialed[0] ?? 0)) / 1000))).toEqual([0, 300, 600]);
  });

  it('who hangs up while waiting ends the callback', async () => {
    await simulate({
      agents: { a100: { auto: false } },
      numbers: { '5150': { outcome: 'answer', ringSeconds: 1, talkSeconds: 5 } },
    });
    await server.post('/api/v1/agents/a100/logout');
    const { _id } = await book('Support', { _customer_number: '5150' });
    await advance(30);
    expect(await record(_id)).toMatchObject({
      _callback_state: 'COMPLETED',
      _callback_reason: 'FAIL_INTERACTION_DELETED',
    });
  });
});

describe('a callback that is cancelled', () => {
  it('while it waits in line, is finished and its session ends', async () => {
    await simulate({ agents: { a100: { auto: false } }, default: { outcome: 'answer', ringSeconds: 60 } });
    const { _id } = await book('Support', { _customer_number: '5160' });
    await advance(1);
    expect((await server.request('DELETE', `/genesys/1/service/callback/Support/${_id}`)).status).toBe(200);
    expect(await record(_id)).toMatchObject({ _callback_state: 'COMPLETED', _callback_reason: 'CANCELLED' });
    await advance(1);
    const { _ors_session_id: session } = await record(_id);
    const view = (await server.get(`/api/v1/sessions/${session}`)).json as { state: string };
    expect(view.state).toBe('terminated');
    await advance(120);
    const calls = (await server.get('/api/v1/simulator/calls?number=5160')).json as { endedAt?: string }[];
    expect(calls.every(({ endedAt }) => endedAt !== undefined)).toBe(true);
  });
});

describe('the service hello', () => {
  it.each([
    ['application/x-www-form-urlencoded', ''],
    ['application/json', '{}'],
    ['application/x-www-form-urlencoded', 'name=Bob&_mode=short'],
  ])('answers %s %j', async (type, body) => {
    const answer = await server.request('POST', '/genesys/1/service/hello', body, { 'content-type': type });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).toBe('{"msg":"hello"}');
  });

  it('answers an empty body without a content type', async () => {
    const answer = await server.request('POST', '/genesys/1/service/hello');
    expect(answer.text).toBe('{"msg":"hello"}');
  });
});

it('finds no error in the log', async () => {
  // Its output is complete when it has ended.
  await server.end('SIGTERM');
  expect(server.log.split('\n').filter((line) => line.includes('"level":50'))).toEqual([]);
});
