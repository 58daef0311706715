import { DatabaseUnavailable, RingbackError } from '../kernel/index.js';
import type { Transaction } from '../store/sql.js';
import type { Calls } from '../telephony/index.js';
import type { AgentRouting } from './agent-routing.js';
import { type Device, type Directory, withoutSwitch } from './directory.js';
import type { Errands } from './errands.js';
import type { InteractionNews } from './interaction-news.js';
import { type Interaction, setFocus, setOwner } from './interactions.js';
import { startFor } from './modules/interaction/parts.js';
import type { Sessions } from './sessions.js';
import type { Treatments } from './treatments.js';

interface DefaultTreatmentParts {
  calls: Calls;
  sessions: () => Sessions;
  agentRouting: () => AgentRouting;
  news: InteractionNews;
  treatments: Treatments;
  errands: Errands;
  directory: Directory;
}

/**
 * What becomes of a caller for whom no application does anything any more: it could not be loaded, has failed, or was
 * ended. As a switch does, the call goes to the default destination of the DN on which it waits
 * (ors-interaction-dialog.md 2, rule 10).
 */
export class DefaultTreatment {
  constructor(private readonly parts: DefaultTreatmentParts) {}

  /**
   * Gives a call to its default destination: a phone, or a routing point, whose application gets it.
   * @returns false when there is none that can take it; then nothing has changed
   */
  async give(tx: Transaction, interaction: Interaction): Promise<boolean> {
    const { agentRouting, directory, treatments, calls, errands } = this.parts;
    const at = interaction.focus ?? interaction.dnis;
    const named = withoutSwitch(agentRouting().defaultOf(at) ?? '');
    if (named === '' || named === at || interaction.agent !== null) return false;
    const device = directory.device(named);
    const given = device?.isRoutingPoint
      ? await this.#toApplication(tx, interaction, device)
      : await this.#toPhone(tx, interaction, device?.dn ?? named, device?.agent);
    if (!given) return false;
    await treatments.interrupt(tx, interaction);
    tx.afterCommit(() => errands.run('answering a call', () => calls.answer(interaction.customer)));
    return true;
  }

  /** Only from the DN at which the call arrived: applications that fail must not send it round in a circle. */
  async #toApplication(tx: Transaction, interaction: Interaction, device: Device): Promise<boolean> {
    const { news } = this.parts;
    const { focus, dnis } = interaction;
    if (device.application === undefined || (focus !== null && focus !== dnis)) return false;
    const moved: Interaction = { ...interaction, focus: device.dn };
    const session = await attempted(() => startFor(tx, this.parts, device.application ?? '', moved));
    if (session === undefined) return false;
    await setFocus(tx, interaction.id, device.dn);
    await setOwner(tx, interaction.id, session);
    await news.added(tx, { ...moved, session }, 'transfer');
    await news.mayBeRouted(tx, { ...moved, session });
    return true;
  }

  async #toPhone(tx: Transaction, interaction: Interaction, dn: string, agent: string | undefined): Promise<boolean> {
    const { id } = interaction;
    await setOwner(tx, id, null);
    const resource = { dn, ...(agent !== undefined && { agent }) };
    const leg = await attempted(() => this.parts.agentRouting().route(tx, id, resource));
    if (leg === undefined) await setOwner(tx, id, interaction.session);
    return leg !== undefined;
  }
}

/** Undefined when the destination is wrong; all else is a fault of ours. */
async function attempted<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RingbackError) || error instanceof DatabaseUnavailable) throw error;
    return undefined;
  }
}
