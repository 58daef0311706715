import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll } from 'vitest';
import { type RunningServer, startServer } from '../../src/main.js';
import type { Database } from '../../src/store/index.js';
import { testDatabase } from '../../src/store/testing.js';

/** A callback as queries show it. */
export type CallbackRecord = Record<string, string>;

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever the API answered
  body: any;
  headers: Headers;
}

/** One agent of group Support who works by herself; parties answer after a second. */
export const WORLD = {
  agents: [
    { id: 'a100', dbid: 100, firstName: 'Ada', lastName: 'Byron', dn: '2001', password: 's3cret', groups: ['Support'] },
  ],
  agentGroups: [{ name: 'Support' }],
  virtualQueues: [{ name: 'SupportVQ' }],
  switch: { driver: 'simulator' },
  options: { push: { pushEnabled: 'comet,httpcb' } },
};

/** What a service of the tests has, beside what a test says. */
export const SERVICE = {
  _type: 'ors',
  _service: 'callback',
  _call_direction: 'USERTERMINATED',
  _target: 'Support@GA',
  _urs_virtual_queue: 'SupportVQ',
  _throttle_request_parameters_limit: '100000',
};

const CLOCK = '/api/v1/simulator/clock';
const ANSWERS = { outcome: 'answer', ringSeconds: 1, talkSeconds: 5 };

/** The whole server in this process, on a clock that a test moves, reached over HTTP alone. */
export class ServerBed {
  /** What the server has posted to `listen`'s address, in order. */
  readonly heard: { path: string; body: string; headers: Record<string, unknown> }[] = [];
  /** How the listener answers: a status for each request, the last one repeated. */
  readonly statuses: number[] = [200];
  /** What the listener gives for a path; nothing otherwise. */
  readonly documents = new Map<string, unknown>();
  #listener: Server | undefined;
  #numbers = 6000;

  private constructor(
    /** The database of the server, for what no API shows. */
    readonly database: Database,
    private readonly server: RunningServer,
    private readonly directory: string,
  ) {}

  static async create(configuration: object = {}): Promise<ServerBed> {
    const { database, connectionString } = await testDatabase();
    const directory = await mkdtemp(join(tmpdir(), 'ringback-callback-'));
    const configurationFile = join(directory, 'ringback.yaml');
    // Everything that is JSON is YAML.
    await writeFile(configurationFile, JSON.stringify({ ...WORLD, ...configuration }));
    const settings = {
      ...{ host: '127.0.0.1', port: 0, data: directory, configurationFile, onlyMissing: false },
      ...{ databaseUrl: connectionString, testClock: true, version: '0.0.0' },
    };
    const server = await startServer(settings, pino({ level: process.env.RINGBACK_LOG_LEVEL ?? 'silent' }));
    const bed = new ServerBed(database, server, directory);
    afterAll(() => bed.#close());
    return bed;
  }

  async #close(): Promise<void> {
    this.#listener?.closeAllConnections();
    this.#listener?.close();
    await this.server.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  get url(): string {
    return this.server.url;
  }

  /** What was caused by anything but a question has happened when the answer is given. */
  async request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    const answer = await this.#ask(method, path, body, headers);
    if (method !== 'GET' && path !== CLOCK) await this.#ask('POST', CLOCK, { advanceSeconds: 0 });
    return answer;
  }

