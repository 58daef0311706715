import { describe, expect, it } from 'vitest';
import { CallResult, RecordStatus } from '../list/index.js';
import { DialingBed } from './testing.js';

const DNS = `
dns:
  - { number: "8900", type: RoutePoint, options: { application: voicemail } }
  - { number: "8901", type: RoutePoint }
  - { number: "8902", type: Extension }
`;
const AUTO = { auto: true, answerSeconds: 0.2, wrapSeconds: 1 };

/** A group whose list treats answering machines so; a1 is ready, 5101 is dialed. */
async function treated(
  treatment: string,
  { outcome = 'answering-machine', callResult = 9, mode = 'Progressive' as 'Progressive' | 'ProgressiveSeizing' } = {},
): Promise<DialingBed> {
  const bed = await DialingBed.create({
    list: 'treatments: [machine]',
    more: `${DNS}\ntreatments: [{ name: machine, callResult: ${callResult}, ${treatment} }]`,
  });
  bed.flows.add('8900');
  await bed.add('5101');
  await bed.world({
    default: { outcome, ringSeconds: 1, talkSeconds: 10 },
    numbers: { '8902': { outcome: 'answer', ringSeconds: 1, talkSeconds: null } },
    agents: { a1: AUTO },
  });
  await bed.startGroup(mode);
  await bed.advance(60);
  return bed;
}

const MACHINE = { callResult: CallResult.AnsweringMachine, recordStatus: RecordStatus.Updated, attempt: 1 };

describe('the call of an answering machine', () => {
  it.each(['Route', '5', 'PlayMessage', '"Send fax"', 'Transfer'])('goes to the flow of a DN by %s', async (action) => {
    const bed = await treated(`applyToRecord: MarkDB, applyToCall: ${action}, destinationDN: "8900"`);
    expect(bed.ivrCalls.map(({ phone, dn }) => `${phone} ${dn}`)).toEqual(['5101 8900']);
    expect(await bed.record('5101')).toMatchObject(MACHINE);
    expect(bed.gate.settled).toMatchObject([{ result: 9, answeredLive: false, abandoned: false }]);
    expect(bed.ofType('contact')).toEqual([]);
    expect(bed.ofType('result').map(({ result }) => result)).toEqual([9]);
    expect(bed.logged).toEqual([]);
    const [attempt] = await bed.dialing.attempts('spring', (await bed.record('5101')).recordId);
    expect(attempt).toMatchObject({ result: 9, destination: '8900' });
  });

  it.each(['Progressive', 'ProgressiveSeizing'] as const)(
    'goes to the agents of the group in mode %s',
    async (mode) => {
      const bed = await treated('applyToRecord: MarkDB, applyToCall: Connect, destinationDN: "8901"', { mode });
      expect(await bed.record('5101')).toMatchObject(MACHINE);
      const [attempt] = await bed.dialing.attempts('spring', (await bed.record('5101')).recordId);
      expect(attempt).toMatchObject({ agentId: 'a1', result: 9 });
      expect(attempt?.connectedAt).toBeDefined();
      expect(bed.gate.settled).toMatchObject([{ result: 9, answeredLive: false, abandoned: false }]);
      expect(await bed.attemptsOpen()).toEqual([]);
      expect(bed.logged).toEqual([]);
    },
  );

  it('rings a DN that no flow takes calls for', async () => {
    const bed = await treated('applyToRecord: MarkDB, applyToCall: Transfer, destinationDN: "8902"');
    expect(bed.carried()).toEqual(['5101 answering-machine', '8902 answer']);
    const [attempt] = await bed.dialing.attempts('spring', (await bed.record('5101')).recordId);
    expect(attempt).toMatchObject({ destination: '8902', result: 9 });
    expect(attempt?.connectedAt).toBeDefined();
    expect(await bed.record('5101')).toMatchObject(MACHINE);
    expect(await bed.attemptsOpen()).toEqual([]);
    expect(bed.logged).toEqual([]);
  });

  it('comes with its record to the agent whose DN is rung', async () => {
    const bed = await treated('applyToRecord: MarkDB, applyToCall: MuteTransfer, destinationDN: "2001"');
    const [attempt] = await bed.dialing.attempts('spring', (await bed.record('5101')).recordId);
    expect(attempt).toMatchObject({ agentId: 'a1', destination: '2001', result: 9 });
    expect(await bed.record('5101')).toMatchObject(MACHINE);
    expect(await bed.attemptsOpen()).toEqual([]);
    expect(bed.logged).toEqual([]);
  });

  it('ends with the machine as its result when nobody answers at the DN', async () => {
    const bed = await treated('applyToRecord: MarkDB, applyToCall: Transfer, destinationDN: "2002"');
    expect(await bed.record('5101')).toMatchObject(MACHINE);
    expect(bed.ofType('result').map(({ result }) => result)).toEqual([9]);
    expect(await bed.attemptsOpen()).toEqual([]);
  });

  it('is treated as before where the action is Drop, and the record is dialed again', async () => {
    const bed = await treated('applyToRecord: Redial, cycleAttempt: 1, interval: 0.5, applyToCall: Drop');
    expect(bed.carried()).toEqual(['5101 answering-machine', '5101 answering-machine']);
    expect(bed.ivrCalls).toEqual([]);
  });

  it('makes a treatment without a destination count for nothing', async () => {
    const bed = await treated('applyToRecord: Redial, cycleAttempt: 1, interval: 0.5, applyToCall: Route');
    expect(bed.carried()).toEqual(['5101 answering-machine']);
    expect(await bed.record('5101')).toMatchObject(MACHINE);
  });

  it('ends where a message is to be played and no application takes the calls of the DN', async () => {
    const bed = await treated('applyToRecord: MarkDB, applyToCall: "Play a message", destinationDN: "8901"');
    expect(await bed.record('5101')).toMatchObject(MACHINE);
    expect(bed.logged).toEqual([expect.stringContaining('No application takes the calls of a treatment')]);
  });
});

