import { RequestError } from './failure.js';
import { requireStorable } from './text.js';

/** Deeper structures serve nobody but an attacker. */
const DEEPEST = 100;
/** A text shorter than this cannot be nested so deep that it does harm. */
const SHORT = 2048;

/**
 * Reads a JSON body; an empty one is undefined.
 * @throws RequestError 400 saying where it is malformed
 */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  if (text.length > SHORT && depthOf(text) > DEEPEST) {
    throw new RequestError(400, 'malformed-json', `The JSON body is nested deeper than ${DEEPEST} levels.`);
  }
  try {
    const suspicious = text.includes('__proto__') || text.includes('\\u');
    return JSON.parse(text, suspicious ? refuseHarmful : undefined);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RequestError(400, 'malformed-json', `The body is not valid JSON: ${error.message}.`);
  }
}

/** A member `__proto__` would become the prototype wherever the value is copied. */
function refuseHarmful(key: string, value: unknown): unknown {
  requireStorable(key);
  if (typeof value === 'string') requireStorable(value);
  if (key === '__proto__') throw new RequestError(400, 'malformed-json', 'A member "__proto__" is not accepted.');
  return value;
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}
