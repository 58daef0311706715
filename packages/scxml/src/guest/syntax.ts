import type { Program } from 'acorn';
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
const eventFields = new Set(['name', 'type', 'sendid', 'origin', 'origintype', 'invokeid', 'data', 'raw']);

function survey(program: Program): Survey {
  let suspicious = false;
  let eventFieldReads = 0;
  const dataMembers: string[] = [];

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
  return { suspicious, eventFieldReads, dataMembers };
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
