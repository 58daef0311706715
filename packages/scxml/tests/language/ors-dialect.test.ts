import { describe, expect, it } from 'vitest';
import { type ActionDescriptor, SessionPool, type StepResult } from '../../src/index.js';
import { effects, logs, OneSession, ors, url, w3c } from '../one-session.js';

const submit: ActionDescriptor = {
  namespaces: ['http://www.genesyslab.com/modules/queue'],
  name: 'submit',
  attributes: {
    requestid: { kind: 'location' },
    queue: { kind: 'value', required: true },
    priority: { kind: 'value', default: 1 },
    route: { kind: 'literal' },
    type: { kind: 'lenient' },
  },
  children: [
    {
      name: 'targets',
      attributes: { type: { kind: 'value' } },
      children: [{ name: 'target', attributes: { name: { kind: 'value' } } }],
    },
  ],
};

async function run(body: string, options: ConstructorParameters<typeof OneSession>[1] = {}): Promise<OneSession> {
  const session = new OneSession(ors(body), options);
  await session.start();
  return session;
}

/** Runs content on entry and logs the events that it causes. */
async function entered(
  content: string,
  options: ConstructorParameters<typeof OneSession>[1] = {},
): Promise<OneSession> {
  const tell = `<transition event="*"><log expr="_event.name + ' ' + JSON.stringify(_event.data)"/></transition>`;
  return run(
    `<datamodel><data id="x" expr="1"/></datamodel><state id="s"><onentry>${content}</onentry>${tell}</state>`,
    options,
  );
}

describe('detection', () => {
  it.each([
    ['a profile', w3c('<state id="s"/>').replace('<scxml', '<scxml profile="ecmascript"'), 'ors'],
    ['a module with http', w3c('<state id="s"/>', 'xmlns:ixn="http://www.genesyslab.com/modules/interaction"'), 'ors'],
    ['a module without', w3c('<state id="s"/>', 'xmlns:ixn="www.genesyslab.com/modules/interaction"'), 'ors'],
    ['neither', w3c('<state id="s"/>', 'xmlns:x="http://example.com/x"'), 'w3c'],
  ])('by %s', async (_name, text, dialect) => {
    const session = new OneSession(
      text.replace('<state id="s"/>', `<state id="s"><onentry><send event="'e'"/></onentry></state>`),
    );
    await session.start();
    expect(effects(session.result, 'send')[0]?.event.name).toBe(dialect === 'ors' ? 'e' : "'e'");
  });
});

describe('data and scripts', () => {
  it('keeps data below _data and globals beside it, as one variable where both have a name', async () => {
    const session = await run(`<datamodel><data id="system" expr="'data'"/><data id="only" expr="2"/></datamodel>
      <script>var system = 'script'; var mine = 3; implied = 4;</script>
      <state id="s"><onentry><log expr="[system, _data.system, only, _data.only, mine, implied, typeof _data.mine].join()"/>
      <script>_data.system = 'again'; _data.later = 5;</script><log expr="system + later"/></onentry></state>`);
    expect(logs(session.result)).toEqual(['script,script,2,2,3,4,undefined', 'again5']);
  });

  it('overwrites data with start parameters and drops others with a warning', async () => {
    const session = await run(
      `<datamodel><data id="phone" expr="'0'"/></datamodel><state id="s"><datamodel><data id="inner"/></datamodel>
      <onentry><log expr="phone + inner"/></onentry></state>`,
      { start: { parameters: { phone: '1', inner: '2', no: '3' } } },
    );
    expect(effects(session.result, 'log')[0]).toMatchObject({ level: 3, text: expect.stringContaining('no') });
    expect(logs(session.result).at(-1)).toBe('12');
  });

  it('offers the functions of the original', async () => {
    const session = await run(`<state id="s"><onentry><script>
      __Log('text', 'label', 2);
      __Log(__GetDocumentURL() + __GetCurrentStates() + In('s') + _sessionid);
      __Log(uneval({ a: [1, 'b', null], c: undefined }) + 'x'.toSource() + [1].toSource());
      __Raise('raised', { k: 1 });
      </script></onentry>
      <transition event="raised"><log expr="_event.toSource()"/></transition></state>`);
    expect(effects(session.result, 'log')[0]).toEqual({ kind: 'log', text: 'text', label: 'label', level: 2 });
    expect(logs(session.result)[1]).toBe('http://test/chart.scxmlstrues');
    expect(logs(session.result)[2]).toBe('({a:[1, "b", null], c:(void 0)})(new String("x"))[1]');
    expect(logs(session.result)[3]).toMatch(/^\({name:"raised", type:"internal",.* data:{k:1}}\)$/);
  });

  it('gives every event an object as data', async () => {
    const session = await run(
      `<state id="s"><transition event="*"><log expr="JSON.stringify(_event.data)"/></transition></state>`,
    );
    expect(logs(await session.tell('a'))).toEqual(['{}']);
    expect(logs(await session.tell({ name: 'a', data: 'text' }))).toEqual(['{"content":"text"}']);
    expect(logs(await session.tell({ name: 'a', data: { k: 1 } }))).toEqual(['{"k":1}']);
  });
});

