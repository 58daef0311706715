import type { CustomerDesk } from '../api/index.js';
import { type ContactLinks, type ContextServices, resolveTenant } from '../context/index.js';
import type { Follower, Journal, JournalEvent } from '../reporting/index.js';
import type { Transaction } from '../store/index.js';

/**
 * Tells Context Services of callbacks and calls as the journal reports them, so that each can be known by its customer
 * without costing the booking or the call anything.
 */
export function followContacts(journal: Journal, links: ContactLinks): Follower {
  return journal.follower({
    name: 'context-services',
    types: ['callback.accepted', 'callback.state', 'callback.completed', 'call.dialing', 'call.ringing', 'call.ended'],
    handle: async (tx, events) => {
      for (const event of events) await tell(tx, links, event);
    },
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

async function tell(tx: Transaction, links: ContactLinks, event: JournalEvent): Promise<void> {
  const at = Date.parse(event.at);
  const { callback, call } = event;
  if (typeof callback === 'string') {
    if (event.type === 'callback.accepted') await beginCallback(tx, links, event, callback, at);
    else if (event.type === 'callback.state') await links.enter(tx, 'callback', callback, text(event.state), at);
    else if (event.type === 'callback.completed') await links.end(tx, 'callback', callback, text(event.reason), at);
    // The calls of a callback are part of it.
    return;
  }
  if (typeof call !== 'string' || event.role === 'agent') return;
  if (event.type === 'call.ended') await links.end(tx, 'call', call, text(event.progress ?? event.cause), at);
  else await beginCall(tx, links, event, call, at);
}

async function beginCallback(
  tx: Transaction,
  links: ContactLinks,
  event: JournalEvent,
  id: string,
  at: number,
): Promise<void> {
  const { service, number, desiredTime, immediate, session, state } = event;
  await links.begin(tx, {
    kind: 'callback',
    id,
    number: text(number),
    at,
    session: typeof session === 'string' ? session : undefined,
    about: { service: text(service), desired_time: text(desiredTime), immediate: immediate === true },
  });
  await links.enter(tx, 'callback', id, text(state), at);
}

/** A call that arrives is known by who calls, one that is placed by who is called. */
function beginCall(tx: Transaction, links: ContactLinks, event: JournalEvent, id: string, at: number) {
  const inbound = event.role === 'inbound';
  return links.begin(tx, {
    kind: 'call',
    id,
    number: text(inbound ? event.from : event.number),
    at,
    session: typeof event.session === 'string' ? event.session : undefined,
    about: { direction: inbound ? 'inbound' : 'outbound', from: text(event.from), to: text(event.number) },
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
