import {
  type Activity,
  type Clock,
  instant,
  type JsonValue,
  type Logger,
  newId,
  RingbackError,
} from '../kernel/index.js';
import { type Database, DueWork, type Sql, statement, type Transaction } from '../store/index.js';
import type { Channel, Delivered, Delivery } from './channel.js';
import type { CometMailbox } from './comet-mailbox.js';
import { PushSettings } from './push-settings.js';
import type { Address, NewSubscription, NotificationOutcome, Publication, Subscription } from './subscription.js';
import { Subscriptions } from './subscriptions.js';

type OptionMap = Readonly<Record<string, string>>;

interface NotificationRow {
  id: string;
  subscription: string | null;
  reference: string | null;
  tag: string;
  event: string | null;
  type: string;
  device: string;
  provider: string | null;
  auth: string | null;
  language: string | null;
  properties: Record<string, string>;
  message: JsonValue;
  attempts: number;
  most_attempts: number;
}

/** Hands an event to an orchestration session. @returns false when it has ended or never was */
export type TellSession = (
  tx: Transaction,
  session: string,
  event: { name: string; data: { message: JsonValue; id: string } },
) => Promise<boolean>;

/** Takes part in the transaction that stores the outcome. */
export type OutcomeHandler = (tx: Transaction, outcome: NotificationOutcome) => Promise<void>;

const COLUMNS =
  'id, subscription, reference, tag, event, type, device, provider, auth, language, properties, message, attempts, most_attempts';

const ADD = statement(
  'notification-add',
  `insert into notification (
     id, subscription, reference, tag, event, type, device, provider, auth, language, properties, message,
     state, attempts, most_attempts, created_at, due_at
   ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'waiting', 0, $13, $14, $14)
   on conflict (id) do nothing returning id`,
);
const NEXT_DUE = statement(
  'notification-next-due',
  'select min(due_at) as due from notification where due_at is not null',
);
const CLAIM = statement(
  'notification-claim',
  `update notification set due_at = $3, attempts = attempts + 1
    where id in (select id from notification where due_at <= $1 order by due_at, id limit $2 for update skip locked)
   returning ${COLUMNS}`,
);
/** Fenced by the number of the attempt: a sender that lost its lease changes nothing. */
const FINISH = statement(
  'notification-finish',
  `update notification set state = $3, problem = $4, due_at = null, finished_at = $5
    where id = $1 and attempts = $2 and state = 'waiting' returning id`,
);
const AGAIN = statement(
  'notification-again',
  `update notification set due_at = $3, problem = $4 where id = $1 and attempts = $2 and state = 'waiting'`,
);
const PURGE = statement('notification-purge', 'delete from notification where finished_at <= $1');

/** Pauses before the second attempt and those that follow: 1 s, 4 s, 16 s (gms-services.md 6.3), and so on. */
const FIRST_PAUSE_MS = 1000;
const PAUSE_FACTOR = 4;
const LONGEST_PAUSE_MS = 900_000;
const MOST_ATTEMPTS = 3;
/** Longer than any attempt takes: an attempt whose process died is made again after it. */
const LEASE_MS = 120_000;
const BATCH = 20;
const CONCURRENCY = 2;
/** What a user has not read on the CometD channel by then is forgotten, seconds. */
const COMET_TTL_S = 3_600;
const KEPT_MS = 7 * 86_400_000;
/** Seconds; a shorter `defaultSubscriptionExpiration` counts as unset. */
const SHORTEST_EXPIRATION_S = 30;

/** Channels whose upstream services have ended are served by their successor. */
const SUCCESSORS: Readonly<Record<string, string>> = { gcm: 'fcm', android: 'fcm' };
/** Channels that are served inside, in the transaction of the publication. */
const INSIDE = new Set(['comet', 'orscb']);

/**
 * Notifications: subscriptions to events by tag, and their delivery over channels. A publication stores one row for each
 * recipient in the caller's transaction; rows that leave the house are then sent, at least once, until the receiver has
 * accepted them or the attempts are used up. Users' CometD sessions and orchestration sessions are told in the transaction
 * itself.
 *
 * A row is waiting (due, or leased to the attempt under way) -> delivered | failed. A device that is gone loses its
 * subscriptions.
 */
export class Notifications {
  readonly subscriptions: Subscriptions;
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #work: DueWork<NotificationRow>;
  readonly #handlers: OutcomeHandler[] = [];

