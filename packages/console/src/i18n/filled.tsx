import type { ReactNode } from 'react';

/** Given as a value to a text, it marks the place of what {@link Filled} puts there. */
export const SLOT = '\u{FFFC}';

/** A text with an element at its {@link SLOT}, which stands elsewhere in each language. */
export function Filled({ text, children }: { text: string; children: ReactNode }) {
  const [before, after] = text.split(SLOT);
  return (
    <>
      {before}
      {children}
      {after}
    </>
  );
}
