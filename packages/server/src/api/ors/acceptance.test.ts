import { beforeEach, describe, expect, test, vi } from 'vitest';
import { instant } from '../../kernel/index.js';
import { orsFlow, w3cFlow } from '../../orchestration/testing.js';
import { OrsBed } from './testing.js';

const ors = await OrsBed.create();
const { bed } = ors;

beforeEach(async () => {
  await bed.activity.idle();
  ors.owner = undefined;
  Object.assign(ors.options, {
    externalUrl: '',
    redirects: true,
    timeoutMs: 30_000,
    holds: true,
    parses: true,
    cookie: '',
    password: '',
    ready: true,
  });
  bed.heard();
  ors.asked.length = 0;
  ors.received.length = 0;
});

const TELLS = `<transition event="*"><probe:tell what="[_event.name, _event.data]"/></transition>`;
const WAITING = orsFlow(`<datamodel><data id="p" expr="'own'"/><data id="q" expr="'own'"/></datamodel><state id="s">
  <onentry><probe:tell what="['entered', _data.p, _data.q]"/></onentry>
  <onexit><probe:tell what="'left'"/></onexit>
  <transition event="ask"><ws:response requestid="_event.sendid"><param name="msg" expr="'hello'"/></ws:response></transition>
  <transition event="refuse"><ws:response requestid="_event.sendid" type="'negative'"
    resultcode="_event.data.code"><param name="why" expr="'no'"/></ws:response></transition>
  <transition event="end" target="f"/><transition event="silent"/>${TELLS}</state><final id="f"/>`);
const ID = /^[A-Z0-9~]{32}$/;

