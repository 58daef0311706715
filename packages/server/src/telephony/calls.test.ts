import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId, silentLogger } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { testDatabase } from '../store/testing.js';
import type { CallJournalEntry } from './call-journal.js';
import { Calls } from './calls.js';
import type { DialIntent } from './leg-store.js';
import { START, type TestNetwork, testNetwork } from './simulator/testing.js';
import type { Switch, SwitchEvent } from './switch.js';

let database: Database;

beforeAll(async () => {
  ({ database } = await testDatabase());
});
beforeEach(() => database.query('truncate leg, bridge'));

/** A simulated network with Ringback's calls on it. */
async function scene(changes: object = {}) {
  const network = await testNetwork();
  await network.simulator.changeSettings(changes);
  const journal: CallJournalEntry[] = [];
  const make = (driver: Switch = network.simulator) =>
    new Calls({
      database,
      switch: driver,
      journal: { record: async (_tx, entries) => void journal.push(...entries) },
      clock: network.clock,
      activity: network.activity,
      log: silentLogger,
    });
  return { network, journal, make, calls: make() };
}

function intent(number: string, changes: Partial<DialIntent> = {}): DialIntent {
  const role = 'customer' as const;
  return {
    legId: newId(),
    callId: newId(),
    role,
    number,
    from: '8999',
    timeoutMs: 30_000,
    callProgress: false,
    ...changes,
  };
}

async function dialed(calls: Calls, number: string, changes: Partial<DialIntent> = {}): Promise<string> {
  const wanted = intent(number, changes);
  await calls.intend(database, wanted);
  await calls.dial(wanted.legId);
  return wanted.legId;
}

/** Two answered legs to parties that never hang up. */
async function twoUp(calls: Calls, network: TestNetwork): Promise<[string, string]> {
  await network.simulator.changeSettings({ default: { talkSeconds: null } });
  const pair: [string, string] = [await dialed(calls, '1'), await dialed(calls, '2')];
  await network.advance(2);
  return pair;
}

