import { DateTime } from 'luxon';
import type { OutboundSchedule } from '../../../config/index.js';
import { dialModes, optimizeMethods } from '../../dial-mode.js';
import type { DialSettingsChange } from '../../dial-settings.js';

/** What of an outbound schedule says when it runs. `zone`: IANA name. */
export interface Timetable
  extends Pick<
    OutboundSchedule,
    'recurrence' | 'date' | 'weekdays' | 'monthDays' | 'from' | 'until' | 'startTime' | 'items'
  > {
  zone: string;
}

/** An item on one day. Times: milliseconds since 1970. */
export interface ItemOfDay {
  campaignGroup: string;
  startAt: number;
  stopAt: number;
  change: DialSettingsChange;
  stopAtDials?: number;
  stopAtContacts?: number;
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
/** Every recurrence comes again within this time; day 31 after two months. */
const MOST_DAYS = 63;

/** The day on the wall at an instant, `YYYY-MM-DD`. */
export function dayAt(timetable: Timetable, at: number): string {
  return isoDate(DateTime.fromMillis(at, { zone: timetable.zone }));
}

/** The first day on which it runs, not before `day`; undefined when there is none any more. */
export function nextDay(timetable: Timetable, day: string): string | undefined {
  const { recurrence, date, from, until } = timetable;
  const first = from !== undefined && from > day ? from : day;
  if (recurrence === 'Once') return date !== undefined && date >= first && isWithin(date, until) ? date : undefined;
  let candidate = DateTime.fromISO(first, { zone: 'utc' });
  for (let tried = 0; tried < MOST_DAYS && isWithin(isoDate(candidate), until); tried += 1) {
    if (runsOn(timetable, candidate)) return isoDate(candidate);
    candidate = candidate.plus({ days: 1 });
  }
  return undefined;
}

/** The day after. */
export function dayAfter(day: string): string {
  return isoDate(DateTime.fromISO(day, { zone: 'utc' }).plus({ days: 1 }));
}

/** The items on a day; one without a time to stop ends with the day. */
export function itemsOn(timetable: Timetable, day: string): ItemOfDay[] {
  return timetable.items.map((item) => {
    const { campaign, group, startTime, stopTime, stopAtDials, stopAtContacts } = item;
    const dialMode = dialModes.find((mode) => mode === item.dialMode);
    const optimizeBy = optimizeMethods.find((method) => method === item.optimizeBy);
    const { optimizeGoal } = item;
    return {
      campaignGroup: `${campaign}@${group}`,
      startAt: instantOf(timetable, day, startTime ?? timetable.startTime),
      stopAt: instantOf(timetable, day, stopTime ?? '24:00'),
      change: {
        ...(dialMode !== undefined && { dialMode }),
        ...(optimizeBy !== undefined && { optimizeBy }),
        ...(optimizeGoal !== undefined && { optimizeGoal }),
      },
      ...(stopAtDials !== undefined && { stopAtDials }),
      ...(stopAtContacts !== undefined && { stopAtContacts }),
    };
  });
}

function runsOn({ recurrence, weekdays, monthDays }: Timetable, day: DateTime): boolean {
  if (recurrence === 'Weekly') return weekdays?.some((name) => WEEKDAYS.indexOf(name) + 1 === day.weekday) ?? false;
  if (recurrence === 'Monthly') return monthDays?.includes(day.day) ?? false;
  return true;
}

function isWithin(day: string, until: string | undefined): boolean {
  return until === undefined || day <= until;
}

/** A time that the clocks leave out is as much later as they go forward. */
function instantOf({ zone }: Timetable, day: string, time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const midnight = DateTime.fromISO(day, { zone });
  return hour === 24 ? midnight.plus({ days: 1 }).toMillis() : midnight.set({ hour, minute }).toMillis();
}

function isoDate(date: DateTime): string {
  return date.toFormat('yyyy-MM-dd');
}
