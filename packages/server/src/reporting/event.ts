import type { JsonObject } from '../kernel/index.js';

/** What is journaled: interface.md section 4 ("Live events"), and `route.decision` with the router's reasons. */
export type EventType =
  | 'callback.accepted'
  | 'callback.rejected'
  | 'callback.state'
  | 'callback.attempt'
  | 'callback.completed'
  | 'agent.state'
  | 'call.dialing'
  | 'call.ringing'
  | 'call.answered'
  | 'call.joined'
  | 'call.ended'
  | 'session.started'
  | 'session.state'
  | 'session.ended'
  | 'campaign.state'
  | 'record.state'
  | 'route.decision';

/** Whom an event concerns; each of them finds its events again by its id. */
export interface Subjects {
  callback?: string | undefined;
  session?: string | undefined;
  call?: string | undefined;
  agent?: string | undefined;
}

/** An event as it is written. */
export interface JournalEntry extends Subjects {
  /** When it happened, in milliseconds since 1970. */
  at: number;
  type: EventType;
  /** What else there is to say; `id`, `at`, `type` and the subjects' names are taken. */
  data: JsonObject;
}

/** An event as it is read: `{id, at, type, ...data}` and the ids of its subjects. */
export interface JournalEvent extends JsonObject {
  /** Its place in the feed, opaque to clients: what `after` and `Last-Event-ID` take. */
  id: string;
  /** ISO 8601, UTC. */
  at: string;
  type: string;
}

/**
 * A place in the feed: the transaction that wrote an event, then the event's number. Transactions are in the order of
 * their first write, so a place is settled only when no older transaction is under way.
 */
export interface Position {
  xid: number;
  id: number;
}

const POSITION = /^(\d{1,19})-(\d{1,19})$/;

/** @returns undefined for a text that names no place */
export function parsePosition(text: string): Position | undefined {
  const [, xid, id] = POSITION.exec(text) ?? [];
  return xid === undefined || id === undefined ? undefined : { xid: Number(xid), id: Number(id) };
}

/** Negative when `a` comes before `b`, positive when after, 0 when they are the same. */
export function comparePositions(a: Position, b: Position): number {
  return a.xid - b.xid || a.id - b.id;
}
