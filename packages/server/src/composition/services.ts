import type { Callbacks } from '../callback/index.js';
import { guardedFetch, type Orchestration, type SessionSubject, TargetRules } from '../orchestration/index.js';
import { averageQuitSeconds } from '../routing/index.js';
import {
  AccessDesk,
  AccessNumbers,
  addBuiltinServices,
  clientLink,
  fileLink,
  type NodeStatus,
  PoolDirectory,
  RemoteSessions,
  type ServiceConfiguration,
  type ServiceModuleParts,
  ServiceRecords,
  Services,
  StatisticPeeks,
  type Storage,
  type WaitingFigures,
} from '../services/index.js';
import type { Sql } from '../store/index.js';
import type { Abilities } from './abilities.js';
import type { Ground } from './ground.js';

export interface ComposedServices {
  services: Services;
  /** Virtual queues and how long one waits in them. */
  figures: WaitingFigures;
  statistics: StatisticPeeks;
  pools: PoolDirectory;
  /** Numbers and codes for customers who call. */
  accessDesk: AccessDesk;
  /** What the module `service` of applications is carried out with, but for messages to devices. */
  forApplications: Omit<ServiceModuleParts, 'push'>;
}

/** How long another server may take to answer, where section `gms` says nothing. */
const FETCH_TIMEOUT_S = 10;

/** The Service API with its builtin services, and the statistics beside it. */
export function composeServices(
  ground: Ground,
  { router }: Abilities,
  {
    orchestration,
    callbacks,
    storage,
    node,
    remote,
  }: {
    orchestration: Orchestration;
    callbacks: Callbacks;
    storage: Storage;
    node: NodeStatus;
    remote: RemoteSessions;
  },
): ComposedServices {
  const { config, clock, database } = ground;
  const records = new ServiceRecords(clock);
  const access = new AccessNumbers({
    clock,
    node: () => ground.own.node,
    codePrefix: () => config.section('server').access_code_prefix ?? '',
  });
  const services = new Services({
    ...{ database, storage, records, access, remote },
    sessions: orchestration.sessions,
    service: (name) => config.service(name),
    sessionOf: (id) => callbacks.sessionOf(id),
  });
  const figures = waitingFigures(ground, { router });
  const configuration: ServiceConfiguration = {
    service: (name) => config.service(name),
    services: () => config.services(),
    section: (name) => config.section(name),
    resourceNames: () => config.objects('resources').keys(),
    resources: (name) => config.object('resources', name),
    list: (name) => config.object('lists', name),
  };
  addBuiltinServices(services, {
    ...{ database, clock, storage, records, access, figures, configuration },
    isOnline: () => node.isOnline,
    fileUrl: (id, key) => fileLink(config.section('server'), ground.own.url, id, key),
    fetch: (url) => fetchStatistic(ground, url),
  });
  const statistics = new StatisticPeeks({
    source: router.statistics,
    clock,
    section: (name) => config.section(name),
  });
  const accessDesk = new AccessDesk({ configuration, storage, access });
  const forApplications = {
    ...{ desk: accessDesk, storage },
    serviceOf: (sql: Sql, session: SessionSubject) => services.ofSession(sql, session),
    sessionOf: (id: string) => services.sessionOf(id),
  };
  const pools = new PoolDirectory({ database, access, configuration });
  return { services, figures, statistics, pools, accessDesk, forApplications };
}

/** Sessions of services that name other orchestration servers. */
export function remoteSessions({ config, clock, log, own }: Ground): RemoteSessions {
  return new RemoteSessions({
    ...{ clock, log },
    section: (name) => config.section(name),
    // Administrators name these servers, which are usually beside this one.
    post: (request) =>
      guardedFetch({ ...request, method: request.body === undefined ? 'GET' : 'POST' }, new TargetRules('*')),
    documentUrl: (flow) =>
      clientLink(config.section('server'), own.url, `/genesys/1/document/service_template/${flow}/${flow}.scxml`),
  });
}

function waitingFigures({ config, clock, database }: Ground, { router }: Pick<Abilities, 'router'>): WaitingFigures {
  return {
    names: () => [...config.objects('virtual-queues').keys()],
    knows: (queue) => router.statistics.target(queue)?.kind === 'queue',
    waiting: (queue) => router.waitingIn(queue),
    expectedWait: (queue) => router.ewt(queue),
    waitInterval: (queue) => router.estimate(queue),
    statisticalWait: (queue) => router.statistics.value(queue, 'StatExpectedWaitingTime'),
    quitTime: (queue) => averageQuitSeconds(database, queue, clock.now()),
  };
}

/** Administrators say where statistics are: routing servers stand in private networks, which applications may not reach. */
function fetchStatistic({ config }: Ground, url: string) {
  const seconds = Number(config.section('gms')['http.socket_timeout']) || FETCH_TIMEOUT_S;
  const request = { url, method: 'GET' as const, headers: { accept: 'application/json' }, timeoutMs: seconds * 1000 };
  return guardedFetch(request, new TargetRules('*'));
}
