import type { Activity, Clock, Logger } from '../kernel/index.js';
import type { Sql, Transaction } from '../store/index.js';
import { Agents, type RoutingDatabase, type RoutingJournal } from './agents.js';
import { CountingDay } from './counting-day.js';
import { DecisionLoop } from './decision-loop.js';
import { type PlaceOutlook, type Rates, UNKNOWN_EWT_SECONDS } from './ewt.js';
import { Lease } from './lease.js';
import { LineMirror } from './line-mirror.js';
import type { ReservationHandler, SelectedHandler, TimeoutHandler } from './outcome.js';
import { type PlaceInLine, placesInLine, waitingByKind } from './place-in-line.js';
import { checkRequest, unknownTargets } from './refusals.js';
import type { RouteChange, RouteRequest } from './request.js';
import {
  cancelRequest,
  changeRequest,
  findRequests,
  giveBack,
  insertRequest,
  purgeRequests,
  selectedRequestsOf,
  waitingRequestsOf,
} from './request-record.js';
import { type PhonePresence, type RoutingConfiguration, Staff } from './staff.js';
import { Statistics } from './statistics.js';
import type { Target } from './target.js';
import type { Prediction, WaitEstimate } from './wait-interval.js';
import { type CallbackRequest, nextForHeld, yieldingTo } from './yielding.js';

/** Where a waiting request stands. */
export interface Standing {
  position: number;
  total: number;
  priority: number;
  ewtSeconds: number;
  ewtLowSeconds: number;
  ewtHighSeconds: number;
  /** What the estimate was made from. */
  outlook: PlaceOutlook;
  rates: Rates;
}

const LEASE_NAME = 'router';
/** What nodes tell each other: `request:<id>` or `agent:<id>` has changed. */
const CHANNEL = 'routing';
const PURGE_BATCH = 5000;

export interface RoutingOptions {
  database: RoutingDatabase;
  journal: RoutingJournal;
  configuration: RoutingConfiguration;
  clock: Clock;
  activity: Activity;
  log: Logger;
  /** Agents whose telephones are off get nothing; absent: all are taken to be there. */
  phones?: PhonePresence;
  /**
   * This node's name as owner of the router. A starting process takes over at once from a dead one of the same name:
   * give a lasting name to a server that is alone on its data, and to each process of a cluster one of its own.
   */
  owner: string;
  /**
   * How long a node that dies keeps the router, milliseconds of the clock; default 4500. It is renewed three times in
   * that time: on a clock that is moved by hours give a long one.
   */
  leaseTermMs?: number;
}

/** Puts routing together; nothing is decided before `router.start()`. */
export function createRouting(options: RoutingOptions): { router: Router; agents: Agents } {
  const staff = new Staff(options.configuration, options.log, options.phones);
  const day = new CountingDay(() => staff.option('statistics-time-zone'));
  const agents = new Agents({ ...options, staff, day });
  return { agents, router: new Router({ ...options, agents, staff, day }) };
}

export interface RouterOptions extends RoutingOptions {
  agents: Agents;
  staff: Staff;
  day: CountingDay;
}

/**
 * Finds agents for requests. Requests are rows: any node submits, changes and cancels them in its caller's transaction.
 * The node that owns the router decides (decision-loop.ts); the others follow the line in memory and take over when the
 * owner is gone.
 */
export class Router {
  /** Those whom it finds. */
  readonly agents: Agents;
  readonly staff: Staff;
  readonly statistics: Statistics;
  /** The day for which statistics are counted. */
  readonly day: CountingDay;
  readonly #options: RouterOptions;
  readonly #mirror: LineMirror;
  readonly #loop: DecisionLoop;
  #heard = { requests: new Set<string>(), agents: new Set<string>() };
  #hearing: Promise<void> | undefined;
  #stops: (() => void)[] = [];

