import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DialingEvent } from '../../outbound/index.js';
import { type CampaignBed, campaignBed, T0 } from '../outbound/testing.js';
import { adminServer, type TestServer } from './testing.js';

let bed: CampaignBed;
let server: TestServer;

const GROUP = '/campaign-groups/Sales@Agents';
const MINUTE = 60_000;
const RECORD = { group: 601, campaign: 'Sales', list: 'L1', recordId: 1, chainId: 1, chainN: 1, handle: 7 };
const ATTEMPT = { ...RECORD, attempt: 'guid-1', phone: '5551234' };

/** The kinds of events, without the time and the record. */
type Happening =
  | { type: 'dial' | 'contact' }
  | { type: 'result' | 'chain-processed'; result: number }
  | { type: 'record-finalized'; result: number; status: number }
  | { type: 'callback-scheduled'; personal: boolean }
  | { type: 'waiting'; for: 'agents' | 'records'; on: boolean };

async function happen(...events: Happening[]): Promise<void> {
  await happenAt(bed.clock.now(), ...events);
}

async function happenAt(at: number, ...events: Happening[]): Promise<void> {
  for (const event of events) {
    // Each has what its type needs; the rest is the same for all.
    const whole = { at, ...ATTEMPT, ...event } as DialingEvent;
    await bed.database.transaction((tx) => bed.dialing.happened(tx, whole));
  }
  await bed.activity.idle();
}

beforeAll(async () => {
  bed = await campaignBed();
  server = await adminServer({ campaigns: bed.campaigns });
});
afterEach(() => bed.reset());
afterAll(async () => {
  await server.app.close();
  await bed.close();
});

describe('operations on campaign groups', () => {
  it('go through the life of a group', async () => {
    const said = {
      dialMode: 'Preview',
      optimizeBy: 'WaitTime',
      optimizeGoal: 20,
      priorities: { General: { priority: 9 } },
    };
    expect(await server.send('POST', `${GROUP}/load`, said)).toMatchObject({
      status: 200,
      body: { name: 'Sales@Agents', dbid: 601, status: 'Active', ...said, autoCompletion: false },
    });
    const steps = ['start', 'stop', 'start', 'unload'];
    const statuses = [];
    for (const step of steps) {
      const { body } = await server.send('POST', `${GROUP}/${step}`);
      statuses.push((body as { status: string }).status); // by the schema
    }
    expect(statuses).toEqual(['Running', 'Active', 'Running', 'NotLoaded']);
    expect(await server.send('GET', `${GROUP}/state`)).toMatchObject({ status: 200, body: { status: 'NotLoaded' } });
  });

  it('say that an unload waits', async () => {
    await server.send('POST', `${GROUP}/load`);
    bed.dialing.left = 1;
    expect(await server.send('POST', `${GROUP}/unload`)).toMatchObject({ body: { status: 'WaitingUnload' } });
    expect(await server.send('GET', '/campaign-states')).toMatchObject({ body: [{ name: 'Sales@Agents' }] });
    expect(await server.send('POST', `${GROUP}/force-unload`)).toMatchObject({ body: { status: 'NotLoaded' } });
  });

  it('count the calls that are under way', async () => {
    const body = { dialing: 1, ringing: 2, answered: 0, talking: 3 };
    expect(await server.send('GET', `${GROUP}/calls`)).toMatchObject({ status: 200, body });
    expect((await server.send('GET', '/campaign-groups/No@Body/calls')).status).toBe(404);
  });

  it.each([
    ['a group that is not there', '/campaign-groups/No@Body/load', undefined, 404],
    ['a start before the load', `${GROUP}/start`, undefined, 409],
    ['a mode without licence', `${GROUP}/load`, { dialMode: 'PredictiveSeizing' }, 409],
    ['a mode that is none', `${GROUP}/load`, { dialMode: 'Fly' }, 422],
    ['a goal above 100 %', `${GROUP}/load`, { optimizeBy: 'BusyFactor', optimizeGoal: 101 }, 422],
    ['an unknown field', `${GROUP}/load`, { mode: 'Preview' }, 422],
    ['a body where none belongs', `${GROUP}/stop`, { now: true }, 422],
    ['a campaign without lists', '/campaign-groups/Empty@Agents/load', undefined, 409],
  ])('refuse %s', async (_name, path, body, status) => {
    expect(await server.send('POST', path, body)).toMatchObject({
      status,
      headers: { 'content-type': expect.stringContaining('problem+json') },
    });
  });
});

