import type { AgentState } from './agent.js';
import { type Choice, type Choosing, choose, chooseLongestIdle, isServable } from './choice.js';
import type { Outlook, PlaceOutlook } from './ewt.js';
import { agentCounts, type Learned, LineFigures, NOTHING_LEARNED } from './line-figures.js';
import {
  byId,
  countingTargets,
  gatesOf,
  lineRequest,
  linesOfPlaces,
  nextChangeAt,
  renewKeys,
  timeoutOf,
} from './line-request.js';
import { OrderedList } from './ordered-list.js';
import type { AgentProfile } from './qualification.js';
import type { RouteRequest, WaitingRequest } from './request.js';
import { Shares } from './shares.js';
import type { Statistic } from './statistic.js';
import { NO_TALLY, type Tally } from './tally.js';
import { ReadTargets, type Target } from './target.js';
import {
  compareIdle,
  compareRequests,
  type Gate,
  type LineAgent,
  type LineRequest,
  type Place,
  type TargetLine,
} from './target-line.js';
import { TargetLines } from './target-lines.js';
import { VirtualQueues } from './virtual-queues.js';

/** What happens to the line. Older versions than the known one are ignored. */
export type LineInput =
  | { type: 'request'; request: WaitingRequest }
  | { type: 'request-gone'; id: string }
  /** It has got an agent by this target (its text): the proportions of percentages follow. */
  | { type: 'served'; request: RouteRequest; target: string }
  /** Its selection or timeout could not be carried out: others go first until then. */
  | { type: 'set-aside'; id: string; until: number }
  /** `tally` absent: as it was. */
  | { type: 'agent'; profile: AgentProfile; state: AgentState; version: number; tally?: Tally }
  /** The end of its reservation or after-call work could not be carried out: not again until then. */
  | { type: 'agent-aside'; id: string; until: number }
  | { type: 'agent-gone'; id: string };

/** The next selection. It is an intention: nothing has changed until its results come back as inputs. */
export interface Selection extends Choice {
  request: LineRequest;
}

/**
 * The line: all waiting requests, live calls and callbacks alike, in one order (effective priority, then arrival), and
 * all agents. It decides who is served next by whom, deterministically: the first request in the order for which an
 * agent is ready gets, of all agents ready for any of its targets, the one who has been idle longest, or whom its
 * preferences put first (choice.ts).
 *
 * It knows neither time nor storage: inputs and the time are given to it, decisions are taken from it. Its state is
 * changed in place and indexed by target, so that a decision looks at the heads of the targets that have both
 * requests and ready agents, never at all requests or all agents. Priorities that grow with the wait are brought up to
 * date when they are needed.
 */
export class Line {
  readonly #requests = new Map<string, LineRequest>();
  readonly #agents = new Map<string, LineAgent>();
  readonly #lines = new TargetLines();
  readonly #queues = new VirtualQueues();
  /** Gates at which a request and a ready agent face each other. */
  readonly #faced = new Set<Gate>();
  readonly #increments = new OrderedList<LineRequest>((a, b) => a.incrementAt - b.incrementAt || byId(a, b));
  readonly #changes = new OrderedList<LineRequest>((a, b) => a.changeAt - b.changeAt || byId(a, b));
  readonly #timeouts = new OrderedList<LineRequest>((a, b) => timeoutOf(a) - timeoutOf(b) || compareRequests(a, b));
  readonly #untils = new OrderedList<LineAgent>((a, b) => dueOf(a) - dueOf(b) || compareIdle(a, b));
  readonly #shares = new Shares();
  /** The targets that thresholds name. */
  readonly #objects = new ReadTargets();
  readonly #figures: LineFigures;

  constructor(learned: Learned = NOTHING_LEARNED) {
    this.#figures = new LineFigures(learned, (virtualQueue) => this.waitingIn(virtualQueue));
  }

  apply(input: LineInput, now: number): void {
    switch (input.type) {
      case 'request':
        this.#putRequest(input.request, now);
        break;
      case 'request-gone':
        this.#removeRequest(input.id);
        break;
      case 'served':
        this.#shares.served(input.request, input.target);
        break;
      case 'set-aside':
        this.#setAside(input.id, input.until, now);
        break;
      case 'agent':
        this.#putAgent(input);
        break;
      case 'agent-aside':
        this.#setAgentAside(input.id, input.until);
        break;
      case 'agent-gone':
        this.#removeAgent(input.id);
        break;
    }
  }

