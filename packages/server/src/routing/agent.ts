/**
 * The life cycle of an agent: a pure table of what each input does in each state.
 *
 * logged-out -> not-ready -> ready -> reserved (the router has chosen the agent) -> busy (the phone rings or a
 * conversation goes on) -> after-call-work -> ready. What an agent wishes during a reservation or a call (logout,
 * not-ready) is noted in `next` and takes effect when the call, not its after-call work, lets the agent go.
 */
export const AGENT_STATUSES = ['logged-out', 'not-ready', 'ready', 'reserved', 'busy', 'after-call-work'] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

export interface AgentState {
  readonly id: string;
  readonly state: AgentStatus;
  /** When the agent came into this state, milliseconds since 1970. */
  readonly since: number;
  /** Why the agent is not ready or logged out: what the agent said, or `no-answer` after a call that rang in vain. */
  readonly reason?: string;
  /** The leg that rings or talks at the agent's phone. */
  readonly call?: string;
  readonly answeredAt?: number;
  /** The request for which the agent is reserved or busy. */
  readonly request?: string;
  /** When the agent was reserved, or called directly: the handle time counts from here. */
  readonly occupiedSince?: number;
  /** Since when the agent waits for work; an interrupted reservation or an unanswered call does not reset it. */
  readonly idleSince?: number;
  /** When the reservation or the after-call work ends by itself. */
  readonly until?: number;
  /** The state to go to instead of `ready` when the call lets the agent go, with its reason. */
  readonly next?: { readonly state: 'not-ready' | 'logged-out'; readonly reason?: string };
}

export type AgentInput =
  | { type: 'login' }
  | { type: 'logout'; reason?: string }
  | { type: 'ready' }
  | { type: 'not-ready'; reason?: string }
  | { type: 'reserve'; request: string; until: number }
  /** As `reserve`, of an agent who need not be ready. */
  | { type: 'claim'; request: string; until: number }
  /** The reservation lasts until then instead. */
  | { type: 'held'; until: number }
  | { type: 'reservation-expired' }
  | { type: 'released' }
  | { type: 'call-offered'; call: string }
  | { type: 'call-answered'; call: string }
  | { type: 'call-rejected'; call: string; reason: string }
  /** `wrapUntil`: when the after-call work ends by itself; absent = it lasts until `wrap-done`. */
  | { type: 'call-ended'; call: string; wrapUntil?: number }
  | { type: 'wrap-done' };

export type AgentInputType = AgentInput['type'];

/** An agent of whom nothing is stored. */
export function newAgent(id: string): AgentState {
  return { id, state: 'logged-out', since: 0 };
}

/** True while the agent is reserved, in a call or in after-call work. */
export function isOccupied(state: AgentStatus): boolean {
  return state === 'reserved' || state === 'busy' || state === 'after-call-work';
}

/**
 * What becomes of `agent` by `input`.
 * @returns the new state, the very same object when nothing changes, or undefined when the state does not allow the
 *   input (`statesAllowing` names those that do)
 */
export function agentTransition(agent: AgentState, input: AgentInput, now: number): AgentState | undefined {
  const rule = ruleFor(agent.state, input.type);
  if (rule === 'refused') return undefined;
  if (rule === 'same') return agent;
  return rule(agent, input, now);
}

/** The states in which an input is allowed. */
export function statesAllowing(type: AgentInputType): AgentStatus[] {
  return AGENT_STATUSES.filter((state) => ruleFor(state, type) !== 'refused');
}

type Effect<T extends AgentInputType> = (
  agent: AgentState,
  input: Extract<AgentInput, { type: T }>,
  now: number,
) => AgentState;
type Rule<T extends AgentInputType> = 'same' | 'refused' | Effect<T>;
type Table = { [T in AgentInputType]: Record<AgentStatus, Rule<T>> };

/** Columns: logged-out, not-ready, ready, reserved, busy, after-call-work. */
function row<T>(...cells: [T, T, T, T, T, T]): Record<AgentStatus, T> {
  const [loggedOut, notReady, ready, reserved, busy, wrap] = cells;
  return { 'logged-out': loggedOut, 'not-ready': notReady, ready, reserved, busy, 'after-call-work': wrap };
}

const TABLE: Table = {
  //                     logged-out  not-ready       ready       reserved    busy          after-call-work
  login: row<Rule<'login'>>(afterLogin, 'same', 'same', 'same', 'same', 'same'),
  logout: row<Rule<'logout'>>('same', toLoggedOut, toLoggedOut, noteNext, noteNext, toLoggedOut),
  ready: row<Rule<'ready'>>('refused', toReady, 'same', forgetNext, forgetNext, toReady),
  'not-ready': row<Rule<'not-ready'>>('refused', newReason, toNotReady, noteNext, noteNext, toNotReady),
  reserve: row<Rule<'reserve'>>('refused', 'refused', toReserved, 'refused', 'refused', 'refused'),
  claim: row<Rule<'claim'>>('refused', toReserved, toReserved, 'refused', 'refused', 'refused'),
  held: row<Rule<'held'>>('same', 'same', 'same', untilThen, 'same', 'same'),
  'reservation-expired': row<Rule<'reservation-expired'>>('same', 'same', 'same', letGo, 'same', 'same'),
  released: row<Rule<'released'>>('same', 'same', 'same', letGo, 'same', 'same'),
  'call-offered': row<Rule<'call-offered'>>('same', toBusy, toBusy, toBusy, 'same', toBusy),
  'call-answered': row<Rule<'call-answered'>>('same', toTalking, toTalking, toTalking, toTalking, toTalking),
  'call-rejected': row<Rule<'call-rejected'>>('same', 'same', 'same', afterNoAnswer, afterNoAnswer, 'same'),
  'call-ended': row<Rule<'call-ended'>>('same', 'same', 'same', 'same', afterCall, 'same'),
  'wrap-done': row<Rule<'wrap-done'>>('same', 'same', 'same', 'same', 'same', letGo),
};

