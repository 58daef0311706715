import { sayOfAnswer } from './answers.js';
import { Refusal, refusal } from './refusal.js';

/** What a request sends besides its path. */
export interface RequestOptions {
  /** `browser`: this address lets the browser ask for an id and password; the login page is not for it. */
  credentials?: 'browser';
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, in place of a JSON body. */
  file?: { content: Blob; type: string };
  signal?: AbortSignal;
}

/**
 * One request to the server that serves the console. Resolves with the parsed JSON body (undefined when it is empty).
 * Throws a {@link Refusal} for every answer that is not a success, and when no answer came.
 */
export async function request(path: string, options: RequestOptions = {}): Promise<unknown> {
  return (await exchange(path, options)).body;
}

/** One page of a long list, and the address of the next one if there is one (`Link` header). */
export interface Page {
  body: unknown;
  next: string | undefined;
}

/** Like {@link request}, for a list that comes in pages. */
export async function requestPage(path: string, options: RequestOptions = {}): Promise<Page> {
  const { body, response } = await exchange(path, options);
  return { body, next: /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1] };
}

async function exchange(path: string, options: RequestOptions): Promise<{ response: Response; body: unknown }> {
  const init: RequestInit = { method: options.method ?? 'GET', headers: { accept: 'application/json' } };
  if (options.body !== undefined) {
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
    init.body = JSON.stringify(options.body);
  }
  if (options.file !== undefined) {
    init.headers = { accept: 'application/json', 'content-type': options.file.type };
    init.body = options.file.content;
  }
  if (options.signal !== undefined) init.signal = options.signal;

  let response: Response;
  let body: string;
  try {
    response = await fetch(path, init);
    body = await response.text();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Refusal(sayOfAnswer('unreachable'), 0);
  }
  if (response.status === 401 && options.credentials !== 'browser') logIn();
  if (!response.ok) throw refusal(response.status, response.statusText, body);
  if (body === '') return { response, body: undefined };
  try {
    return { response, body: JSON.parse(body) };
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refusal(sayOfAnswer('notJson', { path }), response.status);
    throw error;
  }
}

/** The session is over: one logs in anew and comes back to this page. */
function logIn(): void {
  const { pathname, search } = globalThis.location;
  globalThis.location.assign(`/login?${new URLSearchParams({ next: pathname + search })}`);
}

/** What to show of any error that a request or a mutation ended with. */
export function explain(error: unknown): string {
  if (error instanceof Refusal && error.fields.length > 0) return `${error.message} ${error.fields.join('; ')}`;
  return error instanceof Error ? error.message : String(error);
}
