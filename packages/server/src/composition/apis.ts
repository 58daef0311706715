import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import {
  Authentication,
  adminApi,
  allowOrigins,
  type CallbackOverviewDesk,
  cometdApi,
  commDnApi,
  contextServicesApi,
  createHttp,
  desktopApi,
  gmsCallbackApi,
  gmsChatApi,
  gmsDocumentApi,
  gmsEwtApi,
  gmsNodeApi,
  gmsNotificationApi,
  gmsPatternsApi,
  gmsPhoneNumberApi,
  gmsResourceApi,
  gmsServiceApi,
  gmsStatisticApi,
  gmsStorageApi,
  gmsTenantsApi,
  isAuthenticated,
  loginApi,
  OpenId,
  ocsApi,
  orsApi,
  orsHeartbeat,
  orsHelp,
  restrictPorts,
} from '../api/index.js';
import { CallbackDirectory, CallbackOverview, CallbackReport, CallbackSearch } from '../callback/index.js';
import { type Configuration, LoginSessions, patternGroups } from '../config/index.js';
import { ManualClock } from '../kernel/index.js';
import { clientLink, fileLink, PatternMatcher } from '../services/index.js';
import type { Abilities } from './abilities.js';
import { chatDesk } from './chat.js';
import { customerDesk } from './contacts.js';
import type { Domains } from './domains.js';
import type { Ground } from './ground.js';
import { countNotifications } from './notifications.js';
import { orsSettings } from './orchestration-settings.js';
import type { Outbound } from './outbound.js';
import { complianceDesk, recordHistoryDesk } from './outbound-desks.js';
import { registerServiceMetrics } from './service-metrics.js';
import type { ServerSettings } from './settings.js';
import { softphoneOf, softphoneOrigins } from './softphone.js';
import { registerWaitingMetrics, waitingDesk } from './waiting.js';

const CONSOLE = fileURLToPath(new URL('../../../console/dist', import.meta.url));
const WIDGET = fileURLToPath(new URL('../../../client/dist', import.meta.url));
/** Clients that ask again on their connection hear 503 for so long, before connections that rest are cut. */
const CLOSE_GRACE_MS = 250;

