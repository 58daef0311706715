import { type Activity, DatabaseUnavailable, type Logger } from '../kernel/index.js';

interface Waiting<Item, Outcome> {
  item: Item;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
}

export interface TogetherOptions<Item, Outcome> {
  /** For log lines: what the items are. */
  name: string;
  /** Does the work of all items with one statement and one commit; outcomes in the order of the items. */
  run: (items: readonly Item[]) => Promise<readonly Outcome[]>;
  /** Groups under way at the same time: enough to keep the database busy while the next group gathers. */
  lanes: number;
  /** Items per group, at most. */
  most: number;
  /** How heavy an item is (default 0), and how heavy a group may be unless one item alone is heavier. */
  weigh?: (item: Item) => number;
  heaviest?: number;
  activity: Activity;
  log: Logger;
}

/**
 * Group commit: pieces of work that come while the database is busy with earlier ones wait for each other and share a
 * statement, a round trip and a commit. One that finds a free lane goes at once. When a group fails, each of its items
 * is repeated alone and answers for itself.
 */
export class Together<Item, Outcome> {
  readonly #options: TogetherOptions<Item, Outcome>;
  #waiting: Waiting<Item, Outcome>[] = [];
  #underWay = 0;
  #opening = false;

  constructor(options: TogetherOptions<Item, Outcome>) {
    this.#options = options;
  }

  /** Resolves after the commit that holds this item. */
  do(item: Item): Promise<Outcome> {
    return this.#options.activity.run(
      () =>
        new Promise((resolve, reject) => {
          this.#waiting.push({ item, resolve, reject });
          this.#open();
        }),
    );
  }

  /** What came in the same turn of the event loop is there when the lane opens. */
  #open(): void {
    if (this.#opening || this.#underWay >= this.#options.lanes || this.#waiting.length === 0) return;
    this.#opening = true;
    setImmediate(() => {
      this.#opening = false;
      const group = this.#waiting.splice(0, this.#fitting());
      this.#underWay += 1;
      void this.#settle(group).finally(() => {
        this.#underWay -= 1;
        this.#open();
      });
      this.#open();
    });
  }

  /** How many of those that wait go together. */
  #fitting(): number {
    const { most, weigh = () => 0, heaviest = Number.POSITIVE_INFINITY } = this.#options;
    let weight = 0;
    let count = 0;
    for (const { item } of this.#waiting) {
      weight += weigh(item);
      if (count === most || (count > 0 && weight > heaviest)) break;
      count += 1;
    }
    return count;
  }

  /** Never rejects: each item hears of its own outcome. */
  async #settle(group: readonly Waiting<Item, Outcome>[]): Promise<void> {
    const { run, log, name } = this.#options;
    try {
      const outcomes = await run(group.map(({ item }) => item));
      for (const [index, outcome] of outcomes.entries()) group[index]?.resolve(outcome);
    } catch (error) {
      if (group.length === 1 || error instanceof DatabaseUnavailable) {
        for (const { reject } of group) reject(error);
        return;
      }
      log.warn({ err: error }, `${group.length} ${name} could not be stored together; each is stored alone`);
      for (const one of group) await this.#settle([one]);
    }
  }
}
