import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallbackError } from '../../callback/index.js';
import { type Logger, RingbackError } from '../../kernel/index.js';
import { failureOf, pathOf } from '../http/failure.js';
import { callbackError, type GmsError, generalError, orchestrationError } from './errors.js';
import { errorOf, type Profiles } from './profile.js';

export const JSON_TYPE = 'application/json;charset=utf-8';

/**
 * Fastify's error handler for the APIs around callbacks: every failure in the words of GMS.
 * @param profiles which version of them a service uses; absent: the usual ones
 */
export function gmsFailure(log: Logger, profiles?: Profiles) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = translate(error, request, log);
    const { status, body } = profiles ? errorOf(profiles.profileOf(serviceOf(request)), failure) : failure;
    request.refusal = `${body.exception}: ${body.message}`;
    if (status === 503 && !(error instanceof CallbackError)) reply.header('retry-after', '2');
    return reply.code(status).type(JSON_TYPE).send(body);
  };
}

/** Routes name their service; hooks see parameters of any route. */
export function serviceOf(request: FastifyRequest): string | undefined {
  return (request.params as { service?: string } | undefined)?.service; // unknown to Fastify outside of the route
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
