import { RingbackError } from '../kernel/index.js';
import type { AgentInputType, AgentState, AgentStatus } from './agent.js';
import type { RouteRequest } from './request.js';

/** `invalid-state`: what was asked is not possible in the agent's state. */
export function invalidAgentState(agent: AgentState, asked: AgentInputType, allowed: AgentStatus[]): RingbackError {
  return new RingbackError(
    'invalid-state',
    `Agent ${agent.id} is ${agent.state}; ${asked} needs ${allowed.join(', ').replace(/, ([^,]*)$/, ' or $1')}.`,
  );
}

/**
 * Checks the numbers of a request before anything is stored.
 * @throws RingbackError `invalid-parameter` with a pointer per field, `no-targets`
 */
export function checkRequest(request: RouteRequest): void {
  const whole = ['priority', 'priorityIncrement'] as const;
  const positive = ['arrival', 'reservationMs', 'timeoutAt', 'priorityIncrementIntervalMs'] as const;
  const wrong = [
    ...whole.filter((field) => !Number.isSafeInteger(request[field] ?? 0)),
    ...positive.filter((field) => !isTime(request[field] ?? 0)),
  ];
  if (wrong.length > 0) {
    throw new RingbackError(
      'invalid-parameter',
      `The request ${request.id} is not valid: ${wrong.map((field) => `${field} is ${request[field]}`).join(', ')}.`,
      wrong.map((field) => ({ pointer: `/${field}`, detail: `${request[field]} is not a whole number of its range` })),
    );
  }
  if (request.targets.length === 0) throw new RingbackError('no-targets', `The request ${request.id} has no target.`);
}

/** Milliseconds that a date can hold; fractions are cut off when they are stored. */
function isTime(value: number): boolean {
  return value >= 0 && value <= 8.64e15;
}

/** `no-targets`: nobody will ever serve this, as the configuration is. */
export function unknownTargets(request: RouteRequest): RingbackError {
  const asked = request.targets.map(({ text }) => text).join(', ');
  return new RingbackError('no-targets', `The configuration knows no agent, group or queue that ${asked} could mean.`);
}
