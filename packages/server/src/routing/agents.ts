import { type Clock, type JsonObject, Listeners } from '../kernel/index.js';
import type { Sql, Transaction } from '../store/index.js';
import { type AgentInput, type AgentState, agentTransition, isOccupied, newAgent, statesAllowing } from './agent.js';
import { allAgents, findAgents, lockAgent, storeAgent } from './agent-record.js';
import type { CountingDay } from './counting-day.js';
import { invalidAgentState } from './refusals.js';
import { storeAnswer, storeHandleTime } from './request-record.js';
import type { Staff } from './staff.js';
import { type Tally, tallied } from './tally.js';

/** What the shells of routing need of the database. */
export interface RoutingDatabase extends Sql {
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  listen(channel: string, handler: (payload: string) => void): Promise<() => void>;
  signal(channel: string, payload?: string): void;
  onAvailability(handler: (available: boolean) => void): () => void;
}

/** An entry of the event journal, as far as routing writes it. */
export interface RoutingEntry {
  at: number;
  type: 'agent.state' | 'route.decision';
  callback?: string;
  session?: string;
  call?: string;
  agent?: string;
  data: JsonObject;
}

export interface RoutingJournal {
  record(tx: Transaction, entries: RoutingEntry[]): Promise<void>;
}

/** A committed change of an agent's state. */
export interface AgentChange {
  state: AgentState;
  previous: AgentState;
  version: number;
  /** What is counted of the agent; absent if the change counts nothing. */
  tally?: Tally;
  /** Set when the agent is free again after a conversation: what was learned of the handle time. */
  handled?: { virtualQueue: string; milliseconds: number };
}

export interface AgentsOptions {
  database: RoutingDatabase;
  journal: RoutingJournal;
  staff: Staff;
  day: CountingDay;
  clock: Clock;
}

/**
 * The agents' states: stored in `agent_state`, changed by what agents do (login, ready ...), by what happens at their
 * phones, and by the router. Every change is one transition of the table in agent.ts under the lock of the agent's row,
 * journaled as `agent.state`, and announced after its commit. Any node may change any agent.
 */
export class Agents {
  readonly #database: RoutingDatabase;
  readonly #journal: RoutingJournal;
  readonly #staff: Staff;
  readonly #day: CountingDay;
  readonly #clock: Clock;
  readonly #changes = new Listeners<[change: AgentChange]>();

  constructor({ database, journal, staff, day, clock }: AgentsOptions) {
    this.#database = database;
    this.#journal = journal;
    this.#staff = staff;
    this.#day = day;
    this.#clock = clock;
  }

  /** Logs in; the agent is then not ready. Who is logged in already stays as he is. */
  login(id: string): Promise<AgentState> {
    return this.#ask(id, { type: 'login' });
  }

  /** Logs out; during a reservation or a call when that has ended. */
  logout(id: string, options: { reason?: string } = {}): Promise<AgentState> {
    return this.#ask(id, { type: 'logout', ...options });
  }

  /** @throws RingbackError `invalid-state` if logged out */
  ready(id: string): Promise<AgentState> {
    return this.#ask(id, { type: 'ready' });
  }

  /**
   * Not ready; during a reservation or a call when that has ended.
   * @throws RingbackError `invalid-state` if logged out
   */
  notReady(id: string, options: { reason?: string } = {}): Promise<AgentState> {
    return this.#ask(id, { type: 'not-ready', ...options });
  }

  /** Ends the after-call work; without effect in other states. */
  wrapDone(id: string): Promise<AgentState> {
    return this.#ask(id, { type: 'wrap-done' });
  }

  /** @param sql the transaction under way, where there is one @throws RingbackError `unknown-agent` */
  async state(id: string, sql: Sql = this.#database): Promise<AgentState> {
    this.#staff.require(id);
    const [stored] = await findAgents(sql, [id]);
    return stored?.state ?? newAgent(id);
  }

