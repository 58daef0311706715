/** The whole text must match, as the server compares numbers; undefined for what is no regular expression. */
export function compiled(expression: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${expression})$`);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Names of the patterns that match a text; none for an empty one. */
export function matchingNames(patterns: Readonly<Record<string, string>>, text: string): ReadonlySet<string> {
  if (text === '') return new Set();
  const entries = Object.entries(patterns).filter(([, expression]) => compiled(expression)?.test(text) === true);
  return new Set(entries.map(([name]) => name));
}

/** Letters and digits, and what the shipped configuration joins them with (Service Management UI, "Patterns panel"). */
export function isGroupName(name: string): boolean {
  return /^[\p{L}\p{N}_]+$/u.test(name);
}
