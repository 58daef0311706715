import { isObject, type JsonObject, type JsonValue } from '../kernel/index.js';
import type { Transaction } from '../store/index.js';
import type { AccessCall, AccessOrder } from './access.js';
import type { Invitation } from './invitations.js';
import type { CallbackInput } from './life-cycle.js';
import type { PositionWatch } from './position-watches.js';
import type { PushOrder } from './push.js';
import { STATUS_EVENT } from './status-events.js';

/** What the application reports of its callback, and how it went. */
export type ReportOutcome = { done: JsonObject } | { error: string; description: string };

/** What the applications of callbacks ask of the callback domain; all of it in the transaction of their macrostep. */
export interface CallbackDesk {
  /** Takes a report into the callback's life cycle. */
  report(tx: Transaction, callback: string, input: CallbackInput): Promise<ReportOutcome>;
  /** Tells whoever watches the callback. */
  notify(tx: Transaction, callback: string, event: string, facts: JsonObject): Promise<void>;
  /** Asks an agent. */
  invite(tx: Transaction, invitation: NewInvitation): Promise<ReportOutcome>;
  /** Takes back whatever the session has asked agents. */
  withdraw(tx: Transaction, session: string): Promise<void>;
  /** Tells the session where it stands in line, until the request ends; without a request: no more. */
  watch(tx: Transaction, session: string, watch: PositionOrder | undefined): Promise<ReportOutcome>;
  /** Sends a message to the customer's device. */
  push(tx: Transaction, callback: string, message: PushOrder): Promise<ReportOutcome>;
  /** Books a number, and a code, with which the customer reaches the contact centre. */
  access(tx: Transaction, callback: string, order: AccessOrder): Promise<ReportOutcome>;
  /** Finds the callback that a call belongs to; for the application of an access number. */
  match(tx: Transaction, call: AccessCall): Promise<ReportOutcome>;
}

/** Whose place is told, and how long it is not looked at again, at least and at most. */
export type PositionOrder = Omit<PositionWatch, 'session'>;

export type NewInvitation = Omit<Invitation, 'handle'> & { session: string };

interface CallbackAction {
  readonly session: { readonly id: string; readonly callback?: string };
  readonly attributes: JsonObject;
}

interface CallbackActionDefinition {
  readonly attributes: Readonly<Record<string, { kind: 'value'; required?: boolean }>>;
  perform(tx: Transaction, action: CallbackAction): Promise<ActionReply>;
}

/** `silent`: no event tells the application that it is done. */
type ActionReply = ReportOutcome | 'silent';

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
const MOST_FACTS = 50;
const FACT = /^_CB_[A-Z0-9_]{1,60}$/;

const VALUE = { kind: 'value' } as const;
const REQUIRED = { kind: 'value', required: true } as const;

/**
 * The module `callback`. All actions take part in the transaction of the macrostep and answer `callback.<action>.done`, or
 * `error.callback.<action>`; `report`, `notify` and `withdraw` say nothing when all is well.
 *
 * - `<callback:state name="'ROUTING'"/>`, `<callback:attempt number="1" dialed="'915115'"/>` (the attempt begins),
 *   `<callback:attempt number="1" result="'BUSY'"/>`, `<callback:complete reason="'AGENT_CONNECTED'"/>`,
 *   `<callback:report facts="{ _CB_POS_WHEN_CALLBACK_WAS_OFFERED: 3 }"/>`: what becomes of the callback; the answer has its
 *   state, which stays COMPLETED once it is.
 * - `<callback:notify event="'_cbe_on_dial_init'" facts="{ _c_dialed_number: '915115' }"/>`: a status notification.
 * - `<callback:preview agent="resource" data="{...}"/>`, answered by an agent with `callback.preview.accepted` or
 *   `.rejected`; `<callback:disposition agent data/>`, answered with `callback.disposition.given`;
 *   `<callback:withdraw/>` takes questions back.
 * - `<callback:watch requestid="_data.submit" least="2" most="30"/>`: the event `callback.position` now and whenever the
 *   place in line or the expected wait has changed by a step worth telling, with what `queue.query.done` has;
 *   `<callback:unwatch/>` ends that.
 * - `<callback:push action="'connect'" data="{...}"/>`: a message to the customer's device.
 * - `<callback:access group="'DNIS'" code="true" seconds="30"/>`: `callback.access.done` has `number`, `code`, `seconds`.
 * - `<callback:match number="'8003449999'" phone="'5115'" code="'1234'"/>`, in the application of an access number:
 *   `callback.match.done` has the `callback` that waits for this call, and its `session`.
 *
 * @param desk who carries them out; asked for at each action
 */
