import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../../kernel/index.js';

/** A further port at which one API is served under a prefix of its own. */
export interface ListenerSettings {
  name: string;
  api: string;
  host?: string | undefined;
  port?: number | undefined;
  /** Path of the API on this port; default: as on the main port. */
  prefix?: string | undefined;
}

export interface OpenListeners {
  /** `http://host:port` by the name of the listener. */
  addresses: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Where each API is on the main port. */
const MAIN_PREFIXES: Readonly<Record<string, string>> = {
  gms: '/genesys',
  cs: '/genesys/1/cs',
  ors: '/scxml',
  ocs: '/ocs',
  commdn: '/commdn',
  desktop: '/desktop',
  admin: '/api/v1',
};

/**
 * Opens the ports of the `listeners` in the configuration. They hand their requests to the main server, so that an API
 * is one and the same wherever it is reached; nothing but that API is reached there.
 * @throws when a port cannot be opened; those already open are closed again
 */
export async function openListeners(
  app: FastifyInstance,
  listeners: Iterable<ListenerSettings>,
  { host: defaultHost, log }: { host: string; log: Logger },
): Promise<OpenListeners> {
  const servers: Server[] = [];
  const addresses = new Map<string, string>();
  const close = async () => {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  };
  try {
    for (const { name, api, host = defaultHost, port, prefix } of listeners) {
      const main = MAIN_PREFIXES[api];
      if (port === undefined || main === undefined) continue;
      const server = serverFor(app, main, withoutSlash(prefix ?? main));
      servers.push(server);
      await listen(server, port, host);
      const address = `http://${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`;
      addresses.set(name, address);
      log.info({ listener: name, api, address: address + (prefix ?? main) }, 'Listening on a further port');
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { addresses, close };
}

function serverFor(app: FastifyInstance, main: string, own: string): Server {
  const translate = (request: IncomingMessage): boolean => {
    const path = request.url ?? '/';
    const inside = own === '' || path === own || path.startsWith(`${own}/`) || path.startsWith(`${own}?`);
    if (inside) request.url = main + path.slice(own.length);
    return inside;
  };
  const server = createServer((request, response) => {
    if (translate(request)) app.routing(request, response);
    else response.writeHead(404, { 'content-type': 'text/plain' }).end('Nothing is served here.');
  });
  server.on('upgrade', (request, socket, head) => {
    if (translate(request)) app.server.emit('upgrade', request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
  });
  return server;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port; // a TCP server that listens
}

function withoutSlash(prefix: string): string {
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
}
