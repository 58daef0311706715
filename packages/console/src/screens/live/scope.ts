import type { Callback } from '../../api/callbacks.js';
import { endOfDay, startOfDay } from '../../time/format.js';

/** Which callbacks the live page shows. */
export const SCOPES = ['today', 'coming', 'all'] as const;
export type Scope = (typeof SCOPES)[number];

/** A callback and when something last happened to it, milliseconds since 1970. */
export interface LiveCallback extends Callback {
  activeAt: number;
}

/** When the customer is, or was, to be called. */
export function dueAt(callback: Callback): number | undefined {
  return callback.desiredAt ?? callback.createdAt;
}

/**
 * The callbacks in scope, newest activity first.
 *
 * Today's are those due, booked or active on the viewer's day, and all that are still open from earlier days: nobody is
 * forgotten at midnight. Those that wait for a later day are the coming ones.
 */
export function inScope(
  callbacks: readonly Callback[],
  scope: Scope,
  activity: ReadonlyMap<string, number>,
  now: number,
): LiveCallback[] {
  return callbacks
    .map((callback) => ({ ...callback, activeAt: activeAt(callback, activity) }))
    .filter((callback) => {
      if (scope === 'all') return true;
      const coming = callback.state === 'SCHEDULED' && (dueAt(callback) ?? now) >= endOfDay(now);
      if (scope === 'coming') return coming;
      if (coming) return false;
      return callback.state !== 'COMPLETED' || onDay(callback.activeAt, now) || onDay(dueAt(callback) ?? 0, now);
    })
    .sort((a, b) => b.activeAt - a.activeAt);
}

function onDay(at: number, day: number): boolean {
  return at >= startOfDay(day) && at < endOfDay(day);
}

/** The live feed knows the latest activity; what happened before the page was opened is told by the record's times. */
function activeAt(callback: Callback, activity: ReadonlyMap<string, number>): number {
  return Math.max(activity.get(callback.id) ?? 0, callback.changedAt ?? callback.createdAt ?? callback.desiredAt ?? 0);
}
