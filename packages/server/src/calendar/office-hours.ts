import { type DateRange, type DateRule, isNamedBy } from './date-rule.js';
import { contains, difference, intersection, type Period, union } from './period.js';
import { DAY_MS, MINUTE_MS, weekday, type Zone } from './zone.js';

/** Why an office is closed; the first two are the original's, `closed_holiday` is an addition. */
export type ClosedReason = 'closed_day_of_week' | 'closed_no_match' | 'closed_holiday';

export type Opening = { open: true } | { open: false; reason: ClosedReason };

/** Hours of certain weekdays. Minutes since local midnight; `to` beyond 1440 reaches into the next day. */
export interface WeeklyHours {
  /** Monday = 1 to Sunday = 7. */
  days: ReadonlySet<number>;
  from: number;
  to: number;
}

/** Extra hours of one date, or of the same date every year. */
export interface DatedHours {
  date: DateRule;
  from: number;
  to: number;
}

export interface OfficeHoursRules {
  zone: Zone;
  regular: readonly WeeklyHours[];
  additional: readonly DatedHours[];
  holidays: readonly DateRule[];
  /** Empty: always in effect. */
  effective: readonly DateRange[];
  /** Offices that stand in for this one on their own effective dates. */
  alternatives: readonly OfficeHours[];
}

/** One local date, worked out: its open minutes, ordered and disjoint, and why it is closed at other times. */
interface DayPlan {
  open: readonly Period[];
  otherwise: ClosedReason;
}

const CACHED_DAYS = 1024;
const MINUTES_PER_DAY = DAY_MS / MINUTE_MS;

/**
 * The opening hours of an office. An instant is judged by what the clock on the office's wall shows at that instant,
 * so that weekly hours follow daylight saving: an hour that the clock skips is not there, an hour that it shows twice
 * is judged alike both times. Closing time is exclusive.
 *
 * Order of the rules (office-hours template): effective dates, additional hours, holidays, regular hours. Hours that
 * reach past midnight belong to the day on which they start.
 */
export class OfficeHours {
  readonly #plans = new Map<number, DayPlan>();

  constructor(readonly rules: OfficeHoursRules) {}

  /** Whether the office is open at `at` (milliseconds since 1970). Cheap: it is asked for every booking. */
  evaluate(at: number): Opening {
    for (const alternative of this.rules.alternatives) {
      if (alternative.inEffect(at)) return alternative.evaluate(at);
    }
    const { day, time } = this.rules.zone.wallTime(at);
    const plan = this.#plan(day);
    return contains(plan.open, time / MINUTE_MS) ? { open: true } : { open: false, reason: plan.otherwise };
  }

  /** Whether `at` falls on one of the effective dates; false for an office that has none. */
  inEffect(at: number): boolean {
    const { day } = this.rules.zone.wallTime(at);
    return this.rules.effective.some((range) => isWithin(range, day));
  }

  /** Every open period within `[from, to)`, cut to it, in order. */
  openPeriods(from: number, to: number): Period[] {
    let open = this.#ownPeriods(from, to);
    for (const alternative of [...this.rules.alternatives].reverse()) {
      const inEffect = alternative.#effectivePeriods(from, to);
      const instead = intersection(alternative.openPeriods(from, to), inEffect);
      open = union([...difference(open, inEffect), ...instead]);
    }
    return open;
  }

  #ownPeriods(from: number, to: number): Period[] {
    return this.#byLocalDay(from, to, (day) => this.#plan(day).open);
  }

  #effectivePeriods(from: number, to: number): Period[] {
    const wholeDay = [{ start: 0, end: MINUTES_PER_DAY }];
    return this.#byLocalDay(from, to, (day) =>
      this.rules.effective.some((range) => isWithin(range, day)) ? wholeDay : [],
    );
  }

  /** Carries minutes of local days over to instants, one stretch of constant offset after the other. */
  #byLocalDay(from: number, to: number, minutesOf: (day: number) => readonly Period[]): Period[] {
    const periods: Period[] = [];
    for (const segment of this.rules.zone.segments(from, to)) {
      const lastDay = Math.floor((segment.to - 1 + segment.offset) / DAY_MS);
      for (let day = Math.floor((segment.from + segment.offset) / DAY_MS); day <= lastDay; day += 1) {
        const midnight = day * DAY_MS - segment.offset;
        for (const { start, end } of minutesOf(day)) {
          periods.push({
            start: Math.max(segment.from, midnight + start * MINUTE_MS),
            end: Math.min(segment.to, midnight + end * MINUTE_MS),
          });
        }
      }
    }
    return union(periods);
  }

  #plan(day: number): DayPlan {
    const known = this.#plans.get(day);
    if (known) return known;
    if (this.#plans.size >= CACHED_DAYS) this.#plans.clear();
    const plan = this.#workOut(day);
    this.#plans.set(day, plan);
    return plan;
  }

  #workOut(day: number): DayPlan {
    const { regular, additional, holidays, effective } = this.rules;
    if (effective.length > 0 && !effective.some((range) => isWithin(range, day))) {
      return { open: [], otherwise: 'closed_no_match' };
    }
    const added = minutesOfDay(day, additional, (hours, start) => isNamedBy(hours.date, start));
    if (holidays.some((rule) => isNamedBy(rule, day))) return { open: union(added), otherwise: 'closed_holiday' };
    const weekly = minutesOfDay(day, regular, (hours, start) => hours.days.has(weekday(start)));
    const otherwise = weekly.length > 0 ? 'closed_no_match' : 'closed_day_of_week';
    return { open: union([...added, ...weekly]), otherwise };
  }
}

function isWithin(range: DateRange, day: number): boolean {
  return range.first <= day && day <= range.last;
}

/** The minutes of `day` that the hours cover: their own start, and what reaches over from the day before. */
function minutesOfDay<H extends { from: number; to: number }>(
  day: number,
  hours: readonly H[],
  startsOn: (hours: H, day: number) => boolean,
): Period[] {
  const minutes: Period[] = [];
  for (const each of hours) {
    if (startsOn(each, day)) minutes.push({ start: each.from, end: Math.min(each.to, MINUTES_PER_DAY) });
    if (each.to > MINUTES_PER_DAY && startsOn(each, day - 1)) {
      minutes.push({ start: 0, end: each.to - MINUTES_PER_DAY });
    }
  }
  return minutes.filter((period) => period.start < period.end);
}
