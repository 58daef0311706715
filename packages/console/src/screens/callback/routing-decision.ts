import { isObject, type Members, number, objects, text } from '../../api/json.js';

/** An agent who was not chosen, and why. */
export interface Passed {
  name: string;
  reason: string;
}

/** Why a request got its agent at that moment, or got none: the `why` of a `route.decision`. */
export interface RoutingDecision {
  /** What was known about the request: its wait, its place, its priority. */
  standing: string[];
  /** Why the chosen agent; absent when there was none in time. */
  chosen?: string;
  others: Passed[];
  /** Agents who were not chosen either and are not named. */
  unnamed: number;
  targets: string[];
  /** Requests that stood before this one. */
  before: Passed[];
}

const AGENT_REASON: Readonly<Record<string, string>> = {
  'idle-shorter': 'idle for a shorter time',
  'not-ready': 'not ready',
  busy: 'on a call',
  reserved: 'reserved for somebody else',
  'after-call-work': 'in after-call work',
  'logged-out': 'logged out',
  'threshold-closed': 'the threshold of the target is closed',
  'lacks-skill': 'lacks the skill',
  'not-in-group': 'not in the group',
  'another-agent': 'somebody else is wanted',
};

const REQUEST_REASON: Readonly<Record<string, string>> = {
  'not-selectable': 'not to be served yet',
  paused: 'its service is paused',
  'set-aside': 'set aside',
  'no-agent-ready': 'none of its agents is ready',
};

/** Reads a decision's reasons; members that are missing are left out. */
export function routingDecision(why: unknown): RoutingDecision {
  const told: Members = isObject(why) ? why : {};
  const decision: RoutingDecision = {
    standing: standing(told),
    others: objects(told.others).map((other) => passed(other, 'agent', AGENT_REASON)),
    unnamed: number(told, 'unnamed') ?? 0,
    targets: objects(told.targets).map(target),
    before: objects(told.passedOver).map((request) => passed(request, 'request', REQUEST_REASON)),
  };
  if (isObject(told.agent)) {
    const idle = number(told.agent, 'idleSeconds');
    const name = text(told.agent, 'agent') ?? 'the agent';
    decision.chosen = idle === undefined ? name : `${name}, idle the longest: ${idle} s`;
  }
  return decision;
}

function standing(why: Members): string[] {
  const waited = number(why, 'waitedSeconds');
  const position = number(why, 'position');
  const total = number(why, 'total');
  const priority = number(why, 'priority');
  return [
    waited === undefined ? '' : `waited ${waited} s`,
    position === undefined ? '' : `position ${position}${total === undefined ? '' : ` of ${total}`}`,
    priority === undefined ? '' : `priority ${priority}`,
  ].filter((part) => part !== '');
}

function target(members: Members): string {
  const ready = number(members, 'ready') ?? 0;
  const agents = number(members, 'agents') ?? 0;
  const waiting = number(members, 'waiting') ?? 0;
  const closed = members.open === false ? ', closed by its threshold' : '';
  return `${text(members, 'target') ?? 'target'}: ${ready} of ${agents} agents ready, ${waiting} waiting${closed}`;
}

function passed(members: Members, key: string, words: Readonly<Record<string, string>>): Passed {
  const reason = text(members, 'reason') ?? '';
  const details = [text(members, 'detail'), idleFor(members)].filter((part) => part !== undefined);
  const said = words[reason] ?? reason;
  return {
    name: text(members, key) ?? '',
    reason: details.length === 0 ? said : `${said} (${details.join(', ')})`,
  };
}

function idleFor(members: Members): string | undefined {
  const idle = number(members, 'idleSeconds');
  return idle === undefined ? undefined : `${idle} s`;
}
