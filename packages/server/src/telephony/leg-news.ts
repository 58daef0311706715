import { type Activity, type Logger, RingbackError } from '../kernel/index.js';
import { type Bindable, type Sql, type Statement, Together, type Transaction } from '../store/index.js';
import { type CallJournal, type CallJournalEntry, journalEntry } from './call-journal.js';
import { afterEvent, type Leg, type LegEvent } from './leg.js';
import type { HeardEvent } from './leg-inbox.js';
import { type LegRow, LOCK, LOCK_MANY, toLeg } from './leg-statements.js';
import { leaveBridge, storeArrival, storeLeg, storeLegs } from './leg-store.js';
import { isTreatedEvent, type TreatmentResult, treated } from './treated.js';

/** Groups of legs that are stored at the same time, and how many legs are stored together at most. */
const LANES = 1;
const MOST_TOGETHER = 64;

/** What the storing of legs needs of the database. */
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

type Arrival = Extract<HeardEvent, { type: 'inbound' }>;

interface Parts {
  database: CallStore;
  journal: CallJournal;
  activity: Activity;
  log: Logger;
  life: string;
  /** The numbers of an inbound call as the business knows them. */
  arrival: (event: Arrival) => { from: string; to: string };
  /** Hears after the commit of a leg that is left alone in its bridge. */
  leftAlone: (legId: string) => void;
}

interface Heard {
  legId: string;
  events: readonly HeardEvent[];
}

/** `alone`: its handlers have statements of their own, so it wants a transaction of its own. */
type Outcome = 'stored' | 'alone';

/**
 * Stores what was heard of legs, with its journal entries and what the handlers make of it, all or nothing per leg.
 *
 * Legs whose news come while the database is busy are stored together: one transaction, one statement for all legs, one for
 * their entries. That is for legs of which no handler has anything to store. As soon as a handler has a statement of its own,
 * its leg is stored in a transaction of its own, now and as long as it is up: handlers lock what they need in the order of one
 * leg's news, and must not meet the locks of another's.
 */
