import type { InvokeEffect } from '../api/effect.js';
import type { StateNode } from '../chart/chart.js';
import type { InvokeNode } from '../chart/instruction.js';
import type { JsonObject } from '../json.js';
import { resolveAddress } from '../xml/address.js';
import { raiseEvaluationError } from './error-events.js';
import { executeBlock } from './execute.js';
import type { Session } from './session.js';
import type { SessionEvent } from './session-event.js';
import { paramsObject, slotText } from './values.js';

const scxmlInvocation = 'http://www.w3.org/TR/scxml/';

/** Starts the invocations of states that were entered in this macrostep and not left again (SCXML 1.0, 6.4). */
export function startInvokes(session: Session): void {
  const { toInvoke } = session;
  if (toInvoke.length === 0) return;
  const states = toInvoke.splice(0).filter((state, at, all) => all.indexOf(state) === at);
  states.sort((a, b) => a.index - b.index);
  for (const state of states) {
    if (!session.isActiveState(state.index)) continue;
    state.invokes.forEach((invoke, position) => {
      startInvoke(session, state, invoke, position);
    });
  }
}

function startInvoke(session: Session, state: StateNode, invoke: InvokeNode, position: number): void {
  try {
    const values = invoke.unit < 0 ? {} : session.scope.values(invoke.unit);
    const id = invoke.id ?? `${state.id}.${session.nextId()}`;
    if (invoke.idLocation >= 0) session.scope.store(invoke.idLocation, id);
    const parameters: JsonObject = paramsObject(invoke.params, values);
    const effect: InvokeEffect = {
      kind: 'invoke',
      invokeId: id,
      type: slotText(invoke.type, values) ?? scxmlInvocation,
      base: invoke.place.url,
      parameters,
      autoforward: invoke.autoforward,
    };
    const src = slotText(invoke.src, values);
    if (src !== undefined) effect.src = resolveAddress(src.trim(), invoke.place.url);
    const content = slotText(invoke.content, values);
    if (content !== undefined) effect.content = content;
    session.emit(effect);
    session.invokes.push({ id, state: state.index, position });
  } catch (error) {
    raiseEvaluationError(session, error, invoke.place);
  }
}

/** Ends the invocations of a state that is left. */
export function cancelInvokes(session: Session, state: StateNode): void {
  const waiting = session.toInvoke.indexOf(state);
  if (waiting >= 0) session.toInvoke.splice(waiting, 1);
  for (let i = session.invokes.length - 1; i >= 0; i -= 1) {
    const active = session.invokes[i];
    if (active?.state !== state.index) continue;
    session.invokes.splice(i, 1);
    session.emit({ kind: 'cancel-invoke', invokeId: active.id });
  }
}

/** Before transitions are selected for an external event: finalize its invocation, forward it to those that ask. */
export function applyToInvokes(session: Session, event: SessionEvent): void {
  if (session.invokes.length === 0) return;
  const { invokeid, name } = event.input;
  for (const active of [...session.invokes]) {
    const invoke = session.chart.states[active.state]?.invokes[active.position];
    if (invoke === undefined) continue;
    if (active.id === invokeid) executeBlock(session, invoke.finalize);
    if (invoke.autoforward) session.emit({ kind: 'forward', invokeId: active.id, event: event.input });
  }
  // The last event of an invocation ends it.
  if (invokeid !== undefined && name === `done.invoke.${invokeid}`) {
    const at = session.invokes.findIndex((active) => active.id === invokeid);
    if (at >= 0) session.invokes.splice(at, 1);
  }
}
