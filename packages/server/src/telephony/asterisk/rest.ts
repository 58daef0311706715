import { Pool } from 'undici';
import type { WebSocket } from 'ws';
import { type Clock, RingbackError, type Timer } from '../../kernel/index.js';

/** What a request to a server asks for; the parameters go into its body as JSON. */
export interface AriRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/ari/`, its parts encoded (`path`). */
  path: string;
  parameters?: Readonly<Record<string, unknown>>;
}

export interface AriResponse {
  status: number;
  /** Parsed; undefined when there is none, or none that is JSON. */
  body: unknown;
}

/** How requests reach a server. */
export interface Rest {
  /** @throws RingbackError `switch-unavailable`: it is unknown whether the server has acted */
  request(request: AriRequest): Promise<AriResponse>;
  /** What is not answered yet is not waited for any more. */
  close(): void;
}

/** Parts of a path, encoded. */
export function path(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

export function unavailable(server: string, why: string, cause?: unknown): RingbackError {
  return new RingbackError('switch-unavailable', `Asterisk server ${server} ${why}.`, [], { cause });
}

/** Requests over HTTP: Asterisk 16 and later. */
export class HttpRest implements Rest {
  readonly #server: string;
  readonly #pool: Pool;
  readonly #base: string;
  readonly #authorization: string;

  constructor(parts: { server: string; url: URL; authorization: string; timeoutMs: number }) {
    const { server, url, authorization, timeoutMs } = parts;
    this.#server = server;
    this.#base = `${url.pathname.replace(/\/$/, '')}/ari/`;
    this.#authorization = authorization;
    const limits = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connect: { timeout: timeoutMs } };
    this.#pool = new Pool(url.origin, { ...limits, connections: 16 });
  }

  async request({ method, path, parameters }: AriRequest): Promise<AriResponse> {
    try {
      const { statusCode, body } = await this.#pool.request({
        method,
        path: this.#base + path,
        headers: {
          authorization: this.#authorization,
          ...(parameters && { 'content-type': 'application/json' }),
        },
        body: parameters ? JSON.stringify(parameters) : null,
      });
      return { status: statusCode, body: parsed(await body.text()) };
    } catch (error) {
      throw unavailable(this.#server, `did not answer ${method} ${path}`, error);
    }
  }

  close(): void {
    void this.#pool.destroy();
  }
}

/**
 * Requests over the WebSocket that brings the events (Asterisk 20.14, 21.9, 22.4 and later). The server answers them one after
 * the other, so one that it does not answer in time is the end of the connection.
 */
export class SocketRest implements Rest {
  readonly #parts: { server: string; socket: WebSocket; clock: Clock; timeoutMs: number };
  readonly #waiting = new Map<string, { resolve: (response: AriResponse) => void; fail: (why: string) => void }>();
  #asked = 0;

  constructor(parts: { server: string; socket: WebSocket; clock: Clock; timeoutMs: number }) {
    this.#parts = parts;
  }

  request({ method, path, parameters }: AriRequest): Promise<AriResponse> {
    const { server, socket, clock, timeoutMs } = this.#parts;
    this.#asked += 1;
    const id = String(this.#asked);
    return new Promise((resolve, reject) => {
      const timer: Timer = clock.at(clock.now() + timeoutMs, () => {
        fail('did not answer in time');
        socket.terminate();
      });
      const fail = (why: string) => {
        timer.cancel();
        this.#waiting.delete(id);
        reject(unavailable(server, `${why}: ${method} ${path}`));
      };
      const answered = (response: AriResponse) => {
        timer.cancel();
        resolve(response);
      };
      this.#waiting.set(id, { resolve: answered, fail });
      const body = parameters && { content_type: 'application/json', message_body: JSON.stringify(parameters) };
      socket.send(JSON.stringify({ type: 'RESTRequest', request_id: id, method, uri: path, ...body }), (error) => {
        if (error) fail(`is not connected (${error.message})`);
      });
    });
  }

  /** Takes the answer to a request, as it came over the socket. */
  answered(message: Readonly<Record<string, unknown>>): void {
    const id = String(message.request_id);
    const asked = this.#waiting.get(id);
    this.#waiting.delete(id);
    const { status_code, message_body } = message;
    asked?.resolve({
      status: typeof status_code === 'number' ? status_code : 0,
      body: typeof message_body === 'string' ? parsed(message_body) : undefined,
    });
  }

  close(): void {
    for (const { fail } of [...this.#waiting.values()]) fail('was disconnected before it answered');
  }
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