describe('sequences', () => {
  const path = '/campaign-sequences/Agents';

  it('are loaded, started, read, stopped and deleted', async () => {
    const body = {
      description: 'night',
      items: [
        { campaign: 'Sales', stopAtDials: 5 },
        { campaign: 'Night', sleepMinutes: 5 },
      ],
    };
    expect(await server.send('PUT', path, body)).toMatchObject({
      status: 201,
      body: {
        group: 'Agents',
        description: 'night',
        phase: 'loaded',
        item: 1,
        items: [
          { campaign: 'Sales', stopAtDials: 5, status: 'NotLoaded' },
          { campaign: 'Night', sleepMinutes: 5 },
        ],
      },
    });
    expect(await server.send('POST', `${path}/start`)).toMatchObject({
      status: 200,
      body: { phase: 'running', items: [{ status: 'Running' }, { status: 'NotLoaded' }] },
    });
    expect(await server.send('GET', `${GROUP}/state`)).toMatchObject({
      body: { status: 'Running', sequence: 'Agents' },
    });
    expect((await server.send('POST', `${GROUP}/stop`)).status).toBe(409);
    expect(await server.send('POST', `${path}/stop`)).toMatchObject({ body: { phase: 'stopped' } });
    expect(await server.send('GET', '/campaign-sequences')).toMatchObject({ body: [{ group: 'Agents' }] });
    expect((await server.send('DELETE', path)).status).toBe(204);
    expect((await server.send('GET', path)).status).toBe(404);
  });

  it.each([
    ['an unknown group', '/campaign-sequences/Nobody', { items: [{ campaign: 'Sales' }] }, 404],
    ['an unknown campaign', path, { items: [{ campaign: 'Nobody' }] }, 404],
    ['an unpaired campaign', path, { items: [{ campaign: 'Unpaired' }] }, 422],
    ['no items', path, { items: [] }, 422],
    ['a time that is none', path, { startTime: 'soon', items: [{ campaign: 'Sales' }] }, 422],
    ['a count below zero', path, { items: [{ campaign: 'Sales', stopAtDials: -1 }] }, 422],
  ])('refuse %s', async (_name, address, body, status) => {
    expect((await server.send('PUT', address, body)).status).toBe(status);
  });
});

