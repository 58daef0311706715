import { type Sql, statement } from '../store/index.js';

/** A request of a callback, with whose it is. */
export interface CallbackRequest {
  id: string;
  session: string;
  callback: string;
}

/** Held for requests of the same virtual queue and targets as $1 that yield; the one that was held first, first. */
const YIELDING = statement(
  'request-yielding-to',
  `select held.id, held.session, held.callback
     from route_request waiting
     join agent_state a on a.state = 'reserved'
     join route_request held on held.id = a.request and held.state = 'selected' and held.yields
      and held.virtual_queue = waiting.virtual_queue and held.targets = waiting.targets
    where waiting.id = $1 and waiting.state = 'waiting' and held.session is not null and held.callback is not null
    order by held.ended_at, held.id`,
);

/** The requests whose held agents could serve a waiting one at once. */
export function yieldingTo(sql: Sql, id: string): Promise<CallbackRequest[]> {
  return sql.query<CallbackRequest>(YIELDING, [id]);
}

/** The one that would get the agent who is held for $1 if he were given back; by the priorities that were submitted. */
const NEXT_FOR_HELD = statement(
  'request-next-for-held',
  `select next.id, next.session, next.callback
     from route_request held
     join route_request next on next.state = 'waiting' and next.selectable and not next.paused
      and next.virtual_queue = held.virtual_queue and next.targets = held.targets
    where held.id = $1 and held.state = 'selected'
    order by next.priority desc, next.arrival, next.sequence limit 1`,
);

/** Who is first in the line for the agent who is held for a request; undefined if nobody is, or it is no callback. */
export async function nextForHeld(sql: Sql, id: string): Promise<CallbackRequest | undefined> {
  const [next] = await sql.query<{ id: string; session: string | null; callback: string | null }>(NEXT_FOR_HELD, [id]);
  if (!next || next.session === null || next.callback === null) return undefined;
  return { id: next.id, session: next.session, callback: next.callback };
}
