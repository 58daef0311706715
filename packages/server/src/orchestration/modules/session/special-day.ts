import type { Zone } from '../../../calendar/index.js';
import type { ListObject } from '../../configured-objects.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * Whether a day is one of a table of special days. A table is a list object: each section is a day, its key `date` is
 * `YYYY-MM-DD`, or `MM-DD` every year (several separated by commas), `from` and `to` are times of the day (`HH:MM`).
 * @param day a section; empty: any
 * @param useTime whether `from` and `to` count
 */
export function isSpecialDay(
  table: ListObject,
  day: string,
  at: ReturnType<Zone['wallTime']>,
  useTime: boolean,
): boolean {
  const date = new Date(at.day * DAY_MS).toISOString().slice(0, 10);
  const sections = day === '' ? Object.values(table) : [table[day] ?? {}];
  return sections.some((section) => {
    const dates = (section.date ?? '').split(',').map((one) => one.trim());
    return dates.some((one) => one === date || one === date.slice(5)) && (!useTime || isWithin(section, at.time));
  });
}

function isWithin({ from = '00:00', to = '24:00' }: Readonly<Record<string, string>>, time: number): boolean {
  return time >= timeOfDay(from) && time < timeOfDay(to);
}

/** Milliseconds since midnight; a malformed text is midnight. */
function timeOfDay(text: string): number {
  const [, hours = '0', minutes = '0'] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}
