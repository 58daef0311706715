import { LIMITS } from './limits.js';

/** A message, or a part of it, that no grammar of SIP allows. */
export class Malformed extends Error {
  constructor(
    message: string,
    /** The status that answers a request which is wrong in this way. */
    readonly status = 400,
  ) {
    super(message);
    this.name = 'Malformed';
  }
}

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Splits at a separator outside of quoted strings and angle brackets (RFC 3261 7.3.1). Each part is trimmed.
 * Throws `Malformed` where a quotation or a bracket is left open.
 */
export function splitOutside(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let bracketed = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '<') bracketed = true;
    else if (character === '>') bracketed = false;
    else if (character === separator && !bracketed) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  if (quoted) throw new Malformed('A quoted string is not closed.');
  if (bracketed) throw new Malformed('An angle bracket is not closed.');
  parts.push(text.slice(start).trim());
  return parts;
}

/** Takes the quotation marks off, and the backslashes within. Text that is not quoted stays as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replace(/\\([\s\S])/g, '$1');
}

export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Parameters of a URI or a header value by lower-case name; `null`: present without a value. */
export type Parameters = Map<string, string | null>;

/** Parses `name=value` pairs; an empty one (`;;`) is malformed, of a name that comes twice the first counts. */
export function parseParameters(parts: readonly string[]): Parameters {
  if (parts.length > LIMITS.parameters) throw new Malformed('A value has too many parameters.');
  const parameters: Parameters = new Map();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (!/^[^\s",;<>?=@\0]+$/.test(name)) throw new Malformed(`"${name.slice(0, 40)}" is not the name of a parameter.`);
    if (!parameters.has(name)) parameters.set(name, equals < 0 ? null : unquote(part.slice(equals + 1).trim()));
  }
  return parameters;
}

/** `;name=value` for each; values that are no tokens and no addresses are quoted. */
export function formatParameters(parameters: Parameters): string {
  let text = '';
  for (const [name, value] of parameters) {
    text += `;${name}`;
    if (value !== null) text += `=${/^[^\s",;<>?=]+$/.test(value) ? value : quote(value)}`;
  }
  return text;
}

/** A non-negative whole number up to `max`, or `Malformed`. */
export function parseCount(text: string, max: number, what: string): number {
  if (!/^\d+$/.test(text) || Number(text) > max) throw new Malformed(`${what} must be 0 to ${max}, not "${text}".`);
  return Number(text);
}
