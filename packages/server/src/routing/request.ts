import type { Target } from './target.js';

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
}

/** What may be changed while a request waits. `timeoutAt: null` takes the time limit away. */
export interface RouteChange {
  selectable?: boolean;
  paused?: boolean;
  priority?: number;
  targets?: readonly Target[];
  timeoutAt?: number | null;
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
}

/** The priority at `now`: base + increment x full intervals waited (gms-callback 4.11). */
export function effectivePriority(request: RouteRequest, now: number): number {
  return request.priority + (request.priorityIncrement ?? 0) * intervalsWaited(request, now);
}

/** When the effective priority changes next, or undefined if it never does. */
export function nextIncrementAt(request: RouteRequest, now: number): number | undefined {
  if (!request.priorityIncrement || !request.priorityIncrementIntervalMs) return undefined;
  return request.arrival + (intervalsWaited(request, now) + 1) * request.priorityIncrementIntervalMs;
}

function intervalsWaited(request: RouteRequest, now: number): number {
  const interval = request.priorityIncrementIntervalMs ?? 0;
  return interval > 0 ? Math.max(0, Math.floor((now - request.arrival) / interval)) : 0;
}