  /** The first request in the order for which an agent is ready, with that agent; undefined when there is none. */
  next(now: number): Selection | undefined {
    this.#advance(now);
    let first: LineRequest | undefined;
    for (const gate of this.#faced) {
      const head = gate.waiting.first();
      const isFirst = head && gate.line.ready.size > 0 && (!first || compareRequests(head, first) < 0);
      if (isFirst && this.isOpen(gate, now)) first = head;
      if (gate.particular.size > 0) first = this.#firstParticular(gate, first, now) ?? first;
    }
    return first && this.#choose(first, now);
  }

  /** A request whose time limit has passed. */
  timedOut(now: number): LineRequest | undefined {
    const first = this.#timeouts.first();
    return first && timeoutOf(first) <= now ? first : undefined;
  }

  /** An agent whose reservation or after-call work is over. */
  overdue(now: number): AgentState | undefined {
    const first = this.#untils.first();
    return first && dueOf(first) <= now ? first.state : undefined;
  }

  /** When something happens by the passing of time alone: the clock must be set for it. */
  nextDue(): number | undefined {
    const timeout = this.#timeouts.first();
    const overdue = this.#untils.first();
    const due = Math.min(
      timeout ? timeoutOf(timeout) : Number.POSITIVE_INFINITY,
      this.#changes.first()?.changeAt ?? Number.POSITIVE_INFINITY,
      overdue ? dueOf(overdue) : Number.POSITIVE_INFINITY,
    );
    return Number.isFinite(due) ? due : undefined;
  }

  request(id: string): LineRequest | undefined {
    return this.#requests.get(id);
  }

  requests(): Iterable<LineRequest> {
    return this.#requests.values();
  }

  /** The requests of a virtual queue, in order. */
  queue(virtualQueue: string): Iterable<LineRequest> {
    return this.#queues.requests(virtualQueue);
  }

  agent(id: string): LineAgent | undefined {
    return this.#agents.get(id);
  }

  agents(): Iterable<LineAgent> {
    return this.#agents.values();
  }

  get agentCount(): number {
    return this.#agents.size;
  }

  get size(): number {
    return this.#requests.size;
  }

