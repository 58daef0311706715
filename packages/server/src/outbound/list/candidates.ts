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

/** The first records of one set of windows. */
export async function candidates(sql: Sql, query: CandidateQuery): Promise<Candidate[]> {
  const { limit, filter } = query;
  if (query.windows.length === 0 || limit <= 0) return [];
  if (filter.order !== undefined) return (await read(sql, query, inFilterOrder(filter, filter.order))).map(toCandidate);
  return merged(await read(sql, query, firstStatement(filter)), limit)
    .rows.slice(0, limit)
    .map(toCandidate);
}

/**
 * The first records of several sets of windows, each set for itself, as far as possible with one question.
 * @param query its `windows` are not used
 */
export async function candidatesOfEach(
  sql: Sql,
  query: Omit<CandidateQuery, 'windows'>,
  sets: readonly (readonly PresentWindow[])[],
): Promise<Candidate[][]> {
  const { limit, filter } = query;
  const all = sets.flat();
  // Records are mostly spread over the windows: a few of each are enough to know the first of all.
  const fewest = Math.max(1, ...sets.map((windows) => windows.length));
  const few = Math.min(limit, Math.ceil((SPREAD * limit) / fewest) + SPREAD);
  const together = filter.order === undefined && all.length > 0 && limit > 0;
  const rows = together ? await read(sql, { ...query, windows: all, limit: few }, firstStatement(filter)) : [];
  const found: Candidate[][] = [];
  let from = 0;
  for (const windows of sets) {
    const [first, last] = [from + 1, from + windows.length];
    from = last;
    const own = merged(
      rows.filter(({ place }) => place >= first && place <= last),
      few,
    );
    const enough = together && (few === limit || own.complete || own.rows.length >= limit);
    found.push(enough ? own.rows.slice(0, limit).map(toCandidate) : await candidates(sql, { ...query, windows }));
  }
  return found;
}

function read(sql: Sql, query: CandidateQuery, select: Statement | string): Promise<CandidateRow[]> {
  return sql.query<CandidateRow>(select, [
    query.list,
    numberArray(query.windows.map(({ type }) => type)),
    numberArray(query.windows.map(({ id }) => id)),
    Math.floor(query.now / 1000),
    query.maxAttempts,
    query.limit,
  ]);
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
