import { type Clock, Listeners } from '../kernel/index.js';
import { newAgent } from './agent.js';
import { AGENT_VERSIONS, findAgents, type StoredAgent } from './agent-record.js';
import type { AgentChange, RoutingDatabase } from './agents.js';
import type { CountingDay } from './counting-day.js';
import { Estimates, isServed } from './estimates.js';
import { Line } from './line.js';
import type { WaitingRequest } from './request.js';
import { findRequests, recentRequests, type StoredRequest, WAITING_VERSIONS } from './request-record.js';
import type { Staff } from './staff.js';
import { NO_TALLY } from './tally.js';

/** More than can leave within the time that a transaction's answer or a reading can be late. */
const MOST_GONE = 20_000;
/** How many past requests the estimates are learned from. */
const HISTORY = 3000;

export interface LineMirrorOptions {
  database: RoutingDatabase;
  staff: Staff;
  day: CountingDay;
  clock: Clock;
}

/**
 * The line in memory, kept in step with the tables `agent_state` and `route_request`, which are the truth.
 *
 * What this node commits is told to it at once; what other nodes commit it reads, when they signal it (`refresh`) or when
 * versions are compared (`synchronise`). It changes only by what is committed. Commits can be answered, and rows read, in
 * another order than they happened in: versions and the memory of who has left make every order harmless.
 */
export class LineMirror {
  readonly line: Line;
  readonly estimates = new Estimates();
  readonly #database: RoutingDatabase;
  readonly #staff: Staff;
  readonly #clock: Clock;
  readonly #changes = new Listeners<[]>();
  /** States of agents, configured or not, by id. */
  readonly #agents = new Map<string, StoredAgent>();
  /** The requests that left last. Who has left never waits again, whatever is told late. */
  readonly #gone = new Set<string>();

  constructor({ database, staff, day, clock }: LineMirrorOptions) {
    this.line = new Line({
      rates: (virtualQueue) => this.estimates.rates(virtualQueue),
      dayStart: (now) => day.startOf(now),
    });
    this.#database = database;
    this.#staff = staff;
    this.#clock = clock;
    for (const { id } of staff.profiles()) this.#showAgent(id);
  }

  /** Hears that the line has changed: a selection may be possible, or something is due earlier. */
  onChange(handler: () => void): () => void {
    return this.#changes.add(handler);
  }

  /** A request was submitted or changed. */
  waits(request: WaitingRequest): void {
    if (this.#gone.has(request.id)) return;
    this.line.apply({ type: 'request', request }, this.#clock.now());
    this.#changes.notify();
  }

  /** A request has left the line. */
  left({ state, request, endedAt, target }: StoredRequest): void {
    this.#remember(request.id);
    if (!this.line.request(request.id)) return;
    const now = this.#clock.now();
    this.line.apply({ type: 'request-gone', id: request.id }, now);
    if (target !== undefined) this.line.apply({ type: 'served', request, target }, now);
    if (endedAt !== undefined) {
      const waitedMs = endedAt - request.submittedAt;
      this.estimates.left(request.virtualQueue, waitedMs, isServed(state), request.prediction);
    }
    this.#changes.notify();
  }

  agentChanged({ state, version, tally, handled }: AgentChange): void {
    this.#putAgent({ state, version, tally: tally ?? this.#agents.get(state.id)?.tally ?? NO_TALLY });
    if (handled) this.estimates.handled(handled.virtualQueue, handled.milliseconds);
    this.#changes.notify();
  }

  /** The configuration has changed: `only` names the agent if it is one agent's. */
  staffChanged(only?: string): void {
    for (const id of this.#staff.refresh(only)) this.#showAgent(id);
    this.#changes.notify();
  }

  /** Brings these requests and agents to what the tables say. */
  async refresh(requests: readonly string[], agents: readonly string[]): Promise<void> {
    const storedRequests = requests.length > 0 ? await findRequests(this.#database, requests) : [];
    this.#takeRequests(requests, storedRequests);
    const storedAgents = agents.length > 0 ? await findAgents(this.#database, agents) : [];
    for (const agent of storedAgents) this.#putAgent(agent);
    this.#changes.notify();
  }

  /** Compares all versions with the tables and brings what differs to what they say. */
  async synchronise(): Promise<void> {
    const agents = await this.#database.query<{ id: string; version: number }>(AGENT_VERSIONS);
    const changedAgents = agents
      .filter(({ id, version }) => this.#agents.get(id)?.version !== version)
      .map(({ id }) => id);
    const changedRequests = await this.#differingRequests();
    if (changedAgents.length > 0 || changedRequests.length > 0) await this.refresh(changedRequests, changedAgents);
  }

  /** Learns the estimates, and what each virtual queue's requests ask for, from the requests of the past. */
  async recall(): Promise<void> {
    const history = await recentRequests(this.#database, HISTORY);
    this.estimates.relearn(history);
    this.line.forgetShares();
    for (const { request, target } of history) {
      if (target !== undefined) this.line.apply({ type: 'served', request, target }, this.#clock.now());
    }
    for (const { request } of history.reverse()) this.line.recallTargets(request.virtualQueue, request.targets);
  }

  async #differingRequests(): Promise<string[]> {
    const waiting = await this.#database.query<{ id: string; version: number }>(WAITING_VERSIONS);
    const versions = new Map(waiting.map(({ id, version }) => [id, version]));
    const differing = waiting
      .filter(({ id, version }) => this.line.request(id)?.request.version !== version)
      .map(({ id }) => id);
    for (const { request } of this.line.requests()) if (!versions.has(request.id)) differing.push(request.id);
    return differing;
  }

  #takeRequests(asked: readonly string[], found: readonly StoredRequest[]): void {
    const now = this.#clock.now();
    const missing = new Set(asked);
    for (const stored of found) {
      const { id } = stored.request;
      missing.delete(id);
      if (stored.state !== 'waiting') this.left(stored);
      else if (!this.#gone.has(id)) this.line.apply({ type: 'request', request: stored.request }, now);
    }
    for (const id of missing) this.line.apply({ type: 'request-gone', id }, now);
  }

  #putAgent(agent: StoredAgent): void {
    const { id } = agent.state;
    if ((this.#agents.get(id)?.version ?? -1) > agent.version) return;
    this.#agents.set(id, agent);
    this.#showAgent(id);
  }

  #showAgent(id: string): void {
    const now = this.#clock.now();
    const profile = this.#staff.profile(id);
    const { state, version, tally } = this.#agents.get(id) ?? { state: newAgent(id), version: 0, tally: NO_TALLY };
    if (profile) this.line.apply({ type: 'agent', profile, state, version, tally }, now);
    else this.line.apply({ type: 'agent-gone', id }, now);
  }

  #remember(id: string): void {
    this.#gone.add(id);
    if (this.#gone.size <= MOST_GONE) return;
    const [oldest] = this.#gone;
    if (oldest !== undefined) this.#gone.delete(oldest);
  }
}
