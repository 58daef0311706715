import { type Activity, type Clock, instant, Listeners, type Logger, type Timer } from '../kernel/index.js';
import { type Sql, statement } from '../store/index.js';

/** Attempts per lifetime of the lease: the owner renews this often, so that one or two failures do no harm. */
const RENEWALS_PER_TERM = 3;
const DEFAULT_TERM_MS = 4500;

const TAKE = statement(
  'lease-take',
  `insert into lease (name, owner, fence, expires_at) values ($1, $2, 1, $4)
   on conflict (name) do update
     set owner = excluded.owner, fence = lease.fence + 1, expires_at = excluded.expires_at
     where lease.expires_at <= $3 or ($5 and lease.owner = excluded.owner)
   returning fence`,
);

const RENEW = statement(
  'lease-renew',
  'update lease set expires_at = $4 where name = $1 and owner = $2 and fence = $3 returning fence',
);

const EXPIRY = statement('lease-expiry', 'select expires_at from lease where name = $1');

export interface LeaseOptions {
  database: Sql;
  /** What is owned. */
  name: string;
  /**
   * Who would own it. A process that starts takes a running lease of its own name at once: give a name that lasts to a
   * server that is alone on its data, and one that no other process ever has to a node of a cluster.
   */
  owner: string;
  /** How long the lease lasts without renewal, milliseconds of the clock; default 4500. */
  termMs?: number;
  clock: Clock;
  activity: Activity;
  log: Logger;
}

/**
 * The exclusive right to do something in a cluster, as a row that its owner renews.
 *
 * States: waiting (tries when the present owner's term ends, and as often as an owner renews) -> held, with a fence that
 * is larger than all earlier ones -> waiting again, when a renewal finds another owner or could not be made for a whole
 * term. While it is held, only statements that check the fence in their transaction are safe against a successor: a
 * paused process may believe that it still holds what another one has taken.
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #termMs: number;
  readonly #changes = new Listeners<[held: boolean]>();
  #fence: number | undefined;
  #expiresAt = 0;
  #timer: Timer | undefined;
  #attempt: Promise<void> = Promise.resolve();
  #running = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#termMs = options.termMs ?? DEFAULT_TERM_MS;
  }

  /** How often the owner renews and the others look, in milliseconds. */
  get periodMs(): number {
    return Math.max(1, Math.floor(this.#termMs / RENEWALS_PER_TERM));
  }

  /** The fence under which this node owns; undefined while another one does. */
  get fence(): number | undefined {
    return this.#fence !== undefined && this.#options.clock.now() < this.#expiresAt ? this.#fence : undefined;
  }

  /** Hears when the lease is gained (true) or lost (false). */
  onChange(handler: (held: boolean) => void): () => void {
    return this.#changes.add(handler);
  }

  /** Tries at once, and keeps trying or renewing from then on. */
  async start(): Promise<void> {
    this.#running = true;
    await this.#try(true);
  }

  /** Gives the lease back, so that another node can take it at once. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#timer?.cancel();
    await this.#attempt;
    const fence = this.#fence;
    if (fence === undefined) return;
    this.#lose();
    const { database, name, owner, clock } = this.#options;
    await database.query(RENEW, [name, owner, fence, instant(clock.now())]);
  }

  /** Looks again now: somebody else holds the lease, although this node believed to. */
  doubt(): void {
    if (!this.#running) return;
    this.#timer?.cancel();
    this.#inBackground();
  }

  #inBackground(): void {
    void this.#options.activity.run(() => this.#try(false));
  }

  #try(isStart: boolean): Promise<void> {
    const attempt = this.#attempt.then(() => (this.#running ? this.#once(isStart) : undefined));
    this.#attempt = attempt.catch((error: unknown) => this.#failed(error));
    return isStart ? attempt : this.#attempt;
  }

  async #once(isStart: boolean): Promise<void> {
    const { database, name, owner, clock } = this.#options;
    const now = clock.now();
    const expiresAt = now + this.#termMs;
    if (this.#fence !== undefined) {
      const renewed = await database.query(RENEW, [name, owner, this.#fence, instant(expiresAt)]);
      if (renewed.length > 0) {
        this.#expiresAt = expiresAt;
        this.#arm(now + this.periodMs);
        return;
      }
      this.#lose();
    }
    const bounds = [instant(now), instant(expiresAt)];
    const [taken] = await database.query<{ fence: number }>(TAKE, [name, owner, ...bounds, isStart]);
    if (taken) {
      this.#fence = taken.fence;
      this.#expiresAt = expiresAt;
      this.#arm(now + this.periodMs);
      this.#changes.notify(true);
      return;
    }
    const [row] = await database.query<{ expires_at: number }>(EXPIRY, [name]);
    this.#arm(Math.min(Math.max(row?.expires_at ?? now, now + 1), now + this.periodMs));
  }

  #lose(): void {
    this.#fence = undefined;
    this.#changes.notify(false);
  }

  #failed(error: unknown): void {
    const { clock, log, name } = this.#options;
    log.warn({ err: error, lease: name }, 'The lease could not be renewed or taken; trying again');
    if (this.#fence !== undefined && clock.now() >= this.#expiresAt) this.#lose();
    this.#arm(clock.now() + this.periodMs);
  }

  #arm(due: number): void {
    this.#timer?.cancel();
    if (!this.#running) return;
    this.#timer = this.#options.clock.at(due, () => this.#inBackground());
  }
}
