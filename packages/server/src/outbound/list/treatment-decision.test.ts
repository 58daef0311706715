import { describe, expect, test } from 'vitest';
import { CallResult } from './call-result.js';
import type { ListRecord } from './record.js';
import { RecordStatus } from './record-status.js';
import { RecordType } from './record-type.js';
import type { Treatment } from './treatment.js';
import { decideTreatment, type TreatmentDecision, type TreatmentInput } from './treatment-decision.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 0, 5, 12);
const SETTINGS = { maxAttempts: 10, scheduleThresholdMs: 10 * MINUTE };

function record(chainN: number, more: Partial<ListRecord> = {}): ListRecord {
  return {
    ...{
      list: 'spring',
      chainId: 1,
      chainN,
      recordId: chainN,
      phone: `${chainN}`,
      phoneKey: `${chainN}`,
      phoneType: 1,
    },
    ...{ recordType: RecordType.General, recordStatus: RecordStatus.Retrieved, callResult: 28, attempt: 1 },
    ...{ dailyFrom: 0, dailyTill: 86_400, tzName: 'UTC', zone: 'UTC', custom: {} },
    ...more,
  };
}

function treatment(action: Treatment['action'], more: Partial<Treatment> = {}): Treatment {
  return {
    ...{ name: action, id: '9', callResult: CallResult.Busy, action, number: 1, cycleAttempt: 1 },
    ...{ intervalMs: 0, incrementMs: 0 },
    ...more,
  };
}

function decide(
  treatments: Treatment[],
  more: Partial<TreatmentInput> & { records?: ListRecord[] } = {},
): TreatmentDecision {
  const { records = [record(1)], ...input } = more;
  return decideTreatment({
    ...{ treatments, chain: { list: 'spring', chainId: 1, records }, chainN: 1, result: CallResult.Busy },
    ...{ now: NOW, settings: SETTINGS },
    ...input,
  });
}

/** What a decision says, in short: the kind, the next record and its delay in minutes, and the states of the records. */
function short(decision: TreatmentDecision): string {
  const states = [...decision.records]
    .sort((one, other) => one.chainN - other.chainN)
    .map(({ chainN, recordStatus, recordType, callResult }) => `${chainN}:${recordStatus}/${recordType}/${callResult}`);
  const next =
    decision.kind === 'finalize' ? (decision.reason.ended ?? '') : `${decision.chainN}+${(decision.at - NOW) / MINUTE}`;
  return [decision.kind, next, ...states].join(' ');
}

const CHAIN = [record(1), record(2), record(3)];

