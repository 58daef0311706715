import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../kernel/index.js';
import { RecordStatus, RecordType } from '../../outbound/index.js';
import { type OutboundBed, outboundBed } from '../ocs/testing.js';
import { Client } from '../outbound/testing.js';

let outbound: OutboundBed;
let desktop: Client;
let next = 100;

const basic = { GSW_APPLICATION_ID: 150, GSW_CAMPAIGN_NAME: 'Spring' };

function number(): string {
  next += 1;
  return `+44 20 7946 0${next}`;
}

/** The next frame of a type, those of other types being passed over. */
async function frame(
  client: Client,
  type: string,
  of: (message: JsonObject) => boolean = () => true,
): Promise<JsonObject> {
  for (;;) {
    const message = await client.next();
    if (message.type === type && of(message)) return message;
  }
}

async function heard(client: Client): Promise<JsonObject> {
  // The frame has user data by its type.
  return (await frame(client, 'user-event')).userData as JsonObject;
}

function request(name: string, more: JsonObject = {}): JsonObject {
  return { type: 'user-event', userData: { GSW_AGENT_REQ_TYPE: name, ...basic, ...more } };
}

/** Sends a request and answers the next user event. */
async function ask(name: string, more: JsonObject = {}, client = desktop): Promise<JsonObject> {
  client.send(request(name, more));
  return heard(client);
}

async function preview(phone = number(), more: JsonObject = {}): Promise<JsonObject> {
  await outbound.bed.add({ GSW_PHONE: phone, ...more });
  return ask('PreviewRecordRequest');
}

async function stored(phone: unknown) {
  return outbound.bed.record(String(phone));
}

const state = (value: string) => ({ type: 'state', state: value });

beforeAll(async () => {
  outbound = await outboundBed({ more: 'options: { OCServer: { customer_id: "account" } }' });
  const { configuration } = outbound.bed.current;
  for (const id of ['a1', 'a2', 'a3']) await configuration.patch('agents', id, { password: 'pw' });
});

beforeEach(async () => {
  desktop = await Client.open(`${outbound.url}/desktop`, 'a1', 'pw');
  expect(await desktop.next()).toMatchObject({ type: 'state', state: 'logged-out' });
  desktop.send(state('login'));
  await frame(desktop, 'state', (message) => message.state === 'not-ready');
});

afterEach(async () => {
  await outbound.bed.current.agents.logout('a1');
  await outbound.bed.activity.idle();
  for (const { name } of await outbound.campaigns.loaded()) await outbound.campaigns.forceUnload({ name });
  await desktop.close();
});

async function startPreview(): Promise<void> {
  await outbound.campaigns.load({ name: 'Spring@Sales' }, { dialMode: 'Preview' });
  await outbound.campaigns.startDialing({ name: 'Spring@Sales' });
  expect(await heard(desktop)).toMatchObject({ GSW_USER_EVENT: 'CampaignLoaded' });
  expect(await heard(desktop)).toMatchObject({ GSW_USER_EVENT: 'CampaignStarted' });
}