describe('sending', () => {
  it('evaluates event, target, type and delay, and sends to the own external queue by default', async () => {
    const session = await entered(
      `<send event="'a' + x" delay="'200ms'"><param name="p" expr="[x]"/></send><send event="'b'" delay="1500" target="'other'" type="'basichttp'" hints="{ h: 1 }"/>`,
    );
    expect(effects(session.result, 'send')).toMatchObject([
      { event: { name: 'a1', data: { p: [1] } }, delayMs: 200, namelistParams: [['p', [1]]] },
      { event: { name: 'b' }, delayMs: 1500, target: 'other', type: 'basichttp', hints: { h: 1 } },
    ]);
    expect(effects(session.result, 'send')[0]).not.toHaveProperty('target');
  });

  it('keeps internal events inside', async () => {
    const session = await entered(
      `<send event="'in'" target="'_internal'"/><raise event="out"><param name="z" expr="x"/></raise><event name="old"/>`,
    );
    expect(effects(session.result, 'send')).toEqual([]);
    expect(logs(session.result)).toEqual(['in {}', 'out {"z":1}', 'old {}']);
  });

  it('leaves the answer to a cancellation to the host', async () => {
    const session = await entered(
      `<send event="'a'" idlocation="x" delay="'1s'"/><cancel sendid="x"/><cancel id="fixed"/>`,
    );
    const [sent] = effects(session.result, 'send');
    expect(effects(session.result, 'cancel').map(({ sendId }) => sendId)).toEqual([sent?.sendId, 'fixed']);
  });

  it.each([
    [`<send event="x.y.z"/>`, 'error.illegalvalue.TypeError'],
    [`<send event="nope"/>`, 'error.illegalvalue.ReferenceError'],
    [`<send event=""/>`, 'error.illegalvalue.SyntaxError'],
    [`<send target="'t'"/>`, 'error.send.noeventspecified'],
    [`<send event="'e'" type="'smtp'"/>`, 'error.send.targettypeinvalid.s'],
    [`<send event="'e'" delay="'soon'"/>`, 'error.illegalvalue.RangeError'],
    [`<send event="'e'" idlocation="nope.x"/>`, 'error.illegalloc.ReferenceError'],
    [`<assign location="nope" expr="1"/>`, 'error.illegalloc.ReferenceError'],
    [`<assign location="1 + 1" expr="1"/>`, 'error.illegalloc.SyntaxError'],
    [`<assign location="x" expr="("/>`, 'error.illegalvalue.SyntaxError'],
    [`<assign location="_event" expr="1"/>`, 'error.illegalassign'],
    [`<assign location="Object.freeze({ a: 1 }).a" expr="1"/>`, 'error.illegalassign'],
    [`<assign location="_data.nothing.a" expr="1"/>`, 'error.illegalloc.TypeError'],
    [`<if cond="nope"/>`, 'error.illegalcond.ReferenceError'],
    [`<script>throw new RangeError('r')</script>`, 'error.script.RangeError'],
    [`<script>var a = ;</script>`, 'error.script.SyntaxError'],
    [`<queue:unknown/>`, 'error.unsupported.element'],
    [`<queue:submit queue="nope"/>`, 'error.illegalvalue.ReferenceError'],
    [`<queue:submit queue="1" requestid="nope.x"/>`, 'error.illegalloc.ReferenceError'],
  ])('%s raises %s', async (content, name) => {
    const session = await entered(`\n${content}<log expr="'not reached'"/>`, { actions: [submit] });
    expect(effects(session.result, 'send')).toEqual([]);
    expect(effects(session.result, 'action')).toEqual([]);
    const [line = ''] = logs(session.result);
    expect(line.split(' ')[0]).toBe(name);
    const data = JSON.parse(line.slice(name.length));
    expect(data).toMatchObject({
      document: 'http://test/chart.scxml',
      linenumber: 2,
      element: expect.any(String),
      description: expect.any(String),
    });
    expect(logs(session.result)).toHaveLength(1);
  });

  it('leaves the answer to an action without a required attribute to the host', async () => {
    const session = await entered(`<queue:submit requestid="x"/><log expr="'reached ' + x"/>`, { actions: [submit] });
    expect(effects(session.result, 'action')).toMatchObject([{ requestId: 's.1', missing: 'queue' }]);
    expect(logs(session.result)).toEqual(['reached s.1']);
  });

  it('says where a <send> stands', async () => {
    const session = await entered(`<send event="'e'" target="'other'"/>`);
    expect(effects(session.result, 'send')).toMatchObject([{ document: url, state: 's', line: 1 }]);
  });

  it('names the document and the line inside a script that was included', async () => {
    const session = await run(
      `<script><xi:include href="lib.js" parse="text"/></script><state id="s"><onentry><log expr="fail()"/></onentry>
      <transition event="error"><log expr="[_event.name, _event.data.document, _event.data.linenumber, _event.data.element].join()"/></transition></state>`,
      { documents: { 'http://test/lib.js': '// first\n\nfunction fail() {\n  return nothing.x;\n}\n' } },
    );
    expect(logs(session.result)).toEqual(['error.illegalvalue.ReferenceError,http://test/lib.js,4,log']);
  });

  it('raises an error of a data expression and leaves the data undefined', async () => {
    const session =
      await run(`<datamodel><data id="bad" expr="nope"/><data id="good" expr="1"/></datamodel><state id="s">
      <transition event="error.illegaldata"><log expr="_event.name + typeof bad + good"/></transition></state>`);
    expect(logs(session.result)).toEqual(['error.illegaldata.ReferenceErrorundefined1']);
  });
});

