import { SessionPool } from '@ringback/scxml';
import { type Activity, type Clock, type JsonObject, type Logger, newId } from '../kernel/index.js';
import type { Journal } from '../reporting/index.js';
import type { Router } from '../routing/index.js';
import type { Database, Transaction } from '../store/index.js';
import type { Calls } from '../telephony/index.js';
import type { Action, ActionModule } from './action-module.js';
import { Actions } from './actions.js';
import { AgentRouting } from './agent-routing.js';
import { ApplicationSource } from './application-source.js';
import { locationPath, sessionOfLocation } from './basic-http-sends.js';
import { CallEvents } from './call-events.js';
import { ClientRequests } from './client-requests.js';
import type { ConfiguredObjects } from './configured-objects.js';
import { Connections } from './connections.js';
import { PerformanceCounters } from './counters.js';
import { DefaultTreatment } from './default-treatment.js';
import { completeDocuments, type DocumentFetch } from './document-collection.js';
import { Errands } from './errands.js';
import { guardedFetch } from './fetch/guarded-fetch.js';
import { TargetRules } from './fetch/target-rules.js';
import { FlowLibrary } from './flow-library.js';
import { giveToApplication, type MadeCall, startInboundSessions } from './inbound.js';
import { InteractionNews } from './interaction-news.js';
import { purgeInteractions } from './interactions.js';
import { ModuleRegistry } from './module-registry.js';
import type { SearchServer } from './modules/elasticconnector.js';
import { type ModuleParts, ownModules } from './modules/index.js';
import { answerSubmits, BusyTreatments, leaveLine } from './modules/queue.js';
import { Nodes } from './nodes.js';
import { PRELUDE } from './prelude.js';
import { Replies } from './replies.js';
import { SessionDirectory } from './session-directory.js';
import { releaseSession } from './session-release.js';
import { SessionReplay } from './session-replay.js';
import type { OrchestrationSettings } from './session-settings.js';
import { Sessions } from './sessions.js';
import { StatisticFeed } from './statistic-feed.js';
import { StatisticValues } from './statistic-values.js';
import { Suspensions } from './suspensions.js';
import { Treatments } from './treatments.js';
import { mergeUserData } from './user-data.js';

export type { Action, ActionModule, ActionOutcome, SessionSubject } from './action-module.js';
export { followAgentCalls } from './agent-calls.js';
export { ApplicationSource, type Found, type FoundApplication, LOAD_PROBLEMS } from './application-source.js';
export { receivedEvent } from './basic-http-sends.js';
export type { ClientRequests, LiveSession, SessionReport, StartOrder } from './client-requests.js';
export { guardedFetch } from './fetch/guarded-fetch.js';
export { TargetRules } from './fetch/target-rules.js';
export { type Documents, FlowLibrary, type FlowVersion } from './flow-library.js';
export type { MadeCall } from './inbound.js';
export { languageExtension } from './language-extension.js';
export type { EndedSession } from './macrostep.js';
export type { MetricLevel } from './metric-lines.js';
export type { SearchServer } from './modules/elasticconnector.js';
export type { Reply } from './replies.js';
export type { SessionDetail, SessionView } from './session-directory.js';
export { SessionDirectory } from './session-directory.js';
export type { OrchestrationSettings } from './session-settings.js';
export type { SessionStart } from './session-start.js';
export { Sessions } from './sessions.js';

export interface Orchestration {
  sessions: Sessions;
  flows: FlowLibrary;
  /** Applications by name or address. */
  source: ApplicationSource;
  /** What clients outside ask of sessions. */
  clients: ClientRequests;
  directory: SessionDirectory;
  /** What is measured, for `/metrics`. */
  counters: PerformanceCounters;
  /**
   * Attaches data to an interaction, as an agent's desktop does; its session hears of it.
   * @returns false when there is no such interaction, or not any more
   * @throws RingbackError `too-large`
   */
  attachData(interaction: string, data: JsonObject): Promise<boolean>;
  /** Forgets interactions that ended before a time (milliseconds since 1970). */
  purgeInteractions(endedBefore: number): Promise<void>;
  /** Gives a call that was made to the application of a DN. @returns false when it has none */
  takeCall(tx: Transaction, call: MadeCall): Promise<boolean>;
  /** Takes up what an earlier process left, and begins to run sessions. */
  start(options: { cluster: boolean }): Promise<void>;
  stop(): Promise<void>;
}