describe('a leg', () => {
  it('is stored before it is dialed, and dialed once', async () => {
    const { calls, network } = await scene();
    const wanted = intent('5115', { session: 's', callback: 'c', attempt: 2, agentId: 'a', userData: { k: [1] } });
    await calls.intend(database, wanted);
    await calls.intend(database, { ...wanted, number: '666' });
    expect(await calls.get(wanted.legId)).toEqual({
      id: wanted.legId,
      callId: wanted.callId,
      role: 'customer',
      number: '5115',
      from: '8999',
      timeoutMs: 30_000,
      callProgress: false,
      agentId: 'a',
      session: 's',
      callback: 'c',
      attempt: 2,
      userData: { k: [1] },
      state: 'intended',
      intendedAt: START,
    });
    expect(network.simulator.calls()).toEqual([]);

    await Promise.all([calls.dial(wanted.legId), calls.dial(wanted.legId)]);
    expect(network.simulator.calls()).toHaveLength(1);
    expect(await calls.get(wanted.legId)).toMatchObject({ state: 'ringing', dialedAt: START, ringingAt: START });
  });

  it('is journaled and handed to the handlers in the transaction of each change', async () => {
    const { calls, network, journal } = await scene();
    const changes: string[] = [];
    calls.onChange(async (tx, { leg, previous, event }) => {
      const [row] = await tx.query<{ state: string }>('select state from leg where id = $1', [leg.id]);
      changes.push(`${event.type}: ${previous.state} -> ${leg.state} (stored ${row?.state})`);
    });
    const leg = await dialed(calls, '5115', { callProgress: true, callback: 'cb', session: 'se' });
    await network.advance(10);
    expect(changes).toEqual([
      'leg: intended -> dialing (stored dialing)',
      'leg: dialing -> ringing (stored ringing)',
      'leg: ringing -> answered (stored answered)',
      'call-progress: answered -> answered (stored answered)',
      'leg: answered -> ended (stored ended)',
    ]);
    expect(journal.map(({ type, at }) => [type, at - START])).toEqual([
      ['call.dialing', 0],
      ['call.ringing', 0],
      ['call.answered', 1000],
      ['call.ended', 6000],
    ]);
    expect(journal.at(-1)).toMatchObject({
      callback: 'cb',
      session: 'se',
      data: { leg, number: '5115', role: 'customer', cause: 'normal', answered: true, progress: 'person' },
    });
    expect(await calls.get(leg)).toMatchObject({ state: 'ended', cause: 'normal', endedAt: START + 6000 });
  });

  it('is found by its call, its callback and its session, oldest first', async () => {
    const { calls, network } = await scene();
    const [callback, session] = [newId(), newId()];
    const first = await dialed(calls, '1', { callId: 'call', callback, session });
    await network.advance(1);
    const second = await dialed(calls, '2', { callId: 'call', callback });
    const ids = (legs: { id: string }[]) => legs.map(({ id }) => id);
    expect(ids(await calls.legsOf('call'))).toEqual([first, second]);
    expect(ids(await calls.legsOfCallback(callback))).toEqual([first, second]);
    expect(ids(await calls.legsOfSession(session))).toEqual([first]);
  });

  it('ends where it is when it is hung up before it is dialed, and is not dialed then', async () => {
    const { calls, network, journal } = await scene();
    const wanted = intent('5115');
    await calls.intend(database, wanted);
    await calls.hangup(wanted.legId);
    await calls.dial(wanted.legId);
    expect(network.simulator.calls()).toEqual([]);
    expect(await calls.get(wanted.legId)).toMatchObject({ state: 'ended', cause: 'cancelled' });
    expect(journal).toMatchObject([{ type: 'call.ended', data: { answered: false } }]);
  });

  it('is taken back when it is hung up while it is being dialed', async () => {
    const { calls } = await scene();
    const wanted = intent('5115');
    await calls.intend(database, wanted);
    await Promise.all([calls.dial(wanted.legId), calls.hangup(wanted.legId)]);
    expect(await calls.get(wanted.legId)).toMatchObject({ state: 'ended', cause: 'cancelled', dialedAt: START });
  });

  it('must be known and answered to be treated', async () => {
    const { calls, network } = await scene();
    await expect(calls.dial('nobody')).rejects.toMatchObject({ code: 'unknown-leg' });
    await calls.hangup('nobody');
    const leg = await dialed(calls, '5115');
    const media = { kind: 'file', url: 'x' } as const;
    await expect(calls.play(leg, 'p', media)).rejects.toMatchObject({ code: 'leg-not-answered' });
    await expect(calls.join('b', [leg])).rejects.toMatchObject({ code: 'leg-not-answered' });
    await network.advance(10);
    await expect(calls.play(leg, 'p', media)).rejects.toMatchObject({ code: 'leg-ended' });
    await expect(calls.hold(leg, true)).rejects.toMatchObject({ code: 'leg-ended' });
  });

  it('tells when plays and collects are over', async () => {
    const { calls, network } = await scene({ default: { digits: '42#', talkSeconds: null } });
    const treated: unknown[] = [];
    calls.onTreated(async (_tx, id, result) => void treated.push([id, result]));
    const leg = await dialed(calls, '5115');
    await network.advance(1);
    await calls.play(leg, 'prompt', { kind: 'file', url: 'hello.wav' });
    await calls.play(leg, 'music', { kind: 'tone', tone: 'music' });
    const request = { maxDigits: 9, terminators: '#', firstDigitTimeoutMs: 5000, totalTimeoutMs: 9000 };
    await calls.collect(leg, 'menu', request);
    await network.advance(5);
    await calls.stopTreatment('music');
    await calls.collect(leg, 'again', request);
    await calls.hangup(leg);
    await network.advance(1);
    expect(treated).toEqual([
      ['menu', { type: 'collected', digits: '42', reason: 'complete' }],
      ['prompt', { type: 'played' }],
      ['again', { type: 'collected', digits: '', reason: 'ended' }],
    ]);
  });
});

describe('an inbound call', () => {
  it('is stored as a leg and handed over once', async () => {
    const { calls, network, journal } = await scene();
    const arrived: unknown[] = [];
    calls.onInbound(async (_tx, leg) => void arrived.push(leg));
    const id = await network.simulator.placeInbound({ from: '5115', to: '8999', userData: { a: 1 } });
    await network.advance(1);
    await network.crash();
    await network.advance(1);
    expect(arrived).toMatchObject([
      { id, callId: id, role: 'inbound', number: '8999', from: '5115', state: 'ringing', userData: { a: 1 } },
    ]);
    expect(journal).toMatchObject([{ type: 'call.ringing', call: id, data: { role: 'inbound', from: '5115' } }]);
  });

  it('is answered and hung up', async () => {
    const { calls, network } = await scene();
    const id = await network.simulator.placeInbound({ from: '5115', to: '8999' });
    await network.advance(1);
    await calls.answer(id);
    await network.advance(1);
    await calls.answer(id);
    expect(await calls.get(id)).toMatchObject({ state: 'answered', answeredAt: START + 1000 });
    await calls.hangup(id);
    await network.advance(0);
    await expect(calls.answer(id)).rejects.toMatchObject({ code: 'leg-ended' });
  });
});

