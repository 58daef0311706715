import { formatParameters, isToken, Malformed, type Parameters, parseParameters, splitOutside } from './text.js';

/** A `sip:` or `sips:` address (RFC 3261 19.1). `user` and `password` are kept escaped, as received. */
export interface SipUri {
  scheme: 'sip' | 'sips';
  user?: string;
  password?: string;
  /** Lower case; an IPv6 address is in brackets. */
  host: string;
  port?: number;
  parameters: Parameters;
  /** What stands behind `?`, as received. */
  headers?: string;
}

/** An address of another scheme, such as `tel:`; its rest is not looked into. */
export interface OtherUri {
  scheme: string;
  opaque: string;
}

export type Uri = SipUri | OtherUri;

export function isSipUri(uri: Uri): uri is SipUri {
  return 'host' in uri;
}

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9_.-]*[a-z0-9.])?)$/;

/** Parses an address; throws `Malformed`. */
export function parseUri(text: string): Uri {
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(colon, 0)).toLowerCase();
  if (colon < 1 || !/^[a-z][a-z0-9+.-]*$/.test(scheme)) throw new Malformed(`"${cut(text)}" is not an address.`);
  if (/[\s<>"]/.test(text)) throw new Malformed(`"${cut(text)}" contains a character that no address has.`);
  const rest = text.slice(colon + 1);
  if (scheme !== 'sip' && scheme !== 'sips') return { scheme, opaque: rest };

  const at = rest.lastIndexOf('@');
  const behind = rest.slice(at + 1);
  const question = behind.indexOf('?');
  const [hostPort = '', ...parameters] = (question < 0 ? behind : behind.slice(0, question)).split(';');
  const uri: SipUri = { scheme, ...parseHostPort(hostPort), parameters: parseParameters(parameters) };
  if (question >= 0) uri.headers = behind.slice(question + 1);
  if (at >= 0) {
    const [user = '', ...password] = rest.slice(0, at).split(':');
    if (user === '') throw new Malformed(`"${cut(text)}" has no user before "@".`);
    uri.user = user;
    if (password.length > 0) uri.password = password.join(':');
  }
  return uri;
}

/** `host[:port]`, host in lower case; throws `Malformed`. */
export function parseHostPort(text: string): { host: string; port?: number } {
  const found = /^(\[[^\]]*\]|[^:\s]+)(?:\s*:\s*(\d{1,5}))?$/.exec(text);
  const host = found?.[1]?.toLowerCase() ?? '';
  if (!HOST.test(host)) throw new Malformed(`"${cut(text)}" is not a host.`);
  if (found?.[2] === undefined) return { host };
  const port = Number(found[2]);
  if (port > 65_535) throw new Malformed(`${port} is not a port.`);
  return { host, port };
}

export function formatUri(uri: Uri): string {
  if (!isSipUri(uri)) return `${uri.scheme}:${uri.opaque}`;
  const password = uri.password === undefined ? '' : `:${uri.password}`;
  const user = uri.user === undefined ? '' : `${uri.user}${password}@`;
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  const headers = uri.headers === undefined ? '' : `?${uri.headers}`;
  return `${uri.scheme}:${user}${uri.host}${port}${formatParameters(uri.parameters)}${headers}`;
}

/** The user of an address, unescaped: the number or name that was dialed. An escape that is none stays as it is. */
export function userOf(uri: Uri): string {
  if (!isSipUri(uri)) return uri.scheme === 'tel' ? (uri.opaque.split(';')[0] ?? '') : '';
  return unescapeUser(uri.user ?? '');
}

function unescapeUser(user: string): string {
  const bytes = user.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  // Escapes are UTF-8 octets; characters beyond Latin-1 came unescaped and cannot be mixed with them.
  return /[^\0-\xff]/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Escapes what may not stand in the user of an address. */
export function escapeUser(user: string): string {
  return [...Buffer.from(user, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9\-_.!~*'()&=+$,;?/]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** A SIP address of this user and host; without a user, the host's own. */
export function sipUri(user: string, host: string, port?: number): SipUri {
  const uri: SipUri = { scheme: 'sip', host: host.toLowerCase(), parameters: new Map() };
  if (user !== '') uri.user = escapeUser(user);
  if (port !== undefined) uri.port = port;
  return uri;
}

/** An address with its display name and its header parameters (`From`, `To`, `Contact`, `Route`). */
export interface Address {
  display?: string;
  uri: Uri;
  parameters: Parameters;
}

/**
 * Parses one `name-addr` or `addr-spec` with parameters. Display names without quotation are taken as they stand, spaces
 * within the brackets are ignored (RFC 4475 3.1.2.15 allows both); throws `Malformed`.
 */
export function parseAddress(text: string): Address {
  const { display, spec, rest } = addressParts(text);
  const [before, ...parameters] = splitOutside(rest, ';');
  if (before !== '') throw new Malformed(`"${cut(text)}" has text behind its address.`);
  const address: Address = { uri: parseUri(spec), parameters: parseParameters(parameters) };
  if (display !== '') address.display = display;
  return address;
}

function addressParts(text: string): { display: string; spec: string; rest: string } {
  const quoted = /^\s*("(?:[^"\\]|\\[\s\S])*")\s*</.exec(text);
  const open = quoted ? quoted[0].length - 1 : text.indexOf('<');
  if (open < 0) {
    if (text.includes('"') && !text.includes(';')) throw new Malformed(`"${cut(text)}" is not an address.`);
    const semicolon = text.indexOf(';');
    const spec = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
    // RFC 3261 20.10: such an address must be in brackets, or it is unclear whose the rest is.
    if (/[?,]/.test(spec)) throw new Malformed(`"${cut(text)}" must be in angle brackets.`);
    return { display: '', spec, rest: semicolon < 0 ? '' : text.slice(semicolon).trim() };
  }
  const close = text.indexOf('>', open);
  if (close < 0) throw new Malformed('An angle bracket is not closed.');
  const display = quoted?.[1] ? unquoteDisplay(quoted[1]) : text.slice(0, open).trim();
  if (!quoted && display.includes('"')) throw new Malformed('The quotation of a display name is wrong.');
  return { display, spec: text.slice(open + 1, close).trim(), rest: text.slice(close + 1).trim() };
}

function unquoteDisplay(text: string): string {
  return text.slice(1, -1).replace(/\\([\s\S])/g, '$1');
}

export function formatAddress(address: Address): string {
  const { display } = address;
  const name = display === undefined ? '' : `${isToken(display) ? display : `"${escapeDisplay(display)}"`} `;
  return `${name}<${formatUri(address.uri)}>${formatParameters(address.parameters)}`;
}

/** No line ends: they would begin another header. */
function escapeDisplay(text: string): string {
  return text.replace(/[\r\n\0]+/g, ' ').replace(/["\\]/g, '\\$&');
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