describe('actions', () => {
  it('become effects with evaluated attributes, children, parameters and a request id', async () => {
    const session = await entered(
      `<queue:submit requestid="_data.x" queue="'q' + 1" route="false" type="'music'" _note="ignored">
        <queue:targets type="'agent'"><queue:target name="'a'"/><queue:target name="'b'"/></queue:targets>
        <param name="p" expr="1"/><param name="p" expr="2"/><content _expr="{ c: 3 }"/>
      </queue:submit><log expr="x"/>`,
      { actions: [submit] },
    );
    const [action] = effects(session.result, 'action');
    expect(action).toEqual({
      kind: 'action',
      namespace: 'www.genesyslab.com/modules/queue',
      name: 'submit',
      requestId: 's.1',
      attributes: { queue: 'q1', priority: 1, route: 'false', type: 'music' },
      children: [
        {
          name: 'targets',
          attributes: { type: 'agent' },
          parameters: {},
          children: [
            { name: 'target', attributes: { name: 'a' }, children: [], parameters: {} },
            { name: 'target', attributes: { name: 'b' }, children: [], parameters: {} },
          ],
        },
      ],
      parameters: { p: [1, 2] },
      content: { c: 3 },
      line: 1,
    });
    expect(logs(session.result)).toEqual(['s.1']);
  });

  it.each([
    ['plain', 'plain'],
    ['', ''],
    ["'quoted'", 'quoted'],
    ['x', 1],
    ['x + 1', 2],
    ['true', 'true'],
    ['a/b', 'a/b'],
    ['no such thing', 'no such thing'],
    ['nope.x', 'nope.x'],
  ])('read the lenient attribute %j as %j', async (text, value) => {
    const session = await entered(`<queue:submit queue="1" type="${text}"/>`, { actions: [submit] });
    expect(effects(session.result, 'action')[0]?.attributes.type).toBe(value);
  });

  it('are warned about when the document misuses them', async () => {
    const session = await entered('<queue:submit bad="1"><queue:other/></queue:submit><queue:gone/>', {
      actions: [submit],
    });
    expect(session.diagnostics.map(({ code }) => code).sort()).toEqual([
      'action-attribute',
      'action-attribute-missing',
      'action-child',
      'element-unsupported',
    ]);
  });
});

