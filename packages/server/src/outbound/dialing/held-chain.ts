import { instant } from '../../kernel/index.js';
import { type Sql, statement, type Transaction } from '../../store/index.js';
import type { Chain } from '../list/index.js';

/**
 * - `buffered`: to be dialed, or to be given to an agent who asks
 * - `waiting`: for the time of a redial (`dueAt`)
 * - `dialing`: an attempt is under way and no agent has the record yet
 * - `offered`: the router looks for an agent to give it to
 * - `desktop`: with an agent
 * - `deciding`: an SCXML treatment runs
 */
export type HeldState = 'buffered' | 'waiting' | 'dialing' | 'offered' | 'desktop' | 'deciding';

/** When and by whom the customer is to be called again, as the agent has arranged it. */
export interface Arrangement {
  /** Milliseconds since 1970. */
  at: number;
  callbackType: 'Personal' | 'Campaign';
  agentId: string;
}

/** What an SCXML treatment has set for the next dial (`set_flex_attr`, `set_exec_flag`). */
export type DialOptions = Readonly<Record<string, string>>;

/** A chain that a campaign group has taken out of its list. Times: milliseconds since 1970. */
export interface HeldChain {
  id: number;
  group: number;
  list: string;
  chainId: number;
  state: HeldState;
  /** The record that is next, or under way. */
  recordId: number;
  /** Personal: only this agent gets it. */
  forAgent?: string | undefined;
  /** It came as a callback. */
  isCallback: boolean;
  /** On whose desktop. */
  agent?: string | undefined;
  /** Waiting: until when. */
  dueAt?: number | undefined;
  /** The attempt under way, or the last one. */
  attempt?: string | undefined;
  /** The request by which the router looks, or has looked, for an agent. */
  request?: string | undefined;
  /** Call result of the last attempt, or what the agent has said since. */
  result?: number | undefined;
  history?: string | undefined;
  reschedule?: Arrangement | undefined;
  treatment?: string | undefined;
  options?: DialOptions | undefined;
  since: number;
}

/** What is held of a chain from the beginning. */
export interface NewlyHeld {
  chain: Chain;
  recordId: number;
  forAgent?: string;
  isCallback: boolean;
}

interface HeldRow {
  id: number;
  group_dbid: number;
  list: string;
  chain_id: number;
  state: HeldState;
  record_id: number;
  for_agent: string | null;
  is_callback: boolean;
  agent: string | null;
  due_at: number | null;
  attempt: string | null;
  request: string | null;
  result: number | null;
  history: string | null;
  reschedule: Arrangement | null;
  treatment: string | null;
  options: DialOptions | null;
  since: number;
}