describe('each action', () => {
  test.each<[string, Treatment[], Partial<TreatmentInput> & { records?: ListRecord[] }, string]>([
    ['no treatment', [], { records: CHAIN }, 'finalize no-treatment 1:3/2/6 2:7/2/28 3:7/2/28'],
    ['a treatment of another result', [treatment('Cycle', { callResult: 7 })], {}, 'finalize no-treatment 1:3/2/6'],
    ['No Treatment', [treatment('MarkDB')], { records: CHAIN }, 'finalize completed 1:3/2/6 2:7/2/28 3:7/2/28'],
    [
      'Update all records in chain',
      [treatment('MarkAllChain')],
      { records: CHAIN },
      'finalize completed 1:3/2/6 2:7/2/6 3:7/2/6',
    ],
    ['Redial, soon', [treatment('Cycle', { intervalMs: 5 * MINUTE })], { records: CHAIN }, 'hold 1+5 1:2/2/6'],
    [
      'Redial, later',
      [treatment('Cycle', { intervalMs: HOUR })],
      { records: CHAIN },
      'return 1+60 1:1/3/6 2:9/2/28 3:9/2/28',
    ],
    [
      'Redial of a personal callback',
      [treatment('Cycle', { intervalMs: HOUR })],
      { records: [record(1, { recordType: 5 })] },
      'return 1+60 1:1/4/6',
    ],
    ['Retry in', [treatment('RetryIn', { cycleAttempt: 0, intervalMs: HOUR })], {}, 'return 1+60 1:1/3/6'],
    [
      'Retry at a date',
      [treatment('RetryAtDate', { cycleAttempt: 0, date: '01/05/2026 15:00' })],
      {},
      'return 1+180 1:1/3/6',
    ],
    [
      'Retry at a date that has passed',
      [treatment('RetryAtDate', { cycleAttempt: 0, date: '01/05/2026 11:00' })],
      {},
      'finalize exhausted 1:3/2/6',
    ],
    ['Next in chain', [treatment('NextInChain')], { records: CHAIN }, 'hold 2+0 1:2/2/6 2:2/2/28'],
    [
      'Next in chain of the last',
      [treatment('NextInChain')],
      { records: CHAIN, chainN: 3 },
      'finalize exhausted 1:7/2/28 2:7/2/28 3:3/2/6',
    ],
    [
      'Next in chain, second round',
      [treatment('NextInChain', { cycleAttempt: 2 })],
      { records: CHAIN, chainN: 3 },
      'hold 1+0 1:2/2/28 3:2/2/6',
    ],
    ['Next in chain without a chain', [treatment('NextInChain')], {}, 'finalize exhausted 1:3/2/6'],
    [
      'Next in chain past records that are done',
      [treatment('NextInChain')],
      { records: [record(1), record(2, { recordStatus: 5 }), record(3, { recordType: 7 }), record(4)] },
      'hold 4+0 1:2/2/6 4:2/2/28',
    ],
    [
      'Next in chain after',
      [treatment('NextInChainAfter', { intervalMs: 30 * MINUTE })],
      { records: CHAIN },
      'return 2+30 1:9/2/6 2:1/3/28 3:9/2/28',
    ],
    [
      'Next in chain at a date',
      [treatment('NextInChainAtDate', { date: '2026-01-06T12:00' })],
      { records: CHAIN },
      'return 2+1440 1:9/2/6 2:1/3/28 3:9/2/28',
    ],
    [
      'Next in chain when the date has come',
      [treatment('NextInChainAtDate', { date: '01/05/2026 11:59' })],
      { records: CHAIN, chainN: 2 },
      'hold 3+0 2:2/2/6 3:2/2/28',
    ],
    [
      'Assign to Group of a personal callback',
      [treatment('AssignToGroup')],
      { records: [record(1, { recordType: 5 })] },
      'return 1+0 1:1/6/6',
    ],
    [
      'Assign to Group of a personal rescheduled record',
      [treatment('AssignToGroup')],
      { records: [record(1, { recordType: 4 })] },
      'return 1+0 1:1/3/6',
    ],
    ['Assign to Group of anything else', [treatment('AssignToGroup')], {}, 'finalize not-applicable 1:3/2/6'],
    [
      'Mark as Agent Error',
      [treatment('MarkAsAgentError')],
      { records: CHAIN },
      'finalize completed 1:6/2/6 2:7/2/28 3:7/2/28',
    ],
    [
      'Reschedule as arranged',
      [treatment('Reschedule')],
      { arranged: { at: NOW + HOUR, type: 5, agentId: 'a1' } },
      'return 1+60 1:1/5/6',
    ],
    ['Reschedule without an arrangement', [treatment('Reschedule')], {}, 'finalize not-applicable 1:3/2/6'],
    [
      'a record that was cancelled meanwhile',
      [treatment('Cycle')],
      { records: [record(1, { recordStatus: 5, callResult: 52 }), record(2)] },
      'finalize withdrawn 2:7/2/28',
    ],
  ])('%s', (_what, treatments, input, expected) => {
    expect(short(decide(treatments, input))).toBe(expected);
  });

  test.each(['Cycle', 'RetryIn', 'RetryAtDate'] as const)('%s ends with the most attempts', (action) => {
    const one = treatment(action, { cycleAttempt: 99, date: '2026-02-01T00:00' });
    expect(short(decide([one], { records: [record(1, { attempt: 10 })] }))).toBe('finalize max-attempts 1:3/2/6');
  });

  test('Next in chain leaves out records that have had their attempts', () => {
    const records = [record(1, { attempt: 10 }), record(2, { attempt: 10 }), record(3, { attempt: 9 })];
    expect(short(decide([treatment('NextInChain')], { records }))).toBe('hold 3+0 1:2/2/6 3:2/2/28');
    const all = records.map((one) => ({ ...one, attempt: 10 }));
    expect(short(decide([treatment('NextInChain')], { records: all }))).toContain('finalize max-attempts');
  });

  test('a callback that its agent could not take allows five actions alone', () => {
    const allowed = (
      [
        'MarkDB',
        'MarkAllChain',
        'Cycle',
        'RetryIn',
        'RetryAtDate',
        'NextInChain',
        'NextInChainAfter',
        'NextInChainAtDate',
        'AssignToGroup',
        'MarkAsAgentError',
        'Reschedule',
      ] as const
    ).filter((action) => {
      const one = treatment(action, { callResult: 47, cycleAttempt: 5, date: '2026-02-01T00:00' });
      const records = [record(1, { recordType: RecordType.PersonalCallBack }), record(2)];
      const arranged = { at: NOW + HOUR, type: RecordType.PersonalCallBack };
      return (
        decide([one], { records, result: CallResult.AgentCallbackError, arranged }).reason.ended !== 'not-applicable'
      );
    });
    expect(allowed).toEqual(['Cycle', 'RetryIn', 'RetryAtDate', 'AssignToGroup', 'MarkAsAgentError']);
  });
});

