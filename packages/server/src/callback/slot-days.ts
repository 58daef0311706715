import { instant } from '../kernel/index.js';
import { type Sql, statement } from '../store/sql.js';
import { type BucketGrid, openSlots, type TimeSlot } from './availability.js';
import { type FreeSlot, numbersIn } from './slots.js';

const DAY_MS = 86_400_000;
/** Days of all services together; beyond that they are worked out anew. */
const MOST_KEPT = 1024;

/** The counters of many days, a row for each that has any: places taken by seconds since 1970, both as `{1,2,3}`. */
const READ_USED_BY_DAY = statement(
  'callback-slots-used-by-day',
  `select floor(u.start / 86400)::integer as day, array_agg(u.start)::text as starts, array_agg(u.used)::text as used
     from (select date_part('epoch', bucket)::bigint as start, used
             from callback_slot where service = $1 and bucket >= $2 and bucket < $3 and used > 0
            order by bucket) u
    group by day`,
);

/** The open slots of one day, in order. The same object as long as nothing of it has changed. */
export type SlotDay = readonly FreeSlot[];

interface KnownDay {
  slots: readonly TimeSlot[];
  /** The counters from which the rest was made. */
  counters: string;
  all: SlotDay;
  /** Those with free places. */
  free: SlotDay;
}

interface KnownGrid {
  grid: BucketGrid;
  days: Map<number, KnownDay>;
}

/**
 * The slots of services day by day (of UTC). The calendar is asked once per day, as long as the configuration stays; the
 * counters are read from the database each time, so that an answer is true whoever has booked on whichever node, and
 * what they have not changed since is not made again: a month has thousands of slots.
 */
export class SlotDays {
  readonly #grids = new Map<string, KnownGrid>();
  #kept = 0;

  /**
   * The open slots that begin within `[from, to)`, in order.
   * @param options whether those without a free place are wanted too
   */
  async read(
    sql: Pick<Sql, 'query'>,
    about: { service: string; grid: BucketGrid },
    { from, to }: { from: number; to: number },
    { busy }: { busy: boolean },
  ): Promise<SlotDay[]> {
    if (to <= from) return [];
    const first = Math.floor(from / DAY_MS);
    const last = Math.ceil(to / DAY_MS) - 1;
    const counters = await readCounters(sql, about.service, first, last);
    const { grid, days: known } = this.#gridOf(about.service, about.grid);
    const days: SlotDay[] = [];
    for (let day = first; day <= last; day += 1) {
      const { all, free } = this.#day(grid, known, day, counters.get(day));
      const slots = busy ? all : free;
      const isCut = day * DAY_MS < from || (day + 1) * DAY_MS > to;
      days.push(isCut ? slots.filter(({ start }) => start >= from && start < to) : slots);
    }
    return days;
  }

  /** Another grid than last time: the configuration has changed, and what was known is forgotten. */
  #gridOf(service: string, grid: BucketGrid): KnownGrid {
    const known = this.#grids.get(service);
    if (known && isSame(known.grid, grid)) return known;
    this.#kept -= known?.days.size ?? 0;
    const fresh = { grid, days: new Map<number, KnownDay>() };
    this.#grids.set(service, fresh);
    return fresh;
  }

  #day(grid: BucketGrid, days: Map<number, KnownDay>, day: number, counted: Counters | undefined): KnownDay {
    const known = days.get(day);
    const counters = counted ? counted.starts + counted.used : '';
    if (known?.counters === counters) return known;
    const slots = known?.slots ?? [...openSlots(grid, day * DAY_MS, (day + 1) * DAY_MS)];
    const all = withFree(slots, counted);
    const made = { slots, counters, all, free: all.filter(({ free }) => free > 0) };
    if (!known) this.#makeRoom();
    days.set(day, made);
    return made;
  }

  #makeRoom(): void {
    if (this.#kept >= MOST_KEPT) {
      for (const { days } of this.#grids.values()) days.clear();
      this.#kept = 0;
    }
    this.#kept += 1;
  }
}

interface Counters {
  starts: string;
  used: string;
}

async function readCounters(
  sql: Pick<Sql, 'query'>,
  service: string,
  first: number,
  last: number,
): Promise<Map<number, Counters>> {
  const range = [instant(first * DAY_MS), instant((last + 1) * DAY_MS)];
  const rows = await sql.query<Counters & { day: number }>(READ_USED_BY_DAY, [service, ...range]);
  return new Map(rows.map((row) => [row.day, row]));
}

function withFree(slots: readonly TimeSlot[], counted: Counters | undefined): FreeSlot[] {
  const places = numbersIn(counted?.used);
  const used = new Map(numbersIn(counted?.starts).map((start, index) => [start * 1000, places[index] ?? 0]));
  return slots.map((slot) => ({ ...slot, free: Math.max(0, slot.total - (used.get(slot.start) ?? 0)) }));
}

function isSame(one: BucketGrid, other: BucketGrid): boolean {
  return (
    one.minutes === other.minutes &&
    one.places === other.places &&
    one.hours === other.hours &&
    one.capacity === other.capacity
  );
}
