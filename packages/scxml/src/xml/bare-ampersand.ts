/** Where an `&` may stand as it is. */
const VERBATIM = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>/g;
const BARE = /&(?!(?:[\p{L}_:][\p{L}\p{N}_:.-]*|#\d+|#x[\dA-Fa-f]+);)/u;

/**
 * The place of the first `&` that begins no reference, as in a script with `a && b`: the commonest mistake in
 * documents. Parsers take all that follows for the name of an entity, and complain at the end of the document.
 */
export function bareAmpersand(text: string): { line: number; column: number } | undefined {
  const unified = text.replace(/\r\n?/g, '\n');
  const judged = unified.replace(VERBATIM, (part) => part.replace(/[^\n]/g, ' '));
  const at = judged.search(BARE);
  if (at < 0) return undefined;
  const before = judged.slice(0, at);
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
}
