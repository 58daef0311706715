import { isObject, type JsonObject } from '../kernel/index.js';
import { withoutSwitch } from './directory.js';
import { type PartyLeg, partyOf } from './interaction-model.js';
import type { Interaction } from './interactions.js';

/** The party of an interaction that has a device, by its DN, its number or its agent's id. */
export function partyWith(interaction: Interaction, legs: readonly PartyLeg[], device: string): PartyLeg | undefined {
  const dn = withoutSwitch(device);
  return legs.find((party) => {
    const { device: own, agentid } = partyOf(interaction, party);
    return own === dn || agentid === dn || own === device;
  });
}

/** `resource` of a call action: a DN, or a resource object with one. */
export function resourceOf({ resource }: JsonObject): string | undefined {
  const named = isObject(resource) ? resource.dn : resource;
  return named === undefined || named === null || named === '' ? undefined : String(named);
}

/** The party that controls a call action: the one with the DN that `resource` names, otherwise whoever serves the call. */
export function controllingParty(
  attributes: JsonObject,
  interaction: Interaction,
  legs: readonly PartyLeg[],
): PartyLeg | undefined {
  const device = resourceOf(attributes);
  if (device !== undefined) return partyWith(interaction, legs, device);
  return legs.find(({ leg }) => leg.id === interaction.agent);
}
