import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RingbackError } from '../../kernel/index.js';
import type { CustomerDesk } from './customers.js';
import { adminServer, type TestServer } from './testing.js';

const ADA = { id: 'ada', attributes: { FirstName: 'Ada' }, extensions: {} };
const GRACE = { id: 'grace', attributes: { FirstName: 'Grace' }, extensions: {} };

function known<Value>(id: string, value: Value): Promise<Value> {
  if (id === 'ada') return Promise.resolve(value);
  return Promise.reject(new RingbackError('profile-not-found', `There is no customer ${id}.`));
}

const desk: CustomerDesk = {
  tenant: (given) => {
    if (given === undefined || given === '1') return 1;
    throw new RingbackError('unknown-tenant', `There is no tenant '${given}'.`);
  },
  list: async (_tenant, { limit, cursor }) =>
    cursor === undefined && limit === 1 ? { customers: [ADA], next: 'ada' } : { customers: [GRACE] },
  find: async (_tenant, wanted) => (wanted === '+44207946' ? [ADA] : []),
  get: (_tenant, id) => known(id, ADA),
  change: (_tenant, id, attributes) => {
    if ('Age' in attributes) {
      const details = [{ pointer: '/Age', detail: 'an integer is expected' }];
      throw new RingbackError('invalid', "Invalid value of 'Age': an integer is expected", details);
    }
    return known(id, { ...ADA, attributes: { ...ADA.attributes, ...attributes } });
  },
  journey: (_tenant, id) =>
    known(id, {
      services: [{ service_id: 's1' }],
      contacts: [
        { kind: 'callback', id: 'cb1', number: '+44207946', service: 's1', at: 0, endedAt: null },
        { kind: 'call', id: 'c1', number: '+44207946', service: null, at: 1000, endedAt: 2000 },
      ],
    }),
  definitions: async () => ({ attributes: [], extensions: [] }),
};

let server: TestServer;

beforeAll(async () => {
  const callbacks = {
    list: async () => ({ callbacks: [] }),
    get: async () => ({ _id: 'cb1', _callback_state: 'QUEUED' }),
  };
  server = await adminServer({ customers: desk, callbacks, adminPassword: 'secret' });
  const users = [
    { name: 'clerk', password: 'p', roles: ['agent'] },
    { name: 'coder', password: 'p', roles: ['developer'] },
  ];
  for (const user of users) await server.configuration.put('users', user.name, user);
  server.journal.record({
    id: '1',
    at: '2026-01-05T09:00:00.000Z',
    type: 'callback.attempt',
    callback: 'cb1',
    attempt: 1,
  });
  server.journal.record({ id: '2', at: '2026-01-05T09:00:01.000Z', type: 'callback.state', callback: 'cb1' });
});
afterAll(() => server.app.close());

const as = (name: string, password = 'p') => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});
const admin = as('admin', 'secret');

describe('/customers', () => {
  it('lists customers page by page', async () => {
    const first = await server.send('GET', '/customers?limit=1', undefined, admin);
    expect(first.body).toEqual([ADA]);
    const next = /<\/api\/v1([^>]+)>; rel="next"/.exec(String(first.headers.link))?.[1] ?? '';
    expect((await server.send('GET', next, undefined, admin)).body).toEqual([GRACE]);
  });

  it('finds customers by whatever is known of them', async () => {
    const found = await server.send('GET', '/customers?search=%2B44207946', undefined, admin);
    expect(found.body).toEqual([ADA]);
    expect((await server.send('GET', '/customers?search=nobody', undefined, admin)).body).toEqual([]);
  });

  it('tells the journey: services, and contacts with their records and attempts', async () => {
    const journey = await server.send('GET', '/customers/ada/journey', undefined, admin);
    expect(journey.body).toEqual({
      services: [{ service_id: 's1' }],
      contacts: [
        {
          kind: 'callback',
          id: 'cb1',
          number: '+44207946',
          service: 's1',
          at: '1970-01-01T00:00:00.000Z',
          endedAt: null,
          callback: { _id: 'cb1', _callback_state: 'QUEUED' },
          attempts: [{ at: '2026-01-05T09:00:00.000Z', attempt: 1, result: null }],
        },
        {
          kind: 'call',
          id: 'c1',
          number: '+44207946',
          at: '1970-01-01T00:00:01.000Z',
          endedAt: '1970-01-01T00:00:02.000Z',
        },
      ],
    });
  });

  it.each([
    ['GET', '/customers/nobody', undefined, 404, 'profile-not-found'],
    ['GET', '/customers/nobody/journey', undefined, 404, 'profile-not-found'],
    ['GET', '/customers?tenant=7', undefined, 404, 'unknown-tenant'],
    ['PATCH', '/customers/nobody', {}, 404, 'profile-not-found'],
    ['PATCH', '/customers/ada', { Age: 'old' }, 422, 'invalid'],
    ['PATCH', '/customers/ada', [], 422, 'invalid-request'],
  ] as const)('answers %s %s with its own problem', async (method, path, body, status, code) => {
    const answer = await server.send(method, path, body, admin);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toContain(code);
  });

  it('lets agents read and edit, and developers not', async () => {
    expect((await server.send('GET', '/customers/ada', undefined, as('clerk'))).status).toBe(200);
    const edited = await server.send('PATCH', '/customers/ada', { LastName: 'Byron' }, as('clerk'));
    expect(edited.body).toMatchObject({ attributes: { FirstName: 'Ada', LastName: 'Byron' } });
    expect((await server.send('GET', '/customers/ada', undefined, as('coder'))).status).toBe(403);
    expect((await server.send('PATCH', '/customers/ada', {}, as('coder'))).status).toBe(403);
  });
});
