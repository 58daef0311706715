import { type Activity, type Clock, instant, type Logger, newId, RingbackError } from '../kernel/index.js';
import { type Sql, Together } from '../store/index.js';
import type { CallJournal } from './call-journal.js';
import type { DialPlanning } from './dial-planning.js';
import { type Leg, missedEvents } from './leg.js';
import { type HeardEvent, LegInbox } from './leg-inbox.js';
import { LegIntents } from './leg-intents.js';
import { type CallStore, type ChangeHandler, type InboundHandler, LegNews, type TreatedHandler } from './leg-news.js';
import {
  LEAVE_BRIDGE,
  LEFT_ALONE,
  type LegRow,
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
  listLegs,
  readLegs,
  requireAnswered,
  requireKnown,
  requireUp,
} from './leg-store.js';
import type {
  ApplicationRequest,
  Cause,
  CollectRequest,
  Media,
  RecordRequest,
  Switch,
  SwitchCapabilities,
} from './switch.js';

/** Legs compared with the network at a time. */
const RECONCILE_BATCH = 500;
/** Legs purged in one transaction. */
const PURGE_BATCH = 5000;

/** Groups of legs that are read at the same time, and how many legs are read together at most. */
const READING_LANES = 2;
const READ_TOGETHER = 200;

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
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #log: Logger;
  readonly #inbox: LegInbox;
  readonly #news: LegNews;
  readonly #intents: LegIntents;
  readonly #rows: Together<string, LegRow | undefined>;
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
    const { database, activity, log, dialPlan } = parts;
    const life = newId();
    this.#database = database;
    this.#switch = parts.switch;
    this.#clock = parts.clock;
    this.#activity = activity;
    this.#log = log;
    this.#news = new LegNews({
      ...{ database, activity, log, life, journal: parts.journal },
      arrival: (event) => dialPlan?.arrival(event) ?? event,
      leftAlone: (legId) => this.#release(legId),
    });
    this.#inbox = new LegInbox({ ...parts, store: (legId, heard) => this.#news.store(legId, heard) });
    this.#intents = new LegIntents({ ...parts, inbox: this.#inbox, life });
    this.#rows = new Together({
      ...{ activity, log, name: 'reads of legs', lanes: READING_LANES, most: READ_TOGETHER },
      run: (legIds) => readLegs(database, legIds),
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
    this.#news.changeHandlers.push(handler);
  }

  /** Hears of every inbound leg once, inside the transaction that stores it. */
  onInbound(handler: InboundHandler): void {
    this.#news.inboundHandlers.push(handler);
  }

  /**
   * Hears when a play, a collect, a recording or a voice application is over by itself, inside a transaction; possibly
   * more than once.
   */
  onTreated(handler: TreatedHandler): void {
    this.#news.treatedHandlers.push(handler);
  }

  /** Stores the intent to dial a leg, in the caller's transaction; nothing when the leg is known. Dials nothing. */
  async intend(tx: Sql, intent: DialIntent): Promise<void> {
    await this.#intents.store(tx, intent);
  }

  /**
   * Dials an intended leg by the dial plan, which may refuse it: then it ends undialed. Nothing when it was dialed already.
   * Resolves when the network has taken it. Safe to repeat, also after a crash.
   * @throws RingbackError `unknown-leg`; `switch-unavailable` when it is unknown whether the network has taken it:
   *   the leg stays intended, to be dialed or hung up later
   */
  async dial(legId: string): Promise<void> {
    await this.#inbox.inTurn(legId, async () => {
      await this.#intents.dial(requireKnown(await this.#rows.do(legId), legId));
    });
  }

  /**
   * Answers an inbound leg, or, with a switch that can, one that rings at a phone of the installation.
   * @throws RingbackError `unknown-leg`, `leg-ended`, `not-supported`
   */
  async answer(legId: string): Promise<void> {
    await this.#inbox.inTurn(legId, async () => {
      const row = requireUp(await this.#rows.do(legId), legId);
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
      const row = await this.#rows.do(legId);
      if (!row || row.state === 'ended') return;
      if (row.state !== 'intended' || (await this.#intents.isCarried(row))) return this.#switch.hangup(legId, cause);
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
      requireAnswered(await this.#rows.do(legId), legId);
      await work();
    });
  }

  #require(capability: keyof SwitchCapabilities): void {
    if (this.#switch.capabilities[capability]) return;
    throw new RingbackError('not-supported', `The switch has no ${capability}.`);
  }
}
