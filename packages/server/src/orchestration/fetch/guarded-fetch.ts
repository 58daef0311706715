import { lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { RingbackError } from '../../kernel/index.js';
import type { TargetRules } from './target-rules.js';

export interface FetchRequest {
  url: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers: Record<string, string>;
  body?: string;
  timeoutMs: number;
}

export interface FetchResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  content: string;
}

const MOST_REDIRECTIONS = 5;
const MOST_BYTES = 1024 * 1024;
const REDIRECTIONS = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches over HTTP where the rules allow it. A target is judged by its name, again by every address that the name
 * resolves to at the moment of connecting, and again at each redirection, so that neither a name that changes its
 * address nor a redirection leads anywhere else.
 * @throws RingbackError `not-allowed`, `bad-address`, `too-many-redirections`, `too-large`, `no-answer`
 */
export async function guardedFetch(fetch: FetchRequest, rules: TargetRules): Promise<FetchResponse> {
  let { method, body } = fetch;
  let url = parsed(fetch.url);
  const deadline = AbortSignal.timeout(fetch.timeoutMs);
  for (let redirections = 0; redirections <= MOST_REDIRECTIONS; redirections += 1) {
    const response = await once({ ...fetch, method, ...(body !== undefined && { body }) }, url, rules, deadline);
    const location = response.headers.location;
    if (!REDIRECTIONS.has(response.status) || location === undefined) return response;
    url = parsed(new URL(location, url).href);
    if (response.status === 303 || (response.status < 303 && method === 'POST')) {
      method = 'GET';
      body = undefined;
    }
  }
  throw new RingbackError('too-many-redirections', `more than ${MOST_REDIRECTIONS} redirections`);
}

function parsed(address: string): URL {
  if (!URL.canParse(address)) throw new RingbackError('bad-address', `${address} is no address`);
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RingbackError('bad-address', `only http and https can be fetched, not ${url.protocol}`);
  }
  return url;
}

async function once(fetch: FetchRequest, url: URL, rules: TargetRules, signal: AbortSignal): Promise<FetchResponse> {
  const byName = rules.allowsByName(url);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (!byName && isIP(literal) && !rules.allowsAddress(literal)) throw refused(url.host);
  const dispatcher = new Agent({ connect: byName ? {} : { lookup: guardedLookup(rules) } });
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
    return { status: response.statusCode, headers, content: await readText(response.body) };
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
function guardedLookup(rules: TargetRules): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
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

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of body) {
    total += chunk.length;
    if (total > MOST_BYTES) throw new RingbackError('too-large', `the answer is larger than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