/** Of locations that nobody outside can reach, because the address of the server is not known yet. */
const UNKNOWN_ORIGIN = 'http://localhost';
const DOCUMENT_TIMEOUT_MS = 15_000;
const DOCUMENT_TYPES = 'application/scxml+xml, application/xml, text/xml, */*;q=0.1';

/** Puts the orchestration host together. `modules`: executable content that other domains bring. */
export function createOrchestration(parts: {
  database: Database;
  journal: Journal;
  router: Router;
  calls: Calls;
  clock: Clock;
  activity: Activity;
  log: Logger;
  modules: readonly ActionModule[];
  /** What applications see as `_genesys.session`: `{server: {name, cluster, url}, tenant, tenantid}`. */
  sessionObject: () => JsonObject;
  /** The flow with which a DN is provisioned. */
  applicationOf: (dn: string) => string | undefined;
  /** What else that DN says, for its application. */
  parametersOf: (dn: string) => JsonObject;
  /** Where fetches may go beside the public network: option `fetch-allow` of section `ors`. */
  fetchAllow: () => string;
  /** How many redirections a fetch follows: option `http-max-redirections`; default 5. */
  mostRedirections?: () => number;
  configured: ConfiguredObjects;
  /** The server of `elasticconnector`: options of section `ors`. */
  searchServer?: () => SearchServer | undefined;
  settings: OrchestrationSettings;
  /** This process among the nodes: its number is set here, its address may become known later. */
  self: { node: number; url: string | undefined };
  /** Worker threads that run applications; 0 runs them in this thread. */
  workers?: number;
}): Orchestration {
  const { database, journal, router, calls, clock, activity, log } = parts;
  const pool = new SessionPool({
    ...(parts.workers !== undefined && { workers: parts.workers }),
    // The threads of a pool have the stack for it; scripts of applications recurse more deeply than the default allows.
    ...(parts.workers !== 0 && { limits: { stackBytes: 128 * 1024 } }),
  });
  const registry = new ModuleRegistry();
  const counters = new PerformanceCounters(clock, database);
  const replies = new Replies(database, clock);
  const errands = new Errands(clock, activity, log);
  const agentRouting = new AgentRouting(calls, errands, {
    defaultOf: (dn) => parts.configured.dnOptions(dn).default_destination ?? router.staff.option('default-destination'),
    agentAt: (dn) => router.staff.at(dn)?.id,
  });
  const post: Sessions['post'] = async (tx, session, event) => {
    if (!busyTreatments.concerns(event)) return sessions.post(tx, session, event);
    await busyTreatments.over(tx, event);
    return true;
  };
  const actions = new Actions({
    ...{ database, modules: registry, clock, activity, log, post, counters },
    wake: (id) => sessions.wake(id),
    node: () => parts.self.node,
  });
  const busyTreatments = new BusyTreatments(actions, () => clock.now());
  const values = new StatisticValues(database, router, clock);
  const statisticFeed = new StatisticFeed({ database, router, values, post, clock, activity, log });
  const { fetchAllow, applicationOf, parametersOf } = parts;
  const news = new InteractionNews(calls, post);
  const connections = new Connections(calls, news, errands);
  const treatments = new Treatments({ database, calls, actions, news, post, errands });
  const moduleParts: ModuleParts = {
    ...{ sql: database, actions: () => actions, sessions: () => sessions, agentRouting: () => agentRouting },
    busyTreatments: () => busyTreatments,
    statistics: { values, feed: () => statisticFeed },
    ...{ router, calls, post, errands, replies, fetchAllow, configured: parts.configured },
    ...{ news, connections, treatments, directory: parts.configured },
    ...{ database, clock, counters, source: () => source, searchServer: () => parts.searchServer?.() },
    mostRedirections: () => parts.mostRedirections?.(),
  };
  for (const module of [...ownModules(moduleParts), ...parts.modules]) registry.add(module);
  answerSubmits(moduleParts);
  const extras = { actions: registry.descriptors(), prelude: PRELUDE };
  const fetchDocument: DocumentFetch = (url) =>
    guardedFetch(
      { url, method: 'GET', headers: { accept: DOCUMENT_TYPES }, timeoutMs: DOCUMENT_TIMEOUT_MS },
      new TargetRules(fetchAllow()),
    );
  const flows = new FlowLibrary(database, clock, extras, {
    limits: () => parts.settings.limits(),
    isolatedFlows: () => parts.settings.isolatedFlows?.() ?? [],
    complete: (documents) => completeDocuments(documents, fetchDocument),
  });
  const suspensions = new Suspensions({ database, clock, activity, log });
  flows.onStored = (flow, version) => suspensions.lift(flow, version);
  const replay = new SessionReplay(database, flows, clock, parts.workers === 0 ? 0 : 1);
  const source = new ApplicationSource({
    ...{ database, flows, clock, activity, log, settings: parts.settings },
    fetch: fetchDocument,
  });
  const nodes = new Nodes({ database, clock, activity, log, owner: newId(), self: parts.self });
  const isOwn = (origin: string) => parts.settings.ownOrigins().includes(origin) || nodes.origins().includes(origin);
  const http = {
    sessionAt: (url: string) => (URL.canParse(url) && isOwn(new URL(url).origin) ? sessionOfLocation(url) : undefined),
    carryOut: (module: string, action: Action) => actions.carryOut(module, action),
  };
  const sessions = new Sessions({
    database,
    pool,
    flows,
    suspensions,
    source,
    settings: parts.settings,
    journal,
    replies,
    counters,
    clock,
    activity,
    log,
    context: { actions, counters, modules: registry, journal, replies, log, http },
    locationOf: (session) => (parts.settings.ownOrigins()[0] ?? UNKNOWN_ORIGIN) + locationPath(session),
    environment: () => ({ session: parts.sessionObject(), ixn: { firstixnid: null, interactions: {} } }),
  });
  const callEvents = new CallEvents({
    ...{ calls, actions, news, connections, treatments, now: () => clock.now() },
    leaveLine: async (tx, { id, session }) => {
      if (session !== null) await leaveLine(tx, { router, actions }, { id, session });
    },
  });
  calls.onChange(callEvents.changed);
  calls.onTreated(treatments.treated);
  const defaultTreatment = new DefaultTreatment(moduleParts);
  const inbound = { sessions, calls, news, errands, log, applicationOf, parametersOf, defaultTreatment };
  calls.onInbound(startInboundSessions(inbound));
  const releasing = { actions, router, calls, errands, defaultTreatment };
  sessions.onEnded((tx, session) => releaseSession(tx, releasing, session));
  const directory = new SessionDirectory(database, flows, replay, clock);
  return {
    sessions,
    flows,
    source,
    clients: new ClientRequests({ database, sessions, source, directory, nodes }),
    directory,
    counters,
    purgeInteractions: (endedBefore) => purgeInteractions(database, endedBefore),
    attachData: (interaction, data) => database.transaction((tx) => mergeUserData(tx, news, interaction, data)),
    takeCall: giveToApplication(inbound),
    async start(options) {
      await nodes.join(options);
      await replies.listen();
      await suspensions.start();
      await actions.recover(nodes.others());
      nodes.onGone = () => actions.recover([nodes.own, ...nodes.others()]);
      await callEvents.recover(database);
      await sessions.startUp({ ...options, others: nodes.others() });
      await statisticFeed.start();
      errands.run('preparing the flows', async () => {
        for (const { flow } of await flows.list()) await sessions.prepare(flow);
      });
    },
    async stop() {
      await statisticFeed.stop();
      await sessions.shutDown();
      await nodes.leave();
      actions.stop();
      errands.stop();
      await replay.close();
      await pool.close();
    },
  };
}
