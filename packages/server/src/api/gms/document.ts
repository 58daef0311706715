import type { FastifyInstance } from 'fastify';
import type { FlowVersion } from '../../orchestration/index.js';

export interface GmsDocumentOptions {
  /** The latest version of a flow that other orchestration servers run for a service; undefined for all others. */
  flow: (name: string) => Promise<Pick<FlowVersion, 'main' | 'documents'> | undefined>;
}

/**
 * The documents of applications, from where orchestration servers elsewhere fetch them (`_ors` of a service): the main one
 * as `{flow}/{flow}.scxml`, the others relative to it (gms-services.md 2.4).
 */
export async function gmsDocumentApi(app: FastifyInstance, { flow }: GmsDocumentOptions): Promise<void> {
  app.get<{ Params: { flow: string; '*': string } }>(
    '/1/document/service_template/:flow/*',
    { schema: { hide: true } },
    async (request, reply) => {
      const { flow: name, '*': path } = request.params;
      const found = await flow(name);
      const folder = found?.main.slice(0, found.main.lastIndexOf('/') + 1);
      const text = path === `${name}.scxml` ? found?.documents[found.main] : found?.documents[`${folder}${path}`];
      if (text === undefined) return reply.callNotFound();
      const type = path.endsWith('.scxml') ? 'application/scxml+xml' : 'text/plain';
      return reply.header('cache-control', 'no-cache').type(`${type}; charset=utf-8`).send(text);
    },
  );
}