describe('a bridge', () => {
  it('connects legs, and hangs up the last one when the others have ended', async () => {
    const { calls, network, journal } = await scene();
    const [one, other] = await twoUp(calls, network);
    const bridge = newId();
    await calls.join(bridge, [one, other]);
    await calls.join(bridge, [one, other]);
    await network.advance(1);
    expect(await calls.get(one)).toMatchObject({ bridgeId: bridge, joinedAt: START + 2000 });
    expect(journal.filter(({ type }) => type === 'call.joined')).toHaveLength(2);

    await calls.hangup(one);
    await network.advance(0);
    expect(await calls.get(other)).toMatchObject({ state: 'ended', cause: 'normal' });
  });

  it('keeps its last leg when it is told to', async () => {
    const { calls, network } = await scene();
    const [one, other] = await twoUp(calls, network);
    await calls.join('kept', [one, other], { releaseLast: false });
    await calls.join('kept', [one, other]);
    await calls.hangup(one);
    await network.advance(1);
    expect(await calls.get(other)).toMatchObject({ state: 'answered' });
  });

  it('of three legs hangs up the third when two end at the same moment', async () => {
    const { calls, network } = await scene();
    const [one, two] = await twoUp(calls, network);
    const three = await dialed(calls, '3');
    await network.advance(2);
    await calls.join('conference', [one, two, three]);
    await Promise.all([calls.hangup(one), calls.hangup(two)]);
    await network.advance(1);
    expect(await calls.get(three)).toMatchObject({ state: 'ended' });
  });

  it('is left without anybody being hung up', async () => {
    const { calls, network } = await scene();
    const [one, other] = await twoUp(calls, network);
    await calls.join('left', [one, other]);
    await calls.unjoin(one);
    await calls.hangup(other);
    await network.advance(1);
    const leg = await calls.get(one);
    expect(leg).toMatchObject({ state: 'answered' });
    expect(leg?.bridgeId).toBeUndefined();
  });

  it('counts legs that were told to join and are gone before they are in it', async () => {
    const { calls, network } = await scene();
    const [one, other] = await twoUp(calls, network);
    const joining = calls.join('late', [one, other]);
    await joining;
    await network.simulator.hangup(one);
    await network.advance(1);
    expect(await calls.get(other)).toMatchObject({ state: 'ended' });
  });
});

