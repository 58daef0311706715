import { type Activity, type Clock, instant, type JsonObject, type Logger, RingbackError } from '../kernel/index.js';
import { type Database, DueWork, statement, type Transaction } from '../store/index.js';
import type { SessionStarter } from './sessions.js';

interface Notice {
  id: number;
  callback: string;
  event: string;
  kind: 'httpcb' | 'orscb';
  target: string;
  guarded: boolean;
  body: JsonObject;
  attempts: number;
  most_attempts: number;
}

/** A reminder that has been told is due no more; the others wait for the ones of their callback that came before. */
const NEXT = statement(
  'callback-notice-next',
  `select min(n.due_at) as due from callback_notice n
    where n.reminder or not exists (
      select 1 from callback_notice e where e.callback = n.callback and e.id < n.id and not e.reminder)`,
);
/** Takes what is due for the time of one attempt: what a node takes along when it dies is due again afterwards. */
const CLAIM = statement(
  'callback-notice-claim',
  `with due as (
     select n.id from callback_notice n
      where n.due_at <= $1 and (n.reminder or not exists (
        select 1 from callback_notice e where e.callback = n.callback and e.id < n.id and not e.reminder))
      order by n.due_at, n.id limit $2 for update skip locked
   )
   update callback_notice n set due_at = $3, attempts = n.attempts + 1
     from due where n.id = due.id
   returning n.id, n.callback, n.event, n.kind, n.target, n.guarded, n.body, n.attempts, n.most_attempts`,
);
const AGAIN = statement('callback-notice-again', 'update callback_notice set due_at = $2 where id = $1');
const DONE = statement('callback-notice-done', 'delete from callback_notice where id = $1');

const TIMEOUT_MS = 10_000;
/** Longer than an attempt lasts. */
const LEASE_MS = 2 * TIMEOUT_MS;
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;
const BATCH = 50;

/** Sends one event to an address; resolves with the HTTP status. */
export type StatusPost = (
  request: { url: string; body: string; headers: Record<string, string>; timeoutMs: number },
  options: { guarded: boolean },
) => Promise<number>;

/**
 * Delivers what is told of callbacks: `httpcb` by HTTP POST of a JSON object, taken when the answer is 200; `orscb` as an
 * event into a session. At least once and in order for each callback; the header `idempotency-key` names the notice, so
 * that a repetition is harmless. What is refused is tried again after 10 s, doubling up to 5 minutes, as often as the
 * service says, and then given up.
 */
export class StatusDelivery {
  readonly #work: DueWork<Notice>;

  constructor(
    private readonly parts: {
      database: Database;
      clock: Clock;
      activity: Activity;
      log: Logger;
      sessions: SessionStarter;
      post: StatusPost | undefined;
    },
  ) {
    const { database, clock, activity, log } = parts;
    this.#work = new DueWork<Notice>({
      ...{ database, clock, activity, log, batch: BATCH },
      name: 'status notifications of callbacks',
      nextDue: async () => (await database.query<{ due: number | null }>(NEXT))[0]?.due ?? undefined,
      claim: (now, limit) => database.query<Notice>(CLAIM, [instant(now), limit, instant(now + LEASE_MS)]),
      run: async (notices) => void (await Promise.all(notices.map((notice) => this.#deliver(notice)))),
    });
  }

  start(): Promise<void> {
    return this.#work.start();
  }

  stop(): Promise<void> {
    return this.#work.stop();
  }

  readonly due = (at: number): void => this.#work.wake(at);

  async #deliver(notice: Notice): Promise<void> {
    const { database, clock, log } = this.parts;
    const problem = await this.#problem(notice);
    const { id, callback, event, target, attempts } = notice;
    if (problem !== undefined) {
      const about = { callback, event, target, attempts, problem };
      if (attempts < notice.most_attempts) {
        log.debug(about, 'A status notification was not taken; it is sent again');
        const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1));
        await database.query(AGAIN, [id, instant(clock.now() + pause)]);
        return;
      }
      log.warn(about, 'A status notification was not taken and is given up');
    }
    await database.query(DONE, [id]);
  }

  /** @returns why the target has not taken it; undefined when it has */
  async #problem(notice: Notice): Promise<string | undefined> {
    try {
      return notice.kind === 'orscb' ? await this.#intoSession(notice) : await this.#byHttp(notice);
    } catch (error) {
      if (error instanceof RingbackError && error.code !== 'database-unavailable') return error.message;
      throw error;
    }
  }

  async #byHttp({ id, target, body, guarded }: Notice): Promise<string | undefined> {
    const { post } = this.parts;
    if (!post) return 'this server sends no HTTP requests';
    const headers = { 'content-type': 'application/json', 'idempotency-key': `callback-notice-${id}` };
    const request = { url: target, body: JSON.stringify(body), headers, timeoutMs: TIMEOUT_MS };
    const status = await post(request, { guarded });
    return status === 200 ? undefined : `the target answers ${status}`;
  }

  async #intoSession({ event, target, body }: Notice): Promise<string | undefined> {
    const { database, sessions } = this.parts;
    const taken = await database.transaction((tx: Transaction) =>
      sessions.post(tx, target, { name: event, data: body }),
    );
    return taken === false ? `there is no running session ${target}` : undefined;
  }
}
