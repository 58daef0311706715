import type { Program } from 'acorn';
import {
  type AnyNode,
  boundNames,
  childNodes,
  functionTypes,
  hoistedNames,
  isNode,
  lexicalNames,
  nameOf,
  nodeAt,
  nodesAt,
} from './syntax-tree.js';

/** How an identifier that is not local to the text is used. */
export type ReferenceRole = 'read' | 'write' | 'call';

export interface FreeReference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly role: ReferenceRole;
  /** `{x}`: the replacement has to repeat the key. */
  readonly shorthand: boolean;
}

/** A function or class that depends on nothing but the session, so that it can be created again from its text. */
export interface RestorableFunction {
  readonly node: AnyNode;
  /** A method of an object literal: its text is only meaningful inside one. */
  readonly methodKey: string | undefined;
}

/** What a text says about names. */
export interface ScopeAnalysis {
  readonly free: readonly FreeReference[];
  readonly functions: readonly RestorableFunction[];
  /** Number of functions and classes that are closures. */
  readonly closures: readonly AnyNode[];
  /** `var`, `let` and `const` declarations that belong to the session. */
  readonly declarations: readonly { readonly node: AnyNode; readonly parent: AnyNode }[];
  /** Function and class declarations that belong to the session; `block` is where a nested one stands. */
  readonly declaredFunctions: readonly {
    readonly node: AnyNode;
    readonly name: string;
    readonly block: AnyNode | undefined;
  }[];
  /** Names that the text declares in the session. */
  readonly declared: ReadonlySet<string>;
  /** `obj.toSource()` calls: the node of the call. */
  readonly toSourceCalls: readonly AnyNode[];
  /** `with` statements: what is inside of one cannot be created again without it. */
  readonly withStatements: readonly AnyNode[];
  /** Direct `eval` or `with`: names are resolved when it runs. */
  readonly dynamic: boolean;
}

interface Scope {
  readonly names: Set<string>;
  readonly parent: Scope | undefined;
  /** Number of functions open around this scope. */
  readonly functionDepth: number;
}

interface OpenFunction {
  captures: boolean;
  readonly arrow: boolean;
  readonly isClass: boolean;
}

/**
 * Finds out which identifiers of a program are its own and which belong to the session. Top-level declarations
 * (`var`, `let`, `const`, functions, classes) belong to the session; those inside functions and blocks are local.
 */
