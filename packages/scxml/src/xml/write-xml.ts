import type { XmlElement, XmlNode } from './element.js';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for element content or a double-quoted attribute value. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/**
 * The text of nodes, complete in itself: namespace declarations that were in force around a top-level element and are
 * used inside it are repeated on it.
 */
export function writeXml(nodes: readonly XmlNode[]): string {
  return nodes.map((node) => write(node, new Map())).join('');
}

function write(node: XmlNode, inForce: ReadonlyMap<string, string>): string {
  if (node.kind === 'text') return escapeXml(node.text);
  const declared = new Map(inForce);
  let tag = qualified(node);
  for (const found of node.attributes.values()) {
    if (found.name === 'xmlns') declared.set('', found.value);
    else if (found.name.startsWith('xmlns:')) declared.set(found.name.slice(6), found.value);
  }
  for (const [prefix, uri] of needed(node)) {
    if ((declared.get(prefix) ?? '') === uri) continue;
    declared.set(prefix, uri);
    tag += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeXml(uri)}"`;
  }
  for (const found of node.attributes.values()) tag += ` ${found.name}="${escapeXml(found.value)}"`;
  if (node.children.length === 0) return `<${tag}/>`;
  const inner = node.children.map((child) => write(child, declared)).join('');
  return `<${tag}>${inner}</${qualified(node)}>`;
}

function qualified(element: XmlElement): string {
  return element.prefix === '' ? element.element : `${element.prefix}:${element.element}`;
}

function needed(element: XmlElement): [prefix: string, uri: string][] {
  const pairs: [string, string][] = [[element.prefix, element.uri]];
  for (const found of element.attributes.values()) {
    const colon = found.name.indexOf(':');
    const prefix = found.name.slice(0, Math.max(0, colon));
    if (prefix !== '' && prefix !== 'xmlns' && prefix !== 'xml') pairs.push([prefix, found.uri]);
  }
  return pairs;
}
