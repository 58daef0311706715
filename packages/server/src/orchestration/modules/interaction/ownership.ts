import { RingbackError } from '../../../kernel/index.js';
import type { Transaction } from '../../../store/sql.js';
import type { Action, ActionDefinition, ActionOutcome } from '../../action-module.js';
import { gone } from '../../interaction-model.js';
import { type Interaction, isLiveOwner, lockInteraction, setOwner, setUserData } from '../../interactions.js';
import { requiredText } from '../attributes.js';
import { answerFirst, COMMON, type InteractionParts, interactionOf } from './parts.js';

/** Under these keys whoever gets a detached interaction next finds the session that had it. */
const FORMER_OWNER = ['ORS_SESSION_ID', 'OP-Session-ID'];

/** `<attach>`, `<detach>`, `<associate>`: which session owns an interaction (ors-interaction-dialog.md 2, 4.1). */
export function ownershipActions(parts: InteractionParts): Record<string, ActionDefinition> {
  const { news } = parts;

  async function attach(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = requiredText(action, 'interactionid');
    const interaction = await lockInteraction(tx, id);
    if (!interaction) throw new RingbackError('unknown', `there is no interaction ${id}`);
    if (interaction.endedAt !== null) throw new RingbackError('invalidstate.null', 'the interaction has ended');
    const { session } = action;
    if (interaction.session === session.id) throw new RingbackError('invalidstate', 'the session owns it already');
    if (interaction.session !== null && (await isLiveOwner(tx, interaction.session))) {
      throw new RingbackError('notallowed', 'another session owns the interaction');
    }
    await setOwner(tx, id, session.id);
    const owned: Interaction = { ...interaction, session: session.id };
    const model = await news.shown(tx, owned);
    await answerFirst(tx, parts, action, 'interaction.attach', { interactionid: id }, model);
    await news.added(tx, owned, 'attach');
    return 'silent';
  }

  async function detach(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = requiredText(action, 'interactionid');
    const interaction = await lockInteraction(tx, id);
    const { session } = action;
    if (!interaction || (interaction.session !== session.id && interaction.session !== null)) {
      throw new RingbackError('unknown', `there is no interaction ${id}`);
    }
    if (interaction.session === null || interaction.endedAt !== null) {
      throw new RingbackError('invalidstate', 'the session does not own the interaction any more');
    }
    if (interaction.agent !== null && (await parts.actions().waitingFor(tx, interaction.agent)).length > 0) {
      throw new RingbackError('invalidstate', 'the interaction is just being routed');
    }
    const mark = Object.fromEntries(FORMER_OWNER.map((key) => [key, session.id]));
    await setUserData(tx, id, { ...interaction.userData, ...mark });
    await setOwner(tx, id, null);
    await answerFirst(tx, parts, action, 'interaction.detach', { interactionid: id }, gone(interaction));
    await news.deleted(tx, interaction, 'detach');
    return 'silent';
  }

  async function associate(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const interaction = await interactionOf(tx, action);
    const session = requiredText(action, 'sessionid');
    if (session === interaction.session) throw new RingbackError('invalidstate', 'the session owns it already');
    if (!(await isLiveOwner(tx, session))) {
      throw new RingbackError('nosuchsession', `there is no running session ${session}`);
    }
    await setOwner(tx, interaction.id, session);
    const done = { interactionid: interaction.id };
    await answerFirst(tx, parts, action, 'interaction.associate', done, gone(interaction));
    await news.deleted(tx, interaction, 'associate');
    await news.added(tx, { ...interaction, session }, 'associate');
    return 'silent';
  }

  return {
    attach: { attributes: COMMON, perform: attach },
    detach: { attributes: COMMON, perform: detach },
    associate: { attributes: { ...COMMON, sessionid: { kind: 'value', required: true } }, perform: associate },
  };
}
