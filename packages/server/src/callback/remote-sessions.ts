import { type Activity, type Clock, instant, type JsonObject, type Logger, RingbackError } from '../kernel/index.js';
import { type Database, DueWork, type Sql, statement, type Transaction } from '../store/index.js';
import type { OrchestrationServers, RemoteSession } from './orchestration-servers.js';

/** A session on another server, and the callback that it works for. */
export interface CallbackRemoteSession extends RemoteSession {
  callback: string;
}

/** `service` is what a session works for as its server sees it: the callback. */
const SESSION = 'r.callback, r.callback as service, r.session, r.server, r.cookie';

const KEEP = statement(
  'callback-remote-session-keep',
  `insert into callback_remote_session (callback, session, server, cookie, asked_at, ending_at)
   values ($1, $2, $3, $4, $5, $6)`,
);
const OF_CALLBACK = statement(
  'callback-remote-session-of-callback',
  `select ${SESSION} from callback_remote_session r join callback c on c.id = r.callback and c.session = r.session
    where r.callback = $1 and r.ending_at is null`,
);
const WORKING = statement(
  'callback-remote-session-working',
  `select ${SESSION} from callback_remote_session r where r.session = $1 and r.ending_at is null`,
);
const END = statement(
  'callback-remote-session-end',
  'update callback_remote_session set ending_at = $2 where session = $1 and ending_at is null returning session',
);
/** What belongs to no callback any more, or to one whose session is another by now. */
const FORGET = statement(
  'callback-remote-session-forget',
  `delete from callback_remote_session r
    where ending_at is null
      and not exists (select from callback c where c.id = r.callback and c.session = r.session and c.state <> 'COMPLETED')`,
);
const DONE = statement(
  'callback-remote-session-done',
  'delete from callback_remote_session where callback = $1 and session = $2',
);
const NEXT_END = statement(
  'callback-remote-session-next-end',
  'select min(ending_at) as due from callback_remote_session where ending_at is not null',
);
/** Takes what is due for the time of one attempt: what a node takes along when it dies is due again afterwards. */
const CLAIM_ENDS = statement(
  'callback-remote-session-claim-ends',
  `with due as (
     select callback, session from callback_remote_session
      where ending_at <= $1 order by ending_at limit $2 for update skip locked
   )
   update callback_remote_session r set ending_at = $3, attempts = r.attempts + 1
     from due where r.callback = due.callback and r.session = due.session
   returning ${SESSION}, r.attempts`,
);
/** Callbacks of a service ($1) by desired time ($2, $3) whose session's server has not been asked since $4. */
const CLAIM_QUESTIONS = statement(
  'callback-remote-session-claim-questions',
  `with due as (
     select r.callback, r.session from callback_remote_session r
       join callback c on c.id = r.callback and c.session = r.session
      where r.ending_at is null and r.asked_at <= $4 and c.service = $1 and c.state <> 'COMPLETED' and c.submit_at is null
        and c.desired_at between $2 and $3
      order by r.asked_at limit $6 for update of r skip locked
   )
   update callback_remote_session r set asked_at = $5 from due
    where r.callback = due.callback and r.session = due.session
   returning ${SESSION}`,
);
const ANSWERED = statement(
  'callback-remote-session-answered',
  'update callback_remote_session set unanswered = 0 where callback = $1 and session = $2 and unanswered > 0',
);
const UNANSWERED = statement(
  'callback-remote-session-unanswered',
  `update callback_remote_session set unanswered = unanswered + 1 where callback = $1 and session = $2
   returning unanswered`,
);

const BATCH = 20;
const LEASE_MS = 60_000;
/** A server that is gone for so long is not asked any more to end a session. */
const MOST_ATTEMPTS = 30;

/**
 * The sessions that work for callbacks on other orchestration servers.
 *
 * A row is there from the moment that its session is known until the session is over as far as anybody here is concerned.
 * To end one is stored with what causes it, and carried out afterwards: again and again while the server is away.
 */
export class RemoteCallbackSessions {
  readonly #ends: DueWork<CallbackRemoteSession & { attempts: number }>;

