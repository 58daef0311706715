import { MAX_CSEQ } from './limits.js';
import type { Headers, SipMessage } from './message.js';
import {
  formatParameters,
  isToken,
  Malformed,
  type Parameters,
  parseCount,
  parseParameters,
  splitOutside,
} from './text.js';
import { type Address, parseAddress, parseHostPort } from './uri.js';

/** Every transaction of RFC 3261 has a branch that begins so, with something behind it. */
export const MAGIC_COOKIE = 'z9hG4bK';

export interface Via {
  /** Upper case: `UDP`, `TCP`, `TLS`, or another. */
  protocol: string;
  host: string;
  port?: number;
  parameters: Parameters;
}

const VIA = /^SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z0-9\-.!%*_+`'~]+)\s+(\S[\s\S]*)$/i;

export function parseVia(text: string): Via {
  const found = VIA.exec(text.trim());
  if (!found) throw new Malformed(`"${text.slice(0, 60)}" is not a Via.`);
  const [sentBy = '', ...parameters] = splitOutside(found[2] ?? '', ';');
  return {
    protocol: (found[1] ?? '').toUpperCase(),
    ...parseHostPort(sentBy),
    parameters: parseParameters(parameters),
  };
}

export function formatVia(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`;
  return `SIP/2.0/${via.protocol} ${via.host}${port}${formatParameters(via.parameters)}`;
}

/** The topmost Via; throws `Malformed` when there is none. */
export function topVia(headers: Headers): Via {
  const [first] = headers.values('via');
  if (first === undefined) throw new Malformed('Header "Via" is missing.');
  return parseVia(first);
}

export interface CSeq {
  number: number;
  method: string;
}

export function parseCSeq(text: string): CSeq {
  const found = /^(\d+)\s+(\S+)$/.exec(text.trim());
  if (!found || !isToken(found[2] ?? '')) throw new Malformed(`"${text.slice(0, 60)}" is not a CSeq.`);
  return { number: parseCount(found[1] ?? '', MAX_CSEQ, 'CSeq'), method: found[2] ?? '' };
}

/** The value of a header that must be there; throws `Malformed`. */
export function required(headers: Headers, name: string): string {
  const value = headers.get(name)?.trim();
  if (value === undefined || value === '') throw new Malformed(`Header "${name}" is missing.`);
  return value;
}

export function cseqOf(message: SipMessage): CSeq {
  return parseCSeq(required(message.headers, 'cseq'));
}

export function fromOf(message: SipMessage): Address {
  return parseAddress(required(message.headers, 'from'));
}

export function toOf(message: SipMessage): Address {
  return parseAddress(required(message.headers, 'to'));
}

export function tagOf(address: Address): string | undefined {
  return address.parameters.get('tag') ?? undefined;
}

/** The contacts of a message; `*` (RFC 3261 10.2.2) stands for all of them. */
export function contactsOf(headers: Headers): Address[] | '*' {
  const values = headers.values('contact');
  if (values.length === 1 && values[0] === '*') return '*';
  return values.map(parseAddress);
}

/** Lower-case option tags of `Supported`, `Require` and the like. */
export function optionTags(headers: Headers, name: string): string[] {
  return headers.values(name).map((tag) => tag.toLowerCase());
}
