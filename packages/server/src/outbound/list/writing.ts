import { isUniqueViolation } from '../../store/index.js';
import { type Bindable, type Sql, type Statement, statement, type Transaction } from '../../store/sql.js';
import { numberArray, textArray } from './array-literal.js';
import { customerIdOf } from './customer.js';
import type { DailyWindows } from './daily-windows.js';
import { draftOf, type Place, type RecordDraft } from './draft.js';
import type { ListNumbers } from './list-numbers.js';
import type { PhoneKeys } from './phone-key.js';
import type { ListRecord } from './record.js';

type Value = number | string | undefined;

/** The columns that are written, with the type of each and what a draft has for it. */
const WRITTEN: readonly (readonly [name: string, type: string, value: (draft: RecordDraft) => Value])[] = [
  ['chain_id', 'bigint', ({ place }) => place?.chainId],
  ['chain_n', 'int', ({ place }) => place?.chainN],
  ['record_id', 'bigint', ({ place }) => place?.recordId],
  ['window_id', 'int', ({ windowId }) => windowId],
  ['contact_info', 'text', ({ phone }) => phone],
  ['phone_key', 'text', ({ phoneKey }) => phoneKey],
  ['contact_info_type', 'smallint', ({ phoneType }) => phoneType],
  ['record_type', 'smallint', ({ recordType }) => recordType],
  ['record_status', 'smallint', ({ recordStatus }) => recordStatus],
  ['call_result', 'smallint', ({ callResult }) => callResult],
  ['attempt', 'int', ({ attempt }) => attempt],
  ['dial_sched_time', 'bigint', ({ scheduledAt }) => secondOf(scheduledAt)],
  ['call_time', 'bigint', ({ callTime }) => secondOf(callTime)],
  ['daily_from', 'int', ({ dailyFrom }) => dailyFrom],
  ['daily_till', 'int', ({ dailyTill }) => dailyTill],
  ['tz_name', 'text', ({ tzName }) => tzName],
  ['campaign_id', 'int', ({ campaignId }) => campaignId],
  ['agent_id', 'text', ({ agentId }) => agentId],
  ['group_id', 'int', ({ groupId }) => groupId],
  ['app_id', 'int', ({ appId }) => appId],
  ['treatments', 'text', ({ treatments }) => treatments],
  ['media_ref', 'int', ({ mediaRef }) => mediaRef],
  ['email_subject', 'text', ({ emailSubject }) => emailSubject],
  ['email_template_id', 'int', ({ emailTemplateId }) => emailTemplateId],
  ['switch_id', 'int', ({ switchId }) => switchId],
  ['customer_id', 'text', ({ customerId }) => customerId],
  ['custom', 'jsonb', ({ custom }) => jsonOf(custom)],
];

const NAMES = WRITTEN.map(([name]) => name).join(', ');

/** Columns in which records of a batch always differ. */
const ALWAYS_VARIES = new Set(['chain_id', 'record_id']);

/** Values of a batch by column: one for all where they are the same, as most are, else an array. */
interface BatchColumn {
  name: string;
  type: string;
  varies: boolean;
  value: Bindable;
}

function columnsOf(drafts: readonly RecordDraft[]): BatchColumn[] {
  return WRITTEN.map(([name, type, valueIn]) => {
    const values = drafts.map(valueIn);
    const [first] = values;
    const varies = ALWAYS_VARIES.has(name) || values.some((value) => value !== first);
    return { name, type, varies, value: varies ? arrayLiteral(type, values) : (first ?? null) };
  });
}

function arrayLiteral(type: string, values: readonly Value[]): string {
  // The values of a column are all of the type that stands beside them in the table.
  if (type === 'text' || type === 'jsonb') return textArray(values as (string | undefined)[]);
  return numberArray(values as (number | undefined)[]);
}

const insertStatements = new Map<string, Statement>();

/** One statement for each set of columns that vary; the records of one file share one or two. */
function insertStatement(columns: readonly BatchColumn[], skipTaken: boolean): Statement {
  const varying = columns.map(({ varies }) => (varies ? '1' : '0')).join('');
  const name = `calling-record-insert-${Number.parseInt(varying, 2).toString(36)}${skipTaken ? '-new' : ''}`;
  const known = insertStatements.get(name);
  if (known) return known;
  const places = columns.map((column, index) => ({ ...column, parameter: `$${index + 2}::${column.type}` }));
  const arrays = places.filter(({ varies }) => varies);
  const values = places.map((column) => (column.varies ? `n.${column.name}` : column.parameter));
  const insert = `insert into calling_record (list_id, ${NAMES})
     select $1, ${values.join(', ')}
     from unnest(${arrays.map(({ parameter }) => `${parameter}[]`).join(', ')}) n (${arrays.map((one) => one.name).join(', ')})`;
  const prepared = statement(name, skipTaken ? `${insert} on conflict do nothing returning record_id` : insert);
  insertStatements.set(name, prepared);
  return prepared;
}

