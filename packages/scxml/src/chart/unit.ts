import type { Place } from '../diagnostics.js';
import type { Syntax } from '../guest/syntax.js';
import type { JsonValue } from '../json.js';

/** How the text of an expression is to be read. */
export type ExpressionMode = 'value' | 'location' | 'script';

/** An expression or script of a document, parsed; `error` if it is not what it should be. */
export interface Expression {
  readonly source: string;
  readonly mode: ExpressionMode;
  /** The place of the element; `place.element` names it in error events. */
  readonly place: Place;
  /** Attribute or child that the expression stands in. */
  readonly part: ExpressionPart;
  /** Prefix in force, for `_my_prefix`. */
  readonly idPrefix: string;
  /** First line of the text itself, for errors inside scripts. */
  readonly line: number;
  /** Undefined if there is an error. */
  readonly syntax: Syntax | undefined;
  readonly error: string | undefined;
}

/** Decides which error event of the 2009 draft a fault becomes. */
export type ExpressionPart = 'cond' | 'value' | 'location' | 'data' | 'script';

/** Something that a data model evaluates as a whole: one crossing of the border to the guest. */
export type Unit =
  | { readonly kind: 'condition'; readonly expression: Expression }
  /** Evaluates all and returns their values as JSON. A `lenient` one that fails yields its text. */
  | { readonly kind: 'values'; readonly expressions: readonly ValueExpression[] }
  | { readonly kind: 'assign'; readonly location: Expression; readonly value: ValueSource }
  /** Writes a value that the host provides. */
  | { readonly kind: 'store'; readonly location: Expression }
  | { readonly kind: 'script'; readonly expression: Expression }
  | {
      readonly kind: 'foreach';
      readonly array: Expression;
      readonly item: Expression;
      readonly index: Expression | undefined;
    }
  /** Declares and initialises data; at the start, parameters take precedence over the sources. */
  | { readonly kind: 'data'; readonly start: boolean; readonly items: readonly DataItem[] };

export interface ValueExpression {
  readonly expression: Expression;
  readonly lenient: boolean;
}

export interface DataItem {
  readonly id: string;
  /** Undefined: declared without value, or (with late binding) not yet initialised. */
  readonly value: ValueSource | undefined;
  /** The value comes from a document of its own. */
  readonly hasSource: boolean;
  readonly place: Place;
}

/** Where a value comes from. `fault` is known while loading and becomes an error event when it is evaluated. */
export type ValueSource =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'json'; readonly value: JsonValue; readonly place: Place }
  | { readonly kind: 'xml'; readonly text: string; readonly place: Place }
  | {
      readonly kind: 'fault';
      readonly message: string;
      readonly place: Place;
      /** The address that could not be fetched. */
      readonly target?: string;
      /** The status with which it was refused; 0: nobody answered. */
      readonly status?: number;
    };

/** Every expression of a unit. */
export function expressionsOf(unit: Unit): Expression[] {
  switch (unit.kind) {
    case 'condition':
    case 'script':
      return [unit.expression];
    case 'values':
      return unit.expressions.map(({ expression }) => expression);
    case 'assign':
      return unit.value.kind === 'expression' ? [unit.value.expression, unit.location] : [unit.location];
    case 'store':
      return [unit.location];
    case 'foreach':
      return unit.index === undefined ? [unit.array, unit.item] : [unit.array, unit.item, unit.index];
    case 'data':
      return unit.items.flatMap(({ value }) => (value?.kind === 'expression' ? [value.expression] : []));
  }
}
