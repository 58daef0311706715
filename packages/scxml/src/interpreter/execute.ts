import type { ActionChild, Effect } from '../api/effect.js';
import type { ActionInstruction, ActionShape, Instruction, Slot } from '../chart/instruction.js';
import type { JsonValue } from '../json.js';
import { derivedSessionId } from './derived-session-id.js';
import { raiseEvaluationError, raiseExecutionError, raiseNotAllowed } from './error-events.js';
import { executeSend } from './send.js';
import type { Session } from './session.js';
import { SessionEvent } from './session-event.js';
import { paramsObject, slotText, slotValue, textOf, type Values } from './values.js';

/**
 * Runs a block of executable content. The first error ends the block and becomes an event (SCXML 1.0, 4.11): nothing
 * is thrown except what ends the session.
 */
export function executeBlock(session: Session, block: readonly Instruction[]): void {
  for (let i = 0; i < block.length; i += 1) {
    const instruction = block[i];
    if (instruction !== undefined && !execute(session, instruction)) return;
  }
}

/** False if the block ends here. */
function execute(session: Session, instruction: Instruction): boolean {
  session.checkBudgets();
  try {
    switch (instruction.kind) {
      case 'assign':
      case 'script':
        session.scope.run(instruction.unit);
        return true;
      case 'raise': {
        const { event, unit, params } = instruction;
        const values = unit < 0 ? {} : session.scope.values(unit);
        const data = params.length === 0 ? {} : { data: paramsObject(params, values) };
        const input = { name: event, type: 'internal' as const, ...data };
        session.enqueueInternal(new SessionEvent(input, session.chart.dialect));
        return true;
      }
      case 'log': {
        const { unit, label, text, level } = instruction;
        emitLog(session, unit < 0 ? {} : session.scope.values(unit), label, text, level);
        return true;
      }
      case 'if':
        for (const branch of instruction.branches) {
          if (branch.cond >= 0 && !session.scope.condition(branch.cond)) continue;
          return executeAll(session, branch.body);
        }
        return true;
      case 'foreach':
        return executeLoop(session, instruction.unit, instruction.body);
      case 'send':
        return executeSend(session, instruction);
      case 'cancel': {
        const values = instruction.unit < 0 ? {} : session.scope.values(instruction.unit);
        const sendId = slotText(instruction.sendId, values) ?? '';
        if (instruction.isAmbiguous) raiseNotAllowed(session, sendId);
        else session.emit({ kind: 'cancel', sendId });
        return true;
      }
      case 'action':
        return executeAction(session, instruction);
      case 'unsupported':
        raiseExecutionError(session, 'error.unsupported.element', instruction.message, instruction.place);
        return false;
    }
  } catch (error) {
    raiseEvaluationError(session, error, instruction.place);
    return false;
  }
}

/** False as soon as an instruction ends the block. */
function executeAll(session: Session, block: readonly Instruction[]): boolean {
  for (const instruction of block) if (!execute(session, instruction)) return false;
  return true;
}

function executeLoop(session: Session, unit: number, body: readonly Instruction[]): boolean {
  const length = session.scope.openLoop(unit);
  try {
    for (let i = 0; i < length; i += 1) {
      session.checkBudgets();
      session.scope.loopItem(unit, i);
      if (!executeAll(session, body)) return false;
    }
    return true;
  } finally {
    session.scope.closeLoop();
  }
}

function emitLog(
  session: Session,
  values: Values,
  label: Slot | undefined,
  text: Slot | undefined,
  level: Slot | undefined,
): void {
  const shown = text === undefined ? undefined : slotValue(text, values);
  const isMissing = shown === undefined;
  const effect: Effect = { kind: 'log', text: isMissing ? (text === undefined ? '' : 'undefined') : textOf(shown) };
  const name = slotText(label, values);
  if (name !== undefined) effect.label = name;
  const number = Number(slotText(level, values) ?? Number.NaN);
  if (Number.isFinite(number)) effect.level = number;
  else if (session.chart.dialect === 'ors') effect.level = 1;
  session.emit(effect);
}

function executeAction(session: Session, action: ActionInstruction): boolean {
  const isOrs = session.chart.dialect === 'ors';
  if (action.missing !== undefined && !isOrs) {
    const message = `The attribute ${action.missing} of <${action.name}> is missing.`;
    raiseExecutionError(session, 'error.illegalvalue.Error', message, action.place);
    return false;
  }
  const values = action.unit < 0 ? {} : session.scope.values(action.unit);
  const requestId = session.nextId();
  if (action.requestId >= 0) session.scope.store(action.requestId, requestId);
  const { shape, newSession } = action;
  const created: Record<string, JsonValue> = {};
  if (newSession !== undefined) {
    const id = derivedSessionId(session.sessionId, requestId);
    if (newSession.unit >= 0) session.scope.store(newSession.unit, id);
    created[newSession.attribute] = id;
  }
  const performed = shaped(shape, values);
  session.emit({
    kind: 'action',
    namespace: action.namespace,
    name: action.name,
    requestId,
    ...performed,
    attributes: { ...performed.attributes, ...created },
    line: action.place.line,
    ...(action.missing !== undefined && { missing: action.missing }),
  });
  return true;
}

function shaped(shape: ActionShape, values: Values): Omit<ActionChild, 'name'> {
  const attributes: Record<string, JsonValue> = {};
  for (const { name, value } of shape.attributes) {
    const found = slotValue(value, values);
    if (found !== undefined) attributes[name] = found;
  }
  const content = shape.content === undefined ? undefined : slotValue(shape.content, values);
  return {
    attributes,
    children: shape.children.map((child) => ({ name: child.name, ...shaped(child, values) })),
    parameters: paramsObject(shape.params, values),
    ...(content === undefined ? {} : { content }),
  };
}
