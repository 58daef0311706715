import type { FastifyInstance } from 'fastify';
import { answerFailures } from '../http.js';
import { asOrsError, refuse, statuses } from './errors.js';
import { HELP } from './help.js';
import { registerRawBodies } from './message.js';
import type { OrsApiOptions } from './options.js';
import { basicHttpLocation, registerSessionRequests } from './session-requests.js';
import { registerStart } from './start.js';

export type { OrsApiOptions, OrsSettings } from './options.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
type Method = (typeof METHODS)[number];

/** What is served, and by which methods; another method is answered with 405. */
const PATHS: readonly (readonly [url: string, ...methods: Method[]])[] = [
  ['/session/start', 'GET', 'POST'],
  ['/session/start/:request', 'GET', 'POST'],
  ['/session/:sid/terminate', 'GET', 'POST'],
  ['/session/:sid/event/:name', 'GET', 'POST'],
  ['/session/:sid/request/:name', 'GET', 'POST'],
  ['/session/:sid/query', 'GET'],
  ['/session/:sid/basichttp', 'GET', 'POST', 'PUT', 'DELETE'],
  ['/heartbeat', 'GET', 'HEAD'],
  ['/help', 'GET', 'HEAD'],
];

/** The description of the API where the original has it: `/ors/help`. */
export async function orsHelp(app: FastifyInstance): Promise<void> {
  app.get('/help', async (_request, reply) => reply.type('text/plain; charset=utf-8').send(HELP));
}

/** Whether sessions are served, for load balancers: `/heartbeat`, at the root too. */
export async function orsHeartbeat(app: FastifyInstance, { isReady }: Pick<OrsApiOptions, 'isReady'>): Promise<void> {
  app.get('/heartbeat', async (request, reply) => {
    if (isReady()) return reply.type('text/plain').send('OK');
    request.refusal = 'not ready';
    return reply.code(503).header('retry-after', '2').type('text/plain').send('NOT READY');
  });
}

/**
 * The HTTP API of the orchestration server (ors-core-queue.md 5) as a Fastify plugin; register it with the prefix
 * `/scxml`. It is also served under `/ors/scxml`, as through some proxies.
 */
export async function orsApi(app: FastifyInstance, options: OrsApiOptions): Promise<void> {
  answerFailures(app, options.log, asOrsError, statuses);
  registerRawBodies(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (request.routeOptions.url?.endsWith('/heartbeat') || options.isAuthenticated(request.headers.authorization))
      return;
    reply.header('www-authenticate', 'Basic realm="scxml", charset="UTF-8"');
    return refuse(reply, request, 'unauthenticated', 'The user name or the password is missing or wrong.');
  });
  app.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', '1');
  });
  registerStart(app, options);
  registerSessionRequests(app, options);
  const { clients, settings } = options;
  await app.register(basicHttpLocation, { clients, settings });
  await app.register(orsHeartbeat, { isReady: options.isReady });
  await app.register(orsHelp);
  for (const [url, ...methods] of PATHS) {
    app.route({
      method: METHODS.filter((method) => !methods.includes(method)),
      exposeHeadRoute: false,
      schema: { hide: true },
      url,
      handler: (request, reply) =>
        refuse(
          reply.header('allow', methods.join(', ')),
          request,
          'method-not-allowed',
          `Use ${methods.join(' or ')}.`,
        ),
    });
  }
  app.setNotFoundHandler((request, reply) => {
    request.refusal = 'not-found: nothing is served here';
    const body = { error: 'notfound', description: 'Nothing is served here; see /scxml/help.' };
    return reply.code(404).type('application/json').send(body);
  });
}
