import { instant } from '../kernel/index.js';
import { type Sql, statement } from '../store/sql.js';
import { type BucketGrid, proposedSlots, type TimeSlot } from './availability.js';
import type { Availability } from './callback-error.js';

const READ_USED = statement(
  'callback-slots-used',
  'select bucket, used from callback_slot where service = $1 and bucket >= $2 and bucket <= $3',
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
  const rows = await sql.query<{ bucket: number; used: number }>(READ_USED, [
    service,
    instant(first.start),
    instant(last.start),
  ]);
  const used = new Map(rows.map((row) => [row.bucket, row.used]));
  return slots.map((slot) => ({ ...slot, free: Math.max(0, slot.total - (used.get(slot.start) ?? 0)) }));
}

/** Start times and free places of the slots that have any. */
export function availabilityOf(slots: Iterable<FreeSlot>): Availability {
  const availability: Availability = {};
  for (const slot of slots) if (slot.free > 0) availability[instant(slot.start)] = slot.free;
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