function ruleFor<T extends AgentInputType>(state: AgentStatus, type: T): Rule<AgentInputType> {
  // The table pairs each input type with rules that take it; the type system loses the pairing on lookup by a union.
  return TABLE[type][state] as Rule<AgentInputType>;
}

function afterLogin(agent: AgentState, _input: AgentInput, now: number): AgentState {
  return toNotReady(agent, {}, now);
}

function toNotReady(agent: AgentState, input: { reason?: string }, now: number): AgentState {
  return { id: agent.id, state: 'not-ready', since: now, ...withReason(input.reason) };
}

function newReason(agent: AgentState, input: { reason?: string }): AgentState {
  if (input.reason === undefined || input.reason === agent.reason) return agent;
  return { ...agent, reason: input.reason };
}

function toLoggedOut(agent: AgentState, input: { reason?: string }, now: number): AgentState {
  return { id: agent.id, state: 'logged-out', since: now, ...withReason(input.reason) };
}

function toReady(agent: AgentState, _input: AgentInput, now: number): AgentState {
  return { id: agent.id, state: 'ready', since: now, idleSince: now };
}

/** Who was not ready (and is taken all the same) is not ready again afterwards. */
function toReserved(agent: AgentState, input: { request: string; until: number }, now: number): AgentState {
  return {
    ...(agent.state === 'not-ready' ? { next: { state: agent.state, ...withReason(agent.reason) } } : {}),
    id: agent.id,
    state: 'reserved',
    since: now,
    request: input.request,
    occupiedSince: now,
    until: input.until,
    ...withIdleSince(agent),
  };
}

function untilThen(agent: AgentState, input: { until: number }): AgentState {
  return { ...agent, until: input.until };
}

/** The phone rings. An agent who was not ready (a direct call) is not ready again afterwards. */
function toBusy(agent: AgentState, input: { call: string }, now: number): AgentState {
  const next = agent.state === 'not-ready' ? { state: agent.state, ...withReason(agent.reason) } : agent.next;
  return {
    id: agent.id,
    state: 'busy',
    since: now,
    call: input.call,
    occupiedSince: agent.state === 'reserved' ? (agent.occupiedSince ?? now) : now,
    ...(agent.state === 'reserved' && agent.request !== undefined ? { request: agent.request } : {}),
    ...withIdleSince(agent),
    ...(next ? { next } : {}),
  };
}

/** The agent talks; `since` stays, as the state does. Another leg than the one that rings changes nothing. */
function toTalking(agent: AgentState, input: { call: string }, now: number): AgentState {
  const busy = agent.state === 'busy' ? agent : toBusy(agent, input, now);
  if (busy.call !== input.call || busy.answeredAt !== undefined) return agent;
  const { idleSince: _, ...talking } = busy;
  return { ...talking, answeredAt: now };
}

/** Nobody took the call: the agent is set not-ready, so that the next caller does not meet the same silence. */
function afterNoAnswer(agent: AgentState, input: { call: string; reason: string }, now: number): AgentState {
  if (agent.call !== undefined && agent.call !== input.call) return agent;
  if (agent.next?.state === 'logged-out') return toLoggedOut(agent, agent.next, now);
  return toNotReady(agent, { reason: input.reason }, now);
}

/** A conversation is followed by after-call work; a call that ended while it rang is not. */
function afterCall(agent: AgentState, input: { call: string; wrapUntil?: number }, now: number): AgentState {
  if (agent.call !== input.call) return agent;
  if (agent.answeredAt === undefined) return letGo(agent, input, now);
  const { call: _call, ...rest } = agent;
  return {
    ...rest,
    state: 'after-call-work',
    since: now,
    ...(input.wrapUntil === undefined ? {} : { until: input.wrapUntil }),
  };
}

function letGo(agent: AgentState, _input: object, now: number): AgentState {
  if (agent.next?.state === 'logged-out') return toLoggedOut(agent, agent.next, now);
  if (agent.next?.state === 'not-ready') return toNotReady(agent, agent.next, now);
  return { id: agent.id, state: 'ready', since: now, idleSince: agent.idleSince ?? now };
}

function noteNext(agent: AgentState, input: { type: 'logout' | 'not-ready'; reason?: string }): AgentState {
  const state = input.type === 'logout' ? 'logged-out' : 'not-ready';
  if (agent.next?.state === state && agent.next.reason === input.reason) return agent;
  return { ...agent, next: { state, ...withReason(input.reason) } };
}

function forgetNext(agent: AgentState): AgentState {
  if (!agent.next) return agent;
  const { next: _, ...rest } = agent;
  return rest;
}

function withReason(reason: string | undefined): { reason?: string } {
  return reason === undefined ? {} : { reason };
}

function withIdleSince(agent: AgentState): { idleSince?: number } {
  return agent.idleSince === undefined ? {} : { idleSince: agent.idleSince };
}
