import { isIP } from 'node:net';
import type { Timer } from '../../kernel/index.js';
import type { SipResponse } from '../sip/message.js';
import { newTag } from '../sip/respond.js';
import type { SipTrunk } from '../sip/settings.js';
import { bracketed, defaultPort, type Peer } from '../sip/transport.js';
import { formatUri, sipUri } from '../sip/uri.js';
import type { UserAgent } from '../sip/user-agent.js';

/** Milliseconds until a registration that failed is tried again: doubled from the first to the last. */
const RETRY_MS = { first: 2000, last: 120_000 };

/** Finds the IP addresses of a host name. */
export type Lookup = (host: string) => Promise<string[]>;

/**
 * One trunk: whether its other side lives (OPTIONS), whether we are registered there, how many calls are on it, and which
 * addresses it calls from. States: up, down; up until something else is known.
 */
export class Trunk {
  readonly #agent: UserAgent;
  readonly #lookup: Lookup;
  readonly #callId = newTag() + newTag();
  #cseq = 0;
  #alive = true;
  #registered = false;
  #downUntil = 0;
  #closed = false;
  #retryMs = RETRY_MS.first;
  readonly #timers = new Set<Timer>();
  #addresses: ReadonlySet<string>;

  constructor(
    agent: UserAgent,
    readonly settings: SipTrunk,
    lookup: Lookup,
  ) {
    this.#agent = agent;
    this.#lookup = lookup;
    this.#addresses = new Set([this.#host, ...(settings.from ?? [])]);
  }

  get name(): string {
    return this.settings.name;
  }

  /** Whether calls are worth trying. */
  get isUp(): boolean {
    return this.#alive && this.#agent.clock.now() >= this.#downUntil;
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

  /** Where requests are sent to. */
  get peer(): Peer {
    const { protocol = 'UDP', proxy } = this.settings;
    const { host, port } = proxy ?? this.settings;
    return { protocol, host: host.replace(/^\[|\]$/g, ''), port: port ?? defaultPort(protocol) };
  }

  /** The proxy as a route, where there is one. */
  get routes(): string[] {
    const { proxy } = this.settings;
    if (!proxy) return [];
    const { host, port } = this.peer;
    return [`<${this.#withTransport(formatUri(sipUri('', bracketed(host), port)))};lr>`];
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
    const host = peer.host.replace(/^::ffff:/, '');
    if (!this.#addresses.has(host)) return 0;
    return peer.port === (this.settings.port ?? defaultPort(this.settings.protocol ?? 'UDP')) ? 2 : 1;
  }

  /** Its other side does not take calls just now, for so many milliseconds if it says so. */
  failed(response: Pick<SipResponse, 'status'>, ms = 5000): void {
    if (response.status === 408 || response.status === 503) this.#downUntil = this.#agent.clock.now() + ms;
  }

  get #host(): string {
    return this.settings.host.replace(/^\[|\]$/g, '');
  }

  #withTransport(uri: string): string {
    const { protocol = 'UDP' } = this.settings;
    return protocol === 'UDP' ? uri : `${uri};transport=${protocol.toLowerCase()}`;
  }

  async #checkAgain(): Promise<void> {
    const { healthMs = 30_000 } = this.settings;
    if (isIP(this.#host) === 0) await this.#resolve();
    if (healthMs === 0 || this.#closed) return;
    await this.#check();
    this.#later(healthMs, () => this.#checkAgain());
  }

  async #resolve(): Promise<void> {
    try {
      const found = await this.#lookup(this.#host);
      this.#addresses = new Set([this.#host, ...found, ...(this.settings.from ?? [])]);
    } catch (error) {
      this.#agent.log.warn({ trunk: this.name, err: error }, 'The name of a trunk has no address');
    }
  }

  async #check(): Promise<void> {
    const us = `<${formatUri(sipUri('ringback', this.domain))}>`;
    const { host, port } = this.settings;
    const uri = this.#withTransport(formatUri(sipUri('', bracketed(host), port)));
    const request = this.#agent.outside('OPTIONS', uri, { from: us, to: `<${uri}>` });
    request.headers.add('contact', this.#agent.contact(this.peer));
    for (const route of this.routes) request.headers.add('route', route);
    const { status } = await this.#agent.ask(request, this.peer);
    if (this.#closed) return;
    // Whoever answers lives, whatever it thinks of OPTIONS.
    const alive = status !== 408 && status !== 503;
    if (alive !== this.#alive) {
      this.#agent.log[alive ? 'info' : 'warn']({ trunk: this.name, status }, `A trunk is ${alive ? 'up' : 'down'}`);
    }
    this.#alive = alive;
    if (alive) this.#downUntil = 0;
  }

  /** Registers there, and again before its time is over (RFC 3261 10.2). */
  async #register(): Promise<void> {
    const { credentials, register, name } = this.settings;
    if (!credentials) return;
    const user = formatUri(sipUri(credentials.username, this.domain));
    const registrar = formatUri(sipUri('', this.domain));
    let seconds = register?.seconds ?? 3600;
    let response = await this.#ask(registrar, user, seconds);
    if (response.status === 423) {
      seconds = Math.max(seconds, Number(response.headers.get('min-expires')) || seconds);
      response = await this.#ask(registrar, user, seconds);
    }
    if (this.#closed) return;
    const { log } = this.#agent;
    if (response.status >= 300) {
      if (this.#registered || this.#retryMs === RETRY_MS.first) {
        log.warn({ trunk: name, status: response.status }, 'The registration with a trunk failed; trying again');
      }
      this.#registered = false;
      this.#later(this.#retryMs, () => this.#register());
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.last);
      return;
    }
    if (!this.#registered) log.info({ trunk: name }, 'Registered with a trunk');
    this.#registered = true;
    this.#retryMs = RETRY_MS.first;
    this.#later(1000 * Math.max(1, granted(response, seconds) * 0.8), () => this.#register());
  }

  #ask(registrar: string, user: string, seconds: number): Promise<SipResponse> {
    const { credentials } = this.settings;
    this.#cseq += 1;
    const request = this.#agent.outside('REGISTER', this.#withTransport(registrar), {
      from: `<${user}>`,
      to: `<${user}>`,
      callId: this.#callId,
      cseq: this.#cseq,
    });
    request.headers.add('contact', this.#agent.contact(this.peer, credentials?.username));
    request.headers.add('expires', String(seconds));
    for (const route of this.routes) request.headers.add('route', route);
    return this.#agent.ask(request, this.peer, {
      ...(credentials && { credentials }),
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
