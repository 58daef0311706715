import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../../kernel/index.js';
import { guardedFetch, TargetRules } from '../../orchestration/index.js';
import { OrchestrationBed } from '../../orchestration/testing.js';
import { AccessNumbers, fileLink, RemoteSessions, ServiceRecords, Services, Storage } from '../../services/index.js';
import { createHttp } from '../http.js';
import { gmsDocumentApi } from './document.js';
import { gmsServiceApi } from './service.js';

/** Services whose sessions run on another orchestration server, which this test stands in for (gms-services.md O1, O5). */
const SID = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const asked: { path: string; body: string; cookie: string | undefined }[] = [];
/** What it answers to requests, by their names. */
const answers = new Map<string, [status: number, body: string]>();
const ors = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // a request without encoding gives buffers
  const { url: path = '', headers } = request;
  asked.push({ path, body: Buffer.concat(chunks).toString(), cookie: headers.cookie });
  const [status, body] = path.endsWith('/session/start')
    ? [200, SID]
    : (answers.get(path.slice(path.lastIndexOf('/') + 1)) ?? [404, 'none']);
  response.writeHead(status, { 'set-cookie': `ORSSESSIONID=${SID}.node7; Path=/` }).end(body);
});
await new Promise<void>((resolve) => ors.listen(0, '127.0.0.1', resolve));
const server = `http://127.0.0.1:${(ors.address() as AddressInfo).port}`; // a TCP server has an address of this kind

const bed = await OrchestrationBed.create();
const { database, sessions } = bed.current;
const { clock } = bed;
const configured = new Map([
  ['hello', { _type: 'ors', _service: 'hello', _ors: server, _mode: 'fixed' }],
  ['down', { _type: 'ors', _service: 'hello', _ors: 'http://127.0.0.1:1' }],
]);
const section = () => ({});
const services = new Services({
  ...{ database, sessions, storage: new Storage(clock), records: new ServiceRecords(clock) },
  access: new AccessNumbers({ clock, node: () => 1, codePrefix: () => '' }),
  remote: new RemoteSessions({
    ...{ clock, section, log: silentLogger },
    post: (request) => guardedFetch({ ...request, method: 'POST' }, new TargetRules('*')),
    documentUrl: (flow) => `http://gms/${flow}.scxml`,
  }),
  service: (name) => configured.get(name),
  sessionOf: async () => undefined,
});
const http = await createHttp({
  ...{ log: silentLogger, metrics: new Registry(), version: '0', consoleDirectory: '/nonexistent' },
  readiness: () => ({ ready: true }),
});
const credentials = { service: (name: string) => configured.get(name), section };
await http.register(gmsServiceApi, {
  ...{ prefix: '/genesys', services, credentials, log: silentLogger },
  fileUrl: (service, key) => fileLink({}, undefined, service, key),
});
const documents = { 'ringback:/x/hello.scxml': '<scxml/>', 'ringback:/x/lib/a.js': 'var a;' };
await http.register(gmsDocumentApi, {
  prefix: '/genesys',
  flow: async (name) => (name === 'hello' ? { main: 'ringback:/x/hello.scxml', documents } : undefined),
});
afterAll(async () => {
  await http.close();
  ors.closeAllConnections();
  ors.close();
});
beforeEach(() => {
  asked.length = 0;
  answers.clear();
  answers.set('gms.start', [200, '{"msg":"hello"}']);
});

async function send(method: 'GET' | 'POST' | 'DELETE', path: string, form = '') {
  const headers = form === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const url = `/genesys/1/${path}`;
  const { statusCode, body } = await http.inject({ method, url, headers, ...(form !== '' && { payload: form }) });
  return [statusCode, body];
}

test('O1: is started there, and its application answers the client', async () => {
  expect(await send('POST', 'service/hello', '_x=1')).toEqual([200, '{"msg":"hello"}']);
  expect(asked.map(({ path }) => path)).toEqual(['/scxml/session/start', `/scxml/session/${SID}/request/gms.start`]);
  const start = new URLSearchParams(asked[0]?.body);
  expect(Object.fromEntries(start)).toMatchObject({ src: 'http://gms/hello.scxml', _x: '1', _mode: 'fixed' });
  expect(start.get('_data_id')).toMatch(/\S{8}/);
  expect(start.has('_ors')).toBe(false);
  expect(asked[1]?.cookie).toBe(`ORSSESSIONID=${SID}.node7`);
  expect(await send('DELETE', `service/${start.get('_service_id')}`)).toEqual([200, '']);
});

test('O5 to O7: requests go there, data stay here, and the session ends with the service', async () => {
  answers.set('gms.start', [200, '']);
  answers.set('status', [200, '{"a":[1]}']);
  answers.set('terminate', [200, '{}']);
  expect(await send('POST', 'service/hello')).toEqual([200, `{"_id":"${SID}"}`]);
  asked.length = 0;
  expect(await send('POST', `service/${SID}/status`, 'a=1')).toEqual([200, '{"a":[1]}']);
  expect(asked).toMatchObject([{ path: `/scxml/session/${SID}/request/status`, body: 'a=1' }]);
  expect(await send('POST', `service/${SID}/update`, 'k=v')).toMatchObject([200, expect.anything()]);
  expect(await send('GET', `service/${SID}/storage/k`)).toEqual([200, 'v']);
  expect(asked).toHaveLength(1);
  expect((await send('POST', `service/${SID}/nothing`))[0]).toBe(500);
  asked.length = 0;
  expect(await send('DELETE', `service/${SID}`)).toEqual([200, '']);
  expect(asked.map(({ path }) => path)).toEqual([
    `/scxml/session/${SID}/event/cancel`,
    `/scxml/session/${SID}/terminate`,
  ]);
  expect((await send('POST', `service/${SID}/status`))[0]).toBe(404);
});

test('O4: without a server that can be reached there is no service', async () => {
  const [status, body] = await send('POST', 'service/down');
  expect([status, JSON.parse(String(body))]).toEqual([
    500,
    {
      exception: 'com.genesyslab.gsg.services.ors.OrsServiceException',
      message: 'ORS request failed: cannot connect to ORS. IO issue.',
    },
  ]);
  expect(await bed.store.database.query('select from service')).toEqual([]);
  expect(await bed.store.database.query('select from remote_session')).toEqual([]);
});

test.each([
  ['hello/hello.scxml', 200, '<scxml/>'],
  ['hello/lib/a.js', 200, 'var a;'],
  ['hello/x.js', 404, undefined],
  ['other/other.scxml', 404, undefined],
])('the document %s of an application that others run: %i', async (path, status, text) => {
  const [code, body] = await send('GET', `document/service_template/${path}`);
  expect(code).toBe(status);
  if (text !== undefined) expect(body).toBe(text);
});
