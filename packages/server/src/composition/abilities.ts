import { newId } from '../kernel/index.js';
import { followAgentCalls } from '../orchestration/index.js';
import { type Agents, createRouting, type Router } from '../routing/index.js';
import { Calls, PhonePresence, type Simulator, type Switch } from '../telephony/index.js';
import { dialPlanning } from './dial-planning.js';
import type { Ground, Undo } from './ground.js';
import { LONG_LEASE_MS, type ServerSettings } from './settings.js';
import { type KnownLegs, openSwitch } from './switch.js';

export interface Abilities {
  network: Switch;
  /** The network, where it is simulated. */
  simulator: Simulator | undefined;
  calls: Calls;
  router: Router;
  agents: Agents;
  phones: PhonePresence;
}

export async function composeAbilities(ground: Ground, settings: ServerSettings, undo: Undo): Promise<Abilities> {
  const { config } = ground;
  const known: KnownLegs = async (ids) =>
    (await calls.legs(ids)).flatMap(({ id, state }) => (state === 'ended' ? [] : id));
  const { network, simulator } = await openSwitch(ground, settings, known);
  const calls: Calls = new Calls({ ...ground, switch: network, dialPlan: dialPlanning(ground) });
  undo.push(() => calls.stop());
  const phones = new PhonePresence({ ...ground, switch: network });
  undo.push(() => phones.stop());
  await phones.start();
  const { router, agents } = createRouting({
    ...ground,
    phones,
    configuration: config,
    owner: settings.databaseUrl === undefined ? 'alone' : newId(),
    ...(settings.testClock && { leaseTermMs: LONG_LEASE_MS }),
  });
  undo.push(() => router.stop());
  calls.onChange(followAgentCalls(agents));
  return { network, simulator, calls, router, agents, phones };
}
