import { type Clock, Listeners, type Logger, RingbackError } from '../../kernel/index.js';
import type { Cause, SwitchEvent } from '../switch.js';
import type { CarriedLeg, LegRecord } from './carried-leg.js';
import type { LegRecords } from './leg-records.js';

export interface LegBookParts {
  records: LegRecords;
  clock: Clock;
  log: Logger;
  /** A leg of this phone or trunk rings, is answered or has ended. */
  changed(leg: CarriedLeg): void;
}

/**
 * The legs that are up: what is known of each, who is in a bridge with whom, and who hears of it. Every change is stored,
 * those of one leg in their order, of several that wait the last alone.
 */
export class LegBook {
  readonly #parts: LegBookParts;
  readonly #legs = new Map<string, CarriedLeg>();
  readonly #bridges = new Map<string, Set<CarriedLeg>>();
  readonly #heard = new Listeners<[SwitchEvent]>();
  /** The stores of each leg that are under way: one that runs, and one that waits for it. */
  readonly #storing = new Map<string, { running: Promise<void>; next?: Promise<void> }>();
  /** What happens before the switch has started is heard when it has. */
  #kept: SwitchEvent[] | undefined = [];

  constructor(parts: LegBookParts) {
    this.#parts = parts;
  }

  subscribe(handler: (event: SwitchEvent) => void): () => void {
    return this.#heard.add(handler);
  }

  /** From now on events are heard. */
  open(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const event of kept) this.#heard.notify(event);
  }

  send(event: SwitchEvent): void {
    if (this.#kept) this.#kept.push(event);
    else this.#heard.notify(event);
  }

  get(id: string): CarriedLeg | undefined {
    return this.#legs.get(id);
  }

  /** @throws RingbackError `leg-not-answered` */
  requireUp(id: string): CarriedLeg {
    const leg = this.#legs.get(id);
    if (!leg) throw notAnswered(id);
    return leg;
  }

  /** @throws RingbackError `leg-not-answered` */
  requireAnswered(id: string): CarriedLeg {
    const leg = this.requireUp(id);
    if (leg.record.state !== 'answered' || !leg.session) throw notAnswered(id);
    return leg;
  }

  all(): CarriedLeg[] {
    return [...this.#legs.values()];
  }

  add(leg: CarriedLeg): void {
    this.#legs.set(leg.record.id, leg);
    const { bridgeId } = leg.record;
    if (bridgeId !== undefined) this.#membersOf(bridgeId).add(leg);
    this.#parts.changed(leg);
  }

  /** Takes a leg back that never came about. */
  remove(leg: CarriedLeg): void {
    this.#legs.delete(leg.record.id);
    this.#parts.changed(leg);
  }

  /** Stores a new leg. @returns false when it is known from an earlier life */
  begin(record: LegRecord): Promise<boolean> {
    return this.#parts.records.begin(record);
  }

  /** Stores how the leg stands when it is this change's turn. */
  store(leg: CarriedLeg): Promise<void> {
    const { id } = leg.record;
    const known = this.#storing.get(id);
    if (known?.next) return known.next;
    const write = async () => {
      try {
        await this.#parts.records.store(leg.record);
      } finally {
        const now = this.#storing.get(id);
        if (now?.next) this.#storing.set(id, { running: now.next });
        else this.#storing.delete(id);
      }
    };
    if (known) {
      known.next = known.running.then(write, write);
      return known.next;
    }
    const running = write();
    this.#storing.set(id, { running });
    return running;
  }

  /** Stores how the leg stands, sooner or later: the next change stores it again if this one fails. */
  async note(leg: CarriedLeg): Promise<void> {
    try {
      await this.store(leg);
    } catch (error) {
      this.#parts.log.warn({ leg: leg.record.id, err: error }, 'The state of a SIP leg could not be stored');
    }
  }

  /** Resolves when everything is stored, or cannot be: of all legs, or of these. */
  async settled(ids: Iterable<string> = this.#storing.keys()): Promise<void> {
    const storing = [...ids].flatMap((id) => this.#storing.get(id) ?? []);
    await Promise.allSettled(storing.flatMap(({ running, next }) => [running, next]));
  }

  dialing(leg: CarriedLeg): void {
    const at = this.#parts.clock.now();
    leg.record.dialedAt = at;
    this.send({ type: 'leg', legId: leg.record.id, at, state: 'dialing' });
  }

  ringing(leg: CarriedLeg): void {
    const { record } = leg;
    if (record.state !== 'dialing') return;
    const at = this.#parts.clock.now();
    record.state = 'ringing';
    record.ringingAt = at;
    this.send({ type: 'leg', legId: record.id, at, state: 'ringing' });
    this.#parts.changed(leg);
    void this.note(leg);
  }

  /** To be stored by the caller, before anybody is told. */
  answered(leg: CarriedLeg): void {
    leg.record.state = 'answered';
    leg.record.answeredAt = this.#parts.clock.now();
    leg.ringTimer?.cancel();
    delete leg.dialing;
    delete leg.incoming;
  }

  tellAnswered(leg: CarriedLeg): void {
    const { id, answeredAt } = leg.record;
    this.send({ type: 'leg', legId: id, at: answeredAt ?? this.#parts.clock.now(), state: 'answered' });
    this.#parts.changed(leg);
  }

  ended(leg: CarriedLeg, cause: Cause): void {
    const { record } = leg;
    if (record.state === 'ended') return;
    const at = this.#parts.clock.now();
    leg.ringTimer?.cancel();
    leg.open?.timer.cancel();
    this.leave(leg);
    record.state = 'ended';
    record.cause = cause;
    record.endedAt = at;
    record.invites = [];
    delete record.session;
    this.#legs.delete(record.id);
    this.send({ type: 'leg', legId: record.id, at, state: 'ended', cause });
    this.#parts.changed(leg);
    void this.note(leg);
  }

  /** The others in a bridge. */
  othersIn(bridgeId: string, leg: CarriedLeg): CarriedLeg[] {
    return [...(this.#bridges.get(bridgeId) ?? [])].filter((other) => other !== leg);
  }

  /** With whom a leg speaks. */
  partnerOf(leg: CarriedLeg): CarriedLeg | undefined {
    const { bridgeId } = leg.record;
    return bridgeId === undefined ? undefined : this.othersIn(bridgeId, leg)[0];
  }

  enter(leg: CarriedLeg, bridgeId: string): void {
    if (leg.record.bridgeId === bridgeId) return;
    this.leave(leg);
    leg.record.bridgeId = bridgeId;
    leg.record.joinedAt = this.#parts.clock.now();
    this.#membersOf(bridgeId).add(leg);
  }

  leave(leg: CarriedLeg): void {
    const { bridgeId } = leg.record;
    if (bridgeId === undefined) return;
    const members = this.#bridges.get(bridgeId);
    members?.delete(leg);
    if (members?.size === 0) this.#bridges.delete(bridgeId);
    delete leg.record.bridgeId;
    delete leg.record.joinedAt;
  }

  #membersOf(bridgeId: string): Set<CarriedLeg> {
    const members = this.#bridges.get(bridgeId) ?? new Set();
    this.#bridges.set(bridgeId, members);
    return members;
  }
}

export function notAnswered(legId: string): RingbackError {
  return new RingbackError('leg-not-answered', `Leg ${legId} is not up, or not any more.`);
}
