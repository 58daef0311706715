import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { Guard } from './guard.js';

/** Registers the OpenAPI document of all routes that have a tag; to be called before they are registered. */
export async function registerDocumentation(app: FastifyInstance, version: string, guard: Guard): Promise<void> {
  await app.register(swagger, {
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Ringback administration API',
        version,
        description:
          'Configuration, live events, agents, callbacks, sessions and the simulated world. Errors are problem documents (RFC 9457).',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { basic: { type: 'http', scheme: 'basic' } } },
      security: [{ basic: [] }, {}],
    },
  });
  app.get('/api/v1/openapi.json', { onRequest: guard }, async () => app.swagger());
  await app.register(async (scope) => {
    scope.addHook('onRequest', guard);
    await scope.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  });
}
