import { beforeEach, describe, expect, test } from 'vitest';
import { orsFlow, w3cFlow } from '../../orchestration/testing.js';
import { OrsBed } from './testing.js';

const ors = await OrsBed.create();
const { bed } = ors;
const DEFAULTS = { ...bed.settings };

beforeEach(async () => {
  await bed.activity.idle();
  Object.assign(bed.settings, DEFAULTS, { ownOrigins: bed.settings.ownOrigins });
  bed.heard();
  ors.asked.length = 0;
});

const says = (text: string) =>
  w3cFlow(`<state id="s"><onentry><probe:tell what="'${text}'"/></onentry>
    <transition event="e"><probe:tell what="'${text} hears'"/></transition></state>`);

async function start(src: string): Promise<string> {
  const { status, text } = await ors.form('/scxml/session/start', { src });
  expect([status, text.length]).toEqual([200, 32]);
  return text;
}

async function versions(flow: string): Promise<number> {
  const rows = await bed.store.database.query('select version from flow_version where flow = $1', [flow]);
  return rows.length;
}

describe('a document', () => {
  test('that changes is another version; sessions stay on the one that they started with, across a crash', async () => {
    const src = ors.serve('/changing.scxml', says('one'));
    const old = await start(src);
    ors.serve('/changing.scxml', says('two'));
    await start(src);
    ors.serve('/changing.scxml', says('one'));
    await start(src);
    expect(bed.heard()).toEqual(['one', 'two', 'one']);
    expect(await versions(src)).toBe(2);
    await bed.crash();
    await ors.form(`/scxml/session/${old}/event/e`, {});
    expect(bed.heard()).toEqual(['one hears']);
  });

  test.each([
    [{ 'cache-control': 'public, max-age=60' }, 59],
    [{ 'cache-control': 'max-age=120', age: '60' }, 59],
    [{ expires: 'Mon, 02 Mar 2026 09:01:00 GMT', date: 'Mon, 02 Mar 2026 09:00:00 GMT' }, 59],
  ])('is used as long as %j says, also by the next process, and then asked for again', async (headers, seconds) => {
    const path = `/cached-${JSON.stringify(headers).length}.scxml`;
    const src = ors.serve(path, says('one'), { headers });
    await start(src);
    ors.serve(path, says('two'), { headers });
    await bed.advance(seconds);
    await start(src);
    await bed.crash();
    await start(src);
    expect(ors.asked).toEqual([path]);
    await bed.advance(1);
    await start(src);
    expect(bed.heard()).toEqual(['one', 'one', 'one', 'two']);
  });

  test.each([
    ['no-store', 'no-store, max-age=60'],
    ['no-cache', 'no-cache'],
    ['an address that is not to be cached', 'max-age=60'],
  ])('with %s is asked for each time', async (name, control) => {
    if (name.startsWith('an')) bed.settings.uncached = () => [`${ors.web}/un`];
    const src = ors.serve('/uncached.scxml', says('x'), { headers: { 'cache-control': control } });
    await start(src);
    await start(src);
    expect(ors.asked).toHaveLength(2);
  });

  test('whose server does not answer is used for a while longer, and then no more', async () => {
    const src = ors.serve('/stale.scxml', says('old'));
    await start(src);
    ors.serve('/stale.scxml', '', { status: 500 });
    await bed.advance(59);
    await start(src);
    await bed.advance(2);
    expect((await ors.form('/scxml/session/start', { src })).status).toBe(502);
    expect(bed.heard()).toEqual(['old', 'old']);
  });

  test('that is gone, or has become wrong, starts nothing', async () => {
    const src = ors.serve('/gone.scxml', says('old'));
    await start(src);
    ors.serve('/gone.scxml', '', { status: 404 });
    expect((await ors.form('/scxml/session/start', { src })).status).toBe(404);
    ors.serve('/gone.scxml', '<scxml');
    expect((await ors.form('/scxml/session/start', { src })).status).toBe(422);
  });

  test('is asked for once by many at the same time', async () => {
    const src = ors.serve('/popular.scxml', says('x'));
    await Promise.all(Array.from({ length: 20 }, () => bed.current.source.find(src)));
    expect(ors.asked).toHaveLength(1);
  });

  test('brings what it refers to, relative to itself, and lives as long as the shortest of them', async () => {
    ors.serve('/lib/text.js', 'function greet() { return "from the library"; }', {
      headers: { 'cache-control': 'max-age=10' },
    });
    ors.serve(
      '/app/part.scxml',
      `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0"><state id="part">
      <onentry><raise event="in"/></onentry></state></scxml>`,
      { headers: { 'cache-control': 'max-age=100' } },
    );
    ors.serve('/app/data.json', '{"a": [1]}', { headers: { 'cache-control': 'max-age=100' } });
    const src = ors.serve(
      '/app/main.scxml',
      orsFlow(`<datamodel><data id="d" src="data.json"/></datamodel>
        <script><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="../lib/text.js" parse="text"/></script>
        <state id="s"><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="part.scxml" parse="xml" xpointer="part"/>
        <transition event="in"><probe:tell what="[greet(), _data.d.a[0], __GetDocumentURL()]"/></transition></state>`),
      { headers: { 'cache-control': 'max-age=100' } },
    );
    await start(src);
    expect(bed.heard()).toEqual([['from the library', 1, src]]);
    expect(ors.asked.sort()).toEqual(['/app/data.json', '/app/main.scxml', '/app/part.scxml', '/lib/text.js']);
    await bed.advance(9);
    await start(src);
    expect(ors.asked).toHaveLength(4);
    await bed.advance(1);
    await start(src);
    expect(ors.asked).toHaveLength(8);
    expect(await versions(src)).toBe(1);
  });

  test('that includes what is not there, or what may not be reached, says which and where', async () => {
    const include = (href: string) =>
      w3cFlow(
        `<state id="s">\n<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${href}" parse="xml"/></state>`,
      );
    for (const href of ['missing.scxml', 'http://127.0.0.1:1/private.scxml']) {
      const answer = await ors.form('/scxml/session/start', { src: ors.serve('/broken.scxml', include(href)) });
      expect([answer.status, answer.json().error]).toEqual([422, 'baddocument']);
      expect(answer.json().description).toMatch(/broken\.scxml line 2 column 1: .*(missing|private)\.scxml/);
    }
  });

  test('of a version that nobody runs leaves after a while; one that is run stays', async () => {
    const src = ors.serve('/purged.scxml', says('x'));
    const sid = await start(src);
    const other = ors.serve('/purged2.scxml', w3cFlow('<final id="s"/>'));
    await start(other);
    await bed.current.sessions.purge(bed.clock.now() + 1);
    await bed.current.source.purge(bed.clock.now() + 1);
    expect([await versions(src), await versions(other)]).toEqual([1, 0]);
    await ors.form(`/scxml/session/${sid}/event/e`, {});
    expect(bed.heard()).toEqual(['x', 'x hears']);
  });
});

