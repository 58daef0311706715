import type { Timer } from '../../kernel/index.js';
import { authorised } from './authorisation.js';
import { Dialog, type DialogState } from './dialog.js';
import type { Credentials } from './digest.js';
import { digitOf } from './digit-info.js';
import { cseqOf, optionTags } from './header-values.js';
import { type Headers, NO_BODY, type SipRequest, type SipResponse } from './message.js';
import { described, originId } from './outgoing-call.js';
import { RepeatedAnswer } from './repeated-answer.js';
import { respond } from './respond.js';
import { fittedAnswer, fittedOffer, formatSdp, heldAnswer, heldOffer, parseSdp, type Sdp, withOrigin } from './sdp.js';
import {
  agreedByResponse,
  agreeToRequest,
  MIN_SESSION_SECONDS,
  type SessionTimer,
  timerMs,
  timerRequest,
} from './session-timer.js';
import { Malformed } from './text.js';
import type { ServerTransaction } from './transactions.js';
import type { UserAgent } from './user-agent.js';

/** What a session is, fit to be stored. */
export interface SessionRecord {
  dialog: DialogState;
  /** Whether the Call-ID is ours: who waits how long when two offers meet (RFC 3261 14.1). */
  ours: boolean;
  /** The version of our next description. */
  sdpVersion: number;
  /** The last description of ours, and of the other side. */
  sent?: string;
  received?: string;
  timer?: SessionTimer;
  /** Whether the other side takes UPDATE. */
  takesUpdate: boolean;
}

export interface SessionHandler {
  /** The other side offers something else: our answer, or the status that refuses it. */
  offered(offer: Sdp): Promise<Sdp | 488 | 491>;
  /** The other side asks what we offer; its answer comes to `answered`. */
  asked(): Promise<Sdp | 488 | 491>;
  answered(answer: Sdp): void;
  /** `bye`: by the other side. `lost`: it does not react any more. Never after `bye()`. */
  ended(how: 'bye' | 'lost'): void;
  digit(digit: string): void;
  /** Something that is stored is another. */
  changed(): void;
}

export interface SessionParts {
  agent: UserAgent;
  handler: SessionHandler;
  credentials?: Credentials;
  /** Seconds after which the session is renewed; 0: never. */
  sessionSeconds: number;
}

/** What came of an offer of ours, or of the question for theirs, which `acknowledge` must then answer. */
export type Reinvited =
  | { ok: true; sdp: Sdp | undefined; acknowledge: (answer?: Sdp) => void }
  | { ok: false; status: number };

/** How often an offer is repeated that met one of the other side. */
const GLARE_TRIES = 4;

/** After a restart, numbers go on so far above those that were stored that none was used. */
const NUMBERS_SKIPPED = 1000;

/**
 * A dialog with somebody who has answered: descriptions go to and fro by re-INVITE and UPDATE, one at a time; it is
 * renewed or watched by its timer, and ends with BYE or when the other side is gone. States: up, over.
 */
