import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ListRecord, RecordStatus, RecordType } from '../../outbound/index.js';
import { type OutboundBed, outboundBed } from './testing.js';

let outbound: OutboundBed;
let next = 100;

/** A number that no other test uses. */
function number(): string {
  next += 1;
  return `+44 20 7946 0${next}`;
}

async function added(phone = number(), more: object = {}): Promise<ListRecord> {
  const [record] = await outbound.bed.add({ GSW_PHONE: phone, ...more });
  if (!record) throw new Error('nothing was added');
  return record;
}

async function stored({ recordId }: ListRecord): Promise<ListRecord> {
  const [record] = await outbound.bed.lists.find({ recordId, lists: ['spring'] });
  if (!record) throw new Error('the record is gone');
  return record;
}

/** A record on the desktop of agent a1: its handle and the record. */
async function onDesktop(): Promise<{ handle: number; record: ListRecord }> {
  await added();
  const keys = await outbound.bed.dialing.previewRecord('a1', 'Spring');
  const handle = Number(keys?.GSW_RECORD_HANDLE);
  const held = await outbound.bed.dialing.held(handle);
  const [record] = await outbound.bed.lists.find({ recordId: held?.recordId ?? 0, lists: ['spring'] });
  if (!record) throw new Error('no record was shown');
  return { handle, record };
}

const post = (...request: Parameters<OutboundBed['post']>) => outbound.post(...request);

beforeAll(async () => {
  outbound = await outboundBed({
    list: 'options: { customer_id: id }',
    more: 'options: { OCServer: { customer_id: "account" } }',
  });
  await outbound.bed.ready('a1');
});

describe('AddRecord', () => {
  it('adds a record with all defaults and answers what it is', async () => {
    const { status, body } = await post('/lists/spring?req=AddRecord', { GSW_PHONE: '1', GSW_TZ_NAME: 'PST' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      GSW_USER_EVENT: 'AddRecordAcknowledge',
      GSW_APPLICATION_ID: 150,
      GSW_CAMPAIGN_NAME: 'Spring',
      GSW_CALLING_LIST: 'spring',
      GSW_PHONE: '1',
      GSW_PHONE_TYPE: 1,
      GSW_RECORD_TYPE: 2,
      GSW_RECORD_STATUS: 1,
      GSW_CALL_RESULT: 28,
      GSW_ATTEMPTS: 0,
      GSW_FROM: 28800,
      GSW_UNTIL: 64800,
      GSW_TZ_NAME: 'PST',
      GSW_CHAIN_N: 1,
    });
    const second = await post('/lists/spring?req=AddRecord', { GSW_PHONE: '2', GSW_CHAIN_ID: body.GSW_CHAIN_ID });
    expect(second.body).toMatchObject({ GSW_CHAIN_ID: body.GSW_CHAIN_ID, GSW_CHAIN_N: 2 });
  });

  const phone = { GSW_PHONE: '3', GSW_TZ_NAME: 'GMT', colour: 'red' };
  const triples = Object.entries(phone).map(([key, value]) => ({ key, type: 'str', value }));
  it.each([
    ['a flat object', phone],
    ['a wrapped object', { record: phone }],
    ['a wrapped text', { record: JSON.stringify(phone) }],
    ['typed triples', triples],
    ['wrapped triples', { record: triples }],
    ['keys in another case', { gsw_phone: '3', gsw_tz_name: 'GMT', colour: 'red' }],
  ])('takes %s', async (_name, body) => {
    const reply = await post('/lists/spring?req=addrecord', body);
    expect(reply.body).toMatchObject({ GSW_USER_EVENT: 'AddRecordAcknowledge', GSW_PHONE: '3', colour: 'red' });
  });

  it('is taken on records too, where the list is named in the body', async () => {
    const { body } = await post('/records/new?req=AddRecord', { GSW_PHONE: '4', GSW_CALLING_LIST: 'spring' });
    expect(body).toMatchObject({ GSW_USER_EVENT: 'AddRecordAcknowledge', GSW_CALLING_LIST: 'spring' });
    expect(await post('/records/new?req=AddRecord', { GSW_PHONE: '4' })).toMatchObject({
      status: 400,
      body: { GSW_ERROR: 'Missing or invalid attribute: GSW_CALLING_LIST', GSW_ERROR_NUMBER: 103 },
    });
  });

  it.each([
    ['an unknown list', '/lists/nowhere?req=AddRecord', { GSW_PHONE: '1' }, 404, 108],
    ['no number', '/lists/spring?req=AddRecord', {}, 400, 103],
    ['a zone that is none', '/lists/spring?req=AddRecord', { GSW_PHONE: '1', GSW_TZ_NAME: 'Mars' }, 400, 103],
    ['a callback without a time', '/lists/spring?req=AddRecord', { GSW_PHONE: '1', GSW_RECORD_TYPE: 6 }, 400, 103],
  ])('refuses %s', async (_name, path, body, status, error) => {
    expect(await post(path, body)).toMatchObject({
      status,
      body: { GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: error },
    });
  });
});

