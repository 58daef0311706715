import { contactsOf, cseqOf, fromOf, parseVia, required, toOf } from './header-values.js';
import { LIMITS, MAX_CSEQ } from './limits.js';
import { Headers, NO_BODY, type SipMessage, type SipRequest } from './message.js';
import { isToken, Malformed, parseCount } from './text.js';
import { parseAddress } from './uri.js';

/**
 * What came of the bytes of one message. Of a malformed request, as far as it could be read, `request` is what a response
 * with `status` is made of; everything else that is malformed can only be dropped.
 */
export type Parsed =
  | { ok: true; message: SipMessage }
  | { ok: false; problem: string; status: number; request?: SipRequest };

/** Headers that stand once in a message. */
const SINGLE = ['call-id', 'cseq', 'from', 'to', 'max-forwards'];

/**
 * Reads one message: the whole of a datagram, or what `Framing` cut out of a stream. Tolerates line ends without carriage
 * return, empty lines before the start, bytes behind the body, names in any case and values folded over lines.
 * Never throws.
 */
export function parseMessage(bytes: Buffer): Parsed {
  let request: SipRequest | undefined;
  try {
    const { head, rest } = splitHead(bytes);
    const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
    const message = startLine(lines[0] ?? '');
    // A start line that is wrong is answered only after the headers have told to whom.
    const problem = message instanceof Malformed ? message : undefined;
    const read: SipMessage = message instanceof Malformed ? unreadable() : message;
    if (read.kind === 'request') request = read;
    readHeaders(lines.slice(1), read.headers);
    if (problem) throw problem;
    read.body = bodyOf(read.headers, rest);
    checkHeaders(read);
    return { ok: true, message: read };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const answer = request && answerable(request) ? { request } : {};
    return { ok: false, problem: error.message, status: error.status, ...answer };
  }
}

function unreadable(): SipRequest {
  return { kind: 'request', method: '', uri: '', headers: new Headers(), body: NO_BODY };
}

function splitHead(bytes: Buffer): { head: string; rest: Buffer } {
  let start = 0;
  while (bytes[start] === 13 || bytes[start] === 10) start += 1;
  const end = headEnd(bytes, start);
  const headEndsAt = end?.at ?? bytes.length;
  if (headEndsAt - start > LIMITS.headBytes) throw new Malformed('The headers are too long.', 513);
  const head = bytes.toString('utf8', start, headEndsAt);
  return { head, rest: bytes.subarray(end?.bodyAt ?? bytes.length) };
}

/** Where the empty line is that ends the headers. */
export function headEnd(bytes: Buffer, from: number): { at: number; bodyAt: number } | undefined {
  for (let at = bytes.indexOf(10, from); at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return { at, bodyAt: at + 2 };
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return { at, bodyAt: at + 3 };
  }
  return undefined;
}

function startLine(line: string): SipMessage | Malformed {
  const common = { headers: new Headers(), body: NO_BODY };
  const status = /^SIP\/2\.0 +(\d{3})(?: ([^\r]*))?\r?$/i.exec(line);
  if (status) {
    const code = Number(status[1]);
    if (code < 100 || code > 699) throw new Malformed(`${code} is not a status.`);
    return { kind: 'response', status: code, reason: status[2] ?? '', ...common };
  }
  if (/^SIP\/\d/i.test(line)) throw new Malformed('The status line is wrong.');
  const [method = '', uri = '', version = '', ...more] = line.replace(/\r$/, '').split(' ');
  if (!isToken(method) || uri === '' || version === '' || more.length > 0) {
    return new Malformed('The request line must be a method, an address and the version, each followed by one space.');
  }
  if (!/^SIP\/\d+\.\d+$/i.test(version)) return new Malformed('The version is wrong.');
  if (version.toUpperCase() !== 'SIP/2.0') return new Malformed(`Version ${version} is not spoken here.`, 505);
  if (/[<>"]/.test(uri)) return new Malformed('The Request-URI must not be in angle brackets.');
  return { kind: 'request', method, uri, ...common };
}

function readHeaders(lines: readonly string[], headers: Headers): void {
  if (lines.length > LIMITS.headers) throw new Malformed('There are too many headers.', 513);
  for (const line of lines) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    if (!isToken(name)) throw new Malformed(`"${line.slice(0, 40)}" is not a header.`);
    // A carriage return alone ends no line and must not come to end one.
    headers.add(
      name,
      line
        .slice(colon + 1)
        .replaceAll('\r', ' ')
        .trim(),
    );
  }
}

/** The length that the headers announce; undefined when they do not. Throws `Malformed`. */
export function contentLength(headers: Headers): number | undefined {
  const lengths = new Set(headers.all('content-length').map((value) => value.trim()));
  if (lengths.size > 1) throw new Malformed('There are several Content-Length.');
  const [length] = lengths;
  return length === undefined ? undefined : parseCount(length, LIMITS.bodyBytes, 'Content-Length');
}

function bodyOf(headers: Headers, rest: Buffer): Buffer {
  const length = contentLength(headers) ?? rest.length;
  if (length > rest.length) throw new Malformed('The body is shorter than Content-Length says.');
  if (length > LIMITS.bodyBytes) throw new Malformed('The body is too long.', 513);
  return rest.subarray(0, length);
}

/** What every element looks at: RFC 3261 8.1.1, and that what we rely on can be read. */
function checkHeaders(message: SipMessage): void {
  const { headers } = message;
  for (const name of SINGLE) {
    if (headers.all(name).length > 1) throw new Malformed(`Header "${name}" stands more than once.`);
  }
  const vias = headers.values('via');
  if (vias.length === 0) throw new Malformed('Header "Via" is missing.');
  for (const via of vias) parseVia(via);
  required(headers, 'call-id');
  fromOf(message);
  toOf(message);
  const cseq = cseqOf(message);
  if (message.kind === 'request' && cseq.method !== message.method) {
    throw new Malformed(`The method of CSeq is ${cseq.method}, that of the request ${message.method}.`);
  }
  const hops = headers.get('max-forwards');
  if (hops !== undefined) parseCount(hops, 255, 'Max-Forwards');
  contactsOf(headers);
  for (const name of ['route', 'record-route']) headers.values(name).forEach(parseAddress);
  for (const name of ['expires', 'rseq']) {
    const value = headers.get(name);
    // RFC 3261 20.19 takes an Expires that cannot be read as the default; only RSeq must be right.
    if (value !== undefined && name === 'rseq') parseCount(value, MAX_CSEQ, 'RSeq');
  }
}

/** Whether enough was read to know where a response goes; an ACK is never answered. */
function answerable(request: SipRequest): boolean {
  const { headers } = request;
  const ack = request.method === 'ACK' || /\bACK\s*$/.test(headers.get('cseq') ?? '');
  if (ack) return false;
  try {
    const [via] = headers.values('via');
    if (via === undefined) return false;
    parseVia(via);
    return true;
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
}
