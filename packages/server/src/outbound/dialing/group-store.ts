import { instant } from '../../kernel/index.js';
import { type Sql, statement, type Transaction } from '../../store/index.js';
import type { DialSettings } from '../dial-settings.js';
import type { DialingState, LoadedGroup } from './loaded-group.js';

export type WaitingFor = 'records' | 'ports' | 'agents';

/** A loaded campaign group as it is stored. */
export interface StoredGroup extends LoadedGroup {
  state: DialingState;
  /** Milliseconds since 1970. */
  loadedAt: number;
  waitingFor?: WaitingFor;
  /** The last request to the lists gave nothing. */
  isExhausted: boolean;
  /** And it was told that there is nothing more to dial. */
  isDepleted: boolean;
  /** What the pacer keeps over a restart. */
  pacing?: object;
}

interface GroupRow {
  dbid: number;
  name: string;
  campaign: string;
  campaign_dbid: number;
  agent_group: string;
  group_dbid: number;
  app_id: number;
  state: DialingState;
  settings: DialSettings;
  loaded_at: number;
  waiting_for: WaitingFor | null;
  is_exhausted: boolean;
  is_depleted: boolean;
  pacing: object | null;
}

const LOAD = statement(
  'dialing-group-load',
  `insert into dialing_group (dbid, name, campaign, campaign_dbid, agent_group, group_dbid, app_id, state, settings, loaded_at)
   values ($1, $2, $3, $4, $5, $6, $7, 'loaded', $8, $9)
   on conflict (dbid) do nothing
   returning dbid`,
);
const READ = statement('dialing-group-read', 'select * from dialing_group where dbid = $1');
const LOCK = statement('dialing-group-lock', 'select * from dialing_group where dbid = $1 for update');
const ALL = statement('dialing-group-all', 'select * from dialing_group order by dbid');
const SET = statement(
  'dialing-group-set',
  `update dialing_group set state = $2, settings = $3, waiting_for = $4, is_exhausted = $5, is_depleted = $6, pacing = $7
   where dbid = $1`,
);
const FORGET = statement('dialing-group-forget', 'delete from dialing_group where dbid = $1');
const HOLDS_LEASE = statement(
  'dialing-lease-held',
  'select 1 as held from lease where name = $1 and owner = $2 and fence = $3 for share',
);

/** @returns false when it is loaded already */
export async function insertGroup(tx: Transaction, group: LoadedGroup, now: number): Promise<boolean> {
  const rows = await tx.query(LOAD, [
    group.dbid,
    group.name,
    group.campaign.name,
    group.campaign.dbid,
    group.group.name,
    group.group.dbid,
    group.appId,
    JSON.stringify(group.settings),
    instant(now),
  ]);
  return rows.length > 0;
}

export async function readGroup(sql: Sql, dbid: number): Promise<StoredGroup | undefined> {
  const [row] = await sql.query<GroupRow>(READ, [dbid]);
  return row && fromRow(row);
}

/** The group, which nobody else changes until the end of the transaction. */
export async function lockGroup(tx: Transaction, dbid: number): Promise<StoredGroup | undefined> {
  const [row] = await tx.query<GroupRow>(LOCK, [dbid]);
  return row && fromRow(row);
}

export async function allGroups(sql: Sql): Promise<StoredGroup[]> {
  return (await sql.query<GroupRow>(ALL)).map(fromRow);
}

export async function storeGroup(tx: Transaction, group: StoredGroup): Promise<void> {
  await tx.query(SET, [
    group.dbid,
    group.state,
    JSON.stringify(group.settings),
    group.waitingFor ?? null,
    group.isExhausted,
    group.isDepleted,
    group.pacing === undefined ? null : JSON.stringify(group.pacing),
  ]);
}

/** Forgets a group with everything that it still holds. */
export async function forgetGroup(tx: Transaction, dbid: number): Promise<void> {
  await tx.query(FORGET, [dbid]);
}

/** Whether a node still owns a group; its successor waits for the end of the transaction. */
export async function holdsLease(tx: Transaction, name: string, owner: string, fence: number): Promise<boolean> {
  return (await tx.query(HOLDS_LEASE, [name, owner, fence])).length > 0;
}

function fromRow(row: GroupRow): StoredGroup {
  return {
    dbid: row.dbid,
    name: row.name,
    campaign: { name: row.campaign, dbid: row.campaign_dbid },
    group: { name: row.agent_group, dbid: row.group_dbid },
    appId: row.app_id,
    settings: row.settings,
    state: row.state,
    loadedAt: row.loaded_at,
    ...(row.waiting_for !== null && { waitingFor: row.waiting_for }),
    isExhausted: row.is_exhausted,
    isDepleted: row.is_depleted,
    ...(row.pacing !== null && { pacing: row.pacing }),
  };
}
