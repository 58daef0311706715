import type { InvokeNode, Slot } from '../chart/instruction.js';
import { attribute, childElements, type XmlElement } from '../xml/element.js';
import { writeXml } from '../xml/write-xml.js';
import { readContent } from './read-content.js';
import { inlineValue } from './read-data.js';
import { readNamelist } from './read-send.js';
import { literalValue, readParams } from './read-values.js';
import { lenientSlot, placeOf, type Reading, ValueList } from './reading.js';

const attributes = ['type', 'typeexpr', 'src', 'srcexpr', 'id', 'idlocation', 'namelist', 'autoforward'];
const orsAttributes = [...attributes, 'targettype', 'invokeid'];

/** `<invoke>` of a state. */
export function readInvoke(
  element: XmlElement,
  state: { index: number; id: string },
  index: number,
  reading: Reading,
): InvokeNode {
  reading.checkAttributes(element, reading.isOrs ? orsAttributes : attributes);
  const values = new ValueList(reading);
  const idLocation = reading.attributeExpression(element, 'idlocation', 'location', 'location');
  const id = attribute(element, 'id') ?? (reading.isOrs ? attribute(element, 'invokeid') : undefined);
  if (id !== undefined && idLocation !== undefined) {
    reading.report('attribute-conflict', '<invoke> has both id and idlocation.', element);
  }
  const autoforward = attribute(element, 'autoforward') ?? 'false';
  if (autoforward !== 'true' && autoforward !== 'false') {
    reading.report('attribute-value', `autoforward is true or false, not ${JSON.stringify(autoforward)}.`, element);
  }
  const finalize = childElements(element).find((child) => child.element === 'finalize');
  return {
    index,
    state: state.index,
    stateId: state.id,
    id,
    idLocation: idLocation === undefined ? -1 : reading.addUnit({ kind: 'store', location: idLocation }),
    type: typeSlot(element, values, reading),
    src: exprOr(element, 'src', values, reading),
    params: [...readNamelist(element, values, reading), ...readParams(element, values, reading)],
    content: invokedContent(element, values, reading),
    unit: values.unit(),
    autoforward: autoforward === 'true',
    finalize: finalize === undefined ? [] : readContent(childElements(finalize), state.id, reading),
    place: placeOf(element),
  };
}

function exprOr(element: XmlElement, name: string, values: ValueList, reading: Reading): Slot | undefined {
  const expression = reading.attributeExpression(element, `${name}expr`);
  const literal = attribute(element, name);
  if (expression !== undefined && literal !== undefined) {
    reading.report('attribute-conflict', `<invoke> has both ${name} and ${name}expr.`, element);
  }
  if (expression !== undefined) return values.add(expression);
  return literal === undefined ? undefined : { literal };
}

function typeSlot(element: XmlElement, values: ValueList, reading: Reading): Slot | undefined {
  if (!reading.isOrs) return exprOr(element, 'type', values, reading);
  for (const name of ['type', 'targettype']) {
    const value = attribute(element, name);
    if (value !== undefined) return lenientSlot(element, name, value, values, reading);
  }
  return exprOr(element, 'type', values, reading);
}

/** The document to invoke, as text; elements inside `<content>` are written out with their namespaces. */
function invokedContent(element: XmlElement, values: ValueList, reading: Reading): Slot | undefined {
  const child = childElements(element).find((found) => found.element === 'content');
  if (child === undefined) return undefined;
  reading.checkAttributes(child, ['expr']);
  const expression = reading.attributeExpression(child, 'expr') ?? reading.attributeExpression(child, '_expr');
  if (expression !== undefined) return values.add(expression);
  const elements = childElements(child);
  return { literal: elements.length > 0 ? writeXml(elements) : literalValue(inlineValue(child)) };
}