  constructor(
    private readonly parts: {
      database: Database;
      clock: Clock;
      activity: Activity;
      log: Logger;
      section: (name: string) => OptionMap;
      /** Channels that leave the house, by type. */
      channels: Readonly<Record<string, Channel>>;
      comet: CometMailbox;
      tellSession: TellSession;
    },
  ) {
    this.subscriptions = new Subscriptions(parts.clock);
    this.#channels = new Map(Object.entries(parts.channels));
    this.#work = new DueWork({
      ...parts,
      name: 'notifications',
      batch: BATCH,
      concurrency: CONCURRENCY,
      nextDue: async () => (await parts.database.query<{ due: number | null }>(NEXT_DUE))[0]?.due ?? undefined,
      claim: (now, limit) =>
        parts.database.query<NotificationRow>(CLAIM, [instant(now), limit, instant(now + LEASE_MS)]),
      run: async (rows) => void (await Promise.all(rows.map((row) => this.#attempt(row)))),
    });
  }

  async start(): Promise<void> {
    await this.parts.comet.start();
    await this.#work.start();
  }

  async stop(): Promise<void> {
    this.parts.comet.stop();
    await this.#work.stop();
    for (const channel of this.#channels.values()) channel.close?.();
  }

  /** Hears what becomes of notifications, in the transaction that stores it. */
  onOutcome(handler: OutcomeHandler): void {
    this.#handlers.push(handler);
  }

  /** Whether a channel is switched on: option `pushEnabled` of section `push`; default `comet`. */
  isEnabled(type: string): boolean {
    const configured = this.parts.section('push').pushEnabled ?? 'comet';
    const enabled = configured.split(',').map((name) => name.trim());
    return (this.#channels.has(successor(type)) || INSIDE.has(type)) && enabled.includes(type);
  }

  /**
   * Stores a subscription.
   * @returns its id
   * @throws RingbackError `channel-disabled`
   */
  async subscribe(sql: Sql, subscription: NewSubscription): Promise<string> {
    this.#requireEnabled(subscription.type);
    return this.subscriptions.add(sql, subscription, this.#expireSeconds(subscription.expire));
  }

  /**
   * Notifies everybody who has subscribed to the tag (or `subscription` alone), and `to`. What is stored is delivered at
   * least once.
   * @returns ids of the notifications
   * @throws RingbackError `channel-disabled` for the type of `to`
   */
  async publish(tx: Transaction, publication: Publication): Promise<string[]> {
    const { to, subscription, id } = publication;
    if (to) this.#requireEnabled(to.type);
    const ids: string[] = [];
    for (const recipient of await this.#recipients(tx, publication)) {
      const added = await this.#add(tx, publication, recipient, recipient.id, recipient.user);
      if (added !== undefined) ids.push(added);
    }
    if (to && subscription === undefined) {
      const added = await this.#add(tx, publication, to, undefined, to.deviceId, id);
      if (added !== undefined) ids.push(added);
    }
    if (ids.length > 0) tx.afterCommit(() => this.#work.wake());
    return ids;
  }

  async purge(sql: Sql): Promise<void> {
    await this.subscriptions.purge(sql);
    await this.parts.comet.purge(sql);
    await sql.query(PURGE, [instant(this.parts.clock.now() - KEPT_MS)]);
  }

  /** In the order of users, in which their mailboxes are locked. */
  async #recipients(tx: Transaction, { tag, subscription }: Publication): Promise<Subscription[]> {
    if (subscription !== undefined) {
      const found = await this.subscriptions.read(tx, subscription);
      return found && this.isEnabled(found.type) ? [found] : [];
    }
    const matching = await this.subscriptions.matching(tx, tag);
    return matching
      .filter(({ type }) => this.isEnabled(type))
      .sort((one, other) => (one.user === other.user ? compare(one.id, other.id) : compare(one.user, other.user)));
  }

  async #add(
    tx: Transaction,
    publication: Publication,
    address: Address,
    subscription: string | undefined,
    user: string,
    id: string = newId(),
  ): Promise<string | undefined> {
    const { tag, message, event, reference, mostAttempts = MOST_ATTEMPTS } = publication;
    const { type, deviceId, provider, authorization, language, properties } = address;
    const [added] = await tx.query(ADD, [
      id,
      subscription ?? null,
      reference ?? null,
      tag,
      event ?? null,
      type,
      deviceId,
      provider ?? null,
      authorization ?? null,
      language ?? null,
      properties,
      JSON.stringify(message),
      Math.max(1, mostAttempts),
      instant(this.parts.clock.now()),
    ]);
    if (!added) return undefined;
    if (INSIDE.has(type)) {
      const outcome = await this.#deliverInside(tx, { id, tag, type, message, deviceId, user });
      await this.#settle(tx, { id, type, reference: reference ?? null, attempts: 0 }, outcome);
    }
    return id;
  }

  async #deliverInside(
    tx: Transaction,
    {
      id,
      tag,
      type,
      message,
      deviceId,
      user,
    }: {
      id: string;
      tag: string;
      type: string;
      message: JsonValue;
      deviceId: string;
      user: string;
    },
  ): Promise<Delivered> {
    if (type === 'comet') {
      await this.parts.comet.put(tx, user, { id, tag, message }, COMET_TTL_S);
      return { kind: 'delivered' };
    }
    const heard = await this.parts.tellSession(tx, deviceId, { name: tag, data: { message, id } });
    return heard ? { kind: 'delivered' } : { kind: 'refused', problem: `session ${deviceId} is not running` };
  }

  async #attempt(row: NotificationRow): Promise<void> {
    const outcome = await this.#send(row);
    const { database, clock, log } = this.parts;
    if (outcome.kind === 'failed' && row.attempts < row.most_attempts) {
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * PAUSE_FACTOR ** (row.attempts - 1));
      const due = clock.now() + Math.max(pause, Math.min(outcome.retryAfterMs ?? 0, LONGEST_PAUSE_MS));
      await database.query(AGAIN, [row.id, row.attempts, instant(due), outcome.problem]);
      return;
    }
    if (outcome.kind !== 'delivered') {
      const { id, type, attempts } = row;
      log.warn({ notification: id, type, attempts, problem: outcome.problem }, 'A notification could not be delivered');
    }
    await database.transaction(async (tx) => {
      await this.#settle(tx, row, outcome);
      if (outcome.kind === 'gone') await this.subscriptions.removeDevice(tx, row.type, row.device);
    });
  }