export class Session {
  readonly dialog: Dialog;
  readonly #agent: UserAgent;
  readonly #parts: SessionParts;
  readonly #record: SessionRecord;
  readonly #leave: () => void;
  #over = false;
  #tellOver: () => void = () => undefined;
  readonly #whenOver = new Promise<void>((resolve) => {
    this.#tellOver = resolve;
  });
  /** Our INVITE is under way: from its start to the ACK. */
  #ours = false;
  #waiting: (() => void)[] = [];
  /** Their INVITE is under way: from its arrival to the ACK. */
  #theirs: { transaction: ServerTransaction; answer?: RepeatedAnswer; weOffered: boolean } | undefined;
  #byeDue: string | true | undefined;
  #timer: Timer | undefined;
  #failures = 0;

  constructor(parts: SessionParts, record: SessionRecord) {
    this.#parts = parts;
    this.#agent = parts.agent;
    this.#record = record;
    this.dialog = new Dialog(record.dialog);
    this.#leave = parts.agent.adopt(this.dialog.key, {
      request: (transaction) => this.#request(transaction),
      ack: (request) => this.#acknowledged(request),
    });
    this.#watch();
  }

  /** A session of an earlier life. */
  static resume(parts: SessionParts, record: SessionRecord): Session {
    const { dialog } = record;
    return new Session(parts, {
      ...record,
      dialog: { ...dialog, localCSeq: dialog.localCSeq + NUMBERS_SKIPPED },
      sdpVersion: record.sdpVersion + NUMBERS_SKIPPED,
    });
  }

  get record(): SessionRecord {
    return this.#record;
  }

  get isOver(): boolean {
    return this.#over;
  }

  get #sent(): Sdp | undefined {
    return this.#record.sent === undefined ? undefined : parseSdp(Buffer.from(this.#record.sent));
  }

  /** Our next description, as it is sent. */
  describe(sdp: Sdp): Buffer {
    const { host } = this.#agent.address(this.dialog.nextHop().protocol);
    const { callId } = this.#record.dialog;
    const body = formatSdp(withOrigin(sdp, { id: originId(callId), version: this.#record.sdpVersion, host }));
    this.#record.sdpVersion += 1;
    this.#record.sent = body.toString('utf8');
    return body;
  }

  note(received: Sdp | undefined): void {
    if (received) this.#record.received = formatSdp(received).toString('utf8');
  }

  /** What their answer to our INVITE says about renewal and abilities. */
  heed(response: SipResponse): void {
    const agreed = agreedByResponse(response);
    if (agreed) this.#record.timer = agreed;
    else delete this.#record.timer;
    this.#heedAllow(response.headers);
    this.#watch();
  }

  /** What we agreed to in answer to their INVITE. */
  agreed(timer: SessionTimer | undefined, request: SipRequest): void {
    if (timer) this.#record.timer = timer;
    else delete this.#record.timer;
    this.#heedAllow(request.headers);
    this.#watch();
  }

  /** Repeats our answer to the INVITE that began the session until it is acknowledged. */
  awaitAcknowledgement(transaction: ServerTransaction, response: SipResponse, weOffered: boolean): void {
    this.#theirs = { transaction, weOffered };
    this.#theirs.answer = this.#repeat(transaction, response);
  }

  /**
   * Offers something else, or asks what the other side offers, which `acknowledge` must then answer, in any case.
   * @param options `patient`: waits while another exchange is under way, and tries again where two meet
   */
  async reinvite(offer?: Sdp, options: { patient: boolean } = { patient: true }): Promise<Reinvited> {
    for (let tries = 1; ; tries += 1) {
      if (!options.patient && this.#ours) return { ok: false, status: 491 };
      await this.#turn();
      if (this.#over) {
        this.#yield();
        return { ok: false, status: 481 };
      }
      const result = this.#theirs ? { ok: false as const, status: 491 } : await this.#invite(offer);
      if (result.ok) return result;
      this.#yield();
      if (result.status !== 491 || !options.patient || tries === GLARE_TRIES) return result;
      await this.#glarePause();
    }
  }

  /** Ends the session. Only after the ACK of an answer of ours that is still awaited (RFC 3261 15). */
  bye(reason?: string): void {
    if (this.#over) return;
    if (this.#theirs?.answer?.underWay) {
      this.#byeDue = reason ?? true;
      return;
    }
    this.#end();
    this.#agent.inBackground(async () => {
      const { status } = await this.#ask(
        this.dialog.request('BYE', { ...(reason && { headers: { Reason: reason } }) }),
      );
      if (status >= 300 && status !== 481) this.#agent.log.debug({ status }, 'a BYE was not taken');
    });
  }

  /** Forgets the session without a word: it lives on for the other side, and may be resumed. */
  abandon(): void {
    this.#end();
  }

  #hangUp(reason: string | true | undefined): void {
    this.bye(typeof reason === 'string' ? reason : undefined);
  }

  /** Acknowledges, with silence, an answer to an INVITE of an earlier life, which cannot be known by its transaction. */
  acknowledgeStray(response: SipResponse): void {
    const offer = readable(response);
    const { number } = cseqOf(response);
    const ack = this.dialog.request('ACK', {
      cseq: number,
      ...(offer && { headers: { 'Content-Type': 'application/sdp' }, body: this.describe(heldAnswer(offer)) }),
    });
    this.#agent.transactions.sendAck(ack, this.dialog.nextHop());
  }

  #end(): void {
    this.#over = true;
    this.#tellOver();
    this.#timer?.cancel();
    this.#theirs?.answer?.stop();
    this.#theirs = undefined;
    this.#leave();
  }

  #lost(how: 'bye' | 'lost'): void {
    if (this.#over) return;
    const silent = this.#byeDue !== undefined;
    this.#end();
    if (!silent) this.#parts.handler.ended(how);
  }

  // ---- exchanges of ours

  #turn(): Promise<void> {
    if (!this.#ours) {
      this.#ours = true;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #yield(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#ours = false;
  }

  #glarePause(): Promise<void> {
    const { clock, random } = this.#agent;
    const ms = this.#record.ours ? 2100 + 190 * Math.floor(random() * 11) : 10 * Math.floor(random() * 201);
    return new Promise((resolve) => {
      clock.at(clock.now() + ms, resolve);
    });
  }

  async #invite(offer: Sdp | undefined): Promise<Reinvited> {
    const body = offer ? this.describe(fittedOffer(offer, this.#sent)) : NO_BODY;
    let invite = this.dialog.request('INVITE', { headers: this.#inviteHeaders(body.length > 0), body });
    for (;;) {
      const asked = invite;
      let repeat: (() => void) | undefined;
      // Whoever hangs up meanwhile need not answer.
      const response = await Promise.race([
        this.#agent.exchange(asked, this.dialog.nextHop(), () => repeat?.()),
        this.#whenOver.then(() => respond(asked, 481)),
      ]);
      const { status } = response;
      const onRepetition = (acknowledge: () => void) => {
        repeat = acknowledge;
      };
      if (status < 300) return this.#taken(asked, response, offer !== undefined, onRepetition);
      const again = authorised(asked, response, this.#parts.credentials, () => this.dialog.nextCSeq());
      if (!again) {
        if (status === 481 || status === 408) this.#lost('lost');
        return { ok: false, status };
      }
      invite = again;
    }
  }

  #inviteHeaders(hasBody: boolean): Record<string, string> {
    const { Allow = '' } = this.#agent.abilities();
    return {
      Contact: this.#agent.contact(this.dialog.nextHop()),
      Allow,
      Supported: 'timer',
      ...this.#timerHeaders(),
      ...(hasBody && { 'Content-Type': 'application/sdp' }),
    };
  }

  #timerHeaders(): Record<string, string> {
    const { timer } = this.#record;
    if (this.#parts.sessionSeconds === 0 && !timer) return {};
    const who = timer === undefined ? undefined : timer.weRefresh ? 'uac' : 'uas';
    return timerRequest(timer?.seconds ?? this.#parts.sessionSeconds, MIN_SESSION_SECONDS, who);
  }

  #taken(
    invite: SipRequest,
    response: SipResponse,
    weOffered: boolean,
    onRepetition: (repeat: () => void) => void,
  ): Reinvited {
    const retargeted = this.dialog.retarget(response);
    this.heed(response);
    let acknowledged = false;
    const sdp = readable(response);
    this.note(sdp);
    const acknowledge = (answer?: Sdp) => {
      if (acknowledged) return;
      acknowledged = true;
      const fitted = answer && sdp ? fittedAnswer(answer, sdp) : answer;
      const ack = this.dialog.ack(invite, fitted && this.describe(fitted));
      const peer = this.dialog.nextHop();
      const send = () => this.#agent.transactions.sendAck(ack, peer);
      onRepetition(send);
      send();
      this.#parts.handler.changed();
      this.#yield();
    };
    if (weOffered) acknowledge();
    else if (retargeted) this.#parts.handler.changed();
    return { ok: true, sdp, acknowledge };
  }

  async #ask(request: SipRequest): Promise<SipResponse> {
    const { credentials } = this.#parts;
    return this.#agent.ask(request, this.dialog.nextHop(), {
      nextCSeq: () => this.dialog.nextCSeq(),
      ...(credentials && { credentials }),
    });
  }

  // ---- requests of the other side

  #request(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (!this.dialog.accept(request)) {
      transaction.respond(respond(request, 500));
      return;
    }
    switch (request.method) {
      case 'INVITE':
        this.#invited(transaction);
        return;
      case 'UPDATE':
        this.#updated(transaction);
        return;
      case 'BYE':
        transaction.respond(respond(request, 200));
        this.#lost('bye');
        return;
      case 'INFO': {
        transaction.respond(respond(request, 200));
        const digit = digitOf(request);
        if (digit !== undefined) this.#parts.handler.digit(digit);
        return;
      }
      case 'OPTIONS':
        transaction.respond(respond(request, 200, { headers: this.#agent.abilities() }));
        return;
      case 'PRACK':
        transaction.respond(respond(request, 481));
        return;
      default:
        transaction.respond(respond(request, 405, { headers: this.#agent.abilities() }));
        return;
    }
  }

  #invited(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (this.#ours) {
      transaction.respond(respond(request, 491));
      return;
    }
    if (this.#theirs) {
      transaction.respond(respond(request, 500, { headers: { 'Retry-After': '2' } }));
      return;
    }
    const agreed = agreeToRequest(request, this.#parts.sessionSeconds);
    if (agreed.tooSmall) {
      transaction.respond(tooSmall(request));
      return;
    }
    if (this.dialog.retarget(request)) this.#parts.handler.changed();
    const offer = described(request);
    this.#theirs = { transaction, weOffered: offer === undefined };
    transaction.respond(respond(request, 100));
    const forget = this.#agent.onCancel(transaction, () => this.#settle(transaction, respond(request, 487)));
    this.#answering(offer, (answer) => {
      forget();
      if (this.#theirs?.transaction !== transaction) return;
      if (typeof answer === 'number') return this.#settle(transaction, respond(request, answer));
      this.agreed(agreed.timer, request);
      const response = this.#described(request, agreed.headers, answer);
      this.#theirs.answer = this.#repeat(transaction, response);
      this.#parts.handler.changed();
    });
  }

  /** RFC 3311: an offer without ACK, or the renewal alone. */
  #updated(transaction: ServerTransaction): void {
    const { request } = transaction;
    const offer = described(request);
    if (offer && (this.#ours || this.#theirs)) {
      transaction.respond(respond(request, 491));
      return;
    }
    const agreed = agreeToRequest(request, this.#parts.sessionSeconds);
    if (agreed.tooSmall) {
      transaction.respond(tooSmall(request));
      return;
    }
    if (this.dialog.retarget(request)) this.#parts.handler.changed();
    const answered = (answer: Sdp | 488 | 491 | undefined) => {
      if (this.#over) return;
      if (typeof answer === 'number') return transaction.respond(respond(request, answer));
      this.agreed(agreed.timer, request);
      transaction.respond(this.#described(request, agreed.headers, answer));
    };
    if (offer) this.#answering(offer, answered);
    else answered(undefined);
  }

  #answering(offer: Sdp | undefined, answered: (answer: Sdp | 488 | 491) => void): void {
    const { handler } = this.#parts;
    this.#agent.inBackground(async () => {
      try {
        const answer = await (offer ? handler.offered(offer) : handler.asked());
        if (offer && typeof answer !== 'number') this.note(offer);
        answered(answer);
      } catch (error) {
        this.#agent.log.warn({ err: error, call: this.#record.dialog.callId }, 'an offer could not be answered');
        answered(488);
      }
    });
  }

  #described(request: SipRequest, headers: Record<string, string>, sdp: Sdp | undefined): SipResponse {
    const offer = described(request);
    const body = sdp && this.describe(offer ? fittedAnswer(sdp, offer) : fittedOffer(sdp, this.#sent));
    const { Allow = '' } = this.#agent.abilities();
    return respond(request, 200, {
      headers: {
        Contact: this.#agent.contact(this.dialog.nextHop()),
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
    if (this.#theirs?.transaction !== transaction || this.#theirs.answer) return;
    this.#theirs = undefined;
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
        // RFC 3261 13.3.1.4: whoever never acknowledges is hung up.
        this.#theirs = undefined;
        const due = this.#byeDue;
        this.#hangUp(due);
        if (due === undefined) this.#parts.handler.ended('lost');
      },
    });
  }

  #acknowledged(request: SipRequest): void {
    const theirs = this.#theirs;
    if (!theirs?.answer || cseqOf(request).number !== cseqOf(theirs.transaction.request).number) return;
    theirs.answer.stop();
    this.#theirs = undefined;
    const answer = theirs.weOffered ? readable(request) : undefined;
    this.note(answer);
    const due = this.#byeDue;
    if (due !== undefined) {
      this.#hangUp(due);
      return;
    }
    if (answer) this.#parts.handler.answered(answer);
  }

  #heedAllow(headers: Headers): void {
    const allowed = optionTags(headers, 'allow');
    if (allowed.length > 0) this.#record.takesUpdate = allowed.includes('update');
  }

  // ---- renewal

  #watch(): void {
    this.#timer?.cancel();
    const { sessionSeconds } = this.#parts;
    const { timer } = this.#record;
    if (this.#over || (!timer && sessionSeconds === 0)) return;
    const { clock } = this.#agent;
    const ms = timer ? timerMs(timer) : 500 * sessionSeconds;
    this.#timer = clock.at(clock.now() + ms, () => this.#agent.inBackground(() => this.#due()));
  }

  async #due(): Promise<void> {
    const { timer } = this.#record;
    if (timer && !timer.weRefresh) {
      // The other side should have renewed the session long ago.
      this.bye('SIP;cause=408;text="Session expired"');
      this.#parts.handler.ended('lost');
      return;
    }
    const status = await this.#renew(timer);
    if (this.#over) return;
    if (status === 481 || status === 408) return this.#lost('lost');
    this.#failures = status < 300 || status === 491 || !timer ? 0 : this.#failures + 1;
    if (this.#failures > 1) {
      this.bye();
      this.#parts.handler.ended('lost');
      return;
    }
    this.#watch();
  }

  /** Whoever knows no timers is asked by OPTIONS whether the session still stands. */
  async #renew(timer: SessionTimer | undefined): Promise<number> {
    if (!timer) return (await this.#ask(this.dialog.request('OPTIONS', { headers: this.#agent.abilities() }))).status;
    if (this.#record.takesUpdate) {
      const update = this.dialog.request('UPDATE', { headers: this.#inviteHeaders(false) });
      const response = await this.#ask(update);
      if (response.status < 300) this.heed(response);
      return response.status;
    }
    const renewed = await this.reinvite(this.#sent ?? heldOffer());
    return renewed.ok ? 200 : renewed.status;
  }
}

function tooSmall(request: SipRequest): SipResponse {
  return respond(request, 422, { headers: { 'Min-SE': String(MIN_SESSION_SECONDS) } });
}

/** What a message describes; nothing where it cannot be read, since what it answers stands in any case. */
function readable(message: SipRequest | SipResponse): Sdp | undefined {
  try {
    return described(message);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}
