import { type Activity, type Clock, DatabaseUnavailable, type Logger, type Timer } from '../kernel/index.js';
import type { Agents, RoutingDatabase, RoutingJournal } from './agents.js';
import { explain } from './explanation.js';
import type { Lease } from './lease.js';
import type { Selection } from './line.js';
import type { LineMirror } from './line-mirror.js';
import {
  type Authority,
  LeaseLost,
  type ReservationHandler,
  type SelectedHandler,
  StaleModel,
  storeExpiry,
  storeSelection,
  storeTimeout,
  type TimeoutHandler,
} from './outcome.js';
import type { LineRequest } from './target-line.js';

/** How long what failed is passed over; doubles with every failure. */
const FIRST_SET_ASIDE_MS = 1000;
const LONGEST_SET_ASIDE_MS = 30_000;
/** Pause after the database was found away, or an error that is not one request's. */
const PAUSE_MS = 1000;
/** The owner compares its line with the database once in so many periods of the lease, the others once per period. */
const OWNER_SYNCHRONISES_EVERY = 3;

export interface DecisionLoopOptions {
  database: RoutingDatabase;
  journal: RoutingJournal;
  agents: Agents;
  mirror: LineMirror;
  lease: Lease;
  /** Name of the lease, and of this node in it. */
  leaseName: string;
  owner: string;
  clock: Clock;
  activity: Activity;
  log: Logger;
}

/**
 * Carries out what the line has to offer, on the node that owns the router.
 *
 * States: stopped -> following (keeps the line in step, decides nothing) -> owning (the lease is gained and the line has
 * been compared with the database) -> following (the lease is lost) ... While owning, one loop at a time takes agents
 * whose time is over, then selections in the order of the line, then requests whose time limit has passed, until nothing
 * is left; it sleeps until the line changes or the next due time. Each of them is one transaction, in which the handlers
 * run and which commits only under the fence of the lease; memory follows after the commit. If a handler throws, nothing
 * has happened: what failed is passed over for a while, then tried again.
 */
export class DecisionLoop {
  readonly selected: SelectedHandler[] = [];
  readonly timedOut: TimeoutHandler[] = [];
  readonly reservationExpired: ReservationHandler[] = [];
  readonly #options: DecisionLoopOptions;
  readonly #failures = new Map<string, number>();
  #state: 'stopped' | 'following' | 'owning' = 'stopped';
  #running: Promise<void> | undefined;
  #takingOver: Promise<void> | undefined;
  #isWoken = false;
  #pausedUntil = 0;
  #timer: Timer | undefined;
  #ticker: Timer | undefined;
  #ticks = 0;
  #stops: (() => void)[] = [];

  constructor(options: DecisionLoopOptions) {
    this.#options = options;
  }

  get isOwner(): boolean {
    return this.#state === 'owning';
  }

  /** Follows, and owns at once if no other node does. */
  async start(): Promise<void> {
    const { database, lease, mirror } = this.#options;
    this.#state = 'following';
    this.#stops = [
      mirror.onChange(() => this.#wake()),
      lease.onChange((held) => this.#leaseChanged(held)),
      database.onAvailability((available) => available && this.#resume()),
    ];
    await lease.start();
    await this.#takingOver;
    this.#armTicker();
  }

  /** Finishes the transaction under way and gives the lease back. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#timer?.cancel();
    this.#ticker?.cancel();
    for (const stop of this.#stops.splice(0)) stop();
    await this.#takingOver;
    await this.#running;
    await this.#options.lease.stop();
  }

  #leaseChanged(held: boolean): void {
    const { log, owner } = this.#options;
    if (held) this.#takeOver();
    else if (this.#state === 'owning') {
      this.#state = 'following';
      log.warn({ owner }, 'This node does not decide about routing any more');
    }
  }

  /** What was committed before the lease changed hands is visible now; what comes later is signalled. */
  #takeOver(): void {
    const { mirror, lease, log, owner } = this.#options;
    this.#takingOver ??= this.#background('The router could not be taken over; trying again', async () => {
      await mirror.synchronise();
      await mirror.recall();
      if (lease.fence === undefined || this.#state !== 'following') return;
      this.#state = 'owning';
      log.info({ owner, fence: lease.fence }, 'This node decides about routing');
      this.#wake();
    }).finally(() => {
      this.#takingOver = undefined;
    });
  }

  /** Makes sure that the line is kept in step even when a signal was lost. */
  #tick(): void {
    this.#ticks += 1;
    this.#armTicker();
    if (this.#state === 'following' && this.#options.lease.fence !== undefined) this.#takeOver();
    else if (!this.isOwner || this.#ticks % OWNER_SYNCHRONISES_EVERY === 0) this.#synchronise();
    else this.#wake();
  }

  #resume(): void {
    this.#pausedUntil = 0;
    this.#options.lease.doubt();
    this.#synchronise();
  }

