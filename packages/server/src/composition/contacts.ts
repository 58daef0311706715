import type { CustomerDesk } from '../api/index.js';
import { type ContactEvent, type ContactLinks, type ContextServices, resolveTenant } from '../context/index.js';
import type { Follower, Journal, JournalEvent } from '../reporting/index.js';

/**
 * Tells Context Services of callbacks and calls as the journal reports them, so that each can be known by its customer
 * without the booking or the call waiting for it.
 */
export function followContacts(journal: Journal, links: ContactLinks): Follower {
  return journal.follower({
    name: 'context-services',
    types: ['callback.accepted', 'callback.state', 'callback.completed', 'call.dialing', 'call.ringing', 'call.ended'],
    handle: async (tx, events) => links.follow(tx, events.flatMap(contactEvent)),
  });
}

/** Customers for the administration API. */
export function customerDesk({ customers, configuration }: ContextServices): CustomerDesk {
  return {
    tenant: (given) => resolveTenant(configuration, given),
    list: (tenant, filter) => customers.list(tenant, filter),
    find: (tenant, wanted) => customers.find(tenant, wanted),
    get: (tenant, id) => customers.get(tenant, id),
    change: (tenant, id, attributes) => customers.change(tenant, id, attributes),
    journey: (tenant, id) => customers.journey(tenant, id),
    definitions: (tenant) => customers.definitions(tenant),
  };
}

/** What an entry of the journal says of a contact. The calls of a callback are part of it, agents are nobody's. */
function contactEvent(event: JournalEvent): ContactEvent[] {
  const at = Date.parse(event.at);
  const { callback, call } = event;
  if (typeof callback === 'string') return callbackEvent(event, callback, at);
  if (typeof call !== 'string' || event.role === 'agent') return [];
  const contact = { kind: 'call', id: call } as const;
  if (event.type === 'call.ended') {
    return [{ type: 'ended', at, contact, reason: text(event.progress ?? event.cause) }];
  }
  // A call that arrives is known by who calls, one that is placed by who is called.
  const inbound = event.role === 'inbound';
  const number = text(inbound ? event.from : event.number);
  const about = { direction: inbound ? 'inbound' : 'outbound', from: text(event.from), to: text(event.number) };
  return [{ type: 'began', at, contact: { ...contact, number, session: text(event.session) || undefined, about } }];
}

function callbackEvent(event: JournalEvent, id: string, at: number): ContactEvent[] {
  const contact = { kind: 'callback', id } as const;
  switch (event.type) {
    case 'callback.accepted': {
      const about = {
        service: text(event.service),
        desired_time: text(event.desiredTime),
        immediate: event.immediate === true,
      };
      const session = text(event.session) || undefined;
      const begun = { ...contact, number: text(event.number), session, about };
      return [{ type: 'began', at, contact: begun, state: text(event.state) }];
    }
    case 'callback.state':
      return [{ type: 'entered', at, contact, state: text(event.state) }];
    case 'callback.completed':
      return [{ type: 'ended', at, contact, reason: text(event.reason) }];
    default:
      return [];
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
