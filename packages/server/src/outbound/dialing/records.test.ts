import { describe, expect, it } from 'vitest';
import { CallResult, RecordStatus, RecordType } from '../list/index.js';
import { DialingBed, START } from './testing.js';

const AUTO = { auto: true, answerSeconds: 0.2, wrapSeconds: 1 };
const RETRY = `
treatments:
  - { name: again, callResult: Busy, applyToRecord: Redial, cycleAttempt: 2, interval: 1 }
  - { name: later, callResult: NoAnswer, applyToRecord: Retry in, interval: 60 }
  - { name: next, callResult: SitInvalidNumber, applyToRecord: Next in chain, cycleAttempt: 1 }
`;
const TREATED = { list: 'treatments: [again, later, next]', more: RETRY };

describe('treatments', () => {
  it('redial as often and after as long as they say, and finalise then', async () => {
    const bed = await DialingBed.create(TREATED);
    await bed.add('5101');
    await bed.world({ numbers: { '5101': { outcome: 'busy', ringSeconds: 1 } }, agents: { a1: AUTO } });
    await bed.startGroup();
    await bed.advance(300);
    const attempts = await bed.dialing.attempts('spring', (await bed.record('5101')).recordId);
    expect(attempts.map(({ at, result }) => [(at - START) / 1000, result])).toEqual([
      [0, CallResult.Busy],
      [61, CallResult.Busy],
      [122, CallResult.Busy],
    ]);
    expect(await bed.record('5101')).toMatchObject({ recordStatus: RecordStatus.Updated, attempt: 3 });
  });

  it('store long delays in the list, from where the record is taken again', async () => {
    const bed = await DialingBed.create(TREATED);
    await bed.add('5101');
    const sequence = [
      { outcome: 'no-answer', ringSeconds: 20 },
      { outcome: 'answer', ringSeconds: 1 },
    ];
    await bed.world({ numbers: { '5101': { sequence } }, agents: { a1: AUTO } });
    await bed.startGroup();
    await bed.advance(60);
    expect(await bed.record('5101')).toMatchObject({
      recordStatus: RecordStatus.Ready,
      recordType: RecordType.CampaignRescheduled,
      attempt: 1,
    });
    expect(bed.ofType('records-scheduled')).toHaveLength(1);
    await bed.advance(3600);
    expect(await bed.record('5101')).toMatchObject({
      recordStatus: RecordStatus.Updated,
      callResult: CallResult.Answer,
      attempt: 2,
    });
  });

  it('go on with the next record of the chain, one at a time', async () => {
    const bed = await DialingBed.create(TREATED);
    const [first] = await bed.add('5101');
    await bed.add({ GSW_PHONE: '5102', GSW_CHAIN_ID: first?.chainId });
    await bed.world({
      numbers: { '5101': { outcome: 'sit-invalid', ringSeconds: 3 }, '5102': { outcome: 'answer', ringSeconds: 1 } },
      agents: { a1: AUTO, a2: AUTO },
    });
    await bed.startGroup();
    expect(bed.carried()).toHaveLength(1);
    await bed.advance(60);
    expect(bed.carried()).toEqual(['5101 sit-invalid', '5102 answer']);
    expect(await bed.record('5102')).toMatchObject({
      recordStatus: RecordStatus.Updated,
      callResult: CallResult.Answer,
    });
    expect(await bed.record('5101')).toMatchObject({ recordStatus: RecordStatus.ChainUpdated });
  });

  it('of an unloaded group wait in the list', async () => {
    const bed = await DialingBed.create(TREATED);
    await bed.add('5101');
    await bed.world({ numbers: { '5101': { outcome: 'busy', ringSeconds: 1 } }, agents: { a1: AUTO } });
    await bed.startGroup();
    await bed.advance(5);
    await bed.transaction((tx) => bed.dialing.beginUnload(tx, 601));
    expect(await bed.record('5101')).toMatchObject({
      recordStatus: RecordStatus.Ready,
      recordType: RecordType.CampaignRescheduled,
      scheduledAt: START + 61_000,
    });
  });
});

describe('a person', () => {
  it('is never called twice at once, whatever records name the number', async () => {
    const bed = await DialingBed.create({ group: 'options: { default-country: "GB" }' });
    await bed.add('+442079460001', '+44 20 7946 0001', '5102');
    await bed.world({
      default: { outcome: 'answer', ringSeconds: 2, talkSeconds: 30 },
      agents: { a1: AUTO, a2: AUTO },
    });
    await bed.startGroup();
    await bed.advance(20);
    expect(bed.carried().sort()).toEqual(['+442079460001 answer', '5102 answer']);
    await bed.advance(100);
    expect(bed.carried()).toHaveLength(3);
  });

  it('on the do-not-call list is not dialed, and the record says so', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101', '5102');
    await bed.ready('a1');
    await bed.load();
    await bed.dialing.doNotCall({ phone: '5101' });
    await bed.startGroup();
    await bed.advance(5);
    expect(bed.carried()).toEqual(['5102 answer']);
    expect(await bed.record('5101')).toMatchObject({ recordType: RecordType.NoCall, callResult: CallResult.DoNotCall });
  });

  it('who is put on it while the record is buffered is not dialed any more', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101');
    await bed.startGroup();
    expect((await bed.record('5101')).recordStatus).toBe(RecordStatus.Retrieved);
    await bed.transaction((tx) => bed.lists.doNotCallList.add(tx, [{ phone: '5101' }], {}, START));
    await bed.ready('a1');
    await bed.advance(5);
    expect(bed.carried()).toEqual([]);
    expect(await bed.record('5101')).toMatchObject({ recordType: RecordType.NoCall, callResult: CallResult.DoNotCall });
    const [attempt] = await bed.dialing.attempts('spring', (await bed.record('5101')).recordId);
    expect(attempt?.blockedBy).toBe('do-not-call list');
  });
});

