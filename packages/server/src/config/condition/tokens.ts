/** A piece of a condition. `at` counts characters from 1, for people. */
export type Token = { at: number } & (
  | { kind: 'word'; text: string }
  | { kind: 'column'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'number'; value: number }
  | { kind: 'sign'; text: Sign }
  | { kind: 'end' }
);

const SIGNS = ['<=', '>=', '<>', '!=', '=', '<', '>', '(', ')', ','] as const;
export type Sign = (typeof SIGNS)[number];

/** Something is wrong with a condition or an order; the message says what and where. */
export class ConditionError extends Error {
  constructor(problem: string, at: number) {
    super(`${problem} at character ${at}`);
    this.name = 'ConditionError';
  }
}

const BLANK = /\s+/y;
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const NUMBER = /-?\d{1,15}(?:\.\d{1,15})?(?![\p{L}\p{N}_.])/uy;
const TEXT = /'((?:[^'\0]|'')*)'/y;
const QUOTED_COLUMN = /"((?:[^"\0]|"")+)"|\[([^\]\0]+)\]/y;

/**
 * Splits a condition into its pieces. Comments, semicolons, parameters and everything else that a condition has no use
 * for is refused.
 * @throws ConditionError
 */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const match = pattern.exec(source);
    if (match) position = pattern.lastIndex;
    return match;
  };
  for (take(BLANK); position < source.length; take(BLANK)) {
    const at = position + 1;
    const token = tokenAt(source, take, position);
    if (!token) throw new ConditionError(`${JSON.stringify(source[position])} is not understood`, at);
    if (token.kind === 'sign') position += token.text.length;
    tokens.push({ ...token, at });
  }
  tokens.push({ kind: 'end', at: source.length + 1 });
  return tokens;
}

type WithoutPlace<T> = T extends { at: number } ? Omit<T, 'at'> : never;

function tokenAt(
  source: string,
  take: (pattern: RegExp) => RegExpExecArray | null,
  position: number,
): WithoutPlace<Token> | undefined {
  const word = take(WORD);
  if (word) return { kind: 'word', text: word[0] };
  const number = take(NUMBER);
  if (number) return { kind: 'number', value: Number(number[0]) };
  const text = take(TEXT);
  if (text) return { kind: 'text', text: (text[1] ?? '').replaceAll("''", "'") };
  const quoted = take(QUOTED_COLUMN);
  if (quoted) return { kind: 'column', text: quoted[1]?.replaceAll('""', '"') ?? quoted[2] ?? '' };
  const sign = SIGNS.find((candidate) => source.startsWith(candidate, position));
  return sign && { kind: 'sign', text: sign };
}
