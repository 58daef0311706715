import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call, START, type TestNetwork, testNetwork } from './testing.js';

const legEvents = ({ events }: TestNetwork) =>
  events.flatMap((event) =>
    event.type === 'leg' ? [[event.legId, event.state, (event.at - START) / 1000] as const] : [],
  );

describe('after the death of the process', () => {
  it('calls ring and talk on by the times of the ledger', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({ numbers: { 1: { ringSeconds: 10, talkSeconds: 20 } } });
    await network.simulator.dial(call('leg', '1'));
    await network.advance(4);
    await network.crash();
    await network.advance(7);
    await network.crash();
    await network.advance(30);
    expect(legEvents(network)).toEqual([['leg', 'ended', 30]]);
    expect(await network.simulator.reconcile(['leg'])).toMatchObject([
      { state: 'ended', answeredAt: START + 10_000, endedAt: START + 30_000 },
    ]);
  });

  it('what would have happened meanwhile happens at once, in order and at its time', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({ numbers: { 2: { ringSeconds: 2, talkSeconds: 7 } } });
    await network.simulator.dial(call('one', '1', { callProgress: true }));
    await network.simulator.dial(call('two', '2'));
    await network.crash(60);
    expect(network.events).toEqual([]);
    await network.advance(0);
    expect(legEvents(network)).toEqual([
      ['one', 'answered', 1],
      ['two', 'answered', 2],
      ['one', 'ended', 6],
      ['two', 'ended', 9],
    ]);
    expect(network.events.find(({ type }) => type === 'call-progress')?.at).toBe(START + 1300);
  });

  it('is asked at once, the network knows what happened meanwhile', async () => {
    const network = await testNetwork();
    await network.simulator.dial(call('leg', '1'));
    await network.crash(60);
    expect(await network.simulator.reconcile(['leg', 'other'])).toMatchObject([
      { known: true, state: 'ended', cause: 'normal' },
      { known: false },
    ]);
  });

  it('bridges, plays and collects go on', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({ default: { talkSeconds: 10, digits: '7' } });
    await network.simulator.dial(call('one', '1'));
    await network.simulator.dial(call('two', '2'));
    await network.advance(5);
    await network.simulator.join('bridge', ['one', 'two']);
    await network.simulator.play('one', 'music', { kind: 'tone', tone: 'music', durationMs: 5000 });
    const input = { maxDigits: 2, terminators: '', firstDigitTimeoutMs: 4000, totalTimeoutMs: 4000 };
    await network.simulator.collect('two', 'menu', input);
    await network.crash(1);
    expect(await network.simulator.reconcile(['one'])).toMatchObject([{ bridgeId: 'bridge', joinedAt: START + 5000 }]);
    await network.advance(60);
    expect(network.events).toMatchObject([
      { type: 'digit', digit: '7', at: START + 5200 },
      { type: 'collected', digits: '7', reason: 'timeout', at: START + 9000 },
      { type: 'played', playId: 'music', at: START + 10_000 },
      { type: 'leg', state: 'ended', at: START + 15_000 },
      { type: 'leg', state: 'ended', at: START + 15_000 },
    ]);
  });

  it('no leg is dialed again, and sequences go on', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({ default: { sequence: [{ outcome: 'busy' }, {}] } });
    await network.simulator.dial(call('one', '1'));
    await network.crash(60);
    await network.simulator.dial(call('one', '1'));
    await network.simulator.dial(call('two', '1'));
    expect(network.simulator.calls().map(({ id, outcome }) => [id, outcome])).toEqual([
      ['one', 'busy'],
      ['two', 'answer'],
    ]);
  });

  it('callers who wait are announced again, with the same id', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({ default: { talkSeconds: null } });
    const leg = await network.simulator.placeInbound({ from: '1', to: '8999', userData: { a: 1 } });
    const answered = await network.simulator.placeInbound({ from: '2', to: '8999' });
    await network.simulator.answer(answered);
    await network.crash(5);
    await network.advance(0);
    expect(network.events).toEqual([
      { type: 'inbound', legId: leg, from: '1', to: '8999', at: START, userData: { a: 1 } },
    ]);
    expect(await network.simulator.placeInbound({ from: '3', to: '8999' })).not.toBe(leg);
  });
});

