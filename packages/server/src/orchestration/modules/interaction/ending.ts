import type { Transaction } from '../../../store/sql.js';
import type { Action, ActionDefinition, ActionOutcome } from '../../action-module.js';
import { resourceOf } from '../../controlling-party.js';
import { partyOf } from '../../interaction-model.js';
import { setAgentLeg } from '../../interactions.js';
import { COMMON, controllerOf, type InteractionParts, interactionOf } from './parts.js';

/**
 * `<terminate>`, `<delete>`: the end of an interaction, or of one party's part in it (ors-interaction-dialog.md 4.1). What
 * is to be hung up is stored with the answer, so that it is hung up even if the program dies before it can.
 */
export function endingActions(parts: InteractionParts): Record<string, ActionDefinition> {
  const { news, connections } = parts;

  async function terminate(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const interaction = await interactionOf(tx, action);
    const done = { interactionid: interaction.id };
    if (resourceOf(action.attributes) === undefined) {
      await connections.end(tx, interaction, action.now);
      return { done };
    }
    const dropped = controllerOf(action, interaction, await news.legs(tx, interaction));
    if (dropped.leg.id === interaction.customer) {
      await connections.end(tx, interaction, action.now);
      return { done };
    }
    if (dropped.leg.id === interaction.agent) await setAgentLeg(tx, interaction.id, null);
    await connections.letGo(tx, interaction, dropped.leg.id);
    const left = dropped.leg.id === interaction.agent ? { ...interaction, agent: null } : interaction;
    const party = partyOf(interaction, dropped);
    const data = { cause: 'normal', answered: dropped.leg.state === 'answered' };
    await news.tell(tx, left, 'interaction.partydeleted', { party, data });
    return { done };
  }

  async function remove(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const interaction = await interactionOf(tx, action);
    await connections.end(tx, interaction, action.now);
    return { done: { interactionid: interaction.id } };
  }

  return {
    terminate: {
      attributes: { ...COMMON, reason: { kind: 'value' }, resource: { kind: 'value' } },
      perform: terminate,
    },
    delete: { attributes: { ...COMMON, reason: { kind: 'value' } }, perform: remove },
  };
}
