import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../kernel/index.js';
import { TestApi } from './testing.js';

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.create();
});
afterAll(() => api.close());

const URL = '/genesys/1/cs';

describe('requests that are not understood', () => {
  it.each([
    ['GET', '/nothing', 404],
    ['GET', '/services/a/b/c/d', 404],
    ['PATCH', '/services/x', 405],
    ['DELETE', '/services/x/states', 405],
  ] as const)('%s %s: %i', async (method, path, status) => {
    const answer = await api.send(method, path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ message: expect.any(String), exception: expect.any(String) });
    if (status === 405) expect(answer.headers.allow).toMatch(/GET/);
  });

  it.each([
    ['a form', 'application/x-www-form-urlencoded', 'customer_id=1', 415],
    ['text', 'text/plain', 'hello', 415],
    ['malformed JSON', 'application/json', '{"customer_id":', 400],
    ['an array', 'application/json', '[]', 400],
    ['a body that is too large', 'application/json', JSON.stringify({ customer_id: 'x'.repeat(1_100_000) }), 413],
    ['a NUL character', 'application/json', '{"customer_id":"a\\u0000"}', 400],
    ['a NUL character in an extension', 'application/json', '{"customer_id":"a","e":["\\u0000"]}', 400],
    ['half a surrogate pair', 'application/json', '{"customer_id":"a","e":"\\ud800"}', 400],
    ['a prototype', 'application/json', '{"customer_id":"a","__proto__":{"x":1}}', 400],
    ['a wrong type', 'application/json', '{"customer_id":"a","est_duration":"long"}', 400],
    ['a wrong interaction', 'application/json', `{"customer_id":"a","interaction_id":"${'x'.repeat(51)}"}`, 400],
    ['a wrong type of service', 'application/json', '{"customer_id":"a","service_type":{}}', 400],
    ['a wrong time to live', 'application/json', '{"customer_id":"a","ttl":-1}', 400],
    ['no body at all', 'application/json', '', 400],
  ])('a start with %s', async (_, type, payload, status) => {
    const { statusCode, body } = await api.app.inject({
      method: 'POST',
      url: `${URL}/services/start`,
      headers: { 'content-type': type },
      payload,
    });
    expect({ status: statusCode, body }).toMatchObject({ status });
    expect(JSON.parse(body)).toMatchObject({ message: expect.any(String), exception: expect.any(String) });
  });

  it.each(['/services/%00', '/customers/a%00b/services', '/profiles?PhoneNumber=%00', '/services/%zz'])(
    'an address like %s',
    async (path) => {
      expect((await api.get(path)).status).toBe(400);
    },
  );

  it('answers 503 in its own form while the database is away', async () => {
    const away = await TestApi.create();
    await away.store.database.close();
    const { status, body, headers } = await away.get('/services/x');
    expect({ status, exception: body.exception }).toEqual({
      status: 503,
      exception: 'com.genesyslab.gsg.services.contextservices.exceptions.ContextServicesExceptionUnavailable',
    });
    expect(headers['retry-after']).toBeDefined();
    expect((await away.get('/profiles/x')).body).toMatchObject({ code: 503, name: 'CVErrorUnavailable' });
    await away.close();
  });

  it('answers nothing when it is switched off', async () => {
    api.configuration.set({ cview: { enabled: 'false' } });
    expect((await api.get('/server/status')).status).toBe(403);
    api.configuration.set({ cview: {} });
    expect((await api.get('/server/status')).status).toBe(200);
  });

  it('answers errors of profiles with code, name and description as well', async () => {
    const { body } = await api.get('/profiles/nobody');
    expect(body).toEqual({
      code: 404,
      name: 'CVErrorNotFound',
      description: body.message,
      message: "There is no profile of the customer 'nobody'.",
      exception: 'com.genesyslab.gsg.services.contextservices.exceptions.NotFoundException',
    });
  });
});

