import { RingbackFailure } from './failure.js';

/** How to reach a server. */
export interface ConnectionOptions {
  /** Where the server is, such as `https://calls.example.com`; in a browser by default the page's own server. */
  baseUrl?: string;
  /** Basic authentication, where the service or the server asks for it. */
  username?: string;
  password?: string;
  /** The tenant, where several share a server: sent as `ContactCenterId`. */
  contactCenterId?: string;
  /** Gives up after so long, milliseconds; default 30,000. */
  timeoutMs?: number;
  /** Used instead of the platform's `fetch`. */
  fetch?: typeof fetch;
}

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  json?: unknown;
  body?: FormData | URLSearchParams;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 30_000;

/** Sends requests and reads answers; whatever is not a success is thrown as `RingbackFailure`. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #base: string;

  constructor(options: ConnectionOptions = {}) {
    this.#options = options;
    const base = options.baseUrl ?? globalThis.location?.origin;
    if (!base) throw new TypeError('baseUrl says where the server is; it may be left out on its own pages only.');
    this.#base = base.replace(/\/+$/, '');
  }

  /** @returns the parsed JSON of the answer, its text if it is none, undefined if it is empty */
  async call(path: string, call: Call = {}): Promise<unknown> {
    const response = await this.send(path, call);
    const text = await response.text();
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    if (text === '') return undefined;
    return isJson ? JSON.parse(text) : text;
  }

  /** @throws RingbackFailure for any status but 2xx, and where no answer came */
  async send(path: string, call: Call = {}): Promise<Response> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMs ?? TIMEOUT_MS);
    const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
    return this.#answered(path, { ...call, signal });
  }

  /** As `send`, for an answer that does not end: only the caller's signal ends it. */
  async open(path: string, call: Call = {}): Promise<Response> {
    return this.#answered(path, call);
  }

  async #answered(path: string, call: Call): Promise<Response> {
    const { method = 'GET', json, body, signal } = call;
    const request: RequestInit = {
      method,
      headers: this.#headers(call),
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    };
    const send = this.#options.fetch ?? globalThis.fetch;
    const response = await send(this.address(path, call.query), request).catch((cause: unknown) => {
      throw new RingbackFailure({ status: 0, message: `${this.#base} did not answer.`, body: undefined }, { cause });
    });
    if (!response.ok) throw await RingbackFailure.of(response);
    return response;
  }

  /** The whole address of a path of the server. */
  address(path: string, query: Call['query'] = {}): string {
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url.href;
  }

  #headers({ json, headers }: Call): Record<string, string> {
    const { username, password = '', contactCenterId } = this.#options;
    return {
      accept: 'application/json',
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(username !== undefined && { authorization: `Basic ${base64(`${username}:${password}`)}` }),
      ...(contactCenterId !== undefined && { ContactCenterId: contactCenterId }),
      ...headers,
    };
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
