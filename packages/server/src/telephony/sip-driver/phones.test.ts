import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Activity, ManualClock, newId, seededRandom, silentLogger } from '../../kernel/index.js';
import { type TestDatabase, testDatabase } from '../../store/testing.js';
import { LossyNetwork } from '../sip/testing.js';
import { UserAgent } from '../sip/user-agent.js';
import type { SwitchEvent } from '../switch.js';
import { SipSwitch } from './sip-switch.js';
import { Station, type TestSwitch, testSwitch, WAIT } from './testing.js';

const USERS = [
  { name: '1001', password: 'pw1001' },
  { name: '1002', password: 'pw1002', authUser: 'desk-2' },
];

let bed: TestDatabase;
let test: TestSwitch;
const open: Station[] = [];

beforeAll(async () => {
  bed = await testDatabase();
  test = await testSwitch(bed.database, { users: USERS, domain: '127.0.0.1' });
});
afterAll(() => test.close());
afterEach(async () => {
  for (const station of open.splice(0)) {
    await station.register(test.peer, '1001', 'pw1001', { seconds: 0 });
    await station.close();
  }
});

async function phone(behaviour: Station['behaviour'] = () => 'answers'): Promise<Station> {
  const station = await new Station().open();
  station.behaviour = behaviour;
  open.push(station);
  return station;
}

const devices = (name: string) =>
  test.events.flatMap((event) => (event.type === 'device' && event.device === name ? [event.state] : []));

describe('phones', () => {
  it('register with their passwords, and only as themselves', async () => {
    const station = await phone();
    expect((await station.register(test.peer, '1001', 'wrong')).status).toBe(401);
    expect((await station.register(test.peer, '1009', 'pw1009')).status).toBe(401);
    expect((await station.register(test.peer, '1002', 'pw1001', { authUser: '1001' })).status).toBe(403);
    expect((await station.register(test.peer, '1009', 'pw1001', { authUser: '1001' })).status).toBe(404);
    expect((await station.register(test.peer, '1002', 'pw1002', { authUser: 'desk-2' })).status).toBe(200);
    const answer = await station.register(test.peer, '1001', 'pw1001');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('contact')).toMatch(/^<sip:1001@127\.0\.0\.1:\d+>;expires=600$/);
    await station.register(test.peer, '1002', 'pw1002', { authUser: 'desk-2', seconds: 0 });
  });

  it.each([
    ['too short a time', { seconds: 30 }, 423],
    ['a contact that is none', { contact: 'tel:+4930' }, 400],
    ['all contacts with a time', { contact: '*' }, 400],
  ])('are told that they ask for %s', async (_, options, status) => {
    const station = await phone();
    expect((await station.register(test.peer, '1001', 'pw1001', options)).status).toBe(status);
    expect((await test.driver.reconcile([])).length).toBe(0);
  });

  it('withdraw one contact, or all of them', async () => {
    const station = await phone();
    const contacts = (answer: { headers: { all(name: string): string[] } }) => answer.headers.all('contact').length;
    await station.register(test.peer, '1001', 'pw1001', { contact: '<sip:a@127.0.0.1:1>;q=0.5' });
    await station.register(test.peer, '1001', 'pw1001', { contact: '<sip:b@127.0.0.1:1>' });
    expect(contacts(await station.register(test.peer, '1001', 'pw1001'))).toBe(3);
    const one = await station.register(test.peer, '1001', 'pw1001', { contact: '<sip:a@127.0.0.1:1>', seconds: 0 });
    expect(contacts(one)).toBe(2);
    expect(contacts(await station.register(test.peer, '1001', 'pw1001', { contact: '*', seconds: 0 }))).toBe(0);
  });

  it('are offline, idle, ringing and busy', async () => {
    const before = devices('1001').length;
    const station = await phone();
    await station.register(test.peer, '1001', 'pw1001');
    const leg = await test.reach('1001');
    await test.driver.hangup(leg);
    await station.register(test.peer, '1001', 'pw1001', { seconds: 0 });
    expect(devices('1001').slice(before)).toEqual(['idle', 'ringing', 'busy', 'idle', 'offline']);
  });

  it('that are not registered are offline when they are dialed', async () => {
    const leg = await test.dial('1001');
    expect(test.cause(leg)).toBe('device-offline');
    expect(test.states(leg)).toEqual(['dialing', 'ended']);
  });

  it('ring at all their places until one of them answers', async () => {
    const quiet = await phone(() => 'rings');
    const busy = await phone(() => 'busy');
    const answering = await phone();
    for (const station of [quiet, busy, answering]) await station.register(test.peer, '1001', 'pw1001');
    const leg = await test.reach('1001');
    await vi.waitFor(() => expect(quiet.calls[0]?.over).toBe('cancelled'), WAIT);
    expect([quiet.calls.length, busy.calls.length, answering.calls.length]).toEqual([1, 1, 1]);
    await test.driver.hangup(leg);
    await vi.waitFor(() => expect(answering.calls[0]?.over).toBe('bye'), WAIT);
    for (const station of [quiet, busy]) await station.register(test.peer, '1001', 'pw1001', { seconds: 0 });
  });

  it('are busy when all their places are', async () => {
    const stations = [await phone(() => 'busy'), await phone(() => 480)];
    for (const station of stations) await station.register(test.peer, '1001', 'pw1001');
    const leg = await test.dial('1001');
    await vi.waitFor(() => expect(test.cause(leg)).toBe('busy'), WAIT);
  });

  it('are reached after a restart as before', async () => {
    const station = await phone();
    await station.register(test.peer, '1001', 'pw1001');
    await test.restart();
    await vi.waitFor(() => expect(devices('1001')).toEqual(['idle']), WAIT);
    const leg = await test.reach('1001');
    await test.driver.hangup(leg);
    await vi.waitFor(() => expect(station.calls[0]?.over).toBe('bye'), WAIT);
  });

  it('call us with their password', async () => {
    const station = await phone();
    await station.register(test.peer, '1001', 'pw1001');
    const nobody = await station.call(test.peer, '1001', '8999');
    await vi.waitFor(() => expect(nobody.over).toBe('lost'), WAIT);
    expect(test.events.some(({ type }) => type === 'inbound')).toBe(false);
    const caller = await station.call(test.peer, '1001', '8999', {}, { username: '1001', password: 'pw1001' });
    const inbound = await vi.waitFor(() => {
      const event = test.events.find(({ type }) => type === 'inbound');
      expect(event).toMatchObject({ from: '1001', to: '8999' });
      return event;
    }, WAIT);
    if (inbound?.type !== 'inbound') throw new Error('Nothing came in.');
    expect(devices('1001').at(-1)).toBe('busy');
    await test.driver.answer(inbound.legId);
    await vi.waitFor(() => expect(caller.hears).toEqual(['silence']), WAIT);
    await test.driver.hangup(inbound.legId);
    await vi.waitFor(() => expect(caller.over).toBe('bye'), WAIT);
    expect(devices('1001').at(-1)).toBe('idle');
  });
});

