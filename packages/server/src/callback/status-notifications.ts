import type { OptionMap } from '../calendar/index.js';
import { instant, type JsonObject, type JsonValue } from '../kernel/index.js';
import { type Sql, statement, type Transaction } from '../store/sql.js';
import type { CallbackRow } from './callback-record.js';
import type { CallbackService, CallbackServices } from './callback-service.js';
import type { CallbackConfiguration } from './configuration.js';
import { scalarText, withTokens } from './service-parameters.js';
import { eventBody, usualParameters } from './status-events.js';

const INSERT = statement(
  'callback-notice-insert',
  `insert into callback_notice (callback, event, kind, target, guarded, reminder, body, most_attempts, due_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
const DROP_REMINDER = statement(
  'callback-notice-drop-reminder',
  'delete from callback_notice where callback = any ($1::text[]) and reminder',
);

const DEFAULT_ATTEMPTS = 3;
const MOST_ATTEMPTS = 100;
const NONE: OptionMap = Object.freeze({});
const ENABLED: ReadonlySet<string> = new Set(['subscribe_notify', 'notify']);
const REMINDER = '_cbe_on_callback_reminder';

/** Who is told of a callback, and how. */
interface Watcher {
  kind: 'httpcb' | 'orscb';
  target: string;
  /** The request named the target: it is reached only where applications may fetch from. */
  guarded: boolean;
  attempts: number;
  /** What is told, by the event's name; undefined: everything, with the usual parameters. */
  events: Readonly<Record<string, OptionMap>> | undefined;
}

/**
 * Tells whoever watches a callback what becomes of it (GMS Callback, "Enable Status Notifications"): the options
 * `_enable_status_notification` and `_status_notification_*` of the service, of its list of events
 * (`_callback_events_list`), or of the request. What is told is stored in the transaction of what it tells, and delivered
 * afterwards (`StatusDelivery`).
 */
export class StatusNotifications {
  constructor(
    private readonly parts: {
      configuration: CallbackConfiguration;
      services: CallbackServices;
      /** Tells the delivery that something is due at a time. */
      due: (at: number) => void;
    },
  ) {}

  /** Whether anybody is told of this service's callbacks; cheap, for the path of bookings. */
  concerns(service: CallbackService, properties: JsonObject): boolean {
    return this.#watcher(service, properties) !== undefined;
  }

  /** @param facts what the event says that the record does not know */
  async tell(
    tx: Transaction,
    row: CallbackRow,
    events: readonly { event: string; facts?: JsonObject }[],
    now: number,
  ): Promise<void> {
    const service = this.parts.services.find(row.service);
    const watcher = service && this.#watcher(service, row.properties);
    if (!service || !watcher) return;
    let told = false;
    for (const { event, facts = {} } of events) {
      told = (await this.#store(tx, { service, watcher, row, event, facts }, { reminder: false, at: now })) || told;
    }
    if (told) tx.afterCommit(() => this.parts.due(now));
  }

  /** Has the customer reminded before the time of a scheduled callback; an earlier reminder is replaced. */
  async remind(tx: Transaction, row: CallbackRow, now: number): Promise<void> {
    const service = this.parts.services.find(row.service);
    if (!service || !isTrue(this.#option(service, row.properties, '_enable_notification_reminder'))) return;
    await tx.query(DROP_REMINDER, [[row.id]]);
    const watcher = this.#watcher(service, row.properties);
    if (!watcher || row.state !== 'SCHEDULED') return;
    const buffer = Number(this.#option(service, row.properties, '_notification_reminder_buffer') || DEFAULT_BUFFER_S);
    const at = row.desired_at - buffer * 1000;
    if (!Number.isFinite(at) || at <= now) return;
    await this.#store(tx, { service, watcher, row, event: REMINDER, facts: {} }, { reminder: true, at });
    tx.afterCommit(() => this.parts.due(at));
  }

  /** Callbacks that do not wait for their time any more need no reminder. */
  async forgetReminders(sql: Sql, ids: readonly string[]): Promise<void> {
    await sql.query(DROP_REMINDER, [ids]);
  }

  async #store(
    tx: Transaction,
    notice: { service: CallbackService; watcher: Watcher; row: CallbackRow; event: string; facts: JsonObject },
    { reminder, at }: { reminder: boolean; at: number },
  ): Promise<boolean> {
    const { service, watcher, row, event, facts } = notice;
    const configured = watcher.events?.[event];
    if (watcher.events && !configured) return false;
    const named = listOf(configured?.notify_params ?? '');
    const names = named.length > 0 ? named : usualParameters(event);
    const options = withTokens(service.options, row.properties);
    const body = eventBody(event, names, { row, service, options, facts });
    const { kind, target, guarded, attempts } = watcher;
    const json = JSON.stringify(body);
    await tx.query(INSERT, [row.id, event, kind, target, guarded, reminder, json, attempts, instant(at)]);
    return true;
  }

  #watcher(service: CallbackService, properties: JsonObject): Watcher | undefined {
    const list = this.parts.configuration.object('lists', this.#option(service, properties, '_callback_events_list'));
    const shared = list?.properties ?? NONE;
    const read = (name: string) => this.#option(service, properties, name) || shared[name]?.trim() || '';
    const isEnabled = [this.#option(service, properties, ENABLE), shared[ENABLE] ?? ''].some((value) =>
      ENABLED.has(value.trim().toLowerCase()),
    );
    const target = read('_status_notification_target');
    if (!isEnabled || target === '') return undefined;
    const attempts = Number(read('_status_notification_attempts') || DEFAULT_ATTEMPTS);
    const { properties: _, ...events } = list ?? {};
    return {
      kind: read('_status_notification_type').toLowerCase() === 'orscb' ? 'orscb' : 'httpcb',
      target,
      guarded: !isConfigured(service, shared, '_status_notification_target'),
      attempts: attempts >= 1 && attempts <= MOST_ATTEMPTS ? Math.floor(attempts) : DEFAULT_ATTEMPTS,
      events: Object.keys(events).length > 0 ? events : undefined,
    };
  }

  /** The service's option, or the request's where the service leaves it open. */
  #option(service: CallbackService, properties: JsonObject, name: string): string {
    const configured = withTokens(service.options, properties)[name]?.trim();
    const requested = textOf(properties[name]).trim();
    const isOpen = !configured || configured === 'false' || service.overwritable.has(name);
    return (isOpen && requested) || configured || '';
  }
}

const ENABLE = '_enable_status_notification';
const DEFAULT_BUFFER_S = 300;

function isConfigured(service: CallbackService, shared: OptionMap, name: string): boolean {
  const value = service.options[name]?.trim() || shared[name]?.trim() || '';
  return value !== '' && !value.includes('$') && !service.overwritable.has(name);
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function textOf(value: JsonValue | undefined): string {
  return scalarText(value) ?? '';
}

function isTrue(text: string): boolean {
  return text.toLowerCase() === 'true';
}