/** Dials a chain with these results until it is done, and tells what was dialed when, in minutes. */
function run(treatments: Treatment[], results: number[], records = [record(1)]): string[] {
  let chain = records.map((one) => ({ ...one, attempt: 0 }));
  let next = { chainN: 1, at: NOW };
  let history: string | undefined;
  const dialed: string[] = [];
  for (const result of results) {
    dialed.push(`${next.chainN}@${(next.at - NOW) / MINUTE}`);
    chain = chain.map((one) => ({
      ...one,
      recordStatus: one.recordStatus === 3 ? 3 : 2,
      attempt: one.attempt + (one.chainN === next.chainN ? 1 : 0),
    }));
    const decision = decideTreatment({
      ...{ treatments, chain: { list: 'spring', chainId: 1, records: chain }, chainN: next.chainN, result },
      ...{ history, now: next.at, settings: SETTINGS },
    });
    chain = chain.map((one) => decision.records.find(({ chainN }) => chainN === one.chainN) ?? one);
    if (decision.kind === 'finalize') return [...dialed, decision.reason.ended ?? ''];
    next = decision;
    // What is returned to the list is read from the record again, as a dialer that knows nothing does.
    history = decision.kind === 'hold' ? decision.history : undefined;
  }
  return dialed;
}

describe('sequences', () => {
  const busy = CallResult.Busy;
  const noAnswer = CallResult.NoAnswer;
  const redial = (id: string, number: number, more: Partial<Treatment> = {}) =>
    treatment('Cycle', { id, number, ...more });

  test.each([0, HOUR])('cycle attempts count redials, each with its wait (%d ms)', (intervalMs) => {
    const one = redial('9', 1, { cycleAttempt: 3, intervalMs, incrementMs: 2 * MINUTE });
    const wait = intervalMs / MINUTE;
    const times = [0, wait, 2 * wait + 2, 3 * wait + 6].map((at) => `1@${at}`);
    expect(run([one], [busy, busy, busy, busy, busy])).toEqual([...times, 'exhausted']);
  });

  test('the k-th result in a row uses number k, the last one to its end', () => {
    const sequence = [
      redial('c', 30, { cycleAttempt: 2, intervalMs: 60 * MINUTE }),
      redial('a', 1, { intervalMs: MINUTE }),
      redial('b', 2, { intervalMs: 10 * MINUTE }),
    ];
    expect(run(sequence, Array(9).fill(busy))).toEqual(['1@0', '1@1', '1@11', '1@71', '1@131', 'exhausted']);
  });

  test('another result in between begins its own sequence, and the former one anew', () => {
    const sequence = [
      redial('a', 1, { intervalMs: MINUTE }),
      redial('b', 2, { intervalMs: 5 * MINUTE }),
      redial('n', 1, { callResult: noAnswer, intervalMs: 2 * MINUTE }),
    ];
    expect(run(sequence, [busy, noAnswer, busy, busy, busy])).toEqual(['1@0', '1@1', '1@3', '1@4', '1@9', 'exhausted']);
  });

  test('rounds over a chain go on whatever the results, and end', () => {
    const chain = [record(1), record(2)];
    const sequence = [
      treatment('NextInChain', { id: 'b', cycleAttempt: 2 }),
      treatment('NextInChain', { id: 'n', callResult: noAnswer, cycleAttempt: 2 }),
    ];
    const results = [busy, noAnswer, busy, noAnswer, busy, noAnswer];
    expect(run(sequence, results, chain)).toEqual(['1@0', '2@0', '1@0', '2@0', 'exhausted']);
    const slow = sequence.map((one) => ({
      ...one,
      action: 'NextInChainAfter' as const,
      intervalMs: HOUR,
      incrementMs: HOUR,
    }));
    expect(run(slow, results, chain)).toEqual(['1@0', '2@60', '1@180', '2@300', 'exhausted']);
  });

  test('ends after the most attempts', () => {
    const one = treatment('RetryIn', { cycleAttempt: 0, intervalMs: HOUR });
    expect(run([one], Array(20).fill(busy)).slice(-2)).toEqual(['1@540', 'max-attempts']);
  });

  test('the history of a general record is not read, that of a rescheduled one is', () => {
    const one = redial('9', 1, { cycleAttempt: 2 });
    const of = (recordType: ListRecord['recordType']) =>
      decide([one], { records: [record(1, { recordType, treatments: '9@2@1@1' })] });
    expect(short(of(RecordType.General))).toContain('hold');
    expect(short(of(RecordType.CampaignRescheduled))).toContain('exhausted');
  });

  test('the history is written as the original writes it', () => {
    const sequence = [redial('101', 1), redial('102', 2, { cycleAttempt: 5 })];
    const first = decide(sequence);
    expect(first).toMatchObject({ history: '101@1@1@1' });
    const second = decide(sequence, { history: '101@1@1@1' });
    expect(second).toMatchObject({ history: '102@1@1@2', records: [{ treatments: '102@1@1@2' }] });
    const named = treatment('NextInChain', { id: 'a@b' });
    expect(decide([named], { records: CHAIN })).toMatchObject({ history: 'a@b@1@2@1' });
    expect(short(decide([named], { records: CHAIN, chainN: 3, history: 'a@b@1@3@1' }))).toContain('exhausted');
  });
});

describe('windows', () => {
  const office = { dailyFrom: 8 * 3600, dailyTill: 18 * 3600 };

  test('a time outside of the window is moved to its opening, and waited for in the list', () => {
    const one = treatment('Cycle', { intervalMs: 5 * MINUTE });
    const evening = NOW + 6 * HOUR - MINUTE;
    const decision = decide([one], { records: [record(1, office)], now: evening });
    expect(decision).toMatchObject({ kind: 'return', at: Date.UTC(2026, 0, 6, 8) });
  });

  test('the next record of a chain is dialed in its own zone', () => {
    const records = [record(1), record(2, { ...office, tzName: 'PST', zone: 'America/Los_Angeles' })];
    const decision = decide([treatment('NextInChain')], { records });
    expect(decision).toMatchObject({ kind: 'return', chainN: 2, at: Date.UTC(2026, 0, 5, 16) });
  });

  test('records whose windows never open with the list are left out of the chain', () => {
    const records = [record(1), record(2, office), record(3)];
    const settings = { ...SETTINGS, timeFrom: 19 * 3600, timeUntil: 20 * 3600 };
    expect(decide([treatment('NextInChain')], { records, settings })).toMatchObject({ chainN: 3, at: NOW + 7 * HOUR });
  });
});
