import { type Calendar, Zone } from '../../calendar/index.js';
import { instant, parseInstant } from '../../kernel/index.js';
import type { BuiltinService, ServiceRequest } from './builtin-service.js';
import { invalidQuery, queryText, requireRange } from './query.js';

/**
 * `capacity` (gms-services.md 9): the capacities of a range, neighbours that are equal in one. All times are those of
 * the clock on the wall, without a zone: of the service's, or of the one that the query names.
 */
export function capacity(calendar: Calendar): BuiltinService {
  return {
    method: 'read',
    run: async ({ name, options, request }) => {
      const zone = Zone.named(queryText(request, 'timezone') ?? (options._timezone || 'UTC'));
      const start = requireTime(request, 'start', zone);
      const end = requireTime(request, 'end', zone);
      requireRange(start, end);
      const periods = calendar.capacity(name).periods(start, end);
      const body = periods.map((period) => ({
        start: wallText(zone, period.start),
        end: wallText(zone, period.end),
        capacity: period.capacity,
      }));
      return { status: 200, body };
    },
  };
}

function requireTime(request: ServiceRequest, name: string, zone: Zone): number {
  const text = queryText(request, name);
  if (text === undefined) throw invalidQuery(`Missing mandatory parameter ${name}`);
  const hasZone = /(?:Z|[+-]\d{2}(?::?\d{2})?)$/i.test(text.slice('yyyy-MM-dd'.length));
  const at = parseInstant(text);
  if (at === undefined) throw invalidQuery(`Invalid date format for ${name} : [${text}]`);
  return hasZone ? at : instantOf(zone, at);
}

/** The instant at which a clock of the zone shows what a clock in UTC shows at `local`. */
function instantOf(zone: Zone, local: number): number {
  const guess = local - zone.offsetAt(local);
  return local - zone.offsetAt(guess);
}

/** `yyyy-MM-ddTHH:mm:ss.SSS`. */
function wallText(zone: Zone, at: number): string {
  return instant(at + zone.offsetAt(at)).replace(/Z$/, '');
}