describe('statistics', () => {
  it('are counted since the group was loaded', async () => {
    await happen({ type: 'dial' }, { type: 'result', result: 6 });
    await bed.clock.advance(MINUTE);
    await server.send('POST', `${GROUP}/load`);
    await server.send('POST', `${GROUP}/start`);
    await bed.clock.advance(MINUTE);
    await happen(
      { type: 'dial' },
      { type: 'result', result: 33 },
      { type: 'contact' },
      { type: 'dial' },
      { type: 'result', result: 26 },
      { type: 'dial' },
      { type: 'result', result: 7 },
      { type: 'record-finalized', result: 33, status: 3 },
      { type: 'callback-scheduled', personal: true },
      { type: 'waiting', for: 'agents', on: true },
    );
    await bed.clock.advance(MINUTE);
    await happen({ type: 'waiting', for: 'agents', on: false });
    expect((await server.send('GET', `${GROUP}/statistics`)).body).toMatchObject({
      status: 'Running',
      dialed: 3,
      contacts: 1,
      processed: 1,
      answered: 2,
      abandoned: 1,
      hitRatio: 0.6667,
      overdialRate: 0.5,
      overdialLimit: 0.03,
      busyFactor: 0.75,
      // One record in two minutes, ten are left.
      timeToComplete: 1200,
      waitingFor: [],
      actions: {
        DialMade: 3,
        DialAnswer: 1,
        DialDropped: 1,
        DialNoAnswer: 1,
        LeadAnswer: 1,
        LeadProcessed: 1,
        Contact: 1,
        PersonalCallbackScheduled: 1,
      },
      lists: { L1: { ready: 6, waiting: 4, dialed: 3, timeToComplete: 1200 } },
      durations: { StatusRunning: 120, ModeProgressive: 120, StatusWaitingAgents: 60 },
    });
  });

  it('are kept over time, as the original names its objects, and survive being summed up', async () => {
    await bed.database.query('delete from campaign_action');
    // The hours have passed already: to move the clock through them would be hundreds of looks at the database.
    await server.send('POST', `${GROUP}/load`);
    const before = bed.clock.now() - 210 * MINUTE;
    const loaded = new Date(before).toISOString();
    await bed.database.query('update campaign_group_state set loaded_at = $1 where number = 601', [loaded]);
    await happenAt(before, { type: 'dial' }, { type: 'result', result: 33 });
    await happenAt(before + 60 * MINUTE, { type: 'dial' }, { type: 'result', result: 6 });
    const query = `from=${new Date(before).toISOString()}&until=${new Date(before + 120 * MINUTE).toISOString()}`;
    const read = async (by: string) => (await server.send('GET', `/campaign-statistics?by=${by}&${query}`)).body;
    const rows = [
      { object: 'Sales@Agents', dialed: 1, hitRatio: 1 },
      { object: 'Sales@Agents', dialed: 1, hitRatio: 0, actions: { DialBusy: 1, DialMade: 1 } },
    ];
    expect(await read('campaign-group')).toMatchObject(rows);
    await bed.campaigns.statistics.upkeep(800);
    expect((await server.send('GET', `${GROUP}/statistics`)).body).toMatchObject({ dialed: 2, answered: 1 });
    await server.send('POST', `${GROUP}/unload`);
    await bed.campaigns.statistics.upkeep(800);
    expect(await read('campaign-group')).toMatchObject(rows);
    expect(await bed.database.query('select 1 from campaign_action where group_number = 601')).toEqual([]);
    expect(await read('campaign')).toMatchObject([{ object: 'Sales' }, { object: 'Sales' }]);
    expect(await read('calling-list')).toMatchObject([{ object: 'L1' }, { object: 'L1' }]);
    expect(await read('campaign-calling-list')).toMatchObject([{ object: 'Sales@L1' }, { object: 'Sales@L1' }]);
    const csv = await server.send('GET', `/campaign-statistics?format=csv&interval=1440&${query}`);
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(String(csv.body).split('\r\n')[0]).toBe(
      'from,object,dialed,answered,contacts,abandoned,processed,hitRatio,overdialRate,DialAnswer,DialBusy,DialMade',
    );
    expect(String(csv.body)).toContain('"Sales@Agents",2,1,0,0,0,0.5,0,1,1,2');
  });

  it.each([
    'by=nobody',
    'interval=7',
    'interval=x',
    'from=soon',
    'from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z',
  ])('refuse ?%s', async (query) => {
    expect((await server.send('GET', `/campaign-statistics?${query}`)).status).toBe(400);
  });
});

