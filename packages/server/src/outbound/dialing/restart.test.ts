import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { CallResult, RecordStatus } from '../list/index.js';
import { DialingBed, GROUP, START } from './testing.js';

const AUTO = { auto: true, answerSeconds: 0.2, wrapSeconds: 1 };
const WORLD = { default: { outcome: 'answer', ringSeconds: 2, talkSeconds: 10 }, agents: { a1: AUTO, a2: AUTO } };
const servers: Server[] = [];

afterAll(() => {
  for (const server of servers) server.close();
});

describe('after the death of the process', () => {
  it.each([0.5, 1.9, 2.1, 2.5, 8, 12.5, 13.5])(
    'at %f s every record is finished and nobody is dialed again',
    async (seconds) => {
      const bed = await DialingBed.create();
      await bed.add('5101', '5102', '5103');
      await bed.world(WORLD);
      await bed.startGroup();
      await bed.advance(seconds);
      await bed.crash(0.2);
      await bed.until(async () => (await bed.record('5103')).recordStatus === RecordStatus.Updated, { limit: 120 });
      await bed.advance(30);
      expect(bed.carried().sort()).toEqual(['5101 answer', '5102 answer', '5103 answer']);
      for (const phone of ['5101', '5102', '5103']) {
        expect(await bed.record(phone)).toMatchObject({ recordStatus: RecordStatus.Updated, attempt: 1 });
      }
      expect(await bed.dialing.outstanding(GROUP)).toBe(0);
    },
  );

  it('what was intended and not dialed is checked again: not dialed any more when the person may not be called now', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101');
    await bed.ready('a1');
    // The process dies before the network has taken the call.
    bed.current.calls.dial = () => Promise.reject(new Error('the network is away'));
    await bed.startGroup();
    expect(await bed.attemptsOpen()).toMatchObject([{ state: 'intended' }]);
    bed.gate.check = () => ({ allowed: false, rule: 'window', reason: 'it is night', until: START + 3_600_000 });
    await bed.crash();
    await bed.advance(5);
    expect(bed.carried()).toEqual([]);
    expect(bed.gate.withdrawn).toHaveLength(1);
    bed.gate.check = () => ({ allowed: true });
    await bed.advance(3700);
    expect(bed.carried()).toEqual(['5101 answer']);
  });

  it('handles on desktops stay valid', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101');
    await bed.startGroup('Preview');
    const keys = await bed.dialing.previewRecord('a1');
    await bed.crash(60);
    expect(await bed.dialing.recordsOf('a1')).toEqual([keys]);
    await bed.dialing.processed(Number(keys?.GSW_RECORD_HANDLE), {
      fields: { GSW_CALL_RESULT: CallResult.WrongNumber },
    });
    expect(await bed.record('5101')).toMatchObject({
      recordStatus: RecordStatus.Updated,
      callResult: CallResult.WrongNumber,
    });
  });

  it('a group that was being unloaded is drained', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101');
    await bed.world(WORLD);
    await bed.startGroup();
    await bed.advance(1);
    expect(await bed.transaction((tx) => bed.dialing.beginUnload(tx, GROUP))).toEqual({ outstanding: 1 });
    await bed.crash(60);
    await bed.advance(10);
    expect(bed.drained).toEqual([GROUP]);
  });
});

describe('while a group is running', () => {
  it('the pacing mode may change from one round to the next', async () => {
    const bed = await DialingBed.create({
      newPacer: () => ({
        dialNow: ({ limit }) => ({ dials: Math.min(2, limit), nobodyFree: [0, 0] }),
        observe: () => {},
      }),
    });
    await bed.add('5101', '5102', '5103');
    await bed.world({ ...WORLD, default: { outcome: 'no-answer', ringSeconds: 25 } });
    await bed.startGroup();
    await bed.transaction((tx) => bed.dialing.stopGroup(tx, GROUP));
    await bed.advance(60);
    const before = bed.carried().length;
    await bed.transaction((tx) => bed.dialing.startGroup(tx, GROUP, bed.settings('Progressive')));
    await bed.transaction((tx) => bed.dialing.change(tx, GROUP, bed.settings('Predictive')));
    await bed.advance(30);
    expect(before).toBe(2);
    expect(bed.carried()).toHaveLength(3);
  });

  it('lists that are switched off in the configuration are asked no more', async () => {
    const bed = await DialingBed.create();
    await bed.startGroup();
    const lists = [{ name: 'spring', share: 0 }];
    await bed.current.configuration.put('campaigns', 'Spring', { name: 'Spring', dbid: 501, callingLists: lists });
    await bed.add('5101');
    await bed.ready('a1');
    await bed.advance(60);
    expect(bed.carried()).toEqual([]);
    await bed.current.configuration.put('campaigns', 'Spring', {
      name: 'Spring',
      dbid: 501,
      callingLists: [{ name: 'spring', share: 1 }],
    });
    await bed.advance(1);
    expect(bed.carried()).toEqual(['5101 answer']);
  });
});

describe('the validation before the dial', () => {
  async function validator(answer: (phone: string) => { status: number; body?: string }): Promise<string> {
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        const { status, body = '' } = answer(String(JSON.parse(text).GSW_PHONE));
        response.writeHead(status).end(body);
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on a port has an address of this form.
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it('keeps records from being dialed, with the result that it gives', async () => {
    const answers: Record<string, { status: number; body?: string }> = {
      '5101': { status: 200 },
      '5102': { status: 409, body: JSON.stringify({ GSW_CALL_RESULT: CallResult.WrongNumber }) },
      '5103': { status: 409 },
      '5104': { status: 500 },
    };
    const uri = await validator((phone) => answers[phone] ?? { status: 200 });
    const bed = await DialingBed.create({
      group: `options: { validation-uri: "${uri}", validation-timeout-call-result: "4" }`,
    });
    await bed.add(...Object.keys(answers));
    await bed.world(WORLD);
    await bed.startGroup();
    await bed.advance(60);
    expect(bed.carried()).toEqual(['5101 answer']);
    const results = await Promise.all(Object.keys(answers).map(async (phone) => (await bed.record(phone)).callResult));
    expect(results).toEqual([
      CallResult.Answer,
      CallResult.WrongNumber,
      CallResult.GeneralError,
      CallResult.SystemError,
    ]);
    expect((await bed.record('5102')).attempt).toBe(0);
  });
});

describe('of two nodes', () => {
  it('one dials, and the other goes on when it is gone', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101', '5102', '5103', '5104', '5105');
    await bed.world({ ...WORLD, agents: { a1: AUTO } });
    const other = await bed.otherNode();
    await bed.startGroup();
    await bed.advance(20);
    const before = bed.carried().length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(5);
    await bed.dialing.stop();
    await bed.advance(120);
    expect(bed.carried().sort()).toEqual(['5101', '5102', '5103', '5104', '5105'].map((phone) => `${phone} answer`));
    await other.stop();
    expect(bed.logged).toEqual([]);
  });
});
