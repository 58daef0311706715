import pg from 'pg';
import {
  type Activity,
  DatabaseUnavailable,
  Listeners,
  type Logger,
  RingbackError,
  Sequence,
  SystemClock,
} from '../kernel/index.js';
import { columnValues } from './column-values.js';
import { copyIn } from './copy-in.js';
import { isConnectionFailure, isWorthRepeating } from './failure.js';
import { SignalLine } from './signal-line.js';
import { Slots } from './slots.js';
import type { Bindable, Sql, Statement, Transaction } from './sql.js';

/** The database counts as away when it has said nothing for so long. */
const SILENCE_MS = 4000;
/** The server ends a statement after this time, so that a wrong plan or a lock held elsewhere is an error, not a hang. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** Beyond the server's own limit: when this passes, that one connection is dead. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_DELAY_MS = 10_000;
const MAX_REPETITIONS = 5;
const LONGEST_TIMER_MS = 2_147_483_647;

export interface DatabaseOptions {
  /** As libpq takes it, e.g. `postgresql://user:password@host:5432/name`. */
  connectionString: string;
  /** Connections for statements and transactions, besides the one for signals; default 20. */
  maxConnections?: number;
  log: Logger;
  activity: Activity;
  /**
   * How long the database may take to accept a connection, and may be silent before it counts as away, in milliseconds;
   * default 4000. Longer where the machine itself may stand still for seconds.
   */
  silenceMs?: number;
}

export interface TransactionOptions {
  /** Time that each statement may take, in milliseconds; default 30 s. `Infinity` for migrations and purges. */
  statementTimeoutMs?: number;
}

/**
 * The connections to PostgreSQL.
 *
 * States: available or away. A connection kept aside (`SignalLine`) tells within about 4 seconds, at once when the
 * server closes its connections, that the database is away. Then everything under way and all that waits rejects with
 * `DatabaseUnavailable`, and so does every call until the database is back, which needs no restart. Errors of the
 * statements themselves come through as pg's `DatabaseError` with its SQLSTATE in `code`.
 *
 * Times that concern the network run on real time, also when the product's clock stands still.
 */
export class Database implements Sql {
  readonly connectionString: string;
  readonly #maxConnections: number;
  readonly #silenceMs: number;
  readonly #log: Logger;
  readonly #activity: Activity;
  readonly #slots: Slots;
  readonly #line: SignalLine;
  readonly #availability = new Listeners<[available: boolean]>();
  readonly #signals = new Map<string, Set<(payload: string) => void>>();
  readonly #working = new Set<pg.PoolClient>();
  #pool: pg.Pool;
  #everUp = false;
  #closed = false;

