import { RingbackError, type Timer } from '../../kernel/index.js';
import { reportOf } from '../leg-report.js';
import { DOMAIN_NAMES } from '../sip/locate.js';
import { heldAnswer, heldOffer } from '../sip/sdp.js';
import { Session, type SessionParts } from '../sip/session.js';
import type { SipSwitchParts, SipSwitchSettings } from '../sip/settings.js';
import { Sockets } from '../sip/sockets.js';
import type { Protocol, SipTransport } from '../sip/transport.js';
import { UserAgent } from '../sip/user-agent.js';
import type { Cause, DialRequest, LegReport, Switch, SwitchCapabilities, SwitchEvent } from '../switch.js';
import { Arrivals } from './arrivals.js';
import { BindingRecords } from './binding-records.js';
import { Bridges } from './bridges.js';
import type { CarriedLeg } from './carried-leg.js';
import { statusOf } from './causes.js';
import { settle } from './connection.js';
import { Departures } from './departures.js';
import { FormerCalls } from './former-calls.js';
import { LegBook, notAnswered } from './leg-book.js';
import { LegRecords } from './leg-records.js';
import { sessionHandler } from './partners.js';
import { Presence } from './presence.js';
import { Registrar } from './registrar.js';
import { Trunk } from './trunk.js';

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
  readonly #records: LegRecords;
  readonly #trunks = new Map<string, Trunk>();
  readonly #transport: SipTransport & { open?(): Promise<void> };
  readonly #agent: UserAgent;
  readonly #registrar: Registrar;
  readonly #arrivals: Arrivals;
  readonly #departures: Departures;
  readonly #bridges: Bridges;
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
    this.#departures = new Departures({
      agent: this.#agent,
      legs: this.#legs,
      registrar: this.#registrar,
      trunks: this.#trunks,
      clock,
      log,
      settings: () => this.#settings,
      domain: () => this.#domain,
      sessionSeconds: () => this.#sessionSeconds,
      sessionParts: (leg) => this.#sessionParts(leg),
    });
    this.#bridges = new Bridges(this.#legs, clock);
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
    this.#departures.close();
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
    const dialed = this.#departures.dial(request).finally(() => this.#dialed.delete(legId));
    this.#dialed.set(legId, dialed);
    return dialed;
  }

  async answer(legId: string): Promise<void> {
    this.#requireStarted();
    const leg = this.#legs.requireUp(legId);
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
    await this.#bridges.join(bridgeId, legIds);
  }

  async unjoin(legId: string): Promise<void> {
    this.#requireStarted();
    await this.#bridges.unjoin(legId);
  }

  async hold(legId: string, on: boolean): Promise<void> {
    this.#requireStarted();
    await this.#bridges.hold(legId, on);
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
    // Their ends may still be on the way into the database.
    await this.#legs.settled(over);
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
      const trunk = new Trunk(this.#agent, settings, this.#parts.names ?? DOMAIN_NAMES);
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

  #sessionParts(leg: CarriedLeg): SessionParts {
    const credentials = this.#trunks.get(leg.record.trunk ?? '')?.settings.credentials;
    return {
      agent: this.#agent,
      handler: sessionHandler(leg, this.#legs, this.#parts.clock),
      ...(credentials && { credentials }),
      sessionSeconds: this.#sessionSeconds,
    };
  }

  #changed(leg: CarriedLeg): void {
    const { device } = leg.record;
    if (device !== undefined) this.#presence.look(device);
  }

  #requireStarted(): void {
    if (this.#state === 'started') return;
    throw new RingbackError('switch-unavailable', 'The SIP switch is not started.');
  }
}

function notSupported(capability: string): RingbackError {
  return new RingbackError('not-supported', `Calls over SIP without media have no ${capability}.`);
}
