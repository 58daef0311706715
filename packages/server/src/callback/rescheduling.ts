import type { Calendar } from '../calendar/index.js';
import { type Clock, instant, type JsonObject, type JsonValue } from '../kernel/index.js';
import type { Journal } from '../reporting/index.js';
import { type Database, statement, type Transaction } from '../store/index.js';
import { type BucketGrid, slotAt, type TimeSlot } from './availability.js';
import { fullSlot } from './booking.js';
import { CallbackError } from './callback-error.js';
import { type CallbackRow, SYSTEM_KEYS } from './callback-record.js';
import type { CallbackService, CallbackServices } from './callback-service.js';
import { CONTACT_CENTER_KEY } from './contact-centers.js';
import { checkNotTooFar, checkOpen, type DesiredTime, gridOf, readDesiredTime, submitTime } from './desired-time.js';
import { decide } from './life-cycle.js';
import { lookupOf, NUMBER_KEY, REFILE } from './lookup-keys.js';
import { subjectData } from './reporting-data.js';
import { scalarText } from './service-parameters.js';
import type { StatusNotifications } from './status-notifications.js';
import type { Transitions } from './transitions.js';

const TAKE_PLACE = statement(
  'callback-take-place',
  `insert into callback_slot as slot (service, bucket, used, capacity)
   select $1::text, $2::timestamptz, 1, $3::integer where $3::integer > 0
   on conflict (service, bucket) do update set used = slot.used + 1, granted = 1, capacity = excluded.capacity
     where slot.used < excluded.capacity
   returning used`,
);

const RELEASE_PLACE = statement(
  'callback-release-place',
  'update callback_slot set used = used - 1 where service = $1 and bucket = $2',
);

const STORE = statement(
  'callback-reschedule',
  `update callback
      set desired_at = $2, bucket = $3, submit_at = $4, expires_at = $5, properties = $6, lookup = $7,
          customer_number = $8, changed_at = $9, submit_attempts = 0
    where id = $1`,
);

/** Where a rescheduled callback is to go. `slot` undefined: it is submitted now and holds no place. */
interface Target {
  desiredAt: number;
  slot: TimeSlot | undefined;
}

/**
 * Reschedule-Callback: moves a callback that still waits for its time, or changes its properties.
 *
 * The place in the old bucket is given back in the transaction that takes the new one, so that a refusal leaves the
 * callback where it was. The two counters are changed in the order of their times, whichever of them is the new one:
 * transactions that move callbacks in opposite directions wait for each other, but never in a circle.
 */
export class Rescheduling {
  constructor(
    private readonly parts: {
      database: Database;
      clock: Clock;
      calendar: Calendar;
      journal: Pick<Journal, 'record'>;
      services: CallbackServices;
      transitions: Transitions;
      notifications: StatusNotifications;
      due: (submitAt: number | null, expiresAt: number) => void;
    },
  ) {}

  /**
   * @param change `_new_desired_time` (or `_desired_time`) and properties to merge; an empty value takes a property away
   * @throws CallbackError `no-such-callback`, `invalid-time`, `missing-key`, `too-late`, `closed`, `slot-full`,
   *   `slots-full`
   */
  async reschedule(serviceName: string, id: string, change: JsonObject): Promise<void> {
    const service = this.parts.services.get(serviceName);
    if (!saysAnything(change)) throw new CallbackError('missing-key', { key: '_new_desired_time' });
    const desired =
      readDesiredTime('_new_desired_time', change._new_desired_time) ??
      readDesiredTime('_desired_time', change._desired_time);
    if (!desired && service.profile === '2013') throw new CallbackError('missing-key', { key: '_new_desired_time' });
    await this.parts.database.transaction(async (tx) => {
      const row = await this.parts.transitions.lock(tx, id);
      if (row?.service !== serviceName || !decide(row.state, { type: 'reschedule' })) {
        throw new CallbackError('no-such-callback', { operation: 'reschedule', id });
      }
      await this.#move(tx, service, row, desired, change);
    });
  }

