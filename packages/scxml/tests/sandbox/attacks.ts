/** Code that must not get out of the sandbox, with what the session itself may see of it. */
export interface Escape {
  readonly name: string;
  /** An expression; its value is logged. */
  readonly expression: string;
  readonly sees: string;
}

const reach = 'typeof process + typeof require + typeof fetch + typeof setTimeout + typeof WebAssembly';
const nothing = 'undefinedundefinedundefinedundefinedundefined';

export const escapes: readonly Escape[] = [
  {
    name: 'the constructor of this',
    expression: `this.constructor.constructor('return ${reach}')()`,
    sees: nothing,
  },
  {
    name: 'the constructor of event data',
    expression: `_event.data.constructor.constructor('return ${reach}')()`,
    sees: nothing,
  },
  { name: 'a host function', expression: `In.constructor('return ${reach}')()`, sees: nothing },
  {
    name: 'a function of the prelude',
    expression: `host_call.constructor('return ${reach}')()`,
    sees: nothing,
  },
  {
    name: 'an exception that a host function throws',
    expression: `(function () { try { In({ toString: function () { throw new Error('x'); } }); } catch (e) { return e.constructor.constructor('return ${reach}')(); } })()`,
    sees: nothing,
  },
  {
    name: 'an exception made by an exhausted stack',
    expression: `(function () { try { (function f() { f(); })(); } catch (e) { return e.constructor.constructor('return ${reach}')(); } })()`,
    sees: nothing,
  },
  {
    name: 'the prototype of event data',
    expression: `(function () { _event.data.__proto__.polluted = 1; return String(({}).polluted); })()`,
    sees: 'undefined',
  },
  {
    name: 'the prototype of arrays',
    expression: `(function () { try { Array.prototype.push = function () { return 'mine'; }; } catch (e) {} return String([].push(1)); })()`,
    sees: '1',
  },
  { name: 'globals', expression: reach, sees: nothing },
  { name: 'indirect eval', expression: `(0, eval)('${reach}')`, sees: nothing },
  {
    name: 'a generator function',
    expression: `Object.getPrototypeOf(function* () {}).constructor('yield ${reach}')().next().value`,
    sees: nothing,
  },
  { name: 'a promise job', expression: 'typeof Promise', sees: 'undefined' },
  { name: 'a proxy', expression: 'typeof Proxy', sees: 'undefined' },
  {
    name: 'shared memory',
    expression: 'typeof SharedArrayBuffer + typeof Atomics + typeof ArrayBuffer',
    sees: 'undefinedundefinedundefined',
  },
  {
    name: 'dynamic import',
    expression: "String(eval(\"try { import('fs') } catch (e) { 'refused' }\"))",
    sees: 'refused',
  },
];

/** Code that tries to stop the process or to exhaust its memory. */
export const bombs: Readonly<Record<string, string>> = {
  'an endless loop': 'while (true) {}',
  'an endless loop inside try': 'while (true) { try { while (true) {} } catch (e) {} finally { continue; } }',
  'a regular expression that backtracks': "/(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')",
  'an array that grows': 'var a = []; while (true) a.push({ x: 1 });',
  'a string that grows': "var s = 'x'; while (true) s += s + 'y';",
  'many small strings': "var a = []; for (var i = 0; ; i += 1) a.push('chunk' + i + 'chunk' + i);",
  'searching a sparse array': 'var a = []; a.length = Math.pow(2, 32) - 1; a.indexOf(1);',
  'reversing a sparse array': 'var a = []; a.length = Math.pow(2, 32) - 1; a.reverse();',
  'joining a sparse array': 'new Array(Math.pow(2, 32) - 1).join();',
  'filling a huge array': 'new Array(1e9).fill(0);',
  'Array.from of a huge length': 'Array.from({ length: 1e9 });',
  'splitting a huge string': "'x'.repeat(Math.pow(2, 28)).split('');",
  'an endless sort':
    'var a = []; for (var i = 0; i < 1e5; i += 1) a.push(i % 977); while (true) a.sort(function (x, y) { return y - x; });',
  'deeply nested JSON': "JSON.parse('['.repeat(200000) + ']'.repeat(200000));",
  'deeply nested source': "eval('['.repeat(100000) + ']'.repeat(100000));",
  'concatenating holes': 'Array.prototype.concat.apply([], new Array(1e8));',
  'endless recursion': '(function f() { return f() + 1; })();',
  'recursion through toString': 'var o = { toString: function () { return String(o); } }; String(o);',
  'recursion through JSON': 'var o = { toJSON: function () { return JSON.stringify(o); } }; JSON.stringify(o);',
  'a getter that never returns': 'var o = { get x() { while (true) {} } }; o.x;',
  'throwing something that never converts':
    'throw { toString: function () { while (true) {} }, get name() { while (true) {} } };',
  'an error whose message never converts':
    "var e = new Error('x'); Object.defineProperty(e, 'message', { get: function () { while (true) {} } }); throw e;",
};
