import type { JsonObject } from '../kernel/index.js';
import type { Sql, Transaction } from '../store/sql.js';
import type { CallProgress, Calls, Cause, Leg, LegChange } from '../telephony/index.js';
import type { Actions, Post } from './actions.js';
import type { Errands } from './errands.js';
import {
  endInteraction,
  gone,
  type Interaction,
  interactionsLeftBehind,
  lockInteractionOfLeg,
  openInteractions,
  type Party,
  setAgentLeg,
  shown,
} from './interactions.js';

/**
 * Turns what happens to the legs of a call into what its session hears: answers to `createcall` and `redirect`,
 * party events, the end of the interaction. Runs inside the transaction that stores the leg's change; what the network
 * has to do next is asked for after the commit, and `recover` derives it again from the stored legs after a crash.
 */
export class CallEvents {
  constructor(
    private readonly calls: Calls,
    private readonly actions: Actions,
    private readonly post: Post,
    private readonly errands: Errands,
    private readonly now: () => number,
    /** Takes an interaction that has ended out of the line. */
    private readonly leaveLine: (tx: Transaction, interaction: Interaction) => Promise<void>,
  ) {}

  /** Handler for `Calls.onChange`. */
  changed = async (tx: Transaction, { leg, previous, event }: LegChange): Promise<void> => {
    const interaction = await lockInteractionOfLeg(tx, leg.id);
    if (!interaction) return;
    const moved = leg.state !== previous.state;
    if (leg.id === interaction.customer) {
      if (event.type === 'call-progress') return this.#progressed(tx, interaction, leg, event.result);
      if (moved && leg.state === 'answered' && !leg.callProgress) return this.#customerReached(tx, interaction, leg);
      if (moved && leg.state === 'ended') return this.#customerEnded(tx, interaction, leg, previous);
      return;
    }
    if (!moved) return;
    if (leg.state === 'ringing') return this.#agentRings(tx, interaction, leg);
    if (leg.state === 'answered') return this.#agentAnswered(tx, interaction, leg);
    if (leg.state === 'ended') return this.#agentEnded(tx, interaction, leg, previous);
  };

  /** Handler for what plays and collects: answers the dialog action that asked. */
  treated = async (tx: Transaction, treatment: string, result: JsonObject): Promise<void> => {
    await this.actions.complete(tx, treatment, { done: result });
  };

  /** After a crash: answers, joins, dials or hangs up what the stored legs say is due. */
  async recover(sql: Sql): Promise<void> {
    for (const { customer, agent } of await interactionsLeftBehind(sql)) {
      await this.calls.hangup(customer, 'cancelled');
      if (agent !== null) await this.calls.hangup(agent, 'cancelled');
    }
    for (const interaction of await openInteractions(sql)) {
      const legs = await this.calls.legsOf(interaction.id);
      const customer = legs.find(({ id }) => id === interaction.customer);
      const agent = legs.find(({ id }) => id === interaction.agent);
      await this.#settle(interaction, customer, agent);
    }
  }