  constructor(
    private readonly parts: {
      database: Database;
      clock: Clock;
      activity: Activity;
      log: Logger;
      servers: OrchestrationServers;
    },
  ) {
    const { database, clock, activity, log } = parts;
    this.#ends = new DueWork({
      ...{ database, clock, activity, log, batch: BATCH },
      name: 'sessions on other servers to end',
      nextDue: async () => (await database.query<{ due: number | null }>(NEXT_END))[0]?.due ?? undefined,
      claim: (now, limit) => database.query(CLAIM_ENDS, [instant(now), limit, instant(now + LEASE_MS)]),
      run: async (sessions) => void (await Promise.all(sessions.map((session) => this.#end(session)))),
    });
  }

  start(): Promise<void> {
    return this.#ends.start();
  }

  stop(): Promise<void> {
    return this.#ends.stop();
  }

  /** @param isWanted false: it has come too late, and is ended at once */
  async keep(tx: Transaction, callback: string, session: RemoteSession, isWanted: boolean): Promise<void> {
    const now = this.parts.clock.now();
    const ending = isWanted ? null : instant(now);
    await tx.query(KEEP, [callback, session.session, session.server, session.cookie, instant(now), ending]);
    if (!isWanted) tx.afterCommit(() => this.#ends.wake(now));
  }

  /** The session that works for a callback on another server. */
  async of(sql: Sql, callback: string): Promise<RemoteSession | undefined> {
    return (await sql.query<RemoteSession>(OF_CALLBACK, [callback]))[0];
  }

  /** Has a session ended; false when there is none of that id. */
  async terminate(tx: Transaction, session: string): Promise<boolean> {
    const now = this.parts.clock.now();
    const [ending] = await tx.query(END, [session, instant(now)]);
    if (ending) tx.afterCommit(() => this.#ends.wake(now));
    return ending !== undefined;
  }

  /** Sends an event to a session after the commit, without holding anything up; false when there is none of that id. */
  async post(tx: Transaction, session: string, event: { name: string; data?: JsonObject }): Promise<boolean> {
    const [known] = await tx.query<CallbackRemoteSession>(WORKING, [session]);
    if (!known) return false;
    const { activity, servers } = this.parts;
    tx.afterCommit(() => void activity.run(() => servers.tell(known, event.name, event.data)));
    return true;
  }

  /** Sessions whose servers are to be asked now; each is asked by one node. */
  async toAsk(service: string, desired: { from: number; to: number }, askedBefore: number) {
    const { database, clock } = this.parts;
    return database.query<CallbackRemoteSession>(CLAIM_QUESTIONS, [
      ...[service, instant(desired.from), instant(desired.to), instant(askedBefore), instant(clock.now())],
      BATCH,
    ]);
  }

  /**
   * Asks the server whether a session lives.
   * @returns how many times in a row its server has not answered, when it has not
   */
  async ask(session: CallbackRemoteSession): Promise<'lives' | 'gone' | { unanswered: number }> {
    const { database, servers, log } = this.parts;
    const key = [session.callback, session.session];
    try {
      const lives = await servers.isRunning(session);
      await database.query(ANSWERED, key);
      return lives ? 'lives' : 'gone';
    } catch (error) {
      if (!isAway(error)) throw error;
      log.warn(
        { callback: session.callback, server: session.server, reason: error.message },
        'a server is not reached',
      );
      const [row] = await database.query<{ unanswered: number }>(UNANSWERED, key);
      return { unanswered: row?.unanswered ?? 0 };
    }
  }

  /** Forgets sessions that are of no concern any more. */
  async purge(): Promise<void> {
    await this.parts.database.query(FORGET);
  }

  async #end(session: CallbackRemoteSession & { attempts: number }): Promise<void> {
    const { database, servers, log } = this.parts;
    const isOver = await servers.terminate(session);
    if (!isOver && session.attempts < MOST_ATTEMPTS) return;
    if (!isOver) log.warn({ callback: session.callback, server: session.server }, 'a session there is left alone');
    await database.query(DONE, [session.callback, session.session]);
  }
}

/** The servers cannot be reached, or cannot do what is asked of them. */
export function isAway(error: unknown): error is RingbackError {
  return error instanceof RingbackError && error.code === 'orchestration-failed';
}
