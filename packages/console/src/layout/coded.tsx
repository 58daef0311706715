/** A text in which the parts between backticks are code. */
export function Coded({ children }: { children: string }) {
  return children.split('`').map((part, index) =>
    // Every second part stood between backticks.
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other identity
    index % 2 === 1 ? <code key={index}>{part}</code> : part,
  );
}
