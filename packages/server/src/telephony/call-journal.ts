import type { JsonObject } from '../kernel/index.js';
import type { Sql, Transaction } from '../store/sql.js';
import { decisionFacts } from './dial-decision.js';
import type { Leg, LegEvent } from './leg.js';
import type { SwitchEvent } from './switch.js';

/** An entry of the event journal about a leg. */
export interface CallJournalEntry {
  /** Milliseconds since 1970. */
  at: number;
  type: 'call.dialing' | 'call.ringing' | 'call.answered' | 'call.joined' | 'call.ended';
  call: string;
  callback?: string;
  session?: string;
  agent?: string;
  data: JsonObject;
}

/** What Calls needs of the event journal. */
export interface CallJournal {
  record(tx: Sql | Transaction, entries: CallJournalEntry[]): Promise<void>;
}

/** The entry for what has just happened to a leg. */
export function journalEntry(
  leg: Leg,
  event: Exclude<LegEvent, { type: 'call-progress' }> | Extract<SwitchEvent, { type: 'inbound' }>,
): CallJournalEntry {
  const ended = event.type === 'leg' && event.state === 'ended';
  return {
    at: event.at,
    type: typeOf(event),
    call: leg.callId,
    ...(leg.callback !== undefined && { callback: leg.callback }),
    ...(leg.session !== undefined && { session: leg.session }),
    ...(leg.agentId !== undefined && { agent: leg.agentId }),
    data: {
      leg: leg.id,
      role: leg.role,
      number: leg.number,
      from: leg.from,
      ...(leg.attempt !== undefined && { attempt: leg.attempt }),
      ...(event.type === 'joined' && { bridge: event.bridgeId }),
      ...(ended && { cause: event.cause, answered: leg.answeredAt !== undefined }),
      ...(ended && leg.progress !== undefined && { progress: leg.progress }),
      ...(isDialed(event) && leg.decision && { plan: decisionFacts(leg.decision) }),
    },
  };
}

/** The beginning of a dialed leg, and the end of one that may never have been dialed: both say what the dial plan decided. */
function isDialed(event: { type: string; state?: string }): boolean {
  return event.type === 'leg' && (event.state === 'dialing' || event.state === 'ended');
}

function typeOf(
  event: { type: 'inbound' | 'joined' } | Extract<SwitchEvent, { type: 'leg' }>,
): CallJournalEntry['type'] {
  switch (event.type) {
    case 'inbound':
      return 'call.ringing';
    case 'joined':
      return 'call.joined';
    case 'leg':
      return `call.${event.state}`;
  }
}
