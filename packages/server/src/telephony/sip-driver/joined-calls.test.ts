import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../../kernel/index.js';
import { testDatabase } from '../../store/testing.js';
import { parseSdp } from '../sip/sdp.js';
import type { SipSwitchSettings } from '../sip/settings.js';
import { Station, type StationCall, type TestSwitch, testSwitch, WAIT } from './testing.js';

let test: TestSwitch;
let customers: Station;
let agent: Station;
let other: Station;
let settings: Omit<SipSwitchSettings, 'listen'>;

const USERS = [
  { name: '1001', password: 'a' },
  { name: '1002', password: 'b' },
];

beforeAll(async () => {
  const { database } = await testDatabase();
  customers = await new Station().open();
  agent = await new Station().open();
  other = await new Station().open();
  customers.mediaPort = 40_000;
  agent.mediaPort = 50_000;
  other.mediaPort = 60_000;
  settings = {
    users: USERS,
    domain: '127.0.0.1',
    trunks: [{ name: 'out', ...customers.address(), healthMs: 0 }],
    // Longer than any test takes to join those who have answered.
    offerMs: 60_000,
  };
  test = await testSwitch(database, settings);
  await agent.register(test.peer, '1001', 'a');
  await other.register(test.peer, '1002', 'b');
});
afterAll(async () => {
  await test.close();
  for (const station of [customers, agent, other]) await station.close();
});
beforeEach(() => {
  for (const station of [customers, agent, other]) station.calls.length = 0;
});
afterEach(async () => {
  for (const event of test.events) if (event.type === 'leg') await test.driver.hangup(event.legId);
});

/** What the only call of a station was told to send to, one after the other. */
const hears = (station: Station) => station.calls[0]?.hears ?? [];

function callOf(station: Station): StationCall {
  const [call] = station.calls;
  if (!call) throw new Error('The station has no call.');
  return call;
}

async function joined(): Promise<{ legs: [string, string]; bridge: string }> {
  const legs: [string, string] = [await test.reach('1001'), await test.reach('4930')];
  const bridge = newId();
  await test.driver.join(bridge, legs);
  return { legs, bridge };
}

