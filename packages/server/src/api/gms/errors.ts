import type { CallbackError, CallbackErrorCode, CallbackErrorFacts } from '../../callback/index.js';
import type { RingbackError } from '../../kernel/index.js';
import type { Failure } from '../http.js';

/** An error as GMS writes it: `{"exception", "message", ...}`, `exception` first. */
export interface GmsError {
  status: number;
  body: { exception: string; message: string; availability?: Record<string, number>; error?: string };
}

/** Package of the exceptions that the reference prints (2013), and that of the 8.5 line for all others. */
const PRINTED = 'com.genesyslab.gsg.services.callback.';
const LATER = `${PRINTED}exceptions.`;
const GENERAL = 'com.genesyslab.gsg.GSGException';

type Catalogue = { readonly [Code in CallbackErrorCode]: (facts: CallbackErrorFacts[Code]) => GmsError };

function error(status: number, exception: string, message: string): GmsError {
  return { status, body: { exception, message } };
}

function withAvailability(exception: string, message: string, availability: Record<string, number>): GmsError {
  return { status: 400, body: { exception, message, availability } };
}

/**
 * Every error of the Callback API, to the letter: clients compare class names and texts. The classes of the errors that
 * Callback Services API, "Sample Errors" prints are those of the print, which differ between Start and Reschedule.
 */
const CATALOGUE: Catalogue = {
  'unknown-service': ({ service }) =>
    error(404, `${LATER}CallbackExceptionResource`, `Service [${service}] is not configured.`),
  'unknown-contact-center': ({ id }) =>
    error(
      400,
      `${LATER}CallbackExceptionNotFound`,
      `Callback Contact Center ID: ${id} is not configured in transaction list.`,
    ),
  'missing-key': ({ key }) =>
    error(400, `${LATER}CallbackException`, `Invalid option: missing mandatory lookup key [${key}]`),
  'invalid-parameter': ({ parameter, problem }) =>
    error(400, `${LATER}CallbackException`, `Invalid parameter ${parameter} : ${problem}`),
  'invalid-time': ({ parameter, value }) =>
    error(400, `${LATER}CallbackException`, `Invalid date format for ${parameter} : [${value}]`),
  'number-exception': ({ number, group, pattern }) =>
    error(
      400,
      `${PRINTED}CallbackServiceException`,
      `Customer Number [${number}] is not allowed. Check option 'exceptions' : details={${group}=${pattern}}`,
    ),
  'premium-number': ({ number }) =>
    error(
      400,
      `${LATER}CallbackExceptionNumber`,
      `Customer Number [${number}] is disallowed, because it's a premium number. Check option _disallow_premium_phone_numbers`,
    ),
  'impossible-number': ({ number }) =>
    error(
      400,
      `${LATER}CallbackExceptionNumber`,
      `Customer Number [${number}] is disallowed, because it is invalid. Check option _disallow_impossible_phone_numbers`,
    ),
  'country-missing': ({ service, option }) =>
    error(
      400,
      `${LATER}CallbackExceptionNumber`,
      `Service option ${service} / _default_country is not configured. But option ${option} is set. We cannot validate phone numbers without knowing the country.`,
    ),
  'rate-limit': ({ service, seconds }) =>
    error(
      503,
      `${LATER}CallbackExceptionServiceUnavailable`,
      `Limit of queued callbacks for ${service} is reached for interval ${seconds}s.`,
    ),
  'parameter-limit': ({ parameter, value, limit }) =>
    error(
      503,
      `${LATER}CallbackExceptionServiceUnavailable`,
      `Callback for ${parameter}=${value} rejected because previous callbacks for this parameter were requested for more than ${limit} times today.`,
    ),
  'queue-limit': ({ service }) =>
    error(503, `${LATER}CallbackExceptionServiceUnavailable`, `Limit of queued callbacks for ${service} is reached.`),
  'already-queued': ({ number, count }) =>
    error(
      400,
      `${LATER}CallbackExceptionNumber`,
      `Customer Number [${number}] already has ${count} callback(s) in queue. Check option _enable_in_queue_checking`,
    ),
  'too-early': ({ desired }) =>
    withAvailability(
      `${LATER}CallbackExceptionAvailability`,
      `Desired time [${desired}] is in the past. Check option _reject_past_desired_time`,
      {},
    ),
  'too-late': ({ desired }) =>
    withAvailability(
      `${LATER}CallbackExceptionAvailability`,
      `Desired time [${desired}] is later than allowed. Check option _reject_future_desired_time`,
      {},
    ),
  closed: ({ reason }) =>
    error(400, `${PRINTED}CallbackServiceException`, JSON.stringify({ status: 'closed', reason })),
  'slot-full': ({ operation, start, end, availability }) =>
    withAvailability(
      `${PRINTED}${operation === 'start' ? 'CallbackAvailabilityException' : 'CallbackExceptionAvailability'}`,
      `Too many requests at desired time [${start}, ${end}]. Proposing time slots.`,
      availability,
    ),
  'slots-full': ({ desired }) =>
    error(400, `${PRINTED}CallbackServiceException`, `Too many requests around this desired time : ${desired}`),
  'office-closed': ({ at }) =>
    withAvailability(
      `${PRINTED}CallbackExceptionAvailability`,
      `Office is closed at ${at}. No time slots proposed.`,
      {},
    ),
  'no-such-callback': ({ operation, id }) =>
    error(
      400,
      `${operation === 'cancel' ? PRINTED : LATER}CallbackException`,
      `No such request to ${operation} : [${id}]`,
    ),
  'no-criterion': () =>
    error(400, `${LATER}CallbackException`, 'No property to query by. Give _id, _callback_state or a lookup key.'),
  'invalid-range': ({ problem }) => error(400, `${LATER}CallbackException`, `Invalid time range : ${problem}`),
  'invalid-reason': ({ reason }) =>
    error(400, `${LATER}CallbackException`, `Invalid reason [${reason}]. Use capital letters, digits and underscores.`),
  misconfigured: ({ service, problem }) =>
    error(500, `${LATER}CallbackException`, `Service [${service}] is not configured correctly: ${problem}`),
};

