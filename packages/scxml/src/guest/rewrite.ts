import type { Dialect } from '../api/application.js';
import type { SessionNames } from '../chart/chart.js';
import type { Expression } from '../chart/unit.js';
import { realmNames, reservedPrefix, systemNames } from './realm-names.js';
import type { FreeReference, ScopeAnalysis } from './scopes.js';
import { type AnyNode, nameOf, nodeAt, nodesAt } from './syntax-tree.js';

/** What rewriting needs to know about an application and its realm. */
export interface RewriteContext {
  readonly dialect: Dialect;
  readonly names: SessionNames;
  /** Names that the prelude adds to the realm. */
  readonly preludeNames: ReadonlySet<string>;
  /** Texts of the functions that can be created again, by number; rewriting appends to it. */
  readonly functions: string[];
  /** How many closures have a number. */
  readonly closures: { count: number };
  /** Code adds to objects of the language: the realm has to know which session is running. */
  readonly hasExtensions: boolean;
}

/** Guest code for one expression or script. */
export interface GuestCode {
  /** Expressions: parenthesised. */
  readonly text: string;
  /** Must run inside `with` because names are resolved when it runs. */
  readonly dynamic: boolean;
  readonly readsEvent: boolean;
  /** Session names that code with a dynamic scope declares. */
  readonly declared: ReadonlySet<string>;
}

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly text: string;
  /** At the same position closing insertions come first, inner ones before outer ones, then opening ones, then replacements. */
  readonly order: number;
}

/** The text that was parsed: expressions are parsed in parentheses. */
export function parsedText(expression: Pick<Expression, 'source' | 'mode'>): string {
  return expression.mode === 'script' ? expression.source : `(${expression.source}\n)`;
}

/**
 * What stands for a free name in generated code: a property of the session's scope object, or undefined if the name
 * belongs to the realm. In the `ors` dialect a name that is both data and a global is one variable, kept below `_data`.
 */
export function resolveName(name: string, context: RewriteContext): string | undefined {
  const { names, dialect } = context;
  if (name === '_ioprocessors') return '__$g(__$s)';
  if (systemNames.has(name)) return `__$y.${name}`;
  if (dialect === 'ors' && name === '_data') return '__$s._data';
  if (names.data.has(name)) return dialect === 'ors' ? `__$s._data.${name}` : `__$s.${name}`;
  if (names.globals.has(name)) return `__$s.${name}`;
  const shared = realmNames.has(name) || context.preludeNames.has(name);
  if (dialect === 'ors' && names.inferredData.has(name) && !shared) return `__$s._data.${name}`;
  if (names.implicit.has(name) && !shared) return `__$s.${name}`;
  return undefined;
}

/** True for names that authors must not assign. */
export function isReadOnly(name: string, dialect: Dialect): boolean {
  return systemNames.has(name) || (dialect === 'ors' && name === '_data');
}

/** Translates a well-formed expression or script into guest code. Line breaks are kept, so that lines still count. */
export function rewrite(expression: Expression, context: RewriteContext): GuestCode {
  const analysis = expression.syntax?.scopes;
  if (analysis === undefined) throw new TypeError('Only well-formed expressions can be rewritten.');
  const source = parsedText(expression);
  const readsEvent = analysis.dynamic || analysis.free.some((found) => found.name === '_event');
  if (analysis.dynamic) {
    const edits: Edit[] = [];
    const prologue = dynamicFunctions(analysis, source, expression.idPrefix, context, edits);
    const text = prologue + applyEdits(source, 0, source.length, edits);
    return { text, dynamic: true, readsEvent, declared: analysis.declared };
  }
  const edits: Edit[] = [];
  for (const found of analysis.free) editReference(found, expression, context, edits);
  editDeclarations(analysis, source, edits);
  editToSource(analysis, source, edits);
  const published = new Set(analysis.declaredFunctions.map(({ node }) => node));
  const isInner = (node: AnyNode): boolean => node.type === 'FunctionDeclaration' && !published.has(node);
  const inner = analysis.functions.map(({ node }) => node).filter(isInner);
  editClosures([...inner, ...analysis.closures], analysis, source, context, edits);
  const prologue = editFunctions(analysis, source, context, edits);
  const body = applyEdits(source, 0, source.length, edits);
  return { text: prologue + body, dynamic: false, readsEvent, declared: analysis.declared };
}

