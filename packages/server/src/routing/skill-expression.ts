import { RingbackError } from '../kernel/index.js';

/**
 * A condition over named integers: skill levels of an agent (`billing>5 & (english>2 | french>2)`) or statistics of a
 * target (`StatCallsInQueue<10`). Truth is 1, falsehood 0. Only integers: division cuts off, and by zero gives zero.
 */
export type Expression =
  | { kind: 'integer'; value: number }
  | { kind: 'name'; name: string }
  | { kind: 'arithmetic'; operator: '+' | '-' | '*' | '/'; left: Expression; right: Expression }
  | { kind: 'comparison'; operator: Comparison; left: Expression; right: Expression }
  | { kind: 'logical'; operator: '&' | '|'; left: Expression; right: Expression };

type Comparison = '=' | '!=' | '>' | '>=' | '<' | '<=';

type Token = { at: number } & (
  | { kind: 'integer'; value: number }
  | { kind: 'name'; name: string }
  | { kind: 'symbol'; symbol: string }
);

const LONGEST_TEXT = 4096;
const DEEPEST_NESTING = 64;

const XML_ESCAPES: Readonly<Record<string, string>> = { '&gt;': '>', '&lt;': '<', '&quot;': '"', '&amp;': '&' };

/** A skill's name; a hyphen or dot between letters belongs to it (`credit-cards`). Other names stand in quotes. */
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*(?:[-.][\p{L}_$][\p{L}\p{N}_$]*)*/uy;
const QUOTED_NAME = /"([^"]+)"|'([^']+)'/y;
const INTEGER = /\d+(?![\p{L}\p{N}_$.])/uy;
const SYMBOL = /&&|\|\||==|!=|>=|<=|[&|=<>+\-*/()]/y;
const BLANK = /\s+/y;

/**
 * Parses an expression of the original's notation (spec ors-core-queue 3.2): conditions joined by `&` and `|`, which
 * bind equally and are taken from left to right; parentheses; `= == != > >= < <=`; integer sums and products.
 * XML escapes of the operators are undone first.
 * @throws RingbackError `invalid-expression`, naming the position in the text
 */
export function parseExpression(text: string): Expression {
  if (text.length > LONGEST_TEXT) throw invalid(`it has ${text.length} characters, at most ${LONGEST_TEXT} are read`);
  const source = text.replace(/&(?:gt|lt|quot|amp);/g, (found) => XML_ESCAPES[found] ?? found);
  return new Parser(source).parse();
}

/** The value of an expression; `levelOf` gives 0 for a skill that an agent does not have. */
export function evaluate(expression: Expression, levelOf: (name: string) => number): number {
  switch (expression.kind) {
    case 'integer':
      return expression.value;
    case 'name':
      return levelOf(expression.name);
    case 'arithmetic':
      return compute(expression.operator, evaluate(expression.left, levelOf), evaluate(expression.right, levelOf));
    case 'comparison':
      return compare(expression.operator, evaluate(expression.left, levelOf), evaluate(expression.right, levelOf))
        ? 1
        : 0;
    case 'logical': {
      const left = evaluate(expression.left, levelOf) !== 0;
      if (left === (expression.operator === '|')) return left ? 1 : 0;
      return evaluate(expression.right, levelOf) !== 0 ? 1 : 0;
    }
  }
}

/** True if the expression holds. A bare name or sum holds when it is not zero. */
export function holds(expression: Expression, levelOf: (name: string) => number): boolean {
  return evaluate(expression, levelOf) !== 0;
}

/** The names that an expression reads, each once, in order of appearance. */
export function namesIn(expression: Expression): string[] {
  const names = new Set<string>();
  visit(expression, (part) => {
    if (part.kind === 'name') names.add(part.name);
  });
  return [...names];
}

/** Why an expression does not hold: its comparisons that are false, with the values found (`billing>5, billing is 3`). */
export function unmetConditions(expression: Expression, levelOf: (name: string) => number): string[] {
  if (holds(expression, levelOf)) return [];
  const unmet: string[] = [];
  visit(expression, (part) => {
    if (part.kind !== 'comparison' || holds(part, levelOf)) return;
    const values = namesIn(part).map((name) => `${name} is ${levelOf(name)}`);
    unmet.push([formatExpression(part), ...values].join(', '));
  });
  return unmet;
}

/** The expression as text in one canonical form, parenthesised only where the order from left to right needs it. */
export function formatExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'integer':
      return String(expression.value);
    case 'name':
      return formatName(expression.name);
    default: {
      const left = formatOperand(expression.left, expression, false);
      const right = formatOperand(expression.right, expression, true);
      // A hyphen between letters would belong to a name.
      return expression.operator === '-' ? `${left} - ${right}` : `${left}${expression.operator}${right}`;
    }
  }
}

function formatOperand(operand: Expression, parent: Expression, isRight: boolean): string {
  const text = formatExpression(operand);
  const inner = bindingStrength(operand);
  const outer = bindingStrength(parent);
  const chains = parent.kind !== 'comparison' && !isRight;
  return inner > outer || (inner === outer && chains) ? text : `(${text})`;
}

