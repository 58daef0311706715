import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { pathOf } from './failure.js';
import type { Guard } from './guard.js';

const CONSOLE = '/console/';
/** Where people look for it, those among them who have bookmarks of the original's pages. */
const WAYS_HERE = [
  '/',
  '/console',
  '/genesys',
  '/genesys/',
  '/genesys/admin',
  '/genesys/admin/',
  '/genesys/develop/index.html',
  '/genesys/develop/remote-index.html',
];
/** Everything comes from this server; Mantine sets its styles inline. What is connected to is added. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

/**
 * Serves the web console below /console. It is a single page: what is no file is answered with its index, so that its
 * addresses can be bookmarked. Its files carry hashes of their content in their names and may be cached for good.
 * @param connects origins beside this server that its pages may connect to
 */
export async function registerConsole(
  app: FastifyInstance,
  directory: string,
  guard: Guard,
  connects: () => readonly string[] = () => [],
): Promise<void> {
  for (const path of WAYS_HERE) {
    app.get(path, async (_request, reply) => reply.redirect(CONSOLE));
  }
  await app.register(
    async (scope) => {
      scope.addHook('onRequest', guard);
      scope.addHook('onRequest', async (_request, reply) => {
        const policy = `${CONTENT_SECURITY_POLICY}; connect-src ${["'self'", ...connects()].join(' ')}`;
        reply.headers({ 'content-security-policy': policy, 'referrer-policy': 'same-origin' });
      });
      if (existsSync(join(directory, 'index.html'))) await serveFiles(scope, directory);
      else scope.get('/*', async (_request, reply) => reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT));
    },
    { prefix: CONSOLE },
  );
}

async function serveFiles(scope: FastifyInstance, directory: string): Promise<void> {
  await scope.register(fastifyStatic, {
    root: directory,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const hashed = path.includes('/assets/');
      reply.setHeader('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  scope.setNotFoundHandler((request, reply) => {
    const isPage = request.method === 'GET' && !/\.\w+$/.test(pathOf(request));
    if (isPage) reply.sendFile('index.html');
    else reply.code(404).type('text/plain; charset=utf-8').send('There is no such file.');
  });
}

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Ringback</title>
<body style="font: 16px/1.5 system-ui; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>The console has not been built</h1>
<p>Run <code>npm run build</code> in the checkout and start the server again.</p>
<p>The server itself is running: see <a href="/docs">its administration API</a>.</p>
</body></html>
`;
