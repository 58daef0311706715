import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorDetail } from '../../kernel/index.js';
import type { Failure, FailureFormat, StatusByCode } from '../http.js';

/** An error as this API writes it: `error` in the words of the original's modules (ors-core-queue.md 2.5). */
export interface OrsError {
  error: string;
  description: string;
  /** Of a document that cannot be run: every error with its line and column. */
  details?: ErrorDetail[];
}

/** Every error of the orchestration itself: what clients compare, and the status. */
const CATALOGUE: Readonly<Record<string, readonly [status: number, error: string]>> = {
  'missing-src': [400, 'invalidparameter'],
  'invalid-parameter': [400, 'invalidparameter'],
  'invalid-body': [400, 'invalidparameter'],
  'unknown-flow': [404, 'badfetch'],
  'document-missing': [404, 'badfetch'],
  'address-refused': [403, 'notallowed'],
  'invalid-flow': [422, 'baddocument'],
  'document-unavailable': [502, 'badfetch'],
  'no-such-session': [404, 'nosuchsession'],
  'not-started': [409, 'notstarted'],
  'mailbox-full': [503, 'limit'],
  'too-large': [413, 'limit'],
  'no-answer': [504, 'timeout'],
  'method-not-allowed': [405, 'notallowed'],
  unauthenticated: [401, 'notallowed'],
};

/** Errors of the HTTP layer, by their status. */
const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'invalidparameter',
  404: 'notfound',
  413: 'limit',
  414: 'limit',
  415: 'invalidparameter',
  500: 'internal',
  503: 'unavailable',
};

/** Status of the orchestration's error codes. */
export const statuses: StatusByCode = Object.fromEntries(
  Object.entries(CATALOGUE).map(([code, [status]]) => [code, status]),
);

export const asOrsError: FailureFormat = ({ code, status, detail, errors }: Failure) => {
  const error = CATALOGUE[code]?.[1] ?? BY_STATUS[status] ?? 'invalidparameter';
  const body: OrsError = { error, description: detail, ...(errors.length > 0 && { details: errors }) };
  return { type: 'application/json', body };
};

/** Answers with one of the errors of the catalogue. */
export function refuse(
  reply: FastifyReply,
  request: FastifyRequest,
  code: keyof typeof CATALOGUE & string,
  description: string,
): FastifyReply {
  const [status = 500] = CATALOGUE[code] ?? [];
  request.refusal = `${code}: ${description}`;
  const failure: Failure = { status, code, detail: description, errors: [] };
  return reply.code(status).type('application/json').send(asOrsError(failure, request).body);
}