function bindingStrength(expression: Expression): number {
  switch (expression.kind) {
    case 'logical':
      return 0;
    case 'comparison':
      return 1;
    case 'arithmetic':
      return expression.operator === '+' || expression.operator === '-' ? 2 : 3;
    case 'integer':
      return expression.value < 0 ? 2 : 4;
    case 'name':
      return 4;
  }
}

function formatName(name: string): string {
  NAME.lastIndex = 0;
  if (NAME.exec(name)?.[0] === name) return name;
  return name.includes('"') ? `'${name}'` : `"${name}"`;
}

function visit(expression: Expression, see: (part: Expression) => void): void {
  see(expression);
  if (expression.kind === 'integer' || expression.kind === 'name') return;
  visit(expression.left, see);
  visit(expression.right, see);
}

function compute(operator: '+' | '-' | '*' | '/', left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? 0 : Math.trunc(left / right);
  }
}

function compare(operator: Comparison, left: number, right: number): boolean {
  switch (operator) {
    case '=':
      return left === right;
    case '!=':
      return left !== right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
  }
}

/** Recursive descent: conditions (`&`, `|`), comparisons, sums, products, operands. */
class Parser {
  readonly #source: string;
  readonly #tokens: Token[];
  #next = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokenise(source);
  }

  parse(): Expression {
    const expression = this.#conditions();
    const rest = this.#tokens[this.#next];
    if (rest) throw invalid(`"${this.#source.slice(rest.at)}" cannot follow`, rest.at);
    return expression;
  }

  #conditions(): Expression {
    let left = this.#comparison();
    for (let symbol = this.#take('&', '|', '&&', '||'); symbol; symbol = this.#take('&', '|', '&&', '||')) {
      left = { kind: 'logical', operator: symbol.startsWith('&') ? '&' : '|', left, right: this.#comparison() };
    }
    return left;
  }

  #comparison(): Expression {
    const left = this.#sum();
    const symbol = this.#take('=', '==', '!=', '>', '>=', '<', '<=');
    if (!symbol) return left;
    // The symbols taken above are exactly the comparisons and '=='.
    const operator = (symbol === '==' ? '=' : symbol) as Comparison;
    return { kind: 'comparison', operator, left, right: this.#sum() };
  }

  #sum(): Expression {
    let left = this.#product();
    for (let symbol = this.#take('+', '-'); symbol; symbol = this.#take('+', '-')) {
      left = { kind: 'arithmetic', operator: symbol === '+' ? '+' : '-', left, right: this.#product() };
    }
    return left;
  }

  #product(): Expression {
    let left = this.#operand();
    for (let symbol = this.#take('*', '/'); symbol; symbol = this.#take('*', '/')) {
      left = { kind: 'arithmetic', operator: symbol === '*' ? '*' : '/', left, right: this.#operand() };
    }
    return left;
  }

  #operand(): Expression {
    const token = this.#tokens[this.#next];
    if (!token) throw invalid('it ends where a skill, a number or "(" is expected', this.#source.length);
    this.#next += 1;
    if (token.kind === 'integer') return { kind: 'integer', value: token.value };
    if (token.kind === 'name') return { kind: 'name', name: token.name };
    if (token.symbol === '-') return this.#negative(token.at);
    if (token.symbol === '(') return this.#parenthesised(token.at);
    throw invalid(`"${token.symbol}" stands where a skill, a number or "(" is expected`, token.at);
  }

  #negative(at: number): Expression {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'integer') throw invalid('"-" must be followed by a number here', at);
    this.#next += 1;
    return { kind: 'integer', value: -token.value };
  }

  #parenthesised(at: number): Expression {
    this.#depth += 1;
    if (this.#depth > DEEPEST_NESTING) throw invalid(`parentheses nest deeper than ${DEEPEST_NESTING}`, at);
    const inner = this.#conditions();
    if (!this.#take(')')) throw invalid('"(" is not closed', at);
    this.#depth -= 1;
    return inner;
  }

  #take(...symbols: string[]): string | undefined {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'symbol' || !symbols.includes(token.symbol)) return undefined;
    this.#next += 1;
    return token.symbol;
  }
}

function tokenise(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  while (at < source.length) {
    const blank = match(BLANK);
    if (blank) {
      at += blank[0].length;
      continue;
    }
    const found = match(NAME) ?? match(QUOTED_NAME) ?? match(INTEGER) ?? match(SYMBOL);
    if (!found) throw invalid(`"${source.slice(at, at + 12)}" is neither a skill, a whole number nor an operator`, at);
    tokens.push(token(found, at));
    at += found[0].length;
  }
  return tokens;
}

function token(found: RegExpExecArray, at: number): Token {
  const text = found[0];
  const quoted = found[1] ?? found[2];
  if (quoted !== undefined) return { kind: 'name', name: quoted, at };
  if (/^\d/.test(text)) {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw invalid(`${text} is too large`, at);
    return { kind: 'integer', value, at };
  }
  return /^[\p{L}_$]/u.test(text) ? { kind: 'name', name: text, at } : { kind: 'symbol', symbol: text, at };
}

function invalid(reason: string, at?: number): RingbackError {
  const where = at === undefined ? '' : ` (character ${at + 1})`;
  return new RingbackError('invalid-expression', `The expression is not valid: ${reason}${where}.`);
}
