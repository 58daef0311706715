import { type Sql, type Statement, statement } from '../../store/sql.js';
import { numberArray } from './array-literal.js';
import type { PresentWindow } from './daily-windows.js';
import type { FilterSql } from './filter.js';
import { type CampaignTypeName, RecordType } from './record-type.js';

/**
 * The records that may be dialed now, in the order in which they are to be dialed: by due time and record_id, or by the
 * list's filter. One index range per record type and open window is read from its beginning, so that neither records
 * whose window is closed nor the length of the list count.
 */
export interface CandidateQuery {
  /** Number of the list. */
  list: number;
  /** The types and windows that are open now. */
  windows: readonly PresentWindow[];
  /** Milliseconds since 1970. */
  now: number;
  maxAttempts: number;
  filter: FilterSql;
  /** Most records. */
  limit: number;
}

export interface Candidate {
  chainId: number;
  recordId: number;
}

interface CandidateRow {
  chain_id: number;
  record_id: number;
  due_at: number;
  place: number;
}

const FROM_WINDOWS = `from unnest($2::smallint[], $3::int[]) with ordinality w (type, id, place)`;
const DUE = `r.list_id = $1 and r.record_status = 1 and r.record_type = w.type and r.window_id = w.id
  and r.due_at <= $4 and r.attempt < $5`;

/** The first records of each window. */
function firstOfWindows(where: string | undefined): string {
  return `select w.place::int, r.chain_id, r.record_id, r.due_at ${FROM_WINDOWS}
    cross join lateral (
      select r.due_at, r.record_id, r.chain_id from calling_record r
      where ${DUE}${where === undefined ? '' : ` and ${where}`}
      order by r.due_at, r.record_id limit $6
    ) r`;
}

const PLAIN = statement('calling-record-candidates', firstOfWindows(undefined));

/** Statements of filters are not prepared: there may be many, and each is planned with its constants. */
function firstStatement({ where }: FilterSql): Statement | string {
  return where === undefined ? PLAIN : firstOfWindows(where);
}

/** An order of the filter's own has no index: everything that is callable is sorted. */
function inFilterOrder({ where }: FilterSql, order: string): string {
  return `select w.place::int, r.chain_id, r.record_id, r.due_at ${FROM_WINDOWS}
    join calling_record r on ${DUE}${where === undefined ? '' : ` and ${where}`}
    order by ${order}, r.due_at, r.record_id limit $6`;
}

export async function candidates(sql: Sql, query: CandidateQuery): Promise<Candidate[]> {
  const { windows, limit, filter } = query;
  if (windows.length === 0 || limit <= 0) return [];
  const read = (select: Statement | string, most: number) =>
    sql.query<CandidateRow>(select, [
      query.list,
      numberArray(windows.map(({ type }) => type)),
      numberArray(windows.map(({ id }) => id)),
      Math.floor(query.now / 1000),
      query.maxAttempts,
      most,
    ]);
  if (filter.order !== undefined) return (await read(inFilterOrder(filter, filter.order), limit)).map(toCandidate);
  // Records are mostly spread over the windows: a few of each are enough to know the first of all.
  const few = Math.min(limit, Math.ceil((SPREAD * limit) / windows.length) + SPREAD);
  const first = merged(await read(firstStatement(filter), few), few);
  if (few === limit || first.complete || first.rows.length >= limit) return first.rows.slice(0, limit).map(toCandidate);
  return merged(await read(firstStatement(filter), limit), limit)
    .rows.slice(0, limit)
    .map(toCandidate);
}

const SPREAD = 4;

/**
 * The records of all windows in one order, as far as it is certain: up to the last one that was read of a window that has
 * more.
 */
function merged(rows: readonly CandidateRow[], read: number): { rows: CandidateRow[]; complete: boolean } {
  const sorted = [...rows].sort(inOrder);
  const counts = new Map<number, number>();
  const end = sorted.findIndex(({ place }) => {
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    return count === read;
  });
  return end < 0 ? { rows: sorted, complete: true } : { rows: sorted.slice(0, end + 1), complete: false };
}

function inOrder(one: CandidateRow, other: CandidateRow): number {
  return one.due_at - other.due_at || one.record_id - other.record_id;
}

function toCandidate(row: CandidateRow): Candidate {
  return { chainId: row.chain_id, recordId: row.record_id };
}

/** The record types that are served together under the name of one. */
export const typesServed: Readonly<Record<CampaignTypeName, readonly RecordType[]>> = {
  General: [RecordType.General, RecordType.Unknown, RecordType.NoRecordType],
  CampaignRescheduled: [RecordType.CampaignRescheduled],
  CampaignCallBack: [RecordType.CampaignCallBack],
};
