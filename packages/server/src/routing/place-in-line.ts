import { instant } from '../kernel/index.js';
import { type Sql, statement } from '../store/index.js';
import type { Line } from './line.js';
import type { LineRequest } from './target-line.js';

/** Somebody in the line as others may see him. */
export interface PlaceInLine {
  request: string;
  kind: 'live' | 'callback';
  callback?: string;
  interaction?: string;
  /** 1 = first. */
  position: number;
  /** ISO 8601: what orders those of equal priority. */
  arrival: string;
  priority: number;
  waitedSeconds: number;
  /** False while only the place is kept: the customer of a callback has not answered, or the queue is paused. */
  takesTurn: boolean;
}

/** Those who wait in a virtual queue, in the order in which they are served; at most `most`. */
export function placesInLine(line: Line, virtualQueue: string, now: number, most: number): PlaceInLine[] {
  const places: PlaceInLine[] = [];
  for (const entry of line.queue(virtualQueue)) {
    if (places.length >= most) break;
    places.push(place(entry, places.length + 1, now));
  }
  return places;
}

/** How many live callers and how many callbacks wait in each virtual queue. */
export function waitingByKind(line: Line): Map<string, { live: number; callbacks: number }> {
  const queues = new Map<string, { live: number; callbacks: number }>();
  for (const { request } of line.requests()) {
    const counts = queues.get(request.virtualQueue) ?? { live: 0, callbacks: 0 };
    if (request.callback === undefined) counts.live += 1;
    else counts.callbacks += 1;
    queues.set(request.virtualQueue, counts);
  }
  return queues;
}

function place({ request, priority, eligible }: LineRequest, position: number, now: number): PlaceInLine {
  return {
    request: request.id,
    kind: request.callback === undefined ? 'live' : 'callback',
    ...(request.callback !== undefined && { callback: request.callback }),
    ...(request.interaction !== undefined && { interaction: request.interaction }),
    position,
    arrival: instant(request.arrival),
    priority,
    waitedSeconds: Math.max(0, Math.round((now - request.arrival) / 100) / 10),
    takesTurn: eligible,
  };
}

const OF_SUBJECT = statement(
  'place-of-subject',
  `select id, callback, interaction, virtual_queue as queue, arrival, submitted_at as "submittedAt", state, agent,
          ended_at as "endedAt", estimate_ms as estimate, estimate_low_ms as low, estimate_high_ms as high
     from route_request where id = $1 or callback = $1 or interaction = $1
    order by sequence desc limit 1`,
);

/** Whoever stood before it in the order when it got its agent, and was still there afterwards. */
const STILL_BEFORE = statement(
  'place-still-before',
  `select o.id as request, case when o.callback is null then 'live' else 'callback' end as kind, o.arrival,
          o.ended_at as "endedAt", o.state
     from route_request r
     join route_request o on o.virtual_queue = r.virtual_queue and o.id <> r.id
      and (o.priority > r.priority
           or (o.priority = r.priority and (o.arrival, o.sequence) < (r.arrival, r.sequence)))
      and o.submitted_at <= r.ended_at and (o.ended_at is null or o.ended_at > r.ended_at)
    where r.id = $1 and r.ended_at is not null and o.submitted_at > r.arrival - interval '1 day'
    order by o.arrival, o.sequence limit 20`,
);

/** What is stored of the wait of a request; times in milliseconds since 1970. */
export interface StoredPlace {
  id: string;
  callback: string | null;
  interaction: string | null;
  queue: string;
  arrival: number;
  submittedAt: number;
  state: string;
  agent: string | null;
  endedAt: number | null;
  estimate: number | null;
  low: number | null;
  high: number | null;
}

/** Somebody who was before another in the order and was served, or left, after him. */
export interface Overtaken {
  request: string;
  kind: 'live' | 'callback';
  arrival: number;
  endedAt: number | null;
  state: string;
}

/** The latest place of a request, a callback or an interaction. @param subject the id of one of these */
export async function storedPlace(sql: Sql, subject: string): Promise<StoredPlace | undefined> {
  return (await sql.query<StoredPlace>(OF_SUBJECT, [subject]))[0];
}

/** Who was before a request when its wait ended, and stayed. Why each of them was passed over the decision says. */
export function stillBefore(sql: Sql, request: string): Promise<Overtaken[]> {
  return sql.query<Overtaken>(STILL_BEFORE, [request]);
}