export function callbackModule(desk: () => CallbackDesk): CallbackModule {
  type Attempted = (tx: Transaction, callback: string, action: CallbackAction) => Promise<ActionReply>;
  const ofCallback = (attempt: Attempted) => ({
    perform: async (tx: Transaction, action: CallbackAction): Promise<ActionReply> => {
      const { callback } = action.session;
      if (callback !== undefined) return attempt(tx, callback, action);
      return { error: 'no-callback', description: 'This session was not started for a callback.' };
    },
  });
  const reporting = (read: (attributes: JsonObject) => CallbackInput | string) =>
    ofCallback(async (tx, callback, { attributes }) => {
      const input = read(attributes);
      return typeof input === 'string' ? invalid(input) : desk().report(tx, callback, input);
    });
  const asking = (kind: Invitation['kind']) =>
    ofCallback(async (tx, callback, { session, attributes }) => {
      const agent = agentOf(attributes.agent);
      if (agent === undefined) return invalid(`agent is ${shown(attributes.agent)}; right is an agent, or a resource.`);
      return desk().invite(tx, { callback, session: session.id, agent, kind, data: objectOf(attributes.data) });
    });
  return {
    namespaces: ['www.ringback.org/modules/callback'],
    prefix: 'callback',
    actions: {
      state: { attributes: { name: REQUIRED }, ...reporting(readState) },
      attempt: { attributes: { number: REQUIRED, result: VALUE, dialed: VALUE }, ...reporting(readAttempt) },
      complete: { attributes: { reason: REQUIRED }, ...reporting(readCompletion) },
      report: {
        attributes: { facts: REQUIRED },
        ...ofCallback(async (tx, callback, { attributes }) => {
          const input = readFacts(attributes);
          if (typeof input === 'string') return invalid(input);
          const outcome = await desk().report(tx, callback, input);
          return 'error' in outcome ? outcome : 'silent';
        }),
      },
      notify: {
        attributes: { event: REQUIRED, facts: VALUE },
        ...ofCallback(async (tx, callback, { attributes: { event, facts } }) => {
          if (typeof event !== 'string' || !STATUS_EVENT.test(event)) {
            return invalid(`event is ${shown(event)}; right is a name such as _cbe_on_dial_init.`);
          }
          await desk().notify(tx, callback, event, objectOf(facts));
          return 'silent';
        }),
      },
      preview: { attributes: { agent: REQUIRED, data: VALUE }, ...asking('preview') },
      disposition: { attributes: { agent: REQUIRED, data: VALUE }, ...asking('disposition') },
      withdraw: {
        attributes: {},
        ...ofCallback(async (tx, _callback, { session }) => {
          await desk().withdraw(tx, session.id);
          return 'silent';
        }),
      },
      watch: {
        attributes: { requestid: REQUIRED, least: VALUE, most: VALUE },
        ...ofCallback(async (tx, _callback, { session, attributes: { requestid, least, most } }) => {
          if (typeof requestid !== 'string' || requestid === '') {
            return invalid(`requestid is ${shown(requestid)}; right is the id of a request for an agent.`);
          }
          const leastMs = 1000 * secondsOr(least, LEAST_PAUSE_S);
          const mostMs = Math.max(leastMs, 1000 * secondsOr(most, MOST_PAUSE_S));
          const outcome = await desk().watch(tx, session.id, { request: requestid, leastMs, mostMs });
          return 'error' in outcome ? outcome : 'silent';
        }),
      },
      unwatch: {
        attributes: {},
        ...ofCallback(async (tx, _callback, { session }) => {
          await desk().watch(tx, session.id, undefined);
          return 'silent';
        }),
      },
      push: {
        attributes: { action: REQUIRED, data: VALUE },
        ...ofCallback(async (tx, callback, { attributes: { action, data } }) =>
          typeof action === 'string' && action !== ''
            ? desk().push(tx, callback, { action, data: objectOf(data) })
            : invalid(`action is ${shown(action)}; right is the name of a request of this application.`),
        ),
      },
      access: {
        attributes: { group: VALUE, code: VALUE, seconds: VALUE },
        ...ofCallback((tx, callback, { attributes: { group, code, seconds } }) =>
          desk().access(tx, callback, {
            ...(typeof group === 'string' && group !== '' && { group }),
            code: code === true || String(code).toLowerCase() === 'true',
            seconds: Number(seconds) > 0 ? Number(seconds) : DEFAULT_BOOKING_S,
          }),
        ),
      },
      match: {
        attributes: { number: REQUIRED, phone: VALUE, code: VALUE },
        perform: (tx, { attributes: { number, phone, code } }) =>
          desk().match(tx, {
            number: String(number),
            ...(phone !== undefined && phone !== null && phone !== '' && { phone: String(phone) }),
            ...(code !== undefined && code !== null && code !== '' && { code: String(code) }),
          }),
      },
    },
  };
}

