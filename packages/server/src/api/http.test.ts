import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { DatabaseUnavailable, type Logger, RingbackError } from '../kernel/index.js';
import { answerFailures, createHttp, type HttpOptions, openListeners, type Readiness } from './http.js';

interface Line {
  level: string;
  message: string;
  [field: string]: unknown;
}

const servers: FastifyInstance[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

function recorder(): { log: Logger; lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, message, ...fields });
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}

async function serve(more: Partial<HttpOptions> = {}) {
  const { log, lines } = recorder();
  const app = await createHttp({
    log,
    metrics: new Registry(),
    readiness: () => ({ ready: true }),
    version: '1.2.3',
    consoleDirectory: '/nowhere',
    ...more,
  });
  servers.push(app);
  app.register(async (scope) => {
    answerFailures(
      scope,
      log,
      ({ detail, code }) => ({ type: 'application/json', body: { exception: code, message: detail } }),
      { 'too-odd': 400 },
    );
    scope.post('/echo', async (request) => ({
      body: request.body ?? null,
      values: request.formValues,
      files: request.uploads.map(({ content, ...file }) => ({ ...file, content: content.toString() })),
    }));
    scope.delete('/echo', async (request) => ({ body: request.body ?? null }));
    scope.get('/echo', async () => ({ got: true }));
    scope.get('/away', async () => {
      throw new DatabaseUnavailable();
    });
    scope.get('/odd', async () => {
      throw new RingbackError('too-odd', 'That is too odd.');
    });
    scope.get('/broken', async () => {
      throw new Error('secret of the inside');
    });
  });
  return { app, lines };
}

function post(app: FastifyInstance, type: string | undefined, payload: string | Buffer) {
  return app.inject({ method: 'POST', url: '/echo', headers: type ? { 'content-type': type } : {}, payload });
}