describe('parties that are joined', () => {
  it('send to each other, the customer by a single exchange (RFC 3725, flow I)', async () => {
    await joined();
    await vi.waitFor(() => expect(hears(customers)).toEqual(['50000']), WAIT);
    expect(hears(agent)).toEqual(['silence', '40000']);
  });

  it('late, when the offer of the customer was answered with silence, send to each other too', async () => {
    test.driver.configure({ listen: {}, ...settings, offerMs: 1 });
    const customer = await test.reach('4930');
    await vi.waitFor(() => expect(hears(customers)).toEqual(['silence']), WAIT);
    test.driver.configure({ listen: {}, ...settings });
    const legs = [await test.reach('1001'), customer];
    await test.driver.join(newId(), legs);
    await vi.waitFor(() => expect(hears(customers).at(-1)).toBe('50000'), WAIT);
    await vi.waitFor(() => expect(hears(agent).at(-1)).toBe('40000'), WAIT);
  });

  it('wait in silence while one of them is held, and then go on', async () => {
    const { legs } = await joined();
    await test.driver.hold(legs[1], true);
    await vi.waitFor(
      () => expect([hears(agent).at(-1), hears(customers).at(-1)]).toEqual(['silence', 'silence']),
      WAIT,
    );
    await test.driver.hold(legs[1], true);
    await test.driver.hold(legs[1], false);
    await vi.waitFor(() => expect([hears(agent).at(-1), hears(customers).at(-1)]).toEqual(['40000', '50000']), WAIT);
  });

  it('part, and each of them is joined with somebody else: a call is handed over', async () => {
    const { legs, bridge } = await joined();
    await test.driver.unjoin(legs[0]);
    await vi.waitFor(
      () => expect([hears(agent).at(-1), hears(customers).at(-1)]).toEqual(['silence', 'silence']),
      WAIT,
    );
    const third = await test.reach('1002');
    await test.driver.join(bridge, [third, legs[1]]);
    await vi.waitFor(() => expect([hears(other).at(-1), hears(customers).at(-1)]).toEqual(['40000', '60000']), WAIT);
    const reports = await test.driver.reconcile([legs[0], legs[1], third]);
    expect(reports.map(({ bridgeId }) => bridgeId)).toEqual([undefined, bridge, bridge]);
  });

  it('are left in silence when their partner goes into another bridge', async () => {
    const { legs } = await joined();
    const third = await test.reach('1002');
    await test.driver.join(newId(), [legs[0], third]);
    await vi.waitFor(() => expect(hears(customers).at(-1)).toBe('silence'), WAIT);
    await vi.waitFor(() => expect([hears(agent).at(-1), hears(other).at(-1)]).toEqual(['60000', '50000']), WAIT);
  });

  it('are two at most', async () => {
    const { legs, bridge } = await joined();
    const third = await test.reach('1002');
    await expect(test.driver.join(bridge, [third])).rejects.toMatchObject({ code: 'not-supported' });
    expect((await test.driver.reconcile(legs)).map(({ bridgeId }) => bridgeId)).toEqual([bridge, bridge]);
  });

  it('hold and change their media themselves: what one offers goes to the other', async () => {
    await joined();
    const held = parseSdp(
      Buffer.from(
        'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 50002 RTP/AVP 0\r\n',
      ),
    );
    const { session } = callOf(agent);
    await vi.waitFor(() => expect(hears(customers)).toEqual(['50000']), WAIT);
    const offered = await session?.reinvite(held);
    expect(offered?.ok && offered.sdp?.media[0]?.port).toBe(40_000);
    expect(hears(customers)).toEqual(['50000', '50002']);
    const asked = await callOf(customers).session?.reinvite();
    if (!asked?.ok) throw new Error('It was refused.');
    expect(asked.sdp?.media[0]?.port).toBe(50_000);
    asked.acknowledge({ ...held, media: held.media.map((medium) => ({ ...medium, port: 40_002 })) });
    await vi.waitFor(() => expect(hears(agent).at(-1)).toBe('40002'), WAIT);
  });

  it('hear that the other has hung up', async () => {
    const { legs } = await joined();
    await vi.waitFor(() => expect(hears(customers)).toEqual(['50000']), WAIT);
    callOf(customers).session?.bye();
    await vi.waitFor(() => expect(test.cause(legs[1])).toBe('normal'), WAIT);
    expect(test.cause(legs[0])).toBeUndefined();
    await test.driver.unjoin(legs[0]);
    await vi.waitFor(() => expect(hears(agent).at(-1)).toBe('silence'), WAIT);
  });

  it('are not joined when one of them does not agree, and can be later', async () => {
    const customer = await test.reach('4930');
    const leg = await test.reach('1001');
    const agentCall = callOf(agent);
    agentCall.refuses = true;
    await expect(test.driver.join('x', [leg, customer])).rejects.toMatchObject({ code: 'switch-unavailable' });
    agentCall.refuses = false;
    await test.driver.join('x', [leg, customer]);
    await vi.waitFor(() => expect(hears(agent).at(-1)).toBe('40000'), WAIT);
  });

  it('key in digits that are told', async () => {
    const { legs } = await joined();
    const { session } = callOf(agent);
    const info = session?.dialog.request('INFO', {
      headers: { 'Content-Type': 'application/dtmf-relay' },
      body: Buffer.from('Signal=#\r\nDuration=100\r\n'),
    });
    if (info) await agent.agent.ask(info, test.peer);
    expect(test.events).toContainEqual(expect.objectContaining({ type: 'digit', legId: legs[0], digit: '#' }));
  });

  it.each(['play', 'collect', 'record', 'runApplication', 'sendDigits', 'deleteRecording'] as const)(
    'are not treated by %s: there is no media here',
    async (method) => {
      const call: () => Promise<void> = test.driver[method].bind(test.driver);
      await expect(call()).rejects.toMatchObject({ code: 'not-supported' });
    },
  );
});