const HOLD = statement(
  'held-chain-hold',
  `with chains as (
     insert into held_chain (group_dbid, list, chain_id, state, record_id, for_agent, is_callback, since)
     select $1, c.list, c.chain_id, 'buffered', c.record_id, c.for_agent, c.is_callback, $2
     from unnest($3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::boolean[]) with ordinality
          as c (list, chain_id, record_id, for_agent, is_callback, place)
     order by c.place
     returning id, list, chain_id
   ), records as (
     insert into held_record (chain, list, record_id)
     select chains.id, r.list, r.record_id
     from unnest($8::text[], $9::bigint[], $10::bigint[]) as r (list, chain_id, record_id)
     join chains on chains.list = r.list and chains.chain_id = r.chain_id
     returning 1
   )
   select count(*) as records from records`,
);
const READ = statement('held-chain-read', 'select * from held_chain where id = $1');
const LOCK = statement('held-chain-lock', 'select * from held_chain where id = $1 for update');
const LOCK_OF_HANDLE = statement(
  'held-chain-lock-of-handle',
  `select c.* from held_chain c join held_record r on r.chain = c.id where r.handle = $1 for update of c`,
);
const LOCK_OF_REQUEST = statement(
  'held-chain-lock-of-request',
  'select * from held_chain where request = $1 for update',
);
const LOCK_OF_TREATMENT = statement(
  'held-chain-lock-of-treatment',
  'select * from held_chain where treatment = $1 for update',
);
const LOCK_NEXT = statement(
  'held-chain-lock-next',
  `select * from held_chain
   where group_dbid = $1 and state = 'buffered' and for_agent is null and ($3 or not is_callback) and id > $4
   order by id limit $2 for update skip locked`,
);
const LOCK_TO_OFFER = statement(
  'held-chain-lock-to-offer',
  `select * from held_chain
   where group_dbid = $1 and state = 'buffered' and (for_agent is not null or ($3 and is_callback) or $4)
   order by for_agent nulls last, id limit $2 for update skip locked`,
);
const LOCK_FOR_AGENT = statement(
  'held-chain-lock-for-agent',
  `select * from held_chain
   where group_dbid = $1 and (state = 'buffered' or (state = 'offered' and for_agent = $2))
     and (for_agent = $2 or for_agent is null) and id > $3
   order by (for_agent is null), id limit 1 for update skip locked`,
);
const STORE = statement(
  'held-chain-store',
  `update held_chain
   set state = $2, record_id = $3, for_agent = $4, is_callback = $5, agent = $6, due_at = $7, attempt = $8, request = $9,
       result = $10, history = $11, reschedule = $12, treatment = $13, options = $14, since = $15
   where id = $1`,
);
const DROP = statement('held-chain-drop', 'delete from held_chain where id = any($1)');
const RIPEN = statement(
  'held-chain-ripen',
  `update held_chain set state = 'buffered', due_at = null, since = $2
   where group_dbid = $1 and state = 'waiting' and due_at <= $2 returning id`,
);
const COUNT = statement(
  'held-chain-count',
  `select state, count(*) filter (where for_agent is null) as campaign, count(*) as all, min(due_at) as due_at,
          count(*) filter (where for_agent is null and is_callback) as callbacks
   from held_chain where group_dbid = $1 group by state`,
);
const OF_GROUP = statement(
  'held-chain-of-group',
  'select * from held_chain where group_dbid = $1 and state = any($2) order by id for update',
);
const OF_AGENT = statement('held-chain-of-agent', 'select * from held_chain where agent = $1 order by id');
const OF_RECORD = statement(
  'held-chain-of-record',
  `select c.* from held_chain c join held_record r on r.chain = c.id where r.list = $1 and r.record_id = $2`,
);
/** Takes chains into a group's buffer, in this order; each record gets its handle. */
export async function holdChains(
  tx: Transaction,
  group: number,
  held: readonly NewlyHeld[],
  now: number,
): Promise<void> {
  if (held.length === 0) return;
  const records = held.flatMap(({ chain }) => chain.records);
  await tx.query(HOLD, [
    group,
    instant(now),
    held.map(({ chain }) => chain.list),
    held.map(({ chain }) => chain.chainId),
    held.map(({ recordId }) => recordId),
    held.map(({ forAgent }) => forAgent ?? null),
    held.map(({ isCallback }) => isCallback),
    records.map(({ list }) => list),
    records.map(({ chainId }) => chainId),
    records.map(({ recordId }) => recordId),
  ]);
}

export async function readHeld(sql: Sql, id: number): Promise<HeldChain | undefined> {
  const [row] = await sql.query<HeldRow>(READ, [id]);
  return row && fromRow(row);
}

export async function lockHeld(tx: Transaction, id: number): Promise<HeldChain | undefined> {
  const [row] = await tx.query<HeldRow>(LOCK, [id]);
  return row && fromRow(row);
}

export async function lockHeldOfHandle(tx: Transaction, handle: number): Promise<HeldChain | undefined> {
  const [row] = await tx.query<HeldRow>(LOCK_OF_HANDLE, [handle]);
  return row && fromRow(row);
}

export async function lockHeldOfRequest(tx: Transaction, request: string): Promise<HeldChain | undefined> {
  const [row] = await tx.query<HeldRow>(LOCK_OF_REQUEST, [request]);
  return row && fromRow(row);
}

export async function lockHeldOfTreatment(tx: Transaction, session: string): Promise<HeldChain | undefined> {
  const [row] = await tx.query<HeldRow>(LOCK_OF_TREATMENT, [session]);
  return row && fromRow(row);
}

/** The buffered chains that are next to be dialed, after the chain `after`. @param callbacks whether callbacks are dialed by themselves */
export async function lockNextChains(
  tx: Transaction,
  group: number,
  limit: number,
  callbacks: boolean,
  after: number,
): Promise<HeldChain[]> {
  return (await tx.query<HeldRow>(LOCK_NEXT, [group, limit, callbacks, after])).map(fromRow);
}

