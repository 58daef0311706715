import type { Activity, Clock, Logger } from '../kernel/index.js';
import { type Sql, Together } from '../store/index.js';
import type { DialDecision } from './dial-decision.js';
import type { DialPlanning } from './dial-planning.js';
import { type LegEvent, missedEvents } from './leg.js';
import type { LegInbox } from './leg-inbox.js';
import { type LegRow, toLeg } from './leg-statements.js';
import { type DialIntent, storeDecisions, storeIntent } from './leg-store.js';
import type { Switch } from './switch.js';

/** Groups of decisions under way at the same time, and how many are stored together at most. */
const LANES = 2;
const MOST_TOGETHER = 100;

interface Parts {
  database: Sql;
  switch: Switch;
  dialPlan?: DialPlanning | undefined;
  inbox: LegInbox;
  clock: Clock;
  activity: Activity;
  log: Logger;
  /** Marks the intents of this process, which need not be looked for in the network before they are dialed. */
  life: string;
}

/**
 * Legs from the intent to dial them until the network has them. Nothing is dialed whose intent is not stored, and nothing of
 * which it is not known that the network never had it: intents of a process that was killed are looked for in the network,
 * and where that forgets calls that have ended, those that it may have been asked for end as `lost`.
 */
export class LegIntents {
  readonly #parts: Parts;
  readonly #decisions: Together<{ legId: string; decision: DialDecision }, boolean>;
  /** Legs that this process tried to dial without learning whether the network has taken them. */
  readonly #doubtful = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#decisions = new Together({
      ...{ activity: parts.activity, log: parts.log, name: 'dial plans', lanes: LANES, most: MOST_TOGETHER },
      run: (decided) => storeDecisions(parts.database, decided),
    });
  }

  /** Stores the intent to dial a leg, in the caller's transaction; nothing when the leg is known. */
  async store(tx: Sql, intent: DialIntent): Promise<void> {
    const { switch: network, log, life, clock } = this.#parts;
    const callProgress = intent.callProgress && network.capabilities.callProgress;
    if (callProgress !== intent.callProgress) {
      log.warn({ leg: intent.legId }, 'The switch cannot detect who answers: the call is placed without it');
    }
    await storeIntent(tx, { ...intent, callProgress }, life, clock.now());
  }

  /**
   * Dials a leg in its turn, unless it was dialed already.
   * @throws RingbackError `switch-unavailable` when it is unknown whether the network has taken it
   */
  async dial(row: LegRow): Promise<void> {
    const { id: legId } = row;
    if (row.state !== 'intended' || (await this.isCarried(row))) return;
    if (this.#mayHaveRung(row))
      return this.#note({ type: 'leg', legId, at: this.#now(), state: 'ended', cause: 'lost' });
    const decision = await this.#decide(row);
    if (decision === 'over') return;
    if (decision?.refused) {
      const { cause } = decision.refused;
      return this.#note({ type: 'leg', legId, at: this.#now(), state: 'ended', cause });
    }
    const callerName = decision?.callerName ?? row.caller_name;
    this.#doubtful.add(legId);
    await this.#parts.switch.dial({
      legId,
      to: decision?.to ?? row.number,
      from: decision?.from ?? row.from_number,
      ...(callerName !== null && { callerName }),
      timeoutMs: row.timeout_ms,
      callProgress: row.call_progress,
      callId: row.call_id,
      userData: row.user_data,
      ...(decision?.route && { route: decision.route }),
    });
    this.#doubtful.delete(legId);
    this.#note({ type: 'leg', legId, at: this.#now(), state: 'dialing' });
  }

  /** Whether an intended leg is in the network already; then what the network knows of it has been noted. */
  async isCarried(row: LegRow): Promise<boolean> {
    if (row.life === this.#parts.life && !this.#doubtful.has(row.id)) return false;
    const [report] = await this.#parts.switch.reconcile([row.id]);
    if (!report?.known) return false;
    this.#doubtful.delete(row.id);
    for (const event of missedEvents(toLeg(row), report, this.#now())) this.#note(event);
    return true;
  }

  /** Whether a leg that the network does not know may have rung before a crash all the same. */
  #mayHaveRung(row: LegRow): boolean {
    return (
      this.#parts.switch.capabilities.forgetsEnded === true && row.life !== this.#parts.life && row.dial_plan !== null
    );
  }

  /**
   * What the dial plan says of a leg, decided once and stored right before the network is asked. A network that forgets calls
   * gets one for every leg, also where there is no plan: it says in the next life that the network may have been asked.
   * @returns `over` when the leg was ended meanwhile
   */
  async #decide(row: LegRow): Promise<DialDecision | 'over' | undefined> {
    const { dialPlan, switch: network } = this.#parts;
    if (row.dial_plan) return row.dial_plan;
    const leg = toLeg(row);
    const planned = await dialPlan?.decide(leg);
    const asIs = network.capabilities.forgetsEnded ? { to: leg.number, from: leg.from, steps: [] } : undefined;
    const decision = planned ?? asIs;
    if (!decision) return undefined;
    return (await this.#decisions.do({ legId: leg.id, decision })) ? decision : 'over';
  }

  #note(event: LegEvent): void {
    this.#parts.inbox.note(event);
  }

  #now(): number {
    return this.#parts.clock.now();
  }
}
