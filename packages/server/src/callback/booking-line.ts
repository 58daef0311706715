import { type Activity, DatabaseUnavailable, instant, type JsonObject, type Logger } from '../kernel/index.js';
import { type Sql, statement } from '../store/index.js';
import type { TimeSlot } from './availability.js';
import { storeBooking } from './booking-statement.js';
import type { CallbackRow } from './callback-record.js';
import { acceptedData } from './reporting-data.js';

/**
 * Several bookings in one statement and one commit. Each bucket grants as many places as it has left, to the bookings in
 * the order in which they came (`turn`); counters are taken in the order of their times, as everywhere.
 */
const BOOK_TOGETHER = statement(
  'callback-book-together',
  `with wanted as (
     select *, row_number() over (partition by service, bucket order by place) as turn
       from jsonb_to_recordset($1::jsonb) as w (
         place integer, id text, service text, customer_number text, desired_at timestamptz, bucket timestamptz,
         capacity integer, submit_at timestamptz, ttl integer, expires_at timestamptz, properties jsonb, lookup jsonb,
         created_at timestamptz, accepted jsonb)
   ), demand as (
     select service, bucket, max(capacity) as capacity, least(count(*), max(capacity))::integer as places
       from wanted group by service, bucket having max(capacity) > 0
   ), taken as (
     insert into callback_slot as slot (service, bucket, used, granted, capacity)
     select service, bucket, places, places, capacity from demand order by service, bucket
     on conflict (service, bucket) do update
        set used = slot.used + least(excluded.granted, excluded.capacity - slot.used),
            granted = least(excluded.granted, excluded.capacity - slot.used),
            capacity = excluded.capacity
      where slot.used < excluded.capacity
     returning service, bucket, granted
   ), booked as (
     select w.* from wanted w join taken t on t.service = w.service and t.bucket = w.bucket where w.turn <= t.granted
   ), stored as (
     insert into callback (id, service, state, customer_number, immediate, desired_at, bucket, submit_at,
                           submit_attempts, ttl, expires_at, properties, lookup, progress, created_at, changed_at)
     select id, service, 'SCHEDULED', customer_number, false, desired_at, bucket, submit_at, 0, ttl, expires_at,
            properties, lookup, '{}', created_at, created_at
       from booked
   ), filed as (
     insert into callback_lookup (key, value, callback)
     select f.key, f.value, b.id from booked b cross join jsonb_each_text(b.lookup) as f (key, value)
   ), journaled as (
     insert into event (at, type, callback, data) select created_at, 'callback.accepted', id, accepted from booked
   )
   select id from booked`,
);

interface Waiting {
  row: CallbackRow;
  slot: TimeSlot;
  resolve: (booked: boolean) => void;
  reject: (error: unknown) => void;
}

/** Statements under way at the same time: enough to keep the disk busy while the next ones are worked out. */
const LANES = 3;
const MOST_TOGETHER = 64;

/**
 * Stores bookings for later. One that finds a free lane is stored at once; those that come while all lanes are busy wait
 * for the next one and share its statement. Under load many bookings thus cost one round trip and one commit, and those
 * of one popular bucket do not wait for each other's commits. Each is answered after the commit that holds it.
 */
export class BookingLine {
  #waiting: Waiting[] = [];
  #underWay = 0;
  #opening = false;

  constructor(
    private readonly sql: Sql,
    private readonly activity: Activity,
    private readonly log: Logger,
  ) {}

  /** @returns false when the bucket has no free place, and nothing is stored */
  book(row: CallbackRow, slot: TimeSlot): Promise<boolean> {
    return this.activity.run(
      () =>
        new Promise((resolve, reject) => {
          this.#waiting.push({ row, slot, resolve, reject });
          this.#openLane();
        }),
    );
  }

  /** Requests that arrived in the same turn of the event loop are there when the lane opens. */
  #openLane(): void {
    if (this.#opening || this.#underWay >= LANES || this.#waiting.length === 0) return;
    this.#opening = true;
    setImmediate(() => {
      this.#opening = false;
      this.#underWay += 1;
      const batch = this.#waiting.splice(0, MOST_TOGETHER);
      void this.#store(batch).finally(() => {
        this.#underWay -= 1;
        this.#openLane();
      });
      this.#openLane();
    });
  }

  /** Never rejects: each booking hears of its own outcome. */
  async #store(batch: readonly Waiting[]): Promise<void> {
    if (batch.length > 1) {
      try {
        const rows = await this.sql.query<{ id: string }>(BOOK_TOGETHER, [JSON.stringify(batch.map(toRecord))]);
        const booked = new Set(rows.map(({ id }) => id));
        for (const { row, resolve } of batch) resolve(booked.has(row.id));
        return;
      } catch (error) {
        if (error instanceof DatabaseUnavailable) {
          for (const { reject } of batch) reject(error);
          return;
        }
        // One of them cannot be stored, or a lock was contested: each is tried on its own and answers for itself.
        this.log.warn(
          { err: error, bookings: batch.length },
          'Bookings could not be stored together; each is stored alone',
        );
      }
    }
    for (const { row, slot, resolve, reject } of batch) await storeBooking(this.sql, row, slot).then(resolve, reject);
  }
}

function toRecord({ row, slot }: Waiting, place: number): JsonObject {
  return {
    place,
    id: row.id,
    service: row.service,
    customer_number: row.customer_number,
    desired_at: instant(row.desired_at),
    bucket: instant(slot.start),
    capacity: slot.total,
    submit_at: row.submit_at === null ? null : instant(row.submit_at),
    ttl: row.ttl,
    expires_at: instant(row.expires_at),
    properties: row.properties,
    lookup: row.lookup,
    created_at: instant(row.created_at),
    accepted: acceptedData(row),
  };
}
