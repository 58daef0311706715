import { type Node, type Program, parse } from 'acorn';
import type { Expression, ExpressionMode, ExpressionPart } from '../chart/unit.js';
import type { Place } from '../diagnostics.js';
import { parsedText, usesReservedName } from '../guest/rewrite.js';
import { Syntax } from '../guest/syntax.js';

const ecmaVersion = 2024;

export interface ExpressionText {
  readonly source: string;
  readonly mode: ExpressionMode;
  readonly part: ExpressionPart;
  readonly place: Place;
  readonly idPrefix: string;
  /** First line of the text. */
  readonly line: number;
}

/** What a text turned out to be, whatever it is used for. */
interface Parsed {
  readonly syntax: Syntax | undefined;
  readonly error: string | undefined;
}

/** Charts repeat themselves: each text is parsed, and later analysed, once. */
export class ExpressionParser {
  readonly #known = new Map<string, Parsed>();

  /**
   * Parses one expression or script. A malformed one is not rejected: its `error` is raised as an event when it is
   * evaluated (SCXML 1.0, 5.9.4). A semicolon at the end of an expression is tolerated.
   */
  parse(text: ExpressionText): Expression {
    const { mode, part, place, idPrefix, line } = text;
    const source = mode === 'script' ? text.source : withoutEnd(text.source);
    const key = `${mode} ${source}`;
    let parsed = this.#known.get(key);
    if (parsed === undefined) {
      parsed = parseText(source, mode);
      this.#known.set(key, parsed);
    }
    const { syntax, error } = parsed;
    return { source, mode, part, place, idPrefix, line, syntax, error };
  }
}

/** Without white space and semicolons at the end. */
function withoutEnd(source: string): string {
  let text = source.trimEnd();
  while (text.endsWith(';')) text = text.slice(0, -1).trimEnd();
  return text;
}

function parseText(source: string, mode: ExpressionMode): Parsed {
  if (usesReservedName(source)) return { syntax: undefined, error: 'Names that begin with __$ are reserved.' };
  try {
    const program = parse(parsedText({ source, mode }), { ecmaVersion, sourceType: 'script', preserveParens: true });
    const error = mode === 'script' ? undefined : shapeError(program, mode);
    return { syntax: error === undefined ? new Syntax(program) : undefined, error };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { syntax: undefined, error: source.trim() === '' ? 'The expression is empty.' : error.message };
  }
}

function shapeError(program: Program, mode: ExpressionMode): string | undefined {
  const statement = program.body[0];
  if (program.body.length !== 1 || statement?.type !== 'ExpressionStatement') return 'This is not one expression.';
  const outer = statement.expression;
  if (outer.type !== 'ParenthesizedExpression' || outer.end !== program.end) return 'This is not one expression.';
  if (mode === 'location' && !isLocation(outer.expression)) return 'This is not a location that can be assigned.';
  return undefined;
}

function isLocation(node: Node & { expression?: unknown }): boolean {
  return node.type === 'Identifier' || node.type === 'MemberExpression';
}

/** True if a name can be read by expressions as it stands. */
export function isIdentifier(name: string): boolean {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name)) return false;
  // Reserved words are lower case ASCII.
  if (/[^a-z]/.test(name)) return true;
  try {
    parse(`var ${name};`, { ecmaVersion, sourceType: 'script' });
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
