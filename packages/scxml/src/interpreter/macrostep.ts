import type { EventInput } from '../api/event.js';
import { MacrostepTimeout } from '../datamodel/data-model.js';
import type { JsonValue } from '../json.js';
import { raiseEvaluationError, raiseFetchError } from './error-events.js';
import { applyToInvokes, startInvokes } from './invoke.js';
import { doneData, exitState, microstep } from './microstep.js';
import { selectTransitions } from './select.js';
import { type Session, SessionFailure, type StepInputs } from './session.js';
import { SessionEvent } from './session-event.js';

/** Runs a new session to its first stable configuration. Throws `SessionFailure` and `SandboxLost`. */
export function startSession(
  session: Session,
  parameters: Record<string, JsonValue> | undefined,
  inputs: StepInputs,
): void {
  session.begin(inputs);
  inMacrostep(() => {
    initialiseData(session, parameters);
    for (const { unit, place } of session.chart.scripts) {
      try {
        session.scope.run(unit);
      } catch (error) {
        raiseEvaluationError(session, error, place);
      }
    }
    const root = session.chart.states[0];
    if (root?.initial !== undefined) microstep(session, [root.initial], undefined);
    runToStability(session);
  });
}

/** Processes one external event. Throws `SessionFailure` and `SandboxLost`. */
export function deliverEvent(session: Session, event: SessionEvent, inputs: StepInputs): void {
  session.begin(inputs);
  inMacrostep(() => {
    session.event = event;
    applyToInvokes(session, event);
    const transitions = selectTransitions(session, event.name);
    if (transitions.length > 0) microstep(session, transitions, event.name);
    else traceUnhandled(session, event.name);
    runToStability(session);
  });
}

/** Runs the onexit handlers of all active states and ends the session. */
export function cancelSession(session: Session, input: EventInput | undefined, inputs: StepInputs): void {
  session.begin(inputs);
  inMacrostep(() => {
    const event = input ?? { name: 'cancel', type: 'platform' };
    session.event = new SessionEvent(event, session.chart.dialect);
    session.isRunning = false;
    endSession(session);
  });
}

function inMacrostep(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (error instanceof MacrostepTimeout) throw new SessionFailure('timeout', error.message);
    throw error;
  }
}

/**
 * Parameters overwrite data of the same id; others are dropped, those of a platform (by convention their names begin
 * with an underscore) without a word.
 */
function initialiseData(session: Session, parameters: Record<string, JsonValue> | undefined): void {
  const { chart } = session;
  let given: Record<string, JsonValue> | undefined;
  for (const [name, value] of Object.entries(parameters ?? {})) {
    if (chart.parameterIds.has(name)) {
      given ??= Object.create(null) as Record<string, JsonValue>;
      given[name] = value;
    } else if (!name.startsWith('_')) {
      session.emitLog(`The parameter ${name} has no data of that id and is dropped.`, undefined, 3);
    }
  }
  const unit = chart.units[chart.startData];
  const root = chart.states[0];
  if (root === undefined) return;
  try {
    for (const { item, error } of session.scope.initialise(chart.startData, given)) {
      const found = unit?.kind === 'data' ? unit.items[item] : undefined;
      const { target, status = 404 } = found?.value?.kind === 'fault' ? found.value : {};
      if (target === undefined) raiseEvaluationError(session, error, found?.place ?? root.place);
      else raiseFetchError(session, { target, status }, error.message, found?.place ?? root.place);
    }
  } catch (error) {
    raiseEvaluationError(session, error, root.place);
  }
}

/** Eventless transitions, then internal events one by one, then invocations, until nothing is left. */
function runToStability(session: Session): void {
  while (session.isRunning) {
    session.checkBudgets();
    const transitions = selectTransitions(session, undefined);
    if (transitions.length > 0) {
      microstep(session, transitions, undefined);
      continue;
    }
    const event = session.internalQueue.shift();
    if (event !== undefined) {
      session.event = event;
      const enabled = selectTransitions(session, event.name);
      if (enabled.length > 0) microstep(session, enabled, event.name);
      else traceUnhandled(session, event.name);
      continue;
    }
    if (session.toInvoke.length === 0) return;
    startInvokes(session);
    // Faulty invocations leave error events.
    if (session.internalQueue.length === 0) return;
  }
  endSession(session);
}

function traceUnhandled(session: Session, event: string): void {
  if (session.trace) session.microsteps.push({ event, transitions: [], exited: [], entered: [] });
}

/** Leaves every state, innermost first. The internal queue is not processed any more (test 415). */
function endSession(session: Session): void {
  session.finalConfiguration = session.activeIds();
  for (const index of [...session.configuration].reverse()) exitState(session, index, undefined);
  session.toInvoke.length = 0;
  if (session.finalState !== undefined) session.doneData = doneData(session, session.finalState);
  session.internalQueue.length = 0;
}
