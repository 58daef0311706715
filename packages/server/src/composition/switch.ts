import { randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { SwitchSettings } from '../config/index.js';
import type { JsonObject } from '../kernel/index.js';
import { toE164 } from '../kernel/phone.js';
import { arrivalBy, Simulator, type Switch } from '../telephony/index.js';
import { asteriskSettings } from './asterisk-settings.js';
import { devices } from './devices.js';
import type { Ground } from './ground.js';
import type { ServerSettings } from './settings.js';
import { sipSettings } from './sip-settings.js';

/** Of how many equally likely numbers one is drawn. */
const RANDOM_STEPS = 2 ** 40;

/** The telephone network, and the simulator where it is that. */
export interface OpenedSwitch {
  network: Switch;
  simulator: Simulator | undefined;
}

/** Which of these legs are known and have not ended. */
export type KnownLegs = (legIds: readonly string[]) => Promise<readonly string[]>;

/**
 * The driver that the configuration names; nothing is connected yet. A clock that stands still has the simulator alone:
 * real telephones do not wait for it. Drivers are loaded only where they are used.
 */
export async function openSwitch(ground: Ground, settings: ServerSettings, known: KnownLegs): Promise<OpenedSwitch> {
  const configured = ground.config.switchSettings();
  const { driver } = configured;
  if (driver !== 'simulator') sayWhenRestartIsNeeded(ground, configured);
  if (driver !== 'simulator' && settings.testClock) {
    ground.log.warn({ driver }, 'The clock is one that is moved: the telephone network is simulated');
  }
  if (driver === 'simulator' || settings.testClock) {
    const simulator = await simulatorOf(ground, settings);
    return { network: simulator, simulator };
  }
  if (driver === 'asterisk') {
    const { AsteriskSwitch } = await import('../telephony/asterisk/index.js');
    const network = new AsteriskSwitch({
      ...ground,
      settings: asteriskSettings(configured, process.env, settings.node),
      known,
    });
    return { network, simulator: undefined };
  }
  const { SipSwitch } = await import('../telephony/sip/index.js');
  const { config } = ground;
  const house = devices(config, (dn) => config.object('dns', dn)?.options.application);
  const network = new SipSwitch({
    ...ground,
    settings: sipSettings(configured, process.env),
    random: () => randomInt(RANDOM_STEPS) / RANDOM_STEPS,
    accepts: (number) => house.device(arrivalBy(config.switchSettings(), { from: '', to: number }).to) !== undefined,
  });
  config.onChange(({ kind }) => {
    if (kind !== 'switch' || config.switchSettings().driver !== 'sip') return;
    try {
      network.configure(sipSettings(config.switchSettings(), process.env));
    } catch (error) {
      ground.log.error({ err: error }, 'The phones and trunks stay as they were: their configuration cannot be used');
    }
  });
  return { network, simulator: undefined };
}

/** What takes effect at the next call; everything else of the switch does at the next start. */
const AT_ONCE: ReadonlySet<string> = new Set(['dialPlan', 'callerIds', 'routingPoints', 'softphone']);

/** What the driver `sip` takes over besides. */
const AT_ONCE_OVER_SIP: ReadonlySet<string> = new Set(['phones', 'trunks', 'openInbound']);

/** Whether two settings of the switch differ in what a running driver cannot take over. */
export function needsRestart(before: SwitchSettings, after: SwitchSettings): boolean {
  const isLasting = (member: string) =>
    !AT_ONCE.has(member) && !(before.driver === 'sip' && AT_ONCE_OVER_SIP.has(member));
  const lasting = (settings: SwitchSettings) =>
    Object.fromEntries(Object.entries(settings).filter(([member]) => isLasting(member)));
  return !isDeepStrictEqual(lasting(before), lasting(after));
}

function sayWhenRestartIsNeeded({ config, log }: Ground, running: SwitchSettings): void {
  config.onChange(({ kind }) => {
    if (kind !== 'switch' || !needsRestart(running, config.switchSettings())) return;
    log.warn({ kind }, 'The switch is configured otherwise now: restart the server for all of it to take effect');
  });
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