function editReference(found: FreeReference, expression: Expression, context: RewriteContext, edits: Edit[]): void {
  const { name, start, end, role } = found;
  const replace = (text: string): void => {
    edits.push({ at: start, remove: end - start, text: found.shorthand ? `${name}: ${text}` : text, order: 5 });
  };
  if (role === 'write' && isReadOnly(name, context.dialect)) {
    replace(`__$r(${JSON.stringify(name)})._`);
  } else if (name === '_my_prefix' && context.dialect === 'ors') {
    replace(`(${JSON.stringify(expression.idPrefix)})`);
  } else if (name === 'arguments') {
    replace('(void 0)');
  } else {
    const target = resolveName(name, context);
    if (target !== undefined) replace(role === 'call' ? `(0,${target})` : target);
  }
}

function applyEdits(source: string, start: number, end: number, edits: readonly Edit[]): string {
  const inside = edits.filter((edit) => edit.at >= start && edit.at + edit.remove <= end);
  inside.sort((a, b) => a.at - b.at || a.order - b.order);
  let text = '';
  let at = start;
  for (const edit of inside) {
    text += source.slice(at, edit.at) + edit.text;
    at = edit.at + edit.remove;
  }
  return text + source.slice(at, end);
}

const statementLists = new Set(['Program', 'BlockStatement', 'SwitchCase', 'StaticBlock']);

/** `var a = 1, b` becomes assignments to the session. */
function editDeclarations(analysis: ScopeAnalysis, source: string, edits: Edit[]): void {
  for (const { node, parent } of analysis.declarations) {
    // The parser guarantees these shapes: a declaration has declarators with a pattern and perhaps a value.
    const declarators = node.declarations as { id: AnyNode; init: AnyNode | null; start: number; end: number }[];
    const first = declarators[0];
    if (first === undefined) continue;
    const inList = statementLists.has(parent.type);
    const isLoopTarget = parent.type === 'ForInStatement' || parent.type === 'ForOfStatement';
    edits.push({ at: node.start, remove: first.start - node.start, text: inList ? ';' : '', order: 3 });
    for (const declarator of declarators) {
      const isPattern = declarator.id.type !== 'Identifier';
      if (declarator.init === null && !isLoopTarget) {
        const keep = node.kind === 'var' ? 'void 0, ' : '';
        edits.push({ at: declarator.start, remove: 0, text: keep === '' ? '' : '(0, ', order: 3 });
        edits.push({ at: declarator.end, remove: 0, text: keep === '' ? ' = void 0' : ')', order: 1 });
      } else if (isPattern && !isLoopTarget) {
        edits.push({ at: declarator.start, remove: 0, text: '(', order: 3 });
        edits.push({ at: declarator.end, remove: 0, text: ')', order: 1 });
      }
    }
    if (inList && source[node.end - 1] !== ';') edits.push({ at: node.end, remove: 0, text: ';', order: 2 });
  }
}

/** `x.toSource()` becomes a call of the guest's own function: not every realm may have its prototypes extended. */
function editToSource(analysis: ScopeAnalysis, source: string, edits: Edit[]): void {
  for (const call of analysis.toSourceCalls) {
    const callee = call.callee as { object: { start: number; end: number } };
    edits.push({ at: call.start, remove: 0, text: '__$t(', order: 3 });
    edits.push({ at: callee.object.end, remove: call.end - callee.object.end, text: ')', order: 0 });
    // Keep the line count of what was between the object and the end of the call.
    const breaks = source.slice(callee.object.end, call.end).replace(/[^\n]/g, '');
    if (breaks !== '') edits.push({ at: call.end, remove: 0, text: breaks, order: 0 });
  }
}

