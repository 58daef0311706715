import type { Clock, Logger } from '../../kernel/index.js';
import { type AriChannel, objectIn, parseChannel, textIn } from './ari-event.js';
import type { Bridges } from './bridges.js';
import { type CarriedLeg, progressOf } from './carried-leg.js';
import { ARGUMENT, type ChannelEvents } from './channel-events.js';
import type { LegBook } from './leg-book.js';
import { ask, type Link } from './link.js';
import { inboundChannel, type Names } from './names.js';
import { path, unavailable } from './rest.js';
import type { AsteriskSwitchOptions } from './settings.js';

/** A leg is looked for on so many of its trunks. */
const MOST_HOPS = 3;

interface Parts {
  application: string;
  names: Names;
  clock: Clock;
  log: Logger;
  book: LegBook;
  events: ChannelEvents;
  bridges: Bridges;
  known: AsteriskSwitchOptions['known'];
}

/**
 * Brings what we know of a server's legs up to date on every connection, by its own lists of channels and bridges: legs that
 * went on without us are taken up, those that are gone have ended, inbound calls that wait are announced, and channels of
 * this installation whose legs are over are hung up.
 */
export class Listing {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @param restarted whether Asterisk was restarted meanwhile @throws RingbackError `switch-unavailable` */
  async take(link: Link, restarted: boolean): Promise<void> {
    const { book, names } = this.#parts;
    const before = book.onLink(link);
    const channels = (await this.#list(link, 'channels')).flatMap((value) => parseChannel(value) ?? []);
    const bridged = await this.#bridged(link);
    const listed = new Set(channels.map(({ id }) => id));
    for (const leg of before) {
      // One that is being asked for may not be in the list yet.
      const asked = leg.direction === 'outbound' && leg.dialedAt === undefined;
      if (!asked && !listed.has(leg.channel)) this.#vanished(leg, restarted);
    }
    const strangers: CarriedLeg[] = [];
    for (const channel of channels) {
      const known = book.ofChannel(link, channel.id);
      const leg = known ?? this.#adopt(link, channel);
      if (!leg) continue;
      if (known) this.#catchUp(known, channel);
      else if (names.idOf(channel.id) || leg.state === 'answered') strangers.push(leg);
      const bridgeId = bridged.get(channel.id);
      if (bridgeId !== undefined) this.#parts.bridges.entered(leg, bridgeId);
      else if (leg.bridgeId !== undefined) this.#parts.bridges.left(leg, leg.bridgeId);
      await this.#listenTo(link, channel);
    }
    await this.#hangUpUnknown(link, strangers);
  }

  /**
   * A leg that another node had dialed or announced since we connected: it is taken up here too.
   * @throws RingbackError `switch-unavailable`
   */
  async search(links: readonly Link[], legId: string): Promise<CarriedLeg | undefined> {
    const { names, book, bridges } = this.#parts;
    for (let hop = 0; hop < MOST_HOPS; hop += 1) {
      for (const link of links) {
        const { body } = await ask(link, 'GET', path('channels', names.channel(legId, hop)));
        const channel = parseChannel(body);
        if (!channel || book.legId(link, channel.id) !== legId) continue;
        const leg = book.up(legId) ?? this.#unheard(link, channel);
        leg.hop = hop;
        await this.#listenTo(link, channel);
        const bridgeId = (await this.#bridged(link)).get(channel.id);
        if (bridgeId !== undefined) bridges.entered(leg, bridgeId);
        return leg;
      }
      if (inboundChannel(legId)) break;
    }
    return undefined;
  }

  /** Our legs by their channel, and the bridge that each is in; the bridges of this installation are known from now on. */
  async #bridged(link: Link): Promise<Map<string, string>> {
    const bridgeOf = new Map<string, string>();
    const listed = await this.#list(link, 'bridges');
    link.bridges.clear();
    for (const value of listed) {
      const { id, channels } = objectIn(value);
      const ours = this.#parts.names.idOf(textIn(id));
      if (!ours) continue;
      link.bridges.add(ours.id);
      if (Array.isArray(channels)) for (const channel of channels) bridgeOf.set(String(channel), ours.id);
    }
    return bridgeOf;
  }

  /** A leg of a channel that we knew nothing of; undefined when the channel is none of our business. */
  #adopt(link: Link, channel: AriChannel): CarriedLeg | undefined {
    const { application, book, clock, events, names } = this.#parts;
    const [app, reason, detail] = stasisArguments(channel);
    const ours = names.idOf(channel.id);
    if (!ours) {
      if (app !== application) return undefined;
      const waits = channel.state !== 'Up';
      const leg = waits ? events.announce(link, channel, [reason ?? '', detail ?? '']) : this.#unheard(link, channel);
      return leg;
    }
    const ended = book.find(ours.id);
    if (ended && ended.state !== 'ended') return undefined;
    const leg = this.#unheard(link, channel);
    leg.hop = ours.hop;
    leg.dialedAt = Math.min(channel.createdAt || clock.now(), clock.now());
    const progress = reason === ARGUMENT.detected ? progressOf(detail) : undefined;
    if (progress !== undefined) leg.progress = progress;
    if (leg.inStasis) events.inHand(leg, [reason ?? '', detail ?? '']);
    return leg;
  }

