import type { SessionNames } from '../chart/chart.js';
import { expressionsOf, type Unit } from '../chart/unit.js';
import { realmNames, systemNames } from '../guest/realm-names.js';
import { scopesOf } from '../guest/rewrite.js';
import { type AnyNode, childNodes, isNode, nameOf, type ScopeAnalysis } from '../guest/scopes.js';
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
  if (reading.isOrs) {
    const programs = new Set(reading.expressions.map(({ program }) => program));
    for (const program of programs) collectDataMembers(program, inferredData);
  }
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
  const seen = new Set<object>();
  for (const unit of units) {
    for (const expression of expressionsOf(unit)) {
      if (expression.program === undefined || seen.has(expression.program)) continue;
      seen.add(expression.program);
      const analysis = scopesOf(expression);
      if (analysis !== undefined && mayReadEventLater(analysis)) return true;
    }
  }
  return false;
}

function mayReadEventLater(analysis: ScopeAnalysis): boolean {
  if (analysis.dynamic) return true;
  const bodies = [...analysis.functions.map(({ node }) => node), ...analysis.closures];
  if (bodies.length === 0) return false;
  return analysis.free.some(
    ({ name, start, end }) => name === '_event' && bodies.some((node) => node.start < start && node.end >= end),
  );
}
