import type { Clock } from '../../kernel/index.js';
import type { SwitchEvent } from '../switch.js';
import type { CarriedLeg } from './carried-leg.js';
import { causeOf } from './causes.js';
import type { Link } from './link.js';
import { inboundLeg, type Names } from './names.js';

/** So many legs that have ended are remembered, for who asks what became of them. */
const REMEMBERED = 20_000;

/**
 * The legs that the servers carry, and what is said of them. A leg only goes forward (dialing, ringing, answered, ended),
 * each state is told once, and what happens before `dialing` was told is told after it.
 */
export class LegBook {
  readonly #names: Names;
  readonly #clock: Clock;
  readonly #emit: (event: SwitchEvent) => void;
  readonly #onEnding: (leg: CarriedLeg) => void;
  readonly #up = new Map<string, CarriedLeg>();
  readonly #ended = new Map<string, CarriedLeg>();
  readonly #ofCall = new Map<string, Set<CarriedLeg>>();

  /** @param parts `onEnding`: hears of a leg's end before everybody else does */
  constructor(parts: {
    names: Names;
    clock: Clock;
    emit: (event: SwitchEvent) => void;
    onEnding: (leg: CarriedLeg) => void;
  }) {
    this.#names = parts.names;
    this.#onEnding = parts.onEnding;
    this.#clock = parts.clock;
    this.#emit = parts.emit;
  }

  /** A leg that is up, or was. */
  find(legId: string): CarriedLeg | undefined {
    return this.#up.get(legId) ?? this.#ended.get(legId);
  }

  up(legId: string): CarriedLeg | undefined {
    return this.#up.get(legId);
  }

  onLink(link: Link): CarriedLeg[] {
    return [...this.#up.values()].filter((leg) => leg.link === link);
  }

  /** The server that carries other legs of a call. */
  linkOfCall(callId: string): Link | undefined {
    for (const { link } of this.#ofCall.get(callId) ?? []) return link;
    return undefined;
  }

  /** The leg of a channel, by its name; those whose channel was given up for another trunk are nobody's. */
  ofChannel(link: Link, channel: string): CarriedLeg | undefined {
    const leg = this.#up.get(this.legId(link, channel));
    return leg?.channel === channel && leg.link === link ? leg : undefined;
  }

  legId(link: Link, channel: string): string {
    return this.#names.idOf(channel)?.id ?? inboundLeg(link.name, channel);
  }

  add(leg: CarriedLeg): void {
    this.#up.set(leg.id, leg);
    if (leg.callId === undefined) return;
    const legs = this.#ofCall.get(leg.callId) ?? new Set();
    this.#ofCall.set(leg.callId, legs.add(leg));
  }

  /** Forgets a leg of which it is unknown whether the network has it. */
  remove(leg: CarriedLeg): void {
    this.#up.delete(leg.id);
    const legs = leg.callId === undefined ? undefined : this.#ofCall.get(leg.callId);
    legs?.delete(leg);
    if (leg.callId !== undefined && legs?.size === 0) this.#ofCall.delete(leg.callId);
  }

  dialing(leg: CarriedLeg): void {
    if (leg.dialedAt !== undefined || leg.direction === 'inbound') return;
    leg.dialedAt = this.#clock.now();
    this.#emit({ type: 'leg', legId: leg.id, at: leg.dialedAt, state: 'dialing' });
  }

  ringing(leg: CarriedLeg): void {
    if (leg.state !== 'dialing' || leg.direction === 'inbound') return;
    this.dialing(leg);
    leg.state = 'ringing';
    leg.ringingAt = this.#clock.now();
    this.#emit({ type: 'leg', legId: leg.id, at: leg.ringingAt, state: 'ringing' });
  }

  answered(leg: CarriedLeg): void {
    if (leg.state === 'answered' || leg.state === 'ended') return;
    this.dialing(leg);
    leg.state = 'answered';
    leg.answeredAt = this.#clock.now();
    this.#emit({ type: 'leg', legId: leg.id, at: leg.answeredAt, state: 'answered' });
  }

  /** @param q850 what Asterisk says; `lost`: that nobody knows */
  ended(leg: CarriedLeg, q850: number | 'lost'): void {
    if (leg.state === 'ended') return;
    this.dialing(leg);
    this.#onEnding(leg);
    const now = this.#clock.now();
    leg.cause =
      q850 === 'lost'
        ? 'lost'
        : causeOf({
            direction: leg.direction,
            answered: leg.state === 'answered',
            wanted: leg.wanted,
            timedOut: leg.ringsUntil !== undefined && now >= leg.ringsUntil,
            q850,
          });
    leg.state = 'ended';
    leg.endedAt = now;
    this.remove(leg);
    this.#ended.set(leg.id, leg);
    for (const id of this.#ended.keys()) {
      if (this.#ended.size <= REMEMBERED) break;
      this.#ended.delete(id);
    }
    this.#emit({ type: 'leg', legId: leg.id, at: now, state: 'ended', cause: leg.cause });
    this.wake(leg);
  }

  /** Wakes those who wait until the application has the leg, or until it has ended. */
  wake(leg: CarriedLeg): void {
    const { waiting } = leg;
    leg.waiting = [];
    for (const woken of waiting) woken();
  }
}
