import type { SelectionOrder } from './preferences.js';
import type { Shares } from './shares.js';
import { type Statistic, statisticNamed } from './statistic.js';
import { compareIdle, type LineAgent, type LineRequest, type Place, type TargetLine } from './target-line.js';

/** Whom a request gets, and by which of its targets. */
export interface Choice {
  agent: LineAgent;
  place: Place;
  /** The value of the statistic that decided, if one did. */
  value?: number;
}

/** What a choice looks at beside the request. */
export interface Choosing {
  shares: Shares;
  agentValue(agent: LineAgent, statistic: Extract<Statistic, { of: 'agent' }>): number;
  placeValue(place: Place, statistic: Exclude<Statistic, { of: 'agent' }>): number;
}

/**
 * Chooses the agent for a request among those of its open places: who has been idle longest, or whom the order of the
 * request puts first; the longest idle among equals. Agents who are not ready are chosen only where the request allows
 * it and nobody is ready.
 */
export function choose(entry: LineRequest, open: readonly Place[], choosing: Choosing): Choice | undefined {
  const order = entry.request.preferences?.order;
  const ready = order ? byOrder(order, entry, open, readyOf, choosing) : longestIdle(entry, open, readyOf);
  if (ready || entry.request.preferences?.anyReadiness !== true) return ready;
  return order ? byOrder(order, entry, open, restingOf, choosing) : longestIdle(entry, open, restingOf);
}

/** As `choose`, for a request without preferences. */
export function chooseLongestIdle(open: readonly Place[]): Choice | undefined {
  let agent: LineAgent | undefined;
  for (const { line } of open) {
    const candidate = line.ready.first();
    if (candidate && (!agent || compareIdle(candidate, agent) < 0)) agent = candidate;
  }
  return at(open, agent);
}

/** Whether an agent of this line may get the request at this moment. */
export function isServable(entry: LineRequest, line: TargetLine): boolean {
  if (firstOf(entry, readyOf(line))) return true;
  return entry.request.preferences?.anyReadiness === true && firstOf(entry, restingOf(line)) !== undefined;
}

type Pool = (line: TargetLine) => TargetLine['ready'];
const readyOf: Pool = (line) => line.ready;
const restingOf: Pool = (line) => line.resting;

/** The first of a pool whom the request does not exclude. */
function firstOf({ excluded }: LineRequest, pool: TargetLine['ready']): LineAgent | undefined {
  if (excluded.size === 0) return pool.first();
  for (const agent of pool) if (!excluded.has(agent.profile.id)) return agent;
  return undefined;
}

function longestIdle(entry: LineRequest, open: readonly Place[], pool: Pool): Choice | undefined {
  let agent: LineAgent | undefined;
  for (const { line } of open) {
    const candidate = firstOf(entry, pool(line));
    if (candidate && (!agent || compareIdle(candidate, agent) < 0)) agent = candidate;
  }
  return at(open, agent);
}

function byOrder(
  order: SelectionOrder,
  entry: LineRequest,
  open: readonly Place[],
  pool: Pool,
  choosing: Choosing,
): Choice | undefined {
  if (order.type === 'percentage') {
    return byPlace(entry, open, pool, (place) => -choosing.shares.standing(entry.request, place.target));
  }
  const statistic = statisticNamed(order.statistic);
  const sign = order.type === 'max' ? 1 : -1;
  if (!statistic) return longestIdle(entry, open, pool);
  if (statistic.of !== 'agent') {
    const found = byPlace(entry, open, pool, (place) => sign * choosing.placeValue(place, statistic));
    return found && { ...found, value: choosing.placeValue(found.place, statistic) };
  }
  const valueFor = (agent: LineAgent) => choosing.agentValue(agent, statistic);
  // The pools are sorted by idle time: its maximum need not be looked for.
  if (statistic.figure === 'idleSeconds' && sign > 0) {
    const found = longestIdle(entry, open, pool);
    return found && { ...found, value: valueFor(found.agent) };
  }
  const found = at(
    open,
    best(candidates(entry, open, pool), (agent) => sign * valueFor(agent)),
  );
  return found && { ...found, value: valueFor(found.agent) };
}

/** The place with the highest value at which somebody is to be had; of equal places the one with the longest idle. */
function byPlace(
  entry: LineRequest,
  open: readonly Place[],
  pool: Pool,
  rankAt: (place: Place) => number,
): Choice | undefined {
  let found: { agent: LineAgent; place: Place; rank: number } | undefined;
  for (const place of open) {
    const agent = firstOf(entry, pool(place.line));
    if (!agent) continue;
    const rank = rankAt(place);
    if (!found || rank > found.rank || (rank === found.rank && compareIdle(agent, found.agent) < 0)) {
      found = { agent, place, rank };
    }
  }
  return found && { agent: found.agent, place: found.place };
}

function* candidates(entry: LineRequest, open: readonly Place[], pool: Pool): Generator<LineAgent> {
  for (const line of new Set(open.map((place) => place.line))) {
    for (const agent of pool(line)) if (!entry.excluded.has(agent.profile.id)) yield agent;
  }
}

function best(agents: Iterable<LineAgent>, rankOf: (agent: LineAgent) => number): LineAgent | undefined {
  let found: { agent: LineAgent; rank: number } | undefined;
  for (const agent of agents) {
    const rank = rankOf(agent);
    if (!found || rank > found.rank || (rank === found.rank && compareIdle(agent, found.agent) < 0)) {
      found = { agent, rank };
    }
  }
  return found?.agent;
}

/** The first place that means the agent. */
function at(open: readonly Place[], agent: LineAgent | undefined): Choice | undefined {
  const place = agent && open.find(({ line }) => line.members.has(agent));
  return agent && place && { agent, place };
}
