import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { credentialOf, type LoginSession, type LoginSessions, type User } from '../../config/index.js';
import { RememberedPasswords, readBasic } from '../http/remembered-passwords.js';
import { RequestError } from '../http.js';
import { readCookie } from './login/cookies.js';
import type { Person } from './login/open-id.js';

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
  /** People who logged in with a browser. */
  sessions?: Pick<LoginSessions, 'find'> | undefined;
  /** The identity provider. */
  openId?: { readonly isConfigured: boolean; bearer(token: string): Promise<Person | undefined> } | undefined;
}

/** What of a request says who makes it. */
type Credentials = Pick<FastifyRequest['headers'], 'authorization' | 'cookie'>;

/** Name of the cookie of those who logged in. */
export const SESSION_COOKIE = 'ringback_session';

const ADMINISTRATOR = 'admin';
const CHALLENGE = 'Basic realm="Ringback", charset="UTF-8"';
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Who people are: by HTTP Basic (the user `admin` with the password of the environment, and the configured users), by the
 * session of a login, or by a bearer token of the identity provider. Without that password, a user who is an
 * administrator or a provider everybody is one, which is why the server then binds to the loopback address only. Once
 * demanded, authentication is demanded until the process ends: who deletes the last administrator does not open the
 * server to everybody.
 */
export class Authentication {
  readonly #users: () => ReadonlyMap<string, User>;
  readonly #adminPassword: string | undefined;
  readonly #sessions: AuthenticationOptions['sessions'];
  readonly #openId: AuthenticationOptions['openId'];
  readonly #key = randomBytes(32);
  readonly #passwords = new RememberedPasswords();
  #demanded: boolean;

  constructor({ configuration, adminPassword, sessions, openId }: AuthenticationOptions) {
    this.#users = () => configuration.objects('users');
    this.#adminPassword = adminPassword || undefined;
    this.#sessions = sessions;
    this.#openId = openId;
    this.#demanded = this.#adminPassword !== undefined;
  }

  /** Whether requests must name a user. */
  get required(): boolean {
    this.#demanded ||= hasAdministrator(this.#users().values()) || (this.#openId?.isConfigured ?? false);
    return this.#demanded;
  }

  /** Fastify hook: notes who makes the request; refuses strangers (401) and requests made by foreign pages (403). */
  readonly guard = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    refuseForeignPages(request, this.required);
    const identity = await this.identify(request.headers);
    if (identity) {
      request.identity = identity;
      return;
    }
    const { headers, url } = request;
    if (this.#openId?.isConfigured && headers['sec-fetch-mode'] === 'navigate') {
      await reply.redirect(`/login?${new URLSearchParams({ next: url })}`);
      return;
    }
    // For a page's own requests a browser would ask for a password in a window of its own.
    if (headers['sec-fetch-dest'] !== 'empty') reply.header('www-authenticate', CHALLENGE);
    throw new RequestError(401, 'authentication-required', 'Name a user and the password (HTTP Basic), or log in.');
  };

  /** Who shows these credentials; undefined for nobody who may come in. */
  async identify({ authorization, cookie }: Credentials): Promise<Identity | undefined> {
    if (!this.required) return { name: 'anonymous', roles: new Set(['administrator']) };
    const [, token] = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '') ?? [];
    if (token !== undefined) return identityOf(await this.#openId?.bearer(token));
    const credentials = readBasic(authorization);
    const session = credentials
      ? await this.logIn(credentials.name, credentials.password)
      : await this.#sessionOf(readCookie({ headers: { cookie } }, SESSION_COOKIE));
    return session && this.#identityOf(session);
  }

  /** Whose password it is, as their login is remembered; undefined when it is wrong. */
  async logIn(name: string, password: string): Promise<LoginSession | undefined> {
    if (name === ADMINISTRATOR && this.#adminPassword !== undefined) {
      const isRight = timingSafeEqual(this.#digest(password), this.#digest(this.#adminPassword));
      return isRight ? { name, credential: credentialOf(this.#adminPassword) } : undefined;
    }
    const user = this.#users().get(name);
    const isRight = await this.#passwords.isRight(name, password, user?.password);
    if (!isRight || !user?.enabled || user.roles.length === 0) return undefined;
    return { name, credential: credentialOf(user.password ?? '') };
  }

  /** The login that a cookie stands for, unless the password is another one by now. */
  async #sessionOf(token: string | undefined): Promise<LoginSession | undefined> {
    const session = token === undefined ? undefined : await this.#sessions?.find(token);
    if (!session || session.roles) return session;
    const password = session.name === ADMINISTRATOR ? this.#adminPassword : undefined;
    const current = password ?? this.#users().get(session.name)?.password;
    return current !== undefined && credentialOf(current) === session.credential ? session : undefined;
  }

  #identityOf({ name, roles }: LoginSession): Identity | undefined {
    if (roles) return { name, roles: new Set(roles) };
    if (name === ADMINISTRATOR && this.#adminPassword !== undefined) return { name, roles: new Set(['administrator']) };
    const user = this.#users().get(name);
    return user?.enabled ? { name, roles: new Set(user.roles) } : undefined;
  }

  #digest(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}

function identityOf(person: Person | undefined): Identity | undefined {
  return person && person.roles.length > 0 ? { name: person.name, roles: new Set(person.roles) } : undefined;
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
export function refuseForeignPages(request: FastifyRequest, authenticated: boolean): void {
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
