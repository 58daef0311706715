import { type AgentState, isOccupied } from './agent.js';
import { OrderedList } from './ordered-list.js';
import { type AgentProfile, qualifies } from './qualification.js';
import type { WaitingRequest } from './request.js';
import type { Target } from './target.js';
import { isOpen, type TargetFigures, type Threshold } from './threshold.js';

/** An agent as the line sees it. */
export interface LineAgent {
  profile: AgentProfile;
  state: AgentState;
  version: number;
  /** Until when the end of its reservation or after-call work is put off, since carrying it out failed. */
  asideUntil: number;
  /** The target lines that mean this agent. */
  readonly lines: Set<TargetLine>;
}

/** A request in the line. Its keys (`priority`) change only while it is in no list. */
export interface LineRequest {
  request: WaitingRequest;
  /** The effective priority by which it is sorted. */
  priority: number;
  /** When the effective priority changes next. */
  incrementAt: number;
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
    a.request.arrival - b.request.arrival ||
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

/** The requests that wait for a target under the same threshold, or without one. */
export class Gate {
  readonly waiting = new OrderedList<LineRequest>(compareRequests);
  /** How many requests have a place here, eligible or not. */
  places = 0;

  constructor(
    readonly line: TargetLine,
    readonly threshold: Threshold | undefined,
  ) {}

  /** True if a request and a ready agent face each other here. */
  get isFaced(): boolean {
    return this.waiting.size > 0 && this.line.ready.size > 0;
  }
}

/** One target: the agents whom it means and the requests that wait for it. */
export class TargetLine {
  readonly members = new Set<LineAgent>();
  readonly ready = new OrderedList<LineAgent>(compareIdle);
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

  means(agent: AgentProfile): boolean {
    return qualifies(agent, this.target);
  }

  /** Counts an agent in; undone by `countOut` before the agent's state or profile changes. */
  countIn(agent: LineAgent): void {
    this.members.add(agent);
    if (agent.state.state === 'ready') this.ready.add(agent);
    if (agent.state.state !== 'logged-out') this.#loggedIn += 1;
    if (isOccupied(agent.state.state)) this.#occupied += 1;
  }

  countOut(agent: LineAgent): void {
    this.members.delete(agent);
    if (agent.state.state === 'ready') this.ready.delete(agent);
    if (agent.state.state !== 'logged-out') this.#loggedIn -= 1;
    if (isOccupied(agent.state.state)) this.#occupied -= 1;
  }
}

/** Whether the requests of a gate may be served; `waitingInQueue` counts a virtual queue of that name. */
export function gateIsOpen(gate: Gate, waitingInQueue: (virtualQueue: string) => number): boolean {
  if (!gate.threshold) return true;
  const { line } = gate;
  const figures: TargetFigures = {
    ready: line.ready.size,
    loggedIn: line.loggedIn,
    occupied: line.occupied,
    waiting: line.target.kind === 'queue' ? waitingInQueue(line.target.name) : line.requests.size,
  };
  return isOpen(gate.threshold, figures);
}
