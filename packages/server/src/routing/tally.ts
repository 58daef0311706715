import { type AgentState, isOccupied } from './agent.js';

/** What is counted of an agent since the counting day began. */
export interface Tally {
  /** The beginning of the day that is counted, milliseconds since 1970. */
  readonly from: number;
  /** Calls that the agent answered, and calls of these that have ended. */
  readonly answered: number;
  readonly completed: number;
  /** How long the agent was reserved, in calls and in after-call work: what has ended. */
  readonly occupiedMs: number;
  /** How long the agent was logged in: what has ended, and since when the agent is logged in now. */
  readonly staffedMs: number;
  readonly staffedSince?: number;
}

/** Nothing counted yet. */
export const NO_TALLY: Tally = { from: 0, answered: 0, completed: 0, occupiedMs: 0, staffedMs: 0 };

/** The tally after a transition of the agent at `now`. @returns the same object if there is nothing to count */
export function tallied(tally: Tally, previous: AgentState, next: AgentState, now: number, dayStart: number): Tally {
  const before = ofDay(tally, dayStart);
  const answered = next.answeredAt !== undefined && next.answeredAt !== previous.answeredAt ? 1 : 0;
  const completed = previous.state === 'busy' && previous.answeredAt !== undefined && next.state !== 'busy' ? 1 : 0;
  const goesOn = isOccupied(next.state) && next.occupiedSince === previous.occupiedSince;
  const occupiedMs = isOccupied(previous.state) && !goesOn ? occupation(previous, before, now) : 0;
  const after = staffed(before, previous.state === 'logged-out', next.state === 'logged-out', now);
  if (answered + completed + occupiedMs === 0) return after;
  return {
    ...after,
    answered: after.answered + answered,
    completed: after.completed + completed,
    occupiedMs: after.occupiedMs + occupiedMs,
  };
}

/** The tally for the day that began at `dayStart`: what was counted before is forgotten. */
export function ofDay(tally: Tally, dayStart: number): Tally {
  if (tally.from >= dayStart) return tally;
  const isStaffed = tally.staffedSince !== undefined;
  return { ...NO_TALLY, from: dayStart, ...(isStaffed ? { staffedSince: dayStart } : {}) };
}

/** The share of the logged-in time of the day in which the agent was reserved, in calls or in after-call work: 0 to 100. */
export function occupancy(tally: Tally, state: AgentState, now: number, dayStart: number): number {
  const counted = ofDay(tally, dayStart);
  const staffedMs = counted.staffedMs + (counted.staffedSince === undefined ? 0 : now - counted.staffedSince);
  const occupiedMs = counted.occupiedMs + (isOccupied(state.state) ? occupation(state, counted, now) : 0);
  return staffedMs > 0 ? Math.min(100, (100 * occupiedMs) / staffedMs) : 0;
}

function occupation(state: AgentState, tally: Tally, now: number): number {
  return Math.max(0, now - Math.max(state.occupiedSince ?? now, tally.from));
}

function staffed(tally: Tally, wasOut: boolean, isOut: boolean, now: number): Tally {
  if (!isOut && tally.staffedSince === undefined) return { ...tally, staffedSince: now };
  if (!isOut || wasOut || tally.staffedSince === undefined) return tally;
  const { staffedSince, ...rest } = tally;
  return { ...rest, staffedMs: tally.staffedMs + Math.max(0, now - staffedSince) };
}
