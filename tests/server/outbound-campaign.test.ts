import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ServerProcess } from './server-process.js';

/** A campaign from end to end, as an application on a CommDN sees it: real server, real WebSocket, simulated network. */
const CONFIG = `
agentGroups: [{ name: Support, dbid: 732 }]
agents: [{ id: a100, dn: "2001", groups: [Support], password: pw }]
callingLists: [{ name: spring, dbid: 401, timeFrom: "00:00", timeUntil: "24:00" }]
campaigns: [{ name: Sales, dbid: 101, callingLists: [{ name: spring }] }]
campaignGroups: [{ campaign: Sales, group: Support, dbid: 601, dialMode: Progressive }]
dns: [{ number: CommDN_1, type: CommDN }]
applications:
  - { name: desk, dbid: 300, type: ThirdPartyApplication, password: s3cret, connections: [ocs] }
switch:
  driver: simulator
  default: { outcome: answer, ringSeconds: 1, talkSeconds: 5 }
  agents: { a100: { auto: true, answerSeconds: 1, wrapSeconds: 2 } }
`;

let server: ServerProcess;
let socket: WebSocket;
const heard: Record<string, unknown>[] = [];

const PAIR = { GSW_CM_AttrCampaignID: 101, GSW_CM_AttrGroupID: 732 };
const ADDRESSES = { GSW_CM_AttrOriginAppID: 300, GSW_CM_AttrTargetAppID: 150 };

/** Waits for the next message, which the server sends by itself or as an answer. */
async function next(): Promise<Record<string, unknown>> {
  for (;;) {
    const message = heard.shift();
    if (message) return message;
    await new Promise((resolve) => socket.once('message', resolve));
  }
}

async function ask(message: object): Promise<Record<string, unknown>> {
  socket.send(JSON.stringify(message));
  return next();
}

/** Lets time pass; everything due in between happens. */
async function pass(seconds: number): Promise<void> {
  const answer = await server.post('/api/v1/simulator/clock', { advanceSeconds: seconds });
  expect(answer.status, answer.text).toBe(200);
}

interface StoredRecord {
  record_status: number;
  record_type: number;
  call_result: number;
}

async function record(phone: string): Promise<StoredRecord | undefined> {
  const { json } = await server.get(`/api/v1/calling-lists/spring/records?phone=${phone}`);
  return (json as StoredRecord[])[0]; // the shape of interface.md
}

beforeAll(async () => {
  server = await ServerProcess.create({ config: CONFIG, env: { RINGBACK_CLOCK: 'test' } });
  await server.start();
  const rows = ['5551230', '5551231', '5551232', '5551233'].map((phone) => `${phone},0,86400`);
  const answer = await server.request(
    'POST',
    '/api/v1/calling-lists/spring/records',
    ['contact_info,daily_from,daily_till', ...rows].join('\n'),
    { 'content-type': 'text/csv' },
  );
  expect(answer.json, answer.text).toMatchObject({ inserted: 4 });
  const authorization = `Basic ${Buffer.from('desk:s3cret').toString('base64')}`;
  socket = new WebSocket(`${server.url.replace('http', 'ws')}/commdn/CommDN_1`, { headers: { authorization } });
  socket.on('message', (data) => heard.push(JSON.parse(String(data))));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
});
afterAll(async () => {
  socket?.terminate();
  await server?.dispose();
});

describe('a campaign over a CommDN', () => {
  it('is loaded; records are cancelled and barred', async () => {
    expect(await ask({ GSW_CM_MessageType: 7, ...ADDRESSES, ...PAIR })).toMatchObject({
      GSW_CM_MessageType: 19,
      GSW_CM_AttrGroupCampStatus: 4,
    });
    const cancel = { cancel_record: { GSW_PHONE: '5551231', GSW_CAMPAIGN_NAME: 'Sales' } };
    expect(await ask({ GSW_CM_MessageType: 30, ...ADDRESSES, GSW_CM_AttrProperties: cancel })).toMatchObject({
      GSW_CM_MessageType: 31,
      GSW_CM_AttrProperties: { cancel_record: { GSW_CHAIN_ATTR: 'AllChain' } },
    });
    const bar = { do_not_call: { GSW_PHONE: '5551232' } };
    expect(await ask({ GSW_CM_MessageType: 32, ...ADDRESSES, GSW_CM_AttrProperties: bar })).toMatchObject({
      GSW_CM_MessageType: 33,
    });
    expect(await record('5551231')).toMatchObject({ record_status: 5, call_result: 52 });
    expect(await record('5551232')).toMatchObject({ record_type: 7, call_result: 51 });
    expect((await server.get('/api/v1/dnc?phone=5551232')).text).toContain('5551232');
  });

  it('dials what is left, then stops and unloads by itself', async () => {
    const start = { GSW_CM_MessageType: 9, ...ADDRESSES, ...PAIR, GSW_AUTO_COMPLETION: 1 };
    expect(await ask(start)).toMatchObject({ GSW_CM_MessageType: 21, GSW_CM_AttrGroupCampStatus: 5 });
    await pass(120);
    expect([await next(), await next()]).toMatchObject([
      { GSW_CM_MessageType: 22, GSW_CM_AttrTargetAppID: 0, GSW_CM_AttrGroupCampStatus: 4 },
      { GSW_CM_MessageType: 20, GSW_CM_AttrTargetAppID: 0, GSW_CM_AttrGroupCampStatus: 0 },
    ]);
    for (const phone of ['5551230', '5551233']) {
      expect(await record(phone)).toMatchObject({ record_status: 3, call_result: 33 });
    }
    const { json } = await server.get('/api/v1/simulator/calls');
    // The shape of interface.md; the agent's phone is among the calls.
    const numbers = (json as { number: string }[]).map(({ number }) => number).filter((number) => number !== '2001');
    expect(numbers.sort()).toEqual(['5551230', '5551233']);
  });

  it('is counted', async () => {
    const { json } = await server.get('/api/v1/campaign-statistics?by=campaign');
    expect(json).toMatchObject([{ object: 'Sales', dialed: 2, answered: 2, contacts: 2, abandoned: 0 }]);
  });
});
