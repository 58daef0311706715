import type { Branch, Instruction, Slot } from '../chart/instruction.js';
import type { Expression, ValueSource } from '../chart/unit.js';
import { resolveAddress } from '../xml/address.js';
import { attribute, childElements, ownText, type XmlElement } from '../xml/element.js';
import { readAction } from './read-action.js';
import { inlineValue } from './read-data.js';
import { readSend } from './read-send.js';
import { readParams } from './read-values.js';
import { isScxml, lenientSlot, ownerAt, placeOf, type Reading, ValueList } from './reading.js';

/** Executable content: the children of `<onentry>`, `<transition>`, `<if>` and their like. `state` contains them. */
export function readContent(elements: readonly XmlElement[], state: string, reading: Reading): Instruction[] {
  const instructions: Instruction[] = [];
  for (const element of elements) {
    const instruction = readInstruction(element, state, reading);
    if (instruction !== undefined) instructions.push(instruction);
  }
  return instructions;
}

function readInstruction(element: XmlElement, state: string, reading: Reading): Instruction | undefined {
  if (!isScxml(element)) {
    const descriptor = reading.actionFor(element);
    if (descriptor !== undefined) return readAction(element, descriptor, reading);
    return unsupported(element, reading);
  }
  switch (element.element) {
    case 'raise':
      return readRaise(element, 'event', reading);
    case 'event':
      return reading.isOrs ? readRaise(element, 'name', reading) : unsupported(element, reading);
    case 'if':
      return readIf(element, state, reading);
    case 'foreach':
      return readForeach(element, state, reading);
    case 'log':
      return readLog(element, reading);
    case 'assign':
      return readAssign(element, reading);
    case 'script':
      return readScript(element, reading);
    case 'send':
      return readSend(element, state, reading);
    case 'cancel':
      return readCancel(element, reading);
    case 'validate':
      reading.report('element-unknown', '<validate> has no effect.', element);
      return undefined;
    default:
      return unsupported(element, reading);
  }
}

function unsupported(element: XmlElement, reading: Reading): Instruction {
  const name = element.prefix === '' ? element.element : `${element.prefix}:${element.element}`;
  const message = `<${name}> is not known as executable content.`;
  reading.report('element-unsupported', message, element);
  return { kind: 'unsupported', message, place: placeOf(element) };
}

function readRaise(element: XmlElement, name: string, reading: Reading): Instruction | undefined {
  reading.checkAttributes(element, [name]);
  const event = reading.require(element, name);
  if (event === undefined) return undefined;
  if (!reading.raised.has(event)) reading.raised.set(event, placeOf(element));
  const values = new ValueList(reading);
  const params = readParams(element, values, reading);
  return { kind: 'raise', event, params, unit: values.unit(), place: placeOf(element) };
}

function readIf(element: XmlElement, state: string, reading: Reading): Instruction {
  reading.checkAttributes(element, ['cond']);
  const branches: Branch[] = [];
  let opening = element;
  let body: XmlElement[] = [];
  let hasElse = false;
  const close = (): void => {
    branches.push({
      cond: opening.element === 'else' ? -1 : condition(opening, reading),
      body: readContent(body, state, reading),
      place: placeOf(opening),
    });
    body = [];
  };
  for (const child of childElements(element)) {
    if (!isScxml(child) || (child.element !== 'elseif' && child.element !== 'else')) {
      body.push(child);
      continue;
    }
    if (hasElse) reading.report('element-misplaced', `<${child.element}> after <else>.`, child);
    close();
    opening = child;
    hasElse ||= child.element === 'else';
    // Authors who take <else> for a container are understood.
    body.push(...childElements(child));
  }
  close();
  return { kind: 'if', branches, place: placeOf(element) };
}

/** Unit of a `cond` that must be there. */
function condition(element: XmlElement, reading: Reading): number {
  reading.require(element, 'cond');
  const expression = reading.attributeExpression(element, 'cond', 'value', 'cond');
  return expression === undefined ? -1 : reading.addUnit({ kind: 'condition', expression });
}

function readForeach(element: XmlElement, state: string, reading: Reading): Instruction | undefined {
  reading.checkAttributes(element, ['array', 'item', 'index']);
  reading.require(element, 'array');
  reading.require(element, 'item');
  const array = reading.attributeExpression(element, 'array');
  const item = reading.attributeExpression(element, 'item', 'location', 'location');
  const index = reading.attributeExpression(element, 'index', 'location', 'location');
  if (array === undefined || item === undefined) return undefined;
  for (const location of [item, index]) {
    const name = location?.source.trim();
    if (name !== undefined && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) reading.loopNames.add(name);
  }
  const unit = reading.addUnit({ kind: 'foreach', array, item, index });
  const body = readContent(childElements(element), state, reading);
  return { kind: 'foreach', unit, body, place: placeOf(element) };
}

