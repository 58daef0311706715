import { type Activity, type Clock, instant, type Logger, type Timer } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { statement } from '../store/sql.js';

/** A node that has not been seen for so long has gone; its number is given anew. */
const GONE_MS = 5_000;
const BEAT_MS = 1_000;

const LOCK = statement('node-lock', "select pg_advisory_xact_lock(hashtext('orchestration-node'))");
const FORGET_GONE = statement('node-forget-gone', 'delete from orchestration_node where seen_at < $1 or owner = $2');
const TAKE_NUMBER = statement(
  'node-take-number',
  `insert into orchestration_node (number, owner, url, seen_at)
   select min(n), $1, $2, $3 from generate_series(1, (select count(*)::integer + 1 from orchestration_node)) n
    where not exists (select from orchestration_node where number = n)
   returning number`,
);
const BEAT = statement(
  'node-beat',
  'update orchestration_node set seen_at = $2, url = $3 where owner = $1 returning number',
);
const LIVE = statement('node-live', 'select number, url from orchestration_node where seen_at >= $1');
const LEAVE = statement('node-leave', 'delete from orchestration_node where owner = $1');

/**
 * The nodes of a cluster as clients see them: by number in cookies and session ids, by address in redirections. Any
 * node can run any session; this is courtesy to clients that were written for a server whose nodes own theirs. A node
 * that stops telling that it lives is forgotten within 5 seconds.
 */
export class Nodes {
  /** The other nodes that live, by their numbers. */
  readonly #elsewhere = new Map<number, string | undefined>();
  #timer: Timer | undefined;
  #stopped = false;
  /** Hears that another node has gone. */
  onGone: (() => Promise<void>) | undefined;

  constructor(
    private readonly parts: {
      database: Database;
      clock: Clock;
      activity: Activity;
      log: Logger;
      /** This process, and nobody else. */
      owner: string;
      /** Its number, to be set here, and its address, which may become known later. */
      self: { node: number; url: string | undefined };
    },
  ) {}

  /** Number of this node. */
  get own(): number {
    return this.parts.self.node;
  }

  /** Address of another node that lives: `http://host:port`. */
  addressOf(node: number): string | undefined {
    return this.#elsewhere.get(node);
  }

  /** Numbers of the other nodes that live. */
  others(): readonly number[] {
    return [...this.#elsewhere.keys()];
  }

  /** Addresses of the other nodes that live. */
  origins(): readonly string[] {
    return [...this.#elsewhere.values()].filter((url) => url !== undefined);
  }

  /** Takes a number. In a cluster, tells the others from now on that this node lives. */
  async join(options: { cluster: boolean }): Promise<void> {
    await this.#takeNumber(options.cluster);
    if (options.cluster) await this.#beat();
  }

  /** The others hear at once that this node has gone. */
  async leave(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    if (this.parts.database.available) await this.parts.database.query(LEAVE, [this.parts.owner]);
  }

  async #takeNumber(cluster: boolean): Promise<void> {
    const { database, clock, owner, self } = this.parts;
    const now = clock.now();
    self.node = await database.transaction(async (tx) => {
      await tx.query(LOCK);
      // Alone, whoever is still listed has died.
      await tx.query(FORGET_GONE, [instant(cluster ? now - GONE_MS : now + GONE_MS), owner]);
      const [row] = await tx.query<{ number: number }>(TAKE_NUMBER, [owner, self.url ?? null, instant(now)]);
      return row?.number ?? 1;
    });
  }

  async #beat(): Promise<void> {
    const { database, clock, activity, log, owner, self } = this.parts;
    if (this.#stopped) return;
    try {
      const now = clock.now();
      const [row] = await database.query<{ number: number }>(BEAT, [owner, instant(now), self.url ?? null]);
      if (!row) await this.#takeNumber(true);
      const live = await database.query<{ number: number; url: string | null }>(LIVE, [instant(now - GONE_MS)]);
      const known = this.others();
      this.#elsewhere.clear();
      for (const { number, url } of live) if (number !== self.node) this.#elsewhere.set(number, url ?? undefined);
      if (known.some((number) => !this.#elsewhere.has(number))) await this.onGone?.();
    } catch (error) {
      log.warn({ err: error }, 'this node could not tell the others that it lives');
    }
    this.#timer = clock.at(clock.now() + BEAT_MS, () => void activity.run(() => this.#beat()));
  }
}
