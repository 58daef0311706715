import type { StateNode, Transition } from '../chart/chart.js';
import type { JsonObject, JsonValue } from '../json.js';
import { entrySet } from './entry-set.js';
import { raiseEvaluationError } from './error-events.js';
import { executeBlock } from './execute.js';
import { cancelInvokes } from './invoke.js';
import { lowerBound, type Session, SessionFailure } from './session.js';
import { SessionEvent } from './session-event.js';
import { transitionDomain } from './transition-domain.js';
import { addParam, slotValue } from './values.js';

/** Leaves, acts, enters (SCXML 1.0, Appendix D, microstep). `event` is for the trace. */
export function microstep(session: Session, transitions: readonly Transition[], event: string | undefined): void {
  session.microstepCount += 1;
  const limit = smaller(session.limits.microsteps, session.chart.ownLimits.microsteps);
  if (limit > 0 && session.microstepCount > limit) {
    throw new SessionFailure('microsteps', `The macrostep has more than ${limit} microsteps.`);
  }
  const exited = session.trace ? ([] as string[]) : undefined;
  exitStates(session, transitions, exited);
  for (const transition of transitions) executeBlock(session, transition.content);
  const entered = enterStates(session, transitions);
  if (exited === undefined) return;
  const { states } = session.chart;
  const ids = (indexes: readonly number[]): string[] => indexes.map((index) => states[index]?.id ?? '');
  session.microsteps.push({
    ...(event === undefined ? {} : { event }),
    transitions: transitions.map((transition) => ({
      source: states[transition.source]?.id ?? '',
      targets: ids(transition.targets),
      ...(transition.eventText === undefined ? {} : { event: transition.eventText }),
      ...(transition.condText === undefined ? {} : { cond: transition.condText }),
      line: transition.place.line,
    })),
    exited,
    entered: ids(entered),
  });
}

function smaller(limit: number, own: number | undefined): number {
  if (own === undefined) return limit;
  return limit > 0 ? Math.min(limit, own) : own;
}

/** The active states below the domains of the transitions, in document order. */
function exitSet(session: Session, transitions: readonly Transition[]): number[] {
  const { chart, configuration } = session;
  const leaving: number[] = [];
  for (const transition of transitions) {
    const domain = chart.states[transitionDomain(session, transition)];
    if (domain === undefined) continue;
    const start = lowerBound(configuration, domain.index + 1);
    for (let i = start; i < configuration.length; i += 1) {
      const index = configuration[i] ?? 0;
      if (index > domain.last) break;
      leaving.push(index);
    }
  }
  // Without conflicts the domains are disjoint; only their order may differ from that of the document.
  return transitions.length > 1 ? leaving.sort((a, b) => a - b) : leaving;
}

function exitStates(session: Session, transitions: readonly Transition[], exited: string[] | undefined): void {
  const leaving = exitSet(session, transitions);
  for (const index of leaving) recordHistory(session, index);
  for (let i = leaving.length - 1; i >= 0; i -= 1) exitState(session, leaving[i] ?? 0, exited);
}

function recordHistory(session: Session, index: number): void {
  const { states } = session.chart;
  const state = states[index];
  if (state === undefined || state.histories.length === 0) return;
  for (const history of state.histories) {
    const isDeep = states[history]?.deep === true;
    const start = lowerBound(session.configuration, state.index + 1);
    const recorded: number[] = [];
    for (let i = start; i < session.configuration.length; i += 1) {
      const active = session.configuration[i] ?? 0;
      if (active > state.last) break;
      const found = states[active];
      if (isDeep ? found?.atomic === true : found?.parent === state.index) recorded.push(active);
    }
    session.history.set(history, recorded);
  }
}

/** Runs the onexit handlers of an active state, ends its invocations and takes it out of the configuration. */
export function exitState(session: Session, index: number, exited: string[] | undefined): void {
  const state = session.chart.states[index];
  if (state === undefined) return;
  for (const block of state.onexit) executeBlock(session, block);
  if (state.invokes.length > 0) cancelInvokes(session, state);
  session.configuration.splice(lowerBound(session.configuration, index), 1);
  exited?.push(state.id);
}

