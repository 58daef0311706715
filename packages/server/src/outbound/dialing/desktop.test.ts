import { describe, expect, it, vi } from 'vitest';
import { CallResult, RecordStatus, RecordType } from '../list/index.js';
import type { RecordKeys } from './desktop-message.js';
import { DialingBed, GROUP, START } from './testing.js';

const TALKS = { default: { outcome: 'answer', ringSeconds: 1, talkSeconds: 10 } };

function handleOf(keys: RecordKeys | undefined): number {
  return Number(keys?.GSW_RECORD_HANDLE);
}

describe('preview', () => {
  it('waits for a round that is taking records out of the lists, rather than say that there are none', async () => {
    const bed = await DialingBed.create();
    await bed.startGroup('Preview');
    const { database } = bed.store;
    const locks = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    const asked = await database.transaction(async (round) => {
      await round.query('select 1 from dialing_group where dbid = $1 for update', [GROUP]);
      await bed.lists.add(round, 'spring', { GSW_PHONE: '5101', GSW_FROM: 0, GSW_UNTIL: 86_400 });
      const preview = bed.dialing.previewRecord('a1');
      await vi.waitFor(async () => expect(await database.query(locks)).not.toEqual([]), { timeout: 20_000 });
      return { preview };
    });
    expect(await asked.preview).toMatchObject({ GSW_PHONE: '5101' });
  });

  it('shows a record with all its keys, dials it for the agent, and finalises it when it is processed', async () => {
    const bed = await DialingBed.create();
    await bed.add({ GSW_PHONE: '5101', custom1: 'gold' });
    await bed.world({ ...TALKS, agents: { a1: { wrapSeconds: 1 } } });
    await bed.ready('a1');
    await bed.startGroup('Preview');
    expect(bed.carried()).toEqual([]);
    const keys = await bed.dialing.previewRecord('a1', 'Spring');
    expect(keys).toMatchObject({
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
      GSW_PHONE: '5101',
      contact_info: '5101',
      GSW_CALL_RESULT: 28,
      GSW_ATTEMPTS: 0,
      GSW_TZ_NAME: 'Europe/London',
      GSW_TZ_OFFSET: 0,
      GSW_AGENT_ID: 'a1',
      GSW_SWITCH_DBID: expect.any(Number),
      InteractionType: 'Outbound',
      InteractionSubtype: 'OutboundNew',
      custom1: 'gold',
    });
    await bed.dialing.dialRecord('a1', handleOf(keys));
    await bed.activity.idle();
    expect(bed.carried()).toEqual([]);
    await bed.current.simulator.answerAgent('a1');
    await bed.advance(3);
    expect(bed.carried()).toEqual(['5101 answer']);
    const [contact] = bed.ofType('contact');
    expect(contact).toMatchObject({ agentId: 'a1', attempt: keys?.GSW_CALL_ATTEMPT_GUID });
    await bed.advance(20);
    expect((await bed.record('5101')).recordStatus).toBe(RecordStatus.Retrieved);
    const fields = { custom1: 'silver', GSW_CALL_RESULT: CallResult.WrongParty };
    expect(await bed.dialing.processed(handleOf(keys), { fields })).toMatchObject({
      GSW_RECORD_HANDLE: handleOf(keys),
      custom1: 'silver',
    });
    const record = await bed.record('5101');
    expect(record).toMatchObject({ recordStatus: RecordStatus.Updated, callResult: CallResult.WrongParty, attempt: 1 });
    expect(record.custom).toMatchObject({ custom1: 'silver' });
    expect(await bed.dialing.previewRecord('a1')).toBeUndefined();
    expect(bed.logged).toEqual([]);
  });

  it('offers a rejected record again, its attempts unchanged', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101', '5102');
    await bed.ready('a1');
    await bed.startGroup('Preview');
    const keys = await bed.dialing.previewRecord('a1');
    await bed.dialing.reject(handleOf(keys));
    expect(await bed.dialing.previewRecord('a1')).toMatchObject({ GSW_PHONE: '5101', GSW_ATTEMPTS: 0 });
  });

  it.each([
    ['an unknown campaign', 'a1', 'Nope', 'desktop-campaign-not-found'],
    ['a campaign that is not loaded', 'a1', 'Winter', 'desktop-campaign-not-loaded'],
    ['somebody of another group', 'a9', 'Spring', 'agent-not-in-group'],
  ])('is refused for %s', async (_what, agent, campaign, code) => {
    const bed = await DialingBed.create({ more: '  - { campaign: Winter, group: Sales }\n' });
    await bed.current.configuration.put('campaigns', 'Winter', { name: 'Winter' });
    await bed.current.configuration.put('agents', 'a9', { id: 'a9', groups: ['Service'] });
    await bed.startGroup('Preview');
    await expect(bed.dialing.previewRecord(agent, campaign)).rejects.toMatchObject({ code });
  });

  it('needs a running preview campaign, PreviewDialingModeStart where that is asked for, and room on the desktop', async () => {
    const bed = await DialingBed.create({
      group: 'options: { agent_preview_mode_start: "true", desktop-chains-limit: "1" }',
    });
    await bed.add('5101', '5102');
    await bed.load('Preview');
    await expect(bed.dialing.previewRecord('a1')).rejects.toMatchObject({ code: 'not-in-preview-mode' });
    await bed.startGroup('Preview');
    await expect(bed.dialing.previewRecord('a1')).rejects.toMatchObject({ code: 'preview-start-required' });
    await bed.dialing.previewMode('a1', true);
    expect(await bed.dialing.previewRecord('a1')).toMatchObject({ GSW_PHONE: '5101' });
    await expect(bed.dialing.previewRecord('a1')).rejects.toMatchObject({ code: 'desktop-limit-exceeded' });
    await bed.dialing.previewMode('a2', false);
    await expect(bed.dialing.previewRecord('a2')).rejects.toMatchObject({ code: 'preview-start-required' });
  });

  it('keeps an unloading group until the agent is done', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101');
    await bed.startGroup('Preview');
    const keys = await bed.dialing.previewRecord('a1');
    expect(await bed.transaction((tx) => bed.dialing.beginUnload(tx, GROUP))).toEqual({ outstanding: 1 });
    await bed.advance(600);
    expect(bed.drained).toEqual([]);
    await bed.dialing.processed(handleOf(keys), { fields: {} });
    await bed.advance(1);
    expect(bed.drained).toEqual([GROUP]);
    await expect(bed.dialing.update(handleOf(keys), {})).rejects.toMatchObject({ code: 'record-handle-not-found' });
  });
});