  constructor(options: RouterOptions) {
    this.#options = options;
    this.agents = options.agents;
    this.staff = options.staff;
    this.day = options.day;
    this.#mirror = new LineMirror(options);
    this.statistics = new Statistics({ ...options, mirror: this.#mirror });
    const lease = new Lease({
      ...options,
      name: LEASE_NAME,
      ...(options.leaseTermMs === undefined ? {} : { termMs: options.leaseTermMs }),
    });
    this.#loop = new DecisionLoop({ ...options, mirror: this.#mirror, lease, leaseName: LEASE_NAME });
  }

  /** True while this node decides. */
  get isOwner(): boolean {
    return this.#loop.isOwner;
  }

  /** Hears every selection, in the transaction that stores it. A handler that throws undoes the selection. */
  onSelected(handler: SelectedHandler): void {
    this.#loop.selected.push(handler);
  }

  /** Hears every request whose time limit has passed, in the transaction that stores it. */
  onTimeout(handler: TimeoutHandler): void {
    this.#loop.timedOut.push(handler);
  }

  /** Hears that an agent was given back because no call came within the reservation, in the same transaction. */
  onReservationExpired(handler: ReservationHandler): void {
    this.#loop.reservationExpired.push(handler);
  }

  /**
   * Puts a request into the line when the transaction commits. A repetition of an id has no effect.
   * @throws RingbackError `invalid-parameter`, `no-targets` (none is named, or the configuration knows none of them),
   *   before anything is stored
   */
  async submit(tx: Transaction, request: RouteRequest): Promise<void> {
    checkRequest(request);
    if (!this.#options.staff.knowsAny(request.targets)) throw unknownTargets(request);
    const now = this.#options.clock.now();
    const stored = await insertRequest(tx, request, this.#predictionFor(request, now), now);
    if (stored) this.#afterCommit(tx, stored.id, () => this.#mirror.waits(stored));
  }

  /**
   * Changes a waiting request. New targets begin with their first step again.
   * @returns false if it does not wait (any more)
   */
  async update(tx: Transaction, id: string, change: RouteChange): Promise<boolean> {
    const stored = await changeRequest(tx, id, change, this.#options.clock.now());
    if (stored) this.#afterCommit(tx, id, () => this.#mirror.waits(stored));
    return stored !== undefined;
  }

  /** Takes a waiting request out of the line. @returns false if it does not wait (any more) */
  async cancel(tx: Transaction, id: string): Promise<boolean> {
    const cancelled = await cancelRequest(tx, id, this.#options.clock.now());
    if (cancelled) this.#afterCommit(tx, id, () => this.#mirror.left(cancelled));
    return cancelled !== undefined;
  }

  /**
   * Gives the agent back who is reserved for a request, to whom no call has come.
   * @returns false if no agent is reserved for it (any more)
   */
  async release(tx: Transaction, id: string): Promise<boolean> {
    const [stored] = await findRequests(tx, [id]);
    if (stored?.state !== 'selected' || stored.agent === undefined) return false;
    const isFree = await this.#options.agents.release(tx, stored.agent, id);
    return isFree && giveBack(tx, id, 'released', this.#options.clock.now());
  }

  /**
   * Holds the agent at a DN for a session for so long from now (milliseconds), in place of the reservation that its
   * request asked for; 0 gives the agent back.
   * @returns false if no agent there is reserved for the session
   */
  async hold(tx: Transaction, session: string, dn: string, milliseconds: number): Promise<boolean> {
    const { agents, clock } = this.#options;
    const selected = await findRequests(tx, await selectedRequestsOf(tx, session));
    const agent = this.staff.at(dn)?.id;
    const held = selected.find((request) => request.agent !== undefined && request.agent === agent);
    if (!held || agent === undefined) return false;
    if (milliseconds <= 0) return this.release(tx, held.request.id);
    const state = await agents.input(tx, agent, { type: 'held', until: clock.now() + Math.round(milliseconds) });
    return state.state === 'reserved' && state.request === held.request.id;
  }

  /**
   * The requests whose agents are held and could serve a waiting one at once (`yields`); none while an agent is ready for
   * it, or somebody before it in the line could be served. `release` gives such an agent to whoever is first in the line.
   */
  async yieldingTo(tx: Transaction, id: string): Promise<CallbackRequest[]> {
    const outlook = this.#mirror.line.outlook(id, this.#options.clock.now());
    if (!outlook || outlook.servableAhead > 0 || outlook.ready > 0) return [];
    return yieldingTo(tx, id);
  }

  /** The callback that is first in the line for the agent who is held for a request; undefined if none is. */
  nextForHeld(tx: Transaction, id: string): Promise<CallbackRequest | undefined> {
    return nextForHeld(tx, id);
  }

  /** The targets, preferences and times of a request that waits, or has left the line not long ago. */
  async request(sql: Sql, id: string): Promise<RouteRequest | undefined> {
    return (await findRequests(sql, [id]))[0]?.request;
  }

  /** Gives every agent back who is reserved for a session and to whom no call has come. */
  async releaseAll(tx: Transaction, session: string): Promise<void> {
    for (const id of await selectedRequestsOf(tx, session)) await this.release(tx, id);
  }

  /** The waiting requests of a session; of one interaction and one virtual queue of it if they are given. */
  requestsOf(
    sql: Sql,
    session: string,
    interaction: string | null = null,
    virtualQueue: string | null = null,
  ): Promise<string[]> {
    return waitingRequestsOf(sql, session, interaction, virtualQueue);
  }

  /**
   * Where a waiting request stands: its place in its virtual queue (1 = first), how many wait there, its effective
   * priority, and the expected wait (10000 s = unknown, nobody is logged in who could serve) with its interval.
   * On a node that does not own the router it is up to 1.5 s old.
   */
  async query(id: string): Promise<Standing | undefined> {
    const { line, estimates } = this.#mirror;
    if (!line.request(id)) await this.#mirror.refresh([id], []);
    const now = this.#options.clock.now();
    const standing = line.position(id, now);
    const outlook = line.outlook(id, now);
    const request = line.request(id)?.request;
    if (!standing || !outlook || !request) return undefined;
    const { seconds, lowSeconds, highSeconds } = estimates.predict(request.virtualQueue, outlook);
    return {
      ...standing,
      ewtSeconds: seconds,
      ewtLowSeconds: lowSeconds,
      ewtHighSeconds: highSeconds,
      outlook,
      rates: estimates.rates(request.virtualQueue),
    };
  }

  /** As `estimate`, without the interval: seconds. */
  ewt(virtualQueue: string, targets?: readonly Target[]): number {
    return this.estimate(virtualQueue, targets).seconds;
  }

  /**
   * The expected wait of somebody who joined a virtual queue now, and between what 80 of 100 such waits end.
   * @param targets whom he would ask for; otherwise what the queue's latest request asked for
   * @returns 10000 s throughout if it is unknown: nobody is logged in who could serve
   */
  estimate(virtualQueue: string, targets?: readonly Target[]): WaitEstimate {
    const { line, estimates } = this.#mirror;
    const { seconds, lowSeconds, highSeconds } = estimates.predict(
      virtualQueue,
      line.queueOutlook(virtualQueue, targets),
    );
    return { seconds, lowSeconds, highSeconds };
  }

  /** Those who wait in a virtual queue, in their order; undefined if nobody ever waited there. */
  places(virtualQueue: string, most: number): PlaceInLine[] | undefined {
    const { line } = this.#mirror;
    const isKnown = line.knowsQueue(virtualQueue) || this.staff.hasQueue(virtualQueue);
    return isKnown ? placesInLine(line, virtualQueue, this.#options.clock.now(), most) : undefined;
  }

  /** How many live callers and callbacks wait, by virtual queue. */
  waitingByKind(): Map<string, { live: number; callbacks: number }> {
    return waitingByKind(this.#mirror.line);
  }

  /** How many requests wait in a virtual queue. */
  waitingIn(virtualQueue: string): number {
    return this.#mirror.line.waitingIn(virtualQueue);
  }

  /** Deletes the requests that left the line before `before` (milliseconds since 1970). @returns how many */
  async purge(before: number): Promise<number> {
    let total = 0;
    for (let deleted = PURGE_BATCH; deleted === PURGE_BATCH; total += deleted) {
      deleted = await purgeRequests(this.#options.database, before, PURGE_BATCH);
    }
    return total;
  }

  /**
   * Reads the line, and begins to decide if no other node does: reservations and time limits that have passed
   * meanwhile are dealt with first. Handlers must be there before.
   */
  async start(): Promise<void> {
    const { database, agents, configuration, phones } = this.#options;
    this.#stops = [
      agents.onState((change) => {
        this.#mirror.agentChanged(change);
        this.#signal(`agent:${change.state.id}`);
      }),
      configuration.onChange((change) => this.#configurationChanged(change)),
      ...(phones ? [phones.onChange((dn) => this.#phoneChanged(dn))] : []),
      await database.listen(CHANNEL, (payload) => this.#hear(payload)),
    ];
    this.#mirror.staffChanged();
    await this.#mirror.synchronise();
    await this.#mirror.recall();
    await this.#loop.start();
  }

  /** Stops deciding and gives the router to other nodes; the decision under way is finished. */
  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.#loop.stop();
    await this.#hearing;
  }

  #configurationChanged({ kind, name }: { kind: string; name: string }): void {
    if (kind === 'agents') this.#mirror.staffChanged(name);
    else if (kind === 'agent-groups' || kind === 'virtual-queues') this.#mirror.staffChanged();
  }

  #phoneChanged(dn: string): void {
    for (const { id } of this.staff.allAt(dn)) this.#mirror.staffChanged(id);
  }

  /** Of requests that hold a place without being served the wait depends on others than the line: nothing to compare. */
  #predictionFor(request: RouteRequest, now: number): Prediction | undefined {
    if (!request.selectable || request.paused) return undefined;
    const { line, estimates } = this.#mirror;
    const prediction = estimates.predict(request.virtualQueue, line.outlookOf(request, now));
    return prediction.seconds < UNKNOWN_EWT_SECONDS ? prediction : undefined;
  }

  #afterCommit(tx: Transaction, id: string, apply: () => void): void {
    tx.afterCommit(() => {
      apply();
      this.#signal(`request:${id}`);
    });
  }

  /** Only the owner needs to know at once. */
  #signal(payload: string): void {
    if (!this.isOwner) this.#options.database.signal(CHANNEL, payload);
  }

  #hear(payload: string): void {
    if (!this.isOwner) return;
    const id = payload.slice(payload.indexOf(':') + 1);
    if (payload.startsWith('agent:')) this.#heard.agents.add(id);
    else this.#heard.requests.add(id);
    this.#hearing ??= this.#options.activity
      .run(() => this.#readHeard())
      .catch((error: unknown) => {
        this.#options.log.warn(
          { err: error },
          'What another node has changed could not be read; it will be seen later',
        );
      })
      .finally(() => {
        this.#hearing = undefined;
      });
  }

  async #readHeard(): Promise<void> {
    while (this.#heard.requests.size + this.#heard.agents.size > 0) {
      const { requests, agents } = this.#heard;
      this.#heard = { requests: new Set(), agents: new Set() };
      await this.#mirror.refresh([...requests], [...agents]);
    }
  }
}
