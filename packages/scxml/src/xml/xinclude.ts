import type { DiagnosticList } from '../diagnostics.js';
import type { XmlLimits } from '../limits.js';
import { resolveAddress } from './address.js';
import { attribute, childElements, walk, type XmlElement, type XmlNode } from './element.js';
import { readXml } from './read-xml.js';

const xincludeUris = new Set([
  'http://www.w3.org/2001/XInclude',
  'http://www.w3.org/2003/XInclude',
  'www.w3.org/2001/XInclude',
  'www.w3.org/2003/XInclude',
]);

function isInclude(element: XmlElement): boolean {
  return element.element === 'include' && xincludeUris.has(element.uri);
}

/** Stands for the prefix in content that is included with `resolveid`. */
const prefixPlaceholder = '$$_MY_PREFIX_$$';
/** Elements whose `id` names a state; ids of data and sends are names of other kinds. */
const stateElements = new Set(['state', 'parallel', 'final', 'history', 'initial']);

interface Inclusion {
  documents: Record<string, string>;
  limits: XmlLimits & { includes: number };
  diagnostics: DiagnosticList;
  count: number;
}

/**
 * Replaces every `xi:include` below `root` by what it names: text, or the element with the id in `xpointer`.
 * With `resolveid`, ids of states in the fragment get that prefix, and `$$_MY_PREFIX_$$` stands for it; prefixes of
 * nested inclusions are joined with a dot.
 */
export function expandIncludes(
  root: XmlElement,
  documents: Record<string, string>,
  limits: XmlLimits & { includes: number },
  diagnostics: DiagnosticList,
): void {
  expand(root, undefined, [root.url], { documents, limits, diagnostics, count: 0 });
}

function expand(parent: XmlElement, prefix: string | undefined, trail: string[], inclusion: Inclusion): void {
  const expanded: XmlNode[] = [];
  for (const child of parent.children) {
    if (child.kind === 'text') {
      expanded.push(child);
    } else if (isInclude(child)) {
      expanded.push(...include(child, prefix, trail, inclusion));
    } else {
      expand(child, prefix, trail, inclusion);
      expanded.push(child);
    }
  }
  parent.children = expanded;
}

function include(element: XmlElement, prefix: string | undefined, trail: string[], inclusion: Inclusion): XmlNode[] {
  const { documents, limits, diagnostics } = inclusion;
  const href = attribute(element, 'href');
  if (href === undefined) {
    diagnostics.add('attribute-missing', 'xi:include without href.', element);
    return [];
  }
  inclusion.count += 1;
  if (limits.includes > 0 && inclusion.count > limits.includes) {
    diagnostics.add('include-limit', `More than ${limits.includes} inclusions.`, element);
    return [];
  }
  const url = resolveAddress(href, element.url);
  const text = documents[url];
  if (text === undefined) {
    const fallback = childElements(element).find((child) => child.element === 'fallback');
    if (fallback === undefined) {
      diagnostics.add('document-missing', `The included document ${url} is missing.`, element);
      return [];
    }
    if (prefix !== undefined) applyPrefix(fallback, prefix);
    expand(fallback, prefix, trail, inclusion);
    return fallback.children;
  }
  if (attribute(element, 'parse') === 'text') {
    const included = prefix === undefined ? text : text.replaceAll(prefixPlaceholder, prefix);
    return [{ kind: 'text', text: included, url, line: 1, column: 1 }];
  }
  const pointer = attribute(element, 'xpointer');
  const step = `${url}#${pointer ?? ''}`;
  if (trail.includes(step) || (pointer === undefined && trail.includes(url))) {
    diagnostics.add('include-limit', `${url} includes itself.`, element);
    return [];
  }
  const included = readDocument(text, url, limits, diagnostics);
  if (included === undefined) return [];
  const fragment = pointer === undefined ? included : pointed(included, pointer);
  if (fragment === undefined) {
    diagnostics.add('include-target', `${url} has no element with the id ${pointer}.`, element);
    return [];
  }
  const inner = composedPrefix(attribute(element, 'resolveid'), prefix);
  if (inner !== undefined) applyPrefix(fragment, inner);
  // A whole document is included without its root.
  const parts = fragment.element === 'scxml' ? fragment.children : [fragment];
  const holder: XmlElement = { ...element, children: parts };
  expand(holder, inner, [...trail, step], inclusion);
  return holder.children;
}