describe('simulated agents', () => {
  it('ask for records, dial and process them with their disposition', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101', '5102');
    const disposition = { GSW_CALL_RESULT: CallResult.WrongParty, note: 'moved' };
    const agent = { auto: true, answerSeconds: 0.2, wrapSeconds: 1, preview: 'accept', disposition };
    await bed.world({ ...TALKS, agents: { a1: agent } });
    await bed.startGroup('Preview');
    await bed.advance(60);
    for (const phone of ['5101', '5102']) {
      const record = await bed.record(phone);
      expect(record).toMatchObject({ recordStatus: RecordStatus.Updated, callResult: CallResult.WrongParty });
      expect(record.custom).toMatchObject({ note: 'moved' });
    }
    expect(bed.logged).toEqual([]);
  });

  it('who ignore previews keep the record that they asked for', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101');
    await bed.world({ ...TALKS, agents: { a1: { auto: true, preview: 'ignore' } } });
    await bed.startGroup('Preview');
    await bed.advance(300);
    expect(await bed.dialing.recordsOf('a1')).toHaveLength(1);
    expect(bed.carried()).toEqual([]);
  });
});

describe('push preview', () => {
  it('brings a record to a ready agent, who takes it', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101', '5102');
    await bed.world({ ...TALKS, agents: { a1: { wrapSeconds: 1 } } });
    await bed.ready('a1');
    await bed.startGroup('PushPreview');
    expect(bed.messages.map(({ agent, message }) => [agent, message.userEvent, message.keys.GSW_PHONE])).toEqual([
      ['a1', 'PreviewRecord', '5101'],
    ]);
    expect((await bed.current.agents.state('a1')).state).toBe('reserved');
    await bed.dialing.dialRecord('a1', handleOf(bed.messages[0]?.message.keys));
    await bed.advance(1);
    await bed.current.simulator.answerAgent('a1');
    await bed.advance(3);
    expect(bed.ofType('contact').map(({ phone }) => phone)).toEqual(['5101']);
  });

  it('takes the record back from an agent who does nothing, and sends that agent no more', async () => {
    const bed = await DialingBed.create({ group: 'options: { preview-timeout: "30" }' });
    await bed.add('5101');
    await bed.ready('a1');
    await bed.startGroup('PushPreview');
    await bed.advance(31);
    expect(bed.messages.map(({ message }) => message.userEvent)).toEqual(['PreviewRecord', 'RecordCancel']);
    expect(await bed.current.agents.state('a1')).toMatchObject({ state: 'not-ready', reason: 'no-answer' });
    await bed.ready('a2');
    expect(bed.messages.at(-1)).toMatchObject({ agent: 'a2', message: { userEvent: 'PreviewRecord' } });
  });
});

