import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { adminServer, type TestServer } from '../testing.js';
import { IdentityProvider } from './testing.js';

const servers: TestServer[] = [];
let provider: IdentityProvider;

beforeAll(async () => {
  provider = await IdentityProvider.start();
});
afterAll(() => provider.stop());
afterEach(async () => {
  for (const { app } of servers.splice(0)) await app.close();
});

async function serve(adminPassword?: string): Promise<TestServer> {
  const server = await adminServer(adminPassword === undefined ? {} : { adminPassword });
  servers.push(server);
  return server;
}

const ADMIN = { authorization: `Basic ${Buffer.from('admin:s3cret').toString('base64')}` };

async function post(server: TestServer, fields: Record<string, string>, url = '/login', headers = {}) {
  return server.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  });
}

/** What a browser would send back. */
function cookieOf(answer: { headers: Record<string, unknown> }): string {
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

describe('the login page', () => {
  test.each([
    ['en-GB,en;q=0.9', '/login', 'Welcome', 'lang="en"'],
    ['fr-FR', '/login', 'Bienvenue', 'lang="fr-CA"'],
    ['en', '/login?language=ja', 'ようこそ', 'lang="ja"'],
    ['xx', '/login?language=xx', 'Welcome', 'lang="en"'],
  ])('speaks the language of %s at %s', async (accepted, url, heading, language) => {
    const { app } = await serve('s3cret');
    const answer = await app.inject({ url, headers: { 'accept-language': accepted } });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain(heading);
    expect(answer.body).toContain(language);
  });

  test('is where the original had its own', async () => {
    const { app } = await serve('s3cret');
    expect((await app.inject('/genesys/admin/login.jsp')).headers.location).toBe('/login');
  });

  test('shows what was typed without being deceived by it', async () => {
    const server = await serve('s3cret');
    const { body } = await post(server, { user: '"><script>', password: 'x', next: '"><script>' });
    expect(body).not.toContain('<script>');
  });
});

describe('a login with a password', () => {
  test('opens a session that ends with the log-out', async () => {
    const server = await serve('s3cret');
    const answer = await post(server, { user: 'admin', password: 's3cret', next: '/console/services' });
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/console/services']);
    expect(answer.headers['set-cookie']).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    const cookie = cookieOf(answer);
    const me = await server.send('GET', '/me', undefined, { cookie });
    expect(me.body).toMatchObject({ name: 'admin', roles: ['administrator'], session: true });
    expect((await server.send('PUT', '/services/x', {}, { cookie })).status).toBe(201);
    expect((await post(server, {}, '/logout', { cookie })).headers.location).toBe('/login');
    expect((await server.send('GET', '/me', undefined, { cookie })).status).toBe(401);
  });

  test.each([
    ['admin', 'wrong', 401, 'Incorrect username and/or password.'],
    ['nobody', 's3cret', 401, 'Incorrect username and/or password.'],
    ['away', 'p', 401, 'Incorrect username and/or password.'],
    ['admin', '', 400, 'Please fill in all mandatory fields'],
    ['', '', 400, 'Please fill in all mandatory fields'],
  ])('of %s with "%s" is refused', async (user, password, status, text) => {
    const server = await serve('s3cret');
    await server.send('PUT', '/users/away', { password: 'p', roles: ['agent'], enabled: false }, ADMIN);
    const answer = await post(server, { user, password });
    expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([status, undefined]);
    expect(answer.body).toContain(text);
  });

  test('hands the language that was chosen to the console, and keeps it for the next time', async () => {
    const server = await serve('s3cret');
    const answer = await post(server, { user: 'admin', password: 's3cret', language: 'fr' });
    expect(answer.headers['set-cookie']).toContain('ringback_language=fr; Path=/; SameSite=Lax; Max-Age=31536000');
    const again = await server.app.inject({ url: '/login', headers: { cookie: 'ringback_language=fr' } });
    expect(again.body).toContain('Bienvenue');
    const unknown = await post(server, { user: 'admin', password: 's3cret', language: 'tlh' });
    expect(unknown.headers['set-cookie']).not.toContain('ringback_language');
  });

  test('ends after twelve hours, with another password and with the user', async () => {
    const server = await serve('s3cret');
    await server.send('PUT', '/users/eve', { password: 'p', roles: ['developer'] }, ADMIN);
    const login = async (password: string) => cookieOf(await post(server, { user: 'eve', password }));
    const status = async (cookie: string) => (await server.send('GET', '/me', undefined, { cookie })).status;
    const first = await login('p');
    expect(await status(first)).toBe(200);
    await server.clock.advance(12 * 3_600_000);
    expect(await status(first)).toBe(401);
    const second = await login('p');
    await server.send('PATCH', '/users/eve', { password: 'q' }, ADMIN);
    expect(await status(second)).toBe(401);
    const third = await login('q');
    await server.send('DELETE', '/users/eve', undefined, ADMIN);
    expect(await status(third)).toBe(401);
    expect(await status('ringback_session=made-up')).toBe(401);
  });

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'console'])(
    'does not lead to %s',
    async (next) => {
      const server = await serve('s3cret');
      const answer = await post(server, { user: 'admin', password: 's3cret', next });
      expect(answer.headers.location).toBe('/console/');
    },
  );

  test('is not done by pages of other sites', async () => {
    const server = await serve('s3cret');
    const headers = { 'sec-fetch-site': 'cross-site' };
    const answer = await post(server, { user: 'admin', password: 's3cret' }, '/login', headers);
    expect(answer.statusCode).toBe(403);
  });
});

