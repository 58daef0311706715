import { type ErrorDetail, RingbackError } from '../kernel/index.js';
import { type DateRange, type DateRule, parseDateRange, parseDateRule } from './date-rule.js';
import { type DatedHours, OfficeHours, type WeeklyHours } from './office-hours.js';
import { Zone } from './zone.js';

/** The options of one configured service, as the configuration holds them. */
export type OptionMap = Readonly<Record<string, string>>;

/** Finds a configured service by its name. */
export type ServiceLookup = (name: string) => OptionMap | undefined;

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const MINUTES_PER_DAY = 1440;

/** What the entries of one service say, before those of others are included. */
interface Entries {
  regular: WeeklyHours[];
  additional: DatedHours[];
  holidays: DateRule[];
}

/**
 * Reads the options of an office-hours service (`_bh_regular<n>`, `_bh_add<n>`, `_holiday<n>`, `_effective_dates<n>`,
 * `_use_alternative<n>`, `_include_regular<n>`, `_include_special<n>`, `_timezone`). An empty value is no value.
 * @throws RingbackError `invalid-office-hours` with one detail per wrong option; `unknown-time-zone`
 */
export function readOfficeHours(name: string, lookup: ServiceLookup): OfficeHours {
  return read(name, lookup, []);
}

function read(name: string, lookup: ServiceLookup, path: readonly string[]): OfficeHours {
  const options = requireService(name, lookup);
  const problems: ErrorDetail[] = [];
  const entries = readEntries(options, problems);
  const effective: DateRange[] = [];
  const alternatives: OfficeHours[] = [];
  const here = [...path, name];
  for (const [option, value] of givenOptions(options)) {
    if (option.startsWith('_effective_dates')) {
      const range = parseDateRange(value);
      if (range) effective.push(range);
      else problems.push(problem(option, value, 'YYYY-MM-dd or YYYY-MM-dd to YYYY-MM-dd'));
    } else if (option.startsWith('_include_r')) {
      entries.regular.push(...entriesOf(value, lookup).regular);
    } else if (option.startsWith('_include_s')) {
      const included = entriesOf(value, lookup);
      entries.additional.push(...included.additional);
      entries.holidays.push(...included.holidays);
    } else if (option.startsWith('_use_alternative')) {
      if (here.includes(value)) problems.push(problem(option, value, 'a service that does not lead back to this one'));
      else alternatives.push(read(value, lookup, here));
    }
  }
  if (problems.length > 0) {
    const first = problems[0]?.detail ?? '';
    throw new RingbackError('invalid-office-hours', `The office hours [${name}] are not usable: ${first}`, problems);
  }
  return new OfficeHours({ zone: Zone.named(options._timezone || 'UTC'), ...entries, effective, alternatives });
}

function requireService(name: string, lookup: ServiceLookup): OptionMap {
  const options = lookup(name);
  if (!options) {
    throw new RingbackError('unknown-office-hours', `The office-hours service [${name}] is not configured.`);
  }
  return options;
}

function entriesOf(name: string, lookup: ServiceLookup): Entries {
  const problems: ErrorDetail[] = [];
  const entries = readEntries(requireService(name, lookup), problems);
  if (problems.length > 0) {
    throw new RingbackError('invalid-office-hours', `The office hours [${name}] are not usable.`, problems);
  }
  return entries;
}

function readEntries(options: OptionMap, problems: ErrorDetail[]): Entries {
  const entries: Entries = { regular: [], additional: [], holidays: [] };
  for (const [option, value] of givenOptions(options)) {
    if (option.startsWith('_bh_regular')) {
      const hours = parseWeeklyHours(value);
      if (hours) entries.regular.push(hours);
      else problems.push(problem(option, value, 'DDD-DDD HH:mm-HH:mm, such as Mon-Fri 09:00-18:00'));
    } else if (option.startsWith('_bh_add')) {
      const hours = parseDatedHours(value);
      if (hours) entries.additional.push(hours);
      else problems.push(problem(option, value, 'YYYY-MM-dd HH:mm-HH:mm or MM-dd HH:mm-HH:mm'));
    } else if (option.startsWith('_holiday')) {
      const date = parseDateRule(value);
      if (date) entries.holidays.push(date);
      else problems.push(problem(option, value, 'YYYY-MM-dd or MM-dd'));
    }
  }
  return entries;
}

function givenOptions(options: OptionMap): [string, string][] {
  return Object.entries(options)
    .map(([option, value]): [string, string] => [option, value.trim()])
    .filter(([, value]) => value !== '');
}

function problem(option: string, value: string, right: string): ErrorDetail {
  return { pointer: `/${option}`, detail: `[${value}] is not understood as ${option}; right is ${right}.` };
}

/** Reads `Mon-Fri 09:00-18:00` or `Sat 9:00-12:00`; both ranges may wrap. */
export function parseWeeklyHours(text: string): WeeklyHours | undefined {
  const match = /^([a-z]{3,9})(?:\s*-\s*([a-z]{3,9}))?\s+(\S.*)$/i.exec(text.trim());
  if (!match) return undefined;
  const first = weekdayNamed(match[1]);
  const last = match[2] === undefined ? first : weekdayNamed(match[2]);
  const hours = parseHours(match[3]);
  if (first === undefined || last === undefined || !hours) return undefined;
  const days = new Set([first]);
  for (let day = first; day !== last; ) {
    day = (day % 7) + 1;
    days.add(day);
  }
  return { days, ...hours };
}

/** Reads `2026-12-24 09:00-12:00` or, every year, `12-24 09:00-12:00`. */
export function parseDatedHours(text: string): DatedHours | undefined {
  const match = /^(\S+)\s+(\S.*)$/.exec(text.trim());
  const date = parseDateRule(match?.[1] ?? '');
  const hours = parseHours(match?.[2]);
  return date && hours ? { date, ...hours } : undefined;
}

function weekdayNamed(name: string | undefined): number | undefined {
  const place = WEEKDAYS.indexOf((name ?? '').slice(0, 3).toLowerCase());
  return place < 0 ? undefined : place + 1;
}

function parseHours(text: string | undefined): { from: number; to: number } | undefined {
  const match = /^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/.exec((text ?? '').trim());
  if (!match) return undefined;
  const [, fromHour, fromMinute, toHour, toMinute] = match.map(Number);
  if (fromHour === undefined || fromMinute === undefined || toHour === undefined || toMinute === undefined) {
    return undefined;
  }
  const from = fromHour * 60 + fromMinute;
  const to = toHour * 60 + toMinute;
  if (fromMinute > 59 || toMinute > 59 || from >= MINUTES_PER_DAY || to > MINUTES_PER_DAY) return undefined;
  return { from, to: to > from ? to : to + MINUTES_PER_DAY };
}
