import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../kernel/index.js';
import { type CampaignBed, Client, campaignBed } from '../outbound/testing.js';

/** The acceptance table of the specification (outbound.md 10), literally; A1 and so on are its rows. */
let bed: CampaignBed;
let client: Client;
let other: Client;

const ADDRESSES = { GSW_CM_AttrOriginAppID: 300, GSW_CM_AttrTargetAppID: 150 };
const PAIR = { GSW_CM_AttrCampaignID: 101, GSW_CM_AttrGroupID: 732 };

const A1 = {
  GSW_CM_MessageType: 7,
  ...ADDRESSES,
  ...PAIR,
  GSW_CM_AttrDialMode: 2,
  GSW_CM_AttrOptimizeBy: 1,
  GSW_CM_AttrOptimizeGoal: 80,
};
const B1 = {
  GSW_CM_MessageType: 9,
  ...ADDRESSES,
  ...PAIR,
  GSW_CM_AttrDialMode: 1,
  GSW_CM_AttrOptimizeBy: 2,
  GSW_CM_AttrOptimizeGoal: 3,
  GSW_AUTO_COMPLETION: 1,
};
const C1 = { GSW_CM_MessageType: 11, ...ADDRESSES, ...PAIR, GSW_CM_AttrDialMode: 2 };
const D1 = { GSW_CM_MessageType: 12, ...ADDRESSES, ...PAIR };
const E1 = { GSW_CM_MessageType: 10, ...ADDRESSES, ...PAIR };
const F1 = { GSW_CM_MessageType: 8, ...ADDRESSES, ...PAIR };
const F4 = { GSW_CM_MessageType: 29, ...ADDRESSES, ...PAIR };

/** An answer about the pair, with all its keys. */
function answer(
  type: number,
  mode: readonly [number, number, number],
  status: number,
  more: JsonObject = {},
): JsonObject {
  return {
    GSW_CM_MessageType: type,
    GSW_CM_AttrOriginAppID: 150,
    GSW_CM_AttrTargetAppID: 300,
    ...PAIR,
    GSW_CM_AttrDialMode: mode[0],
    GSW_CM_AttrOptimizeBy: mode[1],
    GSW_CM_AttrOptimizeGoal: mode[2],
    GSW_CM_AttrGroupCampStatus: status,
    ...more,
    GSW_CM_AttrError: 0,
  };
}

/** What everybody else hears of it. */
function notice(type: number, mode: readonly [number, number, number], status: number): JsonObject {
  return { ...answer(type, mode, status), GSW_CM_AttrTargetAppID: 0 };
}

function refusal(error: number, text: string, echo: JsonObject = PAIR): JsonObject {
  return {
    GSW_CM_MessageType: 27,
    GSW_CM_AttrOriginAppID: 150,
    GSW_CM_AttrTargetAppID: 300,
    ...echo,
    GSW_CM_AttrError: error,
    GSW_CM_AttrErrorMessage: text,
  };
}

/** Sends a message that is to be met with silence: the answer to a status request after it is the next thing heard. */
async function expectSilence(message: unknown): Promise<void> {
  client.send(message);
  expect(await client.ask({ ...D1, GSW_CM_AttrReferenceID: 77 })).toMatchObject({
    GSW_CM_MessageType: 24,
    GSW_CM_AttrReferenceID: 77,
  });
}

async function without(object: JsonObject, key: string): Promise<JsonObject> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

const LOADED = [2, 1, 80] as const;
const STARTED = [1, 2, 3] as const;

beforeAll(async () => {
  bed = await campaignBed();
});
afterAll(() => bed.close());
beforeEach(async () => {
  client = await Client.open(`${bed.url}/commdn/CommDN_1`, 'desk', 's3cret');
  other = await Client.open(`${bed.url}/commdn/CommDN_1`, 'server', 's3cret');
});
afterEach(async () => {
  await Promise.all([client.close(), other.close()]);
  await bed.reset();
});

