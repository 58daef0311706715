import { lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { RingbackError } from '../../kernel/index.js';
import { readText } from './response-text.js';
import type { TargetRules } from './target-rules.js';

export interface FetchRequest {
  url: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers: Record<string, string>;
  body?: string | Buffer;
  timeoutMs: number;
  /** Accept any certificate of the server. */
  trustAll?: boolean;
  /** How often a redirection is followed; default 5. */
  mostRedirections?: number;
}

/** How names are resolved; replaced by tests. */
export type NameLookup = typeof resolveName;

export interface FetchResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  content: string;
}

const MOST_REDIRECTIONS = 5;
const REDIRECTIONS = new Set([301, 302, 303, 307, 308]);
/** Headers of a body, which a redirection to a GET does not have. */
const OF_BODY = new Set(['content-type', 'content-encoding', 'content-language']);
/** What is meant for the server that was addressed, and for no other one to which it redirects. */
const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * Fetches over HTTP where the rules allow it. A target is judged by its name, again by every address that the name
 * resolves to at the moment of connecting, and again at each redirection, so that neither a name that changes its
 * address nor a redirection leads anywhere else.
 * @throws RingbackError `not-allowed`, `bad-address`, `too-many-redirections`, `too-large`, `no-answer`
 */
export async function guardedFetch(
  fetch: FetchRequest,
  rules: TargetRules,
  lookup: NameLookup = resolveName,
): Promise<FetchResponse> {
  const { mostRedirections = MOST_REDIRECTIONS } = fetch;
  let { method, body, headers } = fetch;
  let url = parsed(fetch.url);
  const deadline = AbortSignal.timeout(fetch.timeoutMs);
  for (let redirections = 0; redirections <= mostRedirections; redirections += 1) {
    const { body: _first, ...rest } = fetch;
    const asked = { ...rest, method, headers, ...(body !== undefined && { body }) };
    const response = await once(asked, url, { rules, lookup, signal: deadline });
    const location = response.headers.location;
    if (!REDIRECTIONS.has(response.status) || location === undefined) return response;
    const next = parsed(redirected(location, url));
    if (next.origin !== url.origin) headers = withoutHeaders(headers, CREDENTIALS);
    url = next;
    if (response.status === 303 || (response.status < 303 && method === 'POST')) {
      method = 'GET';
      body = undefined;
      headers = withoutHeaders(headers, OF_BODY);
    }
  }
  throw new RingbackError('too-many-redirections', `more than ${mostRedirections} redirections`);
}

function parsed(address: string): URL {
  if (!URL.canParse(address)) throw new RingbackError('bad-address', `${address} is no address`);
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RingbackError('bad-address', `only http and https can be fetched, not ${url.protocol}`);
  }
  return url;
}

function redirected(location: string, from: URL): string {
  if (URL.canParse(location, from.href)) return new URL(location, from).href;
  throw new RingbackError('bad-address', `${from.host} redirects to ${location}, which is no address`);
}

function withoutHeaders(headers: Record<string, string>, names: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name.toLowerCase())));
}

interface Asking {
  rules: TargetRules;
  lookup: NameLookup;
  signal: AbortSignal;
}

async function once(fetch: FetchRequest, url: URL, { rules, lookup, signal }: Asking): Promise<FetchResponse> {
  const byName = rules.allowsByName(url);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (!byName && isIP(literal) && !rules.allowsAddress(literal)) throw refused(url.host);
  const dispatcher = new Agent({
    connect: {
      ...(!byName && { lookup: guardedLookup(rules, lookup) }),
      ...(fetch.trustAll && { rejectUnauthorized: false }),
    },
  });
  try {
    const response = await request(url, {
      dispatcher,
      method: fetch.method,
      headers: fetch.headers,
      signal,
      ...(fetch.body !== undefined && { body: fetch.body }),
    });
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers)) {
      if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
    }
    return { status: response.statusCode, headers, content: await readText(response.body, headers['content-type']) };
  } catch (error) {
    if (error instanceof RingbackError) throw error;
    if (error instanceof Error && error.cause instanceof RingbackError) throw error.cause;
    const why = signal.aborted ? `no answer within ${fetch.timeoutMs} ms` : messageOf(error);
    throw new RingbackError('no-answer', `${url.host}: ${why}`, [], { cause: error });
  } finally {
    await dispatcher.close();
  }
}

/** Resolves a name for a connection, and refuses it when one of its addresses may not be reached. */
function guardedLookup(rules: TargetRules, lookup: NameLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      if (addresses.some(({ address }) => !rules.allowsAddress(address))) return callback(refused(hostname), '', 0);
      const [first] = addresses;
      if (options.all) return callback(null, addresses);
      return first ? callback(null, first.address, first.family) : callback(refused(hostname), '', 0);
    });
  };
}

function refused(host: string): RingbackError {
  return new RingbackError(
    'not-allowed',
    `${host} is an address of this machine or of a private network; option fetch-allow of section ors can allow it`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
