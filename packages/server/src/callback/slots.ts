import { instant } from '../kernel/index.js';
import { type Sql, statement } from '../store/sql.js';
import { type BucketGrid, proposedSlots, type TimeSlot } from './availability.js';
import type { Availability } from './callback-error.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

/** One row for thousands of buckets: seconds since 1970 and places taken, `{1,2,3}`. */
const READ_USED = statement(
  'callback-slots-used',
  `select array_agg(extract(epoch from bucket)::bigint)::text as starts, array_agg(used)::text as used
     from callback_slot where service = $1 and bucket >= $2 and bucket <= $3 and used > 0`,
);

/** Old counters, which nothing refers to any more. */
export const PURGE_SLOTS = statement(
  'callback-slots-purge',
  'delete from callback_slot where bucket < $1 and used = 0',
);

/** Places are given back in one order everywhere, so that nobody waits in a circle. */
export function inLockOrder<Row extends { service: string; bucket: number | null }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) =>
    a.service < b.service ? -1 : a.service > b.service ? 1 : (a.bucket ?? 0) - (b.bucket ?? 0),
  );
}

/** A slot with what is left of it. */
export interface FreeSlot extends TimeSlot {
  free: number;
}

/** How many places each of the slots has left; never less than 0. */
export async function freeSlots(sql: Sql, service: string, slots: readonly TimeSlot[]): Promise<FreeSlot[]> {
  const first = slots[0];
  const last = slots.at(-1);
  if (!first || !last) return [];
  const [row] = await sql.query<{ starts: string | null; used: string | null }>(READ_USED, [
    service,
    instant(first.start),
    instant(last.start),
  ]);
  const places = numbersIn(row?.used);
  const used = new Map(numbersIn(row?.starts).map((start, index) => [start * 1000, places[index] ?? 0]));
  return slots.map(({ start, end, total }) => ({
    start,
    end,
    total,
    free: Math.max(0, total - (used.get(start) ?? 0)),
  }));
}

/** The elements of an array of integers, as PostgreSQL writes it. */
export function numbersIn(array: string | null | undefined): number[] {
  // They are those of JSON.
  return array ? (JSON.parse(`[${array.slice(1, -1)}]`) as number[]) : [];
}

const MINUTES = Array.from({ length: 1440 }, (_, minute) => instant(minute * MINUTE_MS).slice(10));
const day = { number: Number.NaN, date: '' };

/** As `instant`, which a range of thousands of slots would call too often: dates and times are written once. */
export function slotTime(start: number): string {
  const number = Math.floor(start / DAY_MS);
  const minute = (start - number * DAY_MS) / MINUTE_MS;
  if (number !== day.number) Object.assign(day, { number, date: instant(start).slice(0, 10) });
  const time = MINUTES[minute];
  return time === undefined ? instant(start) : day.date + time;
}

/** Start times and free places of the slots that have any. */
export function availabilityOf(slots: Iterable<FreeSlot>): Availability {
  const availability: Availability = {};
  for (const slot of slots) if (slot.free > 0) availability[slotTime(slot.start)] = slot.free;
  return availability;
}

/** What can be offered instead around a desired time. */
export async function proposals(
  sql: Sql,
  service: string,
  grid: BucketGrid,
  desired: number,
  now: number,
): Promise<Availability> {
  return availabilityOf(await freeSlots(sql, service, proposedSlots(grid, desired, now)));
}
