import type { EventInput } from '../api/event.js';
import type { JsonValue } from '../json.js';
import type { Limits } from '../limits.js';

/**
 * The event, or in its place an `error.platform` that says why it was refused: a sender must not be able to end a
 * session by the size of what it sends.
 */
export function admittedEvent(event: EventInput, limits: Limits): EventInput {
  const { data, name } = event;
  if (data === undefined) return event;
  const { eventDepth, eventBytes } = limits;
  let reason: string | undefined;
  if (eventDepth > 0 && depthOf(data, eventDepth) > eventDepth) reason = 'event-depth';
  else if (eventBytes > 0 && approximateBytes(data) > eventBytes) reason = 'event-size';
  return reason === undefined ? event : { name: 'error.platform', type: 'platform', data: { reason, event: name } };
}

/** Nesting of a value, counted no further than just beyond the limit. */
function depthOf(value: JsonValue, limit: number): number {
  if (typeof value !== 'object' || value === null || limit < 0) return 0;
  let deepest = 0;
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    deepest = Math.max(deepest, depthOf(item, limit - 1));
  }
  return deepest + 1;
}

/** Length of the JSON text, without making it for the small values that most events have. */
function approximateBytes(value: JsonValue): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  let bytes = 2;
  for (const [key, item] of Object.entries(value)) {
    bytes += approximateBytes(item) + 1 + (Array.isArray(value) ? 0 : key.length + 3);
  }
  return bytes;
}