/** All that is served on the one port. */
export async function composeApis(
  ground: Ground,
  { simulator, calls, agents, router, phones }: Abilities,
  {
    orchestration,
    callbacks,
    services,
    remote,
    figures,
    statistics,
    pools,
    storage,
    context,
    outbound,
    notifying,
    node,
    chatting,
  }: Domains,
  { version, adminPassword }: ServerSettings,
): Promise<FastifyInstance> {
  const { database, config, journal, audit, clock, activity, log } = ground;
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  orchestration.counters.registerIn(metrics);
  countNotifications(notifying.notifications, metrics);
  registerServiceMetrics(metrics, { callbacks, services, pools, remote, clock });
  const sessions = new LoginSessions({ database, clock });
  const openId = new OpenId(config);
  const authentication = new Authentication({
    configuration: config,
    sessions,
    openId,
    ...(adminPassword !== undefined && { adminPassword }),
  });
  const configured = () => config.objects('virtual-queues').keys();
  const waiting = waitingDesk({ database, router, journal, clock, configured });
  registerWaitingMetrics(metrics, waiting, clock);
  const phoneOf = (agentId: string) => phones.state(config.object('agents', agentId)?.dn ?? '');
  const app = await createHttp({
    log,
    metrics,
    version,
    consoleDirectory: CONSOLE,
    consoleConnects: () => softphoneOrigins(config),
    widgetDirectory: WIDGET,
    guard: authentication.guard,
    closingGrace: () => new Promise((resolve) => setTimeout(resolve, CLOSE_GRACE_MS)),
    readiness: () =>
      database.available ? { ready: true } : { ready: false, reason: 'The database is not reachable.' },
  });
  restrictPorts(app, () => config.section('port_restrictions'));
  allowOrigins(app, () => config.section('server'));
  await app.register(loginApi, { authentication, sessions, openId, log });
  await app.register(adminApi, {
    prefix: '/api/v1',
    authentication,
    configuration: config,
    journal,
    agents,
    phoneOf,
    audit: {
      record: (entries) => audit.record(database, entries),
      list: (filter, page) => audit.list(database, filter, page),
    },
    callbacks: new CallbackDirectory(database),
    callbackReport: new CallbackReport(database),
    callbackOverview: overviewDesk(new CallbackSearch(database), new CallbackOverview(database, config)),
    waiting,
    chats: chatDesk(chatting.chats),
    customers: customerDesk(context),
    sessions: orchestration.directory,
    flows: orchestration.flows,
    records: recordDesk(ground, outbound),
    recordHistory: recordHistoryDesk(ground, outbound, calls),
    compliance: complianceDesk(ground, outbound),
    campaigns: outbound.campaigns,
    simulator,
    testClock: clock instanceof ManualClock ? clock : undefined,
    clock,
    log,
  });
  await app.register(gmsCallbackApi, { prefix: '/genesys', callbacks, credentials: config, log });
  await app.register(gmsDocumentApi, {
    prefix: '/genesys',
    flow: async (name) => (isRunElsewhere(config, name) ? orchestration.flows.latest(name) : undefined),
  });
  await app.register(gmsPhoneNumberApi, { prefix: '/genesys', credentials: config, log });
  await app.register(gmsTenantsApi, { prefix: '/genesys', configuration: config, people: authentication, log });
  const gms = { prefix: '/genesys', database, credentials: config, log };
  await app.register(gmsNotificationApi, { ...gms, notifications: notifying.notifications });
  const link = (path: string) => clientLink(config.section('server'), ground.own.url, path);
  await app.register(gmsStorageApi, { ...gms, storage, link });
  const patterns = new PatternMatcher(() => patternGroups(config), log);
  await app.register(gmsPatternsApi, { ...gms, patterns });
  await app.register(gmsNodeApi, { ...gms, node });
  const onLeave = (user: string, position: number) => chatting.chats.continueFrom(user, position);
  await app.register(cometdApi, { ...gms, comet: notifying.comet, onLeave, activity });
  await app.register(gmsChatApi, { ...gms, ...chatting });
  await app.register(gmsServiceApi, {
    ...{ prefix: '/genesys', services, credentials: config, log },
    fileUrl: (service, key) => fileLink(config.section('server'), ground.own.url, service, key),
  });
  await app.register(gmsStatisticApi, { prefix: '/genesys', statistics, credentials: config, log });
  await app.register(gmsResourceApi, { prefix: '/genesys', pools, credentials: config, log });
  await app.register(gmsEwtApi, { prefix: '/genesys', figures, clock, credentials: config, log });
  const ors = {
    clients: orchestration.clients,
    settings: orsSettings(config),
    isAuthenticated: (authorization: string | undefined) => isAuthenticated(config, authorization),
    isReady: () => database.available,
    log,
  };
  for (const prefix of ['/scxml', '/ors/scxml']) await app.register(orsApi, { prefix, ...ors });
  await app.register(orsHelp, { prefix: '/ors' });
  await app.register(orsHeartbeat, { isReady: ors.isReady });
  const { campaigns, dialing, records } = outbound;
  await app.register(commDnApi, { prefix: '/commdn', configuration: config, campaigns, dialing, activity, log });
  await app.register(ocsApi, { prefix: '/ocs', configuration: config, campaigns, records, log });
  await app.register(desktopApi, {
    prefix: '/desktop',
    configuration: config,
    campaigns,
    dialing,
    records,
    agents,
    calls,
    invitations: callbacks.invitations,
    chats: chatting.chats,
    journal,
    people: authentication,
    phones: { state: (agentId) => phoneOf(agentId), onChange: (handler) => phones.onChange(handler) },
    softphone: (agentId) => softphoneOf(config, agentId, process.env),
    activity,
    log,
  });
  await app.register(contextServicesApi, {
    prefix: '/genesys/1/cs',
    context,
    version,
    people: { verify: verifierOf(authentication) },
  });
  return app;
}

/** Callbacks of a range of desired times, found and counted. */
function overviewDesk(search: CallbackSearch, overview: CallbackOverview): CallbackOverviewDesk {
  return {
    page: (filter, page) => search.page(filter, page),
    count: (filter) => search.count(filter),
    load: (service, range) => overview.load(service, range),
    day: (range, step, service) => overview.day(range, step, service),
  };
}

/** Records of calling lists and the do-not-call list, as people look at them. */
function recordDesk({ database, clock }: Ground, { lists, importer, dialing }: Outbound) {
  return {
    database,
    clock,
    lists,
    importer,
    doNotCallList: lists.doNotCallList,
    handlesOf: (list: string, records: readonly { recordId: number }[]) =>
      dialing.handles(
        list,
        records.map(({ recordId }) => recordId),
      ),
  };
}

/** People of Context Services are the users of the administration API. */
function verifierOf(authentication: Authentication) {
  return async (name: string, password: string) => {
    const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
    const identity = await authentication.identify({ authorization });
    return identity && { name: identity.name, roles: [...identity.roles] };
  };
}

/** Whether other orchestration servers run a flow of this one for some service. */
function isRunElsewhere(config: Configuration, flow: string): boolean {
  const everywhere = config.section('server')._ors ?? '';
  return [...config.services()].some(
    ([name, options]) => (options._service ?? name) === flow && (options._ors || everywhere) !== '',
  );
}
