import { type JsonObject, type JsonValue, newId, RingbackError } from '../../../kernel/index.js';
import type { Transaction } from '../../../store/sql.js';
import type { Action, ActionDefinition, ActionOutcome } from '../../action-module.js';
import { addInteraction, interactionOfLeg, newInteractionId } from '../../interactions.js';
import { attachable } from '../../user-data.js';
import { milliseconds, object, objectOf, text } from '../attributes.js';
import { type Address, addressOf, type InteractionParts, mustExist } from './parts.js';

/** How long a dialed customer's phone rings, unless the application says otherwise (`_ixn_createcall_timeout`). */
const DEFAULT_CALL_TIMEOUT_MS = 32_000;
/** How long the phone of an agent who is called first rings. */
const AGENT_RING_MS = 20_000;

const TYPES = ['regular', 'agent', 'supervisor', 'priority', 'agentpriority', 'agent priority', 'predictive'];

/**
 * `<createcall>` (ors-interaction-dialog.md 4.2): one terminal event, `done` when the party has answered (and, with call
 * progress detection, is a person), otherwise the error with what became of the dialing. Where `from` is an agent, the
 * agent's phone is called first.
 */
export function createCall(parts: InteractionParts): ActionDefinition {
  const { calls, directory } = parts;

  async function perform(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const { session, now } = action;
    const type = (text(action, 'type') ?? 'regular').toLowerCase();
    if (!TYPES.includes(type)) {
      throw new RingbackError('unknown', `type must be one of ${TYPES.join(', ')}, not ${type}`);
    }
    const to = addressOf(action, 'to', directory);
    const from = addressOf(action, 'from', directory);
    // The callback service dials with the number that its customers know, which need not be a DN.
    if (session.callback === undefined) mustExist(from, 'from', directory);
    const hints = object(action, 'hints');
    const extensions = objectOf(hints.extensions, 'hints.extensions');
    const shownNumber = text(action, 'displaynumber') ?? String(hints.callerNumber ?? from.device);
    const agentLeg = from.agent === undefined ? null : newId();
    const focus = type === 'predictive' && from.known?.isRoutingPoint === true ? from.device : null;
    const interaction = await addInteraction(
      tx,
      {
        ...{ id: newInteractionId(), session: session.id, kind: 'outbound', ani: to.device, dnis: shownNumber },
        ...{ customer: newId(), agent: agentLeg, focus, userData: attachable(object(action, 'udata')) },
      },
      now,
    );
    const name = text(action, 'displayname');
    const common = {
      callId: interaction.id,
      from: shownNumber,
      session: session.id,
      ...(session.callback !== undefined && { callback: session.callback }),
      ...(isAttempt(hints.attempt) && { attempt: hints.attempt }),
      ...(name !== undefined && { callerName: name }),
      userData: interaction.userData,
    };
    await calls.intend(tx, {
      ...{ ...common, legId: interaction.customer, role: 'customer', number: to.device },
      ...(to.agent !== undefined && { agentId: to.agent }),
      timeoutMs: milliseconds(action, 'timeout') || DEFAULT_CALL_TIMEOUT_MS,
      callProgress: detectsProgress(extensions),
    });
    if (agentLeg !== null) await calls.intend(tx, { ...common, ...agentIntent(agentLeg, from) });
    return { pending: interaction.customer };
  }

  /** Dials whoever comes first: the agent, where one was named as origin, otherwise the customer. */
  async function execute(action: Action): Promise<ActionOutcome> {
    const customer = await parts.actions().subjectOf(parts.sql, action.requestId);
    const interaction = customer === undefined ? undefined : await interactionOfLeg(parts.sql, customer);
    if (interaction) await calls.dial(interaction.agent ?? interaction.customer);
    return 'pending';
  }

  return {
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
    perform,
    execute,
  };
}

function agentIntent(legId: string, { device, agent }: Address) {
  const intent = { legId, role: 'agent', number: device, timeoutMs: AGENT_RING_MS, callProgress: false } as const;
  return { ...intent, ...(agent !== undefined && { agentId: agent }) };
}

function isAttempt(value: JsonValue | undefined): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1_000_000;
}

/** Call progress detection as the original's SIP Server is asked for it. */
function detectsProgress(extensions: JsonObject): boolean {
  const recognition = extensions.call_answer_type_recognition;
  return recognition !== undefined && recognition !== 'no_progress_detection' && recognition !== 'no_am_detection';
}