const UPDATED = WRITTEN.map(([name]) => name).filter(
  (name) => name !== 'chain_id' && name !== 'chain_n' && name !== 'record_id',
);
// What has become final by somebody else's doing (cancelled, do-not-call) does not come back to life.
const UPDATE = statement(
  'calling-record-update',
  `update calling_record r
   set ${UPDATED.map((name) => `${name} = n.${name}`).join(', ')},
     status_before = case when n.record_status = 2 then coalesce(r.status_before, 1) end
   from unnest($1::int[], ${WRITTEN.map(([, type], index) => `$${index + 2}::${type}[]`).join(', ')})
     n (list_id, ${NAMES})
   where r.list_id = n.list_id and r.chain_id = n.chain_id and r.chain_n = n.chain_n
     and ($${WRITTEN.length + 2} or not (r.record_status between 3 and 8 and n.record_status in (1, 2, 9)))
   returning r.chain_id, r.chain_n, r.list_id`,
);

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
export type Inserted = Place | { refused: string };

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
 * @param drafts complete ones; what they are written with is filled in
 */
export async function insertRecords(
  tx: Transaction,
  list: number,
  drafts: readonly RecordDraft[],
  tools: WritingTools & { phoneKeys: PhoneKeys; customerColumn?: string | undefined },
): Promise<Inserted[]> {
  const given = await giveNumbers(tx, list, drafts, tools.numbers);
  const windowIds = await tools.windows.of(tx, drafts);
  for (const [index, draft] of drafts.entries()) {
    draft.place = given[index];
    draft.windowId = windowIds[index] ?? 0;
    draft.phoneKey = tools.phoneKeys.keyOf(draft.phone);
    draft.customerId = customerIdOf(draft.custom, tools.customerColumn);
  }
  const columns = columnsOf(drafts);
  const values = [list, ...columns.map(({ value }) => value)];
  // Looking for conflicts first costs a third of the time and nearly no batch has one.
  if (await succeeds(tx, () => tx.query(insertStatement(columns, false), values))) return given;
  const rows = await tx.query<{ record_id: number }>(insertStatement(columns, true), values);
  return explainRefusals(tx, list, drafts, given, new Set(rows.map((row) => row.record_id)));
}

/** Whether a statement of the transaction runs without a unique violation; with one it is as if it had not been run. */
async function succeeds(tx: Transaction, run: () => Promise<unknown>): Promise<boolean> {
  await tx.query('savepoint calling_record_insert');
  try {
    await run();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await tx.query('rollback to savepoint calling_record_insert');
    return false;
  }
  await tx.query('release savepoint calling_record_insert');
  return true;
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
  const rows = await sql.query<{ record_id: number }>(PRESENT_RECORDS, [list, numberArray(missing)]);
  const present = new Set([...rows.map((row) => row.record_id), ...written]);
  const seen = new Set<number>();
  return given.map((place, index) => {
    const { recordId, chainId, chainN } = place;
    // Of two records of one batch with one number the first is written.
    if (written.has(recordId) && !seen.has(recordId)) {
      seen.add(recordId);
      return place;
    }
    const refused =
      drafts[index]?.recordId !== undefined && present.has(recordId)
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
  const drafts = records.map(({ record }) => draftOf(record));
  const windowIds = await windows.of(tx, drafts);
  for (const [index, draft] of drafts.entries()) draft.windowId = windowIds[index] ?? 0;
  const rows = await tx.query<{ list_id: number; chain_id: number; chain_n: number }>(UPDATE, [
    numberArray(records.map(({ list }) => list)),
    ...WRITTEN.map(([, type, valueIn]) => arrayLiteral(type, drafts.map(valueIn))),
    reopen,
  ]);
  const done = new Set(rows.map((row) => `${row.list_id}/${row.chain_id}/${row.chain_n}`));
  return records.map(({ list, record }) => done.has(`${list}/${record.chainId}/${record.chainN}`));
}