  async #move(
    tx: Transaction,
    service: CallbackService,
    row: CallbackRow,
    desired: DesiredTime | undefined,
    change: JsonObject,
  ): Promise<void> {
    const now = this.parts.clock.now();
    const properties = merged(row.properties, change);
    const number = scalarText(properties[NUMBER_KEY]);
    const lookup = lookupOf(service, properties);
    const next: CallbackRow = { ...row, properties, lookup, customer_number: number ?? null };
    if (desired && desired.at !== row.desired_at) {
      const grid = gridOf(this.parts.calendar, service);
      const target = chooseTarget(service, grid, desired, now);
      await this.#exchangePlaces(tx, row, target, grid, desired, now);
      next.desired_at = target.desiredAt;
      next.bucket = target.slot?.start ?? null;
      next.submit_at = target.slot ? submitTime(service, target.desiredAt) : now;
      next.expires_at = target.desiredAt + row.ttl * 1000;
    }
    await this.#store(tx, row, next, now);
  }

  async #exchangePlaces(
    tx: Transaction,
    row: CallbackRow,
    { slot }: Target,
    grid: BucketGrid,
    desired: DesiredTime,
    now: number,
  ): Promise<void> {
    if (slot?.start === row.bucket) return;
    const release = async (bucket: number) => void (await tx.query(RELEASE_PLACE, [row.service, instant(bucket)]));
    const take = async ({ start, total }: TimeSlot) => {
      const [taken] = await tx.query(TAKE_PLACE, [row.service, instant(start), total]);
      if (!taken) throw await fullSlot(tx, 'reschedule', row.service, grid, desired, now);
    };
    if (slot && row.bucket !== null && slot.start < row.bucket) {
      await take(slot);
      await release(row.bucket);
      return;
    }
    if (row.bucket !== null) await release(row.bucket);
    if (slot) await take(slot);
  }

  async #store(tx: Transaction, row: CallbackRow, next: CallbackRow, now: number): Promise<void> {
    await tx.query(STORE, [
      row.id,
      instant(next.desired_at),
      next.bucket === null ? null : instant(next.bucket),
      next.submit_at === null ? null : instant(next.submit_at),
      instant(next.expires_at),
      JSON.stringify(next.properties),
      JSON.stringify(next.lookup),
      next.customer_number,
      instant(now),
    ]);
    await tx.query(REFILE, [row.id, JSON.stringify(row.lookup), JSON.stringify(next.lookup)]);
    const data = {
      ...subjectData(next),
      from: row.state,
      state: next.state,
      cause: 'reschedule',
      desiredTime: instant(next.desired_at),
    };
    await this.parts.journal.record(tx, [{ at: now, type: 'callback.state', callback: row.id, data }]);
    const moved = next.desired_at !== row.desired_at;
    const events = [{ event: moved ? '_cbe_on_callback_rescheduled' : '_cbe_on_callback_status_updated' }];
    await this.parts.notifications.tell(tx, next, events, now);
    if (moved) await this.parts.notifications.remind(tx, next, now);
    tx.afterCommit(() => this.parts.due(next.submit_at, next.expires_at));
  }
}

/** A time that has passed means "now": the callback is submitted at once, as an immediate one is. */
function chooseTarget(service: CallbackService, grid: BucketGrid, desired: DesiredTime, now: number): Target {
  if (desired.at <= now) {
    if (service.rejectOutOfOfficeHours) checkOpen(grid, now);
    return { desiredAt: now, slot: undefined };
  }
  checkNotTooFar(service, desired, now, grid);
  checkOpen(grid, desired.at);
  return { desiredAt: desired.at, slot: slotAt(grid, desired.at) };
}

const TIMES = ['_new_desired_time', '_desired_time'];

/** An empty time is no time, as in Start; an empty property takes one away, which is a change. */
function saysAnything(change: JsonObject): boolean {
  return Object.entries(change).some(([name, value]) => !TIMES.includes(name) || !isEmpty(value));
}

function merged(properties: JsonObject, change: JsonObject): JsonObject {
  const result: JsonObject = { ...properties };
  for (const [name, value] of Object.entries(change)) {
    if (SYSTEM_KEYS.has(name) || name === CONTACT_CENTER_KEY) continue;
    if (isEmpty(value)) delete result[name];
    else result[name] = value;
  }
  return result;
}

function isEmpty(value: JsonValue): boolean {
  return value === null || value === '';
}
