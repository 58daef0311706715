import { afterEach, describe, expect, test } from 'vitest';
import type { Listener, User } from '../../config/index.js';
import { bindRefusal, isLoopback } from './bind-refusal.js';
import { adminServer, type TestServer } from './testing.js';

const servers: TestServer[] = [];

afterEach(async () => {
  for (const { app } of servers.splice(0)) await app.close();
});

async function serve(adminPassword?: string): Promise<TestServer> {
  const server = await adminServer({
    ...(adminPassword !== undefined && { adminPassword }),
    agents: {
      login: async (id) => ({ id, state: 'not-ready', since: 1 }),
      logout: async (id) => ({ id, state: 'logged-out', since: 1 }),
      ready: async (id) => ({ id, state: 'ready', since: 1 }),
      notReady: async (id) => ({ id, state: 'not-ready', since: 1 }),
      state: (id) => ({ id, state: 'ready', since: 1 }),
      states: () => [],
    },
  });
  servers.push(server);
  return server;
}

function as(name: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
}

describe('authentication', () => {
  test('is not asked for while nothing is configured', async () => {
    const { send } = await serve();
    expect((await send('GET', '/services')).status).toBe(200);
  });

  test('asks for the administrator of the environment', async () => {
    const { send } = await serve('s3cret');
    const refused = await send('GET', '/services');
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toContain('Basic realm="Ringback"');
    expect(refused.body).toMatchObject({ type: 'urn:ringback:problem:authentication-required' });
    expect((await send('GET', '/services', undefined, as('admin', 'wrong'))).status).toBe(401);
    expect((await send('GET', '/services', undefined, { authorization: 'Basic !' })).status).toBe(401);
    expect((await send('GET', '/services', undefined, as('admin', 's3cret'))).status).toBe(200);
    expect((await send('GET', '/services', '{', as('admin', 'wrong'))).status).toBe(401);
  });

  test('keeps strangers from the console and the description, not from what operators ask', async () => {
    const { app } = await serve('s3cret');
    for (const path of ['/console/', '/docs/', '/api/v1/openapi.json']) {
      expect((await app.inject(path)).statusCode, path).toBe(401);
    }
    expect((await app.inject({ url: '/docs/', headers: as('admin', 's3cret') })).statusCode).toBe(200);
    for (const path of ['/healthz', '/readyz', '/metrics']) expect((await app.inject(path)).statusCode, path).toBe(200);
  });

  test('knows the configured users, whose passwords are never shown', async () => {
    const { send, configuration } = await serve('s3cret');
    const admin = as('admin', 's3cret');
    const created = await send('PUT', '/users/eve', { password: 'ab:c', roles: ['supervisor'] }, admin);
    expect([created.status, created.body]).toEqual([201, { name: 'eve', roles: ['supervisor'] }]);
    expect((await send('GET', '/users', undefined, admin)).body).toEqual([{ name: 'eve', roles: ['supervisor'] }]);
    expect(configuration.object('users', 'eve')?.password).toMatch(/^\$scrypt\$/);
    expect((await send('GET', '/services', undefined, as('eve', 'ab:c'))).status).toBe(200);
    expect((await send('GET', '/services', undefined, as('eve', 'abc'))).status).toBe(401);
    await send('PATCH', '/users/eve', { password: 'new' }, admin);
    expect((await send('GET', '/services', undefined, as('eve', 'ab:c'))).status).toBe(401);
    expect((await send('GET', '/services', undefined, as('eve', 'new'))).status).toBe(200);
    await send('PATCH', '/users/eve', { enabled: false }, admin);
    expect((await send('GET', '/services', undefined, as('eve', 'new'))).status).toBe(401);
  });

  test('is configured by users alone too', async () => {
    const { send } = await serve();
    await send('PUT', '/users/root', { password: 'p', roles: ['administrator'] });
    expect((await send('GET', '/users')).status).toBe(401);
    expect((await send('GET', '/users', undefined, as('root', 'p'))).status).toBe(200);
  });

  test('is not asked for while no user is an administrator', async () => {
    const { send } = await serve();
    await send('PUT', '/users/eve', { password: 'p', roles: ['supervisor'] });
    expect((await send('GET', '/users')).status).toBe(200);
  });

  test('does not end with the last administrator', async () => {
    const { send } = await serve();
    await send('PUT', '/users/root', { password: 'p', roles: ['administrator'] });
    expect((await send('DELETE', '/users/root', undefined, as('root', 'p'))).status).toBe(204);
    expect((await send('GET', '/users')).status).toBe(401);
  });
});

