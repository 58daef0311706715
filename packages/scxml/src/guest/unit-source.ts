import type { Chart } from '../chart/chart.js';
import type { Expression, Unit, ValueSource } from '../chart/unit.js';
import { dynamicScope, type GuestCode, isReadOnly, type RewriteContext, resolveName, rewrite } from './rewrite.js';

/** Guest code of a unit: the text of a function `(scope, event, argument)`. */
export interface UnitSource {
  readonly text: string;
  /** The current event must be set when the unit runs. */
  readonly readsEvent: boolean;
}

/**
 * Generates the guest function of a unit.
 *
 * `__$s` is the session's scope, `__$n` the current event as JSON text (undefined if the realm has it already),
 * `__$a` the argument: start parameters (data), the value (store), the position or -1 (foreach).
 * The realm provides the other names, see `realm.source.ts`. `isStart`: the unit runs once, at the start of a session.
 */
export function unitSource(unit: Unit, chart: Chart, context: RewriteContext, isStart: boolean): UnitSource {
  const writer = new UnitWriter(chart, context);
  const closures = context.closures.count;
  const written = writer.body(unit);
  const body =
    isStart && context.closures.count > closures
      ? `__$k[0] += 1; try { ${written} } finally { __$k[0] -= 1; }`
      : written;
  const readsEvent = writer.readsEvent || (chart.functionsReadEvent && unit.kind !== 'store');
  const event = readsEvent ? 'if (__$n !== void 0) __$e(__$n); ' : '';
  const session = context.hasExtensions ? '__$u[0] = __$s; ' : '';
  return { text: `function (__$s, __$n, __$a) { ${session}${event}${body} }`, readsEvent };
}

/** Guest code that declares every name of a session, for code that resolves names when it runs. */
export function declarationSource(chart: Chart): string {
  const { names, dialect } = chart;
  const own = [...names.globals, ...names.implicit].filter((name) => dialect !== 'ors' || !names.data.has(name));
  const data = dialect === 'ors' ? [] : [...names.data];
  const list = [...new Set([...own, ...data])];
  const statements = list.map((name) => `if (!(${JSON.stringify(name)} in __$s)) __$s.${name} = void 0;`);
  return `function (__$s) { ${statements.join(' ')} }`;
}

class UnitWriter {
  readsEvent = false;

  constructor(
    private readonly chart: Chart,
    private readonly context: RewriteContext,
  ) {}

  body(unit: Unit): string {
    switch (unit.kind) {
      case 'condition':
        return this.use(unit.expression, (text) => `return !!${text};`);
      case 'script':
        return this.use(unit.expression, (text) => `${text}\n`);
      case 'values':
        return this.values(unit.expressions);
      case 'assign':
        return `__$i[0] = 0; ${this.value(unit.value, (text) => `__$a = ${text};`)} ${this.store(unit.location)}`;
      case 'store':
        return this.store(unit.location);
      case 'foreach':
        return this.foreach(unit.array, unit.item, unit.index);
      case 'data':
        return this.data(unit);
    }
  }

  /** Statements that use an expression; faulty ones throw instead. */
  private use(expression: Expression, statement: (text: string) => string): string {
    const code = this.code(expression);
    if (typeof code === 'string') return code;
    return code.dynamic ? `${this.dynamic(expression)} { ${statement(code.text)} }` : statement(code.text);
  }

  private code(expression: Expression): GuestCode | string {
    if (expression.error !== undefined) return `throw new SyntaxError(${JSON.stringify(expression.error)});`;
    const code = rewrite(expression, this.context);
    if (code.readsEvent) this.readsEvent = true;
    return code;
  }

  private dynamic(expression: Expression): string {
    const prefix = this.chart.dialect === 'ors' ? `var _my_prefix = ${JSON.stringify(expression.idPrefix)}; ` : '';
    return `${prefix}var _ioprocessors = __$g(__$s); ${dynamicScope(this.chart.dialect)}`;
  }

  private value(source: ValueSource, statement: (text: string) => string): string {
    switch (source.kind) {
      case 'expression':
        return this.use(source.expression, statement);
      case 'json': {
        const text = JSON.stringify(source.value);
        // In an object literal __proto__ would set the prototype.
        return statement(text.includes('__proto__') ? `__$p(${JSON.stringify(text)})` : `(${text})`);
      }
      case 'xml':
        return statement(`__$m(${JSON.stringify(source.text)})`);
      case 'fault':
        return `throw new Error(${JSON.stringify(source.message)});`;
    }
  }

