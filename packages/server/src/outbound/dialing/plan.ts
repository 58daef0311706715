import type { DialMode, OptimizeBy } from '../dial-mode.js';
import { dialModeFamily } from '../dial-mode.js';
import { progressiveDials } from '../pacing/progressive.js';
import type { GroupOptions, WeightedList } from './group-options.js';
import type { OccupiedAgent, Pacer } from './pacing-port.js';

/** A running campaign group at one moment: all that the decision what to do next is made from. */
export interface Board {
  /** Milliseconds since 1970. */
  now: number;
  mode: DialMode;
  optimizeBy: OptimizeBy;
  optimizeGoal: number;
  /** Chains that may be dialed by themselves, or given to any agent. */
  buffered: number;
  /** Personal chains, and callbacks that are not dialed by themselves: an agent is to be looked for. */
  toOffer: number;
  agents: {
    loggedIn: number;
    ready: number;
    occupied: readonly OccupiedAgent[];
    readyAt: readonly number[];
  };
  engagements: { requested: number; idle: number };
  /** Answered calls that wait for an agent. */
  queued: number;
  /** When each call that rings was dialed. */
  dialing: readonly number[];
  /** Calls to customers that are up or being dialed. */
  inProgress: number;
  /** Records for which the router looks for an agent, or that an agent is asked to take. */
  offered: number;
  /** Dials within the last second. */
  dialsLastSecond: number;
  /** The share of answered calls that may find no agent. */
  mostAbandoned: number;
  options: GroupOptions;
}

/** What the group waits for while it could dial. */
export type Waiting = 'records' | 'ports' | 'agents';

export interface Plan {
  /** Chains to ask the lists for. */
  refill: number;
  dials: number;
  /** For each dial, the probability that nobody is free at the answer. */
  nobodyFree: readonly number[];
  /** Agents to be engaged. */
  engage: number;
  /** Records for which an agent is to be looked for. */
  offers: number;
  waitingFor?: Waiting;
  /** When to look again though nothing has happened, milliseconds since 1970. */
  lookAgainAt?: number;
}

/** A predictive pacer decides so often, milliseconds. */
const PACING_PERIOD_MS = 500;
/** Agents for whom a record is out at the same time, where nothing else limits it. */
const SECOND_MS = 1000;

/**
 * What a running campaign group does now: how many records it asks for, how many calls it places, whom it engages. Pure
 * but for the pacer, which decides from the same board and what it has learned.
 */
export function plan(board: Board, pacer: Pacer): Plan {
  const { options } = board;
  const family = dialModeFamily(board.mode);
  const refill = refillOf(board);
  const nothing: Plan = { refill, dials: 0, nobodyFree: [], engage: 0, offers: board.toOffer };
  switch (family) {
    case 'preview':
      return { ...nothing, ...(board.buffered === 0 && { waitingFor: 'records' }) };
    case 'push-preview': {
      const most = Math.min(options.maxQueueSize ?? options.channels, board.agents.ready + board.offered);
      const offers = Math.max(0, Math.min(board.buffered, most - board.offered));
      return { ...nothing, offers: board.toOffer + offers, ...waiting(board, offers, board.agents.ready) };
    }
    case 'power': {
      const wanted = Math.max(0, (options.maxQueueSize ?? options.channels) - board.inProgress);
      return withDials(board, nothing, wanted, [], Number.POSITIVE_INFINITY);
    }
    case 'ivr':
    case 'call':
    case 'seize':
      return paced(board, nothing, pacer, family);
  }
}

/** How many chains are to be asked for, that the buffer holds enough for every agent, or IVR port. */
export function refillOf({ buffered, agents, options, mode }: Board): number {
  const family = dialModeFamily(mode);
  const takers = family === 'ivr' || family === 'power' ? options.channels : agents.loggedIn;
  const counted = Math.max(1, takers);
  if (buffered >= options.minimumPerAgent * counted) return 0;
  return Math.ceil((options.optimumPerAgent * counted - buffered) * options.requestFactor);
}