describe('A: load', () => {
  it('A1 answers 19 with all keys, and everybody else hears it', async () => {
    expect(await client.ask(A1)).toEqual(answer(19, LOADED, 4));
    expect(await other.next()).toEqual(notice(19, LOADED, 4));
  });

  it("A1' without mode keys answers the configured values", async () => {
    expect(await client.ask({ GSW_CM_MessageType: 7, ...ADDRESSES, ...PAIR })).toEqual(answer(19, [2, 1, 70], 4));
  });

  it('A2 refuses to load again', async () => {
    await client.ask(A1);
    expect(await client.ask(A1)).toEqual(refusal(5, 'Campaign already loaded'));
  });

  const refused: [string, JsonObject, number, string][] = [
    ['A3 an unknown campaign', { GSW_CM_AttrCampaignID: 999 }, 3, 'Campaign not found'],
    ['A4 an unknown group', { GSW_CM_AttrGroupID: 888 }, 8, 'Group not found'],
    ['A5 an unpaired campaign', { GSW_CM_AttrCampaignID: 102 }, 9, 'Campaign is not configured for the group'],
    ['A6 dial mode 77', { GSW_CM_AttrDialMode: 77 }, 10, 'Invalid parameter: GSW_CM_AttrDialMode'],
    ['A9 a mode without licence', { GSW_CM_AttrDialMode: 5 }, 15, 'License violation'],
    ['Power, which is not served', { GSW_CM_AttrDialMode: 6 }, 11, 'Invalid campaign mode'],
    [
      'a campaign whose number nobody can have',
      { GSW_CM_AttrCampaignID: 1e12 },
      10,
      'Invalid parameter: GSW_CM_AttrCampaignID',
    ],
    ['MaximumGain', { GSW_CM_AttrOptimizeBy: 5 }, 10, 'Invalid parameter: GSW_CM_AttrOptimizeBy'],
    ['a goal above 100 %', { GSW_CM_AttrOptimizeGoal: 101 }, 10, 'Invalid parameter: GSW_CM_AttrOptimizeGoal'],
    ['auto completion 2', { GSW_AUTO_COMPLETION: 2 }, 10, 'Invalid parameter: GSW_AUTO_COMPLETION'],
    ['a campaign without lists', { GSW_CM_AttrCampaignID: 104 }, 16, 'Wrong configuration: no active calling list'],
    [
      'GVP without an IVR',
      { GSW_CM_AttrDialMode: 9 },
      16,
      'Wrong configuration: ProgressiveGVP needs origDN or trunkGroupDN',
    ],
    [
      'GVP at a DN without an application',
      { GSW_CM_AttrCampaignID: 103, GSW_CM_AttrDialMode: 11 },
      16,
      'Wrong configuration: PowerGVP needs an application at DN 8000',
    ],
    [
      'push preview without a queue',
      { GSW_CM_AttrDialMode: 8 },
      16,
      'Wrong configuration: PushPreview needs interactionQueue',
    ],
  ];
  it.each(refused)('%s', async (_name, change, error, text) => {
    const request = { ...A1, ...change };
    const echo = {
      GSW_CM_AttrCampaignID: request.GSW_CM_AttrCampaignID,
      GSW_CM_AttrGroupID: request.GSW_CM_AttrGroupID,
    };
    expect(await client.ask(request)).toEqual(refusal(error, text, echo));
    expect(bed.dialing.orders).toEqual([]);
  });

  it('loads in a GVP mode when an application takes the calls of the DN', async () => {
    const options = { application: 'hello' };
    await bed.configuration.patch('dns', '8000', { options });
    const load = { ...A1, GSW_CM_AttrCampaignID: 103, GSW_CM_AttrDialMode: 11 };
    expect(await client.ask(load)).toMatchObject({ GSW_CM_MessageType: 19, GSW_CM_AttrGroupCampStatus: 4 });
  });

  it('A7 without a group', async () => {
    expect(await client.ask(await without(A1, 'GSW_CM_AttrGroupID'))).toEqual(
      refusal(10, 'Invalid parameter: GSW_CM_AttrGroupID', { GSW_CM_AttrCampaignID: 101 }),
    );
  });

  it('A8 CampaignID 0 without a schedule', async () => {
    expect(await client.ask({ ...A1, GSW_CM_AttrCampaignID: 0 })).toEqual(
      refusal(12, 'Invalid campaign schedule', { GSW_CM_AttrCampaignID: 0, GSW_CM_AttrGroupID: 732 }),
    );
  });

  it('A10 an application that is not connected meets silence, whatever it calls itself', async () => {
    const stranger = await Client.open(`${bed.url}/commdn/CommDN_1`, 'stranger', 's3cret');
    stranger.send({ ...A1, GSW_CM_AttrOriginAppID: 301 });
    stranger.send(A1);
    stranger.send('{');
    await stranger.close();
    await bed.activity.idle();
    expect(await bed.campaigns.loaded()).toEqual([]);
    await expectSilence({ ...A1, GSW_CM_AttrOriginAppID: 301 });
  });

  it.each([
    ['A11 another receiver', { ...A1, GSW_CM_AttrTargetAppID: 151 }],
    ['A12 every receiver, with type 7', { ...A1, GSW_CM_AttrTargetAppID: 0 }],
    ['A14 a message of the server', { ...A1, GSW_CM_MessageType: 19 }],
    ['no sender', { GSW_CM_MessageType: 7, GSW_CM_AttrTargetAppID: 150, ...PAIR }],
    ['no receiver', { GSW_CM_MessageType: 7, GSW_CM_AttrOriginAppID: 300, ...PAIR }],
    ['a sender that is no number', { ...A1, GSW_CM_AttrOriginAppID: 'desk' }],
    ...[0, 1, 2, 3, 4, 5, 6, 13, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 33].map(
      (type): [string, JsonObject] => [`type ${type}`, { ...A1, GSW_CM_MessageType: type }],
    ),
  ])('%s meets silence', async (_name, message) => {
    await expectSilence(message);
    expect(bed.dialing.orders).toEqual([]);
  });

  it.each([
    ['A13 type 99', { ...A1, GSW_CM_MessageType: 99 }],
    ['type 34, which ends the list', { ...A1, GSW_CM_MessageType: 34 }],
    ['type 35', { ...A1, GSW_CM_MessageType: 35 }],
    ['a type that is no number', { ...A1, GSW_CM_MessageType: 'load' }],
    ['no type', { ...ADDRESSES, ...PAIR }],
  ])('%s', async (_name, message) => {
    expect(await client.ask(message)).toEqual(refusal(10, 'Invalid parameter: GSW_CM_MessageType'));
  });

  it.each(['not JSON', '7', '[]', '[1]', '"text"', 'null', '{"a":', ''])(
    'answers the frame %j with CM_EvError',
    async (frame) => {
      expect(await client.ask(frame)).toEqual(refusal(10, 'Invalid parameter', {}));
      expect(await client.ask(D1)).toMatchObject({ GSW_CM_MessageType: 24 });
    },
  );

  it('takes keys in any case, integers as digits, and typed triples', async () => {
    const triples = Object.entries(A1).map(([key, value]) => ({
      key: key.toLowerCase(),
      type: 'int',
      value: String(value),
    }));
    expect(await client.ask(triples)).toEqual(answer(19, LOADED, 4));
  });
});

