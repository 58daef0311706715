import { expect, vi } from 'vitest';
import { Activity, newId, SystemClock, seededRandom, silentLogger } from '../../kernel/index.js';
import type { Sql } from '../../store/sql.js';
import type { Credentials } from '../sip/digest.js';
import { IncomingCall } from '../sip/incoming-call.js';
import type { SipResponse } from '../sip/message.js';
import { OutgoingCall } from '../sip/outgoing-call.js';
import { respond } from '../sip/respond.js';
import { fittedAnswer, heldAnswer, parseSdp, type Sdp } from '../sip/sdp.js';
import { Session } from '../sip/session.js';
import type { SessionHandler } from '../sip/session-handler.js';
import type { SipSwitchParts, SipSwitchSettings } from '../sip/settings.js';
import { Sockets } from '../sip/sockets.js';
import type { ServerTransaction } from '../sip/transactions.js';
import type { Peer, Protocol } from '../sip/transport.js';
import { UserAgent } from '../sip/user-agent.js';
import type { DialRequest, SwitchEvent } from '../switch.js';
import type { Behaviour } from '../switch-contract.js';
import { SipSwitch } from './sip-switch.js';

/** What became of one call at a scripted station. */
export interface StationCall {
  number: string;
  /** What it is told to send to, last: address and port of each description that it got. */
  hears: string[];
  session?: Session;
  incoming?: IncomingCall;
  /** Whether it refuses every further offer. */
  refuses?: boolean;
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
  refusesRegistrations = false;
  #registrations = 0;
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
          if (this.refusesRegistrations) return transaction.respond(respond(transaction.request, 503));
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

  async open(): Promise<this> {
    await this.#sockets.open();
    return this;
  }

  /** Registers as a phone, or withdraws with 0 seconds. @returns the last status */
  async register(
    peer: Peer,
    user: string,
    password: string,
    options: { seconds?: number; contact?: string; authUser?: string } = {},
  ): Promise<SipResponse> {
    const uri = `sip:${peer.host}`;
    this.#registrations += 1;
    const request = this.agent.outside('REGISTER', uri, {
      from: `<sip:${user}@${peer.host}>`,
      to: `<sip:${user}@${peer.host}>`,
      callId: `registration-of-${user}-${this.address(peer.protocol).port}`,
      cseq: this.#registrations * 10,
    });
    request.headers.add('contact', options.contact ?? this.agent.contact(peer, user));
    request.headers.add('expires', String(options.seconds ?? 600));
    return this.agent.ask(request, peer, { credentials: { username: options.authUser ?? user, password } });
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
  async call(
    peer: Peer,
    from: string,
    to: string,
    headers: Record<string, string> = {},
    credentials?: Credentials,
  ): Promise<StationCall> {
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
        ...(credentials && { credentials }),
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

  /** Answers a call that rings. */
  answer(call: StationCall): void {
    if (call.incoming) this.#answer(call, call.incoming, false);
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
        if (call.refuses) return 488;
        this.#hear(call, offer);
        const silent = offer.media.every(({ lines }) => lines.includes('a=inactive'));
        return silent ? heldAnswer(offer) : fittedAnswer(this.#speech(), offer);
      },
      asked: async () => (call.refuses ? 488 : this.#speech()),
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

export interface TestSwitch {
  driver: SipSwitch;
  events: SwitchEvent[];
  /** Where it listens, over UDP. */
  peer: Peer;
  states(legId: string): string[];
  /** The cause of a leg that has ended. */
  cause(legId: string): string | undefined;
  dial(to: string, options?: Partial<DialRequest>): Promise<string>;
  /** Dials and waits for the answer. */
  reach(to: string): Promise<string>;
  /** Resolves when it does nothing in the background. */
  quiet(): Promise<void>;
  /** The process dies and starts again. */
  restart(changes?: Partial<SipSwitchSettings>): Promise<void>;
  close(): Promise<void>;
}

/** A started switch on loopback, on a database that may be shared. */
export async function testSwitch(
  database: Sql,
  settings: Partial<SipSwitchSettings> = {},
  parts: Partial<SipSwitchParts> = {},
): Promise<TestSwitch> {
  // Any free one at first, and the same one after a restart.
  let port = 0;
  const name = newId();
  const activity = new Activity();
  const clock = new SystemClock();
  const make = (changes: Partial<SipSwitchSettings> = {}) =>
    new SipSwitch({
      settings: { name, listen: { UDP: { host: '127.0.0.1', port } }, ...settings, ...changes },
      database,
      clock,
      activity,
      log: silentLogger,
      random: seededRandom(1),
      ...parts,
    });
  const test: TestSwitch = {
    driver: make(),
    events: [],
    peer: { protocol: 'UDP', host: '127.0.0.1', port },
    states: (legId) =>
      test.events.flatMap((event) => (event.type === 'leg' && event.legId === legId ? [event.state] : [])),
    cause: (legId) =>
      test.events.flatMap((event) =>
        event.type === 'leg' && event.legId === legId && event.state === 'ended' ? [event.cause] : [],
      )[0],
    dial: async (to, options = {}) => {
      const legId = newId();
      await test.driver.dial({ legId, to, from: '8999', timeoutMs: 20_000, callProgress: false, ...options });
      return legId;
    },
    reach: async (to) => {
      const legId = await test.dial(to);
      await vi.waitFor(() => expect(test.states(legId)).toContain('answered'), WAIT);
      return legId;
    },
    quiet: () => activity.idle(),
    restart: async (changes) => {
      await test.driver.close();
      test.driver = make(changes);
      await begin();
    },
    close: () => test.driver.close(),
  };
  const begin = async () => {
    test.events = [];
    test.driver.subscribe((event) => test.events.push(event));
    await test.driver.start();
    port = test.driver.address('UDP').port;
    test.peer = { protocol: 'UDP', host: '127.0.0.1', port };
  };
  await begin();
  return test;
}

/** How long a test waits for what happens on real sockets. */
export const WAIT = { timeout: 60_000, interval: 10 };
