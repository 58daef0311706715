import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Logger as PinoLogger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import {
  Authentication,
  adminApi,
  bindRefusal,
  contextServicesApi,
  createHttp,
  gmsCallbackApi,
  gmsServiceApi,
  openListeners,
} from './api/index.js';
import { CallbackDirectory, Callbacks, callbackModule } from './callback/index.js';
import { Configuration, type ParsedConfiguration, parseConfiguration } from './config/index.js';
import { ContextServices } from './context/index.js';
import {
  Activity,
  type Clock,
  type JsonObject,
  type Logger,
  ManualClock,
  newId,
  RingbackError,
  SystemClock,
} from './kernel/index.js';
import { toE164 } from './kernel/phone.js';
import { createOrchestration, followAgentCalls, type Orchestration } from './orchestration/index.js';
import { Journal } from './reporting/index.js';
import { type Agents, createRouting, type Router } from './routing/index.js';
import { Services, Storage } from './services/index.js';
import { BackgroundJobs, Database, migrate, startEmbedded } from './store/index.js';
import { Calls, SimulatedAgents, Simulator } from './telephony/index.js';

export interface ServerSettings {
  host: string;
  port: number;
  /** Data directory of the embedded database and of the simulated network. */
  data: string;
  configurationFile: string;
  /** Objects that are there already stay as they are: for the packaged demo. */
  onlyMissing: boolean;
  /** External PostgreSQL; without it, the embedded one. */
  databaseUrl?: string;
  adminPassword?: string;
  /** The clock stands still until it is moved. */
  testClock: boolean;
  version: string;
}

export interface RunningServer {
  url: string;
  stop(): Promise<void>;
}

/** What has to be undone, in reverse order, when the server stops or does not come up. */
type Undo = (() => Promise<unknown> | unknown)[];

/** What everything below is given. */
interface Ground {
  database: Database;
  clock: Clock;
  activity: Activity;
  log: Logger;
  config: Configuration;
  journal: Journal;
}

interface Abilities {
  network: Simulator;
  calls: Calls;
  router: Router;
  agents: Agents;
}

interface Domains {
  orchestration: Orchestration;
  callbacks: Callbacks;
  services: Services;
  storage: Storage;
  context: ContextServices;
}

