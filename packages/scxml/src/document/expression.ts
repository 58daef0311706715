import { type Node, type Program, parse } from 'acorn';
import type { Expression, ExpressionMode, ExpressionPart } from '../chart/unit.js';
import type { Place } from '../diagnostics.js';
import { parsedText, usesReservedName } from '../guest/rewrite.js';

const ecmaVersion = 2024;

export interface ExpressionText {
  readonly source: string;
  readonly mode: ExpressionMode;
  readonly part: ExpressionPart;
  readonly place: Place;
  readonly idPrefix: string;
  /** First line of the text; default: the line of the place. */
  readonly line?: number;
}

/**
 * Parses one expression or script. A malformed one is not rejected: its `error` is raised as an event when it is
 * evaluated (SCXML 1.0, 5.9.4). A semicolon at the end of an expression is tolerated.
 */
export function parseExpression(text: ExpressionText): Expression {
  const source = text.mode === 'script' ? text.source : text.source.replace(/[\s;]+$/, '');
  const base = { source, mode: text.mode, part: text.part, place: text.place, idPrefix: text.idPrefix };
  const line = text.line ?? text.place.line;
  if (usesReservedName(source)) {
    return { ...base, line, program: undefined, error: 'Names that begin with __$ are reserved.' };
  }
  try {
    const program = parse(parsedText({ source, mode: text.mode }), {
      ecmaVersion,
      sourceType: 'script',
      preserveParens: true,
    });
    const error = text.mode === 'script' ? undefined : shapeError(program, text.mode);
    return { ...base, line, program: error === undefined ? program : undefined, error };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = source.trim() === '' ? 'The expression is empty.' : error.message;
    return { ...base, line, program: undefined, error: message };
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
  try {
    parse(`var ${name};`, { ecmaVersion, sourceType: 'script' });
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
