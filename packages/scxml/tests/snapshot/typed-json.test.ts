import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeXml } from '../../src/xml/write-xml.js';
import { effects, logs, OneSession, w3c } from '../one-session.js';

/**
 * Guest source of a function that writes a value so that two values are written alike exactly if no code could tell
 * them apart: kinds, order, identity of objects, prototypes.
 */
const fingerprint = `function fingerprint(root) {
  var seen = [];
  function write(v) {
    if (typeof v === 'number') return Object.is(v, -0) ? '-0' : String(v);
    if (typeof v === 'bigint') return v + 'n';
    if (typeof v === 'string') return JSON.stringify(v);
    if (v === null || (typeof v !== 'object' && typeof v !== 'function')) return String(v);
    var at = seen.indexOf(v);
    if (at >= 0) return '#' + at;
    seen.push(v);
    if (typeof v === 'function') return 'function';
    var kind = Object.prototype.toString.call(v), parts = [];
    if (v instanceof Date) parts.push(v.getTime());
    if (v instanceof RegExp) parts.push(String(v), v.lastIndex);
    if (v instanceof Error) parts.push(v.name, v.message);
    if (v instanceof String || v instanceof Number || v instanceof Boolean) parts.push(JSON.stringify(v.valueOf()));
    if (v instanceof Map) v.forEach(function (item, key) { parts.push(write(key) + '=>' + write(item)); });
    if (v instanceof Set) v.forEach(function (item) { parts.push(write(item)); });
    if (Array.isArray(v)) parts.push('length ' + v.length);
    Object.keys(v).forEach(function (key) { parts.push(JSON.stringify(key) + ':' + write(v[key])); });
    if (Object.getPrototypeOf(v) === null) parts.push('no prototype');
    return kind + '(' + parts.join(',') + ')';
  }
  return write(root);
}`;

/** Source of leaves that JSON knows, and of those that it does not. */
const leaf = fc.oneof(
  fc.string().map((text) => JSON.stringify(text)),
  fc.double().map((value) => (Object.is(value, -0) ? '(-0)' : `(${value})`)),
  fc.constantFrom('undefined', 'null', 'true', 'false', 'NaN', 'Infinity', '-Infinity', '12345678901234567890n'),
  fc.constantFrom('new Date(0)', 'new Date(NaN)', 'new Date(1e12)', '/a+b/gi', 'new RegExp("/\\\\n", "m")'),
  fc.constantFrom('new TypeError("x")', 'new Error("")', 'new String("boxed")', 'new Number(3)', 'Object(true)'),
  fc.constantFrom('Math', 'JSON.stringify', 'Object.prototype', 'shared', 'shared.deep', 'fingerprint'),
);
const key = fc.oneof(fc.string(), fc.constantFrom('$', '__proto__', 'constructor', 'toJSON', 'length', '0', '$xml'));
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((entries) => `{${entries.map(([name, item]) => `[${JSON.stringify(name)}]: ${item}`).join(', ')}}`),
    fc
      .array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 })
      .map((entries) => `new Map([${entries.map(([a, b]) => `[${a}, ${b}]`).join(', ')}])`),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `new Set([${items.join(', ')}])`),
    tie('value').map((item) => `Object.assign(Object.create(null), { item: ${item} })`),
    tie('value').map((item) => `Object.assign([1, , 3], { extra: ${item} })`),
  ),
}));

function chart(source: string): string {
  return w3c(`<datamodel><data id="shared" expr="{ deep: { x: 1 } }"/></datamodel>
    <script>${escapeXml(fingerprint)}</script>
    <script>${escapeXml(`var v = ${source};`)}</script>
    <state id="s"><onentry><log expr="fingerprint(v)"/></onentry>
      <transition event="again"><log expr="fingerprint(v)"/></transition>
      <transition event="error"><log expr="'error ' + _event.data.reason"/></transition>
    </state>`);
}

