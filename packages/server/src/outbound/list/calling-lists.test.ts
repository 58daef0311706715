import { beforeAll, describe, expect, test } from 'vitest';
import { readLocalTime } from './local-time.js';
import type { Chain } from './record.js';
import { type ListBed, listBed, NOON, OWNER } from './testing.js';

const HOUR_MS = 3_600_000;
let bed: ListBed;
let counter = 0;

beforeAll(async () => {
  bed = await listBed();
  await bed.configuration.put('options', 'OCServer', { customer_id: 'crm', 'default-country': 'US' });
});

function newList(value: Parameters<ListBed['list']>[1] = {}): Promise<string> {
  counter += 1;
  return bed.list(`list-${counter}`, value);
}

const phones = (chains: readonly Chain[]) => chains.flatMap(({ records }) => records.map(({ phone }) => phone));

describe('AddRecord', () => {
  test('fills in the defaults of the original', async () => {
    const list = await newList();
    const record = await bed.inTransaction((tx) => bed.lists.add(tx, list, { GSW_PHONE: '1', GSW_TZ_NAME: 'PST' }));
    expect(record).toMatchObject({
      list,
      phone: '1',
      chainN: 1,
      phoneType: 1,
      recordType: 2,
      recordStatus: 1,
      callResult: 28,
      attempt: 0,
      dailyFrom: 28_800,
      dailyTill: 64_800,
      tzName: 'PST',
      zone: 'America/Los_Angeles',
      custom: {},
    });
    expect(record.scheduledAt).toBeUndefined();
  });

  test('takes numbers as texts, enumerators by name, custom columns and the time of the record', async () => {
    await bed.configuration.put('campaigns', 'Spring', { dbid: 501, callingLists: [{ name: 'callbacks' }] });
    const list = await bed.list('callbacks', {
      fields: [{ name: 'balance', type: 'int', sendAttribute: 'GSW_BALANCE' }],
    });
    const record = await bed.add(list, {
      gsw_phone: '(201) 555-0123',
      GSW_PHONE_TYPE: '4',
      GSW_RECORD_TYPE: 'PersonalCallBack',
      GSW_AGENT_ID: 'a100',
      GSW_TZ_NAME: 'EST',
      GSW_DATE_TIME: '01/05/2026 10:30',
      GSW_BALANCE: '12',
      crm: 'C-9',
      GSW_RECORD_HANDLE: 7,
    });
    expect(record).toMatchObject({
      phoneKey: '+12015550123',
      phoneType: 4,
      recordType: 5,
      agentId: 'a100',
      campaignId: 501,
      scheduledAt: readLocalTime('01/05/2026 10:30', 'America/New_York'),
      custom: { balance: 12, crm: 'C-9' },
      customerId: 'C-9',
    });
  });

  test('moves a callback outside of its windows to the next opening', async () => {
    const list = await newList();
    const record = await bed.add(list, {
      ...{ GSW_RECORD_TYPE: 6, GSW_FROM: 28_800, GSW_UNTIL: 64_800 },
      GSW_DATE_TIME: '01/05/2026 22:00',
    });
    expect(record.scheduledAt).toBe(Date.UTC(2026, 0, 6, 8));
  });

  test('appends to a chain, or begins a new one', async () => {
    const list = await newList();
    const first = await bed.add(list);
    const second = await bed.add(list, { GSW_CHAIN_ID: first.chainId });
    const third = await bed.add(list);
    expect([second.chainId, second.chainN]).toEqual([first.chainId, 2]);
    expect([third.chainId === first.chainId, third.chainN]).toEqual([false, 1]);
    expect(new Set([first.recordId, second.recordId, third.recordId]).size).toBe(3);
  });

  test.each<[string, Record<string, unknown>, number, string]>([
    ['no phone', { GSW_PHONE: '' }, 103, 'GSW_PHONE'],
    ['an unknown zone', { GSW_TZ_NAME: 'Mars' }, 103, 'GSW_TZ_NAME'],
    ['a result that is none', { GSW_CALL_RESULT: 99 }, 103, 'GSW_CALL_RESULT'],
    ['a window without time', { GSW_FROM: 5, GSW_UNTIL: 5 }, 103, 'GSW_UNTIL'],
    ['a callback without a time', { GSW_RECORD_TYPE: 6 }, 103, 'GSW_DATE_TIME'],
    [
      'a personal callback without its agent',
      { GSW_RECORD_TYPE: 5, GSW_DATE_TIME: '01/05/2026 22:00' },
      103,
      'GSW_AGENT_ID',
    ],
    ['a time in another form', { GSW_RECORD_TYPE: 6, GSW_DATE_TIME: 'soon' }, 112, 'GSW_DATE_TIME'],
    ['a time that is past', { GSW_RECORD_TYPE: 6, GSW_DATE_TIME: '01/05/2026 11:58' }, 112, 'GSW_DATE_TIME is past'],
    ['a campaign that does not exist', { GSW_CAMPAIGN_NAME: 'Nobody' }, 105, ''],
    ['a campaign without the list', { GSW_CAMPAIGN_NAME: 'Spring' }, 103, 'GSW_CAMPAIGN_NAME'],
    ['a NUL character', { note: 'a\0b' }, 103, 'note'],
  ])('refuses %s', async (_what, attributes, number, subject) => {
    const list = await newList();
    await expect(bed.add(list, attributes)).rejects.toMatchObject({ number, ...(subject && { subject }) });
  });

  test('refuses an unknown list and a number of a chain that is taken', async () => {
    await expect(bed.add('nowhere')).rejects.toMatchObject({ number: 108 });
    const list = await newList();
    const { chainId } = await bed.add(list);
    await expect(bed.add(list, { GSW_CHAIN_ID: chainId, GSW_CHAIN_N: 1 })).rejects.toMatchObject({ number: 113 });
  });
});

