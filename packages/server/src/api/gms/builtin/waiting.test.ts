import { beforeEach, describe, expect, test } from 'vitest';
import { orsFlow } from '../../../orchestration/testing.js';
import { ServiceBed } from './testing.js';

/** The acceptance rows E of gms-services.md 15; a test's name begins with its row. */
const bed = await ServiceBed.create();
const { orchestration } = bed;
orchestration.configuration.queues.set('VQ2', {});
orchestration.configuration.putAgent('a1');
await orchestration.flow(
  'waiting',
  orsFlow(`<datamodel><data id="r"/></datamodel><state id="s"><onentry>
    <queue:submit requestid="_data.r" queue="'VQ1'" route="false" timeout="-1">
      <queue:targets><queue:targetid expr="'Support@.GA'"/></queue:targets></queue:submit></onentry></state>`),
);
beforeEach(() => bed.reset());

const peeked = { metric: 'CurrNumberWaitingCalls', objectType: 'Queue', objectId: 'VQ1@sw', tenant: 'Environment' };
const form = (changes: Record<string, string> = {}) => new URLSearchParams({ ...peeked, ...changes }).toString();
const peek = (changes?: Record<string, string>, headers?: Record<string, string>) =>
  bed.send('POST', '/1/internal_statistic', { payload: form(changes), ...(headers && { headers }) });

async function queued(): Promise<void> {
  await orchestration.start('waiting');
  await orchestration.activity.idle();
}

describe('expected waits', () => {
  test.each([['urs'], ['urs2'], ['stat'], [undefined]])('E1: of one queue, by the model %s', async (model) => {
    const { status, body } = await bed.send('GET', `/1/service/ewt-for-vq?name=VQ1${model ? `&aqt=${model}` : ''}`);
    expect(status).toBe(200);
    const number = expect.any(Number);
    expect(body).toMatchObject({ time: number, wt: 0, calls: number, wcalls: number, pos: number, wpos: number });
    expect(body).toMatchObject({ aqt: number, ewt: number, hit: 0 });
    expect(body.pos).toBe(body.calls + 1);
  });

  test.each([
    ['a queue that there is not', 'name=VQ9', 404],
    ['no queue', '', 400],
    ['a model that there is not', 'name=VQ1&aqt=urs9', 400],
  ])('E1: %s is refused', async (_what, query, status) => {
    expect((await bed.send('GET', `/1/service/ewt-for-vq?${query}`)).status).toBe(status);
  });

  test('E1: a configured service of that name has its credentials', async () => {
    bed.services.set('ewt-for-vq', { _type: 'builtin', _service: 'ewt-for-vq', password: 'p' });
    expect((await bed.send('GET', '/1/service/ewt-for-vq?name=VQ1')).status).toBe(401);
  });

  test('E2: of all queues, or of those that are named', async () => {
    const all = await bed.send('GET', '/2/ewt/ewt2');
    expect(Object.keys(all.body).sort()).toEqual(['VQ1', 'VQ2']);
    expect(all.body.VQ1).toMatchObject({ ewt: expect.any(Number), calls: 0 });
    expect(Object.keys((await bed.send('GET', '/2/ewt/ewt1?vqs=VQ2,VQ9')).body)).toEqual(['VQ2']);
    expect(Object.keys((await bed.send('GET', '/2/ewt')).body)).toHaveLength(2);
    expect((await bed.send('GET', '/2/ewt/ewt9')).status).toBe(404);
    expect((await bed.send('POST', '/2/ewt/ewt2', { payload: '' })).status).toBe(405);
  });

  test('E3: the routing server is asked once in the time that its answer is kept', async () => {
    const read = () => bed.send('GET', '/1/service/ustat');
    expect((await read()).body).toEqual({ ewt: 12 });
    bed.urs.content = '{"ewt":13}';
    expect((await read()).body).toEqual({ ewt: 12 });
    expect(bed.urs.asked).toEqual(['http://urs:7311/urs/call/max/lvq?name=VQ1&tenant=Environment&aqt=urs']);
    await bed.advance(6);
    expect((await read()).body).toEqual({ ewt: 13 });
    expect(bed.urs.asked).toHaveLength(2);
  });

  test('E3: a bad answer is not kept', async () => {
    bed.urs.content = 'nonsense';
    expect((await bed.send('GET', '/1/service/ustat')).status).toBe(500);
    Object.assign(bed.urs, { content: '{}', status: 404 });
    expect((await bed.send('GET', '/1/service/ustat')).status).toBe(500);
    bed.urs.status = 200;
    expect((await bed.send('GET', '/1/service/ustat')).status).toBe(200);
  });

  test('E3: without an address the own line answers', async () => {
    bed.change('ustat', { _urs_url: '' });
    expect((await bed.send('GET', '/1/service/ustat')).body).toMatchObject({ calls: 0, ewt: expect.any(Number) });
    bed.change('ustat', { _urs_stat_url_parameters: 'name=VQ9' });
    expect((await bed.send('GET', '/1/service/ustat')).status).toBe(500);
  });
});

