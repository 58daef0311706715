import { WebSocket } from 'ws';
import type { Clock, Logger, Timer } from '../../kernel/index.js';
import { isObject } from '../../kernel/index.js';
import { type AriEvent, objectIn, parseEvent, textIn, UNHEARD } from './ari-event.js';
import { type AriRequest, type AriResponse, HttpRest, type Rest, SocketRest, unavailable } from './rest.js';
import type { AsteriskServer } from './settings.js';

/** Milliseconds between two attempts to connect: the first and the longest. */
const RETRY_MS = { first: 250, longest: 2000 };
/** Milliseconds between two signs of life that are asked for; a server that missed one is taken for gone. */
const KEEP_ALIVE_MS = 5000;
/** From these versions on, requests go over the WebSocket, by major version; all later majors have it. */
const REST_OVER_SOCKET: Readonly<Record<number, number>> = { 20: 14, 21: 9, 22: 4 };
const REST_OVER_SOCKET_SINCE = 23;

export interface AriConnectionOptions {
  server: AsteriskServer;
  application: string;
  rest: 'auto' | 'http';
  requestTimeoutMs: number;
  clock: Clock;
  log: Logger;
  onEvent: (event: AriEvent) => void;
  /** The connection stands and brings events; it counts as up when this has resolved, and is made anew when it rejects. */
  onConnected: (server: ConnectedServer) => Promise<void>;
  /** It is up. */
  onUp: () => void;
  /** It was up, and is no more. */
  onLost: () => void;
}

/** What a server says of itself. */
export interface ConnectedServer {
  version: string;
  /** Changes when Asterisk is restarted. */
  startedAt: string;
}

/**
 * The connection with one Asterisk server: events over its WebSocket, requests over the same or over HTTP. States: closed,
 * connecting (again and again, until it succeeds), up. Whoever is connected as the same application anew replaces us; then it
 * is that one's server, and we only come back when its connection has ended.
 */
export class AriConnection {
  readonly #options: AriConnectionOptions;
  readonly #http: HttpRest;
  readonly #authorization: string;
  #socket: WebSocket | undefined;
  #rest: Rest | undefined;
  #timer: Timer | undefined;
  #keepAlive: Timer | undefined;
  #failures = 0;
  #attempts = 0;
  #closed = true;
  #up = false;
  #complained = false;

  constructor(options: AriConnectionOptions) {
    this.#options = options;
    const { server, requestTimeoutMs: timeoutMs } = options;
    this.#authorization = `Basic ${Buffer.from(`${server.user}:${server.password}`).toString('base64')}`;
    const url = new URL(server.url);
    this.#http = new HttpRest({ server: server.name, url, authorization: this.#authorization, timeoutMs });
  }

  get up(): boolean {
    return this.#up;
  }

