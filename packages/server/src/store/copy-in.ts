import pg from 'pg';

/** What the driver's queries have besides what its types say. */
interface CopyTarget {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/**
 * A `copy ... from stdin` with all its data: the fastest way into a table. The driver's own query knows everything about it
 * but where the data come from.
 */
class CopyIn extends pg.Query {
  readonly #data: Iterable<string>;
  /** Read by the driver, which gives up on the connection after this time, in milliseconds. */
  readonly query_timeout: number;

  constructor(text: string, data: Iterable<string>, timeoutMs: number, done: (error: Error | undefined) => void) {
    const config: pg.QueryConfig & { callback: (error?: Error) => void } = { text, callback: (error) => done(error) };
    super(config);
    this.#data = data;
    this.query_timeout = timeoutMs;
  }

  handleCopyInResponse(connection: CopyTarget): void {
    for (const piece of this.#data) connection.sendCopyFromChunk(Buffer.from(piece));
    connection.endCopyFrom();
  }
}

/**
 * Runs `copy ... from stdin` with these data, in the format that the statement names.
 * @param data pieces, each of which is made when the one before it has been sent: the database works on that meanwhile
 * @param timeoutMs milliseconds after which the connection counts as dead
 */
export function copyIn(client: pg.ClientBase, text: string, data: Iterable<string>, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(text, data, timeoutMs, (error) => (error ? reject(error) : resolve())));
  });
}
