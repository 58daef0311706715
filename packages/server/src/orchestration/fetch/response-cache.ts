import type { FetchResponse } from './guarded-fetch.js';

interface CachedResponse {
  response: FetchResponse;
  storedAt: number;
  /** Milliseconds for which its server says that it is fresh; undefined: it says nothing. */
  freshMs: number | undefined;
}

/** How old an answer may be, in milliseconds, and how long past the time that its server gave it. */
export interface AcceptedAge {
  maxAgeMs: number;
  maxStaleMs: number;
}

const MOST_RESPONSES = 500;
const MOST_CHARACTERS = 64 * 1024;

/**
 * Answers to earlier requests of this process, for applications that accept an answer of some age. Kept only if the server
 * allows it; the one that was used longest ago goes first. Losing them costs a request.
 */
export class ResponseCache {
  readonly #responses = new Map<string, CachedResponse>();

  /** An answer that is not too old, with its age in seconds among its headers. */
  find(key: string, now: number, { maxAgeMs, maxStaleMs }: AcceptedAge): FetchResponse | undefined {
    const cached = this.#responses.get(key);
    if (!cached) return undefined;
    const age = now - cached.storedAt;
    const fresh = cached.freshMs ?? maxAgeMs;
    if (age > maxAgeMs || age > fresh + maxStaleMs) return undefined;
    this.#responses.delete(key);
    this.#responses.set(key, cached);
    const { response } = cached;
    return { ...response, headers: { ...response.headers, age: String(Math.floor(age / 1000)) } };
  }

  store(key: string, response: FetchResponse, now: number): void {
    const control = (response.headers['cache-control'] ?? '').toLowerCase();
    const isAllowed = response.status === 200 && !/no-store|private/.test(control) && response.headers.vary !== '*';
    if (!isAllowed || response.content.length > MOST_CHARACTERS) return;
    this.#responses.delete(key);
    this.#responses.set(key, { response, storedAt: now, freshMs: freshMsOf(control) });
    const [oldest] = this.#responses.keys();
    if (this.#responses.size > MOST_RESPONSES && oldest !== undefined) this.#responses.delete(oldest);
  }
}

function freshMsOf(control: string): number | undefined {
  if (control.includes('no-cache')) return 0;
  const seconds = /max-age\s*=\s*"?(\d+)/.exec(control)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
