import { lookup, resolveSrv } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Random } from '../../kernel/index.js';
import { defaultPort, type Protocol } from './transport.js';

/** One SRV record (RFC 2782). */
export interface ServiceRecord {
  name: string;
  port: number;
  /** Lower ones are tried first. */
  priority: number;
  /** The share of those of one priority. */
  weight: number;
}

/** What names mean, by the domain name system. */
export interface Names {
  /** The IP addresses of a host. Rejects when there are none. */
  addresses(host: string): Promise<string[]>;
  /** The records of a service such as `_sip._udp.example.com`; empty when there are none. Rejects when nobody can say. */
  services(name: string): Promise<ServiceRecord[]>;
}

export const DOMAIN_NAMES: Names = {
  addresses: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  services: async (name) => {
    try {
      return await resolveSrv(name);
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA'))
        return [];
      throw error;
    }
  },
};

/** Of what the name is asked by each transport; RFC 3263 4.1, where the transport is known. */
const SERVICES: Readonly<Record<Protocol, string>> = { UDP: '_sip._udp.', TCP: '_sip._tcp.', TLS: '_sips._tcp.' };

/**
 * The servers of a SIP address, by RFC 3263 4.2: itself where it is an IP address or names a port, else those of its SRV
 * records, else the host at the usual port. Empty: the domain says that it has no such service.
 */
export async function serversOf(
  { host, port, protocol }: { host: string; port?: number | undefined; protocol: Protocol },
  names: Names,
): Promise<ServiceRecord[]> {
  const itself = { name: host, port: port ?? defaultPort(protocol), priority: 0, weight: 0 };
  if (port !== undefined || isIP(host) > 0) return [itself];
  const records = await names.services(`${SERVICES[protocol]}${host}`);
  if (records.length === 0) return [itself];
  return records.filter(({ name }) => name !== '.' && name !== '');
}

/** In the order in which they are to be tried: by priority, those of one priority by chance, as their weights say (RFC 2782). */
export function inOrder<T extends Pick<ServiceRecord, 'priority' | 'weight'>>(
  records: readonly T[],
  random: Random,
): T[] {
  // Those without weight come first, so that they have a small chance of being chosen.
  const left = [...records].sort((a, b) => a.priority - b.priority || a.weight - b.weight);
  const ordered: T[] = [];
  for (let [first] = left; first !== undefined; [first] = left) {
    const { priority } = first;
    const equals = left.filter((record) => record.priority === priority);
    const at = random() * equals.reduce((sum, { weight }) => sum + weight, 0);
    let passed = 0;
    const chosen = equals.find(({ weight }) => {
      passed += weight;
      return passed >= at;
    });
    ordered.push(chosen ?? first);
    left.splice(left.indexOf(chosen ?? first), 1);
  }
  return ordered;
}
