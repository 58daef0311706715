import type { SessionNames } from '../chart/chart.js';
import type { Expression, Unit } from '../chart/unit.js';
import { realmNames, systemNames } from '../guest/realm-names.js';
import { scopesOf } from '../guest/rewrite.js';
import { type AnyNode, childNodes, isNode, nameOf } from '../guest/scopes.js';
import { isIdentifier } from './expression.js';
import type { Reading } from './reading.js';

/** Finds out which names belong to a session, from its data, its scripts and its loops. */
export function sessionNames(reading: Reading, dataIds: Iterable<string>): SessionNames {
  const data = new Set([...dataIds].filter(isIdentifier));
  const globals = new Set(reading.loopNames);
  const implicit = new Set<string>();
  const inferredData = new Set<string>();
  for (const unit of reading.units) {
    if (unit.kind !== 'script') continue;
    const analysis = scopesOf(unit.expression);
    if (analysis === undefined) continue;
    for (const name of analysis.declared) globals.add(name);
    for (const { name, role } of analysis.free) if (role === 'write') implicit.add(name);
  }
  if (reading.isOrs) for (const expression of reading.expressions) collectDataMembers(expression.program, inferredData);
  for (const name of systemNames) {
    globals.delete(name);
    implicit.delete(name);
  }
  for (const name of realmNames) inferredData.delete(name);
  return { data, globals, implicit, inferredData };
}

/** Adds every `name` of a `_data.name`. */
function collectDataMembers(program: object | undefined, into: Set<string>): void {
  const pending: AnyNode[] = isNode(program) ? [program] : [];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'MemberExpression' && node.computed !== true && isNode(node.object) && isNode(node.property)) {
      if (node.object.type === 'Identifier' && nameOf(node.object) === '_data') into.add(nameOf(node.property));
    }
    pending.push(...childNodes(node));
  }
}

/** True if a function of the documents, or code that cannot be read statically, may look at the current event. */
export function functionsReadEvent(units: readonly Unit[]): boolean {
  for (const unit of units) {
    for (const expression of expressionsOf(unit)) {
      const analysis = scopesOf(expression);
      if (analysis === undefined) continue;
      if (analysis.dynamic) return true;
      const inFunction = analysis.free.some(
        ({ name, start, end }) =>
          name === '_event' &&
          [...analysis.functions.map(({ node }) => node), ...analysis.closures].some(
            (node) => node.start < start && node.end >= end,
          ),
      );
      if (inFunction) return true;
    }
  }
  return false;
}

/** Every expression of a unit. */
export function expressionsOf(unit: Unit): Expression[] {
  switch (unit.kind) {
    case 'condition':
    case 'script':
      return [unit.expression];
    case 'values':
      return unit.expressions.map(({ expression }) => expression);
    case 'assign':
      return unit.value.kind === 'expression' ? [unit.value.expression, unit.location] : [unit.location];
    case 'store':
      return [unit.location];
    case 'foreach':
      return unit.index === undefined ? [unit.array, unit.item] : [unit.array, unit.item, unit.index];
    case 'data':
      return unit.items.flatMap(({ value }) => (value?.kind === 'expression' ? [value.expression] : []));
  }
}