  /** An agent's state, which stays as it is until the transaction ends. */
  async locked(tx: Transaction, id: string): Promise<AgentState> {
    return (await lockAgent(tx, id, this.#clock.now())).state;
  }

  /** The states of all configured agents, by id. @param sql the transaction under way, where there is one */
  async states(sql: Sql = this.#database): Promise<AgentState[]> {
    const stored = new Map((await allAgents(sql)).map(({ state }) => [state.id, state]));
    return this.#staff.ids().map((id) => stored.get(id) ?? newAgent(id));
  }

  /**
   * Hears every change that this node has made, after its commit. Two changes of an agent made at nearly the same time
   * can be heard in the other order: `version` tells which one is later.
   */
  onState(handler: (change: AgentChange) => void): () => void {
    return this.#changes.add(handler);
  }

  /** The agent's phone is about to ring: `legId` is the leg to it. */
  async offered(tx: Transaction, agentId: string, legId: string): Promise<void> {
    await this.input(tx, agentId, { type: 'call-offered', call: legId });
  }

  async answered(tx: Transaction, agentId: string, legId: string): Promise<void> {
    await this.input(tx, agentId, { type: 'call-answered', call: legId });
  }

  /** The agent did not take the call: not ready from then on, with this reason. */
  async rejected(tx: Transaction, agentId: string, legId: string, reason = 'no-answer'): Promise<void> {
    await this.input(tx, agentId, { type: 'call-rejected', call: legId, reason });
  }

  /** The leg has ended: after-call work if the agent had answered. */
  async ended(tx: Transaction, agentId: string, legId: string): Promise<void> {
    const wrapUpMs = this.#staff.wrapUpMs(agentId);
    await this.input(tx, agentId, {
      type: 'call-ended',
      call: legId,
      ...(wrapUpMs === undefined ? {} : { wrapUntil: this.#clock.now() + wrapUpMs }),
    });
  }

  /** Gives an agent back who is reserved for this request. @returns false if the agent is not */
  async release(tx: Transaction, agentId: string, request: string): Promise<boolean> {
    const { state } = await lockAgent(tx, agentId, this.#clock.now());
    if (state.state !== 'reserved' || state.request !== request) return false;
    await this.input(tx, agentId, { type: 'released' });
    return true;
  }

  /**
   * Ends a reservation or an after-call work whose time has passed.
   * @returns the state before, if there was anything to end
   */
  async expire(tx: Transaction, agentId: string): Promise<AgentState | undefined> {
    const { state } = await lockAgent(tx, agentId, this.#clock.now());
    if (state.until === undefined || state.until > this.#clock.now()) return undefined;
    await this.input(tx, agentId, { type: state.state === 'reserved' ? 'reservation-expired' : 'wrap-done' });
    return state;
  }

  /**
   * Carries out one transition in the caller's transaction.
   * @throws RingbackError `invalid-state` naming the states that allow the input
   */
  async input(tx: Transaction, id: string, input: AgentInput): Promise<AgentState> {
    const now = this.#clock.now();
    const { state: previous, tally: counted } = await lockAgent(tx, id, now);
    const state = agentTransition(previous, input, now);
    if (!state) throw invalidAgentState(previous, input.type, statesAllowing(input.type));
    if (state === previous) return state;
    const tally = tallied(counted, previous, state, now, this.#day.startOf(now));
    const version = await storeAgent(tx, state, tally);
    if (isWorthReporting(state, previous)) await this.#journal.record(tx, [agentEntry(state, previous, now)]);
    if (state.answeredAt !== previous.answeredAt && state.answeredAt !== undefined && state.request !== undefined) {
      await storeAnswer(tx, state.request, state.answeredAt);
    }
    const handled = await this.#learnHandleTime(tx, state, previous, now);
    this.announceAfter(tx, { state, previous, version, tally, ...(handled ? { handled } : {}) });
    return state;
  }

  /** Tells the listeners of a change that the transaction makes, if it commits. */
  announceAfter(tx: Transaction, change: AgentChange): void {
    tx.afterCommit(() => this.#changes.notify(change));
  }

  async #ask(id: string, input: AgentInput): Promise<AgentState> {
    this.#staff.require(id);
    return this.#database.transaction((tx) => this.input(tx, id, input));
  }

  async #learnHandleTime(
    tx: Transaction,
    state: AgentState,
    previous: AgentState,
    now: number,
  ): Promise<AgentChange['handled']> {
    const { answeredAt, request, occupiedSince } = previous;
    if (answeredAt === undefined || request === undefined || occupiedSince === undefined) return undefined;
    if (isOccupied(state.state) && state.request === request) return undefined;
    const milliseconds = now - occupiedSince;
    const virtualQueue = await storeHandleTime(tx, request, milliseconds);
    return virtualQueue === undefined ? undefined : { virtualQueue, milliseconds };
  }
}

/** The journal entry of a change: `{state, previous, since, reason?, leg?, request?, next?, nextReason?}`. */
export function agentEntry(state: AgentState, previous: AgentState, now: number): RoutingEntry {
  return {
    at: now,
    type: 'agent.state',
    agent: state.id,
    data: {
      state: state.state,
      previous: previous.state,
      ...(state.reason === undefined ? {} : { reason: state.reason }),
      ...(state.call === undefined ? {} : { leg: state.call }),
      ...(state.request === undefined ? {} : { request: state.request }),
      ...(state.next === undefined ? {} : { next: state.next.state }),
      ...(state.next?.reason === undefined ? {} : { nextReason: state.next.reason }),
    },
  };
}

function isWorthReporting(state: AgentState, previous: AgentState): boolean {
  return state.state !== previous.state || state.reason !== previous.reason || state.next !== previous.next;
}
