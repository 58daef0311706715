import { join, resolve } from 'node:path';
import { Callbacks, callbackModule, deliveryModule } from '../callback/index.js';
import { type Configuration, type OptionMap, sectionOptions } from '../config/index.js';
import { ContextServices } from '../context/index.js';
import type { JsonObject } from '../kernel/index.js';
import { createOrchestration, type Orchestration, type SearchServer } from '../orchestration/index.js';
import {
  NodeStatus,
  type PoolDirectory,
  type RemoteSessions,
  type Services,
  type StatisticPeeks,
  Storage,
  serviceModule,
  serviceRequest,
  type WaitingFigures,
} from '../services/index.js';
import type { Abilities } from './abilities.js';
import { customerAccess, devicePush } from './callback-ports.js';
import { type Chatting, composeChats } from './chat.js';
import { devices } from './devices.js';
import type { Ground, Undo } from './ground.js';
import { composeNotifications, type Notifying } from './notifications.js';
import { orchestrationSettings } from './orchestration-settings.js';
import { composeOutbound, type Outbound } from './outbound.js';
import { type ComposedServices, composeServices, remoteSessions } from './services.js';
import type { ServerSettings } from './settings.js';
import { statusPost } from './status-post.js';

export interface Domains {
  orchestration: Orchestration;
  callbacks: Callbacks;
  services: Services;
  /** Sessions of services on other orchestration servers. */
  remote: RemoteSessions;
  figures: WaitingFigures;
  statistics: StatisticPeeks;
  pools: PoolDirectory;
  storage: Storage;
  context: ContextServices;
  outbound: Outbound;
  notifying: Notifying;
  node: NodeStatus;
  chatting: Chatting;
}

export function composeDomains(ground: Ground, abilities: Abilities, settings: ServerSettings, undo: Undo): Domains {
  const { calls, router } = abilities;
  const { config, clock } = ground;
  const applicationOf = (dn: string) => provisioning(config, dn).application;
  const sessionSettings = orchestrationSettings(config, ground.own);
  const outbound: Outbound = composeOutbound(ground, abilities, () => orchestration, settings, undo);
  const orchestration: Orchestration = createOrchestration({
    ...ground,
    router,
    calls,
    modules: [
      callbackModule(() => callbacks.desk),
      deliveryModule({
        standingOf: (request) => router.query(request),
        yieldingTo: (tx, request) => router.yieldingTo(tx, request),
        nextForHeld: (tx, request) => router.nextForHeld(tx, request),
        release: (tx, request) => router.release(tx, request),
        post: (tx, session, event) => sessions.post(tx, session, event),
      }),
      serviceModule(() => ({ ...composed.forApplications, push })),
      outbound.dialing.treatmentModule(),
    ],
    fetchAllow: () => config.section('ors')['fetch-allow'] ?? '',
    mostRedirections: () => sectionOptions(config, 'ors').integer('http-max-redirections'),
    searchServer: () => searchServer(config),
    applicationOf,
    parametersOf: (dn) => parametersOf(config, dn),
    configured: {
      list: (name) => config.object('lists', name),
      dnOptions: (dn) => config.object('dns', dn)?.options ?? {},
      ...devices(config, applicationOf),
    },
    settings: sessionSettings,
    self: ground.own,
    sessionObject: () => ({
      server: { name: 'ringback', cluster: 'ringback', url: sessionSettings.ownOrigins()[0] ?? '' },
      tenant: 'Environment',
      tenantid: 1,
    }),
  });
  undo.push(() => orchestration.stop());
  const { sessions } = orchestration;
  const node = new NodeStatus();
  const notifying = composeNotifications(ground, settings, sessions.post);
  const push = devicePush(notifying.notifications);
  const storage = new Storage(clock);
  const remote = remoteSessions(ground);
  const callbacks: Callbacks = new Callbacks({
    ...ground,
    configuration: config,
    sessions,
    servers: remote,
    redirect: (service, parameters) => services.create(service, serviceRequest(parameters)),
    expectedWait: (virtualQueue) => router.ewt(virtualQueue),
    standingOf: (request) => router.query(request),
    statusPost: statusPost(() => config.section('ors')['fetch-allow'] ?? ''),
    push,
    customerAccess: customerAccess(() => composed.accessDesk),
  });
  const composed: ComposedServices = composeServices(ground, abilities, {
    ...{ orchestration, callbacks, storage, node, remote },
  });
  const { services } = composed;
  services.onUpdate((tx, id, keys) =>
    notifying.notifications.publish(tx, { tag: `gms.${id}.update`, message: { _id: id, keys: [...keys] } }),
  );
  const chatting = composeChats(ground, notifying, { services, storage });
  sessions.onEnded((tx, session) => callbacks.onSessionEnded(tx, session));
  sessions.onEnded((tx, session) => outbound.dialing.sessionEnded(tx, session.id));
  const context = new ContextServices({
    ...ground,
    configuration: config,
    exportDirectory: join(resolve(settings.data), 'exports'),
  });
  undo.push(() => context.stop());
  return { orchestration, callbacks, ...composed, remote, storage, context, outbound, notifying, node, chatting };
}

/** The server of `elasticconnector`; undefined when none is named. */
function searchServer(config: Configuration): SearchServer | undefined {
  const options = sectionOptions(config, 'ors');
  const url = options.text('elasticsearch-url');
  const username = options.text('elasticsearch-username');
  if (!URL.canParse(url)) return undefined;
  return { url, ...(username !== '' && { username, password: options.text('elasticsearch-password') }) };
}

/** How a DN, or a virtual queue by its name or alias, is provisioned: its options. */
function provisioning(config: Configuration, dn: string): OptionMap {
  const queues = config.objects('virtual-queues');
  const queue = queues.get(dn) ?? [...queues.values()].find(({ alias }) => alias === dn);
  return { ...queue?.options, ...config.object('dns', dn)?.options };
}

/** What the application of a DN is told: the options of the DN beside its own name. */
function parametersOf(config: Configuration, dn: string): JsonObject {
  const { application: _application, ...parameters } = provisioning(config, dn);
  return parameters;
}