  /** A leg as its channel shows it, of which nothing needs to be told: who asks for it hears what it is. */
  #unheard(link: Link, channel: AriChannel): CarriedLeg {
    const { book, clock, names } = this.#parts;
    const at = Math.min(channel.createdAt || clock.now(), clock.now());
    const inStasis = channel.application === 'Stasis';
    const state = channel.state === 'Up' ? 'answered' : channel.state === 'Ringing' ? 'ringing' : 'dialing';
    const leg: CarriedLeg = {
      ...{ id: book.legId(link, channel.id), link, channel: channel.id, state, inStasis, adopted: true },
      ...{
        direction: names.idOf(channel.id) ? 'outbound' : 'inbound',
        nextHops: [],
        hop: 0,
        waiting: [],
        typedAhead: '',
      },
      ...(state !== 'dialing' && { ringingAt: at }),
      ...(state === 'answered' && { answeredAt: at }),
    };
    if (state === 'answered' && !inStasis) leg.detection = 'running';
    book.add(leg);
    return leg;
  }

  /** A leg that went on while we did not listen. */
  #catchUp(leg: CarriedLeg, channel: AriChannel): void {
    const { book, events } = this.#parts;
    const [, reason, detail] = stasisArguments(channel);
    leg.inStasis = channel.application === 'Stasis';
    if (channel.state === 'Ringing') book.ringing(leg);
    if (leg.inStasis && leg.direction === 'outbound') events.inHand(leg, [reason ?? '', detail ?? '']);
    else if (channel.state === 'Up') book.answered(leg);
    if (leg.inStasis) book.wake(leg);
  }

  /** The leg's channel is gone, and nobody told us why. */
  #vanished(leg: CarriedLeg, restarted: boolean): void {
    const { book } = this.#parts;
    const knowable = !restarted && (leg.state === 'answered' || leg.wanted !== undefined);
    book.ended(leg, knowable ? 16 : 'lost');
  }

  /** Channels are listened to by who had them dialed or has them in hand; what we only found is asked for. */
  async #listenTo(link: Link, { id }: AriChannel): Promise<void> {
    const { application } = this.#parts;
    await ask(link, 'POST', path('applications', application, 'subscription'), { eventSource: [`channel:${id}`] });
  }

  async #hangUpUnknown(link: Link, legs: readonly CarriedLeg[]): Promise<void> {
    const { known, log, book } = this.#parts;
    if (!known || legs.length === 0) return;
    const wanted = new Set(await known(legs.map(({ id }) => id)));
    for (const leg of legs) {
      if (wanted.has(leg.id) || leg.state === 'ended') continue;
      log.warn({ leg: leg.id, server: link.name }, 'Hanging up a leg that is over, or was never asked for');
      leg.wanted = 'cancelled';
      book.remove(leg);
      await ask(link, 'DELETE', path('channels', leg.channel));
    }
  }

  async #list(link: Link, what: 'channels' | 'bridges'): Promise<unknown[]> {
    const { status, body } = await ask(link, 'GET', what);
    if (status === 200 && Array.isArray(body)) return body;
    throw unavailable(link.name, `answered ${status} when its ${what} were asked for`);
  }
}

/** Application and arguments of a channel that is in `Stasis`. */
function stasisArguments({ application, applicationData }: AriChannel): string[] {
  return application === 'Stasis' ? applicationData.split(',') : [];
}
