import type { ActionDescriptor, ApplicationDefinition, Dialect } from '../api/application.js';
import type { EventDescriptor } from '../chart/chart.js';
import { readDescriptors } from '../chart/event-descriptor.js';
import type { Slot } from '../chart/instruction.js';
import type { Expression, ExpressionMode, ExpressionPart, Unit, ValueExpression } from '../chart/unit.js';
import type { DiagnosticCode, DiagnosticList, Place, Severity } from '../diagnostics.js';
import type { Limits } from '../limits.js';
import { attribute, type XmlElement } from '../xml/element.js';
import { isDeclaration } from '../xml/read-xml.js';
import { ExpressionParser, type ExpressionText } from './expression.js';
import { isScxmlUri, isVendorModule, normaliseNamespace } from './namespaces.js';

/**
 * What the readers of one application share: the table of units, the findings and the dialect. Units are numbered as
 * they are met, so the numbers depend on nothing but the documents.
 */
export class Reading {
  readonly documents: Readonly<Record<string, string>>;
  /** Documents that could not be fetched, with the status of the answer. */
  readonly unavailable: Readonly<Record<string, number>>;
  readonly descriptors: readonly ActionDescriptor[];
  readonly units: Unit[] = [];
  readonly expressions: Expression[] = [];
  /** Names that `<foreach>` declares. */
  readonly loopNames = new Set<string>();
  /** Event names that the documents raise or send, with the first place. */
  readonly raised = new Map<string, Place>();
  #actions: Map<string, ActionDescriptor> | undefined;
  readonly #descriptors = new Map<string, EventDescriptor[]>();
  readonly #parser = new ExpressionParser();

  constructor(
    readonly dialect: Dialect,
    definition: Pick<ApplicationDefinition, 'documents' | 'unavailable' | 'actions'>,
    readonly limits: Limits,
    readonly diagnostics: DiagnosticList,
  ) {
    this.documents = definition.documents;
    this.unavailable = definition.unavailable ?? {};
    this.descriptors = definition.actions ?? [];
  }

  get isOrs(): boolean {
    return this.dialect === 'ors';
  }

  /** The original reads over much that the Recommendation forbids: such findings are warnings in its dialect. */
  report(code: DiagnosticCode, message: string, place: Pick<Place, 'url' | 'line' | 'column'>): void {
    const severity = this.isOrs ? orsSeverities[code] : undefined;
    this.diagnostics.add(code, message, place, severity);
  }

  /** Charts wait for the same events in many places. */
  descriptorsOf(text: string): readonly EventDescriptor[] {
    let found = this.#descriptors.get(text);
    if (found === undefined) {
      found = readDescriptors(text);
      this.#descriptors.set(text, found);
    }
    return found;
  }

  addUnit(unit: Unit): number {
    this.units.push(unit);
    return this.units.length - 1;
  }

  /** `lenient`: a malformed text stands for itself and is no finding. */
  expression(
    owner: ExpressionOwner,
    source: string,
    mode: ExpressionMode,
    part: ExpressionPart,
    firstLine?: number,
    lenient = false,
  ): Expression {
    const { element, url, line, column, idPrefix = '' } = owner;
    const place: Place = { element, url, line, column };
    const text: ExpressionText = { source, mode, part, place, idPrefix, line: firstLine ?? line };
    if (mode !== 'script' && this.limits.expressionChars > 0 && source.length > this.limits.expressionChars) {
      this.report('expression-size', `An expression has ${source.length} characters.`, place);
    }
    const parsed = this.#parser.parse(text);
    if (parsed.error !== undefined && !lenient) {
      const what = mode === 'script' ? 'A script' : `The expression ${JSON.stringify(shorten(source))}`;
      this.report('expression-syntax', `${what} is malformed: ${parsed.error}`, place);
    }
    this.expressions.push(parsed);
    return parsed;
  }

  /** Expression in an attribute; undefined if the attribute is absent. */
  attributeExpression(
    element: XmlElement,
    name: string,
    mode: ExpressionMode = 'value',
    part: ExpressionPart = 'value',
  ): Expression | undefined {
    const found = element.attributes.get(name);
    if (found === undefined) return undefined;
    return this.expression(ownerAt(element, found), found.value, mode, part);
  }

