import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';
import type { Logger } from '../../kernel/index.js';
import { pathOf } from './failure.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Why the request was refused, for its line in the log. */
    refusal: string;
  }
}

/**
 * One line per request: what succeeded at level debug, what the client did wrong at info, what failed here at warn.
 * Neither queries nor bodies nor headers are logged: they hold customers' data and credentials.
 */
export function registerRequestLog(app: FastifyInstance, log: Logger, metrics: Registry): void {
  const duration = new Histogram({
    name: 'ringback_http_request_duration_seconds',
    help: 'Time from the reception of a request to the end of its answer, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2, 10],
    registers: [metrics],
  });
  app.decorateRequest('refusal', '');
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const status = reply.statusCode;
    const milliseconds = reply.elapsedTime;
    duration.observe(
      { method, route: request.routeOptions.url ?? 'none', status: String(status) },
      milliseconds / 1000,
    );
    const line = {
      method,
      path: pathOf(request),
      status,
      ms: Math.round(milliseconds * 10) / 10,
      ...(request.refusal !== '' && { reason: request.refusal }),
    };
    if (status >= 500) log.warn(line, 'Request failed');
    else if (status >= 400) log.info(line, 'Request refused');
    else log.debug(line, 'Request');
  });
}