  async #settle(interaction: Interaction, customer: Leg | undefined, agent: Leg | undefined): Promise<void> {
    if (interaction.kind === 'inbound' && customer?.state === 'ringing') await this.calls.answer(customer.id);
    if (!agent || !customer) return;
    const agentUp = agent.state === 'answered';
    if (customer.state === 'ended' && agent.state !== 'ended') await this.calls.hangup(agent.id, 'normal');
    else if (agent.state === 'intended' && customer.state !== 'ended') await this.calls.dial(agent.id);
    else if (agentUp && customer.state === 'answered') await this.calls.join(interaction.id, [customer.id, agent.id]);
    else if (agentUp && customer.state === 'intended') await this.calls.dial(customer.id);
  }

  async #progressed(tx: Transaction, interaction: Interaction, leg: Leg, result: CallProgress): Promise<void> {
    if (result === 'person' || result === 'unknown') return this.#customerReached(tx, interaction, leg);
    for (const action of await this.actions.waitingFor(tx, leg.id)) {
      const description = result === 'fax' ? 'fax' : 'answeringmachine';
      await this.actions.complete(
        tx,
        action.requestId,
        { error: 'unknown', description, data: { interactionid: interaction.id } },
        shown(interaction, [customerParty(leg)]),
      );
    }
  }

  async #customerReached(tx: Transaction, interaction: Interaction, leg: Leg): Promise<void> {
    const agent = await this.#agentOf(tx, interaction);
    const parties = [customerParty(leg), ...(agent ? [agentParty(agent, 'connected')] : [])];
    const model = shown(interaction, parties);
    for (const action of await this.actions.waitingFor(tx, leg.id)) {
      await this.actions.complete(tx, action.requestId, { done: { interactionid: interaction.id } }, model);
    }
    // The session of an inbound call has heard of it before it was answered.
    if (interaction.kind === 'outbound') {
      await this.post(tx, interaction.session, {
        name: 'interaction.added',
        data: { interactionid: interaction.id, focusdeviceid: interaction.ani, resultof: 'creation' },
        model,
      });
    }
    if (agent?.state === 'answered')
      tx.afterCommit(() =>
        this.errands.run('joining an interaction', () => this.calls.join(interaction.id, [leg.id, agent.id])),
      );
  }

  async #customerEnded(tx: Transaction, interaction: Interaction, leg: Leg, previous: Leg): Promise<void> {
    await endInteraction(tx, interaction.id, this.now());
    const waiting = await this.actions.waitingFor(tx, leg.id);
    for (const action of waiting) {
      const data = { interactionid: interaction.id };
      await this.actions.complete(tx, action.requestId, { ...dialFailure(leg, previous), data }, gone(interaction));
    }
    const agent = await this.#agentOf(tx, interaction);
    if (agent) {
      // A redirect under way is answered by the end of the interaction, which its application hears in any case.
      for (const action of await this.actions.waitingFor(tx, agent.id)) {
        await this.actions.complete(tx, action.requestId, 'silent');
      }
      tx.afterCommit(() => this.errands.run('hanging up', () => this.calls.hangup(agent.id, 'normal')));
    }
    await this.leaveLine(tx, interaction);
    if (waiting.length > 0) return;
    const data = { interactionid: interaction.id, focusdeviceid: interaction.ani };
    if (!agent && previous.bridgeId === undefined && interaction.endedAt === null) {
      await this.post(tx, interaction.session, { name: 'interaction.abandoned', data });
    }
    await this.post(tx, interaction.session, {
      name: 'interaction.deleted',
      data: { ...data, resultof: 'deletion' },
      model: gone(interaction),
    });
  }

  async #agentRings(tx: Transaction, interaction: Interaction, leg: Leg): Promise<void> {
    for (const action of await this.actions.waitingFor(tx, leg.id)) {
      if (action.name !== 'redirect') continue;
      await this.actions.complete(tx, action.requestId, { done: { interactionid: interaction.id } });
    }
    await this.#party(tx, interaction, leg, 'interaction.partyadded', 'ringing');
  }

  async #agentAnswered(tx: Transaction, interaction: Interaction, leg: Leg): Promise<void> {
    const customer = await this.calls.get(interaction.customer, tx);
    if (customer?.state === 'intended') {
      tx.afterCommit(() => this.errands.run('dialing the customer', () => this.calls.dial(customer.id)));
      return;
    }
    if (customer?.state === 'ended') {
      tx.afterCommit(() => this.errands.run('hanging up', () => this.calls.hangup(leg.id, 'normal')));
      return;
    }
    for (const action of await this.actions.waitingFor(tx, leg.id)) {
      await this.actions.complete(tx, action.requestId, { done: { interactionid: interaction.id } });
    }
    const legs = [interaction.customer, leg.id];
    tx.afterCommit(() => this.errands.run('joining an interaction', () => this.calls.join(interaction.id, legs)));
    await this.#party(tx, interaction, leg, 'interaction.partystatechanged', 'connected');
  }

  async #agentEnded(tx: Transaction, interaction: Interaction, leg: Leg, previous: Leg): Promise<void> {
    await setAgentLeg(tx, interaction.id, null);
    if (interaction.endedAt !== null) return;
    const customer = await this.calls.get(interaction.customer, tx);
    if (customer?.state === 'intended') return this.#agentNotReached(tx, interaction, leg);
    for (const action of await this.actions.waitingFor(tx, leg.id)) {
      await this.actions.complete(tx, action.requestId, {
        error: 'invaliddestination',
        description: leg.cause ?? 'normal',
        data: { interactionid: interaction.id },
      });
    }
    await this.post(tx, interaction.session, {
      name: 'interaction.partydeleted',
      data: {
        interactionid: interaction.id,
        focusdeviceid: leg.number,
        cause: leg.cause ?? 'normal',
        answered: previous.state === 'answered',
      },
      model: shown(interaction, customer ? [customerParty(customer)] : []),
    });
  }

  /** Agent first, and the agent did not answer: the customer was never dialed. */
  async #agentNotReached(tx: Transaction, interaction: Interaction, leg: Leg): Promise<void> {
    for (const action of await this.actions.waitingFor(tx, interaction.customer)) {
      await this.actions.complete(tx, action.requestId, {
        error: 'invalidsource',
        description: leg.cause ?? 'no-answer',
        data: { interactionid: interaction.id },
      });
    }
    await endInteraction(tx, interaction.id, this.now());
    tx.afterCommit(() => this.errands.run('hanging up', () => this.calls.hangup(interaction.customer, 'cancelled')));
  }

  async #party(
    tx: Transaction,
    interaction: Interaction,
    leg: Leg,
    name: string,
    state: 'ringing' | 'connected',
  ): Promise<void> {
    // The customer has gone meanwhile: what the session no longer has must not come back.
    if (interaction.endedAt !== null) return;
    const customer = await this.calls.get(interaction.customer, tx);
    const parties = [...(customer ? [customerParty(customer)] : []), agentParty(leg, state)];
    await this.post(tx, interaction.session, {
      name,
      data: {
        interactionid: interaction.id,
        focusdeviceid: leg.number,
        party: { ...agentParty(leg, state) },
      },
      model: shown(interaction, parties),
    });
  }

  async #agentOf(tx: Transaction, interaction: Interaction): Promise<Leg | undefined> {
    if (interaction.agent === null) return undefined;
    const leg = await this.calls.get(interaction.agent, tx);
    return leg?.state === 'ended' ? undefined : leg;
  }
}

