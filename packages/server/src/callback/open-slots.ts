import type { Calendar } from '../calendar/index.js';
import type { Clock } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { type BucketGrid, isOpenWithin, openSlots, proposedSlots } from './availability.js';
import { CallbackError } from './callback-error.js';
import type { CallbackService, CallbackServices } from './callback-service.js';
import { gridOf, latestTime } from './desired-time.js';
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
  slots: FreeSlot[];
  minutes: number;
}

/** Query-Availability in both of its versions. */
export class SlotSearch {
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
    const latest = latestTime(service, now, grid);
    const candidates = range
      ? [...openSlots(grid, Math.max(range.start, now), Math.min(range.end, latest))]
      : proposedSlots(grid, at, now);
    const all = await freeSlots(this.parts.database, service.name, candidates);
    const slots: FreeSlot[] = [];
    let free = 0;
    for (const slot of all) {
      if (free >= (query.maxSlots ?? Number.POSITIVE_INFINITY)) break;
      if (slot.free > 0) free += 1;
      else if (!query.reportBusy) continue;
      slots.push(slot);
    }
    return { slots, minutes: grid.minutes };
  }
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
