import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

/** Whether the server can do its work: its database is reachable and migrated. */
export type Readiness = { ready: true } | { ready: false; reason: string };

export interface OperationsOptions {
  readiness: () => Readiness | Promise<Readiness>;
  metrics: Registry;
}

const RETRY_SECONDS = 2;

/** What an operator's tools ask: alive, ready to serve, Prometheus metrics. */
export function registerOperations(app: FastifyInstance, { readiness, metrics }: OperationsOptions): void {
  app.get('/healthz', async () => ({ status: 'alive' }));
  app.get('/readyz', async (request, reply) => {
    const state = await readiness();
    if (state.ready) return { status: 'ready' };
    request.refusal = state.reason;
    return reply
      .code(503)
      .header('retry-after', String(RETRY_SECONDS))
      .send({ status: 'not ready', reason: state.reason });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
}