function customerParty(leg: Leg): Party {
  return { device: leg.number, devicetype: 'customer', state: leg.state === 'answered' ? 'connected' : 'dialing' };
}

function agentParty(leg: Leg, state: 'ringing' | 'connected'): Party {
  return { device: leg.number, devicetype: 'agent', state, ...(leg.agentId !== undefined && { agentid: leg.agentId }) };
}

/** What a failed dial is called in `error.voice.createcall` (ors-interaction-dialog.md 4.2). */
const DIAL_FAILURES: Record<Cause, { error: string; description: string }> = {
  busy: { error: 'unknown', description: 'busy' },
  'no-answer': { error: 'timeout', description: 'noanswer' },
  rejected: { error: 'unknown', description: 'dropped' },
  'invalid-number': { error: 'invaliddestination', description: 'sitinvalidnum' },
  congestion: { error: 'unknown', description: 'allchannelsbusy' },
  'device-offline': { error: 'unknown', description: 'sit' },
  cancelled: { error: 'unknown', description: 'cancelled' },
  lost: { error: 'remote', description: 'dropped' },
  normal: { error: 'unknown', description: 'dropped' },
};

function dialFailure(leg: Leg, previous: Leg): { error: string; description: string } {
  if (previous.state === 'answered') return DIAL_FAILURES.normal;
  return DIAL_FAILURES[leg.cause ?? 'lost'];
}
