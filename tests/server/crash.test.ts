import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, ServerProcess, Unanswered } from './server-process.js';

const BOOKINGS = 200;
const KILLS = 10;
/** How long each step may take on a machine that is busy with other tests. */
const PATIENCE_MS = 400_000;

const CONFIG = `
services:
  Support:
    _type: ors
    _service: callback
    _call_direction: USERTERMINATED
    _target: "Support@GA"
    _urs_virtual_queue: SupportVQ
    _retain_session_until_ixn_deleted: "true"
    _max_request_by_time_bucket: "1000"
    _request_execution_time_buffer: "2"
    _dial_retry_timeout: "1"
agents:
${Array.from({ length: 20 }, (_, index) => `  - { id: a${100 + index}, dn: "${2000 + index}", groups: [Support] }`).join('\n')}
agentGroups: [{ name: Support }]
virtualQueues: [{ name: SupportVQ }]
switch: { driver: simulator }
`;

/** Every tenth customer is busy once. */
function number(index: number): string {
  return `+1650555${String(index).padStart(4, '0')}`;
}

const isBusyFirst = (index: number) => index % 10 === 3;

interface NetworkCall {
  id: string;
  number: string;
  outcome: string;
}

interface CallbackRecord {
  _id: string;
  _customer_number: string;
  _callback_state: string;
  _callback_reason?: string;
}

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.create({ config: CONFIG });
  await server.start();
  const agents = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`a${100 + index}`, { auto: true, answerSeconds: 0.1, wrapSeconds: 0.1 }]),
  );
  const numbers = Object.fromEntries(
    Array.from({ length: BOOKINGS }, (_, index) => index)
      .filter(isBusyFirst)
      .map((index) => [number(index), { sequence: [{ outcome: 'busy', ringSeconds: 0.1 }, PARTY] }]),
  );
  const settings = { default: PARTY, agents, numbers, seed: 7 };
  expect((await server.put('/api/v1/simulator', settings)).status).toBe(200);
});

afterAll(() => server?.dispose());

/** They talk so long that most conversations survive a restart; who has nobody to talk to for so long hangs up. */
const PARTY = { outcome: 'answer', ringSeconds: 0.3, talkSeconds: 4 };

/** Books one callback, now or in a few seconds; undefined when the server died before it could answer. */
async function book(index: number): Promise<string | undefined> {
  const desired = new Date(Date.now() + 6_000).toISOString();
  try {
    const answer = await server.post('/genesys/1/service/callback/Support', {
      _customer_number: number(index),
      ...(index % 2 === 0 && { _desired_time: desired }),
    });
    expect(answer.status, answer.text).toBe(200);
    return (answer.json as { _id: string })._id;
  } catch (error) {
    if (error instanceof Unanswered) return undefined;
    throw error;
  }
}

it('keeps every acknowledged booking, finishes each once and dials nobody twice, through ten kills', async () => {
  const acknowledged = new Map<string, number>();
  let next = 0;
  let stopped = false;
  const client = (async () => {
    while (next < BOOKINGS) {
      const index = next++;
      const id = await book(index);
      if (id !== undefined) acknowledged.set(id, index);
      else
        await eventually(
          async () => stopped,
          (gone) => !gone,
          PATIENCE_MS,
        );
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  })();
  for (let kill = 0; kill < KILLS; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 1_500));
    stopped = true;
    await server.end('SIGKILL');
    await server.start();
    stopped = false;
  }
  await client;
  expect(acknowledged.size).toBeGreaterThanOrEqual(BOOKINGS - KILLS);

  const records = await eventually(
    async () => (await server.get('/genesys/1/service/callback?_callback_state=!SCHEDULED')).json as CallbackRecord[],
    // Those too whose booking was stored when the server died, before it could be acknowledged.
    (all) =>
      all.every(({ _callback_state }) => _callback_state === 'COMPLETED') &&
      [...acknowledged.keys()].every((id) => all.some(({ _id }) => _id === id)),
    PATIENCE_MS,
  );
  const calls = (await server.get('/api/v1/simulator/calls')).json as NetworkCall[];
  for (const record of records) {
    const index = Number(record._customer_number.slice(-4));
    expect(['AGENT_CONNECTED', 'FAIL_INTERACTION_DELETED'], record._id).toContain(record._callback_reason);
    const carried = calls.filter((call) => call.number === record._customer_number).map(({ outcome }) => outcome);
    expect(carried, record._customer_number).toEqual(isBusyFirst(index) ? ['busy', 'answer'] : ['answer']);
    const history = (await server.get(`/api/v1/callbacks/${record._id}/history`)).json as { type: string }[];
    expect(history.filter(({ type }) => type === 'callback.completed')).toHaveLength(1);
  }
}, 1_600_000);
