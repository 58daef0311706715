import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/index.js';
import { NotifyBed, StandIn } from '../../notify/testing.js';
import { createHttp } from '../http.js';
import { gmsNotificationApi } from './notification.js';

let bed: NotifyBed;
let target: StandIn;
let app: FastifyInstance;
let server: Record<string, string> = {};

beforeAll(async () => {
  bed = await NotifyBed.create();
  target = await StandIn.start();
  app = await createHttp({
    log: silentLogger,
    metrics: new Registry(),
    readiness: () => ({ ready: true }),
    version: '0',
    consoleDirectory: '/nonexistent',
  });
  await app.register(gmsNotificationApi, {
    prefix: '/genesys',
    database: bed.database,
    notifications: bed.notifications,
    credentials: { service: () => undefined, section: (name) => (name === 'server' ? server : {}) },
    log: silentLogger,
  });
});

afterAll(() => app.close());

beforeEach(async () => {
  await bed.database.query('truncate notification, notification_subscription, comet_message, comet_session');
  bed.clear();
  target.clear();
  server = {};
});

const NOTIFY = '/genesys/1/notification';

async function post(path: string, payload: unknown, headers: Record<string, string> = {}) {
  const response = await app.inject({
    method: 'POST',
    url: `${NOTIFY}${path}`,
    payload: JSON.stringify(payload),
    headers: { 'content-type': 'application/json', ...headers },
  });
  await bed.activity.idle();
  return { status: response.statusCode, body: response.body === '' ? '' : response.json(), headers: response.headers };
}

function wanted(changes: Record<string, unknown> = {}, details: Record<string, unknown> = {}) {
  return {
    subscriberId: 'u1',
    filter: 't.1',
    notificationDetails: { deviceId: `${target.url}/hook`, type: 'httpcb', ...details },
    ...changes,
  };
}

