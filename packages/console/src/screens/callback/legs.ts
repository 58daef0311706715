import type { JournalEvent } from '../../api/journal.js';
import { text } from '../../api/json.js';

/** One party's part of a call, put together from its events. Instants are milliseconds since 1970. */
export interface CallLeg {
  id: string;
  /** customer, agent or inbound. */
  role: string;
  number: string;
  agent?: string;
  startedAt: number;
  answeredAt?: number;
  joinedAt?: number;
  endedAt?: number;
  cause?: string;
}

/** The legs that a callback's history tells of, in the order in which they began. */
export function callLegs(events: readonly JournalEvent[]): CallLeg[] {
  const legs = new Map<string, CallLeg>();
  for (const event of events) {
    if (!event.type.startsWith('call.')) continue;
    const id = text(event.data, 'leg') ?? event.call;
    if (id === undefined) continue;
    const leg: CallLeg = legs.get(id) ?? {
      id,
      role: text(event.data, 'role') ?? '',
      number: text(event.data, 'number') ?? '',
      startedAt: event.at,
    };
    legs.set(id, leg);
    if (event.agent !== undefined) leg.agent = event.agent;
    if (event.type === 'call.answered') leg.answeredAt = event.at;
    if (event.type === 'call.joined') leg.joinedAt = event.at;
    if (event.type === 'call.ended') {
      leg.endedAt = event.at;
      const cause = text(event.data, 'cause');
      if (cause !== undefined) leg.cause = cause;
    }
  }
  return [...legs.values()];
}
