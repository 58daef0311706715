import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../kernel/index.js';
import { RequestError } from '../http/failure.js';
import { acceptanceBed, DAY, LATER } from './acceptance-bed.js';
import { gmsTenantsApi } from './tenants.js';

const { bed, configureNow } = await acceptanceBed();
const deleted: string[] = [];
const identity = { name: 'root', roles: new Set(['administrator' as const]) };
let signedIn = true;
const { configuration } = bed;
await bed.http.register(gmsTenantsApi, {
  prefix: '/genesys',
  configuration: {
    services: () => configuration.services(),
    object: (kind, name) => configuration.object(kind, name),
    put: async (kind, name, value) => configuration.set(kind, name, value),
    delete: async (_kind, name) => void deleted.push(name),
  },
  people: {
    guard: async (request) => {
      if (!signedIn) throw new RequestError(401, 'authentication-required', 'Who is there?');
      request.identity = identity;
    },
  },
  log: silentLogger,
});

describe('contact centers', () => {
  const centers = (...ids: string[]) =>
    bed.configuration.set('lists', 'GMS_Contact_Centers', Object.fromEntries(ids.map((id) => [id, {}])));
  const start = (center: string, body: object = {}) =>
    bed.request('POST', '/1/service/callback/BasicCallback', {
      payload: { _customer_number: '5115', _desired_time: `${DAY}10:00:00.000Z`, ...body },
      headers: { ContactCenterId: center },
    });
  const ids = async (center?: string) => {
    const headers = center === undefined ? {} : { ContactCenterId: center };
    const { body } = await bed.request('GET', '/1/admin/callback/queues?target=BasicCallback', { headers });
    return body.BasicCallback?.map(({ _id }: { _id: string }) => _id);
  };

  test('A25: one that is not configured is refused', async () => {
    centers('north');
    const { status, body } = await start('test');
    expect(status).toBe(400);
    expect(body).toEqual({
      exception: `${LATER}CallbackExceptionNotFound`,
      message: 'Callback Contact Center ID: test is not configured in transaction list.',
    });
    const query = await bed.request('GET', '/1/admin/callback/queues', { headers: { contactcenterid: 'test' } });
    expect([query.status, query.body.exception]).toEqual([400, `${LATER}CallbackExceptionNotFound`]);
  });

  test('gms-observed 2.1: a server of one tenant does not look at the header', async () => {
    const { status, body } = await start('anything');
    expect(status).toBe(200);
    expect(await ids()).toEqual([body._id]);
    expect(await ids('other')).toEqual([body._id]);
  });

  test('gotcha 36: queries with a header find the callbacks of that contact center only, without one all', async () => {
    centers('north', 'south');
    const [north, south] = [await start('north'), await start('south', { _contact_center_id: 'north' })];
    expect(await ids('north')).toEqual([north.body._id]);
    expect(await ids('south')).toEqual([south.body._id]);
    expect((await ids()).toSorted()).toEqual([north.body._id, south.body._id].toSorted());
    const found = await bed.request('GET', '/1/service/callback?_customer_number=5115', {
      headers: { ContactCenterId: 'south' },
    });
    expect(found.body.map(({ _id }: { _id: string }) => _id)).toEqual([south.body._id]);
    const claim = await bed.request('PUT', `/1/service/callback/BasicCallback/${south.body._id}`, {
      payload: { _contact_center_id: 'north', note: 'x' },
    });
    expect(claim.status).toBe(200);
    expect(await ids('south')).toEqual([south.body._id]);
  });
});

describe('the tenants API', () => {
  beforeEach(() => {
    signedIn = true;
    deleted.length = 0;
  });
  afterAll(() => bed.configuration.clear());

  test('shows the configured services as sections, without passwords', async () => {
    configureNow({ username: 'u', password: 'p' });
    const { status, body } = await bed.request('GET', '/1/tenants');
    expect(status).toBe(200);
    expect(body['service.Now']).toEqual({ _type: 'ors', _service: 'callback', username: 'u' });
    expect(body).toHaveProperty(['service.hours']);
  });

  test('creates, replaces and removes them', async () => {
    const payload = { 'service.fresh': { _type: 'ors', _service: 'callback' } };
    const created = await bed.request('POST', '/1/tenants', { payload });
    expect([created.status, created.body]).toEqual([200, '']);
    expect(configuration.service('fresh')).toEqual({ _type: 'ors', _service: 'callback' });
    const removed = await bed.request('DELETE', '/1/tenants', { payload: ['service.fresh', 'service.gone'] });
    expect([removed.status, removed.body, deleted]).toEqual([200, '', ['fresh']]);
  });

  test('refuses whoever may not, and changes nothing', async () => {
    signedIn = false;
    const exception = 'java.rmi.AccessException';
    const stranger = await bed.request('GET', '/1/tenants');
    expect([stranger.status, stranger.body]).toEqual([403, { exception, message: 'Requires permission' }]);
    const payload = { 'service.fresh': {} };
    const wrong = await bed.request('POST', '/1/tenants', { payload, headers: { authorization: 'Basic eDp5' } });
    const message = 'Requires permission: GWS Server error, unable to connect';
    expect([wrong.status, wrong.body]).toEqual([403, { exception, message }]);
    expect((await bed.request('DELETE', '/1/tenants', { payload: ['service.Now'] })).status).toBe(403);
    expect([configuration.service('fresh'), deleted]).toEqual([undefined, []]);
  });

  test('takes JSON only', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status, body } = await bed.request('POST', '/1/tenants', { payload: 'service.fresh=1', headers });
    expect([status, body]).toEqual([415, 'Unsupported Media Type']);
    expect(configuration.service('fresh')).toBeUndefined();
  });

  test.each([
    ['POST', { fresh: {} }],
    ['POST', { 'service.fresh': 'x' }],
    ['POST', []],
    ['DELETE', { 'service.fresh': {} }],
    ['DELETE', ['fresh']],
  ] as const)('refuses a wrong body: %s %j', async (method, payload) => {
    const { status, body } = await bed.request(method, '/1/tenants', { payload });
    expect([status, deleted]).toEqual([400, []]);
    expect(body).toHaveProperty('message');
  });

  test('says where the servers of a contact center are', async () => {
    bed.configuration.set('lists', 'GMS_Contact_Centers', { north: {}, south: {} });
    const headers = { host: 'gms.test:8080' };
    const all = await bed.request('GET', '/1/tenants/info', { headers });
    const servers = { primary: { ringback: 'http://gms.test:8080' } };
    const expected = { CFGOrchestrationServer: servers, CFGRouterServer: servers };
    expect([all.status, all.body]).toEqual([200, { north: expected, south: expected }]);
    const one = await bed.request('GET', '/1/tenants/info', { headers: { ...headers, contactCenterId: 'north' } });
    expect(one.body).toEqual({ north: expected });
    const gone = await bed.request('GET', '/1/tenants/info', { headers: { contactCenterId: 'gone' } });
    expect([gone.status, gone.body]).toEqual([404, '']);
  });

  test.each([
    ['north', 202],
    ['gone', 404],
    [undefined, 400],
  ])('refresh of %s answers %i without a body', async (center, status) => {
    bed.configuration.set('lists', 'GMS_Contact_Centers', { north: {} });
    const headers: Record<string, string> = center === undefined ? {} : { contactCenterId: center };
    const answer = await bed.request('POST', '/1/tenants/refresh', { headers });
    expect([answer.status, answer.body]).toEqual([status, '']);
  });
});
