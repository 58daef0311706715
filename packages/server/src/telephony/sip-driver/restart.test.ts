import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../kernel/index.js';
import { type TestDatabase, testDatabase } from '../../store/testing.js';
import { Station, type StationCall, type TestSwitch, testSwitch, WAIT } from './testing.js';

let bed: TestDatabase;
const ending: (() => Promise<void>)[] = [];

beforeAll(async () => {
  bed = await testDatabase();
});
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function network(behaviour: Station['behaviour']): Promise<{ station: Station; test: TestSwitch }> {
  const station = await new Station().open();
  station.behaviour = behaviour;
  const test = await testSwitch(bed.database, {
    trunks: [{ name: 'out', ...station.address(), healthMs: 0 }],
    offerMs: 50,
  });
  ending.push(
    () => station.close(),
    () => test.close(),
  );
  return { station, test };
}

function callOf(station: Station, at = 0): StationCall {
  const call = station.calls[at];
  if (!call) throw new Error('The station has no such call.');
  return call;
}

describe('after the death of the process', () => {
  it('who was being called is let alone, and the leg is lost', async () => {
    const { station, test } = await network(() => 'rings');
    const leg = await test.dial('4930');
    await vi.waitFor(() => expect(test.states(leg)).toContain('ringing'), WAIT);
    await test.restart();
    expect(await test.driver.reconcile([leg])).toMatchObject([{ known: true, state: 'ended', cause: 'lost' }]);
    await vi.waitFor(() => expect(callOf(station).over).toBe('cancelled'), WAIT);
    // It is not dialed again, neither in this life nor in the next.
    await test.dial('4930', { legId: leg });
    await test.restart();
    await test.dial('4930', { legId: leg });
    expect(station.calls).toHaveLength(1);
    expect(test.events).toEqual([]);
  });

  it('who answered in between is hung up', async () => {
    const { station, test } = await network(() => 'rings');
    const leg = await test.dial('4930');
    await vi.waitFor(() => expect(test.states(leg)).toContain('ringing'), WAIT);
    await test.driver.close();
    station.answer(callOf(station));
    await test.restart();
    await vi.waitFor(() => expect(callOf(station).over).toBe('bye'), WAIT);
    expect(await test.driver.reconcile([leg])).toMatchObject([{ state: 'ended', cause: 'lost' }]);
  });

  it('who was in a call stays in it, can be joined anew, hung up, and hang up', async () => {
    const { station, test } = await network(() => 'answers');
    const legs = [await test.reach('1'), await test.reach('2')];
    const bridge = newId();
    await test.driver.join(bridge, legs);
    await test.restart();
    expect(test.events).toEqual([]);
    expect(await test.driver.reconcile(legs)).toMatchObject([
      { state: 'answered', bridgeId: bridge },
      { state: 'answered', bridgeId: bridge },
    ]);
    await test.driver.join(bridge, legs);
    const [one = '', other = ''] = legs;
    await test.driver.unjoin(one);
    await vi.waitFor(() => expect(callOf(station).hears.at(-1)).toBe('silence'), WAIT);
    await test.driver.hangup(one);
    await vi.waitFor(() => expect(callOf(station).over).toBe('bye'), WAIT);
    callOf(station, 1).session?.bye();
    await vi.waitFor(() => expect(test.cause(other)).toBe('normal'), WAIT);
    await test.restart();
    expect(await test.driver.reconcile(legs)).toMatchObject([
      { state: 'ended', cause: 'normal' },
      { state: 'ended', cause: 'normal' },
    ]);
  });

  it('who hung up in between is found out when something is asked of the leg', async () => {
    const { station, test } = await network(() => 'answers');
    const legs = [await test.reach('1'), await test.reach('2')];
    await test.driver.close();
    callOf(station).session?.abandon();
    await test.restart();
    await expect(test.driver.join(newId(), legs)).rejects.toMatchObject({ code: 'leg-not-answered' });
    expect(test.cause(legs[0] ?? '')).toBe('lost');
  });

  it('who calls rings on, is announced again and can be answered', async () => {
    const { station, test } = await network(() => 'answers');
    const inbound = () => test.events.flatMap((event) => (event.type === 'inbound' ? [event] : []));
    const call = await station.call(test.peer, '4930', '8999');
    await vi.waitFor(() => expect(inbound()).toHaveLength(1), WAIT);
    const [announced] = inbound();
    await test.restart();
    await vi.waitFor(
      () => expect(inbound()).toMatchObject([{ legId: announced?.legId, from: '4930', to: '8999' }]),
      WAIT,
    );
    await test.driver.answer(announced?.legId ?? '');
    await vi.waitFor(() => expect(call.hears).toEqual(['silence']), WAIT);
    await test.driver.hangup(announced?.legId ?? '');
    await vi.waitFor(() => expect(call.over).toBe('bye'), WAIT);
  });

  it('an answer that was never acknowledged is, with silence', async () => {
    const { station, test } = await network(() => 'answers');
    const slow = await testSwitch(bed.database, {
      trunks: [{ name: 'out', ...station.address(), healthMs: 0 }],
      offerMs: 60_000,
    });
    ending.push(() => slow.close());
    expect(test.events).toEqual([]);
    const leg = await slow.reach('4930');
    expect(callOf(station).hears).toEqual([]);
    await slow.restart();
    await vi.waitFor(() => expect(callOf(station).hears).toEqual(['silence']), WAIT);
    await slow.driver.hangup(leg);
    await vi.waitFor(() => expect(callOf(station).over).toBe('bye'), WAIT);
  });

  it('nothing is asked of a switch that is not started, or closed', async () => {
    const { test } = await network(() => 'answers');
    await test.driver.close();
    await expect(test.dial('1')).rejects.toMatchObject({ code: 'switch-unavailable' });
    await expect(test.driver.hangup('1')).rejects.toMatchObject({ code: 'switch-unavailable' });
  });
});

describe('without the database', () => {
  it('nobody is dialed, and nobody who calls is announced', async () => {
    const { station, test } = await network(() => 'answers');
    const broken = {
      query: async () => {
        if (away) throw new Error('The database is away.');
        return [];
      },
    };
    let away = false;
    const alone = await testSwitch(broken, { trunks: [{ name: 'out', ...station.address(), healthMs: 0 }] });
    ending.push(() => alone.close());
    expect(test.events).toEqual([]);
    away = true;
    await expect(alone.dial('4930')).rejects.toThrow('The database is away.');
    const call = await station.call(alone.peer, '1', '8999');
    await vi.waitFor(() => expect(call.over).toBe('lost'), WAIT);
    expect(station.calls.filter(({ incoming }) => incoming)).toEqual([]);
    expect(alone.events).toEqual([]);
  });
});