export function analyseScopes(program: Program): ScopeAnalysis {
  const free: FreeReference[] = [];
  const functions: RestorableFunction[] = [];
  const closures: AnyNode[] = [];
  const declarations: { node: AnyNode; parent: AnyNode }[] = [];
  const declaredFunctions: { node: AnyNode; name: string; block: AnyNode | undefined }[] = [];
  const declared = new Set<string>();
  const toSourceCalls: AnyNode[] = [];
  const withStatements: AnyNode[] = [];
  const open: OpenFunction[] = [];
  let dynamic = false;

  function reference(node: AnyNode, role: ReferenceRole, shorthand: boolean, scope: Scope | undefined): void {
    const name = nameOf(node);
    for (let at = scope; at !== undefined; at = at.parent) {
      if (!at.names.has(name)) continue;
      for (let i = at.functionDepth; i < open.length; i += 1) {
        const entry = open[i];
        if (entry !== undefined) entry.captures = true;
      }
      return;
    }
    if (name === 'arguments' && open.some((entry) => !entry.arrow && !entry.isClass)) {
      captureThis();
      return;
    }
    free.push({ name, start: node.start, end: node.end, role, shorthand });
  }

  /** `this`, `arguments`, `super` and `new.target` belong to the innermost function that is not an arrow function. */
  function captureThis(): void {
    let owner = open.length - 1;
    while (owner >= 0 && open[owner]?.arrow === true) owner -= 1;
    if (owner < 0) return;
    for (let i = owner + 1; i < open.length; i += 1) {
      const entry = open[i];
      if (entry !== undefined) entry.captures = true;
    }
  }

  function scopeOf(names: Set<string>, parent: Scope | undefined): Scope {
    return { names, parent, functionDepth: open.length };
  }

  function visitFunction(node: AnyNode, scope: Scope | undefined, methodKey?: string): void {
    const entry: OpenFunction = { captures: false, arrow: node.type === 'ArrowFunctionExpression', isClass: false };
    open.push(entry);
    const names = new Set<string>();
    const id = nodeAt(node, 'id');
    if (node.type === 'FunctionExpression' && id !== undefined) names.add(nameOf(id));
    for (const parameter of nodesAt(node, 'params')) for (const name of boundNames(parameter)) names.add(name);
    const body = nodeAt(node, 'body');
    if (body?.type === 'BlockStatement') {
      hoistedNames(body, names);
      for (const name of lexicalNames(nodesAt(body, 'body'))) names.add(name);
    }
    const inner = scopeOf(names, scope);
    for (const parameter of nodesAt(node, 'params')) visitPattern(parameter, inner, false);
    if (body?.type === 'BlockStatement') for (const statement of nodesAt(body, 'body')) visit(statement, inner, body);
    else if (body !== undefined) visit(body, inner, node);
    open.pop();
    if (entry.captures) closures.push(node);
    else functions.push({ node, methodKey });
  }

  function visitClass(node: AnyNode, scope: Scope | undefined): void {
    const superClass = nodeAt(node, 'superClass');
    if (superClass !== undefined) visit(superClass, scope, node);
    const entry: OpenFunction = { captures: superClass !== undefined, arrow: false, isClass: true };
    open.push(entry);
    const inner = scopeOf(new Set([nameOf(nodeAt(node, 'id'))]), scope);
    for (const member of nodesAt(nodeAt(node, 'body') ?? node, 'body')) {
      const key = nodeAt(member, 'key');
      if (key !== undefined && member.computed === true) visit(key, inner, member);
      const value = nodeAt(member, 'value');
      if (value !== undefined && functionTypes.has(value.type)) {
        const kept = functions.length;
        visitFunction(value, inner);
        functions.length = kept;
      } else if (value !== undefined) {
        visit(value, inner, member);
      } else if (member.type === 'StaticBlock') {
        visitBlock(nodesAt(member, 'body'), inner, member);
      }
    }
    open.pop();
    if (entry.captures) closures.push(node);
    else functions.push({ node, methodKey: undefined });
  }

  function visitBlock(statements: readonly AnyNode[], scope: Scope | undefined, block: AnyNode): void {
    const inner = scopeOf(lexicalNames(statements), scope);
    for (const statement of statements) visit(statement, inner, block);
  }

  /** `assigning` is true for the target of an assignment, false for a binding. */
  function visitPattern(pattern: AnyNode, scope: Scope | undefined, assigning: boolean): void {
    switch (pattern.type) {
      case 'Identifier':
        if (assigning) reference(pattern, 'write', false, scope);
        return;
      case 'ObjectPattern':
        for (const property of nodesAt(pattern, 'properties')) {
          const value = nodeAt(property, property.type === 'RestElement' ? 'argument' : 'value');
          const key = nodeAt(property, 'key');
          if (key !== undefined && property.computed === true) visit(key, scope, property);
          if (value === undefined) continue;
          if (property.shorthand === true && assigning) {
            const target = value.type === 'AssignmentPattern' ? nodeAt(value, 'left') : value;
            if (target !== undefined) reference(target, 'write', true, scope);
            const fallback = value.type === 'AssignmentPattern' ? nodeAt(value, 'right') : undefined;
            if (fallback !== undefined) visit(fallback, scope, value);
          } else {
            visitPattern(value, scope, assigning);
          }
        }
        return;
      case 'ArrayPattern':
        for (const element of nodesAt(pattern, 'elements')) visitPattern(element, scope, assigning);
        return;
      case 'AssignmentPattern': {
        const left = nodeAt(pattern, 'left');
        const right = nodeAt(pattern, 'right');
        if (left !== undefined) visitPattern(left, scope, assigning);
        if (right !== undefined) visit(right, scope, pattern);
        return;
      }
      case 'RestElement': {
        const argument = nodeAt(pattern, 'argument');
        if (argument !== undefined) visitPattern(argument, scope, assigning);
        return;
      }
      default:
        visit(pattern, scope, pattern);
    }
  }

  function visitDeclaration(node: AnyNode, scope: Scope | undefined, parent: AnyNode): void {
    const inFunction = open.length > 0;
    const ofSession = !inFunction && (node.kind === 'var' || scope === undefined);
    if (ofSession) declarations.push({ node, parent });
    for (const declarator of nodesAt(node, 'declarations')) {
      const id = nodeAt(declarator, 'id');
      const init = nodeAt(declarator, 'init');
      if (id !== undefined) {
        if (ofSession) for (const name of boundNames(id)) declared.add(name);
        visitPattern(id, scope, ofSession);
      }
      if (init !== undefined) visit(init, scope, declarator);
    }
  }

  function visit(node: AnyNode, scope: Scope | undefined, parent: AnyNode): void {
    switch (node.type) {
      case 'Identifier':
        reference(node, 'read', false, scope);
        return;
      case 'ThisExpression':
      case 'Super':
        captureThis();
        return;
      case 'MetaProperty':
        captureThis();
        return;
      case 'FunctionDeclaration': {
        const name = nameOf(nodeAt(node, 'id'));
        if (open.length === 0) {
          declared.add(name);
          declaredFunctions.push({ node, name, block: scope === undefined ? undefined : parent });
        }
        visitFunction(node, scope);
        return;
      }
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        visitFunction(node, scope);
        return;
      case 'ClassDeclaration':
        if (open.length === 0 && scope === undefined) {
          const name = nameOf(nodeAt(node, 'id'));
          declared.add(name);
          declaredFunctions.push({ node, name, block: undefined });
        }
        visitClass(node, scope);
        return;
      case 'ClassExpression':
        visitClass(node, scope);
        return;
      case 'VariableDeclaration':
        visitDeclaration(node, scope, parent);
        return;
      case 'BlockStatement':
        visitBlock(nodesAt(node, 'body'), scope, node);
        return;
      case 'SwitchStatement': {
        const discriminant = nodeAt(node, 'discriminant');
        if (discriminant !== undefined) visit(discriminant, scope, node);
        const cases = nodesAt(node, 'cases');
        const inner = scopeOf(lexicalNames(cases.flatMap((entry) => nodesAt(entry, 'consequent'))), scope);
        for (const entry of cases) for (const child of childNodes(entry)) visit(child, inner, entry);
        return;
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        visitLoop(node, scope);
        return;
      case 'CatchClause': {
        const parameter = nodeAt(node, 'param');
        const inner = scopeOf(new Set(parameter === undefined ? [] : boundNames(parameter)), scope);
        if (parameter !== undefined) visitPattern(parameter, inner, false);
        const body = nodeAt(node, 'body');
        if (body !== undefined) visit(body, inner, node);
        return;
      }
      case 'AssignmentExpression': {
        const left = nodeAt(node, 'left');
        const right = nodeAt(node, 'right');
        if (left !== undefined) visitPattern(left, scope, true);
        if (right !== undefined) visit(right, scope, node);
        return;
      }
      case 'UpdateExpression': {
        const argument = nodeAt(node, 'argument');
        if (argument !== undefined) visitPattern(argument, scope, true);
        return;
      }
      case 'CallExpression':
        visitCall(node, scope);
        return;
      case 'TaggedTemplateExpression': {
        const tag = nodeAt(node, 'tag');
        const quasi = nodeAt(node, 'quasi');
        if (tag?.type === 'Identifier') reference(tag, 'call', false, scope);
        else if (tag !== undefined) visit(tag, scope, node);
        if (quasi !== undefined) visit(quasi, scope, node);
        return;
      }
      case 'MemberExpression': {
        const object = nodeAt(node, 'object');
        const property = nodeAt(node, 'property');
        if (object !== undefined) visit(object, scope, node);
        if (property !== undefined && node.computed === true) visit(property, scope, node);
        return;
      }
      case 'Property':
        visitProperty(node, scope);
        return;
      case 'WithStatement':
        dynamic = true;
        withStatements.push(node);
        break;
      case 'LabeledStatement': {
        const body = nodeAt(node, 'body');
        if (body !== undefined) visit(body, scope, node);
        return;
      }
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      default:
    }
    for (const child of childNodes(node)) visit(child, scope, node);
  }

  function visitLoop(node: AnyNode, scope: Scope | undefined): void {
    const head = nodeAt(node, node.type === 'ForStatement' ? 'init' : 'left');
    const lexical = head?.type === 'VariableDeclaration' && head.kind !== 'var';
    const inner = lexical && head !== undefined ? scopeOf(lexicalNames([head]), scope) : scope;
    for (const child of childNodes(node)) {
      if (child === head && head.type !== 'VariableDeclaration' && node.type !== 'ForStatement') {
        visitPattern(head, inner, true);
      } else {
        visit(child, inner, node);
      }
    }
  }

  function visitCall(node: AnyNode, scope: Scope | undefined): void {
    const callee = nodeAt(node, 'callee');
    if (callee?.type === 'Identifier') {
      if (nameOf(callee) === 'eval') dynamic = true;
      reference(callee, 'call', false, scope);
    } else if (callee !== undefined) {
      const property = nodeAt(callee, 'property');
      const isToSource = callee.type === 'MemberExpression' && callee.computed !== true;
      if (isToSource && nameOf(property) === 'toSource' && nodesAt(node, 'arguments').length === 0) {
        toSourceCalls.push(node);
      }
      visit(callee, scope, node);
    }
    for (const argument of nodesAt(node, 'arguments')) visit(argument, scope, node);
  }

  function visitProperty(node: AnyNode, scope: Scope | undefined): void {
    const key = nodeAt(node, 'key');
    const value = nodeAt(node, 'value');
    if (key !== undefined && node.computed === true) visit(key, scope, node);
    if (value === undefined) return;
    if (node.shorthand === true) {
      reference(value, 'read', true, scope);
    } else if (node.method === true || node.kind === 'get' || node.kind === 'set') {
      const isPlain = node.method === true && node.computed !== true && key?.type === 'Identifier';
      const kept = functions.length;
      visitFunction(value, scope, isPlain ? nameOf(key) : undefined);
      // Without a plain key the method has no text of its own that would create it again.
      if (!isPlain) functions.push(...functions.splice(kept).filter((found) => found.node !== value));
    } else {
      visit(value, scope, node);
    }
  }

  if (isNode(program)) for (const statement of nodesAt(program, 'body')) visit(statement, undefined, program);
  return {
    ...{ free, functions, closures, declarations, declaredFunctions },
    ...{ declared, toSourceCalls, withStatements, dynamic },
  };
}
