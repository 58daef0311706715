import { type Sql, statement, type Transaction } from '../../store/sql.js';
import { numberArray, textArray } from './array-literal.js';
import { customerIdOf } from './customer.js';
import type { DailyWindows } from './daily-windows.js';
import type { RecordDraft } from './draft.js';
import type { ListNumbers } from './list-numbers.js';
import type { PhoneKeys } from './phone-key.js';
import type { CustomFields, ListRecord } from './record.js';

/** The columns that are written, with the type of each; `custom` is JSON. */
const WRITTEN = [
  ['chain_id', 'bigint'],
  ['chain_n', 'int'],
  ['record_id', 'bigint'],
  ['window_id', 'int'],
  ['contact_info', 'text'],
  ['phone_key', 'text'],
  ['contact_info_type', 'smallint'],
  ['record_type', 'smallint'],
  ['record_status', 'smallint'],
  ['call_result', 'smallint'],
  ['attempt', 'int'],
  ['dial_sched_time', 'bigint'],
  ['call_time', 'bigint'],
  ['daily_from', 'int'],
  ['daily_till', 'int'],
  ['tz_name', 'text'],
  ['campaign_id', 'int'],
  ['agent_id', 'text'],
  ['group_id', 'int'],
  ['app_id', 'int'],
  ['treatments', 'text'],
  ['media_ref', 'int'],
  ['email_subject', 'text'],
  ['email_template_id', 'int'],
  ['switch_id', 'int'],
  ['customer_id', 'text'],
  ['custom', 'jsonb'],
] as const;

const NAMES = WRITTEN.map(([name]) => name).join(', ');
const arraysFrom = (first: number) => WRITTEN.map(([, type], index) => `$${index + first}::${type}[]`).join(', ');

// Records whose numbers are taken are left out; when there are any, the record ids of those that were not come back.
const INSERT = statement(
  'calling-record-insert',
  `with inserted as (
     insert into calling_record (list_id, ${NAMES})
     select $1, n.* from unnest(${arraysFrom(2)}) n (${NAMES})
     on conflict do nothing
     returning record_id
   )
   select count(*)::int as count,
     case when count(*) < coalesce(array_length($2::bigint[], 1), 0) then array_agg(record_id) end as records
   from inserted`,
);

const UPDATED = WRITTEN.map(([name]) => name).filter(
  (name) => name !== 'chain_id' && name !== 'chain_n' && name !== 'record_id',
);
// What has become final by somebody else's doing (cancelled, do-not-call) does not come back to life.
const UPDATE = statement(
  'calling-record-update',
  `update calling_record r
   set ${UPDATED.map((name) => `${name} = n.${name}`).join(', ')},
     status_before = case when n.record_status = 2 then coalesce(r.status_before, 1) end
   from unnest($1::int[], ${arraysFrom(2)}) n (list_id, ${NAMES})
   where r.list_id = n.list_id and r.chain_id = n.chain_id and r.chain_n = n.chain_n
     and ($${WRITTEN.length + 2} or not (r.record_status between 3 and 8 and n.record_status in (1, 2, 9)))
   returning r.chain_id, r.chain_n, r.list_id`,
);

/** A record as it is written: a stored one, or a draft with all its numbers. */
interface Written extends Omit<ListRecord, 'list' | 'zone' | 'custom'> {
  readonly windowId: number;
  readonly custom: CustomFields | undefined;
}

function arraysOf(records: readonly Written[]): string[] {
  return [
    numberArray(records.map((record) => record.chainId)),
    numberArray(records.map((record) => record.chainN)),
    numberArray(records.map((record) => record.recordId)),
    numberArray(records.map((record) => record.windowId)),
    textArray(records.map((record) => record.phone)),
    textArray(records.map((record) => record.phoneKey)),
    numberArray(records.map((record) => record.phoneType)),
    numberArray(records.map((record) => record.recordType)),
    numberArray(records.map((record) => record.recordStatus)),
    numberArray(records.map((record) => record.callResult)),
    numberArray(records.map((record) => record.attempt)),
    numberArray(records.map((record) => secondOf(record.scheduledAt))),
    numberArray(records.map((record) => secondOf(record.callTime))),
    numberArray(records.map((record) => record.dailyFrom)),
    numberArray(records.map((record) => record.dailyTill)),
    textArray(records.map((record) => record.tzName)),
    numberArray(records.map((record) => record.campaignId)),
    textArray(records.map((record) => record.agentId)),
    numberArray(records.map((record) => record.groupId)),
    numberArray(records.map((record) => record.appId)),
    textArray(records.map((record) => record.treatments)),
    numberArray(records.map((record) => record.mediaRef)),
    textArray(records.map((record) => record.emailSubject)),
    numberArray(records.map((record) => record.emailTemplateId)),
    numberArray(records.map((record) => record.switchId)),
    textArray(records.map((record) => record.customerId)),
    textArray(records.map((record) => jsonOf(record.custom))),
  ];
}

function secondOf(at: number | undefined): number | undefined {
  return at === undefined ? undefined : Math.floor(at / 1000);
}

function jsonOf(custom: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (custom === undefined) return undefined;
  for (const _name in custom) return JSON.stringify(custom);
  return undefined;
}

export interface WritingTools {
  numbers: ListNumbers;
  windows: DailyWindows;
}

/** What becomes of one draft: the numbers that its record has got, or why it was refused. */
export type Inserted = { recordId: number; chainId: number; chainN: number } | { refused: string };