const DEFAULT_BOOKING_S = 30;
/** How long a place in line is not looked at again. */
const LEAST_PAUSE_S = 2;
const MOST_PAUSE_S = 30;
const LONGEST_PAUSE_S = 3600;

function secondsOr(value: JsonValue | undefined, otherwise: number): number {
  const seconds = value === undefined || value === null || value === '' ? Number.NaN : Number(value);
  return seconds > 0 && seconds <= LONGEST_PAUSE_S ? seconds : otherwise;
}

function invalid(description: string): ReportOutcome {
  return { error: 'invalid-attribute', description };
}

/** An agent by id, or as a resource of `queue.submit.done`. */
function agentOf(value: JsonValue | undefined): string | undefined {
  const agent = isObject(value) ? value.agent : value;
  return typeof agent === 'string' && agent !== '' ? agent : undefined;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  // What an expression gave is JSON; so are the members of an object of it.
  return isObject(value) ? (value as JsonObject) : {};
}

function readState({ name }: JsonObject): CallbackInput | string {
  const input = typeof name === 'string' ? REPORTED_STATES[name] : undefined;
  return input ?? `name is ${shown(name)}; right is one of ${Object.keys(REPORTED_STATES).join(', ')}.`;
}

function readAttempt({ number, result, dialed }: JsonObject): CallbackInput | string {
  const attempt = Number(number);
  if (!Number.isInteger(attempt) || attempt < 1 || attempt > MOST_ATTEMPTS) {
    return `number is ${shown(number)}; right is a whole number from 1 to ${MOST_ATTEMPTS}.`;
  }
  if (result === undefined || result === null || result === '') {
    return { type: 'dialing', attempt, ...(typeof dialed === 'string' && dialed !== '' && { dialed }) };
  }
  return typeof result === 'string' && RESULT.test(result)
    ? { type: 'dial-result', attempt, result }
    : `result is ${shown(result)}; right is a name such as BUSY, NO_ANSWER or PERSON.`;
}

function readFacts({ facts }: JsonObject): CallbackInput | string {
  const entries = Object.entries(objectOf(facts));
  const wrong = entries.find(([name, value]) => !FACT.test(name) || typeof value === 'object');
  if (wrong) return `facts has ${shown(wrong[0])}; right are names such as _CB_DIM_VQ with texts or numbers.`;
  if (entries.length === 0 || entries.length > MOST_FACTS) return `facts are 1 to ${MOST_FACTS} values _CB_*.`;
  return { type: 'facts', facts: Object.fromEntries(entries) };
}

function readCompletion({ reason }: JsonObject): CallbackInput | string {
  return typeof reason === 'string' && REASON.test(reason)
    ? { type: 'complete', reason }
    : `reason is ${shown(reason)}; right is a name such as AGENT_CONNECTED or FAIL_CALL_TO_CUSTOMER.`;
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