describe('inclusion', () => {
  const documents = {
    'http://test/sub/flow.scxml': ors(`<state id="_entry" initial="$$_MY_PREFIX_$$.A">
      <state id="A"><onentry><log expr="'in ' + _my_prefix"/></onentry><transition event="next" target="$$_MY_PREFIX_$$.B"/></state>
      <xi:include href="inner.scxml" parse="xml" resolveid="Deep" xpointer="piece"/>
      <state id="B"><transition target="Deep.piece"/></state></state>`),
    'http://test/sub/inner.scxml': ors(
      '<state id="piece" initial="$$_MY_PREFIX_$$.I"><final id="I"><onentry><log expr="_my_prefix"/></onentry></final></state>',
    ),
  };

  it('prefixes the ids of an included state and composes prefixes', async () => {
    const session = await run(
      `<state id="main"><transition event="done.state.Sub.Deep.piece" target="end"/>
      <xi:include href="sub/flow.scxml" parse="xml" resolveid="Sub" xpointer="_entry"/></state><final id="end"/>`,
      { documents },
    );
    expect(session.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(session.result?.configuration).toEqual(['main', 'Sub._entry', 'Sub.A']);
    expect(logs(session.result)).toEqual(['in Sub']);
    const result = await session.tell('next');
    expect(logs(result)).toEqual(['Sub.Deep']);
    expect(result).toMatchObject({ status: 'done', finalState: 'end' });
  });

  it.each([
    ['a shorthand pointer', 'href="sub/inner.scxml" xpointer="piece"'],
    ['a pointer to an id', `href="sub/inner.scxml" xpointer="xpointer(id('piece'))"`],
    ['a pointer with a path', `href="sub/inner.scxml" xpointer="xpointer(//state[@id='piece'])"`],
    ['an element pointer', 'href="sub/inner.scxml" xpointer="element(piece)"'],
    ['backslashes', 'href=".\\sub\\inner.scxml" xpointer="piece"'],
  ])('finds its part by %s', async (_name, attributes) => {
    const session = await run(`<state id="main"><xi:include ${attributes} parse="xml" resolveid="P"/></state>`, {
      documents,
    });
    expect(session.result?.configuration).toEqual(['main', 'P.piece', 'P.I']);
  });

  it('falls back on what is given for a document that is missing', async () => {
    const session = await run(
      '<state id="main"><xi:include href="gone.scxml" parse="xml"><xi:fallback><state id="instead"/></xi:fallback></xi:include></state>',
    );
    expect(session.result?.configuration).toEqual(['main', 'instead']);
  });

  it('runs the content of an initial transition of the root', async () => {
    const session = await run(
      `<initial><transition target="s"><log expr="'first'"/></transition></initial><state id="r"/><state id="s"><onentry><log expr="'then'"/></onentry></state>`,
    );
    expect(logs(session.result)).toEqual(['first', 'then']);
  });
});

describe('what documents of the time contain, and the Recommendation does not', () => {
  const root = 'xmlns="http://www.w3.org/2005/07/scxml" version="1.0" profile="ecmascript"';

  it.each([
    ['namespaces without http', `<scxml ${root.replace('http://', '')}><state id="s"/></scxml>`],
    ['ids in capitals', `<scxml ${root}><datamodel><data ID="d" expr="1"/></datamodel><state ID="s"/></scxml>`],
    [
      'the placeholder of a prefix where there is none',
      ors('<state id="t" initial="$$_MY_PREFIX_$$.s"><state id="s"/></state>'),
    ],
    [
      'a script directly in a state',
      ors('<state id="t"><script>var q = 1;</script><transition cond="q == 1" target="s"/></state><state id="s"/>'),
    ],
    [
      'content of else inside of it',
      ors(`<state id="t"><onentry><if cond="false"><raise event="a"/><else><raise event="b"/></else></if></onentry>
      <transition event="b" target="s"/></state><state id="s"/>`),
    ],
    [
      'a parameter without value',
      ors(`<state id="t"><onentry><raise event="a"><param name="p"/></raise></onentry>
      <transition event="a" cond="_event.data.p === undefined" target="s"/></state><state id="s"/>`),
    ],
    ['a transition of a final state', ors('<state id="s"/><final id="f"><transition event="e" target="s"/></final>')],
    ['an old initial state', ors('<state id="a"/><state id="s"/>', 'initialstate="s"')],
    ['an anchor', ors('<state id="s"><anchor type="a"/><transition event="e" anchor="a" target="s"/></state>')],
    ['another version', `<scxml ${root.replace('1.0', '0.5')}><state id="s"/></scxml>`],
    [
      'a mark of byte order',
      `\ufeff<?xml version="1.0" encoding="UTF-8"?>\r\n<scxml ${root}>\r\n<state id="s"/></scxml>`,
    ],
  ])('%s', async (_name, text) => {
    const session = new OneSession(text);
    await session.start();
    expect(session.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(session.result?.configuration).toContain('s');
  });

  it('a document that is included as a whole', async () => {
    const sub = ors('<state id="in"><onentry><log expr="\'in \' + _my_prefix"/></onentry></state>', 'initial="in"');
    const session = await run('<state id="s"><xi:include href="sub.scxml" parse="xml" resolveid="P"/></state>', {
      documents: { 'http://test/sub.scxml': sub },
    });
    expect(session.result?.configuration).toEqual(['s', 'P.in']);
    expect(logs(session.result)).toEqual(['in P']);
  });

  it('a cancellation that names the event twice', async () => {
    const session = await entered('<cancel id="a" sendid="\'b\'"/><log expr="\'reached\'"/>');
    expect(logs(session.result)[0]).toBe('reached');
    expect(logs(session.result)[1]).toMatch(/^error.notallowed \{"sendid":"b"/);
    expect(effects(session.result, 'cancel')).toEqual([]);
  });

  it('data whose source is missing', async () => {
    const session = await run(`<datamodel><data id="d" src="http://h/gone.json"/></datamodel><state id="s">
      <transition event="error"><log expr="_event.name + ' ' + _event.data.target + ' ' + _event.data.element"/></transition></state>`);
    expect(logs(session.result)).toEqual(['error.badfetch.http.404 http://h/gone.json data']);
  });

  it.each([503, 0])('data whose source was answered with %i', async (status) => {
    const session = await run(
      `<datamodel><data id="d" src="http://h/broken.json"/></datamodel><state id="s">
      <transition event="error"><log expr="_event.name"/></transition></state>`,
      { unavailable: { 'http://h/broken.json': status } },
    );
    expect(logs(session.result)).toEqual([`error.badfetch.http.${status}`]);
  });

  it('parameters for data that a document gives: they are dropped', async () => {
    const session = await run(
      `<datamodel><data id="d" src="http://h/d.json"/><data id="e" expr="1"/></datamodel>
      <state id="s"><onentry><log expr="JSON.stringify([_data.d, _data.e])"/></onentry></state>`,
      { documents: { 'http://h/d.json': '{"a":1}' }, start: { parameters: { d: 2, e: 3 } } },
    );
    expect(logs(session.result)).toEqual(['The parameter d has no data of that id and is dropped.', '[{"a":1},3]']);
  });

  it('what a macrostep has asked the host for already', async () => {
    const session = await run(
      `<state id="s"><onentry><log expr="[last(), ask(1), last(), ask(2), last()].join()"/></onentry></state>`,
      {
        prelude: `(function (host) { return {
          ask: function (n) { host.call('op', n); return 'asked'; },
          last: function () { return JSON.stringify(host.called('op')); }
        }; })`,
      },
    );
    expect(logs(session.result)).toEqual([',asked,[1],asked,[2]']);
  });

  it('no data ids that no expression can name', async () => {
    const session = await run('<datamodel><data id="a.b"/></datamodel><state id="s"/>');
    expect(session.diagnostics).toMatchObject([{ code: 'data-id-invalid', severity: 'error' }]);
  });

  it('toSource() of anything, wherever the call stands', async () => {
    const session = await run(`<state id="s"><onentry><script>
      var o = eval('({ a: [1] })'), name = 'toSource';
      __Log(o.toSource()); __Log(o[name]()); __Log('x'[name]()); __Log((5)[name]());
      o.toSource = function () { return 'mine'; };
      __Log(o.toSource());
      </script></onentry></state>`);
    expect(logs(session.result)).toEqual(['({a:[1]})', '({a:[1]})', '(new String("x"))', '(new Number(5))', 'mine']);
  });

  it('a line in the log, not an error event, for values that cannot be stored', async () => {
    const session =
      await run(`<script>var closure = (function () { var n = 1; return function () { return n; }; })();</script>
      <state id="s"><transition event="error" target="f"/></state><final id="f"/>`);
    expect(effects(session.result, 'send')).toEqual([]);
    expect(effects(session.result, 'log')).toMatchObject([{ level: 2, text: expect.stringContaining('closure') }]);
  });

  it('functions in scripts that use eval, after a session was stored', async () => {
    const session = await run(
      `<script>var Util = { parse: function (text) { return eval('(' + text + ')'); }, twice: function (n) { return 2 * n; } };
      var shout = function (text) { return text.toUpperCase() + _my_prefix; };
      function decoded(text) { with (Math) { return max(Util.parse(text).a, 0); } }</script>
      <state id="s"><transition event="go"><log expr="[decoded('{ a: 1 }'), Util.twice(4), shout('x')].join()"/></transition></state>`,
      { forgetful: true },
    );
    expect(logs(await session.tell('go'))).toEqual(['1,8,X']);
    expect(logs(await session.tell('go'))).toEqual(['1,8,X']);
    expect(effects(session.result, 'send')).toEqual([]);
  });

  it('libraries whose functions share something, after a session was stored', async () => {
    const session = await run(
      `<datamodel><data id="greeting" expr="'hi'"/></datamodel>
      <script><xi:include href="lib.js" parse="text"/></script>
      <state id="s"><transition event="go"><log expr="[Util.greet('a'), Util.evaluate('1 + 1'), _data.greeting].join()"/>
        <assign location="_data.greeting" expr="'bye'"/></transition></state>`,
      {
        forgetful: true,
        documents: {
          'http://test/lib.js': `var Util = (function () {
            var separator = ', ';
            function join(a, b) { return a + separator + b; }
            __Log('loaded');
            return { greet: function (name) { return join(_data.greeting, name); }, evaluate: function (text) { return eval(text); } };
          })();`,
        },
      },
    );
    expect(logs(session.result)[0]).toBe('loaded');
    expect(logs(await session.tell('go'))).toEqual(['hi, a,2,hi']);
    expect(logs(await session.tell('go'))).toEqual(['bye, a,2,bye']);
  });

  it('libraries that add functions to the objects of the language, each session its own', async () => {
    const lib = `
      String.prototype.padLeft = function (width, fill) { var s = String(this); while (s.length < width) s = (fill || ' ') + s; return s; };
      String.format = function (text, value) { return text.replace('{0}', value); };
      Array.prototype['contains'] = function (item) { return this.indexOf(item) >= 0; };
      if (!Date.prototype.addDays) { Date.prototype.addDays = function (n) { return new Date(this.getTime() + n * 864e5); }; }
      if (!Math.half) Math.half = function (n) { return n / 2; };
      String.prototype.trim = function () { return 'not this one'; };
      Number.prototype.scaled = function () { return this * factor; };
      var factor = _data.factor, found = 0;
      for (var key in ['a', 'b']) found += 1;`;
    const text =
      ors(`<datamodel><data id="factor" expr="2"/></datamodel><script><xi:include href="lib.js" parse="text"/></script>
      <state id="s"><transition event="go"><log expr="['7'.padLeft(3, '0'), String.format('a{0}', 1), [1, 2].contains(2),
        new Date(0).addDays(1).getTime(), Math.half(5), ' x '.trim(), (3).scaled(), found].join()"/>
        <script>var own = { padLeft: 1 }; own.padLeft = 2; var list = []; list.contains = 'mine';</script>
        <log expr="own.padLeft + list.contains"/></transition></state>`);
    const documents = { 'http://test/lib.js': lib };
    for (const forgetful of [false, true]) {
      const session = new OneSession(text, { documents, forgetful });
      await session.start();
      const expected = ['007,a1,true,86400000,2.5,x,6,2', '2mine'];
      expect(logs(await session.tell('go'))).toEqual(expected);
      expect(logs(await session.tell('go'))).toEqual(expected);
      expect(session.result?.data).not.toHaveProperty('__$x');
    }
    const pool = new SessionPool({ workers: 0 });
    await pool.define({ id: 'lib', main: url, documents: { [url]: text, ...documents } });
    const start = (session: string, factor: number) =>
      pool.start({ session, application: 'lib', now: 0, parameters: { factor } });
    const [two, five] = [await start('two', 2), await start('five', 5)];
    const scaled = async (session: string, { step, snapshot }: StepResult) =>
      logs(
        await pool.deliver({ session, application: 'lib', step, snapshot, event: { name: 'go' }, now: 0 }),
      )[0]?.split(',')[6];
    expect([await scaled('two', two), await scaled('five', five)]).toEqual(['6', '15']);
    await pool.close();
  });
});
