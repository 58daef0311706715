import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../kernel/index.js';
import type { DialingEvent } from '../../outbound/index.js';
import { type CampaignBed, Client, campaignBed } from '../outbound/testing.js';

let bed: CampaignBed;
let client: Client;

const SEQUENCE = {
  GSW_CM_AttrOriginAppID: 300,
  GSW_CM_AttrTargetAppID: 150,
  GSW_CM_AttrCampaignID: 0,
  GSW_CM_AttrGroupID: 732,
};
const request = (type: number, more: JsonObject = {}) => ({ GSW_CM_MessageType: type, ...SEQUENCE, ...more });
const item = (campaignDBID: number, more: JsonObject = {}) => ({
  campaignDBID,
  dialMode: 2,
  optMethod: 1,
  optMethodValue: 80,
  sleepBeforeNextStart: 0,
  ...more,
});
const schedule = (items: JsonObject[], more: JsonObject = {}): JsonObject => ({
  Description: 'night',
  nItems: items.length,
  ...more,
  ...Object.fromEntries(items.map((one, index) => [`scheduleItem-${index + 1}`, one])),
});
const load = (items: JsonObject[], more: JsonObject = {}) =>
  request(7, { GSW_CM_AttrProperties: { campaign_schedule: schedule(items, more) } });

/** `19/101` is a message about campaign 101, `24/0` one about the sequence. */
function short(message: JsonObject): string {
  const target = message.GSW_CM_AttrTargetAppID === 0 ? '' : '!';
  return `${message.GSW_CM_MessageType}/${message.GSW_CM_AttrCampaignID}${target}`;
}

/** What is heard until a message of this kind. */
async function until(last: string): Promise<string[]> {
  const heard: string[] = [];
  while (heard.at(-1) !== last) heard.push(short(await client.next()));
  return heard;
}

function event(type: 'dial' | 'contact', group: number): DialingEvent {
  const record = { list: 'L1', recordId: 1, chainId: 1, chainN: 1, handle: 1 };
  return { type, at: bed.clock.now(), group, campaign: 'Sales', ...record, attempt: 'a', phone: '1' };
}

async function happen(type: 'dial' | 'contact', group: number, times: number): Promise<void> {
  for (let index = 0; index < times; index += 1) {
    await bed.database.transaction((tx) => bed.dialing.happened(tx, event(type, group)));
  }
}

beforeAll(async () => {
  bed = await campaignBed();
});
afterAll(() => bed.close());
beforeEach(async () => {
  client = await Client.open(`${bed.url}/commdn/CommDN_1`, 'desk', 's3cret');
});
afterEach(async () => {
  await client.close();
  await bed.reset();
});

