import { effectivePriority, nextIncrementAt, orderedArrival, type WaitingRequest } from './request.js';
import { hasShare } from './shares.js';
import type { Target } from './target.js';
import type { Gate, LineRequest, TargetLine } from './target-line.js';

/** A request as the line keeps it; it is in no list yet. */
export function lineRequest(request: WaitingRequest, asideUntil: number, now: number): LineRequest {
  const excluded = request.preferences?.excludedAgents;
  return {
    request,
    priority: effectivePriority(request, now),
    arrival: orderedArrival(request, now),
    incrementAt: nextIncrementAt(request, now) ?? Number.POSITIVE_INFINITY,
    excluded: excluded && excluded.length > 0 ? new Set(excluded) : NOBODY,
    changeAt: Number.POSITIVE_INFINITY,
    asideUntil,
    places: [],
    eligible: false,
  };
}

const NOBODY: ReadonlySet<string> = new Set();

/** Brings the keys of a request that is in no list to what they are at `now`. */
export function renewKeys(entry: LineRequest, now: number): void {
  entry.priority = effectivePriority(entry.request, now);
  entry.arrival = orderedArrival(entry.request, now);
  entry.incrementAt = nextIncrementAt(entry.request, now) ?? Number.POSITIVE_INFINITY;
}

/** The targets that count at `now`: their step has begun and has not ended, and they have a share. */
export function countingTargets(request: WaitingRequest, now: number): Target[] {
  const age = now - request.targetsSince;
  return request.targets.filter(
    (target) =>
      target.fromMs <= age && (target.untilMs === undefined || age < target.untilMs) && hasShare(request, target),
  );
}

/** When the targets that count change next, or the request is no longer set aside. */
export function nextChangeAt({ request, asideUntil }: LineRequest, now: number): number {
  const age = now - request.targetsSince;
  return Math.min(
    asideUntil > now ? asideUntil : Number.POSITIVE_INFINITY,
    ...request.targets.flatMap((target) =>
      [target.fromMs, target.untilMs ?? 0].filter((at) => at > age).map((at) => request.targetsSince + at),
    ),
  );
}

/** Several targets of a request may share a line (under different thresholds) or even a gate: each is meant once. */
export function linesOfPlaces(entry: LineRequest): Set<TargetLine> {
  return new Set(entry.places.map(({ line }) => line));
}

export function gatesOf(entry: LineRequest): Set<Gate> {
  return new Set(entry.places.map(({ gate }) => gate));
}

export function timeoutOf(entry: LineRequest): number {
  return Math.max(entry.request.timeoutAt ?? Number.POSITIVE_INFINITY, entry.asideUntil);
}

export function byId(a: LineRequest, b: LineRequest): number {
  return a.request.id < b.request.id ? -1 : a.request.id > b.request.id ? 1 : 0;
}
