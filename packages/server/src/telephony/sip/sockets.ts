import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectTcp, createServer, isIP, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { connect as connectTls, createServer as createTlsServer, type SecureContextOptions } from 'node:tls';
import { type Clock, Listeners, type Logger, RingbackError, type Timer } from '../../kernel/index.js';
import { Framing } from './framing.js';
import { Malformed } from './text.js';
import { defaultPort, hostPort, type Peer, type Protocol, type SipTransport } from './transport.js';

export interface SocketsOptions {
  clock: Clock;
  log: Logger;
  /** Where to listen for each protocol; port 0: any free one. A protocol that is absent is not spoken. */
  listen: Partial<Record<Protocol, { host: string; port: number }>>;
  /** The address that others are told, where it differs from the one that is listened on. */
  publicHost?: string;
  /** Certificate and key to listen on TLS. */
  tls?: SecureContextOptions;
  /** Certificates that those of others are checked against; default: the platform's. */
  authorities?: string | Buffer | (string | Buffer)[];
  /** Milliseconds for a connection to come about. Default 5,000. */
  connectMs?: number;
  /** Milliseconds between keep-alives on connections that we opened (RFC 5626); 0: none. Default 120,000. */
  keepAliveMs?: number;
  /** Milliseconds after which a connection that is silent is closed. Default 600,000. */
  idleMs?: number;
  /** Connections at once; further ones of others are closed. Default 1,000. */
  maxConnections?: number;
}

/** Addresses that are listened on and lead nowhere. */
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

const PONG = Buffer.from('\r\n');
const PING = Buffer.from('\r\n\r\n');

/** A connection, by the address of its other end. */
interface Connection {
  peer: Peer;
  socket: Socket;
  ready: Promise<void>;
}

/**
 * SIP over real sockets. UDP datagrams go out of the socket that listens, so that answers come back to it. A connection
 * is used in both directions and kept while it lives; what is sent to its other end goes over it.
 */
export class Sockets implements SipTransport {
  readonly #options: SocketsOptions;
  readonly #heard = new Listeners<[bytes: Buffer, from: Peer]>();
  readonly #connections = new Map<string, Connection>();
  readonly #servers = new Map<Protocol, Server>();
  #udp: DatagramSocket | undefined;
  #closed = false;

  constructor(options: SocketsOptions) {
    this.#options = options;
  }

  /** Listens. Rejects when a port is taken or the certificate is no use. */
  async open(): Promise<void> {
    const { UDP, TCP, TLS } = this.#options.listen;
    if (UDP) await this.#listenUdp(UDP);
    if (TCP) await this.#listen('TCP', createServer(), TCP);
    if (TLS) await this.#listen('TLS', createTlsServer(this.#options.tls ?? {}), TLS);
  }