function enterStates(session: Session, transitions: readonly Transition[]): readonly number[] {
  const { chart, configuration } = session;
  const entering = entrySet(session, transitions);
  const isDefault = (index: number): boolean =>
    Array.isArray(entering.defaults)
      ? entering.defaults.includes(index)
      : (entering.defaults as ReadonlySet<number>).has(index);
  for (const index of entering.states) {
    const state = chart.states[index];
    if (state === undefined) continue;
    countEntry(session, state);
    const at = lowerBound(configuration, index);
    if (configuration[at] !== index) configuration.splice(at, 0, index);
    if (state.invokes.length > 0) session.toInvoke.push(state);
    if (state.data >= 0 && !session.initialised.has(index)) initialiseData(session, state);
    for (const block of state.onentry) executeBlock(session, block);
    if (state.initial !== undefined && state.initial.content.length > 0 && isDefault(index)) {
      executeBlock(session, state.initial.content);
    }
    const historyDefault = entering.historyContent?.get(index);
    if (historyDefault !== undefined) executeBlock(session, historyDefault.content);
    if (state.kind === 'final') enterFinal(session, state);
  }
  return entering.states;
}

function countEntry(session: Session, state: StateNode): void {
  const limit = smaller(session.limits.stateEntries, session.chart.ownLimits.stateEntries);
  // The bound on microsteps implies one on entries; count only if this one is tighter.
  if (limit <= 0 || limit >= session.limits.microsteps) return;
  session.entries ??= new Map();
  const count = (session.entries.get(state.index) ?? 0) + 1;
  session.entries.set(state.index, count);
  if (count > limit) throw new SessionFailure('state-entries', `${state.id} was entered more than ${limit} times.`);
}

/** Late binding: the data of a state gets its values when the state is first entered. */
function initialiseData(session: Session, state: StateNode): void {
  session.initialised.add(state.index);
  const unit = session.chart.units[state.data];
  try {
    for (const { item, error } of session.scope.initialise(state.data, undefined)) {
      const place = unit?.kind === 'data' ? unit.items[item]?.place : undefined;
      raiseEvaluationError(session, error, place ?? state.place);
    }
  } catch (error) {
    raiseEvaluationError(session, error, state.place);
  }
}

function enterFinal(session: Session, state: StateNode): void {
  const { states } = session.chart;
  const parent = states[state.parent];
  if (parent === undefined) return;
  if (parent.kind === 'scxml') {
    session.isRunning = false;
    session.finalState = state;
    return;
  }
  raiseDone(session, parent, doneData(session, state));
  const grandparent = states[parent.parent];
  if (grandparent?.kind !== 'parallel') return;
  session.spendWork(grandparent.children.length);
  if (grandparent.children.every((child) => isInFinalState(session, child))) raiseDone(session, grandparent, undefined);
}

function raiseDone(session: Session, state: StateNode, data: JsonValue | undefined): void {
  const input = { name: `done.state.${state.id}`, type: 'platform' as const };
  session.enqueueInternal(new SessionEvent(data === undefined ? input : { ...input, data }, session.chart.dialect));
}

function isInFinalState(session: Session, index: number): boolean {
  const { states } = session.chart;
  const state = states[index];
  if (state === undefined) return false;
  if (state.kind === 'parallel') return state.children.every((child) => isInFinalState(session, child));
  return state.children.some((child) => states[child]?.kind === 'final' && session.isActiveState(child));
}

/** The value of `<donedata>`. What cannot be evaluated is left out and raises an error event. */
export function doneData(session: Session, state: StateNode): JsonValue | undefined {
  const { donedata } = state;
  if (donedata === undefined) return undefined;
  const { content, params, place } = donedata;
  if (content !== undefined) {
    try {
      const values = content.unit < 0 ? {} : session.scope.values(content.unit);
      return slotValue(content.value, values);
    } catch (error) {
      raiseEvaluationError(session, error, place);
      return undefined;
    }
  }
  if (params.length === 0) return undefined;
  const data: JsonObject = {};
  for (const { name, unit } of params) {
    try {
      const value = session.scope.values(unit)['0'];
      if (value !== undefined) addParam(data, name, value);
    } catch (error) {
      raiseEvaluationError(session, error, place);
    }
  }
  return Object.keys(data).length === 0 ? undefined : data;
}
