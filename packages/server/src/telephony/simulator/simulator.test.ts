import { describe, expect, it } from 'vitest';
import { instant } from '../../kernel/index.js';
import { call, START, type TestNetwork, testNetwork } from './testing.js';

/** What was heard of a leg: states with the seconds since the start, and other events by their type. */
function story({ events }: TestNetwork, legId: string): string[] {
  return events.flatMap((event) => {
    if (event.type === 'device' || event.legId !== legId) return [];
    const what = event.type === 'leg' ? event.state : event.type;
    const cause = event.type === 'leg' && event.state === 'ended' ? ` ${event.cause}` : '';
    return [`${what}${cause} ${(event.at - START) / 1000}`];
  });
}

describe('a party', () => {
  it('answers after a second and hangs up five seconds later, when nothing is said of it', async () => {
    const network = await testNetwork();
    await network.simulator.dial(call('leg', '5115'));
    await network.advance(10);
    expect(story(network, 'leg')).toEqual(['dialing 0', 'ringing 0', 'answered 1', 'ended normal 6']);
  });

  it('behaves differently on successive attempts, by number, in whatever notation; the last repeats', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({
      numbers: { '+16502530000': { ringSeconds: 0.5, sequence: [{ outcome: 'busy' }, { outcome: 'reject' }, {}] } },
    });
    const dialed = ['6502530000', '(650) 253-0000', '+1 650 253 0000', '+16502530000'];
    for (const [index, number] of dialed.entries()) await network.simulator.dial(call(`leg${index}`, number));
    await network.simulator.dial(call('other', '5115'));
    await network.advance(20);
    const listed = network.simulator.calls({ number: '650-253-0000' });
    expect(listed.map(({ number, outcome }) => [number, outcome])).toEqual([
      ['6502530000', 'busy'],
      ['(650) 253-0000', 'reject'],
      ['+1 650 253 0000', 'answer'],
      ['+16502530000', 'answer'],
    ]);
  });

  it('begins its sequence again when it is described again', async () => {
    const network = await testNetwork();
    const described = { numbers: { 5115: { sequence: [{ outcome: 'busy' }, {}] } } };
    await network.simulator.changeSettings(described);
    await network.simulator.dial(call('one', '5115'));
    await network.simulator.changeSettings({ numbers: { 5116: {} } });
    await network.simulator.dial(call('two', '5115'));
    await network.simulator.changeSettings(described);
    await network.simulator.dial(call('three', '5115'));
    expect(network.simulator.calls().map(({ outcome }) => outcome)).toEqual(['busy', 'answer', 'busy']);
  });

  it('counts its own attempts when everybody behaves in a sequence', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({ default: { sequence: [{ outcome: 'busy' }, {}] } });
    for (const [id, number] of ['1', '2', '1', '2'].entries()) await network.simulator.dial(call(`leg${id}`, number));
    expect(network.simulator.calls().map(({ outcome }) => outcome)).toEqual(['busy', 'busy', 'answer', 'answer']);
    await network.simulator.changeSettings({ default: { ringSeconds: 2 } });
    await network.simulator.dial(call('again', '1'));
    expect(network.simulator.calls({ number: '1' }).at(-1)?.outcome).toBe('busy');
  });

  it('talks anew from being joined to somebody', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({ numbers: { 1: { talkSeconds: 60 }, 2: { talkSeconds: 3 } } });
    await network.simulator.dial(call('customer', '1'));
    await network.simulator.dial(call('short', '2'));
    await network.advance(3);
    await network.simulator.join('bridge', ['customer']);
    await network.simulator.join('bridge', ['short']);
    await network.advance(2.5);
    expect(story(network, 'short')).not.toContain('ended normal 4');
    await network.advance(100);
    expect(story(network, 'short').at(-1)).toBe('ended normal 6');
    expect(story(network, 'customer').at(-1)).toBe('ended normal 63');
  });

  it('keys its digits in whenever they are collected', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({ default: { talkSeconds: null, digits: '12#' } });
    await network.simulator.dial(call('leg', '5115'));
    await network.advance(1);
    const request = { maxDigits: 5, terminators: '#', firstDigitTimeoutMs: 1000, totalTimeoutMs: 5000 };
    await network.simulator.collect('leg', 'first', request);
    await network.advance(2);
    await network.simulator.collect('leg', 'second', { ...request, maxDigits: 1 });
    await network.advance(0.1);
    await network.simulator.hangup('leg');
    const collected = network.events.filter(({ type }) => type === 'collected');
    expect(collected).toMatchObject([
      { collectId: 'first', digits: '12', reason: 'complete' },
      { collectId: 'second', digits: '', reason: 'ended' },
    ]);
    expect(network.events.flatMap((event) => (event.type === 'digit' ? [event.digit] : []))).toEqual(['1', '2', '#']);
  });

  it('hears prompts for their nominal time and no longer than it is there', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({ default: { talkSeconds: 6 } });
    await network.simulator.dial(call('leg', '5115'));
    await network.advance(1);
    await network.simulator.play('leg', 'file', { kind: 'file', url: 'hello.wav' });
    await network.simulator.play('leg', 'loop', { kind: 'file', url: 'hello.wav', loop: true });
    await network.simulator.play('leg', 'text', { kind: 'text', text: 'Hello' });
    await network.simulator.play('leg', 'tone', { kind: 'tone', tone: 'busy', durationMs: 2500 });
    await network.simulator.play('leg', 'late', { kind: 'tone', tone: 'silence', durationMs: 60_000 });
    await network.advance(20);
    const played = network.events.flatMap((event) =>
      event.type === 'played' ? [[event.playId, event.at - START]] : [],
    );
    expect(played).toEqual([
      ['file', 2000],
      ['text', 2000],
      ['tone', 3500],
    ]);
    expect(story(network, 'leg').at(-1)).toBe('ended normal 7');
  });
});

