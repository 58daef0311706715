import { afterEach, describe, expect, test } from 'vitest';
import type { AdminOptions } from './index.js';
import { adminServer, type TestServer } from './testing.js';

const servers: TestServer[] = [];

afterEach(async () => {
  for (const { app } of servers.splice(0)) await app.close();
});

async function serve(more: Partial<AdminOptions> & { adminPassword?: string } = {}): Promise<TestServer> {
  const server = await adminServer(more);
  servers.push(server);
  return server;
}

function as(name: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
}

const ADMIN = as('admin', 's3cret');

describe('the audit log', () => {
  test('has every change of a configured object with what it was before, and nothing of what changed nothing', async () => {
    const { send } = await serve({ adminPassword: 's3cret' });
    await send('PUT', '/services/one', { _service: 'callback', _target: 'A@GA' }, ADMIN);
    await send('PATCH', '/services/one', { _target: 'B@GA' }, ADMIN);
    await send('PATCH', '/services/one', { _target: 'B@GA' }, ADMIN);
    await send('PUT', '/services/one', ['no', 'options'], ADMIN);
    await send('DELETE', '/services/one', undefined, ADMIN);
    await send('DELETE', '/services/one', undefined, ADMIN);
    const { status, body } = await send('GET', '/audit', undefined, ADMIN);
    expect(status).toBe(200);
    const one = { author: 'admin', kind: 'services', name: 'one' };
    expect(body).toEqual([
      expect.objectContaining({ ...one, action: 'deleted' }),
      expect.objectContaining({ ...one, action: 'updated', before: expect.objectContaining({ _target: 'A@GA' }) }),
      expect.objectContaining({ ...one, action: 'created', after: { _service: 'callback', _target: 'A@GA' } }),
    ]);
  });

  test('has what a file changes, under the name of who applied it', async () => {
    const { send } = await serve({ adminPassword: 's3cret' });
    await send('POST', '/apply', { skills: ['french'], virtualQueues: [{ name: 'VQ' }] }, ADMIN);
    const { body } = await send('GET', '/audit?author=admin', undefined, ADMIN);
    expect(body).toHaveLength(2);
    expect(body).toContainEqual(expect.objectContaining({ action: 'created', kind: 'skills', name: 'french' }));
  });

  test('shows no password and no secret option, but that they changed', async () => {
    const { send } = await serve({ adminPassword: 's3cret' });
    await send('PUT', '/users/eve', { password: 'one-secret', roles: ['agent'] }, ADMIN);
    await send('PATCH', '/users/eve', { password: 'two-secret' }, ADMIN);
    await send('PUT', '/options/server', { username: 'u', password: 'three-secret' }, ADMIN);
    const { body } = await send('GET', '/audit', undefined, ADMIN);
    expect(body).toHaveLength(3);
    expect(JSON.stringify(body)).not.toMatch(/secret|scrypt/);
  });

  test('has other changes as the requests that made them, not those that were refused and not what was read', async () => {
    const done = async (id: string) => ({ id, state: 'ready' as const, since: 1 });
    const refuse = () => Promise.reject(new Error('not expected'));
    const { send } = await serve({
      adminPassword: 's3cret',
      agents: { login: done, logout: done, ready: done, notReady: refuse, state: () => undefined, states: () => [] },
    });
    await send('POST', '/agents/a1/ready', {}, ADMIN);
    await send('POST', '/agents/a1/not-ready', {}, ADMIN);
    await send('POST', '/agents/a1/ready', {});
    await send('GET', '/services', undefined, ADMIN);
    const { body } = await send('GET', '/audit', undefined, ADMIN);
    expect(body).toEqual([
      {
        id: expect.any(String),
        at: '2026-01-05T09:00:00.000Z',
        author: 'admin',
        address: '127.0.0.1',
        action: 'POST /agents/:id/ready',
        kind: 'agents',
        name: 'a1',
      },
    ]);
  });

  test('is found by author, object and time, page by page', async () => {
    const { send, clock } = await serve({ adminPassword: 's3cret' });
    await send('PUT', '/users/eve', { password: 'p', roles: ['supervisor'] }, ADMIN);
    for (const name of ['a', 'b', 'c']) {
      await clock.advance(60_000);
      await send('PUT', `/lists/${name}`, {}, as('eve', 'p'));
    }
    const names = async (query: string) => {
      const { body } = await send('GET', `/audit?${query}`, undefined, ADMIN);
      return (body as { name: string }[]).map(({ name }) => name);
    };
    expect(await names('author=eve')).toEqual(['c', 'b', 'a']);
    expect(await names('kind=lists&name=b')).toEqual(['b']);
    expect(await names('from=2026-01-05T09:02:00Z')).toEqual(['c', 'b']);
    expect(await names('to=2026-01-05T09:02:00Z')).toEqual(['a', 'eve']);
    const first = await send('GET', '/audit?limit=3', undefined, ADMIN);
    const next = /<\/api\/v1(.*)>/.exec(String(first.headers.link))?.[1] ?? '';
    expect((await send('GET', next, undefined, ADMIN)).body).toMatchObject([{ name: 'eve' }]);
    expect((await send('GET', '/audit?from=soon', undefined, ADMIN)).status).toBe(400);
    expect((await send('GET', '/audit', undefined, as('eve', 'p'))).status).toBe(403);
  });
});