describe('requests on records that an agent has', () => {
  beforeAll(async () => {
    expect((await post('/campaigngroups/601?req=Load', { GSW_DIAL_MODE: 3 })).status).toBe(200);
    expect((await post('/campaigngroups/601?req=Start')).status).toBe(200);
  });

  it('UpdateCallCompletionStats changes the record and leaves it with the agent', async () => {
    const { handle, record } = await onDesktop();
    const { status, body } = await post(`/records/${handle}?req=UpdateCallCompletionStats`, {
      GSW_CALL_RESULT: 6,
      colour: 'blue',
      GSW_REFERENCE_ID: 9,
    });
    expect([status, body]).toEqual([
      200,
      {
        GSW_USER_EVENT: 'UpdateCallCompletionStatsAcknowledge',
        GSW_REFERENCE_ID: 9,
        GSW_APPLICATION_ID: 150,
        GSW_CAMPAIGN_NAME: 'Spring',
        GSW_CALLING_LIST: 'spring',
        GSW_RECORD_HANDLE: handle,
        GSW_CALL_RESULT: 6,
        colour: 'blue',
      },
    ]);
    expect(await stored(record)).toMatchObject({ callResult: 6, custom: { colour: 'blue' }, recordStatus: 2 });
    await post(`/records/${handle}?req=RecordProcessed`);
  });

  it('RecordProcessed finalises it; then it is not valid any more', async () => {
    const { handle, record } = await onDesktop();
    const { status, body } = await post(`/records/${handle}?req=RecordProcessed`, { GSW_CALL_RESULT: 33 });
    expect([status, body.GSW_USER_EVENT]).toEqual([200, 'RecordProcessedAcknowledge']);
    expect(await stored(record)).toMatchObject({ recordStatus: RecordStatus.Updated, callResult: 33 });
    const again = await post(`/records/${handle}?req=RecordProcessed`);
    expect(again.status).toBeGreaterThanOrEqual(404);
    expect(again.body).toMatchObject({ GSW_USER_EVENT: 'Error' });
  });

  it('RecordReject gives it back with the same attempts', async () => {
    const { handle, record } = await onDesktop();
    const { body } = await post(`/records/${handle}?req=RecordReject`);
    expect(body).toMatchObject({ GSW_USER_EVENT: 'RecordRejectAcknowledge', GSW_RECORD_HANDLE: handle });
    expect(await stored(record)).toMatchObject({ attempt: 0 });
    const shown = await outbound.bed.dialing.previewRecord('a1', 'Spring');
    expect(shown).toMatchObject({ GSW_PHONE: record.phone });
    await post(`/records/${shown?.GSW_RECORD_HANDLE}?req=RecordProcessed`);
  });

  it('RecordReschedule and RecordProcessed make it a callback', async () => {
    const { handle, record } = await onDesktop();
    const { body } = await post(`/records/${handle}?req=RecordReschedule`, {
      GSW_DATE_TIME: '03/05/2026 10:30',
      GSW_CALLBACK_TYPE: 'Personal',
    });
    expect(body).toMatchObject({ GSW_USER_EVENT: 'RecordRescheduleAcknowledge', GSW_CALLBACK_TYPE: 'Personal' });
    await post(`/records/${handle}?req=RecordProcessed`, { GSW_CALL_RESULT: 33 });
    expect(await stored(record)).toMatchObject({
      recordType: RecordType.PersonalCallBack,
      recordStatus: RecordStatus.Ready,
      agentId: 'a1',
      scheduledAt: Date.UTC(2026, 2, 5, 10, 30),
    });
  });

  it.each([
    ['no time', { GSW_CALLBACK_TYPE: 'Campaign' }, 103],
    ['no type', { GSW_DATE_TIME: '03/05/2026 10:30' }, 103],
    ['an unknown type', { GSW_DATE_TIME: '03/05/2026 10:30', GSW_CALLBACK_TYPE: 'Group' }, 103],
    ['a past time', { GSW_DATE_TIME: '03/05/2020 10:30', GSW_CALLBACK_TYPE: 'Campaign' }, 112],
    ['a time that is none', { GSW_DATE_TIME: 'tomorrow', GSW_CALLBACK_TYPE: 'Campaign' }, 112],
  ])('RecordReschedule refuses %s', async (_name, body, error) => {
    const { handle } = await onDesktop();
    const reply = await post(`/records/${handle}?req=RecordReschedule`, body);
    expect(reply).toMatchObject({ status: 400, body: { GSW_ERROR_NUMBER: error } });
    await post(`/records/${handle}?req=RecordProcessed`);
  });

  it.each(['RequestRecordCancel', 'RecordCancel'])('%s cancels it', async (req) => {
    const { handle, record } = await onDesktop();
    const { body } = await post(`/records/${handle}?req=${req}`);
    expect(body).toMatchObject({
      GSW_USER_EVENT: 'RecordCancelAcknowledge',
      GSW_APPLICATION_ID: 150,
      GSW_CHAIN_ATTR: 'AllChain',
    });
    expect(await stored(record)).toMatchObject({ recordStatus: RecordStatus.Cancelled, callResult: 52 });
  });

  it('DoNotCall marks it, to be processed still', async () => {
    const { handle, record } = await onDesktop();
    const { body } = await post(`/records/${handle}?req=DoNotCall`);
    expect(body).toMatchObject({
      GSW_USER_EVENT: 'DoNotCallAcknowledge',
      GSW_APPLICATION_ID: 150,
      GSW_CHAIN_ATTR: 'AllChain',
    });
    expect(await stored(record)).toMatchObject({ recordType: RecordType.NoCall, callResult: 51 });
    expect((await post(`/records/${handle}?req=RecordProcessed`)).status).toBe(200);
  });
});

