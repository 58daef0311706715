import { isUniqueViolation } from '../../store/index.js';
import { type Sql, statement, type Transaction } from '../../store/sql.js';
import { numberArray, textArray } from './array-literal.js';
import { customerIdOf } from './customer.js';
import type { DailyWindows } from './daily-windows.js';
import { draftOf, type Place, type RecordDraft } from './draft.js';
import type { ListNumbers } from './list-numbers.js';
import type { PhoneKeys } from './phone-key.js';
import { type ListRecord, RECORD_DEFAULTS } from './record.js';

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

const INSERT = statement(
  'calling-record-insert',
  `insert into calling_record (list_id, ${NAMES})
   select $1, n.* from unnest(${WRITTEN.map(([, type], index) => `$${index + 2}::${type}[]`).join(', ')}) n (${NAMES})
   on conflict do nothing
   returning record_id`,
);

function arraysOf(drafts: readonly RecordDraft[]): string[] {
  return WRITTEN.map(([, type, valueIn]) => arrayLiteral(type, drafts.map(valueIn)));
}

function arrayLiteral(type: string, values: readonly Value[]): string {
  // The values of a column are all of the type that stands beside them in the table.
  if (type === 'text' || type === 'jsonb') return textArray(values as (string | undefined)[]);
  return numberArray(values as (number | undefined)[]);
}

/** What the table puts into columns that a `copy` does not name. */
const PRESETS: Readonly<Record<string, Value>> = {
  contact_info_type: RECORD_DEFAULTS.phoneType,
  record_type: RECORD_DEFAULTS.recordType,
  record_status: RECORD_DEFAULTS.recordStatus,
  call_result: RECORD_DEFAULTS.callResult,
  attempt: RECORD_DEFAULTS.attempt,
};

/** A batch as PostgreSQL's `copy` takes it; columns are left out in which every record has what the table presets. */
function copyOf(list: number, drafts: readonly RecordDraft[]): { text: string; data: Iterable<string> } {
  const columns = WRITTEN.filter(([name, , valueIn]) => drafts.some((draft) => valueIn(draft) !== PRESETS[name]));
  const names = columns.map(([name]) => name).join(', ');
  const readers = columns.map(([, , valueIn]) => valueIn);
  return { text: `copy calling_record (list_id, ${names}) from stdin`, data: rowsOf(list, drafts, readers) };
}

/** Rows that are made while the database works on those before. */
const ROWS_PER_PIECE = 250;

function* rowsOf(
  list: number,
  drafts: readonly RecordDraft[],
  readers: readonly ((draft: RecordDraft) => Value)[],
): Generator<string> {
  const cells: Value[] = [list];
  for (let from = 0; from < drafts.length; from += ROWS_PER_PIECE) {
    // Joined row by row: a text that grows cell by cell is a tree of all its cells until it is sent.
    const rows = drafts.slice(from, from + ROWS_PER_PIECE).map((draft) => {
      for (let index = 0; index < readers.length; index += 1) cells[index + 1] = copied(readers[index]?.(draft));
      return cells.join('\t');
    });
    yield `${rows.join('\n')}\n`;
  }
}

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copied(value: Value): Value {
  if (value === undefined) return '\\N';
  if (typeof value === 'number' || !SPECIAL.test(value)) return value;
  return value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
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
  // Nearly no batch has a conflict, and looking for conflicts costs twice the time.
  if (drafts.length > FEW && (await copies(tx, copyOf(list, drafts)))) return given;
  const rows = await tx.query<{ record_id: number }>(INSERT, [list, ...arraysOf(drafts)]);
  if (rows.length === drafts.length) return given;
  return explainRefusals(tx, list, drafts, given, new Set(rows.map((row) => row.record_id)));
}

/** From here on copying is worth its further round trips. */
const FEW = 50;

/** Whether a batch can be copied; with a conflict it is as if that had not been tried. */
async function copies(tx: Transaction, { text, data }: { text: string; data: Iterable<string> }): Promise<boolean> {
  if (!tx.copyIn) return false;
  await tx.query('savepoint calling_record_copy');
  try {
    await tx.copyIn(text, data);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await tx.query('rollback to savepoint calling_record_copy');
    return false;
  }
  await tx.query('release savepoint calling_record_copy');
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
    ...arraysOf(drafts),
    reopen,
  ]);
  const done = new Set(rows.map((row) => `${row.list_id}/${row.chain_id}/${row.chain_n}`));
  return records.map(({ list, record }) => done.has(`${list}/${record.chainId}/${record.chainN}`));
}