const FLOWS = fileURLToPath(new URL('../../../flows', import.meta.url));
const CONSOLE = fileURLToPath(new URL('../../console/dist', import.meta.url));
const CONNECTIONS = 32;
/** On a clock that is moved by hours nobody else is there to take the router over. */
const LONG_LEASE_MS = 3_155_760_000_000;
const DAY_MS = 86_400_000;
const CLOSE_LIMIT_MS = 5_000;
/** Clients that ask again on their connection hear 503 for so long, before connections that rest are cut. */
const CLOSE_GRACE_MS = 250;

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
    return { url: await serve(app, ground, settings, undo), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Brings the database to the program's version. */
export async function migrateOnly(settings: Pick<ServerSettings, 'data' | 'databaseUrl'>, log: Logger): Promise<void> {
  const undo: Undo = [];
  try {
    await openDatabase(settings, log, new Activity(), undo);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function readConfiguration(file: string): Promise<ParsedConfiguration> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new RingbackError('unreadable-configuration', `The configuration file ${resolve(file)} cannot be read.`, [], {
      cause: error,
    });
  }
  return parseConfiguration(text, file);
}

async function openDatabase(
  { data, databaseUrl }: Pick<ServerSettings, 'data' | 'databaseUrl'>,
  log: Logger,
  activity: Activity,
  undo: Undo,
): Promise<Database> {
  let connectionString = databaseUrl;
  if (connectionString === undefined) {
    const embedded = await startEmbedded({ dataDirectory: data, log });
    undo.push(() => embedded.stop());
    connectionString = embedded.connectionString;
  }
  const database = await Database.connect({ connectionString, log, activity, maxConnections: CONNECTIONS });
  undo.push(() => database.close());
  await migrate(database, { log });
  return database;
}

async function openGround(
  settings: ServerSettings,
  parsed: ParsedConfiguration,
  log: Logger,
  undo: Undo,
): Promise<Ground> {
  const activity = new Activity();
  const database = await openDatabase(settings, log, activity, undo);
  const clock = settings.testClock ? await testClock(database, activity) : new SystemClock();
  const parts = { database, clock, activity, log };
  const config = await Configuration.open(parts);
  undo.push(() => config.close());
  await config.apply(parsed, { onlyMissing: settings.onlyMissing });
  const { host, adminPassword } = settings;
  const refusal = bindRefusal({ host, config, ...(adminPassword !== undefined && { adminPassword }) });
  if (refusal !== undefined) throw new RingbackError('bind-refused', refusal);
  const journal = new Journal(parts);
  await journal.start();
  undo.push(() => journal.stop());
  return { ...parts, config, journal };
}

/** Stands at the present, or where an earlier process left it if that is later: stored times never lie in the future. */
async function testClock(database: Database, activity: Activity): Promise<ManualClock> {
  const [last] = await database.query<{ at: number | null }>('select max(at) as at from event');
  return new ManualClock(Math.max(Date.now(), last?.at ?? 0), activity);
}

async function composeAbilities(ground: Ground, settings: ServerSettings, undo: Undo): Promise<Abilities> {
  const { config } = ground;
  const directory = join(resolve(settings.data), 'simulator');
  await mkdir(directory, { recursive: true });
  const network = new Simulator({
    ...ground,
    directory,
    agentOf: (dn) => [...config.objects('agents').values()].find((agent) => agent.dn === dn)?.id,
    normalise: (number) => toE164(number),
  });
  const calls = new Calls({ ...ground, switch: network });
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

function composeDomains(ground: Ground, { calls, router }: Abilities, settings: ServerSettings, undo: Undo): Domains {
  const { config, clock, database } = ground;
  const orchestration = createOrchestration({
    ...ground,
    router,
    calls,
    modules: [callbackModule((tx, callback, input) => callbacks.report(tx, callback, input))],
    fetchAllow: () => config.section('ors')['fetch-allow'] ?? '',
    applicationOf: (dn) => config.object('dns', dn)?.options.application,
    sessionObject: () => ({
      server: { name: 'ringback', cluster: 'ringback', url: '' },
      tenant: 'Environment',
      tenantid: 1,
    }),
  });
  undo.push(() => orchestration.stop());
  const { sessions } = orchestration;
  const storage = new Storage(clock);
  const callbacks: Callbacks = new Callbacks({
    ...ground,
    configuration: config,
    sessions,
    redirect: (service, parameters) => services.create(service, { parameters, userData: new Map() }),
    expectedWait: (virtualQueue) => router.ewt(virtualQueue),
  });
  const services: Services = new Services({
    database,
    sessions,
    storage,
    clock,
    service: (name) => config.service(name),
    sessionOf: (id) => callbacks.sessionOf(id),
  });
  sessions.onEnded((tx, session) => callbacks.onSessionEnded(tx, session));
  const context = new ContextServices({
    ...ground,
    configuration: config,
    exportDirectory: join(resolve(settings.data), 'exports'),
  });
  undo.push(() => context.stop());
  return { orchestration, callbacks, services, storage, context };
}

async function scheduleUpkeep(
  { database, clock, activity, log, journal }: Ground,
  { calls, router }: Abilities,
  { orchestration, services, storage }: Domains,
  undo: Undo,
): Promise<void> {
  const jobs = new BackgroundJobs({ database, activity, log })
    .add('journal-upkeep', '17 2 * * *', () => journal.upkeep())
    .add('storage-purge', '*/10 * * * *', async () => {
      await services.purge(database);
      await storage.purge(database);
    })
    .add('session-purge', '7 * * * *', () => orchestration.sessions.purge(clock.now() - DAY_MS))
    .add('call-purge', '37 2 * * *', async () => void (await calls.purge(clock.now() - 90 * DAY_MS)))
    .add('route-purge', '27 2 * * *', async () => void (await router.purge(clock.now() - 30 * DAY_MS)));
  await jobs.start();
  undo.push(() => jobs.stop());
}

/** Takes up what an earlier process left, from the network upwards; then the server begins to work by itself. */
async function recoverAndBegin(
  ground: Ground,
  { network, calls, router, agents }: Abilities,
  { orchestration, callbacks, context }: Domains,
  settings: ServerSettings,
  undo: Undo,
): Promise<void> {
  const { config, clock, activity, log } = ground;
  calls.keepUntilRecovered();
  await network.start();
  undo.push(() => network.close());
  const { driver: _driver, ...behaviour } = config.switchSettings();
  // Configured values are JSON; the simulator checks what they say.
  await network.configure(behaviour as JsonObject);
  await calls.recover();
  await router.start();
  await orchestration.start({ cluster: settings.databaseUrl !== undefined && !settings.testClock });
  await callbacks.startUp();
  undo.push(() => callbacks.shutDown());
  await context.start();
  const control = {
    login: (id: string) => agents.login(id),
    ready: (id: string) => agents.ready(id),
    wrapDone: (id: string) => agents.wrapDone(id),
    state: async (id: string) => (config.object('agents', id) ? (await agents.state(id)).state : undefined),
    onState: (handler: (id: string, state: string) => void) =>
      agents.onState(({ state }) => handler(state.id, state.state)),
  };
  const simulatedAgents = new SimulatedAgents({ descriptions: network, control, clock, activity, log });
  await simulatedAgents.start();
  const forget = config.onChange(({ kind }) => {
    if (kind === 'agents') void activity.run(() => simulatedAgents.configurationChanged());
  });
  undo.push(forget);
  undo.push(() => simulatedAgents.stop());
}

async function composeApis(
  ground: Ground,
  { network, agents }: Abilities,
  { orchestration, callbacks, services, context }: Domains,
  { version, adminPassword }: ServerSettings,
): Promise<FastifyInstance> {
  const { database, config, journal, clock, log } = ground;
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const authentication = new Authentication({
    configuration: config,
    ...(adminPassword !== undefined && { adminPassword }),
  });
  const app = await createHttp({
    log,
    metrics,
    version,
    consoleDirectory: CONSOLE,
    guard: authentication.guard,
    closingGrace: () => new Promise((resolve) => setTimeout(resolve, CLOSE_GRACE_MS)),
    readiness: () =>
      database.available ? { ready: true } : { ready: false, reason: 'The database is not reachable.' },
  });
  await app.register(adminApi, {
    prefix: '/api/v1',
    authentication,
    configuration: config,
    journal,
    agents,
    callbacks: new CallbackDirectory(database),
    sessions: orchestration.directory,
    flows: orchestration.flows,
    simulator: network,
    testClock: clock instanceof ManualClock ? clock : undefined,
    clock,
    log,
  });
  await app.register(gmsCallbackApi, { prefix: '/genesys', callbacks, credentials: config, log });
  await app.register(gmsServiceApi, { prefix: '/genesys', services, credentials: config, log });
  await app.register(contextServicesApi, {
    prefix: '/genesys/1/cs',
    context,
    version,
    people: { verify: verifierOf(authentication) },
  });
  return app;
}

/** People of Context Services are the users of the administration API. */
function verifierOf(authentication: Authentication) {
  return async (name: string, password: string) => {
    const identity = await authentication.identify(`Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`);
    return identity && { name: identity.name, roles: [...identity.roles] };
  };
}

async function serve(app: FastifyInstance, ground: Ground, settings: ServerSettings, undo: Undo): Promise<string> {
  const { host, port } = settings;
  undo.push(() => closeApp(app));
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new RingbackError(
      'address-unusable',
      `The server cannot listen on ${host} port ${port}: ${reasonOf(error)}.`,
    );
  }
  const listeners = await openListeners(app, ground.config.objects('listeners').values(), { host, log: ground.log });
  undo.push(() => listeners.close());
  const address = app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${shown}:${address.port}`;
}

/** Requests under way are finished; connections that are still open after that time never asked for anything. */
async function closeApp(app: FastifyInstance): Promise<void> {
  const force = setTimeout(() => app.server.closeAllConnections(), CLOSE_LIMIT_MS);
  await app.close();
  clearTimeout(force);
}

/** Why an address cannot be bound, for a person. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'another program uses it (choose another port with --port)';
  if (code === 'EACCES') return 'that is not permitted to this user';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address';
  return error instanceof Error ? error.message : String(error);
}
