import { type Logger, RingbackError, type Timer } from '../../kernel/index.js';
import { authorised } from './authorisation.js';
import { type Dialog, dialogOfResponse } from './dialog.js';
import type { Credentials } from './digest.js';
import { cseqOf, optionTags, required, tagOf, toOf } from './header-values.js';
import { MAX_CSEQ } from './limits.js';
import { Headers, NO_BODY, type SipRequest, type SipResponse } from './message.js';
import { newTag } from './respond.js';
import { formatSdp, heldAnswer, parseSdp, type Sdp, withOrigin } from './sdp.js';
import { minSessionExpires, timerRequest } from './session-timer.js';
import { Malformed, parseCount } from './text.js';
import { type ClientTransaction, newBranch } from './transactions.js';
import type { Peer } from './transport.js';
import { ALLOW, EXTENSIONS, type UserAgent, unreached } from './user-agent.js';

export interface OutgoingCallRequest {
  /** The Request-URI. */
  uri: string;
  /** Name and address of the caller and of the party, without tags. */
  from: string;
  to: string;
  /** Where the INVITE is sent to. */
  peer: Peer;
  /** Whether every further request takes the same way, because the party is reached by no other. */
  keepsFlow: boolean;
  routes?: readonly string[];
  credentials?: Credentials;
  headers?: Readonly<Record<string, string>>;
  /** What is offered; absent: the party makes the offer when it answers. */
  offer?: Sdp;
  /** Seconds of RFC 4028; 0: none. */
  sessionSeconds: number;
  /** Milliseconds without any reply after which it has failed; absent: as the transaction says. */
  noReplyMs?: number;
}

/** What came of an INVITE that was answered. The answer must be acknowledged, or the party repeats it and gives up. */
export interface Answered {
  dialog: Dialog;
  invite: SipRequest;
  response: SipResponse;
  /** What the party described, if it described anything. */
  sdp?: Sdp;
  /** Whether that is an offer, which the ACK must answer. */
  isOffer: boolean;
  /** Acknowledges, now and whenever the answer is repeated. */
  acknowledge(body?: Buffer): void;
  /** The version that our next description of this dialog has. */
  sdpVersion: number;
}

export interface OutgoingCallHandler {
  /** An INVITE is about to leave; it waits for this. Called again with each one that is sent with credentials. */
  leaving(sent: SentInvite): Promise<void>;
  ringing(): void;
  answered(answered: Answered): void;
  /** It came to nothing: the final response, or the one that stands for none. Nothing further is reported. */
  failed(response: SipResponse): void;
}

/** What it takes to cancel an INVITE in a later life. */
export interface SentInvite {
  invite: SipRequest;
  peer: Peer;
  branch: string;
}

/** One early dialog: who rings there, and which of its provisional responses was acknowledged last (RFC 3262). */
interface Early {
  dialog: Dialog;
  lastRSeq?: number;
  /** What a reliable provisional response described in answer to our offer. */
  sdp?: Sdp;
  /** Whether it made an offer, which was answered by PRACK. */
  negotiated: boolean;
}

/**
 * One INVITE out of a dialog, until somebody answers or nobody does. Where it forks, the first who answers is it; others
 * who answer too, or after it was cancelled, are acknowledged and hung up. States: not sent, calling, over.
 */
export class OutgoingCall {
  readonly #agent: UserAgent;
  readonly #request: OutgoingCallRequest;
  readonly #handler: OutgoingCallHandler;
  readonly #log: Logger;
  readonly callId = newTag() + newTag();
  readonly #localTag = newTag();
  readonly #early = new Map<string, Early>();
  /** Those who answered, by their tag: how each is acknowledged. */
  readonly #acknowledgements = new Map<string, () => void>();
  #invite: SipRequest | undefined;
  #transaction: ClientTransaction | undefined;
  #replied = false;
  #cancelled: { reason?: string } | undefined;
  #cancelSent = false;
  #over = false;
  #noReply: Timer | undefined;
  #sessionSeconds: number;
  #minSeconds = 0;

  constructor(agent: UserAgent, request: OutgoingCallRequest, handler: OutgoingCallHandler) {
    this.#agent = agent;
    this.#request = request;
    this.#handler = handler;
    this.#log = agent.log;
    this.#sessionSeconds = request.sessionSeconds;
  }

  /** Sends the INVITE. Rejects when what has to be done before it leaves fails; then it does not. */
  async start(): Promise<void> {
    await this.#send(this.#newInvite(1));
    const { noReplyMs } = this.#request;
    if (noReplyMs === undefined || this.#replied || this.#over) return;
    const { clock } = this.#agent;
    this.#noReply = clock.at(clock.now() + noReplyMs, () => {
      if (this.#replied || this.#over || !this.#invite) return;
      this.#fail(unreached(this.#invite, 'timeout'));
      this.cancel();
    });
  }

