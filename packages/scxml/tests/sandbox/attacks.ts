import { readFileSync } from 'node:fs';

/** Code that must not get out of the sandbox, with what the session itself may see of it. */
export interface Escape {
  readonly name: string;
  /** An expression; its value is logged. */
  readonly expression: string;
  readonly sees: string;
}

// The file has exactly this shape; the benchmark of containment reads it, too.
const attacks = JSON.parse(readFileSync(new URL('attacks.json', import.meta.url), 'utf8')) as {
  escapes: Escape[];
  bombs: Record<string, string>;
};

export const { escapes } = attacks;

/** Scripts that try to stop the process or to exhaust its memory. */
export const { bombs } = attacks;
