import { type JsonObject, RingbackError } from '../../../kernel/index.js';
import {
  type RoutePreferences,
  type RouteRequest,
  type Router,
  restoredTargets,
  type SelectionOrder,
  statisticNamed,
  type Target,
  UNKNOWN_EWT_SECONDS,
} from '../../../routing/index.js';
import { type Sql, statement } from '../../../store/sql.js';
import type { Action, SessionSubject } from '../../action-module.js';
import { type Interaction, interactionsOfSession, readInteraction } from '../../interactions.js';
import { flag, milliseconds, number, object, text } from '../attributes.js';
import type { QueueSettings } from './settings.js';

/** A selected target stays reserved for this long when the application only selects (ruling on `targetselected`). */
const SELECT_ONLY_RESERVATION_MS = 3_000;
/** When the router itself connects the agent, the reservation covers the time until the agent's phone rings. */
const ROUTED_RESERVATION_MS = 30_000;

const BEGUN_AT = statement('queue-interaction-begun', 'select created_at as at from interaction where id = $1');

/**
 * The interaction that an action is about: the named one, else (or by `0`) the first of the session.
 * @returns undefined if the session has none and the action names none
 * @throws RingbackError `unknowncall` for one that is not there, or not the session's
 */
export async function interactionOf(sql: Sql, session: SessionSubject, id?: string): Promise<Interaction | undefined> {
  if (id === undefined || id === '0') return (await interactionsOfSession(sql, session.id))[0];
  const interaction = await readInteraction(sql, id);
  if (interaction?.session === session.id && interaction.endedAt === null) return interaction;
  throw new RingbackError('unknowncall', `There is no interaction ${id} in this session.`);
}

/** Whether the router itself is to connect the agent (default). */
export function routes({ attributes: { route } }: Action): boolean {
  return route !== false && String(route ?? '').toLowerCase() !== 'false';
}

/**
 * When the wait ends: `timeout` seconds from now, by default at once. A negative number (an extension of ours) waits for
 * as long as the session lives.
 */
export function timeoutOf(action: Action): number | undefined {
  if ((number(action, 'timeout') ?? 0) < 0) return undefined;
  return action.now + (milliseconds(action, 'timeout') ?? 0);
}

/**
 * The order of the agents that `ordertype` and `orderstat` ask for; undefined for `any`.
 * @throws RingbackError `invalidparameter`
 */
export function orderOf(action: Action): SelectionOrder | undefined {
  const type = (text(action, 'ordertype') ?? 'any').toLowerCase();
  if (type === 'any') return undefined;
  if (type === 'percentage') return { type };
  if (type !== 'max' && type !== 'min') {
    throw new RingbackError('invalidparameter', `ordertype is max, min, any or percentage, not ${type}.`);
  }
  const statistic = text(action, 'orderstat') ?? 'none';
  if (statistic.toLowerCase() === 'none') return undefined;
  if (statisticNamed(statistic)) return { type, statistic };
  throw new RingbackError('invalidparameter', `Agents cannot be ordered by ${statistic}: there is no such statistic.`);
}

/** What a `<queue:submit>` asks the router for, with what the session has set up for the interaction. */
export async function requestOf(
  sql: Sql,
  router: Router,
  action: Action,
  about: { targets: Target[]; interaction: Interaction | undefined; settings: QueueSettings },
): Promise<RouteRequest> {
  const { requestId, session } = action;
  const { interaction, settings } = about;
  const hints = object(action, 'hints');
  const virtualQueue = text(action, 'queue') ?? 'none';
  const timeoutAt = timeoutOf(action);
  const targets = combined(about.targets, settings);
  const usual = interaction && routes(action) ? ROUTED_RESERVATION_MS : SELECT_ONLY_RESERVATION_MS;
  const preferences = preferencesOf(settings, orderOf(action));
  if (settings.tuning?.useObjective && interaction) {
    const objective = Number(interaction.userData.ServiceObjective);
    if (objective > 0) preferences.serviceObjectiveMs = objective * 1000;
  }
  return {
    id: requestId,
    session: session.id,
    ...(interaction && { interaction: interaction.id }),
    ...(session.callback !== undefined && { callback: session.callback }),
    virtualQueue,
    targets,
    priority: number(action, 'priority') ?? 0,
    arrival: await arrivalOf(sql, router, action, { ...about, targets, virtualQueue }),
    selectable: hints.selectable !== false,
    ...increment(hints, settings),
    ...(timeoutAt !== undefined && { timeoutAt }),
    reservationMs: seconds(hints, 'reservation') ?? settings.reservationMs ?? usual,
    ...(hints.yields === true && { yields: true }),
    ...(Object.keys(preferences).length > 0 && { preferences }),
  };
}

