import { describe, expect, it } from 'vitest';
import { Activity, ManualClock, seededRandom, silentLogger } from '../../kernel/index.js';
import { Headers, NO_BODY, type SipRequest } from './message.js';
import { respond } from './respond.js';
import { LossyNetwork } from './testing.js';
import { type ServerTransaction, Transactions } from './transactions.js';
import type { Peer } from './transport.js';

function bed(weather?: LossyNetwork['weather'], seed = 1, maxServed?: number) {
  const activity = new Activity();
  const clock = new ManualClock(0, activity);
  const network = new LossyNetwork(clock, activity, seededRandom(seed), weather);
  const log: string[] = [];
  const requests: ServerTransaction[] = [];
  const common = { clock, activity, log: silentLogger };
  let serve: (transaction: ServerTransaction) => void = () => undefined;
  const client = new Transactions(
    { ...common, transport: network.station('10.0.0.1') },
    { request: () => undefined, ack: () => undefined, unanswered: () => undefined },
  );
  const server = new Transactions(
    { ...common, transport: network.station('10.0.0.2'), ...(maxServed === undefined ? {} : { maxServed }) },
    {
      request: (transaction) => {
        requests.push(transaction);
        serve(transaction);
      },
      ack: () => log.push('ack'),
      unanswered: () => log.push('unanswered'),
    },
  );
  return {
    clock,
    network,
    client,
    server,
    requests,
    log,
    peer: (protocol: Peer['protocol'] = 'UDP'): Peer => ({ protocol, host: '10.0.0.2', port: 5060 }),
    serving: (answer: (transaction: ServerTransaction) => void) => {
      serve = answer;
    },
    ask: (method: string, protocol: Peer['protocol'] = 'UDP', callId = 'one') => {
      const heard: (number | string)[] = [];
      const transaction = client.request(
        message(method, callId),
        { protocol, host: '10.0.0.2', port: 5060 },
        { response: ({ status }) => heard.push(status), failed: (reason) => heard.push(reason) },
      );
      return { heard, transaction };
    },
    sentBy: (host: string, start: string) =>
      network.sent.filter(({ from, text }) => from.startsWith(host) && text.startsWith(start)).length,
  };
}

function message(method: string, callId: string): SipRequest {
  const headers = Headers.of({
    'Max-Forwards': '70',
    From: '<sip:a@10.0.0.1>;tag=1',
    To: '<sip:b@10.0.0.2>',
    'Call-ID': callId,
    CSeq: `1 ${method}`,
  });
  return { kind: 'request', method, uri: 'sip:b@10.0.0.2', headers, body: NO_BODY };
}