describe('start (H1 to H5, H16)', () => {
  test('H1: a form with src is answered with the bare id and the cookie of the node', async () => {
    const src = ors.serve('/h1.scxml', WAITING);
    const { status, text, headers } = await ors.form('/scxml/session/start', { src });
    expect(status).toBe(200);
    expect(text).toMatch(ID);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(headers.get('set-cookie')).toBe(`ORSSESSIONID=${text}.node1`);
  });

  test.each([
    ['a form', (src: string) => ors.form('/scxml/session/start', { src, p: 'a b' })],
    ['JSON', (src: string) => ors.json('/scxml/session/start', { src, p: 'a b' })],
    ['a query, by GET', (src: string) => ors.ask(`/scxml/session/start?src=${encodeURIComponent(src)}&p=a+b`)],
    [
      'a query, by POST',
      (src: string) => ors.ask(`/scxml/session/start?src=${encodeURIComponent(src)}&p=a%20b`, { method: 'POST' }),
    ],
    ['multipart', (src: string) => ors.ask('/scxml/session/start', { body: multipart({ src, p: 'a b' }) })],
    [
      'JSON without its type',
      (src: string) =>
        ors.ask('/scxml/session/start', {
          method: 'POST',
          headers: { 'content-type': 'text/plain' },
          body: JSON.stringify({ src, p: 'a b' }),
        }),
    ],
    ['the path behind proxies', (src: string) => ors.form('/ors/scxml/session/start', { src, p: 'a b' })],
  ])('takes parameters as %s, and is answered after the first macrostep', async (_name, start) => {
    const { status, text } = await start(ors.serve('/h1.scxml', WAITING));
    expect([status, ID.test(text)]).toEqual([200, true]);
    expect(bed.heard()).toEqual([['entered', 'a b', 'own']]);
  });

  test('is answered with JSON to who accepts it', async () => {
    const src = ors.serve('/h1.scxml', WAITING);
    const body = new URLSearchParams({ src });
    const { json, headers } = await ors.ask('/scxml/session/start', { body, headers: { accept: 'application/json' } });
    expect(Object.keys(json())).toEqual(['sessionid']);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
  });

  test.each([
    ['H2: no src', '/scxml/session/start', 400, 'invalidparameter'],
    ['an empty src', '/scxml/session/start?src=', 400, 'invalidparameter'],
    ['a wrong idealtime', '/scxml/session/start?src=x&idealtime=soon', 400, 'invalidparameter'],
    ['an unknown flow', '/scxml/session/start?src=nobody', 404, 'badfetch'],
    ['a file', '/scxml/session/start?src=file:///etc/passwd', 403, 'notallowed'],
    ['an address that is not allowed', '/scxml/session/start?src=http://127.0.0.1:1/x', 403, 'notallowed'],
    ['a metadata service', '/scxml/session/start?src=http://169.254.169.254/latest', 403, 'notallowed'],
    ['no address', '/scxml/session/start?src=http:///', 403, 'notallowed'],
  ])('%s is refused', async (_name, path, status, error) => {
    const answer = await ors.ask(path, { method: 'POST' });
    expect([answer.status, answer.json().error]).toEqual([status, error]);
    expect(answer.json().description).toMatch(/\w{3}/);
  });

  test('H3: by another method is refused with the methods that serve', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const { status, headers } = await ors.ask('/scxml/session/start?src=x', { method });
      expect([method, status, headers.get('allow')]).toEqual([method, 405, 'GET, POST']);
    }
  });

  test('H4: nested JSON parameters arrive as objects, where a data id matches', async () => {
    const src = ors.serve('/h1.scxml', WAITING);
    await ors.json('/scxml/session/start', { src, p: { a: [1, { b: null }] }, other: 1 });
    expect(bed.heard()).toEqual([['entered', { a: [1, { b: null }] }, 'own']]);
  });

  test.each([
    ['{"a":1}', { a: 1 }],
    ['[1,2]', [1, 2]],
    ['42', 42],
    ['true', true],
    ['-1.5', -1.5],
    ['0042', '0042'],
    ['5115550001234567890123', '5115550001234567890123'],
    ['1.0', '1.0'],
    ['{broken', '{broken'],
    ['{broken}', '{broken}'],
    ['null', 'null'],
    ['+4989', '+4989'],
    ['', ''],
  ])('a form value %j is taken as %j, and as a text when the option is off', async (given, parsed) => {
    const src = ors.serve('/h1.scxml', WAITING);
    await ors.form('/scxml/session/start', { src, p: given });
    ors.options.parses = false;
    await ors.form('/scxml/session/start', { src, p: given });
    expect(bed.heard().map((told) => (told as unknown[])[1])).toEqual([parsed, given]);
  });

  test.each([
    ['H5: a document that is not there', { status: 404 }, 404, 'badfetch'],
    ['a server that fails', { status: 500 }, 502, 'badfetch'],
    [
      'a redirection to what is not allowed',
      { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
      403,
      'notallowed',
    ],
  ])('%s leaves no session', async (_name, served, status, error) => {
    const src = ors.serve('/bad.scxml', WAITING, served);
    const answer = await ors.form('/scxml/session/start', { src });
    expect([answer.status, answer.json().error]).toEqual([status, error]);
    expect(bed.heard()).toEqual([]);
  });

  test('E1: a document that cannot be run is refused with every error, its line and column', async () => {
    const src = ors.serve(
      '/bad.scxml',
      `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" profile="xpath">
      <state id="a"><transition target="nowhere"/></state><state id="a"/></scxml>`,
    );
    const answer = await ors.form('/scxml/session/start', { src });
    expect([answer.status, answer.json().error]).toEqual([422, 'baddocument']);
    const details = answer.json().details as { detail: string }[];
    expect(details.length).toBeGreaterThan(1);
    for (const { detail } of details) expect(detail).toMatch(/bad\.scxml line \d+ column \d+: ./);
    const noXml = ors.serve('/no.scxml', 'hello');
    expect((await ors.form('/scxml/session/start', { src: noXml })).status).toBe(422);
  });

  test.each([
    ['malformed JSON', 'application/json', '{"src":', 400],
    ['an array', 'application/json', '[]', 400],
    ['a scalar', 'application/json', '"x"', 400],
    ['XML', 'application/xml', '<a/>', 400],
    ['deep JSON', 'application/json', `{"src":"x","p":${'['.repeat(3000)}${']'.repeat(3000)}}`, 400],
    ['a prototype', 'application/json', '{"src":"x","__proto__":{}}', 400],
    ['wrong UTF-8', 'application/json; charset=nonsense', '{"src":"x"}', 415],
    ['too much', 'application/json', JSON.stringify({ src: 'x', p: 'x'.repeat(1_100_000) }), 413],
  ])('%s as body is refused', async (_name, type, body, status) => {
    const answer = await ors.ask('/scxml/session/start', { headers: { 'content-type': type }, body });
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.json())).toContain('description');
  });

  test('by the name of a flow, as such or as a script object', async () => {
    await bed.flow('named', WAITING);
    for (const src of [
      'named',
      'script:named',
      'ringback:/flows/named/named.scxml',
      `${ors.url}/genesys/1/document/service_template/named/named.scxml`,
    ]) {
      expect([(await ors.form('/scxml/session/start', { src, p: src })).status, bed.heard()]).toEqual([
        200,
        [['entered', src, 'own']],
      ]);
    }
  });

  test('by several addresses takes the first that can be loaded', async () => {
    const src = `${ors.web}/nothing.scxml ${ors.serve('/second.scxml', WAITING)}`;
    expect((await ors.form('/scxml/session/start', { src })).status).toBe(200);
    expect(bed.heard()).toHaveLength(1);
  });

  test('H16: 200 at the same time all succeed, with ids of their own', async () => {
    const src = ors.serve('/many.scxml', WAITING);
    const answers = await Promise.all(Array.from({ length: 200 }, () => ors.form('/scxml/session/start', { src })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(200);
  });

  test('with a request is answered by the application', async () => {
    const src = ors.serve('/h1.scxml', WAITING);
    const answer = await ors.json('/scxml/session/start/ask', { src });
    expect([answer.status, answer.json()]).toEqual([200, { msg: 'hello' }]);
    expect(answer.headers.get('x-session-id')).toMatch(ID);
    expect(answer.headers.get('set-cookie')).toContain(answer.headers.get('x-session-id'));
  });

  test('with a request that nobody answers says so in time, and the session lives', async () => {
    const src = ors.serve('/h1.scxml', WAITING);
    const asking = ors.json('/scxml/session/start/silent', { src });
    await vi.waitFor(() => expect(bed.told).toHaveLength(1), { timeout: 20_000 });
    await bed.advance(31);
    const answer = await asking;
    expect([answer.status, answer.json().error]).toEqual([504, 'timeout']);
    expect((await ors.ask(`/scxml/session/${answer.headers.get('x-session-id')}/query`)).status).toBe(200);
  });

  test('at an ideal time waits until then, and can be taken back', async () => {
    const src = ors.serve('/h1.scxml', WAITING);
    const idealtime = String(bed.clock.now() + 60_000);
    const { text: sid } = await ors.form('/scxml/session/start', { src, idealtime });
    const { text: other } = await ors.form('/scxml/session/start', { src, idealtime });
    expect((await ors.form(`/scxml/session/${sid}/event/x`, {})).status).toBe(409);
    expect((await ors.ask(`/scxml/session/${sid}/query`)).json()).toMatchObject({ states: [] });
    expect((await ors.form(`/scxml/session/${other}/terminate`, {})).status).toBe(200);
    await bed.advance(59);
    expect(bed.heard()).toEqual([]);
    await bed.crash();
    await bed.advance(1);
    expect(bed.heard()).toEqual([['entered', 'own', 'own']]);
    expect((await ors.form(`/scxml/session/${sid}/event/x`, {})).status).toBe(200);
    expect((await ors.form(`/scxml/session/${other}/event/x`, {})).status).toBe(404);
    const past = await ors.form('/scxml/session/start', { src, idealtime: '1000' });
    expect([past.status, bed.heard().length]).toEqual([200, 2]);
  });
});