describe('a sequence over a CommDN', () => {
  it('is loaded, started, run to its end, and gone', async () => {
    const items = [item(101, { stopAtDials: 2 }), item(103, { stopAtContacts: 1, sleepBeforeNextStart: 5 })];
    const loaded = await client.ask(load(items));
    expect(loaded).toEqual({
      GSW_CM_MessageType: 19,
      GSW_CM_AttrOriginAppID: 150,
      GSW_CM_AttrTargetAppID: 300,
      GSW_CM_AttrCampaignID: 0,
      GSW_CM_AttrGroupID: 732,
      GSW_CM_AttrProperties: {
        campaign_schedule: schedule(items.map((one) => ({ ...one, status: 0 }))),
      },
      GSW_CM_AttrError: 0,
    });
    client.send(request(9));
    expect(await until('21/0!')).toEqual(['19/101', '21/101', '24/0', '21/0!']);
    await happen('dial', 601, 1);
    await happen('contact', 601, 5);
    await happen('dial', 601, 1);
    expect(await until('20/101')).toEqual(['22/101', '20/101']);
    await bed.clock.advance(4 * 60_000);
    expect(await client.ask(request(12))).toMatchObject({
      GSW_CM_AttrProperties: {
        campaign_schedule: { 'scheduleItem-1': { status: 0 }, 'scheduleItem-2': { status: 0 } },
      },
    });
    await bed.clock.advance(60_000);
    expect(await until('24/0')).toEqual(['19/103', '21/103', '24/0']);
    // D4 of the acceptance table.
    const status = await client.ask(request(12));
    expect(status).toEqual({
      GSW_CM_MessageType: 24,
      GSW_CM_AttrOriginAppID: 150,
      GSW_CM_AttrTargetAppID: 300,
      GSW_CM_AttrCampaignID: 0,
      GSW_CM_AttrGroupID: 732,
      GSW_CM_AttrProperties: {
        campaign_schedule: schedule([
          { ...items[0], status: 0 },
          { ...items[1], status: 5 },
        ]),
      },
      GSW_CM_AttrError: 0,
    });
    await happen('contact', 603, 1);
    expect(await until('20/0')).toEqual(['22/103', '20/103', '20/0']);
    expect(await client.ask(request(12))).toMatchObject({ GSW_CM_MessageType: 27, GSW_CM_AttrError: 13 });
  });

  it('waits for its start time and stops items at their time', async () => {
    const start = Math.floor(bed.clock.now() / 1000) + 600;
    await client.ask(load([item(101, { stopAtTime: start + 600 })], { startTime: start }));
    expect(short(await client.ask(request(9)))).toBe('21/0!');
    await bed.clock.advance(599_000);
    expect(bed.dialing.orders).toEqual([]);
    await bed.clock.advance(1_000);
    expect(await until('24/0')).toEqual(['19/101', '21/101', '24/0']);
    await bed.clock.advance(600_000);
    expect(await until('20/0')).toEqual(['22/101', '20/101', '20/0']);
  });

  it('goes to the next item when the lists are depleted', async () => {
    await client.ask(load([item(101), item(103)]));
    client.send(request(9));
    await until('21/0!');
    await bed.database.transaction((tx) => bed.dialing.depleted(tx, 601));
    expect(await until('24/0')).toEqual(['22/101', '20/101', '19/103', '21/103', '24/0']);
  });

  const malformed: [string, JsonObject][] = [
    ['no items', schedule([])],
    ['an item that is missing', schedule([item(101)], { nItems: 2 })],
    ['an unknown campaign', schedule([item(999)])],
    ['an unpaired campaign', schedule([item(102)])],
    ['an unknown mode', schedule([item(101, { dialMode: 77 })])],
    ['an unknown method', schedule([item(101, { optMethod: 5 })])],
    ['a goal above 100 %', schedule([item(101, { optMethodValue: 101 })])],
    ['a campaign whose number nobody can have', schedule([item(1e12)])],
    ['a count beyond 32 bits', schedule([item(101, { stopAtDials: 1e12 })])],
    ['a start that no calendar has', schedule([item(101)], { startTime: 1e15 })],
    ['a stop before the start', schedule([item(101, { stopAtTime: 1 })], { startTime: 1_767_225_600 })],
    ['a count that is no number', schedule([item(101, { stopAtDials: 'many' })])],
    ['a count below zero', schedule([item(101, { stopAtContacts: -1 })])],
    ['an item that is no list', { Description: 'x', nItems: 1, 'scheduleItem-1': 5 }],
    ['no number of items', { Description: 'x', 'scheduleItem-1': item(101) }],
  ];
  it.each(malformed)('is refused (12) with %s', async (_name, campaign_schedule) => {
    const answer = await client.ask(request(7, { GSW_CM_AttrProperties: { campaign_schedule } }));
    expect(answer).toMatchObject({
      GSW_CM_MessageType: 27,
      GSW_CM_AttrError: 12,
      GSW_CM_AttrErrorMessage: 'Invalid campaign schedule',
    });
  });

  it('is refused with the documented codes in the wrong order', async () => {
    for (const type of [8, 9, 10, 12, 29]) {
      expect(await client.ask(request(type))).toMatchObject({ GSW_CM_AttrError: 13 });
    }
    expect(await client.ask(request(11, { GSW_CM_AttrDialMode: 1 }))).toMatchObject({ GSW_CM_AttrError: 13 });
    await client.ask(load([item(101)]));
    expect(await client.ask(load([item(101)]))).toMatchObject({ GSW_CM_AttrError: 5 });
    expect(await client.ask(request(10))).toMatchObject({ GSW_CM_AttrError: 6 });
    expect(await client.ask(request(11, { GSW_CM_AttrDialMode: 1 }))).toMatchObject({ GSW_CM_AttrError: 6 });
    client.send(request(9));
    await until('21/0!');
    expect(await client.ask(request(9))).toMatchObject({ GSW_CM_AttrError: 7 });
    expect(await client.ask(request(9, { GSW_CM_AttrGroupID: 888 }))).toMatchObject({ GSW_CM_AttrError: 8 });
    expect(await client.ask(request(11, { GSW_CM_AttrDialMode: 3 }))).toMatchObject({ GSW_CM_AttrError: 14 });
    expect(await client.ask(request(11, { GSW_CM_AttrDialMode: 6 }))).toMatchObject({ GSW_CM_AttrError: 14 });
    expect(await client.ask(request(11))).toMatchObject({ GSW_CM_AttrError: 10 });
  });

  it('is refused (15) with a mode that is not licensed', async () => {
    expect(await client.ask(load([item(101, { dialMode: 4 })]))).toMatchObject({ GSW_CM_AttrError: 15 });
    expect(await client.ask(request(12))).toMatchObject({ GSW_CM_AttrError: 13 });
  });

  it('changes the mode of the item that dials', async () => {
    await client.ask(load([item(101)]));
    client.send(request(9));
    await until('21/0!');
    client.send(request(11, { GSW_CM_AttrDialMode: 1 }));
    expect((await client.take(2)).map(short).sort()).toEqual(['23/0!', '24/101']);
    expect(bed.dialing.settings?.dialMode).toBe('Predictive');
  });

  it('keeps its campaigns from others (F5), but not from force', async () => {
    await client.ask(load([item(101)]));
    client.send(request(9));
    await until('21/0!');
    for (const type of [7, 8, 9, 10]) {
      expect(await client.ask(request(type, { GSW_CM_AttrCampaignID: 101 }))).toMatchObject({
        GSW_CM_AttrError: 17,
        GSW_CM_AttrErrorMessage: 'Campaign is part of a sequence',
      });
    }
    client.send(request(29, { GSW_CM_AttrCampaignID: 101 }));
    expect(await until('20/101!')).toEqual(['20/0', '20/101!']);
    expect(await client.ask(request(12))).toMatchObject({ GSW_CM_AttrError: 13 });
  });

  it('is stopped and goes on', async () => {
    await client.ask(load([item(101)]));
    client.send(request(9));
    await until('21/0!');
    client.send(request(10));
    expect(await until('22/0!')).toEqual(['22/101', '22/0!']);
    client.send(request(9));
    expect(await until('21/0!')).toEqual(['21/101', '21/0!']);
  });

  it('is unloaded when its last campaign is', async () => {
    await client.ask(load([item(101)]));
    client.send(request(9));
    await until('21/0!');
    bed.dialing.left = 1;
    client.send(request(8));
    expect(await until('24/101')).toEqual(['22/101', '24/101']);
    await bed.database.transaction((tx) => bed.dialing.drained(tx, 601));
    expect(await until('20/0!')).toEqual(['24/101', '20/101', '20/0!']);
  });

  it('is unloaded by force at once', async () => {
    await client.ask(load([item(101)]));
    client.send(request(9));
    await until('21/0!');
    client.send(request(29));
    expect(await until('20/0!')).toEqual(['20/101', '20/0!']);
  });

  it('passes over a campaign that somebody else has loaded', async () => {
    await client.ask(request(7, { GSW_CM_AttrCampaignID: 101 }));
    await client.ask(load([item(101), item(103)]));
    client.send(request(9));
    expect(await until('21/0!')).toEqual(['19/103', '21/103', '24/0', '21/0!']);
  });
});