  /** A request's place in its virtual queue (1 = first), how many wait there, and its effective priority. */
  position(id: string, now: number): { position: number; total: number; priority: number } | undefined {
    this.#advance(now);
    const entry = this.#requests.get(id);
    if (!entry) return undefined;
    const total = this.#queues.size(entry.request.virtualQueue);
    return { position: this.#queues.rank(entry) + 1, total, priority: entry.priority };
  }

  /** What a waiting request has before it: the others who wait for its targets, and the agents of these. */
  outlook(id: string, now: number): PlaceOutlook | undefined {
    this.#advance(now);
    const entry = this.#requests.get(id);
    if (!entry) return undefined;
    const lines = this.#linesOf(entry.request.targets);
    const ahead = Math.max(0, ...lines.map((line) => line.requests.rank(entry)));
    const servableAhead = Math.max(0, ...lines.map((line) => line.servableBefore(entry)));
    return { ahead, servableAhead, ...agentCounts(lines) };
  }

  /** What a request would have before it that were submitted now, at the place of its arrival. */
  outlookOf(request: RouteRequest, now: number): Outlook {
    this.#advance(now);
    const newcomer = {
      ...request,
      submittedAt: now,
      sequence: Number.POSITIVE_INFINITY,
      version: 0,
      targetsSince: now,
    };
    const entry = lineRequest(newcomer, 0, now);
    const lines = this.#linesOf(request.targets);
    return { ahead: Math.max(0, ...lines.map((line) => line.requests.rank(entry))), ...agentCounts(lines) };
  }

  /**
   * What somebody would have before him who joined the virtual queue now, at its end. The targets are those that its
   * latest request asked for, unless others are given.
   */
  queueOutlook(virtualQueue: string, targets?: readonly Target[]): Outlook {
    const lines = this.#linesOf(targets ?? this.#queues.targets(virtualQueue));
    const ahead = Math.max(this.#queues.size(virtualQueue), ...lines.map((line) => line.requests.size));
    return { ahead, ...agentCounts(lines) };
  }

  /** Tells what a virtual queue's requests usually ask for, from the history. Known ones stay as they are. */
  recallTargets(virtualQueue: string, targets: readonly Target[]): void {
    if (this.#queues.targets(virtualQueue).length === 0) this.#queues.noteTargets(virtualQueue, targets);
  }

  /** Forgets how often which target was chosen. */
  forgetShares(): void {
    this.#shares.forget();
  }

  /** Whether the requests at a gate may be served: its threshold is met. */
  isOpen(gate: Gate, now: number): boolean {
    if (!gate.threshold) return true;
    const { target: own } = gate.line;
    return this.#figures.isOpen(gate, ({ statistic, object }) =>
      this.statistic(object === undefined ? own : this.#objects.get(object), statistic, now),
    );
  }

  /** The value of a statistic of a target. */
  statistic(target: Target, statistic: Statistic, now: number): number {
    // For one agent whom nobody asks for, no list is worth its making.
    const isAlone = target.kind === 'agent' && !this.#lines.has(target);
    if (isAlone) return this.#figures.valueOfAgent(this.#agents.get(target.name), statistic, now);
    const line = this.#lineFor(target);
    if (target.kind !== 'queue' || line.members.size > 0) return this.#figures.valueOf(line, statistic, now);
    const asked = this.#linesOf(this.#queues.targets(target.name));
    return this.#figures.valueOfQueue(target.name, asked, statistic, now);
  }

  /** Whether there has been a request in a virtual queue. */
  knowsQueue(virtualQueue: string): boolean {
    return this.#queues.targets(virtualQueue).length > 0;
  }

  /** The value of a statistic of one agent. */
  agentValue(agent: LineAgent, { figure }: Extract<Statistic, { of: 'agent' }>, now: number): number {
    return this.#figures.agentValue(agent, figure, now);
  }

  /** The value of a statistic of a target for a request that waits for it. */
  placeValue({ line }: Place, statistic: Statistic, entry: LineRequest, now: number): number {
    return this.#figures.valueOf(line, statistic, now, entry);
  }

  waitingIn(virtualQueue: string): number {
    return this.#queues.size(virtualQueue);
  }

  #putRequest(request: WaitingRequest, now: number): void {
    const known = this.#requests.get(request.id);
    if (known && known.request.version >= request.version) return;
    if (known) this.#takeOut(known);
    const entry = lineRequest(request, known?.asideUntil ?? 0, now);
    this.#requests.set(request.id, entry);
    this.#putIn(entry, now);
    this.#queues.noteTargets(request.virtualQueue, request.targets);
  }

  #removeRequest(id: string): void {
    const entry = this.#requests.get(id);
    if (!entry) return;
    this.#takeOut(entry);
    this.#requests.delete(id);
  }

  #setAside(id: string, until: number, now: number): void {
    const entry = this.#requests.get(id);
    if (!entry) return;
    this.#takeOut(entry);
    entry.asideUntil = until;
    this.#putIn(entry, now);
  }

  /** Enters a request into every list that its keys and the time put it into; undone by `#takeOut`. */
  #putIn(entry: LineRequest, now: number): void {
    const { request } = entry;
    entry.places = countingTargets(request, now).map((target) => this.#placeFor(target));
    entry.changeAt = nextChangeAt(entry, now);
    entry.eligible = request.selectable && !request.paused && entry.asideUntil <= now;
    this.#queues.add(entry);
    for (const line of linesOfPlaces(entry)) line.requests.add(entry);
    for (const gate of gatesOf(entry)) {
      gate.places += 1;
      if (!entry.eligible) continue;
      gate.add(entry);
      this.#noteFacing(gate);
    }
    if (entry.incrementAt < Number.POSITIVE_INFINITY) this.#increments.add(entry);
    if (entry.changeAt < Number.POSITIVE_INFINITY) this.#changes.add(entry);
    if (request.timeoutAt !== undefined) this.#timeouts.add(entry);
  }

