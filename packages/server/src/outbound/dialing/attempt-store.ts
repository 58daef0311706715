import { instant } from '../../kernel/index.js';
import { type Sql, statement, type Transaction } from '../../store/index.js';
import type { AttemptCourse, AttemptKind, AttemptState } from './attempt.js';
import type { AttemptFacts } from './dialing-event.js';

/** An attempt to reach a record's number, as it is stored. Its id is the id of the call and of the customer's leg. */
export interface Attempt extends AttemptCourse {
  readonly id: string;
  readonly group: number;
  readonly campaign: string;
  readonly mode: string;
  /** The held chain, as long as it is held. */
  readonly chain?: number | undefined;
  readonly handle: number;
  readonly list: string;
  readonly recordId: number;
  readonly chainId: number;
  readonly chainN: number;
  readonly phone: string;
  readonly phoneKey: string;
  readonly agentLeg?: string | undefined;
  /** The request for an agent at the router. */
  readonly request?: string | undefined;
  /** Why it was not dialed. */
  readonly blockedBy?: string | undefined;
  /** Probability, when it was dialed, that nobody would be free at the answer. */
  readonly nobodyFree?: number | undefined;
  readonly at: number;
}

interface AttemptRow {
  id: string;
  group_dbid: number;
  campaign: string;
  mode: string;
  chain: number | null;
  handle: number;
  list: string;
  record_id: number;
  chain_id: number;
  chain_n: number;
  phone: string;
  phone_key: string;
  kind: AttemptKind;
  state: AttemptState;
  agent: string | null;
  agent_leg: string | null;
  request: string | null;
  result: number | null;
  blocked_by: string | null;
  nobody_free: number | null;
  found: number | null;
  destination: string | null;
  at: number;
  dialed_at: number | null;
  answered_at: number | null;
  connected_at: number | null;
  ended_at: number | null;
}