describe('B: start', () => {
  it('B1 answers 21', async () => {
    await client.ask(A1);
    expect(await client.ask(B1)).toEqual(answer(21, STARTED, 5));
    expect(bed.dialing.settings).toMatchObject({ dialMode: 'Predictive', optimizeGoal: 3, autoCompletion: true });
    expect(await other.take(2)).toEqual([notice(19, LOADED, 4), notice(21, STARTED, 5)]);
  });

  it('without parameters dials as Load has set', async () => {
    await client.ask(A1);
    expect(await client.ask({ GSW_CM_MessageType: 9, ...ADDRESSES, ...PAIR })).toEqual(answer(21, LOADED, 5));
  });

  it('B2 refuses to start again', async () => {
    await client.ask(A1);
    await client.ask(B1);
    expect(await client.ask(B1)).toEqual(refusal(7, 'Campaign already started'));
  });

  it('B3 refuses what is not loaded', async () => {
    expect(await client.ask(B1)).toEqual(refusal(4, 'Campaign not loaded'));
  });

  it('B4 refuses a goal of 150 %', async () => {
    await client.ask(A1);
    expect(await client.ask({ ...B1, GSW_CM_AttrOptimizeBy: 1, GSW_CM_AttrOptimizeGoal: 150 })).toEqual(
      refusal(10, 'Invalid parameter: GSW_CM_AttrOptimizeGoal'),
    );
    expect(await client.ask({ ...E1, GSW_CM_MessageType: 9, GSW_CM_AttrOptimizeGoal: 150 })).toEqual(
      refusal(10, 'Invalid parameter: GSW_CM_AttrOptimizeGoal'),
    );
  });
});

