import type { JsonObject } from '../kernel/index.js';

/**
 * The life of a callback (GMS Callback, "Callback states"): a pure table. Who drives it: the API (reschedule, cancel),
 * the scheduler (submit, expire, pause), and the application that runs in the callback's session (everything else).
 */
export const CALLBACK_STATES = ['SCHEDULED', 'QUEUED', 'PAUSED', 'ROUTING', 'PROCESSING', 'COMPLETED'] as const;

/**
 * - SCHEDULED: waits for its time; there is no session yet.
 * - QUEUED: its session waits for an agent, or is reaching the customer.
 * - PAUSED: as QUEUED, but its service is paused: nobody is dialed.
 * - ROUTING: the customer is on the line and waits for an agent.
 * - PROCESSING: customer and agent talk.
 * - COMPLETED: over, for a reason. Nothing changes it any more.
 */
export type CallbackState = (typeof CALLBACK_STATES)[number];

/** States in which a session works for the callback. */
export const SUBMITTED_STATES: readonly CallbackState[] = ['QUEUED', 'PAUSED', 'ROUTING', 'PROCESSING'];

export function isCallbackState(text: string): text is CallbackState {
  return CALLBACK_STATES.some((state) => state === text);
}

export type CallbackInput =
  // The API
  | { type: 'reschedule' }
  | { type: 'cancel' }
  | { type: 'cancel-by-admin'; reason: string }
  // The scheduler
  | { type: 'submit' }
  | { type: 'submit-failed' }
  | { type: 'give-up' }
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'expire' }
  // The application
  | { type: 'dialing'; attempt: number; dialed?: string }
  | { type: 'facts'; facts: JsonObject }
  | { type: 'dial-result'; attempt: number; result: string }
  | { type: 'requeued' }
  | { type: 'customer-answered' }
  | { type: 'agent-connected' }
  | { type: 'complete'; reason: string }
  // The session itself
  | { type: 'session-done' }
  | { type: 'session-failed' }
  | { type: 'session-terminated' };

export type CallbackInputType = CallbackInput['type'];

/** What has to be done along with the new state, in the same transaction. */
export type CallbackEffect =
  /** Start a session of the service's application. */
  | 'start-session'
  /** End the session by its exit handlers. */
  | 'end-session'
  /** Give the place in the time bucket back. */
  | 'release-place'
  /** Hand the callback to a new session after the polling interval; failed attempts are counted. */
  | 'submit-again'
  /** Tell the session that its service is paused, or no longer. */
  | 'tell-session'
  /** Keep the record although its time is over: people are talking. */
  | 'prolong';

export interface CallbackStep {
  readonly to: CallbackState;
  /** `given`: the input says it. */
  readonly reason?: string;
  readonly effects?: readonly CallbackEffect[];
}

type Row = Partial<Record<CallbackInputType, CallbackStep>>;

const completed = (reason: string, ...effects: CallbackEffect[]): CallbackStep => ({
  to: 'COMPLETED',
  reason,
  effects: ['release-place', ...effects],
});

/** Common to all states in which a session works and nobody talks to an agent yet. */
const waiting: Row = {
  cancel: completed('CANCELLED', 'end-session'),
  'cancel-by-admin': completed('given', 'end-session'),
  expire: completed('FAIL_TIMEOUT_TTL', 'end-session'),
  complete: completed('given'),
  'session-done': completed('NOT_AVAILABLE'),
  'session-failed': completed('FAIL_ERROR'),
};

const TRANSITIONS: Readonly<Record<CallbackState, Row>> = {
  SCHEDULED: {
    reschedule: { to: 'SCHEDULED' },
    cancel: completed('CANCELLED'),
    'cancel-by-admin': completed('given'),
    submit: { to: 'QUEUED', effects: ['start-session'] },
    'submit-failed': { to: 'SCHEDULED', effects: ['submit-again'] },
    'give-up': completed('SUBMIT_FAILED'),
    expire: completed('FAIL_TIMEOUT_TTL'),
  },
  QUEUED: {
    ...waiting,
    pause: { to: 'PAUSED', effects: ['tell-session'] },
    dialing: { to: 'QUEUED' },
    facts: { to: 'QUEUED' },
    'dial-result': { to: 'QUEUED' },
    requeued: { to: 'QUEUED' },
    'customer-answered': { to: 'ROUTING' },
    'agent-connected': { to: 'PROCESSING' },
    // A session that was ended from outside is replaced by another one, which takes its place in the line.
    'session-terminated': { to: 'QUEUED', effects: ['submit-again'] },
    submit: { to: 'QUEUED', effects: ['start-session'] },
    'submit-failed': { to: 'QUEUED', effects: ['submit-again'] },
    'give-up': completed('SUBMIT_FAILED'),
  },
  PAUSED: {
    ...waiting,
    resume: { to: 'QUEUED', effects: ['tell-session'] },
    // A call that was under way when the service was paused is carried on.
    dialing: { to: 'PAUSED' },
    facts: { to: 'PAUSED' },
    'dial-result': { to: 'PAUSED' },
    requeued: { to: 'PAUSED' },
    'customer-answered': { to: 'ROUTING' },
    'agent-connected': { to: 'PROCESSING' },
    'session-terminated': { to: 'PAUSED', effects: ['submit-again'] },
    submit: { to: 'PAUSED', effects: ['start-session'] },
    'submit-failed': { to: 'PAUSED', effects: ['submit-again'] },
    'give-up': completed('SUBMIT_FAILED'),
  },
  ROUTING: {
    ...waiting,
    dialing: { to: 'ROUTING' },
    facts: { to: 'ROUTING' },
    'dial-result': { to: 'ROUTING' },
    requeued: { to: 'QUEUED' },
    'customer-answered': { to: 'ROUTING' },
    'agent-connected': { to: 'PROCESSING' },
    'session-terminated': completed('NOT_AVAILABLE'),
  },
  PROCESSING: {
    'agent-connected': { to: 'PROCESSING' },
    'dial-result': { to: 'PROCESSING' },
    facts: { to: 'PROCESSING' },
    requeued: { to: 'QUEUED' },
    complete: completed('given'),
    // A live conversation is not dropped because a record's time is over.
    expire: { to: 'PROCESSING', effects: ['prolong'] },
    'session-done': completed('AGENT_CONNECTED'),
    'session-failed': completed('FAIL_ERROR'),
    'session-terminated': completed('AGENT_CONNECTED'),
  },
  COMPLETED: {},
};

/**
 * @returns the step, its reason filled in; undefined when the input means nothing in that state: an API refuses it,
 *   what comes late from an application is ignored
 */
export function decide(state: CallbackState, input: CallbackInput): CallbackStep | undefined {
  const step = TRANSITIONS[state][input.type];
  if (step?.reason !== 'given') return step;
  return { ...step, reason: 'reason' in input ? input.reason : 'NOT_AVAILABLE' };
}

/** What a step does, without anything left out. */
export function effectsOf(step: CallbackStep): readonly CallbackEffect[] {
  return step.effects ?? [];
}
