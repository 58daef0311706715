import { SaxesParser } from 'saxes';
import type { DiagnosticList } from '../diagnostics.js';
import type { XmlLimits } from '../limits.js';
import { bareAmpersand } from './bare-ampersand.js';
import { AttributeList, type XmlAttribute, type XmlElement, type XmlNode } from './element.js';
import { readPlainXml } from './read-plain-xml.js';

const xmlnsUri = 'http://www.w3.org/2000/xmlns/';
/** After so many errors of one document the rest is noise. */
const maxErrors = 20;

/**
 * Reads a document into a tree of elements with lines and columns. Nothing is fetched: external entities and document
 * type declarations have no effect, an entity that XML does not define itself is an error.
 * Returns undefined if there is an error; all of them are in `diagnostics`.
 */
export function readXml(
  text: string,
  url: string,
  limits: XmlLimits,
  diagnostics: DiagnosticList,
): XmlElement | undefined {
  if (limits.documentChars > 0 && text.length > limits.documentChars) {
    const message = `The document has ${text.length} characters, more than the ${limits.documentChars} allowed.`;
    diagnostics.add('xml-too-large', message, { url, line: 1, column: 1 });
    return undefined;
  }
  return readPlainXml(text, url, limits) ?? readAnyXml(text, url, limits, diagnostics);
}

/** The complete reader: everything that XML allows, and all that is wrong with a document. */
export function readAnyXml(
  text: string,
  url: string,
  limits: XmlLimits,
  diagnostics: DiagnosticList,
): XmlElement | undefined {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let errors = 0;
  let ampersand: ReturnType<typeof bareAmpersand>;
  let tooDeep = false;
  let start = { line: 1, column: 1 };
  /** Where each attribute of the tag stands: line, column and so on. */
  const places: number[] = [];

  parser.on('error', (error) => {
    errors += 1;
    if (errors === 1) {
      ampersand = bareAmpersand(text);
      if (ampersand) diagnostics.add('xml-syntax', "A bare '&' is not allowed: write &amp;.", { url, ...ampersand });
    }
    // What comes after a bare '&' has been misread.
    if (errors > maxErrors || (ampersand && parser.line >= ampersand.line)) return;
    const message = error.message.replace(/^[^ ]*?\d+:\d+: /, '');
    diagnostics.add('xml-syntax', message, { url, line: parser.line, column: parser.columnIndex + 1 });
  });
  parser.on('opentagstart', (tag) => {
    places.length = 0;
    start = { line: parser.line, column: Math.max(1, parser.columnIndex - tag.name.length - 1) };
  });
  parser.on('attribute', ({ name, value }) => {
    places.push(parser.line, Math.max(1, parser.columnIndex - value.length - name.length - 2));
  });
  parser.on('opentag', (tag) => {
    const parent = open[open.length - 1];
    const attributes = new AttributeList();
    let at = 0;
    for (const key in tag.attributes) {
      const found = tag.attributes[key];
      if (found === undefined) continue;
      const { name, local, uri, value } = found;
      attributes.add({ name, local, uri, value, line: places[at] ?? start.line, column: places[at + 1] ?? 1 });
      at += 2;
    }
    const element: XmlElement = {
      kind: 'element',
      element: tag.local,
      prefix: tag.prefix,
      uri: tag.uri,
      attributes,
      children: [],
      namespaces: namespacesOf(tag.ns, parent),
      url,
      line: start.line,
      column: start.column,
    };
    parent?.children.push(element);
    root ??= element;
    open.push(element);
    if (limits.documentDepth > 0 && open.length > limits.documentDepth && !tooDeep) {
      tooDeep = true;
      diagnostics.add('xml-too-large', `Elements are nested deeper than ${limits.documentDepth}.`, { url, ...start });
    }
  });
  parser.on('closetag', () => {
    open.pop();
  });
  const addText = (content: string, before: number): void => {
    const parent = open[open.length - 1];
    if (parent === undefined || content === '') return;
    const last = parent.children[parent.children.length - 1];
    if (last?.kind === 'text') {
      last.text += content;
      return;
    }
    const lines = content.split('\n').length - 1;
    const column = lines === 0 ? Math.max(1, parser.columnIndex - content.length - before + 1) : 1;
    parent.children.push({ kind: 'text', text: content, url, line: Math.max(1, parser.line - lines), column });
  };
  parser.on('text', (content) => addText(content, 1));
  parser.on('cdata', (content) => addText(content, 3));
  parser.write(text);
  if (errors < maxErrors) parser.close();
  return errors > 0 || tooDeep ? undefined : root;
}

const noNamespaces: ReadonlyMap<string, string> = new Map();

function namespacesOf(
  declared: Record<string, string> | undefined,
  parent: XmlElement | undefined,
): ReadonlyMap<string, string> {
  const inherited = parent?.namespaces ?? noNamespaces;
  let all: Map<string, string> | undefined;
  for (const prefix in declared) {
    all ??= new Map(inherited);
    all.set(prefix, declared[prefix] ?? '');
  }
  return all ?? inherited;
}

/** True for namespace declarations. */
export function isDeclaration(found: XmlAttribute): boolean {
  return found.uri === xmlnsUri || found.name === 'xmlns';
}

/** The text of a tree, in document order. */
export function textContent(nodes: readonly XmlNode[]): string {
  return nodes.map((node) => (node.kind === 'text' ? node.text : textContent(node.children))).join('');
}
