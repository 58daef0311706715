import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Activity, SystemClock, silentLogger } from '../../kernel/index.js';
import { Headers, NO_BODY, type SipRequest } from './message.js';
import { respond } from './respond.js';
import { Sockets, type SocketsOptions } from './sockets.js';
import { selfSignedCertificate } from './testing.js';
import { type ServerTransaction, Transactions } from './transactions.js';
import type { Protocol } from './transport.js';

const clock = new SystemClock();
const certificate = selfSignedCertificate();
const ending: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function station(
  serve: (transaction: ServerTransaction) => void = () => undefined,
  options: Partial<SocketsOptions> = {},
) {
  const any = { host: '127.0.0.1', port: 0 };
  const sockets = new Sockets({
    clock,
    log: silentLogger,
    listen: { UDP: any, TCP: any, TLS: any },
    tls: certificate,
    authorities: certificate.cert,
    connectMs: 60_000,
    ...options,
  });
  await sockets.open();
  const transactions = new Transactions(
    { transport: sockets, clock, activity: new Activity(), log: silentLogger },
    { request: serve, ack: () => undefined, unanswered: () => undefined },
  );
  ending.push(() => {
    transactions.close();
    return sockets.close();
  });
  return { sockets, transactions };
}

/** Resolves when a connection has ended, in order or not. */
function closed(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

function options(body: Buffer): SipRequest {
  const headers = Headers.of({
    'Max-Forwards': '70',
    From: '<sip:a@127.0.0.1>;tag=1',
    To: '<sip:b@127.0.0.1>',
    'Call-ID': 'one',
    CSeq: '1 OPTIONS',
  });
  return { kind: 'request', method: 'OPTIONS', uri: 'sip:b@127.0.0.1', headers, body };
}

describe('sockets', () => {
  it.each<[Protocol, string, number]>([
    ['UDP', '127.0.0.1', 1000],
    ['TCP', '127.0.0.1', 100_000],
    ['TLS', '127.0.0.1', 100_000],
    ['TLS', 'localhost', 1000],
  ])('carry requests and responses over %s to %s, %i bytes of body', async (protocol, host, size) => {
    const server = await station(({ request, respond: answer }) =>
      answer(respond(request, 200, { body: request.body })),
    );
    const client = await station();
    const body = Buffer.alloc(size, 'a\r\n\r\n');
    const { port } = server.sockets.localAddress(protocol);
    // Many at once, so that a stream carries several in one piece and one in several pieces.
    const answers = await Promise.all(
      Array.from(
        { length: 20 },
        () =>
          new Promise<Buffer>((resolve, reject) => {
            client.transactions.request(
              options(body),
              { protocol, host, port },
              {
                response: (response) => resolve(response.body),
                failed: (reason) => reject(new Error(reason)),
              },
            );
          }),
      ),
    );
    expect(answers.every((answer) => answer.equals(body))).toBe(true);
  });

  it('say at once that nobody listens, or that a certificate is not trusted', async () => {
    const server = await station();
    const client = await station(undefined, { authorities: selfSignedCertificate().cert });
    const gone = await station();
    const { port } = gone.sockets.localAddress('TCP');
    await gone.sockets.close();
    for (const peer of [
      { protocol: 'TCP' as const, host: '127.0.0.1', port },
      { protocol: 'TLS' as const, host: '127.0.0.1', port: server.sockets.localAddress('TLS').port },
    ]) {
      const failed = vi.fn();
      client.transactions.request(options(NO_BODY), peer, { response: () => undefined, failed });
      await vi.waitFor(() => expect(failed).toHaveBeenCalledWith('transport'), { timeout: 20_000 });
    }
  });

  it('answer keep-alives, and close a connection that carries something else', async () => {
    const server = await station();
    const socket = connect(server.sockets.localAddress('TCP').port, '127.0.0.1');
    socket.write('\r\n\r\n');
    const [pong] = await once(socket, 'data');
    expect(String(pong)).toBe('\r\n');
    socket.write(`OPTIONS sip:a SIP/2.0\r\nContent-Length: -5\r\n\r\n`);
    await closed(socket);
  });

  it('take no more connections than they are told', async () => {
    const server = await station(undefined, { maxConnections: 1 });
    const { port } = server.sockets.localAddress('TCP');
    const first = connect(port, '127.0.0.1');
    first.write('\r\n\r\n');
    await once(first, 'data');
    const second = connect(port, '127.0.0.1');
    await closed(second);
    first.destroy();
  });

  it('do not speak what they do not listen on', async () => {
    const client = await station(undefined, { listen: { TCP: { host: '127.0.0.1', port: 0 } } });
    const sent = client.sockets.send(Buffer.from('x'), { protocol: 'UDP', host: '127.0.0.1', port: 9 });
    await expect(sent).rejects.toMatchObject({ code: 'switch-unavailable' });
  });
});
