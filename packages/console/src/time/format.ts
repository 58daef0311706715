import { currentLanguage } from '../i18n/i18n.js';
import { type Language, localeOf } from '../i18n/language.js';

/**
 * How times, durations and numbers are written. All instants are milliseconds since 1970; zones are the viewer's, order
 * and words those of the language that is shown.
 */

const FORMS = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  timeToMinute: { hour: '2-digit', minute: '2-digit' },
  day: { weekday: 'short', day: 'numeric', month: 'short' },
  dayAndYear: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(form: keyof typeof FORMS): Intl.DateTimeFormat {
  const locale = localeOf(currentLanguage());
  const key = `${locale} ${form}`;
  const made = formats.get(key) ?? new Intl.DateTimeFormat(locale, FORMS[form]);
  formats.set(key, made);
  return made;
}

/** The viewer's time zone, as an IANA name. */
export const viewerZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

export function formatTime(at: number): string {
  return format('time').format(at);
}

export function formatTimeToMinute(at: number): string {
  return format('timeToMinute').format(at);
}

export function formatDay(at: number): string {
  return format('day').format(at);
}

export function formatDayAndYear(at: number): string {
  return format('dayAndYear').format(at);
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(localeOf(currentLanguage())).format(value);
}

/** A share of one in percent, with two decimals: `2.50 %`, `2,50 %`. */
export function formatPercent(share: number, decimals = 2): string {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return `${new Intl.NumberFormat(localeOf(currentLanguage()), digits).format(100 * share)} %`;
}

/** The names of the days from Monday on: `Mon`, `lun.`, `月`. */
export function weekdayNames(): string[] {
  const names = new Intl.DateTimeFormat(localeOf(currentLanguage()), { weekday: 'short', timeZone: 'UTC' });
  // January 5, 1970 was a Monday.
  return [4, 5, 6, 7, 8, 9, 10].map((day) => names.format(day * 86_400_000));
}

/** Today's instants as a time alone, the others with their day. */
export function formatMoment(at: number, now: number): string {
  return startOfDay(at) === startOfDay(now) ? formatTime(at) : `${formatDay(at)}, ${formatTimeToMinute(at)}`;
}

/** The exact instant, for hovering: `2026-05-27 15:10:00.000 UTC`. */
export function formatUtc(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

const UNITS: Readonly<Record<Language, Readonly<Record<'d' | 'h' | 'min' | 's', string>>>> = {
  en: { d: 'd', h: 'h', min: 'min', s: 's' },
  fr: { d: 'j', h: 'h', min: 'min', s: 's' },
  ja: { d: '日', h: '時間', min: '分', s: '秒' },
};

/** A duration in its two largest units: `8 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. Negative ones count as none. */
export function formatDuration(milliseconds: number): string {
  const { d, h, min, s } = UNITS[currentLanguage()];
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} ${s}`;
  if (seconds < 3600) return twoUnits(Math.floor(seconds / 60), min, seconds % 60, s);
  if (seconds < 86_400) return twoUnits(Math.floor(seconds / 3600), h, Math.floor((seconds % 3600) / 60), min);
  return twoUnits(Math.floor(seconds / 86_400), d, Math.floor((seconds % 86_400) / 3600), h);
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Time since the start of a history: `+0:00.000`, `+1:05.250`, `+2:00:31.004`. */
export function formatOffset(milliseconds: number): string {
  const sign = milliseconds < 0 ? '−' : '+';
  const total = Math.abs(Math.round(milliseconds));
  const hours = Math.floor(total / 3_600_000);
  const minutes = Math.floor((total % 3_600_000) / 60_000);
  const seconds = ((total % 60_000) / 1000).toFixed(3).padStart(6, '0');
  return hours === 0
    ? `${sign}${minutes}:${seconds}`
    : `${sign}${hours}:${String(minutes).padStart(2, '0')}:${seconds}`;
}

/** Midnight, in the viewer's zone, of the day that an instant falls on. */
export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** The next midnight in the viewer's zone; not always 24 hours after the last one. */
export function endOfDay(at: number): number {
  const date = new Date(startOfDay(at));
  return date.setDate(date.getDate() + 1);
}

/** The midnight, in the viewer's zone, `days` days after the day that an instant falls on. */
export function daysAfter(at: number, days: number): number {
  const date = new Date(startOfDay(at));
  return date.setDate(date.getDate() + days);
}

/** A day as a date field writes it: `2026-05-27`. */
export function dateText(at: number): string {
  const date = new Date(at);
  const part = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())}`;
}
