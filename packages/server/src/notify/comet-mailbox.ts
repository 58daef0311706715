import { type Clock, instant, type JsonObject, newId, type Timer } from '../kernel/index.js';
import { type Database, type Sql, statement, type Transaction } from '../store/index.js';

interface SessionRow {
  id: string;
  user_id: string;
  channels: string[];
  position: number;
  sent: number;
  batch: number;
  connection: number;
}

interface MessageRow {
  id: number;
  data: JsonObject;
}

/** A client of the push channel. */
export interface CometSession {
  id: string;
  user: string;
  channels: readonly string[];
}

/** What a waiting client hears. */
export interface CometDelivery {
  messages: JsonObject[];
  /** Of the answer, for clients that acknowledge; unchanged when there are no messages. */
  batch: number;
}

const LOCK_USER = statement('comet-lock-user', `select pg_advisory_xact_lock(hashtextextended('comet ' || $1, 0))`);
const PUT = statement(
  'comet-put',
  'insert into comet_message (user_id, data, created_at, expires_at) values ($1, $2, $3, $4)',
);
const OPEN = statement(
  'comet-open',
  `with start as (
     select coalesce(min(id) filter (where not delivered) - 1, max(id), 0) as position
       from comet_message where user_id = $2 and expires_at > $3
   )
   insert into comet_session (id, user_id, channels, position, sent, batch, connection, seen_at)
   select $1, $2, '{}', position, position, 0, 0, $3 from start`,
);
const SESSION = 'id, user_id, channels, position, sent, batch, connection';
const READ = statement('comet-read', `select ${SESSION} from comet_session where id = $1 and seen_at > $2`);
const CHANGE_CHANNELS = statement(
  'comet-change-channels',
  `update comet_session
      set channels = array(select distinct unnest(channels || $2::text[]) except select unnest($3::text[])), seen_at = $4
    where id = $1 returning ${SESSION}`,
);
/** A client that acknowledges the last batch has what was sent to it; one that does not is sent it again. */
const CONNECT = statement(
  'comet-connect',
  `update comet_session
      set connection = connection + 1, seen_at = $3,
          position = case when $2::bigint is null or $2 >= batch then sent else position end,
          sent = case when $2::bigint is null or $2 >= batch then sent else position end
    where id = $1 returning ${SESSION}`,
);
const STILL_WAITING = statement(
  'comet-still-waiting',
  `select ${SESSION} from comet_session where id = $1 and connection = $2`,
);
const MESSAGES = statement(
  'comet-messages',
  'select id, data from comet_message where user_id = $1 and id > $2 and expires_at > $3 order by id limit $4',
);
/** Fenced by the connection's number: two requests of one client never take the same messages. */
const SENT = statement(
  'comet-sent',
  `update comet_session set sent = $3, batch = batch + 1, seen_at = $4
    where id = $1 and connection = $2 and sent < $3 returning batch`,
);
const DELIVERED = statement(
  'comet-delivered',
  'update comet_message set delivered = true where user_id = $1 and id <= $2 and not delivered',
);
const CLOSE = statement('comet-close', 'delete from comet_session where id = $1 returning id');
const PURGE_SESSIONS = statement('comet-purge-sessions', 'delete from comet_session where seen_at <= $1');
const PURGE_MESSAGES = statement('comet-purge-messages', 'delete from comet_message where expires_at <= $1');

const CHANNEL = 'comet_message';
/** Messages of one answer. */
const MOST_MESSAGES = 100;
/** A client that is silent for so long has gone; it shakes hands again when it comes back. */
const SESSION_MS = 300_000;
/** Waiting clients look for themselves so often, in case a signal of another node was lost. */
const RECHECK_MS = 10_000;

/**
 * Messages for the CometD sessions of users, stored until they are read or expire. Nothing of a session is kept in a
 * process: any node serves its next request. A message goes to every session of its user that is open, and if none is, to
 * the first that opens; a session that acknowledges (Bayeux extension `ack`) is sent again what it has not acknowledged.
 */
export class CometMailbox {
  readonly #waiting = new Map<string, Set<() => void>>();
  #stopListening: (() => void) | undefined;
  #closed = false;

  /** @param network real time, also where the product's clock stands still: it times how long requests are held */
  constructor(private readonly parts: { database: Database; clock: Clock; network: Clock }) {}

  async start(): Promise<void> {
    this.#stopListening = await this.parts.database.listen(CHANNEL, (user) => this.#wake(user));
  }

