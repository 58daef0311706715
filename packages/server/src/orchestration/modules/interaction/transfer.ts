import { newId, RingbackError } from '../../../kernel/index.js';
import type { Transaction } from '../../../store/sql.js';
import type { Action, ActionDefinition, ActionOutcome } from '../../action-module.js';
import { partyOf } from '../../interaction-model.js';
import { addParty, type Interaction, setAgentLeg, setUserData } from '../../interactions.js';
import { attachable, merged } from '../../user-data.js';
import { milliseconds, object } from '../attributes.js';
import { addressOf, COMMON, controllerOf, type InteractionParts, interactionOf, mustExist } from './parts.js';

/** How long the phone of whoever a call is transferred to rings, unless the application says otherwise. */
const RING_MS = 20_000;

/** Actions that bring somebody new into a call in one step (ors-interaction-dialog.md 4.2). */
export function transferActions(parts: InteractionParts): Record<string, ActionDefinition> {
  const { calls, news, connections, directory } = parts;

  /** Stores that somebody is to be called for an interaction, who is a party of it from now on. */
  async function call(tx: Transaction, action: Action, interaction: Interaction, from: string): Promise<string> {
    const to = addressOf(action, 'to', directory);
    mustExist(to, 'to', directory);
    const legId = newId();
    await calls.intend(tx, {
      ...{ legId, callId: interaction.id, role: 'agent', number: to.device, from },
      ...{ timeoutMs: milliseconds(action, 'timeout') || RING_MS, callProgress: false, session: action.session.id },
      ...(to.agent !== undefined && { agentId: to.agent }),
      ...(action.session.callback !== undefined && { callback: action.session.callback }),
      userData: interaction.userData,
    });
    await addParty(tx, interaction.id, legId);
    connections.dial(tx, legId);
    return legId;
  }

  /** The interaction with the data that the action attaches to it. */
  async function withData(tx: Transaction, action: Action): Promise<Interaction> {
    const interaction = await interactionOf(tx, action);
    const added = attachable(object(action, 'udata'));
    if (Object.keys(added).length === 0) return interaction;
    const userData = merged(interaction.userData, added);
    await setUserData(tx, interaction.id, userData);
    return { ...interaction, userData };
  }

  function callerShown(interaction: Interaction): string {
    return interaction.kind === 'outbound' ? interaction.dnis : interaction.ani;
  }

  /** The other party stays with the controlling one until the new one has answered; then the controlling one leaves. */
  async function singleStepTransfer(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const interaction = await withData(tx, action);
    connected(action, interaction, await news.legs(tx, interaction));
    return { pending: await call(tx, action, interaction, callerShown(interaction)) };
  }

  async function singleStepConference(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const interaction = await withData(tx, action);
    connected(action, interaction, await news.legs(tx, interaction));
    return { pending: await call(tx, action, interaction, callerShown(interaction)) };
  }

  /** The controlling party leaves at once; the other one waits for the new one. */
  async function muteTransfer(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const interaction = await withData(tx, action);
    const legs = await news.legs(tx, interaction);
    const leaver = legs.find(({ leg }) => leg.id === connected(action, interaction, legs));
    const legId = await call(tx, action, interaction, callerShown(interaction));
    await setAgentLeg(tx, interaction.id, legId);
    const known: Interaction = { ...interaction, agent: legId };
    if (leaver) {
      await connections.letGo(tx, known, leaver.leg.id);
      const party = partyOf(interaction, leaver);
      await news.tell(tx, known, 'interaction.partydeleted', { party, data: { cause: 'normal', answered: true } });
    }
    return { pending: legId };
  }

  /** The controlling party, which must be connected; the customer cannot be the one who leaves. */
  function connected(action: Action, interaction: Interaction, legs: Parameters<typeof controllerOf>[2]): string {
    const { leg } = controllerOf(action, interaction, legs);
    if (leg.id === interaction.customer)
      throw new RingbackError('invalidsource', 'the customer cannot transfer the call');
    if (leg.state !== 'answered') throw new RingbackError(`invalidstate.${leg.state}`, 'the party is not connected');
    return leg.id;
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
