import type { ActionDescriptor, AttributeDescriptor, ChildDescriptor } from '../api/application.js';
import type { ActionInstruction, ActionShape, Instruction, NamedSlot, Slot } from '../chart/instruction.js';
import { childElements, ownText, type XmlElement } from '../xml/element.js';
import { isDeclaration } from '../xml/read-xml.js';
import { normaliseNamespace } from './namespaces.js';
import { contentValue } from './read-data.js';
import { readNamelist } from './read-send.js';
import { literalValue, readContentElement, readParams } from './read-values.js';
import { lenientSlot, placeOf, type Reading, ValueList } from './reading.js';

/** The attribute that receives the id of the request. */
const requestAttribute = 'requestid';

/** An element that the host performs, as its descriptor says. */
export function readAction(element: XmlElement, descriptor: ActionDescriptor, reading: Reading): Instruction {
  const values = new ValueList(reading);
  const isLocation = descriptor.attributes[requestAttribute]?.kind === 'location';
  const location = isLocation
    ? reading.attributeExpression(element, requestAttribute, 'location', 'location')
    : undefined;
  const shape = readShape(element, descriptor, values, reading, isLocation);
  return {
    kind: 'action',
    namespace: normaliseNamespace(element.uri),
    name: descriptor.name,
    unit: values.unit(),
    requestId: location === undefined ? -1 : reading.addUnit({ kind: 'store', location }),
    newSession: newSessionOf(element, descriptor, reading),
    shape,
    missing: missingAttribute(element, descriptor, reading),
    place: placeOf(element),
  };
}

/** The attribute that names a location for the id of a new session. */
function newSessionOf(
  element: XmlElement,
  descriptor: ActionDescriptor,
  reading: Reading,
): ActionInstruction['newSession'] {
  const name = Object.keys(descriptor.attributes).find((found) => descriptor.attributes[found]?.kind === 'session');
  if (name === undefined) return undefined;
  const location = reading.attributeExpression(element, name, 'location', 'location');
  return { attribute: name, unit: location === undefined ? -1 : reading.addUnit({ kind: 'store', location }) };
}

function missingAttribute(
  element: XmlElement,
  descriptor: ActionDescriptor | ChildDescriptor,
  reading: Reading,
): string | undefined {
  for (const [name, { required, default: preset }] of Object.entries(descriptor.attributes)) {
    if (required !== true || preset !== undefined || element.attributes.has(name)) continue;
    reading.report('action-attribute-missing', `<${element.element}> needs ${name}.`, element);
    return name;
  }
  for (const child of childElements(element)) {
    const inner = childDescriptor(child, descriptor);
    const missing = inner === undefined ? undefined : missingAttribute(child, inner, reading);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function readShape(
  element: XmlElement,
  descriptor: ActionDescriptor | ChildDescriptor,
  values: ValueList,
  reading: Reading,
  isRequest: boolean,
): ActionShape {
  const attributes: NamedSlot[] = [];
  for (const found of element.attributes.values()) {
    if (isDeclaration(found)) continue;
    const known = descriptor.attributes[found.name];
    if ((isRequest && found.name === requestAttribute) || known?.kind === 'namelist' || known?.kind === 'session')
      continue;
    if (known !== undefined) {
      attributes.push({
        name: found.name,
        value: attributeSlot(element, found.name, found.value, known, values, reading),
      });
    } else if (!found.name.startsWith('_') && found.uri === '') {
      const message = `<${element.element}> has no attribute ${found.name}.`;
      reading.report('action-attribute', message, { url: element.url, line: found.line, column: found.column });
    }
  }
  for (const [name, { default: preset }] of Object.entries(descriptor.attributes)) {
    if (preset !== undefined && !element.attributes.has(name)) attributes.push({ name, value: { literal: preset } });
  }
  const children: ActionShape[] = [];
  for (const child of childElements(element)) {
    const inner = childDescriptor(child, descriptor);
    if (inner !== undefined) {
      children.push(readShape(child, inner, values, reading, false));
    } else if (child.element !== 'param' && child.element !== 'content') {
      reading.report('action-child', `<${child.element}> is not known in <${element.element}>.`, child);
    }
  }
  const hasParam = (descriptor.children ?? []).some((child) => child.name === 'param');
  const hasContent = (descriptor.children ?? []).some((child) => child.name === 'content');
  return {
    name: descriptor.name,
    attributes,
    children,
    params: [
      ...(descriptor.attributes.namelist?.kind === 'namelist' ? readNamelist(element, values, reading) : []),
      ...(hasParam ? [] : readParams(element, values, reading)),
    ],
    content: hasContent ? undefined : (readContentElement(element, values, reading) ?? textContent(element)),
  };
}

/** Text directly inside an action is its content. */
function textContent(element: XmlElement): Slot | undefined {
  const text = ownText(element).trim();
  return text === '' ? undefined : { literal: literalValue(contentValue(text, element)) };
}

function childDescriptor(
  element: XmlElement,
  descriptor: ActionDescriptor | ChildDescriptor,
): ChildDescriptor | undefined {
  return descriptor.children?.find(
    (child) =>
      child.name === element.element &&
      (child.namespaces === undefined ||
        child.namespaces.some((uri) => normaliseNamespace(uri) === normaliseNamespace(element.uri))),
  );
}

function attributeSlot(
  element: XmlElement,
  name: string,
  text: string,
  descriptor: AttributeDescriptor,
  values: ValueList,
  reading: Reading,
): Slot {
  switch (descriptor.kind) {
    case 'value': {
      const expression = reading.attributeExpression(element, name);
      return expression === undefined ? { literal: text } : values.add(expression);
    }
    case 'location': {
      // The host learns the location; only the request id is written by the engine.
      reading.attributeExpression(element, name, 'location', 'location');
      return { literal: text };
    }
    case 'literal':
    case 'namelist':
    case 'session':
      return { literal: text };
    case 'lenient':
      return lenientSlot(element, name, text, values, reading);
  }
}
