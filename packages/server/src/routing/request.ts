import type { RoutePreferences } from './preferences.js';
import type { Target } from './target.js';
import type { Prediction } from './wait-interval.js';

/** A request for an agent: a live interaction or a callback, which stand in one and the same line. */
export interface RouteRequest {
  /** Chosen by whoever asks; a repetition of the same id is ignored. */
  id: string;
  session?: string;
  interaction?: string;
  callback?: string;
  /** The virtual queue that is reported, counted and estimated; it does not restrict who serves. */
  virtualQueue: string;
  /** Alternatives: any agent of any of them may serve. */
  targets: readonly Target[];
  /** A higher number is served first. */
  priority: number;
  /** Orders requests of equal priority, milliseconds since 1970; may lie before the submit (an aged interaction). */
  arrival: number;
  /** False keeps the request's place without serving it yet. */
  selectable: boolean;
  /** True while its virtual queue or service is paused: as if not selectable, whatever `selectable` says. */
  paused?: boolean;
  /** When the wait ends in vain, milliseconds since 1970. An agent who is ready then still serves. */
  timeoutAt?: number;
  /** Added to the priority for every full interval of waiting since `arrival`. */
  priorityIncrement?: number;
  priorityIncrementIntervalMs?: number;
  /** How long the selected agent is held for this request. */
  reservationMs: number;
  /** True: while the agent is held, somebody who needs one at once may be given him. */
  yields?: boolean;
  /** Absent: it takes its turn and gets the agent who has been idle longest. */
  preferences?: RoutePreferences;
}

/** What may be changed while a request waits. `timeoutAt: null` takes the time limit away; `preferences` are replaced. */
export interface RouteChange {
  selectable?: boolean;
  paused?: boolean;
  priority?: number;
  targets?: readonly Target[];
  timeoutAt?: number | null;
  arrival?: number;
  priorityIncrement?: number;
  priorityIncrementIntervalMs?: number;
  preferences?: RoutePreferences;
}

/** A request as it stands in the line. */
export interface WaitingRequest extends RouteRequest {
  submittedAt: number;
  /** Order of the submits: decides between equal priority and arrival. */
  sequence: number;
  /** Counts the changes of the stored request; an older one never replaces a newer one. */
  version: number;
  /** When its present targets were given: their `fromMs` and `untilMs` count from here. */
  targetsSince: number;
  /** What it was told about its wait, if that is to be compared with how long it waited. */
  prediction?: Prediction;
}

/** A minute of waiting counts as one minute for a request with this service objective. */
const USUAL_OBJECTIVE_MS = 60_000;
/** How finely the growing wait of requests with a service objective is followed: at a twentieth more, once per second. */
const WAIT_STEP = 20;
const SHORTEST_WAIT_STEP_MS = 1_000;

/**
 * The priority at `now`: base + increment x full intervals waited (gms-callback 4.11), within the bounds of its
 * preferences.
 */
export function effectivePriority(request: RouteRequest, now: number): number {
  const { preferences, priorityIncrement } = request;
  const priority = request.priority + (priorityIncrement ? priorityIncrement * intervalsWaited(request, now) : 0);
  if (!preferences) return priority;
  const { lowestPriority = priority, highestPriority = priority } = preferences;
  return Math.min(Math.max(priority, lowestPriority), highestPriority);
}

/**
 * What orders requests of equal priority at `now`: the arrival, or the later or earlier arrival of a request that would
 * have waited as long as this one has in the measure of its service objective.
 */
export function orderedArrival({ arrival, preferences }: RouteRequest, now: number): number {
  const objective = preferences?.serviceObjectiveMs;
  if (objective === undefined || objective <= 0) return arrival;
  return now - ((now - arrival) * USUAL_OBJECTIVE_MS) / objective;
}

/** When the place of a request in the order changes next by the passing of time, or undefined if it never does. */
export function nextIncrementAt(request: RouteRequest, now: number): number | undefined {
  const { arrival, priorityIncrement, priorityIncrementIntervalMs, preferences } = request;
  const increment =
    priorityIncrement && priorityIncrementIntervalMs
      ? (preferences?.incrementFrom ?? arrival) + (intervalsWaited(request, now) + 1) * priorityIncrementIntervalMs
      : undefined;
  if (preferences?.serviceObjectiveMs === undefined) return increment;
  const wait = now + Math.max(SHORTEST_WAIT_STEP_MS, (now - arrival) / WAIT_STEP);
  return increment === undefined ? wait : Math.min(increment, wait);
}

function intervalsWaited(request: RouteRequest, now: number): number {
  const interval = request.priorityIncrementIntervalMs ?? 0;
  const from = request.preferences?.incrementFrom ?? request.arrival;
  return interval > 0 ? Math.max(0, Math.floor((now - from) / interval)) : 0;
}
