import type { FastifyInstance } from 'fastify';
import { pathOf } from '../http/failure.js';

type OptionMap = Readonly<Record<string, string>>;

const HIGHEST_PORT = 65_535;

/**
 * The ports at which an address is served, as section `port_restrictions` says: `/genesys/1/service/*` to
 * `80-90,92-98,100`. Of several patterns that match, the longest counts.
 * @returns undefined where the address is not restricted
 */
export function portRule(section: OptionMap, url: string): string | undefined {
  const path = url.split('?')[0] ?? url;
  const [longest] = Object.keys(section)
    .filter((pattern) => isMatch(pattern.trim(), path))
    .sort((one, other) => other.length - one.length);
  return longest === undefined ? undefined : section[longest];
}

/** Whether a list of ports and ranges has a port. What is no port in it is passed over. */
export function hasPort(list: string, port: number): boolean {
  return list.split(',').some((part) => {
    const range = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(part);
    if (!range?.[1]) return false;
    const first = Number(range[1]);
    const last = range[2] === undefined ? first : Number(range[2]);
    return last <= HIGHEST_PORT && port >= first && port <= last;
  });
}

function isMatch(pattern: string, path: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return pattern !== '' && new RegExp(`^${parts.join('.*')}$`).test(path);
}

/**
 * Answers 403 to whoever asks for a restricted address at another port (gms-services.md 1.4). To be added to the whole
 * server, before its APIs; changes of the section are in effect at once.
 * @param portOf the port at which a request came in
 */
export function restrictPorts(
  app: FastifyInstance,
  section: () => OptionMap,
  portOf: (request: { socket: { localPort?: number } }) => number | undefined = ({ socket }) => socket.localPort,
): void {
  app.addHook('onRequest', async (request, reply) => {
    const rules = section();
    const ports = portRule(rules, decoded(request.url));
    if (ports === undefined || ports.trim() === '') return;
    const port = portOf(request);
    if (port === undefined || hasPort(ports, port)) return;
    request.refusal = `${pathOf(request)} is restricted to ports ${ports}`;
    const body = { exception: 'com.genesyslab.gsg.GSGException', message: 'Forbidden' };
    return reply.code(403).type('application/json;charset=utf-8').send(JSON.stringify(body));
  });
}

/** Escapes do not lead around a rule. */
function decoded(url: string): string {
  try {
    return decodeURIComponent(url.split('?')[0] ?? url);
  } catch (error) {
    if (error instanceof URIError) return url;
    throw error;
  }
}
