import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const FOLDER = '/widget/';
const ENTRY = `export * from '.${FOLDER}widget/index.js';\n`;

/**
 * Serves the callback widget for the pages of customers, on whatever server these are: `/widget.js` is what a page names,
 * its modules lie below `/widget/`. Nothing of it is secret.
 *
 * @param directory the built client (packages/client/dist)
 */
export async function registerWidget(app: FastifyInstance, directory: string): Promise<void> {
  if (!existsSync(join(directory, 'widget', 'index.js'))) return;
  const headers = {
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'public, max-age=300',
  };
  app.get('/widget.js', async (_request, reply) =>
    reply.headers(headers).type('text/javascript; charset=utf-8').send(ENTRY),
  );
  await app.register(fastifyStatic, {
    root: directory,
    prefix: FOLDER,
    decorateReply: false,
    cacheControl: false,
    index: false,
    allowedPath: (path) => path.endsWith('.js'),
    setHeaders: (reply) => {
      for (const [name, value] of Object.entries(headers)) reply.setHeader(name, value);
    },
  });
}
