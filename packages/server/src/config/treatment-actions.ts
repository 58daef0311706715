import { readerOf } from './enumeration.js';

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

/** An action by number, name or label (`3`, `Cycle`, `Redial`), whatever the case, blanks and punctuation. */
export const readTreatmentAction = readerOf(TreatmentAction, LABELS);

/** Whether the action goes to another record of the chain. */
export function isNextInChain(action: TreatmentActionName): boolean {
  return action === 'NextInChain' || action === 'NextInChainAfter' || action === 'NextInChainAtDate';
}