  /** Begins to connect; never rejects, as there is always a next attempt. */
  start(): void {
    if (!this.#closed) return;
    this.#closed = false;
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#end();
    this.#http.close();
  }

  /** @throws RingbackError `switch-unavailable` when the server is not connected, or is lost before it has answered */
  async request(request: AriRequest): Promise<AriResponse> {
    if (!this.#rest) throw unavailable(this.#options.server.name, 'is not connected');
    return this.#rest.request(request);
  }

  #connect(): void {
    this.#attempts += 1;
    const attempt = this.#attempts;
    this.#attempt().catch((error: unknown) => {
      // Its socket has ended meanwhile, and the next attempt is under way.
      if (attempt !== this.#attempts || this.#closed) return;
      const { log, server } = this.#options;
      if (!this.#complained) log.warn({ err: error, server: server.name }, 'Asterisk cannot be reached; trying again');
      this.#complained = true;
      this.#lost();
    });
  }

  async #attempt(): Promise<void> {
    const { server, rest, clock, requestTimeoutMs: timeoutMs } = this.#options;
    const info = await this.#http.request({ method: 'GET', path: 'asterisk/info' });
    if (info.status !== 200) throw unavailable(server.name, `answers ${info.status} to user ${server.user}`);
    const about = objectIn(info.body);
    const version = textIn(objectIn(about.system).version);
    const socket = await this.#open();
    if (this.#closed) return socket.terminate();
    this.#socket = socket;
    const overSocket = rest === 'auto' && hasRestOverSocket(version);
    const requests = overSocket ? new SocketRest({ server: server.name, socket, clock, timeoutMs }) : undefined;
    this.#rest = requests ?? this.#http;
    socket.on('message', (data) => this.#heard(data.toString(), requests));
    socket.once('close', () => {
      requests?.close();
      if (this.#socket === socket) this.#lost();
    });
    this.#watch(socket);
    await this.request({
      method: 'PUT',
      path: `applications/${encodeURIComponent(this.#options.application)}/eventFilter`,
      parameters: { disallowed: UNHEARD.map((type) => ({ type })) },
    });
    await this.#options.onConnected({ version, startedAt: textIn(objectIn(about.status).startup_time) });
    if (this.#socket !== socket) throw unavailable(server.name, 'was lost again');
    this.#up = true;
    this.#failures = 0;
    this.#complained = false;
    this.#options.onUp();
  }

  #open(): Promise<WebSocket> {
    const { server, application, requestTimeoutMs } = this.#options;
    const url = new URL(server.url);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.pathname = `${url.pathname.replace(/\/$/, '')}/ari/events`;
    url.search = `?app=${encodeURIComponent(application)}`;
    const headers = { authorization: this.#authorization };
    const socket = new WebSocket(url, { headers, handshakeTimeout: requestTimeoutMs, perMessageDeflate: false });
    return new Promise((resolve, reject) => {
      // Errors after the connection are followed by its end, which is what is acted upon.
      socket.on('error', reject);
      socket.once('open', () => resolve(socket));
    });
  }

  /** Asks for a sign of life; a connection that is dead can look alive for many minutes. */
  #watch(socket: WebSocket): void {
    const { clock } = this.#options;
    let answered = true;
    socket.on('pong', () => {
      answered = true;
    });
    const ask = () => {
      if (this.#socket !== socket) return;
      if (!answered) return socket.terminate();
      answered = false;
      socket.ping();
      this.#keepAlive = clock.at(clock.now() + KEEP_ALIVE_MS, ask);
    };
    this.#keepAlive = clock.at(clock.now() + KEEP_ALIVE_MS, ask);
  }

  #heard(text: string, requests: SocketRest | undefined): void {
    const message: unknown = JSON.parse(text);
    if (!isObject(message)) return;
    if (message.type === 'RESTResponse') {
      requests?.answered(message);
      return;
    }
    const event = parseEvent(message);
    if (!event) return;
    if (event.type === 'ApplicationReplaced') {
      const { log, server, application } = this.#options;
      log.error({ server: server.name, application }, 'Another Ringback has connected with the same application name');
      this.#failures = 5;
      this.#socket?.close();
      return;
    }
    this.#options.onEvent(event);
  }

  /** The connection is gone, or did not come about: another attempt follows, later each time. */
  #lost(): void {
    const wasUp = this.#up;
    this.#end();
    if (wasUp) this.#options.onLost();
    if (this.#closed) return;
    this.#attempts += 1;
    const { clock } = this.#options;
    const wait = Math.min(RETRY_MS.first * 2 ** this.#failures, RETRY_MS.longest);
    this.#failures += 1;
    this.#timer?.cancel();
    this.#timer = clock.at(clock.now() + wait, () => this.#connect());
  }

  #end(): void {
    this.#up = false;
    this.#keepAlive?.cancel();
    const socket = this.#socket;
    this.#socket = undefined;
    if (this.#rest !== this.#http) this.#rest?.close();
    this.#rest = undefined;
    socket?.terminate();
  }
}

function hasRestOverSocket(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const since = REST_OVER_SOCKET[major];
  return since === undefined ? major >= REST_OVER_SOCKET_SINCE : minor >= since;
}
