import { type Clock, instant, type Logger } from '../../kernel/index.js';
import { type Database, statement, type Transaction } from '../../store/index.js';
import type { DialingEvent } from '../dialing/index.js';
import type { CallingLists } from '../list/index.js';
import { actionName, actionOf, type CountedAction, LEAD } from './counted-action.js';
import type { CampaignConfiguration } from './directory.js';
import { type Figures, figuresOf, timeToComplete } from './figures.js';
import type { GroupView } from './group-record.js';

/** How many of a group's agents are free for a call, and how many are in one or wrap up. */
export interface Occupancy {
  ready: number;
  occupied: number;
  loggedIn: number;
}

/** The counts of one calling list, or of all of them. `actions`: by the original's names (`DialBusy`). */
export interface Counts extends Figures {
  actions: Readonly<Record<string, number>>;
}

export interface ListStatistics extends Counts {
  /** Records that may be dialed now, and those that wait for their time. */
  ready: number;
  waiting: number;
  /** Seconds; null while nothing moves. */
  timeToComplete: number | null;
}

/** A loaded campaign group right now, counted since it was loaded. */
export interface LiveStatistics extends Counts {
  /** Milliseconds since 1970. */
  since: number;
  lists: Readonly<Record<string, ListStatistics>>;
  agents: Occupancy;
  /** Share of the available agents who are in calls or wrap up; null while nobody is available. */
  busyFactor: number | null;
  timeToComplete: number | null;
  /** The share of answered calls that may find no agent: what `overdialRate` is kept below. */
  overdialLimit: number;
  /** What dialing waits for: `records`, `ports`, `agents`. */
  waitingFor: readonly string[];
  /** Seconds in each status and mode since it was loaded: `StatusRunning`, `ModeProgressive`, `WaitingRecords` ... */
  durations: Readonly<Record<string, number>>;
}

/** The agent group whose sequence, and the outbound schedule, that an event counts for. */
export interface CountedFor {
  sequence?: string;
  schedule?: string;
}

/** Objects that history is counted for, as the original has them. */
export const STATISTIC_OBJECTS = ['campaign', 'campaign-group', 'calling-list', 'campaign-calling-list'] as const;
export type StatisticObject = (typeof STATISTIC_OBJECTS)[number];

/** One interval of one object. */
export interface HistoryRow extends Counts {
  /** Beginning of the interval, milliseconds since 1970. */
  from: number;
  /** `Spring`, `Spring@Support`, `list`, `Spring@list`. */
  object: string;
}

export interface HistoryQuery {
  by: StatisticObject;
  /** Milliseconds since 1970; `until` is exclusive. */
  from: number;
  until: number;
  /** Of an interval, in minutes: a multiple of 15. */
  intervalMinutes: number;
  /** Only this object. */
  object?: string;
}

const NOTE = statement(
  'campaign-action-note',
  'insert into campaign_action (group_number, list, action, result, count, at) values ($1, $2, $3, $4, $5, $6)',
);
const NOTE_OF_ITEM = statement(
  'campaign-action-note-of-item',
  `with noted as (
     insert into campaign_action (group_number, list, action, result, count, at) values ($1, $2, $3, $4, $5, $6)),
   in_sequence as (
     update campaign_sequence_item set dials = dials + $7, contacts = contacts + $8 where group_number = $1
     returning agent_group),
   in_schedule as (
     update outbound_schedule_item set dials = dials + $7, contacts = contacts + $8 where group_number = $1
     returning schedule)
   select (select agent_group from in_sequence) as sequence, (select schedule from in_schedule) as schedule`,
);
const COUNTS = statement(
  'campaign-counts',
  `select list, action, result, sum(count) as count
   from (select list, action, result, count from campaign_action where group_number = $1 and at >= $2
         union all
         select list, action, result, count from campaign_count where group_number = $1 and quarter >= $2) as counted
   group by list, action, result`,
);
const HISTORY = statement(
  'campaign-history',
  `select date_bin(make_interval(mins => $3), at, 'epoch'::timestamptz) as begins, g.name, g.campaign, list, action, result, sum(count) as count
   from (select at, group_number, list, action, result, count from campaign_action where at >= $1 and at < $2
         union all
         select quarter, group_number, list, action, result, count from campaign_count
         where quarter >= date_bin('15 minutes', $1::timestamptz, 'epoch'::timestamptz) and quarter < $2) as counted
   join campaign_group_state g on g.number = counted.group_number
   group by begins, g.name, g.campaign, list, action, result
   order by begins, g.name`,
);
const PERIODS = statement(
  'campaign-periods',
  `select status, dial_mode, waiting, greatest(began_at, $2) as began_at, coalesce(ended_at, $3) as ended_at
   from campaign_period where group_number = $1 and coalesce(ended_at, $3) > $2`,
);
const WAITING = statement(
  'campaign-period-waiting',
  'select waiting from campaign_period where group_number = $1 and ended_at is null for update',
);
const NEXT_PERIOD = statement(
  'campaign-period-next',
  `with ended as (
     update campaign_period set ended_at = $2 where group_number = $1 and ended_at is null
     returning group_number, name, status, dial_mode)
   select group_number, name, status, dial_mode from ended`,
);
const BEGIN_WAITING = statement(
  'campaign-period-begin-waiting',
  `insert into campaign_period (group_number, name, status, dial_mode, waiting, began_at) values ($1, $2, $3, $4, $5, $6)`,
);
/** The quarter in which a loaded group was loaded stays in single rows: it is counted from the load on. */
const SUM_UP = statement(
  'campaign-count-sum-up',
  `with moved as (
     delete from campaign_action a where at < $1 and not exists (
       select 1 from campaign_group_state g
       where g.number = a.group_number and g.state <> 'NotLoaded'
         and date_bin('15 minutes', g.loaded_at, 'epoch'::timestamptz) = date_bin('15 minutes', a.at, 'epoch'::timestamptz))
     returning group_number, list, action, result, count, at)
   insert into campaign_count (quarter, group_number, list, action, result, count)
   select date_bin('15 minutes', at, 'epoch'::timestamptz) as quarter, group_number, list, action, result, sum(count)
   from moved group by quarter, group_number, list, action, result
   on conflict (group_number, quarter, list, action, result) do update set count = campaign_count.count + excluded.count`,
);
const PURGE_COUNTS = statement('campaign-count-purge', 'delete from campaign_count where quarter < $1');
const PURGE_PERIODS = statement('campaign-period-purge', 'delete from campaign_period where ended_at < $1');

