import { Registry } from 'prom-client';
import { afterAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../kernel/index.js';
import { OrchestrationBed, orsFlow } from '../../orchestration/testing.js';
import { AccessNumbers, fileLink, ServiceRecords, Services, Storage } from '../../services/index.js';
import { createHttp } from '../http.js';
import { gmsServiceApi } from './service.js';

const bed = await OrchestrationBed.create();
const configured = new Map<string, Record<string, string>>([
  ['hello', { _type: 'ors', _service: 'hello' }],
  [
    'chatty',
    { _type: 'ors', _service: 'chatty', _ttl: '100', _mode: 'fixed', _kept: 'a', _overwritable_options: '_kept' },
  ],
  ['mute', { _type: 'ors', _service: 'mute' }],
  ['missing', { _type: 'ors', _service: 'nowhere' }],
  ['hours', { _type: 'builtin', _service: 'office-hours' }],
  ['locked', { _type: 'ors', _service: 'hello', username: 'u', password: 'p' }],
]);
const { database, sessions } = bed.current;
const storage = new Storage(bed.clock);
const { clock } = bed;
const records = new ServiceRecords(clock);
const access = new AccessNumbers({ clock, node: () => 1, codePrefix: () => '' });
const services = new Services({
  ...{ database, sessions, storage, records, access },
  service: (name) => configured.get(name),
  sessionOf: async (id) => (id === 'booked' ? { session: undefined, service: 'chatty' } : undefined),
});
const http = await createHttp({
  log: silentLogger,
  metrics: new Registry(),
  readiness: () => ({ ready: true }),
  version: '0',
  consoleDirectory: '/nonexistent',
});
const credentials = { service: (name: string) => configured.get(name), section: () => ({}) };
await http.register(gmsServiceApi, {
  ...{ prefix: '/genesys', services, credentials, log: silentLogger },
  fileUrl: (service, key) => fileLink({}, undefined, service, key),
});
afterAll(() => http.close());

await bed.flow(
  'hello',
  orsFlow(`<state id="s"><transition event="gms.start" target="f">
  <ws:response requestid="_event.sendid"><param name="msg" expr="'hello'"/></ws:response></transition></state><final id="f"/>`),
);
await bed.flow(
  'chatty',
  orsFlow(`<datamodel><data id="_mode"/><data id="_kept"/><data id="_extra"/><data id="_data_id"/></datamodel><state id="s">
  <transition event="gms.start"><ws:response requestid="_event.sendid"><param name="_id" expr="_sessionid"/>
    <param name="mode" expr="_data._mode"/><param name="kept" expr="_data._kept"/><param name="x" expr="_data._extra"/>
    <param name="data" expr="_data._data_id"/></ws:response></transition>
  <transition event="status"><ws:response requestid="_event.sendid"><param name="got" expr="_event.data"/></ws:response></transition>
  <transition event="refuse"><ws:response requestid="_event.sendid" type="negative" resultcode="'409'"/></transition>
  <transition event="finish" target="f"/></state><final id="f"/>`),
);
await bed.flow('mute', orsFlow('<state id="s"/>'));

interface Answer {
  status: number;
  type: string;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever the API answered
  body: any;
  headers: Readonly<Record<string, unknown>>;
}

async function send(
  method: 'GET' | 'POST' | 'DELETE' | 'PUT',
  path: string,
  payload?: string | object | Buffer,
  type?: string,
): Promise<Answer> {
  const answer = await http.inject({
    method,
    url: `/genesys/1/service/${path}`,
    ...(payload !== undefined && { payload }),
    ...(type !== undefined && { headers: { 'content-type': type } }),
  });
  const contentType = String(answer.headers['content-type'] ?? '');
  const body = contentType.startsWith('application/json') && answer.body ? answer.json() : undefined;
  return { status: answer.statusCode, type: contentType, text: answer.body, body, headers: answer.headers };
}

const FORM = 'application/x-www-form-urlencoded';

function multipart(parts: { name: string; value: string; filename?: string; type?: string }[]): [Buffer, string] {
  const boundary = 'xxBOUNDARYxx';
  const text = parts
    .map(({ name, value, filename, type }) => {
      const file = filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: ${type ?? 'text/plain'}`;
      return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
    })
    .join('');
  return [Buffer.from(`${text}--${boundary}--\r\n`), `multipart/form-data; boundary=${boundary}`];
}

async function create(payload: string | object | Buffer = {}, type?: string): Promise<Answer['body']> {
  const answer = await send('POST', 'chatty', payload, type);
  expect(answer.status).toBe(200);
  return answer.body;
}

describe('creating a service', () => {
  test('answers what the application answers, as it stands', async () => {
    const answer = await send('POST', 'hello', '', FORM);
    expect([answer.status, answer.text]).toEqual([200, '{"msg":"hello"}']);
    expect(answer.type).toMatch(/^application\/json/);
    expect(answer.headers['cache-control']).toContain('no-store');
  });

  test.each([
    ['urlencoded', '_extra=1&colour=red&_kept=b&_mode=free', FORM],
    ['json', JSON.stringify({ _extra: '1', colour: 'red', _kept: 'b', _mode: 'free' }), 'application/json'],
    [
      'multipart',
      ...multipart([
        { name: '_extra', value: '1' },
        { name: 'colour', value: 'red' },
        { name: '_kept', value: 'b' },
        { name: '_mode', value: 'free' },
      ]),
    ],
  ])('passes parameters and stores user data: %s', async (_what, payload, type) => {
    const body = await create(payload, type);
    expect(body).toMatchObject({ mode: 'fixed', kept: 'b', x: '1', data: expect.any(String) });
    expect((await send('GET', `${body._id}/storage`)).body).toEqual({ colour: 'red' });
    expect(await storage.list(database, body.data)).toEqual(new Map([['colour', 'red']]));
  });

  test('gives a data id without any data', async () => {
    const body = await create();
    expect(await storage.list(database, body.data)).toEqual(new Map());
  });

  test('answers with the id when the application says nothing in time, and goes on', async () => {
    const answer = send('POST', 'mute', {});
    // The request is under way as soon as its session stands; only the clock can end the waiting.
    const asked = 'select 1 from session where service = $1';
    while ((await bed.store.database.query(asked, ['mute'])).length === 0);
    await bed.activity.idle();
    await bed.advance(31);
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect((await bed.row(body._id)).state).toBe('running');
  });

  test.each([
    ['an unknown service', 'nobody', 404, 'com.genesyslab.gsg.GSGException'],
    ['a service without its application', 'missing', 500, 'com.genesyslab.gsg.services.ors.OrsServiceException'],
    ['a service that has no session', 'hours', 400, 'com.genesyslab.gsg.GSGException'],
    ['a service that needs credentials', 'locked', 401, 'com.genesyslab.gsg.GSGException'],
  ])('is refused for %s', async (_what, name, status, exception) => {
    const answer = await send('POST', name, {});
    expect([answer.status, answer.body.exception]).toEqual([status, exception]);
    expect(Object.keys(answer.body)[0]).toBe('exception');
  });

  test.each([
    ['malformed JSON', '{', 'application/json', 400],
    ['a body that is no object', '[1]', 'application/json', 400],
    ['another content type', '<a/>', 'application/xml', 415],
    ['a name beyond the limit', `${'x'.repeat(5000)}=1`, FORM, 400],
    ['a body beyond the limit', `a=${'x'.repeat(2_000_000)}`, FORM, 413],
  ])('is refused for %s, and nothing is half done', async (_what, payload, type, status) => {
    const count = async () => (await bed.store.database.query('select id from session')).length;
    const before = await count();
    const answer = await send('POST', 'chatty', payload, type);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.body).slice(0, 2)).toEqual(['exception', 'message']);
    expect(await count()).toBe(before);
  });

  test('takes the last value of a name that is repeated', async () => {
    const { _id } = await create('colour=red&colour=blue', FORM);
    expect((await send('GET', `${_id}/storage`)).body).toEqual({ colour: 'blue' });
  });

  test('never takes the name of a property of objects for data that is there', async () => {
    const body = await create(JSON.stringify({ constructor: 'c', toString: 't' }), 'application/json');
    expect((await send('GET', `${body._id}/storage`)).body).toEqual({ constructor: 'c', toString: 't' });
    expect(await send('GET', 'constructor/storage')).toMatchObject({ status: 404 });
    expect(await send('POST', 'constructor', {})).toMatchObject({ status: 404 });
  });
});

describe('requests to a service', () => {
  test('O5: get the answer of the application, unchanged', async () => {
    const { _id } = await create();
    expect(await send('POST', `${_id}/status`, { _a: 'b' })).toMatchObject({ status: 200, body: { got: { _a: 'b' } } });
    expect(await send('GET', `${_id}/status?_a=c`)).toMatchObject({ status: 200, body: { got: { _a: 'c' } } });
    expect(await send('POST', `${_id}/refuse`, {})).toMatchObject({ status: 409, body: { resultcode: '409' } });
  });

  test.each([
    ['an unknown id', 'nobody/status', 404],
    ['a callback without a session', 'booked/status', 400],
  ])('are refused for %s', async (_what, path, status) => {
    expect((await send('POST', path, {})).status).toBe(status);
  });

  test('are refused when the session has ended', async () => {
    const { _id } = await create();
    await bed.post(_id, 'finish');
    const answer = await send('POST', `${_id}/status`, {});
    expect([answer.status, answer.body.message]).toEqual([500, 'ORS request failed: 404 Not Found']);
  });

  test('cannot name a session that is no service', async () => {
    const session = await bed.start('mute');
    expect((await send('POST', `${session}/status`, {})).status).toBe(404);
  });
});

describe('stored data', () => {
  test('holds strings and files, and can be added to and taken from', async () => {
    const [payload, type] = multipart([
      { name: 'note', value: 'text' },
      { name: 'photo', value: 'PIXELS', filename: '../../a "b".html', type: 'text/html' },
    ]);
    const { _id } = await create(payload, type);
    const listed = (await send('GET', `${_id}/storage`)).body;
    expect(listed.note).toBe('text');
    expect(await send('GET', `${_id}/storage/note`)).toMatchObject({ status: 200, text: 'text' });
    expect((await send('GET', `${_id}/storage/note`)).type).toMatch(/^text\/plain/);
    const file = await send('GET', `${_id}/storage/binary/photo`);
    expect(file.text).toBe('PIXELS');
    expect(String(file.headers['content-disposition'])).toMatch(/^attachment/);
    expect(listed.photo).toContain(`${_id}/storage/binary/photo`);
    expect((await send('POST', `${_id}/update`, { note: 'new', more: 'm' })).status).toBe(200);
    expect((await send('POST', `${_id}/storage`, { last: 'l' })).status).toBe(200);
    expect((await send('GET', `${_id}/storage`)).body).toMatchObject({ note: 'new', more: 'm', last: 'l' });
    expect((await send('POST', `${_id}/update`, { photo: 'now a string' })).status).toBe(200);
    expect((await send('GET', `${_id}/storage/binary/photo`)).status).toBe(404);
    expect((await send('DELETE', `${_id}/storage/note`)).status).toBe(200);
    expect((await send('DELETE', `${_id}/storage/note`)).status).toBe(404);
    expect((await send('GET', `${_id}/storage/note`)).status).toBe(404);
    expect((await send('GET', 'nobody/storage')).status).toBe(404);
    expect((await send('GET', 'nobody/storage/note')).status).toBe(404);
    expect((await send('POST', 'nobody/storage', { a: 'b' })).status).toBe(404);
  });

  test('is gone after its time, and its files with it', async () => {
    const [payload, type] = multipart([{ name: 'photo', value: 'ONLY HERE', filename: 'a' }]);
    const { _id } = await create(payload, type);
    await bed.advance(101);
    expect((await send('GET', `${_id}/storage`)).status).toBe(404);
    await storage.purge(database);
    await services.purge(database);
    const rows = await bed.store.database.query("select 1 from storage_file where content = 'ONLY HERE'::bytea");
    expect(rows).toEqual([]);
  });

  test('stays readable when the service has ended, and goes when it is deleted', async () => {
    const { _id } = await create({ a: 'b' });
    await bed.post(_id, 'finish');
    expect((await send('GET', `${_id}/storage`)).body).toEqual({ a: 'b' });
    const deleted = await send('DELETE', _id);
    expect([deleted.status, deleted.text]).toEqual([200, '']);
    expect((await send('GET', `${_id}/storage`)).status).toBe(404);
    expect((await send('DELETE', _id)).status).toBe(404);
  });

  test('deleting a service ends its session', async () => {
    const { _id } = await create();
    await send('DELETE', _id);
    await bed.activity.idle();
    expect((await bed.row(_id)).state).toBe('terminated');
  });
});

test('an address at which nothing is served is told in the words of GMS', async () => {
  const answer = await send('GET', '../nope/at/all');
  expect([answer.status, answer.body]).toEqual([
    404,
    { message: expect.stringContaining('/nope/at/all'), exception: 'com.genesyslab.gsg.GSGException' },
  ]);
});
