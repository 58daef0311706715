import { describe, expect, it } from 'vitest';
import { Activity, ManualClock, type Random, seededRandom, silentLogger } from '../../kernel/index.js';
import { refusal } from './admission.js';
import { Framing } from './framing.js';
import { serialise } from './message.js';
import { parseMessage } from './parse.js';
import { respond } from './respond.js';
import { parseSdp } from './sdp.js';
import { LossyNetwork } from './testing.js';
import { Malformed } from './text.js';
import { Transactions } from './transactions.js';

/** The full count is `RINGBACK_FUZZ=100000`. */
const COUNT = Number(process.env.RINGBACK_FUZZ ?? 10_000);

const SDP =
  'v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n';
const HEAD =
  'Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx;rport, SIP/2.0/TCP [::1]:5062;branch=z9hG4bKy\r\nFrom: "A \\" B" <sip:a;x=1:p@example.com:5060;transport=tcp?h=1>;tag=1\r\nt: sip:b@example.com\r\nCall-ID: c@d\r\nMax-Forwards: 70\r\nm: <sip:a@10.0.0.9>;q=0.5;expires=60, *\r\nAuthorization: Digest username="a", realm="r", nonce="n", uri="sip:x", response="0"\r\nRequire: 100rel, timer\r\nRoute: <sip:p1;lr>,\r\n <sip:p2;lr>\r\nContent-Type: application/sdp\r\n';
const SEEDS = [
  ...['INVITE', 'ACK', 'BYE', 'REGISTER', 'CANCEL', 'OPTIONS'].map(
    (method) =>
      `${method} sip:bob@example.com SIP/2.0\r\n${HEAD}CSeq: 1 ${method}\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`,
  ),
  `SIP/2.0 200 OK\r\n${HEAD}CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n`,
].map((text) => Buffer.from(text.replace(', *', '')));
const SPICE = [
  '\r\n',
  '\r\n\r\n',
  ',',
  ';',
  '"',
  '\\',
  '<',
  '>',
  '%00',
  '\0',
  ':',
  '@',
  '=',
  '999999999999',
  '-1',
  'SIP/2.0',
  'é',
  '[',
  ' \t',
  'constructor',
  '__proto__',
];

function mutated(random: Random): Buffer {
  const pick = <T>(from: readonly T[], fallback: T): T => from[Math.floor(random() * from.length)] ?? fallback;
  let bytes = pick(SEEDS, Buffer.alloc(0));
  for (let times = 1 + Math.floor(random() * 5); times > 0; times -= 1) {
    const at = Math.floor(random() * (bytes.length + 1));
    const to = Math.min(bytes.length, at + Math.floor(random() ** 3 * 200));
    const [before, within, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
    const middle = [
      Buffer.alloc(0),
      Buffer.from(pick(SPICE, '')),
      Buffer.concat(Array.from({ length: 1 + Math.floor(random() ** 4 * 50) }, () => within)),
      Buffer.from(within).fill(Math.floor(random() * 256)),
    ];
    bytes = Buffer.concat([before, pick(middle, within), after]);
  }
  return bytes;
}

describe(`${COUNT} mutated messages`, { timeout: 60_000 + COUNT * 5 }, () => {
  it('are read or refused, and what is read is written and read again', () => {
    const random = seededRandom(4475);
    let read = 0;
    for (let at = 0; at < COUNT; at += 1) {
      const bytes = mutated(random);
      const parsed = parseMessage(bytes);
      if (!parsed.ok) {
        if (parsed.request) serialise(respond(parsed.request, parsed.status));
        continue;
      }
      read += 1;
      const written = serialise(parsed.message);
      const again = parseMessage(written);
      // Not an `expect` for each: it would take longer than all the rest.
      if (!again.ok || !serialise(again.message).equals(written)) throw new Error(bytes.toString('latin1'));
      if (parsed.message.kind === 'request')
        orMalformed(() => parsed.message.kind === 'request' && refusal(parsed.message));
      orMalformed(() => parseSdp(parsed.message.body));
    }
    // Otherwise nothing but refusals would be tested, or nothing but good ones.
    expect(read).toBeGreaterThan(COUNT * 0.1);
    expect(read).toBeLessThan(COUNT * 0.9);
  });

  it('leave a stream cut or closed, with one message held at most', () => {
    const random = seededRandom(4476);
    let framing = new Framing();
    let cut = 0;
    for (let at = 0; at < COUNT / 4; at += 1) {
      const bytes = mutated(random);
      const half = Math.floor(random() * bytes.length);
      for (const piece of [bytes.subarray(0, half), bytes.subarray(half)]) {
        orMalformed(
          () => {
            cut += framing.take(piece).messages.length;
          },
          () => {
            framing = new Framing();
          },
        );
      }
    }
    expect(cut).toBeGreaterThan(0);
  });

  it('leave nothing behind in the transactions', async () => {
    const activity = new Activity();
    const clock = new ManualClock(0, activity);
    const random = seededRandom(4477);
    const network = new LossyNetwork(clock, activity, random);
    let most = 0;
    const transactions = new Transactions(
      { clock, activity, log: silentLogger, transport: network.station('10.0.0.2'), maxServed: 50 },
      {
        request: (transaction) => {
          transaction.respond(respond(transaction.request, 200));
          most = Math.max(most, transactions.size);
        },
        ack: () => undefined,
        unanswered: () => undefined,
      },
    );
    const station = network.station('10.0.0.9', 5099);
    for (let at = 0; at < COUNT / 200; at += 1) {
      for (let more = 0; more < 200; more += 1) {
        await station.send(mutated(random), { protocol: 'UDP', host: '10.0.0.2', port: 5060 });
      }
      network.sent.length = 0;
      await clock.advance(40_000);
    }
    await clock.advance(64_000);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(50);
    expect(transactions.size).toBe(0);
  });
});

/** Whatever is wrong with a message has one kind of error. */
function orMalformed(read: () => unknown, otherwise: () => void = () => undefined): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    otherwise();
  }
}