describe('callbacks', () => {
  const AT = { GSW_RECORD_TYPE: RecordType.PersonalCallBack, GSW_AGENT_ID: 'a2', GSW_DATE_TIME: '03/02/2026 12:10' };
  const MORE = 'treatments: [{ name: group, callResult: AgentCallBackError, applyToRecord: Assign to Group }]';

  it('that are personal go to their agent at their time, as ScheduledCall', async () => {
    const bed = await DialingBed.create();
    await bed.add({ GSW_PHONE: '5101', GSW_CAMPAIGN_NAME: 'Spring', ...AT });
    await bed.ready('a1', 'a2');
    await bed.startGroup();
    await bed.advance(590);
    expect(bed.messages).toEqual([]);
    await bed.advance(60);
    expect(bed.carried()).toEqual([]);
    expect(
      bed.messages.map(({ agent, message }) => [agent, message.userEvent, message.keys.GSW_CALLBACK_TYPE]),
    ).toEqual([['a2', 'ScheduledCall', 'Personal']]);
  });

  it('of an agent who is not there are missed, and treated: assigned to the group they are dialed', async () => {
    const bed = await DialingBed.create({ list: 'treatments: [group]', more: MORE });
    await bed.add({ GSW_PHONE: '5101', GSW_CAMPAIGN_NAME: 'Spring', ...AT });
    await bed.ready('a1');
    await bed.startGroup();
    await bed.advance(720);
    expect(bed.ofType('chain-processed').map(({ result }) => result)).toContain(CallResult.AgentCallbackError);
    expect(bed.carried()).toEqual(['5101 answer']);
  });

  it('of an agent who is busy all the time are missed, without a treatment for good', async () => {
    const bed = await DialingBed.create({ group: 'options: { callback-timeout: "120" }' });
    await bed.add({ GSW_PHONE: '5101', GSW_CAMPAIGN_NAME: 'Spring', ...AT });
    await bed.current.agents.login('a2');
    await bed.startGroup();
    await bed.advance(800);
    expect(await bed.record('5101')).toMatchObject({
      recordStatus: RecordStatus.MissedCallBack,
      callResult: CallResult.AgentCallbackError,
    });
    expect(bed.ofType('callback-missed')).toMatchObject([{ personal: true }]);
  });

  it('are arranged by an agent and come back at their time', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101');
    await bed.ready('a1');
    await bed.startGroup('Preview');
    const keys = await bed.dialing.previewRecord('a1');
    const request = { dateTime: '03/02/2026 13:00', callbackType: 'Personal' as const };
    await bed.dialing.reschedule(handleOf(keys), request);
    expect((await bed.record('5101')).recordType).toBe(RecordType.General);
    await bed.dialing.processed(handleOf(keys), { fields: {} });
    expect(await bed.record('5101')).toMatchObject({
      recordType: RecordType.PersonalCallBack,
      recordStatus: RecordStatus.Ready,
      agentId: 'a1',
      scheduledAt: START + 3_600_000,
    });
    expect(bed.ofType('callback-scheduled')).toMatchObject([{ personal: true }]);
    await bed.advance(3660);
    expect(bed.messages.map(({ message }) => message.userEvent)).toContain('ScheduledCall');
  });

  it.each(['03/02/2026 11:00', '02/30/2026 10:00', 'soon', '03/02/2026 23:30'])(
    'are not arranged for %s',
    async (dateTime) => {
      const bed = await DialingBed.create();
      await bed.add({ GSW_PHONE: '5101', GSW_UNTIL: 64_800 });
      await bed.startGroup('Preview');
      const keys = await bed.dialing.previewRecord('a1');
      const request = bed.dialing.reschedule(handleOf(keys), { dateTime, callbackType: 'Campaign' });
      await expect(request).rejects.toMatchObject({ code: 'invalid-date-time' });
    },
  );
});

