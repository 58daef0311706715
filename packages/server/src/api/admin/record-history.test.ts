import { beforeAll, describe, expect, test } from 'vitest';
import { type AttemptView, type CampaignCompliance, recordTimeline } from '../../outbound/index.js';
import { type ListBed, listBed, NOON } from '../../outbound/list/testing.js';
import { adminServer, type TestServer } from './testing.js';

let bed: ListBed;
let server: TestServer;
const attempts: AttemptView[] = [];
const asked: number[] = [];
const standing: CampaignCompliance = {
  campaign: 'Spring',
  answered: 100,
  abandoned: 2,
  share: 0.02,
  limits: [],
  blocked: [{ rule: 'us-federal: calling hours', count: 7 }],
};

beforeAll(async () => {
  bed = await listBed();
  const { database, lists, clock } = bed;
  server = await adminServer({
    configuration: bed.configuration,
    recordHistory: {
      ...{ database, lists, clock },
      attempts: async () => attempts,
      timeline: (record) => recordTimeline(database, record),
      campaignObstacles: async () => [{ kind: 'rule', reason: 'Closed.', until: NOON + 60_000 }],
    },
    compliance: {
      report: async (days) => {
        asked.push(days);
        return [standing];
      },
    },
  });
});

const path = (list: string, record: number | string) => `/calling-lists/${list}/records/${record}/history`;

describe('the history of a record', () => {
  test('has the record, what is against dialing it, and its attempts', async () => {
    await bed.list('spring');
    const { recordId } = await bed.add('spring', { GSW_PHONE: '5550100' });
    await bed.lists.doNotCallList.add(bed.database, [{ phone: '5550100' }], {}, NOON);
    const attempt = { list: 'spring', recordId, campaign: 'Spring', phone: '5550100' };
    attempts.push(
      { ...attempt, attempt: 'a', at: NOON - 2000, blockedBy: 'do-not-call list', endedAt: NOON - 2000 },
      { ...attempt, attempt: 'b', at: NOON - 1000, dialedAt: NOON - 900, result: 7, nobodyFree: 0.25 },
    );
    const { status, body } = await server.send('GET', path('spring', recordId));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      record: { record_id: recordId, contact_info: '5550100', record_status: 1 },
      at: '2026-01-05T12:00:00.000Z',
      obstacles: [
        { kind: 'do-not-call', reason: 'The number 5550100 is on the do-not-call list.' },
        { kind: 'rule', reason: 'Closed.', until: '2026-01-05T12:01:00.000Z' },
      ],
      attempts: [
        { attempt: 'a', at: '2026-01-05T11:59:58.000Z', blockedBy: 'do-not-call list' },
        { attempt: 'b', dialedAt: '2026-01-05T11:59:59.100Z', call_result: 7, call_result_name: 'No Answer' },
      ],
    });
  });

  test('does not ask for a campaign where the record is over', async () => {
    const { recordId } = await bed.add('spring', { GSW_PHONE: '5550101' });
    await bed.inTransaction((tx) => bed.lists.cancel(tx, { recordId, scope: 'RecordOnly' }));
    const { body } = await server.send('GET', path('spring', recordId));
    expect(body).toMatchObject({ obstacles: [{ kind: 'status', reason: 'It has been cancelled.' }] });
  });

  test('tells the states that the record came into, and no other record, oldest first', async () => {
    await bed.list('autumn');
    const { recordId } = await bed.add('autumn', { GSW_PHONE: '5550102' });
    await bed.add('autumn', { GSW_PHONE: '5550103' });
    await bed.clock.advance(60_000);
    await bed.inTransaction((tx) => bed.lists.cancel(tx, { recordId, scope: 'RecordOnly' }, bed.clock.now()));
    const { body } = await server.send('GET', path('autumn', recordId));
    expect(body).toMatchObject({
      timeline: [
        { at: '2026-01-05T12:00:00.000Z', record_type: 2, record_status: 1, call_result: 28, attempt: 0 },
        { at: '2026-01-05T12:01:00.000Z', record_status: 5, call_result: 52 },
      ],
    });
  });

  test.each([
    ['an unknown list', 'nowhere', 1],
    ['an unknown record', 'spring', 999_999],
    ['no number', 'spring', 'x'],
  ])('is 404 for %s', async (_what, list, record) => {
    expect((await server.send('GET', path(list, record))).status).toBe(404);
  });
});

describe('compliance', () => {
  test('is told for 30 days, or as many as are asked for', async () => {
    expect(await server.send('GET', '/compliance')).toMatchObject({
      status: 200,
      body: { days: 30, campaigns: [standing] },
    });
    expect((await server.send('GET', '/compliance?days=1')).body).toMatchObject({ days: 1 });
    expect(asked).toEqual([30, 1]);
  });

  test.each(['0', 'x', '-1', '1.5', '2000'])('refuses days=%s', async (days) => {
    expect((await server.send('GET', `/compliance?days=${days}`)).status).toBe(400);
  });
});
