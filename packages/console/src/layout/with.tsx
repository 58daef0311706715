import type { ReactNode } from 'react';

/** Stands for the element while its text is asked for: the character that stands for objects in texts. */
const GAP = '\u{fffc}';

/**
 * A text with an element in the place of one of its values, wherever the language puts it.
 * @param text asked for with what to put in that place
 */
export function With({ text, children }: { text: (gap: string) => string; children: ReactNode }) {
  const [before, after] = text(GAP).split(GAP);
  return (
    <>
      {before}
      {children}
      {after}
    </>
  );
}
