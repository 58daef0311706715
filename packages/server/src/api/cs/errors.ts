import type { FastifyRequest } from 'fastify';
import { ContextError, type ContextErrorCode } from '../../context/index.js';
import { type Failure, failureOf } from '../http.js';

/** How an operation's errors look: as on GMS 8.5, or with the members that UCS had for profiles and metadata besides. */
export type Dialect = 'gms' | 'ucs';

/** An error as it is answered. */
export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: { message: string; exception: string; code?: number; name?: string; description?: string };
}

/** An error of the HTTP side: credentials, rights, addresses, content types. */
export class Refusal extends Error {
  constructor(
    readonly kind:
      | 'unauthorized'
      | 'forbidden'
      | 'no-such-address'
      | 'wrong-method'
      | 'not-json'
      | 'unreadable'
      | 'too-large',
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

const PACKAGE = 'com.genesyslab.gsg.services.contextservices.exceptions.';
const RETRY_AFTER = { 'retry-after': '5' };

interface Row {
  status: number;
  exception: string;
  /** The name that the UCS dialect adds, and its number. */
  ucs: [code: number, name: string];
  headers?: Record<string, string>;
}

const NOT_FOUND: Row = { status: 404, exception: 'NotFoundException', ucs: [404, 'CVErrorNotFound'] };
const RESOURCE: Row = { status: 400, exception: 'ContextServicesExceptionResource', ucs: [401, 'CVErrorTenant'] };
const VALIDATION: Row = { status: 400, exception: 'ContextServicesExceptionValidation', ucs: [402, 'CVErrorInvalid'] };
const CONFLICT: Row = { status: 409, exception: 'ContextServicesExceptionConflict', ucs: [409, 'CVErrorConflict'] };
const UNAVAILABLE: Row = {
  status: 503,
  exception: 'ContextServicesExceptionUnavailable',
  ucs: [503, 'CVErrorUnavailable'],
  headers: RETRY_AFTER,
};
const FORBIDDEN: Row = { status: 403, exception: 'ContextServicesExceptionForbidden', ucs: [403, 'CVErrorForbidden'] };
const INTERNAL: Row = { status: 500, exception: 'ContextServicesException', ucs: [500, 'CVErrorInternal'] };

/** The catalogue of this API's errors: one row for everything that can go wrong. */
const CATALOGUE: Readonly<Record<ContextErrorCode | Refusal['kind'], Row>> = {
  'service-not-found': NOT_FOUND,
  'state-not-found': NOT_FOUND,
  'task-not-found': NOT_FOUND,
  'profile-not-found': NOT_FOUND,
  'record-not-found': NOT_FOUND,
  'extension-not-found': NOT_FOUND,
  'identification-key-not-found': NOT_FOUND,
  'business-attribute-not-found': NOT_FOUND,
  'unknown-tenant': RESOURCE,
  'no-tenant': RESOURCE,
  missing: { status: 400, exception: 'ContextServicesExceptionParameter', ucs: [400, 'CVErrorMissingParameter'] },
  invalid: VALIDATION,
  'already-completed': VALIDATION,
  'already-exists': CONFLICT,
  'unique-key-conflict': CONFLICT,
  'merge-conflict': CONFLICT,
  'extension-in-use': CONFLICT,
  maintenance: UNAVAILABLE,
  disabled: FORBIDDEN,
  'no-export-directory': { ...INTERNAL, status: 501 },
  unauthorized: {
    status: 401,
    exception: 'ContextServicesExceptionUnauthorized',
    ucs: [410, 'CVErrorUnauthorized'],
    headers: { 'www-authenticate': 'Basic realm="genesys"' },
  },
  forbidden: FORBIDDEN,
  'no-such-address': NOT_FOUND,
  'wrong-method': { ...VALIDATION, status: 405, ucs: [405, 'CVErrorMethod'] },
  'not-json': { ...VALIDATION, status: 415, ucs: [415, 'CVErrorMediaType'] },
  unreadable: VALIDATION,
  'too-large': { ...VALIDATION, status: 413, ucs: [413, 'CVErrorTooLarge'] },
};

/** Texts of the original that clients compare (CS API, "Delete Service by ID", "Multi-tenancy"). */
function textOf(error: ContextError): string {
  switch (error.code) {
    case 'service-not-found':
      return `There are no service found for : ${error.subject}`;
    case 'state-not-found':
      return `There are no state found for : ${error.subject}`;
    case 'task-not-found':
      return `There are no task found for : ${error.subject}`;
    case 'unknown-tenant':
      return `Invalid tenant specified : specified tenant in HTTP header 'ContactCenterId'='${error.subject}' not configured. Verify configuration.`;
    case 'no-tenant':
      return "Invalid tenant specified : no tenant specified in multi-tenant environment. Verify configuration and 'ContactCenterId' HTTP header.";
    default:
      return error.message;
  }
}

/**
 * Translates an error.
 * @param notFoundStatus what unknown services, states and tasks are answered with
 * @returns the answer, and the error itself when nobody foresaw it and it belongs into the log
 */
export function translateError(
  error: unknown,
  request: FastifyRequest,
  dialect: Dialect,
  notFoundStatus: number,
): { answer: ErrorAnswer; unexpected?: unknown } {
  if (error instanceof Refusal) return { answer: answer(CATALOGUE[error.kind], error.message, dialect, error.headers) };
  if (error instanceof ContextError) {
    const row = CATALOGUE[error.code];
    const status = dialect === 'gms' && row === NOT_FOUND ? notFoundStatus : row.status;
    return { answer: answer({ ...row, status }, textOf(error), dialect) };
  }
  const { failure, unexpected } = failureOf(error, request);
  return { answer: answer(rowOf(failure), failure.detail, dialect), unexpected };
}

/** The row for what fails before an operation is reached: unreadable bodies, the database. */
function rowOf({ status }: Failure): Row {
  switch (status) {
    case 413:
      return CATALOGUE['too-large'];
    case 415:
      return CATALOGUE['not-json'];
    case 503:
      return UNAVAILABLE;
    default:
      return status < 500 ? { ...CATALOGUE.unreadable, status } : INTERNAL;
  }
}

function answer(row: Row, message: string, dialect: Dialect, headers: Record<string, string> = {}): ErrorAnswer {
  const [code, name] = row.ucs;
  return {
    status: row.status,
    headers: { ...row.headers, ...headers },
    body: {
      message,
      exception: PACKAGE + row.exception,
      ...(dialect === 'ucs' && { code, name, description: message }),
    },
  };
}
