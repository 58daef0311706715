import { instant, type JsonObject } from '../kernel/index.js';
import { type Bindable, type Sql, statement } from '../store/index.js';
import { restoredPreferences, storedPreferences } from './preferences.js';
import type { RouteChange, RouteRequest, WaitingRequest } from './request.js';
import { restoredTargets, storedTargets } from './target-list.js';
import type { Prediction } from './wait-interval.js';

export type RequestState = 'waiting' | 'selected' | 'released' | 'expired' | 'timed-out' | 'cancelled';

/** A row of `route_request`. */
interface RequestRow {
  id: string;
  sequence: number;
  session: string | null;
  interaction: string | null;
  callback: string | null;
  virtual_queue: string;
  targets: JsonObject[];
  targets_since: number;
  priority: number;
  increment: number | null;
  increment_interval: number | null;
  arrival: number;
  submitted_at: number;
  selectable: boolean;
  paused: boolean;
  timeout_at: number | null;
  reservation_ms: number;
  yields: boolean;
  state: RequestState;
  agent: string | null;
  ended_at: number | null;
  handled_ms: number | null;
  version: number;
  target: string | null;
  preferences: JsonObject | null;
  estimate_ms: number | null;
  estimate_low_ms: number | null;
  estimate_high_ms: number | null;
  estimate_deviation_ms: number | null;
}

/** A stored request: while it waits what the line needs, afterwards how its wait ended. */
export interface StoredRequest {
  state: RequestState;
  request: WaitingRequest;
  agent?: string;
  /** The target that the agent was found by. */
  target?: string;
  endedAt?: number;
  handledMs?: number;
}

const COLUMNS =
  'id, sequence, session, interaction, callback, virtual_queue, targets, targets_since, priority, increment, ' +
  'increment_interval, arrival, submitted_at, selectable, paused, timeout_at, reservation_ms, yields, state, agent, ' +
  'ended_at, handled_ms, version, target, preferences, estimate_ms, estimate_low_ms, estimate_high_ms, estimate_deviation_ms';

const SUBMIT = statement(
  'request-submit',
  `insert into route_request (id, session, interaction, callback, virtual_queue, targets, targets_since, priority,
     increment, increment_interval, arrival, submitted_at, selectable, paused, timeout_at, reservation_ms, preferences,
     estimate_ms, estimate_low_ms, estimate_high_ms, estimate_deviation_ms, yields, state, version)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $7, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, 'waiting',
     1)
   on conflict (id) do nothing
   returning ${COLUMNS}`,
);

const CHANGE = statement(
  'request-change',
  `update route_request
   set selectable = coalesce($2, selectable), paused = coalesce($3, paused), priority = coalesce($4, priority),
       targets = coalesce($5, targets), targets_since = case when $5::jsonb is null then targets_since else $6 end,
       timeout_at = case when $7 then $8 else timeout_at end, arrival = coalesce($9, arrival),
       increment = coalesce($10, increment), increment_interval = coalesce($11, increment_interval),
       preferences = coalesce($12, preferences), version = version + 1
   where id = $1 and state = 'waiting'
   returning ${COLUMNS}`,
);

const CANCEL = statement(
  'request-cancel',
  `update route_request set state = 'cancelled', ended_at = $2, version = version + 1
   where id = $1 and state = 'waiting'
   returning ${COLUMNS}`,
);

const FIND = statement('request-find', `select ${COLUMNS} from route_request where id = any($1)`);

export const WAITING_VERSIONS = statement(
  'request-versions',
  `select id, version from route_request where state = 'waiting'`,
);

const RECENT = statement(
  'request-recent',
  `select ${COLUMNS} from route_request where ended_at is not null order by ended_at desc limit $1`,
);

const SELECTED_OF_SESSION = statement(
  'route-selected-of-session',
  "select id from route_request where session = $1 and state = 'selected'",
);

const OF_SESSION = statement(
  'request-of-session',
  `select id from route_request
   where session = $1 and state = 'waiting' and ($2::text is null or interaction = $2)
     and ($3::text is null or virtual_queue = $3)
   order by sequence`,
);

/** Selected, and not given back since. */
const GIVE_BACK = statement(
  'request-give-back',
  `update route_request set state = $2, freed_at = $3, version = version + 1
   where id = $1 and state = 'selected' returning id`,
);

const ANSWERED = statement(
  'request-answered',
  'update route_request set answered_at = $2 where id = $1 and answered_at is null',
);

const HANDLED = statement(
  'request-handled',
  'update route_request set handled_ms = $2 where id = $1 returning virtual_queue',
);

const PURGE = statement(
  'request-purge',
  `with old as (select id from route_request where ended_at < $1 order by ended_at limit $2)
   delete from route_request using old where route_request.id = old.id returning 1 as one`,
);

/**
 * @param prediction what is to be compared with its wait
 * @returns undefined if a request of that id was submitted before
 */
export async function insertRequest(
  tx: Sql,
  request: RouteRequest,
  prediction: Prediction | undefined,
  now: number,
): Promise<WaitingRequest | undefined> {
  const values: Bindable[] = [
    request.id,
    request.session ?? null,
    request.interaction ?? null,
    request.callback ?? null,
    request.virtualQueue,
    JSON.stringify(storedTargets(request.targets)),
    instant(now),
    request.priority,
    request.priorityIncrement ?? null,
    request.priorityIncrementIntervalMs === undefined ? null : Math.round(request.priorityIncrementIntervalMs),
    instant(request.arrival),
    request.selectable,
    request.paused ?? false,
    request.timeoutAt === undefined ? null : instant(request.timeoutAt),
    Math.round(request.reservationMs),
    storedPreferences(request.preferences),
    milliseconds(prediction?.seconds),
    milliseconds(prediction?.lowSeconds),
    milliseconds(prediction?.highSeconds),
    milliseconds(prediction?.deviation),
    request.yields ?? false,
  ];
  const [row] = await tx.query<RequestRow>(SUBMIT, values);
  return row && toStoredRequest(row).request;
}

