import { BlockList, isIP, isIPv6 } from 'node:net';

/** Networks that no document and no fetch may reach unless the configuration allows it: this machine and its neighbours. */
const PRIVATE: readonly (readonly [address: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const privateNetworks = new BlockList();
for (const [address, prefix] of PRIVATE) privateNetworks.addSubnet(address, prefix, isIPv6(address) ? 'ipv6' : 'ipv4');

/** True for an address of this machine, of a private network, or of no single host. */
export function isPrivate(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  return privateNetworks.check(mapped, isIP(mapped) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Where fetches may go beside the public network: option `fetch-allow` of section `ors`, a comma list of `host`,
 * `host:port`, CIDR, an address prefix such as `http://127.0.0.1:9000/data`, or `*`.
 */
export class TargetRules {
  readonly #everything: boolean;
  readonly #prefixes: string[] = [];
  readonly #hosts = new Set<string>();
  readonly #networks = new BlockList();

  constructor(allow: string) {
    const entries = allow.split(',').map((entry) => entry.trim());
    this.#everything = entries.includes('*');
    for (const entry of entries.filter((candidate) => candidate !== '')) {
      const cidr = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(entry);
      if (cidr?.[1] && isIP(cidr[1])) {
        this.#networks.addSubnet(cidr[1], Number(cidr[2]), isIPv6(cidr[1]) ? 'ipv6' : 'ipv4');
      } else if (entry.includes('://')) this.#prefixes.push(entry);
      else this.#hosts.add(entry.toLowerCase());
    }
  }

  /** Whether the configuration allows an address by its name, whatever it resolves to. */
  allowsByName(url: URL): boolean {
    if (this.#everything) return true;
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    if (this.#hosts.has(host) || this.#hosts.has(`${host}:${port}`)) return true;
    return this.#prefixes.some((prefix) => begins(url.href, prefix));
  }

  /** Whether a connection to an IP address is allowed without regard to its name. */
  allowsAddress(address: string): boolean {
    if (!isPrivate(address)) return true;
    return this.#networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}

/** `http://host/data` allows `http://host/data`, `http://host/data/x` and `http://host/data?x`, not `http://host/database`. */
function begins(href: string, prefix: string): boolean {
  if (!href.startsWith(prefix)) return false;
  return prefix.endsWith('/') || href.length === prefix.length || /[/?#]/.test(href[prefix.length] ?? '');
}
