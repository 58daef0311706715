/** How times and durations are written. All instants are milliseconds since 1970; zones and order are the viewer's. */

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const timeToMinute = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });

/** The viewer's time zone, as an IANA name. */
export const viewerZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

export function formatTime(at: number): string {
  return time.format(at);
}

export function formatTimeToMinute(at: number): string {
  return timeToMinute.format(at);
}

export function formatDay(at: number): string {
  return day.format(at);
}

/** Today's instants as a time alone, the others with their day. */
export function formatMoment(at: number, now: number): string {
  return startOfDay(at) === startOfDay(now) ? formatTime(at) : `${formatDay(at)}, ${formatTimeToMinute(at)}`;
}

/** The exact instant, for hovering: `2026-05-27 15:10:00.000 UTC`. */
export function formatUtc(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

/** A duration in its two largest units: `8 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. Negative ones count as none. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return twoUnits(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  if (seconds < 86_400) return twoUnits(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min');
  return twoUnits(Math.floor(seconds / 86_400), 'd', Math.floor((seconds % 86_400) / 3600), 'h');
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