describe('retrieval', () => {
  test('takes whole chains in the order of their records and marks them for their owner', async () => {
    const list = await newList();
    for (const phone of ['1', '2', '3']) await bed.add(list, { GSW_PHONE: phone });
    const [first] = await bed.lists.find({ phone: '1', lists: [list] });
    await bed.add(list, { GSW_PHONE: '1b', GSW_CHAIN_ID: first?.chainId });
    const chains = await bed.retrieve(list, 2);
    expect(phones(chains)).toEqual(['1', '1b', '2']);
    expect(chains[0]?.records[0]).toMatchObject({ recordStatus: 2, statusBefore: 1, ...OWNER });
    expect(phones(await bed.retrieve(list))).toEqual(['3']);
    expect(await bed.retrieve(list)).toEqual([]);
  });

  test('leaves out closed windows, exhausted records, NoCall and disabled lists', async () => {
    const list = await newList({ maxAttempts: 3 });
    await bed.add(list, { GSW_PHONE: 'closed', GSW_FROM: 46_800, GSW_UNTIL: 50_400 });
    await bed.add(list, { GSW_PHONE: 'tokyo', GSW_TZ_NAME: 'JST', GSW_FROM: 28_800, GSW_UNTIL: 64_800 });
    await bed.add(list, { GSW_PHONE: 'tired', GSW_ATTEMPTS: 3 });
    await bed.add(list, { GSW_PHONE: 'nocall', GSW_RECORD_TYPE: 7 });
    await bed.add(list, { GSW_PHONE: 'open', GSW_ATTEMPTS: 2 });
    expect(phones(await bed.retrieve(list))).toEqual(['open']);
    expect(await bed.lists.nextDue(list, NOON)).toBe(NOON + HOUR_MS);
    expect(await bed.lists.ready(list, NOON)).toEqual({ callable: 0, waiting: 2 });
    expect(phones(await bed.retrieve(list, 10, NOON + HOUR_MS))).toEqual(['closed']);
    await bed.add(list, { GSW_PHONE: 'more' });
    await bed.list(list, { enabled: false });
    expect(await bed.retrieve(list)).toEqual([]);
  });

  test("obeys the list's own window", async () => {
    const list = await newList({ timeFrom: '13:00', timeUntil: '14:00' });
    await bed.add(list);
    expect(await bed.retrieve(list)).toEqual([]);
    expect(await bed.lists.nextDue(list, NOON)).toBe(NOON + HOUR_MS);
    expect(await bed.retrieve(list, 1, NOON + HOUR_MS)).toHaveLength(1);
  });

  test('serves due callbacks and rescheduled records by priority, general ones without regard to a time', async () => {
    const list = await newList();
    await bed.add(list, { GSW_PHONE: 'general' });
    await bed.add(list, { GSW_PHONE: 'rescheduled', GSW_RECORD_TYPE: 3, GSW_DATE_TIME: '01/05/2026 12:00' });
    await bed.add(list, { GSW_PHONE: 'later', GSW_RECORD_TYPE: 6, GSW_DATE_TIME: '01/05/2026 12:30' });
    await bed.add(list, { GSW_PHONE: 'callback', GSW_RECORD_TYPE: 6, GSW_DATE_TIME: '01/05/2026 12:00' });
    await bed.add(list, {
      ...{ GSW_PHONE: 'personal', GSW_RECORD_TYPE: 5 },
      GSW_AGENT_ID: 'a1',
      GSW_DATE_TIME: '01/05/2026 12:00',
    });
    expect(phones(await bed.retrieve(list))).toEqual(['callback', 'rescheduled', 'general']);
    expect(await bed.lists.nextDue(list, NOON)).toBe(NOON + HOUR_MS / 2);
    const due = (agentId?: string) =>
      bed.inTransaction((tx) => bed.lists.dueForAgent(tx, { list, agentId, owner: OWNER, now: NOON, limit: 5 }));
    expect(await due('a2')).toEqual([]);
    expect(phones(await due('a1'))).toEqual(['personal']);
    expect(await due()).toEqual([]);
  });

  test('takes types in turns of n_records, over several batches', async () => {
    const list = await newList();
    for (let index = 0; index < 6; index += 1) {
      await bed.add(list, { GSW_PHONE: `g${index}` });
      await bed.add(list, { GSW_PHONE: `r${index}`, GSW_RECORD_TYPE: 3, GSW_DATE_TIME: '01/05/2026 12:00' });
    }
    const priorities = {
      General: { priority: 1, nRecords: 1 },
      CampaignRescheduled: { priority: 2, nRecords: 2 },
      CampaignCallBack: { priority: 3, nRecords: 1 },
    };
    const batch = (limit: number) =>
      bed.inTransaction((tx) => bed.lists.retrieve(tx, { list, limit, now: NOON, owner: OWNER, priorities }));
    expect([...phones(await batch(2)), ...phones(await batch(5)), ...phones(await batch(9))]).toEqual([
      'r0',
      'r1',
      'g0',
      'r2',
      'r3',
      'g1',
      'r4',
      'r5',
      'g2',
      'g3',
      'g4',
      'g5',
    ]);
  });

  test('selects by the criteria of the filter and in its order, within chains too', async () => {
    await bed.configuration.put('filters', 'rich', { criteria: "balance > 9 AND name <> 'x'", order: 'balance DESC' });
    const list = await newList({ filter: 'rich' });
    const chain = await bed.add(list, { GSW_PHONE: 'ten', balance: '10', name: 'a' });
    await bed.add(list, { GSW_PHONE: 'nine', balance: '9', name: 'a' });
    await bed.add(list, { GSW_PHONE: 'x', balance: '100', name: 'x' });
    await bed.add(list, { GSW_PHONE: 'twenty', balance: 20, name: 'a' });
    await bed.add(list, { GSW_PHONE: 'thirty', balance: '30', name: 'a', GSW_CHAIN_ID: chain.chainId });
    expect(phones(await bed.retrieve(list))).toEqual(['thirty', 'ten', 'twenty']);
  });

  test('gives a chain to one of two campaign groups that ask at once', async () => {
    const list = await newList();
    for (let index = 0; index < 20; index += 1) {
      const { chainId } = await bed.add(list);
      await bed.add(list, { GSW_CHAIN_ID: chainId });
    }
    const batches = await Promise.all(Array.from({ length: 8 }, () => bed.retrieve(list, 5)));
    const taken = batches.flat().map(({ chainId }) => chainId);
    const rest = (await bed.retrieve(list, 100)).map(({ chainId }) => chainId);
    expect([...taken, ...rest]).toHaveLength(20);
    expect(new Set([...taken, ...rest]).size).toBe(20);
  });

  test('keeps records on the do-not-call list from being taken, and says so', async () => {
    const list = await newList();
    const listed = await bed.add(list, { GSW_PHONE: '(201) 555-0199' });
    const sibling = await bed.add(list, { GSW_PHONE: '2015550100', GSW_CHAIN_ID: listed.chainId });
    const customer = await bed.add(list, { GSW_PHONE: '2015550101', crm: 'C-77' });
    await bed.add(list, { GSW_PHONE: '2015550102' });
    const entries = [{ phone: '+1 201 555 0199' }, { customerId: 'C-77' }];
    await bed.lists.doNotCallList.add(bed.database, entries, {}, NOON);
    const chains = await bed.retrieve(list, 2);
    expect(chains.map(({ chainId }) => chainId)).toEqual([sibling.chainId, expect.any(Number)]);
    expect(chains).toHaveLength(2);
    for (const record of [listed, customer]) {
      expect(await bed.record(record)).toMatchObject({ recordType: 7, recordStatus: 3, callResult: 51 });
    }
    expect(await bed.record(sibling)).toMatchObject({ recordStatus: 2 });
  });

  test('does not look at the do-not-call list where options say so', async () => {
    await bed.lists.doNotCallList.add(bed.database, [{ phone: '2015550777' }], {}, NOON);
    const list = await newList({ options: { check_dnc_callback: 'false' } });
    await bed.add(list, { GSW_PHONE: '2015550777' });
    await bed.add(list, { GSW_PHONE: '2015550777', GSW_RECORD_TYPE: 6, GSW_DATE_TIME: '01/05/2026 12:00' });
    const chains = await bed.retrieve(list);
    expect(chains.map(({ records }) => records[0]?.recordType)).toEqual([6]);
    const unchecked = await newList({ options: { check_dnc_list: 'false' } });
    await bed.add(unchecked, { GSW_PHONE: '2015550777' });
    expect(await bed.retrieve(unchecked)).toHaveLength(1);
  });
});