  /** The action that an element stands for, if the host has described one. */
  actionFor(element: XmlElement): ActionDescriptor | undefined {
    this.#actions ??= new Map(
      this.descriptors.flatMap((descriptor) =>
        descriptor.namespaces.map((uri) => [`${normaliseNamespace(uri)} ${descriptor.name}`, descriptor] as const),
      ),
    );
    return this.#actions.get(`${normaliseNamespace(element.uri)} ${element.element}`);
  }

  /** Warns of attributes that the language does not know. Attributes of other namespaces and `_names` are accepted. */
  checkAttributes(element: XmlElement, known: readonly string[]): void {
    for (const found of element.attributes.values()) {
      if (found.uri !== '' || known.includes(found.name) || found.name.startsWith('_') || isDeclaration(found))
        continue;
      const message = `<${element.element}> has no attribute ${found.name}.`;
      this.report('attribute-unknown', message, { url: element.url, line: found.line, column: found.column });
    }
  }

  require(element: XmlElement, name: string): string | undefined {
    const value = attribute(element, name);
    if (value === undefined) this.report('attribute-missing', `<${element.element}> needs ${name}.`, element);
    return value;
  }
}

const orsSeverities: Partial<Record<DiagnosticCode, Severity>> = {
  version: 'warning',
  'attribute-conflict': 'warning',
  'attribute-missing': 'warning',
  'attribute-value': 'warning',
  'content-misplaced': 'warning',
  'data-id-invalid': 'error',
};

/** The expressions of one instruction, which are evaluated together. */
export class ValueList {
  readonly #expressions: ValueExpression[] = [];

  constructor(private readonly reading: Reading) {}

  add(expression: Expression, lenient = false): Slot {
    this.#expressions.push({ expression, lenient });
    return { at: this.#expressions.length - 1 };
  }

  /** Number of the unit, -1 if there is nothing to evaluate. */
  unit(): number {
    if (this.#expressions.length === 0) return -1;
    return this.reading.addUnit({ kind: 'values', expressions: this.#expressions });
  }
}

/**
 * Text that may also be an expression. Quotes around it are stripped; a name or path that has a value, and anything
 * that is no plain token, is evaluated; what cannot be evaluated stands for itself.
 */
export function lenientSlot(
  element: XmlElement,
  name: string,
  text: string,
  values: ValueList,
  reading: Reading,
): Slot {
  const token = text.trim();
  const isName = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/.test(token);
  if (/^(?:true|false|null|undefined)?$/.test(token) || (!isName && /^[\w.:/#@+*-]*$/.test(token))) {
    return { literal: text };
  }
  const owner = ownerAt(element, element.attributes.get(name) ?? element);
  return values.add(reading.expression(owner, text, 'value', 'value', undefined, true), true);
}

/** The element that an expression belongs to, and where the expression stands. */
export type ExpressionOwner = Place & { readonly idPrefix?: string };

export function ownerAt(owner: ExpressionOwner, at: { line: number; column: number; url?: string }): ExpressionOwner {
  const { element, url, idPrefix } = owner;
  const place = { element, url: at.url ?? url, line: at.line, column: at.column };
  return idPrefix === undefined ? place : { ...place, idPrefix };
}

export function placeOf(element: XmlElement): Place {
  const { url, line, column } = element;
  return { element: element.element, url, line, column };
}

/** True for elements of the language. Old documents have no namespace at all. */
export function isScxml(element: XmlElement): boolean {
  return element.uri === '' || isScxmlUri(element.uri);
}

/** The dialect of a document, by what its root declares. */
export function detectDialect(root: XmlElement): Dialect {
  if (root.attributes.has('profile')) return 'ors';
  for (const uri of root.namespaces.values()) if (isVendorModule(uri)) return 'ors';
  return 'w3c';
}

export function shorten(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > 60 ? `${flat.slice(0, 57)}...` : flat;
}
