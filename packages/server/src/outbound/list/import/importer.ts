import { type Clock, newId, RingbackError } from '../../../kernel/index.js';
import type { Database, Transaction } from '../../../store/index.js';
import type { CallingLists } from '../calling-lists.js';
import type { RecordDraft } from '../draft.js';
import { insertRecords } from '../writing.js';
import { CsvReader, type SourceRow } from './csv.js';
import { type ImportFormat, type ImportProgress, type LineError, writeImport } from './import-log.js';
import { NdjsonReader } from './ndjson.js';
import { type ReadRow, RowReader } from './row-reader.js';
import { textOf } from './source-text.js';

/** Records that are written in one transaction; the next ones are read meanwhile. */
const BATCH = 5000;
/** The answer names this many refused lines at most; all are counted. */
const MOST_ERRORS = 10_000;
/** From this many new records on the database counts the list anew, before anything is picked from it. */
const WORTH_ANALYZING = 5000;

export interface ImportRequest {
  list: string;
  format: ImportFormat;
  source: AsyncIterable<Uint8Array>;
  /** Encoding of the text; default UTF-8, a byte-order mark goes before it. */
  charset?: string | undefined;
  /** Bytes of the whole file, as far as the client knows. */
  totalBytes?: number | undefined;
  /** Physical lines up to this one are passed over (the header is read): an interrupted import goes on after it. */
  afterLine?: number | undefined;
  /** Who imports. */
  by?: string | undefined;
}

export interface ImportReport {
  id: string;
  inserted: number;
  rejected: number;
  /** By line; the first ones when there are very many. */
  errors: LineError[];
}

interface Row {
  line: number;
  draft: RecordDraft;
}

export interface ImporterOptions {
  database: Database;
  lists: CallingLists;
  clock: Clock;
}

/**
 * Imports records as they arrive. A bad line is refused alone. Records are committed in batches, each together with the
 * progress of the import: after an interruption, what the progress says is exactly what is in the list, and the import can
 * go on behind that line.
 */
export class Importer {
  readonly #options: ImporterOptions;

  constructor(options: ImporterOptions) {
    this.#options = options;
  }

  /**
   * @throws RingbackError `unknown-object` (the list), `invalid-header`, `unknown-encoding`: nothing was imported;
   *   whatever breaks the source: what came before is imported
   */
  async import(request: ImportRequest): Promise<ImportReport> {
    const run = new ImportRun(this.#options, request);
    try {
      await run.read();
      return await run.finish();
    } catch (error) {
      await run.fail(error);
      throw error;
    }
  }
}

/** One import: what it has read and not yet written, and how far it has come. */
class ImportRun {
  readonly #options: ImporterOptions;
  readonly #request: ImportRequest;
  readonly #reader: RowReader;
  readonly #customerColumn: string | undefined;
  readonly #errors: LineError[] = [];
  readonly #progress: ImportProgress;
  #rows: Row[] = [];
  /** Lines refused since the last batch, which its commit will count. */
  #refused = 0;
  #line = 0;
  #bytes = 0;
  #headerRead: boolean;
  /** Settles when the batch under way is written; with the error, if it failed. */
  #writing: Promise<{ error?: unknown }> = Promise.resolve({});

  constructor(options: ImporterOptions, request: ImportRequest) {
    const settings = options.lists.settings(request.list);
    if (!settings) throw new RingbackError('unknown-object', `There is no calling list "${request.list}".`);
    this.#options = options;
    this.#request = request;
    this.#reader = new RowReader(settings);
    this.#customerColumn = settings.customerColumn;
    this.#headerRead = request.format === 'ndjson';
    const now = options.clock.now();
    const { list, format, totalBytes, by } = request;
    this.#progress = {
      ...{ id: newId(), list, format, state: 'running', startedAt: now, changedAt: now },
      ...{ bytes: 0, line: 0, inserted: 0, rejected: 0, errors: [], totalBytes, startedBy: by },
    };
  }

