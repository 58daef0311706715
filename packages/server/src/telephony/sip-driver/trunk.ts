import type { Timer } from '../../kernel/index.js';
import type { Credentials } from '../sip/digest.js';
import type { Names } from '../sip/locate.js';
import type { SipResponse } from '../sip/message.js';
import { newTag } from '../sip/respond.js';
import type { SipTrunk } from '../sip/settings.js';
import { bracketed, type Peer } from '../sip/transport.js';
import { formatUri, sipUri } from '../sip/uri.js';
import type { UserAgent } from '../sip/user-agent.js';
import { TrunkServers } from './trunk-servers.js';

/** Milliseconds until a registration that failed is tried again: doubled from the first to the last. */
const RETRY_MS = { first: 2000, last: 120_000 };

/** Milliseconds between two looks at the names of a trunk that is not checked. */
const LOCATE_EVERY_MS = 300_000;

/**
 * One trunk: whether its servers live (OPTIONS), whether we are registered there, and from where it calls. States: up, down;
 * up until something else is known.
 */
export class Trunk {
  readonly #agent: UserAgent;
  readonly #servers: TrunkServers;
  readonly #callId = newTag() + newTag();
  #cseq = 0;
  #alive = true;
  #registered = false;
  #closed = false;
  #retryMs = RETRY_MS.first;
  readonly #timers = new Set<Timer>();

  constructor(
    agent: UserAgent,
    readonly settings: SipTrunk,
    names: Names,
  ) {
    this.#agent = agent;
    const { clock, log, random } = agent;
    this.#servers = new TrunkServers(settings, { names, clock, log, random });
  }

  get name(): string {
    return this.settings.name;
  }

  /** Whether calls are worth trying. */
  get isUp(): boolean {
    return this.#servers.areUp;
  }

  get isRegistered(): boolean {
    return this.#registered;
  }

  /** Begins to check and to register. */
  start(): void {
    this.#agent.inBackground(() => this.#checkAgain());
    if (this.settings.register && this.settings.credentials) this.#agent.inBackground(() => this.#register());
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  /** Resolves when its servers have been looked for once. */
  located(): Promise<void> {
    return this.#servers.located();
  }

  /** Where requests are sent to: its servers in the order in which they are to be tried; empty: it has none. */
  peers(): Peer[] {
    return this.#servers.peers();
  }

  /** The proxy as a route, where there is one. */
  get routes(): string[] {
    const { proxy } = this.settings;
    if (!proxy) return [];
    return [`<${this.#withTransport(formatUri(sipUri('', bracketed(proxy.host), proxy.port)))};lr>`];
  }

  /** The address of a number at the other side. */
  uriOf(number: string): string {
    const { host, port } = this.settings;
    return this.#withTransport(formatUri(sipUri(number, bracketed(host), port)));
  }

  /** The domain of our addresses. */
  get domain(): string {
    return bracketed(this.settings.domain ?? this.settings.host);
  }

  /** Whether a request from there is this trunk's: 2 if its port is too, 1 if its address alone, 0 if not. */
  isFrom(peer: Peer): 0 | 1 | 2 {
    return this.#servers.isFrom(peer);
  }

  /** One of its servers does not take calls just now, for so many milliseconds. */
  failed({ status }: Pick<SipResponse, 'status'>, peer: Peer, ms = 5000): void {
    if (status === 408 || status === 503) this.#servers.failed(peer, ms);
  }

  #withTransport(uri: string): string {
    const { protocol = 'UDP' } = this.settings;
    return protocol === 'UDP' ? uri : `${uri};transport=${protocol.toLowerCase()}`;
  }

