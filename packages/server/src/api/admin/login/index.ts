import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { LoginSessions } from '../../../config/index.js';
import { isObject, type Logger } from '../../../kernel/index.js';
import { answerFailures, RequestError } from '../../http.js';
import { asProblem } from '../../problem.js';
import { type Authentication, refuseForeignPages, SESSION_COOKIE } from '../authentication.js';
import { originOf, readCookie, setCookie } from './cookies.js';
import { isLanguage, type LoginPage, loginPage, pageLanguage } from './login-page.js';
import type { Departure, OpenId } from './open-id.js';

export interface LoginOptions {
  authentication: Authentication;
  sessions: LoginSessions;
  openId: OpenId;
  log: Logger;
}

const DEPARTURE_COOKIE = 'ringback_login';
const DEPARTURE_SECONDS = 600;
/** The language that a person chose here or in the console, for both of them. */
const LANGUAGE_COOKIE = 'ringback_language';
const LANGUAGE_SECONDS = 365 * 86_400;
const HOME = '/console/';
/** The page has no script, and goes to an identity provider only by a redirect of this server. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/**
 * `/login`: people log in with a form or with an identity provider and have a session from then on (cookie); `/logout`
 * ends it. To be registered without a prefix. Programs may go on with HTTP Basic, or use bearer tokens of the provider.
 */
export async function loginApi(app: FastifyInstance, options: LoginOptions): Promise<void> {
  const { authentication, sessions, openId, log } = options;
  answerFailures(app, log, asProblem);
  app.addHook('onRequest', async (request, reply) => {
    refuseForeignPages(request, authentication.required);
    reply.headers({ 'cache-control': 'no-store', 'content-security-policy': CONTENT_SECURITY_POLICY });
  });

  const show = (request: FastifyRequest, reply: FastifyReply, page: Partial<LoginPage>) => {
    const { language, next } = fieldsOf(request);
    const provider = openId.isConfigured ? openId.title : undefined;
    return reply.type('text/html; charset=utf-8').send(
      loginPage({
        language: pageLanguage(language ?? readCookie(request, LANGUAGE_COOKIE), request.headers['accept-language']),
        next: localPath(next),
        ...(provider !== undefined && { provider }),
        ...page,
      }),
    );
  };
  const welcome = (request: FastifyRequest, reply: FastifyReply, token: string, next: string) => {
    setCookie(request, reply, SESSION_COOKIE, token);
    return reply.redirect(next, 303);
  };

  app.get('/genesys/admin/login.jsp', async (_request, reply) => reply.redirect('/login'));
  app.get('/login', async (request, reply) => show(request, reply, {}));

  app.post('/login', async (request, reply) => {
    const { user = '', password = '', next, language = '' } = fieldsOf(request);
    if (user === '' || password === '') return show(request, reply.code(400), { complaint: 'missing', user });
    const session = await authentication.logIn(user, password);
    if (!session) return show(request, reply.code(401), { complaint: 'wrong', user });
    if (isLanguage(language)) {
      setCookie(request, reply, LANGUAGE_COOKIE, language, { maxAgeSeconds: LANGUAGE_SECONDS, readable: true });
    }
    return welcome(request, reply, await sessions.open(session), localPath(next));
  });

  app.get('/login/oidc', async (request, reply) => {
    if (!openId.isConfigured) throw new RequestError(404, 'not-found', 'There is no identity provider (section oidc).');
    const { url, departure } = await openId.depart(openId.redirectUri(originOf(request)));
    const next = localPath(fieldsOf(request).next);
    const kept = Buffer.from(JSON.stringify({ ...departure, next })).toString('base64url');
    setCookie(request, reply, DEPARTURE_COOKIE, kept, { path: '/login', maxAgeSeconds: DEPARTURE_SECONDS });
    return reply.redirect(url.href, 303);
  });

  app.get('/login/oidc/callback', async (request, reply) => {
    const kept = departureOf(request);
    if (!kept)
      return show(request, reply.code(400), { complaint: { sentence: 'The login took too long. Try again.' } });
    const returned = new URL(openId.redirectUri(originOf(request)));
    returned.search = new URL(request.url, 'http://localhost').search;
    const person = await openId.arrive(returned, kept);
    // Who has no role here may not come in, as in the original.
    if (person.roles.length === 0) return show(request, reply.code(403), { complaint: 'wrong', user: person.name });
    return welcome(request, reply, await sessions.open(person), kept.next);
  });

  app.post('/logout', async (request, reply) => {
    const token = readCookie(request, SESSION_COOKIE);
    if (token !== undefined) await sessions.close(token);
    setCookie(request, reply, SESSION_COOKIE, '', { maxAgeSeconds: 0 });
    return reply.redirect('/login', 303);
  });
}

/** Fields of the form, of a JSON body or of the query. */
function fieldsOf(request: FastifyRequest): Record<'user' | 'password' | 'next' | 'language', string | undefined> {
  const sources = [request.formValues, request.body, request.query];
  const field = (name: string): string | undefined => {
    for (const source of sources) {
      const value: unknown = isObject(source) ? source[name] : undefined;
      const last: unknown = Array.isArray(value) ? value.at(-1) : value;
      if (typeof last === 'string') return last;
    }
    return undefined;
  };
  return { user: field('user'), password: field('password'), next: field('next'), language: field('language') };
}

/** A path of this server; anything else would let a link lead people from the login to a foreign page. */
function localPath(next: string | undefined): string {
  if (next === undefined || !/^\/(?![/\\])[^\\]*$/.test(next)) return HOME;
  return URL.canParse(next, 'http://localhost') && new URL(next, 'http://localhost').origin === 'http://localhost'
    ? next
    : HOME;
}

function departureOf(request: FastifyRequest): (Departure & { next: string }) | undefined {
  const kept = readCookie(request, DEPARTURE_COOKIE);
  if (kept === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(kept, 'base64url').toString());
    if (!isObject(value)) return undefined;
    const { state, nonce, verifier, next } = value;
    if (typeof state !== 'string' || typeof nonce !== 'string' || typeof verifier !== 'string') return undefined;
    return { state, nonce, verifier, next: localPath(typeof next === 'string' ? next : undefined) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
