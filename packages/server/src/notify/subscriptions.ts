import { type Clock, instant, newId } from '../kernel/index.js';
import { type Sql, statement } from '../store/sql.js';
import type { NewSubscription, Subscription } from './subscription.js';

interface SubscriptionRow {
  id: string;
  subscriber: string;
  user_id: string;
  filter: string;
  type: string;
  device: string;
  provider: string | null;
  auth: string | null;
  language: string | null;
  properties: Record<string, string>;
  created_at: number;
  expires_at: number;
}

const COLUMNS =
  'id, subscriber, user_id, filter, type, device, provider, auth, language, properties, created_at, expires_at';

const ADD = statement(
  'subscription-add',
  `insert into notification_subscription (
     id, subscriber, user_id, filter, pattern, type, device, provider, auth, language, properties, created_at, expires_at
   ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
);
const READ = statement(
  'subscription-read',
  `select ${COLUMNS} from notification_subscription where id = $1 and expires_at > $2`,
);
const REMOVE = statement(
  'subscription-remove',
  'delete from notification_subscription where id = $1 and expires_at > $2 returning id',
);
const REMOVE_DEVICE = statement(
  'subscription-remove-device',
  'delete from notification_subscription where type = $1 and device = $2',
);
const MATCHING = statement(
  'subscription-matching',
  `select ${COLUMNS} from notification_subscription where pattern is null and filter = $1 and expires_at > $2
   union all
   select ${COLUMNS} from notification_subscription where pattern is not null and $1 like pattern and expires_at > $2`,
);
const PURGE = statement('subscription-purge', 'delete from notification_subscription where expires_at <= $1');

/** Who is told of which events. */
export class Subscriptions {
  constructor(private readonly clock: Clock) {}

  async add(sql: Sql, subscription: NewSubscription, expireSeconds: number): Promise<string> {
    const id = newId();
    const now = this.clock.now();
    await sql.query(ADD, [
      id,
      subscription.subscriberId,
      subscription.user ?? subscription.subscriberId,
      subscription.filter,
      patternOf(subscription.filter),
      subscription.type,
      subscription.deviceId,
      subscription.provider ?? null,
      subscription.authorization ?? null,
      subscription.language ?? null,
      subscription.properties,
      instant(now),
      instant(now + expireSeconds * 1000),
    ]);
    return id;
  }

  async read(sql: Sql, id: string): Promise<Subscription | undefined> {
    const [row] = await sql.query<SubscriptionRow>(READ, [id, instant(this.clock.now())]);
    return row && toSubscription(row);
  }

  /** Those that match an event's tag, in no order. */
  async matching(sql: Sql, tag: string): Promise<Subscription[]> {
    const rows = await sql.query<SubscriptionRow>(MATCHING, [tag, instant(this.clock.now())]);
    return rows.map(toSubscription);
  }

  /** @returns false when there is none */
  async remove(sql: Sql, id: string): Promise<boolean> {
    return (await sql.query(REMOVE, [id, instant(this.clock.now())])).length > 0;
  }

  /** Ends all subscriptions of a device that is not there any more. */
  async removeDevice(sql: Sql, type: string, device: string): Promise<void> {
    await sql.query(REMOVE_DEVICE, [type, device]);
  }

  async purge(sql: Sql): Promise<void> {
    await sql.query(PURGE, [instant(this.clock.now())]);
  }
}

/** A filter with `*` as a pattern of LIKE; null for one that is matched as it stands. */
function patternOf(filter: string): string | null {
  if (!filter.includes('*')) return null;
  return filter.replace(/[\\%_]/g, '\\$&').replace(/\*+/g, '%');
}

function toSubscription(row: SubscriptionRow): Subscription {
  return {
    id: row.id,
    subscriberId: row.subscriber,
    user: row.user_id,
    filter: row.filter,
    type: row.type,
    deviceId: row.device,
    properties: row.properties,
    expire: Math.round((row.expires_at - row.created_at) / 1000),
    expiresAt: row.expires_at,
    ...(row.provider !== null && { provider: row.provider }),
    ...(row.auth !== null && { authorization: row.auth }),
    ...(row.language !== null && { language: row.language }),
  };
}
