/**
 * A named SQL statement: prepared once per connection under its name. One constant (or file) per statement, written
 * with its index in mind.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export function statement(name: string, text: string): Statement {
  return { name, text };
}

/** A value that can be bound to a parameter. Times are passed as `instant(ms)`; objects are sent as JSON text. */
export type Bindable = string | number | bigint | boolean | null | Buffer | object;

/**
 * Runs statements. `timestamptz` columns come back as milliseconds since 1970, `bigint` and `numeric` as numbers,
 * `jsonb` as values.
 * @typeParam Row the shape of the rows, which the statement's author vouches for
 */
export interface Sql {
  query<Row extends object = Record<string, unknown>>(
    statement: Statement | string,
    values?: readonly Bindable[],
  ): Promise<Row[]>;
}

/** A transaction under way. What has to follow its commit (waking a loop, answering a waiting client) is noted here. */
export interface Transaction extends Sql {
  /** Runs after the commit, in the order of the calls; never when the transaction is rolled back. */
  afterCommit(run: () => void): void;
  /**
   * Runs a `copy ... from stdin` with these data, in the format that it names: for thousands of rows at once. Transactions
   * of a `Database` have it, stand-ins need not.
   */
  copyIn?(text: string, data: Iterable<string>): Promise<void>;
}
