import type { JsonObject, JsonValue } from '../kernel/index.js';
import type { Transaction } from '../store/index.js';
import type { CallbackInput } from './life-cycle.js';

/** What the application reports of its callback, and how it went. */
export type ReportOutcome = { done: JsonObject } | { error: string; description: string };

/** Takes a report of the application into the callback's life cycle. */
export type Report = (tx: Transaction, callback: string, input: CallbackInput) => Promise<ReportOutcome>;

interface CallbackAction {
  readonly session: { readonly id: string; readonly callback?: string };
  readonly attributes: JsonObject;
}

interface CallbackActionDefinition {
  readonly attributes: Readonly<Record<string, { kind: 'value'; required?: boolean }>>;
  perform(tx: Transaction, action: CallbackAction): Promise<ReportOutcome>;
}

/** Executable content with which an application reports what becomes of its callback. */
export interface CallbackModule {
  readonly namespaces: readonly string[];
  readonly prefix: string;
  readonly actions: Readonly<Record<string, CallbackActionDefinition>>;
}

/** States that an application may report, and what that means to the life cycle. */
const REPORTED_STATES: Readonly<Record<string, CallbackInput>> = {
  QUEUED: { type: 'requeued' },
  ROUTING: { type: 'customer-answered' },
  PROCESSING: { type: 'agent-connected' },
};

const REASON = /^[A-Z][A-Z0-9_]{0,63}$/;
/** The results of a dial attempt as Callback reporting names them (`_CB_DIAL_n_RESULT`). */
const RESULT = /^[A-Z][A-Z0-9_]{0,63}$/;
const MOST_ATTEMPTS = 100;

/**
 * `<callback:state name="'ROUTING'"/>`, `<callback:attempt number="1" result="'BUSY'"/>` (without a result: the attempt
 * begins), `<callback:complete reason="'AGENT_CONNECTED'"/>`. All take part in the transaction of the macrostep; they
 * answer `callback.<action>.done` with the callback's state, which stays COMPLETED once it is.
 */
export function callbackModule(report: Report): CallbackModule {
  const reporting = (read: (attributes: JsonObject) => CallbackInput | string) => ({
    perform: async (tx: Transaction, { session, attributes }: CallbackAction): Promise<ReportOutcome> => {
      if (session.callback === undefined) {
        return { error: 'no-callback', description: 'This session was not started for a callback.' };
      }
      const input = read(attributes);
      return typeof input === 'string'
        ? { error: 'invalid-attribute', description: input }
        : report(tx, session.callback, input);
    },
  });
  return {
    namespaces: ['www.ringback.org/modules/callback'],
    prefix: 'callback',
    actions: {
      state: { attributes: { name: { kind: 'value', required: true } }, ...reporting(readState) },
      attempt: {
        attributes: { number: { kind: 'value', required: true }, result: { kind: 'value' } },
        ...reporting(readAttempt),
      },
      complete: { attributes: { reason: { kind: 'value', required: true } }, ...reporting(readCompletion) },
    },
  };
}

function readState({ name }: JsonObject): CallbackInput | string {
  const input = typeof name === 'string' ? REPORTED_STATES[name] : undefined;
  return input ?? `name is ${shown(name)}; right is one of ${Object.keys(REPORTED_STATES).join(', ')}.`;
}

function readAttempt({ number, result }: JsonObject): CallbackInput | string {
  const attempt = Number(number);
  if (!Number.isInteger(attempt) || attempt < 1 || attempt > MOST_ATTEMPTS) {
    return `number is ${shown(number)}; right is a whole number from 1 to ${MOST_ATTEMPTS}.`;
  }
  if (result === undefined || result === null || result === '') return { type: 'dialing', attempt };
  return typeof result === 'string' && RESULT.test(result)
    ? { type: 'dial-result', attempt, result }
    : `result is ${shown(result)}; right is a name such as BUSY, NO_ANSWER or PERSON.`;
}

function readCompletion({ reason }: JsonObject): CallbackInput | string {
  return typeof reason === 'string' && REASON.test(reason)
    ? { type: 'complete', reason }
    : `reason is ${shown(reason)}; right is a name such as AGENT_CONNECTED or FAIL_CALL_TO_CUSTOMER.`;
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
