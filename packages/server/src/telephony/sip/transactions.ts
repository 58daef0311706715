import { type Activity, type Clock, type Logger, RingbackError, type Timer } from '../../kernel/index.js';
import { cseqOf, formatVia, fromOf, MAGIC_COOKIE, tagOf, topVia, type Via } from './header-values.js';
import { Headers, NO_BODY, type SipRequest, type SipResponse, serialise } from './message.js';
import { parseMessage } from './parse.js';
import { newTag, respond } from './respond.js';
import {
  inviteClient,
  inviteServer,
  type Machine,
  newState,
  otherClient,
  otherServer,
  TIMES,
  type TransactionInput,
  type TransactionState,
  type TransactionTimer,
  type TransactionTimes,
} from './transaction.js';
import { bracketed, defaultPort, type Peer, type SipTransport } from './transport.js';

export interface TransactionsOptions {
  transport: SipTransport;
  clock: Clock;
  activity: Activity;
  log: Logger;
  times?: TransactionTimes;
  /** Requests of others that may be under way at once; more are answered 503. Default `MAX_SERVED`. */
  maxServed?: number;
}

const MAX_SERVED = 10_000;

/** Who asked: hears what comes back. */
export interface ClientHandler {
  response(response: SipResponse): void;
  /** No final response: none came in time, or the request did not leave. */
  failed(reason: 'timeout' | 'transport'): void;
}

export interface ClientTransaction {
  readonly request: SipRequest;
  readonly peer: Peer;
  /** Sends the CANCEL of an INVITE. Call it after a provisional response only (RFC 3261 9.1). */
  cancel(reason?: string): void;
}

/** A request of somebody else, and the way to answer it. */
export interface ServerTransaction {
  readonly request: SipRequest;
  readonly peer: Peer;
  /** Sends a response: provisional ones first, then a final one; a 2xx to an INVITE may be sent repeatedly. */
  respond(response: SipResponse): void;
}

export interface TransactionUser {
  /** A new request, never an ACK. */
  request(transaction: ServerTransaction): void;
  /** An ACK of a 2xx. */
  ack(request: SipRequest): void;
  /** The final response to an INVITE was never acknowledged, or could not be sent. */
  unanswered(transaction: ServerTransaction): void;
  /** A response that belongs to no transaction of this life, such as the 2xx to an INVITE of an earlier one. */
  stray?(response: SipResponse): void;
}

/** One transaction: its state, its timers, the message that it repeats. */
interface Running {
  key: string;
  machine: Machine;
  state: TransactionState;
  reliable: boolean;
  timers: Map<TransactionTimer, Timer>;
  request: SipRequest;
  peer: Peer;
  response?: SipResponse;
  deliver(): void;
  fail(reason: 'timeout' | 'transport'): void;
}

/**
 * The transaction layer: matches what arrives to what is under way, repeats what may have been lost, and gives every
 * request and every response to its user once. The rules are in `transaction.ts`; here are the clock and the bytes.
 */
export class Transactions {
  readonly #options: TransactionsOptions;
  readonly #times: TransactionTimes;
  readonly #clients = new Map<string, Running>();
  readonly #servers = new Map<string, Running>();
  readonly #served = new Map<string, ServerTransaction>();
  readonly #unsubscribe: () => void;
  #closed = false;

  constructor(
    options: TransactionsOptions,
    private readonly user: TransactionUser,
  ) {
    this.#options = options;
    this.#times = options.times ?? TIMES;
    this.#unsubscribe = options.transport.subscribe((bytes, from) => this.#arrived(bytes, from));
  }