describe('a desktop', () => {
  it('is opened by an agent with the password, or by who may act for the agent', async () => {
    await expect(Client.open(`${outbound.url}/desktop`, 'a1', 'wrong')).rejects.toThrow('401');
    await expect(Client.open(`${outbound.url}/desktop`, 'a4', 'pw')).rejects.toThrow('401');
    await expect(Client.open(`${outbound.url}/desktop`, 'admin', 'secret')).rejects.toThrow('401');
    const seat = await Client.open(`${outbound.url}/desktop?agent=a2`, 'admin', 'secret');
    expect(await seat.next()).toMatchObject({ type: 'state', state: 'logged-out' });
    await seat.close();
  });

  it('changes the state of its agent, which all desktops of the agent hear', async () => {
    const other = await Client.open(`${outbound.url}/desktop`, 'a1', 'pw');
    expect(await other.next()).toMatchObject({ type: 'state', state: 'not-ready' });
    desktop.send(state('ready'));
    for (const client of [desktop, other]) expect(await client.next()).toMatchObject({ type: 'state', state: 'ready' });
    desktop.send({ type: 'state', state: 'not-ready', reason: 'lunch' });
    for (const client of [desktop, other]) {
      expect(await client.next()).toMatchObject({ type: 'state', state: 'not-ready', reason: 'lunch' });
    }
    await other.close();
  });

  it('is told when a state is as it was', async () => {
    expect(await desktop.ask(state('login'))).toMatchObject({ type: 'state', state: 'not-ready' });
  });

  it.each([
    ['not JSON', '{', 'malformed-frame'],
    ['no object', '[]', 'malformed-frame'],
    ['no type', '{}', 'malformed-frame'],
    ['an unknown type', { type: 'fly' }, 'malformed-frame'],
    ['an unknown state', state('asleep'), 'malformed-frame'],
    ['a handle that is none', { type: 'preview-accept', handle: 'x' }, 'malformed-frame'],
    ['a user event without user data', { type: 'user-event' }, 'malformed-frame'],
    ['a call that is not there', { type: 'answer' }, 'no-call'],
    ['a hang-up without a call', { type: 'hangup' }, 'no-call'],
    ['a disposition without a record', { type: 'disposition' }, 'record-handle-not-found'],
  ])('is told of %s, and stays open', async (_name, message, code) => {
    expect(await desktop.ask(message)).toMatchObject({ type: 'error', code });
    expect(await desktop.ask(state('login'))).toMatchObject({ type: 'state' });
  });

  it('closes when its agent is disabled', async () => {
    const other = await Client.open(`${outbound.url}/desktop`, 'a3', 'pw');
    await other.next();
    const closed = other.closed();
    await outbound.bed.current.configuration.patch('agents', 'a3', { enabled: false });
    expect(await closed).toBe(1008);
  });
});

describe('campaign notifications', () => {
  it('go to logged-in agents of the group', async () => {
    await outbound.campaigns.load({ name: 'Spring@Sales' }, { dialMode: 'Predictive' });
    await outbound.campaigns.startDialing({ name: 'Spring@Sales' });
    await outbound.campaigns.setDialingMode({ name: 'Spring@Sales' }, { dialMode: 'Progressive' });
    const started = [await heard(desktop), await heard(desktop), await heard(desktop)];
    await (await outbound.campaigns.unload({ name: 'Spring@Sales' })).done;
    const ended = [await heard(desktop), await heard(desktop)];
    expect([...started, ...ended].map((event) => event.GSW_USER_EVENT)).toEqual([
      'CampaignLoaded',
      'CampaignStarted',
      'CampaignModeChanged',
      'CampaignStopped',
      'CampaignUnloaded',
    ]);
    expect(started[2]).toEqual({
      GSW_USER_EVENT: 'CampaignModeChanged',
      GSW_APPLICATION_ID: 150,
      GSW_CAMPAIGN_NAME: 'Spring',
      GSW_CAMPAIGN_DESCRIPTION: '',
      GSW_CAMPAIGN_GROUP_NAME: 'Spring@Sales',
      GSW_CAMPAIGN_GROUP_DESCRIPTION: '',
      GSW_CAMPAIGN_MODE: 'Progressive',
    });
  });

  it('are repeated on CampaignStatusRequest', async () => {
    await outbound.campaigns.load({ name: 'Spring@Sales' }, { dialMode: 'Preview' });
    await heard(desktop);
    expect(await ask('CampaignStatusRequest')).toMatchObject({ GSW_USER_EVENT: 'CampaignLoaded' });
    await outbound.campaigns.startDialing({ name: 'Spring@Sales' });
    await heard(desktop);
    expect(await ask('CampaignStatusRequest')).toMatchObject({
      GSW_USER_EVENT: 'CampaignStarted',
      GSW_CAMPAIGN_MODE: 'Preview',
    });
  });
});

