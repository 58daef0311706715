import { instant } from '../kernel/index.js';
import { type Sql, statement } from '../store/index.js';

/** How the callbacks of a virtual queue whose wait ended in a time span were delivered; seconds. */
export interface DeliveryFigures {
  callbacks: number;
  /** Customers who answered; of them those who got an agent, and those who hung up before. */
  answered: number;
  completed: number;
  lost: number;
  lostPercent: number;
  /** How long customers waited for an agent after they had answered. */
  meanWaitAfterAnswerSeconds: number;
  waitedOverTenSecondsPercent: number;
  /** How long agents were held without a conversation, for each completed callback. */
  heldSecondsPerCompleted: number;
  /** Callbacks that got an agent whom an older live caller with the same targets could have had: 0. */
  servedBeforeOlderLive: number;
}

/** Before an answer an agent is held from the selection until the customer answers, or the agent is given back. */
const DELIVERIES = statement(
  'delivery-report',
  `with requests as (
     select r.*, (r.state in ('selected', 'released', 'expired')) as served,
            to_timestamp((c.progress->>'answeredAt')::float8 / 1000) as customer_at,
            to_timestamp((c.progress->>'connectedAt')::float8 / 1000) as connected_at,
            c.state as callback_state, c.changed_at
       from route_request r join callback c on c.id = r.callback
      where r.callback is not null and r.ended_at >= $1 and r.ended_at < $2
   ), ordered as (
     select *, greatest(0, extract(epoch from
              least(coalesce(freed_at, changed_at), coalesce(customer_at, changed_at)) - ended_at)) as held,
            served and exists (
              select from route_request o
               where o.virtual_queue = r.virtual_queue and o.callback is null and o.targets = r.targets
                 and o.priority >= r.priority and o.arrival < r.arrival and o.selectable and not o.paused
                 and o.submitted_at <= r.ended_at and (o.ended_at is null or o.ended_at > r.ended_at)
                 and o.submitted_at > r.arrival - interval '1 day') as early
       from requests r
   ), callbacks as (
     select callback, virtual_queue as queue, min(customer_at) as customer_at, min(connected_at) as connected_at,
            min(callback_state) as state, min(changed_at) as changed_at,
            sum(held) filter (where served) as held, count(*) filter (where early) as early
       from ordered group by callback, virtual_queue
   )
   select queue, count(*)::int as callbacks, count(customer_at)::int as answered, count(connected_at)::int as completed,
          count(*) filter (where customer_at is not null and connected_at is null and state = 'COMPLETED')::int as lost,
          coalesce(avg(extract(epoch from connected_at - customer_at)), 0)::float8 as "waitAfterAnswer",
          count(*) filter (where coalesce(connected_at, changed_at) - customer_at > interval '10 seconds')::int as long,
          coalesce(sum(held), 0)::float8 as held, coalesce(sum(early), 0)::int as early
     from callbacks group by queue`,
);

interface DeliveryRow {
  queue: string;
  callbacks: number;
  answered: number;
  completed: number;
  lost: number;
  waitAfterAnswer: number;
  long: number;
  held: number;
  early: number;
}

/** The figures of every virtual queue in which a callback's wait ended from `from` until before `until`. */
export async function deliveryReports(sql: Sql, from: number, until: number): Promise<Map<string, DeliveryFigures>> {
  const rows = await sql.query<DeliveryRow>(DELIVERIES, [instant(from), instant(until)]);
  return new Map(rows.map((row) => [row.queue, figures(row)]));
}

/** The figures of a virtual queue without callbacks. */
export function noDeliveries(): DeliveryFigures {
  return figures({
    queue: '',
    callbacks: 0,
    answered: 0,
    completed: 0,
    lost: 0,
    waitAfterAnswer: 0,
    long: 0,
    held: 0,
    early: 0,
  });
}

function figures({ callbacks, answered, completed, lost, waitAfterAnswer, long, held, early }: DeliveryRow) {
  return {
    callbacks,
    answered,
    completed,
    lost,
    lostPercent: share(100 * lost, answered),
    meanWaitAfterAnswerSeconds: share(waitAfterAnswer, 1),
    waitedOverTenSecondsPercent: share(100 * long, answered),
    heldSecondsPerCompleted: share(held, completed),
    servedBeforeOlderLive: early,
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((100 * part) / whole) / 100;
}
