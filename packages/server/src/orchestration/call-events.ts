import type { JsonObject } from '../kernel/index.js';
import type { Sql, Transaction } from '../store/sql.js';
import type { CallProgress, Calls, Leg, LegChange } from '../telephony/index.js';
import type { Action, ActionOutcome } from './action-module.js';
import type { Actions } from './actions.js';
import { dialFailure, progressFailure } from './call-failure.js';
import type { Connections } from './connections.js';
import { controllingParty } from './controlling-party.js';
import { gone, partyOf, routingPoint, waitsAtRoutingPoint } from './interaction-model.js';
import type { InteractionNews } from './interaction-news.js';
import {
  endInteraction,
  forgetLeg,
  holdParty,
  type Interaction,
  interactionsLeftBehind,
  legsToHangUp,
  lockInteraction,
  lockInteractionsOfLeg,
  openInteractions,
  partiesOf,
  setAgentLeg,
  setExtensions,
  setOwner,
  setUserData,
} from './interactions.js';
import type { Treatments } from './treatments.js';

type Answer = Exclude<ActionOutcome, 'pending' | { pending: string }>;
type Failure = Extract<ActionOutcome, { error: string | number }>;

export interface CallEventParts {
  calls: Calls;
  actions: Actions;
  news: InteractionNews;
  connections: Connections;
  treatments: Treatments;
  now: () => number;
  /** Takes an interaction that has ended out of the line. */
  leaveLine: (tx: Transaction, interaction: Interaction) => Promise<void>;
}

/**
 * Turns what happens to the legs of a call into what its session hears: answers to `createcall`, `redirect` and the like,
 * party events, the end of the interaction. Runs inside the transaction that stores the leg's change; what the network
 * has to do next is asked for after the commit, and `recover` derives it again from what is stored after a crash.
 */
export class CallEvents {
  constructor(private readonly parts: CallEventParts) {}

  /** Handler for `Calls.onChange`. */
  changed = async (tx: Transaction, change: LegChange): Promise<void> => {
    if (!isNews(change)) return;
    const { leg } = change;
    const interactions = await lockInteractionsOfLeg(tx, leg.id);
    for (const interaction of interactions) await this.#changed(tx, interaction, change);
    const isPartOfInteractions = interactions.length > 0 || leg.session !== undefined || leg.role === 'inbound';
    if (leg.state === 'ended' && isPartOfInteractions) await this.#over(tx, leg);
  };