describe('records in Preview mode', () => {
  beforeEach(startPreview);

  it('an empty list answers PreviewRecordEmpty', async () => {
    expect(await ask('PreviewRecordRequest', { GSW_REFERENCE_ID: 7 })).toEqual({
      GSW_USER_EVENT: 'PreviewRecordEmpty',
      GSW_ERROR: 'No Records Available',
      GSW_REFERENCE_ID: 7,
      ...basic,
    });
  });

  it('PreviewRecord has every key of the specification', async () => {
    const phone = number();
    const record = await preview(phone, { colour: 'red' });
    // Spec outbound.md 3.4.
    expect(record).toMatchObject({
      GSW_USER_EVENT: 'PreviewRecord',
      GSW_APPLICATION_ID: 150,
      GSW_CAMPAIGN_NAME: 'Spring',
      GSW_CAMPAIGN_GROUP_NAME: 'Spring@Sales',
      GSW_CAMPAIGN_GROUP_DBID: 601,
      GSW_CAMPAIGN_GROUP_DESCRIPTION: '',
      GSW_CALLING_LIST: 'spring',
      GSW_CALLING_LIST_DBID: 401,
      GSW_RECORD_HANDLE: expect.any(Number),
      GSW_CHAIN_ID: expect.any(Number),
      GSW_CALL_ATTEMPT_GUID: expect.any(String),
      GSW_PHONE: phone,
      contact_info: phone,
      GSW_CALL_RESULT: 28,
      GSW_ATTEMPTS: 0,
      GSW_TZ_NAME: 'Europe/London',
      GSW_TZ_OFFSET: 0,
      GSW_AGENT_ID: 'a1',
      GSW_SWITCH_DBID: expect.any(Number),
      InteractionType: 'Outbound',
      InteractionSubtype: 'OutboundNew',
      colour: 'red',
    });
    expect(await frame(desktop, 'preview')).toMatchObject({ handle: record.GSW_RECORD_HANDLE });
    await ask('RecordProcessed', { GSW_RECORD_HANDLE: record.GSW_RECORD_HANDLE ?? 0 });
  });

  it('RecordReject: the same record is offered again, its attempts as they were', async () => {
    const record = await preview();
    desktop.send({ type: 'preview-reject' });
    expect(await heard(desktop)).toMatchObject({ GSW_USER_EVENT: 'RecordRejectAcknowledge' });
    const again = await ask('PreviewRecordRequest');
    expect(again).toMatchObject({ GSW_PHONE: record.GSW_PHONE, GSW_ATTEMPTS: 0 });
    await ask('RecordProcessed', { GSW_RECORD_HANDLE: again.GSW_RECORD_HANDLE ?? 0 });
  });

  it('a preview that is accepted is dialed; the agent answers, hangs up and says how it went', async () => {
    await outbound.bed.world({ default: { outcome: 'answer', ringSeconds: 1, talkSeconds: null } });
    const record = await preview();
    desktop.send({ type: 'preview-accept', handle: record.GSW_RECORD_HANDLE ?? 0 });
    await frame(desktop, 'call', (message) => message.event === 'ringing');
    desktop.send({ type: 'answer' });
    await frame(desktop, 'call', (message) => message.event === 'answered');
    await outbound.bed.advance(3);
    await frame(desktop, 'call', (message) => message.event === 'joined');
    desktop.send({ type: 'hangup' });
    await frame(desktop, 'call', (message) => message.event === 'ended');
    await outbound.bed.advance(1);
    desktop.send({ type: 'disposition', result: 33, fields: { colour: 'blue' } });
    expect(await heard(desktop)).toMatchObject({ GSW_USER_EVENT: 'RecordProcessedAcknowledge', colour: 'blue' });
    expect(await stored(record.GSW_PHONE)).toMatchObject({
      recordStatus: RecordStatus.Updated,
      callResult: 33,
      attempt: 1,
      custom: { colour: 'blue' },
    });
  });

  it('RecordReschedule Personal and RecordProcessed make a personal callback', async () => {
    const record = await preview();
    const handle = { GSW_RECORD_HANDLE: record.GSW_RECORD_HANDLE ?? 0 };
    const rescheduled = await ask('RecordReschedule', {
      ...handle,
      GSW_DATE_TIME: '03/05/2026 10:30',
      GSW_CALLBACK_TYPE: 'Personal',
    });
    expect(rescheduled).toMatchObject({ GSW_USER_EVENT: 'RecordRescheduleAcknowledge', ...handle });
    await ask('RecordProcessed', handle);
    expect(await stored(record.GSW_PHONE)).toMatchObject({
      recordType: RecordType.PersonalCallBack,
      recordStatus: RecordStatus.Ready,
      agentId: 'a1',
      scheduledAt: Date.UTC(2026, 2, 5, 10, 30),
    });
  });

  it('ChainedRecordRequest answers the others of the chain, then the end', async () => {
    const [first] = await outbound.bed.add(number());
    const other = number();
    await outbound.bed.add({ GSW_PHONE: other, GSW_CHAIN_ID: first?.chainId });
    const record = await ask('PreviewRecordRequest');
    const handle = { GSW_RECORD_HANDLE: record.GSW_RECORD_HANDLE ?? 0 };
    expect(await ask('ChainedRecordRequest', handle)).toMatchObject({
      GSW_USER_EVENT: 'ChainedRecord',
      GSW_PHONE: other,
    });
    expect(await heard(desktop)).toMatchObject({ GSW_USER_EVENT: 'ChainedRecordsDataEnd', ...handle });
    await ask('RecordProcessed', handle);
  });

  it('UpdateCallCompletionStats, DoNotCall and RequestRecordCancel are acknowledged', async () => {
    const record = await preview();
    const handle = { GSW_RECORD_HANDLE: record.GSW_RECORD_HANDLE ?? 0 };
    expect(await ask('UpdateCallCompletionStats', { ...handle, GSW_CALL_RESULT: 7 })).toMatchObject({
      GSW_USER_EVENT: 'UpdateCallCompletionStatsAcknowledge',
    });
    expect(await ask('DoNotCall', handle)).toMatchObject({ GSW_USER_EVENT: 'DoNotCallAcknowledge' });
    await ask('RecordProcessed', handle);
    expect(await stored(record.GSW_PHONE)).toMatchObject({ recordType: RecordType.NoCall, callResult: 51 });
    const second = await preview();
    expect(await ask('RequestRecordCancel', { GSW_RECORD_HANDLE: second.GSW_RECORD_HANDLE ?? 0 })).toMatchObject({
      GSW_USER_EVENT: 'RecordCancelAcknowledge',
    });
    expect(await stored(second.GSW_PHONE)).toMatchObject({ recordStatus: RecordStatus.Cancelled });
  });

  it('AddRecord, ReadyTime, LogOut and the preview modes are acknowledged', async () => {
    const added = await ask('AddRecord', { GSW_CALLING_LIST: 'spring', GSW_PHONE: number(), GSW_RECORD_STATUS: 3 });
    expect(added).toMatchObject({ GSW_USER_EVENT: 'AddRecordAcknowledge', GSW_CHAIN_N: 1 });
    expect(await ask('ReadyTime', { GSW_READY_TIME: 20 })).toMatchObject({ GSW_USER_EVENT: 'ReadyTimeAcknowledge' });
    for (const name of ['PreviewDialingModeStart', 'PreviewDialingModeOver']) {
      expect(await ask(name)).toMatchObject({ GSW_USER_EVENT: `${name}Acknowledge`, ...basic });
    }
    const record = await preview();
    desktop.send(request('LogOut'));
    const events = [await heard(desktop), await heard(desktop)].map((event) => event.GSW_USER_EVENT);
    expect(events).toEqual(['LogOutAcknowledge', 'LogOutTime']);
    expect((await stored(record.GSW_PHONE)).recordStatus).not.toBe(RecordStatus.Updated);
  });

  it('a desktop that opens again shows what is on it; an agent who leaves gives it back', async () => {
    const record = await preview();
    const again = await Client.open(`${outbound.url}/desktop`, 'a1', 'pw');
    await again.next();
    expect(await again.next()).toMatchObject({ type: 'preview', handle: record.GSW_RECORD_HANDLE });
    await again.close();
    desktop.send(state('logout'));
    await frame(desktop, 'state', (message) => message.state === 'logged-out');
    await outbound.bed.activity.idle();
    expect(await outbound.bed.dialing.recordsOf('a1')).toEqual([]);
    expect((await stored(record.GSW_PHONE)).recordStatus).not.toBe(RecordStatus.Updated);
    await outbound.campaigns.forceUnload({ name: 'Spring@Sales' });
    await outbound.bed.transaction((tx) =>
      outbound.bed.lists.cancel(tx, { phone: String(record.GSW_PHONE), scope: 'AllChain' }),
    );
  });

  it.each([
    ['an unknown request', 'Fly', {}, 102],
    ['no handle', 'RecordProcessed', {}, 103],
    ['a handle that is no number', 'RecordProcessed', { GSW_RECORD_HANDLE: 'x' }, 103],
    ['a handle of nobody', 'RecordReject', { GSW_RECORD_HANDLE: 5 }, 104],
    ['an unknown campaign', 'PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Nobody' }, 105],
    ['an unknown list', 'AddRecord', { GSW_CALLING_LIST: 'nowhere', GSW_PHONE: '1' }, 108],
    ['nobody to cancel', 'RequestRecordCancel', {}, 103],
    ['a time that is none', 'ReadyTime', { GSW_READY_TIME: 'soon' }, 103],
    ['an unknown treatment', 'RecordProcessed', { GSW_RECORD_HANDLE: 5, GSW_TREATMENT: 'Fly' }, 103],
  ])('%s is an error with its number', async (_name, name, more: JsonObject, error) => {
    expect(await ask(name, { ...more, GSW_REFERENCE_ID: 'r1' })).toMatchObject({
      GSW_USER_EVENT: 'Error',
      GSW_AGENT_REQ_TYPE: name,
      GSW_REFERENCE_ID: 'r1',
      GSW_ERROR: expect.any(String),
      GSW_ERROR_NUMBER: error,
    });
  });

  it('a request to another server is not answered, nor one without a name', async () => {
    desktop.send(request('PreviewRecordRequest', { GSW_APPLICATION_ID: 151 }));
    desktop.send({ type: 'user-event', userData: { GSW_APPLICATION_ID: 150 } });
    expect(await heard(desktop)).toMatchObject({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 103 });
  });

  it('the record of another agent is not for this one', async () => {
    const record = await preview();
    await outbound.bed.current.agents.login('a2');
    const other = await Client.open(`${outbound.url}/desktop`, 'a2', 'pw');
    const handle = { GSW_RECORD_HANDLE: record.GSW_RECORD_HANDLE ?? 0 };
    expect(await ask('RecordProcessed', handle, other)).toMatchObject({ GSW_ERROR_NUMBER: 104 });
    await other.close();
    await outbound.bed.current.agents.logout('a2');
    await ask('RecordProcessed', handle);
  });
});

describe('what is pushed', () => {
  it('the attached data of a call that rings', async () => {
    await outbound.bed.world({ default: { outcome: 'answer', ringSeconds: 1, talkSeconds: 2 } });
    desktop.send(state('ready'));
    await frame(desktop, 'state', (message) => message.state === 'ready');
    await outbound.bed.add(number());
    await outbound.campaigns.load({ name: 'Spring@Sales' }, { dialMode: 'Progressive' });
    await outbound.campaigns.startDialing({ name: 'Spring@Sales' });
    await outbound.bed.advance(3);
    const data = await frame(desktop, 'call', (message) => message.event === 'attached-data');
    expect(data).toMatchObject({
      userData: { GSW_PHONE: expect.any(String), GSW_RECORD_HANDLE: expect.any(Number), GSW_CAMPAIGN_NAME: 'Spring' },
    });
  });
});
