import type { FastifyInstance, InjectOptions } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Activity, ManualClock, silentLogger } from '../../kernel/index.js';
import { Storage } from '../../services/index.js';
import type { Database } from '../../store/index.js';
import { testDatabase } from '../../store/testing.js';
import { createHttp } from '../http.js';
import { gmsStorageApi } from './storage.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const BASE = 'http://gms.test:8080';
const clock = new ManualClock(Date.parse('2026-03-02T08:00:00Z'), new Activity());
let app: FastifyInstance;
let database: Database;
let storage: Storage;
let server: Record<string, string> = {};

beforeAll(async () => {
  ({ database } = await testDatabase());
  storage = new Storage(clock);
  app = await createHttp({
    log: silentLogger,
    metrics: new Registry(),
    readiness: () => ({ ready: true }),
    version: '0',
    consoleDirectory: '/nonexistent',
  });
  await app.register(gmsStorageApi, {
    ...{ prefix: '/genesys', database, storage, log: silentLogger },
    credentials: { service: () => undefined, section: () => server },
    link: (path) => BASE + path,
  });
});

afterAll(() => app.close());

beforeEach(() => {
  server = {};
});

async function ask(method: 'GET' | 'POST' | 'DELETE' | 'PUT', path: string, options: InjectOptions = {}) {
  const response = await app.inject({ method, url: `/genesys/1/storage${path}`, ...options });
  const isJson = String(response.headers['content-type']).startsWith('application/json');
  return { status: response.statusCode, body: isJson ? response.json() : response.body, response };
}

async function create(ttl: string, payload = 'Key1=Value1&Key2=Value2'): Promise<string> {
  const { status, body } = await ask('POST', `/${ttl}`, { payload, headers: FORM });
  expect([status, Object.keys(body)]).toEqual([200, ['id']]);
  return body.id;
}