test('an uploaded document brings what it refers to by address', async () => {
  const library = ors.serve('/shared/lib.js', 'function lib() { return "shared"; }');
  const main = 'memory:/uploader.scxml';
  const text = w3cFlow(`<script src="${library}"/><state id="s"><onentry><probe:tell what="lib()"/></onentry></state>`);
  expect(await bed.current.flows.put('uploader', main, { [main]: text })).toMatchObject({ version: 1 });
  ors.documents.delete('/shared/lib.js');
  await start('uploader');
  expect(bed.heard()).toEqual(['shared']);
});

describe('a session that is started inside a transaction by an address', () => {
  test('begins when its document is there, also after a crash in between', async () => {
    const src = ors.serve('/later.scxml', says('begun'));
    const { database, sessions } = bed.current;
    const id = await database.transaction((tx) => sessions.start(tx, { flow: src, parameters: {} }));
    await bed.crash();
    expect(bed.heard()).toEqual(['begun']);
    expect(await bed.row(id)).toMatchObject({ state: 'running', step: 1 });
  });

  test('fails when nothing can be loaded, and whoever waits for it hears that', async () => {
    const id = await bed.start(`${ors.web}/nothing.scxml`);
    expect(await bed.row(id)).toMatchObject({ state: 'failed', reason: 'application-unknown' });
    expect(bed.current.ended.map(({ id: ended, state }) => [ended, state])).toContainEqual([id, 'failed']);
    const wrong = await bed.start(ors.serve('/wrong.scxml', '<a/>'));
    expect(await bed.row(wrong)).toMatchObject({ state: 'failed', reason: 'application-invalid' });
  });
});

