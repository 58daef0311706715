import { newId, RingbackError } from '../../../kernel/index.js';
import type { Transaction } from '../../../store/sql.js';
import type { Action, ActionDefinition, ActionOutcome } from '../../action-module.js';
import { type PartyLeg, partyOf } from '../../interaction-model.js';
import { addParty, type Interaction, setAgentLeg, setFocus } from '../../interactions.js';
import { attachable, changeUserData, merged } from '../../user-data.js';
import { milliseconds, object } from '../attributes.js';
import {
  type Address,
  addressOf,
  answerFirst,
  COMMON,
  controllerOf,
  type InteractionParts,
  interactionOf,
  mustExist,
} from './parts.js';

/** How long the phone of whoever a call is transferred to rings, unless the application says otherwise. */
const RING_MS = 20_000;

/** A call, who controls the action, and who is to come. */
interface Wanted {
  interaction: Interaction;
  to: Address;
  legs: readonly PartyLeg[];
  controller: PartyLeg;
}

/** Actions that bring somebody new into a call in one step (ors-interaction-dialog.md 4.2). */
export function transferActions(parts: InteractionParts): Record<string, ActionDefinition> {
  const { calls, news, connections, directory } = parts;

  /** Who is to leave or share which call with whom, checked before anything changes. */
  async function wanted(tx: Transaction, action: Action): Promise<Wanted> {
    const interaction = await interactionOf(tx, action);
    const to = addressOf(action, 'to', directory);
    mustExist(to, 'to', directory);
    const legs = await news.legs(tx, interaction);
    return { interaction, to, legs, controller: connected(action, interaction, legs) };
  }

  /** Stores that somebody is to be called for an interaction, who is a party of it from now on. */
  async function call(tx: Transaction, action: Action, { interaction, to }: Wanted): Promise<string> {
    const legId = newId();
    const { userData } = await withData(tx, action, interaction);
    await calls.intend(tx, {
      ...{ legId, callId: interaction.id, role: 'agent', number: to.device, from: callerShown(interaction) },
      ...{ timeoutMs: milliseconds(action, 'timeout') || RING_MS, callProgress: false, session: action.session.id },
      ...(to.agent !== undefined && { agentId: to.agent }),
      ...(action.session.callback !== undefined && { callback: action.session.callback }),
      userData,
    });
    await addParty(tx, interaction.id, legId);
    connections.dial(tx, legId);
    return legId;
  }

  /** The interaction with the data that the action attaches to it, of which its session hears. */
  async function withData(tx: Transaction, action: Action, interaction: Interaction): Promise<Interaction> {
    const added = attachable(object(action, 'udata'));
    if (Object.keys(added).length === 0) return interaction;
    const userData = merged(interaction.userData, added);
    await changeUserData(tx, news, interaction, () => userData);
    return { ...interaction, userData };
  }

  function callerShown(interaction: Interaction): string {
    return interaction.kind === 'outbound' ? interaction.dnis : interaction.ani;
  }

  /** The other party stays with the controlling one until the new one has answered; then the controlling one leaves. */
  async function singleStepTransfer(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const what = await wanted(tx, action);
    if (what.to.known?.isRoutingPoint) return toRoutingPoint(tx, action, what, 'voice.singlesteptransfer');
    return { pending: await call(tx, action, what) };
  }

  async function singleStepConference(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const what = await wanted(tx, action);
    if (what.to.known?.isRoutingPoint) {
      throw new RingbackError('invaliddestination', `the routing point ${what.to.device} cannot take part in a call`);
    }
    return { pending: await call(tx, action, what) };
  }

  /** The controlling party leaves at once; the other one waits for the new one. */
  async function muteTransfer(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const what = await wanted(tx, action);
    if (what.to.known?.isRoutingPoint) return toRoutingPoint(tx, action, what, 'voice.mutetransfer');
    const legId = await call(tx, action, what);
    await setAgentLeg(tx, what.interaction.id, legId);
    await leave(tx, { ...what.interaction, agent: legId }, what.controller);
    return { pending: legId };
  }

  /** The controlling party leaves at once, and the other one waits on the routing point: the session may route it there. */
  async function toRoutingPoint(
    tx: Transaction,
    action: Action,
    { interaction, to, legs, controller }: Wanted,
    event: string,
  ): Promise<ActionOutcome> {
    const staying = [interaction.customer, controller.leg.id];
    if (legs.some(({ leg }) => leg.state !== 'ended' && !staying.includes(leg.id))) {
      throw new RingbackError('invalidstate', 'others take part in the call');
    }
    const { userData } = await withData(tx, action, interaction);
    await setAgentLeg(tx, interaction.id, null);
    await setFocus(tx, interaction.id, to.device);
    const moved: Interaction = { ...interaction, userData, agent: null, focus: to.device };
    await answerFirst(tx, parts, action, event, { interactionid: interaction.id });
    await leave(tx, moved, controller);
    await news.mayBeRouted(tx, moved);
    return 'silent';
  }

  async function leave(tx: Transaction, interaction: Interaction, leaver: PartyLeg): Promise<void> {
    await connections.letGo(tx, interaction, leaver.leg.id);
    const party = partyOf(interaction, leaver);
    await news.tell(tx, interaction, 'interaction.partydeleted', { party, data: { cause: 'normal', answered: true } });
  }

  /** The controlling party, which must be connected; the customer cannot be the one who leaves. */
  function connected(action: Action, interaction: Interaction, legs: readonly PartyLeg[]): PartyLeg {
    const party = controllerOf(action, interaction, legs);
    const { leg } = party;
    if (leg.id === interaction.customer)
      throw new RingbackError('invalidsource', 'the customer cannot transfer the call');
    if (leg.state !== 'answered') throw new RingbackError(`invalidstate.${leg.state}`, 'the party is not connected');
    return party;
  }

  const attributes = {
    ...COMMON,
    resource: { kind: 'value' },
    to: { kind: 'value', required: true },
    udata: { kind: 'value' },
    timeout: { kind: 'value' },
  } as const;
  return {
    singlesteptransfer: { event: 'voice.singlesteptransfer', attributes, perform: singleStepTransfer },
    singlestepconference: {
      event: 'voice.singlestepconference',
      attributes: { ...attributes, role: { kind: 'lenient' } },
      perform: singleStepConference,
    },
    mutetransfer: { event: 'voice.mutetransfer', attributes, perform: muteTransfer },
  };
}