/** The preferences of a request that follow from what was set up for its interaction. */
export function preferencesOf(settings: QueueSettings, order?: SelectionOrder): RoutePreferences {
  const { excludedAgents = [], anyReadiness, lowestPriority, highestPriority, increment: growth } = settings;
  return {
    ...(order && { order }),
    ...(excludedAgents.length > 0 && { excludedAgents }),
    ...(anyReadiness && { anyReadiness }),
    ...(lowestPriority !== undefined && { lowestPriority }),
    ...(highestPriority !== undefined && { highestPriority }),
    ...(growth && { incrementFrom: growth.from }),
  };
}

/** The targets of a submit, with those that stayed after the timeout of an earlier one. */
function combined(targets: Target[], { standing }: QueueSettings): Target[] {
  if (!standing) return targets;
  const asked = new Set(targets.map(({ text: own }) => own));
  return [...targets, ...restoredTargets(standing.targets).filter((target) => !asked.has(target.text))];
}

/**
 * From when the request is taken to wait: `hints.arrival`, the age that was set, the interaction's beginning (tuned by
 * age), or the first submit whose targets are still in consideration. Tuned by prediction, the wait that is expected
 * counts as well.
 */
async function arrivalOf(
  sql: Sql,
  router: Router,
  action: Action,
  about: { targets: Target[]; interaction: Interaction | undefined; settings: QueueSettings; virtualQueue: string },
): Promise<number> {
  const { interaction, settings } = about;
  const given = object(action, 'hints').arrival;
  if (given !== undefined && given !== null) return Number(given);
  let arrival = settings.waitsSince ?? settings.standing?.since ?? action.now;
  if (settings.tuning?.useAge && settings.waitsSince === undefined && interaction) {
    const [row] = await sql.query<{ at: number }>(BEGUN_AT, [interaction.id]);
    arrival = row?.at ?? arrival;
  }
  if (settings.tuning?.usePredict) {
    const expected = router.ewt(about.virtualQueue, about.targets);
    if (expected < UNKNOWN_EWT_SECONDS) arrival -= expected * 1000;
  }
  return Math.max(0, arrival);
}

/** The priority grows by `priorityIncrement` for every `priorityIncrementInterval` seconds of waiting. */
function increment(
  hints: JsonObject,
  settings: QueueSettings,
): Pick<RouteRequest, 'priorityIncrement' | 'priorityIncrementIntervalMs'> {
  const by = Number(hints.priorityIncrement ?? 0);
  const intervalMs = seconds(hints, 'priorityIncrementInterval') ?? 0;
  if (by > 0 && intervalMs > 0) return { priorityIncrement: by, priorityIncrementIntervalMs: intervalMs };
  if (!settings.increment) return {};
  return { priorityIncrement: settings.increment.by, priorityIncrementIntervalMs: settings.increment.intervalMs };
}

function seconds(hints: JsonObject, name: string): number | undefined {
  const value = hints[name];
  return value === undefined || value === null ? undefined : Math.round(Number(value) * 1000);
}

/** Whether the targets of a submit leave the consideration when its time is over. */
export function clearsOnTimeout(action: Action): boolean {
  return flag(action, 'clearontimeout');
}
