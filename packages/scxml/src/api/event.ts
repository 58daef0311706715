import type { JsonValue } from '../json.js';

/**
 * An event as it crosses the border of a session, in either direction.
 * `data` is JSON; an XML value is written `{"$xml": "<text/>"}` and becomes a DOM object inside.
 */
export interface EventInput {
  name: string;
  data?: JsonValue;
  /** Default `external`. */
  type?: 'external' | 'platform' | 'internal';
  sendid?: string;
  origin?: string;
  origintype?: string;
  invokeid?: string;
  /** The message as the transport carried it; readable as `_event.raw` (SCXML 1.0, C.2.1). */
  raw?: string;
}
