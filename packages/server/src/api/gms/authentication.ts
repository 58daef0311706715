import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { authenticationError } from './errors.js';

type OptionMap = Readonly<Record<string, string>>;

/** Where user names and passwords are configured. */
export interface CredentialSource {
  service(name: string): OptionMap | undefined;
  section(name: string): OptionMap;
}

/**
 * HTTP Basic authentication of the GMS APIs: `username` and `password` of section `server`, each of which a service can
 * replace on its own. A password is demanded exactly when one results; a user name alone protects nothing. Changes are
 * in effect at once.
 * @param service name of the service that is addressed; undefined where the API has none
 */
export function isAuthenticated(
  source: CredentialSource,
  authorization: string | undefined,
  service?: string,
): boolean {
  const server = source.section('server');
  const own = service === undefined ? undefined : source.service(service);
  const password = own?.password || server.password;
  if (!password) return true;
  const username = own?.username || server.username || '';
  const given = readBasic(authorization);
  if (!given) return false;
  const sameName = isSame(given.username, username);
  return isSame(given.password, password) && sameName;
}

/**
 * Refuses a request without the right credentials with 401 and a challenge.
 * @returns true when it has been answered
 */
export function refuseStranger(
  source: CredentialSource,
  request: FastifyRequest,
  reply: FastifyReply,
  service?: string,
): boolean {
  if (isAuthenticated(source, request.headers.authorization, service)) return false;
  const { status, body } = authenticationError();
  request.refusal = 'unauthenticated';
  reply.header('www-authenticate', 'Basic realm="genesys"');
  reply.code(status).type('application/json;charset=utf-8').send(body);
  return true;
}

function readBasic(authorization: string | undefined): { username: string; password: string } | undefined {
  const encoded = /^Basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const separator = decoded.indexOf(':');
  if (separator < 0) return undefined;
  return { username: decoded.slice(0, separator), password: decoded.slice(separator + 1) };
}

/** Takes as long for a near miss as for any other; hashing makes the lengths equal. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
