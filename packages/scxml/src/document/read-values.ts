import type { NamedSlot, Slot } from '../chart/instruction.js';
import type { Expression, ValueSource } from '../chart/unit.js';
import type { JsonValue } from '../json.js';
import { childElements, type XmlElement } from '../xml/element.js';
import { inlineValue } from './read-data.js';
import type { Reading, ValueList } from './reading.js';

/** The `<param>` children, in document order. */
export function readParams(element: XmlElement, values: ValueList, reading: Reading): NamedSlot[] {
  const params: NamedSlot[] = [];
  for (const child of childElements(element)) {
    if (child.element !== 'param') continue;
    const param = readParam(child, reading);
    if (param !== undefined) params.push({ name: param.name, value: values.add(param.expression) });
  }
  return params;
}

export function readParam(element: XmlElement, reading: Reading): { name: string; expression: Expression } | undefined {
  reading.checkAttributes(element, ['name', 'expr', 'location']);
  const name = reading.require(element, 'name');
  const byExpression = reading.attributeExpression(element, 'expr');
  const byLocation = reading.attributeExpression(element, 'location', 'location', 'location');
  if (byExpression !== undefined && byLocation !== undefined) {
    reading.report('attribute-conflict', '<param> has both expr and location.', element);
  }
  const expression = byExpression ?? byLocation;
  if (name === undefined) return undefined;
  if (expression === undefined) {
    reading.report('attribute-missing', '<param> needs expr or location.', element);
    return reading.isOrs ? { name, expression: reading.expression(element, 'undefined', 'value', 'value') } : undefined;
  }
  return { name, expression };
}

/** The `<content>` child: its expression, or its content as a value. */
export function readContentElement(element: XmlElement, values: ValueList, reading: Reading): Slot | undefined {
  const child = childElements(element).find((found) => found.element === 'content');
  if (child === undefined) return undefined;
  reading.checkAttributes(child, ['expr']);
  const expression = reading.attributeExpression(child, 'expr') ?? reading.attributeExpression(child, '_expr');
  if (expression !== undefined) return values.add(expression);
  return { literal: literalValue(inlineValue(child)) };
}

/** An inline value as it crosses the border of a session. */
export function literalValue(source: ValueSource): JsonValue {
  if (source.kind === 'json') return source.value;
  return source.kind === 'xml' ? { $xml: source.text } : null;
}
