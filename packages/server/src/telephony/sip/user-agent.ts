import type { Activity, Clock, Logger, Random, Timer } from '../../kernel/index.js';
import { refusal } from './admission.js';
import { authorised } from './authorisation.js';
import { dialogKey, peerOf } from './dialog.js';
import type { Credentials } from './digest.js';
import { cseqOf, fromOf, required, tagOf, toOf } from './header-values.js';
import { Headers, NO_BODY, type SipRequest, type SipResponse } from './message.js';
import { newTag, respond } from './respond.js';
import { Malformed } from './text.js';
import { TIMES, type TransactionTimes } from './transaction.js';
import { type ServerTransaction, Transactions } from './transactions.js';
import type { Peer, Protocol, SipTransport } from './transport.js';
import { formatAddress, parseUri, sipUri } from './uri.js';

/** The extensions that are spoken here: RFC 3262, RFC 4028. */
export const EXTENSIONS = ['100rel', 'timer'] as const;

/** What every request and answer about a session says of us. */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO';

export interface UserAgentParts {
  transport: SipTransport;
  clock: Clock;
  activity: Activity;
  log: Logger;
  random: Random;
  times?: TransactionTimes;
}

/** Who takes the requests of one dialog. */
export interface DialogUser {
  request(transaction: ServerTransaction): void;
  ack(request: SipRequest): void;
}

/** Who takes what belongs to no dialog. */
export interface OutsideUser {
  invite(transaction: ServerTransaction): void;
  register(transaction: ServerTransaction): void;
  /** The 2xx to an INVITE of which nothing is known in this life. */
  stray(response: SipResponse): void;
}

/**
 * The core of a user agent (RFC 3261 8, 12): gives requests to their dialogs, answers what needs nobody, and asks others,
 * with an answer to their challenges.
 */
export class UserAgent {
  readonly clock: Clock;
  readonly activity: Activity;
  readonly log: Logger;
  readonly random: Random;
  readonly times: TransactionTimes;
  readonly transactions: Transactions;
  readonly #transport: SipTransport;
  readonly #dialogs = new Map<string, DialogUser>();
  /** What to do when an INVITE that is being answered is cancelled. */
  readonly #cancels = new Map<ServerTransaction, () => void>();
  /** INVITEs outside of dialogs that arrived lately, to recognise those that come by two ways. */
  readonly #invites = new Map<string, Timer>();
  readonly #outside: OutsideUser;
  #closed = false;

  constructor(parts: UserAgentParts, outside: OutsideUser) {
    this.clock = parts.clock;
    this.activity = parts.activity;
    this.log = parts.log;
    this.random = parts.random;
    this.times = parts.times ?? TIMES;
    this.#transport = parts.transport;
    this.#outside = outside;
    this.transactions = new Transactions(parts, {
      request: (transaction) => this.#guard(transaction, () => this.#request(transaction)),
      ack: (request) => this.#dialogOf(request)?.ack(request),
      unanswered: ({ request }) =>
        this.log.debug({ call: request.headers.get('call-id') }, 'a response to an INVITE was not acknowledged'),
      stray: (response) => {
        if (response.status >= 200 && response.status < 300 && cseqOf(response).method === 'INVITE') {
          this.#outside.stray(response);
        }
      },
    });
  }

  /** The address under which we are reached over a transport. */
  address(protocol: Protocol): { host: string; port: number } {
    return this.#transport.localAddress(protocol);
  }

  /** The value of `Contact` towards a peer. */
  contact(peer: Peer, user = 'ringback'): string {
    const { host, port } = this.address(peer.protocol);
    const uri = sipUri(user, host.includes(':') ? `[${host}]` : host, port);
    if (peer.protocol !== 'UDP') uri.parameters.set('transport', peer.protocol.toLowerCase());
    return formatAddress({ uri, parameters: new Map() });
  }

