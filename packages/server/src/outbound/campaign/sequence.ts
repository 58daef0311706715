import type { DialMode, OptimizeBy } from '../dial-mode.js';

/**
 * A campaign sequence: campaigns of one agent group that dial one after the other (reference 002, `campaign_schedule`;
 * spec outbound.md 1.13). Pure; the shell is sequences.ts.
 */
export interface ScheduleItem {
  /** DBID of the campaign, as the schedule says it. */
  campaign: number;
  dialMode?: DialMode;
  optimizeBy?: OptimizeBy;
  optimizeGoal?: number;
  /** The item stops at the first of these; absent ones do not count. Milliseconds since 1970. */
  stopAtTime?: number;
  /** Customers who were connected with an agent. */
  stopAtContacts?: number;
  /** Dial attempts. */
  stopAtDials?: number;
  /** Pause before this item begins, minutes. */
  sleepBeforeNextStart: number;
}

export interface Schedule {
  description: string;
  /** Milliseconds since 1970; absent: at once. */
  startTime?: number;
  items: readonly ScheduleItem[];
}

/**
 * - loaded: waits to be started. waiting: for the start time. sleeping: before item `item`. running: item `item` dials.
 * - stopped: by request; `item` is loaded if `itemLoaded`.
 * - ending: no item is left to begin; the last campaigns are still being unloaded. Then the sequence is gone.
 */
export type SequencePhase = 'loaded' | 'waiting' | 'sleeping' | 'running' | 'stopped' | 'ending';

export interface SequenceState {
  readonly phase: SequencePhase;
  /** Index of the item. */
  readonly item: number;
  readonly itemLoaded: boolean;
  /** When `due` is to be told, milliseconds since 1970. */
  readonly dueAt?: number;
  /** When the item began to dial; dials and contacts are counted from then on. */
  readonly itemStartedAt?: number;
}

export type SequenceInput =
  | { type: 'start' }
  | { type: 'stop' }
  /** Ends it: the item is stopped and unloaded. */
  | { type: 'unload' }
  | { type: 'due' }
  /** What was counted since the item began to dial. */
  | { type: 'counted'; dials: number; contacts: number }
  /** The item's lists have nothing more to dial. */
  | { type: 'depleted' }
  /** The item could not be loaded or started. */
  | { type: 'item-failed' };

/** What is to be done for item `item`; `moved`: tell everybody where the sequence stands. */
export type SequenceEffect = { type: 'load-and-start' | 'start' | 'stop' | 'unload'; item: number } | { type: 'moved' };

export interface SequenceOutcome {
  state: SequenceState;
  effects: readonly SequenceEffect[];
}

/** Why an input is refused: codes of the catalogue. */
export type SequenceRefusal = 'campaign-already-started' | 'campaign-not-started';

const MINUTE_MS = 60_000;

export const NEW_SEQUENCE: SequenceState = { phase: 'loaded', item: 0, itemLoaded: false };

/** What becomes of a sequence by an input. */
export function sequenceStep(
  schedule: Schedule,
  state: SequenceState,
  input: SequenceInput,
  now: number,
): SequenceOutcome | SequenceRefusal {
  const same = { state, effects: [] };
  switch (input.type) {
    case 'start':
      return started(schedule, state, now);
    case 'stop':
      return stopped(state);
    case 'unload':
      return state.phase === 'ending' ? same : ended(state);
    case 'due':
      return state.dueAt === undefined || state.dueAt > now ? same : due(schedule, state, now);
    case 'counted': {
      if (state.phase !== 'running') return same;
      const item = schedule.items[state.item];
      const enough = reached(item?.stopAtDials, input.dials) || reached(item?.stopAtContacts, input.contacts);
      return enough ? next(schedule, state, now) : same;
    }
    case 'depleted':
      return state.phase === 'running' ? next(schedule, state, now) : same;
    case 'item-failed':
      return state.phase === 'running' ? next(schedule, { ...state, itemLoaded: false }, now) : same;
  }
}

function reached(limit: number | undefined, count: number): boolean {
  return limit !== undefined && limit > 0 && count >= limit;
}

function started(schedule: Schedule, state: SequenceState, now: number): SequenceOutcome | SequenceRefusal {
  if (state.phase === 'stopped' && state.itemLoaded) {
    return run(schedule, state.item, now, [{ type: 'start', item: state.item }]);
  }
  if (state.phase === 'stopped') return sleepBefore(schedule, state.item, now, []);
  if (state.phase !== 'loaded') return 'campaign-already-started';
  const { startTime } = schedule;
  if (startTime !== undefined && startTime > now) {
    return { state: { phase: 'waiting', item: 0, itemLoaded: false, dueAt: startTime }, effects: [] };
  }
  return sleepBefore(schedule, 0, now, []);
}

function stopped(state: SequenceState): SequenceOutcome | SequenceRefusal {
  const { phase, item } = state;
  if (phase === 'waiting') return { state: NEW_SEQUENCE, effects: [] };
  if (phase === 'sleeping') return { state: { phase: 'stopped', item, itemLoaded: false }, effects: [] };
  if (phase !== 'running') return 'campaign-not-started';
  return { state: { phase: 'stopped', item, itemLoaded: true }, effects: [{ type: 'stop', item }] };
}

function ended({ item, itemLoaded }: SequenceState): SequenceOutcome {
  return {
    state: { phase: 'ending', item, itemLoaded: false },
    effects: itemLoaded ? [{ type: 'unload', item }] : [],
  };
}

function due(schedule: Schedule, state: SequenceState, now: number): SequenceOutcome {
  if (state.phase === 'waiting') return sleepBefore(schedule, 0, now, []);
  if (state.phase === 'sleeping') return begin(schedule, state.item, now, []);
  return state.phase === 'running' ? next(schedule, state, now) : { state, effects: [] };
}

/** The item has done its part: stop and unload it, and go to the next one at once. */
function next(schedule: Schedule, state: SequenceState, now: number): SequenceOutcome {
  const { item, itemLoaded } = state;
  const effects: SequenceEffect[] = itemLoaded ? [{ type: 'unload', item }] : [];
  return sleepBefore(schedule, item + 1, now, effects);
}

function sleepBefore(schedule: Schedule, item: number, now: number, effects: SequenceEffect[]): SequenceOutcome {
  const following = schedule.items[item];
  if (!following) return { state: { phase: 'ending', item: item - 1, itemLoaded: false }, effects };
  if (following.sleepBeforeNextStart <= 0) return begin(schedule, item, now, effects);
  const dueAt = now + following.sleepBeforeNextStart * MINUTE_MS;
  return { state: { phase: 'sleeping', item, itemLoaded: false, dueAt }, effects };
}

/** An item whose time to stop has passed before it began is passed over. */
function begin(schedule: Schedule, item: number, now: number, effects: SequenceEffect[]): SequenceOutcome {
  const stopAt = schedule.items[item]?.stopAtTime;
  if (stopAt !== undefined && stopAt <= now) return sleepBefore(schedule, item + 1, now, effects);
  return run(schedule, item, now, [...effects, { type: 'load-and-start', item }, { type: 'moved' }]);
}

function run(schedule: Schedule, item: number, now: number, effects: SequenceEffect[]): SequenceOutcome {
  const stopAt = schedule.items[item]?.stopAtTime;
  return {
    state: {
      phase: 'running',
      item,
      itemLoaded: true,
      itemStartedAt: now,
      ...(stopAt !== undefined && { dueAt: stopAt }),
    },
    effects,
  };
}