describe('a body', () => {
  test('of JSON is read in its charset; an empty one is none', async () => {
    const { app } = await serve();
    expect((await post(app, 'application/json', '{"a":"ü"}')).json().body).toEqual({ a: 'ü' });
    expect((await post(app, 'application/json; charset=utf-8', '\ufeff{"a":1}')).json().body).toEqual({ a: 1 });
    const latin = Buffer.from('{"a":"ü"}', 'latin1');
    expect((await post(app, 'application/json; charset="ISO-8859-1"', latin)).json().body).toEqual({ a: 'ü' });
    expect((await post(app, 'application/json', ' ')).json().body).toBeNull();
  });

  test('may be missing whatever the content type says', async () => {
    const { app } = await serve();
    const headers = { 'content-type': 'application/json' };
    expect((await app.inject({ method: 'DELETE', url: '/echo', headers })).statusCode).toBe(200);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await app.inject({ method: 'GET', url: '/echo', headers: form })).json()).toEqual({ got: true });
    expect((await app.inject({ method: 'POST', url: '/echo' })).json().body).toBeNull();
    expect((await app.inject({ method: 'POST', url: '/echo', headers: form })).json().body).toEqual({});
  });

  test('of a form keeps the last of several values, and all of them', async () => {
    const { app } = await serve();
    const answer = await post(app, 'application/x-www-form-urlencoded', 'a=1&b=x+y%21&a=2&=&c&d=%zz&__proto__=p');
    expect(JSON.parse(answer.body).body).toEqual(
      Object.fromEntries([
        ['a', '2'],
        ['b', 'x y!'],
        ['', ''],
        ['c', ''],
        ['d', '%zz'],
        ['__proto__', 'p'],
      ]),
    );
    expect(answer.json().values.a).toEqual(['1', '2']);
    const latin = await post(app, 'application/x-www-form-urlencoded; charset=iso-8859-1', 'a=%FC');
    expect(latin.json().body).toEqual({ a: 'ü' });
  });

  test('of several parts has fields and files', async () => {
    const { app } = await serve();
    const payload = [
      '--x',
      'Content-Disposition: form-data; name="a"',
      '',
      'one',
      '--x',
      'Content-Disposition: form-data; name="a"',
      '',
      'zwei ü',
      '--x',
      'Content-Disposition: form-data; name="j"',
      'Content-Type: application/json',
      '',
      '{"k":1}',
      '--x',
      'Content-Disposition: form-data; name="f"; filename="../pic.png"',
      'Content-Type: image/png',
      '',
      'bytes',
      '--x--',
      '',
    ].join('\r\n');
    const answer = (await post(app, 'multipart/form-data; boundary=x', payload)).json();
    expect(answer.body).toEqual({ a: 'zwei ü', j: '{"k":1}' });
    expect(answer.values.a).toEqual(['one', 'zwei ü']);
    expect(answer.files).toEqual([{ field: 'f', filename: 'pic.png', type: 'image/png', content: 'bytes' }]);
  });

  test.each<[string, number, string, string | undefined, string | Buffer]>([
    ['malformed JSON', 400, 'malformed-json', 'application/json', '{"a":'],
    ['a member that would be a prototype', 400, 'malformed-json', 'application/json', '{"__proto__":{"x":1}}'],
    ['the same, disguised', 400, 'malformed-json', 'application/json', '{"\\u005f_proto__":{"x":1}}'],
    ['a NUL character', 400, 'malformed-text', 'application/json', '{"a":"\\u0000"}'],
    ['half a character', 400, 'malformed-text', 'application/json', '{"a":"\\ud800"}'],
    ['a NUL character in a form', 400, 'malformed-text', 'application/x-www-form-urlencoded', 'a=%00'],
    ['JSON nested too deep', 400, 'malformed-json', 'application/json', '['.repeat(5000) + ']'.repeat(5000)],
    ['bytes that are no text', 400, 'malformed-text', 'application/json', Buffer.from([0x22, 0xff, 0x22])],
    ['an unknown charset', 415, 'unsupported-charset', 'application/json; charset=klingon', '{}'],
    ['an unknown content type', 415, 'unsupported-media-type', 'application/x-thing', 'x'],
    ['a body without a content type', 415, 'unsupported-media-type', undefined, 'x'],
    ['a content type that is none', 415, 'unsupported-media-type', 'jason', '{}'],
    ['a body over the limit', 413, 'body-too-large', 'application/json', `"${'x'.repeat(1024 * 1024)}"`],
    ['too many fields', 413, 'too-many-fields', 'application/x-www-form-urlencoded', 'a=1&'.repeat(1001)],
    ['several parts without an end', 400, 'malformed-multipart', 'multipart/form-data; boundary=x', '--x\r\nfoo'],
    ['several parts without a boundary', 400, 'malformed-multipart', 'multipart/form-data', '--x'],
  ])('with %s is refused in the dialect of its API', async (_what, status, code, type, payload) => {
    const { app, lines } = await serve();
    const answer = await post(app, type, payload);
    expect([answer.statusCode, answer.json().exception]).toEqual([status, code]);
    expect(lines.map(({ level }) => level)).toEqual(['info']);
    expect(lines[0]).toMatchObject({ message: 'Request refused', status, path: '/echo' });
    expect(lines[0]?.reason).toContain(code);
  });

  test('that is compressed is refused', async () => {
    const { app } = await serve();
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const answer = await app.inject({ method: 'POST', url: '/echo', headers, payload: '{}' });
    expect([answer.statusCode, answer.json().exception]).toEqual([415, 'unsupported-encoding']);
  });

  test('that is much too large is read to its end, so that the client hears the answer', async () => {
    const { app } = await serve();
    const { port } = new URL(await app.listen({ port: 0 }));
    const sent = 8 * 1024 * 1024;
    for (const type of ['application/json', 'multipart/form-data; boundary=x']) {
      const socket = connect({ port: Number(port), host: '127.0.0.1' });
      socket.write(
        `POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${sent}\r\n\r\n`,
      );
      socket.write(
        type.startsWith('multipart')
          ? '--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n'.padEnd(sent - 9, 'y').concat('\r\n--x--\r\n')
          : ' '.repeat(sent),
      );
      const answer = await text(socket);
      expect(answer).toMatch(/^HTTP\/1.1 413 /);
    }
  });

  test('with a file or field over the limit is refused', async () => {
    const { app } = await serve({ multipart: { fileBytes: 5, fieldBytes: 5, multipartBytes: 8 } });
    const part = (disposition: string, text: string) =>
      `--x\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${text}\r\n`;
    const send = (...parts: string[]) => post(app, 'multipart/form-data; boundary=x', `${parts.join('')}--x--\r\n`);
    expect((await send(part('name="f"; filename="f"', '123456'))).json().exception).toBe('file-too-large');
    expect((await send(part('name="f"', '123456'))).json().exception).toBe('field-too-large');
    expect((await send(part('name="f"', '1234'), part('name="g"', '12345'))).json().exception).toBe('body-too-large');
    expect((await send(part('name="f"', '1234'), part('name="g"', '1234'))).statusCode).toBe(200);
  });
});

test('an answer that is given while the server closes ends its connection', async () => {
  const { app } = await serve();
  let closed: Promise<unknown> | undefined;
  const closing = new Promise((resolve) => app.addHook('preClose', async () => resolve(undefined)));
  app.get('/slow', async () => {
    closed = app.close();
    await closing;
    return 'done';
  });
  const address = await app.listen({ port: 0 });
  const answer = await fetch(`${address}/slow`);
  expect([answer.headers.get('connection'), await answer.text()]).toEqual(['close', 'done']);
  await closed;
});

