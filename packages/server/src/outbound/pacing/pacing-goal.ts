import type { OptimizeBy } from '../dial-mode.js';

/** Over this time the agents' work is averaged. */
const AVERAGE_MS = 600_000;
/** How fast the risk follows: by a factor of e in so long when the goal is missed by all of it. */
const FOLLOW_MS = 75_000;
const LOWEST_RISK = 1e-6;

/** The agents at one moment. */
export interface AgentCount {
  now: number;
  ready: number;
  occupied: number;
}

/** How much is dialed of what the limit allows. */
export interface PacingAim {
  /** The share of abandoned calls that is wanted; undefined: what the limit allows. */
  share?: number;
  /** Part of the allowed risk that a dial may take: 1 is all of it. */
  risk: number;
}

/**
 * What the campaign asks for (Outbound Contact, "Predictive Dialing"): an overdial rate is a share of abandoned calls;
 * for a busy factor or a waiting time the lowest risk that reaches it is found by following what the agents' time is
 * spent on. The limit holds for all of them.
 */
export class PacingGoal {
  #risk = 1;
  #at: number | undefined;
  /** Averages: agents at work, agents who wait, calls that agents were given per millisecond. */
  #occupied = 0;
  #ready = 0;
  #servedPerMs = 0;
  #served = 0;

  /** An agent was given a call. */
  served(): void {
    this.#served += 1;
  }

  /** @param goal percent, or seconds for `WaitTime` */
  aim(optimizeBy: OptimizeBy, goal: number, agents: AgentCount): PacingAim {
    const elapsed = this.#average(agents);
    switch (optimizeBy) {
      case 'OverdialRate':
        return { share: goal / 100, risk: 1 };
      case 'BusyFactor': {
        const all = this.#occupied + this.#ready;
        return { risk: this.#follow(all > 0 ? goal / 100 - this.#occupied / all : 0, elapsed) };
      }
      case 'WaitTime': {
        const waitedMs = this.#servedPerMs > 0 ? this.#ready / this.#servedPerMs : 0;
        return { risk: this.#follow(waitedMs / 1000 / Math.max(goal, 0.1) - 1, elapsed) };
      }
    }
  }

  /** @returns the time since the last look, in milliseconds */
  #average({ now, ready, occupied }: AgentCount): number {
    const elapsed = this.#at === undefined ? 0 : Math.max(0, now - this.#at);
    this.#at = now;
    if (elapsed === 0) {
      if (this.#occupied + this.#ready === 0) [this.#occupied, this.#ready] = [occupied, ready];
      return 0;
    }
    const part = 1 - Math.exp(-elapsed / AVERAGE_MS);
    this.#occupied += (occupied - this.#occupied) * part;
    this.#ready += (ready - this.#ready) * part;
    this.#servedPerMs += (this.#served / elapsed - this.#servedPerMs) * part;
    this.#served = 0;
    return elapsed;
  }

  /** @param missing how far the goal is missed: positive asks for more calls */
  #follow(missing: number, elapsed: number): number {
    const step = (Math.max(-1, Math.min(1, missing)) * elapsed) / FOLLOW_MS;
    this.#risk = Math.min(1, Math.max(LOWEST_RISK, this.#risk * Math.exp(step)));
    return this.#risk;
  }
}
