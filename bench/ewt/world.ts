import { Random } from '../pacing/random.js';

/** One queue and its agents, all of one skill, first come first served. Times in seconds. */
export interface World {
  agents: number;
  /** Offered load as a share of the agents' capacity, at a time. */
  load(at: number): number;
  /** Of the handle time, whose mean is 300 s. */
  variation: number;
  /** Mean of the exponential patience; absent: nobody gives up. */
  patience?: number;
  hours: number;
}

export const HANDLE_S = 300;

/** What a predictor sees and is asked. */
export interface Predictor {
  /** What a caller is told who joins behind `ahead` others, all agents being busy. */
  predict(view: { now: number; ahead: number; oldestSince?: number }): Prediction;
  handled?(seconds: number): void;
  /** A caller has left the line; `told` is what this predictor told him. */
  left?(now: number, waited: number, served: boolean, told: Prediction | undefined): void;
}

export interface Prediction {
  seconds: number;
  low?: number;
  high?: number;
  /** For the predictor's own use. */
  deviation?: number;
}

/** A wait that was predicted and ended with an agent. */
export interface Outcome {
  told: Prediction;
  waited: number;
}

interface Caller {
  since: number;
  told?: readonly Prediction[];
  gone: boolean;
}

/** Runs the world and asks all predictors about the same callers. @returns the outcomes of each */
export function simulate(world: World, predictors: readonly Predictor[], seed: number): Outcome[][] {
  const random = new Random(seed);
  const outcomes: Outcome[][] = predictors.map(() => []);
  const ends = new EarliestFirst();
  let line: Caller[] = [];
  let idle = world.agents;
  const leave = (at: number, caller: Caller, served: boolean) => {
    caller.gone = true;
    const waited = at - caller.since;
    predictors.forEach((predictor, index) => {
      const told = caller.told?.[index];
      predictor.left?.(at, waited, served, told);
      if (served && told) outcomes[index]?.push({ told, waited });
    });
  };
  const talk = (at: number) => {
    const seconds = random.lognormal(HANDLE_S, world.variation);
    ends.add(at + seconds, () => {
      for (const predictor of predictors) predictor.handled?.(seconds);
      line = line.filter(({ gone }) => !gone);
      const next = line.shift();
      if (!next) idle += 1;
      else {
        leave(at + seconds, next, true);
        talk(at + seconds);
      }
    });
  };
  const fastest = (world.agents / HANDLE_S) * 1.5;
  const end = world.hours * 3600;
  for (let at = 0; ; ) {
    at += -Math.log(1 - random.uniform()) / fastest;
    if (at >= end) return outcomes;
    // Thinning: arrivals at the highest rate, of which the share of the load at that time is kept.
    if (random.uniform() > world.load(at) / 1.5) continue;
    ends.runUntil(at);
    const caller: Caller = { since: at, gone: false };
    if (idle > 0) {
      idle -= 1;
      leave(at, caller, true);
      talk(at);
      continue;
    }
    line = line.filter(({ gone }) => !gone);
    const oldest = line[0];
    const view = { now: at, ahead: line.length, ...(oldest && { oldestSince: oldest.since }) };
    caller.told = predictors.map((predictor) => predictor.predict(view));
    line.push(caller);
    if (world.patience !== undefined) {
      const givesUpAt = at - world.patience * Math.log(1 - random.uniform());
      ends.add(givesUpAt, () => {
        if (!caller.gone) leave(givesUpAt, caller, false);
      });
    }
  }
}

/** What is due, the earliest first: a binary heap. */
export class EarliestFirst {
  readonly #heap: { at: number; run: () => void }[] = [];

  /** When the earliest is due; infinite if nothing is. */
  get next(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  add(at: number, run: () => void): void {
    const heap = this.#heap;
    let place = heap.push({ at, run }) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (!above || above.at <= at) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = { at, run };
  }

  runUntil(now: number): void {
    while (this.next <= now) this.#take()?.run();
  }

  #take(): { at: number; run: () => void } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const left = heap[child];
      if (!left) break;
      const right = heap[child + 1];
      const smaller = right && right.at < left.at ? right : left;
      if (smaller === right) child += 1;
      if (smaller.at >= last.at) break;
      heap[place] = smaller;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}
