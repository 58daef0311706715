import type { SendEffect } from '../api/effect.js';
import type { EventInput } from '../api/event.js';
import type { SendInstruction } from '../chart/instruction.js';
import type { JsonValue } from '../json.js';
import { raiseCommunicationError, raiseEvaluationError, raiseExecutionError } from './error-events.js';
import type { Session } from './session.js';
import { SessionEvent } from './session-event.js';
import { paramsObject, slotText, slotValue, textOf, type Values } from './values.js';

export const scxmlProcessor = 'http://www.w3.org/TR/scxml/#SCXMLEventProcessor';
export const basicHttpProcessor = 'http://www.w3.org/TR/scxml/#BasicHTTPEventProcessor';

const scxmlTypes = new Set(['scxml', scxmlProcessor, 'http://www.w3.org/TR/scxml', 'http://www.w3.org/TR/scxml/']);
const orsTypes = new Set(['basichttp', 'fm']);

/**
 * Executes `<send>`. Everything is evaluated now, not when the event is delivered. False if it failed: the block ends.
 */
export function executeSend(session: Session, send: SendInstruction): boolean {
  const { place } = send;
  let sendId = send.id;
  try {
    const values = send.unit < 0 ? {} : session.scope.values(send.unit);
    const isChosen = sendId !== undefined || send.idLocation >= 0;
    sendId ??= session.nextId();
    if (send.idLocation >= 0) session.scope.store(send.idLocation, sendId);
    return dispatch(session, send, values, sendId, isChosen);
  } catch (error) {
    raiseEvaluationError(session, error, place, sendId);
    return false;
  }
}

function dispatch(session: Session, send: SendInstruction, values: Values, sendId: string, isChosen: boolean): boolean {
  const { place } = send;
  const isOrs = session.chart.dialect === 'ors';
  const errorId = isChosen ? sendId : undefined;
  const fail = (orsName: string, message: string): false => {
    raiseExecutionError(session, orsName, message, place, errorId);
    return false;
  };
  const type = slotText(send.type, values);
  const isScxml = type === undefined || type === '' || scxmlTypes.has(type);
  if (!isScxml && !isSupported(session, type)) {
    const name = isOrs ? `error.send.targettypeinvalid.${send.state}` : '';
    return fail(name, `Events cannot be sent with the type ${JSON.stringify(type)}.`);
  }
  const name = slotText(send.event, values) ?? '';
  if (name === '' && (isOrs || isScxml)) return fail('error.send.noeventspecified', 'The event has no name.');
  const target = slotText(send.target, values);
  const delayMs = delayOf(send.delay === undefined ? undefined : slotValue(send.delay, values), isOrs);
  if (delayMs === undefined) {
    return fail('error.illegalvalue.RangeError', `${JSON.stringify(slotText(send.delay, values))} is no delay.`);
  }
  const event = eventOf(session, send, values, name, isScxml, isChosen ? sendId : undefined);
  if (isScxml && (target === '#_internal' || (isOrs && target === '_internal'))) {
    session.enqueueInternal(new SessionEvent({ ...event, type: 'internal' }, session.chart.dialect));
    return true;
  }
  if (!isScxml && !isOrs && (target === undefined || target === '')) {
    raiseCommunicationError(session, `<send> of type ${type} needs a target.`, place, errorId);
    return false;
  }
  if (!isOrs && target !== undefined && !isWellFormed(target, isScxml)) {
    return fail('', `${JSON.stringify(target)} is no target.`);
  }
  if (target !== undefined && delayMs === 0 && session.isUnreachable(target)) {
    raiseCommunicationError(session, `${target} cannot be reached.`, place, errorId, send.state);
    return true;
  }
  const effect: SendEffect = { kind: 'send', sendId, event, delayMs, line: place.line };
  if (isOrs) {
    effect.document = place.url;
    effect.state = send.state;
  }
  if (target !== undefined && target !== '') effect.target = target;
  if (type !== undefined && type !== '') effect.type = type;
  addDetails(effect, send, values);
  session.emit(effect);
  return true;
}

/** What transports other than SCXML need to know beside the event. */
function addDetails(effect: SendEffect, send: SendInstruction, values: Values): void {
  if (send.params.length > 0) {
    const pairs: [string, JsonValue][] = [];
    for (const { name, value } of send.params) {
      const found = slotValue(value, values);
      if (found !== undefined) pairs.push([name, found]);
    }
    effect.namelistParams = pairs;
  }
  const content = send.content === undefined ? undefined : slotValue(send.content, values);
  if (content !== undefined) effect.content = textOf(content);
  const hints = send.hints === undefined ? undefined : slotValue(send.hints, values);
  if (hints !== undefined) effect.hints = hints;
}

function eventOf(
  session: Session,
  send: SendInstruction,
  values: Values,
  name: string,
  isScxml: boolean,
  sendid: string | undefined,
): EventInput {
  const event: EventInput = { name, type: 'external' };
  const content = send.content === undefined ? undefined : slotValue(send.content, values);
  if (content !== undefined) event.data = content;
  else if (send.params.length > 0) event.data = paramsObject(send.params, values);
  // The id is part of the event only if the author asked for one (test 351).
  if (sendid !== undefined) event.sendid = sendid;
  if (isScxml) {
    event.origin = session.ioprocessors.scxml?.location ?? `#_scxml_${session.sessionId}`;
    event.origintype = scxmlProcessor;
  }
  return event;
}

function isSupported(session: Session, type: string): boolean {
  if (session.chart.dialect === 'ors' && orsTypes.has(type)) return true;
  const name = type === basicHttpProcessor ? 'basichttp' : type;
  return Object.hasOwn(session.ioprocessors, name) || Object.hasOwn(session.ioprocessors, type);
}

/** SCXML targets are `#_...` or an address; other processors have addresses. */
function isWellFormed(target: string, isScxml: boolean): boolean {
  if (target === '' || (isScxml && target.startsWith('#_'))) return true;
  return URL.canParse(target);
}

/** Milliseconds of a CSS2 time; undefined if it is none. In the `ors` dialect a number without unit counts milliseconds. */
export function delayOf(value: JsonValue | undefined, isOrs: boolean): number | undefined {
  if (value === undefined || value === null || value === '') return 0;
  if (typeof value === 'number') return isOrs && value >= 0 ? value : undefined;
  // No time is that long, and a text may be of any length.
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const found = /^\+?(\d+\.?\d*|\.\d+)\s*(ms|s)?$/i.exec(value.trim());
  if (found === null || (found[2] === undefined && !isOrs)) return undefined;
  const number = Number(found[1]);
  return found[2]?.toLowerCase() === 's' ? Math.round(number * 1000) : number;
}
