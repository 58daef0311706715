import type { JsonObject } from '../kernel/index.js';
import type { Sql, Transaction } from '../store/sql.js';
import type { Calls } from '../telephony/index.js';
import type { Post } from './actions.js';
import { gone, type Party, type PartyLeg, routingPoint, shown } from './interaction-model.js';
import { type Interaction, partiesOf } from './interactions.js';
import type { EnvironmentChange } from './session-event.js';

/**
 * Tells the session that owns an interaction what happens to it. Every event shows the interaction as it is when the event
 * is stored; one that nobody owns is told to nobody.
 */
export class InteractionNews {
  constructor(
    private readonly calls: Calls,
    private readonly post: Post,
  ) {}

  /** The legs that take part, oldest first, and which of them have put it on hold. */
  async legs(sql: Sql, interaction: Pick<Interaction, 'id'>): Promise<PartyLeg[]> {
    const held = new Map((await partiesOf(sql, interaction.id)).map((party) => [party.leg, party.held]));
    const legs = await this.calls.legs([...held.keys()], sql);
    return legs.map((leg) => ({ leg, held: held.get(leg.id) === true }));
  }

  /** The change that shows an interaction as it is now. */
  async shown(sql: Sql, interaction: Interaction): Promise<EnvironmentChange> {
    return shown(interaction, await this.legs(sql, interaction));
  }

  /** An event about an interaction to its owner; `party`: the one that it is about. */
  async tell(
    tx: Transaction,
    interaction: Interaction,
    name: string,
    { party, data = {}, model }: { party?: Party; data?: JsonObject; model?: EnvironmentChange } = {},
  ): Promise<void> {
    if (interaction.session === null) return;
    await this.post(tx, interaction.session, {
      name,
      data: {
        interactionid: interaction.id,
        focusdeviceid: party?.device ?? focusOf(interaction),
        ...(party && { party: { ...party } }),
        ...data,
      },
      model: model ?? (await this.shown(tx, interaction)),
    });
  }

  /** The session has an interaction now: `interaction.added`. @param how `creation`, `attach`, `associate`, `transfer` */
  async added(tx: Transaction, interaction: Interaction, how: string): Promise<void> {
    await this.tell(tx, interaction, 'interaction.added', { data: { resultof: how } });
  }

  /** The call waits on its routing point and may be routed. */
  async mayBeRouted(tx: Transaction, interaction: Interaction): Promise<void> {
    if (interaction.focus === null) return;
    const party = routingPoint(interaction.focus);
    await this.tell(tx, interaction, 'interaction.partystatechanged', { party });
    await this.tell(tx, interaction, 'interaction.onrouterequest', { party });
  }

  /** The session has lost the interaction, or it is over (`deletion`). */
  async deleted(tx: Transaction, interaction: Interaction, resultof: string): Promise<void> {
    await this.tell(tx, interaction, 'interaction.deleted', { data: { resultof }, model: gone(interaction) });
  }
}

/** The device where the interaction is, as far as routing is concerned (ors-interaction-dialog.md 2.1). */
export function focusOf(interaction: Interaction): string {
  return interaction.focus ?? interaction.ani;
}