  /** Transactions under way, of both sides. */
  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  /**
   * Sends a request, other than ACK and CANCEL, in a transaction of its own; adds the Via. `branch`: for who has to know it
   * before, from `newBranch`.
   */
  request(request: SipRequest, peer: Peer, handler: ClientHandler, branch = newBranch()): ClientTransaction {
    if (this.#closed) throw new RingbackError('switch-unavailable', 'The SIP user agent is closed.');
    const sent = this.#withVia(request, peer, branch);
    this.#begin(sent, peer, branch, handler);
    return {
      request: sent,
      peer,
      cancel: (reason) => this.#cancel(sent, peer, branch, reason),
    };
  }

  /**
   * Takes up an INVITE that an earlier life of this process sent with this branch, Via not included, and cancels it.
   * `handler` hears who answers nevertheless.
   */
  cancelEarlier(invite: SipRequest, peer: Peer, branch: string, handler: ClientHandler): void {
    const sent = this.#withVia(invite, peer, branch);
    const running = this.#client(sent, peer, branch, handler);
    running.state = { ...running.state, phase: 'proceeding' };
    this.#set(running, 'give-up', 64 * this.#times.t1);
    this.#cancel(sent, peer, branch);
  }

  /** Hears a message as if it had just arrived: a request that an earlier life of this process left unanswered. */
  hearAgain(bytes: Buffer, from: Peer): void {
    this.#arrived(bytes, from);
  }

  /** Sends a message outside of transactions: the ACK of a 2xx. Adds the Via. */
  sendAck(request: SipRequest, peer: Peer): void {
    this.#send(serialise(this.#withVia(request, peer, newBranch())), peer);
  }

  /** The INVITE that a CANCEL means (RFC 3261 9.2). */
  cancelled(cancel: SipRequest): ServerTransaction | undefined {
    return this.#served.get(serverKey(cancel, 'INVITE'));
  }

  /** Forgets every transaction; nothing is sent or reported any more. The transport is its owner's to close. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const running of [...this.#clients.values(), ...this.#servers.values()]) this.#forget(running);
  }

  #withVia(request: SipRequest, peer: Peer, branch: string): SipRequest {
    const { protocol } = peer;
    const { host, port } = this.#options.transport.localAddress(protocol);
    const parameters: Via['parameters'] = new Map([['branch', branch]]);
    // RFC 3581: the answer comes back to the port that a router may have changed.
    if (protocol === 'UDP') parameters.set('rport', null);
    const headers = request.headers.clone();
    headers.prepend('via', formatVia({ protocol, host: bracketed(host), port, parameters }));
    return { ...request, headers };
  }

  #begin(request: SipRequest, peer: Peer, branch: string, handler: ClientHandler): void {
    this.#step(this.#client(request, peer, branch, handler), { type: 'start' });
  }

  #client(request: SipRequest, peer: Peer, branch: string, handler: ClientHandler): Running {
    const running: Running = {
      ...this.#running(`${branch} ${request.method}`, request.method === 'INVITE' ? inviteClient : otherClient, peer),
      state: newState(request.method === 'INVITE' ? 'calling' : 'trying', this.#times),
      request,
      deliver: () => {
        if (running.response) handler.response(running.response);
      },
      fail: (reason) => handler.failed(reason),
    };
    this.#clients.set(running.key, running);
    return running;
  }

  #running(key: string, machine: Machine, peer: Peer) {
    return { key, machine, peer, reliable: peer.protocol !== 'UDP', timers: new Map<TransactionTimer, Timer>() };
  }

  #cancel(invite: SipRequest, peer: Peer, branch: string, reason?: string): void {
    const { number } = cseqOf(invite);
    const headers = new Headers();
    for (const name of ['via', 'max-forwards', 'from', 'to', 'call-id', 'route']) {
      const values = name === 'via' ? invite.headers.values('via').slice(0, 1) : invite.headers.all(name);
      for (const value of values) headers.add(name, value);
    }
    headers.add('cseq', `${number} CANCEL`);
    if (reason !== undefined) headers.add('reason', reason);
    const request: SipRequest = { kind: 'request', method: 'CANCEL', uri: invite.uri, headers, body: NO_BODY };
    this.#begin(request, peer, branch, {
      response: () => undefined,
      failed: (reason) => this.#options.log.debug({ peer, reason }, 'a CANCEL got no answer'),
    });
  }

  #arrived(bytes: Buffer, from: Peer): void {
    const parsed = parseMessage(bytes);
    if (!parsed.ok) {
      this.#options.log.debug({ peer: from, problem: parsed.problem }, 'a malformed SIP message arrived');
      if (parsed.request) this.#answerOnce(received(parsed.request, from), from, parsed.status);
      return;
    }
    if (parsed.message.kind === 'response') this.#response(parsed.message);
    else this.#request(received(parsed.message, from), from);
  }

  #response(response: SipResponse): void {
    const [, another] = response.headers.values('via');
    const branch = topVia(response.headers).parameters.get('branch') ?? '';
    const running = this.#clients.get(`${branch} ${cseqOf(response).method}`);
    // With a second Via, or without a transaction of ours, it went astray (RFC 3261 8.1.3.3).
    if (another !== undefined) return;
    if (!running) {
      this.user.stray?.(response);
      return;
    }
    running.response = response;
    this.#step(running, { type: 'response', status: response.status });
  }

  #request(request: SipRequest, from: Peer): void {
    const { method } = request;
    const known = this.#servers.get(serverKey(request, method === 'ACK' ? 'INVITE' : method));
    if (method === 'ACK') {
      if (known) this.#step(known, { type: 'ack' });
      // The ACK of a 2xx is a transaction of its own; where no branch tells them apart it may be either.
      if (!known || known.state.phase === 'accepted') this.user.ack(request);
    } else if (known) this.#step(known, { type: 'request' });
    else if (this.#servers.size >= (this.#options.maxServed ?? MAX_SERVED)) {
      this.#answerOnce(request, from, 503);
    } else this.#serve(request, from);
  }

  #serve(request: SipRequest, from: Peer): void {
    const invite = request.method === 'INVITE';
    const peer = responsePeer(request, from);
    const transaction: ServerTransaction = {
      request,
      peer: from,
      respond: (response) => {
        if (running.state.phase === 'terminated') return;
        running.response = response;
        this.#step(running, { type: 'response', status: response.status });
      },
    };
    const running: Running = {
      ...this.#running(serverKey(request, request.method), invite ? inviteServer : otherServer, peer),
      state: newState(invite ? 'proceeding' : 'trying', this.#times),
      request,
      deliver: () => this.user.request(transaction),
      fail: () => this.user.unanswered(transaction),
    };
    this.#servers.set(running.key, running);
    this.#served.set(running.key, transaction);
    this.#step(running, { type: 'start' });
  }

  /** Answers without remembering it: the same response to each repetition. */
  #answerOnce(request: SipRequest, from: Peer, status: number): void {
    if (request.method === 'ACK') return;
    this.#send(serialise(respond(request, status)), responsePeer(request, from));
  }