describe('registrations', () => {
  it('end with their time, on a network that loses and doubles', async () => {
    const activity = new Activity();
    const { database } = await testDatabase({ activity });
    const clock = new ManualClock(1_893_456_000_000, activity);
    const random = seededRandom(4);
    const network = new LossyNetwork(clock, activity, random, { loss: 0.3, doubled: 0.3, delayMs: 200 });
    const log = silentLogger;
    const driver = new SipSwitch({
      settings: { name: newId(), listen: { UDP: { host: '10.0.0.1', port: 5060 } }, users: USERS },
      transport: network.station('10.0.0.1'),
      database,
      clock,
      activity,
      log,
      random,
    });
    const events: SwitchEvent[] = [];
    driver.subscribe((event) => events.push(event));
    await driver.start();
    const agent = new UserAgent(
      { transport: network.station('10.0.0.2'), clock, activity, log, random },
      { invite: () => undefined, register: () => undefined, stray: () => undefined },
    );
    const peer = { protocol: 'UDP', host: '10.0.0.1', port: 5060 } as const;
    const us = '<sip:1001@10.0.0.1>';
    const request = agent.outside('REGISTER', 'sip:10.0.0.1', { from: us, to: us });
    request.headers.add('contact', '<sip:1001@10.0.0.2>;expires=300');
    const registered = agent.ask(request, peer, { credentials: { username: '1001', password: 'pw1001' } });
    await clock.advance(60_000);
    expect((await registered).status).toBe(200);
    await clock.advance(200_000);
    const states = () => events.flatMap((event) => (event.type === 'device' ? [`${event.device} ${event.state}`] : []));
    expect(states()).toEqual(['1001 idle']);
    await clock.advance(100_000);
    expect(states()).toEqual(['1001 idle', '1001 offline']);
    await driver.close();
    agent.close();
  });
});