describe('after a crash', () => {
  it('what happened meanwhile is found and stored as if it had been heard', async () => {
    const { calls, network, make, journal } = await scene({ default: { ringSeconds: 5, talkSeconds: 10 } });
    const [short, long] = [await dialed(calls, '1'), await dialed(calls, '2')];
    await network.simulator.changeSettings({ numbers: { 3: { ringSeconds: 100 } } });
    const ringing = await dialed(calls, '3', { timeoutMs: 200_000 });
    calls.stop();
    await network.simulator.hangup(short);
    await network.crash(20);
    const next = make();
    const told: string[] = [];
    next.onChange(async (_tx, { leg, previous }) => void told.push(`${previous.state} -> ${leg.state}`));
    await next.recover();
    expect(await next.get(short)).toMatchObject({ state: 'ended', cause: 'cancelled', endedAt: START });
    expect(await next.get(long)).toMatchObject({ state: 'ended', answeredAt: START + 5000, endedAt: START + 15_000 });
    expect(await next.get(ringing)).toMatchObject({ state: 'ringing' });
    expect(told.sort()).toEqual(['answered -> ended', 'ringing -> answered', 'ringing -> ended']);
    const entries = journal.length;
    await next.recover();
    await network.advance(1);
    expect(journal.length).toBe(entries);
  });

  it('an intent that the network carries is not dialed again, and one that it does not is', async () => {
    const { calls, network, make } = await scene();
    const [carried, never] = [intent('1'), intent('2')];
    await calls.intend(database, carried);
    await calls.intend(database, never);
    calls.stop();
    const { legId, number: to, from, timeoutMs, callProgress } = carried;
    await network.simulator.dial({ legId, to, from, timeoutMs, callProgress });
    await network.crash();
    const next = make();
    await next.recover();
    expect(await next.get(legId)).toMatchObject({ state: 'ringing' });
    expect(await next.get(never.legId)).toMatchObject({ state: 'intended' });
    await next.dial(legId);
    await next.dial(never.legId);
    expect(network.simulator.calls().map(({ number }) => number)).toEqual(['1', '2']);
  });

  it('an intent that a network without memory may have carried is lost instead of being dialed again', async () => {
    const { network, make, calls: unused } = await scene();
    unused.stop();
    const asked: string[] = [];
    const forgetful = ({ simulator }: TestNetwork, dial: Switch['dial'] = simulator.dial.bind(simulator)): Switch =>
      Object.create(simulator, {
        capabilities: { value: { ...simulator.capabilities, forgetsEnded: true } },
        subscribe: { value: simulator.subscribe.bind(simulator) },
        reconcile: { value: simulator.reconcile.bind(simulator) },
        dial: { value: dial },
      });
    const killed = make(
      forgetful(network, async ({ to }) => {
        asked.push(to);
        throw new Error('It is killed when the network has been asked.');
      }),
    );
    const [perhaps, never] = [intent('1'), intent('2')];
    for (const wanted of [perhaps, never]) await killed.intend(database, wanted);
    await expect(killed.dial(perhaps.legId)).rejects.toThrow('It is killed');
    killed.stop();
    await network.crash();
    const next = make(forgetful(network));
    for (const { legId } of [perhaps, never]) await next.dial(legId);
    await network.activity.idle();
    expect(asked).toEqual(['1']);
    expect(await next.get(perhaps.legId)).toMatchObject({ state: 'ended', cause: 'lost' });
    expect((await next.get(perhaps.legId))?.decision).toBeUndefined();
    expect(network.simulator.calls().map(({ number }) => number)).toEqual(['2']);
  });

  it('an intent that the network carries is dialed no more even without recovery, and can be hung up', async () => {
    const { calls, network, make } = await scene();
    const [dialedAgain, hungUp] = [intent('1'), intent('2')];
    for (const wanted of [dialedAgain, hungUp]) {
      await calls.intend(database, wanted);
      const { legId, number: to, from, timeoutMs, callProgress } = wanted;
      await network.simulator.dial({ legId, to, from, timeoutMs, callProgress });
    }
    await network.advance(2);
    calls.stop();
    await network.crash();
    const next = make();
    await next.dial(dialedAgain.legId);
    await next.hangup(hungUp.legId);
    await network.advance(0);
    expect(await next.get(dialedAgain.legId)).toMatchObject({ state: 'answered', answeredAt: START + 1000 });
    expect(await next.get(hungUp.legId)).toMatchObject({ state: 'ended', cause: 'normal' });
    expect(network.simulator.calls()).toHaveLength(2);
  });

  it('a leg that was dialed and is unknown to the network is lost', async () => {
    const { calls, journal, make } = await scene();
    const leg = await dialed(calls, '5115');
    const forgetful = await testNetwork();
    await make(forgetful.simulator).recover();
    expect(await calls.get(leg)).toMatchObject({ state: 'ended', cause: 'lost' });
    expect(journal.at(-1)).toMatchObject({ type: 'call.ended', data: { leg, cause: 'lost' } });
  });

  it('a leg that was left alone in its bridge is hung up', async () => {
    const { calls, network, make } = await scene();
    const [one, other] = await twoUp(calls, network);
    await calls.join(newId(), [one, other]);
    await network.advance(0);
    calls.stop();
    // The process died after the end of the one was stored, before the other was hung up.
    await database.query(`update leg set state = 'ended', ended_at = to_timestamp($2::float8) where id = $1`, [
      one,
      START / 1000,
    ]);
    await network.simulator.hangup(one);
    await network.crash();
    const next = make();
    await next.recover();
    await network.advance(0);
    expect(await next.get(other)).toMatchObject({ state: 'ended', cause: 'normal' });
  });
});

describe('what cannot be stored', () => {
  it('is tried again until it can, in order', async () => {
    const { calls, network } = await scene();
    let failures = 3;
    const told: string[] = [];
    calls.onChange(async (_tx, { leg }) => {
      if (leg.state === 'answered' && failures > 0) {
        failures -= 1;
        throw new Error('A handler fails.');
      }
      told.push(leg.state);
    });
    const leg = await dialed(calls, '5115');
    await network.advance(1);
    expect(await calls.get(leg)).toMatchObject({ state: 'ringing' });
    await network.advance(60);
    expect(told).toEqual(['dialing', 'ringing', 'answered', 'ended']);
    expect(await calls.get(leg)).toMatchObject({ state: 'ended', answeredAt: START + 1000, endedAt: START + 6000 });
  });

  it('when it is unknown whether a call was taken, the network is asked before it is dialed again', async () => {
    const { network, make, calls: another } = await scene();
    another.stop();
    const { simulator } = network;
    const broken: Switch = Object.create(simulator, {
      dial: {
        value: async (request: Parameters<Switch['dial']>[0]) => {
          await simulator.dial(request);
          throw new Error('The connection to the switch was lost.');
        },
      },
      subscribe: { value: () => () => undefined },
      reconcile: { value: (legIds: string[]) => simulator.reconcile(legIds) },
      hangup: { value: (legId: string) => simulator.hangup(legId) },
    });
    const calls = make(broken);
    const wanted = intent('5115');
    await calls.intend(database, wanted);
    await expect(calls.dial(wanted.legId)).rejects.toThrow('The connection');
    expect(await calls.get(wanted.legId)).toMatchObject({ state: 'intended' });
    await calls.dial(wanted.legId);
    await network.activity.idle();
    expect(await calls.get(wanted.legId)).toMatchObject({ state: 'ringing' });
    expect(simulator.calls()).toHaveLength(1);
  });
});