/** The buffered chains that an agent is to be looked for: personal ones, callbacks if `callbacks`, all if `everything`. */
export async function lockChainsToOffer(
  tx: Transaction,
  group: number,
  limit: number,
  { callbacks, everything }: { callbacks: boolean; everything: boolean },
): Promise<HeldChain[]> {
  return (await tx.query<HeldRow>(LOCK_TO_OFFER, [group, limit, callbacks, everything])).map(fromRow);
}

/** What an agent who asks gets: the agent's own first. @param after the chain that was looked at before, 0 at first */
export async function lockChainForAgent(
  tx: Transaction,
  group: number,
  agent: string,
  after: number,
): Promise<HeldChain | undefined> {
  const [row] = await tx.query<HeldRow>(LOCK_FOR_AGENT, [group, agent, after]);
  return row && fromRow(row);
}

export async function storeHeld(tx: Transaction, held: HeldChain): Promise<void> {
  await tx.query(STORE, [
    held.id,
    held.state,
    held.recordId,
    held.forAgent ?? null,
    held.isCallback,
    held.agent ?? null,
    held.dueAt === undefined ? null : instant(held.dueAt),
    held.attempt ?? null,
    held.request ?? null,
    held.result ?? null,
    held.history ?? null,
    held.reschedule === undefined ? null : JSON.stringify(held.reschedule),
    held.treatment ?? null,
    held.options === undefined ? null : JSON.stringify(held.options),
    instant(held.since),
  ]);
}

/** Chains that are not held any more; their handles and numbers go with them. */
export async function dropHeld(tx: Transaction, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await tx.query(DROP, [ids]);
}

/** Chains whose waiting is over go back into the buffer, before those that were taken later. @returns how many */
export async function ripenHeld(tx: Transaction, group: number, now: number): Promise<number> {
  return (await tx.query(RIPEN, [group, instant(now)])).length;
}

interface CountRow {
  state: HeldState;
  campaign: number;
  callbacks: number;
  all: number;
  due_at: number | null;
}

export interface HeldCounts {
  /** Chains by state; `campaign`: without the personal ones. */
  all: Readonly<Record<HeldState, number>>;
  campaign: Readonly<Record<HeldState, number>>;
  /** Buffered callbacks of the campaign. */
  callbacksBuffered: number;
  /** When the first waiting one is due. */
  nextDue?: number;
}

export async function countHeld(sql: Sql, group: number): Promise<HeldCounts> {
  const none = { buffered: 0, waiting: 0, dialing: 0, offered: 0, desktop: 0, deciding: 0 };
  const counts = { all: { ...none }, campaign: { ...none }, callbacksBuffered: 0 };
  let nextDue = Number.POSITIVE_INFINITY;
  const rows = await sql.query<CountRow>(COUNT, [group]);
  for (const row of rows) {
    counts.all[row.state] = row.all;
    counts.campaign[row.state] = row.campaign;
    if (row.state === 'buffered') counts.callbacksBuffered = row.callbacks;
    nextDue = Math.min(nextDue, row.due_at ?? nextDue);
  }
  return { ...counts, ...(Number.isFinite(nextDue) && { nextDue }) };
}

export async function lockHeldOfGroup(
  tx: Transaction,
  group: number,
  states: readonly HeldState[],
): Promise<HeldChain[]> {
  return (await tx.query<HeldRow>(OF_GROUP, [group, states])).map(fromRow);
}

export async function heldOfAgent(sql: Sql, agent: string): Promise<HeldChain[]> {
  return (await sql.query<HeldRow>(OF_AGENT, [agent])).map(fromRow);
}

export async function heldOfRecord(sql: Sql, list: string, recordId: number): Promise<HeldChain | undefined> {
  const [row] = await sql.query<HeldRow>(OF_RECORD, [list, recordId]);
  return row && fromRow(row);
}

function fromRow(row: HeldRow): HeldChain {
  return {
    id: row.id,
    group: row.group_dbid,
    list: row.list,
    chainId: row.chain_id,
    state: row.state,
    recordId: row.record_id,
    forAgent: row.for_agent ?? undefined,
    isCallback: row.is_callback,
    agent: row.agent ?? undefined,
    dueAt: row.due_at ?? undefined,
    attempt: row.attempt ?? undefined,
    request: row.request ?? undefined,
    result: row.result ?? undefined,
    history: row.history ?? undefined,
    reschedule: row.reschedule ?? undefined,
    treatment: row.treatment ?? undefined,
    options: row.options ?? undefined,
    since: row.since,
  };
}
