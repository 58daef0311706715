import type { Calendar } from '../calendar/index.js';
import type { Clock } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { type BucketGrid, isOpenWithin, proposedSlots } from './availability.js';
import { CallbackError } from './callback-error.js';
import type { CallbackService, CallbackServices } from './callback-service.js';
import { gridOf, latestTime } from './desired-time.js';
import { type SlotDay, SlotDays } from './slot-days.js';
import { type FreeSlot, freeSlots } from './slots.js';

const DAY_MS = 86_400_000;
/** Longer ranges are not answered; what lies beyond the service's own limit cannot be booked anyway. */
const MOST_DAYS = 366;

/** A range to look for free slots in; times in milliseconds since 1970. */
export interface SlotRange {
  /** Default: now. */
  start?: number;
  /** Either `end` or `days`, or neither: then the slots around the start. */
  end?: number;
  days?: number;
  /** At most this many free slots. */
  maxSlots?: number;
  /** Also the open slots that are fully booked. */
  reportBusy?: boolean;
}

export interface AvailabilityQuery extends SlotRange {
  /** The desired time, as the client wrote it and in milliseconds since 1970. */
  desired?: { at: number; text: string };
}

export interface OpenSlots {
  /** In order, day by day or as one; a day on which nothing has changed since the last answer is the same object. */
  days: readonly SlotDay[];
  minutes: number;
}

/** Query-Availability in both of its versions. */
export class SlotSearch {
  readonly #days = new SlotDays();

  constructor(
    private readonly parts: { database: Database; clock: Clock; calendar: Calendar; services: CallbackServices },
  ) {}

  /**
   * Version 1: the slots with free places, in order.
   * @throws CallbackError `office-closed` when the desired time, or the whole range, is closed; `unknown-service`,
   *   `invalid-range`, `misconfigured`
   */
  async availability(serviceName: string, query: AvailabilityQuery): Promise<OpenSlots> {
    const service = this.parts.services.get(serviceName);
    const grid = gridOf(this.parts.calendar, service);
    const now = this.parts.clock.now();
    const at = query.desired?.at ?? query.start ?? now;
    const range = rangeOf(query, at);
    const closed = range
      ? !isOpenWithin(grid, range.start, range.end)
      : grid.hours !== undefined && !grid.hours.evaluate(at).open;
    if (closed) throw new CallbackError('office-closed', { at: query.desired?.text ?? new Date(at).toISOString() });
    return this.#slots(service, grid, query, at, now);
  }

  /**
   * Version 2: the slots themselves, in order; none when the office is closed.
   * @throws CallbackError `unknown-service`, `invalid-range`, `misconfigured`
   */
  async slots(serviceName: string, query: SlotRange): Promise<OpenSlots> {
    const service = this.parts.services.get(serviceName);
    const grid = gridOf(this.parts.calendar, service);
    const now = this.parts.clock.now();
    return this.#slots(service, grid, query, query.start ?? now, now);
  }

  async #slots(
    service: CallbackService,
    grid: BucketGrid,
    query: SlotRange,
    at: number,
    now: number,
  ): Promise<OpenSlots> {
    const range = rangeOf(query, at);
    const busy = query.reportBusy ?? false;
    const { database } = this.parts;
    let days: SlotDay[];
    if (range) {
      const end = Math.min(range.end, latestTime(service, now, grid));
      const within = { from: Math.max(range.start, now), to: end };
      days = await this.#days.read(database, { service: service.name, grid }, within, { busy });
    } else {
      const proposed = await freeSlots(database, service.name, proposedSlots(grid, at, now));
      days = [busy ? proposed : proposed.filter(({ free }) => free > 0)];
    }
    return { days: query.maxSlots === undefined ? days : firstOf(days, query.maxSlots), minutes: grid.minutes };
  }
}

/** Up to the free slot of that number; nothing follows the last one. */
function firstOf(days: readonly SlotDay[], most: number): SlotDay[] {
  const first: FreeSlot[] = [];
  let free = 0;
  for (const slot of days.flat()) {
    if (free >= most) break;
    if (slot.free > 0) free += 1;
    first.push(slot);
  }
  return [first];
}

/** @throws CallbackError `invalid-range` */
function rangeOf({ end, days }: SlotRange, start: number): { start: number; end: number } | undefined {
  if (end !== undefined && days !== undefined) {
    throw new CallbackError('invalid-range', { problem: 'only one of end, end-ms and number-of-days can be given' });
  }
  const last = end ?? (days === undefined ? undefined : start + days * DAY_MS);
  if (last === undefined) return undefined;
  if (last < start) throw new CallbackError('invalid-range', { problem: 'the end is before the start' });
  if (last > start + MOST_DAYS * DAY_MS) {
    throw new CallbackError('invalid-range', { problem: `the range is longer than ${MOST_DAYS} days` });
  }
  return last === start ? undefined : { start, end: last };
}