describe('a role', () => {
  test.each<[User['roles'][number], string, string, unknown, number]>([
    ['supervisor', 'GET', '/services', undefined, 200],
    ['supervisor', 'PUT', '/services/x', {}, 403],
    ['supervisor', 'PUT', '/lists/x', {}, 201],
    ['supervisor', 'GET', '/users', undefined, 403],
    ['supervisor', 'POST', '/agents/a1/ready', {}, 200],
    ['supervisor', 'PUT', '/simulator', {}, 403],
    ['developer', 'PUT', '/services/x', {}, 201],
    ['developer', 'PUT', '/options/server', {}, 403],
    ['developer', 'POST', '/agents/a1/ready', {}, 403],
    ['developer', 'GET', '/callbacks', undefined, 200],
    ['agent', 'GET', '/services', undefined, 403],
    ['agent', 'POST', '/agents/someone/ready', {}, 200],
    ['agent', 'POST', '/agents/a1/ready', {}, 403],
    ['agent', 'GET', '/agents/a1/state', undefined, 403],
    ['administrator', 'PUT', '/options/server', {}, 201],
  ])('%s: %s %s', async (role, method, path, body, status) => {
    const { send } = await serve('s3cret');
    await send('PUT', '/users/someone', { password: 'p', roles: [role] }, as('admin', 's3cret'));
    // The table holds methods of HTTP.
    const answer = await send(method as 'GET', path, body, as('someone', 'p'));
    expect(answer.status).toBe(status);
  });

  test('hides credentials in options from all but administrators', async () => {
    const { send } = await serve('s3cret');
    const admin = as('admin', 's3cret');
    await send('PUT', '/users/dev', { password: 'p', roles: ['developer'] }, admin);
    await send('PUT', '/services/S', { _service: 'callback', username: 'u', password: 'w' }, admin);
    expect((await send('GET', '/services/S', undefined, admin)).body).toMatchObject({ password: 'w' });
    const body = { _service: 'callback', username: 'u' };
    expect((await send('GET', '/services/S', undefined, as('dev', 'p'))).body).toEqual(body);
    expect((await send('GET', '/services', undefined, as('dev', 'p'))).body).toEqual([{ name: 'S', options: body }]);
  });
});

describe('a foreign page', () => {
  test('cannot change anything', async () => {
    const { send } = await serve('s3cret');
    const foreign = { origin: 'https://evil.example', ...as('admin', 's3cret') };
    expect((await send('PUT', '/skills/x', {}, foreign)).status).toBe(403);
    expect((await send('PUT', '/skills/x', {}, { ...foreign, origin: 'null' })).status).toBe(403);
    const own = { ...foreign, origin: 'http://localhost:8080', host: 'localhost:8080' };
    expect((await send('PUT', '/skills/x', {}, own)).status).toBe(201);
    const proxied = { ...foreign, 'sec-fetch-site': 'same-origin' };
    expect((await send('PUT', '/skills/x', {}, proxied)).status).toBe(200);
    const otherPort = { ...own, 'sec-fetch-site': 'same-site' };
    expect((await send('PUT', '/skills/x', {}, otherPort)).status).toBe(403);
    expect((await send('GET', '/skills', undefined, foreign)).status).toBe(200);
  });

  test('cannot reach the server without authentication by a name of its own', async () => {
    const { send } = await serve();
    expect((await send('GET', '/skills', undefined, { host: 'evil.example:8080' })).status).toBe(403);
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8080', '192.168.1.5:8080']) {
      expect((await send('GET', '/skills', undefined, { host })).status, host).toBe(200);
    }
  });
});

describe('a public address', () => {
  const person: [string, User] = ['u', { name: 'u', roles: ['administrator'], enabled: true, password: 'hash' }];

  function config(server: Record<string, string> = {}, users: [string, User][] = [], listeners: Listener[] = []) {
    const objects = (kind: 'users' | 'listeners') =>
      new Map<string, never>(
        // Each kind is asked for with its own type.
        (kind === 'users' ? users : listeners.map((listener) => [listener.name, listener])) as [string, never][],
      );
    return { section: (name: string) => (name === 'server' ? server : {}), objects };
  }

  const credentials = { username: 'u', password: 'p' };
  const open = (api: 'gms' | 'ors' | 'ocs'): Listener => ({ name: api, api, open: true });

  test('is refused unless people and clients must say who they are', () => {
    const host = '0.0.0.0';
    expect(bindRefusal({ host: '127.0.0.1', config: config() })).toBeUndefined();
    const refusal = bindRefusal({ host, config: config() }) ?? '';
    expect(refusal).toContain('RINGBACK_ADMIN_PASSWORD');
    expect(refusal).toContain('section `server`');
    expect(bindRefusal({ host, config: config(credentials) })).toContain('RINGBACK_ADMIN_PASSWORD');
    expect(bindRefusal({ host, config: config(), adminPassword: 'x' })).toContain('`password` in section `server`');
    expect(bindRefusal({ host, config: config({ username: 'u' }), adminPassword: 'x' })).toBeDefined();
    expect(bindRefusal({ host, config: config(credentials), adminPassword: 'x' })).toBeUndefined();
    expect(bindRefusal({ host, config: config(credentials, [person]) })).toBeUndefined();
    const supervisor: [string, User] = ['s', { ...person[1], roles: ['supervisor'] }];
    expect(bindRefusal({ host, config: config(credentials, [supervisor]) })).toContain('an administrator among them');
    const half = config({}, [], [open('gms'), open('ocs')]);
    expect(bindRefusal({ host, config: half, adminPassword: 'x' })).toContain('listeners: [{ name: ors, open: true }]');
    const all = config({}, [], [open('gms'), open('ors'), open('ocs')]);
    expect(bindRefusal({ host, config: all, adminPassword: 'x' })).toBeUndefined();
    expect(bindRefusal({ host, config: half, adminPassword: 'x', apis: ['gms'] })).toBeUndefined();
    const further = config({}, [], [{ name: 'x', api: 'ocs', open: false, host: '10.0.0.1', port: 1 }]);
    expect(bindRefusal({ host: 'localhost', config: further })).toContain('10.0.0.1');
  });

  test.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['localhost', true],
    ['::1', true],
    ['[::1]', true],
    ['0.0.0.0', false],
    ['::', false],
    ['', false],
    ['127.0.0.1.evil.example', false],
    ['192.168.0.1', false],
  ])('%s is loopback: %s', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });
});
