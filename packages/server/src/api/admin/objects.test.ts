import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminServer, type TestServer } from './testing.js';

let server: TestServer;

beforeAll(async () => {
  server = await adminServer();
});
afterAll(() => server.app.close());

/** kind, name, a value, what PATCH sends, what is there then, how it looks in a list. */
const KINDS: [string, string, unknown, unknown, unknown, unknown][] = [
  [
    'services',
    'B',
    { _service: 'callback', _ttl: '9' },
    { _ttl: null, x: '1' },
    { _service: 'callback', x: '1' },
    { name: 'B', options: { _service: 'callback', x: '1' } },
  ],
  [
    'options',
    'callback',
    { a: 1 },
    { b: true },
    { a: '1', b: 'true' },
    { name: 'callback', options: { a: '1', b: 'true' } },
  ],
  [
    'resources',
    'DNIS',
    ['8003449999'],
    { strategy: 'LOCAL' },
    { members: ['8003449999'], strategy: 'LOCAL' },
    { name: 'DNIS', members: ['8003449999'], strategy: 'LOCAL' },
  ],
  [
    'patterns',
    'blocked',
    { premium: '^900.*' },
    { test: '555.*' },
    { premium: '^900.*', test: '555.*' },
    { name: 'blocked', patterns: { premium: '^900.*', test: '555.*' } },
  ],
  [
    'lists',
    'GMS_Paused_Services',
    { services: { B: 'false' } },
    { services: { B: true } },
    { services: { B: 'true' } },
    { name: 'GMS_Paused_Services', sections: { services: { B: 'true' } } },
  ],
  ...['skills', 'agent-groups', 'virtual-queues', 'filters', 'campaigns', 'calling-lists'].map(
    (kind): [string, string, unknown, unknown, unknown, unknown] => [
      kind,
      'one',
      {},
      { dbid: 7 },
      { name: 'one', dbid: 7 },
      { name: 'one', dbid: 7 },
    ],
  ),
  [
    'agents',
    'a100',
    { dn: '2001', skills: { billing: 7 }, groups: ['Support'] },
    { skills: { billing: null, french: 3 } },
    { id: 'a100', dn: '2001', skills: { french: 3 }, groups: ['Support'] },
    { id: 'a100', dn: '2001', skills: { french: 3 }, groups: ['Support'] },
  ],
  [
    'dns',
    '8999',
    { type: 'RoutePoint' },
    { name: 'line' },
    { number: '8999', type: 'RoutePoint', name: 'line' },
    { number: '8999', type: 'RoutePoint', name: 'line' },
  ],
  [
    'applications',
    'desk',
    { type: 'ThirdPartyApplication', password: 's3cret' },
    { connections: ['ocs'] },
    { name: 'desk', type: 'ThirdPartyApplication', connections: ['ocs'] },
    { name: 'desk', type: 'ThirdPartyApplication', connections: ['ocs'] },
  ],
  [
    'campaign-groups',
    'Spring@Support',
    { dialMode: 'Progressive' },
    { optimizeGoal: 80 },
    { campaign: 'Spring', group: 'Support', dialMode: 'Progressive', optimizeGoal: 80 },
    { campaign: 'Spring', group: 'Support', dialMode: 'Progressive', optimizeGoal: 80 },
  ],
  [
    'treatments',
    'busy',
    { callResult: 6, applyToRecord: 'RetryIn', interval: 1.5 },
    { interval: null },
    { name: 'busy', callResult: 6, applyToRecord: 'RetryIn' },
    { name: 'busy', callResult: 6, applyToRecord: 'RetryIn' },
  ],
];

describe('every kind of object', () => {
  test.each(KINDS)(
    '%s: is created, read, listed, merged, replaced and deleted',
    async (kind, name, value, patch, merged, item) => {
      const path = `/${kind}/${encodeURIComponent(name)}`;
      const missing = await server.send('GET', path);
      expect([missing.status, missing.headers['content-type']]).toEqual([
        404,
        'application/problem+json; charset=utf-8',
      ]);
      const created = await server.send('PUT', path, value);
      expect([created.status, created.headers.location]).toEqual([201, `/api/v1${path}`]);
      expect((await server.send('GET', path)).body).toEqual(created.body);
      expect(await server.send('PATCH', path, patch)).toMatchObject({ status: 200, body: merged });
      expect((await server.send('GET', `/${kind}`)).body).toEqual([item]);
      expect(await server.send('PUT', path, value)).toMatchObject({ status: 200, body: created.body });
      const deleted = await server.send('DELETE', path);
      expect([deleted.status, deleted.body]).toEqual([204, '']);
      expect((await server.send('DELETE', path)).status).toBe(404);
      expect((await server.send('GET', `/${kind}`)).body).toEqual([]);
      if (kind === 'options') return; // see below
      expect((await server.send('PATCH', path, patch)).status).toBe(404);
      expect((await server.send('GET', `/${kind}`)).body).toEqual([]);
    },
  );

  test('sections of options are merged into although nothing was set in them before', async () => {
    const first = await server.send('PATCH', '/options/callback', { 'queue-polling-rate': '30', 'max-attempts': null });
    expect(first).toMatchObject({ status: 200, body: { 'queue-polling-rate': '30' } });
    expect((await server.send('GET', '/options/callback')).body).toEqual({ 'queue-polling-rate': '30' });
    expect((await server.send('PATCH', '/options/callback', ['x'])).status).toBe(422);
    expect((await server.send('DELETE', '/options/callback')).status).toBe(204);
  });

  test('has its own forms where interface.md shows them', async () => {
    await server.send('PUT', '/resources/R', ['1', '2']);
    expect((await server.send('GET', '/resources/R')).body).toEqual(['1', '2']);
    await server.send('PUT', '/patterns/P', ['555.*']);
    expect((await server.send('GET', '/patterns/P')).body).toEqual(['555.*']);
    expect((await server.send('GET', '/patterns')).body).toEqual([{ name: 'P', patterns: { '555.*': '555.*' } }]);
  });
});

