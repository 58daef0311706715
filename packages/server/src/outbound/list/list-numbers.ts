import { RingbackError } from '../../kernel/index.js';
import { type Sql, statement, type Transaction } from '../../store/sql.js';

const FIND = statement('calling-list-find', 'select id from calling_list where name = $1');
const CREATE = statement(
  'calling-list-create',
  'insert into calling_list (name) values ($1) on conflict (name) do nothing returning id',
);
// Gives out numbers above all that were ever given out or brought along. Holds the row until the caller's commit.
const TAKE_NUMBERS = statement(
  'calling-list-take-numbers',
  `update calling_list
   set next_record = greatest(next_record, $2 + 1) + $3, next_chain = greatest(next_chain, $4 + 1) + $5
   where id = $1
   returning next_record - $3 as record, next_chain - $5 as chain`,
);

/** What a batch of records needs: numbers of its own besides those that it brings along. */
export interface NumbersNeeded {
  records: number;
  chains: number;
  /** The highest that it brings along; 0: none. */
  highestRecord: number;
  highestChain: number;
}

/** The numbers by which the tables know the lists, and the numbers that lists give to their records. */
export class ListNumbers {
  readonly #known = new Map<string, number>();

  /** The number of a list that ever had a record. */
  async find(sql: Sql, list: string): Promise<number | undefined> {
    const known = this.#known.get(list);
    if (known !== undefined) return known;
    const [row] = await sql.query<{ id: number }>(FIND, [list]);
    if (row) this.#learn(list, row.id, sql);
    return row?.id;
  }

  /** The number of a list, which it gets with its first record. */
  async of(tx: Transaction, list: string): Promise<number> {
    const known = await this.find(tx, list);
    if (known !== undefined) return known;
    const [created] = await tx.query<{ id: number }>(CREATE, [list]);
    // Nothing comes back when somebody else was faster and has committed meanwhile.
    const [row] = created ? [created] : await tx.query<{ id: number }>(FIND, [list]);
    if (!row) throw new RingbackError('calling-list-damaged', `The calling list "${list}" could not be created.`);
    this.#learn(list, row.id, tx);
    return row.id;
  }

  /** The first of the numbers for new records and of those for new chains. */
  async take(tx: Transaction, list: number, needed: NumbersNeeded): Promise<{ record: number; chain: number }> {
    const { records, chains, highestRecord, highestChain } = needed;
    const [taken] = await tx.query<{ record: number; chain: number }>(TAKE_NUMBERS, [
      list,
      highestRecord,
      records,
      highestChain,
      chains,
    ]);
    if (!taken) throw new RingbackError('calling-list-damaged', `The calling list number ${list} has lost its row.`);
    return taken;
  }

  /** What a transaction has read may be its own and go with it: it is remembered when it is committed. */
  #learn(list: string, id: number, sql: Sql | Transaction): void {
    if ('afterCommit' in sql) sql.afterCommit(() => this.#known.set(list, id));
    else this.#known.set(list, id);
  }
}
