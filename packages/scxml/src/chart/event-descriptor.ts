import type { EventDescriptor } from './chart.js';

/** Reads the `event` attribute of a transition: descriptors separated by white space. */
export function readDescriptors(text: string): EventDescriptor[] {
  const tokens = text.split(/\s+/).filter((token) => token !== '');
  return tokens.map((token) => ({ text: token, prefix: token.replace(/(?:\.\*|\.|\*)$/, '') }));
}

/**
 * A descriptor matches a name that begins with its tokens: `foo` matches `foo` and `foo.bar`, not `foobar`; `foo.*`,
 * `foo.` and `foo` are equal; `*` matches everything (SCXML 1.0, 3.12.1).
 */
export function matchesName(descriptors: readonly EventDescriptor[], name: string): boolean {
  for (const { prefix } of descriptors) {
    if (prefix === '') return true;
    if (name.startsWith(prefix) && (name.length === prefix.length || name.charCodeAt(prefix.length) === 0x2e)) {
      return true;
    }
  }
  return false;
}
