import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../kernel/index.js';
import { acceptanceApi, expectError, freshCustomer, PACKAGE } from './acceptance-bed.js';
import type { TestApi } from './testing.js';

let api: TestApi;
let customer: string;

beforeAll(async () => {
  api = await acceptanceApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  customer = await freshCustomer(api);
});

describe('the acceptance table of Context Services: profiles and the server', () => {
  it('C23: creates a profile', async () => {
    const answer = await api.post('/profiles', { FirstName: 'Bruce', EmailAddress: ['a@x', 'b@x'] });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ customer_id: expect.stringMatching(/^[0-9A-Z]{16}$/) });
    expect((await api.get(`/profiles/${answer.body.customer_id}`)).body).toEqual({
      customer_id: answer.body.customer_id,
      FirstName: 'Bruce',
      EmailAddress: ['a@x', 'b@x'],
    });
  });

  it('C24: identifies by telephone number as reference 000 does', async () => {
    await api.post('/metadata/profiles/extensions', {
      name: 'Contract',
      type: 'single-valued',
      attributes: [{ name: 'level', type: 'string' }],
    });
    const first = await api.createProfile({ PhoneNumber: '5115', Contract: { level: 'gold' } });
    const query = '/profiles?include_profile=no&include_extensions=unique&extensions=Contract&PhoneNumber=5115';
    const unique = await api.get(query);
    expect(unique.status).toBe(200);
    expect(unique.body).toEqual([{ customer_id: first, Contract: { level: 'gold' } }]);
    await api.clock.advance(1000);
    const second = await api.createProfile({ PhoneNumber: ['999', '5115'] });
    expect((await api.get(query)).body).toEqual([{ customer_id: first }, { customer_id: second }]);
    const withExtensions = query.replace('unique', 'always');
    expect((await api.get(withExtensions)).body).toEqual([
      { customer_id: first, Contract: { level: 'gold' } },
      { customer_id: second },
    ]);
  });

  it('C25: answers an empty array when nobody matches, an empty body when configured', async () => {
    const none = await api.get('/profiles?PhoneNumber=00000&include_profile=no&include_extensions=unique');
    expect({ status: none.status, text: none.text }).toEqual({ status: 200, text: '[]' });
    api.configuration.set({ cview: { 'empty-on-no-match': 'true' } });
    const empty = await api.get('/profiles?PhoneNumber=00000');
    expect({ status: empty.status, text: empty.text }).toEqual({ status: 200, text: '' });
  });

  describe('with a multi-valued extension', () => {
    let extension: string;
    let id: string;
    beforeEach(async () => {
      extension = `Phone${customer}`;
      const made = await api.post('/metadata/profiles/extensions', {
        name: extension,
        type: 'multi-valued',
        unique: ['number'],
        attributes: [
          { name: 'number', type: 'string', length: '20' },
          { name: 'kind', type: 'string' },
        ],
      });
      expect(made.status).toBe(201);
      id = await api.createProfile({ FirstName: 'Bruce', EmailAddress: ['a@x', 'b@x'] });
      const records = [
        { number: '1', kind: 'home' },
        { number: '2', kind: 'work' },
      ];
      expect((await api.post(`/profiles/${id}/extensions`, { [extension]: records })).status).toBe(200);
    });
    const records = async () => (await api.get(`/profiles/${id}?extensions=${extension}`)).body[extension];

    it('C26: replaces attributes and keeps extensions that are not sent', async () => {
      expect((await api.put(`/profiles/${id}`, { FirstName: 'B' })).status).toBe(204);
      const { body } = await api.get(`/profiles/${id}?extensions=${extension}`);
      expect(body).toEqual({ customer_id: id, FirstName: 'B', [extension]: expect.any(Array) });
      expect(body[extension]).toHaveLength(2);
      await api.put(`/profiles/${id}`, { FirstName: 'B', [extension]: [{ number: '9' }] });
      expect(await records()).toEqual([{ number: '9' }]);
    });

    it('C27: inserts records, replaces the same ones and updates one', async () => {
      await api.post(`/profiles/${id}/extensions`, { [extension]: [{ number: '2', kind: 'mobile' }, { number: '3' }] });
      expect(await records()).toEqual([
        { number: '1', kind: 'home' },
        { number: '2', kind: 'mobile' },
        { number: '3' },
      ]);
      const path = `/profiles/${id}/extensions/${extension}/by/unique`;
      expect((await api.put(path, { number: '3', kind: 'fax' })).status).toBe(204);
      expect(await records()).toEqual([
        { number: '1', kind: 'home' },
        { number: '2', kind: 'mobile' },
        { number: '3', kind: 'fax' },
      ]);
      expectError(await api.put(path, { number: '4', kind: 'fax' }), 404);
      expectError(await api.put(path, { kind: 'fax' }), 400);
    });

    it('C28: deletes one record', async () => {
      const path = `/profiles/${id}/extensions/${extension}/delete/by/unique`;
      expect((await api.put(path, { number: '1' })).status).toBe(204);
      expect(await records()).toEqual([{ number: '2', kind: 'work' }]);
      expect((await api.delete(`/profiles/${id}/extensions/${extension}`)).status).toBe(204);
      expect(await records()).toBeUndefined();
    });

    it('takes the defaults of numbers and booleans as texts too', async () => {
      const attributes = [
        { name: 'count', type: 'integer', default: '5' },
        { name: 'active', type: 'boolean', default: 'true' },
      ];
      const name = `${extension}d`;
      const define = (list: JsonObject[]) =>
        api.post('/metadata/profiles/extensions', { name, type: 'single-valued', attributes: list });
      expectError(await define([{ name: 'count', type: 'integer', default: 'many' }]), 400);
      expect((await define(attributes)).status).toBe(201);
      await api.post(`/profiles/${id}/extensions`, { [name]: {} });
      const { body } = await api.get(`/profiles/${id}?extensions=${name}`);
      expect([body[name]].flat()).toEqual([{ count: 5, active: true }]);
    });

    it('names field and rule of what is wrong', async () => {
      const send = (record: Record<string, unknown>) =>
        api.post(`/profiles/${id}/extensions`, JSON.parse(JSON.stringify({ [extension]: [record] })));
      const unknown = await send({ number: '1', colour: 'red' });
      expectError(unknown, 400);
      expect(unknown.body.message).toContain(`${extension}[0].colour`);
      expect((await send({ number: 1 })).body.message).toContain('a string is expected');
      expect((await send({ number: '1'.repeat(21) })).body.message).toContain('at most 20 characters');
      expectError(await api.post('/profiles', { Nothing: [{ a: 1 }] }), 400);
    });
  });

  it('C29: merges profiles, by force where they are in conflict', async () => {
    await api.post('/metadata/profiles/extensions', {
      name: `Level${customer}`,
      type: 'single-valued',
      attributes: [{ name: 'level', type: 'integer' }],
    });
    const level = `Level${customer}`;
    const target = await api.createProfile({ FirstName: 'A', PhoneNumber: '31', [level]: { level: 1 } });
    const source = await api.createProfile({ LastName: 'B', PhoneNumber: '32', [level]: { level: 2 } });
    const service = await api.startService({ customer_id: source });
    const path = `/profiles/${target}/merge/${source}`;
    expectError(await api.put(path, {}), 409);
    expect((await api.get(`/profiles/${source}`)).status).toBe(200);
    expect((await api.put(path, { agent_id: '0', force_merge: true })).status).toBe(204);
    expectError(await api.get(`/profiles/${source}`), 404);
    expect((await api.get(`/profiles/${target}?extensions=${level}`)).body).toEqual({
      customer_id: target,
      FirstName: 'A',
      LastName: 'B',
      PhoneNumber: ['31', '32'],
      [level]: { level: 2 },
    });
    expect((await api.get('/profiles?PhoneNumber=32')).body).toEqual([{ customer_id: target }]);
    expect((await api.get(`/customers/${target}/services`)).body).toMatchObject([{ service_id: service }]);
  });

  it.each([
    ['C30: a name that begins with a digit', { name: '1bad', attributes: ['x'] }],
    ['C31: attributes of profile and extension', { name: 'mixed', attributes: ['FirstName', 'Contract.level'] }],
    ['attributes of another source', { name: 'mixed', source: 'Contract', attributes: ['level', 'FirstName'] }],
    ['no attributes', { name: 'none', attributes: [] }],
    ['an unknown source', { name: 'none', source: 'Nothing', attributes: ['x'] }],
  ])('refuses an identification key with %s', async (_, key) => {
    expectError(await api.post('/metadata/identification-keys/', key), 400);
  });

  it('C32: changes the mode, and in maintenance refuses profiles', async () => {
    const changed = await api.post('/server/mode', { mode: 'Maintenance' });
    expect(changed.status).toBe(200);
    expect(changed.body).toEqual({ 'server changed': 'maintenance' });
    expect(changed.headers.location).toBe('/genesys/1/cs/server/status');
    expect((await api.get('/server/status')).body.mode).toBe('maintenance');
    expectError(await api.get('/profiles?PhoneNumber=1'), 503);
    expect((await api.get('/metadata/profiles/extensions')).status).toBe(200);
    expectError(await api.post('/server/mode', { mode: 'holiday' }), 400);
  });

  it('C33: answers the status of the server', async () => {
    const { status, body } = await api.get('/server/status');
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(
      [
        ...['version', 'system_time', 'mode', 'max_memory', 'allocated_memory', 'used_memory', 'free_memory'],
        ...['started', 'last_request', 'request_today', 'client_errors_today', 'server_errors_today'],
      ].sort(),
    );
    const { body: later } = await api.get('/server/status');
    expect(later.request_today).toBe(Number(body.request_today) + 1);
  });

  describe('with roles', () => {
    const as = (name: string, password = 'secret') => ({
      authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
    });
    beforeEach(() => api.configuration.set({ cview: { 'use-role': 'true' } }));
    const purge = { limit: '2000-01-01T00:00:00Z', operation: 'purge.service.all' };

    it('C34: refuses a purge without WRITE', async () => {
      expectError(await api.post('/maintenance/purge', purge, as('agent')), 403);
      expect((await api.post('/maintenance/purge', purge, as('root'))).status).toBe(200);
    });

    it.each([
      ['developer', 'GET', '/services/anonymous/1', 200],
      ['developer', 'POST', '/services/start', 403],
      ['agent', 'POST', '/services/start', 201],
      ['agent', 'DELETE', '/services/x', 403],
      ['nobody', 'GET', '/services/anonymous/1', 403],
    ] as const)('a person with the role %s: %s %s is answered %i', async (role, method, path, status) => {
      const body = method === 'POST' ? { customer_id: customer } : undefined;
      expect((await api.send(method, path, body, as(role))).status).toBe(status);
    });

    it('grants single tasks to roles of the configuration', async () => {
      api.configuration.set({ 'cs-roles': { nobody: 'READ, UCS.Service.startService' } });
      expect((await api.post('/services/start', { customer_id: customer }, as('nobody'))).status).toBe(201);
      const { status, body } = await api.post(
        '/services/start',
        { customer_id: customer, Offer: { a: 1 } },
        as('nobody'),
      );
      expect({ status, exception: body.exception }).toEqual({
        status: 403,
        exception: `${PACKAGE}ContextServicesExceptionForbidden`,
      });
      expect((await api.get(`/customers/${customer}/services`, as('nobody'))).body).toHaveLength(1);
    });

    it('asks for credentials', async () => {
      for (const headers of [{}, as('root', 'wrong'), { authorization: 'Basic ???' }]) {
        const answer = await api.get('/server/status', headers);
        expectError(answer, 401);
        expect(answer.headers['www-authenticate']).toBe('Basic realm="genesys"');
      }
    });
  });

  it('asks for the credentials of section server', async () => {
    api.configuration.set({ server: { username: 'U', password: 'P' } });
    expectError(await api.get('/server/status'), 401);
    const authorization = `Basic ${Buffer.from('U:P').toString('base64')}`;
    expect((await api.get('/server/status', { authorization })).status).toBe(200);
  });

  it('C35: deletes a profile and keeps its services', async () => {
    const id = await api.createProfile({ FirstName: 'Gone', PhoneNumber: '4040' });
    const service = await api.startService({ customer_id: id });
    expect((await api.delete(`/profiles/${id}`)).status).toBe(200);
    expectError(await api.get(`/profiles/${id}`), 404);
    expectError(await api.delete(`/profiles/${id}`), 404);
    expect((await api.get('/profiles?PhoneNumber=4040')).body).toEqual([]);
    expect((await api.get(`/customers/${id}/services`)).body).toMatchObject([{ service_id: service }]);
  });
});
