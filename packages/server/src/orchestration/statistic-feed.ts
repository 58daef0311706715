import { type Activity, type Clock, DatabaseUnavailable, instant, type Logger, type Timer } from '../kernel/index.js';
import type { Router } from '../routing/index.js';
import type { Database } from '../store/index.js';
import { type Sql, statement, type Transaction } from '../store/sql.js';
import type { Post } from './actions.js';
import type { StatisticValues } from './statistic-values.js';

const CHANNEL = 'statistic_feed';
/** How often values are compared with what sessions know. */
const PERIOD_MS = 1_000;
/** Changed values that are told in one transaction. */
const BATCH = 200;
/** Subscriptions of one session. */
export const MOST_SUBSCRIPTIONS = 200;

interface Subscription {
  session: string;
  object: string;
  statistic: string;
  interval_ms: number;
  value: number | null;
  told_at: number;
}

const SUBSCRIBE = statement(
  'statistic-subscribe',
  `insert into statistic_subscription (session, object, statistic, interval_ms, value, told_at)
   select $1, $2, $3, $4, $5, $6
    where (select count(*) from statistic_subscription where session = $1) < ${MOST_SUBSCRIPTIONS}
   on conflict do nothing
   returning session`,
);
const IS_SUBSCRIBED = statement(
  'statistic-is-subscribed',
  'select session from statistic_subscription where session = $1 and object = $2 and statistic = $3',
);
const UNSUBSCRIBE = statement(
  'statistic-unsubscribe',
  'delete from statistic_subscription where session = $1 and object = $2 and statistic = $3 returning session',
);
const SUBSCRIPTIONS = statement(
  'statistic-subscriptions',
  'select session, object, statistic, interval_ms, value, told_at from statistic_subscription order by object, statistic',
);
const FORGET_ENDED = statement(
  'statistic-forget-ended',
  `delete from statistic_subscription using session
    where session.id = statistic_subscription.session and session.state not in ('running', 'scheduled')`,
);
const TOLD = statement(
  'statistic-told',
  `update statistic_subscription set value = $4, told_at = $5
    where session = $1 and object = $2 and statistic = $3
   returning session`,
);

/**
 * Tells sessions when a statistic that they have subscribed to has changed: `statistic.update`, at most once in the
 * interval that they asked for. Subscriptions are rows. The node that owns the router compares all of them once a second
 * while there are any, each value once; the others wait for their turn to own it.
 */
export class StatisticFeed {
  #timer: Timer | undefined;
  #isStopped = true;
  #stopListening: (() => void) | undefined;
  #comparing: Promise<void> | undefined;

  constructor(
    private readonly parts: {
      database: Database;
      router: Router;
      values: StatisticValues;
      post: Post;
      clock: Clock;
      activity: Activity;
      log: Logger;
    },
  ) {}

  async start(): Promise<void> {
    this.#isStopped = false;
    this.#stopListening = await this.parts.database.listen(CHANNEL, () => this.#arm());
    this.#arm();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#stopListening?.();
    await this.#comparing;
  }

  /** @returns false if the session has that subscription already, undefined if it has too many */
  async subscribe(
    tx: Transaction,
    session: string,
    { object, statistic, intervalMs }: { object: string; statistic: string; intervalMs: number },
  ): Promise<boolean | undefined> {
    const { values, clock, database } = this.parts;
    const value = (await values.value(session, object, statistic)) ?? null;
    const now = instant(clock.now());
    const [added] = await tx.query(SUBSCRIBE, [session, object, statistic, intervalMs, value, now]);
    if (added) {
      tx.afterCommit(() => {
        this.#arm();
        database.signal(CHANNEL);
      });
      return true;
    }
    return (await tx.query(IS_SUBSCRIBED, [session, object, statistic])).length > 0 ? false : undefined;
  }

  /** @returns false if the session has no such subscription */
  async unsubscribe(sql: Sql, session: string, object: string, statistic: string): Promise<boolean> {
    return (await sql.query(UNSUBSCRIBE, [session, object, statistic])).length > 0;
  }

  #arm(): void {
    const { clock } = this.parts;
    if (this.#isStopped || this.#timer) return;
    this.#timer = clock.at(clock.now() + PERIOD_MS, () => this.#tick());
  }

  #tick(): void {
    const { activity, log, router } = this.parts;
    this.#timer = undefined;
    if (this.#isStopped) return;
    if (!router.isOwner) {
      this.#arm();
      return;
    }
    this.#comparing = activity.run(async () => {
      try {
        if (await this.#compare()) this.#arm();
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) log.error({ err: error }, 'statistics could not be compared');
        this.#arm();
      }
    });
  }

  /** @returns false if nobody has subscribed to anything */
  async #compare(): Promise<boolean> {
    const { database, clock } = this.parts;
    const all = await database.query<Subscription>(SUBSCRIPTIONS);
    if (all.length === 0) return false;
    await database.query(FORGET_ENDED);
    const now = clock.now();
    const known = new Map<string, number | undefined>();
    const changed: { subscription: Subscription; value: number }[] = [];
    for (const subscription of all) {
      if (now - subscription.told_at < subscription.interval_ms) continue;
      const value = await this.#valueFor(subscription, known);
      if (value !== undefined && value !== subscription.value) changed.push({ subscription, value });
    }
    for (let at = 0; at < changed.length; at += BATCH) await this.#tell(changed.slice(at, at + BATCH), now);
    return true;
  }

  async #valueFor({ session, object, statistic }: Subscription, known: Map<string, number | undefined>) {
    // The current routing point is another one for each session.
    const key = JSON.stringify(object === 'RP' ? [object, statistic, session] : [object, statistic]);
    if (!known.has(key)) known.set(key, await this.parts.values.value(session, object, statistic));
    return known.get(key);
  }

  async #tell(changed: { subscription: Subscription; value: number }[], now: number): Promise<void> {
    const { database, post } = this.parts;
    await database.transaction(async (tx) => {
      for (const { subscription, value } of changed) {
        const { session, object, statistic } = subscription;
        const [told] = await tx.query(TOLD, [session, object, statistic, value, instant(now)]);
        if (told) await post(tx, session, { name: 'statistic.update', data: { object, statistic, value } });
      }
    });
  }
}
