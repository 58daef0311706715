import { Zone } from '../../calendar/index.js';
import type { ListRecord } from './record.js';

/**
 * When a record may be dialed: spec outbound.md 5.3. All of it is about the clock on the wall in the record's zone, so
 * that a day on which clocks change is one hour shorter or longer.
 */

/** Seconds since local midnight: `[from, till)`. `from > till` crosses midnight; equal ones leave no time at all. */
export interface DailyWindow {
  readonly from: number;
  readonly till: number;
}

/** The window of a list; what is not set does not restrict. */
export interface ListWindow {
  readonly timeFrom?: number | undefined;
  readonly timeUntil?: number | undefined;
  /** How it goes together with the records' own windows: both must be open, or it takes their place. */
  readonly combine?: 'intersect' | 'list-overrides' | undefined;
}

export type WindowedRecord = Pick<ListRecord, 'zone' | 'dailyFrom' | 'dailyTill'>;

export interface Callable {
  open: boolean;
  /** `now` when open; else when it opens next, in milliseconds since 1970; Infinity: never. */
  opensAt: number;
}

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1000;
/** Far enough to find a window that a change of clocks has swallowed on one day. */
const LOOK_AHEAD_MS = 8 * DAY_MS;

/** Whether a record's window is open at `now`, and when it opens next. */
export function callableAt(record: WindowedRecord, list: ListWindow, now: number): Callable {
  const stretches = openStretches(record, list);
  if (stretches.length === 0) return { open: false, opensAt: Number.POSITIVE_INFINITY };
  const zone = Zone.named(record.zone);
  const { time } = zone.wallTime(now);
  if (stretches.some(({ from, till }) => time >= from * 1000 && time < till * 1000))
    return { open: true, opensAt: now };
  return { open: false, opensAt: nextOpening(zone, stretches, now) };
}

/** The stretches of a local day during which a record may be dialed: ordered, each with `from < till`. */
export function openStretches(record: Pick<ListRecord, 'dailyFrom' | 'dailyTill'>, list: ListWindow): DailyWindow[] {
  const own = { from: record.dailyFrom, till: record.dailyTill };
  const { timeFrom, timeUntil } = list;
  if (timeFrom === undefined && timeUntil === undefined) return stretchesOf(own);
  if (list.combine === 'list-overrides') {
    return stretchesOf({ from: timeFrom ?? own.from, till: timeUntil ?? own.till });
  }
  const ofList = stretchesOf({ from: timeFrom ?? 0, till: timeUntil ?? DAY_S });
  return stretchesOf(own)
    .flatMap((one) =>
      ofList.map((other) => ({ from: Math.max(one.from, other.from), till: Math.min(one.till, other.till) })),
    )
    .filter(({ from, till }) => from < till)
    .sort((one, other) => one.from - other.from);
}

function stretchesOf({ from, till }: DailyWindow): DailyWindow[] {
  if (from === till) return [];
  if (from < till) return [{ from, till }];
  return [
    { from: 0, till },
    { from, till: DAY_S },
  ].filter((stretch) => stretch.from < stretch.till);
}

function nextOpening(zone: Zone, stretches: readonly DailyWindow[], now: number): number {
  for (const { from, to, offset } of zone.segments(now, now + LOOK_AHEAD_MS)) {
    const lastDay = Math.floor((to - 1 + offset) / DAY_MS);
    for (let day = Math.floor((from + offset) / DAY_MS); day <= lastDay; day += 1) {
      const midnight = day * DAY_MS - offset;
      for (const stretch of stretches) {
        const opens = Math.max(from, midnight + stretch.from * 1000);
        if (opens < Math.min(to, midnight + stretch.till * 1000)) return opens;
      }
    }
  }
  return Number.POSITIVE_INFINITY;
}
