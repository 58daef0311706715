import type { Instruction, NamedSlot, Slot } from '../chart/instruction.js';
import { attribute, childElements, type XmlElement } from '../xml/element.js';
import { readContentElement, readParams } from './read-values.js';
import { isScxml, lenientSlot, placeOf, type Reading, ValueList } from './reading.js';

const attributes = [
  'event',
  'eventexpr',
  'target',
  'targetexpr',
  'type',
  'typeexpr',
  'id',
  'idlocation',
  'delay',
  'delayexpr',
  'namelist',
];
/** Names of the 2009 draft and of documents older than that. */
const orsAttributes = [...attributes, 'targettype', 'sendid', 'hints', 'timeout'];

/** `<send>`. In the `ors` dialect event, target, type and delay are expressions themselves. */
export function readSend(element: XmlElement, state: string, reading: Reading): Instruction {
  reading.checkAttributes(element, reading.isOrs ? orsAttributes : attributes);
  for (const name of ['event', 'target', 'type', 'delay']) {
    if (element.attributes.has(name) && element.attributes.has(`${name}expr`)) {
      reading.report('attribute-conflict', `<send> has both ${name} and ${name}expr.`, element);
    }
  }
  const values = new ValueList(reading);
  const id = attribute(element, 'id') ?? (reading.isOrs ? attribute(element, 'sendid') : undefined);
  const idLocation = reading.attributeExpression(element, 'idlocation', 'location', 'location');
  if (id !== undefined && idLocation !== undefined) {
    reading.report('attribute-conflict', '<send> has both id and idlocation.', element);
  }
  const event = slot(element, 'event', values, reading);
  if (
    event !== undefined &&
    'literal' in event &&
    typeof event.literal === 'string' &&
    !reading.raised.has(event.literal)
  ) {
    reading.raised.set(event.literal, placeOf(element));
  }
  const hints = reading.isOrs ? reading.attributeExpression(element, 'hints') : undefined;
  const instruction: Instruction = {
    kind: 'send',
    event,
    target: slot(element, 'target', values, reading),
    type: typeSlot(element, values, reading),
    delay: slot(element, 'delay', values, reading),
    hints: hints === undefined ? undefined : values.add(hints),
    id,
    idLocation: idLocation === undefined ? -1 : reading.addUnit({ kind: 'store', location: idLocation }),
    params: [...readNamelist(element, values, reading), ...readParams(element, values, reading)],
    content: readContentElement(element, values, reading),
    unit: values.unit(),
    state,
    place: placeOf(element),
  };
  checkChildren(element, reading);
  if (instruction.content !== undefined && instruction.params.length > 0) {
    reading.report('attribute-conflict', '<send> has <content> beside namelist or <param>.', element);
  }
  return instruction;
}

function checkChildren(element: XmlElement, reading: Reading): void {
  for (const child of childElements(element)) {
    if (isScxml(child) && child.element !== 'param' && child.element !== 'content') {
      reading.report('element-unknown', `<${child.element}> is not known in <${element.element}>.`, child);
    }
  }
}

/** `name` is literal, `nameexpr` an expression; in the `ors` dialect both are expressions. */
function slot(element: XmlElement, name: string, values: ValueList, reading: Reading): Slot | undefined {
  const expression =
    reading.attributeExpression(element, `${name}expr`) ??
    (reading.isOrs ? reading.attributeExpression(element, name) : undefined);
  if (expression !== undefined) return values.add(expression);
  const literal = attribute(element, name);
  return literal === undefined ? undefined : { literal };
}

function typeSlot(element: XmlElement, values: ValueList, reading: Reading): Slot | undefined {
  const expression = reading.attributeExpression(element, 'typeexpr');
  if (expression !== undefined) return values.add(expression);
  for (const name of reading.isOrs ? ['type', 'targettype'] : ['type']) {
    const value = attribute(element, name);
    if (value === undefined) continue;
    return reading.isOrs ? lenientSlot(element, name, value, values, reading) : { literal: value };
  }
  return undefined;
}

/** The locations in `namelist`, each under its own name. */
export function readNamelist(element: XmlElement, values: ValueList, reading: Reading): NamedSlot[] {
  const names = (attribute(element, 'namelist') ?? '').split(/\s+/).filter((name) => name !== '');
  return names.map((name) => ({
    name,
    value: values.add(reading.expression(element, name, 'location', 'location')),
  }));
}
