import { DAY_MS } from './zone.js';

/** One calendar date, or the same date of every year. */
export interface DateRule {
  year?: number;
  /** 1 to 12. */
  month: number;
  /** 1 to 31. */
  day: number;
}

/** Local dates as numbers of days since 1970-01-01, both ends included. */
export interface DateRange {
  first: number;
  last: number;
}

/** Reads `YYYY-MM-dd` or `MM-dd`; undefined when it is neither, or no date of any year. */
export function parseDateRule(text: string): DateRule | undefined {
  const match = /^(?:(\d{4})-)?(\d{1,2})-(\d{1,2})$/.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day] = match;
  const rule: DateRule = { month: Number(month), day: Number(day), ...(year !== undefined && { year: Number(year) }) };
  // A date without a year is judged in a leap year, so that February 29 can be given.
  const check = new Date(Date.UTC(rule.year ?? 2000, rule.month - 1, rule.day));
  return check.getUTCMonth() === rule.month - 1 && check.getUTCDate() === rule.day ? rule : undefined;
}

/** Reads `YYYY-MM-dd` or `YYYY-MM-dd to YYYY-MM-dd`. */
export function parseDateRange(text: string): DateRange | undefined {
  const [from, to = from, ...rest] = text.split(/\s+to\s+/i);
  if (from === undefined || to === undefined || rest.length > 0) return undefined;
  const first = parseDateRule(from);
  const last = parseDateRule(to);
  if (first?.year === undefined || last?.year === undefined) return undefined;
  const range = {
    first: dayNumber(first.year, first.month, first.day),
    last: dayNumber(last.year, last.month, last.day),
  };
  return range.first <= range.last ? range : undefined;
}

export function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** True when the local date `day` (days since 1970-01-01) is one that the rule names. */
export function isNamedBy(rule: DateRule, day: number): boolean {
  const date = new Date(day * DAY_MS);
  return (
    date.getUTCDate() === rule.day &&
    date.getUTCMonth() === rule.month - 1 &&
    (rule.year === undefined || date.getUTCFullYear() === rule.year)
  );
}
