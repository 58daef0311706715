import type { RouteRequest } from './request.js';
import type { Target } from './target.js';

/** A selection that is this many selections old weighs about a third (1/e) of the latest. */
const MEMORY = 1000;
const FADING = 1 - 1 / MEMORY;
/** Kinds of requests that are counted; the one that was served longest ago is forgotten first. */
const MOST_KINDS = 1000;

/** How often each target was chosen for requests of one kind, fading. */
type Counts = Map<string, number>;

/**
 * Keeps the proportions of requests that are distributed by percentage: for each virtual queue and set of weighted
 * targets, how often each target was chosen. The target furthest behind its weight is due next.
 */
export class Shares {
  readonly #counts = new Map<string, Counts>();

  /** Notes that a request has got an agent by this target (its text). Requests of another order are not counted. */
  served(request: RouteRequest, target: string): void {
    if (request.preferences?.order?.type !== 'percentage') return;
    const key = keyOf(request);
    const counts: Counts = this.#counts.get(key) ?? new Map();
    for (const [name, count] of counts) counts.set(name, count * FADING);
    counts.set(target, (counts.get(target) ?? 0) + 1);
    this.#counts.delete(key);
    this.#counts.set(key, counts);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > MOST_KINDS && oldest !== undefined) this.#counts.delete(oldest);
  }

  forget(): void {
    this.#counts.clear();
  }

  /** How far along its share a target is: the lowest is due next. */
  standing(request: RouteRequest, target: Target): number {
    return ((this.#counts.get(keyOf(request))?.get(target.text) ?? 0) + 1) / weightOf(request, target);
  }
}

/** False for a target that never counts: it has the weight 0 where others have a weight. */
export function hasShare(request: RouteRequest, target: Target): boolean {
  return request.preferences?.order?.type !== 'percentage' || weightOf(request, target) > 0;
}

/** A target without a weight counts as 1; if all weights are 0, all are equal. */
function weightOf({ targets }: RouteRequest, target: Target): number {
  return targets.every(({ weight }) => weight === 0) ? 1 : (target.weight ?? 1);
}

function keyOf({ virtualQueue, targets }: RouteRequest): string {
  return JSON.stringify([virtualQueue, ...targets.map(({ text, weight }) => [text, weight ?? null])]);
}
