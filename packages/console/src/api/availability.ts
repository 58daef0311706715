import { useQuery } from '@tanstack/react-query';
import { instant, isObject, number, objects } from './json.js';
import { request } from './request.js';

/** A bookable time slot. */
export interface Slot {
  /** Start, milliseconds since 1970. */
  at: number;
  /** Bookings that it still takes, and how many it takes in all. */
  free: number;
  total: number;
}

/**
 * The free time slots of a service between two instants (milliseconds since 1970), from Query-Availability version 2.
 * Slots that have begun, or are full, are not offered.
 */
export function useAvailability(service: string | undefined, start: number, end: number) {
  return useQuery({
    queryKey: ['availability', service, start, end],
    enabled: service !== undefined && end > start,
    queryFn: async ({ signal }) => {
      const interval = new URLSearchParams({ start: new Date(start).toISOString(), end: new Date(end).toISOString() });
      const path = `/genesys/2/service/callback/${encodeURIComponent(service ?? '')}/availability?${interval}`;
      const answer = await request(path, { signal });
      return isObject(answer) ? parseSlots(answer.slots, start, end) : [];
    },
  });
}

function parseSlots(slots: unknown, start: number, end: number): Slot[] {
  return objects(slots)
    .flatMap((slot) => {
      const at = instant(slot, 'utcTime');
      const free = number(slot, 'capacity') ?? 0;
      return at === undefined || free <= 0 ? [] : [{ at, free, total: number(slot, 'total') ?? free }];
    })
    .filter((slot) => slot.at >= start && slot.at < end);
}
