import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type JsonObject, RingbackError } from '../kernel/index.js';
import { toE164 } from '../kernel/phone.js';
import { Simulator, type Switch } from '../telephony/index.js';
import type { Ground } from './ground.js';
import type { ServerSettings } from './settings.js';

/** The telephone network, and the simulator where it is that. */
export interface OpenedSwitch {
  network: Switch;
  simulator: Simulator | undefined;
}

/**
 * The driver that the configuration names; nothing is connected yet. A clock that stands still has the simulator alone:
 * real telephones do not wait for it.
 */
export async function openSwitch(ground: Ground, settings: ServerSettings): Promise<OpenedSwitch> {
  const { driver } = ground.config.switchSettings();
  if (driver !== 'simulator' && settings.testClock) {
    ground.log.warn({ driver }, 'The clock is one that is moved: the telephone network is simulated');
  }
  if (driver === 'simulator' || settings.testClock) {
    const simulator = await simulatorOf(ground, settings);
    return { network: simulator, simulator };
  }
  throw new RingbackError('driver-unavailable', `There is no driver ${driver}.`);
}

async function simulatorOf({ config, ...ground }: Ground, settings: ServerSettings): Promise<Simulator> {
  const directory = join(resolve(settings.data), 'simulator');
  await mkdir(directory, { recursive: true });
  return new Simulator({
    ...ground,
    directory,
    agentOf: (dn) => [...config.objects('agents').values()].find((agent) => agent.dn === dn)?.id,
    normalise: (number) => toE164(number),
  });
}

/** What the configuration says of the people of the simulated network. */
export function simulatedBehaviour(ground: Pick<Ground, 'config'>): JsonObject {
  const { default: anybody, numbers, agents, seed } = ground.config.switchSettings();
  const behaviour = { default: anybody, numbers, agents, seed };
  // Configured values are JSON; the simulator checks what they say.
  return JSON.parse(JSON.stringify(behaviour)) as JsonObject;
}
