import { describe, expect, it } from 'vitest';
import { type CarriedCall, endedCall, type Happening, nextHappening, reportOf } from './carried-call.js';
import type { Outcome, Script } from './settings.js';

function aCall(script: Partial<Script>, changes: Partial<CarriedCall> = {}): CarriedCall {
  return {
    id: 'leg',
    serial: 0,
    direction: 'outbound',
    number: '5115',
    other: '8999',
    at: 0,
    script: { outcome: 'answer', ringMs: 1000, talkMs: 5000, digits: '', ...script },
    timeoutMs: 20_000,
    detect: false,
    plays: {},
    collects: {},
    ...changes,
  };
}

function anInboundCall(): CarriedCall {
  const { timeoutMs: _none, ...call } = aCall({});
  return { ...call, direction: 'inbound' };
}

const INPUT = { maxDigits: 4, terminators: '#', firstDigitTimeoutMs: 1000, totalTimeoutMs: 3000 };

describe('what happens next to a call', () => {
  it.each<[string, CarriedCall, Happening | undefined]>([
    ['a party answers', aCall({}), { kind: 'answer', at: 1000 }],
    ['a machine answers', aCall({ outcome: 'answering-machine' }), { kind: 'answer', at: 1000 }],
    ['a fax answers', aCall({ outcome: 'fax', ringMs: 250 }), { kind: 'answer', at: 250 }],
    ['the line is busy', aCall({ outcome: 'busy' }), { kind: 'end', at: 1000, cause: 'busy' }],
    ['the number is invalid', aCall({ outcome: 'sit-invalid' }), { kind: 'end', at: 1000, cause: 'invalid-number' }],
    ['the party refuses', aCall({ outcome: 'reject' }), { kind: 'end', at: 1000, cause: 'rejected' }],
    ['nobody answers', aCall({ outcome: 'no-answer' }), { kind: 'end', at: 1000, cause: 'no-answer' }],
    ['the dialer gives up first', aCall({ ringMs: 30_000 }), { kind: 'end', at: 20_000, cause: 'no-answer' }],
    ['the party is as fast as the dialer', aCall({ ringMs: 20_000 }), { kind: 'answer', at: 20_000 }],
    ['a phone rings that nobody takes', aCall({ ringMs: null }), { kind: 'end', at: 20_000, cause: 'no-answer' }],
    ['a party hangs up', aCall({}, { answeredAt: 1000, talkFrom: 1000 }), { kind: 'end', at: 6000, cause: 'normal' }],
    [
      'a joined party hangs up',
      aCall({}, { answeredAt: 1000, talkFrom: 4000 }),
      { kind: 'end', at: 9000, cause: 'normal' },
    ],
    ['a party never hangs up', aCall({ talkMs: null }, { answeredAt: 1000 }), undefined],
    [
      'a person is detected',
      aCall({}, { answeredAt: 1000, detect: true }),
      { kind: 'progress', at: 1300, result: 'person' },
    ],
    [
      'a machine is detected',
      aCall({ outcome: 'answering-machine' }, { answeredAt: 1000, detect: true }),
      { kind: 'progress', at: 1300, result: 'answering-machine' },
    ],
    [
      'nothing is detected twice',
      aCall({ talkMs: null }, { answeredAt: 1000, detect: true, progress: 'person' }),
      undefined,
    ],
    [
      'a play is over',
      aCall({}, { answeredAt: 0, plays: { a: { until: 3000 }, b: { until: 2000 }, c: { until: null } } }),
      { kind: 'played', at: 2000, play: 'b' },
    ],
    ['a caller gives up', anInboundCall(), { kind: 'end', at: 5000, cause: 'normal' }],
  ])('%s', (_name, call, happening) => {
    expect(nextHappening(call)).toEqual(happening);
  });

  it.each<[string, string, number, Happening]>([
    ['a first digit', '42', 0, { kind: 'digit', at: 200, collect: 'c', digit: '4' }],
    ['a next digit', '42', 1, { kind: 'digit', at: 400, collect: 'c', digit: '2' }],
    [
      'no further digit',
      '42',
      2,
      { kind: 'collected', at: 3000, collect: 'c', result: { digits: '42', reason: 'timeout' } },
    ],
    [
      'no digit at all',
      '',
      0,
      { kind: 'collected', at: 1000, collect: 'c', result: { digits: '', reason: 'timeout' } },
    ],
    [
      'the terminator',
      '42#',
      3,
      { kind: 'collected', at: 600, collect: 'c', result: { digits: '42', reason: 'complete' } },
    ],
    [
      'enough digits',
      '12345',
      4,
      { kind: 'collected', at: 800, collect: 'c', result: { digits: '1234', reason: 'complete' } },
    ],
  ])('digits are collected: %s', (_name, digits, keyed, happening) => {
    const collects = { c: { startedAt: 0, request: INPUT, keyed } };
    expect(nextHappening(aCall({ digits, talkMs: null }, { answeredAt: 0, collects }))).toEqual(happening);
  });
});

describe('what the network knows of a call', () => {
  it.each<[Outcome, boolean, 'normal' | 'busy' | 'no-answer' | 'cancelled', Outcome]>([
    ['answer', true, 'normal', 'answer'],
    ['fax', true, 'normal', 'fax'],
    ['answer', false, 'no-answer', 'no-answer'],
    ['busy', false, 'busy', 'busy'],
    ['busy', false, 'cancelled', 'no-answer'],
    ['no-answer', false, 'no-answer', 'no-answer'],
  ])('%s, answered %s, ended by %s, was %s', (scripted, answered, cause, outcome) => {
    const call = aCall({ outcome: scripted }, answered ? { answeredAt: 1000 } : {});
    expect(endedCall(call, 7000, cause)).toMatchObject({ outcome, endedAt: 7000, cause });
  });

  it('is told in the states of the port', () => {
    expect(reportOf(aCall({}))).toEqual({ legId: 'leg', known: true, state: 'ringing', dialedAt: 0, ringingAt: 0 });
    expect(reportOf(aCall({ outcome: 'busy' }))).toEqual({ legId: 'leg', known: true, state: 'dialing', dialedAt: 0 });
    const joined = aCall({}, { answeredAt: 1000, progress: 'person', bridgeId: 'b', joinedAt: 2000 });
    expect(reportOf(joined)).toMatchObject({ state: 'answered', progress: 'person', bridgeId: 'b', joinedAt: 2000 });
    expect(reportOf(endedCall(joined, 3000, 'normal'))).toEqual({
      legId: 'leg',
      known: true,
      state: 'ended',
      dialedAt: 0,
      ringingAt: 0,
      answeredAt: 1000,
      progress: 'person',
      endedAt: 3000,
      cause: 'normal',
    });
  });
});
