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
}

const BY_DUE_TIME = 'due_at, record_id';

const PLAIN = statement('calling-record-candidates', candidatesSql({}));

function candidatesSql({ where, order }: FilterSql): string {
  // An order of the filter's own is evaluated in the inner query, where the row is at hand, and carried out as a rank.
  const rank = order === undefined ? '' : `, row_number() over (order by ${order}, r.due_at, r.record_id) as rank`;
  const condition = where === undefined ? '' : ` and ${where}`;
  if (order !== undefined) {
    return `select chain_id, record_id from (
        select r.chain_id, r.record_id${rank}
        from unnest($2::smallint[], $3::int[]) w (type, id)
        join calling_record r on r.list_id = $1 and r.record_status = 1 and r.record_type = w.type
          and r.window_id = w.id and r.due_at <= $4 and r.attempt < $5${condition}
      ) ranked
      order by rank limit $6`;
  }
  return `select r.chain_id, r.record_id
    from unnest($2::smallint[], $3::int[]) w (type, id)
    cross join lateral (
      select r.due_at, r.record_id, r.chain_id from calling_record r
      where r.list_id = $1 and r.record_status = 1 and r.record_type = w.type and r.window_id = w.id
        and r.due_at <= $4 and r.attempt < $5${condition}
      order by ${BY_DUE_TIME} limit $6
    ) r
    order by ${BY_DUE_TIME} limit $6`;
}

/** Statements of filters are not prepared: there may be many, and each is planned with its constants. */
function statementFor(filter: FilterSql): Statement | string {
  return filter.where === undefined && filter.order === undefined ? PLAIN : candidatesSql(filter);
}

export async function candidates(sql: Sql, query: CandidateQuery): Promise<Candidate[]> {
  if (query.windows.length === 0 || query.limit <= 0) return [];
  const rows = await sql.query<CandidateRow>(statementFor(query.filter), [
    query.list,
    numberArray(query.windows.map(({ type }) => type)),
    numberArray(query.windows.map(({ id }) => id)),
    Math.floor(query.now / 1000),
    query.maxAttempts,
    query.limit,
  ]);
  return rows.map((row) => ({ chainId: row.chain_id, recordId: row.record_id }));
}

/** The record types that are served together under the name of one. */
export const typesServed: Readonly<Record<CampaignTypeName, readonly RecordType[]>> = {
  General: [RecordType.General, RecordType.Unknown, RecordType.NoRecordType],
  CampaignRescheduled: [RecordType.CampaignRescheduled],
  CampaignCallBack: [RecordType.CampaignCallBack],
};
