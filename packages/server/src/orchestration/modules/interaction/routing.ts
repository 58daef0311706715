import { RingbackError } from '../../../kernel/index.js';
import type { Transaction } from '../../../store/sql.js';
import type { Action, ActionDefinition, ActionOutcome } from '../../action-module.js';
import { partyWith, resourceOf } from '../../controlling-party.js';
import { gone } from '../../interaction-model.js';
import { type Interaction, setFocus, setOwner } from '../../interactions.js';
import { flag, text } from '../attributes.js';
import {
  type Address,
  addressOf,
  answerFirst,
  COMMON,
  type InteractionParts,
  interactionOf,
  mustExist,
  startFor,
} from './parts.js';

/** `RouteTypeReject` of `_genesys.queue.rType`, by its name and its number. */
const REJECT: ReadonlySet<string> = new Set(['routetypereject', '7']);

/** `<redirect>`, `<accept>`, `<reject>`: where an interaction goes (ors-interaction-dialog.md 4.1, 4.2). */
export function routingActions(parts: InteractionParts): Record<string, ActionDefinition> {
  const { calls, news, connections, directory } = parts;

  async function redirect(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const interaction = await interactionOf(tx, action, { owner: 'own or nobody' });
    const done = { interactionid: interaction.id };
    if (REJECT.has((text(action, 'type') ?? '').toLowerCase())) {
      await connections.end(tx, interaction, action.now, 'rejected');
      return { done };
    }
    const to = addressOf(action, 'to', directory);
    mustExist(to, 'to', directory);
    mustBeSource(action, interaction);
    if (to.known?.isRoutingPoint) {
      if (interaction.agent !== null)
        throw new RingbackError('invalidstate.routed', 'the interaction is with an agent');
      return atRoutingPoint(tx, action, interaction, to);
    }
    const resource = { dn: to.device, ...(to.agent !== undefined && { agent: to.agent }) };
    return { pending: await parts.agentRouting().route(tx, interaction.id, resource, action.session) };
  }

  /** The application may name where the call is; a DN that has nothing to do with it is wrong. */
  function mustBeSource(action: Action, interaction: Interaction): void {
    const from = text(action, 'from');
    if (from === undefined) return;
    const { device, known } = addressOf(action, 'from', directory);
    const own = [interaction.focus, interaction.dnis, interaction.ani];
    if (known || own.includes(device) || own.includes(from)) return;
    if (directory.isProvisioned()) throw new RingbackError('invalidsource', `the interaction is not at ${from}`);
  }

  /**
   * The interaction waits on another routing point. If nobody owns it any more, that one's application starts for it; the
   * owner stays, and hears of it, unless it detaches.
   */
  async function atRoutingPoint(
    tx: Transaction,
    action: Action,
    interaction: Interaction,
    { device, known }: Address,
  ): Promise<ActionOutcome> {
    const done = { interactionid: interaction.id };
    const owner = flag(action, 'detach') ? null : interaction.session;
    await setFocus(tx, interaction.id, device);
    const moved: Interaction = { ...interaction, focus: device };
    if (owner !== null) {
      await answerFirst(tx, parts, action, 'interaction.redirect', done, await news.shown(tx, moved));
      await news.mayBeRouted(tx, moved);
      return 'silent';
    }
    const application = known?.application;
    if (application === undefined) {
      throw new RingbackError('invaliddestination', `the routing point ${device} has no application`);
    }
    const session = await startFor(tx, parts, application, moved);
    await answerFirst(tx, parts, action, 'interaction.redirect', done, gone(interaction));
    await news.deleted(tx, interaction, 'detach');
    await setOwner(tx, interaction.id, session);
    const given: Interaction = { ...moved, session };
    await news.added(tx, given, 'transfer');
    await news.mayBeRouted(tx, given);
    return 'silent';
  }

  /** The leg that rings at the device that the action names, or for whom the call is. */
  async function ringing(tx: Transaction, action: Action, interaction: Interaction): Promise<string | undefined> {
    const legs = await news.legs(tx, interaction);
    const device = resourceOf(action.attributes);
    const named = device === undefined ? undefined : partyWith(interaction, legs, device);
    const waiting = legs.find(({ leg }) => leg.state === 'ringing');
    const party = named ?? (device === undefined || device === interaction.focus ? waiting : undefined);
    if (device !== undefined && !party && device !== interaction.focus) {
      throw new RingbackError('unknown', `no party of the interaction is at ${device}`);
    }
    return party?.leg.state === 'ringing' ? party.leg.id : undefined;
  }

  /** Takes the call on behalf of the phone that rings. What the server has answered by itself is accepted already. */
  async function accept(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const interaction = await interactionOf(tx, action);
    const leg = await ringing(tx, action, interaction);
    const done = { interactionid: interaction.id };
    if (leg === undefined) {
      const isUp = (await news.legs(tx, interaction)).some((party) => party.leg.state === 'answered');
      return isUp ? { done } : { error: 'invalidstate.null', description: 'nobody is calling any more' };
    }
    tx.afterCommit(() => parts.errands.run('answering a phone', () => calls.answer(leg)));
    return { done };
  }

  async function reject(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const interaction = await interactionOf(tx, action);
    const leg = await ringing(tx, action, interaction);
    if (leg === undefined) return { error: 'invalidstate', description: 'no phone rings any more' };
    if (leg === interaction.customer) await connections.end(tx, interaction, action.now, 'rejected');
    else connections.hangUp(tx, [leg], 'rejected');
    return { done: { interactionid: interaction.id } };
  }

  return {
    redirect: {
      attributes: {
        ...COMMON,
        from: { kind: 'value' },
        to: { kind: 'value', required: true },
        type: { kind: 'value' },
        reason: { kind: 'value' },
        detach: { kind: 'lenient' },
      },
      perform: redirect,
    },
    accept: { attributes: { ...COMMON, resource: { kind: 'value' } }, perform: accept },
    reject: { attributes: { ...COMMON, resource: { kind: 'value' } }, perform: reject },
  };
}
