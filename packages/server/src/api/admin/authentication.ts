import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { User } from '../../config/index.js';
import { RememberedPasswords, readBasic } from '../http/remembered-passwords.js';
import { RequestError } from '../http.js';

export type Role = User['roles'][number];

/** Who makes a request. */
export interface Identity {
  name: string;
  roles: ReadonlySet<Role>;
}

declare module 'fastify' {
  interface FastifyRequest {
    identity: Identity | null;
  }
}

export interface AuthenticationOptions {
  configuration: { objects(kind: 'users'): ReadonlyMap<string, User> };
  /** Password of the user `admin` (RINGBACK_ADMIN_PASSWORD). */
  adminPassword?: string | undefined;
}

const ADMINISTRATOR = 'admin';
const CHALLENGE = 'Basic realm="Ringback", charset="UTF-8"';
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * HTTP Basic authentication of people: the user `admin` with the password of the environment, and the configured users.
 * Without that password and without a user who is an administrator everybody is one, which is why the server then binds
 * to the loopback address only. Once demanded, authentication is demanded until the process ends: who deletes the last
 * administrator does not open the server to everybody.
 */
export class Authentication {
  readonly #users: () => ReadonlyMap<string, User>;
  readonly #adminPassword: string | undefined;
  readonly #key = randomBytes(32);
  readonly #passwords = new RememberedPasswords();
  #demanded: boolean;

  constructor({ configuration, adminPassword }: AuthenticationOptions) {
    this.#users = () => configuration.objects('users');
    this.#adminPassword = adminPassword || undefined;
    this.#demanded = this.#adminPassword !== undefined;
  }

  /** Whether requests must name a user. */
  get required(): boolean {
    this.#demanded ||= hasAdministrator(this.#users().values());
    return this.#demanded;
  }

  /** Fastify hook: notes who makes the request; refuses strangers (401) and requests made by foreign pages (403). */
  readonly guard = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    refuseForeignPages(request, this.required);
    const identity = await this.identify(request.headers.authorization);
    if (!identity) {
      reply.header('www-authenticate', CHALLENGE);
      throw new RequestError(401, 'authentication-required', 'Name a user and the password (HTTP Basic).');
    }
    request.identity = identity;
  };

  /** @param authorization the header of that name */
  async identify(authorization: string | undefined): Promise<Identity | undefined> {
    if (!this.required) return { name: 'anonymous', roles: new Set(['administrator']) };
    const credentials = readBasic(authorization);
    if (!credentials) return undefined;
    const { name, password } = credentials;
    if (name === ADMINISTRATOR && this.#adminPassword !== undefined) {
      const right = timingSafeEqual(this.#digest(password), this.#digest(this.#adminPassword));
      return right ? { name, roles: new Set(['administrator']) } : undefined;
    }
    const user = this.#users().get(name);
    if (!(await this.#passwords.isRight(name, password, user?.password)) || !user?.enabled) return undefined;
    return { name, roles: new Set(user.roles) };
  }

  #digest(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}

/** True if somebody can log in who may administer the server. */
export function hasAdministrator(users: Iterable<User>): boolean {
  for (const { enabled, password, roles } of users)
    if (enabled && password && roles.includes('administrator')) return true;
  return false;
}

/**
 * A page of another site must not make a browser change anything here, with the credentials that the browser remembers
 * or, while none are needed, by a name that was made to point at this machine.
 */
function refuseForeignPages(request: FastifyRequest, authenticated: boolean): void {
  const { host = '' } = request.headers;
  if (!SAFE_METHODS.has(request.method) && comesFromElsewhere(request)) {
    throw new RequestError(403, 'foreign-origin', 'Pages of other sites may not change anything here.');
  }
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  if (authenticated || isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return;
  const remedy = 'Set RINGBACK_ADMIN_PASSWORD to use it under another name.';
  throw new RequestError(
    403,
    'foreign-host',
    `Without authentication this API answers as localhost only, not as "${host}". ${remedy}`,
  );
}

/** What the browser itself says; older ones, and plain HTTP, name the page's origin only. Other clients say neither. */
function comesFromElsewhere({ headers }: FastifyRequest): boolean {
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host.toLowerCase();
}
