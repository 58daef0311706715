import type { Chart, StateNode, Transition } from '../chart/chart.js';
import { matchesName } from '../chart/event-descriptor.js';
import { raiseEvaluationError } from './error-events.js';
import type { Session } from './session.js';
import { transitionDomain } from './transition-domain.js';

/** Entries of one state's cache of event names; authors and senders choose the names, so it has to have an end. */
const cacheSize = 64;

/** Transitions of a state and its ancestors that take an event of this name, innermost and first in document first. */
function matching(chart: Chart, state: StateNode, name: string): readonly Transition[] {
  state.matches ??= new Map();
  const known = state.matches.get(name);
  if (known !== undefined) return known;
  const found: Transition[] = [];
  for (let at: StateNode | undefined = state; at !== undefined; at = chart.states[at.parent]) {
    for (const transition of at.transitions) {
      if (transition.events !== undefined && matchesName(transition.events, name)) found.push(transition);
    }
  }
  if (state.matches.size >= cacheSize) state.matches.clear();
  state.matches.set(name, found);
  return found;
}

function eventless(chart: Chart, state: StateNode): readonly Transition[] {
  if (state.eventless !== undefined) return state.eventless;
  const found: Transition[] = [];
  for (let at: StateNode | undefined = state; at !== undefined; at = chart.states[at.parent]) {
    for (const transition of at.transitions) if (transition.events === undefined) found.push(transition);
  }
  state.eventless = found;
  return found;
}

/**
 * The transitions to take for an event, or the eventless ones if `name` is undefined: optimally enabled and free of
 * conflicts (SCXML 1.0, 3.13 and Appendix D, selectTransitions).
 */
export function selectTransitions(session: Session, name: string | undefined): readonly Transition[] {
  const { chart, configuration } = session;
  const enabled: Transition[] = [];
  /** The same as a set, once the list has become long. */
  let seen: Set<Transition> | undefined;
  for (let i = 0; i < configuration.length; i += 1) {
    const state = chart.states[configuration[i] ?? 0];
    if (state === undefined || !state.atomic) continue;
    const candidates = name === undefined ? eventless(chart, state) : matching(chart, state, name);
    for (let k = 0; k < candidates.length; k += 1) {
      const transition = candidates[k];
      if (transition === undefined) continue;
      // Another active state may have enabled the same transition of a common ancestor.
      if (enabled.length > 0 && (seen === undefined ? enabled.includes(transition) : seen.has(transition))) break;
      if (transition.cond >= 0 && !holds(session, transition)) continue;
      enabled.push(transition);
      if (seen !== undefined) seen.add(transition);
      else if (enabled.length > 16) seen = new Set(enabled);
      break;
    }
  }
  return enabled.length > 1 && mayConflict(session, enabled) ? withoutConflicts(session, enabled) : enabled;
}

/** A faulty condition is false, and an error event (SCXML 1.0, 5.9.1). */
function holds(session: Session, transition: Transition): boolean {
  try {
    return session.scope.condition(transition.cond);
  } catch (error) {
    raiseEvaluationError(session, error, transition.place);
    return false;
  }
}

/**
 * False if the domains are disjoint, as those of transitions in different regions are. Transitions come in the order of
 * the states that enabled them, so disjoint domains nearly always come in document order, too.
 */
function mayConflict(session: Session, enabled: readonly Transition[]): boolean {
  const { states } = session.chart;
  let last = -1;
  for (let i = 0; i < enabled.length; i += 1) {
    const transition = enabled[i];
    const domain = transition === undefined ? -1 : transitionDomain(session, transition);
    if (domain < 0) continue;
    if (domain <= last) return true;
    last = states[domain]?.last ?? last;
  }
  return false;
}

/** Of two transitions that would leave a common state, the one of the descendant wins, else the earlier one. */
function withoutConflicts(session: Session, enabled: readonly Transition[]): readonly Transition[] {
  const { states } = session.chart;
  const kept: Transition[] = [];
  for (const candidate of enabled) {
    // Every pair may have to be compared: that is work which a chart must not make endless.
    session.spendWork(kept.length);
    const removed = new Set<Transition>();
    let isPreempted = false;
    for (const other of kept) {
      if (!areInConflict(session, candidate, other)) continue;
      const ancestor = states[other.source];
      const isInner = ancestor !== undefined && candidate.source > ancestor.index && candidate.source <= ancestor.last;
      if (!isInner) {
        isPreempted = true;
        break;
      }
      removed.add(other);
    }
    if (isPreempted) continue;
    if (removed.size > 0) kept.splice(0, kept.length, ...kept.filter((other) => !removed.has(other)));
    kept.push(candidate);
  }
  return kept;
}

/**
 * True if the exit sets intersect. The source of a transition is active below its domain, so they do exactly if one
 * domain contains the other.
 */
function areInConflict(session: Session, a: Transition, b: Transition): boolean {
  const { states } = session.chart;
  const first = states[transitionDomain(session, a)];
  const second = states[transitionDomain(session, b)];
  if (first === undefined || second === undefined) return false;
  return (
    (first.index <= second.index && second.index <= first.last) ||
    (second.index <= first.index && first.index <= second.last)
  );
}
