import type { Program } from 'acorn';
import { reservedPrefix } from './realm-names.js';
import { analyseScopes, type ScopeAnalysis } from './scopes.js';
import { type AnyNode, childNodes, isNode, nameOf } from './syntax-tree.js';

/** What one walk over a syntax tree notices. */
export interface Survey {
  /** It mentions a way to make accessor properties, or to run code that cannot be read. */
  readonly suspicious: boolean;
  /** How often it reads `_event.field` of a known field. */
  readonly eventFieldReads: number;
  /** Every `name` of a `_data.name`. */
  readonly dataMembers: readonly string[];
  /** What it adds to objects of the language: `String.prototype.padLeft`, `String.format`. */
  readonly extensions: readonly string[];
}

/** The syntax tree of a text, and what is known about it, worked out when it is first asked for. */
export class Syntax {
  #scopes: ScopeAnalysis | undefined;
  #survey: Survey | undefined;

  constructor(readonly program: Program) {}

  get scopes(): ScopeAnalysis {
    this.#scopes ??= analyseScopes(this.program);
    return this.#scopes;
  }

  get survey(): Survey {
    this.#survey ??= survey(this.program);
    return this.#survey;
  }
}

/** Names by which code can make accessor properties, or run code that cannot be read here. */
const suspects = new Set([
  'defineProperty',
  'defineProperties',
  'create',
  '__defineGetter__',
  '__defineSetter__',
  'Function',
  'constructor',
  'eval',
  'Reflect',
]);
/** Objects of the language that libraries of scripts add functions to, beside their prototypes. */
const extendable = new Set([
  ...['String', 'Number', 'Boolean', 'Array', 'Date', 'Function', 'Object', 'RegExp', 'Error', 'Math', 'JSON'],
]);
const eventFields = new Set(['name', 'type', 'sendid', 'origin', 'origintype', 'invokeid', 'data', 'raw']);

function survey(program: Program): Survey {
  let suspicious = false;
  let eventFieldReads = 0;
  const dataMembers: string[] = [];
  const extensions: string[] = [];

  function visit(node: AnyNode, parent: AnyNode, inPattern: boolean): void {
    switch (node.type) {
      case 'Identifier':
        if (suspects.has(nameOf(node))) suspicious = true;
        return;
      case 'Literal':
        return;
      case 'MemberExpression': {
        const owner = node.computed !== true && isNode(node.object) ? nameOf(node.object) : '';
        const name = isNode(node.property) ? nameOf(node.property) : '';
        if (owner === '_data') dataMembers.push(name);
        if (parent.type === 'AssignmentExpression' && parent.left === node) {
          const extension = extensionOf(node);
          if (extension !== undefined) extensions.push(extension);
        }
        if (owner === '_event' && eventFields.has(name) && !inPattern && !isChanged(node, parent)) eventFieldReads += 1;
        break;
      }
      default:
        if (node.kind === 'get' || node.kind === 'set') suspicious = true;
    }
    const insidePattern = inPattern || node.type === 'ObjectPattern' || node.type === 'ArrayPattern';
    for (const child of childNodes(node)) visit(child, node, insidePattern);
  }

  if (isNode(program)) visit(program, program, false);
  return { suspicious, eventFieldReads, dataMembers, extensions };
}

/** The member of an object of the language, or of its prototype, that a node is. */
function extensionOf(node: AnyNode): string | undefined {
  const key = memberName(node);
  const object = node.object;
  if (key === undefined || key === 'prototype' || key === '__proto__' || key.startsWith(reservedPrefix))
    return undefined;
  if (!isNode(object)) return undefined;
  if (object.type === 'Identifier') return extendable.has(nameOf(object)) ? `${nameOf(object)}.${key}` : undefined;
  if (object.type !== 'MemberExpression' || memberName(object) !== 'prototype' || !isNode(object.object))
    return undefined;
  const owner = object.object.type === 'Identifier' ? nameOf(object.object) : '';
  return extendable.has(owner) ? `${owner}.prototype.${key}` : undefined;
}

/** The name of a member that is written out: `a.name`, `a['name']`. */
function memberName({ computed, property }: AnyNode): string | undefined {
  if (!isNode(property)) return undefined;
  if (computed !== true) return property.type === 'Identifier' ? nameOf(property) : undefined;
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined;
}

/** True if a member is assigned or deleted where it stands. */
function isChanged(node: AnyNode, parent: AnyNode): boolean {
  switch (parent.type) {
    case 'AssignmentExpression':
    case 'ForInStatement':
    case 'ForOfStatement':
      return parent.left === node;
    case 'UnaryExpression':
      return parent.operator === 'delete';
    case 'UpdateExpression':
      return true;
    default:
      return false;
  }
}
