import { describe, expect, it } from 'vitest';
import { CallResult, RecordStatus } from '../list/index.js';
import { DialingBed, GROUP } from './testing.js';

const AUTO = { auto: true, answerSeconds: 0.2, wrapSeconds: 1 };

/** Everybody answers after a second and talks for ten, agents take calls at once. */
async function world(bed: DialingBed, ...agents: string[]): Promise<void> {
  await bed.world({
    default: { outcome: 'answer', ringSeconds: 1, talkSeconds: 10 },
    agents: Object.fromEntries(agents.map((agent) => [agent, AUTO])),
  });
}

describe('progressive', () => {
  it('dials one record for each ready agent, connects who answers, and finalises what agents process', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101', '5102', '5103');
    await world(bed, 'a1', 'a2');
    await bed.startGroup();
    expect(bed.carried()).toEqual(['5101 answer', '5102 answer']);
    await bed.advance(5);
    expect(bed.ofType('contact').map(({ phone, agentId }) => [phone, agentId])).toHaveLength(2);
    await bed.advance(60);
    expect(bed.carried()).toEqual(['5101 answer', '5102 answer', '5103 answer']);
    for (const phone of ['5101', '5102', '5103']) {
      const record = await bed.record(phone);
      expect(record).toMatchObject({
        recordStatus: RecordStatus.Updated,
        callResult: CallResult.Answer,
        attempt: 1,
        campaignId: 501,
      });
    }
    expect(bed.depleted).toEqual([GROUP]);
    expect(bed.logged).toEqual([]);
  });
});

describe('calls under way', () => {
  it('are counted by how far they are', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101', '5102');
    await world(bed, 'a1', 'a2');
    await bed.world({ numbers: { '5102': { outcome: 'answer', ringSeconds: 8, talkSeconds: 10 } } });
    const none = { dialing: 0, ringing: 0, answered: 0, talking: 0 };
    await bed.startGroup();
    expect(await bed.dialing.calls(GROUP)).toEqual({ ...none, ringing: 2 });
    await bed.advance(5);
    expect(await bed.dialing.calls(GROUP)).toEqual({ ...none, ringing: 1, talking: 1 });
    await bed.advance(60);
    expect(await bed.dialing.calls(GROUP)).toEqual(none);
  });
});

describe('results', () => {
  it.each([
    ['busy', CallResult.Busy],
    ['no-answer', CallResult.NoAnswer],
    ['answering-machine', CallResult.AnsweringMachine],
    ['fax', CallResult.Fax],
    ['sit-invalid', CallResult.SitInvalidNumber],
    ['reject', CallResult.Busy],
  ])('of a party that is %s is %i, and no agent hears of it', async (outcome, result) => {
    const bed = await DialingBed.create();
    await bed.add('5101');
    await world(bed, 'a1');
    await bed.world({ numbers: { '5101': { outcome, ringSeconds: 2 } } });
    await bed.startGroup();
    await bed.advance(40);
    expect(await bed.record('5101')).toMatchObject({
      callResult: result,
      recordStatus: RecordStatus.Updated,
      attempt: 1,
    });
    expect(bed.ofType('contact')).toEqual([]);
    expect(bed.ofType('result').map(({ result }) => result)).toEqual([result]);
    expect(bed.gate.settled).toMatchObject([{ result, answeredLive: false, abandoned: false }]);
    expect(bed.logged).toEqual([]);
  });
});

describe('abandonment', () => {
  it('drops a customer for whom no agent is free within two seconds', async () => {
    const bed = await DialingBed.create({
      newPacer: () => ({
        dialNow: ({ limit }) => ({ dials: limit, nobodyFree: Array(limit).fill(0.5) }),
        observe: () => {},
      }),
    });
    await bed.add('5101', '5102');
    await world(bed, 'a1');
    await bed.startGroup('Predictive');
    await bed.advance(20);
    expect(
      bed
        .ofType('result')
        .map(({ result }) => result)
        .sort(),
    ).toEqual([CallResult.Dropped, CallResult.Answer]);
    expect(bed.ofType('contact')).toHaveLength(1);
    const [dropped] = bed.ofType('result').filter(({ result }) => result === CallResult.Dropped);
    const settled = bed.gate.settled.find(({ attempt }) => attempt === dropped?.attempt);
    expect(settled).toMatchObject({ abandoned: true, answeredLive: true });
    const [attempt] = await bed.dialing.attempts('spring', dropped?.recordId ?? 0);
    expect(attempt).toMatchObject({ result: CallResult.Dropped, nobodyFree: 0.5 });
    expect((attempt?.endedAt ?? 0) - (attempt?.answeredAt ?? 0)).toBe(2000);
  });
});

describe('seizing', () => {
  it('has the agent on the line before a customer is dialed', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101', '5102', '5103');
    await world(bed, 'a1');
    await bed.startGroup('ProgressiveSeizing');
    expect(bed.carried()).toEqual([]);
    await bed.advance(0.5);
    expect(bed.carried()).toEqual(['5101 answer']);
    await bed.advance(60);
    expect(bed.carried()).toEqual(['5101 answer', '5102 answer', '5103 answer']);
    expect(bed.ofType('contact').map(({ agentId }) => agentId)).toEqual(['a1', 'a1', 'a1']);
    const attempts = bed.ofType('contact');
    for (const { answeredAt = 0, connectedAt = 0 } of attempts) expect(connectedAt - answeredAt).toBeLessThan(500);
    expect(bed.depleted).toEqual([GROUP]);
    expect(bed.logged).toEqual([]);
  });
});