describe('a wrong object', () => {
  test('is refused with a pointer to every wrong field, and nothing changes', async () => {
    await server.send('PUT', '/services/W', { _service: 'callback' });
    const answer = await server.send('PUT', '/services/W', {
      _service: 'callback',
      _ttl: 'soon',
      _max_dial_attempts: 'x',
    });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        type: 'urn:ringback:problem:invalid-configuration',
        title: 'Invalid content',
        status: 422,
        errors: [
          { pointer: '/_ttl', detail: 'is "soon", must be a number of seconds, at least 0' },
          { pointer: '/_max_dial_attempts', detail: 'is "x", must be a whole number from 1 to 1000' },
        ],
      },
    });
    expect((await server.send('GET', '/services/W')).body).toEqual({ _service: 'callback' });
  });

  test.each<[string, string, unknown, string]>([
    ['an unknown field', '/agents/x', { skils: {} }, '/skils'],
    ['a missing field', '/dns/x', {}, '/type'],
    ['another name', '/agents/x', { id: 'y' }, '/id'],
    ['a wrong type', '/agents/x', { skills: { a: 'high' } }, '/skills/a'],
    ['a wrong word', '/users/x', { roles: ['king'] }, '/roles/0'],
    ['a wrong expression', '/patterns/x', { a: '(' }, '/a'],
    ['an array', '/agents/x', [], ''],
    ['a text', '/services/x', '"text"', ''],
    ['a null option', '/services/x', { a: null }, '/a'],
  ])('%s', async (_what, path, value, pointer) => {
    const answer = await server.send('PUT', path, value, { 'content-type': 'application/json' });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    expect((await server.send('GET', path)).status).toBe(404);
  });

  test('that cannot be read is refused as a problem too', async () => {
    const malformed = await server.send('PUT', '/services/W', '{"a":', { 'content-type': 'application/json' });
    expect(malformed).toMatchObject({ status: 400, body: { type: 'urn:ringback:problem:malformed-json' } });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await server.send('PUT', '/services/W', 'a=1', form)).status).toBe(415);
    expect((await server.send('PUT', '/services/W')).status).toBe(400);
    expect(await server.send('GET', '/nonsense')).toMatchObject({ status: 404, body: { status: 404 } });
    expect((await server.send('POST', '/services', {})).status).toBe(404);
  });
});

describe('a long list', () => {
  test('comes in pages that link to the next', async () => {
    for (let index = 0; index < 7; index += 1) await server.send('PUT', `/skills/s${index}`, {});
    const names: string[] = [];
    let path: string | undefined = '/skills?limit=3&x=y';
    let pages = 0;
    while (path !== undefined) {
      const page = await server.send('GET', path);
      // The list above is of skills.
      names.push(...(page.body as { name: string }[]).map(({ name }) => name));
      pages += 1;
      const link = /^<\/api\/v1([^>]+)>; rel="next"$/.exec(String(page.headers.link ?? ''));
      path = link?.[1];
    }
    expect(names).toEqual(['s0', 's1', 's2', 's3', 's4', 's5', 's6']);
    expect(pages).toBe(3);
  });

  test.each(['limit=0', 'limit=-1', 'limit=x', 'cursor=*'])('refuses %s', async (query) => {
    expect((await server.send('GET', `/skills?${query}`)).status).toBe(400);
  });

  test('has no more than 1000 items a page', async () => {
    expect((await server.send('GET', '/skills?limit=5000')).status).toBe(200);
  });
});

test('the description names every route with its schemas', async () => {
  const { body } = await server.send('GET', '/openapi.json');
  // OpenAPI 3.1, as far as it is read here.
  const description = body as { openapi: string; paths: Record<string, Record<string, { tags?: string[] }>> };
  expect(description.openapi).toBe('3.1.0');
  for (const [kind] of KINDS) {
    expect(Object.keys(description.paths[`/api/v1/${kind}/{name}`] ?? {}).sort()).toEqual([
      'delete',
      'get',
      'patch',
      'put',
    ]);
  }
  expect(Object.keys(description.paths)).toContain('/api/v1/simulator/calls');
  expect(description.paths['/healthz']).toBeUndefined();
});

test('the catalogue of options can be read', async () => {
  const { body } = await server.send('GET', '/option-catalogue');
  // Families with groups of options.
  const families = body as { id: string; groups: { options: { name: string; type: object }[] }[] }[];
  const options = families.find(({ id }) => id === 'callback')?.groups.flatMap((group) => group.options);
  expect(options?.find(({ name }) => name === '_request_time_bucket')).toMatchObject({
    absent: '5',
    type: { kind: 'integer', values: [5, 10, 15, 20, 30, 60, 120] },
  });
});
