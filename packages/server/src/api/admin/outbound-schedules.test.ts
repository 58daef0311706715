import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DialingEvent } from '../../outbound/index.js';
import { type CampaignBed, Client, campaignBed } from '../outbound/testing.js';
import { adminServer, type TestServer } from './testing.js';

let bed: CampaignBed;
let server: TestServer;

const HOUR = 3_600_000;
const PATH = '/outbound-schedules/Day';

const DAY = 24 * HOUR;
const MORNING = 6 * HOUR;

function hoursFromNow(hours: number): string {
  return new Date(bed.clock.now() + hours * HOUR).toISOString().slice(11, 16);
}

/** Begins in an hour and stops two hours later. */
function schedule(item: object = {}, more: object = {}) {
  return {
    recurrence: 'Daily',
    startTime: hoursFromNow(1),
    items: [{ campaign: 'Sales', group: 'Agents', stopTime: hoursFromNow(3), ...item }],
    ...more,
  };
}

async function advance(hours: number): Promise<void> {
  await bed.clock.advance(hours * HOUR);
  await bed.activity.idle();
}

async function status(): Promise<string> {
  return (await bed.campaigns.status({ name: 'Sales@Agents' })).status;
}

async function states(): Promise<unknown> {
  return (await server.send('GET', '/outbound-schedule-states')).body;
}

async function put(body: object): Promise<void> {
  expect((await server.send('PUT', PATH, body)).status).toBeLessThan(300);
  await bed.activity.idle();
}

function dial(): DialingEvent {
  const record = { list: 'L1', recordId: 1, chainId: 1, chainN: 1, handle: 1 };
  return { type: 'dial', at: bed.clock.now(), group: 601, campaign: 'Sales', ...record, attempt: 'a', phone: '1' };
}

beforeAll(async () => {
  bed = await campaignBed();
  server = await adminServer({ campaigns: bed.campaigns, configuration: bed.configuration });
});
beforeEach(() => bed.clock.advance(DAY - ((bed.clock.now() - MORNING) % DAY)));
afterEach(async () => {
  await server.send('DELETE', PATH);
  await bed.reset();
});
afterAll(async () => {
  await server.app.close();
  await bed.close();
});

