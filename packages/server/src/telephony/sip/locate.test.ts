import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../kernel/index.js';
import { inOrder, type Names, type ServiceRecord, serversOf } from './locate.js';

const record = (name: string, priority: number, weight: number): ServiceRecord => ({
  name,
  port: 5070,
  priority,
  weight,
});

function names(services: Record<string, ServiceRecord[]>): Names {
  return { addresses: async () => [], services: async (name) => services[name] ?? [] };
}

describe('the servers of an address', () => {
  const one = record('a.example.com', 10, 1);
  const known = names({
    '_sip._udp.example.com': [one],
    '_sips._tcp.example.com': [{ ...one, name: 'tls.example.com' }],
    '_sip._udp.closed.example': [record('.', 0, 0)],
  });

  it.each<[string, Parameters<typeof serversOf>[0], [string, number][]]>([
    ['an IP address', { host: '192.0.2.1', protocol: 'UDP' }, [['192.0.2.1', 5060]]],
    ['an IPv6 address over TLS', { host: '2001:db8::1', protocol: 'TLS' }, [['2001:db8::1', 5061]]],
    ['a name with a port', { host: 'example.com', port: 5062, protocol: 'UDP' }, [['example.com', 5062]]],
    ['a name with records', { host: 'example.com', protocol: 'UDP' }, [['a.example.com', 5070]]],
    ['a name with records for TLS', { host: 'example.com', protocol: 'TLS' }, [['tls.example.com', 5070]]],
    ['a name without records for TCP', { host: 'example.com', protocol: 'TCP' }, [['example.com', 5060]]],
    ['a name that has no such service', { host: 'closed.example', protocol: 'UDP' }, []],
  ])('of %s', async (_what, address, servers) => {
    expect((await serversOf(address, known)).map(({ name, port }) => [name, port])).toEqual(servers);
  });
});

describe('the order of servers', () => {
  it('is that of their priorities', () => {
    const records = [record('c', 30, 0), record('a', 10, 5), record('b', 20, 100)];
    expect(inOrder(records, seededRandom(1)).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('within a priority follows the weights, and has everybody once', () => {
    const records = [record('a', 1, 30), record('b', 1, 10), record('none', 1, 0)];
    const random = seededRandom(7);
    const first: Record<string, number> = {};
    for (let times = 0; times < 4000; times += 1) {
      const ordered = inOrder(records, random).map(({ name }) => name);
      expect([...ordered].sort()).toEqual(['a', 'b', 'none']);
      first[ordered[0] ?? ''] = (first[ordered[0] ?? ''] ?? 0) + 1;
    }
    expect((first.a ?? 0) / 4000).toBeCloseTo(0.75, 1);
    expect((first.b ?? 0) / 4000).toBeCloseTo(0.25, 1);
  });

  it('of those without weights has them all', () => {
    const records = [record('a', 1, 0), record('b', 1, 0)];
    expect(inOrder(records, seededRandom(1))).toHaveLength(2);
  });
});
