import { type Activity, type Clock, instant, type Logger, newId, RingbackError } from '../kernel/index.js';
import type { Sql, Transaction } from '../store/sql.js';
import { type CallJournal, journalEntry } from './call-journal.js';
import type { DialDecision } from './dial-decision.js';
import type { DialPlanning } from './dial-planning.js';
import { afterEvent, type Leg, type LegEvent, missedEvents } from './leg.js';
import { type HeardEvent, LegInbox } from './leg-inbox.js';
import {
  LEAVE_BRIDGE,
  LEFT_ALONE,
  type LegRow,
  LOCK,
  OF_CALL,
  OF_CALLBACK,
  OF_IDS,
  OF_SESSION,
  PURGE,
  READ,
  toLeg,
  UP,
} from './leg-statements.js';
import {
  type DialIntent,
  enterBridge,
  leaveBridge,
  listLegs,
  readAnsweredLeg,
  readLeg,
  requireUp,
  storeArrival,
  storeDecision,
  storeIntent,
  storeLeg,
} from './leg-store.js';
import type {
  ApplicationRequest,
  Cause,
  CollectRequest,
  Media,
  RecordRequest,
  Switch,
  SwitchCapabilities,
  SwitchEvent,
} from './switch.js';
import { isTreatedEvent, type TreatedEvent, type TreatmentResult, treated } from './treated.js';

/** Legs compared with the network at a time. */
const RECONCILE_BATCH = 500;
/** Legs purged in one transaction. */
const PURGE_BATCH = 5000;

/** What Calls needs of the database. */
export interface CallStore extends Sql {
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** A leg before and after an event; equal states when the event brought something else (progress, a join). */
export interface LegChange {
  leg: Leg;
  previous: Leg;
  event: LegEvent;
}

export type ChangeHandler = (tx: Transaction, change: LegChange) => Promise<void>;
export type InboundHandler = (tx: Transaction, leg: Leg) => Promise<void>;
export type TreatedHandler = (tx: Transaction, treatmentId: string, result: TreatmentResult) => Promise<void>;

/**
 * The legs of all calls: stores what is intended, asks the switch for it, and stores what the switch reports, each change
 * in one transaction with its journal entries and with what the handlers make of it.
 *
 * - Nothing is dialed whose intent is not stored. After a crash, intents are compared with the network before anything is
 *   dialed again (`recover`, `dial`).
 * - What happens to one leg is stored in the order in which it was heard, one thing after the other. Repetitions and
 *   stragglers change nothing. What cannot be stored now (the database is away, a handler fails) is kept and tried again.
 * - **Last in the bridge**: when a leg that was told to join a bridge ends, and one other leg is left in it, that one is
 *   hung up, cause `normal`; unless the bridge was joined with `releaseLast: false`.
 *
 * All handlers are registered before the switch starts, so that nothing is stored that they do not hear of. They run
 * inside the transaction and must not call `dial`, `join`, `hangup` and the like before its commit (these wait for the
 * leg's turn): use `tx.afterCommit`.
 */
export class Calls {
  readonly #database: CallStore;
  readonly #switch: Switch;
  readonly #dialPlan: DialPlanning | undefined;
  readonly #journal: CallJournal;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #log: Logger;
  /** Marks the intents of this process, which need not be looked for in the network before they are dialed. */
  readonly #life = newId();
  readonly #inbox: LegInbox;
  /** Legs that this process tried to dial without learning whether the network has taken them. */
  readonly #doubtful = new Set<string>();
  readonly #changeHandlers: ChangeHandler[] = [];
  readonly #inboundHandlers: InboundHandler[] = [];
  readonly #treatedHandlers: TreatedHandler[] = [];
  readonly #unsubscribe: () => void;
  /** What was heard since `keepUntilRecovered`, until `recover` is done. */
  #held: HeardEvent[] | undefined;

