import {
  type Activity,
  type Clock,
  DatabaseUnavailable,
  instant,
  type Logger,
  SystemClock,
  type Timer,
} from '../kernel/index.js';
import { type Database, statement } from '../store/index.js';
import { comparePositions, type JournalEvent, type Position, parsePosition } from './event.js';
import { typeFilter } from './event-filter.js';
import { EVENT_COLUMNS, type EventRow, toEvent } from './event-row.js';
import { isOver, type Moment, readMoment } from './moment.js';

const CHANNEL = 'ringback_event';
const PAGE = 500;
/** Shortest time between two readings: under load events are read in batches, 60 times a second. */
const READ_INTERVAL_MS = 16;
/** When an event waits for an older transaction to end: that one says nothing if it wrote no events itself. */
const FIRST_SETTLE_MS = 10;
const LONGEST_SETTLE_MS = 250;
const RETRY_MS = 1000;
const RESUMABLE_MS = 3_600_000;

/**
 * Events after a place, in the order of the feed. Those that are not settled (an older transaction is under way, which
 * may still add events before them) come too, as a sign that there is more to come.
 */
const READ = statement(
  'journal-feed',
  `select ${EVENT_COLUMNS}, xid < pg_snapshot_xmin(pg_current_snapshot()) as settled
   from event
   where (xid, id) > ($1::text::xid8, $2::int8) and at >= $3
   order by xid, id
   limit $4`,
);
/** Which transactions are over now. */
const MOMENT = statement('journal-moment', 'select pg_current_snapshot()::text as snapshot');

const ALWAYS = '-infinity';

export interface SubscriptionOptions {
  /** Event types, `*` standing for anything; absent: all. */
  types?: readonly string[];
  /** Id of the last event that was received; absent or unreadable: only what happens from now on. */
  after?: string;
  onEvent: (event: JournalEvent) => void;
}

export interface Subscription {
  /** Resolves when nothing that is committed from then on will be missed. */
  ready: Promise<void>;
  close(): void;
}

interface Subscriber {
  wants: (type: string) => boolean;
  onEvent: (event: JournalEvent) => void;
  /** The last event it was given, or the place where it began. */
  position: Position;
  /** The moment from which on it listens, for one who does not come back. */
  since: Moment | undefined;
  /** While it catches up: what the feed has read meanwhile. */
  pending: EventRow[] | undefined;
  closed: boolean;
}

interface FeedOptions {
  database: Database;
  /** The product's time: tells which events are of the last hour. */
  clock: Clock;
  activity: Activity;
  log: Logger;
}

/**
 * Reads new events once for all subscribers of this node.
 *
 * States: without subscribers it rests and reads nothing. With the first one it notes the place where it begins; each
 * `wake` is followed by a reading, which hands on what is settled. A subscriber first catches up (from its `after`, or
 * to the place that is current), keeping aside what the feed reads meanwhile, then it is live. While the database is
 * away it waits, and reads on from the same place.
 */