/** The element that a shorthand pointer, `element(id)`, `xpointer(id('id'))` or `xpointer(//state[@id='id'])` names. */
function pointed(root: XmlElement, pointer: string): XmlElement | undefined {
  const byAttribute = /@(?:xml:)?id\s*=\s*['"]([^'"]+)['"]/.exec(pointer)?.[1];
  const id =
    byAttribute ?? /^(?:element|xpointer)\(\s*(?:id\(\s*)?['"]?([^'")]+)['"]?\s*\)?\)$/.exec(pointer)?.[1] ?? pointer;
  for (const element of walk(root)) {
    if (attribute(element, 'id') === id) return element;
  }
  return undefined;
}

function composedPrefix(resolveId: string | undefined, outer: string | undefined): string | undefined {
  if (resolveId === undefined || resolveId === '') return outer;
  if (outer === undefined) return resolveId.replaceAll(`${prefixPlaceholder}.`, '');
  if (resolveId.includes(prefixPlaceholder)) return resolveId.replaceAll(prefixPlaceholder, outer);
  return `${outer}.${resolveId}`;
}

function applyPrefix(fragment: XmlElement, prefix: string): void {
  for (const element of walk(fragment)) {
    element.idPrefix = prefix;
    const isInner = isInclude(element);
    for (const found of element.attributes.values()) {
      // The prefix of a nested inclusion is composed when that inclusion is expanded.
      if (isInner && found.name === 'resolveid') continue;
      found.value = found.value.replaceAll(prefixPlaceholder, prefix);
      if (found.name === 'id' && stateElements.has(element.element) && !found.value.startsWith(`${prefix}.`)) {
        found.value = `${prefix}.${found.value}`;
      }
    }
    for (const child of element.children) {
      if (child.kind === 'text') child.text = child.text.replaceAll(prefixPlaceholder, prefix);
    }
  }
}

function removePlaceholder(root: XmlElement): void {
  const without = (text: string): string =>
    text.replaceAll(`${prefixPlaceholder}.`, '').replaceAll(prefixPlaceholder, '');
  for (const element of walk(root)) {
    for (const found of element.attributes.values()) found.value = without(found.value);
    for (const child of element.children) if (child.kind === 'text') child.text = without(child.text);
  }
}

/** Absolute addresses that the text of a document refers to and that the host has to fetch first. */
export function referencedAddresses(root: XmlElement): string[] {
  const found = new Set<string>();
  const add = (reference: string | undefined, base: string): void => {
    if (reference !== undefined && reference.trim() !== '') found.add(resolveAddress(reference.trim(), base));
  };
  for (const element of walk(root)) {
    if (isInclude(element)) add(attribute(element, 'href'), element.url);
    if (element.element === 'script' || element.element === 'data') add(attribute(element, 'src'), element.url);
  }
  return [...found];
}

function readDocument(
  text: string,
  url: string,
  limits: XmlLimits,
  diagnostics: DiagnosticList,
): XmlElement | undefined {
  const root = readXml(text, url, limits, diagnostics);
  if (root === undefined || !/\s(?:ID|Id)\s*=/.test(text)) return root;
  // Samples of the original's guide write ids in capitals.
  for (const { attributes } of walk(root)) {
    if (!attributes.has('id')) attributes.rename(attributes.has('ID') ? 'ID' : 'Id', 'id');
  }
  return root;
}

/** Reads, and expands every inclusion of, the main document. */
export function loadDocument(
  main: string,
  documents: Record<string, string>,
  limits: XmlLimits & { includes: number },
  diagnostics: DiagnosticList,
): XmlElement | undefined {
  const text = documents[main];
  if (text === undefined) {
    const message = `The main document ${main} is missing.`;
    diagnostics.add('document-missing', message, { url: main, line: 1, column: 1 });
    return undefined;
  }
  const root = readDocument(text, main, limits, diagnostics);
  if (root === undefined) return undefined;
  // A part that runs by itself has no prefix.
  if (text.includes(prefixPlaceholder)) removePlaceholder(root);
  expandIncludes(root, documents, limits, diagnostics);
  return root;
}

/** True if the element has an element child; otherwise its content is text. */
export function hasElementContent(element: XmlElement): boolean {
  return childElements(element).length > 0;
}