describe('C: set dialing mode', () => {
  beforeEach(async () => {
    await client.ask(A1);
    await client.ask(B1);
    await other.take(2);
  });

  it('C1 answers 23, and a status with the new mode goes to everybody', async () => {
    expect(await client.ask(C1)).toEqual(answer(23, [2, 2, 3], 5));
    expect(await client.next()).toEqual(notice(24, [2, 2, 3], 5));
    expect(await other.next()).toEqual(notice(24, [2, 2, 3], 5));
  });

  it('C2 refuses a mode that cannot follow while running', async () => {
    expect(await client.ask({ ...C1, GSW_CM_AttrDialMode: 3 })).toEqual(refusal(11, 'Invalid campaign mode'));
  });

  it('C3 refuses when not started', async () => {
    await client.ask(E1);
    expect(await client.ask(C1)).toEqual(refusal(6, 'Campaign not started'));
  });

  it('C4 refuses when there is nothing to change', async () => {
    expect(await client.ask(await without(C1, 'GSW_CM_AttrDialMode'))).toEqual(refusal(10, 'Invalid parameter'));
    expect(await client.ask({ ...C1, GSW_CM_AttrDialMode: 0 })).toEqual(refusal(10, 'Invalid parameter'));
  });

  it('C5 sets dialing priorities and repeats them', async () => {
    const properties = {
      dialing_priority: {
        General: { priority: 1, n_records: 10 },
        CampaignRescheduled: { priority: 2, n_records: 5 },
        CampaignCallBack: { priority: 3, n_records: 5 },
      },
    };
    const request = { ...(await without(C1, 'GSW_CM_AttrDialMode')), GSW_CM_AttrProperties: properties };
    expect(await client.ask(request)).toEqual(answer(23, STARTED, 5, { GSW_CM_AttrProperties: properties }));
    expect(bed.dialing.settings?.priorities.CampaignRescheduled).toEqual({ priority: 2, nRecords: 5 });
  });

  it.each([
    [{ General: { priority: -1 } }],
    [{ General: { n_records: 3 } }],
    [{ General: 3 }],
    [5],
    [{ CampaignCallBack: { priority: 1, n_records: 'x' } }],
  ])('refuses the priorities %j', async (priority) => {
    const request = {
      ...(await without(C1, 'GSW_CM_AttrDialMode')),
      GSW_CM_AttrProperties: { dialing_priority: priority },
    };
    expect(await client.ask(request)).toMatchObject({ GSW_CM_MessageType: 27, GSW_CM_AttrError: 10 });
  });

  it('aims at the default of a new method that comes without a goal', async () => {
    const request = { ...(await without(C1, 'GSW_CM_AttrDialMode')), GSW_CM_AttrOptimizeBy: 3 };
    expect(await client.ask(request)).toEqual(answer(23, [1, 3, 10], 5));
  });
});