/** A refusal of the callback domain in the words of GMS. */
export function callbackError<Code extends CallbackErrorCode>(refusal: CallbackError<Code>): GmsError {
  return CATALOGUE[refusal.code](refusal.facts);
}

/** Failures that are not the domain's: unreadable bodies, authentication, an unreachable database. */
export function generalError({ status, detail }: Failure): GmsError {
  return error(status, GENERAL, detail);
}

/** As `generalError`, in the classes of the Callback API. */
export function generalCallbackError(failure: Failure): GmsError {
  const { status, code, detail } = failure;
  if (status === 503) return error(503, `${LATER}CallbackExceptionServiceUnavailable`, detail);
  if (status >= 500 || code === 'mime-type-not-allowed') return generalError(failure);
  return error(status, `${LATER}CallbackException`, detail);
}

/** Nothing is served there. @param address method and path */
export function unknownAddress(address: string): GmsError {
  return error(404, GENERAL, `There is nothing at ${address}.`);
}

/** A text that cannot be read as a telephone number. */
export function phoneNumberError(number: string, country: string): GmsError {
  return error(400, GENERAL, `Invalid Phone Number ${number} for Country ${country} (parsing impossible)`);
}

export function authenticationError(): GmsError {
  return error(401, GENERAL, 'Authentication is required: the user name or the password is missing or wrong.');
}

/** The application of a service cannot be started. */
export function orchestrationError(message: string): GmsError {
  return error(500, `${LATER}CallbackException`, message);
}

const STORAGE = 'com.genesyslab.gsg.services.storage.StorageException';

/** Errors of the Service API, by the code of the services domain (gms-services.md 1.2, 2). */
const SERVICE_ERRORS: Readonly<Record<string, readonly [status: number, exception: string]>> = {
  'unknown-service': [404, GENERAL],
  'unknown-service-id': [404, GENERAL],
  'unknown-flow': [500, 'com.genesyslab.gsg.services.ors.OrsServiceException'],
  'orchestration-failed': [500, 'com.genesyslab.gsg.services.ors.OrsServiceException'],
  'not-a-session-service': [400, GENERAL],
  'missing-dependency': [500, GENERAL],
  'missing-parameter': [400, GENERAL],
  'invalid-service-parameter': [400, GENERAL],
  'unsupported-request': [400, GENERAL],
  'wrong-method': [405, GENERAL],
  'invalid-calendar-query': [400, GENERAL],
  'unknown-time-zone': [400, GENERAL],
  'unknown-office-hours': [500, GENERAL],
  'invalid-office-hours': [500, GENERAL],
  'invalid-capacity': [500, GENERAL],
  'capacity-exceeds-maximum': [400, 'com.genesyslab.gsg.services.capacity.CapacityException'],
  'unknown-queue': [404, GENERAL],
  'service-misconfigured': [500, GENERAL],
  'no-statistic': [500, GENERAL],
  'no-match': [404, GENERAL],
  'unknown-resource-group': [400, 'com.genesyslab.gsg.services.resource.ResourceException'],
  'no-resource': [503, 'com.genesyslab.gsg.services.resource.ResourceException'],
  'no-code': [503, 'com.genesyslab.gsg.services.resource.ResourceException'],
  'prefix-too-long': [500, 'java.lang.IllegalArgumentException'],
  'prefix-not-a-number': [500, 'java.lang.NumberFormatException'],
  'invalid-body': [400, GENERAL],
  'no-session': [400, `${PRINTED}CallbackException`],
  'session-gone': [500, 'com.genesyslab.gsg.services.ors.OrsServiceException'],
  'no-answer': [504, 'com.genesyslab.gsg.services.ors.OrsServiceException'],
  'unknown-key': [404, STORAGE],
};

/** A refusal of the services domain in the words of GMS; undefined for what is not one. */
export function serviceError({ code, message }: RingbackError): GmsError | undefined {
  const known = SERVICE_ERRORS[code];
  if (!known) return undefined;
  const answer = error(known[0], known[1], message);
  // The Calendar Service API has a member of its own for what is wrong.
  return code === 'invalid-calendar-query' ? { ...answer, body: { ...answer.body, error: message } } : answer;
}