  async #ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const isText = typeof body === 'string';
    const response = await fetch(`${this.server.url}${path}`, {
      method,
      headers: { ...(body !== undefined && !isText && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const isJson = /[/+]json/.test(type) && text !== '';
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  }

  /** As `request`, of what must succeed; the answer's body. */
  async must(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer['body']> {
    const answer = await this.request(method, path, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async service(name: string, options: Record<string, string> = {}): Promise<void> {
    await this.must('PUT', `/api/v1/services/${name}`, { ...SERVICE, ...options });
  }

  /** Moves the clock; what becomes due on the way has happened afterwards. */
  async advance(seconds: number): Promise<void> {
    await this.must('POST', CLOCK, { advanceSeconds: seconds });
  }

  async now(): Promise<number> {
    return Date.parse((await this.must('GET', CLOCK)).now);
  }

  /** What parties and agents do; absent: the party answers and talks for 5 s, the agent works by herself. */
  async simulate({ party = {}, agent = {}, numbers = {} }: Simulated = {}): Promise<void> {
    await this.must('PUT', '/api/v1/simulator', {
      default: { ...ANSWERS, ...party },
      numbers,
      agents: { a100: { auto: true, answerSeconds: 1, wrapSeconds: 2, preview: 'accept', disposition: {}, ...agent } },
    });
  }

  /** A number that no other test of the file has called. */
  number(): string {
    this.#numbers += 1;
    return String(this.#numbers);
  }

  async book(service: string, body: object): Promise<{ _id: string } & Answer['body']> {
    return this.must('POST', `/genesys/1/service/callback/${service}`, body);
  }

  async record(id: string): Promise<CallbackRecord> {
    const [found] = await this.must('GET', `/genesys/1/service/callback?_id=${id}`);
    if (!found) throw new Error(`There is no callback ${id}.`);
    return found;
  }

  /** `STATE`, or `COMPLETED/REASON`. */
  async state(id: string): Promise<string> {
    const { _callback_state: state, _callback_reason: reason } = await this.record(id);
    return [state, reason].filter(Boolean).join('/');
  }

  /** Moves on, second by second, until a callback is in a state. */
  async until(id: string, wanted: string, most = 120): Promise<void> {
    for (let seconds = 0; seconds <= most; seconds += 1) {
      if ((await this.state(id)) === wanted) return;
      await this.advance(1);
    }
    throw new Error(`${await this.state(id)} after ${most} s instead of ${wanted}`);
  }

  /** Events of a callback by type, in their order. */
  async events(id: string, ...types: string[]): Promise<Record<string, unknown>[]> {
    const all: Record<string, unknown>[] = await this.must('GET', `/api/v1/callbacks/${id}/history`);
    return types.length === 0 ? all : all.filter(({ type }) => types.includes(String(type)));
  }

  /** The results of the dial attempts. */
  async attempts(id: string): Promise<unknown[]> {
    return (await this.events(id, 'callback.attempt')).map(({ result }) => result).filter(Boolean);
  }

  /** Seconds after the first of them at which a number was called. */
  async dialed(number: string): Promise<number[]> {
    const calls: { at: string }[] = await this.must('GET', `/api/v1/simulator/calls?number=${number}`);
    const times = calls.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
    return times.map((at) => Math.round((at - (times[0] ?? at)) / 1000));
  }

  /** The agent takes no calls until the end of the test. */
  async rest(): Promise<void> {
    await this.must('PUT', '/api/v1/simulator', { agents: { a100: { auto: false } } });
    await this.must('POST', '/api/v1/agents/a100/not-ready');
  }

  /** Cancels what is not over yet and lets agents finish, so that the next test begins with a quiet world. */
  async settle(): Promise<void> {
    const open: { _id: string; _callback_state: string }[] = await this.must('GET', '/api/v1/callbacks?limit=1000');
    const ids = open.filter(({ _callback_state: state }) => state !== 'COMPLETED').map(({ _id }) => _id);
    if (ids.length > 0) {
      await this.must('POST', '/genesys/1/admin/callback/cancel', { reason: 'CANCELLED_BY_ADMIN', ids });
    }
    await this.simulate();
    await this.must('PUT', '/api/v1/lists/GMS_Paused_Services', { services: {} });
    await this.#agentReady();
    this.heard.length = 0;
    this.statuses.splice(0, this.statuses.length, 200);
  }

  /** Lets the agent end what is going on, and take calls again. */
  async #agentReady(): Promise<void> {
    for (let tries = 0; tries < 20; tries += 1) {
      const { state } = await this.must('GET', '/api/v1/agents/a100/state');
      if (state === 'ready') return;
      if (state === 'logged-out') await this.must('POST', '/api/v1/agents/a100/login');
      else if (state === 'not-ready') await this.must('POST', '/api/v1/agents/a100/ready');
      else await this.advance(10);
    }
    throw new Error('The agent does not get ready.');
  }

  /** An address of this process that remembers what it is told. */
  async listen(path: string): Promise<string> {
    this.#listener ??= await this.#listening();
    // It listens on a port, not on a pipe.
    const { port } = this.#listener.address() as AddressInfo;
    return `http://127.0.0.1:${port}${path}`;
  }

  /** The bodies that came to a path, parsed. */
  told(path: string): Answer['body'][] {
    return this.heard.filter((one) => one.path === path).map(({ body }) => JSON.parse(body));
  }

  async #listening(): Promise<Server> {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        this.heard.push({ path: request.url ?? '', body, headers: request.headers });
        const status = this.statuses.length > 1 ? this.statuses.shift() : this.statuses[0];
        const document = this.documents.get(request.url ?? '');
        const type = document === undefined ? {} : { 'content-type': 'application/json' };
        response.writeHead(status ?? 200, type).end(document === undefined ? '' : JSON.stringify(document));
      });
    });
    // A kept connection that is closed just now would look like a target that fails.
    server.keepAliveTimeout = 0;
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return server;
  }
}

interface Simulated {
  party?: object;
  agent?: object;
  numbers?: Record<string, object>;
}
