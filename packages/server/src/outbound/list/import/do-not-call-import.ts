import { RingbackError } from '../../../kernel/index.js';
import type { Database } from '../../../store/index.js';
import { type DoNotCallEntry, type DoNotCallList, doNotCallProblem } from '../do-not-call.js';
import { CsvReader, type SourceRow } from './csv.js';
import type { ImportFormat, LineError } from './import-log.js';
import { NdjsonReader } from './ndjson.js';
import { textOf, UNREADABLE } from './source-text.js';

const BATCH = 5000;
const MOST_ERRORS = 10_000;

export interface DoNotCallImport {
  /** Enter, or take off the list. */
  action: 'add' | 'remove';
  format: ImportFormat;
  source: AsyncIterable<Uint8Array>;
  charset?: string | undefined;
  /** Entries of a list that was bought or published, not asked for by customers. */
  isInternal?: boolean | undefined;
  /** Milliseconds since 1970. */
  now: number;
}

export interface DoNotCallReport {
  /** Entries that are new on the list, or that were taken off it. */
  changed: number;
  /** Entries that were there already, or that were not on the list. */
  unchanged: number;
  rejected: number;
  errors: LineError[];
}

type Column = 'phone' | 'customerId';

const COLUMN_NAMES: ReadonlyMap<string, Column> = new Map<string, Column>([
  ['phone', 'phone'],
  ['contact_info', 'phone'],
  ['gsw_phone', 'phone'],
  ['customer_id', 'customerId'],
  ['gsw_customer_id', 'customerId'],
]);

/**
 * Enters many numbers and customers, or takes them off the list, as they arrive. A CSV has a header line with `phone`,
 * `customer_id` or both; one whose first line begins with a number has numbers alone, as such files are sold.
 * @throws RingbackError `invalid-header`, `unknown-encoding`: nothing was changed
 */
export async function importDoNotCall(
  database: Database,
  list: DoNotCallList,
  request: DoNotCallImport,
): Promise<DoNotCallReport> {
  const { format, source, charset, action, now, isInternal } = request;
  const report: DoNotCallReport = { changed: 0, unchanged: 0, rejected: 0, errors: [] };
  let entries: DoNotCallEntry[] = [];
  const write = async () => {
    const batch = entries;
    entries = [];
    if (batch.length === 0) return;
    const changed = await (action === 'add'
      ? list.add(database, batch, { isInternal }, now)
      : list.remove(database, batch));
    report.changed += changed;
    report.unchanged += Math.max(0, batch.length - changed);
  };
  const take = ({ line, problem, found }: EntriesOfRow) => {
    entries.push(...found);
    if (problem === undefined) return;
    report.rejected += 1;
    if (report.errors.length < MOST_ERRORS) report.errors.push({ line, reason: problem });
  };
  const reader = format === 'csv' ? new CsvEntries() : new JsonEntries();
  for await (const text of textOf(source, charset, () => {})) {
    for (const row of reader.push(text)) take(row);
    if (entries.length >= BATCH) await write();
  }
  for (const row of reader.end()) take(row);
  await write();
  return report;
}

interface EntriesOfRow {
  line: number;
  found: DoNotCallEntry[];
  problem?: string | undefined;
}

class CsvEntries {
  readonly #csv = new CsvReader();
  #columns: readonly (Column | undefined)[] | undefined;

  push(text: string): EntriesOfRow[] {
    return this.#read(this.#csv.push(text));
  }

  end(): EntriesOfRow[] {
    return this.#read(this.#csv.end());
  }

  #read(rows: readonly SourceRow<string[]>[]): EntriesOfRow[] {
    return rows.flatMap((row) => {
      if ('problem' in row) return [{ line: row.line, found: [], problem: row.problem }];
      if (this.#columns) return [entriesOf(row.line, this.#values(row.values))];
      const isNumber = /^[\s"+(]*\d/.test(row.values[0] ?? '');
      this.#columns = isNumber ? ['phone'] : columnsOf(row.values);
      return isNumber ? [entriesOf(row.line, this.#values(row.values))] : [];
    });
  }

  #values(values: readonly string[]): DoNotCallEntry {
    const entry: DoNotCallEntry = {};
    for (const [index, column] of (this.#columns ?? []).entries()) {
      const value = values[index];
      if (column && value !== undefined && value.trim() !== '') entry[column] = value;
    }
    return entry;
  }
}

function columnsOf(header: readonly string[]): (Column | undefined)[] {
  const columns = header.map((name) => COLUMN_NAMES.get(name.trim().toLowerCase()));
  if (columns.some((column) => column !== undefined)) return columns;
  const detail = 'there is neither a column phone nor a column customer_id';
  throw new RingbackError('invalid-header', `The header line is wrong: ${detail}.`, [{ pointer: '/header', detail }]);
}

class JsonEntries {
  readonly #ndjson = new NdjsonReader();

  push(text: string): EntriesOfRow[] {
    return this.#ndjson.push(text).map(entriesOfJson);
  }

  end(): EntriesOfRow[] {
    return this.#ndjson.end().map(entriesOfJson);
  }
}

function entriesOfJson(row: SourceRow<Record<string, unknown>>): EntriesOfRow {
  if ('problem' in row) return { line: row.line, found: [], problem: row.problem };
  const entry: DoNotCallEntry = {};
  for (const [name, value] of Object.entries(row.values)) {
    const column = COLUMN_NAMES.get(name.toLowerCase());
    if (column && (typeof value === 'string' || typeof value === 'number')) entry[column] = String(value);
  }
  return entriesOf(row.line, entry);
}

/** One entry for a number, one for a customer. */
function entriesOf(line: number, { phone, customerId }: DoNotCallEntry): EntriesOfRow {
  const found: DoNotCallEntry[] = [
    ...(phone === undefined ? [] : [{ phone }]),
    ...(customerId === undefined ? [] : [{ customerId }]),
  ];
  if (found.length === 0) return { line, found, problem: 'must have a phone or a customer_id' };
  const unreadable = `${phone ?? ''}${customerId ?? ''}`.includes(UNREADABLE);
  const problem = unreadable
    ? 'has characters that cannot be decoded'
    : found.map(doNotCallProblem).find((one) => one !== undefined);
  return problem === undefined ? { line, found } : { line, found: [], problem };
}
