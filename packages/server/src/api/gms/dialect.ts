import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type JsonValue, type Logger, RingbackError } from '../../kernel/index.js';
import { failureOf, pathOf } from '../http/failure.js';
import { type CredentialSource, refuseStranger } from './authentication.js';

export const JSON_TYPE = 'application/json;charset=utf-8';
const GENERAL = 'com.genesyslab.gsg.GSGException';

/** Status, and class of the exception if it is not the general one, by the code of a domain's error. */
export type ErrorTable = Readonly<Record<string, readonly [status: number, exception?: string]>>;

/**
 * What GMS APIs have in common (gms-services.md 1): answers are not cached, credentials are asked for (those of section
 * `server`, which a service can replace), errors are `{"exception","message"}`.
 */
export function speakGms(
  app: FastifyInstance,
  {
    credentials,
    log,
    errors,
    serviceOf,
  }: {
    credentials: CredentialSource;
    log: Logger;
    errors: ErrorTable;
    /** The configured service that a request is about, whose credentials then count; none without. */
    serviceOf?: (request: FastifyRequest) => Promise<string | undefined>;
  },
): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('pragma', 'no-cache');
    reply.header('cache-control', 'no-cache, no-store');
    if (refuseStranger(credentials, request, reply, await serviceOf?.(request))) return reply;
  });
  app.setErrorHandler((error, request, reply) => {
    const { status, exception, message, retryAfter } = translate(error, request, log, errors);
    request.refusal = `${exception}: ${message}`;
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
    return sendJson(reply.code(status), { exception, message });
  });
}

function translate(
  error: unknown,
  request: FastifyRequest,
  log: Logger,
  errors: ErrorTable,
): { status: number; exception: string; message: string; retryAfter?: number } {
  const known = error instanceof RingbackError ? errors[error.code] : undefined;
  if (known && error instanceof RingbackError) {
    const [status, exception = GENERAL] = known;
    return { status, exception, message: error.message };
  }
  const { failure, unexpected } = failureOf(error, request);
  if (unexpected !== undefined) {
    log.error({ err: unexpected, method: request.method, path: pathOf(request) }, 'A request failed unexpectedly');
  }
  const { status, detail, retryAfter } = failure;
  return { status, exception: GENERAL, message: detail, ...(retryAfter !== undefined && { retryAfter }) };
}

export function sendJson(reply: FastifyReply, body: JsonValue): FastifyReply {
  return reply.type(JSON_TYPE).send(JSON.stringify(body));
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;

/** Answers every other method of a path with 405 and the methods that it has; `OPTIONS` asks for these. */
export function refuseOtherMethods(app: FastifyInstance, url: string, allowed: readonly string[]): void {
  app.route({
    method: METHODS.filter((method) => !allowed.includes(method)),
    url,
    handler: async (request, reply) => {
      const message = `Method ${request.method} is not allowed here: use ${allowed.join(' or ')}`;
      return sendJson(reply.code(405).header('allow', allowed.join(', ')), { exception: GENERAL, message });
    },
  });
  app.options(url, async (_request, reply) =>
    reply.header('allow', [...allowed, ...(allowed.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')).send(),
  );
}