/** @returns undefined if it does not wait (any more) */
export async function changeRequest(
  tx: Sql,
  id: string,
  change: RouteChange,
  now: number,
): Promise<WaitingRequest | undefined> {
  const { timeoutAt } = change;
  const values: Bindable[] = [
    id,
    change.selectable ?? null,
    change.paused ?? null,
    change.priority ?? null,
    change.targets ? JSON.stringify(storedTargets(change.targets)) : null,
    instant(now),
    timeoutAt !== undefined,
    typeof timeoutAt === 'number' ? instant(timeoutAt) : null,
    change.arrival === undefined ? null : instant(change.arrival),
    change.priorityIncrement ?? null,
    change.priorityIncrementIntervalMs === undefined ? null : Math.round(change.priorityIncrementIntervalMs),
    change.preferences ? JSON.stringify(change.preferences) : null,
  ];
  const [row] = await tx.query<RequestRow>(CHANGE, values);
  return row && toStoredRequest(row).request;
}

/** @returns undefined if it does not wait (any more) */
export async function cancelRequest(tx: Sql, id: string, now: number): Promise<StoredRequest | undefined> {
  const [row] = await tx.query<RequestRow>(CANCEL, [id, instant(now)]);
  return row && toStoredRequest(row);
}

export async function findRequests(sql: Sql, ids: readonly string[]): Promise<StoredRequest[]> {
  return (await sql.query<RequestRow>(FIND, [ids])).map(toStoredRequest);
}

/** The requests that left the line last, oldest first. */
export async function recentRequests(sql: Sql, limit: number): Promise<StoredRequest[]> {
  return (await sql.query<RequestRow>(RECENT, [limit])).map(toStoredRequest).reverse();
}

/** The requests of a session for which an agent was selected. */
export async function selectedRequestsOf(sql: Sql, session: string): Promise<string[]> {
  return (await sql.query<{ id: string }>(SELECTED_OF_SESSION, [session])).map(({ id }) => id);
}

export async function waitingRequestsOf(
  sql: Sql,
  session: string,
  interaction: string | null,
  virtualQueue: string | null,
): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(OF_SESSION, [session, interaction, virtualQueue]);
  return rows.map(({ id }) => id);
}

/** @returns false if the request holds no agent (any more) */
export async function giveBack(tx: Sql, id: string, state: 'released' | 'expired', now: number): Promise<boolean> {
  return (await tx.query(GIVE_BACK, [id, state, instant(now)])).length > 0;
}

/** Notes that the agent who was selected for a request has taken its call. */
export async function storeAnswer(tx: Sql, id: string, at: number): Promise<void> {
  await tx.query(ANSWERED, [id, instant(at)]);
}

/** @returns the request's virtual queue */
export async function storeHandleTime(tx: Sql, id: string, handledMs: number): Promise<string | undefined> {
  const [row] = await tx.query<{ virtual_queue: string }>(HANDLED, [id, handledMs]);
  return row?.virtual_queue;
}

/** Deletes up to `limit` requests that left the line before `before`. @returns how many */
export async function purgeRequests(sql: Sql, before: number, limit: number): Promise<number> {
  return (await sql.query(PURGE, [instant(before), limit])).length;
}

function toStoredRequest(row: RequestRow): StoredRequest {
  const request: WaitingRequest = {
    id: row.id,
    ...(row.session === null ? {} : { session: row.session }),
    ...(row.interaction === null ? {} : { interaction: row.interaction }),
    ...(row.callback === null ? {} : { callback: row.callback }),
    virtualQueue: row.virtual_queue,
    targets: restoredTargets(row.targets),
    targetsSince: row.targets_since,
    priority: row.priority,
    ...(row.increment === null ? {} : { priorityIncrement: row.increment }),
    ...(row.increment_interval === null ? {} : { priorityIncrementIntervalMs: row.increment_interval }),
    arrival: row.arrival,
    submittedAt: row.submitted_at,
    selectable: row.selectable,
    paused: row.paused,
    ...(row.timeout_at === null ? {} : { timeoutAt: row.timeout_at }),
    reservationMs: row.reservation_ms,
    ...(row.yields ? { yields: true } : {}),
    ...restoredPreferences(row.preferences),
    sequence: row.sequence,
    version: row.version,
    ...predictionOf(row),
  };
  return {
    state: row.state,
    request,
    ...(row.agent === null ? {} : { agent: row.agent }),
    ...(row.target === null ? {} : { target: row.target }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.handled_ms === null ? {} : { handledMs: row.handled_ms }),
  };
}

function predictionOf(row: RequestRow): { prediction?: Prediction } {
  if (row.estimate_ms === null) return {};
  return {
    prediction: {
      seconds: row.estimate_ms / 1000,
      lowSeconds: (row.estimate_low_ms ?? row.estimate_ms) / 1000,
      highSeconds: (row.estimate_high_ms ?? row.estimate_ms) / 1000,
      deviation: (row.estimate_deviation_ms ?? 0) / 1000,
    },
  };
}

function milliseconds(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Math.round(seconds * 1000);
}
