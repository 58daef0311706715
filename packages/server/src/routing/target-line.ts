import { type AgentState, isOccupied } from './agent.js';
import { OrderedList } from './ordered-list.js';
import { type AgentProfile, qualifies } from './qualification.js';
import type { WaitingRequest } from './request.js';
import type { Tally } from './tally.js';
import type { Target } from './target.js';
import type { TargetFigures, Threshold } from './threshold.js';

/** An agent as the line sees it. */
export interface LineAgent {
  profile: AgentProfile;
  state: AgentState;
  version: number;
  tally: Tally;
  /** Until when the end of its reservation or after-call work is put off, since carrying it out failed. */
  asideUntil: number;
  /** The target lines that mean this agent. */
  readonly lines: Set<TargetLine>;
}

/** A request in the line. Its keys (`priority`, `arrival`) change only while it is in no list. */
export interface LineRequest {
  request: WaitingRequest;
  /** The effective priority by which it is sorted. */
  priority: number;
  /** What sorts it among its equals. */
  arrival: number;
  /** When one of these changes next. */
  incrementAt: number;
  /** Agents who must not get it. */
  excluded: ReadonlySet<string>;
  /** When its targets change next (a step begins or ends), or when it is no longer set aside. */
  changeAt: number;
  /** Until when it is passed over, since its selection or its timeout failed. */
  asideUntil: number;
  /** The targets that count at present, in the order of the request. */
  places: Place[];
  /** True while it may be served: it then also stands in the gates of its places. */
  eligible: boolean;
}

export interface Place {
  readonly target: Target;
  readonly line: TargetLine;
  readonly gate: Gate;
}

/** The order of the line: effective priority, then arrival, then submit. */
export function compareRequests(a: LineRequest, b: LineRequest): number {
  return (
    b.priority - a.priority ||
    a.arrival - b.arrival ||
    a.request.sequence - b.request.sequence ||
    (a.request.id < b.request.id ? -1 : a.request.id > b.request.id ? 1 : 0)
  );
}

/** Longest idle first. */
export function compareIdle(a: LineAgent, b: LineAgent): number {
  return (
    (a.state.idleSince ?? 0) - (b.state.idleSince ?? 0) ||
    (a.profile.id < b.profile.id ? -1 : a.profile.id > b.profile.id ? 1 : 0)
  );
}

/** Whether a request may get only some of the agents of its targets, or some who are not ready. */
export function isParticular({ request, excluded }: LineRequest): boolean {
  return request.preferences !== undefined && (excluded.size > 0 || request.preferences.anyReadiness === true);
}

/** The requests that wait for a target under the same threshold, or without one. */
export class Gate {
  /** Those whom any agent of the target can serve: of them only the first has to be looked at. */
  readonly waiting = new OrderedList<LineRequest>(compareRequests);
  /** Those of whom each has to be looked at. */
  readonly particular = new OrderedList<LineRequest>(compareRequests);
  /** How many of the particular ones take agents who are not ready. */
  #undemanding = 0;
  /** How many requests have a place here, eligible or not. */
  places = 0;

  constructor(
    readonly line: TargetLine,
    readonly threshold: Threshold | undefined,
  ) {}

  /** True if a request and an agent who may serve it face each other here. */
  get isFaced(): boolean {
    if (this.line.ready.size > 0) return this.waiting.size + this.particular.size > 0;
    return this.#undemanding > 0 && this.line.resting.size > 0;
  }

  add(entry: LineRequest): void {
    if (!isParticular(entry)) this.waiting.add(entry);
    else {
      this.particular.add(entry);
      if (entry.request.preferences?.anyReadiness) this.#undemanding += 1;
    }
  }

  /** @returns false if the request was not here */
  delete(entry: LineRequest): boolean {
    if (!isParticular(entry)) return this.waiting.delete(entry);
    const wasHere = this.particular.delete(entry);
    if (wasHere && entry.request.preferences?.anyReadiness) this.#undemanding -= 1;
    return wasHere;
  }
}

/** One target: the agents whom it means and the requests that wait for it. */
export class TargetLine {
  readonly members = new Set<LineAgent>();
  readonly ready = new OrderedList<LineAgent>(compareIdle);
  /** Agents who are logged in and not ready. */
  readonly resting = new OrderedList<LineAgent>(compareIdle);
  /** Everybody who waits for this target, eligible or not. */
  readonly requests = new OrderedList<LineRequest>(compareRequests);
  readonly #gates = new Map<string, Gate>();
  #loggedIn = 0;
  #occupied = 0;

  constructor(readonly target: Target) {}

  get loggedIn(): number {
    return this.#loggedIn;
  }

  get occupied(): number {
    return this.#occupied;
  }

  gates(): Iterable<Gate> {
    return this.#gates.values();
  }

  /** The gate for a threshold; made when it does not exist yet. */
  gateFor(threshold: Threshold | undefined): Gate {
    const key = threshold?.text ?? '';
    let gate = this.#gates.get(key);
    if (!gate) {
      gate = new Gate(this, threshold);
      this.#gates.set(key, gate);
    }
    return gate;
  }

  /** Forgets a gate at which no request has a place any more. */
  dropGate(gate: Gate): void {
    this.#gates.delete(gate.threshold?.text ?? '');
  }

  /** How many of those before a request could be served if there were agents: they do not only keep their place. */
  servableBefore(entry: LineRequest): number {
    let before = 0;
    for (const gate of this.gates()) before += gate.waiting.rank(entry) + gate.particular.rank(entry);
    return before;
  }

  means(agent: AgentProfile): boolean {
    return qualifies(agent, this.target);
  }

  /** Where an agent is chosen from; whose telephone is off is logged in and chosen by nobody. */
  #poolOf({ profile, state }: LineAgent): OrderedList<LineAgent> | undefined {
    if (profile.isOffline) return undefined;
    if (state.state === 'ready') return this.ready;
    return state.state === 'not-ready' ? this.resting : undefined;
  }

  /** Counts an agent in; undone by `countOut` before the agent's state or profile changes. */
  countIn(agent: LineAgent): void {
    this.members.add(agent);
    this.#poolOf(agent)?.add(agent);
    if (agent.state.state !== 'logged-out') this.#loggedIn += 1;
    if (isOccupied(agent.state.state)) this.#occupied += 1;
  }

  countOut(agent: LineAgent): void {
    this.members.delete(agent);
    this.#poolOf(agent)?.delete(agent);
    if (agent.state.state !== 'logged-out') this.#loggedIn -= 1;
    if (isOccupied(agent.state.state)) this.#occupied -= 1;
  }
}

/** The figures of a target as they are now; `waitingInQueue` counts a virtual queue of that name. */
export function figuresOf(line: TargetLine, waitingInQueue: (virtualQueue: string) => number): TargetFigures {
  return {
    ready: line.ready.size,
    loggedIn: line.loggedIn,
    occupied: line.occupied,
    waiting: line.target.kind === 'queue' ? waitingInQueue(line.target.name) : line.requests.size,
  };
}
