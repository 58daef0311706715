import { beforeAll, describe, expect, test } from 'vitest';
import { obstaclesOf } from './obstacles.js';
import type { ListRecord } from './record.js';
import { RecordStatus } from './record-status.js';
import { RecordType } from './record-type.js';
import { type ListBed, listBed, NOON } from './testing.js';

let bed: ListBed;
let list: string;
let ready: ListRecord;

beforeAll(async () => {
  bed = await listBed();
  list = await bed.list('obstacles', { maxAttempts: 3 });
  ready = await bed.add(list);
});

const HOUR_MS = 3_600_000;

interface Case {
  it: string;
  record?: Partial<ListRecord>;
  listed?: boolean;
  settings?: { enabled?: boolean; checkDoNotCall?: boolean; checkDoNotCallForCallbacks?: boolean };
  kinds: string[];
  until?: number;
}

const cases: Case[] = [
  { it: 'nothing', kinds: [] },
  { it: 'a record in the buffer', record: { recordStatus: RecordStatus.Retrieved }, kinds: [] },
  { it: 'a processed one', record: { recordStatus: RecordStatus.Updated, attempt: 3 }, kinds: ['status'] },
  { it: 'a cancelled one', record: { recordStatus: RecordStatus.Cancelled }, kinds: ['status'] },
  { it: 'a stale one', record: { recordStatus: RecordStatus.Stale }, kinds: ['status'] },
  { it: 'a missed callback', record: { recordStatus: RecordStatus.MissedCallBack }, kinds: ['status'] },
  {
    it: 'one that was found on the do-not-call list',
    record: { recordStatus: RecordStatus.Updated, recordType: RecordType.NoCall },
    kinds: ['status', 'do-not-call'],
  },
  { it: 'an entry of the do-not-call list', listed: true, kinds: ['do-not-call'] },
  { it: 'an entry that the list does not check', listed: true, settings: { checkDoNotCall: false }, kinds: [] },
  {
    it: 'an entry that does not count for callbacks',
    listed: true,
    record: { recordType: RecordType.CampaignCallBack },
    settings: { checkDoNotCall: true, checkDoNotCallForCallbacks: false },
    kinds: [],
  },
  { it: 'too many attempts', record: { attempt: 3 }, kinds: ['attempts'] },
  {
    it: 'a callback that is not due',
    record: { recordType: RecordType.CampaignCallBack, scheduledAt: NOON + HOUR_MS },
    kinds: ['schedule'],
    until: NOON + HOUR_MS,
  },
  { it: 'a time that does not count for its type', record: { scheduledAt: NOON + HOUR_MS }, kinds: [] },
  {
    it: 'a closed window',
    record: { dailyFrom: 13 * 3600, dailyTill: 14 * 3600 },
    kinds: ['window'],
    until: NOON + HOUR_MS,
  },
  { it: 'a disabled list', settings: { enabled: false }, kinds: ['list'] },
  {
    it: 'several at once',
    record: { attempt: 9, dailyFrom: 13 * 3600, dailyTill: 14 * 3600 },
    listed: true,
    kinds: ['do-not-call', 'attempts', 'window'],
  },
];

describe('what keeps a record from being dialed', () => {
  test.each(cases)('$it: $kinds', ({ record, listed, settings, kinds, until }) => {
    const configured = bed.lists.settings(list);
    if (!configured) throw new Error('no list');
    const obstacles = obstaclesOf({
      record: { ...ready, ...record },
      chain: undefined,
      settings: { ...configured, ...settings },
      listed: listed ? { phone: ready.phone } : undefined,
      now: NOON,
    });
    expect(obstacles.map(({ kind }) => kind)).toEqual(kinds);
    if (until !== undefined) expect(obstacles.find((one) => one.until !== undefined)?.until).toBe(until);
  });

  test('another record of its chain: while that one is held, and as long as this one waits for it', () => {
    const settings = bed.lists.settings(list);
    if (!settings) throw new Error('no list');
    const other = { ...ready, recordId: ready.recordId + 1, chainN: 2 };
    const of = (own: RecordStatus, others: RecordStatus) => {
      const record = { ...ready, recordStatus: own };
      const chain = { list, chainId: ready.chainId, records: [record, { ...other, recordStatus: others }] };
      return obstaclesOf({ record, chain, settings, listed: undefined, now: NOON }).map(({ kind }) => kind);
    };
    expect(of(RecordStatus.Ready, RecordStatus.Ready)).toEqual([]);
    expect(of(RecordStatus.Ready, RecordStatus.Retrieved)).toEqual(['chain']);
    expect(of(RecordStatus.ChainReady, RecordStatus.Ready)).toEqual(['chain']);
    expect(of(RecordStatus.Retrieved, RecordStatus.Retrieved)).toEqual([]);
  });
});
