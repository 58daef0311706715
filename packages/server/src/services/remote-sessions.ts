import {
  type Clock,
  instant,
  isObject,
  type JsonObject,
  type JsonValue,
  type Logger,
  RingbackError,
} from '../kernel/index.js';
import type { Reply } from '../orchestration/index.js';
import { type Sql, statement } from '../store/sql.js';

type OptionMap = Readonly<Record<string, string>>;

/** A session on another orchestration server. */
export interface RemoteSession {
  /** Id of the service that it is the session of. */
  service: string;
  /** Its id there. */
  session: string;
  /** Base address of the server, without a slash at the end. */
  server: string;
  /** The cookie by which load balancers there find the session. */
  cookie: string | null;
}

/** Sends a request by POST, or by GET when it has no body. */
export type Post = (request: {
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** How long the answer is waited for. */
  timeoutMs: number;
}) => Promise<{ status: number; headers: Readonly<Record<string, string>>; content: string }>;

const USUAL_ATTEMPTS = 3;
/** How long an application there may take to answer a request. */
const REQUEST_TIMEOUT_MS = 35_000;
/** How long a server may take for what it does by itself. */
const SERVER_TIMEOUT_MS = 10_000;
/** After this time no further server is tried. */
const LONGEST_START_MS = 60_000;
const START = '/scxml/session/start';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
/** As GMS says it (gms-observed.md 16). */
const UNREACHABLE = 'ORS request failed: cannot connect to ORS. IO issue.';

const KEEP = statement(
  'remote-session-keep',
  'insert into remote_session (service, session, server, cookie, created_at) values ($1, $2, $3, $4, $5)',
);
const FIND = statement(
  'remote-session-find',
  'select service, session, server, cookie from remote_session where service = $1 or session = $1',
);

/**
 * Sessions of services that name orchestration servers of their own (`_ors` of the service, else of section `server`;
 * gms-services.md 2.4). They are spoken to over HTTP as any client does it.
 */
export class RemoteSessions {
  /** Of each list of servers that is used in turn, the place of the next one. */
  readonly #next = new Map<string, number>();
  readonly #observers: ((server: string, isAnswered: boolean) => void)[] = [];

  constructor(
    private readonly parts: {
      clock: Clock;
      log: Logger;
      section: (name: string) => OptionMap;
      /** Throws RingbackError when nobody answers. */
      post: Post;
      /** Where other servers get the document of a flow of this one. */
      documentUrl: (flow: string) => string;
    },
  ) {}

  /** Hears of every request to a server, and whether it was answered. */
  observe(observer: (server: string, isAnswered: boolean) => void): void {
    this.#observers.push(observer);
  }

  /** The orchestration servers of a service; none: its sessions run here. */
  serversOf(options: OptionMap): string[] {
    const list = options._ors || this.parts.section('server')._ors || '';
    return list
      .split(',')
      .map((server) => server.trim().replace(/\/+$/, ''))
      .filter((server) => server !== '');
  }