describe('invoke', () => {
  const child = (text: string) =>
    `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript"><datamodel><data id="n" expr="0"/></datamodel>
      <final id="f"><donedata><param name="said" expr="'${text} ' + n"/></donedata></final></scxml>`;
  const parent = (invoke: string) =>
    w3cFlow(`<state id="s">${invoke}<transition event="done.invoke.c"><probe:tell what="_event.data.said"/></transition>
      <transition event="error"><probe:tell what="[_event.name, _event.data.description]"/></transition></state>`);

  test.each([
    [
      'a document beside its own, fetched when it is needed',
      (src: string) => `<invoke id="c" src="${src}"><param name="n" expr="1"/></invoke>`,
    ],
    [
      'the document inside its content',
      () => `<invoke id="c"><param name="n" expr="1"/><content>${child('inline')}</content></invoke>`,
    ],
  ])('runs %s', async (name, invoke) => {
    ors.serve('/parts/child.scxml', child('fetched'));
    await start(ors.serve('/parts/parent.scxml', parent(invoke('child.scxml'))));
    await bed.activity.idle();
    expect(bed.heard()).toEqual([name.includes('inside') ? 'inline 1' : 'fetched 1']);
  });

  test('runs another document of the same uploaded application, with its scripts', async () => {
    const base = 'ringback:/flows/family/';
    const documents = {
      [`${base}family.scxml`]: parent('<invoke id="c" src="sub/child.scxml"/>'),
      [`${base}sub/child.scxml`]: `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript"><script src="lib.js"/>
        <final id="f"><donedata><param name="said" expr="lib()"/></donedata></final></scxml>`,
      [`${base}sub/lib.js`]: 'function lib() { return "from the library"; }',
    };
    await bed.current.flows.put('family', `${base}family.scxml`, documents);
    await start('family');
    await start('family');
    await bed.activity.idle();
    expect(bed.heard()).toEqual(['from the library', 'from the library']);
    expect(
      (await bed.current.flows.list()).map(({ flow }) => flow).filter((flow) => flow.startsWith('family')),
    ).toEqual(['family']);
  });

  test('of what cannot be run is an error event', async () => {
    for (const invoke of [
      '<invoke id="c" src="nothing.scxml"/>',
      '<invoke id="c"><content><scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0"/></content></invoke>',
      '<invoke id="c" type="soap" src="x"/>',
    ]) {
      await start(ors.serve('/parts/parent.scxml', parent(invoke)));
      await bed.activity.idle();
      expect(bed.heard()).toEqual([['error.communication', expect.stringMatching(/./)]]);
    }
  });

  test('is resumed after a crash at any point', async () => {
    ors.serve(
      '/parts/slow.scxml',
      w3cFlow(`<state id="s"><onentry><send event="t" delay="60s"/></onentry>
      <transition event="t" target="f"/></state><final id="f"><donedata><param name="said" expr="'slow'"/></donedata></final>`),
    );
    await start(ors.serve('/parts/parent.scxml', parent('<invoke id="c" src="slow.scxml"/>')));
    await bed.crash(30);
    await bed.activity.idle();
    await bed.advance(60);
    await bed.activity.idle();
    expect(bed.heard()).toEqual(['slow']);
  });
});

describe('a call', () => {
  const INBOUND = (text: string) =>
    orsFlow(
      `<state id="s"><transition event="interaction.onrouterequest"><probe:tell what="'${text}'"/></transition></state>`,
    );

  async function arrives(to: string): Promise<void> {
    await bed.simulator.placeInbound({ from: '5115', to, userData: { ServiceType: 'gold card' } });
    await bed.activity.idle();
  }

  test('H17: to a DN with two addresses is handled by the second when the first is wrong', async () => {
    bed.applications.set('8001', `${ors.web}/absent.scxml ${ors.serve('/good.scxml', INBOUND('second'))}`);
    await arrives('8001');
    expect(bed.heard()).toEqual(['second']);
  });

  test('H18: puts its values into the address', async () => {
    ors.serve('/route.scxml', INBOUND('routed'));
    bed.applications.set('8002', `${ors.web}/route.scxml?type=[UDATA.ServiceType]&to=[DNIS]`);
    await arrives('8002');
    expect(ors.asked).toEqual(['/route.scxml?type=gold%20card&to=8002']);
    expect(bed.heard()).toEqual(['routed']);
  });

  test('gives its application the options of its DN', async () => {
    ors.serve(
      '/options.scxml',
      orsFlow(`<datamodel><data id="target" expr="'nobody'"/></datamodel><state id="s">
      <transition event="interaction.onrouterequest"><probe:tell what="_data.target"/></transition></state>`),
    );
    bed.applications.set('8003', `${ors.web}/options.scxml`);
    bed.dnOptions.set('8003', { target: 'Sales@.GA', other: 'x' });
    await arrives('8003');
    expect(bed.heard()).toEqual(['Sales@.GA']);
  });
});

test.each([
  ['was answered with 503', { status: 503 }, 'http.503'],
  ['is not there', { status: 404 }, 'http.404'],
])('data whose document %s are an error event with that status', async (_name, served, code) => {
  const data = ors.serve(`/data-${served.status}.json`, '{}', served);
  const flow = orsFlow(`<datamodel><data id="d" src="${data}"/></datamodel>
    <state id="s"><transition event="error"><probe:tell what="[_event.name, _event.data.target]"/></transition></state>`);
  await start(ors.serve(`/with-data-${served.status}.scxml`, flow));
  expect(bed.heard()).toEqual([[`error.badfetch.${code}`, data]]);
});
