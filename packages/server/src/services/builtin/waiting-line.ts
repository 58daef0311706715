import type { JsonObject } from '../../kernel/index.js';

/** How the wait in a virtual queue is estimated, by the names that clients of either version use. */
const MODES = { urs: 'ewt1', urs2: 'ewt2', stat: 'ewt3', ewt1: 'ewt1', ewt2: 'ewt2', ewt3: 'ewt3' } as const;

/**
 * `ewt1`: place in line times the average quit time. `ewt2`: what the line's own model expects, with the agents and the
 * callers as they are now. `ewt3`: the statistic `StatExpectedWaitingTime`.
 */
export type EwtMode = 'ewt1' | 'ewt2' | 'ewt3';

/** What is asked of routing about its virtual queues. */
export interface WaitingFigures {
  /** Names of all configured virtual queues. */
  names(): readonly string[];
  /** Whether there is such a virtual queue, configured or in use. */
  knows(queue: string): boolean;
  /** How many wait in it. */
  waiting(queue: string): number;
  /** Seconds that somebody who joins it now is expected to wait; 10000: nobody is there to serve. */
  expectedWait(queue: string): number;
  /** Between what 80 of 100 such waits end, seconds. */
  waitInterval(queue: string): { lowSeconds: number; highSeconds: number };
  /** The statistic of that name; undefined when there is none. */
  statisticalWait(queue: string): Promise<number | undefined>;
  /** Seconds between two departures; undefined when there were none lately. */
  quitTime(queue: string): Promise<number | undefined>;
}

/** @returns undefined for a name that is none */
export function ewtMode(name: string): EwtMode | undefined {
  return MODES[name as keyof typeof MODES]; // other names are looked up, too, and not found
}

/** Expected when nothing is known, seconds. */
const UNKNOWN_S = 10_000;

/**
 * A virtual queue as the original's routing server describes it (`/urs/call/max/lvq`): `calls` waiting, the place `pos`
 * that the next caller would have, the average quit time `aqt` and the expected wait `ewt` in seconds. The weighted
 * counts (`wcalls`, `wpos`) are the same here.
 */
export async function describeQueue(
  figures: WaitingFigures,
  queue: string,
  mode: EwtMode,
  now: number,
): Promise<JsonObject> {
  const calls = figures.waiting(queue);
  const position = calls + 1;
  const measured = await figures.quitTime(queue);
  const modelled = figures.expectedWait(queue);
  const wait = async (): Promise<number> => {
    switch (mode) {
      case 'ewt1':
        return measured === undefined ? UNKNOWN_S : position * measured;
      case 'ewt2':
        return modelled;
      case 'ewt3':
        return (await figures.statisticalWait(queue)) ?? UNKNOWN_S;
    }
  };
  const ewt = await wait();
  return {
    time: Math.floor(now / 1000),
    wt: 0,
    calls,
    wcalls: calls,
    pos: position,
    wpos: position,
    aqt: rounded(measured ?? modelled / position),
    ewt: rounded(ewt),
    ...(mode === 'ewt2' && intervalOf(figures, queue)),
    hit: 0,
  };
}

/** Beyond what the original tells: between what 80 of 100 waits end. */
function intervalOf(figures: WaitingFigures, queue: string): JsonObject {
  const { lowSeconds, highSeconds } = figures.waitInterval(queue);
  return { ewtlow: rounded(lowSeconds), ewthigh: rounded(highSeconds) };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** Several virtual queues by name, all of them when none is named; those that are not known are left out. */
export async function describeQueues(
  figures: WaitingFigures,
  mode: EwtMode,
  names: readonly string[] | undefined,
  now: number,
): Promise<JsonObject> {
  const asked = [...new Set(names ?? figures.names())].filter((name) => figures.knows(name));
  const described = await Promise.all(
    asked.map(async (name) => [name, await describeQueue(figures, name, mode, now)] as const),
  );
  return Object.fromEntries(described);
}
