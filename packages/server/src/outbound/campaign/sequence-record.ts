import { instant } from '../../kernel/index.js';
import { type Sql, statement, type Transaction } from '../../store/index.js';
import type { CampaignGroupReference, Numbered } from './directory.js';
import type { Schedule, SequenceState } from './sequence.js';

/** A sequence as it is stored. */
export interface SequenceRecord {
  /** The agent group that it belongs to. */
  readonly group: Numbered;
  readonly schedule: Schedule;
  /** The campaign groups of its items. */
  readonly items: readonly CampaignGroupReference[];
  readonly state: SequenceState;
}

/** What an item has done since it began. */
export interface ItemCount {
  agentGroup: string;
  dials: number;
  contacts: number;
}

interface Row {
  agent_group: string;
  group_number: number;
  schedule: Schedule;
  items: CampaignGroupReference[];
  progress: SequenceState;
}

const COLUMNS = 'agent_group, group_number, schedule, items, progress';

const READ = statement('campaign-sequence-read', `select ${COLUMNS} from campaign_sequence where agent_group = $1`);
const OF_NUMBER = statement('campaign-sequence-of', `select ${COLUMNS} from campaign_sequence where group_number = $1`);
const ALL = statement('campaign-sequences', `select ${COLUMNS} from campaign_sequence order by agent_group`);
const LOCK = statement(
  'campaign-sequence-lock',
  `select ${COLUMNS} from campaign_sequence where agent_group = $1 for update`,
);
const CREATE = statement(
  'campaign-sequence-create',
  `insert into campaign_sequence (agent_group, group_number, schedule, items, progress, changed_at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (agent_group) do nothing
   returning agent_group`,
);
const STORE = statement(
  'campaign-sequence-store',
  `update campaign_sequence set progress = $2, due_at = $3, claimed_until = null, changed_at = $4 where agent_group = $1`,
);
const DELETE = statement('campaign-sequence-delete', 'delete from campaign_sequence where agent_group = $1');
const NEXT_DUE = statement(
  'campaign-sequence-next-due',
  'select min(greatest(due_at, claimed_until)) as at from campaign_sequence where due_at is not null',
);
const CLAIM = statement(
  'campaign-sequence-claim',
  `update campaign_sequence set claimed_until = $2
   where agent_group in (
     select agent_group from campaign_sequence
     where due_at <= $1 and (claimed_until is null or claimed_until <= $1)
     order by due_at limit $3 for update skip locked)
   returning agent_group`,
);
const BEGIN_ITEM = statement(
  'campaign-sequence-item-begin',
  `insert into campaign_sequence_item (group_number, agent_group) values ($1, $2)
   on conflict (group_number) do update set agent_group = excluded.agent_group, dials = 0, contacts = 0`,
);
const END_ITEM = statement('campaign-sequence-item-end', 'delete from campaign_sequence_item where group_number = $1');
const ITEM_COUNT = statement(
  'campaign-sequence-item-count',
  'select agent_group, dials, contacts from campaign_sequence_item where group_number = $1',
);

/** How long a node that has claimed a due sequence is waited for, milliseconds. */
const CLAIM_MS = 10_000;

export async function readSequence(sql: Sql, agentGroup: string): Promise<SequenceRecord | undefined> {
  const [row] = await sql.query<Row>(READ, [agentGroup]);
  return row && recordOf(row);
}

export async function readSequenceOfNumber(sql: Sql, group: number): Promise<SequenceRecord | undefined> {
  const [row] = await sql.query<Row>(OF_NUMBER, [group]);
  return row && recordOf(row);
}

export async function allSequences(sql: Sql): Promise<SequenceRecord[]> {
  return (await sql.query<Row>(ALL)).map(recordOf);
}

export async function lockSequence(tx: Transaction, agentGroup: string): Promise<SequenceRecord | undefined> {
  const [row] = await tx.query<Row>(LOCK, [agentGroup]);
  return row && recordOf(row);
}

/** @returns false when the agent group has a sequence */
export async function createSequence(tx: Transaction, record: SequenceRecord, now: number): Promise<boolean> {
  const { group, schedule, items, state } = record;
  const created = await tx.query(CREATE, [
    group.name,
    group.dbid,
    JSON.stringify(schedule),
    JSON.stringify(items),
    JSON.stringify(state),
    instant(now),
  ]);
  return created.length > 0;
}

export async function storeSequence(tx: Transaction, { group, state }: SequenceRecord, now: number): Promise<void> {
  const due = state.dueAt === undefined ? null : instant(state.dueAt);
  await tx.query(STORE, [group.name, JSON.stringify(state), due, instant(now)]);
}

export async function deleteSequence(tx: Transaction, { group, items }: SequenceRecord): Promise<void> {
  for (const { dbid } of items) await tx.query(END_ITEM, [dbid]);
  await tx.query(DELETE, [group.name]);
}

/** When the next sequence is due, milliseconds since 1970. */
export async function nextDueSequence(sql: Sql): Promise<number | undefined> {
  const [row] = await sql.query<{ at: number | null }>(NEXT_DUE);
  return row?.at ?? undefined;
}

/** Names of the agent groups whose sequences are due. */
export async function claimDueSequences(sql: Sql, now: number, limit: number): Promise<string[]> {
  const rows = await sql.query<{ agent_group: string }>(CLAIM, [instant(now), instant(now + CLAIM_MS), limit]);
  return rows.map((row) => row.agent_group);
}

/** Counts from 0 for the campaign group of an item. */
export async function beginItem(tx: Transaction, campaignGroup: number, agentGroup: string): Promise<void> {
  await tx.query(BEGIN_ITEM, [campaignGroup, agentGroup]);
}

export async function endItem(tx: Transaction, campaignGroup: number): Promise<void> {
  await tx.query(END_ITEM, [campaignGroup]);
}

export async function itemCount(sql: Sql, campaignGroup: number): Promise<ItemCount | undefined> {
  const [row] = await sql.query<{ agent_group: string; dials: number; contacts: number }>(ITEM_COUNT, [campaignGroup]);
  return row && { agentGroup: row.agent_group, dials: row.dials, contacts: row.contacts };
}

function recordOf({ agent_group, group_number, schedule, items, progress }: Row): SequenceRecord {
  return { group: { name: agent_group, dbid: group_number }, schedule, items, state: progress };
}