function multipart(
  parts: readonly (readonly [name: string, content: Buffer | string, type?: string, file?: string])[],
) {
  const boundary = 'limit-of-parts';
  const chunks = parts.flatMap(([name, content, type, file]) => [
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n`,
    `${type === undefined ? '' : `content-type: ${type}\r\n`}\r\n`,
    content,
    '\r\n',
  ]);
  return {
    payload: Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => Buffer.from(chunk))),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

describe('the Storage API', () => {
  it('ST1 ST2 stores pairs and gives them back, all or one', async () => {
    const id = await create('3600');
    const all = await ask('GET', `/${id}`);
    expect([all.status, all.body]).toEqual([200, { Key1: 'Value1', Key2: 'Value2' }]);
    expect(all.response.headers).toMatchObject({ 'content-type': 'application/json;charset=utf-8' });
    expect(all.response.headers['cache-control']).toContain('no-store');
    const one = await ask('GET', `/${id}/Key1`);
    expect([one.status, one.body]).toEqual([200, 'Value1']);
    expect(one.response.headers['content-type']).toMatch(/^text\/plain/);
  });

  it('ST3 merges an update into what is there, with an empty answer', async () => {
    const id = await create('3600');
    const { status, body } = await ask('POST', `/${id}/600`, { payload: 'Key1=x&Key3=y', headers: FORM });
    expect([status, body]).toEqual([200, '']);
    expect((await ask('GET', `/${id}`)).body).toEqual({ Key1: 'x', Key2: 'Value2', Key3: 'y' });
  });

  it('starts the time to live anew with an update', async () => {
    const id = await create('60');
    await clock.advance(50_000);
    await ask('POST', `/${id}/60`, { payload: 'a=1', headers: FORM });
    await clock.advance(50_000);
    expect((await ask('GET', `/${id}`)).status).toBe(200);
  });

  it('ST4 gives a file back as it was sent, by a link through the address that clients use', async () => {
    const form = multipart([
      ['language', 'french'],
      ['FileKey', PNG, 'image/png', 'MyPic.png'],
    ]);
    const { id } = (await ask('POST', '/60', form)).body;
    const link = `${BASE}/genesys/1/storage/binary/${id}/FileKey`;
    expect((await ask('GET', `/${id}`)).body).toEqual({ language: 'french', FileKey: link });
    expect((await ask('GET', `/${id}/FileKey`)).body).toBe(link);
    const { response } = await ask('GET', `/binary/${id}/FileKey`);
    expect(response.rawPayload).toEqual(PNG);
    expect(response.headers).toMatchObject({ 'content-type': 'image/png', 'x-content-type-options': 'nosniff' });
    expect(response.headers['content-disposition']).toMatch(/^attachment/);
  });

  it('ST5 deletes', async () => {
    const id = await create('3600');
    expect((await ask('DELETE', `/${id}`)).status).toBe(200);
    const { status, body } = await ask('GET', `/${id}`);
    expect([status, body]).toEqual([
      404,
      { exception: 'com.genesyslab.gsg.services.storage.StorageException', message: `No data found for id ${id}` },
    ]);
    expect((await ask('DELETE', `/${id}`)).status).toBe(404);
    expect((await ask('POST', `/${id}/60`, { payload: 'a=1', headers: FORM })).status).toBe(404);
  });

  it('ST6 forgets data after their time to live', async () => {
    const id = await create('2');
    await clock.advance(3_000);
    expect((await ask('GET', `/${id}`)).status).toBe(404);
  });

  it.each(['0', 'abc', '-5', '2592001', '1.5', '99999999999999999999'])(
    'ST7 takes 30 seconds for the time to live %s',
    async (ttl) => {
      const id = await create(ttl);
      await clock.advance(29_000);
      expect((await ask('GET', `/${id}`)).status).toBe(200);
      await clock.advance(2_000);
      expect((await ask('GET', `/${id}`)).status).toBe(404);
    },
  );

  it('ST8 keeps data under a name for the user who gave it', async () => {
    const u1 = { gms_user: 'u1' };
    const created = await ask('POST', '/custom/cart42/600', { payload: 'a=1', headers: { ...FORM, ...u1 } });
    expect([created.status, created.body]).toEqual([200, { id: 'cart42' }]);
    expect((await ask('GET', '/cart42', { headers: u1 })).body).toEqual({ a: '1' });
    expect((await ask('GET', '/cart42/a', { headers: u1 })).body).toBe('1');
    expect((await ask('GET', '/cart42', { headers: { gms_user: 'u2' } })).status).toBe(404);
    expect((await ask('GET', '/cart42')).status).toBe(404);
    expect((await ask('GET', `/${encodeURIComponent('custom/u1/cart42')}`)).status).toBe(404);
    await ask('POST', '/custom/cart42/600', { payload: 'b=2', headers: { ...FORM, gms_user: 'u2' } });
    await ask('POST', '/cart42/600', { payload: 'c=3', headers: { ...FORM, ...u1 } });
    expect((await ask('GET', '/cart42', { headers: u1 })).body).toEqual({ a: '1', c: '3' });
    expect((await ask('DELETE', '/cart42', { headers: u1 })).status).toBe(200);
    expect((await ask('GET', '/cart42', { headers: { gms_user: 'u2' } })).body).toEqual({ b: '2' });
  });

  it('begins a name anew when its data have expired', async () => {
    const headers = { ...FORM, gms_user: 'u3' };
    await ask('POST', '/custom/cart/10', { payload: 'old=1', headers });
    await clock.advance(11_000);
    await ask('POST', '/custom/cart/10', { payload: 'new=1', headers });
    expect((await ask('GET', '/cart', { headers: { gms_user: 'u3' } })).body).toEqual({ new: '1' });
  });

  it('wants to know whose data it is that has a name', async () => {
    expect((await ask('POST', '/custom/cart42/600', { payload: 'a=1', headers: FORM })).status).toBe(400);
  });

  it.each([
    ['text/plain', 'hello', 415],
    ['image/png', PNG, 200],
    ['image/png', 'no picture, but nothing dangerous', 200],
    ['image/png', '<html><script>alert(1)</script></html>', 415],
    ['image/png', 'MZ\x90\x00', 415],
  ])('ST9 with file control answers a file of type %s with %s by %i', async (type, content, expected) => {
    server = { 'allow-file-control': 'true', 'allowed-mime-types': 'image/png' };
    const { status, body } = await ask('POST', '/60', multipart([['f', content, type, 'f.bin']]));
    expect(status).toBe(expected);
    if (expected === 415) expect(body.message).toMatch(/^Mime type \S+ is not allowed$/);
  });

  it('A6 asks for the credentials of section server', async () => {
    server = { username: 'U', password: 'P' };
    const basic = (pair: string) => ({ ...FORM, authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
    expect((await ask('POST', '/60', { payload: 'a=1', headers: basic('X:P') })).status).toBe(401);
    expect((await ask('POST', '/60', { payload: 'a=1', headers: basic('U:P') })).status).toBe(200);
  });

  it('takes JSON: scalars as texts, what is nested as its JSON text', async () => {
    const payload = { s: 'x', n: 5, b: true, o: { a: 1 }, l: [1] };
    const { id } = (await ask('POST', '/60', { payload })).body;
    expect((await ask('GET', `/${id}`)).body).toEqual({ s: 'x', n: '5', b: 'true', o: '{"a":1}', l: '[1]' });
  });

  it('takes the last value of a repeated name, and the body before the query', async () => {
    const { id } = (await ask('POST', '/60?q=1&a=query', { payload: 'a=1&a=2', headers: FORM })).body;
    expect((await ask('GET', `/${id}`)).body).toEqual({ a: '2', q: '1' });
  });

  it('stores an empty file, an empty value and nothing at all', async () => {
    const { id } = (await ask('POST', '/60', multipart([['f', '', 'text/plain', 'empty.txt']]))).body;
    expect((await ask('GET', `/binary/${id}/f`)).response.rawPayload).toHaveLength(0);
    expect((await ask('GET', `/${await create('60', 'a=')}`)).body).toEqual({ a: '' });
    const none = await ask('POST', '/60');
    expect((await ask('GET', `/${none.body.id}`)).body).toEqual({});
  });

  it('keeps names and values of every script, and one content for equal files', async () => {
    const { id } = (await ask('POST', '/60', { payload: { 'clé ★': '日本 "x"\n' } })).body;
    expect((await ask('GET', `/${id}/${encodeURIComponent('clé ★')}`)).body).toBe('日本 "x"\n');
    const form = multipart([
      ['one', 'same content', 'text/plain', '../../etc/passwd'],
      ['other', 'same content', 'text/plain', 'b.txt'],
    ]);
    await ask('POST', '/60', form);
    const [count] = await database.query(`select count(*) as files from storage_file where content = 'same content'`);
    expect(count).toEqual({ files: 1 });
  });

  it.each([
    [
      'too many keys',
      { payload: Object.fromEntries(Array.from({ length: 201 }, (_, each) => [`k${each}`, '1'])) },
      413,
    ],
    ['a value that is too long', { payload: { a: 'x'.repeat(65_537) } }, 413],
    ['a key with a slash', { payload: { 'a/b': '1' } }, 400],
    ['an empty key', { payload: { '': '1' } }, 400],
    ['a key that is too long', { payload: { ['k'.repeat(256)]: '1' } }, 400],
    ['an array', { payload: [1] }, 400],
    ['broken JSON', { payload: '{"a":', headers: { 'content-type': 'application/json' } }, 400],
    ['XML', { payload: '<a/>', headers: { 'content-type': 'application/xml' } }, 415],
  ])('refuses %s', async (_what, options, expected) => {
    const { status, body } = await ask('POST', '/60', options);
    expect([status, typeof body.exception, typeof body.message]).toEqual([expected, 'string', 'string']);
  });

  it('answers an unknown key with 404 and another method with 405', async () => {
    const id = await create('60');
    expect((await ask('GET', `/${id}/nope`)).status).toBe(404);
    expect((await ask('GET', `/binary/${id}/Key1`)).status).toBe(404);
    expect((await ask('PUT', `/${id}`)).status).toBe(405);
    expect((await ask('DELETE', `/binary/${id}/Key1`)).status).toBe(405);
  });

  it('purges what has expired, files included', async () => {
    await ask('POST', '/60', multipart([['f', 'of the past', 'text/plain', 'f.txt']]));
    await clock.advance(61_000);
    await storage.purge(database);
    const [left] = await database.query(`select count(*) as files from storage_file where content = 'of the past'`);
    expect(left).toEqual({ files: 0 });
  });
});
