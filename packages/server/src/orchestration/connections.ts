import type { Sql, Transaction } from '../store/sql.js';
import type { Calls, Cause } from '../telephony/index.js';
import type { Errands } from './errands.js';
import type { PartyLeg } from './interaction-model.js';
import type { InteractionNews } from './interaction-news.js';
import { endInteraction, type Interaction, isPartyElsewhere, releaseParty, removeParty } from './interactions.js';

/**
 * Who is connected with whom: what the network has to do after a commit so that it matches the stored parties of an
 * interaction. Everything that is asked for here follows from what is stored, and `settle` derives it again.
 */
export class Connections {
  constructor(
    private readonly calls: Calls,
    private readonly news: InteractionNews,
    private readonly errands: Errands,
  ) {}

  /**
   * Connects everybody who is up and has not put the interaction on hold; those who leave are hung up after that, so that
   * nobody counts as the last one in between.
   */
  async connect(tx: Transaction, interaction: Interaction, leaving: readonly string[] = []): Promise<void> {
    for (const leg of leaving) await releaseParty(tx, interaction.id, leg);
    const together = talking(await this.news.legs(tx, interaction));
    tx.afterCommit(() =>
      this.errands.run('connecting the parties of an interaction', async () => {
        try {
          if (together.length > 1) await this.#join(interaction, together);
        } finally {
          for (const leg of leaving) await this.leave(leg);
        }
      }),
    );
  }

  /** Lets the others wait while `holder` has put the interaction on hold. */
  async keepWaiting(tx: Transaction, interaction: Interaction, holder: string): Promise<void> {
    const others = await this.#othersThan(tx, interaction, holder);
    this.#after(tx, 'putting a party on hold', others, (leg) => this.calls.hold(leg, true));
  }

  /** Ends the waiting of the others, and connects them with `holder` again. */
  async takeBack(tx: Transaction, interaction: Interaction, holder: string): Promise<void> {
    const others = await this.#othersThan(tx, interaction, holder);
    this.#after(tx, 'taking a party back', others, (leg) => this.calls.hold(leg, false));
    await this.connect(tx, interaction);
  }

  dial(tx: Transaction, leg: string): void {
    this.#after(tx, 'dialing', [leg], (id) => this.calls.dial(id));
  }

  hangUp(tx: Transaction, legs: readonly string[], cause: Cause = 'normal'): void {
    this.#after(tx, 'hanging up', legs, (leg) => this.calls.hangup(leg, cause));
  }

  /** Ends an interaction: everybody who takes part in no other is hung up, and its session hears of the end by that. */
  async end(tx: Transaction, interaction: Interaction, now: number, cause: Cause = 'normal'): Promise<void> {
    // Nobody has abandoned a call that its application ends.
    await endInteraction(tx, interaction.id, now);
    for (const { leg } of await this.news.legs(tx, interaction)) {
      if (leg.id !== interaction.customer && (await isPartyElsewhere(tx, interaction.id, leg.id))) continue;
      this.hangUp(tx, [leg.id], cause);
    }
  }

  /** The leg takes no part in the interaction any more; it is hung up unless it takes part in another. */
  async letGo(tx: Transaction, interaction: Interaction, leg: string): Promise<void> {
    if (await isPartyElsewhere(tx, interaction.id, leg)) return removeParty(tx, interaction.id, leg);
    await releaseParty(tx, interaction.id, leg);
    this.#after(tx, 'hanging up', [leg], (id) => this.leave(id));
  }

  /** Hangs up a leg without leaving anybody whom it is connected with as the last one, who would be hung up too. */
  async leave(legId: string): Promise<void> {
    const leg = await this.calls.get(legId);
    if (leg?.state === 'answered' && leg.bridgeId !== undefined) await this.calls.unjoin(legId);
    await this.calls.hangup(legId, 'normal');
  }

  /** After a crash: a leg that was to be hung up. */
  takeUp(leg: string, cause: Cause = 'normal'): void {
    this.errands.run('hanging up', () => (cause === 'normal' ? this.leave(leg) : this.calls.hangup(leg, cause)));
  }

  /** After a crash: whatever the stored legs of an open interaction say is due. */
  settle(sql: Sql, interaction: Interaction): void {
    this.errands.run('taking up an interaction', async () =>
      this.#settle(interaction, await this.news.legs(sql, interaction)),
    );
  }

  async #settle(interaction: Interaction, legs: readonly PartyLeg[]): Promise<void> {
    const customer = legs.find(({ leg }) => leg.id === interaction.customer)?.leg;
    if (!customer) return;
    const others = legs.filter(({ leg }) => leg.id !== customer.id).map(({ leg }) => leg);
    if (customer.state === 'ended') {
      for (const { id } of others) await this.calls.hangup(id, 'normal');
      return;
    }
    if (interaction.kind === 'inbound' && customer.state === 'ringing') await this.calls.answer(customer.id);
    for (const leg of others) if (leg.state === 'intended') await this.calls.dial(leg.id);
    const isAgentUp = others.some(({ state }) => state === 'answered');
    if (customer.state === 'intended' && isAgentUp) await this.calls.dial(customer.id);
    const together = talking(legs);
    if (together.length > 1) await this.#join(interaction, together);
    if (!legs.some(({ held }) => held)) return;
    for (const { leg, held } of legs) if (!held && leg.state === 'answered') await this.calls.hold(leg.id, true);
  }

  /** Who is left alone in a consult call goes back to the main call; in any other call, nobody is left alone. */
  async #join(interaction: Interaction, legs: readonly string[]): Promise<void> {
    await this.calls.join(interaction.id, legs, { releaseLast: interaction.kind !== 'consult' });
  }

  async #othersThan(tx: Transaction, interaction: Interaction, holder: string): Promise<string[]> {
    const legs = await this.news.legs(tx, interaction);
    return legs.flatMap(({ leg }) => (leg.id !== holder && leg.state === 'answered' ? [leg.id] : []));
  }

  /** One errand per leg, so that one that has ended keeps nobody else from being served. */
  #after(tx: Transaction, what: string, legs: readonly string[], work: (leg: string) => Promise<void>): void {
    for (const leg of legs) tx.afterCommit(() => this.errands.run(what, () => work(leg)));
  }
}

/** The legs that are up and have not put the interaction on hold. */
function talking(legs: readonly PartyLeg[]): string[] {
  return legs.flatMap(({ leg, held }) => (leg.state === 'answered' && !held ? [leg.id] : []));
}
