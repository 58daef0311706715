import { authorised } from './authorisation.js';
import { Dialog, type DialogState } from './dialog.js';
import type { Credentials } from './digest.js';
import { digitOf } from './digit-info.js';
import { cseqOf } from './header-values.js';
import { type Headers, NO_BODY, type SipRequest, type SipResponse } from './message.js';
import { originId } from './outgoing-call.js';
import { respond } from './respond.js';
import { fittedAnswer, fittedOffer, formatSdp, heldAnswer, heldOffer, parseSdp, type Sdp, withOrigin } from './sdp.js';
import type { SessionHandler } from './session-handler.js';
import { agreedByResponse, MIN_SESSION_SECONDS, type SessionTimer, timerRequest } from './session-timer.js';
import { SessionWatch } from './session-watch.js';
import { readable, TheirOffers } from './their-offers.js';
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
  readonly #theirs: TheirOffers;
  readonly #watch: SessionWatch;
  #byeDue: string | true | undefined;

  constructor(parts: SessionParts, record: SessionRecord) {
    this.#parts = parts;
    this.#agent = parts.agent;
    this.#record = record;
    this.dialog = new Dialog(record.dialog);
    const { agent, handler, sessionSeconds } = parts;
    this.#theirs = new TheirOffers(agent, this, handler, sessionSeconds);
    this.#watch = new SessionWatch(agent, this, sessionSeconds);
    this.#leave = parts.agent.adopt(this.dialog.key, {
      request: (transaction) => this.#request(transaction),
      ack: (request) => {
        if (this.#theirs.acknowledged(request) && this.#byeDue !== undefined) this.#hangUp(this.#byeDue);
      },
    });
    this.#watch.restart();
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

  /** Whether an exchange of ours is under way. */
  get isAsking(): boolean {
    return this.#ours;
  }

  /** Whether it ends as soon as an answer of ours is acknowledged. */
  get isLeaving(): boolean {
    return this.#byeDue !== undefined;
  }

  get timer(): SessionTimer | undefined {
    return this.#record.timer;
  }

  /** Our last description. */
  get sent(): Sdp | undefined {
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
    this.#watch.restart();
  }

  /** What we agreed to in answer to their INVITE. */
  agreed(timer: SessionTimer | undefined, request: SipRequest): void {
    if (timer) this.#record.timer = timer;
    else delete this.#record.timer;
    this.#heedAllow(request.headers);
    this.#watch.restart();
  }

  /** Repeats our answer to the INVITE that began the session until it is acknowledged. */
  awaitAcknowledgement(transaction: ServerTransaction, response: SipResponse, weOffered: boolean): void {
    this.#theirs.awaitAcknowledgement(transaction, response, weOffered);
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
      const result = this.#theirs.underWay ? { ok: false as const, status: 491 } : await this.#invite(offer);
      if (result.ok) return result;
      this.#yield();
      if (result.status !== 491 || !options.patient || tries === GLARE_TRIES) return result;
      await this.#glarePause();
    }
  }

  /** Ends the session. Only after the ACK of an answer of ours that is still awaited (RFC 3261 15). */
  bye(reason?: string): void {
    if (this.#over) return;
    if (this.#theirs.awaitsAcknowledgement) {
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

  /** RFC 3261 13.3.1.4: whoever never acknowledges is hung up. */
  unacknowledged(): void {
    const due = this.#byeDue;
    this.#hangUp(due);
    if (due === undefined) this.#parts.handler.ended('lost');
  }

  expire(reason?: string): void {
    this.bye(reason);
    this.#parts.handler.ended('lost');
  }

  gone(): void {
    this.#lost('lost');
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
    this.#watch.stop();
    this.#theirs.stop();
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
    const body = offer ? this.describe(fittedOffer(offer, this.sent)) : NO_BODY;
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
        this.#theirs.invited(transaction);
        return;
      case 'UPDATE':
        this.#theirs.updated(transaction);
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

  #heedAllow(headers: Headers): void {
    const allowed = headers.all('allow').flatMap((value) => value.toLowerCase().split(/[\s,]+/));
    if (allowed.length > 0) this.#record.takesUpdate = allowed.includes('update');
  }

  // ---- renewal

  /** Whoever knows no timers is asked by OPTIONS whether the session still stands. */
  async renew(timer: SessionTimer | undefined): Promise<number> {
    if (!timer) return (await this.#ask(this.dialog.request('OPTIONS', { headers: this.#agent.abilities() }))).status;
    if (this.#record.takesUpdate) {
      const update = this.dialog.request('UPDATE', { headers: this.#inviteHeaders(false) });
      const response = await this.#ask(update);
      if (response.status < 300) this.heed(response);
      return response.status;
    }
    const renewed = await this.reinvite(this.sent ?? heldOffer());
    return renewed.ok ? 200 : renewed.status;
  }
}
