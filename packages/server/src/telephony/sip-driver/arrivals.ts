import { newId } from '../../kernel/index.js';
import { fromOf, required } from '../sip/header-values.js';
import { IncomingCall } from '../sip/incoming-call.js';
import { type SipRequest, serialise } from '../sip/message.js';
import { respond } from '../sip/respond.js';
import { Malformed } from '../sip/text.js';
import type { ServerTransaction } from '../sip/transactions.js';
import { parseAddress, parseUri, userOf } from '../sip/uri.js';
import type { UserAgent } from '../sip/user-agent.js';
import type { CarriedLeg, LegRecord } from './carried-leg.js';
import type { LegBook } from './leg-book.js';
import type { Registrar } from './registrar.js';
import type { Trunk } from './trunk.js';

export interface ArrivalsParts {
  agent: UserAgent;
  legs: LegBook;
  registrar: Registrar;
  trunks: () => Iterable<Trunk>;
  openInbound: () => boolean;
  accepts: (number: string) => boolean;
  sessionSeconds: () => number;
}

/** Where an INVITE comes from. */
interface Caller {
  from: string;
  trunk?: Trunk;
  phone?: string;
}

/** Takes the calls that come in: from trunks by their address, from phones by their password, from others if that is allowed. */
export class Arrivals {
  readonly #parts: ArrivalsParts;
  /** Legs of an earlier life that wait for their INVITE to be heard again. */
  readonly #former = new Map<string, LegRecord>();

  constructor(parts: ArrivalsParts) {
    this.#parts = parts;
  }

  /** Lets an INVITE of an earlier life ring again, as the leg that it was. */
  revive(record: LegRecord): boolean {
    const [stored] = record.invites;
    if (!stored) return false;
    const [callId] = /^(?:call-id|i)\s*:\s*(\S+)/im.exec(stored.text)?.slice(1) ?? [];
    if (callId === undefined) return false;
    this.#former.set(callId, record);
    this.#parts.agent.transactions.hearAgain(Buffer.from(stored.text), stored.peer);
    return this.#parts.legs.get(record.id) !== undefined;
  }

  /** Answers an INVITE that belongs to no call. */
  invited(transaction: ServerTransaction): void {
    const { request } = transaction;
    const callId = required(request.headers, 'call-id');
    const former = this.#former.get(callId);
    this.#former.delete(callId);
    if (former) {
      this.#ring(transaction, former, false);
      return;
    }
    const caller = this.#callerOf(transaction);
    if (!caller) return;
    const { trunk, phone, from } = caller;
    const number = calledNumber(request, trunk);
    if (!this.#parts.accepts(number)) {
      transaction.respond(respond(request, 404));
      return;
    }
    const record: LegRecord = {
      id: newId(),
      direction: 'inbound',
      number,
      from,
      ...(phone !== undefined && { device: phone }),
      ...(trunk && { trunk: trunk.name }),
      state: 'ringing',
      ringingAt: this.#parts.agent.clock.now(),
      held: false,
      invites: [],
    };
    this.#ring(transaction, record, true);
  }

  #ring(transaction: ServerTransaction, record: LegRecord, isNew: boolean): void {
    const { agent, legs, sessionSeconds } = this.#parts;
    const [stored] = record.invites;
    const leg: CarriedLeg = { record };
    const call = new IncomingCall(agent, transaction, {
      ...(stored?.localTag !== undefined && { localTag: stored.localTag }),
      ...(record.device !== undefined && { flow: transaction.peer }),
      sessionSeconds: sessionSeconds(),
      cancelled: () => legs.ended(leg, 'normal'),
    });
    if (call.refuseShortSession()) return;
    leg.incoming = call;
    const text = serialise(transaction.request).toString('utf8');
    record.invites = [{ text, peer: transaction.peer, localTag: call.localTag }];
    legs.add(leg);
    void agent.activity.run(() => this.#announce(leg, call, isNew));
  }

  /** Nobody hears of a call that a later life would not know. */
  async #announce(leg: CarriedLeg, call: IncomingCall, isNew: boolean): Promise<void> {
    const { agent, legs } = this.#parts;
    const { record } = leg;
    try {
      if (isNew) await legs.begin(record);
    } catch (error) {
      agent.log.warn({ err: error, number: record.number }, 'An inbound call was refused: it could not be stored');
      call.refuse(503, { 'Retry-After': '5' });
      legs.remove(leg);
      return;
    }
    if (call.isOver) {
      // It was taken back while it was being stored.
      await legs.note(leg);
      return;
    }
    call.ring();
    legs.send({
      type: 'inbound',
      legId: record.id,
      from: record.from,
      to: record.number,
      at: record.ringingAt ?? agent.clock.now(),
    });
  }

  /** Who calls; undefined after the INVITE was challenged or refused. */
  #callerOf(transaction: ServerTransaction): Caller | undefined {
    const { registrar, trunks, openInbound } = this.#parts;
    const { request, peer } = transaction;
    const from = userOf(fromOf(request).uri);
    const [best] = [...trunks()]
      .map((trunk) => ({ trunk, fits: trunk.isFrom(peer) }))
      .filter(({ fits }) => fits > 0)
      .sort((one, other) => other.fits - one.fits);
    if (best?.fits === 2) return { from: callerOf(request), trunk: best.trunk };
    if (registrar.knows(from)) {
      const user = registrar.authenticate(transaction);
      return user && { from: user.name, phone: user.name };
    }
    if (best) return { from: callerOf(request), trunk: best.trunk };
    if (openInbound()) return { from };
    transaction.respond(respond(request, 403));
    return undefined;
  }
}

/** The caller's number as a trunk vouches for it (RFC 3325), else as the caller says. */
function callerOf(request: SipRequest): string {
  const [asserted] = request.headers.values('p-asserted-identity');
  try {
    const user = asserted === undefined ? '' : userOf(parseAddress(asserted).uri);
    return user || userOf(fromOf(request).uri);
  } catch (error) {
    if (error instanceof Malformed) return userOf(fromOf(request).uri);
    throw error;
  }
}

/** The number that was called: of the Request-URI, unless that is the contact by which we registered with the trunk. */
function calledNumber(request: SipRequest, trunk: Trunk | undefined): string {
  const user = userOf(parseUri(request.uri));
  const ours = user === '' || user === 'ringback' || (trunk && user === trunk.settings.credentials?.username);
  if (!ours) return user;
  return userOf(parseAddress(required(request.headers, 'to')).uri) || user;
}