describe('transactions', () => {
  it('give every request and every final response to its user once, on a bad network', async () => {
    for (const method of ['INVITE', 'OPTIONS']) {
      const t = bed({ loss: 0.2, doubled: 0.3, delayMs: 300 }, 7);
      t.serving((transaction) => {
        if (method === 'INVITE') transaction.respond(respond(transaction.request, 180, { toTag: 'x' }));
        transaction.respond(respond(transaction.request, 486, { toTag: 'x' }));
      });
      const asked = Array.from({ length: 200 }, (_, at) => t.ask(method, 'UDP', `call-${at}`));
      await t.clock.advance(200_000);
      expect(t.requests).toHaveLength(200);
      for (const { heard } of asked) expect(heard.filter((status) => status !== 180)).toEqual([486]);
      expect(t.log).toEqual([]);
      expect(t.client.size + t.server.size).toBe(0);
    }
  });

  it.each([
    ['INVITE', 7, 32_000],
    ['OPTIONS', 11, 32_000],
  ])('%s over UDP is repeated by the timers of RFC 3261 until it gives up', async (method, times, ms) => {
    const t = bed({ loss: 1, doubled: 0, delayMs: 0 });
    const { heard } = t.ask(method);
    await t.clock.advance(ms - 1);
    expect(t.sentBy('10.0.0.1', method)).toBe(times);
    expect(heard).toEqual([]);
    await t.clock.advance(1);
    expect(heard).toEqual(['timeout']);
    expect(t.client.size).toBe(0);
  });

  it('are not repeated over TCP', async () => {
    const t = bed();
    const { heard } = t.ask('INVITE', 'TCP');
    await t.clock.advance(31_000);
    expect(t.sentBy('10.0.0.1', 'INVITE')).toBe(1);
    t.requests[0]?.respond(respond(t.requests[0].request, 404));
    await t.clock.advance(1);
    expect(heard).toEqual([404]);
    expect(t.client.size + t.server.size).toBe(0);
  });

  it('an INVITE that rings is given up after Timer C, not before', async () => {
    const t = bed();
    t.serving((transaction) => transaction.respond(respond(transaction.request, 180)));
    const { heard } = t.ask('INVITE');
    await t.clock.advance(179_999);
    expect(heard).toEqual([180]);
    await t.clock.advance(1);
    expect(heard).toEqual([180, 'timeout']);
  });

  it('a refusal is repeated until it is acknowledged; without ACK the user hears of it', async () => {
    const t = bed();
    t.serving((transaction) => {
      t.network.weather.loss = 1;
      transaction.respond(respond(transaction.request, 486));
    });
    t.ask('INVITE');
    await t.clock.advance(40_000);
    expect(t.sentBy('10.0.0.2', 'SIP/2.0 486')).toBe(11);
    expect(t.log).toEqual(['unanswered']);
  });

  it('a 2xx comes again from its user only, and is heard each time (RFC 6026)', async () => {
    const t = bed();
    t.serving((transaction) => transaction.respond(respond(transaction.request, 200, { toTag: 'x' })));
    const { heard } = t.ask('INVITE');
    await t.clock.advance(1000);
    t.requests[0]?.respond(respond(t.requests[0].request, 200, { toTag: 'x' }));
    await t.clock.advance(1000);
    expect(heard).toEqual([200, 200]);
    t.client.sendAck(message('ACK', 'one'), t.peer());
    await t.clock.advance(1);
    expect(t.log).toEqual(['ack']);
    await t.clock.advance(32_000);
    expect(t.client.size + t.server.size).toBe(0);
  });

  it('a CANCEL finds its INVITE', async () => {
    const t = bed();
    t.serving((transaction) => {
      if (transaction.request.method === 'INVITE') return transaction.respond(respond(transaction.request, 180));
      const invite = t.server.cancelled(transaction.request);
      transaction.respond(respond(transaction.request, invite ? 200 : 481));
      invite?.respond(respond(invite.request, 487));
    });
    const { heard, transaction } = t.ask('INVITE');
    await t.clock.advance(1000);
    transaction.cancel();
    await t.clock.advance(1000);
    expect(heard).toEqual([180, 487]);
    await t.clock.advance(60_000);
    expect(t.client.size + t.server.size).toBe(0);
  });

  it('answer 503 to more than they can hold', async () => {
    const t = bed(undefined, 1, 2);
    const asked = ['a', 'b', 'c'].map((callId) => t.ask('OPTIONS', 'UDP', callId));
    await t.clock.advance(100);
    expect(t.requests).toHaveLength(2);
    expect(asked.map(({ heard }) => heard)).toEqual([[], [], [503]]);
  });

  it('answer a malformed request, and drop a response that is not theirs', async () => {
    const t = bed();
    const station = t.network.station('10.0.0.9');
    const lines = [
      'Via: SIP/2.0/UDP 10.0.0.9;rport;branch=z9hG4bKa',
      'Call-ID: a',
      'From: <sip:a@b.c>',
      'To: <sip:a@b.c>',
    ];
    await station.send(Buffer.from(['OPTIONS sip:a SIP/2.0', ...lines, 'CSeq: x', '', ''].join('\r\n')), t.peer());
    await station.send(Buffer.from(['SIP/2.0 200 OK', ...lines, 'CSeq: 1 OPTIONS', '', ''].join('\r\n')), t.peer());
    await t.clock.advance(1);
    expect(t.sentBy('10.0.0.2', 'SIP/2.0 400')).toBe(1);
    expect(t.network.sent.find(({ from }) => from.startsWith('10.0.0.2'))?.text).toContain(
      'Via: SIP/2.0/UDP 10.0.0.9;rport=5060;branch=z9hG4bKa;received=10.0.0.9',
    );
    expect(t.requests).toEqual([]);
  });
});
