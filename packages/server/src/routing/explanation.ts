import type { JsonObject } from '../kernel/index.js';
import type { Line, Selection } from './line.js';
import { disqualification } from './qualification.js';
import type { LineAgent, LineRequest } from './target-line.js';

/** How many agents who were not chosen are named, and how many are looked at to find them. */
const MOST_NAMED = 20;
const MOST_LOOKED_AT = 64;
/** How many requests that stood before are named. */
const MOST_PASSED_OVER = 5;

/**
 * Why a request got this agent at this moment, or why it got none in time (`selection` absent):
 * `{waitedSeconds, position, total, priority, targets: [{target, agents, loggedIn, ready, waiting, open}],
 * agent?: {agent, idleSeconds}, others: [{agent, reason, detail?}], unnamed, passedOver: [{request, reason}]}`.
 *
 * Reasons of agents: `idle-shorter`, `not-ready`, `busy`, `reserved`, `after-call-work`, `logged-out`,
 * `threshold-closed`, `lacks-skill`, `not-in-group`, `not-in-queue`, `another-agent`. Of requests before it: `not-selectable`,
 * `paused`, `set-aside`, `no-agent-ready`. Long lists are cut; `unnamed` counts the agents left out.
 */
export function explain(line: Line, entry: LineRequest, now: number, selection?: Selection): JsonObject {
  const standing = line.position(entry.request.id, now);
  return {
    waitedSeconds: seconds(now - entry.request.arrival),
    position: standing?.position ?? 1,
    total: standing?.total ?? 1,
    priority: standing?.priority ?? entry.request.priority,
    targets: entry.places.map(({ target, line: targetLine, gate }) => ({
      target: target.text,
      agents: targetLine.members.size,
      loggedIn: targetLine.loggedIn,
      ready: targetLine.ready.size,
      waiting: targetLine.requests.size,
      open: line.isOpen(gate),
    })),
    ...(selection ? { agent: idleness(selection.agent, now) } : {}),
    ...othersThan(selection?.agent, line, entry, now),
    passedOver: passedOver(line, entry),
  };
}

function othersThan(chosen: LineAgent | undefined, line: Line, entry: LineRequest, now: number): JsonObject {
  const candidates = new Set<LineAgent>();
  let looked = 0;
  for (const source of sourcesOfCandidates(line, entry)) {
    for (const agent of source) {
      if (candidates.size >= MOST_NAMED || looked >= MOST_LOOKED_AT) break;
      looked += 1;
      if (agent !== chosen) candidates.add(agent);
    }
  }
  const others = Array.from(candidates, (agent) => reasonAgainst(agent, line, entry, now));
  return { others, unnamed: line.agentCount - others.length - (chosen ? 1 : 0) };
}

/** The ready agents first, in the order of their idle time, then the other agents of the targets, then everybody. */
function* sourcesOfCandidates(line: Line, entry: LineRequest): Generator<Iterable<LineAgent>> {
  for (const place of entry.places) yield place.line.ready;
  for (const place of entry.places) yield place.line.members;
  yield line.agents();
}

function reasonAgainst(agent: LineAgent, line: Line, entry: LineRequest, now: number): JsonObject {
  const { id } = agent.profile;
  const meant = entry.places.filter((place) => place.line.members.has(agent));
  if (meant.length === 0) {
    const [target] = entry.places.length > 0 ? entry.places.map((place) => place.target) : entry.request.targets;
    const { reason, detail } = target ? disqualification(agent.profile, target) : { reason: 'no-target' };
    return { agent: id, reason, ...(detail === undefined ? {} : { detail }) };
  }
  const { state, reason } = agent.state;
  if (state !== 'ready') return { agent: id, reason: state, ...(reason === undefined ? {} : { detail: reason }) };
  if (!meant.some((place) => line.isOpen(place.gate))) return { agent: id, reason: 'threshold-closed' };
  return { ...idleness(agent, now), reason: 'idle-shorter' };
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

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}
