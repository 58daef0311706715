import { referencedDocuments } from '@ringback/scxml';
import { RingbackError } from '../kernel/index.js';
import { type Documents, readDocuments, storedDocuments } from './documents.js';
import type { FetchResponse } from './fetch/guarded-fetch.js';

/** Fetches one document where the rules of the configuration allow it; throws what `guardedFetch` throws. */
export type DocumentFetch = (url: string) => Promise<FetchResponse>;

export interface CollectedDocuments {
  main: string;
  /** As `storedDocuments` makes them. */
  documents: Documents;
  /** How long all of them may be used without asking again, in seconds; undefined when no server said it. */
  maxAgeSeconds: number | undefined;
}

const MOST_DOCUMENTS = 500;
const MOST_CHARACTERS = 16 * 1024 * 1024;

/**
 * Fetches a document and what it refers to (XInclude, scripts, data), directly and by inclusion. What cannot be fetched
 * of the latter is left out: whether the application can do without it is for the engine to say.
 * @throws RingbackError `document-missing` (404, 410), `document-unavailable`, `address-refused`
 */
export async function collectDocuments(address: string, fetch: DocumentFetch): Promise<CollectedDocuments> {
  const main = parsed(address);
  const first = await fetchOne(main, fetch);
  const documents: Documents = { [main]: first.content };
  let maxAgeSeconds = maxAgeOf(first);
  let characters = first.content.length;
  const unavailable: Record<string, number> = {};
  const waiting = referencedDocuments(first.content, main);
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    if (documents[url] !== undefined || unavailable[url] !== undefined) continue;
    const found = await attempt(url, fetch, unavailable);
    if (found === undefined) continue;
    documents[url] = found.content;
    characters += found.content.length;
    if (Object.keys(documents).length > MOST_DOCUMENTS || characters > MOST_CHARACTERS) throw tooLarge(main);
    maxAgeSeconds = least(maxAgeSeconds, maxAgeOf(found));
    if (/<[\w.-]+/.test(found.content)) waiting.push(...referencedDocuments(found.content, url));
  }
  return { main, documents: storedDocuments(documents, unavailable), maxAgeSeconds };
}

/**
 * Fetches what uploaded documents refer to by address and did not bring with them; what cannot be fetched is left out.
 */
export async function completeDocuments(documents: Documents, fetch: DocumentFetch): Promise<Documents> {
  const { documents: complete } = readDocuments(documents);
  const unavailable: Record<string, number> = {};
  const waiting = Object.entries(documents).flatMap(([url, text]) => referencedDocuments(text, url));
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    const address = url;
    const isKnown = complete[address] !== undefined || unavailable[address] !== undefined;
    if (isKnown || !/^https?:/i.test(address)) continue;
    if (Object.keys(complete).length >= MOST_DOCUMENTS) break;
    const found = await attempt(address, fetch, unavailable);
    if (found === undefined) continue;
    complete[address] = found.content;
    if (/<[\w.-]+/.test(found.content)) waiting.push(...referencedDocuments(found.content, address));
  }
  return storedDocuments(complete, unavailable);
}

function parsed(address: string): string {
  if (URL.canParse(address)) {
    const url = new URL(address);
    url.hash = '';
    if (url.protocol === 'http:' || url.protocol === 'https:') return url.href;
    throw new RingbackError('address-refused', `Documents are fetched by http and https only, not ${url.protocol}`);
  }
  throw new RingbackError('address-refused', `${address} is no address of a document.`);
}

async function fetchOne(url: string, fetch: DocumentFetch): Promise<FetchResponse> {
  const response = await answered(url, fetch);
  if (isSuccess(response)) return response;
  const code = response.status === 404 || response.status === 410 ? 'document-missing' : 'document-unavailable';
  throw new RingbackError(code, `The document ${url} was answered with HTTP status ${response.status}.`);
}

async function answered(url: string, fetch: DocumentFetch): Promise<FetchResponse> {
  try {
    return await fetch(url);
  } catch (error) {
    if (!(error instanceof RingbackError)) throw error;
    const code = REFUSED.has(error.code) ? 'address-refused' : 'document-unavailable';
    throw new RingbackError(code, `The document ${url} cannot be fetched: ${error.message}.`, [], { cause: error });
  }
}

const REFUSED: ReadonlySet<string> = new Set(['not-allowed', 'bad-address']);

/** Fetches what an application may be able to do without; notes the status of what cannot be fetched. */
async function attempt(
  url: string,
  fetch: DocumentFetch,
  unavailable: Record<string, number>,
): Promise<FetchResponse | undefined> {
  try {
    const response = await answered(url, fetch);
    if (isSuccess(response)) return response;
    unavailable[url] = response.status;
  } catch (error) {
    if (!(error instanceof RingbackError)) throw error;
    unavailable[url] = 0;
  }
  return undefined;
}

function isSuccess({ status }: FetchResponse): boolean {
  return status >= 200 && status <= 299;
}

function tooLarge(main: string): RingbackError {
  const bounds = `${MOST_DOCUMENTS} documents or ${MOST_CHARACTERS} characters`;
  return new RingbackError('document-unavailable', `The application ${main} has more than ${bounds}.`);
}

/** The lifetime that HTTP gives a document: `Cache-Control`, else `Expires`. */
export function maxAgeOf({ headers }: Pick<FetchResponse, 'headers'>): number | undefined {
  const control = headers['cache-control'] ?? '';
  if (/\bno-(store|cache)\b/i.test(control)) return 0;
  const age = /\bmax-age\s*=\s*"?(\d{1,9})/i.exec(control)?.[1];
  if (age !== undefined) return Math.max(0, Number(age) - Number(headers.age ?? 0));
  const expires = Date.parse(headers.expires ?? '');
  const date = Date.parse(headers.date ?? '');
  if (Number.isNaN(date) || headers.expires === undefined) return undefined;
  return Number.isNaN(expires) ? 0 : Math.max(0, Math.round((expires - date) / 1000));
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