const ADD = statement(
  'attempt-add',
  `insert into outbound_attempt (id, group_dbid, campaign, mode, chain, handle, list, record_id, chain_id, chain_n, phone,
     phone_key, kind, state, agent, agent_leg, request, result, blocked_by, nobody_free, at, ended_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
);
const READ = statement('attempt-read', 'select * from outbound_attempt where id = $1');
const LOCK = statement('attempt-lock', 'select * from outbound_attempt where id = $1 for update');
const OF_REQUEST = statement(
  'attempt-of-request',
  'select * from outbound_attempt where request = $1 and ended_at is null',
);
const STORE = statement(
  'attempt-store',
  `update outbound_attempt
   set chain = $2, state = $3, agent = $4, agent_leg = $5, request = $6, result = $7, dialed_at = $8, answered_at = $9,
       connected_at = $10, ended_at = $11, kind = $12, found = $13, destination = $14
   where id = $1`,
);
const OPEN = statement(
  'attempt-open',
  'select * from outbound_attempt where group_dbid = $1 and ended_at is null order by at',
);
const UNDER_WAY = statement(
  'attempt-under-way',
  'select state, count(*) as count from outbound_attempt where group_dbid = $1 and ended_at is null group by state',
);
const UNTRACK = statement(
  'attempt-untrack',
  `update outbound_attempt set state = 'ended', chain = null, ended_at = $2
   where group_dbid = $1 and ended_at is null returning *`,
);
const OF_RECORD = statement(
  'attempt-of-record',
  'select * from outbound_attempt where list = $1 and record_id = $2 order by at, id limit 1000',
);
const RECENT = statement(
  'attempt-recent',
  `select * from outbound_attempt where group_dbid = $1 and at >= $2 and blocked_by is null order by at desc limit $3`,
);
const DIALED_SINCE = statement(
  'attempt-dialed-since',
  `select count(*) as dials, min(at) as first from outbound_attempt
   where group_dbid = $1 and at > $2 and blocked_by is null`,
);
const OPEN_OF_CHAIN = statement(
  'attempt-open-of-chain',
  'select 1 as one from outbound_attempt where group_dbid = $1 and chain = $2 and ended_at is null limit 1',
);
const OF_HANDLE = statement('attempt-of-handle', 'select 1 as one from outbound_attempt where handle = $1 limit 1');
const PURGE = statement(
  'attempt-purge',
  `with old as (select id from outbound_attempt where ended_at < $1 limit $2)
   delete from outbound_attempt using old where outbound_attempt.id = old.id returning 1 as one`,
);

export async function addAttempt(tx: Transaction, attempt: Attempt): Promise<void> {
  await tx.query(ADD, [
    attempt.id,
    attempt.group,
    attempt.campaign,
    attempt.mode,
    attempt.chain ?? null,
    attempt.handle,
    attempt.list,
    attempt.recordId,
    attempt.chainId,
    attempt.chainN,
    attempt.phone,
    attempt.phoneKey,
    attempt.kind,
    attempt.state,
    attempt.agent ?? null,
    attempt.agentLeg ?? null,
    attempt.request ?? null,
    attempt.result ?? null,
    attempt.blockedBy ?? null,
    attempt.nobodyFree ?? null,
    instant(attempt.at),
    attempt.endedAt === undefined ? null : instant(attempt.endedAt),
  ]);
}

export async function readAttempt(sql: Sql, id: string): Promise<Attempt | undefined> {
  const [row] = await sql.query<AttemptRow>(READ, [id]);
  return row && fromRow(row);
}

export async function lockAttempt(tx: Transaction, id: string): Promise<Attempt | undefined> {
  const [row] = await tx.query<AttemptRow>(LOCK, [id]);
  return row && fromRow(row);
}

export async function attemptOfRequest(sql: Sql, request: string): Promise<Attempt | undefined> {
  const [row] = await sql.query<AttemptRow>(OF_REQUEST, [request]);
  return row && fromRow(row);
}

export async function storeAttempt(tx: Transaction, attempt: Attempt): Promise<void> {
  await tx.query(STORE, [
    attempt.id,
    attempt.chain ?? null,
    attempt.state,
    attempt.agent ?? null,
    attempt.agentLeg ?? null,
    attempt.request ?? null,
    attempt.result ?? null,
    time(attempt.dialedAt),
    time(attempt.answeredAt),
    time(attempt.connectedAt),
    time(attempt.endedAt),
    attempt.kind,
    attempt.found ?? null,
    attempt.destination ?? null,
  ]);
}

/** The attempts of a group that are under way, oldest first. */
export async function openAttempts(sql: Sql, group: number): Promise<Attempt[]> {
  return (await sql.query<AttemptRow>(OPEN, [group])).map(fromRow);
}

/** How many attempts of a group are under way, by state. */
export async function attemptsUnderWay(sql: Sql, group: number): Promise<{ state: AttemptState; count: number }[]> {
  return sql.query<{ state: AttemptState; count: number }>(UNDER_WAY, [group]);
}

/** Ends the tracking of all attempts of a group; the calls go on. */
export async function untrackAttempts(tx: Transaction, group: number, now: number): Promise<Attempt[]> {
  return (await tx.query<AttemptRow>(UNTRACK, [group, instant(now)])).map(fromRow);
}

/** The attempts of a record, oldest first. */
export async function attemptsOfRecord(sql: Sql, list: string, recordId: number): Promise<Attempt[]> {
  return (await sql.query<AttemptRow>(OF_RECORD, [list, recordId])).map(fromRow);
}

/** Whether a call for a held chain is under way. */
export async function openAttemptOf(sql: Sql, group: number, chain: number): Promise<boolean> {
  return (await sql.query(OPEN_OF_CHAIN, [group, chain])).length > 0;
}

/** Whether a handle was one under which a call was made. */
export async function wasDialed(sql: Sql, handle: number): Promise<boolean> {
  return (await sql.query(OF_HANDLE, [handle])).length > 0;
}

/** The last attempts of a group since `since`, latest first: what a pacer is taught after a restart. */
export async function recentAttempts(sql: Sql, group: number, since: number, limit: number): Promise<Attempt[]> {
  return (await sql.query<AttemptRow>(RECENT, [group, instant(since), limit])).map(fromRow);
}

/** How many dials a group has begun after `since`, and when the first of them was. */
export async function dialedSince(
  sql: Sql,
  group: number,
  since: number,
): Promise<{ dials: number; first: number | undefined }> {
  const [row] = await sql.query<{ dials: number; first: number | null }>(DIALED_SINCE, [group, instant(since)]);
  return { dials: row?.dials ?? 0, first: row?.first ?? undefined };
}

/** Deletes up to `limit` attempts that ended before a time. @returns how many */
export async function purgeAttempts(sql: Sql, before: number, limit: number): Promise<number> {
  return (await sql.query(PURGE, [instant(before), limit])).length;
}

/** What events tell of an attempt. */
export function factsOf(attempt: Attempt): AttemptFacts {
  const { id, list, recordId, chainId, chainN, handle, phone, agent, dialedAt, answeredAt, connectedAt, endedAt } =
    attempt;
  return {
    attempt: id,
    ...{ list, recordId, chainId, chainN, handle, phone },
    ...(agent !== undefined && { agentId: agent }),
    ...(dialedAt !== undefined && { dialedAt }),
    ...(answeredAt !== undefined && { answeredAt }),
    ...(connectedAt !== undefined && { connectedAt }),
    ...(endedAt !== undefined && { endedAt }),
  };
}

function time(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : instant(milliseconds);
}

function fromRow(row: AttemptRow): Attempt {
  return {
    id: row.id,
    group: row.group_dbid,
    campaign: row.campaign,
    mode: row.mode,
    chain: row.chain ?? undefined,
    handle: row.handle,
    list: row.list,
    recordId: row.record_id,
    chainId: row.chain_id,
    chainN: row.chain_n,
    phone: row.phone,
    phoneKey: row.phone_key,
    kind: row.kind,
    state: row.state,
    agent: row.agent ?? undefined,
    agentLeg: row.agent_leg ?? undefined,
    request: row.request ?? undefined,
    result: row.result ?? undefined,
    blockedBy: row.blocked_by ?? undefined,
    nobodyFree: row.nobody_free ?? undefined,
    found: row.found ?? undefined,
    destination: row.destination ?? undefined,
    at: row.at,
    dialedAt: row.dialed_at ?? undefined,
    answeredAt: row.answered_at ?? undefined,
    connectedAt: row.connected_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
  };
}