describe('cancelling', () => {
  it('by phone withdraws what is in lists and buffers, and says what is on desktops', async () => {
    const bed = await DialingBed.create({ group: 'minRecBuffSize: 1\noptRecBuffSize: 2' });
    await bed.add('5101', '5102', '5102', '5103');
    await bed.startGroup('Preview');
    const keys = await bed.dialing.previewRecord('a1');
    expect(keys).toMatchObject({ GSW_PHONE: '5101' });
    expect(await bed.dialing.cancel({ phone: '5102' })).toEqual({
      GSW_APPLICATION_ID: 150,
      GSW_PHONE: '5102',
      GSW_CHAIN_ATTR: 'AllChain',
    });
    const cancelled = await bed.lists.find({ phone: '5102', lists: ['spring'] });
    expect(cancelled.map(({ recordStatus, callResult }) => [recordStatus, callResult])).toEqual([
      [RecordStatus.Cancelled, CallResult.CancelRecord],
      [RecordStatus.Cancelled, CallResult.CancelRecord],
    ]);
    expect(await bed.dialing.cancel({ phone: '5101' }, { campaign: 'Spring' })).toEqual({
      GSW_APPLICATION_ID: 150,
      GSW_PHONE: '5101',
      GSW_CAMPAIGN_NAME: 'Spring',
      GSW_CHAIN_ATTR: 'AllChain',
      GSW_MESSAGE: 'Incomplete processing: record(s) on desktop',
    });
    await expect(bed.dialing.cancel({ phone: '5101' }, { campaign: 'Nope' })).rejects.toMatchObject({ number: 3 });
    await expect(bed.dialing.cancel({})).rejects.toMatchObject({ number: 10 });
    expect(await bed.dialing.cancel({ phone: '999' })).toMatchObject({ GSW_PHONE: '999', GSW_CHAIN_ATTR: 'AllChain' });
    await bed.dialing.cancel({ handle: handleOf(keys) });
    expect(await bed.record('5101')).toMatchObject({ recordStatus: RecordStatus.Cancelled });
    expect(await bed.dialing.previewRecord('a1')).toMatchObject({ GSW_PHONE: '5103' });
  });

  it('with cancel-on-desktop takes the record from the desktop', async () => {
    const bed = await DialingBed.create({ group: 'options: { cancel-on-desktop: "true" }' });
    await bed.add('5101');
    await bed.startGroup('Preview');
    await bed.dialing.previewRecord('a1');
    expect(await bed.dialing.cancel({ phone: '5101' })).not.toHaveProperty('GSW_MESSAGE');
    expect(bed.messages).toMatchObject([{ agent: 'a1', message: { userEvent: 'RecordCancel' } }]);
    expect(await bed.dialing.recordsOf('a1')).toEqual([]);
  });

  it('of one record of a chain leaves the others', async () => {
    const bed = await DialingBed.create();
    const [first] = await bed.add('5101');
    await bed.add({ GSW_PHONE: '5102', GSW_CHAIN_ID: first?.chainId });
    await bed.startGroup('Preview');
    const keys = await bed.dialing.previewRecord('a1');
    await bed.dialing.cancel({ handle: handleOf(keys) }, { scope: 'RecordOnly' });
    expect(await bed.record('5101')).toMatchObject({ recordStatus: RecordStatus.Cancelled });
    expect(await bed.dialing.previewRecord('a1')).toMatchObject({ GSW_PHONE: '5102' });
  });
});

