/** Routing: targets, the line, agents, expected waiting times. Built by `createRouting`. */
export { AGENT_STATUSES, type AgentState, type AgentStatus } from './agent.js';
export {
  type AgentChange,
  Agents,
  type RoutingDatabase,
  type RoutingEntry,
  type RoutingJournal,
} from './agents.js';
export { departureRates, type Outlook, type PlaceOutlook, type Rates, UNKNOWN_EWT_SECONDS } from './ewt.js';
export { Lease, type LeaseOptions } from './lease.js';
export type { Decision, ReservationHandler, SelectedHandler, TimeoutHandler } from './outcome.js';
export { type Overtaken, type PlaceInLine, type StoredPlace, stillBefore, storedPlace } from './place-in-line.js';
export type { RoutePreferences, SelectionOrder } from './preferences.js';
export { averageQuitSeconds } from './quit-time.js';
export type { RouteChange, RouteRequest } from './request.js';
export { createRouting, Router, type RoutingOptions, type Standing } from './router.js';
export { type Expression, holds, parseExpression } from './skill-expression.js';
export type { ConfiguredAgent, ConfiguredGroup, PhonePresence, RoutingConfiguration } from './staff.js';
export { STATISTIC_NAMES, statisticNamed } from './statistic.js';
export {
  REQUEST_STATISTICS,
  type RequestCounts,
  requestFigure,
  requestStatisticNamed,
  Statistics,
} from './statistics.js';
export { parseTarget, type Target, type TargetDefaults } from './target.js';
export { parseTargets, restoredTargets, storedTargets } from './target-list.js';
export type { WaitEstimate } from './wait-interval.js';
export { noWaits, type WaitReport, waitReports } from './wait-report.js';
export type { CallbackRequest } from './yielding.js';