describe('statistics', () => {
  test('E4: a peek answers the value and its age', async () => {
    const { status, headers, body } = await peek();
    expect([status, headers.age, body]).toEqual([200, '0', { value: '0' }]);
  });

  test('E4: as JSON, in the words of the router, and about agents', async () => {
    const ask = async (payload: object) => (await bed.send('POST', '/1/internal_statistic', { payload })).body;
    expect(await ask({ ...peeked, metric: 'StatCallsInQueue' })).toEqual({ value: '0' });
    const agents = { statisticType: 'CurrentLoggedInAgents', objectType: 'GroupAgents', objectId: 'Support' };
    expect(await ask(agents)).toEqual({ value: '0' });
  });

  test('E4: the value is that of now, and its age that of its last change', async () => {
    expect((await peek()).body.value).toBe('0');
    await bed.advance(7);
    const unchanged = await peek();
    expect([unchanged.body.value, unchanged.headers.age]).toEqual(['0', '7']);
    await queued();
    const changed = await peek();
    expect([changed.body.value, changed.headers.age]).toEqual(['1', '0']);
    expect((await bed.send('GET', '/1/service/ewt-for-vq?name=VQ1')).body).toMatchObject({ calls: 1, pos: 2 });
  });

  test('E5: peeks need the credentials of the server, those from inside do not', async () => {
    bed.sections.set('server', { username: 'U', password: 'P' });
    expect((await bed.send('POST', '/1/statistic', { payload: form() })).status).toBe(401);
    const authorization = `Basic ${Buffer.from('U:P').toString('base64')}`;
    expect((await bed.send('POST', '/1/statistic', { payload: form(), headers: { authorization } })).status).toBe(200);
    expect((await peek()).status).toBe(200);
  });

  test.each([
    ['an unknown object', { objectId: 'VQ9@sw' }],
    ['an unknown statistic', { metric: 'Nonsense' }],
    ['an unknown type', { objectType: 'Nonsense' }],
    ['no object', { objectId: '' }],
    ['no statistic', { metric: '' }],
    ['an unknown mode', { notificationMode: 'Sometimes' }],
  ])('E6: %s is refused', async (_what, changes) => {
    const { status, body } = await peek(changes);
    expect([status, Object.keys(body)]).toEqual([403, ['exception', 'message']]);
  });

  test('E7: a value that is older than asked for is computed anew', async () => {
    await peek();
    await bed.advance(5);
    expect((await peek({}, { 'cache-control': 'max-age=10' })).headers.age).not.toBe('0');
    expect((await peek({}, { 'cache-control': 'max-age=1' })).headers.age).toBe('0');
  });

  test('statistics of the configuration are read by their names', async () => {
    bed.sections.set('stat.waiting', peeked);
    const { status, headers, body } = await bed.send('GET', '/1/internal_statistic/waiting');
    expect([status, Object.keys(body), headers.age !== undefined]).toEqual([200, ['value'], true]);
    expect((await bed.send('GET', '/1/statistic/waiting')).status).toBe(200);
    expect((await bed.send('GET', '/1/statistic/nothing')).status).toBe(404);
  });

  test('several at once, each with its value or what is wrong with it', async () => {
    const payload = { one: peeked, other: { ...peeked, objectId: 'VQ9' }, third: 'nonsense' };
    const { status, body } = await bed.send('POST', '/1/internal_statistics', { payload });
    expect(status).toBe(200);
    expect(body).toEqual({
      one: { value: expect.stringMatching(/^\d+$/) },
      other: { exception: expect.any(String), message: expect.stringContaining('VQ9') },
      third: { exception: expect.any(String), message: 'objectId is missing' },
    });
    expect((await bed.send('POST', '/1/statistics', { payload: {} })).status).toBe(400);
    expect((await bed.send('GET', '/1/statistics')).status).toBe(405);
  });
});

describe('the border of the web application', () => {
  test('P1: an address that is restricted to other ports is forbidden, others are not', async () => {
    bed.sections.set('port_restrictions', {
      '/genesys/1/service/ri*': '81, 92-98',
      '/genesys/1/service/ri-free': '8080',
    });
    expect((await bed.post('ri-rnd')).status).toBe(403);
    expect((await bed.send('POST', '/1/service/%72i-rnd', { payload: '' })).status).toBe(403);
    expect((await bed.post('ri-free')).status).toBe(200);
    expect((await bed.post('request-interaction')).status).toBe(200);
    bed.port = 93;
    expect((await bed.post('ri-rnd')).status).toBe(200);
    expect((await bed.post('ri-free')).status).toBe(403);
  });

  test('pages of other origins are let in as configured', async () => {
    const headers = { origin: 'https://shop.example' };
    const ask = () => bed.send('GET', '/1/service/up', { headers });
    expect((await ask()).headers).not.toHaveProperty('access-control-allow-origin');
    bed.sections.set('server', { cors_allowed_origins: 'https://other.example, https://shop.example' });
    expect((await ask()).headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-credentials': 'true',
    });
    const before = await bed.send('OPTIONS', '/1/service/ri-free', {
      headers: { ...headers, 'access-control-request-method': 'POST' },
    });
    expect(before.status).toBe(204);
    expect(before.headers).toMatchObject({
      'access-control-allow-methods': 'GET,POST,PUT,DELETE,OPTIONS',
      'access-control-allow-headers': 'Content-Type,Authorization,gms_user,X-Requested-With',
    });
    bed.sections.set('server', { cors_allowed_origins: '*' });
    const open = (await ask()).headers;
    expect(open['access-control-allow-origin']).toBe('*');
    expect(open).not.toHaveProperty('access-control-allow-credentials');
  });
});
