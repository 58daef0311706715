import { isIP } from 'node:net';
import type { Clock, Logger, Random } from '../../kernel/index.js';
import { inOrder, type Names, type ServiceRecord, serversOf } from '../sip/locate.js';
import type { SipTrunk } from '../sip/settings.js';
import { defaultPort, type Peer, type Protocol } from '../sip/transport.js';

interface Server extends ServiceRecord {
  /** Whether it answered when it was asked last; true before. */
  alive: boolean;
  /** Until when it takes no calls. */
  downUntil: number;
}

export interface TrunkServersParts {
  names: Names;
  clock: Clock;
  random: Random;
  log: Logger;
}

const UNBRACKETED = /^\[|\]$/g;

/**
 * The servers of one trunk as the domain name system has them (RFC 3263): to which of them requests go, and from which
 * addresses calls come in. What could not be found out stays as it was known last; at first a name is its own server.
 */
export class TrunkServers {
  readonly #settings: SipTrunk;
  readonly #parts: TrunkServersParts;
  /** Where requests go. */
  #servers: readonly Server[];
  #addresses: ReadonlySet<string>;
  #ports: ReadonlySet<number>;
  #located: Promise<void> | undefined;

  constructor(settings: SipTrunk, parts: TrunkServersParts) {
    this.#settings = settings;
    this.#parts = parts;
    const { host, port = defaultPort(this.#protocol) } = settings;
    const next = settings.proxy ?? settings;
    this.#servers = [started({ name: plain(next.host), port: next.port ?? defaultPort(this.#protocol) })];
    this.#addresses = new Set([plain(host), ...(settings.from ?? [])]);
    this.#ports = new Set([port]);
  }

  /** Whether names have to be asked for, and may change. */
  get areNamed(): boolean {
    const { host, proxy } = this.#settings;
    return isIP(plain(host)) === 0 || (proxy !== undefined && isIP(plain(proxy.host)) === 0);
  }

  /** Resolves when they have been looked for once, whether or not they were found. */
  located(): Promise<void> {
    this.#located ??= this.areNamed ? this.locate() : Promise.resolve();
    return this.#located;
  }

  /** Looks for them again. Never rejects. */
  locate(): Promise<void> {
    const located = this.#locate().catch((error: unknown) => {
      this.#parts.log.warn({ trunk: this.#settings.name, err: error }, 'The servers of a trunk could not be found');
    });
    this.#located ??= located;
    return located;
  }

  /** In the order in which they are to be tried, those last that do not take calls now. */
  peers(): Peer[] {
    const ordered = inOrder(this.#servers, this.#parts.random);
    const isUp = (server: Server) => this.#isUp(server);
    return [...ordered.filter(isUp), ...ordered.filter((server) => !isUp(server))].map((server) => this.#peer(server));
  }

  /** Whether one of them takes calls. */
  get areUp(): boolean {
    return this.#servers.some((server) => this.#isUp(server));
  }

  /** One takes no calls, for so many milliseconds. */
  failed(peer: Peer, ms: number): void {
    const server = this.#of(peer);
    if (server) server.downUntil = this.#parts.clock.now() + ms;
  }

  /** One was asked whether it lives. */
  checked(peer: Peer, alive: boolean): void {
    const server = this.#of(peer);
    if (!server) return;
    server.alive = alive;
    if (alive) server.downUntil = 0;
  }

  /** Whether a request is from there: 2 if its port is too, 1 if its address alone, 0 if not. */
  isFrom(peer: Peer): 0 | 1 | 2 {
    if (!this.#addresses.has(peer.host.replace(/^::ffff:/, ''))) return 0;
    return this.#ports.has(peer.port) ? 2 : 1;
  }

  get #protocol(): Protocol {
    return this.#settings.protocol ?? 'UDP';
  }

  async #locate(): Promise<void> {
    const { host, port, proxy, from = [] } = this.#settings;
    const protocol = this.#protocol;
    const { names } = this.#parts;
    const origins = await serversOf({ host: plain(host), port, protocol }, names);
    const servers = proxy ? await serversOf({ host: plain(proxy.host), port: proxy.port, protocol }, names) : origins;
    this.#servers = servers.map((server) => this.#of(this.#peer(server), server) ?? started(server));
    const found = await Promise.all(origins.map(({ name }) => (isIP(name) > 0 ? [name] : names.addresses(name))));
    this.#addresses = new Set([plain(host), ...found.flat(), ...from]);
    this.#ports = new Set(origins.map((server) => server.port));
  }

  /** A server that is known already, with what the records say of it now. */
  #of(peer: Peer, changed: Partial<ServiceRecord> = {}): Server | undefined {
    const known = this.#servers.find(({ name, port }) => name === peer.host && port === peer.port);
    return known && Object.assign(known, changed);
  }

  #isUp({ alive, downUntil }: Server): boolean {
    return alive && this.#parts.clock.now() >= downUntil;
  }

  #peer({ name, port }: Pick<ServiceRecord, 'name' | 'port'>): Peer {
    const { host, proxy } = this.#settings;
    const domain = plain((proxy ?? { host }).host);
    // RFC 5922 7.1: a certificate is for the domain that was asked for, whichever server the records name.
    return { protocol: this.#protocol, host: name, port, ...(name !== domain && isIP(domain) === 0 && { domain }) };
  }
}

function plain(host: string): string {
  return host.replace(UNBRACKETED, '');
}

function started(server: Pick<ServiceRecord, 'name' | 'port'> & Partial<ServiceRecord>): Server {
  return { priority: 0, weight: 0, ...server, alive: true, downUntil: 0 };
}
