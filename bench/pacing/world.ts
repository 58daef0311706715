import { Random } from './random.js';

/** The reference world: what customers and agents do. Times in seconds. */
export interface World {
  agents: number;
  /** Probability that a dial is answered, at a time of the day. */
  answerRate(at: number): number;
  /** When half of the agents log out at once. */
  halfLogOutAt?: number;
}

export const DAY_S = 8 * 3600;
export const RING_TIMEOUT_S = 32;
const TICK_S = 0.5;
const LONGEST_RING_S = 31;
const FAIL_SHARE = 0.15;
const FAIL_AFTER_S = 4;
const PATIENCE_S = 2;
const RING = { mean: 18, variation: 0.33 };
const TALK = { mean: 180, variation: 1 };
const WRAP = { mean: 20, variation: 0.5 };

/** What a dialer sees. Times in milliseconds since the start of the day. */
export interface View {
  now: number;
  /** Agents who are logged in. */
  agents: number;
  ready: number;
  queued: number;
  occupied: readonly { phase: 'talk' | 'wrap'; since: number }[];
  dialing: readonly number[];
}

export interface Dialer {
  /** How many calls to place now; asked every half second. */
  dial(view: View): number;
  dialEnded?(dialedAt: number, now: number, answered: boolean): void;
  served?(now: number, abandoned: boolean): void;
  talked?(seconds: number): void;
  wrapped?(seconds: number): void;
}

export interface Day {
  /** Share of the agents' time that is talk or wrap. */
  utilisation: number;
  answered: number;
  abandoned: number;
  dials: number;
  /** The most calls that rang at once, per agent. */
  peakLines: number;
}

interface Agent {
  phase: 'idle' | 'talk' | 'wrap' | 'gone';
  /** Milliseconds. */
  since: number;
  leaves: boolean;
  /** Place among the occupied. */
  place: number;
}

interface Event {
  at: number;
  run: () => void;
}

/** One working day of eight hours from a cold start, all agents idle. The same seed gives the same day. */
export function simulateDay(world: World, dialer: Dialer, seed: number): Day {
  return new Simulation(world, dialer, seed).run();
}

class Simulation {
  readonly #random: Random;
  readonly #heap: Event[] = [];
  readonly #idle: Agent[] = [];
  readonly #occupied: (Agent & { phase: 'talk' | 'wrap' })[] = [];
  /** When the calls that ring were dialed, in milliseconds. */
  readonly #dialing: number[] = [];
  readonly #queue: { at: number; taken: boolean }[] = [];
  #staff: Agent[];
  #now = 0;
  #staffed: number;
  #worked = 0;
  #staffTime = 0;
  #result: Day = { utilisation: 0, answered: 0, abandoned: 0, dials: 0, peakLines: 0 };

  constructor(
    private readonly world: World,
    private readonly dialer: Dialer,
    seed: number,
  ) {
    this.#random = new Random(seed * 7919 + 17);
    this.#staffed = world.agents;
    this.#staff = Array.from({ length: world.agents }, () => ({ phase: 'idle', since: 0, leaves: false, place: -1 }));
    this.#idle.push(...this.#staff);
  }

  run(): Day {
    const leave = this.world.halfLogOutAt ?? Number.POSITIVE_INFINITY;
    let left = false;
    for (let tick = 0; tick < DAY_S; tick += TICK_S) {
      this.#runUntil(tick);
      if (!left && tick >= leave) {
        left = true;
        this.#halfLogOut();
      }
      this.#staffTime += this.#staffed * TICK_S;
      this.#worked += this.#occupied.length * TICK_S;
      const dials = this.dialer.dial({
        now: tick * 1000,
        agents: this.#staffed,
        ready: this.#idle.length,
        queued: this.#queue.length,
        occupied: this.#occupied,
        dialing: this.#dialing,
      });
      for (let count = 0; count < dials; count += 1) this.#dial();
      this.#result.peakLines = Math.max(this.#result.peakLines, this.#dialing.length / this.#staffed);
    }
    this.#result.utilisation = this.#worked / this.#staffTime;
    return this.#result;
  }