describe('the rules', () => {
  it('put off what they forbid until a time, and keep why', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101');
    const until = START + 3_600_000;
    bed.gate.check = (_subject, now) =>
      now < until ? { allowed: false, rule: 'window', reason: 'it is too early', until } : { allowed: true };
    await bed.ready('a1');
    await bed.startGroup();
    await bed.advance(60);
    expect(bed.carried()).toEqual([]);
    expect(await bed.record('5101')).toMatchObject({ recordType: RecordType.CampaignRescheduled, scheduledAt: until });
    expect(bed.gate.forbade).toEqual(['window']);
    await bed.advance(3600);
    expect(bed.carried()).toEqual(['5101 answer']);
    const attempts = await bed.dialing.attempts('spring', (await bed.record('5101')).recordId);
    expect(attempts.map(({ blockedBy }) => blockedBy)).toEqual(['window: it is too early', undefined]);
  });

  it('are asked again at the moment of dialing, when the buffer was filled before', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101', '5102');
    await bed.startGroup();
    bed.gate.atDial = ({ phone }) =>
      phone === '5101' ? { allowed: false, rule: 'cap', reason: 'three calls a day' } : { allowed: true };
    await bed.ready('a1');
    await bed.advance(2);
    expect(bed.carried()).toEqual(['5102 answer']);
    expect(await bed.record('5101')).toMatchObject({
      recordType: RecordType.NoCall,
      recordStatus: RecordStatus.Updated,
    });
    expect(bed.gate.reserved.map(({ phone }) => phone)).toEqual(['5102']);
  });
});

describe('windows', () => {
  it('that close while records are buffered give them back', async () => {
    // A day passes: rounds in which nothing can be new would only take time.
    const bed = await DialingBed.create({ recheckMs: 3_600_000 });
    await bed.add({ GSW_PHONE: '5101', GSW_UNTIL: 12 * 3600 + 60 });
    await bed.startGroup();
    expect((await bed.record('5101')).recordStatus).toBe(RecordStatus.Retrieved);
    await bed.advance(120);
    await bed.ready('a1');
    await bed.advance(5);
    expect(bed.carried()).toEqual([]);
    expect(await bed.record('5101')).toMatchObject({
      recordStatus: RecordStatus.Ready,
      callResult: CallResult.Unknown,
    });
    await bed.advance(86_400 - 200);
    expect(bed.carried()).toEqual(['5101 answer']);
  });
});

describe('an SCXML treatment', () => {
  it('decides in place of the treatments of the list', async () => {
    const bed = await DialingBed.create({
      ...TREATED,
      list: 'treatments: [again]\noptions: { treatment-uri: decide }',
    });
    bed.flows.add('decide');
    const [first] = await bed.add('5101');
    await bed.add({ GSW_PHONE: '5102', GSW_CHAIN_ID: first?.chainId });
    await bed.world({ default: { outcome: 'busy', ringSeconds: 1 }, agents: { a1: AUTO } });
    await bed.startGroup();
    await bed.advance(3);
    const [begun] = bed.treatments;
    expect(begun?.parameters).toMatchObject({ GSW_CALL_RESULT: CallResult.Busy, GSW_PHONE: '5101', GSW_ATTEMPTS: 1 });
    const act = (name: string, attributes: Record<string, string | number>) =>
      bed.transaction(async (tx) => {
        const action = bed.dialing.treatmentModule().actions[name];
        return action?.perform(tx, { session: { id: bed.treatments.at(-1)?.session ?? '' }, attributes });
      });
    expect(await act('set_flex_attr', { name: 'CPNDigits', value: '800' })).toEqual({ done: {} });
    expect(await act('nextInChain', { after: 30 })).toEqual({ done: {} });
    expect(await act('dial', {})).toMatchObject({ error: 'invalidstate' });
    await bed.advance(40);
    expect(bed.carried()).toEqual(['5101 busy', '5102 busy']);
    const [again] = bed.treatments.slice(1);
    const legs = await bed.current.calls.legsOf(String(again?.parameters.GSW_CALL_ATTEMPT_GUID));
    expect(legs[0]?.from).toBe('800');
    expect(await act('finalize', { result: 'WrongNumber' })).toEqual({ done: {} });
    expect(await bed.record('5102')).toMatchObject({
      recordStatus: RecordStatus.Updated,
      callResult: CallResult.WrongNumber,
    });
  });

  it('that ends without a decision leaves it to the treatments of the list', async () => {
    const bed = await DialingBed.create({
      ...TREATED,
      list: 'treatments: [again]\noptions: { treatment-uri: decide }',
    });
    bed.flows.add('decide');
    await bed.add('5101');
    await bed.world({ default: { outcome: 'busy', ringSeconds: 1 }, agents: { a1: AUTO } });
    await bed.startGroup();
    await bed.advance(3);
    await bed.transaction((tx) => bed.dialing.sessionEnded(tx, bed.treatments[0]?.session ?? ''));
    await bed.advance(70);
    expect(bed.carried()).toEqual(['5101 busy', '5101 busy']);
  });
});