describe.each(['sandbox', 'trusted'] as const)('a stored session, %s', (datamodel) => {
  it('has the same data afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(value, async (source) => {
        const session = new OneSession(chart(source), { datamodel, forgetful: true });
        const before = logs(await session.start());
        const first = session.result?.snapshot ?? '';
        const after = logs(await session.tell('again'));
        expect(after).toEqual(before);
        expect(before[0]).not.toMatch(/^error/);
        // What has been restored is stored as it was.
        const data = (snapshot: string): string => snapshot.slice(snapshot.indexOf(',"data":'));
        expect(data(session.result?.snapshot ?? '')).toBe(data(first));
        expect(effects(session.result, 'send')).toEqual([]);
        await session.pool.close();
      }),
      { numRuns: 150, seed: 20250101 },
    );
  });

  it.each([
    ['a cycle', '(function () { var a = { list: [] }; a.self = a; a.list.push(a.list); return a; })()'],
    ['one object in two places', '(function () { var a = {}; return { x: a, y: [a, shared.deep], z: shared }; })()'],
    [
      'a chain of a thousand objects',
      '(function () { var a = null; for (var i = 0; i < 1000; i += 1) a = { a: a }; return a; })()',
    ],
    ['a map that contains itself', '(function () { var m = new Map(); m.set(m, new Set([m])); return m; })()'],
    ['symbols of the platform', '{ i: Math.max, o: Object }'],
  ])('%s', async (_name, source) => {
    const log = '<log expr="fingerprint(v)"/>';
    // The fingerprint of a long chain is recursive; look at it level by level instead.
    const isChain = source.includes('1000');
    const depth = `(function () { var n = 0; for (var at = v; at !== null; at = at.a) n += 1; return n; })()`;
    const text = isChain ? chart(source).replaceAll(log, `<log expr="${escapeXml(depth)}"/>`) : chart(source);
    const session = new OneSession(text, { datamodel, forgetful: true });
    const before = logs(await session.start());
    expect(before[0]).not.toMatch(/^error/);
    expect(logs(await session.tell('again'))).toEqual(before);
  });

  it('has functions, methods, classes and their instances again', async () => {
    const script = `
      function plain(a) { return a + total; } var total = 10;
      var assigned = function (a) { return plain(a) * 2; }, arrow = (a) => assigned(a) + 1;
      var lib = { nested: { twice(a) { return a * 2; }, thrice: function (a) { return a * 3; } } };
      function Counter(n) { this.n = n; } Counter.prototype.next = function () { this.n += 1; return this.n; };
      Counter.made = 0; var counter = new Counter(5);
      class Point { constructor(x) { this.x = x; } move(d) { this.x += d; return this; } } var point = new Point(1);
      var alias = plain;`;
    const expr =
      '[plain(1), assigned(1), arrow(1), lib.nested.twice(2), lib.nested.thrice(2), counter.next(), counter instanceof Counter, Counter.made, point.move(2).x, point instanceof Point, alias === plain].join()';
    const text = w3c(`<script>${escapeXml(script)}</script><state id="s">
      <transition event="go"><assign location="Counter.made" expr="Counter.made + 1"/><log expr="${escapeXml(expr)}"/></transition>
      <transition event="error"><log expr="_event.data.reason"/></transition></state>`);
    const session = new OneSession(text, { datamodel, forgetful: true });
    await session.start();
    expect(logs(await session.tell('go'))).toEqual(['11,22,23,4,6,6,true,1,3,true,true']);
    expect(logs(await session.tell('go'))).toEqual(['11,22,23,4,6,7,true,2,5,true,true']);
    expect(effects(session.result, 'send')).toEqual([]);
  });

  it('makes closures of the start again: modules, namespaces, classes of old', async () => {
    const script = `var Module = (function () {
        'use strict';
        var prefix = 'm', calls = 0;
        function shown(text) { calls += 1; return prefix + text + calls; }
        return { show: shown, twice: function (n) { return shown(n * 2); }, plain: function (n) { return n; }, level: 1 };
      })();
      var Library = Library || {};
      (function (library) {
        var secret = 7;
        library.reveal = function () { return secret + factor; };
        library.makers = [1, 2, 3].map(function (n) { return function () { return n * secret; }; });
      })(Library);
      var factor = 10;
      var Point = (function () {
        var unit = 'cm';
        function Point(x) { this.x = x; }
        Point.prototype.show = function () { return this.x + unit; };
        return Point;
      })();
      var point = new Point(3);
      Library.later = undefined;`;
    const expr = `[Module.show('a'), Module.twice(4), Module.plain(2), Module.level, Library.reveal(), Library.makers[2](),
      point.show(), point instanceof Point, new Point(5).show(), typeof Library.later].join()`;
    const text = w3c(`<script>${escapeXml(script)}</script><state id="s">
      <transition event="go"><script>factor += 1; Module.level += 1; point.x += 1;</script><log expr="${escapeXml(expr)}"/></transition>
      <transition event="late"><script>Library.later = (function () { var own = 1; return function () { return own; }; })();</script></transition>
      <transition event="error.execution"><log expr="_event.data.reason"/></transition></state>`);
    const session = new OneSession(text, { datamodel, forgetful: true });
    await session.start();
    expect(logs(await session.tell('go'))).toEqual(['ma1,m82,2,2,18,21,4cm,true,5cm,undefined']);
    // What a closure keeps to itself begins anew; everything else goes on.
    expect(logs(await session.tell('go'))).toEqual(['ma1,m82,2,3,19,21,5cm,true,5cm,undefined']);
    await session.tell('late');
    expect(logs(await session.tell('go'))).toEqual(['ma1,m82,2,4,20,21,6cm,true,5cm,undefined']);
  });

  it('runs the start again without its effects, and with the environment of the step', async () => {
    const script = `var counter = (function () { var seen = Date.now(); return function () { return seen; }; })();
      log = []; log.push(counter()); In('s');`;
    const text = w3c(`<datamodel><data id="log"/></datamodel><script>${escapeXml(script)}</script><state id="s">
      <transition event="go"><log expr="log.join() + ' ' + counter()"/></transition></state>`);
    const session = new OneSession(text, { datamodel, forgetful: true, start: { now: 5 } });
    await session.start();
    expect(logs(await session.tell('go', { now: 9 }))).toEqual(['5 9']);
  });

  it('says once which values it could not keep', async () => {
    const script = `var closure = (function () { var n = 1; return function () { return n; }; })();
      var holder = { list: [1, closure], get computed() { return 1; } };`;
    const text = w3c(`<script>${escapeXml(script)}</script><state id="s">
      <transition event="go"><log expr="typeof closure + holder.list[0] + typeof holder.list[1]"/></transition></state>`);
    const session = new OneSession(text, { datamodel, forgetful: true });
    const [report] = effects(await session.start(), 'send');
    expect(report?.event).toEqual({
      name: 'error.platform.snapshot',
      type: 'platform',
      data: { unsaved: expect.arrayContaining(['closure', 'holder.computed']) },
    });
    const result = await session.tell('go');
    expect(logs(result)).toEqual(['function1function']);
    expect(effects(result, 'send')).toEqual([]);
  });
});

it('refuses a snapshot that is damaged, of another format, or of another chart', async () => {
  const session = new OneSession(w3c('<state id="s"><transition event="x"/></state>'), { forgetful: true });
  const { snapshot } = await session.start();
  for (const damaged of [
    '',
    'x',
    '{}',
    snapshot.slice(0, 40),
    snapshot.replace('"format":1', '"format":99'),
    snapshot.replaceAll('"s"', '"t"'),
    snapshot.slice(0, -3),
  ]) {
    session.pool.forget('s');
    const request = { session: 's', application: 'test', step: 1, snapshot: damaged, event: { name: 'x' }, now: 0 };
    const result = await session.pool.deliver(request);
    expect(result).toMatchObject({ status: 'failed', failure: { reason: 'snapshot' } });
  }
});
