import { createSocket } from 'node:dgram';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../kernel/index.js';
import { type TestDatabase, testDatabase } from '../../store/testing.js';
import { DigestGuard } from '../sip/digest.js';
import type { Names } from '../sip/locate.js';
import { respond } from '../sip/respond.js';
import type { SipTrunk } from '../sip/settings.js';
import { causeOf } from './causes.js';
import { Station, type TestSwitch, testSwitch, WAIT } from './testing.js';

let bed: TestDatabase;
const ending: (() => Promise<void>)[] = [];

beforeAll(async () => {
  bed = await testDatabase();
});
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function provider(behaviour: Station['behaviour'] = () => 'answers'): Promise<Station> {
  const station = await new Station().open();
  station.behaviour = behaviour;
  ending.push(() => station.close());
  return station;
}

async function switchWith(trunks: SipTrunk[], settings = {}): Promise<TestSwitch> {
  const test = await testSwitch(bed.database, { trunks, ...settings });
  ending.push(() => test.close());
  return test;
}

/** A trunk to a station, unchecked. */
function trunk(name: string, station: Station, changes: Partial<SipTrunk> = {}): SipTrunk {
  return { name, ...station.address(), healthMs: 0, ...changes };
}

/** A port that takes everything and never replies. */
async function silentPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  ending.push(() => new Promise((resolve) => socket.close(() => resolve())));
  return socket.address().port;
}

const credentials = { username: 'me', password: 'secret' };

/** Lets a station ask for our password. */
function guarded(station: Station): void {
  const guard = new DigestGuard('provider', (name) => (name === 'me' ? 'secret' : undefined), ['SHA-256', 'MD5']);
  station.admit = ({ request, respond: answer }) => {
    const now = station.clock.now();
    if (guard.check(request.headers.all('proxy-authorization'), request, now).result === 'right') return true;
    answer(respond(request, 407, { headers: { 'Proxy-Authenticate': guard.challenges(now) } }));
    return false;
  };
}

