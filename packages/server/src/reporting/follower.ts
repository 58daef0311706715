import { type Activity, DatabaseUnavailable, type Logger, SystemClock, type Timer } from '../kernel/index.js';
import { type Database, statement, type Transaction } from '../store/index.js';
import type { EventType, JournalEvent, Position } from './event.js';
import { EVENT_COLUMNS, type EventRow, toEvent } from './event-row.js';
import type { Subscription, SubscriptionOptions } from './feed.js';

/** A new follower begins with what happens after its first start: what was before has been dealt with otherwise. */
const ENTER = statement(
  'journal-follower-enter',
  `insert into journal_follower (name, xid, id)
   values ($1, pg_snapshot_xmin(pg_current_snapshot()), 0) on conflict (name) do nothing`,
);
const PLACE = statement(
  'journal-follower-place',
  'select xid::text::int8 as xid, id from journal_follower where name = $1 for update skip locked',
);
const READ = statement(
  'journal-follower-read',
  `select ${EVENT_COLUMNS} from event
    where (xid, id) > ($1::text::xid8, $2::int8) and xid < pg_snapshot_xmin(pg_current_snapshot())
      and type = any($3)
    order by xid, id limit $4`,
);
const MOVE = statement(
  'journal-follower-move',
  'update journal_follower set xid = $2::text::xid8, id = $3 where name = $1',
);

const PAGE = 200;
const RETRY_MS = 1000;

export interface FollowerOptions {
  /** Under which its place is kept; one name, one work. */
  name: string;
  types: readonly EventType[];
  /**
   * Does what follows from the events, in the transaction that notes them as done. Rejecting undoes all of them; they
   * are then handed over one by one, and one that is refused alone is reported and passed over.
   */
  handle: (tx: Transaction, events: readonly JournalEvent[]) => Promise<void>;
}

interface FollowerGround {
  database: Database;
  activity: Activity;
  log: Logger;
  subscribe: (options: SubscriptionOptions) => Subscription;
}

/**
 * Works through the journal: every event of its types once, in order, however often the server stops in between.
 *
 * States: resting until the feed brings an event, then reading page after page until nothing is left. On several nodes
 * the one that holds the place works, the others pass. While the database is away it waits, and goes on from its place.
 */
export class Follower {
  readonly #ground: FollowerGround;
  readonly #options: FollowerOptions;
  /** Retries are paced on real time, also when the product's clock stands still. */
  readonly #pace = new SystemClock();
  #subscription: Subscription | undefined;
  #retry: Timer | undefined;
  #working = false;
  #work: Promise<void> = Promise.resolve();
  #wokenWhileWorking = false;
  #stopped = false;

  constructor(ground: FollowerGround, options: FollowerOptions) {
    this.#ground = ground;
    this.#options = options;
  }

  /** Takes up what happened since it stopped, and goes on with what happens. */
  async start(): Promise<void> {
    const { database, subscribe } = this.#ground;
    await database.query(ENTER, [this.#options.name]);
    this.#subscription = subscribe({ types: this.#options.types, onEvent: () => this.#wake() });
    await this.#subscription.ready;
    this.#wake();
  }

  /** Takes up nothing more; resolves when what is under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#subscription?.close();
    this.#retry?.cancel();
    await this.#work;
  }

  #wake(): void {
    if (this.#stopped) return;
    if (this.#working) {
      this.#wokenWhileWorking = true;
      return;
    }
    this.#working = true;
    this.#work = this.#ground.activity.run(() => this.#workOn());
  }

  /** Never rejects. */
  async #workOn(): Promise<void> {
    this.#retry?.cancel();
    try {
      do {
        this.#wokenWhileWorking = false;
        while (!this.#stopped && (await this.#next()));
      } while (this.#wokenWhileWorking && !this.#stopped);
    } catch (error) {
      const { log } = this.#ground;
      const about = { err: error, follower: this.#options.name };
      if (error instanceof DatabaseUnavailable) log.debug(about, 'A follower of the journal waits for the database');
      else log.error(about, 'A follower of the journal could not go on; it tries again');
      if (!this.#stopped) this.#retry = this.#pace.at(this.#pace.now() + RETRY_MS, () => this.#wake());
    }
    this.#working = false;
  }

  /** @returns whether there was something to do */
  async #next(): Promise<boolean> {
    const { handle } = this.#options;
    try {
      return (await this.#take(PAGE, handle)) > 0;
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw error;
    }
    // Together they were refused: each by itself, so that one cannot hold up the others.
    let taken = 0;
    while (taken < PAGE && !this.#stopped && (await this.#takeOne()) > 0) taken += 1;
    return taken > 0;
  }

  async #takeOne(): Promise<number> {
    const { name, handle } = this.#options;
    try {
      return await this.#take(1, handle);
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw error;
      return await this.#take(1, async (_tx, [event]) => {
        this.#ground.log.error(
          { err: error, follower: name, event },
          'An event could not be dealt with; it is passed over',
        );
      });
    }
  }

  /** Hands the next events over and moves the place, in one transaction. @returns how many there were */
  #take(most: number, handle: FollowerOptions['handle']): Promise<number> {
    const { name, types } = this.#options;
    return this.#ground.database.transaction(async (tx) => {
      const [position] = await tx.query<Position>(PLACE, [name]);
      if (!position) return 0;
      const rows = await tx.query<EventRow>(READ, [String(position.xid), position.id, types, most]);
      const last = rows.at(-1);
      if (!last) return 0;
      await handle(tx, rows.map(toEvent));
      await tx.query(MOVE, [name, String(last.xid), last.id]);
      return rows.length;
    });
  }
}
