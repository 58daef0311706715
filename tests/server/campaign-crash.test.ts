import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, ServerProcess } from './server-process.js';

/** More of both, said by the environment, make a long run of it. */
const KILLS = Number(process.env.RINGBACK_TEST_KILLS ?? 20);
const RECORDS = Number(process.env.RINGBACK_TEST_RECORDS ?? 120);
const AGENTS = 4;
/** Between two dials of the same record, seconds. */
const INTERVAL_S = 3;

const CONFIG = `
agents:
${Array.from({ length: AGENTS }, (_, index) => `  - { id: a${index}, dn: "${2000 + index}", groups: [Sales] }`).join('\n')}
agentGroups: [{ name: Sales, dbid: 201 }]
treatments:
  - { name: again, callResult: Busy, applyToRecord: Redial, cycleAttempt: 3, interval: ${INTERVAL_S / 60} }
callingLists:
  - { name: spring, dbid: 401, timeFrom: "00:00", timeUntil: "24:00", treatments: [again] }
campaigns: [{ name: Spring, dbid: 501, callingLists: [{ name: spring }] }]
campaignGroups: [{ campaign: Spring, group: Sales, dbid: 601, dialMode: Progressive, numOfChannels: 50 }]
switch: { driver: simulator }
`;

/** Every fifth customer is busy once. */
function number(index: number): string {
  return `+1650555${String(index).padStart(4, '0')}`;
}

const isBusyFirst = (index: number) => index % 5 === 3;
const PARTY = { outcome: 'answer', ringSeconds: 0.2, talkSeconds: 0.5 };

interface NetworkCall {
  number: string;
  at: string;
  outcome: string;
}

interface ListRecord {
  record_id: number;
  contact_info: string;
  record_status: number;
  call_result: number;
}

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.create({ config: CONFIG });
  await server.start();
  const agents = Object.fromEntries(
    Array.from({ length: AGENTS }, (_, index) => [`a${index}`, { auto: true, answerSeconds: 0.1, wrapSeconds: 0.1 }]),
  );
  const numbers = Object.fromEntries(
    Array.from({ length: RECORDS }, (_, index) => index)
      .filter(isBusyFirst)
      .map((index) => [number(index), { sequence: [{ outcome: 'busy', ringSeconds: 0.1 }, PARTY] }]),
  );
  expect((await server.put('/api/v1/simulator', { default: PARTY, agents, numbers, seed: 7 })).status).toBe(200);
  const lines = Array.from({ length: RECORDS }, (_, index) => `${number(index)},GMT,0,86400`);
  const file = ['contact_info,tz_name,daily_from,daily_till', ...lines].join('\n');
  const imported = await server.request('POST', '/api/v1/calling-lists/spring/records', file, {
    'content-type': 'text/csv',
  });
  expect(imported.json, imported.text).toMatchObject({ inserted: RECORDS, rejected: 0 });
}, 120_000);

afterAll(() => server?.dispose());

async function order(request: 'Load' | 'Start' | 'Unload'): Promise<void> {
  const answer = await server.post(`/ocs/campaigngroups/601?req=${request}`, {});
  expect(answer.status, answer.text).toBe(200);
}

async function records(): Promise<ListRecord[]> {
  const all: ListRecord[] = [];
  for (let path = '/api/v1/calling-lists/spring/records?limit=1000'; path !== ''; ) {
    const answer = await server.get(path);
    all.push(...(answer.json as ListRecord[]));
    const next = /<([^>]+)>;\s*rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    path = next === undefined ? '' : next.replace(/^https?:\/\/[^/]+/, '');
  }
  return all;
}

const FINAL = new Set([3, 7]);

it(`finishes every record, dials nobody twice within the interval and loses nothing, through ${KILLS} kills`, async () => {
  await order('Load');
  await order('Start');
  for (let kill = 0; kill < KILLS; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 700));
    await server.end('SIGKILL');
    await server.start();
  }
  const final = await eventually(
    records,
    (all) => all.length === RECORDS && all.every(({ record_status }) => FINAL.has(record_status)),
    240_000,
  );
  const calls = (await server.get('/api/v1/simulator/calls')).json as NetworkCall[];
  for (let index = 0; index < RECORDS; index += 1) {
    const own = calls.filter((call) => call.number === number(index)).sort((a, b) => (a.at < b.at ? -1 : 1));
    expect(
      own.map(({ outcome }) => outcome),
      number(index),
    ).toEqual(isBusyFirst(index) ? ['busy', 'answer'] : ['answer']);
    const [first, second] = own.map(({ at }) => Date.parse(at));
    if (first !== undefined && second !== undefined) expect(second - first).toBeGreaterThanOrEqual(INTERVAL_S * 1000);
    const record = final.find(({ contact_info }) => contact_info === number(index));
    // Answered; or, where the server was away, abandoned by the customer or dropped for want of an agent.
    expect([33, 21, 26], number(index)).toContain(record?.call_result);
  }
  await order('Unload');
}, 1_600_000);
