import { type Activity, type Clock, instant, type JsonObject, type Logger } from '../kernel/index.js';
import type { Standing } from '../routing/index.js';
import { type Database, DueWork, statement, type Transaction } from '../store/index.js';
import { isWorthTelling, nextLook, type ToldPosition } from './position-steps.js';
import type { SessionStarter } from './sessions.js';

/** A session that waits in line and is told where it stands. */
export interface PositionWatch {
  session: string;
  /** The waiting request whose place it is. */
  request: string;
  /** How long its place is not looked at again, at least and at most. */
  leastMs: number;
  mostMs: number;
}

interface WatchRow {
  session: string;
  request: string;
  least: number;
  most: number;
  position: number | null;
  eta: number | null;
}

const WATCH = statement(
  'callback-position-watch',
  `insert into callback_position_watch (session, request, least, most, due_at) values ($1, $2, $3, $4, $5)
   on conflict (session) do update
      set request = excluded.request, least = excluded.least, most = excluded.most, position = null, eta = null,
          due_at = excluded.due_at`,
);
const FORGET = statement('callback-position-forget', 'delete from callback_position_watch where session = $1');
const NEXT = statement('callback-position-next', 'select min(due_at) as due from callback_position_watch');
/** Takes what is due for a while: what a node takes along when it dies is due again afterwards. */
const CLAIM = statement(
  'callback-position-claim',
  `with due as (
     select session from callback_position_watch where due_at <= $1 order by due_at limit $2 for update skip locked
   )
   update callback_position_watch w set due_at = $3 from due where w.session = due.session
   returning w.session, w.request, w.least, w.most, w.position, w.eta`,
);
const LATER = statement(
  'callback-position-later',
  `update callback_position_watch w set due_at = l.due_at
     from unnest($1::text[], $2::text[], $3::timestamptz[]) as l (session, request, due_at)
    where w.session = l.session and w.request = l.request`,
);
const TOLD = statement(
  'callback-position-told',
  `update callback_position_watch set position = $3, eta = $4, due_at = $5 where session = $1 and request = $2
   returning session`,
);

const BATCH = 200;
const LEASE_MS = 30_000;
/** What a session hears. */
const EVENT = 'callback.position';

/**
 * Tells sessions where they stand in line, instead of being asked: at once, and then whenever the place or the expected
 * wait has changed by a step worth telling. A look at the line costs no macrostep of the session; it is taken the more
 * often the nearer the turn is. A watch ends with the request, or with the session.
 */
export class PositionWatches {
  readonly #work: DueWork<WatchRow>;

  constructor(
    private readonly parts: {
      database: Database;
      clock: Clock;
      activity: Activity;
      log: Logger;
      sessions: Pick<SessionStarter, 'post'>;
      /** Where a waiting request stands; undefined when it does not wait any more. */
      standingOf: (request: string) => Promise<Standing | undefined>;
    },
  ) {
    const { database, clock, activity, log } = parts;
    this.#work = new DueWork<WatchRow>({
      ...{ database, clock, activity, log, batch: BATCH },
      name: 'places in line to look at',
      nextDue: async () => (await database.query<{ due: number | null }>(NEXT))[0]?.due ?? undefined,
      claim: (now, limit) => database.query<WatchRow>(CLAIM, [instant(now), limit, instant(now + LEASE_MS)]),
      run: (rows) => this.#look(rows),
    });
  }

  start(): Promise<void> {
    return this.#work.start();
  }

  stop(): Promise<void> {
    return this.#work.stop();
  }

  /** Begins to tell a session, or begins anew. */
  async watch(tx: Transaction, { session, request, leastMs, mostMs }: PositionWatch): Promise<void> {
    const now = this.parts.clock.now();
    await tx.query(WATCH, [session, request, Math.round(leastMs), Math.round(mostMs), instant(now)]);
    tx.afterCommit(() => this.#work.wake(now));
  }

  async forget(tx: Transaction, session: string): Promise<void> {
    await tx.query(FORGET, [session]);
  }

  async #look(rows: readonly WatchRow[]): Promise<void> {
    const { clock, database } = this.parts;
    const later: { session: string; request: string; due: string }[] = [];
    for (const row of rows) {
      const standing = await this.parts.standingOf(row.request);
      const due = instant(clock.now() + nextLook(standing, { least: row.least, most: row.most }));
      if (!standing || isWorthTelling(toldTo(row), standing)) await this.#tell(row, standing, due);
      else later.push({ session: row.session, request: row.request, due });
    }
    if (later.length === 0) return;
    await database.query(LATER, [
      later.map(({ session }) => session),
      later.map(({ request }) => request),
      later.map(({ due }) => due),
    ]);
  }

  async #tell({ session, request }: WatchRow, standing: Standing | undefined, due: string): Promise<void> {
    await this.parts.database.transaction(async (tx) => {
      const told = standing && [session, request, standing.position, standing.ewtSeconds, due];
      const [watched] = told ? await tx.query(TOLD, told) : [];
      const event = standing && { name: EVENT, data: positionData(request, standing) };
      const isTaken = watched && event && (await this.parts.sessions.post(tx, session, event)) !== false;
      if (!isTaken) await this.forget(tx, session);
    });
  }
}

function toldTo({ position, eta }: WatchRow): ToldPosition | undefined {
  return position === null || eta === null ? undefined : { position, ewtSeconds: eta };
}

/** As `queue.query.done` has it. */
function positionData(request: string, standing: Standing): JsonObject {
  return {
    requestid: request,
    positioninqueue: standing.position,
    totalinqueue: standing.total,
    invqwaittime: standing.ewtSeconds,
    invqwaittimelow: standing.ewtLowSeconds,
    invqwaittimehigh: standing.ewtHighSeconds,
  };
}