  private values(expressions: readonly { expression: Expression; lenient: boolean }[]): string {
    const statements = expressions.map(({ expression, lenient }, at) => {
      if (!lenient) return `__$i[0] = ${at}; ${this.use(expression, (text) => `__$b[${at}] = ${text};`)}`;
      const literal = `__$b[${at}] = ${JSON.stringify(stripQuotes(expression.source))};`;
      if (expression.error !== undefined) return literal;
      const evaluate = this.use(expression, (text) => `__$b[${at}] = ${text};`);
      const useless = `__$b[${at}] === void 0 || typeof __$b[${at}] === 'function'`;
      return `try { ${evaluate} if (${useless}) { ${literal} } } catch (__$x) { ${literal} }`;
    });
    return `var __$b = {}; ${statements.join('\n')} return __$j(__$b);`;
  }

  /** Writes `__$a` to a location. */
  private store(location: Expression): string {
    const name = simpleName(location);
    if (location.error !== undefined || name === undefined) {
      const strict = this.use(location, (text) => `(function () { 'use strict'; ${text} = __$a; })();`);
      return `__$i[0] = 1; ${strict}`;
    }
    if (isReadOnly(name, this.chart.dialect)) return `__$i[0] = 1; __$r(${JSON.stringify(name)});`;
    const target = resolveName(name, this.context);
    if (target === undefined) {
      return `__$i[0] = 1; throw new ReferenceError(${JSON.stringify(`${name} is not declared.`)});`;
    }
    return `${target} = __$a;`;
  }

  private foreach(array: Expression, item: Expression, index: Expression | undefined): string {
    const faults = [item, index].filter((location) => location?.error !== undefined);
    const fault = faults[0]?.error === undefined ? '' : `throw new SyntaxError(${JSON.stringify(faults[0].error)});`;
    const opening = this.use(array, (text) => `var __$b = ${text}; ${fault} return __$o(__$b);`);
    if (fault !== '') return opening;
    const position = index === undefined ? '' : `__$a = __$c; ${this.store(index)}`;
    return (
      `if (__$a === -1) { __$i[0] = 0; ${opening} } ` +
      `var __$c = __$a; __$a = __$l[__$l.length - 1][__$c]; ${this.store(item)} ${position}`
    );
  }

  private data(unit: Extract<Unit, { kind: 'data' }>): string {
    const isOrs = this.chart.dialect === 'ors';
    const start = unit.start ? `${isOrs ? '__$s._data = {}; ' : ''}if (__$a !== void 0) __$a = __$p(__$a); ` : '';
    const items = unit.items.map((item, at) => {
      const { id } = item;
      const target = resolveName(id, this.context) ?? `__$s${isOrs ? '._data' : ''}[${JSON.stringify(id)}]`;
      const source = item.value;
      const initial =
        source === undefined
          ? `${target} = void 0;`
          : source.kind === 'json' || source.kind === 'xml'
            ? this.value(source, (text) => `${target} = ${text};`)
            : `try { ${this.value(source, (text) => `${target} = ${text};`)} } ` +
              `catch (__$x) { ${target} = void 0; (__$q || (__$q = [])).push([${at}, __$d(__$x)]); }`;
      const key = JSON.stringify(id);
      const given = unit.start ? `if (__$a !== void 0 && __$h(__$a, ${key})) ${target} = __$a[${key}]; else ` : '';
      return `__$i[0] = ${at}; ${given}{ ${initial} }`;
    });
    return `var __$q; ${start}${items.join('\n')} return __$q === void 0 ? void 0 : __$j(__$q);`;
  }
}

/** The name, if a location is nothing but a name. */
function simpleName(location: Expression): string | undefined {
  const text = location.source.trim();
  return /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(text) ? text : undefined;
}

/** `'text'` and `"text"` without their quotes. */
export function stripQuotes(text: string): string {
  const trimmed = text.trim();
  return /^(['"])(.*)\1$/s.exec(trimmed)?.[2] ?? trimmed;
}
