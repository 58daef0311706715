import { isObject, type JsonObject, type JsonValue, RingbackError } from '../../../kernel/index.js';
import type { Sql, Transaction } from '../../../store/sql.js';
import type { Calls } from '../../../telephony/index.js';
import type { Action } from '../../action-module.js';
import type { Actions, Post } from '../../actions.js';
import type { AgentRouting } from '../../agent-routing.js';
import type { Connections } from '../../connections.js';
import { controllingParty, resourceOf } from '../../controlling-party.js';
import { type Device, type Directory, isOutside, withoutSwitch } from '../../directory.js';
import type { Errands } from '../../errands.js';
import type { PartyLeg } from '../../interaction-model.js';
import type { InteractionNews } from '../../interaction-news.js';
import { type Interaction, lockInteraction } from '../../interactions.js';
import { applicationFor } from '../../provisioned-application.js';
import type { EnvironmentChange } from '../../session-event.js';
import type { Sessions } from '../../sessions.js';
import { requiredText } from '../attributes.js';

/** What the actions of `ixn` are carried out with. */
export interface InteractionParts {
  sql: Sql;
  actions: () => Actions;
  sessions: () => Sessions;
  calls: Calls;
  post: Post;
  agentRouting: () => AgentRouting;
  errands: Errands;
  news: InteractionNews;
  connections: Connections;
  directory: Directory;
}

/** A party of a call as applications name it: a number, or a resource object as in `queue.submit.done`. */
export interface Address {
  device: string;
  agent?: string;
  known?: Device;
}

export const COMMON = {
  requestid: { kind: 'location' },
  interactionid: { kind: 'value', required: true },
  hints: { kind: 'value' },
} as const;

/**
 * Reads `from` or `to`: a DN, a telephone number, an agent's id, or an object with `dn` and `agent`.
 * @throws RingbackError `invaliddestination`, `invalidsource`
 */
export function addressOf(action: Action, name: string, directory: Directory): Address {
  const value = action.attributes[name];
  const isResource = isObject(value) && typeof value.dn === 'string' && value.dn !== '';
  const named = isResource ? String(value.dn) : scalarText(value);
  if (named === undefined) {
    throw new RingbackError(wrong(name), `${name} names no number: ${JSON.stringify(value ?? null)}`);
  }
  const device = withoutSwitch(named);
  const known = directory.device(device);
  const agent = isResource && typeof value.agent === 'string' ? value.agent : known?.agent;
  return { device: known?.dn ?? device, ...(agent !== undefined && { agent }), ...(known && { known }) };
}

/** @throws RingbackError when an internal number is not provisioned, although others are */
export function mustExist({ device, agent, known }: Address, name: string, directory: Directory): void {
  if (known || agent !== undefined || isOutside(device) || !directory.isProvisioned()) return;
  throw new RingbackError(wrong(name), `there is no DN ${device}`);
}

function wrong(name: string): string {
  return name === 'from' ? 'invalidsource' : 'invaliddestination';
}

function scalarText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Where a session may act on an interaction that nobody owns, such as one that it has just detached. */
type Ownership = 'own' | 'own or nobody';

/**
 * The interaction that an action names, locked.
 * @throws RingbackError `unknown` (there is none, or it belongs to another session), `invalidstate.null` (it is over)
 */
export async function interactionOf(
  tx: Transaction,
  action: Action,
  { name = 'interactionid', owner = 'own' }: { name?: string; owner?: Ownership } = {},
): Promise<Interaction> {
  const id = requiredText(action, name);
  const interaction = await lockInteraction(tx, id);
  const isFree = interaction?.session === null && (owner === 'own or nobody' || interaction.endedAt !== null);
  if (!interaction || (interaction.session !== action.session.id && !isFree)) {
    throw new RingbackError('unknown', `there is no interaction ${id}`);
  }
  if (interaction.endedAt !== null) throw new RingbackError('invalidstate.null', 'the interaction has ended');
  return interaction;
}

/**
 * The party that controls a call action.
 * @throws RingbackError `invalidsource`
 */
export function controllerOf(action: Action, interaction: Interaction, legs: readonly PartyLeg[]): PartyLeg {
  const found = controllingParty(action.attributes, interaction, legs);
  if (found) return found;
  const device = resourceOf(action.attributes);
  throw new RingbackError(
    'invalidsource',
    `no party of the interaction is ${device === undefined ? 'an agent' : `at ${device}`}`,
  );
}

/** The success of an action as an event that comes before the others which its success causes. */
export async function answerFirst(
  tx: Transaction,
  { post }: Pick<InteractionParts, 'post'>,
  { session, requestId }: Action,
  event: string,
  done: JsonObject,
  model?: EnvironmentChange,
): Promise<void> {
  const data = { requestid: requestId, ...done };
  await post(tx, session.id, { name: `${event}.done`, data, ...(model && { model }) });
}

/**
 * Starts the application of a routing point for an interaction that waits on it.
 * @returns the new session
 * @throws RingbackError `invaliddestination` when there is no such application
 */
export async function startFor(
  tx: Transaction,
  { sessions }: Pick<InteractionParts, 'sessions'>,
  provisioned: string,
  { ani, focus, dnis, userData }: Pick<Interaction, 'ani' | 'focus' | 'dnis' | 'userData'>,
): Promise<string> {
  const flow = applicationFor(provisioned, { ani, dn: focus ?? dnis, userData });
  try {
    const session = await sessions().start(tx, { flow, parameters: {} });
    tx.afterCommit(() => sessions().wake(session));
    return session;
  } catch (error) {
    if (!(error instanceof RingbackError) || error.code !== 'unknown-flow') throw error;
    throw new RingbackError('invaliddestination', error.message, [], { cause: error });
  }
}
