import type { Activity, Clock, Logger } from '../../kernel/index.js';
import { RingbackError } from '../../kernel/index.js';
import type { DialRequest } from '../switch.js';
import type { CarriedLeg, Hop } from './carried-leg.js';
import { ARGUMENT, type ChannelEvents, DETECT } from './channel-events.js';
import { callerId, hopsFor, variablesFor } from './dial-target.js';
import type { LegBook } from './leg-book.js';
import { ask, type Link, succeeded } from './link.js';
import { inboundChannel, type Names } from './names.js';
import { placeOf } from './placement.js';
import { unavailable } from './rest.js';
import type { AsteriskSettings } from './settings.js';

interface Parts {
  settings: AsteriskSettings;
  application: string;
  names: Names;
  clock: Clock;
  activity: Activity;
  log: Logger;
  book: LegBook;
  events: ChannelEvents;
  links: readonly Link[];
}

/** Q.850: no such number; a phone that is not there; and a failure that sends a call to its next trunk. */
const UNALLOCATED = 1;
const SUBSCRIBER_ABSENT = 20;
const TEMPORARY_FAILURE = 41;

/** Dials legs: chooses the server, then asks it for one trunk after the other. */
export class Dialing {
  readonly #parts: Parts;
  /** Legs that are being asked for. */
  readonly #underWay = new Map<string, Promise<void>>();
  /** The server that was asked for a leg without an answer: only there it may be asked for again. */
  readonly #doubtful = new Map<string, Link>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws RingbackError `switch-unavailable` when it is unknown whether the leg is being dialed, or no server can */
  async dial(request: DialRequest): Promise<void> {
    const { legId } = request;
    const underWay = this.#underWay.get(legId);
    if (underWay) return underWay;
    if (this.#parts.book.find(legId)) return;
    const dialed = this.#first(request).finally(() => this.#underWay.delete(legId));
    this.#underWay.set(legId, dialed);
    await dialed;
  }

  async #first(request: DialRequest): Promise<void> {
    const { book, clock, settings, names } = this.#parts;
    const { legId, callId, timeoutMs } = request;
    const link = this.#doubtful.get(legId) ?? this.#place(request);
    if (!link.connection.up) throw unavailable(link.name, `is away, and leg ${legId} belongs there`);
    const [hop, ...nextHops] = hopsFor(request, link.name, settings);
    const leg: CarriedLeg = {
      ...{ id: legId, link, channel: names.channel(legId), direction: 'outbound', state: 'dialing', hop: 0, nextHops },
      ...{ inStasis: false, waiting: [], adopted: false, typedAhead: '', ringsUntil: clock.now() + timeoutMs },
      ...(callId !== undefined && { callId }),
      redial: (again, next) => this.#redial(request, again, next),
    };
    book.add(leg);
    if (!hop) return book.ended(leg, UNALLOCATED);
    try {
      await this.#ask(request, leg, hop);
      this.#doubtful.delete(legId);
    } catch (error) {
      if (leg.dialedAt === undefined) {
        this.#doubtful.set(legId, link);
        book.remove(leg);
      }
      throw error;
    }
  }

  /** The trunk has not taken it: the next is asked. */
  #redial(request: DialRequest, leg: CarriedLeg, hop: Hop): void {
    const { activity, names, log, clock, book } = this.#parts;
    leg.hop += 1;
    leg.channel = names.channel(leg.id, leg.hop);
    leg.ringsUntil = clock.now() + request.timeoutMs;
    activity
      .run(() => this.#ask(request, leg, hop))
      .catch((error: unknown) => {
        log.error({ err: error, leg: leg.id }, 'The next trunk could not be asked');
        book.ended(leg, TEMPORARY_FAILURE);
      });
  }

  async #ask({ callerName, callProgress, timeoutMs, headers }: DialRequest, leg: CarriedLeg, hop: Hop): Promise<void> {
    const { application, book, events } = this.#parts;
    const shown = callerId(callerName, hop.from);
    const response = await ask(leg.link, 'POST', 'channels', {
      ...{ endpoint: hop.endpoint, app: application, channelId: leg.channel },
      appArgs: callProgress ? `${ARGUMENT.dialed},${DETECT}` : ARGUMENT.dialed,
      timeout: Math.max(1, Math.ceil(timeoutMs / 1000)),
      ...(shown !== undefined && { callerId: shown }),
      variables: variablesFor(application, headers),
    });
    // 409: it was dialed by an earlier request of which we did not hear the answer.
    if (succeeded(response) || response.status === 409) return book.dialing(leg);
    if (response.status === 400) return book.ended(leg, UNALLOCATED);
    if (response.status !== 500) {
      throw unavailable(leg.link.name, `answered ${response.status} when ${hop.endpoint} was to be dialed`);
    }
    // "Allocation failed": the phone is not registered, or the trunk is not reachable.
    if (leg.nextHops.length > 0) events.gone(leg, TEMPORARY_FAILURE);
    else book.ended(leg, SUBSCRIBER_ABSENT);
  }

  /** The server of the call's other legs, or the one that its id leads to. */
  #place({ callId, legId }: DialRequest): Link {
    const { book, links } = this.#parts;
    const call = callId ?? legId;
    const inbound = inboundChannel(call);
    const there = book.linkOfCall(call) ?? (inbound && links.find(({ name }) => name === inbound.server));
    const link =
      there ??
      placeOf(
        call,
        links.filter(({ connection }) => connection.up),
      );
    if (link) return link;
    throw new RingbackError('switch-unavailable', 'No Asterisk server is connected that takes new calls.');
  }
}
