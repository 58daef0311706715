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
  const [found = []] = await candidatesOfEach(sql, query, [query.windows]);
  return found;
}

/**
 * The first records of several sets of windows, each set for itself, with one question for all as far as possible.
 *
 * Records are mostly spread over the windows of a set, so that a few of each are enough to know the first of all; a window
 * whose records all come early (a list that is sorted by zone, say) is asked once more.
 * @param query its `windows` are not used
 */
export async function candidatesOfEach(
  sql: Sql,
  query: Omit<CandidateQuery, 'windows'>,
  sets: readonly (readonly PresentWindow[])[],
): Promise<Candidate[][]> {
  const { limit, filter } = query;
  if (limit <= 0) return sets.map(() => []);
  const { order } = filter;
  if (order !== undefined) {
    const found: Candidate[][] = [];
    for (const windows of sets) {
      const rows = windows.length > 0 ? await read(sql, query, windows, inFilterOrder(filter, order)) : [];
      found.push(rows.map(toCandidate));
    }
    return found;
  }
  const queues = sets.flatMap((windows, set) => windows.map((window): Queue => ({ set, window, rows: [] })));
  const most = Math.max(1, ...sets.map((windows) => windows.length));
  const few = Math.min(limit, Math.ceil(limit / most) + MARGIN);
  await fill(sql, { ...query, limit: few }, queues);
  if (few < limit) {
    const short = sets.flatMap((_windows, set) => {
      const own = queues.filter((queue) => queue.set === set);
      return mayHaveMore(own, few, limit);
    });
    await fill(sql, query, short);
  }
  return sets.map((_windows, set) =>
    inOrder(queues.filter((queue) => queue.set === set))
      .slice(0, limit)
      .map(toCandidate),
  );
}

/** Read of each window beyond its share. */
const MARGIN = 2;

/** A window and its first records. */
interface Queue {
  set: number;
  window: PresentWindow;
  rows: CandidateRow[];
}

/** The windows that may have further records among the first `limit` of all. */
function mayHaveMore(queues: readonly Queue[], read: number, limit: number): Queue[] {
  const end = inOrder(queues)[limit - 1];
  return queues.filter(({ rows }) => {
    const last = rows[read - 1];
    return last !== undefined && (end === undefined || compare(last, end) < 0);
  });
}

async function fill(sql: Sql, query: Omit<CandidateQuery, 'windows'>, queues: readonly Queue[]): Promise<void> {
  if (queues.length === 0) return;
  for (const queue of queues) queue.rows = [];
  const windows = queues.map(({ window }) => window);
  for (const row of await read(sql, query, windows, firstStatement(query.filter)))
    queues[row.place - 1]?.rows.push(row);
}

function read(
  sql: Sql,
  query: Omit<CandidateQuery, 'windows'>,
  windows: readonly PresentWindow[],
  select: Statement | string,
): Promise<CandidateRow[]> {
  return sql.query<CandidateRow>(select, [
    query.list,
    numberArray(windows.map(({ type }) => type)),
    numberArray(windows.map(({ id }) => id)),
    Math.floor(query.now / 1000),
    query.maxAttempts,
    query.limit,
  ]);
}

function inOrder(queues: readonly Queue[]): CandidateRow[] {
  return queues.flatMap(({ rows }) => rows).sort(compare);
}

function compare(one: CandidateRow, other: CandidateRow): number {
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