  async #settle(
    tx: Transaction,
    { id, type, reference, attempts }: Pick<NotificationRow, 'id' | 'type' | 'reference' | 'attempts'>,
    outcome: Delivered,
  ): Promise<void> {
    const delivered = outcome.kind === 'delivered';
    const problem = delivered ? null : outcome.problem;
    const now = instant(this.parts.clock.now());
    const [finished] = await tx.query(FINISH, [id, attempts, delivered ? 'delivered' : 'failed', problem, now]);
    if (!finished) return;
    for (const handler of this.#handlers) {
      await handler(tx, {
        id,
        type,
        delivered,
        ...(reference !== null && { reference }),
        ...(problem !== null && { problem }),
      });
    }
  }

  async #send(row: NotificationRow): Promise<Delivered> {
    const channel = this.#channels.get(successor(row.type));
    if (!channel) return { kind: 'refused', problem: `there is no channel ${row.type}` };
    // More attempts than allowed: the processes that made the last ones died during them.
    if (row.attempts > row.most_attempts) return { kind: 'refused', problem: 'no attempt came to an end' };
    try {
      return await channel.send(this.#delivery(row));
    } catch (error) {
      this.parts.log.error({ err: error, notification: row.id, type: row.type }, 'A push channel failed');
      return { kind: 'failed', problem: error instanceof Error ? error.message : String(error) };
    }
  }

  #delivery(row: NotificationRow): Delivery {
    const optional = {
      ...(row.provider !== null && { provider: row.provider }),
      ...(row.language !== null && { language: row.language }),
    };
    return {
      id: row.id,
      tag: row.tag,
      type: row.type,
      deviceId: row.device,
      message: row.message,
      properties: row.properties,
      ...optional,
      ...(row.auth !== null && { authorization: row.auth }),
      settings: new PushSettings(this.parts.section, { ...optional, ...(row.event !== null && { event: row.event }) }),
    };
  }

  #requireEnabled(type: string): void {
    if (this.isEnabled(type)) return;
    throw new RingbackError('channel-disabled', `Notification type ${type} is not enabled. Check option pushEnabled`);
  }

  #expireSeconds(given: number | undefined): number {
    if (given !== undefined && given > 0) return given;
    const configured = Number(this.parts.section('push').defaultSubscriptionExpiration) || 0;
    return Math.max(configured, SHORTEST_EXPIRATION_S);
  }
}

function successor(type: string): string {
  return SUCCESSORS[type] ?? type;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
