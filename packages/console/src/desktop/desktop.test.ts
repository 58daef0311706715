import { describe, expect, it } from 'vitest';
import type { Members } from '../api/json.js';
import { customFields, type Desktop, EMPTY_DESKTOP, heard, protocolTime } from './desktop.js';

const RECORD = { GSW_RECORD_HANDLE: 7, GSW_CHAIN_ID: 3, GSW_CALLING_LIST: 'spring', GSW_PHONE: '5551', colour: 'red' };
const READY = { type: 'state', state: 'ready', at: '2026-01-05T09:00:00.000Z' };
const PREVIEW = { type: 'preview', handle: 7, userData: RECORD };

function after(...frames: Members[]): Desktop {
  return frames.reduce<Desktop>(heard, EMPTY_DESKTOP);
}

function event(name: string, keys: Members = {}): Members {
  return { type: 'user-event', userData: { GSW_USER_EVENT: name, ...keys } };
}

describe('a desktop', () => {
  it('follows the state of its agent', () => {
    expect(after(READY)).toMatchObject({ state: 'ready', since: Date.UTC(2026, 0, 5, 9) });
    const pause = after(READY, { type: 'state', state: 'not-ready', reason: 'lunch' });
    expect(pause).toMatchObject({ state: 'not-ready', reason: 'lunch' });
    expect(pause.since).toBeUndefined();
  });

  it('has the record of a call that rings, and keeps it when the call has ended', () => {
    const ringing = after({ type: 'call', event: 'ringing', number: '100' });
    const known = heard(ringing, { type: 'call', event: 'attached-data', userData: RECORD });
    expect(known).toMatchObject({ call: { event: 'ringing', number: '100', data: RECORD }, records: [{ handle: 7 }] });
    const ended = heard(known, { type: 'call', event: 'ended' });
    expect(ended.call).toBeUndefined();
    expect(ended.records).toHaveLength(1);
  });

  it.each(['RecordProcessedAcknowledge', 'RecordRejectAcknowledge', 'RecordCancelAcknowledge', 'RecordCancel'])(
    'loses a record after %s',
    (name) => {
      expect(after(PREVIEW, event(name, { GSW_RECORD_HANDLE: 8 })).records).toHaveLength(1);
      expect(after(PREVIEW, event(name, { GSW_RECORD_HANDLE: 7 })).records).toEqual([]);
    },
  );

  it('loses its records when its agent logs out', () => {
    expect(after(PREVIEW, { type: 'state', state: 'logged-out' }).records).toEqual([]);
  });

  it('shows the other numbers of a chain, and the one that is dialed in the place of the first', () => {
    const other = { ...RECORD, GSW_RECORD_HANDLE: 9, GSW_PHONE: '5552' };
    const chained = after(PREVIEW, event('ChainedRecord', other), event('ChainedRecord', other));
    expect(chained.chains[7]).toMatchObject([{ handle: 9, keys: { GSW_PHONE: '5552' } }]);
    const dialed = heard(chained, { type: 'call', event: 'attached-data', userData: other });
    expect(dialed.records).toMatchObject([{ handle: 9 }]);
  });

  it('remembers the calling list of the record that has come last', () => {
    expect(after(READY).list).toBeUndefined();
    expect(after(PREVIEW, event('RecordProcessedAcknowledge', { GSW_RECORD_HANDLE: 7 })).list).toBe('spring');
  });

  it.each([
    ['AddRecordAcknowledge', { GSW_PHONE: '5553' }, '5553 was added to the calling list.'],
    ['ReadyTimeAcknowledge', {}, 'The dialer counts on you from then on.'],
    ['CampaignGroupAssigned', { GSW_CAMPAIGN_NAME: 'Spring' }, 'You work for Spring now.'],
  ])('tells of %s', (name, keys, said) => {
    expect(after(event(name, keys)).notices.map((notice) => notice.text)).toEqual([said]);
  });

  it('says what was refused, the latest first', () => {
    const { notices } = after({ type: 'error', message: 'No.' }, event('Error', { GSW_ERROR: 'Campaign not running' }));
    expect(notices.map(({ kind, text }) => [kind, text])).toEqual([
      ['refused', 'Campaign not running'],
      ['refused', 'No.'],
    ]);
  });

  it('follows the campaigns of its groups', () => {
    const keys = { GSW_CAMPAIGN_NAME: 'Spring', GSW_CAMPAIGN_GROUP_NAME: 'Spring@Sales' };
    const started = after(
      event('CampaignLoaded', keys),
      event('CampaignStarted', { ...keys, GSW_CAMPAIGN_MODE: 'Preview' }),
    );
    expect(started.campaigns).toEqual({ 'Spring@Sales': { name: 'Spring', state: 'started', mode: 'Preview' } });
  });
});

it('custom fields are those that are no keys of the protocol', () => {
  expect(customFields({ ...RECORD, contact_info: '5551', InteractionType: 'Outbound' })).toEqual({ colour: 'red' });
});

it.each([
  ['2026-03-05T10:30', '03/05/2026 10:30'],
  ['', undefined],
  ['2026-03-05', undefined],
])('the time %j is written %j', (local, written) => {
  expect(protocolTime(local)).toBe(written);
});