  async #checkAgain(): Promise<void> {
    const { healthMs = 30_000 } = this.settings;
    const again = healthMs || LOCATE_EVERY_MS;
    if (this.#servers.areNamed) await this.#servers.locate();
    if (this.#closed || (healthMs === 0 && !this.#servers.areNamed)) return;
    if (healthMs > 0) await this.#check();
    this.#later(again, () => this.#checkAgain());
  }

  /** Asks every server whether it lives. */
  async #check(): Promise<void> {
    const statuses = await Promise.all(
      this.peers().map(async (peer) => {
        const { status } = await this.#askWhetherAlive(peer);
        // Whoever answers lives, whatever it thinks of OPTIONS.
        this.#servers.checked(peer, status !== 408 && status !== 503);
        return status;
      }),
    );
    if (this.#closed) return;
    const alive = statuses.some((status) => status !== 408 && status !== 503);
    if (alive !== this.#alive) {
      const { log } = this.#agent;
      log[alive ? 'info' : 'warn']({ trunk: this.name, statuses }, `A trunk is ${alive ? 'up' : 'down'}`);
    }
    this.#alive = alive;
  }

  #askWhetherAlive(peer: Peer): Promise<SipResponse> {
    const us = `<${formatUri(sipUri('ringback', this.domain))}>`;
    const { host, port } = this.settings;
    const uri = this.#withTransport(formatUri(sipUri('', bracketed(host), port)));
    const request = this.#agent.outside('OPTIONS', uri, { from: us, to: `<${uri}>` });
    request.headers.add('contact', this.#agent.contact(peer));
    for (const route of this.routes) request.headers.add('route', route);
    return this.#agent.ask(request, peer);
  }

  /** Registers there, and again before its time is over (RFC 3261 10.2). */
  async #register(): Promise<void> {
    const { credentials, register, name } = this.settings;
    await this.located();
    if (!credentials || this.#closed) return;
    const [peer] = this.peers();
    if (!peer) return this.#notRegistered(503);
    let seconds = register?.seconds ?? 3600;
    let response = await this.#ask(peer, credentials, seconds);
    if (response.status === 423) {
      seconds = Math.max(seconds, Number(response.headers.get('min-expires')) || seconds);
      response = await this.#ask(peer, credentials, seconds);
    }
    if (this.#closed) return;
    // The next attempt goes to another server, where there is one.
    this.failed(response, peer, 2 * this.#retryMs);
    if (response.status >= 300) return this.#notRegistered(response.status);
    if (!this.#registered) this.#agent.log.info({ trunk: name }, 'Registered with a trunk');
    this.#registered = true;
    this.#retryMs = RETRY_MS.first;
    this.#later(1000 * Math.max(1, granted(response, seconds) * 0.8), () => this.#register());
  }

  #notRegistered(status: number): void {
    if (this.#registered || this.#retryMs === RETRY_MS.first) {
      const { log } = this.#agent;
      log.warn({ trunk: this.name, status }, 'The registration with a trunk failed; trying again');
    }
    this.#registered = false;
    this.#later(this.#retryMs, () => this.#register());
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.last);
  }

  #ask(peer: Peer, credentials: Credentials, seconds: number): Promise<SipResponse> {
    const user = formatUri(sipUri(credentials.username, this.domain));
    const registrar = formatUri(sipUri('', this.domain));
    this.#cseq += 1;
    const request = this.#agent.outside('REGISTER', this.#withTransport(registrar), {
      from: `<${user}>`,
      to: `<${user}>`,
      callId: this.#callId,
      cseq: this.#cseq,
    });
    request.headers.add('contact', this.#agent.contact(peer, credentials.username));
    request.headers.add('expires', String(seconds));
    for (const route of this.routes) request.headers.add('route', route);
    return this.#agent.ask(request, peer, {
      credentials,
      nextCSeq: () => {
        this.#cseq += 1;
        return this.#cseq;
      },
    });
  }

  #later(ms: number, work: () => Promise<void>): void {
    if (this.#closed) return;
    const { clock } = this.#agent;
    const timer = clock.at(clock.now() + ms, () => {
      this.#timers.delete(timer);
      this.#agent.inBackground(work);
    });
    this.#timers.add(timer);
  }
}

/** Seconds for which a registration was granted: the least of our contacts', else what the response says of all. */
function granted(response: SipResponse, asked: number): number {
  const stated = response.headers.all('contact').flatMap((value) => {
    const found = /;\s*expires\s*=\s*"?(\d+)/i.exec(value);
    return found ? [Number(found[1])] : [];
  });
  const expires = Number(response.headers.get('expires'));
  const all = [...stated, ...(Number.isFinite(expires) && expires > 0 ? [expires] : [])].filter((value) => value > 0);
  return all.length === 0 ? asked : Math.min(...all, asked);
}
