import type { Dialog } from './dialog.js';
import { cseqOf } from './header-values.js';
import type { SipRequest, SipResponse } from './message.js';
import { described } from './outgoing-call.js';
import { RepeatedAnswer } from './repeated-answer.js';
import { respond } from './respond.js';
import { fittedAnswer, fittedOffer, type Sdp } from './sdp.js';
import type { SessionHandler } from './session-handler.js';
import { agreeToRequest, MIN_SESSION_SECONDS, type SessionTimer } from './session-timer.js';
import { Malformed } from './text.js';
import type { ServerTransaction } from './transactions.js';
import type { UserAgent } from './user-agent.js';

/** A session as the offers of its other side see it. */
export interface OfferedSession {
  readonly dialog: Dialog;
  readonly isOver: boolean;
  /** Whether an exchange of ours is under way. */
  readonly isAsking: boolean;
  /** Whether it ends as soon as the ACK is there. */
  readonly isLeaving: boolean;
  /** Our last description. */
  readonly sent: Sdp | undefined;
  agreed(timer: SessionTimer | undefined, request: SipRequest): void;
  note(received: Sdp | undefined): void;
  describe(sdp: Sdp): Buffer;
  /** An answer of ours was never acknowledged. */
  unacknowledged(): void;
}

/** What the other side of a session offers: one INVITE at a time, from its arrival to the ACK. */
export class TheirOffers {
  readonly #agent: UserAgent;
  readonly #session: OfferedSession;
  readonly #handler: SessionHandler;
  readonly #seconds: number;
  #invite: { transaction: ServerTransaction; answer?: RepeatedAnswer; weOffered: boolean } | undefined;

  constructor(agent: UserAgent, session: OfferedSession, handler: SessionHandler, sessionSeconds: number) {
    this.#agent = agent;
    this.#session = session;
    this.#handler = handler;
    this.#seconds = sessionSeconds;
  }

  get underWay(): boolean {
    return this.#invite !== undefined;
  }

  /** Whether an answer of ours waits for its ACK. */
  get awaitsAcknowledgement(): boolean {
    return this.#invite?.answer?.underWay === true;
  }

  /** Repeats our answer to the INVITE that began the session until it is acknowledged. */
  awaitAcknowledgement(transaction: ServerTransaction, response: SipResponse, weOffered: boolean): void {
    this.#invite = { transaction, weOffered };
    this.#invite.answer = this.#repeat(transaction, response);
  }

  /** Forgets what is under way. */
  stop(): void {
    this.#invite?.answer?.stop();
    this.#invite = undefined;
  }

  /** Answers a re-INVITE. Throws `Malformed`. */
  invited(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (this.#session.isAsking) {
      transaction.respond(respond(request, 491));
      return;
    }
    if (this.#invite) {
      transaction.respond(respond(request, 500, { headers: { 'Retry-After': '2' } }));
      return;
    }
    const agreed = agreeToRequest(request, this.#seconds);
    if (agreed.tooSmall) {
      transaction.respond(tooSmall(request));
      return;
    }
    if (this.#session.dialog.retarget(request)) this.#handler.changed();
    const offer = described(request);
    this.#invite = { transaction, weOffered: offer === undefined };
    transaction.respond(respond(request, 100));
    const forget = this.#agent.onCancel(transaction, () => this.#settle(transaction, respond(request, 487)));
    this.#answering(offer, (answer) => {
      forget();
      if (this.#invite?.transaction !== transaction) return;
      if (typeof answer === 'number') return this.#settle(transaction, respond(request, answer));
      this.#session.agreed(agreed.timer, request);
      const response = this.#described(request, agreed.headers, answer);
      this.#invite.answer = this.#repeat(transaction, response);
      this.#handler.changed();
    });
  }

  /** Answers an UPDATE (RFC 3311): an offer without ACK, or the renewal alone. Throws `Malformed`. */
  updated(transaction: ServerTransaction): void {
    const { request } = transaction;
    const offer = described(request);
    if (offer && (this.#session.isAsking || this.#invite)) {
      transaction.respond(respond(request, 491));
      return;
    }
    const agreed = agreeToRequest(request, this.#seconds);
    if (agreed.tooSmall) {
      transaction.respond(tooSmall(request));
      return;
    }
    if (this.#session.dialog.retarget(request)) this.#handler.changed();
    const answered = (answer: Sdp | 488 | 491 | undefined) => {
      if (this.#session.isOver) return;
      if (typeof answer === 'number') return transaction.respond(respond(request, answer));
      this.#session.agreed(agreed.timer, request);
      transaction.respond(this.#described(request, agreed.headers, answer));
    };
    if (offer) this.#answering(offer, answered);
    else answered(undefined);
  }

  #answering(offer: Sdp | undefined, answered: (answer: Sdp | 488 | 491) => void): void {
    const handler = this.#handler;
    this.#agent.inBackground(async () => {
      try {
        const answer = await (offer ? handler.offered(offer) : handler.asked());
        if (offer && typeof answer !== 'number') this.#session.note(offer);
        answered(answer);
      } catch (error) {
        this.#agent.log.warn({ err: error, call: this.#session.dialog.state.callId }, 'an offer could not be answered');
        answered(488);
      }
    });
  }

  #described(request: SipRequest, headers: Record<string, string>, sdp: Sdp | undefined): SipResponse {
    const offer = described(request);
    const body = sdp && this.#session.describe(offer ? fittedAnswer(sdp, offer) : fittedOffer(sdp, this.#session.sent));
    const { Allow = '' } = this.#agent.abilities();
    return respond(request, 200, {
      headers: {
        Contact: this.#agent.contact(this.#session.dialog.nextHop()),
        Allow,
        Supported: 'timer',
        ...headers,
        ...(body && { 'Content-Type': 'application/sdp' }),
      },
      ...(body && { body }),
    });
  }

  /** Refuses the other side's INVITE that is under way. */
  #settle(transaction: ServerTransaction, response: SipResponse): void {
    if (this.#invite?.transaction !== transaction || this.#invite.answer) return;
    this.#invite = undefined;
    transaction.respond(response);
  }

  #repeat(transaction: ServerTransaction, response: SipResponse): RepeatedAnswer {
    const { clock, times } = this.#agent;
    return new RepeatedAnswer({
      clock,
      times,
      capped: true,
      send: () => transaction.respond(response),
      givenUp: () => {
        this.#invite = undefined;
        this.#session.unacknowledged();
      },
    });
  }

  /** Hears an ACK; says whether it was awaited. */
  acknowledged(request: SipRequest): boolean {
    const invite = this.#invite;
    if (!invite?.answer || cseqOf(request).number !== cseqOf(invite.transaction.request).number) return false;
    invite.answer.stop();
    this.#invite = undefined;
    const answer = invite.weOffered ? readable(request) : undefined;
    this.#session.note(answer);
    if (answer && !this.#session.isLeaving) this.#handler.answered(answer);
    return true;
  }
}

function tooSmall(request: SipRequest): SipResponse {
  return respond(request, 422, { headers: { 'Min-SE': String(MIN_SESSION_SECONDS) } });
}

/** What a message describes; nothing where it cannot be read, since what it answers stands in any case. */
export function readable(message: SipRequest | SipResponse): Sdp | undefined {
  try {
    return described(message);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}