interface Wrapping {
  readonly node: AnyNode;
  readonly start: number;
  readonly end: number;
  readonly edits: readonly Edit[];
}

/**
 * Gives every function that is no closure its number, so that a stored session finds it again. Returns the assignments
 * that publish declared functions in the session; declarations themselves stay where they are.
 */
function editFunctions(analysis: ScopeAnalysis, source: string, context: RewriteContext, edits: Edit[]): string {
  const published = new Map(analysis.declaredFunctions.map((found) => [found.node, found]));
  const numbered: { number: number; node: AnyNode; methodKey: string | undefined }[] = [];
  const wrappings: Wrapping[] = [];
  for (const { node, methodKey } of analysis.functions) {
    const isDeclaration = node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration';
    if (isDeclaration && !published.has(node)) continue;
    const number = context.functions.length + numbered.length;
    if (!isDeclaration) {
      const wrapping = wrap(node, methodKey, number, source);
      if (wrapping === undefined) continue;
      wrappings.push(wrapping);
    }
    numbered.push({ number, node, methodKey });
  }
  const numbers = new Map(numbered.map(({ node, number }) => [node, number]));
  let prologue = '';
  for (const { node, name, block } of analysis.declaredFunctions) {
    const publish = publication(name, numbers.get(node), context);
    if (node.type === 'ClassDeclaration') edits.push({ at: node.end, remove: 0, text: ` ${publish}`, order: 0 });
    else if (block === undefined) prologue += publish;
    else edits.push({ at: block.start + 1, remove: 0, text: publish, order: 2 });
  }
  for (const { node, methodKey } of numbered) {
    const inner = edits.filter((edit) => edit.remove > 0 || (edit.at > node.start && edit.at < node.end));
    for (const wrapping of wrappings) {
      const isInside = wrapping.node !== node && wrapping.start > node.start && wrapping.end <= node.end;
      if (isInside) inner.push(...wrapping.edits);
    }
    const text = applyEdits(source, node.start, node.end, inner);
    context.functions.push(methodKey === undefined ? text : methodText(node, methodKey, text));
  }
  for (const wrapping of wrappings) edits.push(...wrapping.edits);
  return prologue;
}

function publication(name: string, number: number | undefined, context: RewriteContext): string {
  const value = number === undefined ? name : `__$f(${number}, ${name})`;
  return `${resolveName(name, context) ?? `__$s.${name}`} = ${value};`;
}

function methodText(node: AnyNode, key: string, text: string): string {
  const prefix = `${node.async === true ? 'async ' : ''}${node.generator === true ? '*' : ''}`;
  return `({ ${prefix}${key}${text} }).${key}`;
}

/** `function () {}` becomes `number(function () {})`, `{ key() {} }` becomes `{ key: number({ key() {} }.key) }`. */
function wrap(node: AnyNode, methodKey: string | undefined, number: number, source: string): Wrapping | undefined {
  if (methodKey === undefined) {
    const edits = [
      { at: node.start, remove: 0, text: `__$f(${number}, `, order: 4 },
      { at: node.end, remove: 0, text: ')', order: 0 },
    ];
    return { node, start: node.start, end: node.end, edits };
  }
  // The method's key stands directly before the parameters; `async` and `*` stand before the key.
  const match = /(?:async\s+)?(?:\*\s*)?[\w$\u0080-\uffff]+\s*$/.exec(source.slice(0, node.start));
  if (match === null) return undefined;
  const edits = [
    { at: match.index, remove: 0, text: `${methodKey}: __$f(${number}, ({ `, order: 4 },
    { at: node.end, remove: 0, text: ` }).${methodKey})`, order: 0 },
  ];
  return { node, start: match.index, end: node.end, edits };
}

/**
 * Gives closures, and inner functions that have no other number, their numbers, so that those which the code of the start
 * makes can be found again when it runs again. Methods, classes and declarations in blocks have none.
 */
