import { type Expression, expressionsOf, type Unit } from '../chart/unit.js';
import { scopesOf } from './rewrite.js';
import { type AnyNode, childNodes, isNode, nameOf } from './scopes.js';

/** What an application's code is known not to do; it lets the realm leave something out. */
export interface Traits {
  /** Code may make accessor properties: storing a session has to look for them. */
  readonly makesAccessors: boolean;
  /** Code reads fields of `_event` and does nothing else with it. */
  readonly onlyReadsEvent: boolean;
}

/** Reads the traits off the code of an application: conservatively, what is not certain is assumed. */
export function traitsOf(units: readonly Unit[], prelude: string): Traits {
  const distinct = new Map(units.flatMap(expressionsOf).map((expression) => [expression.program, expression]));
  const expressions = [...distinct.values()];
  return {
    makesAccessors: textMakesAccessors(prelude) || expressions.some(expressionMakesAccessors),
    onlyReadsEvent: expressions.every(expressionOnlyReadsEvent),
  };
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

function expressionMakesAccessors(expression: Expression): boolean {
  if (scopesOf(expression)?.dynamic === true) return true;
  const pending: AnyNode[] = isNode(expression.program) ? [expression.program] : [];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === 'get' || node.kind === 'set') return true;
    if (node.type === 'Identifier' && suspects.has(nameOf(node))) return true;
    pending.push(...childNodes(node));
  }
  return false;
}

function textMakesAccessors(text: string): boolean {
  return /\bget\b|\bset\b|definePropert|__define|\bcreate\b|\bFunction\b|\beval\b|\bReflect\b/.test(text);
}

const eventFields = new Set(['name', 'type', 'sendid', 'origin', 'origintype', 'invokeid', 'data', 'raw']);

function expressionOnlyReadsEvent(expression: Expression): boolean {
  const analysis = scopesOf(expression);
  if (analysis === undefined) return true;
  if (analysis.dynamic) return false;
  const mentions = analysis.free.filter(({ name }) => name === '_event').length;
  return mentions === 0 || (isNode(expression.program) && fieldReads(expression.program) === mentions);
}

const patterns = new Set(['ObjectPattern', 'ArrayPattern']);

/** Number of `_event.field` in a tree that are neither assigned nor deleted. */
function fieldReads(root: AnyNode): number {
  let count = 0;
  const pending: { node: AnyNode; parent: AnyNode; inPattern: boolean }[] = [
    { node: root, parent: root, inPattern: false },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, parent } = next;
    const inPattern = next.inPattern || patterns.has(node.type);
    if (!inPattern && isEventField(node) && !isChanged(node, parent)) count += 1;
    for (const child of childNodes(node)) pending.push({ node: child, parent: node, inPattern });
  }
  return count;
}

function isEventField(node: AnyNode): boolean {
  if (node.type !== 'MemberExpression' || node.computed === true) return false;
  if (!isNode(node.object) || !isNode(node.property)) return false;
  return nameOf(node.object) === '_event' && eventFields.has(nameOf(node.property));
}

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