  #step(running: Running, input: TransactionInput): void {
    if (this.#closed) return;
    const { state, effects } = running.machine(running.state, input, {
      reliable: running.reliable,
      times: this.#times,
    });
    running.state = state;
    if (state.phase === 'terminated') this.#forget(running);
    for (const effect of effects) {
      switch (effect.do) {
        case 'send-request':
          this.#send(serialise(running.request), running.peer, running);
          break;
        case 'send-ack':
          if (running.response) this.#send(serialise(ackOf(running.request, running.response)), running.peer);
          break;
        case 'send-response':
          if (running.response) this.#send(serialise(running.response), running.peer, running);
          break;
        case 'deliver':
          if (input.type !== 'ack') running.deliver();
          break;
        case 'fail':
          running.fail(effect.reason);
          break;
        case 'set':
          this.#set(running, effect.timer, effect.ms);
          break;
        case 'clear':
          running.timers.get(effect.timer)?.cancel();
          running.timers.delete(effect.timer);
      }
    }
  }

  #set(running: Running, timer: TransactionTimer, ms: number): void {
    running.timers.get(timer)?.cancel();
    const { clock } = this.#options;
    running.timers.set(
      timer,
      clock.at(clock.now() + ms, () => this.#step(running, { type: 'timer', timer })),
    );
  }

  #forget(running: Running): void {
    for (const timer of running.timers.values()) timer.cancel();
    running.timers.clear();
    running.state = { ...running.state, phase: 'terminated' };
    if (this.#clients.get(running.key) === running) this.#clients.delete(running.key);
    if (this.#servers.get(running.key) === running) {
      this.#servers.delete(running.key);
      this.#served.delete(running.key);
    }
  }

  #send(bytes: Buffer, peer: Peer, running?: Running): void {
    const { activity, transport, log } = this.#options;
    void activity.run(async () => {
      try {
        await transport.send(bytes, peer);
      } catch (error) {
        log.debug({ peer, error: String(error) }, 'a SIP message could not be sent');
        if (running && running.state.phase !== 'terminated') this.#step(running, { type: 'transport-failed' });
      }
    });
  }
}

/** The branch of a transaction that is new. */
export function newBranch(): string {
  return `${MAGIC_COOKIE}${newTag()}`;
}

/** RFC 3261 17.1.1.3: the ACK of a final response other than 2xx. */
function ackOf(invite: SipRequest, response: SipResponse): SipRequest {
  const headers = new Headers().add('via', invite.headers.values('via')[0] ?? '');
  for (const name of ['max-forwards', 'from', 'call-id', 'route']) {
    for (const value of invite.headers.all(name)) headers.add(name, value);
  }
  headers.add('to', response.headers.get('to') ?? '').add('cseq', `${cseqOf(invite).number} ACK`);
  return { kind: 'request', method: 'ACK', uri: invite.uri, headers, body: NO_BODY };
}

/** RFC 3261 17.2.3: by branch and sent-by, or, from a peer of RFC 2543, by everything that says which call it is. */
function serverKey(request: SipRequest, method: string): string {
  const { headers } = request;
  const via = topVia(headers);
  const branch = via.parameters.get('branch') ?? '';
  const sentBy = `${via.host}:${via.port ?? ''}`;
  if (branch.startsWith(MAGIC_COOKIE) && branch.length > MAGIC_COOKIE.length) return `${branch} ${sentBy} ${method}`;
  const fromTag = tagOf(fromOf(request)) ?? '';
  return `${request.uri} ${fromTag} ${headers.get('call-id')} ${cseqOf(request).number} ${sentBy} ${branch} ${method}`;
}

/** Notes in the topmost Via where a request really came from (RFC 3261 18.2.1, RFC 3581). */
function received(request: SipRequest, from: Peer): SipRequest {
  const via = topVia(request.headers);
  const rport = via.parameters.has('rport');
  if (rport) via.parameters.set('rport', String(from.port));
  if (rport || via.host !== bracketed(from.host)) via.parameters.set('received', from.host);
  request.headers.replaceFirst('via', formatVia(via));
  return request;
}

/** RFC 3261 18.2.2: over the same connection; without one to the source, at its real port if it asked so. */
function responsePeer(request: SipRequest, from: Peer): Peer {
  if (from.protocol !== 'UDP') return from;
  const via = topVia(request.headers);
  return { ...from, port: via.parameters.has('rport') ? from.port : (via.port ?? defaultPort('UDP')) };
}
