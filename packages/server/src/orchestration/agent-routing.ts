import { type JsonObject, newId, RingbackError } from '../kernel/index.js';
import type { Transaction } from '../store/sql.js';
import type { Calls } from '../telephony/index.js';
import type { SessionSubject } from './action-module.js';
import type { Errands } from './errands.js';
import { lockInteraction, setAgentLeg } from './interactions.js';

/** How long an agent's phone rings before the call is taken away again, unless the application says otherwise. */
const AGENT_RING_MS = 20_000;

/** What the configuration says of destinations. */
export interface Destinations {
  /** Where the interactions of a DN go that are not routed. */
  defaultOf(dn: string): string | undefined;
  /** The id of the agent who sits at a DN. */
  agentAt(dn: string): string | undefined;
}

/** Connects an interaction to an agent: stores the intent to ring the agent's phone, and rings it after the commit. */
export class AgentRouting {
  constructor(
    private readonly calls: Calls,
    private readonly errands: Errands,
    private readonly destinations: Destinations,
  ) {}

  /** Where interactions go that arrive at a DN and are not routed. */
  defaultOf(dn: string): string | undefined {
    return this.destinations.defaultOf(dn);
  }

  /**
   * Sends an interaction to a destination that is not chosen by the router: the named one, else the default destination of
   * the DN that was called.
   * @throws RingbackError as `route`; `invaliddestination` when there is none
   */
  async routeToDefault(
    tx: Transaction,
    interactionId: string,
    session: SessionSubject,
    destination?: string,
  ): Promise<string> {
    const interaction = await lockInteraction(tx, interactionId);
    const dn = destination ?? this.defaultOf(interaction?.dnis ?? '');
    if (!dn) throw new RingbackError('invaliddestination', 'there is no default destination');
    const agent = this.destinations.agentAt(dn);
    return this.route(tx, interactionId, { dn, ...(agent !== undefined && { agent }) }, session);
  }

  /**
   * @param resource who was selected: `{dn, agent}` as in `queue.submit.done`, or a DN
   * @param session who asks; absent: nobody owns the interaction
   * @returns the id of the agent's leg
   * @throws RingbackError `unknown` (the session has no such interaction), `invalidstate`, `invaliddestination`
   */
  async route(
    tx: Transaction,
    interactionId: string,
    resource: JsonObject | string,
    session?: SessionSubject,
  ): Promise<string> {
    const interaction = await lockInteraction(tx, interactionId);
    if (!interaction || (interaction.session !== null && interaction.session !== session?.id))
      throw new RingbackError('unknown', `there is no interaction ${interactionId}`);
    if (interaction.endedAt !== null) throw new RingbackError('invalidstate.null', 'the interaction has ended');
    if (interaction.agent !== null) throw new RingbackError('invalidstate.routed', 'the interaction is with an agent');
    const device = typeof resource === 'string' ? resource : resource.dn;
    if (typeof device !== 'string' || device === '') {
      throw new RingbackError('invaliddestination', 'the destination names no DN');
    }
    const agent = typeof resource === 'string' ? undefined : resource.agent;
    const legId = newId();
    await this.calls.intend(tx, {
      legId,
      callId: interaction.id,
      role: 'agent',
      number: device,
      from: interaction.kind === 'outbound' ? interaction.dnis : interaction.ani,
      timeoutMs: AGENT_RING_MS,
      callProgress: false,
      ...(session && { session: session.id }),
      ...(typeof agent === 'string' && { agentId: agent }),
      ...(session?.callback !== undefined && { callback: session.callback }),
    });
    await setAgentLeg(tx, interaction.id, legId);
    tx.afterCommit(() => this.errands.run('ringing the agent', () => this.calls.dial(legId)));
    return legId;
  }
}