  #synchronise(): void {
    void this.#background('The line could not be compared with the database', () => this.#options.mirror.synchronise());
    this.#wake();
  }

  #wake(): void {
    if (!this.isOwner) return;
    this.#isWoken = true;
    this.#running ??= this.#background('Routing stopped on an error', () => this.#loop()).finally(() => {
      this.#running = undefined;
      if (this.#isWoken) this.#wake();
      else this.#arm();
    });
  }

  async #loop(): Promise<void> {
    while (this.#isWoken) {
      this.#isWoken = false;
      while (await this.#step()) this.#isWoken = true;
    }
  }

  /** @returns false if there is nothing to do now */
  async #step(): Promise<boolean> {
    const { clock, mirror, lease, leaseName, owner } = this.#options;
    const now = clock.now();
    const fence = lease.fence;
    if (!this.isOwner || fence === undefined || now < this.#pausedUntil) return false;
    const authority: Authority = { lease: leaseName, owner, fence };
    const overdue = mirror.line.overdue(now);
    if (overdue) return this.#attempt({ agent: overdue.id }, now, () => this.#expire(overdue.id, now));
    const selection = mirror.line.next(now);
    if (selection) {
      const { request } = selection.request;
      const about = { request: request.id, agent: selection.agent.profile.id };
      return this.#attempt(about, now, () => this.#select(selection, authority, now));
    }
    const late = mirror.line.timedOut(now);
    if (!late) return false;
    return this.#attempt({ request: late.request.id }, now, () => this.#timeOut(late, authority, now));
  }

  async #select(selection: Selection, authority: Authority, now: number): Promise<void> {
    const { database, agents, journal, mirror } = this.#options;
    const why = explain(mirror.line, selection.request, now, selection);
    await database.transaction(async (tx) => {
      const parts = { agents, journal, authority };
      const { decision, left } = await storeSelection(tx, parts, selection, why, now);
      for (const handler of this.selected) await handler(tx, decision);
      tx.afterCommit(() => mirror.left(left));
    });
  }

  async #timeOut({ request }: LineRequest, authority: Authority, now: number): Promise<void> {
    const { database, journal, mirror } = this.#options;
    const entry = mirror.line.request(request.id);
    const why = entry ? explain(mirror.line, entry, now) : {};
    await database.transaction(async (tx) => {
      const left = await storeTimeout(tx, { journal, authority }, request, why, now);
      for (const handler of this.timedOut) await handler(tx, request);
      tx.afterCommit(() => mirror.left(left));
    });
  }

  async #expire(agent: string, now: number): Promise<void> {
    const { database, agents, mirror } = this.#options;
    const isDone = await database.transaction(async (tx) => {
      const { isEnded, request } = await storeExpiry(tx, agents, agent, now);
      if (request !== undefined) for (const handler of this.reservationExpired) await handler(tx, { request, agent });
      return isEnded;
    });
    if (!isDone) await mirror.refresh([], [agent]);
  }

  /** Carries out one step and deals with its failure, so that the loop goes on with the others. */
  async #attempt(
    about: { request?: string; agent?: string },
    now: number,
    carryOut: () => Promise<void>,
  ): Promise<boolean> {
    const { log, lease, mirror } = this.#options;
    try {
      await carryOut();
      this.#failures.delete(about.request ?? about.agent ?? '');
      return true;
    } catch (error) {
      if (error instanceof LeaseLost) {
        this.#leaseChanged(false);
        lease.doubt();
        return false;
      }
      if (error instanceof DatabaseUnavailable) {
        this.#pausedUntil = now + PAUSE_MS;
        return false;
      }
      const isStale = error instanceof StaleModel;
      if (!isStale) log.error({ err: error, ...about }, 'A routing decision failed; it is tried again later');
      // Whether the transaction happened can be unknown: the tables know.
      await mirror.refresh(about.request ? [about.request] : [], about.agent ? [about.agent] : []);
      this.#setAside(about, isStale);
      return true;
    }
  }

  /** A first staleness is cured by the refresh; what fails or stays stale has to wait. */
  #setAside(about: { request?: string; agent?: string }, isStale: boolean): void {
    const { mirror, clock } = this.#options;
    const id = about.request ?? about.agent ?? '';
    const failures = (this.#failures.get(id) ?? 0) + 1;
    if (this.#failures.size > 1000) this.#failures.clear();
    this.#failures.set(id, failures);
    if (isStale && failures === 1) return;
    const now = clock.now();
    const until = now + Math.min(FIRST_SET_ASIDE_MS * 2 ** (failures - 1), LONGEST_SET_ASIDE_MS);
    mirror.line.apply({ type: about.request ? 'set-aside' : 'agent-aside', id, until }, now);
  }

  #arm(): void {
    const { clock, mirror } = this.#options;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (!this.isOwner) return;
    const due = mirror.line.nextDue();
    const isPaused = clock.now() < this.#pausedUntil;
    if (due === undefined && !isPaused) return;
    this.#timer = clock.at(isPaused ? this.#pausedUntil : (due ?? 0), () => this.#wake());
  }

  #armTicker(): void {
    const { clock, lease } = this.#options;
    if (this.#state === 'stopped') return;
    this.#ticker = clock.at(clock.now() + lease.periodMs, () => this.#tick());
  }

  #background(failure: string, work: () => Promise<void>): Promise<void> {
    return this.#options.activity.run(async () => {
      try {
        await work();
      } catch (error) {
        this.#pausedUntil = this.#options.clock.now() + PAUSE_MS;
        if (!(error instanceof DatabaseUnavailable)) this.#options.log.error({ err: error }, failure);
      }
    });
  }
}
