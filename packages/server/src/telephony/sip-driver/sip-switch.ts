import { lookup } from 'node:dns/promises';
import { KeyedSequence, RingbackError, type Timer } from '../../kernel/index.js';
import type { Answered, SentInvite } from '../sip/outgoing-call.js';
import { fittedAnswer, heldAnswer, heldOffer, type Sdp } from '../sip/sdp.js';
import { Session, type SessionHandler, type SessionParts } from '../sip/session.js';
import type { SipSwitchParts, SipSwitchSettings } from '../sip/settings.js';
import { Sockets } from '../sip/sockets.js';
import type { Protocol, SipTransport } from '../sip/transport.js';
import { UserAgent } from '../sip/user-agent.js';
import type { Cause, DialRequest, LegReport, Switch, SwitchCapabilities, SwitchEvent } from '../switch.js';
import { Arrivals } from './arrivals.js';
import { BindingRecords } from './binding-records.js';
import { type CarriedLeg, reportOf } from './carried-leg.js';
import { causeOf, statusOf } from './causes.js';
import { connect, keepOpen, settle, silence } from './connection.js';
import { Dialing, type Way } from './dialing.js';
import { FormerCalls } from './former-calls.js';
import { LegBook } from './leg-book.js';
import { LegRecords } from './leg-records.js';
import { Presence } from './presence.js';
import { Registrar } from './registrar.js';
import { Trunk } from './trunk.js';
import { phoneOf, waysTo } from './ways.js';

/** Milliseconds for which legs that have ended are remembered. */
const REMEMBERED_MS = 86_400_000;
const PURGE_EVERY_MS = 3_600_000;

/**
 * Third-party call control over SIP (RFC 3725): the phones of the installation register here, trunks lead to the others, and
 * what is spoken goes from one to the other directly, so that nothing of it can be played, collected or recorded here. What
 * a later life needs of a leg is stored before the network hears of it. States: not started, started, closed.
 */
export class SipSwitch implements Switch {
  readonly capabilities: SwitchCapabilities = {
    media: false,
    callProgress: false,
    prompts: false,
    dtmf: false,
    record: false,
    hold: true,
    devicePresence: true,
    applications: false,
    deviceControl: false,
  };

  readonly #parts: SipSwitchParts;
  readonly #legs: LegBook;
  readonly #presence: Presence;
  readonly #dialed = new Map<string, Promise<void>>();
  readonly #joining = new KeyedSequence();
  readonly #records: LegRecords;
  readonly #trunks = new Map<string, Trunk>();
  readonly #transport: SipTransport & { open?(): Promise<void> };
  readonly #agent: UserAgent;
  readonly #registrar: Registrar;
  readonly #arrivals: Arrivals;
  readonly #former: FormerCalls;
  #settings: SipSwitchSettings;
  #state: 'new' | 'started' | 'closed' = 'new';
  #purge: Timer | undefined;

