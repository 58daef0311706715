import type { Activity, Clock, Logger } from '../../kernel/index.js';
import type { SwitchEvent } from '../switch.js';
import type { AriChannel, AriEvent } from './ari-event.js';
import type { Bridges } from './bridges.js';
import { type CarriedLeg, progressOf } from './carried-leg.js';
import { causeOf } from './causes.js';
import type { LegBook } from './leg-book.js';
import { ask, type Link, succeeded } from './link.js';
import type { Names } from './names.js';
import { path } from './rest.js';
import type { Treatments } from './treatments.js';

/** The first argument of our Stasis application: why it is given a channel. */
export const ARGUMENT = { dialed: 'dialed', detected: 'amd', inbound: 'inbound' } as const;
/** The second one of a dialed channel of which is to be found out who answers: it outlives us. */
export const DETECT = 'detect';

type EventOfNoChannel = Exclude<AriEvent, { channel: AriChannel }>;

interface Parts {
  application: string;
  amdContext: string;
  names: Names;
  clock: Clock;
  activity: Activity;
  log: Logger;
  book: LegBook;
  treatments: Treatments;
  bridges: Bridges;
  emit: (event: SwitchEvent) => void;
}

/**
 * What happens to channels, as news of legs. The way of a dialed leg: taken (`dialing`), `Ringing`, given to our application
 * when it is answered; from there, where it is to be found out who answered, through the dialplan's `AMD()` and back; ended
 * when it leaves the application for any other reason, or its channel is destroyed.
 */
export class ChannelEvents {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  handle(link: Link, event: AriEvent): void {
    const { book, treatments } = this.#parts;
    switch (event.type) {
      case 'PlaybackFinished':
        treatments.playbackFinished(event.playback, event.failed, event.address);
        return;
      case 'RecordingFinished':
      case 'RecordingFailed':
        treatments.recordingFinished(event.recording, event.seconds, event.type === 'RecordingFailed');
        return;
      case 'DeviceStateChanged':
      case 'ApplicationReplaced':
        return;
      case 'StasisStart':
        this.#arrived(link, event.channel, event.args);
        return;
      default: {
        const leg = book.ofChannel(link, event.channel.id);
        if (leg) this.#happened(leg, event);
      }
    }
  }

  /** A channel that our application was given before we listened, if it is an inbound call. */
  announce(link: Link, channel: AriChannel, args: readonly string[]): CarriedLeg {
    const { book, clock, emit } = this.#parts;
    const leg: CarriedLeg = {
      ...{ id: book.legId(link, channel.id), link, channel: channel.id, direction: 'inbound', state: 'ringing' },
      ...{ nextHops: [], hop: 0, ringingAt: clock.now(), inStasis: true, waiting: [], adopted: false, typedAhead: '' },
    };
    leg.callId = leg.id;
    book.add(leg);
    const to = args[1] ?? channel.extension;
    emit({ type: 'inbound', legId: leg.id, from: channel.callerNumber, to, at: clock.now() });
    if (channel.state === 'Up') book.answered(leg);
    else this.#inBackground(leg, () => ask(link, 'POST', path('channels', channel.id, 'ring')));
    return leg;
  }

  /** The channel of a leg is gone. @param q850 why, as Asterisk says */
  gone(leg: CarriedLeg, q850: number): void {
    const { book, clock } = this.#parts;
    const [next, ...others] = leg.nextHops;
    const answered = leg.state === 'answered';
    const timedOut = leg.ringsUntil !== undefined && clock.now() >= leg.ringsUntil;
    const { direction, wanted } = leg;
    const refused = !answered && causeOf({ direction, answered, wanted, timedOut, q850 }) === 'congestion';
    if (refused && next && leg.redial) {
      leg.nextHops = others;
      leg.redial(leg, next);
    } else {
      book.ended(leg, q850);
    }
  }