  #dial(): void {
    const at = this.#now;
    this.#dialing.push(at * 1000);
    this.#result.dials += 1;
    const draw = this.#random.uniform();
    const rate = this.world.answerRate(at);
    if (draw < rate) {
      const ring = Math.min(LONGEST_RING_S, this.#random.lognormal(RING.mean, RING.variation));
      this.#at(at + ring, () => this.#answered(at));
    } else {
      // Fast failures are a share of all dials.
      const after = draw < rate + FAIL_SHARE ? FAIL_AFTER_S : RING_TIMEOUT_S;
      this.#at(at + after, () => this.#endDial(at, false));
    }
  }

  #endDial(dialedAt: number, answered: boolean): void {
    this.#dialing.splice(this.#dialing.indexOf(dialedAt * 1000), 1);
    this.dialer.dialEnded?.(dialedAt * 1000, this.#now * 1000, answered);
  }

  #answered(dialedAt: number): void {
    this.#endDial(dialedAt, true);
    this.#result.answered += 1;
    const agent = this.#idle.shift();
    if (agent) {
      this.#talk(agent);
      return;
    }
    const waiting = { at: this.#now, taken: false };
    this.#queue.push(waiting);
    this.#at(this.#now + PATIENCE_S, () => {
      if (waiting.taken) return;
      this.#queue.splice(this.#queue.indexOf(waiting), 1);
      this.#result.abandoned += 1;
      this.dialer.served?.(this.#now * 1000, true);
    });
  }

  #talk(agent: Agent): void {
    this.dialer.served?.(this.#now * 1000, false);
    const seconds = this.#random.lognormal(TALK.mean, TALK.variation);
    agent.phase = 'talk';
    agent.since = this.#now * 1000;
    agent.place = this.#occupied.length;
    // The phase was just set.
    this.#occupied.push(agent as Agent & { phase: 'talk' });
    this.#at(this.#now + seconds, () => {
      this.dialer.talked?.(seconds);
      if (agent.leaves) this.#leave(agent);
      else this.#wrap(agent);
    });
  }

  #wrap(agent: Agent): void {
    const seconds = this.#random.lognormal(WRAP.mean, WRAP.variation);
    agent.phase = 'wrap';
    agent.since = this.#now * 1000;
    this.#at(this.#now + seconds, () => {
      if (agent.phase === 'gone') return;
      this.dialer.wrapped?.(seconds);
      this.#release(agent);
      const waiting = this.#queue.shift();
      if (waiting) {
        waiting.taken = true;
        this.#talk(agent);
        return;
      }
      agent.phase = 'idle';
      agent.since = this.#now * 1000;
      this.#idle.push(agent);
    });
  }

  #release(agent: Agent): void {
    const last = this.#occupied.pop();
    if (last && last !== agent) {
      this.#occupied[agent.place] = last;
      last.place = agent.place;
    }
  }

  #leave(agent: Agent): void {
    if (agent.phase === 'talk' || agent.phase === 'wrap') this.#release(agent);
    else this.#idle.splice(this.#idle.indexOf(agent), 1);
    agent.phase = 'gone';
    this.#staffed -= 1;
  }

  /** Whoever talks goes when the talk is over, and nobody knows before. */
  #halfLogOut(): void {
    for (const agent of this.#staff.slice(0, Math.floor(this.#staff.length / 2))) {
      if (agent.phase === 'talk') agent.leaves = true;
      else this.#leave(agent);
    }
  }

  #at(at: number, run: () => void): void {
    const heap = this.#heap;
    const event = { at, run };
    let place = heap.length;
    heap.push(event);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (!above || above.at <= at) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = event;
  }

  #runUntil(until: number): void {
    for (;;) {
      const first = this.#heap[0];
      if (!first || first.at > until) break;
      this.#pop();
      this.#now = first.at;
      first.run();
    }
    this.#now = until;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const left = heap[child];
      const right = heap[child + 1];
      if (!left) break;
      if (right && right.at < left.at) child += 1;
      const smaller = right && right.at < left.at ? right : left;
      if (smaller.at >= last.at) break;
      heap[place] = smaller;
      place = child;
    }
    heap[place] = last;
  }
}
