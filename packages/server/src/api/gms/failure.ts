import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallbackError } from '../../callback/index.js';
import { type Logger, RingbackError } from '../../kernel/index.js';
import { failureOf, pathOf } from '../http/failure.js';
import { callbackError, type GmsError, generalError, orchestrationError } from './errors.js';

export const JSON_TYPE = 'application/json;charset=utf-8';

/** Fastify's error handler for the APIs around callbacks: every failure in the words of GMS. */
export function gmsFailure(log: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status, body } = translate(error, request, log);
    request.refusal = `${body.exception}: ${body.message}`;
    if (status === 503 && !(error instanceof CallbackError)) reply.header('retry-after', '2');
    return reply.code(status).type(JSON_TYPE).send(body);
  };
}

function translate(error: unknown, request: FastifyRequest, log: Logger): GmsError {
  if (error instanceof CallbackError) return callbackError(error);
  if (error instanceof RingbackError && error.code === 'unknown-flow') {
    return orchestrationError(`ORS request failed: ${error.message}`);
  }
  if (error instanceof RingbackError && error.code === 'orchestration-failed') return orchestrationError(error.message);
  const { failure, unexpected } = failureOf(error, request);
  if (unexpected !== undefined) {
    log.error({ err: unexpected, method: request.method, path: pathOf(request) }, 'A request failed unexpectedly');
  }
  return generalError(failure);
}
