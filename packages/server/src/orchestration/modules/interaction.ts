import { isObject, type JsonObject, type JsonValue, newId, RingbackError } from '../../kernel/index.js';
import type { Sql, Transaction } from '../../store/sql.js';
import type { Calls } from '../../telephony/index.js';
import type { Action, ActionModule, ActionOutcome, SessionFunction } from '../action-module.js';
import type { Actions, Post } from '../actions.js';
import type { AgentRouting } from '../agent-routing.js';
import type { Errands } from '../errands.js';
import {
  addInteraction,
  endInteraction,
  type Interaction,
  interactionModel,
  interactionOfLeg,
  interactionsOfSession,
  lockInteraction,
  newInteractionId,
  setUserData,
} from '../interactions.js';
import { milliseconds, object, objectOf, requiredText, text } from './attributes.js';

/** How long a dialed customer's phone rings, unless the application says otherwise (`_ixn_createcall_timeout`). */
const DEFAULT_CALL_TIMEOUT_MS = 32_000;
/** How long the phone of an agent who is called first rings. */
const AGENT_RING_MS = 20_000;

interface InteractionParts {
  sql: Sql;
  actions: () => Actions;
  calls: Calls;
  post: Post;
  agentRouting: () => AgentRouting;
  errands: Errands;
}

/** A party of a call as applications name it: a number, or a resource object as in `queue.submit.done`. */
interface Address {
  device: string;
  agent?: string;
}

/** `ixn`: calls (ors-interaction-dialog.md 4). */
export function interactionModule(parts: InteractionParts): ActionModule {
  const { calls, post } = parts;

  async function createCall(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const { session, now } = action;
    const to = address(action, 'to');
    const from = address(action, 'from');
    const hints = object(action, 'hints');
    const extensions = objectOf(hints.extensions, 'hints.extensions');
    const timeoutMs = milliseconds(action, 'timeout') || DEFAULT_CALL_TIMEOUT_MS;
    const shownNumber = text(action, 'displaynumber') ?? String(hints.callerNumber ?? from.device);
    const shownName = text(action, 'displayname');
    const agentLeg = from.agent === undefined ? null : newId();
    const interaction = await addInteraction(
      tx,
      {
        id: newInteractionId(),
        session: session.id,
        kind: 'outbound',
        ani: to.device,
        dnis: shownNumber,
        customer: newId(),
        agent: agentLeg,
        userData: object(action, 'udata'),
      },
      now,
    );
    const common = {
      callId: interaction.id,
      from: shownNumber,
      session: session.id,
      ...(session.callback !== undefined && { callback: session.callback }),
      ...(isAttempt(hints.attempt) && { attempt: hints.attempt }),
      ...(shownName !== undefined && { callerName: shownName }),
      userData: interaction.userData,
    };
    await calls.intend(tx, {
      ...common,
      legId: interaction.customer,
      role: 'customer',
      number: to.device,
      timeoutMs,
      callProgress: detectsProgress(extensions),
    });
    if (agentLeg !== null && from.agent !== undefined) {
      await calls.intend(tx, {
        ...common,
        legId: agentLeg,
        role: 'agent',
        number: from.device,
        agentId: from.agent,
        timeoutMs: AGENT_RING_MS,
        callProgress: false,
      });
    }
    return { pending: interaction.customer };
  }

  /** Dials whoever comes first: the agent, where one was named as origin, otherwise the customer. */
  async function dial(action: Action): Promise<ActionOutcome> {
    const customer = await parts.actions().subjectOf(parts.sql, action.requestId);
    const interaction = customer === undefined ? undefined : await interactionOfLeg(parts.sql, customer);
    if (interaction) await calls.dial(interaction.agent ?? interaction.customer);
    return 'pending';
  }

  async function redirect(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const to = action.attributes.to;
    const destination = typeof to === 'string' ? to : objectOf(to, 'to');
    const leg = await parts
      .agentRouting()
      .route(tx, requiredText(action, 'interactionid'), destination, action.session);
    return { pending: leg };
  }

  async function terminate(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = requiredText(action, 'interactionid');
    const interaction = await lockInteraction(tx, id);
    if (interaction?.session !== action.session.id) {
      throw new RingbackError('unknown', `there is no interaction ${id}`);
    }
    if (interaction.endedAt !== null) throw new RingbackError('invalidstate.null', 'the interaction has ended');
    // Nobody has abandoned a call that its application ends.
    await endInteraction(tx, id, action.now);
    for (const leg of [interaction.customer, interaction.agent]) {
      if (leg !== null) tx.afterCommit(() => parts.errands.run('hanging up', () => calls.hangup(leg, 'normal')));
    }
    return { done: { interactionid: id } };
  }

  const setUData: SessionFunction = async (tx, session, [data, id]) =>
    changeUserData(tx, session.id, id, (userData) => merged(userData, objectOf(data, 'user data')));

  const deleteUData: SessionFunction = async (tx, session, [data, id]) =>
    changeUserData(tx, session.id, id, (userData) => without(userData, objectOf(data, 'user data')));

  async function changeUserData(
    tx: Transaction,
    session: string,
    id: JsonValue | undefined,
    change: (userData: JsonObject) => JsonObject,
  ): Promise<void> {
    const interaction = await ownInteraction(tx, session, id);
    if (!interaction) {
      await post(tx, session, {
        name: 'error.interaction.setudata',
        data: { interactionid: id ?? null, error: 'unknown', description: 'there is no such interaction' },
      });
      return;
    }
    const changed = { ...interaction, userData: change(interaction.userData) };
    await setUserData(tx, interaction.id, changed.userData);
    await post(tx, session, {
      name: 'interaction.udata.changed',
      data: { interactionid: interaction.id },
      model: { interactions: { [interaction.id]: interactionModel(changed, await partiesOf(tx, changed)) } },
    });
  }

  async function partiesOf(tx: Transaction, interaction: Interaction) {
    const legs = await calls.legsOf(interaction.id, tx);
    return legs
      .filter(({ state }) => state === 'ringing' || state === 'answered')
      .map((leg) => ({
        device: leg.number,
        devicetype: leg.role === 'agent' ? ('agent' as const) : ('customer' as const),
        state: leg.state === 'answered' ? ('connected' as const) : ('ringing' as const),
        ...(leg.agentId !== undefined && { agentid: leg.agentId }),
      }));
  }

  return {
    namespaces: ['www.genesyslab.com/modules/interaction'],
    prefix: 'interaction',
    actions: {
      createcall: {
        event: 'voice.createcall',
        attributes: {
          requestid: { kind: 'location' },
          from: { kind: 'value', required: true },
          to: { kind: 'value', required: true },
          type: { kind: 'lenient' },
          reason: { kind: 'value' },
          udata: { kind: 'value' },
          hints: { kind: 'value' },
          timeout: { kind: 'value' },
          location: { kind: 'value' },
          server: { kind: 'value' },
          displayname: { kind: 'value' },
          displaynumber: { kind: 'value' },
        },
        perform: createCall,
        execute: dial,
      },
      redirect: {
        attributes: {
          requestid: { kind: 'location' },
          interactionid: { kind: 'value', required: true },
          from: { kind: 'value' },
          to: { kind: 'value', required: true },
          type: { kind: 'value' },
          reason: { kind: 'value' },
          detach: { kind: 'lenient' },
          hints: { kind: 'value' },
        },
        perform: redirect,
      },
      terminate: {
        attributes: {
          requestid: { kind: 'location' },
          interactionid: { kind: 'value', required: true },
          reason: { kind: 'value' },
          resource: { kind: 'value' },
          hints: { kind: 'value' },
        },
        perform: terminate,
      },
    },
    functions: { 'ixn.setuData': setUData, 'ixn.deleteuData': deleteUData },
  };
}

