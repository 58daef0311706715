import { useSyncExternalStore } from 'react';
import { useTestClock } from '../api/simulator.js';

/** All ticking figures move together, once a second. */
const TICK_MS = 1_000;

const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;
let second = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (ticking === undefined) second = Date.now();
  ticking ??= setInterval(() => {
    second = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

/** The server's time, moving once a second; under the test clock it stands still until the clock is moved. */
export function useNow(): number {
  const testClock = useTestClock();
  const now = useSyncExternalStore(subscribe, () => second);
  return testClock.data ?? now;
}
