import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { Activity, SystemClock, seededRandom, silentLogger } from '../../kernel/index.js';
import { IncomingCall } from '../sip/incoming-call.js';
import { OutgoingCall } from '../sip/outgoing-call.js';
import { respond } from '../sip/respond.js';
import { fittedAnswer, heldAnswer, parseSdp, type Sdp } from '../sip/sdp.js';
import { Session, type SessionHandler } from '../sip/session.js';
import { Sockets } from '../sip/sockets.js';
import type { ServerTransaction } from '../sip/transactions.js';
import type { Peer, Protocol } from '../sip/transport.js';
import { UserAgent } from '../sip/user-agent.js';
import type { Behaviour } from '../switch-contract.js';

/** What became of one call at a scripted station. */
export interface StationCall {
  number: string;
  /** What it is told to send to, last: address and port of each description that it got. */
  hears: string[];
  session?: Session;
  incoming?: IncomingCall;
  over?: 'cancelled' | 'bye' | 'lost';
}

/** A user agent of a test on sockets of its own: a trunk's other side, or a phone. */
export class Station {
  readonly clock = new SystemClock();
  readonly calls: StationCall[] = [];
  /** Requests outside of calls that it got. */
  readonly requests: ServerTransaction[] = [];
  readonly agent: UserAgent;
  readonly #sockets: Sockets;
  /** How it behaves, by the number that is called. */
  behaviour: (number: string) => Behaviour | number = () => 'answers';
  /** Answers an INVITE before anything else does; says whether it did. */
  admit: (transaction: ServerTransaction) => boolean = () => true;
  /** Port of the media that it pretends to have. */
  mediaPort = 40_000;

  constructor(protocol: Protocol = 'UDP', port = 0) {
    this.#sockets = new Sockets({
      clock: this.clock,
      log: silentLogger,
      listen: { [protocol]: { host: '127.0.0.1', port } },
    });
    this.agent = new UserAgent(
      {
        transport: this.#sockets,
        clock: this.clock,
        activity: new Activity(),
        log: silentLogger,
        random: seededRandom(port + 1),
      },
      {
        invite: (transaction) => {
          if (this.admit(transaction)) this.#invited(transaction);
        },
        register: (transaction) => {
          this.requests.push(transaction);
          transaction.respond(
            respond(transaction.request, 200, {
              headers: { Contact: `${transaction.request.headers.get('contact')};expires=60` },
            }),
          );
        },
        stray: () => undefined,
      },
    );
  }

  async open(): Promise<void> {
    await this.#sockets.open();
  }

  address(protocol: Protocol = 'UDP'): { host: string; port: number } {
    return this.#sockets.localAddress(protocol);
  }

  async close(): Promise<void> {
    for (const { session, incoming } of this.calls) {
      session?.abandon();
      incoming?.abandon();
    }
    this.agent.close();
    await this.#sockets.close();
  }

  /** Calls a number at a peer with speech to offer. */
  async call(peer: Peer, from: string, to: string, headers: Record<string, string> = {}): Promise<StationCall> {
    const call: StationCall = { number: to, hears: [] };
    this.calls.push(call);
    const outgoing = new OutgoingCall(
      this.agent,
      {
        uri: `sip:${to}@${peer.host}:${peer.port}`,
        from: `<sip:${from}@127.0.0.1>`,
        to: `<sip:${to}@${peer.host}>`,
        peer,
        keepsFlow: true,
        offer: this.#speech(),
        sessionSeconds: 0,
        headers,
      },
      {
        leaving: async () => undefined,
        ringing: () => undefined,
        answered: (answered) => {
          const record = { dialog: answered.dialog.state, ours: true, sdpVersion: 2, takesUpdate: false };
          call.session = new Session({ agent: this.agent, handler: this.#handlerOf(call), sessionSeconds: 0 }, record);
          this.#hear(call, answered.sdp);
          answered.acknowledge();
        },
        failed: () => {
          call.over = 'lost';
        },
      },
    );
    await outgoing.start();
    return call;
  }

  #invited(transaction: ServerTransaction): void {
    const number = /^sips?:([^@;]*)@/.exec(transaction.request.uri)?.[1] ?? '';
    const behaviour = this.behaviour(number);
    const call: StationCall = { number, hears: [] };
    const incoming = new IncomingCall(this.agent, transaction, {
      sessionSeconds: 0,
      cancelled: () => {
        call.over = 'cancelled';
      },
    });
    call.incoming = incoming;
    this.calls.push(call);
    if (typeof behaviour === 'number') {
      incoming.refuse(behaviour);
      return;
    }
    const status = REFUSALS[behaviour];
    if (status !== undefined) {
      incoming.refuse(status);
      return;
    }
    incoming.ring();
    if (behaviour === 'no-answer') this.#later(200, () => incoming.refuse(480));
    if (behaviour === 'answers' || behaviour === 'hangs-up') {
      this.#later(30, () => this.#answer(call, incoming, behaviour === 'hangs-up'));
    }
  }

  #answer(call: StationCall, incoming: IncomingCall, hangsUp: boolean): void {
    if (incoming.isOver) return;
    const { offer } = incoming;
    const sdp = offer ? fittedAnswer(this.#speech(), offer) : this.#speech();
    call.session = incoming.answer(sdp, { agent: this.agent, handler: this.#handlerOf(call) });
    this.#hear(call, offer);
    if (hangsUp) this.#later(200, () => call.session?.bye());
  }

  #handlerOf(call: StationCall): SessionHandler {
    return {
      offered: async (offer) => {
        this.#hear(call, offer);
        const silent = offer.media.every(({ lines }) => lines.includes('a=inactive'));
        return silent ? heldAnswer(offer) : fittedAnswer(this.#speech(), offer);
      },
      asked: async () => this.#speech(),
      answered: (answer) => this.#hear(call, answer),
      ended: (how) => {
        call.over = how;
      },
      digit: () => undefined,
      changed: () => undefined,
    };
  }

  #hear(call: StationCall, sdp: Sdp | undefined): void {
    const [medium] = sdp?.media ?? [];
    if (!medium) return;
    const silent = medium.lines.includes('a=inactive');
    call.hears.push(silent ? 'silence' : String(medium.port));
  }

  #speech(): Sdp {
    const lines = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
    return parseSdp(Buffer.from([...lines, `m=audio ${this.mediaPort} RTP/AVP 0`].join('\r\n')));
  }

  #later(ms: number, work: () => void): void {
    this.clock.at(this.clock.now() + ms, work);
  }
}

const REFUSALS: Partial<Record<Behaviour, number>> = { busy: 486, invalid: 404, rejects: 603, congestion: 503 };

/** A UDP port on which nothing listens now. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