function address(action: Action, name: string): Address {
  const value = action.attributes[name];
  if (typeof value === 'string' && value !== '') return { device: value };
  if (typeof value === 'number') return { device: String(value) };
  if (isObject(value) && typeof value.dn === 'string' && value.dn !== '') {
    return { device: value.dn, ...(typeof value.agent === 'string' && { agent: value.agent }) };
  }
  const wrong = name === 'to' ? 'invaliddestination' : 'invalidsource';
  throw new RingbackError(wrong, `${name} names no number: ${JSON.stringify(value ?? null)}`);
}

function isAttempt(value: JsonValue | undefined): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1_000_000;
}

/** Call progress detection as the original's SIP Server is asked for it. */
function detectsProgress(extensions: JsonObject): boolean {
  const recognition = extensions.call_answer_type_recognition;
  return recognition !== undefined && recognition !== 'no_progress_detection' && recognition !== 'no_am_detection';
}

async function ownInteraction(
  tx: Transaction,
  session: string,
  id: JsonValue | undefined,
): Promise<Interaction | undefined> {
  if (typeof id !== 'string') {
    const [first] = await interactionsOfSession(tx, session);
    return first && ownInteraction(tx, session, first.id);
  }
  const interaction = await lockInteraction(tx, id);
  return interaction?.session === session && interaction.endedAt === null ? interaction : undefined;
}

/** New keys are added, existing ones replaced, nested objects merged (ors-interaction-dialog.md 3.5). */
function merged(target: JsonObject, changes: JsonObject): JsonObject {
  const result = { ...target };
  for (const [key, value] of Object.entries(changes)) {
    const present = result[key];
    result[key] = isJsonObject(value) && isJsonObject(present) ? merged(present, value) : value;
  }
  return result;
}

/** Takes away every leaf that `keys` names; all of them when it names none. */
function without(target: JsonObject, keys: JsonObject): JsonObject {
  if (Object.keys(keys).length === 0) return {};
  const result = { ...target };
  for (const [key, value] of Object.entries(keys)) {
    const present = result[key];
    if (isJsonObject(value) && Object.keys(value).length > 0 && isJsonObject(present)) {
      result[key] = without(present, value);
    } else delete result[key];
  }
  return result;
}

function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isObject(value);
}
