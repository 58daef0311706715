import { type Activity, type Clock, instant, type Logger } from '../kernel/index.js';
import { type Database, type Sql, type Statement, statement, type Transaction } from '../store/index.js';
import { type JournalEntry, type JournalEvent, parsePosition } from './event.js';
import { EVENT_COLUMNS, type EventRow, toEvent } from './event-row.js';
import { Feed, type Subscription, type SubscriptionOptions } from './feed.js';
import { Follower, type FollowerOptions } from './follower.js';
import { createPartitions, dropOldEvents } from './partitions.js';

const RECORD = statement(
  'journal-record',
  `insert into event (at, type, callback, session, call, agent, data)
   select * from unnest(
     $1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[]
   )`,
);
const DEFAULT_HISTORY_LIMIT = 1000;
const DEFAULT_RETENTION_DAYS = 400;
const DAY_MS = 86_400_000;

export interface JournalOptions {
  database: Database;
  clock: Clock;
  activity: Activity;
  log: Logger;
  /** How long events are kept, in days; default 400. */
  retentionDays?: number;
}

/** Whose events, and which page of them. Several subjects must all be concerned. */
export interface HistoryFilter {
  callback?: string;
  session?: string;
  call?: string;
  agent?: string;
  /** Only what was written after the event with this id. */
  after?: string;
  /** At most this many, the oldest; default 1000. */
  limit?: number;
}

/**
 * The record of everything that happened: written in the transaction of what it reports, read as the history of one
 * subject or as the live feed of all. Events are kept in the table `event`, one partition per month.
 */
export class Journal {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #log: Logger;
  readonly #retentionDays: number;
  readonly #feed: Feed;

  constructor(options: JournalOptions) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#activity = options.activity;
    this.#log = options.log;
    this.#retentionDays = options.retentionDays ?? DEFAULT_RETENTION_DAYS;
    this.#feed = new Feed(options);
  }

  /** Hears of other nodes' events and makes the partitions of the months to come; once, before the first event. */
  async start(): Promise<void> {
    await this.upkeep();
    await this.#feed.start();
  }

  /** Ends all subscriptions. */
  stop(): void {
    this.#feed.stop();
  }

  /**
   * Writes events, in the caller's transaction if `sql` is one: then they exist if it commits, and the feed learns of
   * them after that.
   */
  async record(sql: Sql | Transaction, entries: readonly JournalEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await sql.query(RECORD, [
      entries.map((entry) => instant(entry.at)),
      entries.map((entry) => entry.type),
      entries.map((entry) => entry.callback ?? null),
      entries.map((entry) => entry.session ?? null),
      entries.map((entry) => entry.call ?? null),
      entries.map((entry) => entry.agent ?? null),
      entries.map((entry) => JSON.stringify(entry.data)),
    ]);
    if ('afterCommit' in sql) sql.afterCommit(() => this.wake());
    else this.wake();
  }

  /** Tells the feeds, here and on the other nodes, that events were committed; for those not written by `record`. */
  wake(): void {
    this.#feed.wake();
    this.#feed.signalOthers();
  }

  /** The events of a subject, in the order in which they were written. */
  async history(filter: HistoryFilter): Promise<JournalEvent[]> {
    const after = filter.after === undefined ? 0 : (parsePosition(filter.after)?.id ?? 0);
    const subjects = (['callback', 'call', 'session', 'agent'] as const).filter((name) => filter[name] !== undefined);
    const values = subjects.map((name) => filter[name] ?? '');
    const limit = filter.limit ?? DEFAULT_HISTORY_LIMIT;
    const rows = await this.#database.query<EventRow>(historyStatement(subjects), [after, limit, ...values]);
    return rows.map(toEvent);
  }

  /**
   * The live feed: every event once, in one order for all, soon after its commit. With `after` it begins with what was
   * missed since that event, of the last hour.
   */
  subscribe(options: SubscriptionOptions): Subscription {
    return this.#feed.subscribe(options);
  }

  /** Somebody who works through the journal and keeps a place in it; `start` begins. */
  follower(options: FollowerOptions): Follower {
    const ground = { database: this.#database, activity: this.#activity, log: this.#log };
    return new Follower({ ...ground, subscribe: (subscription) => this.subscribe(subscription) }, options);
  }

  /** Makes the partitions of this month and the next two, and drops what is older than the retention. */
  async upkeep(): Promise<void> {
    const now = this.#clock.now();
    await createPartitions(this.#database, now, this.#log);
    await dropOldEvents(this.#database, now - this.#retentionDays * DAY_MS, this.#log);
  }
}

const historyStatements = new Map<string, Statement>();

/** One statement for each combination of subjects, so that each is planned with the index that serves it. */
function historyStatement(subjects: readonly string[]): Statement {
  const name = ['journal-history', ...subjects].join('-');
  let prepared = historyStatements.get(name);
  if (!prepared) {
    const conditions = subjects.map((subject, index) => ` and ${subject} = $${index + 3}`);
    prepared = statement(
      name,
      `select ${EVENT_COLUMNS} from event where id > $1${conditions.join('')} order by id limit $2`,
    );
    historyStatements.set(name, prepared);
  }
  return prepared;
}