  /** Gives the requests of a dialog to its user, until the function returned is called. */
  adopt(key: string, user: DialogUser): () => void {
    this.#dialogs.set(key, user);
    return () => {
      if (this.#dialogs.get(key) === user) this.#dialogs.delete(key);
    };
  }

  /** Dialogs that are known. */
  get dialogs(): number {
    return this.#dialogs.size;
  }

  /** Hears when an INVITE that is being answered is cancelled, until the function returned is called. */
  onCancel(transaction: ServerTransaction, cancelled: () => void): () => void {
    this.#cancels.set(transaction, cancelled);
    return () => this.#cancels.delete(transaction);
  }

  /**
   * Asks with a request other than INVITE, once more with credentials if it is challenged. Always resolves: no reply is a 408,
   * a request that did not leave a 503 (RFC 3261 8.1.3.1).
   */
  async ask(
    request: SipRequest,
    peer: Peer,
    options: { credentials?: Credentials; nextCSeq?: () => number } = {},
  ): Promise<SipResponse> {
    const nextCSeq = options.nextCSeq ?? (() => cseqOf(request).number + 1);
    const response = await this.exchange(request, peer);
    const again = authorised(request, response, options.credentials, nextCSeq);
    if (!again) return response;
    const second = await this.exchange(again, peer);
    // A nonce that went stale on the way is worth one more round.
    const third = authorised(again, second, options.credentials, () => cseqOf(again).number + 1);
    return third ? this.exchange(third, peer) : second;
  }

  /** A request that belongs to no dialog, such as OPTIONS. */
  outside(method: string, uri: string, addresses: { from: string; to: string; callId?: string; cseq?: number }) {
    const headers = Headers.of({
      'Max-Forwards': '70',
      From: `${addresses.from};tag=${newTag()}`,
      To: addresses.to,
      'Call-ID': addresses.callId ?? newTag(),
      CSeq: `${addresses.cseq ?? 1} ${method}`,
    });
    return { kind: 'request', method, uri, headers, body: NO_BODY } satisfies SipRequest;
  }

  /** Falls silent. The transport is its owner's to close. */
  close(): void {
    this.#closed = true;
    this.transactions.close();
    this.#dialogs.clear();
    this.#cancels.clear();
    for (const timer of this.#invites.values()) timer.cancel();
    this.#invites.clear();
  }

  /**
   * Sends a request and resolves with its final response. What is under way here is not counted as activity: it may take
   * as long as the other side likes.
   * @param repeated hears every final response after the first: those of an INVITE that was answered come until its ACK
   */
  exchange(request: SipRequest, peer: Peer, repeated?: () => void): Promise<SipResponse> {
    return new Promise((resolve) => {
      let answered = false;
      const give = (response: SipResponse) => {
        if (answered) repeated?.();
        answered = true;
        resolve(response);
      };
      if (this.#closed) {
        give(unreached(request, 'transport'));
        return;
      }
      this.transactions.request(request, peer, {
        response: (response) => {
          if (response.status >= 200) give(response);
        },
        failed: (reason) => give(unreached(request, reason)),
      });
    });
  }

  /** Does something that may take as long as the other side likes and that nobody waits for. */
  inBackground(work: () => Promise<unknown>): void {
    work().catch((error: unknown) => this.log.error({ err: error }, 'a SIP exchange failed'));
  }

  #dialogOf(request: SipRequest): DialogUser | undefined {
    const localTag = tagOf(toOf(request));
    if (localTag === undefined) return undefined;
    const callId = required(request.headers, 'call-id');
    return this.#dialogs.get(dialogKey(callId, localTag, tagOf(fromOf(request)) ?? ''));
  }

  #request(transaction: ServerTransaction): void {
    const { request } = transaction;
    const refused = refusal(request, EXTENSIONS);
    if (refused) {
      transaction.respond(refused);
      return;
    }
    if (request.method === 'CANCEL') {
      this.#cancel(transaction);
      return;
    }
    if (tagOf(toOf(request)) !== undefined) {
      const user = this.#dialogOf(request);
      if (user) user.request(transaction);
      else transaction.respond(respond(request, 481));
      return;
    }
    switch (request.method) {
      case 'INVITE':
        this.#invite(transaction);
        return;
      case 'REGISTER':
        this.#outside.register(transaction);
        return;
      case 'OPTIONS':
        transaction.respond(respond(request, 200, { headers: this.abilities() }));
        return;
      default:
        transaction.respond(respond(request, 481));
        return;
    }
  }

  /** The headers that say what is spoken here. */
  abilities(): Record<string, string> {
    return { Allow: ALLOW, Accept: 'application/sdp', Supported: EXTENSIONS.join(', ') };
  }

  #cancel(transaction: ServerTransaction): void {
    const { request } = transaction;
    const invite = this.transactions.cancelled(request);
    transaction.respond(respond(request, invite ? 200 : 481));
    if (invite) this.#cancels.get(invite)?.();
  }

  #invite(transaction: ServerTransaction): void {
    const { headers } = transaction.request;
    const { number } = cseqOf(transaction.request);
    const key = `${headers.get('call-id')} ${tagOf(fromOf(transaction.request)) ?? ''} ${number}`;
    if (this.#invites.has(key)) {
      transaction.respond(respond(transaction.request, 482));
      return;
    }
    // As long as a copy that took another way may still arrive.
    const forget = this.clock.at(this.clock.now() + 64 * this.times.t1, () => this.#invites.delete(key));
    this.#invites.set(key, forget);
    this.#outside.invite(transaction);
  }

  /** What the other side wrote wrongly is its error; it must not reach the transport that brought it. */
  #guard(transaction: ServerTransaction, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      transaction.respond(respond(transaction.request, error.status, { reason: error.message.slice(0, 80) }));
    }
  }
}

/** The response that stands for none. */
export function unreached(request: SipRequest, reason: 'timeout' | 'transport'): SipResponse {
  return respond(request, reason === 'timeout' ? 408 : 503);
}

/** Where an address leads; throws `Malformed`. */
export function peerOfUri(uri: string): Peer {
  return peerOf(parseUri(uri));
}
