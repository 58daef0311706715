import { type Clock, KeyedSequence, RingbackError } from '../../kernel/index.js';
import type { CarriedLeg } from './carried-leg.js';
import { connect, silence } from './connection.js';
import { type LegBook, notAnswered } from './leg-book.js';

/** Who is connected with whom: the changes of one bridge one after the other. */
export class Bridges {
  readonly #inTurn = new KeyedSequence();

  constructor(
    private readonly legs: LegBook,
    private readonly clock: Clock,
  ) {}

  /** @throws RingbackError `leg-not-answered`, `not-supported`, `switch-unavailable` */
  async join(bridgeId: string, legIds: readonly string[]): Promise<void> {
    await this.#inTurn.run(bridgeId, () => this.#join(bridgeId, legIds));
  }

  /** @throws as `join` */
  async unjoin(legId: string): Promise<void> {
    const leg = this.legs.requireAnswered(legId);
    const { bridgeId } = leg.record;
    if (bridgeId !== undefined) await this.#inTurn.run(bridgeId, () => this.#part(leg));
  }

  /** @throws as `join` */
  async hold(legId: string, on: boolean): Promise<void> {
    const leg = this.legs.requireAnswered(legId);
    const { bridgeId } = leg.record;
    if (bridgeId === undefined) await this.#hold(leg, on);
    else await this.#inTurn.run(bridgeId, () => this.#hold(leg, on));
  }

  async #hold(leg: CarriedLeg, on: boolean): Promise<void> {
    if (leg.record.held === on) return;
    const partner = this.legs.partnerOf(leg);
    if (on) await Promise.all([silence(leg), partner && silence(partner)]);
    else if (partner && !partner.record.held) await connect(leg, partner);
    leg.record.held = on;
    await this.legs.note(leg);
  }

  async #join(bridgeId: string, legIds: readonly string[]): Promise<void> {
    const legs = [...new Set(legIds)].map((legId) => this.legs.requireAnswered(legId));
    const [first] = legs;
    if (!first) return;
    const members = new Set([...this.legs.othersIn(bridgeId, first), ...legs]);
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
      this.legs.enter(leg, bridgeId);
    }
    await Promise.all(legs.map((leg) => this.legs.store(leg)));
    for (const leg of legs) {
      const { id, joinedAt = this.clock.now() } = leg.record;
      if (leg.record.bridgeId === bridgeId) this.legs.send({ type: 'joined', legId: id, bridgeId, at: joinedAt });
    }
  }

  /** A leg that comes from another bridge leaves its partner there in silence. */
  async #leaveOther(leg: CarriedLeg, bridgeId: string): Promise<void> {
    const before = leg.record.bridgeId;
    if (before === undefined || before === bridgeId) return;
    const left = this.legs.partnerOf(leg);
    this.legs.leave(leg);
    if (left) await silence(left);
  }

  async #part(leg: CarriedLeg): Promise<void> {
    const partner = this.legs.partnerOf(leg);
    this.legs.leave(leg);
    await Promise.all([silence(leg), partner && silence(partner)]);
    await this.legs.store(leg);
  }
}
