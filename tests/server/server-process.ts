import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../packages/server/dist/cli/ringback.js', import.meta.url));
/** With the end of its line, so that no part of the address is taken for the whole. */
const READY = /ringback ready on (http:\/\/\S+)\s/;

export interface ServerProcessOptions {
  /** Content of a configuration file; the packaged demo without. */
  config?: string;
  /** Data directory; a temporary one, removed by `dispose`, without. */
  data?: string;
  env?: Record<string, string>;
  args?: string[];
}

/** A request got no answer, or not all of it: the server is away, or went away meanwhile. */
export class Unanswered extends Error {}

/** The real server as a process of its own, on a free port and a temporary data directory. */
export class ServerProcess {
  url = '';
  /** Everything that it wrote to standard error. */
  log = '';
  #child: ChildProcess | undefined;

  private constructor(
    readonly data: string,
    private readonly owned: boolean,
    private readonly options: ServerProcessOptions,
  ) {}

  static async create(options: ServerProcessOptions = {}): Promise<ServerProcess> {
    const data = options.data ?? (await mkdtemp(join(tmpdir(), 'ringback-test-')));
    const server = new ServerProcess(data, options.data === undefined, options);
    if (options.config !== undefined) await writeFile(server.#configPath, options.config);
    return server;
  }

  /** Starts the process and waits for its ready line. */
  async start(): Promise<this> {
    const args = [ENTRY, 'start', '--port', '0', '--data', this.data, ...(this.options.args ?? [])];
    if (this.options.config !== undefined) args.push('--config', this.#configPath);
    const child = spawn(process.execPath, args, {
      env: { ...process.env, RINGBACK_LOG_LEVEL: 'warn', ...this.options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (chunk) => {
      this.log += chunk;
    });
    this.url = await new Promise<string>((resolve, reject) => {
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
        const ready = READY.exec(output);
        if (ready?.[1]) resolve(ready[1]);
      });
      // Not `exit`, which may come before all that it wrote.
      child.on('close', (code, signal) =>
        reject(new Error(`ended with ${code ?? signal} before it was ready: ${this.log}`)),
      );
    });
    return this;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('the server has not been started');
    return pid;
  }

  /** Ends it with a signal and waits until it is gone; answers the exit status, or the signal. */
  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | string> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? 'not running';
    const gone = new Promise<number | string>((resolve) => {
      child.once('close', (code, by) => resolve(code ?? by ?? 'gone'));
    });
    child.kill(signal);
    return gone;
  }

  /** Stops it and removes what it wrote. */
  async dispose(): Promise<void> {
    await this.end('SIGTERM');
    if (this.owned) await rm(this.data, { recursive: true, force: true });
    if (this.options.config !== undefined) await rm(this.#configPath, { force: true });
  }

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const ask = async () => {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { response, text: await response.text() };
    };
    const { response, text } = await ask().catch((error: unknown) => {
      const status = this.#child?.exitCode ?? this.#child?.signalCode ?? 'running';
      throw new Unanswered(`${method} ${path} is not answered; the server: ${status}\n${this.log}`, { cause: error });
    });
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, text, json, headers: response.headers };
  }

  get = (path: string) => this.request('GET', path);
  post = (path: string, body?: unknown) => this.request('POST', path, body);
  put = (path: string, body?: unknown) => this.request('PUT', path, body);

  get #configPath(): string {
    return `${this.data}.yaml`;
  }
}

export interface Answer {
  status: number;
  text: string;
  /** The parsed body; undefined when it is no JSON. */
  json: unknown;
  headers: Headers;
}

/** Asks again until `condition` holds of the answer, at most `limitMs` long. */
export async function eventually<T>(
  ask: () => Promise<T>,
  condition: (answer: T) => boolean,
  limitMs: number,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (condition(answer)) return answer;
    if (performance.now() > end)
      throw new Error(`not within ${limitMs} ms; last: ${JSON.stringify(answer).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
