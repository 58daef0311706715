import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallbackError } from '../../callback/index.js';
import { type Logger, RingbackError } from '../../kernel/index.js';
import { type Failure, failureOf, pathOf } from '../http/failure.js';
import {
  callbackError,
  type GmsError,
  generalCallbackError,
  generalError,
  orchestrationError,
  serviceError,
} from './errors.js';
import { errorOf, type Profiles } from './profile.js';

export const JSON_TYPE = 'application/json;charset=utf-8';

/**
 * Fastify's error handler of the Callback API and of those beside it: every failure in the words of GMS.
 * @param profiles of the Callback API: which version of it a service uses
 */
export function gmsFailure(log: Logger, profiles?: Profiles) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = translate(error, request, log, profiles ? generalCallbackError : generalError);
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

function translate(
  error: unknown,
  request: FastifyRequest,
  log: Logger,
  otherError: (failure: Failure) => GmsError,
): GmsError {
  if (error instanceof CallbackError) return callbackError(error);
  if (error instanceof RingbackError && error.code === 'unknown-flow') {
    return orchestrationError(`ORS request failed: ${error.message}`);
  }
  if (error instanceof RingbackError && error.code === 'orchestration-failed') return orchestrationError(error.message);
  // Where `_redirect` leads to another service, that one's refusals are the answer.
  const ofService = error instanceof RingbackError ? serviceError(error) : undefined;
  if (ofService) return ofService;
  const { failure, unexpected } = failureOf(error, request);
  if (unexpected !== undefined) {
    log.error({ err: unexpected, method: request.method, path: pathOf(request) }, 'A request failed unexpectedly');
  }
  return otherError(failure);
}
