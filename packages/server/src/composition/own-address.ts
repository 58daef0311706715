import type { ServerSettings } from './settings.js';

/** Where this process is reached, as far as it is known yet. */
export interface OwnAddress {
  /** Number of this node; 1 unless there are several. */
  node: number;
  /** `http://host:port`; undefined when it listens on every address, or while a port is being looked for. */
  url: string | undefined;
}

/** What is known before the server listens. */
export function ownAddress({ host, port }: Pick<ServerSettings, 'host' | 'port'>): OwnAddress {
  return { node: 1, url: port === 0 ? undefined : urlOf(host, port) };
}

/** @returns undefined for a host that stands for every address of the machine */
export function urlOf(host: string, port: number): string | undefined {
  if (host === '0.0.0.0' || host === '::') return undefined;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