export class LegNews {
  readonly #parts: Parts;
  readonly #together: Together<Heard, Outcome>;
  /** Legs that handlers have stored something for. */
  readonly #concerning = new Set<string>();
  readonly changeHandlers: ChangeHandler[] = [];
  readonly inboundHandlers: InboundHandler[] = [];
  readonly treatedHandlers: TreatedHandler[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#together = new Together({
      ...{ activity: parts.activity, log: parts.log, name: 'legs', lanes: LANES, most: MOST_TOGETHER },
      run: (legs) => this.#storeTogether(legs),
    });
  }

  /** Resolves after the commit. */
  async store(legId: string, events: readonly HeardEvent[]): Promise<void> {
    const mayBeShared = !this.#concerning.has(legId) && !events.some(isTreatedEvent);
    const outcome = mayBeShared ? await this.#together.do({ legId, events }) : 'alone';
    if (outcome === 'alone') await this.#parts.database.transaction((tx) => this.#storeOne(tx, { legId, events }));
    if (events.some(isEnd)) this.#concerning.delete(legId);
  }

  async #storeTogether(legs: readonly Heard[]): Promise<Outcome[]> {
    const { database, journal } = this.#parts;
    return database.transaction(async (tx) => {
      const [only, ...others] = legs;
      if (only && others.length === 0) {
        const watched = new WatchedTransaction(tx);
        await this.#storeOne(tx, only, watched);
        if (watched.used) this.#concerning.add(only.legId);
        return ['stored'];
      }
      const rows = await tx.query<LegRow>(LOCK_MANY, [legs.map(({ legId }) => legId)]);
      const known = new Map(rows.map((row) => [row.id, toLeg(row)]));
      const changed: Leg[] = [];
      const entries: CallJournalEntry[] = [];
      const outcomes: Outcome[] = [];
      for (const heard of legs) {
        const quiet = await this.#quietly(known.get(heard.legId), heard);
        outcomes.push(quiet ? 'stored' : 'alone');
        if (!quiet) continue;
        if (quiet.leg) changed.push(quiet.leg);
        entries.push(...quiet.entries);
        for (const followUp of quiet.followUps) tx.afterCommit(followUp);
      }
      if (changed.length > 0) await storeLegs(tx, changed);
      if (entries.length > 0) await journal.record(tx, entries);
      return outcomes;
    });
  }

  /** @returns undefined when the leg has to be stored alone; `leg` only when it has changed */
  async #quietly(
    before: Leg | undefined,
    { legId, events }: Heard,
  ): Promise<{ leg: Leg | undefined; entries: CallJournalEntry[]; followUps: (() => void)[] } | undefined> {
    if (!before) return undefined;
    const tx = new QuietTransaction();
    let leg: Leg | undefined;
    try {
      const entries = await this.#follow(tx, legId, before, events, async (after) => {
        leg = after;
      });
      if (!tx.used) return { leg, entries, followUps: tx.followUps };
    } catch (error) {
      // What fails is done again alone, and answers for itself there.
      if (!tx.used) this.#parts.log.debug({ err: error, leg: legId }, 'A leg is stored alone');
    }
    if (tx.used) this.#concerning.add(legId);
    return undefined;
  }

  /** @param forHandlers the same transaction, as they get it */
  async #storeOne(tx: Transaction, { legId, events }: Heard, forHandlers: Transaction = tx): Promise<void> {
    const [row] = await tx.query<LegRow>(LOCK, [legId]);
    const store = (after: Leg, before: Leg) => storeLeg(tx, after, before.state);
    const entries = await this.#follow(forHandlers, legId, row && toLeg(row), events, store);
    if (entries.length > 0) await this.#parts.journal.record(tx, entries);
  }

  /** Takes a leg through what was heard of it, and tells the handlers. @returns its entries for the journal */
  async #follow(
    tx: Transaction,
    legId: string,
    known: Leg | undefined,
    events: readonly HeardEvent[],
    store: (after: Leg, before: Leg) => Promise<void>,
  ): Promise<CallJournalEntry[]> {
    const entries: CallJournalEntry[] = [];
    let leg = known;
    for (const event of events) {
      if (event.type === 'inbound') {
        const arrived = await this.#arrived(tx, event);
        if (arrived) entries.push(journalEntry(arrived, event));
        leg ??= arrived;
      } else if (!leg) {
        this.#parts.log.warn({ leg: legId, event: event.type }, 'The switch reports of a leg that nobody asked for');
      } else if (isTreatedEvent(event)) {
        const { id, result } = treated(event);
        for (const handler of this.treatedHandlers) await handler(tx, id, result);
      } else {
        const { leg: after, change } = afterEvent(leg, event);
        if (change !== 'none') await store(after, leg);
        if (change === 'news') {
          if (event.type !== 'call-progress') entries.push(journalEntry(after, event));
          if (after.state === 'ended' && after.bridgeId !== undefined) await this.#leftBridge(tx, after.bridgeId);
          for (const handler of this.changeHandlers) await handler(tx, { leg: after, previous: leg, event });
        }
        leg = after;
      }
    }
    return entries;
  }

  async #arrived(tx: Transaction, event: Arrival): Promise<Leg | undefined> {
    const leg = await storeArrival(tx, { ...event, ...this.#parts.arrival(event) }, this.#parts.life);
    if (leg) for (const handler of this.inboundHandlers) await handler(tx, leg);
    return leg;
  }

  /** One leg of the bridge has ended: the last one that is left is told of. */
  async #leftBridge(tx: Transaction, bridgeId: string): Promise<void> {
    const last = await leaveBridge(tx, bridgeId);
    if (last !== undefined) tx.afterCommit(() => this.#parts.leftAlone(last));
  }
}

/** A transaction that notes whether anything was asked of it. */
class WatchedTransaction implements Transaction {
  readonly #tx: Transaction;
  used = false;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  query<Row extends object>(statement: Statement | string, values?: readonly Bindable[]): Promise<Row[]> {
    this.used = true;
    return this.#tx.query<Row>(statement, values);
  }

  afterCommit(run: () => void): void {
    this.#tx.afterCommit(run);
  }
}

/** A transaction for handlers that may have nothing to store: a statement is refused, and noted. */
class QuietTransaction implements Transaction {
  readonly followUps: (() => void)[] = [];
  used = false;

  async query<Row extends object>(): Promise<Row[]> {
    this.used = true;
    throw new RingbackError('leg-stored-alone', 'A statement needs a transaction of this leg alone.');
  }

  afterCommit(run: () => void): void {
    this.followUps.push(run);
  }
}

function isEnd(event: HeardEvent): boolean {
  return event.type === 'leg' && event.state === 'ended';
}