describe('GVP', () => {
  it.each(['ProgressiveGVP', 'PowerGVP'] as const)('%s gives answered calls to the flow of a DN', async (mode) => {
    const bed = await DialingBed.create({ group: 'maxQueueSize: 2\ntrunkGroupDN: "8900"' });
    bed.flows.add('8900');
    await bed.add('5101', '5102', '5103');
    await world(bed);
    await bed.startGroup(mode);
    expect(bed.carried()).toHaveLength(mode === 'PowerGVP' ? 2 : 3);
    await bed.advance(60);
    expect(bed.ivrCalls.map(({ phone, dn }) => `${phone} ${dn}`).sort()).toEqual([
      '5101 8900',
      '5102 8900',
      '5103 8900',
    ]);
    for (const phone of ['5101', '5102', '5103']) {
      expect(await bed.record(phone)).toMatchObject({
        callResult: CallResult.Answer,
        recordStatus: RecordStatus.Updated,
        attempt: 1,
      });
    }
    expect(bed.logged).toEqual([]);
  });
});

describe('a group', () => {
  it('does not dial more than its channels allow', async () => {
    const bed = await DialingBed.create({ group: 'numOfChannels: 2' });
    await bed.add('5101', '5102', '5103', '5104');
    await world(bed, 'a1', 'a2', 'a3', 'a4');
    await bed.startGroup();
    expect(bed.carried()).toHaveLength(2);
    expect(bed.ofType('waiting').at(-1)).toMatchObject({ for: 'ports', on: true });
  });

  it('does not dial faster than dialing_rate_limit', async () => {
    const bed = await DialingBed.create({ group: 'options: { dialing_rate_limit: "1" }' });
    await bed.add('5101', '5102', '5103', '5104');
    await world(bed, 'a1', 'a2', 'a3', 'a4');
    await bed.startGroup();
    expect(bed.carried()).toHaveLength(1);
    await bed.advance(1.5);
    expect(bed.carried()).toHaveLength(2);
    await bed.advance(10);
    expect(bed.carried()).toHaveLength(4);
  });

  it('asks for as many records as its buffer holds for its agents, and gives them back when it is unloaded', async () => {
    const bed = await DialingBed.create({ group: 'minRecBuffSize: 2\noptRecBuffSize: 3' });
    await bed.add(...Array.from({ length: 20 }, (_, index) => `51${String(index).padStart(2, '0')}`));
    await bed.ready('a1', 'a2');
    await bed.world({ default: { outcome: 'no-answer', ringSeconds: 20 } });
    await bed.startGroup();
    const held = async () => (await bed.lists.find({ lists: ['spring'], phone: '5105' }))[0]?.recordStatus;
    expect(await held()).toBe(RecordStatus.Retrieved);
    expect((await bed.record('5106')).recordStatus).toBe(RecordStatus.Ready);
    const { outstanding } = await bed.transaction((tx) => bed.dialing.beginUnload(tx, GROUP));
    expect(outstanding).toBe(2);
    expect(await held()).toBe(RecordStatus.Ready);
    expect(bed.drained).toEqual([]);
    await bed.advance(30);
    expect(bed.drained).toEqual([GROUP]);
    expect(bed.carried()).toHaveLength(2);
    expect(await bed.record('5100')).toMatchObject({
      callResult: CallResult.NoAnswer,
      recordStatus: RecordStatus.Updated,
    });
  });

  it('forgets calls when it is unloaded by force', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101', '5102');
    await world(bed, 'a1');
    await bed.startGroup();
    await bed.advance(3);
    const [handle] = (await bed.dialing.recordsOf('a1')).map(({ GSW_RECORD_HANDLE }) => Number(GSW_RECORD_HANDLE));
    await bed.transaction((tx) => bed.dialing.forceUnload(tx, GROUP));
    expect(await bed.dialing.outstanding(GROUP)).toBe(0);
    expect(await bed.record('5101')).toMatchObject({ recordStatus: RecordStatus.Stale, callResult: CallResult.Stale });
    expect(await bed.record('5102')).toMatchObject({ recordStatus: RecordStatus.Ready });
    await expect(bed.dialing.processed(handle ?? 0, { fields: {} })).rejects.toMatchObject({
      code: 'record-finalized',
    });
    await bed.advance(60);
    expect(bed.carried()).toEqual(['5101 answer']);
    expect(bed.logged).toEqual([]);
  });

  it('goes on after it was stopped and started again in another mode', async () => {
    const bed = await DialingBed.create({ group: 'trunkGroupDN: "8900"' });
    bed.flows.add('8900');
    await bed.add('5101', '5102');
    await world(bed, 'a1');
    await bed.startGroup();
    await bed.transaction((tx) => bed.dialing.stopGroup(tx, GROUP));
    await bed.advance(60);
    expect(bed.carried()).toEqual(['5101 answer']);
    await bed.transaction((tx) => bed.dialing.startGroup(tx, GROUP, bed.settings('PowerGVP')));
    await bed.advance(60);
    expect(bed.carried()).toEqual(['5101 answer', '5102 answer']);
    expect(bed.ivrCalls.map(({ phone }) => phone)).toEqual(['5102']);
  });
});
