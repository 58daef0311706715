import { composeAbilities } from 'ringback/dist/composition/abilities.js';
import { recoverAndBegin } from 'ringback/dist/composition/beginning.js';
import { composeDomains, type Domains } from 'ringback/dist/composition/domains.js';
import { type Ground, openGround, type Undo } from 'ringback/dist/composition/ground.js';
import { parseConfiguration } from 'ringback/dist/config/index.js';
import { silentLogger } from 'ringback/dist/kernel/index.js';

export interface Host {
  ground: Ground;
  orchestration: Domains['orchestration'];
  stop(): Promise<void>;
}

/** The server without its HTTP interface, in this process, on a database of its own. */
export async function startHost(databaseUrl: string, directory: string): Promise<Host> {
  const settings = {
    ...{ host: '127.0.0.1', port: 0, data: directory, configurationFile: '', onlyMissing: true, databaseUrl },
    ...{ testClock: false, version: 'bench' },
  };
  const undo: Undo = [];
  const parsed = parseConfiguration('switch: { driver: simulator }\n', 'bench.yaml');
  const ground = await openGround(settings, parsed, silentLogger, undo);
  const abilities = await composeAbilities(ground, settings, undo);
  const domains = composeDomains(ground, abilities, settings, undo);
  await recoverAndBegin(ground, abilities, domains, settings, undo);
  return {
    ground,
    orchestration: domains.orchestration,
    async stop() {
      for (const step of undo.splice(0).reverse()) await step();
    },
  };
}

export async function putFlow(host: Host, name: string, text: string): Promise<void> {
  const url = `memory:/${name}.scxml`;
  const { diagnostics } = await host.orchestration.flows.put(name, url, { [url]: text });
  const [error] = diagnostics.filter(({ severity }) => severity === 'error');
  if (error) throw new Error(error.message);
}

/** Starts a session; resolves when it waits for its first event. */
export async function startSession(host: Host, flow: string): Promise<string> {
  const { sessions } = host.orchestration;
  const { database } = host.ground;
  const id = await sessions.start(database, { flow, parameters: {} });
  await sessions.begin(id, 60_000);
  return id;
}
