import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll } from 'vitest';
import { silentLogger } from '../../kernel/index.js';
import { OrchestrationBed } from '../../orchestration/testing.js';
import { createHttp } from '../http.js';
import { orsApi, orsHelp } from './index.js';
import type { OrsSettings } from './options.js';

export interface Answer {
  status: number;
  text: string;
  headers: Headers;
  /** The body read as JSON. */
  json: () => Record<string, unknown>;
}

export interface Question {
  method?: string;
  headers?: Record<string, string>;
  body?: string | FormData | URLSearchParams;
}

/** A document as a test's web server has it. */
export interface ServedDocument {
  text: string;
  status?: number;
  headers?: Record<string, string>;
}

/** The API on real HTTP, in front of the orchestration host of `OrchestrationBed`, and a web server with documents. */
export class OrsBed {
  readonly documents = new Map<string, ServedDocument>();
  /** Paths that the web server was asked for, since the last look. */
  readonly asked: string[] = [];
  /** Requests with a body that it got. */
  readonly received: { method: string; path: string; body: string; type: string }[] = [];
  readonly options = {
    timeoutMs: 30_000,
    holds: true,
    parses: true,
    cookie: '',
    externalUrl: '',
    redirects: true,
    password: '',
    ready: true,
  };
  /** The node that sessions belong to, if it is not this one. */
  owner: string | undefined;
  url = '';
  web = '';

  private constructor(readonly bed: OrchestrationBed) {}

  static async create(): Promise<OrsBed> {
    const ors = new OrsBed(await OrchestrationBed.create());
    await ors.#serveDocuments();
    await ors.#serveApi();
    return ors;
  }

  /** Serves a document; answers its address. */
  serve(path: string, text: string, more: Omit<ServedDocument, 'text'> = {}): string {
    this.documents.set(path, { text, ...more });
    return this.web + path;
  }

  async ask(path: string, { method, headers, body }: Question = {}): Promise<Answer> {
    const init = { method: method ?? (body === undefined ? 'GET' : 'POST'), redirect: 'manual' as const };
    const response = await fetch(path.startsWith('http') ? path : this.url + path, {
      ...init,
      ...(headers && { headers }),
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    return { status: response.status, text, headers: response.headers, json: () => JSON.parse(text) };
  }

  json(path: string, value: unknown): Promise<Answer> {
    return this.ask(path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
  }

  form(path: string, fields: Record<string, string>): Promise<Answer> {
    return this.ask(path, { body: new URLSearchParams(fields) });
  }

  /** Starts a session of a document; answers its id. */
  async start(document: string, fields: Record<string, string> = {}): Promise<string> {
    const src = this.serve(`/doc-${this.documents.size}.scxml`, document);
    const { status, text } = await this.form('/scxml/session/start', { src, ...fields });
    if (status !== 200) throw new Error(`The session was not started: ${text}`);
    return text;
  }

  async #serveDocuments(): Promise<void> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url ?? '';
        this.asked.push(path);
        const type = request.headers['content-type'] ?? '';
        const body = Buffer.concat(chunks).toString();
        if (request.method !== 'GET') this.received.push({ method: request.method ?? '', path, body, type });
        const found = this.documents.get(path.replace(/\?.*$/, ''));
        response.writeHead(found?.status ?? (found ? 200 : 404), { 'content-type': 'text/xml', ...found?.headers });
        response.end(found?.text ?? 'not here');
      });
    });
    // It never ends a connection that rests: a request that is sent just then would fail.
    server.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server that listens
    this.bed.fetchAllow = this.web;
    afterAll(() => new Promise((resolve) => server.close(resolve)));
  }

  async #serveApi(): Promise<void> {
    const { bed, options } = this;
    const settings: OrsSettings = {
      requestTimeoutMs: () => options.timeoutMs,
      holdsEvents: () => options.holds,
      parsesStartParameters: () => options.parses,
      cookie: () => options.cookie,
      externalUrl: () => options.externalUrl,
      redirectsToOwner: () => options.redirects,
    };
    const app = await createHttp({
      log: silentLogger,
      metrics: new Registry(),
      readiness: () => ({ ready: true }),
      version: '0.0.0',
      consoleDirectory: '/nowhere',
    });
    // The process that is current when a request comes: tests replace it by a crash.
    const clients = new Proxy(bed.current.clients, {
      get: (_target, name) => {
        if (name === 'ownerOf') return () => this.owner;
        const current = bed.current.clients;
        const value: unknown = Reflect.get(current, name);
        return typeof value === 'function' ? value.bind(current) : value;
      },
    });
    const more = {
      isAuthenticated: (given: string | undefined) => options.password === '' || given === options.password,
      isReady: () => options.ready,
      log: silentLogger,
    };
    for (const prefix of ['/scxml', '/ors/scxml']) await app.register(orsApi, { prefix, clients, settings, ...more });
    await app.register(orsHelp, { prefix: '/ors' });
    this.url = await app.listen({ host: '127.0.0.1', port: 0 });
    bed.settings.ownOrigins = () => [this.url];
    afterAll(() => app.close());
  }
}
