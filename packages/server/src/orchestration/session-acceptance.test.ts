import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonValue } from '../kernel/index.js';
import { OrchestrationBed, orsFlow, START, tells } from './testing.js';

const bed = await OrchestrationBed.create();

interface Asked {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

let server: Server;
let origin: string;
let asked: Asked[] = [];
/** What the stand-in server answers next, by path; each answer once, the last again and again. */
const answers = new Map<string, { status: number; headers?: Record<string, string>; body?: string | Buffer }[]>();

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // a request without encoding gives buffers
    const { method = '', url = '', headers } = request;
    asked.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
    const path = url.split('?', 1)[0] ?? '';
    if (path === '/silent') return;
    const planned = answers.get(path) ?? [{ status: 200, body: '{"a":1}' }];
    const answer = planned.length > 1 ? planned.shift() : planned[0];
    response.writeHead(answer?.status ?? 200, { 'content-type': 'application/json', ...answer?.headers });
    response.end(answer?.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server has an address of this kind
  bed.fetchAllow = '127.0.0.1';
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  asked = [];
  answers.clear();
  bed.heard();
});

const NAMESPACE = 'xmlns:session="http://www.genesyslab.com/modules/session"';

function flow(content: string, more = ''): string {
  return orsFlow(content + more).replace('<scxml ', `<scxml ${NAMESPACE} `);
}

/** Fetches in the first state; what the application hears, until an answer has come. */
async function fetched(attributes: string, children = '', data = ''): Promise<JsonValue> {
  await bed.run(
    flow(`<datamodel><data id="r" expr="''"/>${data}</datamodel><state id="s">
      <onentry><session:fetch requestid="_data.r" ${attributes}>${children}</session:fetch></onentry>
      ${tells('session.fetch.done', '[_event.data.requestid === _data.r, _event.data.content, _event.data.hints]')}
      ${tells('error.session.fetch', '[_event.data.requestid === _data.r, _event.data.error, _event.data.description]')}
      </state>`),
  );
  await bed.until(() => bed.told.length > 0);
  const [told, ...others] = bed.heard();
  expect(others).toEqual([]);
  return told ?? null;
}

const at = (path: string) => `srcexpr="'${origin}${path}'"`;
const param = (name: string, expr: string) => `<param name="${name}" expr="${expr}"/>`;
const FAILED = (error: number, description: RegExp | string) => [
  true,
  error,
  typeof description === 'string' ? description : expect.stringMatching(description),
];