describe('held records', () => {
  test('come back as they were, siblings that waited too', async () => {
    const list = await newList();
    const first = await bed.add(list);
    const second = await bed.add(list, { GSW_CHAIN_ID: first.chainId });
    await bed.inTransaction((tx) => bed.lists.store(tx, [{ ...second, recordStatus: 9 }]));
    await bed.retrieve(list);
    const count = await bed.inTransaction((tx) => bed.lists.takeBack(tx, { ...OWNER, groupId: 999 }, 'ready'));
    expect(count).toBe(0);
    await bed.inTransaction((tx) => bed.lists.takeBack(tx, OWNER, 'ready'));
    expect([await bed.record(first), await bed.record(second)].map(({ recordStatus }) => recordStatus)).toEqual([1, 9]);
    await bed.retrieve(list);
    await bed.inTransaction((tx) => bed.lists.takeBack(tx, OWNER, 'stale'));
    expect(await bed.record(first)).toMatchObject({ recordStatus: 4, callResult: 46 });
  });

  test('are stored with what became of them, unless somebody else has made them final', async () => {
    const list = await newList();
    await bed.add(list);
    const [chain] = await bed.retrieve(list);
    const [held] = chain?.records ?? [];
    if (!held) throw new Error('nothing was retrieved');
    const again = {
      ...held,
      recordType: 3,
      recordStatus: 1,
      attempt: 1,
      callResult: 6,
      scheduledAt: NOON + HOUR_MS,
      treatments: '9@1@1@1',
    } as const;
    expect(await bed.inTransaction((tx) => bed.lists.store(tx, [again]))).toEqual([true]);
    expect(await bed.record(held)).toEqual({ ...again, statusBefore: undefined });
    await bed.retrieve(list, 1, NOON + HOUR_MS);
    await bed.inTransaction((tx) =>
      bed.lists.cancel(tx, { recordId: held.recordId, lists: [list], scope: 'RecordOnly' }),
    );
    expect(await bed.inTransaction((tx) => bed.lists.store(tx, [again]))).toEqual([false]);
    expect(await bed.record(held)).toMatchObject({ recordStatus: 5, callResult: 52 });
  });

  test('are looked up again before they are dialed', async () => {
    const list = await newList();
    for (const phone of ['2015550501', '2015550502', '2015550503']) await bed.add(list, { GSW_PHONE: phone });
    const records = (await bed.retrieve(list)).flatMap((chain) => chain.records);
    await bed.lists.doNotCallList.add(bed.database, [{ phone: '+12015550501' }], {}, NOON);
    await bed.inTransaction((tx) => bed.lists.cancel(tx, { phone: '201-555-0502', lists: [list], scope: 'AllChain' }));
    expect(await bed.lists.standing(bed.database, records)).toEqual(['do-not-call', 'withdrawn', 'callable']);
  });
});