function editClosures(
  closures: readonly AnyNode[],
  analysis: ScopeAnalysis,
  source: string,
  context: RewriteContext,
  edits: Edit[],
): void {
  const all = [...analysis.functions.map(({ node }) => node), ...analysis.closures];
  for (const node of closures) {
    if (node.type === 'FunctionDeclaration') {
      const at = declarationsBegin(node, all);
      const name = nodeAt(node, 'id');
      if (at === undefined || name === undefined) continue;
      const text = ` __$c(${nextClosure(context)}, ${nameOf(name)}, __$s);`;
      edits.push({ at, remove: 0, text, order: 2 });
    } else if (isPlainFunction(node, source)) {
      edits.push({ at: node.start, remove: 0, text: `__$c(${nextClosure(context)}, `, order: 4 });
      edits.push({ at: node.end, remove: 0, text: ', __$s)', order: 0 });
    }
  }
}

function nextClosure({ closures }: RewriteContext): number {
  closures.count += 1;
  return closures.count;
}

/** Not the value of a method or an accessor, whose text begins with its parameters. */
function isPlainFunction(node: AnyNode, source: string): boolean {
  if (node.type === 'ArrowFunctionExpression') return true;
  return (
    node.type === 'FunctionExpression' && /^(?:async\s+)?function\b/.test(source.slice(node.start, node.start + 60))
  );
}

/** Where the body of the function begins whose direct declaration a node is, after its directives. */
function declarationsBegin(node: AnyNode, functions: readonly AnyNode[]): number | undefined {
  for (const outer of functions) {
    const body = nodeAt(outer, 'body');
    const statements = body === undefined ? [] : nodesAt(body, 'body');
    if (body === undefined || !statements.includes(node)) continue;
    const directive = statements.filter((statement) => 'directive' in statement).at(-1);
    return directive === undefined ? body.start + 1 : directive.end;
  }
  return undefined;
}

/**
 * Gives the outermost functions of a text with a dynamic scope their numbers; the factories re-create that scope. What
 * is inside of functions, or of a `with` statement of the author's, may depend on names that nobody can see here.
 */
function dynamicFunctions(
  analysis: ScopeAnalysis,
  source: string,
  idPrefix: string,
  context: RewriteContext,
  edits: Edit[],
): string {
  const published = new Map(analysis.declaredFunctions.map((found) => [found.node, found]));
  const holders = [...analysis.functions.map(({ node }) => node), ...analysis.closures, ...analysis.withStatements];
  const prefix = `var _my_prefix = ${JSON.stringify(idPrefix)}; ${dynamicScope(context.dialect)}`;
  const keep = (text: string): number =>
    context.functions.push(`(function () { ${prefix} { return ${text}; } })()`) - 1;
  const numbers = new Map<AnyNode, number>();
  const inner: AnyNode[] = [];
  for (const { node, methodKey } of analysis.functions) {
    if (holders.some((outer) => outer !== node && outer.start <= node.start && outer.end >= node.end)) {
      inner.push(node);
      continue;
    }
    const text = source.slice(node.start, node.end);
    if (published.has(node)) {
      numbers.set(node, keep(text));
    } else if (!/Declaration$/.test(node.type)) {
      const wrapping = wrap(node, methodKey, context.functions.length, source);
      if (wrapping === undefined) continue;
      keep(methodKey === undefined ? text : methodText(node, methodKey, text));
      edits.push(...wrapping.edits);
    }
  }
  editClosures([...inner, ...analysis.closures], analysis, source, context, edits);
  let prologue = '';
  for (const { node, name, block } of analysis.declaredFunctions) {
    if (block !== undefined || node.type !== 'FunctionDeclaration') continue;
    prologue += publication(name, numbers.get(node), context);
  }
  return prologue;
}

/** The `with` statements around code whose names are resolved when it runs: globals win over data. */
export function dynamicScope(dialect: Dialect): string {
  return dialect === 'ors' ? 'with (__$v) with (__$s._data) with (__$s)' : 'with (__$v) with (__$s)';
}

/** True if the text uses names that generated code keeps for itself. */
export function usesReservedName(source: string): boolean {
  return source.includes(reservedPrefix);
}
