import { type Sql, statement } from '../../store/sql.js';
import { numberArray } from './array-literal.js';
import type { Chain, ListRecord, RecordOwner } from './record.js';
import { RECORD_COLUMNS, type RecordRow, toRecord } from './record-row.js';

const columns = (alias: string) => RECORD_COLUMNS.map((name) => `${alias}.${name}`).join(', ');

/** The do-not-call check of one record `l`: the number first, then the customer. */
const LISTED = `(
  exists (select from gsw_donotcall_list d where d.phone_key = l.phone_key)
  or l.customer_id is not null and exists (select from gsw_donotcall_list d where d.customer_id = l.customer_id)
)`;

// Takes whole chains: those of which every record could be locked, none is held by somebody, and at least one may still
// be dialed. Records on the do-not-call list leave the list here; the others become Retrieved.
// $1 list, $2 chains, $3-$5 owner, $6 second, $7 most attempts, $8 open windows, $9 types, $10 check do-not-call,
// $11 check it for callbacks, $12 agent
const TAKE = statement(
  'calling-record-take',
  `with locked as materialized (
     select r.window_id, r.due_at, ${columns('r')} from calling_record r
     where r.list_id = $1 and r.chain_id = any ($2::bigint[])
     order by r.chain_id, r.chain_n
     for update skip locked
   ), whole as (
     select l.chain_id from locked l group by l.chain_id
     having not bool_or(l.record_status = 2)
       and bool_or(l.record_status = 1 and l.due_at <= $6 and l.attempt < $7 and l.window_id = any ($8::int[])
         and l.record_type = any ($9::smallint[]) and ($12::text is null or l.agent_id = $12))
       and count(*) = (select count(*) from calling_record c where c.list_id = $1 and c.chain_id = l.chain_id)
   ), barred as (
     select l.chain_id, l.chain_n from locked l join whole using (chain_id)
     where l.record_status in (1, 9) and $10 and ($11 or l.record_type not in (5, 6)) and ${LISTED}
   ), taken as (
     update calling_record r
     set record_status = case when b.chain_n is null then 2 else 3 end,
       status_before = case when b.chain_n is null then l.record_status end,
       record_type = case when b.chain_n is null then r.record_type else 7 end,
       call_result = case when b.chain_n is null then r.call_result else 51 end,
       app_id = $3, group_id = $4, campaign_id = $5
     from locked l join whole using (chain_id) left join barred b on b.chain_id = l.chain_id and b.chain_n = l.chain_n
     where r.list_id = $1 and r.chain_id = l.chain_id and r.chain_n = l.chain_n and l.record_status in (1, 9)
     returning ${columns('r')}, b.chain_n is not null as barred
   )
   select * from taken
   union all
   select ${columns('l')}, false from locked l join whole using (chain_id) where l.record_status not in (1, 9)`,
);

export interface TakeRequest {
  list: { id: number; name: string };
  chains: readonly number[];
  owner: RecordOwner;
  now: number;
  maxAttempts: number;
  openWindows: readonly number[];
  types: readonly number[];
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

/** Takes chains for their owner; those that somebody else is just taking are left out. */
export async function takeChains(sql: Sql, request: TakeRequest): Promise<Taken> {
  const { list, owner } = request;
  const rows = await sql.query<Omit<RecordRow, 'list'> & { barred: boolean }>(TAKE, [
    list.id,
    numberArray(request.chains),
    owner.appId,
    owner.groupId,
    owner.campaignId,
    Math.floor(request.now / 1000),
    request.maxAttempts,
    numberArray(request.openWindows),
    numberArray(request.types),
    request.checkDoNotCall,
    request.checkDoNotCallForCallbacks,
    request.agentId ?? null,
  ]);
  const records = new Map<number, ListRecord[]>();
  const barred: ListRecord[] = [];
  for (const row of rows) {
    const record = toRecord({ ...row, list: list.name });
    if (row.barred) barred.push(record);
    const chain = records.get(record.chainId);
    if (chain) chain.push(record);
    else records.set(record.chainId, [record]);
  }
  const chains = new Map<number, Chain>();
  for (const [chainId, members] of records) {
    members.sort((one, other) => one.chainN - other.chainN);
    chains.set(chainId, { list: list.name, chainId, records: members });
  }
  return { chains, barred };
}

const STANDING = statement(
  'calling-record-standing',
  `select n.place, r.record_status, r.record_type,
     r.chain_n is not null and ${LISTED.replaceAll('l.', 'r.')} as listed
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
