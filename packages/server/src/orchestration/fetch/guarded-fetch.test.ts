import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FetchRequest, guardedFetch, type NameLookup } from './guarded-fetch.js';
import { TargetRules } from './target-rules.js';

/** For answers that come. */
const PATIENCE_MS = 60_000;

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
  return guardedFetch({ url, method: 'GET', headers: {}, timeoutMs: PATIENCE_MS, ...more }, new TargetRules(allow));
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

  /** A name server that gives these addresses, one list per question, the last again and again. */
  function nameServer(...lists: string[][]): { lookup: NameLookup; questions: () => number } {
    let questions = 0;
    const answer = (_name: string, _options: object, done: (error: null, found: object[]) => void) => {
      const list = lists[Math.min(questions, lists.length - 1)] ?? [];
      questions += 1;
      done(
        null,
        list.map((address) => ({ address, family: 4 })),
      );
    };
    // The one overload of a lookup that a connection uses.
    return { lookup: answer as unknown as NameLookup, questions: () => questions };
  }

  it.each([
    ['leads to this machine', [['127.0.0.1']]],
    ['leads to this machine among others', [['93.184.216.34', '127.0.0.1']]],
    ['leads to a private network', [['10.1.2.3']]],
    ['leads to what clouds keep beside a machine', [['169.254.169.254']]],
  ])('does not connect to a name that %s', async (_what, lists) => {
    const { lookup, questions } = nameServer(...lists);
    const request = {
      url: `http://rebound.example.org:${port}/plain`,
      method: 'GET',
      headers: {},
      timeoutMs: PATIENCE_MS,
    } as const;
    asked = [];
    await expect(guardedFetch(request, new TargetRules(''), lookup)).rejects.toMatchObject({ code: 'not-allowed' });
    expect(questions()).toBe(1);
    expect(asked).toEqual([]);
  });

  it('connects to the address that was judged, whatever the name means a moment later', async () => {
    // The first answer may be reached, the second may not: nobody asks a second time between judging and connecting.
    const { lookup, questions } = nameServer(['127.0.0.1'], ['10.0.0.1']);
    const request = {
      url: `http://rebound.example.org:${port}/plain`,
      method: 'GET',
      headers: {},
      timeoutMs: PATIENCE_MS,
    } as const;
    const rules = new TargetRules('127.0.0.0/8');
    expect((await guardedFetch(request, rules, lookup)).status).toBe(200);
    expect(questions()).toBe(1);
    await expect(guardedFetch(request, rules, lookup)).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it('judges a name again after a redirection to itself', async () => {
    const { lookup } = nameServer(['127.0.0.1'], ['10.0.0.1']);
    const target = encodeURIComponent(`http://rebound.example.org:${port}/plain`);
    const url = `http://rebound.example.org:${port}/to/${target}`;
    const request = { url, method: 'GET', headers: {}, timeoutMs: PATIENCE_MS } as const;
    const rules = new TargetRules('127.0.0.0/8');
    await expect(guardedFetch(request, rules, lookup)).rejects.toMatchObject({ code: 'not-allowed' });
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
