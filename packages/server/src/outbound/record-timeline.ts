import { type Sql, statement } from '../store/index.js';
import type { ListRecord } from './list/index.js';

/** A state that a record came into, as the journal tells it. `blocked`: a rule kept it from being dialed. */
export interface RecordMoment {
  /** Milliseconds since 1970. */
  at: number;
  recordType?: number;
  recordStatus?: number;
  callResult?: number;
  attempt?: number;
  /** ISO 8601. */
  scheduledAt?: string;
  agentId?: string;
  campaign?: string;
  /** The column `treatments`. */
  treatments?: string;
  blocked?: string;
}

// The newest are read, and told in the order in which they happened.
const TIMELINE = statement(
  'record-timeline',
  `select at, agent, data from event
   where type = 'record.state' and data ->> 'list' = $1 and data ->> 'record_id' = $2
   order by id desc limit $3`,
);
const MOST = 500;

interface Row {
  at: number;
  agent: string | null;
  data: {
    record_type?: number;
    record_status?: number;
    call_result?: number;
    attempt?: number;
    scheduled_at?: string;
    campaign?: string;
    treatments?: string;
    blocked?: string;
  };
}

/** What became of a record, oldest first: its last 500 states, as long as the journal is kept. */
export async function recordTimeline(
  sql: Sql,
  { list, recordId }: Pick<ListRecord, 'list' | 'recordId'>,
): Promise<RecordMoment[]> {
  const rows = await sql.query<Row>(TIMELINE, [list, String(recordId), MOST]);
  return rows.reverse().map(({ at, agent, data }) => ({
    at,
    ...(data.record_type !== undefined && { recordType: data.record_type }),
    ...(data.record_status !== undefined && { recordStatus: data.record_status }),
    ...(data.call_result !== undefined && { callResult: data.call_result }),
    ...(data.attempt !== undefined && { attempt: data.attempt }),
    ...(data.scheduled_at !== undefined && { scheduledAt: data.scheduled_at }),
    ...(agent !== null && { agentId: agent }),
    ...(data.campaign !== undefined && { campaign: data.campaign }),
    ...(data.treatments !== undefined && { treatments: data.treatments }),
    ...(data.blocked !== undefined && { blocked: data.blocked }),
  }));
}
