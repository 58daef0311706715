import { describe, expect, it } from 'vitest';
import { escapeXml } from '../../src/xml/write-xml.js';
import { logs, OneSession, w3c } from '../one-session.js';

/** What top-level scripts declare is the session's, whatever form the declaration has. Value: what `expr` then is. */
const cases: [script: string, expr: string, value: string][] = [
  ['var a = 1, b, c = a + 1;', 'a + typeof b + c', '1undefined2'],
  ['let a = 1; const b = 2;', 'a + b', '3'],
  [
    'var { a, b: [c, d = 4], ...e } = { a: 1, b: [2], x: 3, y: 4 };',
    'JSON.stringify([a, c, d, e])',
    '[1,2,4,{"x":3,"y":4}]',
  ],
  ['var [a, , b = 7] = [1, 2];', 'a + b', '8'],
  ['f(); function f() { g = 5; } var g;', 'g', '5'],
  ['function f(n) { return n < 2 ? 1 : n * f(n - 1); }', 'f(5)', '120'],
  ['var f = function g(n) { return n < 1 ? 0 : 1 + g(n - 1); };', 'f(3)', '3'],
  ['for (var i = 0, s = 0; i < 3; i += 1) s += i;', 's + i', '6'],
  ['for (var k in { x: 1, y: 2 }) {}', 'k', 'y'],
  ['for (var [k, v] of [[1, 2]]) {}', 'k + v', '3'],
  ['for (let j = 0; j < 3; j += 1) {} var t = typeof j;', 't', 'undefined'],
  ['if (true) { function inner() { return 1; } }', 'inner()', '1'],
  ['{ let hidden = 1; var seen = hidden; }', 'seen + typeof hidden', '1undefined'],
  ['switch (1) { case 1: var a = 2; break; }', 'a', '2'],
  ['try { throw 1 } catch (e) { var caught = e; }', 'caught + typeof e', '1undefined'],
  ['undeclared = 5;', 'undeclared', '5'],
  ['(function () { inside = 6; })();', 'inside', '6'],
  [
    'class A { constructor(x) { this.x = x; } twice() { return this.x * 2; } static make() { return new A(4); } }',
    'A.make().twice()',
    '8',
  ],
  [
    'var o = { n: 2, f() { return this.n; }, get g() { return this.n + 1; }, ["c" + 1]: 5 };',
    'o.f() + o.g + o.c1',
    '10',
  ],
  ['var n = 1; var o = { n, m: { n } };', 'o.n + o.m.n', '2'],
  ['var a = 1; ({ a } = { a: 9 });', 'a', '9'],
  ['var a = 1; [a] = [8];', 'a', '8'],
  ['var x = 1; var f = (x) => x + 1;', 'f(5) + x', '7'],
  ['var f = ({ a, b = a }) => a + b;', 'f({ a: 2 })', '4'],
  ['function f() { return arguments.length; }', 'f(1, 2, 3)', '3'],
  ['function f() { return this === undefined || typeof this; }', 'f()', 'object'],
  [`var s = \`a\${1 + 1}b\`; function tag(p, v) { return p[0] + v; } var t = tag\`x\${3}\`;`, 's + t', 'a2bx3'],
  ['var i = 1; i++; i += 2; ++i;', 'i', '5'],
  ['var a = 1\nvar b = 2\n;[a, b] = [b, a]', 'a + "" + b', '21'],
  ['label: for (var i = 0; ; i += 1) { if (i > 3) break label; }', 'i', '4'],
  ['var gen = function* () { yield 1; yield 2; }', 'Array.from(gen()).join()', '1,2'],
  ['var a = 1; eval("var b = a + 1; a = 10;");', 'a', '10'],
  ['var o = { p: 1 }; with (o) { p = 2; var q = p; }', 'o.p + q', '4'],
  ['var a = [3, 1, 2]; a.sort(function (x, y) { return x - y; });', 'a.join()', '1,2,3'],
  ['var o = {}; o.toString = function () { return "mine"; };', '"" + o', 'mine'],
  ['var e = new Error("x"); e.message = "y"; e.name = "Mine";', 'String(e)', 'Mine: y'],
  [
    'function F() {} F.prototype.constructor = F; F.prototype.toString = function () { return "F!"; };',
    '"" + new F()',
    'F!',
  ],
  [
    'var d = new Date(0); var iso = d.toISOString(), isDate = d instanceof Date && new Date() instanceof Date;',
    'iso + isDate',
    '1970-01-01T00:00:00.000Ztrue',
  ],
  ['var a = 1; delete a;', 'typeof a', 'undefined'],
  ['var In2 = In("s");', 'In2', 'true'],
];

describe.each(['sandbox', 'trusted'] as const)('scripts, %s', (datamodel) => {
  it.each(cases)('%s', async (script, expr, value) => {
    const log = `<log expr="${escapeXml(expr)}"/>`;
    const text = w3c(
      `<state id="s"><onentry><script>${escapeXml(script)}</script>${log}</onentry><transition event="again">${log}</transition>
       <transition event="error"><log expr="'error ' + _event.data.reason"/></transition></state>`,
    );
    const session = new OneSession(text, { datamodel });
    const inside = logs(await session.start());
    // Numbers and strings log the same text.
    expect(inside).toEqual([value]);
    expect(logs(await session.tell('again'))).toEqual(inside);
  });

  it('keeps data and functions when the session is stored in between', async () => {
    const lost = new Set(['get g()', 'eval(', 'with (o)', 'this === undefined']);
    for (const [script, expr, value] of cases) {
      if ([...lost].some((part) => script.includes(part))) continue;
      const text = w3c(
        `<script>${escapeXml(script)}</script><state id="s"><transition event="again"><log expr="${escapeXml(expr)}"/></transition>
         <transition event="error"><log expr="'error ' + _event.data.reason"/></transition></state>`,
      );
      const session = new OneSession(text, { datamodel, forgetful: true });
      await session.start();
      const result = await session.tell('again');
      expect([script, ...logs(result)]).toEqual([script, script.includes('In2') ? 'false' : value]);
    }
  });

  it('refuses to assign system variables, in every form', async () => {
    const forms = [
      '_event = 1',
      '_sessionid = 1',
      '_name += "x"',
      '_ioprocessors = {}',
      '_x = 1',
      '[_event] = [1]',
      '({ a: _name } = {})',
      '_event.name = "x"',
      'for (_event in {a: 1}) {}',
      '_name++',
    ];
    for (const form of forms) {
      const isField = form.startsWith('_event.');
      const strict = isField ? `'use strict'; ${form}` : form;
      const text = w3c(
        `<state id="s"><transition event="go"><script>(function () { ${escapeXml(strict)}; })()</script></transition>
         <transition event="error"><log expr="_event.data.reason.split(':')[0] + typeof _sessionid + typeof _name"/></transition></state>`,
      );
      const session = new OneSession(text, { datamodel });
      await session.start();
      expect([form, ...logs(await session.tell('go'))]).toEqual([form, 'TypeErrorstringstring']);
    }
  });
});