describe('the ledger', () => {
  const path = ({ directory }: TestNetwork, name = 'ledger.jsonl') => join(directory, name);

  it('holds a call before its dial is answered', async () => {
    const network = await testNetwork();
    const dialing = network.simulator.dial(call('leg', '5115'));
    await dialing;
    expect(readFileSync(path(network), 'utf8')).toContain('"number":"5115"');
  });

  it('loses its last line when that is incomplete, and nothing else', async () => {
    const network = await testNetwork();
    await network.simulator.dial(call('leg', '5115'));
    appendFileSync(path(network), '{"e":"call","call":{"id":"tor');
    await network.crash();
    await network.simulator.dial(call('next', '5115'));
    await network.crash();
    expect(network.simulator.calls().map(({ id }) => id)).toEqual(['leg', 'next']);
  });

  it('is refused when it is damaged within', async () => {
    const network = await testNetwork();
    await network.simulator.dial(call('leg', '5115'));
    await network.simulator.close();
    writeFileSync(path(network), `{"e":"ca\n${readFileSync(path(network), 'utf8')}`);
    await expect(network.simulator.start()).rejects.toMatchObject({
      code: 'ledger-damaged',
      message: expect.stringMatching(/Line 1 .*ledger\.jsonl/),
    });
  });

  it('begins new segments, drops the oldest, and still knows what is up and where sequences are', async () => {
    const network = await testNetwork({ segmentCalls: 10 });
    await network.simulator.changeSettings({
      numbers: { up: { talkSeconds: null }, often: { sequence: [{ outcome: 'busy' }, { outcome: 'fax' }] } },
    });
    await network.simulator.dial(call('first', 'often'));
    await network.simulator.dial(call('up', 'up'));
    await network.simulator.dial(call('beside', 'up'));
    await network.advance(10);
    await network.simulator.join('bridge', ['up', 'beside']);
    for (let index = 0; index < 45; index += 1) {
      await network.simulator.dial(call(`leg${index}`, '5115'));
      await network.advance(10);
    }
    const listed = network.simulator.calls();
    expect(listed.length).toBeGreaterThanOrEqual(22);
    expect(listed.length).toBeLessThanOrEqual(32);
    expect(existsSync(path(network, 'ledger.2.jsonl'))).toBe(true);
    expect(existsSync(path(network, 'ledger.3.jsonl'))).toBe(false);

    await network.crash();
    expect(network.simulator.calls()).toEqual(listed);
    expect(await network.simulator.reconcile(['up', 'beside', 'leg44', 'leg0'])).toMatchObject([
      { state: 'answered', bridgeId: 'bridge' },
      { state: 'answered', bridgeId: 'bridge' },
      { state: 'ended' },
      { known: false },
    ]);
    await network.simulator.dial(call('second', 'often'));
    expect(network.simulator.calls({ number: 'often' })).toMatchObject([{ outcome: 'fax' }]);
  });

  it('takes up a rotation that was interrupted', async () => {
    const network = await testNetwork({ segmentCalls: 5 });
    for (let index = 0; index < 12; index += 1) await network.simulator.dial(call(`leg${index}`, '5115'));
    await network.advance(10);
    const listed = network.simulator.calls();
    await network.simulator.close();

    renameSync(path(network), path(network, 'ledger.next.jsonl'));
    await network.crash();
    expect(network.simulator.calls()).toEqual(listed);

    await network.simulator.close();
    renameSync(path(network, 'ledger.1.jsonl'), path(network, 'ledger.2.jsonl'));
    writeFileSync(path(network, 'ledger.next.jsonl'), 'half a ');
    await network.crash();
    expect(network.simulator.calls()).toEqual(listed);
    expect(existsSync(path(network, 'ledger.next.jsonl'))).toBe(false);
    expect(existsSync(path(network, 'ledger.1.jsonl'))).toBe(true);
  });
});
