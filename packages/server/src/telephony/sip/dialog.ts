import { contactsOf, cseqOf, fromOf, required, tagOf, toOf } from './header-values.js';
import { MAX_CSEQ } from './limits.js';
import { Headers, NO_BODY, type SipMessage, type SipRequest, type SipResponse } from './message.js';
import { Malformed } from './text.js';
import { defaultPort, type Peer, type Protocol } from './transport.js';
import { type Address, formatAddress, formatUri, isSipUri, parseAddress, parseUri, type SipUri } from './uri.js';

/** Everything that a dialog is (RFC 3261 12), fit to be stored: a dialog lives on when its process has died. */
export interface DialogState {
  callId: string;
  localTag: string;
  /** Empty where a peer of RFC 2543 gave none. */
  remoteTag: string;
  /** Name and address of each side, without tag. */
  local: string;
  remote: string;
  localCSeq: number;
  /** Of the last request of the other side; absent before the first. */
  remoteCSeq?: number;
  /** Where requests are meant for: the other side's contact. */
  target: string;
  /** The proxies on the way, next one first. */
  routes: string[];
  /** Where requests are sent whatever target and routes say: to a phone, over the way on which it registered. */
  flow?: Peer;
}

/** One dialog: who makes requests within it, and who is asked whether a request of the other side is in turn. */
export class Dialog {
  constructor(readonly state: DialogState) {}

  /** How requests of this dialog are recognised. */
  get key(): string {
    const { callId, localTag, remoteTag } = this.state;
    return dialogKey(callId, localTag, remoteTag);
  }

  /** The next CSeq of ours. */
  nextCSeq(): number {
    this.state.localCSeq += 1;
    return this.state.localCSeq;
  }

  /** A request within the dialog; without `cseq` the next one. */
  request(
    method: string,
    more: { headers?: Readonly<Record<string, string>>; body?: Buffer; cseq?: number } = {},
  ): SipRequest {
    const { state } = this;
    const { uri, routes } = this.#way();
    const headers = Headers.of({
      'Max-Forwards': '70',
      From: withTag(state.local, state.localTag),
      To: withTag(state.remote, state.remoteTag),
      'Call-ID': state.callId,
      CSeq: `${more.cseq ?? this.nextCSeq()} ${method}`,
      ...(routes.length === 0 ? {} : { Route: routes }),
      ...more.headers,
    });
    return { kind: 'request', method, uri, headers, body: more.body ?? NO_BODY };
  }

  /** The ACK of the 2xx to an INVITE of ours: with its number and its credentials. */
  ack(invite: SipRequest, body?: Buffer): SipRequest {
    const headers: Record<string, string> = {};
    for (const name of ['Authorization', 'Proxy-Authorization']) {
      const value = invite.headers.get(name);
      if (value !== undefined) headers[name] = value;
    }
    if (body) headers['Content-Type'] = 'application/sdp';
    return this.request('ACK', { cseq: cseqOf(invite).number, headers, ...(body && { body }) });
  }

  /** Where the next request is sent to. */
  nextHop(): Peer {
    const { flow, routes, target } = this.state;
    if (flow) return flow;
    const [first] = routes;
    return peerOf(first === undefined ? parseUri(target) : parseAddress(first).uri);
  }

  /** Notes a request of the other side; false when it comes out of turn (RFC 3261 12.2.2). */
  accept(request: SipRequest): boolean {
    const { number } = cseqOf(request);
    const { remoteCSeq } = this.state;
    if (request.method !== 'ACK' && remoteCSeq !== undefined && number <= remoteCSeq) return false;
    if (request.method !== 'ACK') this.state.remoteCSeq = number;
    return true;
  }

  /** Takes over the contact of a request or response that refreshes the target; says whether it is another. */
  retarget(message: SipMessage): boolean {
    const target = contactOf(message.headers);
    if (target === undefined || target === this.state.target) return false;
    this.state.target = target;
    return true;
  }

  /** Request-URI and Route (RFC 3261 12.2.1.1); a first proxy without `lr` routes strictly. */
  #way(): { uri: string; routes: string[] } {
    const { target, routes } = this.state;
    const [first, ...others] = routes;
    if (first === undefined) return { uri: target, routes };
    const { uri } = parseAddress(first);
    if (!isSipUri(uri) || uri.parameters.has('lr')) return { uri: target, routes };
    const bare: SipUri = { ...uri };
    delete bare.headers;
    return { uri: formatUri(bare), routes: [...others, `<${target}>`] };
  }
}

export function dialogKey(callId: string, localTag: string, remoteTag: string): string {
  return `${callId} ${localTag} ${remoteTag}`;
}

/**
 * The dialog that a response to our request makes (RFC 3261 12.1.2). Where it names no contact, as some provisional
 * responses do, requests go where the first one went.
 */
export function dialogOfResponse(request: SipRequest, response: SipResponse, flow?: Peer): Dialog {
  const from = fromOf(request);
  const to = toOf(response);
  const target = contactOf(response.headers);
  return new Dialog({
    callId: required(request.headers, 'call-id'),
    localTag: tagOf(from) ?? '',
    remoteTag: tagOf(to) ?? '',
    local: withoutTag(from),
    remote: withoutTag(to),
    localCSeq: cseqOf(request).number,
    target: target ?? request.uri,
    routes: response.headers.values('record-route').reverse(),
    ...(flow && { flow }),
  });
}

/** The dialog that our response to a request makes (RFC 3261 12.1.1). Throws `Malformed` without a contact. */
export function dialogOfRequest(request: SipRequest, localTag: string, flow?: Peer): Dialog {
  const from = fromOf(request);
  const target = contactOf(request.headers);
  if (target === undefined) throw new Malformed('The request has no Contact.');
  return new Dialog({
    callId: required(request.headers, 'call-id'),
    localTag,
    remoteTag: tagOf(from) ?? '',
    local: withoutTag(toOf(request)),
    remote: withoutTag(from),
    localCSeq: 0,
    remoteCSeq: Math.min(cseqOf(request).number, MAX_CSEQ),
    target,
    routes: request.headers.values('record-route'),
    ...(flow && { flow }),
  });
}

function contactOf(headers: Headers): string | undefined {
  const contacts = contactsOf(headers);
  if (contacts === '*') return undefined;
  const [contact] = contacts;
  return contact && isSipUri(contact.uri) ? formatUri(contact.uri) : undefined;
}

/** Where a SIP address leads (RFC 3261 18.1.1, RFC 3263 4.1 without its name records). Throws `Malformed`. */
export function peerOf(uri: ReturnType<typeof parseUri>): Peer {
  if (!isSipUri(uri)) throw new Malformed(`There is no way to an address of scheme ${uri.scheme}.`);
  const protocol = protocolOf(uri);
  const host = (uri.parameters.get('maddr') ?? uri.host).replace(/^\[|\]$/g, '');
  return { protocol, host, port: uri.port ?? defaultPort(protocol) };
}

function protocolOf(uri: SipUri): Protocol {
  const transport = (uri.parameters.get('transport') ?? '').toUpperCase();
  if (uri.scheme === 'sips' || transport === 'TLS') return 'TLS';
  return transport === 'TCP' ? 'TCP' : 'UDP';
}

function withoutTag(address: Address): string {
  const parameters = new Map(address.parameters);
  parameters.delete('tag');
  return formatAddress({ ...address, parameters });
}

function withTag(address: string, tag: string): string {
  return tag === '' ? address : `${address};tag=${tag}`;
}
