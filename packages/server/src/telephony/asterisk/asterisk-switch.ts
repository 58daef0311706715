import { type Activity, type Clock, type Logger, RingbackError, type Timer } from '../../kernel/index.js';
import { reportOf } from '../leg-report.js';
import type {
  ApplicationRequest,
  Cause,
  CollectRequest,
  DialRequest,
  LegReport,
  Media,
  RecordRequest,
  Switch,
  SwitchCapabilities,
  SwitchEvent,
} from '../switch.js';
import { AriConnection, type ConnectedServer } from './ari-connection.js';
import type { AriEvent } from './ari-event.js';
import { Bridges } from './bridges.js';
import type { CarriedLeg } from './carried-leg.js';
import { REASONS } from './causes.js';
import { ChannelEvents } from './channel-events.js';
import { Devices } from './devices.js';
import { Dialing } from './dialing.js';
import { LegBook } from './leg-book.js';
import { ask, type Link, succeeded } from './link.js';
import { Listing } from './listing.js';
import { Names } from './names.js';
import { Outgoing } from './outgoing.js';
import { path, unavailable } from './rest.js';
import type { AsteriskServer, AsteriskSettings, AsteriskSwitchOptions } from './settings.js';
import { Treatments } from './treatments.js';

const DEFAULTS = {
  installation: 'ringback',
  amdContext: 'amd',
  requestTimeoutMs: 10_000,
  startTimeoutMs: 5000,
  lostAfterMs: 30_000,
} as const;

/**
 * Asterisk servers as one telephone network, over their REST interface (ARI).
 *
 * A leg is a channel whose name follows from the leg's id, so that after a lost connection or a restart of either side it is
 * known what became of it. All legs of a call are placed on one server (`DialRequest.callId`), as bridges do not reach from
 * one to another. Each server is connected (its lists have been read, requests are carried out), away (requests concerning it
 * are rejected with `switch-unavailable`), or given up: away for `lostAfterMs`, its legs have ended as `lost`; when it comes
 * back, those that go on there all the same are hung up.
 */
export class AsteriskSwitch implements Switch {
  readonly capabilities: SwitchCapabilities = {
    media: true,
    callProgress: true,
    prompts: true,
    dtmf: true,
    record: true,
    hold: true,
    devicePresence: true,
    applications: false,
    deviceControl: false,
    forgetsEnded: true,
  };

  readonly #settings: AsteriskSettings;
  readonly #application: string;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #log: Logger;
  readonly #outgoing: Outgoing;
  readonly #links: readonly Link[];
  readonly #book: LegBook;
  readonly #treatments: Treatments;
  readonly #bridges: Bridges;
  readonly #events: ChannelEvents;
  readonly #listing: Listing;
  readonly #devices: Devices;
  readonly #dialing: Dialing;
  /** When servers that are away are given up. */
  readonly #patience = new Map<Link, Timer>();
  /** Woken whenever a server is connected or given up. */
  #waiting: (() => void)[] = [];
  #started = false;

