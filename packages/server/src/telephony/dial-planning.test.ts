import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SwitchSettings } from '../config/index.js';
import { newId, silentLogger } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { testDatabase } from '../store/testing.js';
import type { CallJournalEntry } from './call-journal.js';
import { Calls } from './calls.js';
import { DialPlanning, type Purpose } from './dial-planning.js';
import { testNetwork } from './simulator/testing.js';
import type { DialRequest } from './switch.js';

let database: Database;

beforeAll(async () => {
  ({ database } = await testDatabase());
});
beforeEach(() => database.query('truncate leg, bridge, caller_id_turn'));

const SETTINGS: SwitchSettings = {
  driver: 'simulator',
  trunks: { carrier: { numberFormat: 'national', country: 'DE' } },
  dialPlan: { country: 'DE' },
  callerIds: {
    spring: {
      numbers: [{ number: '089 100', attestation: 'A', name: 'Spring' }, { number: '+4930200' }],
      campaigns: ['Spring'],
    },
    turns: { numbers: [{ number: '+4989301' }, { number: '+4989302' }], select: 'round-robin', services: ['Support'] },
    all: { numbers: [{ number: '+4989400', attestation: 'B' }], default: true },
  },
};

/** Calls over a simulated network with a dial plan, and what the network is asked to dial. */
async function scene(settings: SwitchSettings, purpose: Purpose = {}) {
  const network = await testNetwork();
  const asked: DialRequest[] = [];
  const journal: CallJournalEntry[] = [];
  const { simulator } = network;
  const driver = new Proxy(simulator, {
    get(target, member) {
      if (member === 'dial') return (request: DialRequest) => asked.push(request) && target.dial(request);
      const value: unknown = Reflect.get(target, member, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const calls = new Calls({
    database,
    switch: driver,
    dialPlan: new DialPlanning({
      database,
      settings: () => settings,
      isDn: (number) => number === '2001',
      purposeOf: async () => purpose,
    }),
    journal: { record: async (_tx, entries) => void journal.push(...entries) },
    clock: network.clock,
    activity: network.activity,
    log: silentLogger,
  });
  async function dial(number: string, role: 'customer' | 'agent' = 'customer') {
    const legId = newId();
    const common = { callId: newId(), from: '8999', timeoutMs: 30_000, callProgress: false };
    await calls.intend(database, { ...common, legId, role, number });
    await calls.dial(legId);
    await network.activity.idle();
    return { legId, request: asked.at(-1), leg: await calls.get(legId) };
  }
  return { dial, asked, journal, calls, network };
}

describe('a leg that is dialed by the dial plan', () => {
  it('goes out by the trunk, in its form, and shows the number of its campaign', async () => {
    const { dial, journal } = await scene(SETTINGS, { campaign: 'Spring' });
    const { request, leg } = await dial('089 1234567');
    expect(request).toMatchObject({
      to: '0891234567',
      from: '089100',
      callerName: 'Spring',
      route: { kind: 'trunk', hops: [{ trunk: 'carrier', to: '0891234567', from: '089100' }] },
    });
    expect(leg).toMatchObject({ from: '+4989100', callerName: 'Spring', number: '089 1234567' });
    expect(leg?.decision?.callerId).toEqual({
      number: '+4989100',
      pool: 'spring',
      attestation: 'A',
      why: 'pool of campaign Spring; nearest: +49891 in common',
    });
    expect(journal[0]).toMatchObject({
      type: 'call.dialing',
      data: { plan: { to: '0891234567', trunks: ['carrier'], callerId: '+4989100', attestation: 'A', pool: 'spring' } },
    });
  });

  it('takes the numbers of a service in turn, and shares the pool for all with the others', async () => {
    const support = await scene(SETTINGS, { service: 'Support' });
    const shown = [];
    for (const number of ['+491701', '+491702', '+491703']) shown.push((await support.dial(number)).leg?.from);
    expect(shown).toEqual(['+4989301', '+4989302', '+4989301']);
    const others = await scene(SETTINGS);
    expect((await others.dial('+49891234567')).leg?.from).toBe('+4989400');
  });

  it('rings phones of the house as they are, and shows them who calls', async () => {
    const { dial } = await scene(SETTINGS);
    const { request } = await dial('2001', 'agent');
    expect(request).toMatchObject({ to: '2001', from: '8999', route: { kind: 'device', device: '2001' } });
  });

  it('ends undialed when the plan refuses it, and says why', async () => {
    const { dial, asked, journal } = await scene(SETTINGS);
    const { leg } = await dial('112');
    expect(asked).toEqual([]);
    expect(leg).toMatchObject({ state: 'ended', cause: 'invalid-number' });
    expect(journal).toMatchObject([
      { type: 'call.ended', data: { cause: 'invalid-number', plan: { refused: 'an emergency number' } } },
    ]);
  });

  it('is decided once, whatever the plan says later', async () => {
    const settings = structuredClone(SETTINGS);
    const { calls, asked } = await scene(settings, { service: 'Support' });
    const legId = newId();
    const common = { callId: newId(), from: '8999', timeoutMs: 30_000, callProgress: false };
    await calls.intend(database, { ...common, legId, role: 'customer', number: '+49891234567' });
    await database.query(`update leg set dial_plan = '{"to": "7", "from": "8", "steps": []}' where id = $1`, [legId]);
    await calls.dial(legId);
    expect(asked).toMatchObject([{ to: '7', from: '8' }]);
  });

  it('is dialed as it is where nothing is planned', async () => {
    const { dial } = await scene({ driver: 'simulator' });
    const { request, leg } = await dial('112');
    expect(request).toEqual(expect.objectContaining({ to: '112', from: '8999' }));
    expect(request).not.toHaveProperty('route');
    expect(leg).not.toHaveProperty('decision');
  });
});

describe('a call that comes in', () => {
  it('is known by the DN that its number means and by the full number of its caller', async () => {
    const routingPoints = { '089 7000': '8999' };
    const { network, calls } = await scene({ ...SETTINGS, routingPoints });
    const heard: { from: string; number: string }[] = [];
    calls.onInbound(async (_tx, leg) => void heard.push({ from: leg.from, number: leg.number }));
    await network.simulator.placeInbound({ from: '0171 2345678', to: '+49897000' });
    await network.activity.idle();
    expect(heard).toEqual([{ from: '+491712345678', number: '8999' }]);
  });
});