  async send(bytes: Buffer, peer: Peer): Promise<void> {
    if (this.#closed) throw new RingbackError('switch-unavailable', 'The SIP transport is closed.');
    if (peer.protocol === 'UDP') return this.#sendUdp(bytes, peer);
    const connection = this.#connections.get(keyOf(peer)) ?? this.#connect(peer);
    await connection.ready;
    await new Promise<void>((resolve, reject) => {
      connection.socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  localAddress(protocol: Protocol): { host: string; port: number } {
    const listening = protocol === 'UDP' ? this.#udp?.address() : this.#servers.get(protocol)?.address();
    const bound = typeof listening === 'object' && listening !== null ? listening : undefined;
    const host = this.#options.publicHost ?? bound?.address ?? this.#anyHost();
    return { host: WILDCARDS.has(host) ? ownAddress() : host, port: bound?.port ?? defaultPort(protocol) };
  }

  subscribe(handler: (bytes: Buffer, from: Peer) => void): () => void {
    return this.#heard.add(handler);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const ends: Promise<unknown>[] = [];
    for (const server of this.#servers.values()) {
      ends.push(new Promise((resolve) => server.close(resolve)));
    }
    for (const { socket } of this.#connections.values()) socket.destroy();
    const udp = this.#udp;
    if (udp) ends.push(new Promise<void>((resolve) => udp.close(resolve)));
    await Promise.all(ends);
  }

  #anyHost(): string {
    return Object.values(this.#options.listen)[0]?.host ?? '127.0.0.1';
  }

  async #listenUdp(address: { host: string; port: number }): Promise<void> {
    const socket = createSocket(address.host.includes(':') ? 'udp6' : 'udp4');
    socket.on('message', (bytes, { address: host, port }) =>
      this.#heard.notify(bytes, { protocol: 'UDP', host, port }),
    );
    socket.bind(address.port, address.host);
    await once(socket, 'listening');
    // From here on an error concerns one datagram, such as a port that nobody listens on.
    socket.on('error', (error) => this.#options.log.debug({ error: String(error) }, 'a SIP datagram failed'));
    this.#udp = socket;
  }

  #sendUdp(bytes: Buffer, peer: Peer): Promise<void> {
    const socket = this.#udp;
    if (!socket) return Promise.reject(new RingbackError('switch-unavailable', 'SIP over UDP is not configured.'));
    return new Promise((resolve, reject) => {
      socket.send(bytes, peer.port, peer.host, (error) => (error ? reject(error) : resolve()));
    });
  }

  async #listen(protocol: 'TCP' | 'TLS', server: Server, address: { host: string; port: number }): Promise<void> {
    server.on(protocol === 'TLS' ? 'secureConnection' : 'connection', (socket: Socket) =>
      this.#accepted(protocol, socket),
    );
    server.on('tlsClientError', (error: Error) =>
      this.#options.log.debug({ error: String(error) }, 'a TLS handshake failed'),
    );
    server.listen(address.port, address.host);
    await once(server, 'listening');
    server.on('error', (error) => this.#options.log.warn({ error: String(error) }, 'a SIP listener failed'));
    this.#servers.set(protocol, server);
  }

  #accepted(protocol: 'TCP' | 'TLS', socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    const full = this.#connections.size >= (this.#options.maxConnections ?? 1000);
    if (full || this.#closed || remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return;
    }
    this.#keep({ peer: { protocol, host: remoteAddress, port: remotePort }, socket, ready: Promise.resolve() }, true);
  }

  #connect(peer: Peer): Connection {
    const { host, port, domain = host } = peer;
    const ca = this.#options.authorities;
    const socket =
      peer.protocol === 'TLS'
        ? connectTls({
            host,
            port,
            ...(isIP(domain) > 0 ? {} : { servername: domain }),
            ...(ca === undefined ? {} : { ca }),
          })
        : connectTcp({ host, port });
    const ready = this.#connected(socket, peer);
    const connection = { peer, socket, ready };
    // Answers to our own keep-alives look like keep-alives.
    this.#keep(connection, false);
    return connection;
  }

  /** Resolves when the connection stands; it is destroyed when it does not in time. */
  #connected(socket: Socket, peer: Peer): Promise<void> {
    const { clock, connectMs = 5000, keepAliveMs = 120_000 } = this.#options;
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined = clock.at(clock.now() + connectMs, () => {
        socket.destroy(new Error(`${hostPort(peer)} did not take the connection within ${connectMs} ms.`));
      });
      const keepAlive = () => {
        socket.write(PING);
        timer = clock.at(clock.now() + keepAliveMs, keepAlive);
      };
      socket.once(peer.protocol === 'TLS' ? 'secureConnect' : 'connect', () => {
        timer?.cancel();
        if (keepAliveMs > 0) timer = clock.at(clock.now() + keepAliveMs, keepAlive);
        resolve();
      });
      socket.once('error', reject);
      socket.once('close', () => {
        timer?.cancel();
        reject(new Error(`The connection to ${hostPort(peer)} was closed.`));
      });
    });
  }

  #keep(connection: Connection, answersPings: boolean): void {
    const { peer, socket } = connection;
    const { log, clock, idleMs = 600_000 } = this.#options;
    const key = keyOf(peer);
    const framing = new Framing();
    let lastHeard = clock.now();
    let idle: Timer | undefined;
    const watch = () => {
      const due = lastHeard + idleMs;
      if (clock.now() >= due) socket.destroy();
      else idle = clock.at(due, watch);
    };
    watch();
    this.#connections.set(key, connection);
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      lastHeard = clock.now();
      try {
        const { messages, ping } = framing.take(bytes);
        if (ping && answersPings) socket.write(PONG);
        for (const message of messages) this.#heard.notify(message, peer);
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        log.debug({ peer, problem: error.message }, 'a SIP connection carries something else');
        socket.destroy();
      }
    });
    socket.on('error', (error) => log.debug({ peer, error: String(error) }, 'a SIP connection failed'));
    socket.once('close', () => {
      idle?.cancel();
      if (this.#connections.get(key) === connection) this.#connections.delete(key);
    });
  }
}

/** An address of this machine that others can reach; without a network, the loopback. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

function keyOf(peer: Peer): string {
  return `${peer.protocol} ${hostPort(peer)}`;
}
