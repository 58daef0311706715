import { type KvList, MOST_INTEGER } from '../../kernel/index.js';
import {
  type DialSettingsChange,
  dialModeOf,
  isGoal,
  OutboundError,
  optimizeByOf,
  UNSERVED_MODE_NUMBERS,
} from '../../outbound/index.js';

/** The keys in which a protocol says how to dial: CommDN and the HTTP API of campaign groups name them differently. */
export interface DialKeys {
  dialMode: string;
  optimizeBy: string;
  optimizeGoal: string;
  autoCompletion: string;
  priority: string;
}

/** What a request says of how to dial. */
export interface DialAttributes {
  change: DialSettingsChange;
  /** It names a mode of the original that is not served: refused with error 11 (14 for a sequence). */
  unserved: boolean;
  /** It says nothing. */
  empty: boolean;
}

type PriorityClasses = NonNullable<DialSettingsChange['priorities']>;

const CLASSES = ['General', 'CampaignRescheduled', 'CampaignCallBack'] as const;

/**
 * Reads how to dial. Mode 0 and method 0 say nothing (spec 1.6, 1.7).
 * @param properties where else auto-completion and priorities may stand; the former counts there only if it stands nowhere else
 * @throws OutboundError `invalid-parameter` with the key
 */
export function readDialAttributes(list: KvList, keys: DialKeys, properties?: KvList): DialAttributes {
  const mode = integer(list, keys.dialMode);
  const unserved = mode !== undefined && UNSERVED_MODE_NUMBERS.has(mode);
  const dialMode = mode ? dialModeOf(mode) : undefined;
  if (mode && !dialMode && !unserved) throw new OutboundError('invalid-parameter', keys.dialMode);
  const method = integer(list, keys.optimizeBy);
  const optimizeBy = method ? optimizeByOf(method) : undefined;
  if (method && !optimizeBy) throw new OutboundError('invalid-parameter', keys.optimizeBy);
  const optimizeGoal = integer(list, keys.optimizeGoal);
  if (optimizeGoal !== undefined && !isGoal(optimizeBy ?? 'WaitTime', optimizeGoal)) {
    throw new OutboundError('invalid-parameter', keys.optimizeGoal);
  }
  const autoCompletion = flag(list, keys.autoCompletion) ?? (properties && flag(properties, keys.autoCompletion));
  const priorities = readPriorities(properties?.has(keys.priority) ? properties : list, keys.priority);
  const change: DialSettingsChange = {
    ...(dialMode && { dialMode }),
    ...(optimizeBy && { optimizeBy }),
    ...(optimizeGoal !== undefined && { optimizeGoal }),
    ...(autoCompletion !== undefined && { autoCompletion }),
    ...(priorities && { priorities }),
  };
  return { change, unserved, empty: !unserved && Object.keys(change).length === 0 };
}

/** The integer under a key. @throws OutboundError `invalid-parameter` */
export function integer(list: KvList, key: string): number | undefined {
  const value = list.integer(key);
  if (value === 'invalid' || Math.abs(value ?? 0) > MOST_INTEGER) throw new OutboundError('invalid-parameter', key);
  return value;
}

function flag(list: KvList, key: string): boolean | undefined {
  const value = integer(list, key);
  if (value === undefined) return undefined;
  if (value !== 0 && value !== 1) throw new OutboundError('invalid-parameter', key);
  return value === 1;
}

function readPriorities(parent: KvList, key: string): PriorityClasses | undefined {
  if (!parent.has(key)) return undefined;
  const list = parent.list(key);
  if (!list) throw new OutboundError('invalid-parameter', key);
  const priorities: [(typeof CLASSES)[number], { priority: number; nRecords?: number }][] = [];
  for (const name of CLASSES) {
    const one = list.list(name);
    if (!one) {
      if (list.has(name)) throw new OutboundError('invalid-parameter', key);
      continue;
    }
    const priority = integer(one, 'priority');
    const nRecords = integer(one, 'n_records');
    if (priority === undefined || priority < 0 || (nRecords !== undefined && nRecords < 0)) {
      throw new OutboundError('invalid-parameter', key);
    }
    priorities.push([name, { priority, ...(nRecords !== undefined && { nRecords }) }]);
  }
  return priorities.length > 0 ? Object.fromEntries(priorities) : undefined;
}
