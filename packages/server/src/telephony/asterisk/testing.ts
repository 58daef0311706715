import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { Activity, isObject, ManualClock, silentLogger } from '../../kernel/index.js';
import type { SwitchEvent } from '../switch.js';
import { AsteriskSwitch } from './asterisk-switch.js';
import type { AsteriskSettings, AsteriskSwitchOptions } from './settings.js';

interface Reply {
  status: number;
  body?: unknown;
}

/** A request as the server got it, over whichever way. */
export interface Asked {
  way: 'http' | 'socket';
  method: string;
  /** Decoded. */
  path: string;
  parameters: Record<string, unknown>;
}

const USER = 'ringback';
const PASSWORD = 's3cret';
const MUST_LOG_IN: Reply = { status: 401 };

/**
 * A server that speaks ARI as Asterisk does, over HTTP and WebSocket: it keeps channels and bridges, and what happens to
 * them is what the test says.
 */
export class ScriptedAri {
  readonly asked: Asked[] = [];
  readonly channels = new Map<string, Record<string, unknown>>();
  readonly bridges = new Map<string, string[]>();
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #applications = new WeakMap<WebSocket, string>();
  readonly #replies: { request: RegExp; reply: () => Reply | 'none' }[] = [];
  #startedAt = 1;

  private constructor(readonly version: string) {
    this.#http = createServer((request, response) => this.#overHttp(request, response));
    this.#http.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (opened) => {
        this.#applications.set(opened, new URL(request.url ?? '', this.url).searchParams.get('app') ?? '');
        opened.on('message', (data) => this.#overSocket(opened, data.toString()));
      });
    });
  }

  static async open(version = '22.10.1'): Promise<ScriptedAri> {
    const server = new ScriptedAri(version);
    await server.listen();
    return server;
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(port, '127.0.0.1', resolve));
    this.#port = (this.#http.address() as AddressInfo).port; // listens on TCP
  }

  #port = 0;

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Answers requests whose `METHOD path` matches so, the latest rule first; `none`: not at all. */
  reply(request: RegExp, reply: Reply | 'none' | (() => Reply | 'none')): void {
    this.#replies.unshift({ request, reply: typeof reply === 'function' ? reply : () => reply });
  }

  /** The requests whose `METHOD path` matches. */
  requests(request: RegExp): Asked[] {
    return this.asked.filter(({ method, path }) => request.test(`${method} ${path}`));
  }

  /** Tells everybody who is connected, or one application. */
  tell(type: string, fields: Record<string, unknown>, application?: string): void {
    for (const socket of this.#sockets.clients) {
      if (application !== undefined && this.#applications.get(socket) !== application) continue;
      socket.send(JSON.stringify({ type, ...fields }));
    }
  }

  /** A channel gets into another state. */
  becomes(id: string, state: string): void {
    const channel = { ...this.channels.get(id), id, state };
    this.channels.set(id, channel);
    this.tell('ChannelStateChange', { channel });
  }

  /** A channel is given to the application. */
  enters(id: string, args: readonly string[], fields: Record<string, unknown> = {}): void {
    const application = String(this.#dialed(id)?.parameters.app ?? 'ringback');
    const dialplan = { app_name: 'Stasis', app_data: [application, ...args].join(',') };
    const channel = { state: 'Up', dialplan, ...fields, id };
    this.channels.set(id, channel);
    this.tell('StasisStart', { channel, args }, application);
  }

  /** The party answers. */
  answers(id: string): void {
    this.becomes(id, 'Ringing');
    this.enters(id, String(this.#dialed(id)?.parameters.appArgs).split(','));
  }

  #dialed(id: string): Asked | undefined {
    return this.requests(/^POST channels$/).find(({ parameters }) => parameters.channelId === id);
  }

  /** A channel is gone, and everybody is told, unless nobody is. */
  ends(id: string, cause: number): void {
    const channel = this.channels.get(id) ?? { id };
    this.channels.delete(id);
    this.tell('ChannelDestroyed', { channel, cause });
  }

  /** Cuts all connections; who comes back finds the same. */
  cut(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
  }

  /** Asterisk is restarted: its calls are gone. */
  restart(): void {
    this.#startedAt += 1;
    this.channels.clear();
    this.bridges.clear();
    this.cut();
  }

  /** Nobody answers at its address any more, until `listen`. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.cut();
    await closed;
  }

  #overHttp(request: IncomingMessage, response: ServerResponse): void {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    // One that is cut off before its end asks nothing.
    request.on('end', () => this.#answerOver(request, response, body));
  }

  #answerOver(request: IncomingMessage, response: ServerResponse, body: string): void {
    const expected = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
    const path = (request.url ?? '').replace(/^\/ari\//, '');
    const authorized = request.headers.authorization === expected;
    const reply = authorized ? this.#answer('http', request.method ?? '', path, body) : MUST_LOG_IN;
    if (reply === 'none') return;
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
  }

  #overSocket(socket: WebSocket, text: string): void {
    const { request_id, method, uri, message_body } = JSON.parse(text);
    const reply = this.#answer('socket', method, uri, message_body ?? '');
    if (reply === 'none') return;
    const body = reply.body === undefined ? {} : { message_body: JSON.stringify(reply.body) };
    socket.send(JSON.stringify({ type: 'RESTResponse', request_id, status_code: reply.status, ...body }));
  }

  #answer(way: Asked['way'], method: string, uri: string, body: string): Reply | 'none' {
    const path = decodeURIComponent(uri);
    const parsed: unknown = body === '' ? {} : JSON.parse(body);
    const parameters = isObject(parsed) ? parsed : {};
    this.asked.push({ way, method, path, parameters });
    const rule = this.#replies.find(({ request }) => request.test(`${method} ${path}`));
    return rule ? rule.reply() : this.#usual(method, path, parameters);
  }

  #usual(method: string, path: string, parameters: Record<string, unknown>): Reply {
    if (path === 'asterisk/info') {
      const body = { system: { version: this.version }, status: { startup_time: String(this.#startedAt) } };
      return { status: 200, body };
    }
    const [kind, id = '', verb] = path.split('/');
    if (method === 'GET' && path === 'channels') return { status: 200, body: [...this.channels.values()] };
    if (method === 'GET' && path === 'bridges') {
      return { status: 200, body: [...this.bridges].map(([id, channels]) => ({ id, channels })) };
    }
    if (kind === 'channels') return this.#channel(method, id, verb, parameters);
    if (kind === 'bridges') return this.#bridge(method, id, verb, parameters);
    if (kind === 'deviceStates') return { status: 200, body: { name: id, state: 'NOT_INUSE' } };
    return { status: method === 'GET' ? 404 : 204 };
  }

  #channel(method: string, id: string, verb: string | undefined, parameters: Record<string, unknown>): Reply {
    if (id === '') {
      const channel = { id: String(parameters.channelId), state: 'Down' };
      if (this.channels.has(channel.id)) return { status: 409 };
      this.channels.set(channel.id, channel);
      return { status: 200, body: channel };
    }
    if (!this.channels.has(id)) return { status: 404 };
    if (method === 'GET') return { status: 200, body: this.channels.get(id) };
    if (method === 'DELETE' && verb === undefined) queueMicrotask(() => this.ends(id, 16));
    return { status: 204 };
  }

  #bridge(method: string, id: string, verb: string | undefined, parameters: Record<string, unknown>): Reply {
    const channels = this.bridges.get(id);
    if (method === 'POST' && verb === undefined) {
      if (channels) return { status: 500 };
      this.bridges.set(id, []);
      return { status: 200 };
    }
    if (!channels) return { status: 404 };
    if (method === 'GET') return { status: 200, body: { id, channels } };
    if (method === 'DELETE') this.bridges.delete(id);
    const named = Array.isArray(parameters.channel) ? parameters.channel.map(String) : [];
    const type = verb === 'addChannel' ? 'ChannelEnteredBridge' : 'ChannelLeftBridge';
    const others = channels.filter((channel) => !named.includes(channel));
    const after = verb === 'addChannel' ? [...others, ...named] : others;
    if (method === 'POST') this.bridges.set(id, after);
    for (const channel of named) this.tell(type, { channel: { id: channel }, bridge: { id, channels: after } });
    return { status: 204 };
  }
}

/** A driver on scripted servers, on a clock that the test moves, and what it has told. */
export interface DriverBed {
  driver: AsteriskSwitch;
  events: SwitchEvent[];
  /** What was told of a leg: the states, `ended:cause`, and the types of other events. */
  told(legId: string): string[];
  dial(legId: string, more?: { to?: string; callId?: string; callProgress?: boolean }): Promise<void>;
  /** Dialed and answered. */
  reach(legId: string, server: ScriptedAri): Promise<void>;
  advance(milliseconds: number): Promise<void>;
  /** Until the driver has done what it does in reaction to something. */
  until(check: () => void): Promise<void>;
  close(): Promise<void>;
}

export async function driverBed(
  servers: readonly ScriptedAri[],
  settings: Partial<AsteriskSettings> = {},
  known?: AsteriskSwitchOptions['known'],
): Promise<DriverBed> {
  const activity = new Activity();
  const clock = new ManualClock(Date.parse('2030-01-01T00:00:00Z'), activity);
  const driver = new AsteriskSwitch({
    settings: {
      servers: servers.map(({ url }, index) => ({ name: `pbx${index}`, url, user: USER, password: PASSWORD })),
      phones: { 2001: 'PJSIP/2001' },
      trunks: { first: 'PJSIP/{number}@first', second: 'PJSIP/{number}@second' },
      endpoint: 'PJSIP/{number}@first',
      ...settings,
    },
    ...{ clock, activity, log: silentLogger },
    ...(known && { known }),
  });
  const events: SwitchEvent[] = [];
  driver.subscribe((event) => events.push(event));
  await driver.start();
  // The turn in which the driver tells what it has found.
  await new Promise((resolve) => setImmediate(resolve));
  const told = (legId: string) =>
    events.flatMap((event) => {
      if (event.type === 'device' || event.legId !== legId) return [];
      if (event.type !== 'leg') return event.type;
      return event.state === 'ended' ? `ended:${event.cause}` : event.state;
    });
  const until = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 5 });
  const bed: DriverBed = {
    ...{ driver, events, told, until },
    dial: (legId, { to = '4989123', callProgress = false, ...more } = {}) =>
      driver.dial({ legId, to, from: '8999', timeoutMs: 20_000, callProgress, ...more }),
    reach: async (legId, server) => {
      await bed.dial(legId);
      server.answers(`ringback.${legId}`);
      await until(() => {
        if (!told(legId).includes('answered')) throw new Error(`Leg ${legId} is not answered.`);
      });
    },
    advance: (milliseconds) => clock.advance(milliseconds),
    close: async () => {
      await driver.close();
    },
  };
  return bed;
}