describe("an agent's phone", () => {
  it('is answered by an automatic agent, and reports what it does', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({ agents: { a1: { auto: true, answerSeconds: 0.5 } } });
    await network.simulator.dial(call('leg', '2001'));
    await network.advance(100);
    expect(story(network, 'leg')).toEqual(['dialing 0', 'ringing 0', 'answered 0.5']);
    await network.simulator.hangup('leg');
    const device = network.events.flatMap((event) =>
      event.type === 'device' ? [`${event.device} ${event.state}`] : [],
    );
    expect(device).toEqual(['2001 ringing', '2001 busy', '2001 idle']);
  });

  it('rings until its agent answers, or the time is over', async () => {
    const network = await testNetwork();
    await network.simulator.dial(call('taken', '2001', { timeoutMs: 10_000 }));
    await network.simulator.dial(call('missed', '2002', { timeoutMs: 10_000 }));
    await network.advance(9);
    expect(await network.simulator.answerAgent('a1')).toBe('taken');
    await network.advance(9);
    expect(story(network, 'taken')).toEqual(['dialing 0', 'ringing 0', 'answered 9']);
    expect(story(network, 'missed')).toEqual(['dialing 0', 'ringing 0', 'ended no-answer 10']);
    await expect(network.simulator.answerAgent('a2')).rejects.toMatchObject({ code: 'no-call' });
  });

  it('is busy during a call', async () => {
    const network = await testNetwork();
    await network.simulator.dial(call('first', '2001'));
    await network.simulator.dial(call('second', '2001'));
    await network.advance(0.001);
    expect(story(network, 'second')).toEqual(['dialing 0', 'ended busy 0']);
    expect(await network.simulator.answerAgent('a1')).toBe('first');
  });

  it('behaves as the number is described, if it is', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({
      agents: { a1: { auto: true } },
      numbers: { 2001: { outcome: 'reject' } },
    });
    await network.simulator.dial(call('leg', '2001'));
    await network.advance(5);
    expect(story(network, 'leg').at(-1)).toBe('ended rejected 1');
  });
});

