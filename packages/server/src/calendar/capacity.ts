import { type ErrorDetail, isObject, RingbackError } from '../kernel/index.js';
import { dayNumber, parseDateRule } from './date-rule.js';
import type { OptionMap } from './office-hours-options.js';
import { HOUR_MS, weekday, Zone } from './zone.js';

/** A stretch of time with one capacity; milliseconds since 1970, half open. */
export interface CapacityPeriod {
  start: number;
  end: number;
  capacity: number;
}

const DEFAULT_MAXIMUM = 1000;
const HOURS_PER_DAY = 24;

/**
 * How many callbacks may be booked per time bucket, hour by hour of the week (Capacity service). The hours are those
 * of the clock on the wall of the service's zone; hours that are not listed have no capacity; dated exceptions
 * replace the hours that they list.
 */
export class Capacity {
  constructor(
    readonly zone: Zone,
    /** By weekday (Monday = 1) and hour. */
    private readonly weekly: ReadonlyMap<number, readonly number[]>,
    /** By local date (days since 1970-01-01) and hour; only the hours that the exception lists. */
    private readonly dated: ReadonlyMap<number, ReadonlyMap<number, number>>,
  ) {}

  /** The capacity of a bucket that starts at `at` (milliseconds since 1970). */
  at(at: number): number {
    const { day, time } = this.zone.wallTime(at);
    return this.#ofHour(day, Math.floor(time / HOUR_MS));
  }

  /** The capacities within `[from, to)`, neighbours of equal capacity merged. */
  periods(from: number, to: number): CapacityPeriod[] {
    const periods: CapacityPeriod[] = [];
    for (const segment of this.zone.segments(from, to)) {
      for (let start = segment.from; start < segment.to; ) {
        const local = start + segment.offset;
        const hour = Math.floor(local / HOUR_MS);
        const end = Math.min(segment.to, (hour + 1) * HOUR_MS - segment.offset);
        const day = Math.floor(hour / HOURS_PER_DAY);
        const capacity = this.#ofHour(day, hour - day * HOURS_PER_DAY);
        const last = periods.at(-1);
        if (last?.capacity === capacity) last.end = end;
        else periods.push({ start, end, capacity });
        start = end;
      }
    }
    return periods;
  }

  #ofHour(day: number, hour: number): number {
    return this.dated.get(day)?.get(hour) ?? this.weekly.get(weekday(day))?.[hour] ?? 0;
  }
}

/**
 * Reads the options of a capacity service: `_capacity_1` (Monday) to `_capacity_7`, each
 * `{"1": {"0000": 5, "0100": 6}}`; `_capacity_add`, `{"2026-12-24": {"0900": 0}}`; `_max_capacity`; `_timezone`.
 * @throws RingbackError `invalid-capacity` with one detail per wrong option, `capacity-exceeds-maximum`
 */
export function readCapacity(name: string, options: OptionMap): Capacity {
  const problems: ErrorDetail[] = [];
  const maximum = options._max_capacity ? Number(options._max_capacity) : DEFAULT_MAXIMUM;
  const weekly = new Map<number, number[]>();
  for (let day = 1; day <= 7; day += 1) {
    const option = `_capacity_${day}`;
    const parsed = parseObject(option, options[option], problems);
    const ofDay = parsed[String(day)];
    const hours = isObject(ofDay) ? ofDay : parsed;
    const row = new Array<number>(HOURS_PER_DAY).fill(0);
    for (const [hour, capacity] of readHours(option, hours, maximum, problems)) row[hour] = capacity;
    weekly.set(day, row);
  }
  const dated = new Map<number, ReadonlyMap<number, number>>();
  for (const [date, hours] of Object.entries(parseObject('_capacity_add', options._capacity_add, problems))) {
    const rule = parseDateRule(date);
    if (rule?.year === undefined || !isObject(hours)) {
      problems.push({ pointer: '/_capacity_add', detail: `[${date}] is not a date YYYY-MM-dd with hours.` });
    } else {
      const day = dayNumber(rule.year, rule.month, rule.day);
      dated.set(day, new Map(readHours('_capacity_add', hours, maximum, problems)));
    }
  }
  if (problems.length > 0) {
    const first = problems[0]?.detail ?? '';
    throw new RingbackError('invalid-capacity', `The capacity service [${name}] is not usable: ${first}`, problems);
  }
  return new Capacity(Zone.named(options._timezone || 'UTC'), weekly, dated);
}

function parseObject(option: string, value: string | undefined, problems: ErrorDetail[]): Record<string, unknown> {
  const text = (value ?? '').trim();
  if (text === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed)) return parsed;
    // The original's editor writes an empty list where there is no exception.
    if (Array.isArray(parsed) && parsed.length === 0) return {};
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  problems.push({ pointer: `/${option}`, detail: `[${text}] is not a JSON object.` });
  return {};
}

function readHours(
  option: string,
  hours: Record<string, unknown>,
  maximum: number,
  problems: ErrorDetail[],
): [number, number][] {
  const read: [number, number][] = [];
  for (const [key, value] of Object.entries(hours)) {
    const hour = /^([01]\d|2[0-3])00$/.test(key) ? Number(key.slice(0, 2)) : undefined;
    const capacity = Number(value);
    if (hour === undefined || !Number.isInteger(capacity) || capacity < 0) {
      problems.push({
        pointer: `/${option}/${key}`,
        detail: `[${key}: ${String(value)}] is not an hour 0000 to 2300 with a whole number of callbacks.`,
      });
    } else if (capacity > maximum) {
      throw new RingbackError(
        'capacity-exceeds-maximum',
        `Capacity ${capacity} exceeds the maximum capacity ${maximum}`,
        [{ pointer: `/${option}/${key}`, detail: `At most ${maximum} (option _max_capacity).` }],
      );
    } else {
      read.push([hour, capacity]);
    }
  }
  return read;
}
