import type { JsonObject } from '../kernel/index.js';
import type { Line, Selection } from './line.js';
import { disqualification } from './qualification.js';
import { statisticNamed } from './statistic.js';
import type { LineAgent, LineRequest, Place } from './target-line.js';

/** How many agents who were not chosen are named, and how many are looked at to find them. */
const MOST_NAMED = 20;
const MOST_LOOKED_AT = 64;
/** How many requests that stood before are named. */
const MOST_PASSED_OVER = 5;

/**
 * Why a request got this agent at this moment, or why it got none in time (`selection` absent):
 * `{waitedSeconds, position, total, priority, targets: [{target, agents, loggedIn, ready, waiting, open, value?, weight?}],
 * order?: {type, statistic?, value?}, agent?: {agent, idleSeconds}, others: [{agent, reason, detail?}], unnamed,
 * passedOver: [{request, reason}]}`. `order` is there where the request has one; `value` is that of its statistic.
 *
 * Reasons of agents: `idle-shorter`, `statistic-lower`, `statistic-higher`, `share-reached`, `excluded`, `not-ready`,
 * `busy`, `reserved`, `after-call-work`, `logged-out`, `threshold-closed`, `lacks-skill`, `not-in-group`, `not-in-queue`,
 * `another-agent`, `phone-offline`. Of requests before it: `not-selectable`, `paused`, `set-aside`, `no-agent-ready`. Long lists are cut;
 * `unnamed` counts the agents left out.
 */
export function explain(line: Line, entry: LineRequest, now: number, selection?: Selection): JsonObject {
  const standing = line.position(entry.request.id, now);
  return {
    waitedSeconds: seconds(now - entry.request.arrival),
    position: standing?.position ?? 1,
    total: standing?.total ?? 1,
    priority: standing?.priority ?? entry.request.priority,
    targets: entry.places.map((place) => targetEntry(place, line, entry, now)),
    ...orderOf(entry, selection),
    ...(selection ? { agent: idleness(selection.agent, now) } : {}),
    ...othersThan(selection, line, entry, now),
    passedOver: passedOver(line, entry),
  };
}

function targetEntry(place: Place, line: Line, entry: LineRequest, now: number): JsonObject {
  const { target, line: targetLine, gate } = place;
  const order = entry.request.preferences?.order;
  const statistic = order && order.type !== 'percentage' ? statisticNamed(order.statistic) : undefined;
  return {
    target: target.text,
    agents: targetLine.members.size,
    loggedIn: targetLine.loggedIn,
    ready: targetLine.ready.size,
    waiting: targetLine.requests.size,
    open: line.isOpen(gate, now),
    ...(statistic && statistic.of !== 'agent' ? { value: rounded(line.placeValue(place, statistic, entry, now)) } : {}),
    ...(order?.type === 'percentage' ? { weight: target.weight ?? 1 } : {}),
  };
}

function orderOf({ request }: LineRequest, selection: Selection | undefined): JsonObject {
  const order = request.preferences?.order;
  if (!order) return {};
  return { order: { ...order, ...(selection?.value === undefined ? {} : { value: rounded(selection.value) }) } };
}

function othersThan(selection: Selection | undefined, line: Line, entry: LineRequest, now: number): JsonObject {
  const chosen = selection?.agent;
  const candidates = new Set<LineAgent>();
  let looked = 0;
  for (const source of sourcesOfCandidates(line, entry)) {
    for (const agent of source) {
      if (candidates.size >= MOST_NAMED || looked >= MOST_LOOKED_AT) break;
      looked += 1;
      if (agent !== chosen) candidates.add(agent);
    }
  }
  const others = Array.from(candidates, (agent) => reasonAgainst(agent, { line, entry, now, selection }));
  return { others, unnamed: line.agentCount - others.length - (chosen ? 1 : 0) };
}

/** The ready agents first, in the order of their idle time, then the other agents of the targets, then everybody. */
function* sourcesOfCandidates(line: Line, entry: LineRequest): Generator<Iterable<LineAgent>> {
  for (const place of entry.places) yield place.line.ready;
  for (const place of entry.places) yield place.line.members;
  yield line.agents();
}

interface Circumstances {
  line: Line;
  entry: LineRequest;
  now: number;
  selection: Selection | undefined;
}

function reasonAgainst(agent: LineAgent, { line, entry, now, selection }: Circumstances): JsonObject {
  const { id } = agent.profile;
  const meant = entry.places.filter((place) => place.line.members.has(agent));
  if (meant.length === 0) {
    const [target] = entry.places.length > 0 ? entry.places.map((place) => place.target) : entry.request.targets;
    const { reason, detail } = target ? disqualification(agent.profile, target) : { reason: 'no-target' };
    return { agent: id, reason, ...(detail === undefined ? {} : { detail }) };
  }
  if (entry.excluded.has(id)) return { agent: id, reason: 'excluded' };
  const { state, reason } = agent.state;
  if (agent.profile.isOffline) return { agent: id, reason: 'phone-offline', detail: agent.profile.dn };
  if (state !== 'ready') return { agent: id, reason: state, ...(reason === undefined ? {} : { detail: reason }) };
  if (!meant.some((place) => line.isOpen(place.gate, now))) return { agent: id, reason: 'threshold-closed' };
  return { ...idleness(agent, now), ...outranked(agent, meant, { line, entry, now, selection }) };
}

/** Why another ready agent was preferred. */
function outranked(
  agent: LineAgent,
  meant: readonly Place[],
  { line, entry, now, selection }: Circumstances,
): JsonObject {
  const order = entry.request.preferences?.order;
  const shorter = { reason: 'idle-shorter' };
  if (!order || !selection) return shorter;
  const isSamePlace = meant.some((place) => place.line === selection.place.line);
  if (order.type === 'percentage') return isSamePlace ? shorter : { reason: 'share-reached' };
  const statistic = statisticNamed(order.statistic);
  const [place] = meant;
  if (!statistic || !place || selection.value === undefined) return shorter;
  const value =
    statistic.of === 'agent' ? line.agentValue(agent, statistic, now) : line.placeValue(place, statistic, entry, now);
  if (value === selection.value || (statistic.of !== 'agent' && isSamePlace)) return shorter;
  const reason = value < selection.value ? 'statistic-lower' : 'statistic-higher';
  return { reason, detail: `${order.statistic} is ${rounded(value)}` };
}

function passedOver(line: Line, entry: LineRequest): JsonObject[] {
  const before: JsonObject[] = [];
  for (const other of line.queue(entry.request.virtualQueue)) {
    if (other === entry || before.length >= MOST_PASSED_OVER) break;
    before.push({ request: other.request.id, reason: reasonToPass(other) });
  }
  return before;
}

function reasonToPass({ request, eligible }: LineRequest): string {
  if (request.paused) return 'paused';
  if (!request.selectable) return 'not-selectable';
  return eligible ? 'no-agent-ready' : 'set-aside';
}

function idleness(agent: LineAgent, now: number): JsonObject {
  return { agent: agent.profile.id, idleSeconds: seconds(now - (agent.state.idleSince ?? now)) };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}