function multipart(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

describe('events (H6 to H8)', () => {
  const json = { 'content-type': 'application/json' };

  test.each([
    ['H6: JSON', { headers: json, body: '{"a":1}' }, '', { a: 1, paramtype: 'application/json', param: '{"a":1}' }],
    ['H7: a query', {}, '?a=1&b=x%20y', { a: '1', b: 'x y' }],
    ['a form', { body: new URLSearchParams({ a: '1' }) }, '?a=2&c=3', { a: '1', c: '3' }],
    ['multipart', { body: multipart({ a: '1' }) }, '', { a: '1' }],
    ['a JSON array', { headers: json, body: '[1]' }, '', { paramtype: 'application/json', param: '[1]' }],
    ['text', { headers: { 'content-type': 'text/plain' }, body: 'a=1' }, '', { paramtype: 'text/plain', param: 'a=1' }],
    [
      'XML',
      { headers: { 'content-type': 'text/xml; charset=utf-8' }, body: '<a/>' },
      '',
      { paramtype: 'text/xml', param: '<a/>' },
    ],
    ['nothing', { method: 'POST' }, '', {}],
    ['an empty body', { method: 'POST', headers: json, body: '' }, '', {}],
    [
      'JSON that claims to be what it is not',
      { headers: json, body: '{"param":"x"}' },
      '',
      { paramtype: 'application/json', param: '{"param":"x"}' },
    ],
  ])('%s becomes the data of the event in the dialect of the original', async (_name, question, query, data) => {
    const sid = await ors.start(WAITING);
    bed.heard();
    const { status, headers, text } = await ors.ask(`/scxml/session/${sid}/event/gmm.page.entered${query}`, question);
    expect([status, text]).toEqual([200, '{}']);
    expect(headers.get('set-cookie')).toBe(`ORSSESSIONID=${sid}.node1`);
    expect(bed.heard()).toEqual([['gmm.page.entered', data]]);
  });

  test.each([
    ['a JSON object', '{"a":1}', { a: 1 }],
    ['a JSON array', '[1]', [1]],
    ['a JSON text', '"x"', 'x'],
    ['null', 'null', null],
  ])('%s is the data of the event itself in SCXML 1.0', async (_name, body, data) => {
    const sid = await ors.start(w3cFlow(`<state id="s">${TELLS}</state>`));
    expect((await ors.ask(`/scxml/session/${sid}/event/e`, { headers: json, body })).status).toBe(200);
    expect(bed.heard()).toEqual([['e', data]]);
  });

  test('without a name are refused', async () => {
    const sid = await ors.start(WAITING);
    bed.heard();
    for (const what of ['event/', 'event/%20', 'request/']) {
      const answer = await ors.form(`/scxml/session/${sid}/${what}`, {});
      expect([what, answer.status, answer.json().error]).toEqual([what, 400, 'invalidparameter']);
    }
    expect(bed.heard()).toEqual([]);
  });

  test('H8: to an unknown session, or one that has ended, are refused', async () => {
    const sid = await ors.start(WAITING);
    expect((await ors.form(`/scxml/session/${sid}/event/end`, {})).status).toBe(200);
    for (const id of [sid, 'nobody', '../etc', 'a'.repeat(500), "';--"]) {
      for (const what of ['event/x', 'request/x', 'terminate']) {
        const answer = await ors.form(`/scxml/session/${encodeURIComponent(id)}/${what}`, {});
        expect([id, what, answer.status, answer.json().error]).toEqual([id, what, 404, 'nosuchsession']);
      }
    }
  });

  test('that are malformed or too large are refused, and the session hears nothing', async () => {
    const sid = await ors.start(WAITING);
    bed.heard();
    const path = `/scxml/session/${sid}/event/x`;
    expect((await ors.ask(path, { headers: json, body: '{"a":' })).status).toBe(400);
    expect((await ors.ask(path, { headers: json, body: 'x'.repeat(1_100_000) })).status).toBe(413);
    expect((await ors.ask(path, { headers: json, body: JSON.stringify({ a: 'x'.repeat(600_000) }) })).status).toBe(413);
    expect((await ors.ask(path, { method: 'DELETE' })).status).toBe(405);
    expect(bed.heard()).toEqual([]);
  });

  test('of nearly a megabyte arrive whole', async () => {
    const sid = await ors.start(
      w3cFlow(`<state id="s"><transition event="x"><probe:tell what="_event.data.a.length"/></transition></state>`),
    );
    const body = JSON.stringify({ a: 'x'.repeat(1_000_000) });
    expect((await ors.ask(`/scxml/session/${sid}/event/x`, { headers: json, body })).status).toBe(200);
    expect(bed.heard()).toEqual([1_000_000]);
  });

  test('to a full queue are refused with 503, and the session lives', async () => {
    const sid = await ors.start(WAITING);
    bed.heard();
    const { database } = bed.store;
    // Nobody wakes the session for these.
    await database.query(
      `insert into session_message (session, at, event) select $1, $2, '{"name":"n"}' from generate_series(1, 100)`,
      [sid, instant(bed.clock.now())],
    );
    for (const what of ['event/x', 'request/ask', 'basichttp']) {
      const answer = await ors.form(`/scxml/session/${sid}/${what}`, {});
      expect([what, answer.status, answer.json().error]).toEqual([what, 503, 'limit']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    bed.current.sessions.wake(sid);
    await bed.activity.idle();
    expect((await ors.form(`/scxml/session/${sid}/request/ask`, {})).json()).toEqual({ msg: 'hello' });
    expect(bed.heard()).toHaveLength(100);
  });
});

describe('requests (H9 to H11)', () => {
  test('H9: answered positively give the parameters as JSON', async () => {
    const sid = await ors.start(WAITING);
    for (const path of [`/scxml/session/${sid}/request/ask?a=1`, `/ors/scxml/session/${sid}/request/ask`]) {
      const answer = await ors.ask(path);
      expect([answer.status, answer.json()]).toEqual([200, { msg: 'hello' }]);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    }
  });

  test.each([
    ['', 500, { why: 'no' }, null],
    ['?code=409', 409, { why: 'no', resultcode: '409' }, '409'],
    ['?code=E17', 500, { why: 'no', resultcode: 'E17' }, 'E17'],
    ['?code=999', 500, { why: 'no', resultcode: '999' }, '999'],
  ])('H10: refused with %j give %i', async (query, status, body, header) => {
    const sid = await ors.start(WAITING);
    const answer = await ors.ask(`/scxml/session/${sid}/request/refuse${query}`);
    expect([answer.status, answer.json(), answer.headers.get('x-result-code')]).toEqual([status, body, header]);
  });

  test('H11: never answered end with 504 after the timeout', async () => {
    const sid = await ors.start(WAITING);
    bed.heard();
    ors.options.timeoutMs = 5_000;
    const asking = ors.ask(`/scxml/session/${sid}/request/nothing`);
    await vi.waitFor(() => expect(bed.told).toHaveLength(1), { timeout: 20_000 });
    await bed.advance(4);
    const settled = vi.fn();
    void asking.then(settled);
    expect(settled).not.toHaveBeenCalled();
    await bed.advance(1);
    const answer = await asking;
    expect([answer.status, answer.json().error]).toEqual([504, 'timeout']);
    expect(await bed.store.database.query('select 1 from session_reply')).toEqual([]);
  });

  test('of a session that ends without answering are told so', async () => {
    const sid = await ors.start(WAITING);
    const answer = await ors.ask(`/scxml/session/${sid}/request/end`);
    expect([answer.status, answer.json().error]).toEqual([404, 'nosuchsession']);
  });
});

describe('the end and the report (H12, H14)', () => {
  test('H12: terminate with an empty body and a content type ends the session by its exit handlers', async () => {
    const sid = await ors.start(WAITING);
    bed.heard();
    const headers = { 'content-type': 'application/json' };
    expect((await ors.ask(`/scxml/session/${sid}/terminate`, { method: 'POST', headers })).status).toBe(200);
    expect(bed.heard()).toEqual(['left']);
    expect((await ors.ask(`/scxml/session/${sid}/request/ask`)).status).toBe(404);
    expect((await ors.ask(`/scxml/session/${sid}/terminate`, { method: 'POST', headers })).status).toBe(404);
  });

  test('H14: query tells the states and the data, whole or by name', async () => {
    const sid = await ors.start(WAITING, { p: '5' });
    const report = await ors.ask(`/scxml/session/${sid}/query`);
    expect(report.status).toBe(200);
    expect(report.json()).toMatchObject({ sessionid: sid, node: 1, states: ['s'], data: { p: 5, q: 'own' } });
    expect(report.json().src).toMatch(/\.scxml$/);
    expect(report.json().starttime).toMatch(/^2026-/);
    expect(report.json().name).toBe(report.json().src);
    const named = await ors.start(WAITING.replace('<scxml ', '<scxml name="Routing" '));
    expect((await ors.ask(`/scxml/session/${named}/query`)).json().name).toBe('Routing');
    expect((await ors.ask(`/scxml/session/${sid}/query?name=q&name=z`)).json().data).toEqual({ q: 'own' });
    expect((await ors.ask('/scxml/session/nobody/query')).status).toBe(404);
    expect((await ors.ask(`/scxml/session/${sid}/query`, { method: 'POST' })).status).toBe(405);
  });
});

describe('H13: a session of another node', () => {
  test.each([
    ['GET', '/event/x?a=1&b=%20'],
    ['POST', '/request/ask'],
    ['POST', '/terminate'],
    ['GET', '/query?name=p'],
  ])('%s %s is sent there with 307, path and query kept', async (method, path) => {
    const sid = await ors.start(WAITING);
    ors.owner = 'http://node2:8080';
    for (const prefix of ['/scxml', '/ors/scxml']) {
      const answer = await ors.ask(`${prefix}/session/${sid}${path}`, { method });
      const location = `http://node2:8080${prefix}/session/${sid}${path}`;
      expect([answer.status, answer.headers.get('location')]).toEqual([307, location]);
    }
    ors.options.externalUrl = 'https://balancer';
    const balanced = await ors.ask(`/scxml/session/${sid}${path}`, { method });
    expect(balanced.headers.get('location')).toBe(`https://balancer/scxml/session/${sid}${path}`);
    ors.options.redirects = false;
    expect((await ors.ask(`/scxml/session/${sid}${path}`, { method })).status).toBe(200);
  });

  test('is reached by a client that follows, which repeats method and body', async () => {
    const sid = await ors.start(WAITING);
    bed.heard();
    ors.owner = ors.web;
    const path = `/scxml/session/${sid}/event/x`;
    ors.serve(path, '{}');
    const headers = { 'content-type': 'application/json' };
    await fetch(ors.url + path, { method: 'POST', headers, body: '{"a":1}' });
    expect(ors.received).toEqual([{ method: 'POST', path, body: '{"a":1}', type: 'application/json' }]);
    expect(bed.heard()).toEqual([]);
  });
});

test('H15: a session that waits for a timer survives a crash, and its timer comes when it should', async () => {
  const sid = await ors.start(
    orsFlow(`<state id="s"><onentry><send event="'later'" delay="'60s'"/></onentry>${TELLS}</state>`),
  );
  await bed.crash(40);
  expect((await ors.ask(`/scxml/session/${sid}/query`)).json()).toMatchObject({ states: ['s'] });
  await bed.advance(19);
  expect(bed.heard()).toEqual([]);
  await bed.advance(1);
  expect(bed.heard()).toEqual([['later', {}]]);
});

test('a slash after start names no request', async () => {
  const { status, text } = await ors.form('/scxml/session/start/', { src: ors.serve('/h1.scxml', WAITING) });
  expect([status, ID.test(text)]).toEqual([200, true]);
});

test('the heartbeat, the help and what is not served', async () => {
  expect((await ors.ask('/scxml/heartbeat')).status).toBe(200);
  expect((await ors.ask('/ors/help')).text).toContain('/scxml/session/start');
  expect((await ors.ask('/scxml/session/x/what')).json().error).toBe('notfound');
  ors.options.ready = false;
  expect((await ors.ask('/scxml/heartbeat')).status).toBe(503);
  ors.options.password = 'Basic x';
  const stranger = await ors.ask('/scxml/session/start?src=x');
  expect([stranger.status, stranger.headers.get('www-authenticate')?.slice(0, 5)]).toEqual([401, 'Basic']);
  expect((await ors.ask('/scxml/session/start?src=x', { headers: { authorization: 'Basic x' } })).status).toBe(404);
});

test('the cookie can be configured', async () => {
  ors.options.cookie = 'NODE=a; Path=/';
  const { headers } = await ors.form('/scxml/session/start', { src: ors.serve('/h1.scxml', WAITING) });
  expect(headers.get('set-cookie')).toBe('NODE=a; Path=/');
});