describe('withdrawing records', () => {
  test('cancels by phone with the whole chain or the record alone, not what is on a desktop', async () => {
    const list = await newList();
    const one = await bed.add(list, { GSW_PHONE: '2015550601' });
    const two = await bed.add(list, { GSW_PHONE: '2015550602', GSW_CHAIN_ID: one.chainId });
    const other = await bed.add(list, { GSW_PHONE: '2015550601' });
    const request = { phone: '(201) 555-0601', lists: [list] };
    const except = ({ chainId }: { chainId: number }) => chainId === other.chainId;
    const alone = await bed.inTransaction((tx) => bed.lists.cancel(tx, { ...request, scope: 'RecordOnly', except }));
    expect(alone.changed.map(({ recordId }) => recordId)).toEqual([one.recordId]);
    expect(alone.onDesktop.map(({ recordId }) => recordId)).toEqual([other.recordId]);
    const all = await bed.inTransaction((tx) => bed.lists.cancel(tx, { ...request, scope: 'AllChain' }));
    expect(all.changed.map(({ recordId }) => recordId)).toEqual([two.recordId, other.recordId]);
    expect(await bed.record(two)).toMatchObject({ recordStatus: 5, callResult: 52 });
  });

  test('cancels by customer, and finds nothing elsewhere', async () => {
    const list = await newList();
    await bed.add(list, { crm: 'C-5' });
    const cancel = (lists: string[]) =>
      bed.inTransaction((tx) => bed.lists.cancel(tx, { customerId: 'C-5', lists, scope: 'AllChain' }));
    expect((await cancel([])).changed).toEqual([]);
    expect((await cancel(['nowhere'])).changed).toEqual([]);
    expect((await cancel([list])).changed).toHaveLength(1);
  });

  test('puts a number and a customer on the do-not-call list and marks their records', async () => {
    const list = await newList();
    const one = await bed.add(list, { GSW_PHONE: '2015550801' });
    const sibling = await bed.add(list, { GSW_PHONE: '2015550802', GSW_CHAIN_ID: one.chainId });
    const customer = await bed.add(list, { GSW_PHONE: '2015550803', crm: 'C-8' });
    const desk = await bed.add(list, { GSW_PHONE: '2015550801' });
    await bed.inTransaction((tx) =>
      bed.lists.doNotCall(tx, {
        ...{ phone: '2015550801', customerId: 'C-8', scope: 'AllChain', lists: [list] },
        except: ({ recordId }) => recordId === desk.recordId,
      }),
    );
    for (const record of [one, sibling, customer]) {
      expect(await bed.record(record)).toMatchObject({ recordType: 7, recordStatus: 3, callResult: 51 });
    }
    expect(await bed.record(desk)).toMatchObject({ recordType: 7, recordStatus: 1, callResult: 51 });
    const { doNotCallList } = bed.lists;
    expect(await doNotCallList.check(bed.database, { phone: '+1 (201) 555-0801' })).toMatchObject({ isInternal: true });
    expect(await doNotCallList.check(bed.database, { phone: '2015550802' })).toBeUndefined();
    expect(await doNotCallList.check(bed.database, { phone: '1', customerId: 'C-8' })).toMatchObject({
      customerId: 'C-8',
    });
    expect(await doNotCallList.remove(bed.database, [{ phone: '201-555-0801' }, { customerId: 'C-8' }])).toBe(2);
    expect(await doNotCallList.check(bed.database, { phone: '2015550801', customerId: 'C-8' })).toBeUndefined();
  });
});

test('numbers and customers are found under new options without a restart', async () => {
  const other = await listBed();
  const list = await other.list('keys');
  const record = await other.add(list, { GSW_PHONE: '02079460000', crm: 'C-1' });
  await other.lists.doNotCallList.add(other.database, [{ phone: '+442079460001' }, { phone: '02079460001' }], {}, NOON);
  expect(await other.lists.find({ phone: '+442079460000' })).toEqual([]);
  expect(await other.lists.find({ customerId: 'C-1' })).toEqual([]);
  await other.configuration.put('options', 'OCServer', { 'default-country': 'GB', customer_id: 'crm' });
  await other.activity.idle();
  expect(await other.lists.find({ phone: '+442079460000' })).toMatchObject([{ recordId: record.recordId }]);
  expect(await other.lists.find({ customerId: 'C-1' })).toMatchObject([{ customerId: 'C-1' }]);
  expect(await other.lists.doNotCallList.page(other.database, { limit: 9 })).toHaveLength(1);
  expect(await other.lists.doNotCallList.check(other.database, { phone: '020 7946 0001' })).toBeDefined();
});
