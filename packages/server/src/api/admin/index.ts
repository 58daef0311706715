import type { FastifyInstance } from 'fastify';
import type { Clock, Logger } from '../../kernel/index.js';
import { answerFailures } from '../http.js';
import { answerNotFound, asProblem } from '../problem.js';
import { type AgentDesk, registerAgents } from './agents.js';
import { type AuditDesk, noteChanges, registerAudit } from './audit.js';
import type { Authentication } from './authentication.js';
import { type CallbackOverviewDesk, registerCallbackOverview } from './callback-overview.js';
import { type ReportSource, registerCallbackReport } from './callback-report.js';
import { type CallbackDirectory, type EventHistory, registerCallbacks } from './callbacks.js';
import { type CallingListDesk, refuseIfInUse, registerCallingLists } from './calling-lists.js';
import { type CampaignFloor, registerCampaignGroups } from './campaign-groups.js';
import { registerCampaignSequences } from './campaign-sequences.js';
import { registerCatalogue } from './catalogue.js';
import { type ChatDesk, registerChats } from './chats.js';
import { type ComplianceDesk, registerCompliance } from './compliance.js';
import { type ConfigurationTarget, registerConfigurationFile } from './configuration-file.js';
import { type CustomerDesk, registerCustomers } from './customers.js';
import { type DoNotCallDesk, registerDoNotCall } from './dnc.js';
import { type EventFeed, registerEvents } from './events.js';
import { type FlowShelf, registerFlows } from './flows.js';
import { registerMe } from './me.js';
import { type ObjectStore, registerObjects } from './objects.js';
import { registerOutboundSchedules } from './outbound-schedules.js';
import { type RecordHistoryDesk, registerRecordHistory } from './record-history.js';
import { refuseUnlessAllowed } from './roles.js';
import { registerSessions, type SessionDirectory } from './sessions.js';
import { registerSimulator, type SimulatedNetwork, type TestClock } from './simulator.js';
import { registerTemplates } from './templates.js';
import { registerWaiting, type WaitingDesk } from './waiting.js';

export type { AgentDesk, AgentPosition } from './agents.js';
export type { AuditDesk } from './audit.js';
export { Authentication, type Identity, type Role } from './authentication.js';
export { type BindConfiguration, type BindRequest, bindRefusal, isLoopback } from './bind-refusal.js';
export type { CallbackOverviewDesk } from './callback-overview.js';
export type { CallbackDirectory, EventHistory } from './callbacks.js';
export type { CallingListDesk } from './calling-lists.js';
export type { CampaignFloor } from './campaign-groups.js';
export type { ChatDesk } from './chats.js';
export type { ComplianceDesk } from './compliance.js';
export type { CustomerDesk } from './customers.js';
export type { DoNotCallDesk } from './dnc.js';
export type { EventFeed } from './events.js';
export type { FlowDiagnostic, FlowShelf, StoredFlow } from './flows.js';
export { loginApi } from './login/index.js';
export { OpenId } from './login/open-id.js';
export type { ObjectStore } from './objects.js';
export type { PlannedAttempt, RecordHistoryDesk } from './record-history.js';
export type { SessionDirectory } from './sessions.js';
export type { SimulatedNetwork, TestClock } from './simulator.js';
export type { WaitingDesk } from './waiting.js';

export interface AdminOptions {
  authentication: Authentication;
  configuration: ObjectStore & ConfigurationTarget;
  journal: EventFeed & EventHistory;
  agents: AgentDesk;
  /** What the telephone of an agent does, where it is known. */
  phoneOf?: (agentId: string) => string | undefined;
  audit: AuditDesk;
  callbacks: CallbackDirectory;
  /** Records of Callback reporting; absent: there is no export. */
  callbackReport?: ReportSource;
  /** How long people wait, and who stands where. */
  waiting?: WaitingDesk | undefined;
  /** Callbacks by desired time. */
  callbackOverview?: CallbackOverviewDesk | undefined;
  /** Chats of customers with agents. */
  chats?: ChatDesk | undefined;
  customers: CustomerDesk;
  sessions: SessionDirectory;
  flows: FlowShelf;
  /** Records of calling lists and the do-not-call list, where outbound is served. */
  records?: (CallingListDesk & DoNotCallDesk) | undefined;
  /** What was tried with records and why they are not dialed, where outbound is served. */
  recordHistory?: RecordHistoryDesk | undefined;
  /** How campaigns stand towards the law, where outbound is served. */
  compliance?: ComplianceDesk | undefined;
  /** Campaign groups and sequences, where outbound is served. */
  campaigns?: CampaignFloor | undefined;
  /** The simulator, when it is the switch. */
  simulator?: SimulatedNetwork | undefined;
  /** The test clock, when it runs. */
  testClock?: TestClock | undefined;
  clock: Clock;
  log: Logger;
}

