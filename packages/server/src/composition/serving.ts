import type { FastifyInstance } from 'fastify';
import { openListeners } from '../api/index.js';
import { RingbackError } from '../kernel/index.js';
import type { Ground, Undo } from './ground.js';
import { urlOf } from './own-address.js';
import type { ServerSettings } from './settings.js';

const CLOSE_LIMIT_MS = 5_000;

/** Listens; the address that clients use is returned. */
export async function serve(
  app: FastifyInstance,
  ground: Ground,
  settings: ServerSettings,
  undo: Undo,
): Promise<string> {
  const { host, port } = settings;
  undo.push(() => closeApp(app));
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new RingbackError(
      'address-unusable',
      `The server cannot listen on ${host} port ${port}: ${reasonOf(error)}.`,
    );
  }
  const listeners = await openListeners(app, ground.config.objects('listeners').values(), { host, log: ground.log });
  undo.push(() => listeners.close());
  const address = app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  ground.own.url = urlOf(address.address, address.port);
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${shown}:${address.port}`;
}

/** Requests under way are finished; connections that are still open after that time never asked for anything. */
async function closeApp(app: FastifyInstance): Promise<void> {
  const force = setTimeout(() => app.server.closeAllConnections(), CLOSE_LIMIT_MS);
  await app.close();
  clearTimeout(force);
}

/** Why an address cannot be bound, for a person. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'another program uses it (choose another port with --port)';
  if (code === 'EACCES') return 'that is not permitted to this user';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address';
  return error instanceof Error ? error.message : String(error);
}