  /** A leg takes part in nothing any more. One that was let go before it was reached leaves a request without an answer. */
  async #over(tx: Transaction, leg: Leg): Promise<void> {
    await forgetLeg(tx, leg.id);
    for (const { requestId, attributes } of await this.parts.actions.waitingFor(tx, leg.id)) {
      const data = { interactionid: attributes.interactionid ?? null };
      const failure = { error: 'invaliddestination', description: leg.cause ?? 'normal', data };
      await this.parts.actions.complete(tx, requestId, failure);
    }
  }

  /** After a crash: answers, joins, dials or hangs up what is stored as due. */
  async recover(sql: Sql): Promise<void> {
    const { connections } = this.parts;
    for (const interaction of await interactionsLeftBehind(sql)) {
      for (const { leg } of await partiesOf(sql, interaction.id)) connections.takeUp(leg, 'cancelled');
    }
    for (const interaction of await openInteractions(sql)) connections.settle(sql, interaction);
    for (const leg of await legsToHangUp(sql)) connections.takeUp(leg);
  }

  async #changed(tx: Transaction, interaction: Interaction, { leg, previous, event }: LegChange): Promise<void> {
    const isCustomer = leg.id === interaction.customer;
    if (event.type === 'call-progress') {
      return isCustomer ? this.#progressed(tx, interaction, leg, event.result) : undefined;
    }
    if (leg.state === previous.state) return;
    if (isCustomer) return this.#customerMoved(tx, interaction, leg, previous);
    const isAgent = leg.id === interaction.agent;
    if (leg.state === 'ringing') return this.#rings(tx, interaction, leg);
    if (leg.state === 'answered') {
      return isAgent ? this.#agentAnswered(tx, interaction, leg) : this.#answered(tx, interaction, leg);
    }
    if (leg.state === 'ended') {
      return isAgent ? this.#agentEnded(tx, interaction, leg, previous) : this.#ended(tx, interaction, leg, previous);
    }
  }

  async #customerMoved(tx: Transaction, interaction: Interaction, leg: Leg, previous: Leg): Promise<void> {
    if (leg.state === 'ended') return this.#customerEnded(tx, interaction, leg, previous);
    const isReached = leg.state === 'answered' && !leg.callProgress && interaction.kind !== 'consult';
    if (isReached && interaction.endedAt === null) await this.#customerReached(tx, interaction, leg);
  }

  async #progressed(tx: Transaction, interaction: Interaction, leg: Leg, result: CallProgress): Promise<void> {
    if (interaction.endedAt !== null) return;
    const found = progressFailure(result);
    const userData: JsonObject = { ...interaction.userData, CPDResult: found.result };
    await setUserData(tx, interaction.id, userData);
    if (found.answerClass !== undefined) await setExtensions(tx, interaction.id, { AnswerClass: found.answerClass });
    const xdata = found.answerClass === undefined ? interaction.xdata : { AnswerClass: found.answerClass };
    const known: Interaction = { ...interaction, userData, xdata };
    if (found.description === undefined) return this.#customerReached(tx, known, leg);
    const { actions, news } = this.parts;
    const model = await news.shown(tx, known);
    const data = { interactionid: known.id };
    for (const action of await actions.waitingFor(tx, leg.id)) {
      const outcome = { error: 'unknown', description: found.description, data };
      await actions.complete(tx, action.requestId, outcome, model);
    }
    await news.added(tx, known, 'creation');
    const party = partyOf(known, { leg, held: false });
    await news.tell(tx, known, 'interaction.partystatechanged', { party, data: { xdata } });
  }

  async #customerReached(tx: Transaction, interaction: Interaction, leg: Leg): Promise<void> {
    const { calls, news, connections } = this.parts;
    await this.#answer(tx, leg, { done: { interactionid: interaction.id } }, interaction);
    // The session of an inbound call has heard of it before it was answered.
    if (interaction.kind === 'outbound') {
      await news.added(tx, interaction, 'creation');
      if (interaction.agent === null) await news.mayBeRouted(tx, interaction);
    }
    const agent = interaction.agent === null ? undefined : await calls.get(interaction.agent, tx);
    if (agent?.state !== 'answered') return;
    // An agent who was called first knows that the call goes on.
    if (interaction.kind === 'outbound') await connections.connect(tx, interaction);
    else await this.#served(tx, interaction, agent);
  }

  async #customerEnded(tx: Transaction, interaction: Interaction, leg: Leg, previous: Leg): Promise<void> {
    const { actions, news, connections, treatments } = this.parts;
    await endInteraction(tx, interaction.id, this.parts.now());
    const data = { interactionid: interaction.id };
    const waiting = await actions.waitingFor(tx, leg.id);
    for (const action of waiting) {
      await actions.complete(tx, action.requestId, { ...dialFailure(leg, previous), data }, gone(interaction));
    }
    const others = (await news.legs(tx, interaction)).filter((party) => party.leg.id !== leg.id);
    for (const { leg: other } of others) {
      for (const action of await actions.waitingFor(tx, other.id)) {
        await actions.complete(tx, action.requestId, tooLate(action, interaction));
      }
      await connections.letGo(tx, interaction, other.id);
    }
    await treatments.interactionEnded(tx, interaction);
    const wasServed = others.length > 0 || previous.bridgeId !== undefined;
    const isAbandoned = !wasServed && interaction.endedAt === null && interaction.xdata.AnswerClass === undefined;
    const isTold = waiting.length === 0;
    if (isTold && isAbandoned) await news.tell(tx, interaction, 'interaction.abandoned');
    // What it waited for fails before it is gone (ors-interaction-dialog.md 5).
    await this.parts.leaveLine(tx, interaction);
    if (isTold) await news.deleted(tx, interaction, 'deletion');
  }

  /** Somebody's phone rings: an agent's, or that of whoever a call is transferred to. */
  async #rings(tx: Transaction, interaction: Interaction, leg: Leg): Promise<void> {
    const { actions, news } = this.parts;
    let known = interaction;
    const waiting = await actions.waitingFor(tx, leg.id);
    const isHandedOn = waiting.some(({ name }) => name === 'mutetransfer');
    for (const action of waiting) {
      if (action.name !== 'redirect') continue;
      const detaches = action.attributes.detach === true || action.attributes.detach === 'true';
      const outcome = { done: { interactionid: interaction.id } };
      await actions.complete(tx, action.requestId, outcome, detaches ? gone(interaction) : undefined);
      if (detaches && interaction.session !== null) {
        await setOwner(tx, interaction.id, null);
        await news.deleted(tx, interaction, 'detach');
        known = { ...interaction, session: null };
      }
    }
    // What the session no longer has must not come back.
    if (interaction.endedAt !== null || interaction.kind === 'consult') return;
    // A caller whom an agent has handed on was not on the routing point any more.
    if (leg.id === known.agent && known.focus !== null && !isHandedOn) {
      const party = routingPoint(known.focus);
      await news.tell(tx, known, 'interaction.partydeleted', { party, data: { cause: 'routed', answered: false } });
    }
    await news.tell(tx, known, 'interaction.partyadded', { party: partyOf(known, { leg, held: false }) });
  }

  async #agentAnswered(tx: Transaction, interaction: Interaction, leg: Leg): Promise<void> {
    const { calls, connections } = this.parts;
    const customer = await calls.get(interaction.customer, tx);
    if (customer?.state === 'intended') return connections.dial(tx, customer.id);
    if (customer?.state === 'ended' || interaction.endedAt !== null) return connections.hangUp(tx, [leg.id]);
    if (customer?.state === 'answered') await this.#served(tx, interaction, leg);
  }

  /** Both the customer and whoever serves them are up. */
  async #served(tx: Transaction, interaction: Interaction, leg: Leg): Promise<void> {
    const { connections, treatments, news } = this.parts;
    await this.#answer(tx, leg, { done: { interactionid: interaction.id } }, interaction);
    await treatments.interrupt(tx, interaction);
    if (interaction.kind === 'consult') await this.#consultAnswered(tx, interaction);
    await connections.connect(tx, interaction);
    const party = partyOf(interaction, { leg, held: false });
    await news.tell(tx, interaction, 'interaction.partystatechanged', { party });
  }

  /** The caller of a consult call talks to its other party now, and has left the one on the main call waiting. */
  async #consultAnswered(tx: Transaction, consult: Interaction): Promise<void> {
    const { news, connections } = this.parts;
    await news.added(tx, consult, 'creation');
    const main = consult.parent === null ? undefined : await lockInteraction(tx, consult.parent);
    if (!main || main.endedAt !== null) return;
    await holdParty(tx, main.id, consult.customer, true);
    await connections.keepWaiting(tx, main, consult.customer);
    const caller = (await news.legs(tx, main)).find(({ leg }) => leg.id === consult.customer);
    if (!caller) return;
    const party = partyOf(main, caller);
    await news.tell(tx, main, 'interaction.partystatechanged', { party });
  }

  async #agentEnded(tx: Transaction, interaction: Interaction, leg: Leg, previous: Leg): Promise<void> {
    const { calls, news, connections } = this.parts;
    await setAgentLeg(tx, interaction.id, null);
    await forgetLeg(tx, leg.id);
    if (interaction.endedAt !== null) return;
    const known: Interaction = { ...interaction, agent: null };
    if (interaction.kind === 'consult') return this.#consultOver(tx, known, leg, previous);
    const customer = await calls.get(interaction.customer, tx);
    if (customer?.state === 'intended') return this.#agentNotReached(tx, known, leg);
    const failed = await this.#answer(tx, leg, notReached(interaction, leg), known);
    await this.#partyLeft(tx, known, leg, previous);
    const isBack = failed === 0 && previous.state === 'ringing' && customer?.state === 'answered';
    if (isBack && waitsAtRoutingPoint(known, await news.legs(tx, known))) await news.mayBeRouted(tx, known);
    // Nobody can do anything for this caller any more.
    const isAlone = (await news.legs(tx, known)).length <= 1;
    if (interaction.session === null && failed === 0 && isAlone) connections.hangUp(tx, [interaction.customer]);
  }

  /** The other party of a consult call has gone, or never came: the caller is left with the main call. */
  async #consultOver(tx: Transaction, consult: Interaction, leg: Leg, previous: Leg): Promise<void> {
    const { news, connections } = this.parts;
    await endInteraction(tx, consult.id, this.parts.now());
    await connections.letGo(tx, consult, consult.customer);
    await this.#answer(tx, leg, notReached(consult, leg));
    if (previous.state === 'answered') await news.deleted(tx, consult, 'deletion');
  }

  /** Agent first, and the agent did not answer: the customer was never dialed. */
  async #agentNotReached(tx: Transaction, interaction: Interaction, leg: Leg): Promise<void> {
    const { actions, connections } = this.parts;
    const data = { interactionid: interaction.id };
    for (const action of await actions.waitingFor(tx, interaction.customer)) {
      const description = leg.cause ?? 'no-answer';
      await actions.complete(tx, action.requestId, { error: 'invalidsource', description, data });
    }
    await endInteraction(tx, interaction.id, this.parts.now());
    connections.hangUp(tx, [interaction.customer], 'cancelled');
  }

  /** Whoever the call is transferred to, or who is called into a conference, has answered. */
  async #answered(tx: Transaction, interaction: Interaction, leg: Leg): Promise<void> {
    const { actions, connections, news, treatments } = this.parts;
    if (interaction.endedAt !== null) return connections.hangUp(tx, [leg.id]);
    const [action] = await actions.waitingFor(tx, leg.id);
    if (!action) return connections.hangUp(tx, [leg.id]);
    const legs = await news.legs(tx, interaction);
    const isTransfer = action.name === 'singlesteptransfer';
    const leaver = isTransfer ? controllingParty(action.attributes, interaction, legs) : undefined;
    let known = interaction;
    if (isTransfer) {
      await setAgentLeg(tx, interaction.id, leg.id);
      known = { ...interaction, agent: leg.id };
    }
    await actions.complete(tx, action.requestId, { done: { interactionid: interaction.id } });
    await treatments.interrupt(tx, known);
    await connections.connect(tx, known, leaver ? [leaver.leg.id] : []);
    if (leaver) await this.#partyLeft(tx, known, leaver.leg, leaver.leg);
    const party = partyOf(known, { leg, held: false });
    await news.tell(tx, known, 'interaction.partystatechanged', { party });
  }

  async #ended(tx: Transaction, interaction: Interaction, leg: Leg, previous: Leg): Promise<void> {
    await forgetLeg(tx, leg.id);
    await this.#answer(tx, leg, notReached(interaction, leg), interaction);
    const wasSeen = previous.state === 'ringing' || previous.state === 'answered';
    if (interaction.endedAt === null && wasSeen) await this.#partyLeft(tx, interaction, leg, previous);
  }

  async #partyLeft(tx: Transaction, interaction: Interaction, leg: Leg, previous: Leg): Promise<void> {
    const party = partyOf(interaction, { leg: previous, held: false });
    const data = { cause: leg.cause ?? 'normal', answered: previous.state === 'answered' };
    await this.parts.news.tell(tx, interaction, 'interaction.partydeleted', { party, data });
  }

  /** Answers everything that waits for a leg; how much that was. */
  async #answer(tx: Transaction, leg: Leg, outcome: Answer, shown?: Interaction): Promise<number> {
    const { actions, news } = this.parts;
    const waiting = await actions.waitingFor(tx, leg.id);
    if (waiting.length === 0) return 0;
    const isOwned = shown !== undefined && shown.session !== null && shown.endedAt === null;
    const model = isOwned ? await news.shown(tx, shown) : undefined;
    for (const { requestId, session } of waiting) {
      await actions.complete(tx, requestId, outcome, session.id === shown?.session ? model : undefined);
    }
    return waiting.length;
  }
}

/** What sessions hear of: who rings, answers, is detected or has gone. That a phone is dialed or joined they know. */
function isNews({ leg, previous, event }: LegChange): boolean {
  if (event.type === 'call-progress') return true;
  return leg.state !== previous.state && leg.state !== 'dialing';
}

function notReached(interaction: Interaction, leg: Leg): Failure {
  const data = { interactionid: interaction.id };
  return { error: 'invaliddestination', description: leg.cause ?? 'normal', data };
}

/** The caller has hung up while the action was under way. */
function tooLate({ name }: Action, interaction: Interaction): Failure {
  const error = name === 'submit' ? 'unknowncall' : 'invalidstate.null';
  return { error, description: 'the interaction has ended', data: { interactionid: interaction.id } };
}
