import type { ApplicationDefinition } from '@ringback/scxml';
import type { SourceSettings } from './application-source.js';
import type { MetricLevel } from './metric-lines.js';

/** What the configuration says of sessions (options of section `ors`, read anew each time). */
export interface SessionSettings {
  /** Number of this node, as clients see it in ids and cookies. */
  node(): number;
  /** Whether the ids of new sessions begin with the number of their node. */
  idWithNode(): boolean;
  /** How long a session may last, in seconds; 0 without a limit. A document's `_maxtime` replaces it. */
  maxAgeSeconds(): number;
  /** Events that may wait in a session's mailbox; 0 without a limit. */
  pendingEvents(): number;
  /** What of the steps of sessions is logged; `_debug="true"` of a document means all of its own. */
  metricLevel(): MetricLevel;
}

/** What the configuration says of orchestration as a whole. */
export interface OrchestrationSettings extends SessionSettings, SourceSettings {
  /** Bounds of the engine; in effect for applications that are loaded from now on. */
  limits(): NonNullable<ApplicationDefinition['limits']>;
  /** Flows whose sessions have a sandbox each, or `*`; in effect for applications that are loaded from now on. */
  isolatedFlows?(): readonly string[];
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * Seconds that `_maxtime` of a document says: a number of seconds, or a number with `ms`, `s`, `m`, `h` or `d`; 0 is
 * without a limit, and anything else is as if it were absent.
 */
export function ageLimit(text: string | undefined): number | undefined {
  const found = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*(ms|s|m|h|d)?\s*$/.exec(text ?? '');
  return found ? Number(found[1]) * (UNITS[found[2] ?? 's'] ?? 1) : undefined;
}
