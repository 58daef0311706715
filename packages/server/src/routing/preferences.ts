import { isObject, type JsonObject, type JsonValue } from '../kernel/index.js';

/**
 * Which of the agents who are ready for a request gets it: the one with the highest or lowest value of a statistic
 * (statistic.ts), or agents of its targets in the proportion of their weights.
 */
export type SelectionOrder = { type: 'max' | 'min'; statistic: string } | { type: 'percentage' };

/** What distinguishes a request from one that takes its turn and gets whoever has been idle longest. */
export interface RoutePreferences {
  /** Absent: the agent who has been idle longest. */
  order?: SelectionOrder;
  /** Agents who must not get it. */
  excludedAgents?: readonly string[];
  /** True: agents who are logged in and not ready are taken as well, when nobody is ready. */
  anyReadiness?: boolean;
  /** Bounds of the effective priority. */
  lowestPriority?: number;
  highestPriority?: number;
  /** From when the intervals of the priority's increment count, milliseconds since 1970; absent: from `arrival`. */
  incrementFrom?: number;
  /**
   * The wait that was promised, milliseconds: among requests of equal priority a minute of waiting counts as many minutes
   * as the promise is shorter than one. Absent: it counts as it is.
   */
  serviceObjectiveMs?: number;
}

/** The form in which preferences are stored with a request; null when there are none. */
export function storedPreferences(preferences: RoutePreferences | undefined): string | null {
  if (!preferences || Object.keys(preferences).length === 0) return null;
  return JSON.stringify(preferences);
}

/** Reads what `storedPreferences` wrote. */
export function restoredPreferences(stored: JsonObject | null): { preferences?: RoutePreferences } {
  if (!stored) return {};
  const order = orderOf(stored.order);
  const excluded = stored.excludedAgents;
  const preferences: RoutePreferences = {
    ...(order && { order }),
    ...(Array.isArray(excluded) && { excludedAgents: excluded.map(String) }),
    ...(stored.anyReadiness === true && { anyReadiness: true }),
  };
  for (const name of ['lowestPriority', 'highestPriority', 'incrementFrom', 'serviceObjectiveMs'] as const) {
    const value = stored[name];
    if (typeof value === 'number') preferences[name] = value;
  }
  return { preferences };
}

function orderOf(stored: JsonValue | undefined): SelectionOrder | undefined {
  if (!isObject(stored)) return undefined;
  const { type, statistic } = stored;
  if (type === 'percentage') return { type };
  return (type === 'max' || type === 'min') && typeof statistic === 'string' ? { type, statistic } : undefined;
}