describe('requests by number and by customer', () => {
  it('RequestRecordCancel by number cancels the chain, or the record alone', async () => {
    const first = await added();
    const second = await added(number(), { GSW_CHAIN_ID: first.chainId });
    const third = await added(number(), { GSW_CHAIN_ID: first.chainId });
    const path = (record: ListRecord) => `/phones/${encodeURIComponent(record.phone)}?req=RequestRecordCancel`;
    const reply = await post(path(third), { GSW_CHAIN_ATTR: 'RecordOnly' });
    expect(reply.body).toMatchObject({ GSW_USER_EVENT: 'RecordCancelAcknowledge', GSW_CHAIN_ATTR: 'RecordOnly' });
    expect((await stored(first)).recordStatus).not.toBe(RecordStatus.Cancelled);
    expect((await stored(third)).recordStatus).toBe(RecordStatus.Cancelled);
    await post(path(first), { GSW_CAMPAIGN_NAME: 'Spring' });
    expect([await stored(first), await stored(second)]).toMatchObject([{ recordStatus: 5 }, { recordStatus: 5 }]);
  });

  it('RequestRecordCancel by customer', async () => {
    const record = await added(number(), { account: 'C-9' });
    expect((await post('/customer_ids/C-9?req=RequestRecordCancel')).status).toBe(200);
    expect(await stored(record)).toMatchObject({ recordStatus: 5, callResult: 52 });
  });

  it('DoNotCall by number and by customer', async () => {
    const record = await added();
    const other = await added(number(), { account: 'C-10' });
    expect((await post(`/phones/${encodeURIComponent(record.phone)}?req=DoNotCall`)).body).toMatchObject({
      GSW_USER_EVENT: 'DoNotCallAcknowledge',
    });
    await post('/customer_ids/C-10?req=DoNotCall');
    expect([await stored(record), await stored(other)]).toMatchObject([{ recordType: 7 }, { recordType: 7 }]);
  });

  it.each([
    ['a campaign that is not loaded', '/phones/1?req=RequestRecordCancel', { GSW_CAMPAIGN_NAME: 'Nobody' }, 404],
    ['an unknown scope', '/phones/1?req=RequestRecordCancel', { GSW_CHAIN_ATTR: 'Foo' }, 400],
    ['a request for records', '/phones/1?req=RecordProcessed', {}, 400],
  ])('refuses %s', async (_name, path, body, status) => {
    expect(await post(path, body)).toMatchObject({ status, body: { GSW_USER_EVENT: 'Error' } });
  });
});

