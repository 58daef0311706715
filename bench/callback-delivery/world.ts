import { type DeliveryPolicy, deliveryStep } from 'ringback/dist/callback/delivery-policy.js';
import type { AgentState } from 'ringback/dist/routing/agent.js';
import { Estimates } from 'ringback/dist/routing/estimates.js';
import { Line } from 'ringback/dist/routing/line.js';
import type { AgentProfile } from 'ringback/dist/routing/qualification.js';
import type { WaitingRequest } from 'ringback/dist/routing/request.js';
import { parseTargets } from 'ringback/dist/routing/target-list.js';
import { EarliestFirst } from '../ewt/world.js';
import { Random } from '../pacing/random.js';

/** The world of callback delivery (spec pacing-and-waiting B 5.2). Times in seconds unless a name ends in `Ms`. */
export interface World {
  agents: number;
  /** Offered load as a share of the agents' capacity. */
  load: number;
  hours: number;
  /** How the time to answer is distributed around its mean. */
  ring: 'lognormal' | 'exponential';
}

const HANDLE_S = 300;
const OFFER_ABOVE_S = 60;
const ACCEPT = 0.4;
const ANSWER = 0.75;
const RING_MEAN_S = 15;
const RING_VARIATION = 0.33;
const NO_ANSWER_S = 30;
const TRIES = 3;
const RETRY_S = 300;
const LIVE_PATIENCE_S = 400;
const ANSWERED_PATIENCE_S = 60;
const VIRTUAL_QUEUE = 'line';
const TARGETS = parseTargets('Support@GA');

export interface Result {
  live: number;
  liveServed: number;
  liveAbandoned: number;
  liveWaitS: number;
  callbacks: number;
  answered: number;
  /** Answered, and hung up before an agent came. */
  lost: number;
  completed: number;
  /** Of those who were served: how long they waited after answering. */
  answeredWaitS: number;
  /** Of all who answered: waited longer than ten seconds. */
  waitedLong: number;
  /** Agents held without a conversation. */
  heldS: number;
  neverReached: number;
  /** Served although somebody older could have had the agent: by whom. */
  callbackBeforeLive: number;
  liveBeforeCallback: number;
  hours: number;
}

interface Party {
  id: string;
  arrival: number;
  kind: 'live' | 'callback';
  request: WaitingRequest;
  state: 'waiting' | 'pausing' | 'ringing' | 'held' | 'answered' | 'over';
  tries: number;
  answeredAt: number;
  agent?: Agent;
  heldSince: number;
  holdMs: number;
  /** When the phone has rung for so long that no agent is held for it any more. */
  holdEnds: number;
  /** Counts the tries and holds: what was planned for an earlier one is void. */
  generation: number;
}

interface Agent {
  profile: AgentProfile;
  version: number;
  state: AgentState;
}

export function simulate(world: World, policy: DeliveryPolicy, seed: number): Result {
  return new Simulation(world, policy, seed).run();
}

/**
 * Virtual time around the router's own line, estimates and the delivery policy: what is decided is theirs, what customers
 * and agents do is the world's.
 */
class Simulation {
  readonly #random: Random;
  readonly #line: Line;
  readonly #estimates = new Estimates();
  readonly #due = new EarliestFirst();
  readonly #parties = new Map<string, Party>();
  readonly #agents = new Map<string, Agent>();
  /** Whoever could get an agent, in the order of arrival: to check the line's order by. */
  readonly #eligible = new Map<string, Party>();
  readonly #result: Result;
  #now = 0;
  #sequence = 0;

