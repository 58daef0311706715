import type { Timer } from '../../kernel/index.js';
import { dialogOfRequest } from './dialog.js';
import { cseqOf, optionTags, toOf } from './header-values.js';
import type { SipRequest } from './message.js';
import { described } from './outgoing-call.js';
import { RepeatedAnswer } from './repeated-answer.js';
import { newTag, respond } from './respond.js';
import type { Sdp } from './sdp.js';
import { Session, type SessionParts, type SessionRecord } from './session.js';
import { agreeToRequest, MIN_SESSION_SECONDS } from './session-timer.js';
import type { ServerTransaction } from './transactions.js';
import type { Peer } from './transport.js';
import { userOf } from './uri.js';
import type { UserAgent } from './user-agent.js';

/** Milliseconds after which ringing is said again, so that no proxy on the way gives up (RFC 3261 13.3.1.1). */
const RING_AGAIN_MS = 60_000;

export interface IncomingCallOptions {
  /** The tag that an earlier life gave this call. */
  localTag?: string;
  /** The way back, where the caller is reached by no other. */
  flow?: Peer;
  sessionSeconds: number;
  /** The caller has hung up before the answer. */
  cancelled(): void;
}

/** An INVITE of somebody who calls us: it rings until it is answered, refused or taken back. */
export class IncomingCall {
  readonly request: SipRequest;
  readonly localTag: string;
  /** What the caller offers; without it, our answer makes the offer. */
  readonly offer: Sdp | undefined;
  readonly #agent: UserAgent;
  readonly #transaction: ServerTransaction;
  readonly #options: IncomingCallOptions;
  readonly #record: SessionRecord;
  readonly #leave: (() => void)[] = [];
  #over = false;
  #again: Timer | undefined;
  #rseq = 0;
  #reliable: RepeatedAnswer | undefined;

  /** Says at once that it is dealt with. Throws `Malformed` when the INVITE has no contact or no readable description. */
  constructor(agent: UserAgent, transaction: ServerTransaction, options: IncomingCallOptions) {
    const { request } = transaction;
    this.#agent = agent;
    this.#transaction = transaction;
    this.#options = options;
    this.request = request;
    this.localTag = options.localTag ?? newTag();
    this.offer = described(request);
    const dialog = dialogOfRequest(request, this.localTag, options.flow);
    // A way back that leads nowhere is the caller's error, and is said now.
    dialog.nextHop();
    this.#record = { dialog: dialog.state, ours: false, sdpVersion: 1, takesUpdate: false };
    transaction.respond(respond(request, 100));
    this.#leave.push(
      agent.onCancel(transaction, () => this.#takenBack()),
      agent.adopt(dialog.key, { request: (early) => this.#early(early), ack: () => undefined }),
    );
  }

  /** The number that was called. */
  get to(): string {
    return userOf(toOf(this.request).uri);
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** What the session will be, to be stored before it is answered. */
  get record(): SessionRecord {
    return this.#record;
  }

  /** Says that it rings, again and again. */
  ring(): void {
    if (this.#over) return;
    const { clock } = this.#agent;
    this.#sayRinging();
    this.#again?.cancel();
    this.#again = clock.at(clock.now() + RING_AGAIN_MS, () => this.ring());
  }

  /** Answers; the session begins. `sdp` answers the caller's offer, or is ours where there was none. */
  answer(sdp: Sdp, parts: Omit<SessionParts, 'sessionSeconds'>): Session {
    this.#end();
    const { sessionSeconds } = this.#options;
    const agreed = agreeToRequest(this.request, sessionSeconds);
    const session = new Session({ ...parts, sessionSeconds }, this.#record);
    session.note(this.offer);
    const { timer, headers } = agreed.tooSmall ? { timer: undefined, headers: {} } : agreed;
    session.agreed(timer, this.request);
    const { Allow = '', Supported = '' } = this.#agent.abilities();
    const response = respond(this.request, 200, {
      toTag: this.localTag,
      headers: {
        ...this.#recordRoute(),
        Contact: this.#agent.contact(this.#options.flow ?? this.#transaction.peer),
        Allow,
        Supported,
        ...headers,
        'Content-Type': 'application/sdp',
      },
      body: session.describe(sdp),
    });
    session.awaitAcknowledgement(this.#transaction, response, this.offer === undefined);
    return session;
  }

  refuse(status: number, headers: Readonly<Record<string, string>> = {}): void {
    if (this.#over) return;
    this.#end();
    this.#transaction.respond(respond(this.request, status, { toTag: this.localTag, headers }));
  }

  /** Forgets the call without a word: a later life may answer it. */
  abandon(): void {
    this.#end();
  }

  /** Refuses a session that is to be renewed too often (RFC 4028 8.1); says whether it did. */
  refuseShortSession(): boolean {
    if (!agreeToRequest(this.request, this.#options.sessionSeconds).tooSmall) return false;
    this.refuse(422, { 'Min-SE': String(MIN_SESSION_SECONDS) });
    return true;
  }

  #recordRoute(): Record<string, readonly string[]> {
    const routes = this.request.headers.all('record-route');
    return routes.length === 0 ? {} : { 'Record-Route': routes };
  }

  #sayRinging(): void {
    const reliable = optionTags(this.request.headers, 'require').includes('100rel');
    if (reliable && this.#reliable?.underWay) return;
    if (reliable) this.#rseq += 1;
    const response = respond(this.request, 180, {
      toTag: this.localTag,
      headers: {
        ...this.#recordRoute(),
        Contact: this.#agent.contact(this.#options.flow ?? this.#transaction.peer),
        ...(reliable && { Require: '100rel', RSeq: String(this.#rseq) }),
      },
    });
    const send = () => this.#transaction.respond(response);
    if (!reliable) {
      send();
      return;
    }
    const { clock, times } = this.#agent;
    const givenUp = () => {
      // RFC 3262 3: whoever does not acknowledge what it required gets no call.
      this.refuse(504);
      this.#options.cancelled();
    };
    this.#reliable = new RepeatedAnswer({ clock, times, capped: false, send, givenUp });
  }

  #early(transaction: ServerTransaction): void {
    const { request } = transaction;
    switch (request.method) {
      case 'PRACK': {
        const expected = `${this.#rseq} ${cseqOf(this.request).number} INVITE`;
        const stated = (request.headers.get('rack') ?? '').trim().replace(/\s+/g, ' ');
        const known = stated === expected && this.#reliable?.underWay === true;
        if (known) this.#reliable?.stop();
        transaction.respond(respond(request, known ? 200 : 481));
        return;
      }
      case 'BYE':
        transaction.respond(respond(request, 200));
        this.#takenBack();
        return;
      case 'UPDATE':
        transaction.respond(respond(request, request.body.length > 0 ? 491 : 200));
        return;
      case 'INVITE':
        transaction.respond(respond(request, 500, { headers: { 'Retry-After': '2' } }));
        return;
      case 'INFO':
      case 'OPTIONS':
        transaction.respond(respond(request, 200));
        return;
      default:
        transaction.respond(respond(request, 405, { headers: this.#agent.abilities() }));
        return;
    }
  }

  #takenBack(): void {
    if (this.#over) return;
    this.refuse(487);
    this.#options.cancelled();
  }

  #end(): void {
    this.#over = true;
    this.#again?.cancel();
    this.#reliable?.stop();
    for (const leave of this.#leave.splice(0)) leave();
  }
}
