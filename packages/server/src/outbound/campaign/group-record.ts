import { instant } from '../../kernel/index.js';
import { type Sql, statement, type Transaction } from '../../store/index.js';
import type { DialSettings } from '../dial-settings.js';
import { OutboundError } from '../errors.js';
import type { CampaignGroupReference } from './directory.js';
import { type GroupState, type GroupStatus, statusOf } from './life-cycle.js';

/** A campaign group as it is stored. Times: milliseconds since 1970. */
export interface GroupRecord {
  readonly reference: CampaignGroupReference;
  readonly state: GroupState;
  readonly settings: DialSettings;
  /** The agent group whose sequence holds it. */
  readonly sequence?: string;
  readonly loadedAt?: number;
  readonly startedAt?: number;
}

/** A campaign group as everybody sees it. */
export interface GroupView extends CampaignGroupReference {
  status: GroupStatus;
  settings: DialSettings;
  sequence?: string;
  loadedAt?: number;
  startedAt?: number;
}

export function viewOf({ reference, state, settings, sequence, loadedAt, startedAt }: GroupRecord): GroupView {
  return {
    ...reference,
    status: statusOf(state),
    settings,
    ...(sequence !== undefined && { sequence }),
    ...(loadedAt !== undefined && { loadedAt }),
    ...(startedAt !== undefined && { startedAt }),
  };
}

interface Row {
  name: string;
  number: number;
  campaign: string;
  campaign_number: number;
  agent_group: string;
  group_number: number;
  state: GroupState;
  settings: DialSettings;
  sequence: string | null;
  loaded_at: number | null;
  started_at: number | null;
}

const COLUMNS =
  'name, number, campaign, campaign_number, agent_group, group_number, state, settings, sequence, loaded_at, started_at';

const LOCK = statement('campaign-group-lock', `select ${COLUMNS} from campaign_group_state where name = $1 for update`);
const READ = statement('campaign-group-read', `select ${COLUMNS} from campaign_group_state where name = $1`);
const OF_NUMBER = statement(
  'campaign-group-of-number',
  `select ${COLUMNS} from campaign_group_state where number = $1`,
);
const LOADED = statement(
  'campaign-groups-loaded',
  `select ${COLUMNS} from campaign_group_state where state <> 'NotLoaded' order by name`,
);
const CREATE = statement(
  'campaign-group-create',
  `insert into campaign_group_state
     (name, number, campaign, campaign_number, agent_group, group_number, state, settings, changed_at)
   values ($1, $2, $3, $4, $5, $6, 'NotLoaded', $7, $8)
   on conflict do nothing`,
);
const FORGET_FORMER = statement(
  'campaign-group-forget-former',
  `delete from campaign_group_state where number = $1 and name <> $2 and state = 'NotLoaded'`,
);
const STORE = statement(
  'campaign-group-store',
  `update campaign_group_state
   set number = $2, campaign_number = $3, group_number = $4, state = $5, settings = $6, sequence = $7,
       loaded_at = $8, started_at = $9, changed_at = $10
   where name = $1`,
);

/**
 * Locks the row of a campaign group, which is made when there is none; what it says counts while it is loaded.
 * @throws OutboundError `wrong-configuration` when a loaded campaign group has the same number
 */
export async function lockGroup(
  tx: Transaction,
  reference: CampaignGroupReference,
  settings: DialSettings,
  now: number,
): Promise<GroupRecord> {
  const stored = await lockKnownGroup(tx, reference.name);
  if (stored) return stored.state === 'NotLoaded' ? { reference, state: 'NotLoaded', settings } : stored;
  const { campaign, group } = reference;
  await tx.query(FORGET_FORMER, [reference.dbid, reference.name]);
  const names = [reference.name, reference.dbid, campaign.name, campaign.dbid, group.name, group.dbid];
  await tx.query(CREATE, [...names, JSON.stringify(settings), instant(now)]);
  const made = await lockKnownGroup(tx, reference.name);
  if (!made) throw new OutboundError('wrong-configuration', `another campaign group has the DBID ${reference.dbid}`);
  return made.state === 'NotLoaded' ? { reference, state: 'NotLoaded', settings } : made;
}

/** Locks the row of a campaign group that was loaded once. */
export async function lockKnownGroup(tx: Transaction, name: string): Promise<GroupRecord | undefined> {
  const [row] = await tx.query<Row>(LOCK, [name]);
  return row && recordOf(row);
}

export async function readGroup(sql: Sql, name: string): Promise<GroupRecord | undefined> {
  const [row] = await sql.query<Row>(READ, [name]);
  return row && recordOf(row);
}

export async function readGroupOfNumber(sql: Sql, number: number): Promise<GroupRecord | undefined> {
  const [row] = await sql.query<Row>(OF_NUMBER, [number]);
  return row && recordOf(row);
}

/** All campaign groups that are not NotLoaded, by name. */
export async function loadedGroups(sql: Sql): Promise<GroupRecord[]> {
  return (await sql.query<Row>(LOADED)).map(recordOf);
}

export async function storeGroup(tx: Transaction, record: GroupRecord, now: number): Promise<void> {
  const { reference, state, settings, sequence, loadedAt, startedAt } = record;
  await tx.query(STORE, [
    reference.name,
    reference.dbid,
    reference.campaign.dbid,
    reference.group.dbid,
    state,
    JSON.stringify(settings),
    sequence ?? null,
    loadedAt === undefined ? null : instant(loadedAt),
    startedAt === undefined ? null : instant(startedAt),
    instant(now),
  ]);
}

function recordOf(row: Row): GroupRecord {
  return {
    reference: {
      name: row.name,
      dbid: row.number,
      campaign: { name: row.campaign, dbid: row.campaign_number },
      group: { name: row.agent_group, dbid: row.group_number },
    },
    state: row.state,
    settings: row.settings,
    ...(row.sequence !== null && { sequence: row.sequence }),
    ...(row.loaded_at !== null && { loadedAt: row.loaded_at }),
    ...(row.started_at !== null && { startedAt: row.started_at }),
  };
}
