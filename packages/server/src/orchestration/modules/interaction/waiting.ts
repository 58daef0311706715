import { RingbackError } from '../../../kernel/index.js';
import type { Transaction } from '../../../store/sql.js';
import type { Action, ActionDefinition, ActionOutcome } from '../../action-module.js';
import { type PartyLeg, partyOf } from '../../interaction-model.js';
import { holdParty, type Interaction } from '../../interactions.js';
import { requiredText } from '../attributes.js';
import { answerFirst, COMMON, controllerOf, type InteractionParts, interactionOf } from './parts.js';

/** `<hold>`, `<retrieve>`, `<senddtmf>`: what one party does to the others of its call (ors-interaction-dialog.md 4.2). */
export function waitingActions(parts: InteractionParts): Record<string, ActionDefinition> {
  const { calls, news, connections } = parts;

  async function controller(tx: Transaction, action: Action): Promise<[Interaction, PartyLeg]> {
    const interaction = await interactionOf(tx, action);
    const party = controllerOf(action, interaction, await news.legs(tx, interaction));
    if (party.leg.state === 'answered') return [interaction, party];
    throw new RingbackError(`invalidstate.${party.leg.state}`, 'the party is not connected');
  }

  async function told(
    tx: Transaction,
    action: Action,
    interaction: Interaction,
    party: PartyLeg,
  ): Promise<ActionOutcome> {
    const event = action.name === 'hold' ? 'voice.hold' : 'voice.retrieve';
    await answerFirst(tx, parts, action, event, { interactionid: interaction.id }, await news.shown(tx, interaction));
    await news.tell(tx, interaction, 'interaction.partystatechanged', { party: partyOf(interaction, party) });
    return 'silent';
  }

  async function hold(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const [interaction, party] = await controller(tx, action);
    if (party.held) throw new RingbackError('invalidstate.hold', 'the party has put the call on hold already');
    await holdParty(tx, interaction.id, party.leg.id, true);
    await connections.keepWaiting(tx, interaction, party.leg.id);
    return told(tx, action, interaction, { ...party, held: true });
  }

  async function retrieve(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const [interaction, party] = await controller(tx, action);
    if (!party.held) throw new RingbackError('invalidstate', 'the party has not put the call on hold');
    await holdParty(tx, interaction.id, party.leg.id, false);
    await connections.takeBack(tx, interaction, party.leg.id);
    return told(tx, action, interaction, { ...party, held: false });
  }

  /** The other parties hear the digits. */
  async function sendDigits(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const digits = requiredText(action, 'digits');
    if (!/^[0-9*#A-D,]{1,100}$/i.test(digits)) {
      throw new RingbackError('invalid-parameter', `digits must be up to 100 of 0-9 * # A-D, not ${digits}`);
    }
    const [interaction, sender] = await controller(tx, action);
    for (const { leg } of await news.legs(tx, interaction)) {
      if (leg.id === sender.leg.id || leg.state !== 'answered') continue;
      tx.afterCommit(() =>
        parts.errands.run('sending digits', () => calls.sendDigits(leg.id, action.requestId, digits)),
      );
    }
    return { done: { interactionid: interaction.id } };
  }

  const attributes = { ...COMMON, resource: { kind: 'value' } } as const;
  return {
    hold: { event: 'voice.hold', attributes, perform: hold },
    retrieve: { event: 'voice.retrieve', attributes, perform: retrieve },
    senddtmf: {
      event: 'voice.senddtmf',
      attributes: { ...attributes, digits: { kind: 'value', required: true } },
      perform: sendDigits,
    },
  };
}
