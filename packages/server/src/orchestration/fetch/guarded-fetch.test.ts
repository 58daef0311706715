import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FetchRequest, guardedFetch } from './guarded-fetch.js';
import { TargetRules } from './target-rules.js';

let server: Server;
let port: number;
let asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const [, kind = '', rest = ''] = /^\/(\w+)\/?(.*)$/.exec(request.url ?? '') ?? [];
    if (kind === 'to') response.writeHead(302, { location: decodeURIComponent(rest) }).end();
    else if (kind === 'loop') response.writeHead(302, { location: '/loop' }).end();
    else if (kind === 'large') response.end('x'.repeat(2 * 1024 * 1024));
    else if (kind === 'echo') request.pipe(response);
    else if (kind !== 'silent') response.writeHead(200, { 'X-Kind': 'plain' }).end('{"a":1}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port; // a TCP server has an address of this kind
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function fetch(path: string, allow: string, more: Partial<FetchRequest> = {}) {
  asked = [];
  const url = path.startsWith('http') ? path : `http://127.0.0.1:${port}${path}`;
  return guardedFetch({ url, method: 'GET', headers: {}, timeoutMs: 2000, ...more }, new TargetRules(allow));
}

describe('a fetch', () => {
  it('brings status, headers in lower case and content', async () => {
    expect(await fetch('/plain', '127.0.0.1')).toMatchObject({
      status: 200,
      headers: { 'x-kind': 'plain' },
      content: '{"a":1}',
    });
  });

  it('sends a body', async () => {
    expect((await fetch('/echo', '*', { method: 'POST', body: 'a=1' })).content).toBe('a=1');
  });

  it('does not reach this machine unless it is allowed, by address or by a name that leads there', async () => {
    await expect(fetch('/plain', '')).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(fetch(`http://localhost:${port}/plain`, '')).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(fetch(`http://[::ffff:127.0.0.1]:${port}/plain`, '')).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(fetch(`http://2130706433:${port}/plain`, '')).rejects.toMatchObject({ code: 'not-allowed' });
    expect(asked).toEqual([]);
  });

  it('does not follow a redirection to where it may not go', async () => {
    const target = encodeURIComponent(`http://localhost:${port}/plain`);
    await expect(fetch(`/to/${target}`, '127.0.0.1')).rejects.toMatchObject({ code: 'not-allowed' });
    expect(asked).toHaveLength(1);
  });

  it('follows a redirection to where it may go', async () => {
    const target = encodeURIComponent(`http://127.0.0.1:${port}/plain`);
    expect((await fetch(`/to/${target}`, '127.0.0.1')).content).toBe('{"a":1}');
  });

  it.each([
    ['/loop', 'too-many-redirections'],
    ['/large', 'too-large'],
    ['file:///etc/passwd', 'bad-address'],
    ['httpx', 'bad-address'],
  ])('%s is refused: %s', async (path, code) => {
    const url = path.startsWith('/') ? `http://127.0.0.1:${port}${path}` : path;
    await expect(fetch('/x', '*', { url })).rejects.toMatchObject({ code });
  });

  it('gives up after its time', async () => {
    await expect(fetch('/silent', '*', { timeoutMs: 100 })).rejects.toMatchObject({ code: 'no-answer' });
  });
});