const LAST_IN_CHAINS = statement(
  'calling-record-last-in-chains',
  `select chain_id, max(chain_n) as last from calling_record
   where list_id = $1 and chain_id = any ($2::bigint[]) group by chain_id`,
);
const PRESENT_RECORDS = statement(
  'calling-record-present',
  'select record_id from calling_record where list_id = $1 and record_id = any ($2::bigint[])',
);

/**
 * Writes new records. Those without numbers get them: a `record_id` above all others, a chain of their own with number 1,
 * or the next number in their chain. A record whose numbers another one has is refused, the others are written.
 * @param drafts complete ones
 */
export async function insertRecords(
  tx: Transaction,
  list: number,
  drafts: readonly RecordDraft[],
  {
    numbers,
    windows,
    phoneKeys,
    customerColumn,
  }: WritingTools & { phoneKeys: PhoneKeys; customerColumn?: string | undefined },
): Promise<Inserted[]> {
  const given = await giveNumbers(tx, list, drafts, numbers);
  const windowIds = await windows.of(tx, drafts);
  const written = drafts.map((draft, index): Written => {
    const place = given[index] ?? { recordId: 0, chainId: 0, chainN: 0 };
    return {
      ...draft,
      ...place,
      windowId: windowIds[index] ?? 0,
      phoneKey: phoneKeys.keyOf(draft.phone),
      customerId: customerIdOf(draft.custom, customerColumn),
    };
  });
  const [result] = await tx.query<{ count: number; records: number[] | null }>(INSERT, [list, ...arraysOf(written)]);
  if (!result || result.count === drafts.length) return given;
  return explainRefusals(tx, list, drafts, given, new Set(result.records ?? []));
}

interface Place {
  recordId: number;
  chainId: number;
  chainN: number;
}

async function giveNumbers(
  tx: Transaction,
  list: number,
  drafts: readonly RecordDraft[],
  numbers: ListNumbers,
): Promise<Place[]> {
  const needed = { records: 0, chains: 0, highestRecord: 0, highestChain: 0 };
  const unnumbered = new Set<number>();
  for (const { recordId, chainId, chainN } of drafts) {
    if (recordId === undefined) needed.records += 1;
    else needed.highestRecord = Math.max(needed.highestRecord, recordId);
    if (chainId === undefined) needed.chains += 1;
    else needed.highestChain = Math.max(needed.highestChain, chainId);
    if (chainId !== undefined && chainN === undefined) unnumbered.add(chainId);
  }
  let { record, chain } = await numbers.take(tx, list, needed);
  const last = new Map<number, number>();
  if (unnumbered.size > 0) {
    const rows = await tx.query<{ chain_id: number; last: number }>(LAST_IN_CHAINS, [
      list,
      numberArray([...unnumbered]),
    ]);
    for (const row of rows) last.set(row.chain_id, row.last);
  }
  return drafts.map((draft) => {
    const recordId = draft.recordId ?? record++;
    const chainId = draft.chainId ?? chain++;
    const chainN = draft.chainN ?? (last.get(chainId) ?? 0) + 1;
    if (unnumbered.has(chainId)) last.set(chainId, Math.max(chainN, last.get(chainId) ?? 0));
    return { recordId, chainId, chainN };
  });
}

async function explainRefusals(
  sql: Sql,
  list: number,
  drafts: readonly RecordDraft[],
  given: readonly Place[],
  written: ReadonlySet<number>,
): Promise<Inserted[]> {
  const missing = given.filter(({ recordId }) => !written.has(recordId)).map(({ recordId }) => recordId);
  const rows = await sql.query<{ record_id: number }>(PRESENT_RECORDS, [list, numberArray([...missing, ...written])]);
  const present = new Set(rows.map((row) => row.record_id));
  const seen = new Set<number>();
  return given.map((place, index) => {
    const { recordId, chainId, chainN } = place;
    // Of two records of one batch with one number the first is written.
    if (written.has(recordId) && !seen.has(recordId)) {
      seen.add(recordId);
      return place;
    }
    const byRecord = drafts[index]?.recordId !== undefined && present.has(recordId);
    const refused = byRecord
      ? `record_id ${recordId} is already in the list`
      : `number ${chainN} of chain ${chainId} is already in the list`;
    return { refused };
  });
}

/**
 * Writes changed records over what is stored.
 * @param options `reopen`: also those that are final and become Ready
 * @returns for each, whether it was written: not when it is gone, nor when it has become final meanwhile
 */
export async function updateRecords(
  tx: Transaction,
  records: readonly { list: number; record: ListRecord }[],
  windows: DailyWindows,
  { reopen = false }: { reopen?: boolean } = {},
): Promise<boolean[]> {
  const windowIds = await windows.of(
    tx,
    records.map(({ record }) => record),
  );
  const written = records.map(({ record }, index): Written => ({ ...record, windowId: windowIds[index] ?? 0 }));
  const rows = await tx.query<{ list_id: number; chain_id: number; chain_n: number }>(UPDATE, [
    numberArray(records.map(({ list }) => list)),
    ...arraysOf(written),
    reopen,
  ]);
  const done = new Set(rows.map((row) => `${row.list_id}/${row.chain_id}/${row.chain_n}`));
  return records.map(({ list, record }) => done.has(`${list}/${record.chainId}/${record.chainN}`));
}