describe('D: status', () => {
  it('D1 answers 24', async () => {
    await client.ask(A1);
    await client.ask(B1);
    await client.ask(C1);
    await client.next();
    expect(await client.ask(D1)).toEqual(answer(24, [2, 2, 3], 5));
  });

  it('D2 of what is not loaded is 0 with the configured mode', async () => {
    expect(await client.ask(D1)).toEqual(answer(24, [2, 1, 70], 0));
  });

  it('D3 of a sequence that is not there', async () => {
    expect(await client.ask({ ...D1, GSW_CM_AttrCampaignID: 0 })).toEqual(
      refusal(13, 'Campaign schedule not found', { GSW_CM_AttrCampaignID: 0, GSW_CM_AttrGroupID: 732 }),
    );
  });

  it('takes the number of the campaign group instead', async () => {
    expect(await client.ask({ GSW_CM_MessageType: 12, ...ADDRESSES, GSW_CM_AttrSessionID: 601 })).toEqual(
      answer(24, [2, 1, 70], 0),
    );
  });

  it.each([5, 'r-5'])('repeats the reference %j of the request', async (reference) => {
    expect(await client.ask({ ...D1, GSW_CM_AttrReferenceID: reference })).toEqual(
      answer(24, [2, 1, 70], 0, { GSW_CM_AttrReferenceID: reference }),
    );
  });
});

describe('E: stop', () => {
  it('E1 answers 22', async () => {
    await client.ask(A1);
    await client.ask(B1);
    expect(await client.ask(E1)).toEqual(answer(22, STARTED, 4));
  });

  it('E2 refuses when not started', async () => {
    await client.ask(A1);
    expect(await client.ask(E1)).toEqual(refusal(6, 'Campaign not started'));
  });

  it('E3 refuses when not loaded', async () => {
    expect(await client.ask(E1)).toEqual(refusal(4, 'Campaign not loaded'));
  });
});

describe('F: unload', () => {
  it('F1 answers 20 at once when nothing is outstanding', async () => {
    await client.ask(A1);
    expect(await client.ask(F1)).toEqual(answer(20, LOADED, 0));
    expect(await other.take(2)).toEqual([notice(19, LOADED, 4), notice(20, LOADED, 0)]);
  });

  it('stops first when running', async () => {
    await client.ask(A1);
    await client.ask(B1);
    client.send(F1);
    expect(await client.take(2)).toEqual([notice(22, STARTED, 4), answer(20, STARTED, 0)]);
  });

  it('F2 waits for the record on a desktop, and says so', async () => {
    await client.ask(A1);
    bed.dialing.left = 1;
    client.send(F1);
    expect(await client.next()).toEqual(notice(24, LOADED, 1));
    expect(await client.ask(B1)).toEqual(refusal(4, 'Campaign not loaded'));
    await bed.database.transaction((tx) => bed.dialing.drained(tx, 601));
    expect(await client.take(2)).toEqual([notice(24, LOADED, 2), answer(20, LOADED, 0)]);
    expect(await other.take(4)).toEqual([
      notice(19, LOADED, 4),
      notice(24, LOADED, 1),
      notice(24, LOADED, 2),
      notice(20, LOADED, 0),
    ]);
  });

  it('is asked for with 36: what is held is dealt with first, and nothing more is taken', async () => {
    const complete = { ...F1, GSW_CM_MessageType: 36 };
    expect(await client.ask(complete)).toEqual(refusal(4, 'Campaign not loaded'));
    await client.ask(A1);
    await client.ask(B1);
    client.send(complete);
    expect(await client.ask(D1)).toEqual(answer(24, STARTED, 5));
    expect(bed.dialing.settings).toMatchObject({ completing: true });
    await bed.database.transaction((tx) => bed.dialing.depleted(tx, 601));
    expect(await client.take(2)).toEqual([notice(22, STARTED, 4), answer(20, STARTED, 0)]);
    await client.ask(A1);
    expect(await client.ask(complete)).toEqual(answer(20, LOADED, 0));
  });

  it('F3 refuses what is not loaded', async () => {
    expect(await client.ask(F1)).toEqual(refusal(4, 'Campaign not loaded'));
    expect(await client.ask(F4)).toEqual(refusal(4, 'Campaign not loaded'));
  });

  it('F4 unloads by force at once, and the unload that waited is answered too', async () => {
    await client.ask(A1);
    bed.dialing.left = 1;
    client.send(F1);
    await client.next();
    client.send(F4);
    expect(await client.take(2)).toEqual([answer(20, LOADED, 0), answer(20, LOADED, 0)]);
    expect(await client.ask(D1)).toMatchObject({ GSW_CM_AttrGroupCampStatus: 0 });
  });
});

