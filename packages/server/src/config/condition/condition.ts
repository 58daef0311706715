import { ConditionError, type Token, tokensOf } from './tokens.js';

/**
 * The condition of a filter: the part of an SQL `where` that compares columns of a calling list with values.
 *
 *   condition := condition AND condition | condition OR condition | NOT condition | ( condition ) | comparison
 *   comparison := value (= | <> | != | < | <= | > | >=) value | value [NOT] IN ( literal, ... )
 *               | value [NOT] BETWEEN value AND value | value [NOT] LIKE 'pattern' | value IS [NOT] NULL
 *   value := column | "column" | [column] | number | 'text'
 *
 * It is parsed into this tree and written anew for the database; the text itself never gets there.
 */
export type Condition =
  | { kind: 'and' | 'or'; parts: readonly Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; operator: ComparisonOperator; left: Operand; right: Operand }
  | { kind: 'in'; operand: Operand; options: readonly Literal[] }
  | { kind: 'between'; operand: Operand; low: Operand; high: Operand }
  | { kind: 'like'; operand: Operand; pattern: string }
  | { kind: 'null'; operand: Operand };

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type Literal = { kind: 'number'; value: number } | { kind: 'text'; text: string };
/** Names of columns are in the spelling of the source; the known ones are compared without regard to case. */
export type Operand = Literal | { kind: 'column'; name: string };

export interface OrderTerm {
  column: string;
  descending: boolean;
}

const LONGEST = 8000;
const DEEPEST = 64;
const RESERVED = new Set([
  'and',
  'or',
  'not',
  'in',
  'like',
  'between',
  'is',
  'null',
  'asc',
  'desc',
  'select',
  'escape',
]);

/** @throws ConditionError with the place */
export function parseCondition(source: string): Condition {
  const reader = new Reader(source);
  const condition = reader.condition(0);
  reader.end();
  return condition;
}

/**
 * The order of a filter: columns with ASC or DESC, separated by commas.
 * @throws ConditionError with the place
 */
export function parseOrder(source: string): OrderTerm[] {
  const reader = new Reader(source);
  const terms: OrderTerm[] = [];
  do terms.push(reader.orderTerm());
  while (reader.takeSign(','));
  reader.end();
  return terms;
}

class Reader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(source: string) {
    if (source.length > LONGEST) throw new ConditionError(`more than ${LONGEST} characters: it is too long`, LONGEST);
    this.#tokens = tokensOf(source);
  }

  get #token(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', at: 0 };
  }

  condition(depth: number): Condition {
    if (depth > DEEPEST) throw new ConditionError('too many nested parentheses', this.#token.at);
    return this.#series('or', () => this.#series('and', () => this.#negation(depth)));
  }

  orderTerm(): OrderTerm {
    const column = this.#columnName();
    if (column === undefined) throw this.#unexpected('the name of a column');
    if (this.#takeWord('desc')) return { column, descending: true };
    this.#takeWord('asc');
    return { column, descending: false };
  }

  takeSign(text: string): boolean {
    const token = this.#token;
    if (token.kind !== 'sign' || token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  end(): void {
    if (this.#token.kind !== 'end') throw this.#unexpected('the end');
  }

  #series(kind: 'and' | 'or', part: () => Condition): Condition {
    const first = part();
    const parts = [first];
    while (this.#takeWord(kind)) parts.push(part());
    return parts.length === 1 ? first : { kind, parts };
  }

  #negation(depth: number): Condition {
    let negated = false;
    while (this.#takeWord('not')) negated = !negated;
    const part = this.#primary(depth);
    return negated ? { kind: 'not', part } : part;
  }

  #primary(depth: number): Condition {
    if (this.takeSign('(')) {
      const inner = this.condition(depth + 1);
      this.#requireSign(')');
      return inner;
    }
    return this.#comparison(this.#operand());
  }

  #comparison(operand: Operand): Condition {
    if (this.#takeWord('is')) {
      const negated = this.#takeWord('not');
      if (!this.#takeWord('null')) throw this.#unexpected('NULL');
      return negate({ kind: 'null', operand }, negated);
    }
    const negated = this.#takeWord('not');
    if (this.#takeWord('in')) return negate({ kind: 'in', operand, options: this.#literals() }, negated);
    if (this.#takeWord('like')) return negate({ kind: 'like', operand, pattern: this.#pattern() }, negated);
    if (this.#takeWord('between')) {
      const low = this.#operand();
      if (!this.#takeWord('and')) throw this.#unexpected('AND');
      return negate({ kind: 'between', operand, low, high: this.#operand() }, negated);
    }
    if (negated) throw this.#unexpected('IN, LIKE or BETWEEN');
    return { kind: 'compare', operator: this.#operator(), left: operand, right: this.#operand() };
  }

  #operator(): ComparisonOperator {
    const token = this.#token;
    if (token.kind === 'sign') {
      const operator = token.text === '!=' ? '<>' : token.text;
      if (operator !== '(' && operator !== ')' && operator !== ',') {
        this.#next += 1;
        return operator;
      }
    }
    throw this.#unexpected('a comparison');
  }

  #operand(): Operand {
    const literal = this.#literal();
    if (literal) return literal;
    const name = this.#columnName();
    if (name !== undefined) return { kind: 'column', name };
    throw this.#unexpected('a column or a value');
  }

  #literal(): Literal | undefined {
    const token = this.#token;
    if (token.kind === 'number') {
      this.#next += 1;
      return { kind: 'number', value: token.value };
    }
    if (token.kind === 'text') {
      this.#next += 1;
      return { kind: 'text', text: token.text };
    }
    return undefined;
  }

  #literals(): Literal[] {
    this.#requireSign('(');
    const literals: Literal[] = [];
    do {
      const literal = this.#literal();
      if (!literal) throw this.#unexpected('a number or a text in quotes');
      literals.push(literal);
    } while (this.takeSign(','));
    this.#requireSign(')');
    return literals;
  }

  #pattern(): string {
    const literal = this.#literal();
    if (literal?.kind !== 'text') throw this.#unexpected('a pattern in quotes');
    return literal.text;
  }

  #columnName(): string | undefined {
    const token = this.#token;
    const isName = token.kind === 'column' || (token.kind === 'word' && !RESERVED.has(token.text.toLowerCase()));
    if (!isName) return undefined;
    this.#next += 1;
    return token.text;
  }

  #takeWord(word: string): boolean {
    const token = this.#token;
    if (token.kind !== 'word' || token.text.toLowerCase() !== word) return false;
    this.#next += 1;
    return true;
  }

  #requireSign(text: string): void {
    if (!this.takeSign(text)) throw this.#unexpected(`"${text}"`);
  }

  #unexpected(wanted: string): ConditionError {
    const token = this.#token;
    const found = token.kind === 'end' ? 'the end' : token.kind === 'number' ? String(token.value) : `"${token.text}"`;
    return new ConditionError(`${wanted} is expected and ${found} is there`, token.at);
  }
}

function negate(condition: Condition, negated: boolean): Condition {
  return negated ? { kind: 'not', part: condition } : condition;
}
