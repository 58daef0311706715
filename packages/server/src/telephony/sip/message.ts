import { LIMITS } from './limits.js';
import { Malformed, splitOutside } from './text.js';

/** Compact forms of header names (RFC 3261 7.3.3, RFC 4028, RFC 3515, RFC 6665, RFC 3841). */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
};

/** Names whose usual spelling is not each word with a capital. */
const SPELLING: Readonly<Record<string, string>> = {
  'call-id': 'Call-ID',
  cseq: 'CSeq',
  'mime-version': 'MIME-Version',
  'min-se': 'Min-SE',
  rack: 'RAck',
  rseq: 'RSeq',
  'www-authenticate': 'WWW-Authenticate',
};

/** The name by which a header is known here: lower case, never compact. */
export function headerName(name: string): string {
  const lower = name.toLowerCase();
  // A name such as "constructor" is nobody's compact form.
  return (Object.hasOwn(COMPACT, lower) ? COMPACT[lower] : undefined) ?? lower;
}

function spelling(name: string): string {
  return (
    (Object.hasOwn(SPELLING, name) ? SPELLING[name] : undefined) ??
    name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
  );
}

/** The header fields of a message, in order. Names are matched without regard to case and compact form. */
export class Headers {
  #fields: { name: string; value: string }[] = [];

  /** Name and value pairs, to be added in this order. */
  static of(fields: Readonly<Record<string, string | readonly string[]>>): Headers {
    const headers = new Headers();
    for (const [name, value] of Object.entries(fields)) {
      for (const one of typeof value === 'string' ? [value] : value) headers.add(name, one);
    }
    return headers;
  }

  add(name: string, value: string): this {
    this.#fields.push({ name: headerName(name), value });
    return this;
  }

  prepend(name: string, value: string): this {
    this.#fields.unshift({ name: headerName(name), value });
    return this;
  }

  /** Replaces every field of this name by one. */
  set(name: string, value: string): this {
    return this.remove(name).add(name, value);
  }

  remove(name: string): this {
    const wanted = headerName(name);
    this.#fields = this.#fields.filter((field) => field.name !== wanted);
    return this;
  }

  /** The value of the first field of this name. */
  get(name: string): string | undefined {
    const wanted = headerName(name);
    return this.#fields.find((field) => field.name === wanted)?.value;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The value of every field of this name. */
  all(name: string): string[] {
    const wanted = headerName(name);
    return this.#fields.flatMap((field) => (field.name === wanted ? [field.value] : []));
  }

  /** The values of a header whose fields may hold several, separated by commas. Throws `Malformed`. */
  values(name: string): string[] {
    const values = this.all(name).flatMap((value) => (value.trim() === '' ? [] : splitOutside(value, ',')));
    if (values.length > LIMITS.values) throw new Malformed(`Header "${name}" has too many values.`);
    if (values.some((value) => value === '')) throw new Malformed(`Header "${name}" has an empty value.`);
    return values;
  }

  /** Replaces the first value of a header whose fields may hold several. */
  replaceFirst(name: string, value: string): void {
    const [, ...others] = this.values(name);
    const place = this.#fields.findIndex((field) => field.name === headerName(name));
    this.remove(name);
    const fields = [value, ...others].map((one) => ({ name: headerName(name), value: one }));
    this.#fields.splice(Math.max(place, 0), 0, ...fields);
  }

  clone(): Headers {
    const copy = new Headers();
    copy.#fields = [...this.#fields];
    return copy;
  }

  /** The fields as lines; a line end within a value would begin another header and becomes a space. */
  format(): string {
    return this.#fields
      .map(({ name, value }) => `${spelling(name)}: ${value.replace(/[\r\n]+[ \t]*/g, ' ')}\r\n`)
      .join('');
  }
}

export interface SipRequest {
  kind: 'request';
  method: string;
  /** The Request-URI as it stands. */
  uri: string;
  headers: Headers;
  body: Buffer;
}

export interface SipResponse {
  kind: 'response';
  status: number;
  reason: string;
  headers: Headers;
  body: Buffer;
}

export type SipMessage = SipRequest | SipResponse;

export const NO_BODY: Buffer = Buffer.alloc(0);

/** The bytes of a message: exact, whatever was tolerated when it was read. `Content-Length` is always the body's. */
export function serialise(message: SipMessage): Buffer {
  const start =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason.replace(/[\r\n]+/g, ' ')}`;
  const headers = message.headers.clone().set('content-length', String(message.body.length));
  return Buffer.concat([Buffer.from(`${start}\r\n${headers.format()}\r\n`, 'utf8'), message.body]);
}
