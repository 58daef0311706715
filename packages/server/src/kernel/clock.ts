/**
 * Time as a parameter. Everything below `main.ts` reads and waits for time through a `Clock`, so that the same code
 * runs on real time, in tests on a clock that they move, and in simulations on virtual time.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Calls `run` once, when `now()` has reached `due` (milliseconds since 1970); at the next turn if that has passed. */
  at(due: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** The longest delay that the platform's timers take; longer waits are made of several. */
const LONGEST_DELAY_MS = 2_147_483_647;

export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  at(due: number, run: () => void): Timer {
    let handle: NodeJS.Timeout;
    const arm = () => {
      const delay = due - Date.now();
      handle = delay > LONGEST_DELAY_MS ? setTimeout(arm, LONGEST_DELAY_MS) : setTimeout(run, Math.max(0, delay));
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  }
}