  constructor(
    readonly world: World,
    readonly policy: DeliveryPolicy,
    seed: number,
  ) {
    this.#random = new Random(seed);
    this.#line = new Line({ rates: (queue) => this.#estimates.rates(queue), dayStart: () => 0 });
    this.#result = {
      live: 0,
      liveServed: 0,
      liveAbandoned: 0,
      liveWaitS: 0,
      callbacks: 0,
      answered: 0,
      lost: 0,
      completed: 0,
      answeredWaitS: 0,
      waitedLong: 0,
      heldS: 0,
      neverReached: 0,
      callbackBeforeLive: 0,
      liveBeforeCallback: 0,
      hours: world.hours,
    };
    for (let index = 0; index < world.agents; index += 1) {
      const id = `a${index}`;
      const profile = { id, dn: `2${index}`, skills: {}, groups: ['Support'] };
      this.#agents.set(id, { profile, version: 0, state: { id, state: 'ready', since: 0, idleSince: 0 } });
      this.#setAgent(id, 'ready');
    }
  }

  run(): Result {
    const perSecond = (this.world.load * this.world.agents) / HANDLE_S;
    const end = this.world.hours * 3600;
    for (let at = 0; at < end; ) {
      at += this.#exponential(1 / perSecond);
      this.#runUntil(at);
      this.#arrive();
      this.#decide();
    }
    return this.#result;
  }

  #runUntil(end: number): void {
    while (this.#due.next <= end) {
      this.#now = this.#due.next;
      this.#due.runUntil(this.#now);
      this.#decide();
    }
    this.#now = end;
  }

  #arrive(): void {
    const outlook = this.#line.queueOutlook(VIRTUAL_QUEUE, TARGETS);
    const told = this.#estimates.predict(VIRTUAL_QUEUE, outlook).seconds;
    const kind = told > OFFER_ABOVE_S && this.#random.uniform() < ACCEPT ? 'callback' : 'live';
    const party = this.#party(kind);
    this.#parties.set(party.id, party);
    if (kind === 'live') {
      this.#result.live += 1;
      this.#put(party, true);
      this.#in(this.#exponential(LIVE_PATIENCE_S), () => {
        if (party.state !== 'waiting') return;
        this.#result.liveAbandoned += 1;
        this.#estimates.left(VIRTUAL_QUEUE, (this.#now - party.arrival) * 1000, false);
        this.#end(party);
      });
    } else {
      this.#result.callbacks += 1;
      this.#put(party, false);
      this.#consider(party);
    }
  }

  /** Asks the policy about a callback that waits for its turn. */
  #consider(party: Party): void {
    const outlook = this.#line.outlook(party.id, this.#nowMs);
    if (party.state !== 'waiting' || !outlook) return;
    const step = deliveryStep(this.policy, outlook, this.#estimates.rates(VIRTUAL_QUEUE));
    if (step.step === 'reserve') this.#put(party, true);
    else if (step.step === 'wait') this.#in(step.askAgainMs / 1000, () => this.#consider(party));
    else this.#dial(party, step.holdMs);
  }

  #dial(party: Party, holdMs = 0): void {
    party.tries += 1;
    party.generation += 1;
    if (party.state !== 'held') party.state = 'ringing';
    const { generation } = party;
    const isCurrent = () => party.generation === generation && party.state !== 'over';
    party.holdMs = holdMs;
    party.holdEnds = this.#now + this.policy.holdUntilMs / 1000;
    if (holdMs > 0) {
      this.#put(party, true);
      this.#in(this.policy.holdUntilMs / 1000, () => {
        if (!isCurrent()) return;
        if (party.state === 'ringing') this.#put(party, false);
        else if (party.state === 'held') this.#release(party);
      });
    }
    const isAnswered = this.#random.uniform() < ANSWER;
    if (isAnswered) this.#in(Math.min(NO_ANSWER_S, this.#ringTime()), () => isCurrent() && this.#answered(party));
    else this.#in(NO_ANSWER_S, () => isCurrent() && this.#notAnswered(party));
  }

  #answered(party: Party): void {
    this.#result.answered += 1;
    party.answeredAt = this.#now;
    party.generation += 1;
    if (party.agent) {
      this.#letGo(party);
      this.#converse(party, party.agent);
      return;
    }
    party.state = 'answered';
    this.#put(party, true);
    if (this.#take(party)) return;
    this.#in(this.#exponential(ANSWERED_PATIENCE_S), () => {
      if (party.state !== 'answered') return;
      this.#result.lost += 1;
      if (this.#now - party.answeredAt > 10) this.#result.waitedLong += 1;
      this.#end(party);
    });
  }

  /** Whoever answers first gets the agent who is held for another phone, unless somebody before him could be served. */
  #take(party: Party): boolean {
    const holding = this.#longestHolding();
    const isNext = this.#line.outlook(party.id, this.#nowMs)?.servableAhead === 0;
    if (!holding?.agent || !isNext) return false;
    const { agent } = holding;
    this.#yield(holding);
    this.#checkOrder(party);
    this.#eligible.delete(party.id);
    this.#converse(party, agent);
    return true;
  }

  #longestHolding(): Party | undefined {
    let found: Party | undefined;
    for (const party of this.#parties.values()) {
      if (party.state === 'held' && (!found || party.heldSince < found.heldSince)) found = party;
    }
    return found;
  }

  /** The agent is given away: another one may be held for the phone that rings on. */
  #yield(party: Party): void {
    this.#letGo(party);
    delete party.agent;
    party.state = 'ringing';
    this.#put(party, this.#now < party.holdEnds);
  }

  /** The first in line who could be served, if that is a customer who has answered. */
  #nextIfAnswered(): Party | undefined {
    let first: Party | undefined;
    for (const party of this.#eligible.values()) if (!first || party.arrival < first.arrival) first = party;
    return first?.state === 'answered' ? first : undefined;
  }

  #notAnswered(party: Party): void {
    party.generation += 1;
    this.#release(party);
    if (party.tries >= TRIES) {
      this.#result.neverReached += 1;
      this.#end(party);
      return;
    }
    party.state = 'pausing';
    this.#put(party, false);
    this.#in(RETRY_S, () => {
      party.state = 'waiting';
      this.#consider(party);
    });
  }

  /** Takes the line's decisions. */
  #decide(): void {
    for (let next = this.#line.next(this.#nowMs); next; next = this.#line.next(this.#nowMs)) {
      const party = this.#parties.get(next.request.request.id);
      const agent = this.#agents.get(next.agent.profile.id);
      if (!party || !agent) throw new Error('The line chose somebody who is not there.');
      this.#checkOrder(party);
      this.#line.apply({ type: 'request-gone', id: party.id }, this.#nowMs);
      this.#eligible.delete(party.id);
      if (party.kind === 'live' || party.state === 'answered') this.#converse(party, agent);
      else this.#hold(party, agent);
    }
  }

  #checkOrder(chosen: Party): void {
    for (const party of this.#eligible.values()) {
      if (party.arrival >= chosen.arrival || party.kind === chosen.kind) continue;
      if (chosen.kind === 'callback') this.#result.callbackBeforeLive += 1;
      else this.#result.liveBeforeCallback += 1;
      return;
    }
  }

  /** Agent-first dials now; a ringing callback has its agent wait for the answer. */
  #hold(party: Party, agent: Agent): void {
    const wasRinging = party.state === 'ringing';
    party.state = 'held';
    party.agent = agent;
    party.heldSince = this.#now;
    this.#setAgent(agent.profile.id, 'reserved');
    if (!wasRinging) {
      this.#dial(party);
      return;
    }
    const next = this.#nextIfAnswered();
    if (next) {
      this.#yield(party);
      this.#checkOrder(next);
      this.#eligible.delete(next.id);
      this.#converse(next, agent);
      return;
    }
    const { generation, heldSince } = party;
    this.#in(party.holdMs / 1000, () => {
      const isSame = party.generation === generation && party.heldSince === heldSince;
      if (isSame && party.state === 'held') this.#release(party);
    });
  }

  /** The phone rings on without an agent. */
  #release(party: Party): void {
    if (!party.agent) return;
    this.#letGo(party);
    this.#setAgent(party.agent.profile.id, 'ready');
    delete party.agent;
    party.state = 'ringing';
    this.#put(party, false);
  }

  #letGo(party: Party): void {
    this.#result.heldS += this.#now - party.heldSince;
  }

  #converse(party: Party, agent: Agent): void {
    const waited = (this.#now - party.arrival) * 1000;
    if (party.kind === 'live') {
      this.#result.liveServed += 1;
      this.#result.liveWaitS += waited / 1000;
      this.#estimates.left(VIRTUAL_QUEUE, waited, true);
    } else {
      const waitedAfter = this.#now - party.answeredAt;
      this.#result.completed += 1;
      this.#result.answeredWaitS += waitedAfter;
      if (waitedAfter > 10) this.#result.waitedLong += 1;
    }
    this.#end(party);
    this.#setAgent(agent.profile.id, 'busy');
    const handle = this.#random.lognormal(HANDLE_S, 1);
    this.#in(handle, () => {
      this.#estimates.handled(VIRTUAL_QUEUE, handle * 1000);
      this.#setAgent(agent.profile.id, 'ready');
    });
  }

  #party(kind: Party['kind']): Party {
    this.#sequence += 1;
    const id = `${kind}-${this.#sequence}`;
    return {
      id,
      kind,
      arrival: this.#now,
      state: 'waiting',
      tries: 0,
      answeredAt: 0,
      heldSince: 0,
      holdMs: 0,
      holdEnds: 0,
      generation: 0,
      request: {
        id,
        virtualQueue: VIRTUAL_QUEUE,
        targets: TARGETS,
        priority: 0,
        arrival: this.#nowMs,
        selectable: false,
        reservationMs: 30_000,
        submittedAt: this.#nowMs,
        sequence: this.#sequence,
        version: 0,
        targetsSince: this.#nowMs,
      },
    };
  }

  /** Puts a party into the line, or changes whether it takes its turn; always at the place of its arrival. */
  #put(party: Party, selectable: boolean): void {
    party.request = { ...party.request, selectable, version: party.request.version + 1 };
    this.#line.apply({ type: 'request', request: party.request }, this.#nowMs);
    if (selectable) this.#eligible.set(party.id, party);
    else this.#eligible.delete(party.id);
  }

  #end(party: Party): void {
    party.state = 'over';
    this.#line.apply({ type: 'request-gone', id: party.id }, this.#nowMs);
    this.#eligible.delete(party.id);
    this.#parties.delete(party.id);
  }

  #setAgent(id: string, state: 'ready' | 'reserved' | 'busy'): void {
    const agent = this.#agents.get(id);
    if (!agent) return;
    const since = this.#nowMs;
    // An interrupted reservation does not make an agent wait anew.
    const idleSince = state === 'ready' && agent.state.state === 'busy' ? since : (agent.state.idleSince ?? since);
    agent.version += 1;
    agent.state = { id, state, since, idleSince };
    this.#line.apply({ type: 'agent', profile: agent.profile, state: agent.state, version: agent.version }, since);
  }

  #ringTime(): number {
    return this.world.ring === 'lognormal'
      ? this.#random.lognormal(RING_MEAN_S, RING_VARIATION)
      : this.#exponential(RING_MEAN_S);
  }

  #exponential(mean: number): number {
    return -mean * Math.log(1 - this.#random.uniform());
  }

  #in(seconds: number, run: () => void): void {
    this.#due.add(this.#now + seconds, run);
  }

  get #nowMs(): number {
    return Math.round(this.#now * 1000);
  }
}