describe('requests on records that nobody has, by their record_id', () => {
  /** Held ones are taken first. */
  async function resting(more: object = {}): Promise<ListRecord> {
    const [record] = await outbound.bed.add({
      GSW_PHONE: number(),
      GSW_RECORD_TYPE: 6,
      GSW_DATE_TIME: '03/20/2026 10:00',
      ...more,
    });
    if (!record) throw new Error('nothing was added');
    // A run-time handle of the same number would come first.
    return (await outbound.bed.dialing.held(record.recordId)) ? resting(more) : record;
  }

  it('updates, reschedules and finalises them', async () => {
    const record = await resting();
    const path = `/records/${record.recordId}`;
    await post(`${path}?req=UpdateCallCompletionStats`, { colour: 'green' });
    expect(await stored(record)).toMatchObject({ custom: { colour: 'green' }, recordStatus: 1 });
    const request = { GSW_DATE_TIME: '03/10/2026 11:00', GSW_CALLBACK_TYPE: 'Campaign' };
    expect((await post(`${path}?req=RecordReschedule`, request)).status).toBe(200);
    expect(await stored(record)).toMatchObject({ recordType: 6, scheduledAt: Date.UTC(2026, 2, 10, 11) });
    expect((await post(`${path}?req=RecordReject`)).status).toBe(200);
    expect((await post(`${path}?req=RecordProcessed`, { GSW_CALL_RESULT: 33 })).status).toBe(200);
    expect(await stored(record)).toMatchObject({ recordStatus: 3, callResult: 33 });
    expect(await post(`${path}?req=RecordProcessed`)).toMatchObject({ status: 409, body: { GSW_ERROR_NUMBER: 111 } });
  });

  it('cancels them and bars their numbers', async () => {
    const [cancelled, barred] = [await resting(), await resting()];
    await post(`/records/${cancelled.recordId}?req=RequestRecordCancel`);
    await post(`/records/${barred.recordId}?req=DoNotCall`);
    expect([await stored(cancelled), await stored(barred)]).toMatchObject([{ recordStatus: 5 }, { recordType: 7 }]);
  });

  it.each(['999999', '0', 'abc', '99999999999', '-1'])('does not find the record %s', async (id) => {
    expect(await post(`/records/${id}?req=RecordReject`)).toMatchObject({
      status: 404,
      body: { GSW_ERROR: 'Record handle not found', GSW_ERROR_NUMBER: 104 },
    });
  });
});

