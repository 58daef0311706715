import { Zone } from '../../calendar/index.js';

/** Dates and times on a record's wall clock, as `GSW_DATE_TIME` and the dates of treatments carry them. */

const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{4})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?$/;

/**
 * Reads `MM/DD/YYYY HH:MM[:SS]` (or `YYYY-MM-DDTHH:MM[:SS]`) as the wall clock of `zone` shows it. A time that a change
 * of clocks skips is moved forward by what was skipped; one that occurs twice is the first.
 * @param zone IANA name
 * @returns milliseconds since 1970; undefined when `text` is no date and time that exists
 */
export function readLocalTime(text: string, zone: string): number | undefined {
  const american = AMERICAN.exec(text.trim());
  const iso = ISO.exec(text.trim());
  const [year, month, day, hour, minute, second = '0'] = american
    ? [american[3], american[1], american[2], american[4], american[5], american[6]]
    : (iso?.slice(1) ?? []);
  if (year === undefined) return undefined;
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const check = new Date(wall);
  const exists =
    check.getUTCMonth() === Number(month) - 1 &&
    check.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60;
  return exists ? instantOf(wall, Zone.named(zone)) : undefined;
}

/** Writes an instant as `MM/DD/YYYY HH:MM` on the wall clock of `zone`. */
export function writeLocalTime(at: number, zone: string): string {
  const wall = new Date(at + Zone.named(zone).offsetAt(at));
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${two(wall.getUTCMonth() + 1)}/${two(wall.getUTCDate())}/${wall.getUTCFullYear()}`;
  return `${date} ${two(wall.getUTCHours())}:${two(wall.getUTCMinutes())}`;
}

const DAY_MS = 86_400_000;

/** @param wall what the clock shows, as if it were UTC */
function instantOf(wall: number, zone: Zone): number {
  // The offsets before and after any change near this time; the earlier offset holds until the change.
  const before = wall - zone.offsetAt(wall - DAY_MS);
  if (zone.offsetAt(before) === zone.offsetAt(wall - DAY_MS)) return before;
  const after = wall - zone.offsetAt(wall + DAY_MS);
  // In a gap neither offset leads back to the wall time: counting with the offset before the gap moves it forward.
  return after + zone.offsetAt(after) === wall ? after : before;
}
