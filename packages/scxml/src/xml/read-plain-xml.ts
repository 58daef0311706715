import type { XmlLimits } from '../limits.js';
import { AttributeList, type XmlAttribute, type XmlElement } from './element.js';

const xmlUri = 'http://www.w3.org/XML/1998/namespace';
const xmlnsUri = 'http://www.w3.org/2000/xmlns/';

/** Characters that are not allowed, or whose handling is left to the complete reader: surrogates, and a leading mark. */
const unusual = /[^\t\n -\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const xmlDeclaration =
  /^<\?xml[ \t\n]+version="1\.0"(?:[ \t\n]+encoding="(?:utf-8|UTF-8)")?(?:[ \t\n]+standalone="(?:yes|no)")?[ \t\n]*\?>/;
const reference = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\dA-Fa-f]{1,6}));/g;
const known: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Thrown inside to give up. */
class NotPlain extends Error {}
const notPlain = new NotPlain('The document is not plain.');

/**
 * Reads documents without errors and oddities several times faster than the complete reader does. Undefined for
 * everything else, which the complete reader has to judge: faulty documents, document types, names that are not ASCII,
 * processing instructions, characters outside of the basic plane, too much nesting. What it does read is the tree that
 * the complete reader gives.
 */
export function readPlainXml(text: string, url: string, limits: XmlLimits): XmlElement | undefined {
  const unified = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  if (unusual.test(unified) || unified.includes(']]>') !== unified.includes('<![CDATA[')) return undefined;
  try {
    return new PlainReader(unified, url, limits.documentDepth).read();
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

/** Namespaces in force; the root's parent declares none. */
type Namespaces = ReadonlyMap<string, string>;
const noNamespaces: Namespaces = new Map();

class PlainReader {
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #nextBreak: number;
  readonly #open: XmlElement[] = [];
  readonly #openNames: string[] = [];
  #root: XmlElement | undefined;

  constructor(
    private readonly text: string,
    private readonly url: string,
    private readonly depth: number,
  ) {
    this.#nextBreak = text.indexOf('\n');
  }

  read(): XmlElement {
    this.#at = xmlDeclaration.exec(this.text)?.[0].length ?? 0;
    while (this.#at < this.text.length) {
      if (this.text.charCodeAt(this.#at) !== lessThan) this.#readText();
      else this.#readMarkup();
    }
    if (this.#root === undefined || this.#open.length > 0) throw notPlain;
    return this.#root;
  }

  #readMarkup(): void {
    const next = this.text.charCodeAt(this.#at + 1);
    if (next === slash) this.#readEndTag();
    else if (next !== exclamationMark) this.#readStartTag();
    else if (this.text.startsWith('<!--', this.#at)) this.#skipComment();
    else if (this.text.startsWith('<![CDATA[', this.#at)) this.#readCdata();
    else throw notPlain;
  }

  /** Moves the count of lines to a place that is not before the last one. */
  #moveTo(at: number): void {
    while (this.#nextBreak >= 0 && this.#nextBreak < at) {
      this.#line += 1;
      this.#lineStart = this.#nextBreak + 1;
      this.#nextBreak = this.text.indexOf('\n', this.#lineStart);
    }
  }

  #find(what: string, from: number): number {
    const found = this.text.indexOf(what, from);
    if (found < 0) throw notPlain;
    return found;
  }

  #readText(): void {
    const start = this.#at;
    const found = this.text.indexOf('<', start);
    const end = found < 0 ? this.text.length : found;
    const raw = this.text.slice(start, end);
    this.#at = end;
    if (this.#open.length === 0) {
      if (/[^ \t\n]/.test(raw)) throw notPlain;
      return;
    }
    if (raw.includes(']]>')) throw notPlain;
    this.#addText(resolved(raw), start);
  }

  #readCdata(): void {
    const start = this.#at + '<![CDATA['.length;
    const end = this.#find(']]>', start);
    if (this.#open.length === 0) throw notPlain;
    this.#at = end + 3;
    this.#addText(this.text.slice(start, end), start);
  }

  #addText(content: string, start: number): void {
    const parent = this.#open[this.#open.length - 1];
    if (parent === undefined || content === '') return;
    const last = parent.children[parent.children.length - 1];
    if (last?.kind === 'text') {
      last.text += content;
      return;
    }
    this.#moveTo(start);
    const column = start - this.#lineStart + 1;
    parent.children.push({ kind: 'text', text: content, url: this.url, line: this.#line, column });
  }

  #skipComment(): void {
    const dashes = this.#find('--', this.#at + 4);
    if (this.text.charCodeAt(dashes + 2) !== greaterThan) throw notPlain;
    this.#at = dashes + 3;
  }

  #readEndTag(): void {
    const element = this.#open.pop();
    const wanted = this.#openNames.pop();
    if (element === undefined || wanted === undefined || !this.text.startsWith(wanted, this.#at + 2)) throw notPlain;
    const end = this.#skipSpace(this.#at + 2 + wanted.length);
    if (this.text.charCodeAt(end) !== greaterThan) throw notPlain;
    this.#at = end + 1;
  }

  #skipSpace(from: number): number {
    let at = from;
    for (let code = this.text.charCodeAt(at); isSpace(code); code = this.text.charCodeAt(at)) at += 1;
    return at;
  }

  #readName(at: number): string {
    let end = this.#endOfName(at);
    if (this.text.charCodeAt(end) === colon) end = this.#endOfName(end + 1);
    // A character that could go on a name must not follow it.
    const next = this.text.charCodeAt(end);
    if (next === colon || next > 0x7f) throw notPlain;
    return this.text.slice(at, end);
  }

  #endOfName(start: number): number {
    let end = start;
    while (nameCharacters[this.text.charCodeAt(end)] === 1) end += 1;
    const first = this.text.charCodeAt(start);
    // A digit, a dot or a hyphen cannot begin a name.
    if (end === start || first <= 0x39) throw notPlain;
    return end;
  }

  #readStartTag(): void {
    const parent = this.#open[this.#open.length - 1];
    if (parent === undefined && this.#root !== undefined) throw notPlain;
    const start = this.#at;
    const qualified = this.#readName(start + 1);
    this.#moveTo(start);
    const line = this.#line;
    const column = start - this.#lineStart + 1;
    const attributes = new AttributeList();
    const end = this.#readAttributes(start + 1 + qualified.length, attributes);
    const namespaces = namespacesOf(attributes, parent?.namespaces ?? noNamespaces);
    const at = qualified.indexOf(':');
    const prefix = at < 0 ? '' : qualified.slice(0, at);
    if (prefix === 'xmlns') throw notPlain;
    const element: XmlElement = {
      kind: 'element',
      element: at < 0 ? qualified : qualified.slice(at + 1),
      prefix,
      uri: uriOf(prefix, namespaces),
      attributes,
      children: [],
      namespaces,
      url: this.url,
      line,
      column,
    };
    parent?.children.push(element);
    this.#root ??= element;
    const isEmpty = this.text.charCodeAt(end) === slash;
    this.#at = end + (isEmpty ? 2 : 1);
    if (this.depth > 0 && this.#open.length >= this.depth) throw notPlain;
    if (isEmpty) return;
    this.#open.push(element);
    this.#openNames.push(qualified);
  }

  /** Returns where `>` or `/>` stands. */
  #readAttributes(from: number, attributes: AttributeList): number {
    let before = from;
    for (;;) {
      const at = this.#skipSpace(before);
      const code = this.text.charCodeAt(at);
      if (code === greaterThan) return at;
      if (code === slash) {
        if (this.text.charCodeAt(at + 1) !== greaterThan) throw notPlain;
        return at;
      }
      if (at === before) throw notPlain;
      before = this.#readAttribute(at, attributes);
    }
  }

  /** Returns where the attribute ends. */
  #readAttribute(start: number, attributes: AttributeList): number {
    const qualified = this.#readName(start);
    const equals = this.#skipSpace(start + qualified.length);
    if (this.text.charCodeAt(equals) !== equalsSign || attributes.has(qualified)) throw notPlain;
    const quote = this.#skipSpace(equals + 1);
    const code = this.text.charCodeAt(quote);
    if (code !== doubleQuote && code !== singleQuote) throw notPlain;
    const end = this.#find(code === doubleQuote ? '"' : "'", quote + 1);
    const raw = this.text.slice(quote + 1, end);
    if (raw.includes('<')) throw notPlain;
    this.#moveTo(start);
    const colonAt = qualified.indexOf(':');
    attributes.add({
      name: qualified,
      local: colonAt < 0 ? qualified : qualified.slice(colonAt + 1),
      uri: colonAt < 0 ? (qualified === 'xmlns' ? xmlnsUri : '') : 'pending',
      // White space in a value counts as blanks unless it is written as a reference.
      value: resolved(/[\t\n]/.test(raw) ? raw.replace(/[\t\n]/g, ' ') : raw),
      line: this.#line,
      column: start - this.#lineStart + 1,
    });
    return end + 1;
  }
}

const nameCharacters = new Uint8Array(0x80);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-') {
  nameCharacters[character.charCodeAt(0)] = 1;
}

const lessThan = 0x3c;
const greaterThan = 0x3e;
const slash = 0x2f;
const exclamationMark = 0x21;
const equalsSign = 0x3d;
const doubleQuote = 0x22;
const singleQuote = 0x27;
const colon = 0x3a;

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09;
}

/** Replaces references to characters; other entities are not plain. */
function resolved(raw: string): string {
  if (!raw.includes('&')) return raw;
  let count = 0;
  const text = raw.replace(reference, (_all, entity?: string, decimal?: string, hexadecimal?: string) => {
    count += 1;
    return entity === undefined ? character(decimal, hexadecimal) : (known[entity] ?? '');
  });
  if (raw.split('&').length - 1 !== count) throw notPlain;
  return text;
}

function character(decimal: string | undefined, hexadecimal: string | undefined): string {
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
  const isAllowed = code === 0x9 || code === 0xa || code === 0xd || (code >= 0x20 && code < 0xd800);
  if (!isAllowed) throw notPlain;
  return String.fromCharCode(code);
}

/** The namespaces of an element, and those of its attributes, which were not known before all of them were read. */
function namespacesOf(attributes: AttributeList, inherited: Namespaces): Namespaces {
  let prefixed: XmlAttribute[] | undefined;
  let own: Map<string, string> | undefined;
  for (const found of attributes.values()) {
    if (found.uri === '') continue;
    if (found.uri === xmlnsUri || found.name.startsWith('xmlns:')) {
      own ??= new Map(inherited);
      own.set(found.uri === xmlnsUri ? '' : found.local, declared(found));
    }
    if (found.uri === 'pending') {
      prefixed ??= [];
      prefixed.push(found);
    }
  }
  const namespaces = own ?? inherited;
  if (prefixed !== undefined) resolvePrefixes(prefixed, namespaces);
  return namespaces;
}

function declared({ name: qualified, local, value }: XmlAttribute): string {
  const uri = value.trim();
  const isReserved = local === 'xml' || (qualified !== 'xmlns' && local === 'xmlns');
  if (uri !== value || isReserved || uri === xmlUri || uri === xmlnsUri) throw notPlain;
  if (uri === '' && qualified !== 'xmlns') throw notPlain;
  return uri;
}

function resolvePrefixes(prefixed: readonly XmlAttribute[], namespaces: Namespaces): void {
  const seen = new Set<string>();
  for (const found of prefixed) {
    const prefix = found.name.slice(0, found.name.length - found.local.length - 1);
    const uri = prefix === 'xmlns' ? xmlnsUri : uriOf(prefix, namespaces);
    const expanded = `${uri} ${found.local}`;
    if (seen.has(expanded)) throw notPlain;
    seen.add(expanded);
    found.uri = uri;
  }
}

function uriOf(prefix: string, namespaces: Namespaces): string {
  const uri = prefix === 'xml' ? xmlUri : namespaces.get(prefix);
  if (uri === undefined && prefix !== '') throw notPlain;
  return uri ?? '';
}