  private constructor(options: DatabaseOptions) {
    this.connectionString = options.connectionString;
    this.#maxConnections = options.maxConnections ?? 20;
    this.#silenceMs = options.silenceMs ?? SILENCE_MS;
    this.#log = options.log;
    this.#activity = options.activity;
    this.#slots = new Slots(this.#maxConnections);
    this.#pool = this.#createPool();
    this.#line = new SignalLine({
      createClient: () => new pg.Client(this.#clientConfig()),
      silenceMs: this.#silenceMs,
      clock: new SystemClock(),
      log: options.log,
      onChange: (lost) => this.#onLineChange(lost),
      onSignal: (channel, payload) => this.#onSignal(channel, payload),
    });
  }

  /**
   * @throws DatabaseUnavailable when no server answers there
   * @throws RingbackError `database-refused` when the server turns the connection down (password, name of the database),
   *   `database-too-old`
   */
  static async connect(options: DatabaseOptions): Promise<Database> {
    const database = new Database(options);
    try {
      await database.#line.open();
    } catch (error) {
      await database.close();
      if (isConnectionFailure(error)) throw new DatabaseUnavailable({ cause: error });
      if (error instanceof pg.DatabaseError) {
        throw new RingbackError('database-refused', `The database refuses the connection: ${error.message}`, [], {
          cause: error,
        });
      }
      throw error;
    }
    return database;
  }

  /** Whether the database answers. While it does not, every call rejects at once. */
  get available(): boolean {
    return this.#line.up && !this.#closed;
  }

  /**
   * Hears when the database goes away (false) and comes back (true). Signals sent by other nodes in between were missed:
   * who caches what they announce reads it again on `true`.
   * @returns a function that takes the handler away again
   */
  onAvailability(handler: (available: boolean) => void): () => void {
    return this.#availability.add(handler);
  }

  async query<Row extends object = Record<string, unknown>>(
    statement: Statement | string,
    values?: readonly Bindable[],
  ): Promise<Row[]> {
    return this.#activity.run(() =>
      this.#withClient((client) => run<Row>(client, statement, values, ANSWER_TIMEOUT_MS)),
    );
  }

  /**
   * Runs `work` in a transaction (read committed) and commits it; rolls back and rethrows when it throws. When it loses
   * against a concurrent transaction (serialization failure, deadlock) it is run again, up to 5 times: `work` must have
   * no effects but its statements, everything else belongs into `afterCommit`.
   * @throws DatabaseUnavailable also when the connection broke during the commit: then it is unknown whether it happened
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#activity.run(async () => {
      for (let repetition = 0; ; repetition += 1) {
        try {
          const { result, followUps } = await this.#withClient((client) => attempt(client, work, options));
          for (const followUp of followUps) this.#runFollowUp(followUp);
          return result;
        } catch (error) {
          if (repetition >= MAX_REPETITIONS || !isWorthRepeating(error)) throw error;
        }
      }
    });
  }

  /**
   * Hears what other nodes signal on `channel` (lower-case letters, digits, underscores); not what this one signals
   * itself. Listening survives reconnections, but see `onAvailability` for what was missed meanwhile.
   * @returns a function that takes the handler away again
   */
  async listen(channel: string, handler: (payload: string) => void): Promise<() => void> {
    const handlers = this.#signals.get(channel) ?? new Set();
    this.#signals.set(channel, handlers);
    handlers.add(handler);
    await this.#line.listen(channel);
    return () => {
      handlers.delete(handler);
      if (handlers.size > 0 || this.#signals.get(channel) !== handlers) return;
      this.#signals.delete(channel);
      this.#line.unlisten(channel).catch((error: unknown) => {
        this.#log.debug({ err: error, channel }, 'The channel could not be left');
      });
    };
  }

  /**
   * Tells the other nodes something, soon (within some 20 ms) and outside of transactions, where a NOTIFY would make
   * all commits queue up. Equal signals that wait are sent once. Call it after the commit that it announces.
   * @param payload at most 8000 bytes
   */
  signal(channel: string, payload = ''): void {
    this.#line.signal(channel, payload);
  }

  /** Waits for the statements under way, sends the signals that wait, and hangs up. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#slots.refuseWaiting(closedError());
    await this.#slots.allFree();
    await this.#pool.end();
    await this.#line.close();
  }

  async #withClient<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    this.#refuseIfAway();
    await this.#slots.take();
    let client: pg.PoolClient | undefined;
    try {
      // It may have gone away while this waited; closing, however, waits for whoever has a slot.
      if (!this.#line.up) throw new DatabaseUnavailable();
      client = await this.#pool.connect();
      this.#working.add(client);
      const result = await use(client);
      this.#giveBack(client);
      return result;
    } catch (error) {
      const failed = isConnectionFailure(error);
      if (client) this.#giveBack(client, failed);
      throw failed ? new DatabaseUnavailable({ cause: error }) : error;
    } finally {
      this.#slots.give();
    }
  }

  #giveBack(client: pg.PoolClient, broken = false): void {
    this.#working.delete(client);
    // A client that is still inside a transaction (its rollback failed) must not be handed to the next one.
    client.release(broken || client.getTransactionStatus() !== 'I');
  }

  #refuseIfAway(): void {
    if (this.#closed) throw closedError();
    if (!this.#line.up) throw new DatabaseUnavailable();
  }

  #runFollowUp(followUp: () => void): void {
    try {
      followUp();
    } catch (error) {
      // The transaction is committed: its caller must not be told that it failed.
      this.#log.error({ err: error }, 'What had to follow a commit failed');
    }
  }

  #onLineChange(lost: Error | undefined): void {
    if (lost) {
      this.#log.error({ err: lost }, 'The database is not reachable: requests are refused until it is back');
      this.#abandonConnections();
    } else if (this.#everUp) {
      this.#log.info({}, 'The database is reachable again');
    }
    const first = !this.#everUp;
    this.#everUp = true;
    if (!first) this.#availability.notify(lost === undefined);
  }

  /** None of the connections can be trusted any more; those under way reject, and the next ones are made anew. */
  #abandonConnections(): void {
    this.#slots.refuseWaiting(new DatabaseUnavailable());
    const abandoned = this.#pool;
    this.#pool = this.#createPool();
    abandoned.end().catch((error: unknown) => {
      this.#log.debug({ err: error }, 'A lost connection could not be closed');
    });
    for (const client of this.#working) void (client as pg.PoolClient & pg.Client).end();
  }

  #onSignal(channel: string, payload: string): void {
    for (const handler of this.#signals.get(channel) ?? []) {
      this.#activity
        .run(async () => handler(payload))
        .catch((error: unknown) => {
          this.#log.error({ err: error, channel }, 'A signal of another node could not be handled');
        });
    }
  }

  #createPool(): pg.Pool {
    const pool = new pg.Pool({ ...this.#clientConfig(), max: this.#maxConnections, idleTimeoutMillis: 0 });
    // A client in use tells its error to the statement under way as well; unheard, it would end the process.
    pool.on('connect', (client) => {
      client.on('error', (error) => this.#log.debug({ err: error }, 'A connection was lost'));
    });
    pool.on('error', (error) => this.#log.debug({ err: error }, 'An idle connection was lost'));
    return pool;
  }

  #clientConfig(): pg.ClientConfig {
    return {
      connectionString: this.connectionString,
      application_name: 'ringback',
      connectionTimeoutMillis: this.#silenceMs,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
      options: '-c TimeZone=UTC -c DateStyle=ISO -c jit=off',
      types: columnValues,
    };
  }
}

function closedError(): Error {
  return new DatabaseUnavailable({ cause: new Error('The connections were closed') });
}

/** One run of a transaction's work between `begin` and `commit`. */
async function attempt<T>(
  client: pg.PoolClient,
  work: (tx: Transaction) => Promise<T>,
  { statementTimeoutMs = STATEMENT_TIMEOUT_MS }: TransactionOptions,
): Promise<{ result: T; followUps: (() => void)[] }> {
  const followUps: (() => void)[] = [];
  const statements = new Sequence();
  const unlimited = !Number.isFinite(statementTimeoutMs);
  const answerTimeoutMs = unlimited ? LONGEST_TIMER_MS : statementTimeoutMs + ANSWER_TIMEOUT_MS - STATEMENT_TIMEOUT_MS;
  let over = false;
  const tx: Transaction = {
    query: (statement, values) => {
      if (over) throw new RingbackError('transaction-over', 'A statement was run in a transaction that has ended.');
      return statements.run(() => run(client, statement, values, answerTimeoutMs));
    },
    afterCommit: (followUp) => followUps.push(followUp),
    copyIn: (text, data) => {
      if (over) throw new RingbackError('transaction-over', 'A statement was run in a transaction that has ended.');
      return statements.run(() => copyIn(client, text, data, answerTimeoutMs));
    },
  };
  const limit = unlimited ? 0 : statementTimeoutMs;
  await run(
    client,
    statementTimeoutMs === STATEMENT_TIMEOUT_MS ? 'begin' : `begin; set local statement_timeout = ${limit}`,
    undefined,
    ANSWER_TIMEOUT_MS,
  );
  try {
    const result = await work(tx);
    over = true;
    const commit: TimedQuery = { text: 'commit', query_timeout: ANSWER_TIMEOUT_MS };
    const { command } = await statements.run(() => client.query(commit));
    if (command !== 'COMMIT') {
      throw new RingbackError(
        'transaction-failed',
        'A statement of the transaction failed and its error was not passed on: everything was rolled back.',
      );
    }
    return { result, followUps };
  } catch (error) {
    over = true;
    if (!isConnectionFailure(error)) await statements.run(() => run(client, 'rollback', undefined, ANSWER_TIMEOUT_MS));
    throw error;
  }
}

interface TimedQuery extends pg.QueryConfig<Bindable[]> {
  query_timeout: number;
}

async function run<Row extends object>(
  client: pg.PoolClient,
  statement: Statement | string,
  values: readonly Bindable[] | undefined,
  answerTimeoutMs: number,
): Promise<Row[]> {
  const query: TimedQuery = {
    ...(typeof statement === 'string' ? { text: statement } : statement),
    ...(values && { values: [...values] }),
    query_timeout: answerTimeoutMs,
  };
  const result: pg.QueryResult<Row> | pg.QueryResult<Row>[] = await client.query<Row>(query);
  // Several statements in one text give several results; the last one counts.
  return (Array.isArray(result) ? result.at(-1)?.rows : result.rows) ?? [];
}