describe('do-not-call by handle', () => {
  it('marks the record, which is finalised when it is processed', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101');
    await bed.startGroup('Preview');
    const keys = await bed.dialing.previewRecord('a1');
    await bed.dialing.doNotCall({ handle: handleOf(keys) });
    expect((await bed.record('5101')).recordStatus).toBe(RecordStatus.Retrieved);
    await bed.dialing.processed(handleOf(keys), { fields: {} });
    expect(await bed.record('5101')).toMatchObject({
      recordStatus: RecordStatus.Updated,
      recordType: RecordType.NoCall,
      callResult: CallResult.DoNotCall,
    });
  });
});

describe('a chain', () => {
  it('shows its other records, each with a handle of its own', async () => {
    const bed = await DialingBed.create();
    const [first] = await bed.add('5101');
    await bed.add(
      { GSW_PHONE: '5102', GSW_CHAIN_ID: first?.chainId },
      { GSW_PHONE: '5103', GSW_CHAIN_ID: first?.chainId },
    );
    await bed.startGroup('Preview');
    const keys = await bed.dialing.previewRecord('a1');
    const { records, end } = await bed.dialing.chained(handleOf(keys));
    expect(records.map(({ GSW_PHONE }) => GSW_PHONE)).toEqual(['5102', '5103']);
    expect(new Set([keys, ...records].map(handleOf)).size).toBe(3);
    expect(end).toMatchObject({ GSW_CHAIN_ID: first?.chainId, GSW_RECORD_HANDLE: handleOf(keys) });
    await bed.dialing.processed(handleOf(records[0]), { fields: { GSW_CALL_RESULT: CallResult.Answer } });
    expect(await bed.record('5102')).toMatchObject({ recordStatus: RecordStatus.Updated });
    expect(await bed.record('5101')).toMatchObject({ recordStatus: RecordStatus.ChainUpdated });
  });
});

describe('an agent who logs out', () => {
  it('leaves untouched records to others, as they were', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101');
    await bed.ready('a1');
    await bed.startGroup('Preview');
    await bed.dialing.previewRecord('a1');
    await bed.current.agents.logout('a1');
    await bed.activity.idle();
    expect(await bed.record('5101')).toMatchObject({ callResult: CallResult.Unknown, attempt: 0 });
    expect(await bed.dialing.previewRecord('a2')).toMatchObject({ GSW_PHONE: '5101' });
  });

  it('leaves them with the configured result', async () => {
    const bed = await DialingBed.create({ group: 'options: { agent_logout_preview_call_result: "3" }' });
    await bed.add('5101');
    await bed.ready('a1');
    await bed.startGroup('Preview');
    await bed.dialing.previewRecord('a1');
    await bed.dialing.logOut('a1', 'Spring');
    expect(await bed.record('5101')).toMatchObject({ callResult: CallResult.GeneralError });
    expect(bed.messages.at(-1)).toMatchObject({ agent: 'a1', message: { userEvent: 'LogOutTime' } });
  });

  it('after a conversation has its record finalised, so that nobody is called again', async () => {
    const bed = await DialingBed.create();
    await bed.add('5101');
    await bed.world({ ...TALKS, agents: { a1: { wrapSeconds: 1 } } });
    await bed.ready('a1');
    await bed.startGroup();
    await bed.advance(2);
    await bed.current.simulator.answerAgent('a1');
    await bed.advance(30);
    expect((await bed.record('5101')).recordStatus).toBe(RecordStatus.Retrieved);
    await bed.current.agents.logout('a1');
    await bed.advance(1);
    expect(await bed.record('5101')).toMatchObject({
      recordStatus: RecordStatus.Updated,
      callResult: CallResult.Answer,
    });
  });
});