  constructor(options: AsteriskSwitchOptions) {
    const { settings, clock, activity, log } = options;
    const { installation = DEFAULTS.installation, node, amdContext = DEFAULTS.amdContext } = settings;
    const application = node === undefined ? installation : `${installation}-${node}`;
    const names = new Names(installation);
    const outgoing = new Outgoing(log);
    const emit = (event: SwitchEvent) => outgoing.send(event);
    const common = { settings, application, amdContext, names, clock, activity, log, emit };
    this.#settings = settings;
    this.#application = application;
    this.#clock = clock;
    this.#activity = activity;
    this.#log = log;
    this.#outgoing = outgoing;
    this.#treatments = new Treatments(common, emit);
    const treatments = this.#treatments;
    this.#book = new LegBook({ ...common, onEnding: (leg) => treatments.legEnded(leg) });
    this.#bridges = new Bridges(common);
    const carried = { ...common, book: this.#book, treatments, bridges: this.#bridges };
    this.#events = new ChannelEvents(carried);
    this.#listing = new Listing({ ...carried, events: this.#events, known: options.known });
    this.#devices = new Devices({ ...common, phones: settings.phones ?? {} });
    this.#links = settings.servers.map((server) => this.#link(server));
    this.#dialing = new Dialing({ ...carried, events: this.#events, links: this.#links });
  }

  /** @throws RingbackError `switch-unavailable` when no server answers within `startTimeoutMs` */
  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    const { startTimeoutMs = DEFAULTS.startTimeoutMs } = this.#settings;
    let late = false;
    const timer = this.#clock.at(this.#clock.now() + startTimeoutMs, () => {
      late = true;
      this.#wake();
    });
    for (const { connection } of this.#links) connection.start();
    while (!late && !this.#links.every(({ connection }) => connection.up)) await this.#change();
    timer.cancel();
    if (!this.#started) return;
    if (!this.#links.some(({ connection }) => connection.up)) {
      await this.close();
      const servers = this.#settings.servers.map(({ name, url }) => `${name} (${url})`).join(', ');
      throw new RingbackError('switch-unavailable', `No Asterisk server answers: ${servers}.`);
    }
    for (const link of this.#links) if (!link.connection.up) link.givenUp = true;
    setImmediate(() => {
      if (this.#started) this.#outgoing.release();
    });
  }

  async close(): Promise<void> {
    this.#started = false;
    for (const timer of this.#patience.values()) timer.cancel();
    this.#patience.clear();
    for (const { connection } of this.#links) connection.close();
    this.#treatments.close();
    this.#outgoing.hold();
    this.#wake();
  }

  subscribe(handler: (event: SwitchEvent) => void): () => void {
    return this.#outgoing.subscribe(handler);
  }

  dial(request: DialRequest): Promise<void> {
    return this.#activity.run(() => this.#dialing.dial(request));
  }

  async answer(legId: string): Promise<void> {
    await this.#activity.run(async () => {
      const leg = await this.#upLeg(legId);
      if (leg.direction === 'outbound') {
        throw new RingbackError('leg-not-inbound', `Leg ${legId} was dialed: it is its party that answers.`);
      }
      if (leg.state === 'answered') return;
      const response = await ask(leg.link, 'POST', path('channels', leg.channel, 'answer'));
      if (!succeeded(response)) throw notUp(legId);
      this.#book.answered(leg);
    });
  }

  async join(bridgeId: string, legIds: readonly string[]): Promise<void> {
    await this.#activity.run(async () => {
      const legs = await Promise.all(legIds.map((legId) => this.#inHand(legId)));
      const [first] = legs;
      if (!first) return;
      const elsewhere = legs.find(({ link }) => link !== first.link);
      if (elsewhere) {
        throw new RingbackError(
          'legs-on-different-servers',
          `Leg ${elsewhere.id} is on Asterisk server ${elsewhere.link.name}, leg ${first.id} on ${first.link.name}: they cannot be joined.`,
        );
      }
      for (const leg of legs) if (leg.bridgeId !== bridgeId) await this.#treatments.makeWay(leg);
      await this.#bridges.join(first.link, bridgeId, legs);
    });
  }

  async unjoin(legId: string): Promise<void> {
    await this.#onLeg(legId, (leg) => this.#bridges.leave(leg));
  }

  async hold(legId: string, on: boolean): Promise<void> {
    await this.#onLeg(legId, async (leg) => {
      await this.#treatments.makeWay(leg);
      const mute = path('channels', leg.channel, 'mute');
      const music = path('channels', leg.channel, 'moh');
      if (on) {
        const muted = await ask(leg.link, 'POST', mute, { direction: 'in' });
        if (!succeeded(muted)) throw notUp(legId);
        await ask(leg.link, 'POST', music, { mohClass: this.#settings.musicClass ?? 'default' });
      } else {
        await ask(leg.link, 'DELETE', music);
        await ask(leg.link, 'DELETE', mute, { direction: 'in' });
      }
    });
  }

  async play(legId: string, playId: string, media: Media): Promise<void> {
    await this.#onLeg(legId, (leg) => this.#treatments.play(leg, playId, media));
  }

  async collect(legId: string, collectId: string, request: CollectRequest): Promise<void> {
    await this.#onLeg(legId, (leg) => this.#treatments.collect(leg, collectId, request));
  }

  async record(legId: string, recordId: string, request: RecordRequest): Promise<void> {
    await this.#onLeg(legId, (leg) => this.#treatments.record(leg, recordId, request));
  }

  async deleteRecording(recordId: string): Promise<void> {
    await this.#activity.run(() => this.#treatments.deleteRecording(this.#connected(), recordId));
  }

  async runApplication(_legId: string, _runId: string, _request: ApplicationRequest): Promise<void> {
    throw new RingbackError('not-supported', 'Asterisk runs no voice applications (VoiceXML).');
  }

  async stopTreatment(id: string): Promise<void> {
    await this.#activity.run(() => this.#treatments.stop(id));
  }

  async sendDigits(legId: string, sendId: string, digits: string): Promise<void> {
    await this.#onLeg(legId, (leg) => this.#treatments.sendDigits(leg, sendId, digits));
  }

  async hangup(legId: string, cause?: Cause): Promise<void> {
    await this.#activity.run(async () => {
      const leg = await this.#find(legId);
      if (leg) return leg.state === 'ended' ? undefined : this.#hangUp(leg, cause);
      const away = this.#away();
      if (away) throw unavailable(away.name, `is away, and may carry leg ${legId}`);
    });
  }

  /** @throws RingbackError `switch-unavailable` when a server that may carry one of the legs is away and not given up */
  async reconcile(legIds: readonly string[]): Promise<LegReport[]> {
    const reports: LegReport[] = [];
    for (const legId of legIds) {
      const leg = await this.#find(legId);
      const away = leg ? undefined : this.#away();
      if (away) throw unavailable(away.name, `is away: it cannot be said what became of leg ${legId}`);
      reports.push(leg ? reportOf(leg) : { legId, known: false });
    }
    return reports;
  }

  #link(server: AsteriskServer): Link {
    const { requestTimeoutMs = DEFAULTS.requestTimeoutMs, rest = 'auto' } = this.#settings;
    const connection = new AriConnection({
      ...{ server, application: this.#application, rest, requestTimeoutMs, clock: this.#clock, log: this.#log },
      onEvent: (event) => this.#heard(link, event),
      onConnected: (about) => this.#activity.run(() => this.#connectedTo(link, about)),
      onUp: () => this.#wake(),
      onLost: () => this.#lost(link),
    });
    const { name, weight = 1 } = server;
    const link: Link = { name, weight, connection, bridges: new Set(), startedAt: '', givenUp: false };
    return link;
  }

  #heard(link: Link, event: AriEvent): void {
    if (event.type === 'DeviceStateChanged') this.#devices.changed(link, event.device, event.state);
    else this.#events.handle(link, event);
  }

  async #connectedTo(link: Link, { startedAt, version }: ConnectedServer): Promise<void> {
    const restarted = link.startedAt !== '' && link.startedAt !== startedAt;
    link.startedAt = startedAt;
    await this.#listing.take(link, restarted);
    await this.#treatments.resume(link);
    await this.#devices.watch(link, this.#application);
    this.#patience.get(link)?.cancel();
    this.#patience.delete(link);
    link.givenUp = false;
    this.#log.info({ server: link.name, version }, 'Connected with Asterisk');
  }

  #lost(link: Link): void {
    const { lostAfterMs = DEFAULTS.lostAfterMs } = this.#settings;
    this.#log.warn({ server: link.name }, 'The connection with Asterisk is lost');
    if (!this.#started || this.#patience.has(link)) return;
    const timer = this.#clock.at(this.#clock.now() + lostAfterMs, () => this.#giveUp(link));
    this.#patience.set(link, timer);
  }

  #giveUp(link: Link): void {
    this.#patience.delete(link);
    link.givenUp = true;
    const legs = this.#book.onLink(link);
    this.#log.error({ server: link.name, legs: legs.length }, 'Asterisk stays away; its calls are given up as lost');
    for (const leg of legs) this.#book.ended(leg, 'lost');
    this.#devices.lost(link);
    this.#wake();
  }

  async #hangUp(leg: CarriedLeg, cause: Cause | undefined): Promise<void> {
    const refused = cause === undefined || cause === 'normal' ? 'rejected' : cause;
    const wanted = leg.state === 'answered' ? 'normal' : leg.direction === 'outbound' ? 'cancelled' : refused;
    leg.wanted ??= wanted;
    const { status } = await ask(leg.link, 'DELETE', path('channels', leg.channel), { reason: REASONS[wanted] });
    // Its end has been told already, or is told by what is left of it: nothing.
    if (status === 404) this.#book.ended(leg, 16);
  }

  #onLeg(legId: string, work: (leg: CarriedLeg) => Promise<void>): Promise<void> {
    return this.#activity.run(async () => work(await this.#inHand(legId)));
  }

  /** An answered leg that our application has; one that is being listened to (`AMD`) is waited for. */
  async #inHand(legId: string): Promise<CarriedLeg> {
    const leg = await this.#answered(legId);
    while (!leg.inStasis && leg.state === 'answered') await new Promise<void>((resolve) => leg.waiting.push(resolve));
    return this.#answered(legId);
  }

  async #answered(legId: string): Promise<CarriedLeg> {
    const leg = await this.#upLeg(legId);
    if (leg.state !== 'answered') throw new RingbackError('leg-not-answered', `Leg ${legId} is not answered.`);
    if (!leg.link.connection.up) throw unavailable(leg.link.name, `is away, and with it leg ${legId}`);
    return leg;
  }

  async #upLeg(legId: string): Promise<CarriedLeg> {
    if (!this.#started) throw new RingbackError('switch-unavailable', 'The Asterisk driver is not started.');
    const leg = await this.#find(legId);
    if (!leg || leg.state === 'ended') throw notUp(legId);
    return leg;
  }

  /** A leg that is or was carried; one of another node is looked for where there are several. */
  async #find(legId: string): Promise<CarriedLeg | undefined> {
    const leg = this.#book.find(legId);
    if (leg || this.#settings.node === undefined) return leg;
    return this.#listing.search(
      this.#links.filter(({ connection }) => connection.up),
      legId,
    );
  }

  /** A server that is away and may come back with what it carries. */
  #away(): Link | undefined {
    return this.#links.find(({ connection, givenUp }) => !connection.up && !givenUp);
  }

  #connected(): Link[] {
    const connected = this.#links.filter(({ connection }) => connection.up);
    if (connected.length > 0) return connected;
    throw new RingbackError('switch-unavailable', 'No Asterisk server is connected.');
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const woken of waiting) woken();
  }
}

function notUp(legId: string): RingbackError {
  return new RingbackError('leg-not-answered', `Leg ${legId} is not up, or not any more.`);
}