describe('a login with an identity provider', () => {
  async function serveWithProvider(more: Record<string, string> = {}): Promise<TestServer> {
    const server = await serve('s3cret');
    const options = { issuer: provider.issuer, client_id: 'ringback', client_secret: 'shh', title: 'Our SSO', ...more };
    await server.send('PUT', '/options/oidc', options, ADMIN);
    return server;
  }

  /** Goes to the provider and back, as a browser does. */
  async function travel(server: TestServer) {
    const out = await server.app.inject('/login/oidc?next=/console/services');
    const cookie = cookieOf(out);
    const back = await fetch(String(out.headers.location), { redirect: 'manual' });
    const { pathname, search } = new URL(back.headers.get('location') ?? '');
    return {
      arrive: () => server.app.inject({ url: pathname + search, headers: { cookie } }),
      pathname,
      search,
      cookie,
    };
  }

  test('opens a session with the roles that the provider names', async () => {
    const server = await serveWithProvider({ roles_claim: 'realm_access.roles', supervisor: 'floor-leads' });
    expect((await server.app.inject('/login')).body).toContain('Our SSO');
    provider.claims = { preferred_username: 'grace', realm_access: { roles: ['floor-leads', 'staff'] } };
    const answer = await (await travel(server)).arrive();
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/console/services']);
    const me = await server.send('GET', '/me', undefined, { cookie: cookieOf(answer) });
    expect(me.body).toMatchObject({ name: 'grace', roles: ['supervisor'] });
  });

  test('is refused to who has no role, to other browsers and a second time', async () => {
    const server = await serveWithProvider();
    provider.claims = { preferred_username: 'guest', roles: 'visitor' };
    const visit = await travel(server);
    const refused = await visit.arrive();
    expect([refused.statusCode, refused.headers['set-cookie']]).toEqual([403, undefined]);
    provider.claims = { preferred_username: 'grace', roles: 'agent developer' };
    const { pathname, search, cookie } = await travel(server);
    expect((await server.app.inject(pathname + search)).statusCode).toBe(400);
    expect((await server.app.inject({ url: `${pathname}?code=x&state=y`, headers: { cookie } })).statusCode).toBe(401);
  });

  test('is where browsers are led that nobody is logged in with, unlike programs', async () => {
    const { app } = await serveWithProvider();
    const page = await app.inject({ url: '/console/services', headers: { 'sec-fetch-mode': 'navigate' } });
    expect([page.statusCode, page.headers.location]).toEqual([302, '/login?next=%2Fconsole%2Fservices']);
    expect((await app.inject('/console/services')).statusCode).toBe(401);
  });

  test('says so when the provider is away', async () => {
    const server = await serveWithProvider({ issuer: 'http://127.0.0.1:1' });
    const answer = await server.app.inject('/login/oidc');
    expect(answer.statusCode).toBe(502);
    expect(answer.json()).toMatchObject({ type: 'urn:ringback:problem:identity-provider-unreachable' });
  });

  test('is not offered without one', async () => {
    const server = await serve('s3cret');
    expect((await server.app.inject('/login/oidc')).statusCode).toBe(404);
  });

  test('lets programs in with a token for this server that is still valid', async () => {
    const server = await serveWithProvider();
    const status = async (token: string) =>
      (await server.send('GET', '/services', undefined, { authorization: `Bearer ${token}` })).status;
    const claims = { sub: 'robot', roles: ['developer'] };
    expect(await status(await provider.token(claims))).toBe(200);
    expect(await status(await provider.token({ sub: 'robot', roles: [] }))).toBe(401);
    expect(await status(await provider.token(claims, 'another'))).toBe(401);
    expect(await status(await provider.token(claims, 'ringback', '-1m'))).toBe(401);
    expect(await status('no.token.really')).toBe(401);
  });
});
