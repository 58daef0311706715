import { fileURLToPath } from 'node:url';
import type { Logger as PinoLogger } from 'pino';
import { composeAbilities } from './composition/abilities.js';
import { composeApis } from './composition/apis.js';
import { recoverAndBegin } from './composition/beginning.js';
import { composeDomains } from './composition/domains.js';
import { openGround, readConfiguration, type Undo } from './composition/ground.js';
import { sayOfflineBeforeStop } from './composition/leaving.js';
import { serve } from './composition/serving.js';
import type { ServerSettings } from './composition/settings.js';
import { scheduleUpkeep } from './composition/upkeep.js';

export { migrateOnly } from './composition/ground.js';
export type { ServerSettings } from './composition/settings.js';

export interface RunningServer {
  url: string;
  stop(): Promise<void>;
}

const FLOWS = fileURLToPath(new URL('../../../flows', import.meta.url));

/** The composition root: the only place that knows everybody. Resolves when the server serves. */
export async function startServer(settings: ServerSettings, log: PinoLogger): Promise<RunningServer> {
  const parsed = await readConfiguration(settings.configurationFile);
  const undo: Undo = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const ground = await openGround(settings, parsed, log, undo);
    const abilities = await composeAbilities(ground, settings, undo);
    const domains = composeDomains(ground, abilities, settings, undo);
    await domains.orchestration.flows.loadShipped(FLOWS);
    await scheduleUpkeep(ground, abilities, domains, undo);
    const app = await composeApis(ground, abilities, domains, settings);
    await recoverAndBegin(ground, abilities, domains, settings, undo);
    const url = await serve(app, ground, settings, undo);
    sayOfflineBeforeStop(domains.node, (name) => ground.config.section(name), undo);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
