import type { SessionNames } from '../chart/chart.js';
import { expressionsOf, type Unit } from '../chart/unit.js';
import { realmNames, systemNames } from '../guest/realm-names.js';
import type { ScopeAnalysis } from '../guest/scopes.js';
import type { Syntax } from '../guest/syntax.js';
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
    const analysis = unit.expression.syntax?.scopes;
    if (analysis === undefined) continue;
    for (const name of analysis.declared) globals.add(name);
    for (const { name, role } of analysis.free) if (role === 'write') implicit.add(name);
  }
  if (reading.isOrs) {
    const texts = new Set(reading.expressions.map(({ syntax }) => syntax));
    for (const syntax of texts) for (const name of syntax?.survey.dataMembers ?? []) inferredData.add(name);
  }
  for (const name of systemNames) {
    globals.delete(name);
    implicit.delete(name);
  }
  for (const name of realmNames) inferredData.delete(name);
  return { data, globals, implicit, inferredData };
}

/** True if a function of the documents, or code that cannot be read statically, may look at the current event. */
export function functionsReadEvent(units: readonly Unit[]): boolean {
  const seen = new Set<Syntax>();
  for (const unit of units) {
    for (const { syntax } of expressionsOf(unit)) {
      if (syntax === undefined || seen.has(syntax)) continue;
      seen.add(syntax);
      if (mayReadEventLater(syntax.scopes)) return true;
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
