import { instant, type JsonObject } from '../kernel/index.js';
import type { JournalEvent, Position } from './event.js';

/** Columns of an event, as every statement here selects them. */
export const EVENT_COLUMNS = 'id, xid::text::int8 as xid, at, type, callback, session, call, agent, data';

export interface EventRow extends Position {
  at: number;
  type: string;
  callback: string | null;
  session: string | null;
  call: string | null;
  agent: string | null;
  data: JsonObject;
}

export function toEvent(row: EventRow): JournalEvent {
  const identity = { id: `${row.xid}-${row.id}`, at: instant(row.at), type: row.type };
  const event: JournalEvent = { ...identity, ...row.data };
  for (const subject of ['callback', 'session', 'call', 'agent'] as const) {
    const id = row[subject];
    if (id !== null) event[subject] = id;
  }
  // Whatever the data holds, these three are the event's own.
  return Object.assign(event, identity);
}