export class Feed {
  readonly #options: FeedOptions;
  /** Readings are paced on real time, also when the product's clock stands still. */
  readonly #pace = new SystemClock();
  readonly #subscribers = new Set<Subscriber>();
  #position: Promise<Position> | undefined;
  #timer: Timer | undefined;
  #timerDue = Number.POSITIVE_INFINITY;
  #reading = false;
  #wokenWhileReading = false;
  #readAt = Number.NEGATIVE_INFINITY;
  #settleMs = FIRST_SETTLE_MS;
  #stopListening: (() => void)[] = [];

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { database } = this.#options;
    this.#stopListening.push(
      await database.listen(CHANNEL, () => this.wake()),
      database.onAvailability((available) => {
        if (available) this.wake();
      }),
    );
  }

  stop(): void {
    for (const stopListening of this.#stopListening.splice(0)) stopListening();
    for (const subscriber of [...this.#subscribers]) this.#remove(subscriber);
  }

  signalOthers(): void {
    this.#options.database.signal(CHANNEL);
  }

  wake(): void {
    if (this.#reading) this.#wokenWhileReading = true;
    else this.#schedule(this.#readAt + READ_INTERVAL_MS);
  }

  subscribe(options: SubscriptionOptions): Subscription {
    const after = options.after === undefined ? undefined : parsePosition(options.after);
    const subscriber: Subscriber = {
      wants: typeFilter(options.types),
      onEvent: options.onEvent,
      position: after ?? { xid: 0, id: 0 },
      since: undefined,
      pending: [],
      closed: false,
    };
    this.#subscribers.add(subscriber);
    return {
      ready: this.#options.activity.run(() => this.#bringUp(subscriber, after !== undefined)),
      close: () => this.#remove(subscriber),
    };
  }

  #remove(subscriber: Subscriber): void {
    subscriber.closed = true;
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size > 0) return;
    this.#position = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerDue = Number.POSITIVE_INFINITY;
  }

  async #bringUp(subscriber: Subscriber, resume: boolean): Promise<void> {
    while (!subscriber.closed) {
      try {
        // The feed's own place is noted first, so that it lies before the subscriber's and leaves no gap to it.
        await this.#begin();
        if (resume) await this.#catchUp(subscriber);
        else subscriber.since = await this.#moment();
        this.#goLive(subscriber);
        return;
      } catch (error) {
        this.#report(error);
        await new Promise<void>((resolve) => this.#pace.at(this.#pace.now() + RETRY_MS, resolve));
      }
    }
  }

  #begin(): Promise<Position> {
    const position = this.#position ?? this.#horizon();
    this.#position = position;
    position.catch(() => {
      // Whoever awaits it hears of the error; the next one asks anew.
      if (this.#position === position) this.#position = undefined;
    });
    return position;
  }

  /** The place after everything that is settled now. */
  async #horizon(): Promise<Position> {
    return { xid: (await this.#moment()).xmin, id: 0 };
  }

  async #moment(): Promise<Moment> {
    const [row] = await this.#options.database.query<{ snapshot: string }>(MOMENT);
    return readMoment(row?.snapshot ?? '');
  }

  /** Gives the subscriber what it has missed, page by page; the last page reaches to what the feed has read since. */
  async #catchUp(subscriber: Subscriber): Promise<void> {
    const { clock } = this.#options;
    const since = instant(clock.now() - RESUMABLE_MS);
    for (let full = true; full && !subscriber.closed; ) {
      subscriber.pending = [];
      const page = await this.#read(subscriber.position, since);
      for (const row of page.settled) this.#give(subscriber, row);
      full = page.full;
    }
  }

  #goLive(subscriber: Subscriber): void {
    const pending = subscriber.pending ?? [];
    subscriber.pending = undefined;
    for (const row of pending) this.#give(subscriber, row);
    this.wake();
  }

  #give(subscriber: Subscriber, row: EventRow): void {
    if (subscriber.closed || comparePositions(row, subscriber.position) <= 0) return;
    subscriber.position = { xid: row.xid, id: row.id };
    // An older transaction is under way still, in whatever database, but this event was there when the subscriber came.
    if (subscriber.since && isOver(row.xid, subscriber.since)) return;
    if (!subscriber.wants(row.type)) return;
    try {
      subscriber.onEvent(toEvent(row));
    } catch (error) {
      this.#options.log.error({ err: error }, 'A subscriber of the event feed failed');
    }
  }

  async #read(position: Position, since: string): Promise<{ settled: EventRow[]; full: boolean; unsettled: boolean }> {
    const { database } = this.#options;
    const rows = await database.query<EventRow & { settled: boolean }>(READ, [
      String(position.xid),
      position.id,
      since,
      PAGE,
    ]);
    const settled = rows.filter((row) => row.settled);
    return { settled, full: settled.length === PAGE, unsettled: settled.length < rows.length };
  }

  #schedule(due: number): void {
    if (this.#subscribers.size === 0 || this.#reading || due >= this.#timerDue) return;
    this.#timer?.cancel();
    this.#timerDue = due;
    this.#timer = this.#pace.at(due, () => void this.#options.activity.run(() => this.#readOn()));
  }

  /** Hands on everything that is settled, then sees when to look again. Never rejects. */
  async #readOn(): Promise<void> {
    this.#timer = undefined;
    this.#timerDue = Number.POSITIVE_INFINITY;
    this.#reading = true;
    this.#wokenWhileReading = false;
    this.#readAt = this.#pace.now();
    let again: number | undefined;
    try {
      const unsettled = await this.#handOn();
      if (unsettled) {
        again = this.#pace.now() + this.#settleMs;
        this.#settleMs = Math.min(LONGEST_SETTLE_MS, this.#settleMs * 2);
      } else {
        this.#settleMs = FIRST_SETTLE_MS;
      }
    } catch (error) {
      this.#report(error);
      again = this.#pace.now() + RETRY_MS;
    }
    this.#reading = false;
    if (again !== undefined) this.#schedule(again);
    if (this.#wokenWhileReading) this.#schedule(this.#readAt + READ_INTERVAL_MS);
  }

  /** @returns whether there are events that are not settled yet */
  async #handOn(): Promise<boolean> {
    for (;;) {
      const begun = this.#begin();
      const page = await this.#read(await begun, ALWAYS);
      // Without subscribers meanwhile, or with new ones and a new place: this reading is nobody's.
      if (this.#position !== begun) return false;
      const last = page.settled.at(-1);
      if (last) this.#position = Promise.resolve({ xid: last.xid, id: last.id });
      for (const row of page.settled) {
        for (const subscriber of this.#subscribers) {
          if (subscriber.pending) subscriber.pending.push(row);
          else this.#give(subscriber, row);
        }
      }
      if (!page.full) return page.unsettled;
    }
  }

  #report(error: unknown): void {
    const { log } = this.#options;
    if (error instanceof DatabaseUnavailable) log.debug({ err: error }, 'The event feed waits for the database');
    else log.error({ err: error }, 'The event feed could not be read');
  }
}