/** Divides a request among lists by their weights: the largest remainders get what is left over. */
export function sharesOf(total: number, lists: readonly WeightedList[]): { list: string; limit: number }[] {
  const weight = lists.reduce((sum, { share }) => sum + share, 0);
  if (weight <= 0 || total <= 0) return [];
  const exact = lists.map(({ name, share }, place) => ({ name, place, exact: (total * share) / weight }));
  const limits = exact.map(({ exact: wanted }) => Math.floor(wanted));
  let left = total - limits.reduce((sum, limit) => sum + limit, 0);
  const byRemainder = [...exact].sort((a, b) => (b.exact % 1) - (a.exact % 1) || a.place - b.place);
  for (const { place } of byRemainder) {
    if (left <= 0) break;
    limits[place] = (limits[place] ?? 0) + 1;
    left -= 1;
  }
  return lists.map(({ name }, place) => ({ list: name, limit: limits[place] ?? 0 }));
}

function paced(board: Board, nothing: Plan, pacer: Pacer, family: 'ivr' | 'call' | 'seize'): Plan {
  const takers = takersOf(board, family);
  const engage =
    family === 'seize' && board.buffered > 0 ? Math.max(0, board.agents.ready - board.engagements.requested) : 0;
  const counts = { ready: takers, queued: board.queued, dialing: board.dialing.length };
  if (!isPredictive(board.mode)) {
    const multiplier = Number(board.options.option('progressive-multiplier') ?? 1);
    const dials = progressiveDials(counts, multiplier > 0 ? multiplier : 1);
    return { ...withDials(board, nothing, dials, [], takers), engage };
  }
  const limit = limitOf(board);
  const decision = pacer.dialNow({
    now: board.now,
    mode: board.mode,
    optimizeBy: board.optimizeBy,
    optimizeGoal: board.optimizeGoal,
    ready: takers,
    occupied: family === 'ivr' ? [] : board.agents.occupied,
    readyAt: family === 'ivr' ? [] : board.agents.readyAt,
    queued: board.queued,
    dialing: board.dialing,
    ringTimeoutMs: board.options.ringTimeoutMs,
    limit,
    mostAbandoned: board.mostAbandoned,
    option: board.options.option,
  });
  const dialed = withDials(board, nothing, decision.dials, decision.nobodyFree, takers);
  const isMoving = board.agents.loggedIn > 0 || board.inProgress > 0;
  return {
    ...dialed,
    engage,
    ...(isMoving && {
      lookAgainAt: Math.min(dialed.lookAgainAt ?? Number.POSITIVE_INFINITY, board.now + PACING_PERIOD_MS),
    }),
  };
}

/** Who can take a call at once: ready agents, engaged ones, or free IVR ports. */
function takersOf({ agents, engagements, options, inProgress, queued, dialing }: Board, family: string): number {
  if (family === 'seize') return engagements.idle;
  if (family === 'call') return agents.ready;
  return Math.max(0, options.channels - (inProgress - queued - dialing.length));
}

function isPredictive(mode: DialMode): boolean {
  return mode === 'Predictive' || mode === 'PredictiveSeizing' || mode === 'PredictiveGVP';
}

/** What records, channels and the rate limit leave room for. */
function limitOf(board: Board): number {
  const { dialsPerSecond } = board.options;
  const byRate =
    dialsPerSecond > 0 ? Math.max(0, Math.ceil(dialsPerSecond) - board.dialsLastSecond) : Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(board.buffered, board.options.channels - board.inProgress, byRate));
}

function withDials(board: Board, nothing: Plan, wanted: number, nobodyFree: readonly number[], takers: number): Plan {
  const dials = Math.min(wanted, limitOf(board));
  const isRateLimited =
    dials < wanted &&
    board.options.dialsPerSecond > 0 &&
    board.buffered > dials &&
    board.options.channels > board.inProgress + dials;
  return {
    ...nothing,
    dials,
    nobodyFree: nobodyFree.slice(0, dials),
    ...waiting(board, wanted, takers),
    ...(isRateLimited && { lookAgainAt: board.now + SECOND_MS }),
  };
}

/** What keeps the group from dialing more: nothing as long as it is not short of anything. */
function waiting(board: Board, wanted: number, takers: number): { waitingFor?: Waiting } {
  if (takers <= 0) return { waitingFor: 'agents' };
  if (board.buffered === 0) return { waitingFor: 'records' };
  if (wanted > 0 && board.options.channels <= board.inProgress) return { waitingFor: 'ports' };
  return {};
}
