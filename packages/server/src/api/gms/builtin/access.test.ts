import { beforeEach, describe, expect, test } from 'vitest';
import { orsFlow } from '../../../orchestration/testing.js';
import { ServiceBed } from './testing.js';

/** The acceptance rows S, M, R, RA, A, N and D of gms-services.md 15; a test's name begins with its row. */
const bed = await ServiceBed.create();
beforeEach(async () => {
  bed.reset();
  await bed.clear();
});

const GENERAL = 'com.genesyslab.gsg.GSGException';
const RESOURCE = 'com.genesyslab.gsg.services.resource.ResourceException';
const DNIS = ['8003449999', '8003449998', '8003449997'];

const match = (form: string, on = 1) => bed.post('match-interaction', form, on);

async function created(name: string, form = '', on = 1) {
  const answer = await bed.post(name, form, on);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

describe('creating a service', () => {
  test('S1: request-interaction without a body hands out a number of the group', async () => {
    const { status, body } = await bed.send('POST', '/1/service/request-interaction');
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['_access_number', '_expiration_time', '_id']);
    expect(DNIS).toContain(body._access_number);
    expect(body._expiration_time).toBe('30');
    expect(body._id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('S2: answers are JSON that nobody caches', async () => {
    const { headers } = await bed.post('request-interaction');
    expect(headers['content-type']).toBe('application/json;charset=utf-8');
    expect(headers['cache-control']).toContain('no-store');
    expect(headers.pragma).toBe('no-cache');
  });

  test('S3: a code is given where the service is configured so, as long as request-access says', async () => {
    expect((await created('ri-code'))._access_code).toMatch(/^\d{4}$/);
  });

  test('S4: a code is given where the request asks for it', async () => {
    expect((await created('ri-free', '_provide_code=true'))._access_code).toMatch(/^\d{4}$/);
  });

  test('S5: the configuration wins over the request, unless the option may be overwritten', async () => {
    expect(await created('request-interaction', '_provide_code=true')).not.toHaveProperty('_access_code');
    bed.change('request-interaction', { _overwritable_options: '_provide_code' });
    expect(await created('request-interaction', '_provide_code=true')).toHaveProperty('_access_code');
  });

  test('S6: user data are stored, parameters are not', async () => {
    const { _id } = await created('ri-free', '_phone_number=6504669999&language=french');
    const { body } = await bed.send('GET', `/1/service/${_id}/storage`);
    expect(body).toEqual({ language: 'french' });
  });

  test('S7: a file is stored and fetched by its address', async () => {
    const { body } = await bed.upload('ri-free', [
      { name: 'language', value: 'french' },
      { name: 'FileKey', value: 'PIXELS', filename: 'MyPic.png', type: 'image/png' },
    ]);
    const stored = (await bed.send('GET', `/1/service/${body._id}/storage`)).body;
    expect(stored.language).toBe('french');
    expect(stored.FileKey).toMatch(/^http:\/\/gms\.test:8080\/genesys\/1\//);
    const file = await bed.send('GET', new URL(stored.FileKey).pathname.slice('/genesys'.length));
    expect([file.text, file.headers['content-type']]).toEqual(['PIXELS', 'image/png']);
  });

  test('S7: with relative_url the address of a file is its path', async () => {
    bed.sections.set('server', { external_url_base: 'http://gms.test:8080/', relative_url: 'true' });
    const { body } = await bed.upload('ri-free', [{ name: 'f', value: 'x', filename: 'f' }]);
    expect((await bed.send('GET', `/1/service/${body._id}/storage`)).body.f).toMatch(/^\/genesys\/1\//);
  });

  test('S8: a JSON body is taken as a form would be', async () => {
    const { body } = await bed.send('POST', '/1/service/ri-free', {
      payload: { _phone_number: '1', n: 5, o: { a: 1 } },
    });
    const stored = await bed.send('GET', `/1/service/${body._id}/storage`);
    expect(stored.body).toEqual({ n: '5', o: '{"a":1}' });
  });

  test('S9: an unknown service is not found', async () => {
    for (const method of ['POST', 'GET'] as const) {
      const { status, body } = await bed.send(method, '/1/service/nope');
      expect([status, body]).toEqual([404, { exception: GENERAL, message: 'Service nope is not configured' }]);
    }
  });

  test('S10: a method that no service has is refused', async () => {
    for (const path of ['/1/service/ri-free', '/1/service/some-id/status', '/1/service/some-id/storage/key']) {
      expect((await bed.send('PUT', path, { payload: '' })).status, path).toBe(405);
    }
  });

  test('ST9: with the control of files, only the types that are listed are accepted', async () => {
    bed.sections.set('server', { 'allow-file-control': 'true', 'allowed-mime-types': 'image/png' });
    const file = { name: 'f', value: 'x', filename: 'f' };
    const refused = await bed.upload('ri-rnd', [{ ...file, type: 'text/plain' }]);
    expect([refused.status, refused.body.message]).toEqual([415, 'Mime type text/plain is not allowed']);
    expect((await bed.upload('ri-rnd', [{ ...file, type: 'image/png' }])).status).toBe(200);
  });

  test('S10: a service that is created cannot be read, and one that is read cannot be created', async () => {
    const read = await bed.send('GET', '/1/service/request-interaction');
    expect([read.status, read.headers.allow]).toEqual([405, 'POST']);
    const posted = await bed.post('up');
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET']);
  });

  test('app-to-connect-basic is another name of request-interaction', async () => {
    bed.services.set('app', { _type: 'builtin', _service: 'app-to-connect-basic' });
    expect(DNIS).toContain((await created('app'))._access_number);
  });

  test('the health of the pool is shown where the service is configured so', async () => {
    bed.change('request-interaction', { _return_pool_health: 'true' });
    await created('ri-free');
    expect((await created('request-interaction'))._pool_health).toEqual({ group: 'DNIS', total: 3, available: 1 });
  });

  test.each([['request-access'], ['match-interaction']])(
    'without a configured %s service, request-interaction says what is missing',
    async (template) => {
      bed.services.delete(template);
      const { status, body } = await bed.post('request-interaction');
      expect([status, body.message]).toEqual([500, `Service ${template} is not configured`]);
      bed.services.set('another-name', { _type: 'builtin', _service: template });
      expect((await bed.post('request-interaction')).status).toBe(200);
    },
  );
});

describe('matching a call', () => {
  test('M1, M2, M3: by number, once, and the data stay', async () => {
    const { _id, _access_number } = await created('request-interaction');
    const found = await match(`_access_number=${_access_number}`);
    expect(found.status).toBe(200);
    expect(found.body).toEqual({ _id, _data_id: expect.any(String) });
    const again = await match(`_access_number=${_access_number}`);
    expect(again.status).toBe(404);
    expect(again.body).toEqual({ exception: GENERAL, message: 'No matching service found' });
    expect((await bed.send('GET', `/1/service/${_id}/storage`)).status).toBe(200);
  });

  test('M4: a wrong code does not match, the right one does', async () => {
    const { _access_number, _access_code } = await created('ri-code');
    const wrong = _access_code === '0000' ? '0001' : '0000';
    expect((await match(`_access_number=${_access_number}&_access_code=${wrong}`)).status).toBe(404);
    expect((await match(`_access_number=${_access_number}&_access_code=${_access_code}`)).status).toBe(200);
  });

  test('M5: a service with a code matches by its number alone', async () => {
    const { _access_number } = await created('ri-code');
    expect((await match(`_access_number=${_access_number}`)).status).toBe(200);
  });

  test('M6: a caller is told apart by the phone number, however it is written', async () => {
    const { _access_number: number } = await created('ri-free', '_phone_number=6504669999');
    expect((await match(`_access_number=${number}&_phone_number=6505550000`)).status).toBe(404);
    const written = encodeURIComponent('+1 (650) 466-9999');
    expect((await match(`_access_number=${number}&_phone_number=${written}`)).status).toBe(200);
  });

  test('M6: a service without a phone number matches any caller, and a withheld number any service', async () => {
    const first = await created('ri-free');
    expect((await match(`_access_number=${first._access_number}&_phone_number=6505550000`)).status).toBe(200);
    const second = await created('ri-free', '_phone_number=6504669999');
    expect((await match(`_access_number=${second._access_number}&_phone_number=anonymous`)).status).toBe(200);
  });

  test.each(['_return_data', '_return_user_data'])('M7: the data come along with %s', async (option) => {
    const { body } = await bed.upload('ri-free', [
      { name: 'language', value: 'french' },
      { name: 'photo', value: 'x', filename: 'photo.png', type: 'image/png' },
    ]);
    const found = await match(`_access_number=${body._access_number}&${option}=true`);
    expect(found.body).toEqual({
      _id: body._id,
      _data_id: expect.any(String),
      language: 'french',
      photo: expect.stringMatching(/^http:\/\/gms\.test:8080\/genesys\/1\/service\//),
    });
  });

  test('M8: several matches come newest first, and all are released', async () => {
    const older = await created('ri-rnd');
    await bed.advance(1);
    const newer = await created('ri-rnd');
    const found = await match('_access_number=8005550002&_return_multiple_matches=true');
    expect(found.body.matches.map(({ _id }: { _id: string }) => _id)).toEqual([newer._id, older._id]);
    expect((await match('_access_number=8005550002')).status).toBe(404);
  });

  test('M8: without that, each call gets the newest that is left', async () => {
    const older = await created('ri-rnd');
    const newer = await created('ri-rnd');
    expect((await match('_access_number=8005550002')).body._id).toBe(newer._id);
    expect((await match('_access_number=8005550002')).body._id).toBe(older._id);
  });

  test('M9: without the number that was dialed nothing can be matched', async () => {
    const { status, body } = await match('_access_code=1234');
    expect([status, body.exception]).toEqual([400, GENERAL]);
  });

  test('M10: the matched service is deleted where that is asked for', async () => {
    const { _id, _access_number } = await created('ri-free', 'language=french');
    expect((await match(`_access_number=${_access_number}&_delete_service=true`)).body._id).toBe(_id);
    expect((await bed.send('GET', `/1/service/${_id}/storage`)).status).toBe(404);
    expect(await bed.database.query('select 1 from storage')).toEqual([]);
  });

  test('M11: another node matches what one has created', async () => {
    const { _id, _access_number } = await created('request-interaction', '', 1);
    expect((await match(`_access_number=${_access_number}`, 2)).body._id).toBe(_id);
  });

  test('a service that has expired is not matched', async () => {
    bed.change('ri-free', { _ttl: '10' });
    const { _access_number } = await created('ri-free');
    await bed.advance(11);
    expect((await match(`_access_number=${_access_number}`)).status).toBe(404);
  });

  test('of two calls that arrive together one gets the service', async () => {
    const { _access_number } = await created('ri-free');
    const form = `_access_number=${_access_number}`;
    const answers = await Promise.all([match(form, 1), match(form, 2), match(form, 1), match(form, 2)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404]);
  });
});

describe('resource groups', () => {
  test('R1: a number has one holder, and nothing is left is said as such', async () => {
    await created('ri-one');
    const { status, body } = await bed.post('ri-one');
    expect(status).toBe(503);
    expect(body).toEqual({ exception: RESOURCE, message: 'No resource available in group ONE' });
    expect(await bed.database.query('select 1 from service')).toHaveLength(1);
  });

  test('R2: a booking that has expired frees the number', async () => {
    await created('ri-one');
    await bed.advance(6);
    const second = await created('ri-one');
    expect((await match('_access_number=8005550001')).body._id).toBe(second._id);
  });

  test('R3: RANDOM gives a number to everybody', async () => {
    const [one, other] = [await created('ri-rnd'), await created('ri-rnd')];
    expect([one._access_number, other._access_number]).toEqual(['8005550002', '8005550002']);
  });

  test.each([
    ['2', '5'],
    ['5000', '1800'],
    ['60', '60'],
    ['soon', '30'],
  ])('R4: a booking timeout of %s is %s seconds', async (asked, given) => {
    const { _id } = await created('request-interaction');
    bed.change('request-access', { _resource_group: 'RND' });
    const answer = await created('request-access', `_id=${_id}&_booking_expiration_timeout=${asked}`);
    expect(answer._expiration_time).toBe(given);
  });

  test('R4: the request comes before the option, and that before the group', async () => {
    const { _id } = await created('request-interaction');
    expect((await created('request-access', `_id=${_id}`))._expiration_time).toBe('30');
    bed.change('request-access', { _booking_expiration_timeout: '40' });
    expect((await created('request-access', `_id=${_id}`))._expiration_time).toBe('40');
    const asked = await created('request-access', `_id=${_id}&_booking_expiration_timeout=50`);
    expect(asked._expiration_time).toBe('50');
  });

  test('R5, R6: codes begin with the prefix of the node', async () => {
    bed.change('ri-code', { _resource_group: 'RND' });
    bed.sections.set('server', { access_code_prefix: '9' });
    expect((await created('ri-code'))._access_code).toMatch(/^9\d{3}$/);
    bed.sections.set('server', { access_code_prefix: '7-9' });
    for (let each = 0; each < 50; each += 1) {
      expect((await created('ri-code'))._access_code).toMatch(/^[789]\d{3}$/);
    }
  });

  test.each([
    ['R7', '999999', 'java.lang.IllegalArgumentException', 'n must be positive'],
    ['R8', '9999999999', 'java.lang.NumberFormatException', 'For input string: "9999999999"'],
    ['a prefix that is no number', 'x', 'java.lang.NumberFormatException', 'For input string: "x"'],
  ])('%s: the prefix %s fails as in the original', async (_row, prefix, exception, message) => {
    bed.sections.set('server', { access_code_prefix: prefix });
    const { status, body } = await bed.post('ri-code');
    expect([status, body]).toEqual([500, { exception, message }]);
    expect((await bed.post('ri-free')).status).toBe(200);
  });

  test('codes of one number are all different, and run out', async () => {
    bed.change('request-access', { _access_code_length: '1' });
    bed.change('ri-rnd', { _provide_code: 'true' });
    const codes = new Set<string>();
    for (let each = 0; each < 10; each += 1) codes.add((await created('ri-rnd'))._access_code);
    expect(codes.size).toBe(10);
    const { status, body } = await bed.post('ri-rnd');
    expect([status, body.exception]).toEqual([503, RESOURCE]);
  });

  test('numbers go round, so that the last holder of one is not the next', async () => {
    const numbers: string[] = [];
    for (let each = 0; each < 6; each += 1) {
      const { _access_number: number } = await created('ri-free');
      numbers.push(number);
      await bed.advance(1);
      await match(`_access_number=${number}`);
    }
    const inOrder = [...DNIS].sort();
    expect(numbers).toEqual([...inOrder, ...inOrder]);
  });

  test('a number that is added to a group is given out', async () => {
    await created('ri-one');
    const one = { _allocation_strategy: 'CLUSTER', n1: '8005550001', n2: '8005550009' };
    bed.lists.set('GMS_Resources', { ONE: one });
    expect((await created('ri-one'))._access_number).toBe('8005550009');
  });

  test('an object of kind resources comes before the list, and its backup when all members are taken', async () => {
    const group = { strategy: 'CLUSTER' as const, members: ['111'], backup: '999', bookingExpirationTimeout: 77 };
    bed.resources.set('DNIS', group);
    expect(await created('ri-free')).toMatchObject({ _access_number: '111', _expiration_time: '77' });
    expect((await created('ri-free'))._access_number).toBe('999');
    expect((await created('ri-free'))._access_number).toBe('999');
  });

  test('LOCAL: each node has the whole group for itself', async () => {
    bed.resources.set('ONE', { strategy: 'LOCAL', members: ['8005550001'] });
    expect((await bed.post('ri-one', '', 1)).status).toBe(200);
    expect((await bed.post('ri-one', '', 2)).status).toBe(200);
    expect((await bed.post('ri-one', '', 1)).status).toBe(503);
  });

  test('an unknown group is named', async () => {
    bed.change('ri-free', { _resource_group: 'NONE' });
    const { status, body } = await bed.post('ri-free');
    expect([status, body.message]).toEqual([400, 'Resource group NONE is not configured']);
  });

  test('the pools can be looked at, with how much of them is free', async () => {
    bed.resources.set('DNIS', { strategy: 'LOCAL', members: ['111', '222'] });
    await created('ri-free');
    const one = { name: 'DNIS', strategy: 'LOCAL', members: ['111', '222'], total: 2, available: 1 };
    expect((await bed.send('GET', '/1/resource/DNIS')).body).toEqual(one);
    const all = (await bed.send('GET', '/1/resource')).body;
    expect(all.map(({ name }: { name: string }) => name)).toEqual(['DNIS', 'ONE', 'RND']);
    expect((await bed.send('GET', '/1/resource/NONE')).status).toBe(404);
    expect((await bed.send('DELETE', '/1/resource/DNIS')).status).toBe(405);
  });

  test('many at once over two nodes: each number has one holder, and no more are given than there are', async () => {
    const members = Array.from({ length: 20 }, (_, each) => `80077700${String(each).padStart(2, '0')}`);
    bed.resources.set('DNIS', { strategy: 'CLUSTER', members });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, each) => bed.post('ri-free', '', (each % 2) + 1)));
    const given = answers.filter(({ status }) => status === 200).map(({ body }) => body._access_number);
    expect(new Set(given).size).toBe(20);
    expect(given).toHaveLength(20);
    expect(answers.filter(({ status }) => status === 503)).toHaveLength(10);
  });
});

describe('request-access', () => {
  test('RA1: gives an existing service a number and a code', async () => {
    const { _id, _access_number: former } = await created('request-interaction');
    const form = `_id=${_id}&_resource_group=DNIS&_provide_code=true`;
    const answer = await created('request-access', form);
    expect(Object.keys(answer).sort()).toEqual(['_access_code', '_access_number', '_expiration_time']);
    expect(answer._access_code).toMatch(/^\d{4}$/);
    expect((await match(`_access_number=${answer._access_number}&_access_code=${answer._access_code}`)).body._id).toBe(
      _id,
    );
    expect((await match(`_access_number=${former}`)).status).toBe(404);
  });

  test('RA1: on another node than that of the service', async () => {
    const { _id } = await created('request-interaction', '', 1);
    expect(Object.keys(await created('request-access', `_id=${_id}`, 2)).sort()).toEqual([
      '_access_number',
      '_expiration_time',
    ]);
  });

  test('RA1: for a service that runs an application', async () => {
    await bed.orchestration.flow(
      'mine',
      orsFlow('<state id="s"><transition event="stop" target="f"/></state><final id="f"/>'),
    );
    const session = await bed.orchestration.start('mine');
    await bed.database.query(`insert into service (id, name, storage, created_at, expires_at)
      values ('${session}', 'mine', 'none', now(), 'infinity')`);
    const { _access_number } = await created('request-access', `_id=${session}`);
    expect((await match(`_access_number=${_access_number}`)).body._id).toBe(session);
    await bed.orchestration.post(session, 'stop');
    expect((await bed.post('request-access', `_id=${session}`)).status).toBe(404);
  });

  test('the word undefined, which the original writes into the configuration, is no phone number', async () => {
    bed.change('request-access', { _phone_number: 'undefined' });
    const { _id } = await created('request-interaction');
    const { _access_number: number } = await created('request-access', `_id=${_id}&_phone_number=6504669999`);
    expect((await match(`_access_number=${number}&_phone_number=6505550000`)).status).toBe(404);
    expect((await match(`_access_number=${number}&_phone_number=6504669999`)).status).toBe(200);
  });

  test('RA2: an unknown, expired or missing id is refused', async () => {
    expect((await bed.post('request-access', '_id=nope')).status).toBe(404);
    expect((await bed.post('request-access')).status).toBe(400);
    const { _id } = await created('request-interaction');
    await bed.advance(61);
    expect((await bed.post('request-access', `_id=${_id}`)).status).toBe(404);
  });

  test('RA3: the length of the code comes from the request where the service sets none, and is 6', async () => {
    const { _id } = await created('request-interaction');
    bed.services.set('request-access', { _type: 'builtin', _service: 'request-access', _access_code_length: '' });
    const asked = (form: string) => created('request-access', `_id=${_id}&_provide_code=true${form}`);
    bed.services.set('request-access', { _type: 'builtin', _service: 'request-access' });
    expect((await asked('&_access_code_length=8'))._access_code).toMatch(/^\d{8}$/);
    expect((await asked(''))._access_code).toMatch(/^\d{6}$/);
    bed.services.set('request-access', { _type: 'builtin', _service: 'request-access', _access_code_length: '' });
    expect((await asked(''))._access_code).toMatch(/^\d{6}$/);
    const wrong = `_id=${_id}&_provide_code=true&_access_code_length=0`;
    bed.services.set('request-access', { _type: 'builtin', _service: 'request-access' });
    expect((await bed.post('request-access', wrong)).status).toBe(400);
  });
});

describe('deleting a service', () => {
  test('D1: frees its number and forgets its data, once', async () => {
    const { _id, _access_number } = await created('ri-one', 'a=b');
    const deleted = await bed.send('DELETE', `/1/service/${_id}`);
    expect([deleted.status, deleted.text]).toEqual([200, '']);
    expect((await bed.send('DELETE', `/1/service/${_id}`)).status).toBe(404);
    expect((await match(`_access_number=${_access_number}`)).status).toBe(404);
    expect((await bed.post('ri-one')).status).toBe(200);
  });
});

describe('requests to a builtin service', () => {
  test('O7: there is nobody to answer them', async () => {
    const { _id } = await created('request-interaction');
    const { status, body } = await bed.send('POST', `/1/service/${_id}/status`, { payload: '' });
    const message = 'Request status is not supported by service request-interaction';
    expect([status, body]).toEqual([400, { exception: GENERAL, message }]);
  });

  test('O6: its data can be added to', async () => {
    const { _id } = await created('ri-free', 'a=1');
    expect((await bed.send('POST', `/1/service/${_id}/update`, { payload: 'k=v' })).status).toBe(200);
    expect((await bed.send('GET', `/1/service/${_id}/storage/k`)).text).toBe('v');
    expect((await bed.send('GET', `/1/service/${_id}/storage`)).body).toEqual({ a: '1', k: 'v' });
  });
});

describe('credentials', () => {
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
  const statusOf = async (pair?: string) =>
    (await bed.send('POST', '/1/service/ri-rnd', { payload: '', ...(pair && { headers: basic(pair) }) })).status;

  test.each<[string, Record<string, string>, Record<string, string>, string | undefined, number]>([
    ['U/P | - | U:P', { username: 'U', password: 'P' }, {}, 'U:P', 200],
    ['A1: U/P | - | none', { username: 'U', password: 'P' }, {}, undefined, 401],
    ['A1: U/P | - | U1:P', { username: 'U', password: 'P' }, {}, 'U1:P', 401],
    ['- | u/p | u:p', {}, { username: 'u', password: 'p' }, 'u:p', 200],
    ['U/P | u/p | u:p', { username: 'U', password: 'P' }, { username: 'u', password: 'p' }, 'u:p', 200],
    ['A2: U/P | u/p | U:P', { username: 'U', password: 'P' }, { username: 'u', password: 'p' }, 'U:P', 401],
    ['A4: U/- | - | none', { username: 'U' }, {}, undefined, 200],
    ['- | u/- | none', {}, { username: 'u' }, undefined, 200],
    ['-/P | - | none', { password: 'P' }, {}, undefined, 401],
    ['A5: - | -/p | none', {}, { password: 'p' }, undefined, 401],
    ['A3: U/- | -/p | U:p', { username: 'U' }, { password: 'p' }, 'U:p', 200],
    ['U/P | -/p | U:p', { username: 'U', password: 'P' }, { password: 'p' }, 'U:p', 200],
    ['U/P | u/- | u:P', { username: 'U', password: 'P' }, { username: 'u' }, 'u:P', 200],
    ['-/P | u/- | u:P', { password: 'P' }, { username: 'u' }, 'u:P', 200],
  ])('server, service, sent: %s', async (_row, server, service, pair, status) => {
    bed.sections.set('server', server);
    bed.change('ri-rnd', service);
    expect(await statusOf(pair)).toBe(status);
  });

  test('A1: the refusal carries the challenge', async () => {
    bed.sections.set('server', { username: 'U', password: 'P' });
    const { headers } = await bed.post('ri-rnd');
    expect(headers['www-authenticate']).toBe('Basic realm="genesys"');
  });
});

describe('the probe of load balancers', () => {
  test('N3: shows the options of its service, never credentials', async () => {
    bed.change('up', { _online_code: '200' });
    const { status, body } = await bed.send('GET', '/1/service/up');
    expect(status).toBe(200);
    expect(body).toEqual({ _type: 'builtin', _service: 'get', note: 'abc', _online_code: '200' });
    bed.change('up', { username: 'u', password: '' });
    expect((await bed.send('GET', '/1/service/up')).body).not.toHaveProperty('username');
  });

  test('N2, N4: another code says that the node is offline, or drained', async () => {
    bed.change('up', { _online_code: '404' });
    expect(await bed.send('GET', '/1/service/up')).toMatchObject({ status: 404, text: '' });
    bed.isOnline = false;
    expect(await bed.send('GET', '/1/service/up')).toMatchObject({ status: 503, text: '' });
    bed.change('up', { _offline_code: '500' });
    expect((await bed.send('GET', '/1/service/up')).status).toBe(500);
  });
});

describe('input limits', () => {
  test.each([
    ['a value that is too long', `a=${'x'.repeat(65_537)}`, 413],
    ['too many names', Array.from({ length: 201 }, (_, each) => `k${each}=1`).join('&'), 413],
    ['the longest value', `a=${'x'.repeat(65_536)}`, 200],
    ['as many names as are allowed', Array.from({ length: 200 }, (_, each) => `k${each}=1`).join('&'), 200],
  ])('%s', async (_what, form, status) => {
    expect((await bed.post('ri-rnd', form)).status).toBe(status);
  });
});
