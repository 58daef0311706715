import type { FastifyInstance } from 'fastify';

type OptionMap = Readonly<Record<string, string>>;

const METHODS = 'GET,POST,PUT,DELETE,OPTIONS';
const HEADERS = 'Content-Type,Authorization,gms_user,X-Requested-With';
/** How long a browser remembers what it was told, seconds. */
const REMEMBERED_S = 600;

/**
 * Lets pages of other origins use the APIs below `/genesys` (gms-services.md 1.4): those of option `cors_allowed_origins`
 * of section `server`, with credentials; `*` is everybody, without. Answers the question that browsers ask first. To be
 * added to the whole server, before its APIs.
 */
export function allowOrigins(app: FastifyInstance, server: () => OptionMap, prefix = '/genesys'): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined || !(request.url === prefix || request.url.startsWith(`${prefix}/`))) return;
    const allowed = (server().cors_allowed_origins ?? '').split(',').map((entry) => entry.trim().replace(/\/$/, ''));
    reply.header('vary', 'Origin');
    if (allowed.includes(origin)) {
      reply.header('access-control-allow-origin', origin).header('access-control-allow-credentials', 'true');
    } else if (allowed.includes('*')) {
      reply.header('access-control-allow-origin', '*');
    } else return;
    reply.header('access-control-expose-headers', 'Age,Location');
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return;
    return reply
      .code(204)
      .header('access-control-allow-methods', METHODS)
      .header('access-control-allow-headers', HEADERS)
      .header('access-control-max-age', String(REMEMBERED_S))
      .send();
  });
}
