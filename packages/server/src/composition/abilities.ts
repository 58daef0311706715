import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { newId } from '../kernel/index.js';
import { toE164 } from '../kernel/phone.js';
import { followAgentCalls } from '../orchestration/index.js';
import { type Agents, createRouting, type Router } from '../routing/index.js';
import { Calls, Simulator } from '../telephony/index.js';
import { dialPlanning } from './dial-planning.js';
import type { Ground, Undo } from './ground.js';
import { LONG_LEASE_MS, type ServerSettings } from './settings.js';

export interface Abilities {
  network: Simulator;
  calls: Calls;
  router: Router;
  agents: Agents;
}

export async function composeAbilities(ground: Ground, settings: ServerSettings, undo: Undo): Promise<Abilities> {
  const { config } = ground;
  const directory = join(resolve(settings.data), 'simulator');
  await mkdir(directory, { recursive: true });
  const network = new Simulator({
    ...ground,
    directory,
    agentOf: (dn) => [...config.objects('agents').values()].find((agent) => agent.dn === dn)?.id,
    normalise: (number) => toE164(number),
  });
  const calls = new Calls({ ...ground, switch: network, dialPlan: dialPlanning(ground) });
  undo.push(() => calls.stop());
  const { router, agents } = createRouting({
    ...ground,
    configuration: config,
    owner: settings.databaseUrl === undefined ? 'alone' : newId(),
    ...(settings.testClock && { leaseTermMs: LONG_LEASE_MS }),
  });
  undo.push(() => router.stop());
  calls.onChange(followAgentCalls(agents));
  return { network, calls, router, agents };
}