  constructor(parts: SipSwitchParts) {
    const { settings, database, clock, log } = parts;
    const name = settings.name ?? 'sip';
    this.#parts = parts;
    this.#settings = settings;
    this.#records = new LegRecords(database, name);
    this.#legs = new LegBook({ records: this.#records, clock, log, changed: (leg) => this.#changed(leg) });
    this.#transport = parts.transport ?? new Sockets({ ...settings, clock, log });
    this.#agent = new UserAgent(
      { ...parts, transport: this.#transport },
      {
        invite: (transaction) => this.#arrivals.invited(transaction),
        register: (transaction) => this.#registrar.register(transaction),
        stray: (response) => this.#former.stray(response),
      },
    );
    this.#registrar = new Registrar({
      agent: this.#agent,
      records: new BindingRecords(database, name),
      realm: this.#domain,
      changed: (phone) => this.#presence.look(phone),
    });
    this.#presence = new Presence({
      clock,
      isRegistered: (phone) => this.#registrar.contactsOf(phone).length > 0,
      legs: () => this.#legs.all(),
      send: (event) => this.#legs.send(event),
    });
    this.#arrivals = new Arrivals({
      agent: this.#agent,
      legs: this.#legs,
      registrar: this.#registrar,
      trunks: () => this.#trunks.values(),
      openInbound: () => this.#settings.openInbound ?? false,
      accepts: (number) => parts.accepts?.(number) ?? true,
      sessionSeconds: () => this.#sessionSeconds,
    });
    this.#former = new FormerCalls({
      agent: this.#agent,
      legs: this.#legs,
      arrivals: this.#arrivals,
      resume: (leg, session) => Session.resume(this.#sessionParts(leg), session),
    });
    this.#registrar.configure(settings.users ?? [], settings.registration);
  }

  /** Where this switch is reached over a transport, once it has started. */
  address(protocol: Protocol): { host: string; port: number } {
    return this.#transport.localAddress(protocol);
  }

  subscribe(handler: (event: SwitchEvent) => void): () => void {
    return this.#legs.subscribe(handler);
  }

  /**
   * Listens, takes over the registrations and legs of an earlier life, and begins to check the trunks.
   * @throws when an address is taken or a certificate is no use; `database-unavailable`
   */
  async start(): Promise<void> {
    await this.#transport.open?.();
    this.#state = 'started';
    await this.#registrar.load();
    this.#openTrunks();
    await this.#former.takeUp(await this.#records.up());
    for (const phone of this.#registrar.phones()) this.#presence.look(phone);
    this.#purgeAgain();
    const { clock } = this.#parts;
    // Not before this is resolved.
    clock.at(clock.now(), () => this.#legs.open());
  }

  /** Calls that are up stay up: they are between others, and a later life goes on with them. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#purge?.cancel();
    this.#registrar.close();
    for (const trunk of this.#trunks.values()) trunk.close();
    for (const leg of this.#legs.all()) {
      leg.ringTimer?.cancel();
      leg.open?.timer.cancel();
      leg.incoming?.abandon();
      leg.session?.abandon();
    }
    this.#agent.close();
    await this.#legs.settled();
    await this.#transport.close();
  }

  /**
   * Takes over other phones and trunks; calls that are up go on. Where it listens changes with the next start.
   */
  configure(settings: SipSwitchSettings): void {
    this.#settings = settings;
    this.#registrar.configure(settings.users ?? [], settings.registration);
    if (this.#state === 'started') this.#openTrunks();
  }

  async dial(request: DialRequest): Promise<void> {
    this.#requireStarted();
    const { legId } = request;
    const under = this.#dialed.get(legId);
    if (under) return under;
    if (this.#legs.get(legId)) return;
    const dialed = this.#dial(request).finally(() => this.#dialed.delete(legId));
    this.#dialed.set(legId, dialed);
    return dialed;
  }

  async answer(legId: string): Promise<void> {
    this.#requireStarted();
    const leg = this.#require(legId);
    if (leg.record.direction === 'outbound') {
      throw new RingbackError('leg-not-inbound', `Leg ${legId} was dialed: it is its party that answers.`);
    }
    const { incoming } = leg;
    if (leg.record.state === 'answered' || !incoming) return;
    leg.record.session = incoming.record;
    this.#legs.answered(leg);
    try {
      await this.#legs.store(leg);
    } catch (error) {
      // It rings on, and may be answered again.
      leg.record.state = 'ringing';
      leg.incoming = incoming;
      throw error;
    }
    // Somebody may have hung up while it was being stored.
    if (this.#legs.get(legId) !== leg || incoming.isOver) {
      incoming.refuse(statusOf('rejected'));
      throw notAnswered(legId);
    }
    leg.session = incoming.answer(incoming.offer ? heldAnswer(incoming.offer) : heldOffer(), this.#sessionParts(leg));
    leg.record.session = leg.session.record;
    this.#legs.tellAnswered(leg);
    await this.#legs.note(leg);
  }

  async join(bridgeId: string, legIds: readonly string[]): Promise<void> {
    this.#requireStarted();
    await this.#joining.run(bridgeId, () => this.#join(bridgeId, legIds));
  }

  async unjoin(legId: string): Promise<void> {
    this.#requireStarted();
    const leg = this.#requireAnswered(legId);
    const { bridgeId } = leg.record;
    if (bridgeId === undefined) return;
    await this.#joining.run(bridgeId, () => this.#part(leg));
  }

  async hold(legId: string, on: boolean): Promise<void> {
    this.#requireStarted();
    const leg = this.#requireAnswered(legId);
    const { bridgeId } = leg.record;
    const change = async () => {
      if (leg.record.held === on) return;
      leg.record.held = on;
      const partner = this.#legs.partnerOf(leg);
      if (on) await Promise.all([silence(leg), partner && silence(partner)]);
      else if (partner && !partner.record.held) await connect(leg, partner);
      await this.#legs.note(leg);
    };
    await (bridgeId === undefined ? change() : this.#joining.run(bridgeId, change));
  }

  async play(): Promise<void> {
    throw notSupported('prompts');
  }

  async collect(): Promise<void> {
    throw notSupported('dtmf');
  }

  async record(): Promise<void> {
    throw notSupported('record');
  }

  async deleteRecording(): Promise<void> {
    throw notSupported('record');
  }

  async runApplication(): Promise<void> {
    throw notSupported('applications');
  }

  /** There are no treatments here that could be under way. */
  async stopTreatment(): Promise<void> {
    this.#requireStarted();
  }

  async sendDigits(): Promise<void> {
    throw notSupported('dtmf');
  }

  async hangup(legId: string, cause?: Cause): Promise<void> {
    this.#requireStarted();
    const leg = this.#legs.get(legId);
    if (!leg) return;
    if (leg.record.state === 'answered') {
      settle(leg);
      leg.session?.bye();
      this.#legs.ended(leg, 'normal');
    } else if (leg.record.direction === 'outbound') {
      leg.dialing?.cancel();
      this.#legs.ended(leg, 'cancelled');
    } else {
      const why = cause === undefined || cause === 'normal' ? 'rejected' : cause;
      leg.incoming?.refuse(statusOf(why));
      this.#legs.ended(leg, why);
    }
    await this.#legs.note(leg);
  }

  async reconcile(legIds: readonly string[]): Promise<LegReport[]> {
    this.#requireStarted();
    const over = legIds.filter((legId) => !this.#legs.get(legId));
    const stored = new Map((await this.#records.find(over)).map((record) => [record.id, record]));
    return legIds.map((legId) => {
      const record = this.#legs.get(legId)?.record ?? stored.get(legId);
      return record ? reportOf(record) : { legId, known: false };
    });
  }

  get #domain(): string {
    const [first] = Object.values(this.#settings.listen);
    return this.#settings.domain ?? this.#settings.publicHost ?? first?.host ?? 'ringback';
  }

  get #sessionSeconds(): number {
    return this.#settings.sessionSeconds ?? 1800;
  }

  #openTrunks(): void {
    const wanted = new Map((this.#settings.trunks ?? []).map((trunk) => [trunk.name, trunk]));
    for (const [name, trunk] of this.#trunks) {
      if (JSON.stringify(wanted.get(name)) === JSON.stringify(trunk.settings)) wanted.delete(name);
      else {
        trunk.close();
        this.#trunks.delete(name);
      }
    }
    for (const [name, settings] of wanted) {
      const trunk = new Trunk(this.#agent, settings, addressesOf);
      this.#trunks.set(name, trunk);
      trunk.start();
    }
    // In the order of the settings, by which they are tried.
    for (const { name } of this.#settings.trunks ?? []) {
      const trunk = this.#trunks.get(name);
      if (!trunk) continue;
      this.#trunks.delete(name);
      this.#trunks.set(name, trunk);
    }
  }

  #purgeAgain(): void {
    const { clock, activity, log } = this.#parts;
    this.#purge = clock.at(clock.now() + PURGE_EVERY_MS, () => {
      this.#purgeAgain();
      void activity.run(async () => {
        try {
          await this.#records.purge(clock.now() - REMEMBERED_MS);
        } catch (error) {
          log.warn({ err: error }, 'SIP legs that ended long ago could not be deleted; trying again later');
        }
      });
    });
  }

  // ---- dialing

  async #dial(request: DialRequest): Promise<void> {
    const { legId: id, to: number, from, timeoutMs } = request;
    const { clock } = this.#parts;
    const device = phoneOf(request, this.#registrar);
    const leg: CarriedLeg = {
      record: {
        id,
        direction: 'outbound',
        number,
        from,
        ...(device !== undefined && { device }),
        state: 'dialing',
        dialedAt: clock.now(),
        held: false,
        invites: [],
      },
    };
    if (!(await this.#legs.begin(leg.record))) return;
    this.#legs.add(leg);
    this.#legs.dialing(leg);
    const ways = waysTo(request, {
      registrar: this.#registrar,
      trunks: this.#trunks,
      callsOn: (trunk) => this.#legs.all().filter(({ record }) => record.trunk === trunk).length,
      domain: this.#domain,
      sessionSeconds: this.#sessionSeconds,
      noReplyMs: this.#settings.noReplyMs ?? 5000,
    });
    if (typeof ways === 'string') {
      this.#legs.ended(leg, ways);
      return;
    }
    this.#limit(leg, timeoutMs);
    leg.dialing = new Dialing(this.#agent, ways, {
      leaving: (sent, way) => this.#leaving(leg, sent, way),
      ringing: () => {
        // The time that the dialer sets is that of ringing.
        if (leg.record.state === 'dialing') this.#limit(leg, timeoutMs);
        this.#legs.ringing(leg);
      },
      answered: (answered, way) => {
        void this.#parts.activity.run(() => this.#answered(leg, answered, way));
      },
      failedOver: ({ trunk }, status) => this.#failedOver(trunk, status),
      failed: (status, rang) => this.#legs.ended(leg, causeOf(status, rang)),
    });
    try {
      await leg.dialing.start();
    } catch (error) {
      // Nothing has left: the leg may be dialed again.
      leg.dialing.cancel();
      this.#legs.ended(leg, 'congestion');
      throw error;
    }
  }

  #limit(leg: CarriedLeg, timeoutMs: number): void {
    const { clock } = this.#parts;
    leg.ringTimer?.cancel();
    leg.ringTimer = clock.at(clock.now() + timeoutMs, () => {
      leg.dialing?.cancel();
      this.#legs.ended(leg, 'no-answer');
    });
  }

  async #leaving(leg: CarriedLeg, sent: readonly SentInvite[], way: Way): Promise<void> {
    ride(leg, way.trunk);
    leg.record.invites = sent.map(({ invite, peer, branch }) => ({
      text: `${invite.method} ${invite.uri} SIP/2.0\r\n${invite.headers.format()}\r\n`,
      peer,
      branch,
    }));
    await this.#legs.store(leg);
  }

  #failedOver(name: string | undefined, status: number): void {
    this.#trunks.get(name ?? '')?.failed({ status });
    this.#parts.log.warn({ trunk: name, status }, 'A trunk did not take a call; the next one is tried');
  }

  /** What was answered is stored before it is acknowledged: from then on the party believes to be in a call. */
  async #answered(leg: CarriedLeg, answered: Answered, way: Way): Promise<void> {
    const { dialog, response, sdp, isOffer, sdpVersion } = answered;
    const session = new Session(this.#sessionParts(leg), {
      dialog: dialog.state,
      ours: true,
      sdpVersion,
      takesUpdate: false,
    });
    session.heed(response);
    session.note(sdp);
    leg.record.session = session.record;
    ride(leg, way.trunk);
    this.#legs.answered(leg);
    await this.#legs.note(leg);
    leg.session = session;
    const acknowledge = (answer?: Sdp) => {
      answered.acknowledge(answer && sdp ? session.describe(fittedAnswer(answer, sdp)) : undefined);
      if (leg.record.state !== 'ended') void this.#legs.note(leg);
    };
    if (leg.record.state === 'ended' || this.#state === 'closed') {
      acknowledge(sdp && isOffer ? heldAnswer(sdp) : undefined);
      session.bye();
      return;
    }
    if (!sdp || !isOffer) acknowledge();
    else keepOpen(leg, { offer: sdp, acknowledge }, this.#parts.clock, this.#settings.offerMs ?? 1000);
    this.#legs.tellAnswered(leg);
  }

  // ---- sessions

  #sessionParts(leg: CarriedLeg): SessionParts {
    const credentials = this.#trunks.get(leg.record.trunk ?? '')?.settings.credentials;
    return {
      agent: this.#agent,
      handler: this.#handlerOf(leg),
      ...(credentials && { credentials }),
      sessionSeconds: this.#sessionSeconds,
    };
  }

  /** What a party offers of itself goes to its partner; whoever has none, or is held, is answered with silence. */
  #handlerOf(leg: CarriedLeg): SessionHandler {
    return {
      offered: async (offer) => {
        const partner = this.#heardPartner(leg);
        if (!partner) return heldAnswer(offer);
        const result = await partner.reinvite(offer, { patient: false });
        if (!result.ok) return result.status === 491 ? 491 : 488;
        return result.sdp ?? heldAnswer(offer);
      },
      asked: async () => {
        const partner = this.#heardPartner(leg);
        if (!partner) return heldOffer();
        const result = await partner.reinvite(undefined, { patient: false });
        if (!result.ok) return result.status === 491 ? 491 : 488;
        const { sdp, acknowledge } = result;
        leg.relayed = (answer) => acknowledge(answer ?? (sdp && heldAnswer(sdp)));
        return sdp ?? heldOffer();
      },
      answered: (answer) => this.#relay(leg, answer),
      ended: (how) => {
        this.#relay(leg);
        this.#legs.ended(leg, how === 'bye' ? 'normal' : 'lost');
      },
      digit: (digit) => this.#legs.send({ type: 'digit', legId: leg.record.id, digit, at: this.#parts.clock.now() }),
      changed: () => {
        if (leg.record.state === 'answered') void this.#legs.note(leg);
      },
    };
  }

  #relay(leg: CarriedLeg, answer?: Sdp): void {
    const { relayed } = leg;
    delete leg.relayed;
    relayed?.(answer);
  }

  #heardPartner(leg: CarriedLeg): Session | undefined {
    const partner = this.#legs.partnerOf(leg);
    return partner && !leg.record.held && !partner.record.held ? partner.session : undefined;
  }

  // ---- bridges

  async #join(bridgeId: string, legIds: readonly string[]): Promise<void> {
    const legs = [...new Set(legIds)].map((legId) => this.#requireAnswered(legId));
    const [first] = legs;
    if (!first) return;
    const members = new Set([...this.#legs.othersIn(bridgeId, first), ...legs]);
    if (members.size > 2) {
      throw new RingbackError('not-supported', 'Two parties at most can be joined without media of our own.');
    }
    const [one, other] = [...members];
    if (one && other && (one.record.bridgeId !== bridgeId || other.record.bridgeId !== bridgeId)) {
      for (const leg of members) await this.#leaveOther(leg, bridgeId);
      if (!one.record.held && !other.record.held) await connect(one, other);
    }
    for (const leg of members) {
      // Whoever hung up while the others were connected is not joined any more.
      if (leg.record.state !== 'answered') throw notAnswered(leg.record.id);
      this.#legs.enter(leg, bridgeId);
    }
    await Promise.all(legs.map((leg) => this.#legs.store(leg)));
    for (const leg of legs) {
      const { id, joinedAt = this.#parts.clock.now() } = leg.record;
      if (leg.record.bridgeId === bridgeId) this.#legs.send({ type: 'joined', legId: id, bridgeId, at: joinedAt });
    }
  }

  /** A leg that comes from another bridge leaves its partner there in silence. */
  async #leaveOther(leg: CarriedLeg, bridgeId: string): Promise<void> {
    const before = leg.record.bridgeId;
    if (before === undefined || before === bridgeId) return;
    const left = this.#legs.partnerOf(leg);
    this.#legs.leave(leg);
    if (left) await silence(left);
  }

  async #part(leg: CarriedLeg): Promise<void> {
    const partner = this.#legs.partnerOf(leg);
    this.#legs.leave(leg);
    await Promise.all([silence(leg), partner && silence(partner)]);
    await this.#legs.store(leg);
  }

  // ---- legs

  #changed(leg: CarriedLeg): void {
    const { device } = leg.record;
    if (device !== undefined) this.#presence.look(device);
  }

  #require(legId: string): CarriedLeg {
    const leg = this.#legs.get(legId);
    if (!leg) throw notAnswered(legId);
    return leg;
  }

  #requireAnswered(legId: string): CarriedLeg {
    const leg = this.#require(legId);
    if (leg.record.state !== 'answered' || !leg.session) throw notAnswered(legId);
    return leg;
  }

  #requireStarted(): void {
    if (this.#state === 'started') return;
    throw new RingbackError('switch-unavailable', 'The SIP switch is not started.');
  }
}

/** Notes by which trunk a leg goes. */
function ride(leg: CarriedLeg, trunk: string | undefined): void {
  if (trunk === undefined) delete leg.record.trunk;
  else leg.record.trunk = trunk;
}

function notAnswered(legId: string): RingbackError {
  return new RingbackError('leg-not-answered', `Leg ${legId} is not up, or not any more.`);
}

function notSupported(capability: string): RingbackError {
  return new RingbackError('not-supported', `Calls over SIP without media have no ${capability}.`);
}

async function addressesOf(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