describe('an error', () => {
  test('of a domain has the status of its code', async () => {
    const { app } = await serve();
    const answer = await app.inject('/odd');
    expect([answer.statusCode, answer.json()]).toEqual([400, { exception: 'too-odd', message: 'That is too odd.' }]);
  });

  test('of an unreachable database is 503 with Retry-After', async () => {
    const { app } = await serve();
    const answer = await app.inject('/away');
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.json().exception).toBe('database-unavailable');
  });

  test('that nobody expected shows nothing of the inside, but is logged', async () => {
    const { app, lines } = await serve();
    const answer = await app.inject('/broken?number=5551234');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret');
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'error A request failed unexpectedly',
      'warn Request failed',
    ]);
    expect(JSON.stringify(lines)).not.toContain('5551234');
  });

  test('for an address that nobody serves is a problem document', async () => {
    const { app } = await serve();
    const answer = await app.inject('/no/such?x=1');
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toEqual({
      type: 'urn:ringback:problem:not-found',
      title: 'Not found',
      status: 404,
      detail: 'There is nothing at GET /no/such.',
    });
    expect((await app.inject('/echo?a=%00')).json()).toMatchObject({ exception: 'malformed-url' });
    expect((await app.inject('/%zz')).json()).toMatchObject({
      status: 400,
      type: 'urn:ringback:problem:malformed-url',
    });
  });
});

describe('the server', () => {
  test('tells operators whether it is alive and ready, and its metrics', async () => {
    let readiness: Readiness = { ready: false, reason: 'The database is not reachable.' };
    const { app } = await serve({ readiness: () => readiness });
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'alive' });
    const notReady = await app.inject('/readyz');
    expect([notReady.statusCode, notReady.headers['retry-after']]).toEqual([503, '2']);
    expect(notReady.json().reason).toBe('The database is not reachable.');
    readiness = { ready: true };
    expect((await app.inject('/readyz')).statusCode).toBe(200);
    const metrics = await app.inject('/metrics');
    expect(metrics.body).toContain(
      'ringback_http_request_duration_seconds_count{method="GET",route="/readyz",status="503"} 1',
    );
  });

  test('has its description, readable without the internet', async () => {
    const { app } = await serve();
    const description = (await app.inject('/api/v1/openapi.json')).json();
    expect(description).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    const page = await app.inject('/docs/');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).not.toMatch(/(?:src|href)="https?:/);
  });

  test('leads to the console, and says how to build it', async () => {
    const { app } = await serve();
    for (const path of ['/', '/console', '/genesys', '/genesys/', '/genesys/admin', '/genesys/develop/index.html']) {
      expect((await app.inject(path)).headers.location).toBe('/console/');
    }
    const page = await app.inject('/console/');
    expect([page.statusCode, page.headers['x-content-type-options']]).toEqual([503, 'nosniff']);
    expect(page.body).toContain('npm run build');
  });

  test('serves the built console, its index for every page of it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ringback-console-'));
    folders.push(directory);
    await mkdir(join(directory, 'assets'));
    await writeFile(join(directory, 'index.html'), '<title>Console</title>');
    await writeFile(join(directory, 'assets', 'a-123.js'), '1');
    const { app } = await serve({ consoleDirectory: directory });
    for (const path of ['/console/', '/console/callbacks/1']) {
      const page = await app.inject(path);
      expect([page.statusCode, page.body]).toEqual([200, '<title>Console</title>']);
      expect(page.headers['content-security-policy']).toContain("default-src 'self'");
      expect(page.headers['cache-control']).toBe('no-cache');
    }
    const asset = await app.inject('/console/assets/a-123.js');
    expect([asset.statusCode, asset.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect((await app.inject('/console/assets/b.js')).statusCode).toBe(404);
    expect((await app.inject('/console/../http.ts')).statusCode).not.toBe(200);
  });

  test('serves an API under a prefix of its own on a further port', async () => {
    const { app } = await serve();
    app.get('/ocs/records', async (request) => ({ url: request.originalUrl }));
    await app.ready();
    const { log } = recorder();
    const listeners = [
      { name: 'old', api: 'ocs', port: 0, prefix: '/' },
      { name: 'gms', api: 'gms' },
    ];
    const open = await openListeners(app, listeners, { host: '127.0.0.1', log });
    try {
      const address = open.addresses.get('old') ?? '';
      expect(await (await fetch(`${address}/records?a=1`)).json()).toEqual({ url: '/ocs/records?a=1' });
      expect((await fetch(`${address}/healthz`)).status).toBe(404);
      expect(open.addresses.size).toBe(1);
    } finally {
      await open.close();
    }
  });
});
