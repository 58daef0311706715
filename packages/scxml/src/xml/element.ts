import type { Place } from '../diagnostics.js';

/** An XML element with its place in the document. */
export interface XmlElement extends Place {
  readonly kind: 'element';
  /** Local name. */
  readonly element: string;
  readonly prefix: string;
  readonly uri: string;
  readonly attributes: AttributeList;
  children: XmlNode[];
  /** Prefixes in force here, `''` for the default namespace. */
  readonly namespaces: ReadonlyMap<string, string>;
  /** Prefix in force in content that was included with `resolveid`. */
  idPrefix?: string;
}

export interface XmlText {
  readonly kind: 'text';
  text: string;
  readonly line: number;
  readonly column: number;
  /** URL of the document that it came from. */
  readonly url: string;
}

export type XmlNode = XmlElement | XmlText;

/** The attributes of an element by their qualified names, in document order: a list is smaller than a map and rarely long. */
export class AttributeList {
  readonly #list: XmlAttribute[] = [];

  get(name: string): XmlAttribute | undefined {
    const list = this.#list;
    for (let i = 0; i < list.length; i += 1) if (list[i]?.name === name) return list[i];
    return undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The caller knows that there is none of that name. */
  add(attribute: XmlAttribute): void {
    this.#list.push(attribute);
  }

  rename(from: string, to: string): void {
    const at = this.#list.findIndex(({ name }) => name === from);
    const found = this.#list[at];
    if (found !== undefined) this.#list[at] = { ...found, name: to, local: to };
  }

  values(): readonly XmlAttribute[] {
    return this.#list;
  }
}

/** `name` is the qualified name, as written. */
export interface XmlAttribute {
  readonly name: string;
  readonly local: string;
  uri: string;
  value: string;
  readonly line: number;
  readonly column: number;
}

/** Value of an attribute without namespace. */
export function attribute(element: XmlElement, name: string): string | undefined {
  return element.attributes.get(name)?.value;
}

export function childElements(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => child.kind === 'element');
}

/** The text of an element, without that of its descendants. */
export function ownText(element: XmlElement): string {
  let text = '';
  for (const child of element.children) if (child.kind === 'text') text += child.text;
  return text;
}

/** Every element of a tree in document order, the root first. */
export function* walk(element: XmlElement): Generator<XmlElement> {
  const pending: XmlElement[] = [element];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    yield next;
    for (let i = next.children.length - 1; i >= 0; i -= 1) {
      const child = next.children[i];
      if (child?.kind === 'element') pending.push(child);
    }
  }
}
