import { referencedDocuments } from '@ringback/scxml';
import type { Documents } from './documents.js';

/**
 * The documents of an upload under the addresses by which they refer to each other. Tools name the parts of an upload in
 * ways of their own: by their path in the project, by their path from the main document, by their bare name, in other
 * letter case. A reference that leads to no part is taken to mean the part with which the end of its path has most in
 * common, if there is one such part.
 */
export function withFoundReferences(main: string, documents: Documents): Documents {
  const complete: Documents = { ...documents };
  const seen = new Set<string>();
  const waiting = [main];
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    const text = complete[url];
    if (text === undefined || seen.has(url)) continue;
    seen.add(url);
    for (const reference of text.includes('<') ? referencedDocuments(text, url) : []) {
      const found = complete[reference] ?? meant(reference, documents);
      if (found !== undefined) complete[reference] = found;
      waiting.push(reference);
    }
  }
  return complete;
}

function meant(reference: string, documents: Documents): string | undefined {
  const wanted = segments(reference);
  let best: string[] = [];
  let most = 0;
  for (const url of Object.keys(documents)) {
    const common = commonEnd(wanted, segments(url));
    if (common === 0 || common < most) continue;
    best = common > most ? [url] : [...best, url];
    most = common;
  }
  const [only, another] = best;
  return only === undefined || another !== undefined ? undefined : documents[only];
}

/** The segments of a path from its end, in one letter case. */
function segments(url: string): string[] {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  return path.replaceAll('\\', '/').toLowerCase().split('/').reverse();
}

function commonEnd(one: readonly string[], other: readonly string[]): number {
  let count = 0;
  while (count < one.length && one[count] !== '' && one[count] === other[count]) count += 1;
  return count;
}