describe('reports over HTTP', () => {
  const options = (more: Record<string, string>) => bed.configuration.put('options', 'OCServer', more);

  it('tell the states of campaign groups, and tell them again', async () => {
    await options({
      'send-campaigngroup-states': 'true',
      'campaigngroup-states-uri': 'http://reports/states',
      'campaigngroup-states-interval': '30',
    });
    await bed.clock.advance(MINUTE);
    await server.send('POST', `${GROUP}/load`);
    await bed.activity.idle();
    expect(bed.posts).toHaveLength(1);
    expect(bed.posts[0]).toEqual({
      url: 'http://reports/states',
      body: {
        GSW_TENANT_NAME: 'Environment',
        GSW_TENANT_CCID: '1',
        GSW_CAMPAIGN_GROUP_NAME: 'Sales@Agents',
        GSW_CAMPAIGN_GROUP_GUID: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        GSW_CAMPAIGN_GROUP_DBID: 601,
        GSW_CAMPAIGN_GROUP_STATUS: 'Active',
        GSW_GROUP_NAME: 'Agents',
        GSW_CAMPAIGN_NAME: 'Sales',
        GSW_CAMPAIGN_TEMPLATE_NAME: 'Sales',
        GSW_DIAL_MODE: 2,
        GSW_OPTIMIZE_BY: 1,
        GSW_OPTIMIZE_GOAL: 70,
        GSW_STAT_BUSY_FACTOR: 0.75,
        GSW_STAT_HIT_RATIO: null,
        GSW_STAT_OVERDIAL_RATE: null,
        GSW_STAT_TIME_TO_COMPLETE: null,
        GSW_CALLING_LISTS: [{ GSW_CALLING_LIST: 'L1', GSW_STAT_HIT_RATIO: null, GSW_STAT_TIME_TO_COMPLETE: null }],
      },
    });
    bed.postStatus.push(500);
    await bed.clock.advance(30_000);
    expect(bed.posts).toHaveLength(2);
    await bed.clock.advance(29_000);
    expect(bed.posts).toHaveLength(2);
    await bed.clock.advance(1_000);
    expect(bed.posts).toHaveLength(3);
    await server.send('POST', `${GROUP}/unload`);
    await bed.activity.idle();
    expect(bed.posts.at(-1)?.body).toMatchObject({ GSW_CAMPAIGN_GROUP_STATUS: 'NotLoaded' });
    const { length } = bed.posts;
    await bed.clock.advance(300_000);
    expect(bed.posts).toHaveLength(length);
  });

  it('tell every attempt twice, and the chain once, again until somebody takes them', async () => {
    await options({
      'send-history': 'true',
      'history-uri': 'http://reports/history',
      'contact-processed-notification': 'true',
      'contact-processed-notification-uri': 'http://reports/processed',
    });
    await server.send('POST', `${GROUP}/load`);
    bed.dialing.made = [
      {
        ...RECORD,
        attempt: 'guid-1',
        phone: '5551234',
        at: T0,
        dialedAt: T0 + 1000,
        answeredAt: T0 + 9000,
        connectedAt: T0 + 11_000,
        endedAt: T0 + 60_000,
        result: 33,
      },
    ];
    bed.dialing.call = { from: '8005550100', agentRingingAt: T0 + 10_000 };
    bed.postStatus.push(503, 200);
    await happen({ type: 'dial' });
    expect(bed.posts.map(({ body }) => body.GSW_HIST_SEQUENCE_NUM)).toEqual([0]);
    await bed.clock.advance(1_000);
    expect(bed.posts.map(({ body }) => body.GSW_HIST_SEQUENCE_NUM)).toEqual([0, 0]);
    await happen({ type: 'chain-processed', result: 33 });
    expect(bed.posts.slice(2)).toMatchObject([
      {
        url: 'http://reports/history',
        body: {
          GSW_HIST_SEQUENCE_NUM: 1,
          GSW_CALL_ATTEMPT_GUID: 'guid-1',
          GSW_CALL_RESULT: 33,
          GSW_CAMPAIGN_NAME: 'Sales',
          GSW_CALLING_LIST: 'L1',
          GSW_PHONE: '5551234',
          GSW_CALL_TIME: T0 / 1000 + 1,
          GSW_ANSWERED: T0 / 1000 + 9,
          GSW_CALLING_LIST_DBID: 401,
          GSW_CPN_DIGITS_SET: '8005550100',
          GSW_AGENT_RINGING: T0 / 1000 + 10,
          GSW_AGENT_ANSWERED: T0 / 1000 + 11,
          GSW_AGENT_RELEASED: T0 / 1000 + 60,
        },
      },
      { url: 'http://reports/processed', body: { GSW_CALL_RESULT: 33, GSW_CHAIN_ID: 1 } },
    ]);
    expect(await bed.database.query('select 1 from campaign_report')).toEqual([]);
  });

  it('wait after many failures', async () => {
    await options({
      'send-history': 'true',
      'history-uri': 'http://reports/history',
      'history-wait-condition-threshold': '2',
      'history-wait-recovery-timeout': '100',
    });
    await server.send('POST', `${GROUP}/load`);
    bed.postStatus.push(500, 500);
    await happen({ type: 'dial' });
    await bed.clock.advance(1_000);
    expect(bed.posts).toHaveLength(2);
    await bed.clock.advance(99_000);
    expect(bed.posts).toHaveLength(2);
    await bed.clock.advance(1_000);
    expect(bed.posts).toHaveLength(3);
    expect(await bed.database.query('select 1 from campaign_report')).toEqual([]);
  });
});
