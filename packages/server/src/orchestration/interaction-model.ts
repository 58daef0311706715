import type { JsonObject } from '../kernel/index.js';
import type { Leg } from '../telephony/index.js';
import { isOutside } from './directory.js';
import type { Interaction } from './interactions.js';
import type { EnvironmentChange } from './session-event.js';

/** A party as applications see it (ors-interaction-dialog.md 3.3). */
export interface Party {
  device: string;
  devicetype: 'customer' | 'agent' | 'extension' | 'routepoint' | 'external';
  state: 'dialing' | 'ringing' | 'connected' | 'held' | 'queued';
  role: 'origination' | 'destination' | 'routing';
  partyid: string;
  agentid?: string;
}

/** A leg that takes part in an interaction, and whether it has put it on hold. */
export interface PartyLeg {
  leg: Leg;
  held: boolean;
}

/** A leg as a party of an interaction. */
export function partyOf(interaction: Interaction, { leg, held }: PartyLeg): Party {
  const isInbound = leg.role === 'inbound';
  return {
    device: isInbound ? leg.from : leg.number,
    devicetype: deviceTypeOf(interaction, leg),
    state: stateOf(leg, held),
    role: isInbound ? 'origination' : 'destination',
    partyid: leg.id,
    ...(leg.agentId !== undefined && { agentid: leg.agentId }),
  };
}

function deviceTypeOf(interaction: Interaction, leg: Leg): Party['devicetype'] {
  if (leg.agentId !== undefined) return 'agent';
  if (leg.id === interaction.customer) return 'customer';
  return leg.role === 'agent' && !isOutside(leg.number) ? 'extension' : 'external';
}

function stateOf({ state }: Leg, held: boolean): Party['state'] {
  if (state === 'answered') return held ? 'held' : 'connected';
  return state === 'ringing' ? 'ringing' : 'dialing';
}

/** The routing point on which an interaction waits, as a party. */
export function routingPoint(device: string): Party {
  return { device, devicetype: 'routepoint', state: 'queued', role: 'routing', partyid: `routepoint:${device}` };
}

/**
 * The interaction as applications see it under `_genesys.ixn.interactions` (ors-interaction-dialog.md 3.2). Only one leg
 * up means that it waits where it is: on its routing point, if it is on one.
 */
export function interactionModel(interaction: Interaction, legs: readonly PartyLeg[]): JsonObject {
  const up = legs.filter(({ leg }) => leg.state !== 'ended' && leg.state !== 'intended');
  const parties = up.map((party) => partyOf(interaction, party));
  if (waitsAtRoutingPoint(interaction, legs)) parties.unshift(routingPoint(interaction.focus ?? ''));
  return {
    g_uid: interaction.id,
    category: 'voice',
    tenantid: 1,
    parentid: interaction.parent ?? '',
    contactedaddr: interaction.dnis,
    location: { media_server: 'ringback' },
    parties: Object.fromEntries(parties.map((party) => [party.device, { ...party }])),
    udata: interaction.userData,
    xdata: interaction.xdata,
    categories: interaction.categories,
    voice: {
      callid: interaction.id,
      connid: interaction.id,
      ani: interaction.ani,
      dnis: interaction.dnis,
      type: interaction.kind,
      media: 'TMediaVoice',
      state: parties.some(({ state }) => state === 'connected' || state === 'held') ? 'connected' : 'dialing',
    },
  };
}

/** Whether the interaction is on a routing point, with nobody serving it or about to. */
export function waitsAtRoutingPoint(interaction: Interaction, legs: readonly PartyLeg[]): boolean {
  return (
    interaction.focus !== null && !legs.some(({ leg }) => leg.id !== interaction.customer && leg.state !== 'ended')
  );
}

/** The change that shows an interaction as it is now. */
export function shown(interaction: Interaction, legs: readonly PartyLeg[]): EnvironmentChange {
  return { interactions: { [interaction.id]: interactionModel(interaction, legs) } };
}

/** The change that takes an interaction away. */
export function gone({ id }: Pick<Interaction, 'id'>): EnvironmentChange {
  return { interactions: { [id]: null } };
}