  /**
   * Starts a session on the first server that can be reached: in turn, or always beginning with the first of the list.
   * @throws RingbackError `orchestration-failed`
   */
  async start(options: OptionMap, service: string, parameters: JsonObject): Promise<RemoteSession> {
    const body = form({ src: this.#sourceOf(options), ...parameters });
    const { server, answer } = await this.#first(options, (base) => ({
      url: base + START,
      headers: FORM,
      body,
      timeoutMs: SERVER_TIMEOUT_MS,
    }));
    if (answer.status < 200 || answer.status > 299) throw failed(`ORS request failed: ${answer.status}`);
    const session = idIn(answer.content);
    if (session === undefined) throw failed('ORS request failed: the answer has no session id');
    const cookie = /^[^;]+/.exec(answer.headers['set-cookie'] ?? '')?.[0] ?? null;
    return { service, session, server, cookie };
  }

  /**
   * Sends a request to the session; its application's answer as it stands.
   * @throws RingbackError `orchestration-failed`, `session-gone`, `no-answer`
   */
  async request(remote: RemoteSession, name: string, parameters: JsonObject): Promise<Reply> {
    const { status, content } = await this.#ask(remote, `request/${encodeURIComponent(name)}`, parameters);
    if (status === 404 || status === 410) throw new RingbackError('session-gone', 'ORS request failed: 404 Not Found');
    if (status === 504) throw new RingbackError('no-answer', `The service did not answer the request ${name}`);
    return { status, body: bodyOf(content) };
  }

  /**
   * Whether the session lives.
   * @throws RingbackError `orchestration-failed` when its server cannot be asked
   */
  async isRunning({ server, session, cookie }: RemoteSession): Promise<boolean> {
    const headers: Record<string, string> = cookie === null ? {} : { cookie };
    const url = `${server}/scxml/session/${session}/query`;
    const answer = await this.#try({ url, headers, timeoutMs: SERVER_TIMEOUT_MS });
    if (!answer || answer.status >= 500) throw failed(answer ? `ORS request failed: ${answer.status}` : UNREACHABLE);
    return answer.status !== 404 && answer.status !== 410;
  }

  /** Sends an event to the session; false when its server cannot be reached, or the session has ended. */
  async tell(remote: RemoteSession, event: string, data: JsonObject = {}): Promise<boolean> {
    const { status } = await this.#order(remote, `event/${encodeURIComponent(event)}`, data);
    return status !== undefined && status < 300;
  }

  /**
   * Ends the session: the event `cancel` first, so that the application can settle its affairs (gms-services.md 2.3).
   * @returns false when it may still live, since its server cannot be reached
   */
  async terminate(remote: RemoteSession): Promise<boolean> {
    await this.tell(remote, 'cancel');
    const { status } = await this.#order(remote, 'terminate', {});
    const isOver = status !== undefined && status < 500;
    if (!isOver) this.parts.log.warn({ session: remote.session, server: remote.server, status }, 'not terminated');
    return isOver;
  }

  async keep(sql: Sql, { service, session, server, cookie }: RemoteSession): Promise<void> {
    await sql.query(KEEP, [service, session, server, cookie, instant(this.parts.clock.now())]);
  }

  /** @param id of the service, or of its session */
  async find(sql: Sql, id: string): Promise<RemoteSession | undefined> {
    return (await sql.query<RemoteSession>(FIND, [id]))[0];
  }

  /** An address stands for itself, a flow of this server for its document. */
  #sourceOf({ _service = '' }: OptionMap): string {
    return /^[a-z][a-z\d+.-]*:/i.test(_service) ? _service : this.parts.documentUrl(_service);
  }

  async #ask(remote: RemoteSession, path: string, parameters: JsonObject) {
    const answer = await this.#try(sessionRequest(remote, path, parameters, REQUEST_TIMEOUT_MS));
    if (!answer) throw failed(UNREACHABLE);
    return answer;
  }

  async #order(remote: RemoteSession, path: string, parameters: JsonObject): Promise<{ status: number | undefined }> {
    const answer = await this.#try(sessionRequest(remote, path, parameters, SERVER_TIMEOUT_MS));
    return { status: answer?.status };
  }

  async #first(options: OptionMap, requestTo: (server: string) => Parameters<Post>[0]) {
    const servers = this.serversOf(options);
    const list = servers.join();
    const section = this.parts.section('server');
    const strategy = options._ors_lb_strategy || section._ors_lb_strategy || 'circular';
    const isLinear = strategy.toLowerCase() === 'linear';
    const attempts = Number(this.parts.section('ors').max_ors_request_attempts) || USUAL_ATTEMPTS;
    const latest = this.parts.clock.now() + LONGEST_START_MS;
    for (let attempt = 0; attempt < attempts && this.parts.clock.now() <= latest; attempt += 1) {
      const place = isLinear ? attempt : (this.#next.get(list) ?? 0);
      if (!isLinear) this.#next.set(list, (place + 1) % servers.length);
      const server = servers[place % servers.length] ?? '';
      const answer = await this.#try(requestTo(server));
      if (answer) return { server, answer };
    }
    throw failed(UNREACHABLE);
  }

  async #try(request: Parameters<Post>[0]): Promise<Awaited<ReturnType<Post>> | undefined> {
    const tell = (isAnswered: boolean) => {
      const [server = ''] = request.url.split('/scxml/');
      for (const observer of this.#observers) observer(server, isAnswered);
    };
    try {
      const answer = await this.parts.post(request);
      tell(true);
      return answer;
    } catch (error) {
      if (!(error instanceof RingbackError)) throw error;
      tell(false);
      this.parts.log.warn({ reason: error.message }, `ORS request failed: ${request.url}`);
      return undefined;
    }
  }
}

function failed(message: string): RingbackError {
  return new RingbackError('orchestration-failed', message);
}

function sessionRequest(
  { server, session, cookie }: RemoteSession,
  path: string,
  parameters: JsonObject,
  timeoutMs: number,
): Parameters<Post>[0] {
  const headers = { ...FORM, ...(cookie !== null && { cookie }) };
  return { url: `${server}/scxml/session/${session}/${path}`, headers, body: form(parameters), timeoutMs };
}

function form(parameters: JsonObject): string {
  const entries = Object.entries(parameters).map(([name, value]): [string, string] => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  return new URLSearchParams(entries).toString();
}

/** The bare id, or `{"sessionid": id}`. */
function idIn(content: string): string | undefined {
  const body = bodyOf(content);
  const id = isObject(body) ? body.sessionid : body;
  return typeof id === 'string' && /^[~\w.-]{1,128}$/.test(id) ? id : undefined;
}

function bodyOf(content: string): JsonValue {
  const text = content.trim();
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as JsonValue; // of JSON text
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