describe('G: cancel record', () => {
  const G1 = {
    GSW_CM_MessageType: 30,
    GSW_CM_AttrOriginAppID: 300,
    GSW_CM_AttrTargetAppID: 0,
    GSW_CM_AttrProperties: { cancel_record: { GSW_PHONE: '5551234', GSW_CAMPAIGN_NAME: 'Sales' } },
  };
  const cancelled = (list: JsonObject) => ({
    GSW_CM_MessageType: 31,
    GSW_CM_AttrError: 0,
    GSW_CM_AttrOriginAppID: 150,
    GSW_CM_AttrTargetAppID: 300,
    GSW_CM_AttrProperties: { cancel_record: list },
  });
  const cancel = (list: JsonObject) => ({ ...G1, GSW_CM_AttrProperties: { cancel_record: list } });

  it('G1 answers 31', async () => {
    await client.ask(A1);
    expect(await client.ask(G1)).toEqual(
      cancelled({ GSW_PHONE: '5551234', GSW_CAMPAIGN_NAME: 'Sales', GSW_CHAIN_ATTR: 'AllChain' }),
    );
    expect(bed.dialing.cancelled).toEqual([[{ phone: '5551234' }, { scope: 'AllChain', campaign: 'Sales' }]]);
  });

  it('G2 says when records are on desktops', async () => {
    bed.dialing.onDesktopRecords = true;
    expect(await client.ask(cancel({ GSW_PHONE: '5551234' }))).toEqual(
      cancelled({
        GSW_PHONE: '5551234',
        GSW_CHAIN_ATTR: 'AllChain',
        GSW_MESSAGE: 'Incomplete processing: record(s) on desktop',
      }),
    );
  });

  it('G3 refuses a campaign that is not loaded, and one that is not known', async () => {
    for (const name of ['Sales', 'Nobody']) {
      const list = { GSW_PHONE: '5551234', GSW_CAMPAIGN_NAME: name };
      const echo = { GSW_CM_AttrProperties: { cancel_record: list } };
      expect(await client.ask(cancel(list))).toEqual(refusal(3, 'Campaign not found', echo));
    }
  });

  it.each([
    ['G4 neither phone nor customer', {}, 'GSW_PHONE'],
    ['an empty phone', { GSW_PHONE: ' ' }, 'GSW_PHONE'],
    ['G5 an unknown scope', { GSW_PHONE: '5551234', GSW_CHAIN_ATTR: 'Foo' }, 'GSW_CHAIN_ATTR'],
    ['a phone that is a list', { GSW_PHONE: { a: 1 } }, 'GSW_PHONE'],
  ])('%s', async (_name, list: JsonObject, key) => {
    const echo = { GSW_CM_AttrProperties: { cancel_record: list } };
    expect(await client.ask(cancel(list))).toEqual(refusal(10, `Invalid parameter: ${key}`, echo));
  });

  it('refuses a request without its list', async () => {
    expect(await client.ask({ GSW_CM_MessageType: 30, ...ADDRESSES })).toEqual(
      refusal(10, 'Invalid parameter: GSW_PHONE', {}),
    );
    expect(await client.ask({ GSW_CM_MessageType: 30, ...ADDRESSES, GSW_CM_AttrProperties: 'x' })).toEqual(
      refusal(10, 'Invalid parameter: GSW_CM_AttrProperties', {}),
    );
  });

  it('cancels by customer, one record only', async () => {
    expect(await client.ask(cancel({ GSW_CUSTOMER_ID: 'C-9', GSW_CHAIN_ATTR: 'RecordOnly' }))).toEqual(
      cancelled({ GSW_CUSTOMER_ID: 'C-9', GSW_CHAIN_ATTR: 'RecordOnly' }),
    );
    expect(bed.dialing.cancelled).toEqual([[{ customerId: 'C-9' }, { scope: 'RecordOnly' }]]);
  });
});

