import { newId, RingbackError } from '../../../kernel/index.js';
import type { Transaction } from '../../../store/sql.js';
import type { Action, ActionDefinition, ActionOutcome } from '../../action-module.js';
import { gone, type PartyLeg, partyOf } from '../../interaction-model.js';
import {
  addInteraction,
  addParty,
  endInteraction,
  holdParty,
  type Interaction,
  lockInteractions,
  newInteractionId,
  openConsultsOf,
  removeParty,
  setAgentLeg,
  setUserData,
} from '../../interactions.js';
import { attachable, merged } from '../../user-data.js';
import { milliseconds, object, requiredText, text } from '../attributes.js';
import {
  addressOf,
  answerFirst,
  COMMON,
  controllerOf,
  type InteractionParts,
  interactionOf,
  mustExist,
  startFor,
} from './parts.js';

/** How long the phone of whoever is consulted rings, unless the application says otherwise. */
const RING_MS = 20_000;

/** Two calls of one party: `<consult>`, `<alternate>`, `<complete>`, `<merge>` (ors-interaction-dialog.md 4.2, 5). */
export function consultActions(parts: InteractionParts): Record<string, ActionDefinition> {
  const { calls, news, connections, directory } = parts;

  /**
   * The controlling party calls somebody; the one it talks to waits from the answer on. A consult call is an interaction
   * of its own, for the controlling party and served by whoever is consulted.
   */
  async function consult(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const { session, now } = action;
    const main = await interactionOf(tx, action);
    const to = addressOf(action, 'to', directory);
    mustExist(to, 'to', directory);
    const caller = controllerOf(action, main, await news.legs(tx, main));
    if (caller.leg.state !== 'answered' || caller.held) {
      throw new RingbackError(
        caller.held ? 'invalidstate.hold' : `invalidstate.${caller.leg.state}`,
        'the party is busy',
      );
    }
    const device = partyOf(main, caller).device;
    const asked = newId();
    const id = newInteractionId();
    const userData = { ...main.userData, ...attachable(object(action, 'udata')) };
    const application = to.known?.isRoutingPoint === true ? to.known.application : undefined;
    const common = { id, kind: 'consult', ani: device, dnis: to.device, customer: caller.leg.id, userData } as const;
    const placed = { ...common, parent: main.id };
    if (to.known?.isRoutingPoint) {
      if (application === undefined) {
        throw new RingbackError('invaliddestination', `the routing point ${to.device} has no application`);
      }
      return atRoutingPoint(tx, action, { ...placed, focus: to.device }, application);
    }
    await addInteraction(tx, { ...placed, session: session.id, agent: asked }, now);
    await calls.intend(tx, {
      ...{ legId: asked, callId: id, role: 'agent', number: to.device, from: device, session: session.id },
      ...{ timeoutMs: milliseconds(action, 'timeout') || RING_MS, callProgress: false, userData },
      ...(to.agent !== undefined && { agentId: to.agent }),
      ...(session.callback !== undefined && { callback: session.callback }),
    });
    connections.dial(tx, asked);
    return { pending: asked };
  }

  /** A consult call to a routing point has a session of its own, which finds whoever is to be consulted. */
  async function atRoutingPoint(
    tx: Transaction,
    action: Action,
    placed: Omit<Parameters<typeof addInteraction>[1], 'session'>,
    flow: string,
  ): Promise<ActionOutcome> {
    const session = await startFor(tx, parts, flow, { ...placed, focus: placed.focus ?? null });
    const added = await addInteraction(tx, { ...placed, session }, action.now);
    await answerFirst(tx, parts, action, 'voice.consult', { interactionid: added.id });
    await news.added(tx, added, 'creation');
    await news.mayBeRouted(tx, added);
    return 'silent';
  }

  /** The interactions of one controlling party that the action names, both locked. */
  async function both(
    tx: Transaction,
    action: Action,
    name: string,
  ): Promise<{ main: Interaction; other: Interaction }> {
    const ids = [requiredText(action, 'interactionid'), await otherId(tx, action, name)];
    const locked = await lockInteractions(tx, ids);
    const [main, other] = ids.map((id) => {
      const interaction = locked.get(id);
      const isConsult = interaction?.parent === ids[0];
      if (!interaction || (interaction.session !== action.session.id && !isConsult)) {
        throw new RingbackError('unknown', `there is no interaction ${id}`);
      }
      if (interaction.endedAt !== null) throw new RingbackError('invalidstate.null', 'the interaction has ended');
      return interaction;
    });
    if (!main || !other || main.id === other.id)
      throw new RingbackError('invalidstate', 'there are no two interactions');
    return { main, other };
  }

  /** The consult call that the action names, or the one that belongs to the main interaction. */
  async function otherId(tx: Transaction, action: Action, name: string): Promise<string> {
    const named = text(action, name);
    if (named !== undefined) return named;
    const [only] = await openConsultsOf(tx, requiredText(action, 'interactionid'));
    if (only !== undefined && name === 'consultinteractionid') return only;
    throw new RingbackError('invalid-parameter', `${name} is missing`);
  }

  /** The party that has both calls, as a party of each. */
  async function inBoth(tx: Transaction, action: Action, main: Interaction, other: Interaction) {
    const ofMain = await news.legs(tx, main);
    const ofOther = await news.legs(tx, other);
    const isKnown = ({ leg }: PartyLeg) => ofOther.some((party) => party.leg.id === leg.id);
    const inMain = ofMain.find(isKnown) ?? controllerOf(action, main, ofMain);
    const inOther = ofOther.find(({ leg }) => leg.id === inMain.leg.id);
    if (!inOther) throw new RingbackError('invalidsource', 'no party takes part in both interactions');
    return { inMain, inOther, ofOther };
  }

  /** The party goes back to the one who waits, and lets the other wait. */
  async function alternate(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const { main, other } = await both(tx, action, 'consultinteractionid');
    const { inMain, inOther } = await inBoth(tx, action, main, other);
    const [active, waiting] = inMain.held ? [other, main] : [main, other];
    if (inMain.held === inOther.held) throw new RingbackError('invalidstate', 'neither of the two calls waits');
    const { id } = inMain.leg;
    await holdParty(tx, active.id, id, true);
    await holdParty(tx, waiting.id, id, false);
    await connections.keepWaiting(tx, active, id);
    await connections.takeBack(tx, waiting, id);
    const done = { interactionid: main.id };
    await answerFirst(tx, parts, action, 'voice.alternate', done, await news.shown(tx, main));
    for (const [interaction, held] of [[active, true] as const, [waiting, false] as const]) {
      const party = partyOf(interaction, { leg: inMain.leg, held });
      await news.tell(tx, interaction, 'interaction.partystatechanged', { party });
    }
    return 'silent';
  }

  /** Brings whoever was consulted into the main call; the controlling party leaves it (transfer) or stays (conference). */
  async function complete(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const type = (text(action, 'type') ?? 'transfer').toLowerCase();
    if (type !== 'transfer' && type !== 'conference') {
      throw new RingbackError('invalid-parameter', `type must be transfer or conference, not ${type}`);
    }
    const { main, other } = await both(tx, action, 'consultinteractionid');
    const { inMain, ofOther } = await inBoth(tx, action, main, other);
    const consulted = ofOther.filter(({ leg }) => leg.id !== inMain.leg.id);
    const notUp = consulted.find(({ leg }) => leg.state !== 'answered');
    if (notUp || consulted.length === 0) {
      throw new RingbackError(`invalidstate.${notUp?.leg.state ?? 'null'}`, 'nobody has answered the consult call');
    }
    return join(tx, action, main, other, type === 'transfer' ? inMain : undefined, 'voice.complete');
  }

  /** All parties of one interaction go over to another. */
  async function merge(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const { main: from, other: to } = await both(tx, action, 'tointeractionid');
    return join(tx, action, to, from, undefined, 'voice.merge');
  }

  async function join(
    tx: Transaction,
    action: Action,
    main: Interaction,
    other: Interaction,
    leaver: PartyLeg | undefined,
    event: string,
  ): Promise<ActionOutcome> {
    const before = await news.legs(tx, main);
    const coming = (await news.legs(tx, other)).filter(({ leg }) => !before.some((party) => party.leg.id === leg.id));
    // The main call's own data wins.
    const userData = merged(other.userData, main.userData);
    await setUserData(tx, main.id, userData);
    for (const { leg } of await news.legs(tx, other)) await removeParty(tx, other.id, leg.id);
    await endInteraction(tx, other.id, action.now);
    for (const { leg } of coming) await addParty(tx, main.id, leg.id);
    for (const { leg } of before) await holdParty(tx, main.id, leg.id, false);
    const server = coming.find(({ leg }) => leg.id === other.agent) ?? coming[0];
    const isServed = main.agent !== null && main.agent !== leaver?.leg.id;
    if (server && !isServed) await setAgentLeg(tx, main.id, server.leg.id);
    const known: Interaction = { ...main, userData, agent: isServed ? main.agent : (server?.leg.id ?? null) };
    for (const { leg } of before) {
      if (leg.id === leaver?.leg.id || !before.some(({ held }) => held)) continue;
      tx.afterCommit(() => parts.errands.run('taking a party back', () => calls.hold(leg.id, false)));
    }
    await connections.connect(tx, known, leaver ? [leaver.leg.id] : []);
    await answerFirst(tx, parts, action, event, { interactionid: main.id }, await news.shown(tx, known));
    const ids = { frominteractionid: other.id, tointeractionid: main.id };
    await news.tell(tx, known, 'interaction.onmerge', { data: ids });
    if (other.session !== known.session) await news.tell(tx, other, 'interaction.onmerge', { data: ids });
    await news.tell(tx, other, 'interaction.deleted', { data: { resultof: 'merge' }, model: gone(other) });
    if (leaver) {
      const party = partyOf(main, leaver);
      await news.tell(tx, known, 'interaction.partydeleted', { party, data: { cause: 'normal', answered: true } });
    }
    for (const { leg } of coming) {
      await news.tell(tx, known, 'interaction.partyadded', { party: partyOf(known, { leg, held: false }) });
    }
    return 'silent';
  }

  const attributes = { ...COMMON, resource: { kind: 'value' }, consultinteractionid: { kind: 'value' } } as const;
  return {
    consult: {
      event: 'voice.consult',
      attributes: {
        ...COMMON,
        resource: { kind: 'value' },
        to: { kind: 'value', required: true },
        type: { kind: 'lenient' },
        udata: { kind: 'value' },
        timeout: { kind: 'value' },
      },
      perform: consult,
    },
    alternate: { event: 'voice.alternate', attributes, perform: alternate },
    complete: { event: 'voice.complete', attributes: { ...attributes, type: { kind: 'lenient' } }, perform: complete },
    merge: {
      event: 'voice.merge',
      attributes: { ...COMMON, resource: { kind: 'value' }, tointeractionid: { kind: 'value', required: true } },
      perform: merge,
    },
  };
}
