import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

describe('the acceptance table of Context Services: services, states and tasks', () => {
  it('C1: starts a service for a customer', async () => {
    const answer = await api.post('/services/start', { customer_id: customer, service_type: 'NewAccount' });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ service_id: expect.any(String) });
    expect(answer.headers.location).toBe(`/genesys/1/cs/services/${answer.body.service_id}`);
  });

  it('C2: refuses a service of nobody', async () => {
    expectError(await api.post('/services/start', { service_type: 'NewAccount' }), 400);
  });

  it('C3: lists an anonymous service by its contact key', async () => {
    const key = `5115${customer}`;
    await api.startService({ contact_key: key });
    const { status, body } = await api.get(`/services/anonymous/${key}/active`);
    expect(status).toBe(200);
    expect(body).toHaveLength(1);
    expect(body[0]).toMatchObject({ contact_key: key });
    expect(body[0]).not.toHaveProperty('customer_id');
  });

  it('C4: gives an anonymous service to a customer', async () => {
    const key = `5115${customer}`;
    const id = await api.startService({ contact_key: key });
    expect((await api.post(`/customers/${customer}/services/${id}`, {})).status).toBe(200);
    expect((await api.get(`/customers/${customer}/services/active`)).body).toMatchObject([{ service_id: id }]);
    expect((await api.get(`/services/anonymous/${key}/active`)).body).toEqual([]);
  });

  it('C5: takes a service from one customer to another', async () => {
    const id = await api.startService({ customer_id: customer });
    await api.post(`/customers/${customer}-other/services/${id}`, {});
    expect((await api.get(`/customers/${customer}/services`)).body).toEqual([]);
    expect((await api.get(`/customers/${customer}-other/services`)).body).toMatchObject([{ service_id: id }]);
  });

  it('C6: completes a service', async () => {
    const id = await api.startService({ customer_id: customer });
    const end = { disposition: 10, disposition_desc: 'done', media_type: 1 };
    const ended = await api.post(`/services/${id}/end`, end);
    expect(ended.status).toBe(204);
    expect(ended.text).toBe('');
    const { body } = await api.get(`/customers/${customer}/services/completed`);
    expect(body).toMatchObject([
      {
        disposition: 10,
        disposition_desc: 'done',
        completed: { timestamp: '2026-03-02T10:00:00.000Z', media_type: 1 },
      },
    ]);
    expect((await api.get(`/customers/${customer}/services/active`)).body).toEqual([]);
  });

  it('C7 and C8: answers states and tasks only when asked, without service_id', async () => {
    const id = await api.startService({ customer_id: customer });
    const first = await api.startStep(id, 'state', { state_type: 1 });
    await api.post(`/services/${id}/states/start`, { state_type: 2 });
    await api.post(`/services/${id}/states/${first}/end`, {});
    const task = await api.startStep(id, 'task', { task_type: 3 });
    await api.post(`/services/${id}/tasks/${task}/end`, {});

    const bare = (await api.get(`/services/${id}`)).body;
    for (const member of ['active_states', 'completed_states', 'active_tasks', 'completed_tasks']) {
      expect(bare).not.toHaveProperty(member);
    }
    const full = (await api.get(`/services/${id}?active_states=true&completed_tasks=true&active_tasks=true`)).body;
    expect(full.active_states).toMatchObject([{ state_type: 2 }]);
    expect(full.completed_tasks).toMatchObject([{ task_id: task, task_type: 3 }]);
    expect(full.active_tasks).toEqual([]);
    expect(full).not.toHaveProperty('completed_states');
    expect(full).not.toHaveProperty('active_states[0].service_id');
    expect(full).not.toHaveProperty('completed_tasks[0].service_id');
  });

  it('C9: answers extensions only when named', async () => {
    const offers = [{ offer_name: 'x', type: 9 }];
    const id = await api.startService({ customer_id: customer, RelatedOffers: offers });
    expect((await api.get(`/services/${id}`)).body).not.toHaveProperty('RelatedOffers');
    expect((await api.get(`/services/${id}?extensions=RelatedOffers`)).body.RelatedOffers).toEqual(offers);
  });

  it('C10: replaces an extension as a whole', async () => {
    const id = await api.startService({ customer_id: customer });
    const first = await api.put(`/services/${id}/extensions/score`, { score: 85, agentID: 2025 });
    expect(first.status).toBe(200);
    await api.put(`/services/${id}/extensions/score`, { score: 1 });
    expect((await api.get(`/services/${id}?extensions=score`)).body.score).toEqual({ score: 1 });
  });

  it('C11: goes from one state to the next', async () => {
    const id = await api.startService({ customer_id: customer });
    const started = await api.post(`/services/${id}/states/start`, { state_type: 1 });
    expect(started.status).toBe(201);
    const from = Number(started.body.state_id);
    const moved = await api.post(`/services/${id}/states/transition`, {
      from: { state_id: from, disposition: 4, disposition_desc: 'on' },
      to: { state_type: 2, est_duration: 60 },
      media_type: 7,
    });
    expect(moved.status).toBe(200);
    const { state_id: to } = moved.body;
    expect(to).not.toBe(from);
    expect((await api.get(`/services/${id}/states/completed`)).body).toMatchObject([
      { service_id: id, state_id: from, disposition: 4, disposition_desc: 'on', completed: { media_type: 7 } },
    ]);
    expect((await api.get(`/services/${id}/states/active`)).body).toMatchObject([
      { state_id: to, previous_state_id: from, state_type: 2, est_duration: 60, started: { media_type: 7 } },
    ]);
  });

  it('C12: refuses a transition to nowhere', async () => {
    const id = await api.startService({ customer_id: customer });
    const state_id = await api.startStep(id, 'state', {});
    expectError(await api.post(`/services/${id}/states/transition`, { from: { state_id } }), 400);
    expectError(await api.post(`/services/${id}/states/transition`, { to: { state_type: 1 } }), 400);
    expect((await api.get(`/services/${id}/states/active`)).body).toHaveLength(1);
  });

  it('C13: finds the tasks of a state', async () => {
    const id = await api.startService({ customer_id: customer });
    const state_id = await api.startStep(id, 'state', {});
    await api.post(`/services/${id}/tasks/start`, { task_type: 1, state_id });
    expect((await api.get(`/services/${id}/tasks/active?state_id=${state_id}`)).body).toMatchObject([{ state_id }]);
    expect((await api.get(`/services/${id}/tasks/active?state_id=${state_id + 100}`)).body).toEqual([]);
  });

  it('C14: lists services that were started from one time until before another', async () => {
    const at = (minute: number) => `2026-01-01T10:${String(minute).padStart(2, '0')}:00.000Z`;
    for (const minute of [0, 1, 2, 3]) await api.startService({ customer_id: customer, timestamp: at(minute) });
    const { body } = await api.get(`/customers/${customer}/services?started_from=${at(1)}&started_to=${at(3)}`);
    expect(body).toHaveLength(2);
    expect(body).toMatchObject([{ started: { timestamp: at(1) } }, { started: { timestamp: at(2) } }]);
  });

  it('C15: takes a list of types in either notation', async () => {
    for (const service_type of [1, 2, 3]) await api.startService({ customer_id: customer, service_type });
    const path = `/customers/${customer}/services`;
    const commas = (await api.get(`${path}?service_types=1,2`)).body;
    expect(commas).toHaveLength(2);
    expect((await api.get(`${path}?service_types=1&service_types=2`)).body).toEqual(commas);
  });

  it.each([
    ['GET', '/services/x', undefined],
    ['DELETE', '/services/x', undefined],
    ['POST', '/services/x/end', {}],
    ['PUT', '/services/x', { ttl: 60 }],
    ['PUT', '/services/x/extensions/e', {}],
    ['POST', '/services/x/states/start', {}],
    ['POST', '/services/x/states/1/end', {}],
    ['POST', '/services/x/states/transition', { from: { state_id: 1 }, to: { state_type: 1 } }],
    ['GET', '/services/x/states', undefined],
    ['GET', '/services/x/tasks/active', undefined],
    ['POST', '/customers/c1/services/x', {}],
  ] as const)('C16: %s %s of an unknown service', async (method, path, body) => {
    const answer = await api.send(method, path, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      message: 'There are no service found for : x',
      exception: `${PACKAGE}NotFoundException`,
    });
    api.configuration.set({ cview: { 'cs-notfound-status': '404' } });
    expect((await api.send(method, path, body)).status).toBe(404);
  });

  describe('with a Business Attribute', () => {
    beforeEach(() => {
      api.configuration.set({ 'business-attributes': { 'Service.type': 'ServiceType' } });
      api.configuration.lists = {
        ServiceType: {
          values: { NewAccount: '100', 'My Service4': '101' },
          attribute: { dbid: '7', 'display-name': 'Service type' },
          'My Service4': { description: 'the fourth', expiration: '1d' },
        },
      };
    });

    it('C17: refuses an unknown value and lists the valid ones', async () => {
      const answer = await api.post('/services/start', { customer_id: customer, service_type: 'Nothing' });
      expectError(answer, 400);
      expect(answer.body.message).toContain('NewAccount (100), My Service4 (101)');
      expect((await api.post('/services/start', { customer_id: customer, service_type: 101 })).status).toBe(201);
    });

    it('C18: answers names with map-names, DBIDs without', async () => {
      const id = await api.startService({ customer_id: customer, service_type: 'NewAccount' });
      expect((await api.get(`/services/${id}`)).body.service_type).toBe(100);
      const list = `/customers/${customer}/services?service_types=NewAccount`;
      expect((await api.get(list)).body).toHaveLength(1);
      api.configuration.set({ 'business-attributes': { 'Service.type': 'ServiceType', 'map-names': 'true' } });
      expect((await api.get(`/services/${id}`)).body.service_type).toBe('NewAccount');
      expect((await api.get(list)).body).toHaveLength(1);
    });

    it('answers the attributes that fields are mapped to', async () => {
      const expected = {
        name: 'ServiceType',
        dbid: 7,
        display_name: 'Service type',
        description: '',
        map_name: false,
        cv_attributes: ['Service.type'],
        values: [
          { name: 'NewAccount', dbid: 100, display_name: 'NewAccount', description: '' },
          { name: 'My Service4', dbid: 101, display_name: 'My Service4', description: 'the fourth' },
        ],
      };
      expect((await api.get('/metadata/business-attributes')).body).toEqual([expected]);
      expect((await api.get('/metadata/business-attributes/ServiceType')).body).toEqual(expected);
      expect((await api.get('/metadata/business-attributes?cv-attribute=Service.service_type')).body).toEqual(expected);
      expectError(await api.get('/metadata/business-attributes/Nothing'), 404);
    });

    it('keeps services as long as their type says', async () => {
      const id = await api.startService({ customer_id: customer, service_type: 'My Service4' });
      await api.clock.advance(86_400_000 - 1000);
      expect((await api.get(`/services/${id}`)).status).toBe(200);
      await api.post(`/services/${id}/states/start`, {});
      await api.clock.advance(86_400_000 - 1000);
      expect((await api.get(`/services/${id}`)).status).toBe(200);
      await api.clock.advance(2000);
      expect((await api.get(`/services/${id}`)).status).toBe(400);
    });
  });

  it('C19: forgets a service at the end of its time to live', async () => {
    const id = await api.startService({ customer_id: customer });
    const set = await api.put(`/services/${id}`, { ttl: 1 });
    expect(set.status).toBe(200);
    expect(set.text).toBe('');
    await api.clock.advance(2000);
    const answer = await api.get(`/services/${id}`);
    expect(answer.status).toBe(400);
    expect(answer.body.exception).toBe(`${PACKAGE}NotFoundException`);
    expect((await api.get(`/customers/${customer}/services`)).body).toEqual([]);
  });

  it('C20: purges completed services that were started before a limit', async () => {
    const start = (timestamp: string) => api.startService({ customer_id: customer, timestamp });
    const [before, active, after] = [
      await start('2014-09-26T16:49:59.999Z'),
      await start('2014-09-26T16:49:00.000Z'),
      await start('2014-09-26T16:50:00.000Z'),
    ];
    for (const id of [before, after]) await api.post(`/services/${id}/end`, {});
    const purge = { limit: '2014-09-26T16:50:00.000Z', operation: 'purge.service.completed' };
    expect((await api.post('/maintenance/purge', purge)).status).toBe(200);
    const { body } = await api.get(`/customers/${customer}/services`);
    expect(body).toMatchObject([{ service_id: active }, { service_id: after }]);
  });

  it('C21: refuses a purge that does not say what or until when', async () => {
    expectError(await api.post('/maintenance/purge', { limit: '2014-09-26T16:50:00.000Z' }), 400);
    expectError(await api.post('/maintenance/purge', { operation: 'purge.service.all' }), 400);
  });

  it('C22: refuses unknown tenants, and none where there are several', async () => {
    api.configuration.set({ tenants: { Resources: '101', Sales: '102' } });
    expect((await api.get('/services/anonymous/1', { ContactCenterId: 'nope' })).body).toEqual({
      message:
        "Invalid tenant specified : specified tenant in HTTP header 'ContactCenterId'='nope' not configured. Verify configuration.",
      exception: `${PACKAGE}ContextServicesExceptionResource`,
    });
    expect((await api.get('/services/anonymous/1')).body).toEqual({
      message:
        "Invalid tenant specified : no tenant specified in multi-tenant environment. Verify configuration and 'ContactCenterId' HTTP header.",
      exception: `${PACKAGE}ContextServicesExceptionResource`,
    });
    const tenant = { ContactCenterId: 'Sales' };
    const started = await api.post('/services/start', { customer_id: customer }, tenant);
    expect(started.status).toBe(201);
    const path = `/services/${started.body.service_id}`;
    expect((await api.get(path, { ContactCenterId: '102' })).status).toBe(200);
    expect((await api.get(path, { ContactCenterId: '101' })).status).toBe(400);
    const profile = await api.post('/profiles', { PhoneNumber: '777' }, tenant);
    const found = (await api.get('/profiles?PhoneNumber=777', { 'X-Genesys-TenantId': '102' })).body;
    expect(found).toEqual([{ customer_id: profile.body.customer_id }]);
    expect((await api.get('/profiles?PhoneNumber=777', { ContactCenterId: '101' })).body).toEqual([]);
  });

  it('C36: refuses a date with the month as text', async () => {
    expectError(await api.get(`/customers/${customer}/services?started_from=2016-Dec-01T10:00:00.000Z`), 400);
    expectError(await api.post('/services/start', { customer_id: customer, timestamp: '2016-Dec-01T10:00:00Z' }), 400);
  });

  it('C37: takes parameters that are joined to the path by an ampersand', async () => {
    const id = await api.startService({ customer_id: customer });
    const state_id = await api.startStep(id, 'state', {});
    await api.post(`/services/${id}/tasks/start`, { state_id, task_type: 1 });
    for (const path of ['states/active&active_tasks=true', 'states&active_tasks=true']) {
      expect((await api.get(`/services/${id}/${path}`)).body[0]?.active_tasks).toMatchObject([{ task_type: 1 }]);
    }
    expect((await api.get(`/services/${id}&active_states=true`)).body.active_states).toHaveLength(1);
    expect((await api.get(`/services/${id}/states/${state_id}&active_tasks=true`)).body.active_tasks).toHaveLength(1);
  });
});