const HOUR_MS = 3_600_000;
/** The speed of processing is taken from the last so many milliseconds. */
const SPEED_WINDOW_MS = HOUR_MS;

/**
 * What is counted while campaign groups dial. Every event is a row of its own, written in the transaction of the event;
 * older rows are summed up by quarters of an hour, so that history stays small and nobody waits for a counter.
 */
export class CampaignStatistics {
  readonly #database: Database;
  readonly #configuration: CampaignConfiguration;
  readonly #lists: Pick<CallingLists, 'ready'>;
  readonly #occupancy: (agentGroup: string) => Promise<Occupancy>;
  readonly #mostAbandoned: (group: GroupView) => number;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(parts: {
    database: Database;
    configuration: CampaignConfiguration;
    lists: Pick<CallingLists, 'ready'>;
    occupancy: (agentGroup: string) => Promise<Occupancy>;
    mostAbandoned: (group: GroupView) => number;
    clock: Clock;
    log: Logger;
  }) {
    this.#database = parts.database;
    this.#configuration = parts.configuration;
    this.#lists = parts.lists;
    this.#occupancy = parts.occupancy;
    this.#mostAbandoned = parts.mostAbandoned;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /**
   * Counts an event of dialing in its transaction.
   * @returns who is to look at its counts, if the event counts for one
   */
  async note(tx: Transaction, event: DialingEvent): Promise<CountedFor> {
    if (event.type === 'waiting') {
      await this.#noteWaiting(tx, event);
      return {};
    }
    const counted = actionOf(event);
    if (!counted) return {};
    const { list, action, result, count } = counted;
    const values = [event.group, list, action, result, count, instant(event.at)];
    if (event.type !== 'dial' && event.type !== 'contact') {
      await tx.query(NOTE, values);
      return {};
    }
    const increments = event.type === 'dial' ? [1, 0] : [0, 1];
    const [item] = await tx.query<{ sequence: string | null; schedule: string | null }>(NOTE_OF_ITEM, [
      ...values,
      ...increments,
    ]);
    return {
      ...(item?.sequence != null && { sequence: item.sequence }),
      ...(item?.schedule != null && { schedule: item.schedule }),
    };
  }

  /** Counts since the group was loaded; since an hour ago for one that is not. */
  async live(group: GroupView): Promise<LiveStatistics> {
    const now = this.#clock.now();
    const since = group.loadedAt ?? now - HOUR_MS;
    const recently = Math.max(since, now - SPEED_WINDOW_MS);
    const counts = await this.#counts(group.dbid, since);
    const recent = recently === since ? counts : await this.#counts(group.dbid, recently);
    const lists: Record<string, ListStatistics> = {};
    for (const name of this.#listsOf(group.campaign.name)) {
      const { callable, waiting } = await this.#lists.ready(name, now);
      const processed = figuresOf(recent.filter(({ list }) => list === name)).processed;
      lists[name] = {
        ...summary(counts.filter(({ list }) => list === name)),
        ready: callable,
        waiting,
        timeToComplete: timeToComplete(callable + waiting, processed, now - recently),
      };
    }
    const left = Object.values(lists).reduce((total, { ready, waiting }) => total + ready + waiting, 0);
    const agents = await this.#occupancy(group.group.name);
    const available = agents.ready + agents.occupied;
    const { durations, waitingFor } = await this.#durations(group.dbid, since, now);
    return {
      ...summary(counts),
      since,
      lists,
      agents,
      busyFactor: available > 0 ? Math.round((agents.occupied / available) * 10_000) / 10_000 : null,
      timeToComplete: timeToComplete(left, figuresOf(recent).processed, now - recently),
      overdialLimit: this.#mostAbandoned(group),
      waitingFor,
      durations,
    };
  }

  /** What was counted by intervals, oldest first; intervals without an event have no row. */
  async history(query: HistoryQuery): Promise<HistoryRow[]> {
    interface Row extends CountedAction {
      begins: number;
      name: string;
      campaign: string;
    }
    const rows = await this.#database.query<Row>(HISTORY, [
      instant(query.from),
      instant(query.until),
      query.intervalMinutes,
    ]);
    const groups = new Map<string, { from: number; object: string; counts: CountedAction[] }>();
    for (const row of rows) {
      const object = objectOf(query.by, row);
      if (query.object !== undefined && object !== query.object) continue;
      const key = `${row.begins} ${object}`;
      const known = groups.get(key) ?? { from: row.begins, object, counts: [] };
      known.counts.push(row);
      groups.set(key, known);
    }
    return [...groups.values()].map(({ from, object, counts }) => ({ from, object, ...summary(counts) }));
  }

  /** Sums up what is older than an hour, and deletes what is older than `retentionDays`. */
  async upkeep(retentionDays: number): Promise<void> {
    const now = this.#clock.now();
    await this.#database.query(SUM_UP, [instant(now - HOUR_MS)]);
    const oldest = instant(now - retentionDays * 24 * HOUR_MS);
    await this.#database.query(PURGE_COUNTS, [oldest]);
    await this.#database.query(PURGE_PERIODS, [oldest]);
    this.#log.debug({ retentionDays }, 'Statistics of campaigns were summed up');
  }

  #listsOf(campaign: string): string[] {
    return (this.#configuration.object('campaigns', campaign)?.callingLists ?? []).map(({ name }) => name);
  }

  #counts(group: number, since: number): Promise<CountedAction[]> {
    return this.#database.query<CountedAction>(COUNTS, [group, instant(since)]);
  }

  async #durations(
    group: number,
    since: number,
    now: number,
  ): Promise<{ durations: Record<string, number>; waitingFor: string[] }> {
    interface Row {
      status: string;
      dial_mode: string;
      waiting: string;
      began_at: number;
      ended_at: number;
    }
    const rows = await this.#database.query<Row>(PERIODS, [group, instant(since), instant(now)]);
    const durations: Record<string, number> = {};
    const add = (name: string, milliseconds: number) => {
      durations[name] = (durations[name] ?? 0) + Math.round(milliseconds / 1000);
    };
    for (const { status, dial_mode, waiting, began_at, ended_at } of rows) {
      add(`Status${status}`, ended_at - began_at);
      add(`Mode${dial_mode}`, ended_at - began_at);
      for (const what of waitsOf(waiting)) {
        add(`StatusWaiting${what.charAt(0).toUpperCase()}${what.slice(1)}`, ended_at - began_at);
      }
    }
    return { durations, waitingFor: waitsOf(rows.at(-1)?.waiting ?? '') };
  }

  async #noteWaiting(tx: Transaction, event: Extract<DialingEvent, { type: 'waiting' }>): Promise<void> {
    const [open] = await tx.query<{ waiting: string }>(WAITING, [event.group]);
    if (!open) return;
    const waits = new Set(waitsOf(open.waiting));
    if (waits.has(event.for) === event.on) return;
    if (event.on) waits.add(event.for);
    else waits.delete(event.for);
    const [ended] = await tx.query<{ group_number: number; name: string; status: string; dial_mode: string }>(
      NEXT_PERIOD,
      [event.group, instant(event.at)],
    );
    if (!ended) return;
    const { group_number, name, status, dial_mode } = ended;
    const waiting = [...waits].sort().join(',');
    await tx.query(BEGIN_WAITING, [group_number, name, status, dial_mode, waiting, instant(event.at)]);
  }
}

function waitsOf(text: string): string[] {
  return text === '' ? [] : text.split(',');
}

/** Counts with what follows from them; `LeadProcessed` is the sum of all leads. */
function summary(counts: readonly CountedAction[]): Counts {
  const actions: Record<string, number> = {};
  for (const { action, result, count } of counts) {
    const name = actionName(action, result);
    actions[name] = (actions[name] ?? 0) + count;
    if (action === LEAD) actions.LeadProcessed = (actions.LeadProcessed ?? 0) + count;
  }
  return { actions, ...figuresOf(counts) };
}

function objectOf(by: StatisticObject, row: { name: string; campaign: string; list: string }): string {
  switch (by) {
    case 'campaign':
      return row.campaign;
    case 'campaign-group':
      return row.name;
    case 'calling-list':
      return row.list;
    case 'campaign-calling-list':
      return `${row.campaign}@${row.list}`;
  }
}
