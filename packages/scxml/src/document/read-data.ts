import type { DataItem, ValueSource } from '../chart/unit.js';
import { parseJson } from '../json.js';
import { resolveAddress } from '../xml/address.js';
import { attribute, childElements, ownText, type XmlElement } from '../xml/element.js';
import { writeXml } from '../xml/write-xml.js';
import { isIdentifier } from './expression.js';
import { placeOf, type Reading } from './reading.js';

/** The `<data>` elements of a `<datamodel>`. */
export function readDatamodel(element: XmlElement, reading: Reading): DataItem[] {
  const items: DataItem[] = [];
  for (const child of childElements(element)) {
    if (child.element !== 'data') {
      reading.report('element-unknown', `<${child.element}> is not known in <datamodel>.`, child);
      continue;
    }
    reading.checkAttributes(child, ['id', 'expr', 'src']);
    const id = reading.require(child, 'id');
    if (id === undefined) continue;
    if (!isIdentifier(id))
      reading.report('data-id-invalid', `The data id ${JSON.stringify(id)} is no identifier.`, child);
    const hasSource = attribute(child, 'src') !== undefined && attribute(child, 'expr') === undefined;
    items.push({ id, value: readValue(child, id, reading), hasSource, place: placeOf(child) });
  }
  return items;
}

function readValue(element: XmlElement, id: string, reading: Reading): ValueSource | undefined {
  const expression = reading.attributeExpression(element, 'expr', 'value', 'data');
  const source = attribute(element, 'src');
  const hasContent = element.children.some((child) => child.kind === 'element' || child.text.trim() !== '');
  if ([expression !== undefined, source !== undefined, hasContent].filter(Boolean).length > 1) {
    reading.report('attribute-conflict', `Data ${id} has more than one of expr, src and content.`, element);
  }
  if (expression !== undefined) return { kind: 'expression', expression };
  if (source !== undefined) {
    const url = resolveAddress(source.trim(), element.url);
    const text = reading.documents[url];
    if (text === undefined) {
      const message = `The source ${url} of data ${id} is missing.`;
      reading.report('data-source', message, element);
      return { kind: 'fault', message, place: placeOf(element), target: url, status: reading.unavailable[url] ?? 404 };
    }
    return contentValue(text, element);
  }
  return hasContent ? inlineValue(element) : undefined;
}

/** The value of an element's content (SCXML 1.0, B.2.8.1): XML, JSON or text with white space normalised. */
export function inlineValue(element: XmlElement): ValueSource {
  if (childElements(element).length > 0) {
    const nodes = element.children.filter((child) => child.kind === 'element' || child.text.trim() !== '');
    return { kind: 'xml', text: writeXml(nodes), place: placeOf(element) };
  }
  return contentValue(ownText(element), element);
}

/** The value of text that came from a document or from an element. */
export function contentValue(text: string, element: XmlElement): ValueSource {
  const trimmed = text.trim();
  const place = placeOf(element);
  if (/^<[^!]|^<\?xml/.test(trimmed) && trimmed.endsWith('>')) return { kind: 'xml', text: trimmed, place };
  const json = parseJson(trimmed);
  return { kind: 'json', value: json === undefined ? trimmed.replace(/\s+/g, ' ') : json, place };
}