describe('H: do not call', () => {
  const request = (list: JsonObject, target = 150) => ({
    GSW_CM_MessageType: 32,
    GSW_CM_AttrOriginAppID: 300,
    GSW_CM_AttrTargetAppID: target,
    GSW_CM_AttrProperties: { do_not_call: list },
  });
  const processed = (list: JsonObject) => ({
    GSW_CM_MessageType: 33,
    GSW_CM_AttrError: 0,
    GSW_CM_AttrOriginAppID: 150,
    GSW_CM_AttrTargetAppID: 300,
    GSW_CM_AttrProperties: { do_not_call: list },
  });

  it('H1 takes both, phone and customer', async () => {
    const list = { GSW_PHONE: '5551234', GSW_CUSTOMER_ID: 'C-9' };
    expect(await client.ask(request(list))).toEqual(processed({ ...list, GSW_CHAIN_ATTR: 'AllChain' }));
    expect(bed.dialing.blocked).toEqual([
      [{ phone: '5551234' }, { scope: 'AllChain' }],
      [{ customerId: 'C-9' }, { scope: 'AllChain' }],
    ]);
  });

  it('H2 takes the customer alone', async () => {
    expect(await client.ask(request({ GSW_CUSTOMER_ID: 'C-9' }))).toEqual(
      processed({ GSW_CUSTOMER_ID: 'C-9', GSW_CHAIN_ATTR: 'AllChain' }),
    );
  });

  it('H3 refuses neither', async () => {
    const echo = { GSW_CM_AttrProperties: { do_not_call: {} } };
    expect(await client.ask(request({}))).toEqual(refusal(10, 'Invalid parameter: GSW_PHONE', echo));
  });

  it('H4 answers when every server is asked', async () => {
    expect(await client.ask(request({ GSW_PHONE: '5551234' }, 0))).toMatchObject({ GSW_CM_MessageType: 33 });
  });
});