describe('the Notification API', () => {
  it.each([
    ['text/plain', 'hello'],
    ['application/x-www-form-urlencoded', 'subscriberId=u1'],
    [undefined, undefined],
  ])('NT1 refuses a subscription of content type %s with 415', async (type, payload) => {
    const response = await app.inject({
      method: 'POST',
      url: `${NOTIFY}/subscription`,
      ...(payload !== undefined && { payload }),
      ...(type !== undefined && { headers: { 'content-type': type } }),
    });
    expect(response.statusCode).toBe(415);
    expect(response.json()).toHaveProperty('exception');
  });

  it('NT2 posts the message as it stands to the subscriber, and answers the publisher with an empty object', async () => {
    const { status, body } = await post('/subscription', wanted());
    expect([status, Object.keys(body)]).toEqual([200, ['id']]);
    const published = await post('/publish', { tag: 't.1', message: 'hi' });
    expect([published.status, published.body]).toEqual([200, {}]);
    expect(target.received).toMatchObject([{ method: 'POST', path: '/hook' }]);
    expect(target.bodies).toEqual(['hi']);
  });

  it('NT3 notifies every subscription that matches', async () => {
    await post('/subscription', wanted());
    await post('/subscription', wanted({ subscriberId: 'u2' }));
    await post('/publish', { tag: 't.1', message: 'hi' });
    expect(target.bodies).toEqual(['hi', 'hi']);
  });

  it('NT4 answers 200 and sends nothing when nobody has subscribed', async () => {
    await post('/subscription', wanted());
    expect((await post('/publish', { tag: 't.2', message: 'hi' })).status).toBe(200);
    expect(target.bodies).toEqual([]);
  });

  it.each([
    ['that says so', { expire: 30 }],
    ['that says nothing', {}],
    ['with a wrong value', { expire: 'soon' }],
  ])('NT5 forgets a subscription %s after 30 seconds', async (_which, changes) => {
    const { body } = await post('/subscription', wanted(changes));
    await bed.clock.advance(29_000);
    await post('/publish', { tag: 't.1', message: 'in time' });
    await bed.clock.advance(2_000);
    await post('/publish', { tag: 't.1', message: 'too late' });
    expect(target.bodies).toEqual(['in time']);
    expect((await app.inject(`${NOTIFY}/subscription/${body.id}`)).statusCode).toBe(404);
  });

  it('keeps subscriptions as long as option defaultSubscriptionExpiration says', async () => {
    bed.set('push', { defaultSubscriptionExpiration: '90' });
    await post('/subscription', wanted());
    await bed.clock.advance(80_000);
    await post('/publish', { tag: 't.1', message: 'hi' });
    expect(target.bodies).toEqual(['hi']);
  });

  it.each([
    ['dTpw', 'Basic dTpw'],
    ['Bearer xyz', 'Bearer xyz'],
  ])('NT6 posts to the custom address with authorization %s', async (authorization, header) => {
    bed.set('push', { 'customhttp.url': `${target.url}/custom` });
    await post('/subscription', wanted({ authorization }, { type: 'customhttp', deviceId: 'd1' }));
    await post('/publish', { tag: 't.1', message: 'hi' });
    expect(target.received).toMatchObject([{ method: 'POST', path: '/custom', headers: { authorization: header } }]);
    expect(JSON.parse(target.bodies[0] ?? '')).toEqual({ deviceId: 'd1', message: 'hi' });
  });

  it.each([
    ['not in pushEnabled', 'comet', 'httpcb'],
    ['unknown', 'comet,pigeon', 'pigeon'],
    ['any, where pushEnabled is empty', '', 'comet'],
  ])('NT7 refuses a type that is %s', async (_which, pushEnabled, type) => {
    bed.set('push', { pushEnabled });
    const { status, body } = await post('/subscription', wanted({}, { type }));
    expect([status, body.exception]).toEqual([400, 'com.genesyslab.gsg.GSGException']);
  });

  it.each([
    ['subscriberId', () => wanted({ subscriberId: undefined })],
    ['filter', () => wanted({ filter: '' })],
    ['notificationDetails', () => wanted({ notificationDetails: undefined })],
    ['type', () => wanted({}, { type: undefined })],
    ['deviceId', () => wanted({}, { deviceId: undefined })],
    ['filter', () => wanted({ filter: 7 })],
    ['properties', () => wanted({}, { properties: [] })],
    ['JSON object', () => []],
    ['deviceId', () => wanted({}, { deviceId: 'x'.repeat(5000) })],
    ['authorization', () => wanted({ authorization: 'a\r\nX-Evil: 1' })],
  ])('refuses a subscription with a missing or wrong %s', async (named, body) => {
    const refused = await post('/subscription', body());
    expect(refused.status).toBe(400);
    expect(refused.body.message).toContain(named);
  });

  it.each([
    [{ message: 'hi' }, 'tag'],
    [{ tag: 't.1' }, 'message'],
    [{ tag: 't.1', message: 'hi', notificationDetails: { type: 'httpcb' } }, 'deviceId'],
  ])('refuses the publication %j', async (body, named) => {
    const refused = await post('/publish', body);
    expect(refused.status).toBe(400);
    expect(refused.body.message).toContain(named);
  });

  it('shows a subscription and deletes it', async () => {
    const given = wanted(
      { providerName: 'prov', authorization: 'dTpw', expire: 45 },
      { properties: { debug: 'false', k: 'v', n: 5 } },
    );
    const { body } = await post('/subscription', given);
    const url = `${NOTIFY}/subscription/${body.id}`;
    expect((await app.inject(url)).json()).toEqual({
      ...given,
      id: body.id,
      notificationDetails: { ...given.notificationDetails, properties: { debug: 'false', k: 'v', n: '5' } },
    });
    expect((await app.inject({ method: 'DELETE', url })).statusCode).toBe(200);
    for (const method of ['GET', 'DELETE'] as const) {
      const gone = await app.inject({ method, url });
      expect([gone.statusCode, gone.json().message]).toEqual([404, `No subscription with id ${body.id}`]);
    }
    await post('/publish', { tag: 't.1', message: 'hi' });
    expect(target.bodies).toEqual([]);
  });

  it.each([
    ['*', 't.1', true],
    ['ors.contact.*', 'ors.contact.12345678', true],
    ['ors.*.12', 'ors.contact.12', true],
    ['ors.contact.*', 'ors.contacts', false],
    ['t_1', 't.1', false],
    ['100%', '100 percent', false],
    ['T.1', 't.1', false],
  ])('matches the filter %s with the tag %s: %s', async (filter, tag, matches) => {
    await post('/subscription', wanted({ filter }));
    await post('/publish', { tag, message: 'hi' });
    expect(target.bodies).toEqual(matches ? ['hi'] : []);
  });

  it('publishes to an address that the event brings itself', async () => {
    const notificationDetails = { type: 'httpcb', deviceId: `${target.url}/direct` };
    await post('/publish', { tag: 't.9', message: { _id: '1', _action: 'connect' }, notificationDetails });
    expect(target.received[0]?.path).toBe('/direct');
    expect(JSON.parse(target.bodies[0] ?? '')).toEqual({ _id: '1', _action: 'connect' });
  });

  it('asks for the credentials of section server', async () => {
    server = { username: 'U', password: 'P' };
    expect((await post('/publish', { tag: 't', message: 'm' })).status).toBe(401);
    const authorization = `Basic ${Buffer.from('U:P').toString('base64')}`;
    expect((await post('/publish', { tag: 't', message: 'm' }, { authorization })).status).toBe(200);
  });

  it.each([
    ['GET', '/publish'],
    ['PUT', '/subscription'],
    ['PUT', '/subscription/x'],
  ] as const)('answers %s %s with 405', async (method, path) => {
    const response = await app.inject({ method, url: `${NOTIFY}${path}` });
    expect(response.statusCode).toBe(405);
  });
});
