import { type Sql, statement } from '../../store/sql.js';
import { numberArray } from './array-literal.js';
import { CallResult } from './call-result.js';
import type { Chain, ListRecord, RecordOwner } from './record.js';
import { RECORD_COLUMNS, type RecordRow, toRecord } from './record-row.js';
import { RecordStatus } from './record-status.js';
import { RecordType } from './record-type.js';

const COLUMNS = RECORD_COLUMNS.map((name) => `r.${name}`).join(', ');

/** The do-not-call check of one record: the number first, then the customer. */
const LISTED = `(
  exists (select from gsw_donotcall_list d where d.phone_key = r.phone_key)
  or r.customer_id is not null and exists (select from gsw_donotcall_list d where d.customer_id = r.customer_id)
)`;

// Whole chains, so far as nobody else is just working with them: `members` tells what is missing.
// $1 list, $2 chains, $3 check do-not-call, $4 check it for callbacks
const LOCK = statement(
  'calling-record-lock-chains',
  `select ${COLUMNS}, r.due_at, r.window_id,
     (select count(*) from calling_record c where c.list_id = r.list_id and c.chain_id = r.chain_id)::int as members,
     r.record_status in (1, 9) and $3 and ($4 or r.record_type not in (5, 6)) and ${LISTED} as barred
   from calling_record r
   where r.list_id = $1 and r.chain_id = any ($2::bigint[])
   order by r.chain_id, r.chain_n
   for update of r skip locked`,
);

// $1 list, $2-$4 the records and whether each is on the do-not-call list, $5-$7 owner
const MARK = statement(
  'calling-record-mark-taken',
  `update calling_record r
   set record_status = case when n.barred then 3 else 2 end,
     status_before = case when n.barred then null else r.record_status end,
     record_type = case when n.barred then 7 else r.record_type end,
     call_result = case when n.barred then 51 else r.call_result end,
     app_id = $5, group_id = $6, campaign_id = $7
   from unnest($2::bigint[], $3::int[], $4::boolean[]) n (chain_id, chain_n, barred)
   where r.list_id = $1 and r.chain_id = n.chain_id and r.chain_n = n.chain_n`,
);

export interface TakeRequest {
  list: { id: number; name: string };
  chains: readonly number[];
  owner: RecordOwner;
  now: number;
  maxAttempts: number;
  openWindows: ReadonlySet<number>;
  types: ReadonlySet<number>;
  checkDoNotCall: boolean;
  checkDoNotCallForCallbacks: boolean;
  /** Only records of this agent count as callable. */
  agentId?: string | undefined;
}

export interface Taken {
  /** By chain, records by ascending `chainN`. */
  chains: Map<number, Chain>;
  /** Records that are on the do-not-call list and were finalised for it. */
  barred: ListRecord[];
}

interface LockedRow extends Omit<RecordRow, 'list'> {
  due_at: number;
  window_id: number;
  members: number;
  barred: boolean;
}

/**
 * Takes chains for their owner: those of which every record can be locked, none is held by somebody, and at least one may
 * still be dialed. Records on the do-not-call list leave the list; the others become Retrieved.
 */
export async function takeChains(sql: Sql, request: TakeRequest): Promise<Taken> {
  const { list } = request;
  const rows = await sql.query<LockedRow>(LOCK, [
    list.id,
    numberArray(request.chains),
    request.checkDoNotCall,
    request.checkDoNotCallForCallbacks,
  ]);
  const members = new Map<number, LockedRow[]>();
  for (const row of rows) {
    const chain = members.get(row.chain_id);
    if (chain) chain.push(row);
    else members.set(row.chain_id, [row]);
  }
  const whole = [...members.values()].filter((chain) => mayBeTaken(chain, request));
  await mark(sql, request, whole.flat().filter(isWaiting));
  const taken: Taken = { chains: new Map(), barred: [] };
  for (const chain of whole) {
    const records = chain.map((row) => marked(row, request));
    const [first] = records;
    if (first) taken.chains.set(first.chainId, { list: list.name, chainId: first.chainId, records });
    taken.barred.push(...records.filter((_record, index) => chain[index]?.barred));
  }
  return taken;
}

function mayBeTaken(chain: readonly LockedRow[], request: TakeRequest): boolean {
  const second = Math.floor(request.now / 1000);
  return (
    chain.length === chain[0]?.members &&
    chain.every(({ record_status }) => record_status !== RecordStatus.Retrieved) &&
    chain.some(
      (row) =>
        row.record_status === RecordStatus.Ready &&
        row.due_at <= second &&
        row.attempt < request.maxAttempts &&
        request.openWindows.has(row.window_id) &&
        request.types.has(row.record_type) &&
        (request.agentId === undefined || row.agent_id === request.agentId),
    )
  );
}

/** Records that become Retrieved with their chain; the others have been processed. */
function isWaiting({ record_status }: LockedRow): boolean {
  return record_status === RecordStatus.Ready || record_status === RecordStatus.ChainReady;
}

async function mark(sql: Sql, { list, owner }: TakeRequest, rows: readonly LockedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql.query(MARK, [
    list.id,
    numberArray(rows.map((row) => row.chain_id)),
    numberArray(rows.map((row) => row.chain_n)),
    `{${rows.map(({ barred }) => barred).join(',')}}`,
    ...[owner.appId, owner.groupId, owner.campaignId],
  ]);
}

/** A row as `MARK` leaves it. */
function marked(row: LockedRow, { list, owner }: TakeRequest): ListRecord {
  const record = toRecord({ ...row, list: list.name });
  if (!isWaiting(row)) return record;
  const { appId, groupId, campaignId } = owner;
  return row.barred
    ? {
        ...record,
        ...{ appId, groupId, campaignId },
        recordStatus: RecordStatus.Updated,
        statusBefore: undefined,
        recordType: RecordType.NoCall,
        callResult: CallResult.DoNotCall,
      }
    : {
        ...record,
        ...{ appId, groupId, campaignId },
        recordStatus: RecordStatus.Retrieved,
        statusBefore: record.recordStatus,
      };
}

const STANDING = statement(
  'calling-record-standing',
  `select n.place, r.record_status, r.record_type,
     r.chain_n is not null and ${LISTED} as listed
   from unnest($1::int[], $2::bigint[], $3::int[]) with ordinality n (list_id, chain_id, chain_n, place)
   left join calling_record r using (list_id, chain_id, chain_n)
   order by n.place`,
);

export interface StandingRow {
  record_status: number | null;
  record_type: number | null;
  listed: boolean;
}

/** How records stand in the table now, in the order asked for. */
export function standingOf(
  sql: Sql,
  records: readonly { list: number; chainId: number; chainN: number }[],
): Promise<StandingRow[]> {
  return sql.query<StandingRow>(STANDING, [
    numberArray(records.map(({ list }) => list)),
    numberArray(records.map(({ chainId }) => chainId)),
    numberArray(records.map(({ chainN }) => chainN)),
  ]);
}
