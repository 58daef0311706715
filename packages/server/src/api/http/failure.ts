import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DatabaseUnavailable, type ErrorDetail, isObject, type Logger, RingbackError } from '../../kernel/index.js';

/** Why a request is not answered as asked, free of any API's dialect. */
export interface Failure {
  /** HTTP status. */
  status: number;
  /** Stable, kebab-case. */
  code: string;
  /** For the client: what was wrong and what would be right. Nothing of the inside shows in it. */
  detail: string;
  errors: ErrorDetail[];
  /** Seconds after which it makes sense to ask again. */
  retryAfter?: number;
}

/** Status of the domains' error codes, for the codes that an API lets through. */
export type StatusByCode = Readonly<Record<string, number>>;

const DATABASE_RETRY_SECONDS = 2;

/** Errors of the HTTP layer, by the code that Fastify or its plugins give them. */
const HTTP_FAILURES: Readonly<Record<string, { status: number; code: string; detail: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, code: 'body-too-large', detail: 'The body is too large.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: 'wrong-content-length',
    detail: 'The body does not have the length that Content-Length says.',
  },
  FST_REQ_FILE_TOO_LARGE: { status: 413, code: 'file-too-large', detail: 'A file is too large.' },
  FST_FILES_LIMIT: { status: 413, code: 'too-many-files', detail: 'There are too many files.' },
  FST_FIELDS_LIMIT: { status: 413, code: 'too-many-fields', detail: 'There are too many fields.' },
  FST_PARTS_LIMIT: { status: 413, code: 'too-many-fields', detail: 'There are too many parts.' },
  FST_ERR_BAD_URL: { status: 400, code: 'malformed-url', detail: 'The address is malformed.' },
  FST_ERR_MAX_PARAM_LENGTH: { status: 414, code: 'address-too-long', detail: 'A part of the address is too long.' },
  FST_ERR_ASYNC_CONSTRAINT: { status: 400, code: 'malformed-request', detail: 'The request is malformed.' },
};

/** An error of the HTTP layer itself, such as an unreadable body. */
export class RequestError extends RingbackError {
  constructor(
    readonly status: number,
    code: string,
    message: string,
    details: ErrorDetail[] = [],
  ) {
    super(code, message, details);
  }
}

/**
 * Classifies an error.
 * @param statuses statuses of the domains' codes; a domain's error without one is unexpected
 * @returns the failure, and the error itself when it is one of ours and belongs into the log
 */
export function failureOf(
  error: unknown,
  request: FastifyRequest,
  statuses: StatusByCode = {},
): { failure: Failure; unexpected?: unknown } {
  if (error instanceof DatabaseUnavailable) {
    return {
      failure: { status: 503, code: error.code, detail: error.message, errors: [], retryAfter: DATABASE_RETRY_SECONDS },
    };
  }
  if (error instanceof RingbackError) {
    const status = error instanceof RequestError ? error.status : statuses[error.code];
    if (status !== undefined) {
      return { failure: { status, code: error.code, detail: error.message, errors: error.details } };
    }
  }
  return httpFailure(error, request) ?? { failure: INTERNAL, unexpected: error };
}

const INTERNAL: Failure = {
  status: 500,
  code: 'internal-error',
  detail: 'The server failed to carry out the request; its log says why.',
  errors: [],
};

function httpFailure(error: unknown, request: FastifyRequest): { failure: Failure } | undefined {
  if (!isObject(error)) return undefined;
  // Fastify's errors and those of its plugins carry these fields.
  const { code = '', statusCode = 500, validation, validationContext } = error as Partial<FastifyError>;
  const known = HTTP_FAILURES[code];
  if (known) return { failure: { ...known, errors: [] } };
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const type = request.headers['content-type'] ?? 'none';
    const detail = `A body of content type "${type}" is not accepted here.`;
    return { failure: { status: 415, code: 'unsupported-media-type', detail, errors: [] } };
  }
  if (validation) {
    const errors = validation.map(({ instancePath, message }) => ({
      pointer: instancePath,
      detail: message ?? 'is wrong',
    }));
    const detail = `The ${validationContext ?? 'request'} is wrong: ${errors.map((entry) => `${entry.pointer} ${entry.detail}`.trim()).join('; ')}.`;
    return { failure: { status: 400, code: 'invalid-request', detail, errors } };
  }
  if (statusCode >= 500 || !code.startsWith('FST_')) return undefined;
  return {
    failure: { status: statusCode, code: 'malformed-request', detail: 'The request is malformed.', errors: [] },
  };
}

/** How an API writes a failure: its content type and its body. */
export type FailureFormat = (failure: Failure, request: FastifyRequest) => { type: string; body: unknown };

/**
 * Makes an API (a Fastify plugin's instance) answer every error in its own dialect: errors of its handlers, unreadable
 * bodies, an unreachable database (503 with Retry-After). Unexpected errors are logged and answered without a word
 * about the inside.
 */
export function answerFailures(
  app: FastifyInstance,
  log: Logger,
  format: FailureFormat,
  statuses: StatusByCode = {},
): void {
  app.setErrorHandler((error, request, reply) => {
    const { failure, unexpected } = failureOf(error, request, statuses);
    if (unexpected !== undefined) {
      log.error({ err: unexpected, method: request.method, path: pathOf(request) }, 'A request failed unexpectedly');
    }
    return sendFailure(reply, request, failure, format);
  });
}

/** Answers with a failure that is known without an error. */
export function sendFailure(
  reply: FastifyReply,
  request: FastifyRequest,
  failure: Failure,
  format: FailureFormat,
): FastifyReply {
  request.refusal = `${failure.code}: ${failure.detail}`;
  const { type, body } = format(failure, request);
  if (failure.retryAfter !== undefined) reply.header('retry-after', String(failure.retryAfter));
  return reply.code(failure.status).type(type).send(body);
}

/** The path without its query, which may hold numbers of customers. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
