/** Minutes since midnight, half open; `to` is at most 1440. */
export interface Span {
  from: number;
  to: number;
}

/** When the office is open, by weekday from Monday on. */
export type Week = readonly (readonly Span[])[];

type Options = Readonly<Record<string, string>>;

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const DAY_MINUTES = 1440;
const ENTRY = /^([a-z]{3})[a-z]*(?:\s*-\s*([a-z]{3})[a-z]*)?\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/i;

/**
 * The weekly hours of an office (`_bh_regular*`), days and hours that wrap taken apart. What cannot be read is left out:
 * the server does not accept it either.
 */
export function readWeek(options: Options): Week {
  const week: Span[][] = DAYS.map(() => []);
  for (const [name, value] of Object.entries(options)) {
    if (name.startsWith('_bh_regular')) addEntry(week, value.trim());
  }
  return week.map(merged);
}

function addEntry(week: Span[][], entry: string): void {
  const [, first, last = first, ...clock] = ENTRY.exec(entry) ?? [];
  const start = dayOf(first);
  const end = dayOf(last);
  if (start < 0 || end < 0) return;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = clock.map(Number);
  const from = fromHour * 60 + fromMinute;
  const to = toHour * 60 + toMinute;
  const count = ((end - start + 7) % 7) + 1;
  for (let offset = 0; offset < count; offset += 1) {
    const day = (start + offset) % 7;
    week[day]?.push({ from, to: to > from ? to : DAY_MINUTES });
    // Hours across midnight end on the next day.
    if (to <= from && to > 0) week[(day + 1) % 7]?.push({ from: 0, to });
  }
}

function dayOf(name: string | undefined): number {
  return DAYS.findIndex((day) => day.toLowerCase() === name?.toLowerCase());
}

function merged(spans: readonly Span[]): Span[] {
  const sorted = spans.filter(({ from, to }) => to > from).sort((left, right) => left.from - right.from);
  const result: Span[] = [];
  for (const span of sorted) {
    const last = result.at(-1);
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else result.push({ ...span });
  }
  return result;
}

/** The week with a stretch of a day opened or closed. */
export function withStretch(week: Week, day: number, { from, to }: Span, open: boolean): Week {
  return week.map((spans, place) => {
    if (place !== day) return spans;
    if (open) return merged([...spans, { from, to }]);
    return spans.flatMap((span) => [
      ...(span.from < from ? [{ from: span.from, to: Math.min(span.to, from) }] : []),
      ...(span.to > to ? [{ from: Math.max(span.from, to), to: span.to }] : []),
    ]);
  });
}

/** How much of a stretch is open: `closed`, `partly` or `open`. */
export function openness(spans: readonly Span[], { from, to }: Span): 'closed' | 'partly' | 'open' {
  const open = spans.reduce((sum, span) => sum + Math.max(0, Math.min(span.to, to) - Math.max(span.from, from)), 0);
  if (open === 0) return 'closed';
  return open === to - from ? 'open' : 'partly';
}

/** The week in as few entries as days in a row with the same hours allow: `Mon-Fri 09:00-18:00`. */
export function weekEntries(week: Week): string[] {
  const byHours = new Map<string, number[]>();
  for (const [day, spans] of week.entries()) {
    for (const { from, to } of spans) {
      const hours = `${clock(from)}-${clock(to)}`;
      byHours.set(hours, [...(byHours.get(hours) ?? []), day]);
    }
  }
  const entries = [...byHours].flatMap(([hours, days]) => runs(days).map((run) => ({ run, hours })));
  return entries
    .sort((left, right) => left.run.first - right.run.first || left.hours.localeCompare(right.hours))
    .map(({ run, hours }) => {
      const [first, last] = [DAYS[run.first], DAYS[run.last]];
      return `${run.first === run.last ? first : `${first}-${last}`} ${hours}`;
    });
}

function runs(days: readonly number[]): { first: number; last: number }[] {
  const result: { first: number; last: number }[] = [];
  for (const day of days) {
    const run = result.at(-1);
    if (run !== undefined && run.last === day - 1) run.last = day;
    else result.push({ first: day, last: day });
  }
  return result;
}

/** `9:05` as `09:05`; the end of a day is `24:00`. */
export function clock(minutes: number): string {
  const part = (value: number) => String(value).padStart(2, '0');
  return `${part(Math.floor(minutes / 60))}:${part(minutes % 60)}`;
}

/** The options that say this week in place of what they say now; null for those that are not needed any more. */
export function weekOptions(options: Options, week: Week): Record<string, string | null> {
  const old = Object.keys(options).filter((name) => name.startsWith('_bh_regular'));
  const entries = weekEntries(week).map((entry, place): [string, string] => [`_bh_regular${place + 1}`, entry]);
  return { ...Object.fromEntries(old.map((name) => [name, null])), ...Object.fromEntries(entries) };
}

/** A date of the options: `12-25`, every year, or `2026-12-25`. */
export function isDate(rule: string, date: string): boolean {
  return rule === date || rule === date.slice(5);
}

/** The entries of a kind (`_holiday`, `_bh_add`) in the order of their numbers. */
export function datedEntries(options: Options, prefix: string): { name: string; value: string }[] {
  return Object.entries(options)
    .filter(([name, value]) => name.startsWith(prefix) && value !== '')
    .sort(([left], [right]) => left.localeCompare(right, 'en', { numeric: true }))
    .map(([name, value]) => ({ name, value }));
}

/** The hours of an addition such as `12-24 09:00-12:00` on a date; none when it is about another one. */
export function additionOn(value: string, date: string): Span[] {
  const [, rule = '', fromHour, fromMinute, toHour, toMinute] =
    /^(\S+)\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/.exec(value) ?? [];
  if (!isDate(rule, date)) return [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  return [{ from, to: to > from ? to : DAY_MINUTES }];
}
