import { isObject, type Members, number, objects, text } from '../../api/json.js';
import type { Say } from '../../i18n/use-texts.js';
import { en } from './routing.texts.js';

type SayRouting = Say<typeof en>;

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

/** Reads a decision's reasons; members that are missing are left out. */
export function routingDecision(why: unknown, say: SayRouting): RoutingDecision {
  const told: Members = isObject(why) ? why : {};
  const decision: RoutingDecision = {
    standing: standing(told, say),
    others: objects(told.others).map((other) => passed(other, 'agent', say)),
    unnamed: number(told, 'unnamed') ?? 0,
    targets: objects(told.targets).map((members) => target(members, say)),
    before: objects(told.passedOver).map((request) => passed(request, 'request', say)),
  };
  if (isObject(told.agent)) {
    const idle = number(told.agent, 'idleSeconds');
    const name = text(told.agent, 'agent') ?? say('theAgent');
    decision.chosen = idle === undefined ? name : say('idleLongest', { agent: name, seconds: idle });
  }
  return decision;
}

function standing(why: Members, say: SayRouting): string[] {
  const waited = number(why, 'waitedSeconds');
  const position = number(why, 'position');
  const total = number(why, 'total');
  const priority = number(why, 'priority');
  return [
    waited === undefined ? '' : say('waited', { seconds: waited }),
    place(position, total, say),
    priority === undefined ? '' : say('priority', { priority }),
  ].filter((part) => part !== '');
}

function place(position: number | undefined, total: number | undefined, say: SayRouting): string {
  if (position === undefined) return '';
  return total === undefined ? say('position', { position }) : say('positionOf', { position, total });
}

function target(members: Members, say: SayRouting): string {
  const ready = number(members, 'ready') ?? 0;
  const agents = number(members, 'agents') ?? 0;
  const waiting = number(members, 'waiting') ?? 0;
  const name = text(members, 'target') ?? say('aTarget');
  return say(members.open === false ? 'closedTarget' : 'target', { target: name, ready, agents, waiting });
}

function passed(members: Members, key: string, say: SayRouting): Passed {
  const reason = text(members, 'reason') ?? '';
  const details = [text(members, 'detail'), idleFor(members)].filter((part) => part !== undefined);
  const said = isKnown(reason) ? say(reason) : reason;
  return {
    name: text(members, key) ?? '',
    reason: details.length === 0 ? said : `${said} (${details.join(', ')})`,
  };
}

function idleFor(members: Members): string | undefined {
  const idle = number(members, 'idleSeconds');
  return idle === undefined ? undefined : `${idle} s`;
}

function isKnown(reason: string): reason is Parameters<SayRouting>[0] {
  return Object.hasOwn(en, reason);
}