describe('an inbound call', () => {
  it('is announced with its data, waits as long as the caller is patient, and again from the answer', async () => {
    const network = await testNetwork();
    await network.simulator.changeSettings({ numbers: { 5115: { talkSeconds: 10 } } });
    const leg = await network.simulator.placeInbound({ from: '5115', to: '8999', userData: { topic: 'bill' } });
    const impatient = await network.simulator.placeInbound({ from: '5115', to: '8999' });
    expect(network.events[0]).toEqual({
      type: 'inbound',
      legId: leg,
      from: '5115',
      to: '8999',
      at: START,
      userData: { topic: 'bill' },
    });
    await network.advance(9);
    await network.simulator.answer(leg);
    await network.simulator.answer(leg);
    await network.advance(60);
    expect(story(network, leg)).toEqual(['inbound 0', 'answered 9', 'ended normal 19']);
    expect(story(network, impatient)).toEqual(['inbound 0', 'ended normal 10']);
    expect(network.simulator.calls({ number: '5115' })).toEqual([
      {
        id: leg,
        number: '5115',
        at: instant(START),
        outcome: 'answer',
        answeredAt: instant(START + 9000),
        endedAt: instant(START + 19_000),
      },
      { id: impatient, number: '5115', at: instant(START), outcome: 'no-answer', endedAt: instant(START + 10_000) },
    ]);
  });

  it('needs two numbers, and cannot be answered by who dialed it', async () => {
    const { simulator } = await testNetwork();
    await expect(simulator.placeInbound({ from: '', to: '1' })).rejects.toMatchObject({
      code: 'invalid-call',
      details: [{ pointer: '/from' }],
    });
    await simulator.dial(call('leg', '5115'));
    await expect(simulator.answer('leg')).rejects.toMatchObject({ code: 'leg-not-inbound' });
  });

  it('has the same id for the same seed', async () => {
    const ids = async (seed: number) => {
      const { simulator } = await testNetwork();
      await simulator.changeSettings({ seed });
      return [
        await simulator.placeInbound({ from: '1', to: '2' }),
        await simulator.placeInbound({ from: '1', to: '2' }),
      ];
    };
    const [one, same, other] = [await ids(1), await ids(1), await ids(2)];
    expect(one).toEqual(same);
    expect(new Set([...one, ...other]).size).toBeGreaterThan(2);
  });
});

describe('the settings', () => {
  it('of the configuration take effect when they are others than last time, and do not undo what was changed since', async () => {
    const network = await testNetwork();
    const configured = { default: { ringSeconds: 2 }, numbers: { 1: { sequence: [{ outcome: 'busy' }, {}] } } };
    await network.simulator.configure(configured);
    await network.simulator.dial(call('one', '1'));
    await network.simulator.changeSettings({ default: { ringSeconds: 3 } });

    await network.crash();
    await network.simulator.configure(configured);
    expect(network.simulator.settings()).toMatchObject({ default: { ringSeconds: 3 } });
    await network.simulator.dial(call('two', '1'));
    expect(network.simulator.calls().map(({ outcome }) => outcome)).toEqual(['busy', 'answer']);

    await network.simulator.configure({ ...configured, default: { ringSeconds: 4 } });
    expect(network.simulator.settings()).toMatchObject({ default: { ringSeconds: 4 } });
    await network.simulator.dial(call('three', '1'));
    expect(network.simulator.calls().at(-1)?.outcome).toBe('answer');
  });

  it('stay as they are when a change is wrong', async () => {
    const { simulator } = await testNetwork();
    const wrong = { numbers: { 1: {} }, default: { outcome: 'x' } };
    await expect(simulator.changeSettings(wrong)).rejects.toMatchObject({ code: 'invalid-simulator-settings' });
    expect(simulator.settings()).toMatchObject({ numbers: {} });
  });
});

it('a network that is not started says so', async () => {
  const { simulator } = await testNetwork();
  await simulator.close();
  await expect(simulator.dial(call('leg', '1'))).rejects.toMatchObject({ code: 'switch-unavailable' });
});

it('ten thousand calls at a time are no problem', async () => {
  const network = await testNetwork();
  await network.simulator.changeSettings({ default: { talkSeconds: 60 } });
  const legs = Array.from({ length: 10_000 }, (_, index) => `leg${index}`);
  await Promise.all(legs.map((leg) => network.simulator.dial(call(leg, '5115'))));
  await network.advance(30);
  expect((await network.simulator.reconcile(legs)).every(({ state }) => state === 'answered')).toBe(true);
  await network.advance(60);
  expect(network.events.filter((event) => event.type === 'leg' && event.state === 'ended')).toHaveLength(10_000);
});