describe('other calls', () => {
  it('a fax goes to the flow of a DN', async () => {
    const bed = await treated('applyToRecord: MarkDB, applyToCall: SendFax, destinationDN: "8900"', {
      outcome: 'fax',
      callResult: 17,
    });
    expect(bed.ivrCalls).toHaveLength(1);
    expect(await bed.record('5101')).toMatchObject({ ...MACHINE, callResult: CallResult.Fax });
  });

  it('a person goes to the flow of a DN and counts as reached', async () => {
    const bed = await treated('applyToRecord: MarkDB, applyToCall: Route, destinationDN: "8900"', {
      outcome: 'answer',
      callResult: 33,
    });
    expect(bed.ivrCalls).toHaveLength(1);
    expect(bed.ofType('contact')).toHaveLength(1);
    expect(bed.gate.settled).toMatchObject([{ result: 33, answeredLive: true, abandoned: false }]);
    expect(await bed.record('5101')).toMatchObject({ ...MACHINE, callResult: CallResult.Answer });
  });

  it('a person who is dropped counts as abandoned', async () => {
    const bed = await treated('applyToRecord: MarkDB, applyToCall: Drop', { outcome: 'answer', callResult: 33 });
    expect(bed.gate.settled).toMatchObject([{ result: 26, answeredLive: true, abandoned: true }]);
    expect(await bed.record('5101')).toMatchObject({ ...MACHINE, callResult: CallResult.Dropped });
  });
});

describe('a transferred call', () => {
  it('goes on after the process has died while the DN rings', async () => {
    const bed = await DialingBed.create({
      list: 'treatments: [machine]',
      more: `${DNS}
treatments: [{ name: machine, callResult: 9, applyToRecord: MarkDB, applyToCall: Transfer, destinationDN: "8902" }]`,
    });
    await bed.add('5101');
    await bed.world({
      default: { outcome: 'answering-machine', ringSeconds: 1, talkSeconds: 30 },
      numbers: { '8902': { outcome: 'answer', ringSeconds: 5, talkSeconds: null } },
    });
    await bed.ready('a1');
    await bed.startGroup();
    await bed.until(() => bed.carried().length === 2);
    await bed.crash(1);
    await bed.advance(60);
    expect(bed.carried()).toEqual(['5101 answering-machine', '8902 answer']);
    const [attempt] = await bed.dialing.attempts('spring', (await bed.record('5101')).recordId);
    expect(attempt).toMatchObject({ destination: '8902', result: 9 });
    expect(attempt?.connectedAt).toBeDefined();
    expect(await bed.record('5101')).toMatchObject(MACHINE);
    expect(await bed.attemptsOpen()).toEqual([]);
  });
});
