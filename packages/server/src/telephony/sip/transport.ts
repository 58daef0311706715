/** How messages travel. The upper-case names are those of `Via`. */
export type Protocol = 'UDP' | 'TCP' | 'TLS';

/** Where a message goes to, or where it came from. `host` is an IP address or a name, without brackets. */
export interface Peer {
  protocol: Protocol;
  host: string;
  port: number;
  /** The domain that its certificate is for, over TLS; default: `host`, where that is a name. */
  domain?: string;
}

/** What carries messages: sockets, or a network in a test. */
export interface SipTransport {
  /** Sends one message. Rejects when it is known that it did not leave. */
  send(bytes: Buffer, peer: Peer): Promise<void>;
  /** The address under which responses and requests of this peer reach us (`sent-by` of Via, `Contact`). */
  localAddress(protocol: Protocol): { host: string; port: number };
  /** Hears every message that arrives. */
  subscribe(handler: (bytes: Buffer, from: Peer) => void): () => void;
  /** Closes every socket. */
  close(): Promise<void>;
}

/** The port where a peer listens if it names none. */
export function defaultPort(protocol: string): number {
  return protocol === 'TLS' ? 5061 : 5060;
}

/** `host:port`, an IPv6 address in brackets. */
export function hostPort(address: { host: string; port: number }): string {
  return `${bracketed(address.host)}:${address.port}`;
}

export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