  /** Lets all that wait go. */
  stop(): void {
    this.#closed = true;
    this.#stopListening?.();
    for (const user of [...this.#waiting.keys()]) this.#wake(user);
  }

  /** Stores a message for a user in the caller's transaction. Messages of one user are read in the order of commits. */
  async put(tx: Transaction, user: string, data: JsonObject, ttlSeconds: number): Promise<void> {
    const now = this.parts.clock.now();
    await tx.query(LOCK_USER, [user]);
    await tx.query(PUT, [user, data, instant(now), instant(now + ttlSeconds * 1000)]);
    tx.afterCommit(() => this.#announce(user));
  }

  /** @param user undefined: nobody's, to which nothing is ever sent */
  async open(user: string | undefined): Promise<string> {
    const id = newId();
    await this.parts.database.query(OPEN, [id, user ?? id, instant(this.parts.clock.now())]);
    return id;
  }

  async session(id: string): Promise<CometSession | undefined> {
    const [row] = await this.parts.database.query<SessionRow>(READ, [id, instant(this.parts.clock.now() - SESSION_MS)]);
    return row && { id: row.id, user: row.user_id, channels: row.channels };
  }

  /** @returns false when there is no such session */
  async changeChannels(id: string, add: readonly string[], remove: readonly string[]): Promise<boolean> {
    const { database, clock } = this.parts;
    const values = [id, add, remove, instant(clock.now())];
    const [row] = await database.query<SessionRow>(CHANGE_CHANNELS, values);
    // A request that waits looks again: it may wait for what has been subscribed to.
    if (row) this.#announce(row.user_id);
    return row !== undefined;
  }

  /** @returns false when there is no such session */
  async close(id: string): Promise<boolean> {
    const [row] = await this.parts.database.query(CLOSE, [id]);
    return row !== undefined;
  }

  /**
   * Waits for messages, which it gets if it has subscribed to one of the channels. A later call for the same session ends an
   * earlier one, which then has none.
   * @param acknowledged number of the last answer that the client has; undefined for clients that do not say it
   * @param holdMs how long it waits, real time
   * @returns undefined when there is no such session (any more)
   */
  async receive(
    id: string,
    channels: readonly string[],
    { acknowledged, holdMs, signal }: { acknowledged?: number | undefined; holdMs: number; signal?: AbortSignal },
  ): Promise<CometDelivery | undefined> {
    const { database, clock, network } = this.parts;
    const reliable = acknowledged !== undefined;
    const [row] = await database.query<SessionRow>(CONNECT, [id, acknowledged ?? null, instant(clock.now())]);
    if (!row) return undefined;
    if (reliable) await database.query(DELIVERED, [row.user_id, row.position]);
    this.#announce(row.user_id);
    const until = network.now() + holdMs;
    for (;;) {
      const wait = this.#waiter(row.user_id);
      try {
        const [current] = await database.query<SessionRow>(STILL_WAITING, [id, row.connection]);
        if (!current) return { messages: [], batch: row.batch };
        const listens = current.channels.some((channel) => channels.includes(channel));
        const delivery = listens ? await this.#take(current, reliable) : undefined;
        if (delivery) return delivery;
        const left = until - network.now();
        if (left <= 0 || this.#closed || signal?.aborted) return { messages: [], batch: current.batch };
        await wait.until(network.now() + Math.min(left, RECHECK_MS), signal);
      } finally {
        wait.end();
      }
    }
  }

  async purge(sql: Sql): Promise<void> {
    const now = this.parts.clock.now();
    await sql.query(PURGE_SESSIONS, [instant(now - SESSION_MS)]);
    await sql.query(PURGE_MESSAGES, [instant(now)]);
  }

  async #take(session: SessionRow, reliable: boolean): Promise<CometDelivery | undefined> {
    const { database, clock } = this.parts;
    const now = instant(clock.now());
    const rows = await database.query<MessageRow>(MESSAGES, [session.user_id, session.sent, now, MOST_MESSAGES]);
    const last = rows.at(-1);
    if (!last) return undefined;
    const [sent] = await database.query<{ batch: number }>(SENT, [session.id, session.connection, last.id, now]);
    if (!sent) return undefined;
    if (!reliable) await database.query(DELIVERED, [session.user_id, last.id]);
    return { messages: rows.map(({ data }) => data), batch: sent.batch };
  }

  /** Wakes who waits for a user, here and on other nodes. */
  #announce(user: string): void {
    this.#wake(user);
    this.parts.database.signal(CHANNEL, user);
  }

  #wake(user: string): void {
    for (const wake of this.#waiting.get(user) ?? []) wake();
  }

  /** Hears of messages from now on, so that none that is committed while the table is read goes unnoticed. */
  #waiter(user: string): { until: (due: number, signal: AbortSignal | undefined) => Promise<void>; end: () => void } {
    let timer: Timer | undefined;
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const waiting = this.#waiting.get(user) ?? new Set();
    this.#waiting.set(user, waiting.add(wake));
    let heard: AbortSignal | undefined;
    return {
      until: (due, signal) => {
        timer = this.parts.network.at(due, wake);
        heard = signal;
        signal?.addEventListener('abort', wake, { once: true });
        return woken;
      },
      end: () => {
        timer?.cancel();
        heard?.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (waiting.size === 0 && this.#waiting.get(user) === waiting) this.#waiting.delete(user);
      },
    };
  }
}