/** Status of the domains' errors. */
const STATUSES = {
  'unknown-object': 404,
  'invalid-configuration': 422,
  'unknown-agent': 404,
  'unknown-service': 404,
  'invalid-range': 422,
  misconfigured: 409,
  'invalid-state': 409,
  'unknown-chat': 404,
  'chat-ended': 409,
  'not-in-chat': 409,
  'already-in-chat': 409,
  'history-incomplete': 409,
  'replay-too-long': 409,
  'invalid-simulator-settings': 422,
  'invalid-header': 422,
  'unknown-encoding': 415,
  'records-held': 409,
  'calling-list-not-found': 404,
  'desktop-campaign-not-found': 422,
  'invalid-attribute': 422,
  'invalid-date-time': 422,
  'cannot-insert-record': 409,
  'profile-not-found': 404,
  'no-tenant': 400,
  'unknown-tenant': 404,
  'unique-key-conflict': 409,
  'campaign-not-found': 404,
  'campaign-not-loaded': 409,
  'campaign-already-loaded': 409,
  'campaign-not-started': 409,
  'campaign-already-started': 409,
  'group-not-found': 404,
  'group-campaign-not-found': 404,
  'invalid-parameter': 422,
  'invalid-campaign-mode': 409,
  'invalid-campaign-schedule': 422,
  'campaign-schedule-not-found': 404,
  'invalid-campaign-schedule-mode': 409,
  'license-violation': 409,
  'wrong-configuration': 409,
  'part-of-sequence': 409,
  missing: 422,
  invalid: 422,
};

/**
 * Ringback's own API: configuration, live events, agents, callbacks, sessions, flows and the simulated world
 * (interface.md, section 4). To be registered with the prefix `/api/v1`. Errors are problem documents.
 */
export async function adminApi(app: FastifyInstance, options: AdminOptions): Promise<void> {
  const { authentication, configuration, journal, agents, callbacks, sessions, flows, clock, log } = options;
  app.decorateRequest('identity', null);
  app.addHook('onRequest', authentication.guard);
  app.addHook('onRequest', refuseUnlessAllowed);
  answerFailures(app, log, asProblem, STATUSES);
  answerNotFound(app);
  // The schemas describe; what is written is checked by the configuration, so that all errors are told at once.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));

  const note = noteChanges(options.audit, log);
  app.addHook('onSend', async (request, reply) => note(request, reply));

  const { records } = options;
  registerObjects(app, configuration, records && { 'calling-lists': (name) => refuseIfInUse(records.lists, name) });
  registerCatalogue(app);
  registerTemplates(app);
  await registerConfigurationFile(app, configuration);
  registerFlows(app, flows);
  registerAgents(app, agents, options.phoneOf);
  registerCallbacks(app, callbacks, journal);
  if (options.callbackReport) registerCallbackReport(app, options.callbackReport);
  if (options.callbackOverview) registerCallbackOverview(app, options.callbackOverview);
  registerCustomers(app, options.customers, callbacks, journal);
  if (options.chats) registerChats(app, options.chats);
  registerSessions(app, sessions);
  if (options.waiting) registerWaiting(app, options.waiting);
  if (records) {
    await registerCallingLists(app, records);
    await registerDoNotCall(app, records);
  }
  if (options.campaigns) {
    registerCampaignGroups(app, options.campaigns);
    registerCampaignSequences(app, options.campaigns);
    registerOutboundSchedules(app, options.campaigns);
  }
  if (options.recordHistory) registerRecordHistory(app, options.recordHistory);
  if (options.compliance) registerCompliance(app, options.compliance);
  registerEvents(app, journal, clock);
  registerAudit(app, options.audit);
  registerMe(app);
  registerSimulator(app, options);
}
