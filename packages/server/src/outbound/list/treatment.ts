import type { CallResult } from './call-result.js';

/** What a treatment does with a record: the original's action enumeration by number (spec outbound.md 5.4). */
export const TreatmentAction = {
  MarkDB: 1,
  MarkAllChain: 2,
  Cycle: 3,
  RetryIn: 4,
  RetryAtDate: 5,
  NextInChain: 6,
  NextInChainAfter: 7,
  NextInChainAtDate: 8,
  AssignToGroup: 9,
  MarkAsAgentError: 10,
  Reschedule: 11,
} as const;

export type TreatmentActionName = keyof typeof TreatmentAction;

/** A treatment as the decision uses it: see `list-settings.ts` for where it comes from. */
export interface Treatment {
  readonly name: string;
  /** Names it in the history of a record: its DBID, or its name where it has none. */
  readonly id: string;
  readonly callResult: CallResult;
  readonly action: TreatmentActionName;
  /** Its place among the treatments of the same result; 1 where it stands alone. */
  readonly number: number;
  /** Redials, or cycles over the chain; 0: no limit of its own. */
  readonly cycleAttempt: number;
  readonly intervalMs: number;
  readonly incrementMs: number;
  /** For the actions at a date: `MM/DD/YYYY HH:MM` or ISO 8601 without a zone, on the record's wall clock. */
  readonly date?: string | undefined;
}

/** The labels of the original's configuration tool. */
const LABELS: Readonly<Record<TreatmentActionName, string>> = {
  MarkDB: 'No Treatment',
  MarkAllChain: 'Update all records in chain',
  Cycle: 'Redial',
  RetryIn: 'Retry in',
  RetryAtDate: 'Retry at specified date',
  NextInChain: 'Next in chain',
  NextInChainAfter: 'Next in chain after',
  NextInChainAtDate: 'Next in chain at specified date',
  AssignToGroup: 'Assign to Group',
  MarkAsAgentError: 'Mark as Agent Error',
  Reschedule: 'Reschedule',
};

export const treatmentActions = Object.keys(TreatmentAction) as readonly TreatmentActionName[]; // exactly these keys

const BY_NAME: ReadonlyMap<string, TreatmentActionName> = new Map(
  treatmentActions.flatMap((action) => [
    [plain(action), action] as const,
    [plain(LABELS[action]), action] as const,
    [String(TreatmentAction[action]), action] as const,
  ]),
);

/** An action by number, name or label (`3`, `Cycle`, `Redial`), whatever the case, blanks and punctuation. */
export function readTreatmentAction(value: unknown): TreatmentActionName | undefined {
  return typeof value === 'string' || typeof value === 'number' ? BY_NAME.get(plain(String(value))) : undefined;
}

/** Whether the action goes to another record of the chain. */
export function isNextInChain(action: TreatmentActionName): boolean {
  return action === 'NextInChain' || action === 'NextInChainAfter' || action === 'NextInChainAtDate';
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