describe('I: what happens by itself, and where', () => {
  it('I1 auto completion stops and unloads, and tells everybody', async () => {
    await client.ask(A1);
    await client.ask(B1);
    await bed.database.transaction((tx) => bed.dialing.depleted(tx, 601));
    expect(await client.take(2)).toEqual([notice(22, STARTED, 4), notice(20, STARTED, 0)]);
  });

  it('I1 not without being asked for', async () => {
    await client.ask(A1);
    await client.ask({ ...B1, GSW_AUTO_COMPLETION: 0 });
    await bed.database.transaction((tx) => bed.dialing.depleted(tx, 601));
    expect(await client.ask(D1)).toMatchObject({ GSW_CM_AttrGroupCampStatus: 5 });
  });

  it('auto completion may stand in the properties; what stands at the top wins', async () => {
    await client.ask({ ...A1, GSW_CM_AttrProperties: { GSW_AUTO_COMPLETION: 1 } });
    expect(bed.dialing.settings?.autoCompletion).toBe(true);
    await client.ask({
      ...E1,
      GSW_CM_MessageType: 9,
      GSW_AUTO_COMPLETION: 0,
      GSW_CM_AttrProperties: { GSW_AUTO_COMPLETION: 1 },
    });
    expect(bed.dialing.settings?.autoCompletion).toBe(false);
  });

  it('I2 gives no answer on a DN that is not in use, nor sends notifications there', async () => {
    const elsewhere = await Client.open(`${bed.url}/commdn/CommDN_2`, 'desk', 's3cret');
    elsewhere.send(A1);
    await client.ask(A1);
    await bed.configuration.patch('dns', 'CommDN_2', { options: { outbound_contact_server: 'true' } });
    expect(await elsewhere.ask(D1)).toMatchObject({ GSW_CM_MessageType: 24, GSW_CM_AttrGroupCampStatus: 4 });
    await elsewhere.close();
  });

  it('becomes inactive while its campaign is disabled, and goes on when it is back', async () => {
    await client.ask(A1);
    await client.ask(B1);
    await bed.configuration.patch('campaigns', 'Sales', { enabled: false });
    expect(await client.next()).toEqual(notice(24, STARTED, 3));
    await bed.configuration.patch('campaigns', 'Sales', { enabled: true });
    expect(await client.next()).toEqual(notice(24, STARTED, 5));
    expect(bed.dialing.orders).toEqual(['load 601', 'start 601', 'stop 601', 'start 601']);
  });

  it('refuses strangers, and DNs that are none', async () => {
    await expect(Client.open(`${bed.url}/commdn/CommDN_1`, 'desk', 'wrong')).rejects.toThrow('401');
    await expect(Client.open(`${bed.url}/commdn/CommDN_1`, 'nobody', 's3cret')).rejects.toThrow('401');
    await expect(Client.open(`${bed.url}/commdn/8000`, 'desk', 's3cret')).rejects.toThrow('404');
    await expect(Client.open(`${bed.url}/commdn/nowhere`, 'desk', 's3cret')).rejects.toThrow('404');
  });
});

describe('POST', () => {
  async function post(body: string, user = 'desk') {
    const authorization = `Basic ${Buffer.from(`${user}:s3cret`).toString('base64')}`;
    const headers = { authorization, 'content-type': 'application/json' };
    return bed.app.inject({ method: 'POST', url: '/commdn/CommDN_1', headers, payload: body });
  }

  it('answers 200 with the answer, and everybody hears of it', async () => {
    const reply = await post(JSON.stringify(A1));
    expect([reply.statusCode, reply.json()]).toEqual([200, answer(19, LOADED, 4)]);
    expect(await client.next()).toEqual(notice(19, LOADED, 4));
  });

  it('answers 204 where the original is silent', async () => {
    expect((await post(JSON.stringify({ ...A1, GSW_CM_AttrTargetAppID: 151 }))).statusCode).toBe(204);
    expect((await post(JSON.stringify(A1), 'stranger')).statusCode).toBe(204);
  });

  it.each(['', '{', '[]'])('answers the body %j with CM_EvError', async (body) => {
    const reply = await post(body);
    expect([reply.statusCode, reply.json()]).toEqual([200, refusal(10, 'Invalid parameter', {})]);
  });

  it('answers an unload when it is done', async () => {
    await client.ask(A1);
    bed.dialing.left = 1;
    const reply = post(JSON.stringify(F1));
    expect(await client.next()).toEqual(notice(24, LOADED, 1));
    await bed.database.transaction((tx) => bed.dialing.drained(tx, 601));
    expect((await reply).json()).toEqual(answer(20, LOADED, 0));
  });

  it('refuses strangers', async () => {
    const reply = await bed.app.inject({ method: 'POST', url: '/commdn/CommDN_1', payload: '{}' });
    expect(reply.statusCode).toBe(401);
  });
});