describe('session:fetch', () => {
  test('S1: get with parameters asks by the query, and answers with the content as it was received', async () => {
    answers.set('/x', [{ status: 200, headers: { 'X-Kind': 'plain' }, body: ' {"a": 1} ' }]);
    const told = await fetched(`${at('/x?k=1')} method="'GET'"`, param('a', "'1 &amp; 2'") + param('b', '[1,2]'));
    expect(told).toEqual([true, ' {"a": 1} ', expect.objectContaining({ 'x-kind': 'plain' })]);
    expect(asked).toMatchObject([{ method: 'GET', url: '/x?k=1&a=1+%26+2&b=1&b=2', body: '' }]);
  });

  test.each<[what: string, attributes: string, children: string, type: RegExp, body: string | RegExp]>([
    [
      'a form',
      `method="'post'"`,
      param('a', '1') + param('b', "'ä &amp;'"),
      /^application\/x-www-form-urlencoded$/,
      'a=1&b=%C3%A4+%26',
    ],
    [
      'S2: JSON content',
      `method="'post'" enctype="'application/json'"`,
      '<content _expr="{a: [1, {b: null}]}"/>',
      /^application\/json$/,
      '{"a":[1,{"b":null}]}',
    ],
    [
      'JSON of one parameter',
      `method="'post'" enctype="'application/json'"`,
      param('record', '{GSW_PHONE: 1}'),
      /^application\/json$/,
      '{"record":{"GSW_PHONE":1}}',
    ],
    [
      'content that wins over parameters',
      `method="'put'" enctype="'text/plain'"`,
      `${param('a', '1')}<content _expr="'raw'"/>`,
      /^text\/plain$/,
      'raw',
    ],
    ['an object without an encoding', `method="'post'"`, '<content _expr="{a: 1}"/>', /^application\/json$/, '{"a":1}'],
    [
      'text',
      `method="'post'" enctype="'text/plain'"`,
      param('a', '1') + param('b', '2'),
      /^text\/plain$/,
      'a=1\r\nb=2\r\n',
    ],
    [
      'several parts',
      `method="'post'" enctype="'multipart/form-data'"`,
      param('a', "'x'"),
      /^multipart\/form-data; boundary=/,
      /name="a"\r\n\r\nx\r\n--ringback-/,
    ],
    [
      'XML',
      `method="'post'" enctype="'application/xml'"`,
      '<content><q xmlns="">1</q></content>',
      /^application\/xml$/,
      /<q[^>]*>1<\/q>/,
    ],
    [
      'a header of the application',
      `method="'post'" headers="{'Content-Type': 'application/vnd.x+json'}"`,
      '<content _expr="{}"/>',
      /^application\/vnd.x\+json$/,
      '{}',
    ],
    ['a list of names', `method="'post'" namelist="_data.n other"`, '', /urlencoded/, '_data.n=5&other=7'],
  ])('sends %s', async (_what, attributes, children, type, body) => {
    await fetched(`${at('/x')} ${attributes}`, children, `<data id="n" expr="5"/><data id="other" expr="7"/>`);
    expect(asked[0]?.headers['content-type']).toMatch(type);
    expect(asked[0]?.body).toEqual(typeof body === 'string' ? body : expect.stringMatching(body));
  });

  test('S3: sends headers and credentials, and none that belong to the connection', async () => {
    const headers = `headers="{'X-One': 1, host: 'evil', 'Content-Length': 99, Connection: 'upgrade'}"`;
    await fetched(`${at('/x')} method="'delete'" ${headers} username="'u'" password="'p:1'"`);
    const expected = { 'x-one': '1', authorization: `Basic ${Buffer.from('u:p:1').toString('base64')}` };
    expect(asked).toMatchObject([{ method: 'DELETE', headers: expected }]);
    expect(asked[0]?.headers.host).not.toBe('evil');
  });

  test.each<[what: string, path: string, answer: object, attributes: string, error: number, description: RegExp]>([
    ['S4: a status', '/no', { status: 404, body: 'no' }, '', 404, /404/],
    ['a failure of the server', '/no', { status: 500 }, '', 500, /500/],
    [
      'S6: another type',
      '/no',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
      `type="'application/json'"`,
      0,
      /not JSON/,
    ],
    ['another type by default', '/no', { status: 200, body: 'plain' }, '', 0, /not JSON/],
    ['no XML', '/no', { status: 200, body: '<a><b></a>' }, `type="'text/xml'"`, 0, /not XML/],
    [
      'another type of its own',
      '/no',
      { status: 200, headers: { 'content-type': 'text/html' }, body: 'x' },
      `type="'text/csv'"`,
      0,
      /text\/html/,
    ],
    ['too many redirections', '/no', { status: 302, headers: { location: '/no' } }, '', 0, /redirections/],
    ['a redirection to nowhere', '/no', { status: 302, headers: { location: 'http://' } }, '', 0, /no address/],
    [
      'a redirection to a place that is not allowed',
      '/no',
      { status: 307, headers: { location: 'http://localhost:1/' } },
      '',
      0,
      /fetch-allow/,
    ],
    ['an answer that is too large', '/no', { status: 200, body: 'x'.repeat(1024 * 1024 + 1) }, '', 0, /larger/],
  ])('fails for %s', async (_what, path, answer, attributes, error, description) => {
    answers.set(path, [answer as { status: number }]);
    expect(await fetched(`${at(path)} ${attributes}`)).toEqual(FAILED(error, description));
  });

  test.each<[what: string, attributes: string, description: RegExp]>([
    ['S5: nobody who listens', `srcexpr="'http://127.0.0.1:1/'"`, /127\.0\.0\.1:1/],
    ['an address that is not allowed', `srcexpr="'http://10.0.0.1/'"`, /fetch-allow/],
    ['a file', `srcexpr="'file:///etc/passwd'"`, /only http and https/],
    ['no address', `srcexpr="''"`, /srcexpr is missing/],
    ['a method that does not exist', `srcexpr="'http://127.0.0.1:1/'" method="'brew'"`, /method must be/],
    ['a server of another kind', `srcexpr="'gesp:A\\\\B\\\\c'" method="'esp'"`, /ESP/],
    ['a time that is no number', `srcexpr="'http://127.0.0.1:1/'" timeout="'soon'"`, /timeout/],
    [
      'parameters that cannot be sent so',
      `srcexpr="'http://127.0.0.1:1/'" method="'post'" enctype="'image/png'"`,
      /image\/png/,
    ],
  ])('fails with 0 for %s', async (_what, attributes, description) => {
    expect(await fetched(attributes)).toEqual(FAILED(0, description));
  });

  test('S5: gives up after its time', async () => {
    expect(await fetched(`${at('/silent')} timeout="1"`)).toEqual(FAILED(0, /no answer within 1000 ms/));
  });

  test('reads the encoding that the server names', async () => {
    const headers = { 'content-type': 'text/plain; charset=ISO-8859-1' };
    answers.set('/latin', [{ status: 200, headers, body: Buffer.from([0xe4, 0xf6]) }]);
    expect(await fetched(`${at('/latin')} type="'text/plain'"`)).toEqual([true, 'äö', expect.anything()]);
  });

  test('S8: tries again, as often as it is told, while the server is in trouble', async () => {
    answers.set('/later', [{ status: 503 }, { status: 500 }, { status: 200, body: '{}' }]);
    const guaranteed = `gdelivery="true" gd_retries="3" gd_retry_interval="20"`;
    expect(await fetched(`${at('/later')} method="'post'" ${guaranteed}`)).toEqual([true, '{}', expect.anything()]);
    expect(asked).toHaveLength(3);
    expect(bed.clock.now()).toBeGreaterThanOrEqual(START + 40_000);

    asked = [];
    answers.set('/later', [{ status: 503 }]);
    expect(await fetched(`${at('/later')} gdelivery="'true'" gd_retries="2"`)).toEqual(FAILED(503, /503/));
    expect(asked).toHaveLength(2);
    answers.set('/later', [{ status: 400 }]);
    expect(await fetched(`${at('/later')} gdelivery="true" gd_retries="5"`)).toEqual(FAILED(400, /400/));
    expect(asked).toHaveLength(3);
  });

  test('that waits to be tried again is tried by the next process', async () => {
    answers.set('/later', [{ status: 503 }, { status: 200, body: '{}' }]);
    await bed.run(
      flow(`<state id="s"><onentry><session:fetch ${at('/later')} method="'post'" gdelivery="true" gd_retries="5"
        gd_retry_interval="60"/></onentry>${tells('session.fetch error.session.fetch', '[_event.name]')}</state>`),
    );
    await bed.crash(90);
    await bed.until(() => bed.told.length > 0);
    expect(bed.heard()).toEqual([['session.fetch.done']]);
    expect(asked).toHaveLength(2);
  });

  test('takes an answer of the age that it accepts', async () => {
    answers.set('/aged', [{ status: 200, headers: { 'cache-control': 'max-age=60' }, body: '{}' }]);
    await fetched(`${at('/aged')} maxage="300"`);
    expect(await fetched(`${at('/aged')} maxage="300"`)).toMatchObject([true, '{}', { age: '0' }]);
    expect(asked).toHaveLength(1);
    await bed.advance(90);
    await fetched(`${at('/aged')} maxage="300"`);
    expect(asked).toHaveLength(2);
    await bed.advance(90);
    await fetched(`${at('/aged')} maxage="300" maxstale="60"`);
    expect(asked).toHaveLength(2);
    await fetched(at('/aged'));
    expect(asked).toHaveLength(3);
  });

  test('sends credentials to nobody to whom it is redirected', async () => {
    answers.set('/away', [{ status: 302, headers: { location: `${origin.replace('127.0.0.1', '127.0.0.2')}/x` } }]);
    bed.fetchAllow = '127.0.0.0/8';
    const told = await fetched(`${at('/away')} username="'u'" password="'p'"`);
    expect(told).toEqual(FAILED(0, /127/));
    expect(asked).toHaveLength(1);
    answers.set('/near', [{ status: 307, headers: { location: '/x' } }]);
    await fetched(`${at('/near')} method="'post'" username="'u'"`, param('a', '1'));
    expect(asked.at(-1)).toMatchObject({
      method: 'POST',
      url: '/x',
      body: 'a=1',
      headers: { authorization: expect.any(String) },
    });
    bed.fetchAllow = '127.0.0.1';
  });

  test('S7: a relative address is that of the document', async () => {
    const text = flow(`<state id="s"><onentry><session:fetch srcexpr="'../data/x.json'"/></onentry>
      ${tells('session.fetch error.session.fetch', '[_event.name, _event.data.description]')}</state>`);
    const { flows } = bed.current;
    const main = `${origin}/apps/main.scxml`;
    const stored = await flows.put('relative', main, { [main]: text });
    expect(stored.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    await bed.start('relative');
    await bed.until(() => bed.told.length > 0);
    expect(asked).toMatchObject([{ url: '/data/x.json' }]);
  });
});

describe('session:start', () => {
  const CHILD = flow(`<datamodel><data id="p" expr="'none'"/></datamodel><state id="s">
    <onentry><probe:tell what="['child', _data.p]"/></onentry>
    <onexit><probe:tell what="['left']"/></onexit>
    <transition event="end" target="f"/></state><final id="f"><donedata><param name="out" expr="_data.p"/></donedata></final>`);
  const events = tells('session error.session done.start', `[_event.name.replace(_data.c, 'ID'), _event.data]`);

  async function parent(start: string, more = ''): Promise<string> {
    await bed.flow('child', CHILD);
    return bed.run(
      flow(`<datamodel><data id="r" expr="''"/><data id="c" expr="'?'"/></datamodel><state id="s">
        <onentry>${start}</onentry>
        <transition event="session.start.done" cond="_data.c === '?'"><assign location="_data.c" expr="_event.data.sessionid"/>
          <probe:tell what="['started', _event.data.requestid === _data.r, _event.data.sessionid]"/></transition>
        <transition event="stop"><session:terminate sessionid="_data.c"/></transition>
        <transition event="move"><session:updatestart sessionid="_data.c" idealtime="_event.data.time"/></transition>
        ${more}${events}</state>`),
    );
  }
  const START_CHILD = `<session:start requestid="_data.r" src="'child'"><param name="p" expr="{deep: 1}"/></session:start>`;

  test('S9, S12: starts a session with parameters, and hears of its end with its data', async () => {
    await parent(START_CHILD);
    const told = bed.heard();
    expect(told).toContainEqual(['child', { deep: 1 }]);
    const started = told.find((one) => Array.isArray(one) && one[0] === 'started');
    expect(started).toEqual(['started', true, expect.stringMatching(/^[~\w]{32}$/)]);
    const child = Array.isArray(started) ? String(started[2]) : '';
    await bed.post(child, 'end');
    expect(bed.heard()).toEqual([
      ['left'],
      ['done.start.ID', expect.objectContaining({ sessionid: child, out: { deep: 1 } })],
    ]);
  });

  test('the location of sessionid has the id at once, and it is that of the session', async () => {
    await bed.flow('child', CHILD);
    await bed.run(
      flow(`<datamodel><data id="c"/></datamodel><state id="s">
        <onentry><session:start sessionid="_data.c" src="'child'"/><probe:tell what="['at once', _data.c]"/></onentry>
        <transition event="session.start.done"><probe:tell what="['same', _event.data.sessionid === _data.c]"/>
          <send event="'end'" target="_data.c"/></transition>
        <transition event="done.start" cond="_event.name === 'done.start.' + _data.c"><probe:tell what="'ended'"/></transition>
      </state>`),
    );
    await bed.until((told) => told === 'ended');
    const told = bed.heard();
    expect(told).toContainEqual(['at once', expect.stringMatching(/^[~\w]{32}$/)]);
    expect(told).toContainEqual(['same', true]);
  });

  test.each([
    ['S10: an application that does not exist', `<session:start src="'nowhere'"/>`, 'badfetch'],
    ['nothing', '<session:start/>', 'invalidparameter'],
    ['an address that cannot be fetched', `<session:start src="'http://127.0.0.1:1/x.scxml'"/>`, 'badfetch'],
    ['a time that makes no sense', `<session:start src="'child'" idealtime="'soon'"/>`, 'invalidparameter'],
  ])('fails for %s', async (_what, start, error) => {
    await parent(start);
    await bed.until(() => bed.told.length > 0);
    expect(bed.heard()).toEqual([
      ['error.session.start', expect.objectContaining({ error, description: expect.any(String) })],
    ]);
  });

  test('starts the application at an address', async () => {
    answers.set('/child.scxml', [{ status: 200, headers: { 'content-type': 'application/scxml+xml' }, body: CHILD }]);
    await parent(`<session:start requestid="_data.r" src="'${origin}/child.scxml'"/>`);
    await bed.until((told) => Array.isArray(told) && told[0] === 'child');
    expect(bed.heard()).toContainEqual(['started', true, expect.any(String)]);
  });

  test('S11: starts later, or at another time, or never', async () => {
    const later = `<session:start requestid="_data.r" src="'child'" idealtime="Date.now() + 2000"/>`;
    await parent(later);
    expect(bed.heard()).toEqual([['started', true, expect.any(String)]]);
    await bed.advance(1);
    expect(bed.heard()).toEqual([]);
    await bed.advance(2);
    expect(bed.heard()).toEqual([['child', 'none']]);

    const moved = await parent(later);
    bed.heard();
    await bed.post(moved, 'move', { time: bed.clock.now() + 60_000 });
    expect(bed.heard()).toEqual([['session.updatestart.done', expect.any(Object)]]);
    await bed.advance(30);
    expect(bed.heard()).toEqual([]);
    await bed.advance(31);
    expect(bed.heard()).toEqual([['child', 'none']]);
    await bed.post(moved, 'move', { time: bed.clock.now() + 60_000 });
    expect(bed.heard()).toEqual([['error.session.updatestart', expect.objectContaining({ error: 'nosuchsession' })]]);

    const cancelled = await parent(later);
    bed.heard();
    await bed.post(cancelled, 'stop');
    await bed.advance(10);
    expect(bed.heard()).not.toContainEqual(['child', 'none']);
  });

  test('S13, S14: ends another session by its exit handlers, and none that does not run', async () => {
    const session = await parent(START_CHILD);
    bed.heard();
    await bed.post(session, 'stop');
    const told = bed.heard();
    expect(told).toContainEqual(['session.terminate.done', expect.any(Object)]);
    expect(told).toContainEqual(['left']);
    await bed.post(session, 'stop');
    expect(bed.heard()).toEqual([['error.session.terminate', expect.objectContaining({ error: 'nosuchsession' })]]);
  });
});

describe('functions of _genesys.session', () => {
  async function value(expression: string): Promise<JsonValue> {
    await bed.run(flow(`<state id="s"><onentry><probe:tell what="${expression}"/></onentry></state>`));
    const [told] = bed.heard();
    return told ?? null;
  }

  beforeEach(() => {
    bed.lists.set('Hours', { Mon: { open: '9', close: '17' } });
    bed.lists.set('Holidays', {
      Xmas: { date: '12-25' },
      Spring: { date: '2026-03-02,2026-03-03', from: '08:00', to: '10:00' },
    });
    bed.lists.set('ServiceObjectives', { Sales: { Gold: '20', 'Gold.TMediaVoice': '10' } });
  });

  // The clock of the bed stands at 2026-03-02 about 09:00 UTC, a Monday; some tests have moved it by minutes.
  test.each<[string, JsonValue]>([
    [`_genesys.session.getListItemValue('Hours', 'Mon', 'open')`, '9'],
    [`_genesys.session.getListItemValue('Hours', 'Mon', 'nothing')`, ''],
    [`_genesys.session.getListItemValue('Hours', 'Mon')`, { open: '9', close: '17' }],
    [`_genesys.session.getListItemValue('Hours', 'Mon', '')`, { open: '9', close: '17' }],
    [`String(_genesys.session.getListItemValue('Hours', 'Sun', 'open'))`, 'undefined'],
    [`String(_genesys.session.getListItemValue('None', 'Sun'))`, 'undefined'],
    [`_genesys.session.listLookupValue('Hours', 'Mon', 'close')`, '17'],
    [`_genesys.session.listLookupValue('None', 'Mon', 'close')`, ''],
    [`_genesys.session.dateInZone('PST')`, '2026-03-02'],
    [`/^0[12]:\\d\\d:\\d\\d$/.test(_genesys.session.timeInZone('PST'))`, true],
    [`/^(09|10):\\d\\d:\\d\\d$/.test(_genesys.session.timeInZone('UTC'))`, true],
    [`_genesys.session.dayInZone('PST')`, 1],
    [`_genesys.session.dateInZone('Pacific/Auckland')`, '2026-03-02'],
    [`String(_genesys.session.dateInZone('Nowhere'))`, 'undefined'],
    [`_genesys.session.isSpecialDay('Holidays', 'Spring')`, 1],
    [`_genesys.session.isSpecialDay('Holidays', '')`, 1],
    [`_genesys.session.isSpecialDay('Holidays', 'Xmas')`, 0],
    [`_genesys.session.isSpecialDay('Holidays', 'Spring', 'PST', true)`, 0],
    [`_genesys.session.isSpecialDay('None', 'Spring')`, 0],
    [`_genesys.session.findServiceObjective('Sales', 'Gold', 'TMediaVoice')`, 10],
    [`_genesys.session.findServiceObjective('Sales', 'Gold', 'TMediaChat')`, 20],
    [`_genesys.session.findServiceObjective('Sales', 'Tin', 'TMediaChat')`, 0],
    [`_genesys.session.lookupseq.StartFromStrategy`, -1],
    [`_genesys.session.server.name`, 'test'],
    [`_genesys.session.ActiveServerName()`, 'test'],
    [`_genesys.session.getConfigOption('0', 'x', 0)`, ''],
  ])('S15 to S17: %s is %j', async (expression, expected) => {
    expect(await value(expression)).toEqual(expected);
  });

  test('setTenant shows at once, and from then on', async () => {
    const session = await bed.run(
      flow(`<state id="s"><onentry><script>_genesys.session.setTenant('Other')</script>
        <probe:tell what="_genesys.session.tenant"/></onentry>
        ${tells('again', '_genesys.session.tenant')}${tells('*', '_event.name')}</state>`),
    );
    await bed.crash();
    await bed.post(session, 'again');
    expect(bed.heard()).toEqual(['Other', 'Other']);
  });

  test('setTenant without a name is an error of the script', async () => {
    await bed.run(
      flow(`<state id="s"><onentry><script>_genesys.session.setTenant()</script></onentry>
        ${tells('error', '_event.name')}</state>`),
    );
    expect(bed.heard()).toEqual(['error.script.TypeError']);
  });
});

describe('ws:response', () => {
  test('S18: answers once; what is answered already, or never was asked, is an error', async () => {
    const session = await bed.run(
      flow(`<state id="s"><transition event="ask"><ws:response requestid="_event.sendid"><param name="msg" expr="'hello'"/></ws:response>
        <ws:response requestid="_event.sendid"/></transition>
        <transition event="never"><ws:response requestid="'made-up'"/></transition>
        ${tells('ws error.ws', '[_event.name, _event.data.error || null]')}</state>`),
    );
    const reply = await bed.current.sessions.request(session, 'ask', {}, 1000);
    expect(reply).toMatchObject({ status: 200, body: { msg: 'hello' } });
    await bed.activity.idle();
    expect(bed.heard()).toEqual([
      ['ws.response.done', null],
      ['error.ws.response', 'nosuchrequest'],
    ]);
    await bed.post(session, 'never');
    expect(bed.heard()).toEqual([['error.ws.response', 'nosuchrequest']]);
  });

  test.each<[string, number, JsonValue]>([
    [`type="negative"`, 500, { a: 1 }],
    [`type="'negative'" resultcode="'404'"`, 404, { a: 1, resultcode: '404' }],
    [`type="negative" resultcode="'OUT_OF_HOURS'"`, 500, { a: 1, resultcode: 'OUT_OF_HOURS' }],
    [`type="positive" resultcode="'fine'"`, 200, { a: 1, resultcode: 'fine' }],
  ])('answers as it is told: %s', async (attributes, status, body) => {
    const session = await bed.run(
      flow(`<state id="s"><transition event="ask"><ws:response requestid="_event.sendid" ${attributes}>
        <param name="a" expr="1"/></ws:response></transition></state>`),
    );
    expect(await bed.current.sessions.request(session, 'ask', {}, 1000)).toMatchObject({ status, body });
  });
});