describe('trunks', () => {
  it('take the next one when one says 503, and the call rings once', async () => {
    const first = await provider(() => 503);
    const second = await provider();
    const test = await switchWith([trunk('first', first), trunk('second', second)]);
    const leg = await test.reach('4930');
    expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
    // The first one is left in peace for a while.
    await test.driver.hangup(leg);
    await test.driver.hangup(await test.reach('4931'));
    expect([first.calls.length, second.calls.length]).toEqual([1, 2]);
  });

  it('take the next one when one does not reply', async () => {
    const second = await provider();
    const silent = { name: 'silent', host: '127.0.0.1', port: await silentPort(), healthMs: 0 };
    const test = await switchWith([silent, trunk('second', second)], { noReplyMs: 2000 });
    await test.driver.hangup(await test.reach('4930'));
    expect(second.calls).toHaveLength(1);
  });

  describe('with several servers, by their SRV records', () => {
    /** A domain whose records name these stations, the first before the others. */
    function namesOf(...stations: Station[]): Names & { asked: string[] } {
      const asked: string[] = [];
      return {
        asked,
        addresses: async () => ['127.0.0.1'],
        services: async (name) => {
          asked.push(name);
          return stations.map((station, index) => ({
            name: '127.0.0.1',
            port: station.address().port,
            priority: index,
            weight: 0,
          }));
        },
      };
    }

    async function switchOn(names: Names, changes: Partial<SipTrunk> = {}): Promise<TestSwitch> {
      const trunks = [{ name: 'carrier', host: 'carrier.example', healthMs: 0, ...changes }];
      const test = await testSwitch(bed.database, { trunks, noReplyMs: 2000 }, { names });
      ending.push(() => test.close());
      return test;
    }

    it('are tried one after the other, and one that failed is left in peace', async () => {
      const [first, second] = [await provider(() => 503), await provider()];
      const names = namesOf(first, second);
      const test = await switchOn(names);
      await test.driver.hangup(await test.reach('4930'));
      expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
      expect(names.asked).toEqual(['_sip._udp.carrier.example']);
      // The address is the domain's, whichever server gets it.
      expect(second.calls[0]?.incoming?.request.uri).toBe('sip:4930@carrier.example');
      await test.driver.hangup(await test.reach('4931'));
      expect([first.calls.length, second.calls.length]).toEqual([1, 2]);
    });

    it('call in from each of them', async () => {
      const [first, second] = [await provider(), await provider()];
      const test = await switchOn(namesOf(first, second));
      for (const [index, station] of [first, second].entries()) {
        await station.call(test.peer, String(index), '8999');
        const inbound = () => test.events.flatMap((event) => (event.type === 'inbound' ? [event.from] : []));
        await vi.waitFor(() => expect(inbound()).toContain(String(index)), WAIT);
      }
    });

    it('are checked each, and those that are gone are tried last', async () => {
      const stations = [await new Station('TCP').open(), await new Station('TCP').open()] as const;
      const [gone, there] = stations;
      ending.push(() => there.close());
      const ports = stations.map((station) => station.address('TCP').port);
      const names: Names = {
        addresses: async () => ['127.0.0.1'],
        services: async () => ports.map((port, priority) => ({ name: '127.0.0.1', port, priority, weight: 0 })),
      };
      await gone.close();
      const trunks: SipTrunk[] = [{ name: 'carrier', host: 'carrier.example', protocol: 'TCP', healthMs: 60_000 }];
      const log = { ...silentLogger, warn: vi.fn() };
      const listen = { TCP: { host: '127.0.0.1', port: 0 } };
      const test = await testSwitch(bed.database, { listen, trunks }, { names, log });
      ending.push(() => test.close());
      await test.quiet();
      await test.driver.hangup(await test.reach('4930'));
      expect(there.calls).toHaveLength(1);
      // Nobody tried the one that is gone.
      expect(log.warn.mock.calls).toEqual([]);
    });

    it('are registered with in turn', async () => {
      const [first, second] = [await provider(), await provider()];
      first.refusesRegistrations = true;
      const test = await switchOn(namesOf(first, second), { credentials, register: {} });
      await vi.waitFor(() => expect(second.requests).toHaveLength(1), WAIT);
      expect(first.requests).toHaveLength(1);
      await test.close();
    });

    it('are none where the domain says so, and calls take the next trunk', async () => {
      const spare = await provider();
      const names: Names = {
        addresses: async () => [],
        services: async () => [{ name: '', port: 0, priority: 0, weight: 0 }],
      };
      const trunks = [{ name: 'closed', host: 'closed.example', healthMs: 0 }, trunk('spare', spare)];
      const test = await testSwitch(bed.database, { trunks }, { names });
      ending.push(() => test.close());
      await test.driver.hangup(await test.reach('4930'));
      expect(spare.calls).toHaveLength(1);
    });

    it('are the name itself where nobody can say', async () => {
      const station = await provider();
      const names: Names = {
        addresses: async () => ['127.0.0.1'],
        services: async () => {
          throw new Error('the name server does not answer');
        },
      };
      const { port } = station.address();
      const test = await switchOn(names, { host: 'localhost', proxy: { host: '127.0.0.1', port } });
      await test.driver.hangup(await test.reach('4930'));
      expect(station.calls).toHaveLength(1);
    });
  });

  it('do not take the next one for a party that does not want', async () => {
    const first = await provider(() => 'busy');
    const second = await provider();
    const test = await switchWith([trunk('first', first), trunk('second', second)]);
    const leg = await test.dial('4930');
    await vi.waitFor(() => expect(test.cause(leg)).toBe('busy'), WAIT);
    expect(second.calls).toEqual([]);
  });

  it('that all fail are congested, and so are those that are full', async () => {
    const first = await provider(() => 503);
    const test = await switchWith([trunk('first', first), trunk('full', first, { maxCalls: 0 })]);
    const leg = await test.dial('4930');
    await vi.waitFor(() => expect(test.cause(leg)).toBe('congestion'), WAIT);
    const route = { kind: 'trunk', hops: [{ trunk: 'full', to: '1', from: '2' }] } as const;
    expect(test.cause(await test.dial('4930', { route }))).toBe('congestion');
    const nowhere = { kind: 'trunk', hops: [] } as const;
    expect(test.cause(await test.dial('4930', { route: nowhere }))).toBe('invalid-number');
    const gone = { kind: 'device', device: '1009' } as const;
    expect(test.cause(await test.dial('4930', { route: gone }))).toBe('device-offline');
  });

  it('are dialed as the route says, with the caller that they know us by', async () => {
    const station = await provider();
    guarded(station);
    const test = await switchWith([trunk('one', station, { credentials, fromUser: 'me', domain: 'example.org' })]);
    const route = { kind: 'trunk', hops: [{ trunk: 'one', to: '0049301', from: '+4989' }] } as const;
    const leg = await test.dial('+49301', { route, callerName: 'Ada "A" Byron', headers: { 'X-Case': '7', To: 'x' } });
    await vi.waitFor(() => expect(test.states(leg)).toContain('answered'), WAIT);
    const request = station.calls[0]?.incoming?.request;
    expect(request?.uri).toMatch(/^sip:0049301@127\.0\.0\.1:\d+$/);
    expect(request?.headers.get('from')).toMatch(/^"Ada \\"A\\" Byron" <sip:me@example\.org>;tag=/);
    expect(request?.headers.get('p-asserted-identity')).toBe('"Ada \\"A\\" Byron" <sip:+4989@example.org>');
    expect(request?.headers.get('x-case')).toBe('7');
    expect(request?.headers.get('proxy-authorization')).toContain('algorithm=SHA-256');
    expect(request?.body.length).toBe(0);
    await test.driver.hangup(leg);
    await vi.waitFor(() => expect(station.calls[0]?.over).toBe('bye'), WAIT);
  });

  it('that want an offer are offered silence', async () => {
    const station = await provider();
    const test = await switchWith([trunk('one', station, { offer: 'held' })]);
    await test.driver.hangup(await test.reach('4930'));
    expect(station.calls[0]?.hears).toEqual(['silence']);
  });

  it('over TCP are reached and reach us', async () => {
    const station = await new Station('TCP').open();
    ending.push(() => station.close());
    station.behaviour = () => 'hangs-up';
    const { host, port } = station.address('TCP');
    const test = await testSwitch(bed.database, {
      listen: { TCP: { host: '127.0.0.1', port: 0 } },
      trunks: [{ name: 'tcp', host, port, protocol: 'TCP', healthMs: 0 }],
      offerMs: 10,
    });
    ending.push(() => test.close());
    const leg = await test.reach('4930');
    await vi.waitFor(() => expect(test.cause(leg)).toBe('normal'), WAIT);
  });

  it('are registered with, and again in time', async () => {
    const station = await provider();
    const test = await switchWith([trunk('one', station, { credentials, register: { seconds: 600 } })]);
    await vi.waitFor(() => expect(station.requests).toHaveLength(1), WAIT);
    const request = station.requests[0]?.request;
    expect(request?.headers.get('to')).toBe('<sip:me@127.0.0.1>');
    expect(request?.headers.get('contact')).toMatch(/^<sip:me@127\.0\.0\.1:\d+>$/);
    expect(request?.headers.get('expires')).toBe('600');
    await test.close();
  });

  it('call in by their address; others need leave', async () => {
    const station = await provider();
    const accepts = (number: string) => number !== '404';
    const test = await testSwitch(bed.database, { trunks: [trunk('one', station)] }, { accepts });
    ending.push(() => test.close());
    const inbound = () => test.events.flatMap((event) => (event.type === 'inbound' ? [event] : []));
    const headers = { 'P-Asserted-Identity': '<sip:+4930@example.org>' };
    await station.call(test.peer, 'anonymous', '8999', headers);
    await vi.waitFor(() => expect(inbound()).toMatchObject([{ from: '+4930', to: '8999' }]), WAIT);
    const refused = await station.call(test.peer, '1', '404');
    await vi.waitFor(() => expect(refused.over).toBe('lost'), WAIT);

    const closed = await testSwitch(bed.database, { trunks: [{ name: 'x', host: '192.0.2.1', healthMs: 0 }] });
    ending.push(() => closed.close());
    const stranger = await station.call(closed.peer, '1', '8999');
    await vi.waitFor(() => expect(stranger.over).toBe('lost'), WAIT);
    expect(closed.events).toEqual([]);
    await closed.restart({ openInbound: true });
    await station.call(closed.peer, '1', '8999');
    await vi.waitFor(() => expect(closed.events).toMatchObject([{ type: 'inbound', from: '1' }]), WAIT);
  });

  it('that change are others at once', async () => {
    const first = await provider();
    const second = await provider();
    const test = await switchWith([trunk('one', first)]);
    await test.driver.hangup(await test.reach('4930'));
    test.driver.configure({ listen: {}, trunks: [trunk('one', second)] });
    await test.driver.hangup(await test.reach('4930'));
    expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
  });
});

describe('causes', () => {
  it.each([
    [486, true, 'busy'],
    [600, true, 'busy'],
    [480, true, 'no-answer'],
    [480, false, 'device-offline'],
    [408, true, 'no-answer'],
    [408, false, 'congestion'],
    [487, true, 'no-answer'],
    [603, true, 'rejected'],
    [403, false, 'rejected'],
    [404, false, 'invalid-number'],
    [484, false, 'invalid-number'],
    [410, false, 'invalid-number'],
    [503, false, 'congestion'],
    [500, false, 'congestion'],
    [401, false, 'congestion'],
  ])('%i, rung: %s, is %s', (status, rang, cause) => {
    expect(causeOf(status, rang)).toBe(cause);
  });
});
