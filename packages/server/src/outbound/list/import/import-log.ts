import { instant, type JsonValue } from '../../../kernel/index.js';
import { type Sql, statement } from '../../../store/sql.js';

/** A line that was refused. `line` is the physical line, from 1. */
export interface LineError {
  line: number;
  reason: string;
}

/** How an import stands; committed together with the records that it counts. */
export interface ImportProgress {
  id: string;
  list: string;
  state: 'running' | 'done' | 'failed' | 'interrupted';
  format: ImportFormat;
  /** Milliseconds since 1970. */
  startedAt: number;
  changedAt: number;
  bytes: number;
  /** As far as the client has said it. */
  totalBytes?: number | undefined;
  /** The last physical line whose fate is decided. */
  line: number;
  inserted: number;
  rejected: number;
  /** The first errors. */
  errors: readonly LineError[];
  /** Why it failed. */
  problem?: string | undefined;
  startedBy?: string | undefined;
}

export type ImportFormat = 'csv' | 'ndjson';

const MOST_ERRORS = 100;

const WRITE = statement(
  'calling-list-import-write',
  `insert into calling_list_import
     (id, list, state, format, started_at, changed_at, bytes, total_bytes, line, inserted, rejected, errors, problem,
      started_by)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
   on conflict (id) do update set state = excluded.state, changed_at = excluded.changed_at, bytes = excluded.bytes,
     line = excluded.line, inserted = excluded.inserted, rejected = excluded.rejected, errors = excluded.errors,
     problem = excluded.problem`,
);
const OF_LIST = statement(
  'calling-list-imports',
  'select * from calling_list_import where list = $1 order by started_at desc, id limit $2',
);
const INTERRUPT = statement(
  'calling-list-import-interrupt',
  `update calling_list_import set state = 'interrupted', problem = $2
   where state = 'running' and changed_at < $1`,
);

export async function writeImport(sql: Sql, progress: ImportProgress): Promise<void> {
  await sql.query(WRITE, [
    progress.id,
    progress.list,
    progress.state,
    progress.format,
    instant(progress.startedAt),
    instant(progress.changedAt),
    progress.bytes,
    progress.totalBytes ?? null,
    progress.line,
    progress.inserted,
    progress.rejected,
    JSON.stringify(progress.errors.slice(0, MOST_ERRORS)),
    progress.problem ?? null,
    progress.startedBy ?? null,
  ]);
}

interface Row {
  id: string;
  list: string;
  state: ImportProgress['state'];
  format: ImportFormat;
  started_at: number;
  changed_at: number;
  bytes: number;
  total_bytes: number | null;
  line: number;
  inserted: number;
  rejected: number;
  errors: JsonValue & LineError[];
  problem: string | null;
  started_by: string | null;
}

/** The imports of a list, the latest first. */
export async function importsOf(sql: Sql, list: string, limit: number): Promise<ImportProgress[]> {
  const rows = await sql.query<Row>(OF_LIST, [list, limit]);
  return rows.map((row) => ({
    id: row.id,
    list: row.list,
    state: row.state,
    format: row.format,
    startedAt: row.started_at,
    changedAt: row.changed_at,
    bytes: row.bytes,
    ...(row.total_bytes !== null && { totalBytes: row.total_bytes }),
    line: row.line,
    inserted: row.inserted,
    rejected: row.rejected,
    errors: row.errors,
    ...(row.problem !== null && { problem: row.problem }),
    ...(row.started_by !== null && { startedBy: row.started_by }),
  }));
}

/** Imports that have not moved since `before` went down with their server. */
export async function interruptImports(sql: Sql, before: number): Promise<void> {
  await sql.query(INTERRUPT, [instant(before), 'The server stopped while it was running.']);
}
