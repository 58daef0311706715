import type { StateNode, Transition } from '../chart/chart.js';
import type { Session } from './session.js';

/** The targets with history states replaced by what they stand for now. */
export function effectiveTargets(session: Session, transition: Transition): number[] {
  const { states } = session.chart;
  const targets: number[] = [];
  for (const target of transition.targets) {
    const state = states[target];
    if (state?.kind !== 'history') {
      targets.push(target);
      continue;
    }
    const recorded = session.history.get(target);
    if (recorded !== undefined) targets.push(...recorded);
    else if (state.historyDefault !== undefined) targets.push(...effectiveTargets(session, state.historyDefault));
  }
  return targets;
}

/**
 * The state whose descendants a transition leaves and enters, by number; -1 for one without target (SCXML 1.0,
 * Appendix D, getTransitionDomain).
 */
export function transitionDomain(session: Session, transition: Transition): number {
  if (transition.domain !== undefined) return transition.domain;
  const { states } = session.chart;
  if (transition.targets.length === 0) {
    transition.domain = -1;
    return -1;
  }
  const targets = effectiveTargets(session, transition);
  const domain = computeDomain(states, transition, targets);
  const hasHistory = transition.targets.some((target) => states[target]?.kind === 'history');
  if (!hasHistory) transition.domain = domain;
  return domain;
}

function computeDomain(states: readonly StateNode[], transition: Transition, targets: readonly number[]): number {
  const source = states[transition.source];
  if (source === undefined) return 0;
  const isCompound = source.kind === 'state' && source.children.length > 0;
  if (transition.internal && isCompound && targets.every((target) => isInside(source, target))) return source.index;
  // The least common compound ancestor: never a parallel state.
  for (let at = states[source.parent]; at !== undefined; at = states[at.parent]) {
    const candidate = at;
    if (candidate.kind === 'parallel') continue;
    if (targets.every((target) => isInside(candidate, target))) return candidate.index;
  }
  return 0;
}

/** True for proper descendants. */
function isInside(state: StateNode, index: number): boolean {
  return index > state.index && index <= state.last;
}