  #takeOut(entry: LineRequest): void {
    this.#timeouts.delete(entry);
    this.#increments.delete(entry);
    this.#changes.delete(entry);
    this.#queues.delete(entry);
    for (const gate of gatesOf(entry)) {
      gate.places -= 1;
      if (gate.delete(entry)) this.#noteFacing(gate);
      if (gate.places === 0) gate.line.dropGate(gate);
    }
    for (const line of linesOfPlaces(entry)) {
      line.requests.delete(entry);
      if (line.requests.size === 0) this.#lines.noteUnused(line);
    }
    entry.places = [];
  }

  /** Brings priorities and targets that depend on the time up to date. */
  #advance(now: number): void {
    for (let entry = this.#increments.first(); entry && entry.incrementAt <= now; entry = this.#increments.first()) {
      this.#takeOut(entry);
      renewKeys(entry, now);
      this.#putIn(entry, now);
    }
    for (let entry = this.#changes.first(); entry && entry.changeAt <= now; entry = this.#changes.first()) {
      this.#takeOut(entry);
      this.#putIn(entry, now);
    }
  }

  #putAgent({ profile, state, version, tally }: Extract<LineInput, { type: 'agent' }>): void {
    const known = this.#agents.get(profile.id);
    if (known && known.version > version) return;
    const agent: LineAgent = known ?? { profile, state, version, tally: NO_TALLY, asideUntil: 0, lines: new Set() };
    const isSameProfile = known?.profile === profile;
    if (known) this.#countOut(agent);
    agent.state = state;
    agent.version = version;
    agent.tally = tally ?? agent.tally;
    agent.asideUntil = 0;
    agent.profile = profile;
    this.#agents.set(profile.id, agent);
    if (!isSameProfile) {
      agent.lines.clear();
      for (const line of this.#lines) if (line.means(profile)) agent.lines.add(line);
    }
    this.#countIn(agent);
  }

  #setAgentAside(id: string, until: number): void {
    const agent = this.#agents.get(id);
    if (!agent) return;
    this.#countOut(agent);
    agent.asideUntil = until;
    this.#countIn(agent);
  }

  #removeAgent(id: string): void {
    const agent = this.#agents.get(id);
    if (!agent) return;
    this.#countOut(agent);
    this.#agents.delete(id);
  }

  #countIn(agent: LineAgent): void {
    for (const line of agent.lines) line.countIn(agent);
    if (agent.state.until !== undefined) this.#untils.add(agent);
    if (mayServe(agent)) this.#noteFacings(agent);
  }

  #countOut(agent: LineAgent): void {
    for (const line of agent.lines) line.countOut(agent);
    if (agent.state.until !== undefined) this.#untils.delete(agent);
    if (mayServe(agent)) this.#noteFacings(agent);
  }

  #noteFacings(agent: LineAgent): void {
    for (const line of agent.lines) for (const gate of line.gates()) this.#noteFacing(gate);
  }

  #noteFacing(gate: Gate): void {
    if (gate.isFaced) this.#faced.add(gate);
    else this.#faced.delete(gate);
  }

  /** The first of the particular requests at a gate that can be served, if it comes before `first`. */
  #firstParticular(gate: Gate, first: LineRequest | undefined, now: number): LineRequest | undefined {
    for (const entry of gate.particular) {
      if (first && compareRequests(entry, first) > 0) return undefined;
      if (isServable(entry, gate.line)) return this.isOpen(gate, now) ? entry : undefined;
    }
    return undefined;
  }

  #choose(request: LineRequest, now: number): Selection | undefined {
    const open = request.places.filter((place) => this.isOpen(place.gate, now));
    const { preferences } = request.request;
    const choice = preferences ? choose(request, open, this.#choosing(request, now)) : chooseLongestIdle(open);
    return choice && { request, ...choice };
  }

  #choosing(request: LineRequest, now: number): Choosing {
    return {
      shares: this.#shares,
      agentValue: (agent, statistic) => this.agentValue(agent, statistic, now),
      placeValue: (place, statistic) => this.placeValue(place, statistic, request, now),
    };
  }

  #placeFor(target: Target): Place {
    const line = this.#lineFor(target);
    this.#lines.noteUsed(line);
    return { target, line, gate: line.gateFor(target.threshold) };
  }

  #linesOf(targets: readonly Target[]): TargetLine[] {
    return [...new Set(targets.map((target) => this.#lineFor(target)))];
  }

  #lineFor(target: Target): TargetLine {
    return this.#lines.lineFor(target, this.#agents.values());
  }
}

function mayServe({ state, profile }: LineAgent): boolean {
  return !profile.isOffline && (state.state === 'ready' || state.state === 'not-ready');
}

function dueOf(agent: LineAgent): number {
  return Math.max(agent.state.until ?? Number.POSITIVE_INFINITY, agent.asideUntil);
}
