import type { Clock, JsonValue } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import type { Reply } from './reply.js';
import { FORGET_REPLY } from './session-statements.js';

export type { Reply } from './reply.js';

const CHANNEL = 'session_reply';
/** Says in a signal that the session ended without an answer. */
const ENDED = 'ended';

/**
 * Requests that wait for an application's answer. The answer is a row, so that it survives and so that the node that
 * holds the client need not be the node that runs the session; the waiting itself is only in memory.
 */
export class Replies {
  readonly #waiting = new Map<string, (reply: Reply | 'no-session') => void>();
  readonly #arrived = new Map<string, Reply | 'no-session'>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Hears of answers that other nodes stored. */
  async listen(): Promise<void> {
    await this.database.listen(CHANNEL, (id) => {
      const [request = '', ending] = id.split(' ');
      if (ending === ENDED) this.#waiting.get(request)?.('no-session');
      else if (this.#waiting.has(request)) void this.#fetch(request);
    });
  }

  /** Says that `wait` will be called for this request, so that an answer that comes before is kept. */
  expect(id: string): void {
    this.#waiting.set(id, (reply) => this.#arrived.set(id, reply));
  }

  /** Nobody will wait for this request after all. */
  forget(id: string): void {
    this.#waiting.delete(id);
    this.#arrived.delete(id);
  }

  /**
   * Waits for the answer.
   * @returns undefined when none has come within `timeoutMs`
   */
  async wait(id: string, timeoutMs: number): Promise<Reply | 'no-session' | undefined> {
    const reply = await new Promise<Reply | 'no-session' | undefined>((resolve) => {
      const arrived = this.#arrived.get(id);
      if (arrived) return resolve(arrived);
      const timer = this.clock.at(this.clock.now() + timeoutMs, () => resolve(undefined));
      this.#waiting.set(id, (answer) => {
        timer.cancel();
        resolve(answer);
      });
    });
    this.forget(id);
    // A signal of another node may have been lost; its answer is stored. Answered or not, nobody will ask again.
    return reply ?? this.#take(id);
  }

  /** Whether a client of this node waits for the answer. */
  isAwaited(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** An answer has been committed; unless its client waits here, it is stored. */
  answered(id: string, reply: Reply): void {
    const waiting = this.#waiting.get(id);
    if (waiting) waiting(reply);
    else this.database.signal(CHANNEL, id);
  }

  /** The session ended without an answer. */
  abandon(id: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting) waiting('no-session');
    else this.database.signal(CHANNEL, `${id} ${ENDED}`);
  }

  async #fetch(id: string): Promise<void> {
    const reply = await this.#take(id);
    if (reply) this.#waiting.get(id)?.(reply);
  }

  /** The stored answer to a request that nobody will ask for again. */
  async #take(id: string): Promise<Reply | undefined> {
    const [stored] = await this.database.query<{ status: number | null; body: JsonValue }>(FORGET_REPLY, [id]);
    return stored && stored.status !== null ? { status: stored.status, body: stored.body } : undefined;
  }
}
