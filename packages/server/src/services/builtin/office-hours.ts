import type { Calendar, OfficeHours } from '../../calendar/index.js';
import { type Clock, instant, type JsonObject, parseInstant } from '../../kernel/index.js';
import type { BuiltinService, ServiceRequest } from './builtin-service.js';
import { invalidQuery, queryText, requireRange } from './query.js';

const DAY_MS = 86_400_000;
/** How far is looked for the end of the opening that is asked about without a range. */
const LOOK_AHEAD_MS = 7 * DAY_MS;
const MOST_DAYS = 366;

/**
 * `office-hours` as the Calendar Service API reads it (gms-services.md 8.2): the open periods of a range, or the one
 * that is open at an instant. No periods: closed.
 */
export function officeHours(calendar: Calendar, clock: Clock): BuiltinService {
  return {
    method: 'read',
    run: async ({ name, options, request }) => {
      const hours = calendar.officeHours(name);
      const { start, end } = rangeOf(request, clock.now());
      const periods = end === start ? openingAt(hours, start) : hours.openPeriods(start, end);
      const body: JsonObject = {
        error: null,
        timezone: options._timezone || 'UTC',
        periods: periods.map((period) => ({ start: instant(period.start), end: instant(period.end) })),
      };
      return { status: 200, body };
    },
  };
}

/** The opening that an instant belongs to, from then on. */
function openingAt(hours: OfficeHours, at: number) {
  if (!hours.evaluate(at).open) return [];
  return hours.openPeriods(at, at + LOOK_AHEAD_MS).slice(0, 1);
}

function rangeOf(request: ServiceRequest, now: number): { start: number; end: number } {
  const start = timeOf(request, 'start') ?? now;
  const end = timeOf(request, 'end') ?? start + daysOf(request) * DAY_MS;
  requireRange(start, end);
  return { start, end };
}

function timeOf(request: ServiceRequest, name: string): number | undefined {
  const text = queryText(request, name);
  if (text === undefined) return undefined;
  // A plus sign that was not escaped in an address arrives as a blank.
  const at = parseInstant(text.replace(/ (\d{2}:?\d{2})$/, '+$1'));
  if (at === undefined) throw invalidQuery(`Invalid date format for ${name} : [${text}]`);
  return at;
}

function daysOf(request: ServiceRequest): number {
  const text = queryText(request, 'number-of-days');
  if (text === undefined) return 0;
  const days = Number(text);
  if (/^\d+$/.test(text) && days <= MOST_DAYS) return days;
  throw invalidQuery(`Invalid number-of-days : [${text}] is not a whole number from 0 to ${MOST_DAYS}`);
}