  constructor(parts: {
    database: CallStore;
    switch: Switch;
    /** Absent: every number is dialed as it is. */
    dialPlan?: DialPlanning;
    journal: CallJournal;
    clock: Clock;
    activity: Activity;
    log: Logger;
  }) {
    this.#database = parts.database;
    this.#switch = parts.switch;
    this.#dialPlan = parts.dialPlan;
    this.#journal = parts.journal;
    this.#clock = parts.clock;
    this.#activity = parts.activity;
    this.#log = parts.log;
    this.#inbox = new LegInbox({
      clock: parts.clock,
      activity: parts.activity,
      log: parts.log,
      store: (legId, heard) => this.#database.transaction((tx) => this.#store(tx, legId, heard)),
    });
    this.#unsubscribe = this.#switch.subscribe((event) => {
      if (event.type === 'digit' || event.type === 'device') return;
      if (this.#held) this.#held.push(event);
      else this.#inbox.hear(event);
    });
  }

  get capabilities(): SwitchCapabilities {
    return this.#switch.capabilities;
  }

  /** Hears every change of a leg, inside the transaction that stores it; what it throws undoes the change, for now. */
  onChange(handler: ChangeHandler): void {
    this.#changeHandlers.push(handler);
  }

  /** Hears of every inbound leg once, inside the transaction that stores it. */
  onInbound(handler: InboundHandler): void {
    this.#inboundHandlers.push(handler);
  }

  /**
   * Hears when a play, a collect, a recording or a voice application is over by itself, inside a transaction; possibly
   * more than once.
   */
  onTreated(handler: TreatedHandler): void {
    this.#treatedHandlers.push(handler);
  }

  /** Stores the intent to dial a leg, in the caller's transaction; nothing when the leg is known. Dials nothing. */
  async intend(tx: Sql, intent: DialIntent): Promise<void> {
    const callProgress = intent.callProgress && this.#switch.capabilities.callProgress;
    if (callProgress !== intent.callProgress) {
      this.#log.warn({ leg: intent.legId }, 'The switch cannot detect who answers: the call is placed without it');
    }
    await storeIntent(tx, { ...intent, callProgress }, this.#life, this.#clock.now());
  }

  /**
   * Dials an intended leg by the dial plan, which may refuse it: then it ends undialed. Nothing when it was dialed already.
   * Resolves when the network has taken it. Safe to repeat, also after a crash.
   * @throws RingbackError `unknown-leg`; `switch-unavailable` when it is unknown whether the network has taken it:
   *   the leg stays intended, to be dialed or hung up later
   */
  async dial(legId: string): Promise<void> {
    await this.#inbox.inTurn(legId, async () => {
      const row = await readLeg(this.#database, legId);
      if (row.state !== 'intended' || (await this.#isCarried(row))) return;
      if (this.#mayHaveRung(row)) {
        return this.#inbox.note({ type: 'leg', legId, at: this.#clock.now(), state: 'ended', cause: 'lost' });
      }
      const decision = await this.#decide(toLeg(row));
      if (decision?.refused) {
        const { cause } = decision.refused;
        return this.#inbox.note({ type: 'leg', legId, at: this.#clock.now(), state: 'ended', cause });
      }
      const callerName = decision?.callerName ?? row.caller_name;
      this.#doubtful.add(legId);
      await this.#switch.dial({
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
      this.#inbox.note({ type: 'leg', legId, at: this.#clock.now(), state: 'dialing' });
    });
  }

  /**
   * Answers an inbound leg, or, with a switch that can, one that rings at a phone of the installation.
   * @throws RingbackError `unknown-leg`, `leg-ended`, `not-supported`
   */
  async answer(legId: string): Promise<void> {
    await this.#inbox.inTurn(legId, async () => {
      const row = requireUp(await readLeg(this.#database, legId));
      if (row.role !== 'inbound') this.#require('deviceControl');
      if (row.state !== 'answered') await this.#switch.answer(legId);
    });
  }

  /**
   * Connects answered legs in a bridge. A leg belongs to the bridge from this request on (`Leg.bridgeId`), and is known to
   * be in it when the network says so (`Leg.joinedAt`, `call.joined`). Safe to repeat.
   * @param options `releaseLast`: whether the last leg is hung up when the others have ended; default true, or as before
   * @throws RingbackError `unknown-leg`, `leg-ended`, `leg-not-answered`
   */
  async join(bridgeId: string, legIds: readonly string[], options: { releaseLast?: boolean } = {}): Promise<void> {
    await this.#activity.run(async () => {
      await this.#database.transaction((tx) => enterBridge(tx, bridgeId, legIds, options.releaseLast));
      await this.#switch.join(bridgeId, legIds);
    });
  }

  /** Takes a leg out of its bridge; nobody is hung up. @throws as `join` */
  async unjoin(legId: string): Promise<void> {
    await this.#onAnswered(legId, async () => {
      await this.#database.query(LEAVE_BRIDGE, [legId]);
      await this.#switch.unjoin(legId);
    });
  }

  /** @throws as `join`; `not-supported` by the switch */
  async hold(legId: string, on: boolean): Promise<void> {
    this.#require('hold');
    await this.#onAnswered(legId, () => this.#switch.hold(legId, on));
  }

  /** Plays media to a leg; its end comes to `onTreated` with `playId`. Safe to repeat. @throws as `hold` */
  async play(legId: string, playId: string, media: Media): Promise<void> {
    this.#require('prompts');
    await this.#onAnswered(legId, () => this.#switch.play(legId, playId, media));
  }

  /** Stops whatever treatment has this id, which then is not reported; nothing when it is over. */
  async stopTreatment(id: string): Promise<void> {
    await this.#activity.run(() => this.#switch.stopTreatment(id));
  }

  /** Collects digits; the result comes to `onTreated` with `collectId`. Safe to repeat. @throws as `hold` */
  async collect(legId: string, collectId: string, request: CollectRequest): Promise<void> {
    this.#require('dtmf');
    await this.#onAnswered(legId, () => this.#switch.collect(legId, collectId, request));
  }

  /** Records a leg; the result comes to `onTreated` with `recordId`. Safe to repeat. @throws as `hold` */
  async record(legId: string, recordId: string, request: RecordRequest): Promise<void> {
    this.#require('record');
    await this.#onAnswered(legId, () => this.#switch.record(legId, recordId, request));
  }

  /** @throws RingbackError `not-supported` */
  async deleteRecording(recordId: string): Promise<void> {
    this.#require('record');
    await this.#activity.run(() => this.#switch.deleteRecording(recordId));
  }

  /** Runs a voice application on a leg; the result comes to `onTreated` with `runId`. Safe to repeat. @throws as `hold` */
  async runApplication(legId: string, runId: string, request: ApplicationRequest): Promise<void> {
    this.#require('applications');
    await this.#onAnswered(legId, () => this.#switch.runApplication(legId, runId, request));
  }

  /** Lets a leg hear digits, once per `sendId`. @throws as `hold` */
  async sendDigits(legId: string, sendId: string, digits: string): Promise<void> {
    this.#require('dtmf');
    await this.#onAnswered(legId, () => this.#switch.sendDigits(legId, sendId, digits));
  }

  /**
   * Ends a leg, as `Switch.hangup` says. One that is intended and not in the network ends in the store alone, `cancelled`. Unknown and ended ones
   * are ignored.
   */
  async hangup(legId: string, cause?: Cause): Promise<void> {
    await this.#inbox.inTurn(legId, async () => {
      const [row] = await this.#database.query<LegRow>(READ, [legId]);
      if (!row || row.state === 'ended') return;
      if (row.state !== 'intended' || (await this.#isCarried(row))) return this.#switch.hangup(legId, cause);
      this.#inbox.note({ type: 'leg', legId, at: this.#clock.now(), state: 'ended', cause: 'cancelled' });
    });
  }

  /** @param sql the transaction under way, where there is one */
  async get(legId: string, sql: Sql = this.#database): Promise<Leg | undefined> {
    const [row] = await sql.query<LegRow>(READ, [legId]);
    return row && toLeg(row);
  }

  /** The legs of a call, oldest first. @param sql the transaction under way, where there is one */
  async legsOf(callId: string, sql: Sql = this.#database): Promise<Leg[]> {
    return listLegs(sql, OF_CALL, [callId]);
  }

  /** The legs of these ids that are known, oldest first. @param sql the transaction under way, where there is one */
  async legs(ids: readonly string[], sql: Sql = this.#database): Promise<Leg[]> {
    return ids.length === 0 ? [] : listLegs(sql, OF_IDS, [ids]);
  }

  /** The legs dialed for a callback, over all its attempts, oldest first. */
  async legsOfCallback(callbackId: string): Promise<Leg[]> {
    return listLegs(this.#database, OF_CALLBACK, [callbackId]);
  }

  /** The legs that a session had dialed, oldest first. */
  async legsOfSession(sessionId: string): Promise<Leg[]> {
    return listLegs(this.#database, OF_SESSION, [sessionId]);
  }

  /**
   * From now on what the network reports is kept until `recover` is done: news of a leg must not overtake what was missed
   * of it, or a customer who answered before a crash and hung up after it would look like one who never answered.
   */
  keepUntilRecovered(): void {
    this.#held ??= [];
  }

  /**
   * Compares every leg that has not ended with the network, after a start or when the network was away: what was missed is
   * stored as if it had just been heard; what was dialed and is unknown to the network ends as `lost`; what was intended
   * and is unknown is left to its owner, to be dialed or hung up.
   */
  async recover(): Promise<void> {
    await this.#activity.run(async () => {
      for (let after = ''; ; ) {
        const legs = await listLegs(this.#database, UP, [after, RECONCILE_BATCH]);
        const last = legs.at(-1);
        if (!last) break;
        after = last.id;
        await this.#reconcile(legs);
      }
      for (const { id } of await this.#database.query<{ id: string }>(LEFT_ALONE)) this.#release(id);
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const event of held) this.#inbox.hear(event);
    });
  }

  /**
   * Deletes legs that ended before a time (milliseconds since 1970).
   * @returns how many
   */
  async purge(endedBefore: number): Promise<number> {
    for (let purged = 0; ; ) {
      const { length } = await this.#database.query(PURGE, [instant(endedBefore), PURGE_BATCH]);
      purged += length;
      if (length < PURGE_BATCH) return purged;
    }
  }

  /** Hears nothing from now on. What happens until the next start is found by `recover`. */
  stop(): void {
    this.#unsubscribe();
    this.#inbox.stop();
  }

  async #reconcile(legs: readonly Leg[]): Promise<void> {
    const now = this.#clock.now();
    const reports = await this.#switch.reconcile(legs.map(({ id }) => id));
    const changed: Promise<void>[] = [];
    legs.forEach((leg, index) => {
      const report = reports[index];
      if (report?.known) for (const event of missedEvents(leg, report, now)) this.#inbox.note(event);
      else if (leg.state === 'intended') return;
      else this.#inbox.note({ type: 'leg', legId: leg.id, at: now, state: 'ended', cause: 'lost' });
      changed.push(this.#inbox.stored(leg.id));
    });
    await Promise.all(changed);
  }

  /** Whether an intended leg is in the network already; then what the network knows of it has been noted. */
  async #isCarried(row: LegRow): Promise<boolean> {
    if (row.life === this.#life && !this.#doubtful.has(row.id)) return false;
    const [report] = await this.#switch.reconcile([row.id]);
    if (!report?.known) return false;
    this.#doubtful.delete(row.id);
    for (const event of missedEvents(toLeg(row), report, this.#clock.now())) this.#inbox.note(event);
    return true;
  }

  /**
   * Whether a leg that the network does not know may have rung before a crash all the same. What the dial plan says is stored
   * right before the network is asked.
   */
  #mayHaveRung(row: LegRow): boolean {
    return this.#switch.capabilities.forgetsEnded === true && row.life !== this.#life && row.dial_plan !== null;
  }

  /** What the dial plan says of a leg, decided once. */
  async #decide(leg: Leg): Promise<DialDecision | undefined> {
    if (leg.decision || !this.#dialPlan) return leg.decision;
    const decision = await this.#dialPlan.decide(leg);
    if (decision) await storeDecision(this.#database, leg.id, decision);
    return decision;
  }

  async #store(tx: Transaction, legId: string, heard: readonly HeardEvent[]): Promise<void> {
    const [row] = await tx.query<LegRow>(LOCK, [legId]);
    let leg = row && toLeg(row);
    const entries = [];
    for (const event of heard) {
      if (event.type === 'inbound') {
        const arrived = await this.#arrived(tx, event);
        if (arrived) entries.push(journalEntry(arrived, event));
        leg ??= arrived;
      } else if (!leg) {
        this.#log.warn({ leg: legId, event: event.type }, 'The switch reports of a leg that nobody asked for');
      } else if (isTreatedEvent(event)) {
        await this.#treated(tx, event);
      } else {
        const { leg: after, change } = afterEvent(leg, event);
        if (change !== 'none') await storeLeg(tx, after, leg.state);
        if (change === 'news') {
          if (event.type !== 'call-progress') entries.push(journalEntry(after, event));
          if (after.state === 'ended' && after.bridgeId !== undefined) await this.#leftBridge(tx, after.bridgeId);
          for (const handler of this.#changeHandlers) await handler(tx, { leg: after, previous: leg, event });
        }
        leg = after;
      }
    }
    if (entries.length > 0) await this.#journal.record(tx, entries);
  }

  async #arrived(tx: Transaction, event: Extract<SwitchEvent, { type: 'inbound' }>): Promise<Leg | undefined> {
    const leg = await storeArrival(tx, { ...event, ...this.#dialPlan?.arrival(event) }, this.#life);
    if (leg) for (const handler of this.#inboundHandlers) await handler(tx, leg);
    return leg;
  }

  async #treated(tx: Transaction, event: TreatedEvent): Promise<void> {
    const { id, result } = treated(event);
    for (const handler of this.#treatedHandlers) await handler(tx, id, result);
  }

  /** One leg of the bridge has ended: the last one that is left is hung up. */
  async #leftBridge(tx: Transaction, bridgeId: string): Promise<void> {
    const last = await leaveBridge(tx, bridgeId);
    if (last !== undefined) tx.afterCommit(() => this.#release(last));
  }

  /** Hangs up a leg that was left alone, sooner or later. */
  #release(legId: string): void {
    this.hangup(legId, 'normal').then(
      () => this.#inbox.succeeded(`release ${legId}`),
      (error: unknown) => {
        this.#log.error({ err: error, leg: legId }, 'A leg that was left alone could not be hung up; trying again');
        this.#inbox.tryLater(`release ${legId}`, () => this.#release(legId));
      },
    );
  }

  async #onAnswered(legId: string, work: () => Promise<void>): Promise<void> {
    await this.#inbox.inTurn(legId, async () => {
      await readAnsweredLeg(this.#database, legId);
      await work();
    });
  }

  #require(capability: keyof SwitchCapabilities): void {
    if (this.#switch.capabilities[capability]) return;
    throw new RingbackError('not-supported', `The switch has no ${capability}.`);
  }
}
