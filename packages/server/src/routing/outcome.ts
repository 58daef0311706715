import { instant, type JsonObject } from '../kernel/index.js';
import { statement, type Transaction } from '../store/index.js';
import { agentTransition } from './agent.js';
import { type Agents, agentEntry, type RoutingEntry, type RoutingJournal } from './agents.js';
import type { Selection } from './line.js';
import type { RouteRequest, WaitingRequest } from './request.js';
import { giveBack, type StoredRequest } from './request-record.js';

/** The lease under which the router decides. */
export interface Authority {
  lease: string;
  owner: string;
  fence: number;
}

/** What a request got: handed to the handlers of `onSelected`. */
export interface Decision {
  request: RouteRequest;
  agent: { id: string; dn: string; dbid?: number };
  /** The target that the agent was found by, as `targetobjectselected` reports it. */
  target: string;
  /** The statistics server that the target names, empty if it names none. */
  statServer: string;
  /** See explanation.ts. */
  why: JsonObject;
}

export type SelectedHandler = (tx: Transaction, decision: Decision) => Promise<void>;
export type TimeoutHandler = (tx: Transaction, request: RouteRequest) => Promise<void>;
export type ReservationHandler = (tx: Transaction, reservation: { request: string; agent: string }) => Promise<void>;

/** The model in memory is behind the database: nothing was decided. */
export class StaleModel extends Error {}

/** Another node decides now. */
export class LeaseLost extends Error {}

/**
 * Reserves the agent for the request if the fence is the current one, the agent is still in the known state and version and
 * the request still waits in the known version. The lock on the lease makes a successor wait for the commit.
 */
const SELECT = statement(
  'route-select',
  `with held as (
     select 1 from lease where name = $1 and owner = $2 and fence = $3 for share
   ), reserved as (
     update agent_state
     set state = 'reserved', since = $6, request = $7, occupied_since = $6, until = $9, reason = null,
         next_state = $12, next_reason = $13, version = version + 1
     where agent = $4 and version = $5 and state = $11 and exists (select from held)
     returning version
   ), selected as (
     update route_request
     set state = 'selected', agent = $4, target = $10, ended_at = $6, version = version + 1
     where id = $7 and version = $8 and state = 'waiting' and exists (select from reserved)
     returning id
   )
   select exists (select from held) as held, (select version from reserved) as version,
          exists (select from selected) as selected`,
);

const TIME_OUT = statement(
  'route-time-out',
  `with held as (
     select 1 from lease where name = $1 and owner = $2 and fence = $3 for share
   ), ended as (
     update route_request set state = 'timed-out', ended_at = $6, version = version + 1
     where id = $4 and version = $5 and state = 'waiting' and exists (select from held)
     returning id
   )
   select exists (select from held) as held, exists (select from ended) as ended`,
);

/**
 * Stores a selection and its journal entries in the transaction.
 * @throws LeaseLost, StaleModel: the transaction must be rolled back
 */
export async function storeSelection(
  tx: Transaction,
  parts: { agents: Agents; journal: RoutingJournal; authority: Authority },
  selection: Selection,
  why: JsonObject,
  now: number,
): Promise<{ decision: Decision; left: StoredRequest }> {
  const { agents, journal, authority } = parts;
  const { request } = selection.request;
  const { profile, state: previous, version } = selection.agent;
  const until = now + request.reservationMs;
  const type = request.preferences?.anyReadiness ? 'claim' : 'reserve';
  const state = agentTransition(previous, { type, request: request.id, until }, now);
  if (!state) throw new StaleModel();
  const [row] = await tx.query<{ held: boolean; version: number | null; selected: boolean }>(SELECT, [
    authority.lease,
    authority.owner,
    authority.fence,
    profile.id,
    version,
    instant(now),
    request.id,
    request.version,
    instant(until),
    selection.place.target.text,
    previous.state,
    state.next?.state ?? null,
    state.next?.reason ?? null,
  ]);
  if (!row?.held) throw new LeaseLost();
  if (row.version === null || !row.selected) throw new StaleModel();
  const decision: Decision = {
    request,
    agent: { id: profile.id, dn: profile.dn, ...(profile.dbid === undefined ? {} : { dbid: profile.dbid }) },
    target: selection.place.target.text,
    statServer: selection.place.target.statServer,
    why,
  };
  await journal.record(tx, [
    { ...decisionEntry(request, 'selected', why, now, decision.target), agent: profile.id },
    agentEntry(state, previous, now),
  ]);
  agents.announceAfter(tx, { state, previous, version: row.version });
  return { decision, left: { state: 'selected', request, agent: profile.id, target: decision.target, endedAt: now } };
}

/** Stores that a request has waited in vain. @throws LeaseLost, StaleModel */
export async function storeTimeout(
  tx: Transaction,
  parts: { journal: RoutingJournal; authority: Authority },
  request: WaitingRequest,
  why: JsonObject,
  now: number,
): Promise<StoredRequest> {
  const { lease, owner, fence } = parts.authority;
  const values = [lease, owner, fence, request.id, request.version, instant(now)];
  const [row] = await tx.query<{ held: boolean; ended: boolean }>(TIME_OUT, values);
  if (!row?.held) throw new LeaseLost();
  if (!row.ended) throw new StaleModel();
  await parts.journal.record(tx, [decisionEntry(request, 'timed-out', why, now)]);
  return { state: 'timed-out', request, endedAt: now };
}

/**
 * Ends what has lasted its time: a reservation that no call followed, or an after-call work.
 * @returns whether there was something to end, and the request whose reservation has ended
 */
export async function storeExpiry(
  tx: Transaction,
  agents: Agents,
  agentId: string,
  now: number,
): Promise<{ isEnded: boolean; request?: string }> {
  const ended = await agents.expire(tx, agentId);
  if (ended?.state !== 'reserved' || ended.request === undefined) return { isEnded: ended !== undefined };
  await giveBack(tx, ended.request, 'expired', now);
  return { isEnded: true, request: ended.request };
}

/** The journal entry of a decision: `{request, virtualQueue, outcome: selected | timed-out, target?, why}`. */
function decisionEntry(
  request: RouteRequest,
  outcome: 'selected' | 'timed-out',
  why: JsonObject,
  now: number,
  target?: string,
): RoutingEntry {
  return {
    at: now,
    type: 'route.decision',
    ...(request.callback === undefined ? {} : { callback: request.callback }),
    ...(request.session === undefined ? {} : { session: request.session }),
    ...(request.interaction === undefined ? {} : { call: request.interaction }),
    data: {
      request: request.id,
      virtualQueue: request.virtualQueue,
      outcome,
      ...(target === undefined ? {} : { target }),
      why,
    },
  };
}