describe('what is no request', () => {
  it.each([
    ['no req', '/records/1', {}, 400],
    ['an unknown req', '/records/1?req=Fly', {}, 400],
    ['a resource that is not there', '/calls/1?req=RecordReject', {}, 404],
    ['an address that is not there', '/records', {}, 404],
    ['a body that is no JSON', '/records/1?req=RecordReject', '{', 400],
    ['a body that is no object', '/records/1?req=RecordReject', '[1]', 400],
    ['a wrapped body that is no JSON', '/records/1?req=RecordReject', { record: '{' }, 400],
  ])('%s', async (_name, path, body, status) => {
    const reply = await post(path, body);
    expect(reply).toMatchObject({ status, body: { GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 102 } });
    expect(reply.body.GSW_ERROR).toBeTypeOf('string');
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'] as const)('%s on a record', async (method) => {
    const reply = await outbound.app.inject({ method, url: '/ocs/records/1?req=RecordReject' });
    expect([reply.statusCode, reply.headers.allow]).toEqual([405, 'POST']);
  });

  it('a body without a content type is JSON, and the name of req has any case', async () => {
    const send = (payload: string) =>
      outbound.app.inject({ method: 'POST', url: '/ocs/Lists/spring?REQ=addrecord', payload });
    const added = await send(JSON.stringify({ GSW_PHONE: number() }));
    expect([added.statusCode, added.json().GSW_USER_EVENT]).toEqual([200, 'AddRecordAcknowledge']);
    expect((await send('{')).statusCode).toBe(400);
  });

  it('an empty req is a missing one', async () => {
    expect((await post('/records/1?req=')).body.GSW_ERROR).toMatch(/^The parameter req is missing/);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])('content type %s', async (type) => {
    const headers = { 'content-type': type };
    const reply = await outbound.app.inject({
      method: 'POST',
      url: '/ocs/records/1?req=RecordReject',
      headers,
      payload: 'a=b',
    });
    expect([reply.statusCode, reply.json().GSW_USER_EVENT]).toEqual([415, 'Error']);
  });

  it.each([
    ['text/html', 'text/html; charset=utf-8'],
    ['text/plain', 'text/plain; charset=utf-8'],
    ['text/html, application/json;q=0.5', 'text/html; charset=utf-8'],
    ['application/json, text/html', 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
  ])('is answered to Accept %s as %s', async (accept, type) => {
    const reply = await outbound.app.inject({
      method: 'POST',
      url: '/ocs/records/999999?req=RecordReject',
      headers: { accept },
    });
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([404, type]);
    if (type.startsWith('text')) expect(reply.body).toBe('<html><body>Record handle not found</body></html>');
  });

  it('carries the headers that are configured', async () => {
    const value =
      "X-Frame-Options: SAMEORIGIN\nContent-Security-Policy: script-src 'self'; object-src 'self' | Content-Length: 5";
    await outbound.bed.current.configuration.patch('options', 'OCServer', { 'http-custom-headers': value });
    const reply = await outbound.app.inject({ method: 'GET', url: '/ocs/campaigngroups/601' });
    expect(reply.headers).toMatchObject({
      'x-frame-options': 'SAMEORIGIN',
      'content-security-policy': "script-src 'self'; object-src 'self'",
    });
    expect(reply.statusCode).toBe(200);
  });

  it('needs the credentials of section server, if there are any', async () => {
    const { configuration } = outbound.bed.current;
    await configuration.put('options', 'server', { username: 'u', password: 'p' });
    expect((await outbound.app.inject({ method: 'GET', url: '/ocs/campaigngroups/601' })).statusCode).toBe(401);
    const authorization = `Basic ${Buffer.from('u:p').toString('base64')}`;
    const reply = await outbound.app.inject({
      method: 'GET',
      url: '/ocs/campaigngroups/601',
      headers: { authorization },
    });
    expect(reply.statusCode).toBe(200);
    await configuration.delete('options', 'server');
  });
});

describe('campaign groups', () => {
  beforeAll(async () => void (await outbound.bed.current.agents.logout('a1')));
  beforeEach(async () => {
    for (const { name } of await outbound.campaigns.loaded()) await outbound.campaigns.forceUnload({ name });
  });

  it('are loaded, started, changed, stopped and unloaded', async () => {
    const answers: [number, unknown, unknown][] = [];
    const requests: [string, object?][] = [
      ['GetStatus'],
      ['Load', { GSW_DIAL_MODE: 2, GSW_OPTIMIZE_BY: 2, GSW_OPTIMIZE_GOAL: 3 }],
      ['Load'],
      ['Start', { GSW_AUTO_COMPLETION: 0 }],
      ['SetDialingMode', { GSW_DIAL_MODE: 1, dialing_priority: { General: { priority: 9 } } }],
      ['SetDialingMode', { GSW_DIAL_MODE: 3 }],
      ['Stop'],
      ['Stop'],
      ['Unload'],
      ['Unload'],
      ['ForceUnload'],
      ['SetDialingMode', {}],
      ['Start', { GSW_DIAL_MODE: 77 }],
    ];
    for (const [req, body] of requests) {
      const reply = await post(`/campaigngroups/601?req=${req}`, body);
      answers.push([
        reply.status,
        reply.body.GSW_CM_MessageType ?? reply.body.GSW_ERROR_NUMBER,
        reply.body.GSW_CM_AttrGroupCampStatus,
      ]);
    }
    expect(answers).toEqual([
      [200, 24, 0],
      [200, 19, 4],
      [409, 5, undefined],
      [200, 21, 5],
      [200, 23, 5],
      [409, 11, undefined],
      [200, 22, 4],
      [409, 6, undefined],
      [200, 20, 0],
      [409, 4, undefined],
      [409, 4, undefined],
      [400, 10, undefined],
      [400, 10, undefined],
    ]);
  });

  it('are read with their statistics', async () => {
    await post('/campaigngroups/601?req=Load');
    const reply = await outbound.app.inject({ method: 'GET', url: '/ocs/campaigngroups/601' });
    expect(reply.json()).toMatchObject({
      GSW_CM_MessageType: 24,
      GSW_CM_AttrGroupCampStatus: 4,
      GSW_CAMPAIGN_GROUP_NAME: 'Spring@Sales',
      GSW_STAT_HIT_RATIO: null,
      lists: { spring: { ready: expect.any(Number) } },
    });
  });

  it('are operated by the names of the web API too', async () => {
    const data = { campaignId: 501, groupId: 201, requestProperties: [{ key: 'GSW_AUTO_COMPLETION', value: 1 }] };
    expect((await post('/v3/servers/150/load-campaign', { data })).body).toMatchObject({
      GSW_CM_MessageType: 19,
      GSW_CM_AttrCampaignID: 501,
      GSW_CM_AttrGroupCampStatus: 4,
    });
    const paths = ['start-dialing', 'get-campaign-status', 'stop-dialing', 'unload-campaign'];
    const types = [];
    for (const path of paths) {
      types.push((await post(`/v3/servers/150/${path}`, { data: { sessionId: 601 } })).body.GSW_CM_MessageType);
    }
    expect(types).toEqual([21, 24, 22, 20]);
    expect((await post('/v3/servers/150/load-campaign', { data: { groupId: 201 } })).status).toBe(400);
    expect((await post('/v3/servers/151/load-campaign', { data })).status).toBe(404);
    expect((await post('/v3/servers/150/fly', { data })).status).toBe(404);
  });

  it('are not found by a number of nobody', async () => {
    expect(await post('/campaigngroups/999?req=Load')).toMatchObject({ status: 404, body: { GSW_ERROR_NUMBER: 9 } });
    expect((await post('/campaigngroups/601?req=Fly')).status).toBe(400);
    const tooLarge = { campaignId: 1e12, groupId: 201 };
    expect((await post('/campaigngroups/9999999999?req=Load')).status).toBe(404);
    expect((await post('/v3/servers/150/load-campaign', { data: tooLarge })).body).toMatchObject({
      GSW_ERROR_NUMBER: 10,
    });
  });

  it.each([
    ['DELETE', '', 405, 'GET, HEAD, POST'],
    ['GET', '?req=Load', 405, 'POST'],
    ['GET', '?req=GetStatus', 200, undefined],
    ['HEAD', '', 200, undefined],
    ['GET', '?req=Fly', 400, undefined],
  ] as const)('answer %s %s with %i', async (method, query, status, allow) => {
    const reply = await outbound.app.inject({ method, url: `/ocs/campaigngroups/601${query}` });
    expect([reply.statusCode, reply.headers.allow]).toEqual([status, allow]);
  });

  it.each([
    { dialing_priority: 5 },
    { GSW_OPTIMIZE_BY: 3, GSW_OPTIMIZE_GOAL: 1e12 },
    { dialing_priority: { General: { priority: 1e12 } } },
  ])('refuse %j', async (body) => {
    expect(await post('/campaigngroups/601?req=Load', body)).toMatchObject({
      status: 400,
      body: { GSW_ERROR_NUMBER: 10 },
    });
  });
});