function readLog(element: XmlElement, reading: Reading): Instruction {
  reading.checkAttributes(element, ['label', 'expr', 'level']);
  const values = new ValueList(reading);
  const text = attribute(element, 'expr');
  // An empty expression is harmless (test 307).
  const expression =
    text === undefined || text.trim() === '' ? undefined : reading.attributeExpression(element, 'expr');
  const lenient = (name: string): Slot | undefined => {
    const value = attribute(element, name);
    if (value === undefined) return undefined;
    return reading.isOrs ? lenientSlot(element, name, value, values, reading) : { literal: value };
  };
  const label = lenient('label');
  const level = lenient('level');
  const slot = expression === undefined ? undefined : values.add(expression);
  return { kind: 'log', label, text: slot, level, unit: values.unit(), place: placeOf(element) };
}

function readAssign(element: XmlElement, reading: Reading): Instruction | undefined {
  reading.checkAttributes(element, ['location', 'expr']);
  reading.require(element, 'location');
  const location = reading.attributeExpression(element, 'location', 'location', 'location');
  const expression = reading.attributeExpression(element, 'expr');
  if (location === undefined) return undefined;
  const hasContent = element.children.some((child) => child.kind === 'element' || child.text.trim() !== '');
  if (expression !== undefined && hasContent) {
    reading.report('attribute-conflict', '<assign> has both expr and content.', element);
  }
  const value: ValueSource =
    expression !== undefined
      ? { kind: 'expression', expression }
      : hasContent
        ? inlineValue(element)
        : { kind: 'fault', message: '<assign> without expr and content.', place: placeOf(element) };
  return { kind: 'assign', unit: reading.addUnit({ kind: 'assign', location, value }), place: placeOf(element) };
}

/** A script in a block; undefined if it is empty. */
export function readScript(
  element: XmlElement,
  reading: Reading,
): Extract<Instruction, { kind: 'script' }> | undefined {
  reading.checkAttributes(element, ['src']);
  const expression = scriptExpression(element, reading);
  if (expression === undefined) return undefined;
  return { kind: 'script', unit: reading.addUnit({ kind: 'script', expression }), place: placeOf(element) };
}

function scriptExpression(element: XmlElement, reading: Reading): Expression | undefined {
  const source = attribute(element, 'src');
  if (source !== undefined && source.trim() !== '') {
    const url = resolveAddress(source.trim(), element.url);
    const text = reading.documents[url];
    if (text === undefined) {
      reading.report('script-source', `The script ${url} is missing.`, element);
      return undefined;
    }
    return reading.expression(ownerAt(element, { url, line: 1, column: 1 }), text, 'script', 'script');
  }
  const texts = element.children.filter((child) => child.kind === 'text' && child.text.trim() !== '');
  const only = texts[0];
  if (only === undefined) return undefined;
  // The text may come from another document by XInclude: errors are reported there.
  if (texts.length === 1 && only.kind === 'text') {
    const place = only.url === element.url ? element : ownerAt(element, only);
    return reading.expression(place, only.text, 'script', 'script', only.line);
  }
  return reading.expression(element, ownText(element), 'script', 'script');
}

function readCancel(element: XmlElement, reading: Reading): Instruction | undefined {
  reading.checkAttributes(element, ['sendid', 'sendidexpr', 'id']);
  const values = new ValueList(reading);
  const expression =
    reading.attributeExpression(element, 'sendidexpr') ??
    (reading.isOrs ? reading.attributeExpression(element, 'sendid') : undefined);
  const literal = attribute(element, reading.isOrs ? 'id' : 'sendid');
  if (expression !== undefined && literal !== undefined) {
    reading.report('attribute-conflict', '<cancel> names the event twice.', element);
  }
  if (expression === undefined && literal === undefined) {
    reading.report('attribute-missing', '<cancel> needs sendid or sendidexpr.', element);
    return undefined;
  }
  const sendId: Slot = expression === undefined ? { literal: literal ?? '' } : values.add(expression);
  const isAmbiguous = expression !== undefined && literal !== undefined;
  return { kind: 'cancel', sendId, isAmbiguous, unit: values.unit(), place: placeOf(element) };
}