describe('services, states and tasks', () => {
  it('show everything that was said at their start and end', async () => {
    const event = {
      session_id: 'S'.repeat(40),
      interaction_id: '51',
      application_type: 400,
      application_id: 40,
      resource_type: 'IVR',
      resource_id: 20,
      media_type: 2,
    };
    const id = await api.startService({ customer_id: 'full', service_type: 100, est_duration: 3600, ...event });
    await api.post(`/services/${id}/end`, { ...event, customer_id: 'full', service_type: 100, disposition: 10 });
    const moment = { timestamp: '2026-03-02T10:00:00.000Z', ...event };
    expect((await api.get(`/services/${id}`)).body).toEqual({
      customer_id: 'full',
      service_id: id,
      service_type: 100,
      est_duration: 3600,
      started: moment,
      completed: moment,
      disposition: 10,
    });
  });

  it('go on after their service is completed', async () => {
    const id = await api.startService({ customer_id: 'after' });
    const open = await api.startStep(id, 'task');
    await api.post(`/services/${id}/end`, {});
    const state = await api.startStep(id, 'state');
    expect((await api.post(`/services/${id}/states/${state}/end`, {})).status).toBe(204);
    expect((await api.get(`/services/${id}/tasks/active`)).body).toMatchObject([{ task_id: open }]);
  });

  it('end once, and not before they have begun', async () => {
    const id = await api.startService({ customer_id: 'once' });
    const state = await api.startStep(id, 'state');
    const early = { timestamp: '2020-01-01T00:00:00Z' };
    for (const path of [`/services/${id}/states/${state}/end`, `/services/${id}/end`]) {
      expect((await api.post(path, early)).status).toBe(400);
      expect((await api.post(path, {})).status).toBe(204);
      const again = await api.post(path, {});
      expect(again.status).toBe(400);
      expect(again.body.message).toMatch(/already completed/);
    }
  });

  it.each([
    ['POST', 'states/99/end', 'There are no state found for : 99'],
    ['POST', 'states/x/end', 'There are no state found for : x'],
    ['GET', 'states/99', 'There are no state found for : 99'],
    ['POST', 'tasks/99/end', 'There are no task found for : 99'],
    ['GET', 'tasks/99999999999', 'There are no task found for : 99999999999'],
    ['PUT', 'tasks/99/extensions/e', 'There are no task found for : 99'],
    ['POST', 'tasks/start', 'There are no state found for : 99'],
    ['POST', 'states/transition', 'There are no state found for : 99'],
  ] as const)('%s %s of something that is not there', async (method, path, message) => {
    const id = await api.startService({ customer_id: 'unknown' });
    const body = { state_id: 99, from: { state_id: 99 }, to: {} };
    const answer = await api.send(method, `/services/${id}/${path}`, method === 'GET' ? undefined : body);
    expect({ status: answer.status, message: answer.body.message }).toEqual({ status: 400, message });
  });

  it('are numbered apart, and one of many concurrent transitions wins', async () => {
    const id = await api.startService({ customer_id: 'race' });
    const numbers = await Promise.all(Array.from({ length: 20 }, () => api.startStep(id, 'state')));
    expect(new Set(numbers).size).toBe(20);
    const [from] = numbers;
    const body = { from: { state_id: from ?? 0 }, to: { state_type: 'next' } };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => api.post(`/services/${id}/states/transition`, body)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 11 }, () => 400)]);
    expect((await api.get(`/services/${id}/states?state_types=next`)).body).toHaveLength(1);
  });

  it('take any JSON value as an extension', async () => {
    const id = await api.startService({ customer_id: 'json' });
    const task = await api.startStep(id, 'task', { Offer: [{ offer_name: 'x' }] });
    for (const value of [null, 0, '', 'text', [], [{ a: 1 }], { deep: { deeper: [1, 2] } }]) {
      expect((await api.put(`/services/${id}/tasks/${task}/extensions/value`, value)).status).toBe(200);
      const { body } = await api.get(`/services/${id}/tasks/${task}?extensions=value,Offer`);
      expect(body.value).toEqual(value);
      expect(body.Offer).toEqual([{ offer_name: 'x' }]);
    }
    expect((await api.put(`/services/${id}/extensions/started`, {})).status).toBe(400);
  });

  it.each(['service', 'state', 'task'] as const)('of 8.1 change single records of extensions: %s', async (subject) => {
    const schema = {
      name: 'Offers',
      type: 'multi-valued',
      unique: ['offer_name'],
      attributes: [
        { name: 'offer_name', type: 'string' },
        { name: 'type', type: 'integer' },
      ],
    };
    const path = `/metadata/${subject}s/extensions`;
    expect((await api.post(path, schema)).status).toBe(201);
    expect((await api.post(path, schema)).status).toBe(409);
    expect((await api.get(path)).body).toMatchObject([{ name: 'Offers', unique: ['offer_name'] }]);
    const id = await api.startService({ customer_id: 'records' });
    const place =
      subject === 'service' ? `/services/${id}` : `/services/${id}/${subject}s/${await api.startStep(id, subject)}`;
    const offers = async () => (await api.get(`${place}?extensions=Offers`)).body.Offers;
    await api.put(`${place}/extensions/Offers`, [{ offer_name: 'x', type: 1 }, { offer_name: 'y' }]);
    const change = (what: string, body: JsonObject) => api.put(`${place}/extensions/Offers/${what}`, body);
    expect((await change('by/unique', { offer_name: 'y', type: 2 })).status).toBe(204);
    expect(await offers()).toEqual([
      { offer_name: 'x', type: 1 },
      { offer_name: 'y', type: 2 },
    ]);
    expect((await change('delete/by/unique', { offer_name: 'x' })).status).toBe(204);
    expect(await offers()).toEqual([{ offer_name: 'y', type: 2 }]);
    for (const wrong of [{ offer_name: 'z' }, { type: 2 }]) {
      expect((await change('by/unique', wrong)).status).toBe(400);
    }
    expect((await api.put(`${place}/extensions/Other/by/unique`, { a: 1 })).status).toBe(400);
  });

  it('have ids of the client where that is configured', async () => {
    const body = { customer_id: 'own', service_id: 'mine-1' };
    expect(await api.startService(body)).not.toBe('mine-1');
    api.configuration.set({ cview: { 'allow-custom-ids': 'true' } });
    expect(await api.startService(body)).toBe('mine-1');
    expect((await api.post('/services/start', body)).status).toBe(409);
    api.configuration.set({ cview: {} });
  });

  it('are gone with their service', async () => {
    const id = await api.startService({ customer_id: 'gone' });
    await api.startStep(id, 'state');
    expect((await api.delete(`/services/${id}`)).status).toBe(200);
    expect(await api.store.database.query('select from cs_step where service = $1', [id])).toEqual([]);
  });
});
