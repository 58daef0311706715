/** Routing: targets, the line, agents, expected waiting times. */
export { AGENT_STATUSES, type AgentState, type AgentStatus } from './agent.js';
export { UNKNOWN_EWT_SECONDS } from './ewt.js';
export type { RouteChange, RouteRequest } from './request.js';
export { type Expression, holds, parseExpression } from './skill-expression.js';
export { parseTarget, type Target, type TargetDefaults } from './target.js';
export { parseTargets } from './target-list.js';