  /** Takes the call back. Whoever answers nevertheless is hung up; nothing further is reported. */
  cancel(reason?: string): void {
    if (this.#cancelled) return;
    this.#cancelled = reason === undefined ? {} : { reason };
    this.#over = true;
    this.#noReply?.cancel();
    // RFC 3261 9.1: not before the other side has replied; an INVITE without reply is cancelled when it has.
    if (this.#replied) this.#sendCancel();
  }

  #sendCancel(): void {
    if (this.#cancelSent) return;
    this.#cancelSent = true;
    this.#transaction?.cancel(this.#cancelled?.reason);
  }

  #newInvite(cseq: number): SipRequest {
    const { uri, from, to, peer, routes = [], offer } = this.#request;
    const body = offer ? this.#described(offer, 1) : NO_BODY;
    const headers = Headers.of({
      'Max-Forwards': '70',
      From: `${from};tag=${this.#localTag}`,
      To: to,
      'Call-ID': this.callId,
      CSeq: `${cseq} INVITE`,
      ...(routes.length === 0 ? {} : { Route: routes }),
      Contact: this.#agent.contact(peer),
      Allow: ALLOW,
      Supported: EXTENSIONS.join(', '),
      ...timerRequest(this.#sessionSeconds, this.#minSeconds),
      ...this.#request.headers,
      ...(body.length === 0 ? {} : { 'Content-Type': 'application/sdp' }),
    });
    return { kind: 'request', method: 'INVITE', uri, headers, body };
  }

  #described(sdp: Sdp, version: number): Buffer {
    const { host } = this.#agent.address(this.#request.peer.protocol);
    return formatSdp(withOrigin(sdp, { id: originId(this.callId), version, host }));
  }

  async #send(invite: SipRequest): Promise<void> {
    const { peer } = this.#request;
    const branch = newBranch();
    this.#invite = invite;
    await this.#handler.leaving({ invite, peer, branch });
    if (this.#cancelled) return;
    this.#transaction = this.#agent.transactions.request(
      invite,
      peer,
      {
        response: (response) => this.#guarded(response, invite),
        failed: (reason) => this.#fail(unreached(invite, reason)),
      },
      branch,
    );
  }

