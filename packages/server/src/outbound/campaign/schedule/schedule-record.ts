import { instant } from '../../../kernel/index.js';
import { type Sql, statement, type Transaction } from '../../../store/index.js';
import type { ScheduleProgress } from './schedule-step.js';

/** An outbound schedule as it is stored; `progress` is not there before its first look. */
export interface ScheduleRecord {
  readonly name: string;
  readonly progress?: ScheduleProgress;
  /** Milliseconds since 1970. */
  readonly dueAt?: number;
}

/** What an item has done since it began. */
export interface ScheduledItemCount {
  schedule: string;
  campaignGroup: string;
  dials: number;
  contacts: number;
}

interface Row {
  name: string;
  progress: ScheduleProgress | null;
  due_at: number | null;
}

const ALL = statement('outbound-schedules', 'select name, progress, due_at from outbound_schedule order by name');
const CREATE = statement(
  'outbound-schedule-create',
  'insert into outbound_schedule (name, changed_at) values ($1, $2) on conflict do nothing',
);
const LOCK = statement(
  'outbound-schedule-lock',
  'select name, progress, due_at from outbound_schedule where name = $1 for update',
);
const STORE = statement(
  'outbound-schedule-store',
  'update outbound_schedule set progress = $2, due_at = $3, claimed_until = null, changed_at = $4 where name = $1',
);
const DELETE = statement('outbound-schedule-delete', 'delete from outbound_schedule where name = $1');
const NEXT_DUE = statement(
  'outbound-schedule-next-due',
  'select min(greatest(due_at, claimed_until)) as at from outbound_schedule where due_at is not null',
);
const CLAIM = statement(
  'outbound-schedule-claim',
  `update outbound_schedule set claimed_until = $2
   where name in (
     select name from outbound_schedule where due_at <= $1 and (claimed_until is null or claimed_until <= $1)
     order by due_at limit $3 for update skip locked)
   returning name`,
);
const BEGIN_ITEM = statement(
  'outbound-schedule-item-begin',
  `insert into outbound_schedule_item (group_number, campaign_group, schedule) values ($1, $2, $3)
   on conflict (group_number) do update
     set campaign_group = excluded.campaign_group, schedule = excluded.schedule, dials = 0, contacts = 0`,
);
const END_ITEM = statement(
  'outbound-schedule-item-end',
  'delete from outbound_schedule_item where campaign_group = $1 and schedule = $2',
);
const ITEM_COUNT = statement(
  'outbound-schedule-item-count',
  'select schedule, campaign_group as "campaignGroup", dials, contacts from outbound_schedule_item where group_number = $1',
);

/** How long a node that has claimed a due schedule is waited for, milliseconds. */
const CLAIM_MS = 10_000;

export async function allScheduleRecords(sql: Sql): Promise<ScheduleRecord[]> {
  return (await sql.query<Row>(ALL)).map(recordOf);
}

/** Locks the row of a schedule, which is made when there is none. */
export async function lockSchedule(tx: Transaction, name: string, now: number): Promise<ScheduleRecord> {
  await tx.query(CREATE, [name, instant(now)]);
  const [row] = await tx.query<Row>(LOCK, [name]);
  return row ? recordOf(row) : { name };
}

export async function storeSchedule(tx: Transaction, record: ScheduleRecord, now: number): Promise<void> {
  const { name, progress, dueAt } = record;
  const due = dueAt === undefined ? null : instant(dueAt);
  await tx.query(STORE, [name, progress ? JSON.stringify(progress) : null, due, instant(now)]);
}

export async function deleteSchedule(tx: Transaction, name: string): Promise<void> {
  await tx.query(DELETE, [name]);
}

/** When the next schedule is due, milliseconds since 1970. */
export async function nextDueSchedule(sql: Sql): Promise<number | undefined> {
  const [row] = await sql.query<{ at: number | null }>(NEXT_DUE);
  return row?.at ?? undefined;
}

/** Names of schedules that are due. */
export async function claimDueSchedules(sql: Sql, now: number, limit: number): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(CLAIM, [instant(now), instant(now + CLAIM_MS), limit]);
  return rows.map(({ name }) => name);
}

/** Counts from 0 for the campaign group of an item. */
export async function beginScheduledItem(
  tx: Transaction,
  group: { name: string; dbid: number },
  schedule: string,
): Promise<void> {
  await tx.query(BEGIN_ITEM, [group.dbid, group.name, schedule]);
}

export async function endScheduledItem(tx: Transaction, campaignGroup: string, schedule: string): Promise<void> {
  await tx.query(END_ITEM, [campaignGroup, schedule]);
}

export async function scheduledItemCount(sql: Sql, groupNumber: number): Promise<ScheduledItemCount | undefined> {
  const [row] = await sql.query<ScheduledItemCount>(ITEM_COUNT, [groupNumber]);
  return row;
}

function recordOf({ name, progress, due_at }: Row): ScheduleRecord {
  return { name, ...(progress && { progress }), ...(due_at !== null && { dueAt: due_at }) };
}