  #arrived(link: Link, channel: AriChannel, args: readonly string[]): void {
    const { book, names, log } = this.#parts;
    const leg = book.ofChannel(link, channel.id);
    if (leg) {
      this.inHand(leg, args);
      return;
    }
    if (!names.idOf(channel.id)) {
      this.announce(link, channel, args);
      return;
    }
    // A leg of ours that nobody asked us for any more, such as one that was given up as lost.
    log.warn({ channel: channel.id, server: link.name }, 'Hanging up a channel whose leg is over');
    this.#inBackground(undefined, () => ask(link, 'DELETE', path('channels', channel.id)));
  }

  /** Our application has a leg that was dialed, or has had it since before we listened: its party has answered, or `AMD()` has found who did. */
  inHand(leg: CarriedLeg, args: readonly string[]): void {
    const { book } = this.#parts;
    if (args[0] === ARGUMENT.detected) {
      delete leg.detection;
      leg.inStasis = true;
      book.answered(leg);
      this.detected(leg, args[1]);
      book.wake(leg);
      return;
    }
    const asked = args[0] === ARGUMENT.dialed && args[1] === DETECT;
    const detects = asked && leg.progress === undefined && leg.detection !== 'running';
    if (detects) leg.detection = 'running';
    leg.inStasis = !detects;
    book.answered(leg);
    if (leg.wanted !== undefined) return;
    if (detects) this.#inBackground(leg, () => this.#detect(leg));
    else book.wake(leg);
  }

  detected(leg: CarriedLeg, status: string | undefined): void {
    const result = progressOf(status);
    if (result === undefined || leg.progress !== undefined || leg.state === 'ended') return;
    leg.progress = result;
    const { clock, emit } = this.#parts;
    emit({ type: 'call-progress', legId: leg.id, at: clock.now(), result });
  }

  /** Sends a leg through the dialplan; its channel is listened to meanwhile, as it is not with our application. */
  async #detect(leg: CarriedLeg): Promise<void> {
    const { application, amdContext } = this.#parts;
    const { link, channel } = leg;
    const subscription = path('applications', application, 'subscription');
    const there = { context: amdContext, extension: 's', priority: 1 };
    const response = await ask(link, 'POST', subscription, { eventSource: [`channel:${channel}`] })
      .then(() => ask(link, 'POST', path('channels', channel, 'continue'), there))
      .catch((error: unknown) => {
        // The list of channels shows at the next connection whether it was sent there.
        delete leg.detection;
        throw error;
      });
    if (succeeded(response) || response.status === 404) return;
    delete leg.detection;
    leg.inStasis = true;
    this.detected(leg, undefined);
    this.#parts.book.wake(leg);
  }

  #happened(leg: CarriedLeg, event: Exclude<AriEvent, { type: 'StasisStart' } | EventOfNoChannel>): void {
    const { book, treatments } = this.#parts;
    switch (event.type) {
      case 'ChannelStateChange':
        if (event.channel.state === 'Ringing') book.ringing(leg);
        else if (event.channel.state === 'Up' && leg.direction === 'inbound') book.answered(leg);
        return;
      case 'ChannelHangupRequest':
        leg.ending = true;
        return;
      case 'StasisEnd':
        leg.inStasis = false;
        if (leg.detection !== 'running') book.ended(leg, leg.state === 'answered' ? 16 : 0);
        return;
      case 'ChannelDestroyed':
        this.gone(leg, event.cause);
        return;
      case 'ChannelDtmfReceived':
        this.#parts.emit({ type: 'digit', legId: leg.id, digit: event.digit, at: this.#parts.clock.now() });
        treatments.pressed(leg, event.digit);
        return;
      case 'ChannelEnteredBridge':
      case 'ChannelLeftBridge':
        this.#bridged(leg, event);
        return;
    }
  }

  #bridged(leg: CarriedLeg, event: Extract<AriEvent, { type: 'ChannelEnteredBridge' | 'ChannelLeftBridge' }>): void {
    const { bridges, names } = this.#parts;
    const bridgeId = names.idOf(event.bridge)?.id;
    if (bridgeId === undefined) return;
    if (event.type === 'ChannelEnteredBridge') {
      bridges.entered(leg, bridgeId);
      return;
    }
    bridges.left(leg, bridgeId);
    if (event.empty) this.#inBackground(leg, () => bridges.destroyEmpty(leg.link, bridgeId));
  }

  #inBackground(leg: CarriedLeg | undefined, work: () => Promise<unknown>): void {
    const { activity, log } = this.#parts;
    activity.run(work).catch((error: unknown) => {
      log.warn({ err: error, ...(leg && { leg: leg.id }) }, 'Asterisk did not do what was to follow on a leg');
    });
  }
}