describe('an outbound schedule', () => {
  it('loads and starts its campaign groups, stops and unloads them', async () => {
    await put(schedule({ dialMode: 'Preview', optimizeBy: 'WaitTime', optimizeGoal: 30 }));
    expect(await status()).toBe('NotLoaded');
    await advance(1);
    expect(await bed.campaigns.status({ name: 'Sales@Agents' })).toMatchObject({
      status: 'Running',
      settings: { dialMode: 'Preview', optimizeBy: 'WaitTime', optimizeGoal: 30 },
    });
    expect(await states()).toMatchObject([
      { name: 'Day', items: [{ campaignGroup: 'Sales@Agents', phase: 'running' }] },
    ]);
    await advance(2);
    expect(await status()).toBe('NotLoaded');
    expect(await states()).toMatchObject([{ items: [{ phase: 'done', reason: 'stopTime' }] }]);
    await advance(22);
    expect(await status()).toBe('Running');
  });

  it('is named in what clients hear of it', async () => {
    await put(schedule({}, { dbid: 5001 }));
    const client = await Client.open(`${bed.url}/commdn/CommDN_1`, 'desk', 's3cret');
    await advance(1);
    const heard = await client.take(2);
    expect(heard.map((message) => [message.GSW_CM_MessageType, message.GSW_CM_AttrScheduleScriptID])).toEqual([
      [19, 5001],
      [21, 5001],
    ]);
    await client.close();
  });

  it('stops an item at its number of dials', async () => {
    await put(schedule({ stopAtDials: 2 }));
    await advance(1);
    for (const wanted of ['Running', 'NotLoaded']) {
      await bed.database.transaction((tx) => bed.dialing.happened(tx, dial()));
      await bed.activity.idle();
      expect(await status()).toBe(wanted);
    }
    expect(await states()).toMatchObject([{ items: [{ phase: 'done', reason: 'stopAtDials' }] }]);
  });

  it('leaves alone what a person stops, for that day', async () => {
    await put(schedule());
    await advance(1);
    await bed.campaigns.unload({ name: 'Sales@Agents' });
    await advance(1);
    expect(await status()).toBe('NotLoaded');
  });

  it('starts what a person has loaded', async () => {
    await put(schedule());
    await bed.campaigns.load({ name: 'Sales@Agents' });
    await advance(1);
    expect(await status()).toBe('Running');
    await advance(2);
    expect(await status()).toBe('NotLoaded');
  });

  it('waits for a campaign group that is still being unloaded', async () => {
    await put(schedule());
    await bed.campaigns.load({ name: 'Sales@Agents' });
    bed.dialing.left = 1;
    await bed.campaigns.unload({ name: 'Sales@Agents' });
    await advance(1);
    expect(await status()).toBe('WaitingUnload');
    await bed.database.transaction((tx) => bed.dialing.drained(tx, 601));
    bed.dialing.left = 0;
    await bed.clock.advance(1000);
    await bed.activity.idle();
    expect(await status()).toBe('Running');
  });

  it('says why an item could not be started', async () => {
    await put(schedule({ campaign: 'Empty' }));
    await advance(1);
    expect(await states()).toMatchObject([{ items: [{ phase: 'done', reason: expect.stringContaining('Wrong') }] }]);
  });

  it('leaves campaign groups alone that are for manual operation', async () => {
    const group = '/campaign-groups/Sales@Agents';
    const { body } = await server.send('GET', group);
    await server.send('PUT', group, { ...(body as object), operationMode: 'Manual' }); // an object by the schema
    await put(schedule());
    await advance(1);
    expect(await status()).toBe('NotLoaded');
    expect(await states()).toMatchObject([{ items: [{ reason: 'operationMode is Manual' }] }]);
  });

  it.each([
    ['is deleted', () => server.send('DELETE', PATH)],
    ['is switched off', () => server.send('PUT', PATH, schedule({}, { enabled: false }))],
  ])('ends what it runs when it %s', async (_name, end) => {
    await put(schedule());
    await advance(1);
    expect(await status()).toBe('Running');
    await end();
    await bed.activity.idle();
    expect(await status()).toBe('NotLoaded');
    expect(await states()).toEqual([]);
  });

  it('goes on after a restart', async () => {
    await put(schedule());
    await advance(1);
    await bed.campaigns.schedules.stop();
    await advance(3);
    expect(await status()).toBe('Running');
    const node = await bed.anotherNode();
    expect(await status()).toBe('NotLoaded');
    await node.stop();
    await bed.campaigns.schedules.start();
  });
});

describe('a schedule that makes no sense is refused', () => {
  it.each([
    ['no days', { recurrence: 'Weekly' }, '/weekdays'],
    ['days that it has no use for', { weekdays: ['Mon'] }, '/weekdays'],
    ['a day that there is not', { recurrence: 'Once', date: '2026-02-30' }, '/date'],
    ['an end before the beginning', { from: '2026-02-02', until: '2026-02-01' }, '/until'],
    ['a zone that there is not', { timeZone: 'Mars/Olympus' }, '/timeZone'],
    ['no items', { items: [] }, '/items'],
    [
      'a stop before the start',
      { startTime: '12:00', items: [{ campaign: 'Sales', group: 'Agents', stopTime: '11:00' }] },
      '/items/0/stopTime',
    ],
    [
      'an item before the schedule',
      { startTime: '12:00', items: [{ campaign: 'Sales', group: 'Agents', startTime: '11:00' }] },
      '/items/0/startTime',
    ],
    [
      'a group twice',
      { items: [1, 2].map(() => ({ campaign: 'Sales', group: 'Agents' })), startTime: '08:00' },
      '/items/1',
    ],
  ])('%s', async (_name, more, pointer) => {
    const { status: answered, body } = await server.send('PUT', PATH, { ...schedule(), ...more });
    expect(answered).toBe(422);
    expect(JSON.stringify(body)).toContain(pointer);
  });
});
