/** What one step of a session did to its states. */
export interface StepMoves {
  session: string;
  /** Milliseconds since 1970. */
  at: number;
  isFirst: boolean;
  isOver: boolean;
  microsteps: readonly { exited: readonly string[]; entered: readonly string[] }[];
}

/** Sessions whose states are timed; beyond, the one that has moved least lately is forgotten. */
const MOST_SESSIONS = 10_000;
/** States that are told apart, by their ids; further ones have one name together. */
const MOST_STATES = 500;
const OTHERS = '(others)';

/**
 * How long states are active. Only in memory, for the sessions that this process has seen enter them: a figure for
 * operators, which is to cost the sessions nothing.
 */
export class StateTimes {
  readonly #entered = new Map<string, Map<string, number>>();
  readonly #known = new Set<string>();

  /** @param observe hears the state's id and how long it was active, in milliseconds */
  constructor(private readonly observe: (state: string, ms: number) => void) {}

  /** @returns how many states were entered */
  moved({ session, at, isOver, microsteps }: StepMoves): number {
    const active = this.#entered.get(session) ?? new Map<string, number>();
    let count = 0;
    for (const { exited, entered } of microsteps) {
      for (const state of exited) this.#leave(active, state, at);
      for (const state of entered) active.set(state, at);
      count += entered.length;
    }
    this.#entered.delete(session);
    if (isOver) {
      for (const state of [...active.keys()]) this.#leave(active, state, at);
      return count;
    }
    this.#entered.set(session, active);
    const [oldest] = this.#entered.keys();
    if (this.#entered.size > MOST_SESSIONS && oldest !== undefined) this.#entered.delete(oldest);
    return count;
  }

  #leave(active: Map<string, number>, state: string, at: number): void {
    const since = active.get(state);
    active.delete(state);
    if (since !== undefined) this.observe(this.#nameOf(state), at - since);
  }

  #nameOf(state: string): string {
    if (this.#known.has(state)) return state;
    if (this.#known.size >= MOST_STATES) return OTHERS;
    this.#known.add(state);
    return state;
  }
}