  async read(): Promise<void> {
    const { source, charset, format } = this.#request;
    await writeImport(this.#options.database, this.#progress);
    const take = format === 'csv' ? this.#csv() : this.#ndjson();
    const text = textOf(source, charset, (count) => {
      this.#bytes += count;
    });
    for await (const piece of text) {
      take.push(piece);
      if (this.#rows.length + this.#refused >= BATCH) await this.#write();
    }
    take.end();
    if (!this.#headerRead) throw new RingbackError('invalid-header', 'The file has no header line.');
  }

  async finish(): Promise<ImportReport> {
    await this.#write();
    await this.#written();
    const { id, inserted, rejected } = this.#progress;
    this.#progress.state = 'done';
    this.#progress.changedAt = this.#options.clock.now();
    await writeImport(this.#options.database, this.#progress);
    if (inserted >= WORTH_ANALYZING) await this.#options.database.query('analyze calling_record');
    return { id, inserted, rejected, errors: this.#errors.sort((one, other) => one.line - other.line) };
  }

  /** Notes why it ended; what was committed stays. */
  async fail(error: unknown): Promise<void> {
    // The batch under way either is committed or has failed with the error that is on its way to the caller.
    await this.#writing;
    this.#progress.state = error instanceof RingbackError ? 'failed' : 'interrupted';
    this.#progress.problem = error instanceof Error ? error.message : String(error);
    if (this.#options.database.available) await writeImport(this.#options.database, this.#progress);
  }

  #csv(): { push(text: string): void; end(): void } {
    const csv = new CsvReader();
    const take = (rows: readonly SourceRow<string[]>[]) => {
      for (const row of rows) {
        if (this.#headerRead) this.#take(row, (values) => this.#reader.cells(values));
        else this.#takeHeader(row);
      }
    };
    return { push: (text) => take(csv.push(text)), end: () => take(csv.end()) };
  }

  #takeHeader(row: SourceRow<string[]>): void {
    if ('problem' in row) throw new RingbackError('invalid-header', `The header line is wrong: ${row.problem}.`);
    this.#reader.header(row.values);
    this.#headerRead = true;
    this.#line = row.line;
  }

  #ndjson(): { push(text: string): void; end(): void } {
    const ndjson = new NdjsonReader();
    const take = (rows: readonly SourceRow<Record<string, unknown>>[]) => {
      for (const row of rows) this.#take(row, (values) => this.#reader.object(values));
    };
    return { push: (text) => take(ndjson.push(text)), end: () => take(ndjson.end()) };
  }

  #take<Values>(row: SourceRow<Values>, read: (values: Values) => ReadRow): void {
    const { line } = row;
    this.#line = line;
    if (line <= (this.#request.afterLine ?? 0)) return;
    const result = 'problem' in row ? row : read(row.values);
    if ('problem' in result) this.#refuse(line, result.problem);
    else this.#rows.push({ line, draft: result.draft });
  }

  #refuse(line: number, reason: string): void {
    this.#refused += 1;
    if (this.#errors.length < MOST_ERRORS) this.#errors.push({ line, reason });
  }

  /** Writes what has been read, after the batch before it, while the next one is read. */
  async #write(): Promise<void> {
    await this.#written();
    const rows = this.#rows;
    const counts = { refused: this.#refused, line: this.#line, bytes: this.#bytes };
    this.#rows = [];
    this.#refused = 0;
    if (rows.length + counts.refused === 0) return;
    this.#writing = this.#commit(rows, counts).then(
      () => ({}),
      (error: unknown) => ({ error }),
    );
  }

  /** @throws what the batch under way has failed with */
  async #written(): Promise<void> {
    const outcome = await this.#writing;
    if ('error' in outcome) throw outcome.error;
  }

  async #commit(rows: readonly Row[], counts: { refused: number; line: number; bytes: number }): Promise<void> {
    const { database, clock } = this.#options;
    const { progress, refusals } = await database.transaction(async (tx) => {
      const refusals = rows.length === 0 ? [] : await this.#insert(tx, rows);
      const progress: ImportProgress = {
        ...this.#progress,
        changedAt: clock.now(),
        bytes: counts.bytes,
        line: counts.line,
        inserted: this.#progress.inserted + rows.length - refusals.length,
        rejected: this.#progress.rejected + counts.refused + refusals.length,
        errors: [...this.#errors.slice(0, 100), ...refusals.slice(0, 100)],
      };
      await writeImport(tx, progress);
      return { progress, refusals };
    });
    Object.assign(this.#progress, progress);
    for (const refusal of refusals) if (this.#errors.length < MOST_ERRORS) this.#errors.push(refusal);
  }

  async #insert(tx: Transaction, rows: readonly Row[]): Promise<LineError[]> {
    const { lists } = this.#options;
    const id = await lists.numbers.of(tx, this.#request.list);
    const inserted = await insertRecords(
      tx,
      id,
      rows.map(({ draft }) => draft),
      {
        numbers: lists.numbers,
        windows: lists.windows,
        phoneKeys: lists.phoneKeys,
        customerColumn: this.#customerColumn,
      },
    );
    lists.announce(tx, this.#request.list);
    return inserted.flatMap((result, index) =>
      'refused' in result ? [{ line: rows[index]?.line ?? 0, reason: result.refused }] : [],
    );
  }
}