  /** A response that cannot be read as one is none. */
  #guarded(response: SipResponse, invite: SipRequest): void {
    try {
      this.#heard(response, invite);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#log.warn({ call: this.callId, problem: error.message }, 'an answer to an INVITE cannot be used');
      if (response.status >= 200) this.#fail({ ...response, status: 500 });
    }
  }

  #heard(response: SipResponse, invite: SipRequest): void {
    this.#replied = true;
    this.#noReply?.cancel();
    const { status } = response;
    if (status < 200) this.#provisional(response, invite);
    else if (status < 300) this.#accepted(response, invite);
    else this.#refused(response, invite);
  }

  #provisional(response: SipResponse, invite: SipRequest): void {
    if (this.#cancelled) {
      this.#sendCancel();
      return;
    }
    if (response.status === 100) return;
    const early = this.#earlyOf(response, invite);
    if (optionTags(response.headers, 'require').includes('100rel')) this.#acknowledgeReliably(early, response, invite);
    if (!this.#over) this.#handler.ringing();
  }

  #earlyOf(response: SipResponse, invite: SipRequest): Early {
    const tag = tagOf(toOf(response)) ?? '';
    let early = this.#early.get(tag);
    if (!early) {
      early = { dialog: this.#dialogOf(invite, response), negotiated: false };
      this.#early.set(tag, early);
    }
    return early;
  }

  #dialogOf(invite: SipRequest, response: SipResponse): Dialog {
    const { peer, keepsFlow } = this.#request;
    const dialog = dialogOfResponse(invite, response, keepsFlow ? peer : undefined);
    // A way that leads nowhere is found out now, while the answer can still be taken for none.
    dialog.nextHop();
    return dialog;
  }

  /** RFC 3262 4: PRACK for each reliable provisional response once, in order. */
  #acknowledgeReliably(early: Early, response: SipResponse, invite: SipRequest): void {
    const rseq = parseCount(required(response.headers, 'rseq'), MAX_CSEQ, 'RSeq');
    if (early.lastRSeq !== undefined && rseq !== early.lastRSeq + 1) return;
    early.lastRSeq = rseq;
    early.dialog.retarget(response);
    const sdp = described(response);
    const isOffer = sdp !== undefined && !this.#request.offer && !early.negotiated;
    if (sdp && this.#request.offer) early.sdp = sdp;
    if (isOffer) early.negotiated = true;
    const body = sdp && isOffer ? this.#described(heldAnswer(sdp), 1) : NO_BODY;
    const prack = early.dialog.request('PRACK', {
      headers: {
        RAck: `${rseq} ${cseqOf(invite).number} INVITE`,
        ...(body.length > 0 && { 'Content-Type': 'application/sdp' }),
      },
      body,
    });
    this.#ask(early.dialog, prack);
  }

  #accepted(response: SipResponse, invite: SipRequest): void {
    const tag = tagOf(toOf(response)) ?? '';
    const known = this.#acknowledgements.get(tag);
    if (known) {
      known();
      return;
    }
    const early = this.#early.get(tag);
    const dialog = this.#dialogOf(invite, response);
    // Numbers that PRACK has used are gone.
    if (early) dialog.state.localCSeq = Math.max(dialog.state.localCSeq, early.dialog.state.localCSeq);
    // Until it is acknowledged, a repetition has nothing to be answered with.
    this.#acknowledgements.set(tag, () => undefined);
    const answer = this.#answerOf(dialog, invite, response, early);
    if (this.#over) {
      this.#sendAway(answer);
      return;
    }
    this.#over = true;
    this.#handler.answered(answer);
  }

  #answerOf(dialog: Dialog, invite: SipRequest, response: SipResponse, early: Early | undefined): Answered {
    let sdp: Sdp | undefined;
    try {
      sdp = early?.negotiated ? undefined : (described(response) ?? early?.sdp);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      // The call stands, but nobody can speak in it.
      this.#fail({ ...response, status: 488 });
    }
    return {
      dialog,
      invite,
      response,
      ...(sdp && { sdp }),
      isOffer: sdp !== undefined && !this.#request.offer,
      sdpVersion: this.#request.offer || early?.negotiated ? 2 : 1,
      acknowledge: (body) => {
        const ack = dialog.ack(invite, body);
        const peer = dialog.nextHop();
        const acknowledge = () => this.#agent.transactions.sendAck(ack, peer);
        this.#acknowledgements.set(dialog.state.remoteTag, acknowledge);
        acknowledge();
      },
    };
  }

  /** Somebody answered whom nobody wants any more. */
  #sendAway({ dialog, sdp, isOffer, acknowledge }: Answered): void {
    acknowledge(sdp && isOffer ? this.#described(heldAnswer(sdp), 1) : undefined);
    this.#ask(dialog, dialog.request('BYE'));
  }

  #ask(dialog: Dialog, request: SipRequest): void {
    const { credentials } = this.#request;
    this.#agent.inBackground(() =>
      this.#agent.ask(request, dialog.nextHop(), {
        nextCSeq: () => dialog.nextCSeq(),
        ...(credentials && { credentials }),
      }),
    );
  }

  #refused(response: SipResponse, invite: SipRequest): void {
    if (this.#over) return;
    const again = this.#again(response, invite);
    if (!again) {
      this.#fail(response);
      return;
    }
    // The provisional responses were those of an INVITE that is over.
    this.#early.clear();
    void this.#agent.activity.run(async () => {
      try {
        await this.#send(again);
      } catch (error) {
        if (!(error instanceof RingbackError)) throw error;
        this.#log.warn({ call: this.callId, err: error }, 'an INVITE could not be sent with credentials');
        this.#fail(unreached(again, 'transport'));
      }
    });
  }

  /** What is sent instead of an INVITE that was refused for a reason that we can mend. */
  #again(response: SipResponse, invite: SipRequest): SipRequest | undefined {
    const next = () => cseqOf(invite).number + 1;
    if (response.status !== 422) return authorised(invite, response, this.#request.credentials, next);
    const wanted = minSessionExpires(response.headers);
    if (wanted <= Math.max(this.#minSeconds, 0) || this.#minSeconds > 0) return undefined;
    this.#minSeconds = wanted;
    this.#sessionSeconds = Math.max(this.#sessionSeconds, wanted);
    return this.#newInvite(next());
  }

  #fail(response: SipResponse): void {
    this.#noReply?.cancel();
    if (this.#over) return;
    this.#over = true;
    this.#handler.failed(response);
  }
}

/** The description in a message, if it has one that can be read. */
export function described(message: SipRequest | SipResponse): Sdp | undefined {
  return message.body.length === 0 ? undefined : parseSdp(message.body);
}

/** The id of the origin of all our descriptions in one dialog (RFC 8866 5.2): a number that other dialogs have not. */
export function originId(callId: string): string {
  return String(Number.parseInt(Buffer.from(callId).toString('hex').slice(-12), 16));
}
