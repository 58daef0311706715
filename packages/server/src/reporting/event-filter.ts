/**
 * Reads a list of event types in which `*` stands for anything: `callback.*`, `call.ended`, `*`.
 * @param patterns absent or empty: every type
 */
export function typeFilter(patterns: readonly string[] | undefined): (type: string) => boolean {
  if (!patterns || patterns.length === 0) return () => true;
  const expression = new RegExp(`^(?:${patterns.map(toExpression).join('|')})$`);
  return (type) => expression.test(type);
}

function toExpression(pattern: string): string {
  return pattern
    .split('*')
    .map((literal) => literal.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
}
