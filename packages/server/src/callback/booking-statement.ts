import { instant } from '../kernel/index.js';
import { type Bindable, type Sql, type Statement, statement } from '../store/index.js';
import type { TimeSlot } from './availability.js';
import type { CallbackRow } from './callback-record.js';
import { acceptedData } from './reporting-data.js';

/**
 * One statement per booking: it takes a place in the bucket's counter if one is free, and only then stores the callback,
 * its lookup keys and its event. Counting and inserting apart over-books under concurrency.
 */
export const BOOK = bookingStatement(
  'callback-book',
  `place as (
     insert into callback_slot as slot (service, bucket, used, capacity)
     select $2::text, $6::timestamptz, 1, $15::integer where $15::integer > 0
     on conflict (service, bucket) do update set used = slot.used + 1, granted = 1, capacity = excluded.capacity
       where slot.used < excluded.capacity
     returning bucket
   ), `,
  'from place',
);

/** An immediate callback holds no place. */
const BOOK_IMMEDIATE = bookingStatement(
  'callback-book-immediate',
  '',
  'where $6::timestamptz is null and $15::integer = 0',
);

function bookingStatement(name: string, place: string, condition: string): Statement {
  return statement(
    name,
    `with ${place}booked as (
       insert into callback (id, service, state, customer_number, immediate, desired_at, bucket, submit_at,
                             submit_attempts, session, ttl, expires_at, properties, lookup, progress, created_at,
                             changed_at)
       select $1, $2, $3, $4, $5, $7::timestamptz, $6::timestamptz, $8::timestamptz, 0, $9, $10, $11::timestamptz,
              $12::jsonb, $13::jsonb, $14::jsonb, $16::timestamptz, $16::timestamptz
       ${condition}
       returning id
     ), filed as (
       insert into callback_lookup (key, value, callback)
       select f.key, f.value, booked.id from booked, jsonb_each_text($13::jsonb) as f (key, value)
     ), journaled as (
       insert into event (at, type, callback, session, data)
       select $16::timestamptz, 'callback.accepted', booked.id, $9, $17::jsonb from booked
     )
     select id from booked`,
  );
}

/** @returns false when the bucket has no free place, and nothing is stored */
export async function storeBooking(sql: Sql, row: CallbackRow, slot: TimeSlot | undefined): Promise<boolean> {
  const [booked] = await sql.query(slot ? BOOK : BOOK_IMMEDIATE, bookingValues(row, slot?.total ?? 0));
  return booked !== undefined;
}

/** The parameters of the booking statements, in their order. */
export function bookingValues(row: CallbackRow, places: number): Bindable[] {
  return [
    row.id,
    row.service,
    row.state,
    row.customer_number,
    row.immediate,
    row.bucket === null ? null : instant(row.bucket),
    instant(row.desired_at),
    row.submit_at === null ? null : instant(row.submit_at),
    row.session,
    row.ttl,
    instant(row.expires_at),
    JSON.stringify(row.properties),
    JSON.stringify(row.lookup),
    JSON.stringify(row.progress),
    places,
    instant(row.created_at),
    JSON.stringify(acceptedData(row)),
  ];
}