it('news of a leg does not overtake what was missed of it before the start', async () => {
  const { make, network } = await scene();
  let send: (event: SwitchEvent) => void = () => undefined;
  const wanted = intent('5115');
  const at = network.clock.now();
  const restarted: Switch = Object.create(network.simulator, {
    subscribe: {
      value: (handler: (event: SwitchEvent) => void) => {
        send = handler;
        return () => undefined;
      },
    },
    reconcile: {
      value: async (legIds: string[]) =>
        legIds.map((legId) => ({ legId, known: true, state: 'answered', dialedAt: at, ringingAt: at, answeredAt: at })),
    },
  });
  const calls = make(restarted);
  const heard: string[] = [];
  calls.onChange(async (_tx, { leg }) => void heard.push(leg.state));
  await calls.intend(database, wanted);
  calls.keepUntilRecovered();
  send({ type: 'leg', legId: wanted.legId, at: at + 1, state: 'ended', cause: 'normal' });
  await network.activity.idle();
  expect(heard).toEqual([]);
  await calls.recover();
  await network.activity.idle();
  expect(heard).toEqual(['dialing', 'ringing', 'answered', 'ended']);
});

it('whatever is heard again or out of order, the same is stored', async () => {
  const { make, journal, network } = await scene();
  let send: (event: SwitchEvent) => void = () => undefined;
  const mute: Switch = Object.create(network.simulator, {
    subscribe: {
      value: (handler: (event: SwitchEvent) => void) => {
        send = handler;
        return () => undefined;
      },
    },
  });
  const calls = make(mute);
  const told: string[] = [];
  calls.onChange(async (_tx, { leg, previous }) => {
    if (leg.state !== previous.state) told.push(leg.state);
  });
  const of = (legId: string): SwitchEvent[] => [
    { type: 'leg', legId, at: START + 1, state: 'dialing' },
    { type: 'leg', legId, at: START + 2, state: 'ringing' },
    { type: 'leg', legId, at: START + 3, state: 'answered' },
    { type: 'call-progress', legId, at: START + 4, result: 'person' },
    { type: 'leg', legId, at: START + 6, state: 'ended', cause: 'normal' },
  ];
  const order = fc.array(fc.record({ event: fc.nat({ max: 4 }), wait: fc.boolean() }), { maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(order, async (heard) => {
      const wanted = intent('5115');
      await calls.intend(database, wanted);
      told.length = 0;
      journal.length = 0;
      const events = of(wanted.legId);
      for (const { event, wait } of [...heard, ...events.map((_, event) => ({ event, wait: true }))]) {
        const sent = events[event];
        if (sent) send(sent);
        if (wait) await network.activity.idle();
      }
      await network.activity.idle();
      expect(await calls.get(wanted.legId)).toMatchObject({
        state: 'ended',
        cause: 'normal',
        progress: 'person',
        dialedAt: START + 1,
        ringingAt: START + 2,
        answeredAt: START + 3,
        endedAt: START + 6,
      });
      expect(told.filter((state) => state === 'ended')).toHaveLength(1);
      expect(new Set(told).size).toBe(told.length);
      expect(journal.filter(({ type }) => type === 'call.ended')).toHaveLength(1);
    }),
    { numRuns: 40 },
  );
});

it('what is long over is deleted, what is not stays', async () => {
  const { calls, network } = await scene();
  const over = await dialed(calls, '1', { callback: 'old' });
  await network.advance(100);
  const later = await dialed(calls, '2', { callback: 'old' });
  await network.advance(100);
  await calls.purge(START + 50_000);
  expect(await calls.get(over)).toBeUndefined();
  expect(await calls.get(later)).toMatchObject({ state: 'ended' });
});
