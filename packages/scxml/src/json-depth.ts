import type { JsonValue } from './json.js';

/** True if a value is nested deeper than the limit (0: never). `text` is its JSON text, which makes most answers cheap. */
export function isDeeper(text: string, value: JsonValue, limit: number): boolean {
  return limit > 0 && hasMoreBrackets(text, limit) && depthOf(value) > limit;
}

/** A text with no more brackets than the limit cannot be deeper. */
function hasMoreBrackets(text: string, limit: number): boolean {
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      count += 1;
      if (count > limit) return true;
    }
  }
  return false;
}

/** Level by level, so that no depth is too much for it. */
function depthOf(value: JsonValue): number {
  let depth = 0;
  let level: JsonValue[] = [value];
  for (;;) {
    level = level.filter((item) => typeof item === 'object' && item !== null);
    if (level.length === 0) return depth;
    depth += 1;
    level = level.flatMap((item) => (item === null ? [] : Object.values(item)));
  }
}
