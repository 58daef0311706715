import { type Activity, DatabaseUnavailable, type JsonObject, type Logger } from '../kernel/index.js';
import type { Sql, Statement } from '../store/index.js';
import { storable } from './storable.js';

/** What happened to a change: the row that its statement returned for it. */
export interface Outcome {
  /** Place of the change among those that the statement was given, from 1. */
  place: number;
  /** Number of the state or task that was started or changed. */
  number: number | null;
}

interface Waiting {
  statement: Statement;
  service: string;
  record: string;
  resolve: (outcome: Outcome | undefined) => void;
  reject: (error: unknown) => void;
}

/** Statements under way at the same time: enough to keep the disk busy while the next ones are worked out. */
const LANES = 3;
const MOST_TOGETHER = 64;
/** Characters of the changes that share a statement, unless one alone is longer. */
const LONGEST_TOGETHER = 262_144;

/**
 * Stores changes of services, states and tasks. One that finds a free lane is stored at once; those that come while all
 * lanes are busy wait for the next one and share its statement. Under load many changes thus cost one round trip and
 * one commit; each is answered after the commit that holds it.
 *
 * A service is under way in one lane at a time: its changes are stored in the order in which they came, and no two
 * statements of this process wait for each other's rows.
 */
export class ServiceLine {
  readonly #sql: Sql;
  readonly #activity: Activity;
  readonly #log: Logger;
  #waiting: Waiting[] = [];
  readonly #busy = new Set<string>();
  #underWay = 0;
  #opening = false;

  constructor(options: { database: Sql; activity: Activity; log: Logger }) {
    this.#sql = options.database;
    this.#activity = options.activity;
    this.#log = options.log;
  }

  /**
   * Stores one change.
   * @param statement takes a JSON array of changes in $1 and returns an `Outcome` for each that was made
   * @param sql a transaction that the change shall belong to; it then shares no statement
   * @returns undefined when nothing was changed
   */
  async store(statement: Statement, service: string, change: JsonObject, sql?: Sql): Promise<Outcome | undefined> {
    const record = storable('body', change);
    if (sql) {
      const [outcome] = await sql.query<Outcome>(statement, [`[${record}]`]);
      return outcome;
    }
    return this.#activity.run(
      () =>
        new Promise((resolve, reject) => {
          this.#waiting.push({ statement, service, record, resolve, reject });
          this.#openLane();
        }),
    );
  }

  /** Requests that arrived in the same turn of the event loop are there when the lane opens. */
  #openLane(): void {
    if (this.#opening || this.#underWay >= LANES || this.#waiting.length === 0) return;
    this.#opening = true;
    setImmediate(() => {
      this.#opening = false;
      const batch = this.#takeBatch();
      if (batch.length === 0) return;
      this.#underWay += 1;
      void this.#storeTogether(batch).finally(() => {
        this.#underWay -= 1;
        for (const { service } of batch) this.#busy.delete(service);
        this.#openLane();
      });
      this.#openLane();
    });
  }

  /** The changes that go next: of one statement, each of another service that is not under way. */
  #takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    const passedOver = new Set<string>();
    let length = 0;
    for (const one of this.#waiting) {
      const fits =
        batch.length === 0 ||
        (one.statement === batch[0]?.statement &&
          batch.length < MOST_TOGETHER &&
          length + one.record.length <= LONGEST_TOGETHER);
      if (fits && !this.#busy.has(one.service) && !passedOver.has(one.service)) {
        this.#busy.add(one.service);
        batch.push(one);
        length += one.record.length;
      } else {
        // Nothing of the same service may overtake it.
        passedOver.add(one.service);
        left.push(one);
      }
    }
    this.#waiting = left;
    return batch;
  }

  /** Never rejects: each change hears of its own outcome. */
  async #storeTogether(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#run(batch);
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes.get(index + 1));
    } catch (error) {
      if (batch.length === 1 || error instanceof DatabaseUnavailable) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // One of them cannot be stored, or a lock was contested: each is tried on its own and answers for itself.
      this.#log.warn(
        { err: error, changes: batch.length },
        'Changes could not be stored together; each is stored alone',
      );
      for (const one of batch) {
        await this.#run([one]).then((outcomes) => one.resolve(outcomes.get(1)), one.reject);
      }
    }
  }

  async #run(batch: readonly Waiting[]): Promise<Map<number, Outcome>> {
    const [first] = batch;
    if (!first) return new Map();
    const records = batch.map(({ record }) => record).join(',');
    const rows = await this.#sql.query<Outcome>(first.statement, [`[${records}]`]);
    return new Map(rows.map((row) => [row.place, row]));
  }
}
