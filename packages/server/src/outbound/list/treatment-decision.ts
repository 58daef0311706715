import type { CallResult } from './call-result.js';
import type { Chain, ListRecord } from './record.js';
import type { Treatment, TreatmentActionName } from './treatment.js';
import type { ListWindow } from './window.js';

/** What a list says about treating results. */
export interface TreatmentSettings extends ListWindow {
  /** Most dials of one record; a record that has had them is dialed no more. */
  readonly maxAttempts: number;
  /** Delays up to this are waited for in memory, longer ones in the list (option `treatment_sched_threshold`). */
  readonly scheduleThresholdMs: number;
}

export interface TreatmentInput {
  readonly treatments: readonly Treatment[];
  /** As it is held: with the record as it was before this result. */
  readonly chain: Chain;
  /** `chain_n` of the record that was dialed. Its `attempt` counts this attempt already. */
  readonly chainN: number;
  readonly result: CallResult;
  /**
   * What the last decision about this chain left, as long as the chain is held. Absent: the record's column `treatments`
   * is read, for types 3 to 6 alone, as the original does.
   */
  readonly history?: string | undefined;
  /** What an agent has arranged for this record, for the action Reschedule. */
  readonly arranged?: { readonly at: number; readonly type: ListRecord['recordType']; readonly agentId?: string };
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly settings: TreatmentSettings;
}

/** Why it was decided so, for the journal and for people. */
export interface TreatmentReason {
  /** Name of the treatment; absent: none applies. */
  treatment?: string;
  action?: TreatmentActionName;
  /** `no-treatment`, `exhausted` (cycle attempts or dates are used up), `max-attempts`, `not-applicable`. */
  ended?: 'no-treatment' | 'exhausted' | 'max-attempts' | 'not-applicable' | 'completed';
}

export type TreatmentDecision =
  /** The chain is done with: every record is in its last state. */
  | { kind: 'finalize'; records: ListRecord[]; reason: TreatmentReason }
  /** The chain stays where it is held; the record `chainN` is dialed at `at` (`now`: at once). */
  | { kind: 'hold'; chainN: number; at: number; history: string; records: ListRecord[]; reason: TreatmentReason }
  /** The chain goes back to the list: the record `chainN` is Ready with its time, the others wait for it. */
  | { kind: 'return'; chainN: number; at: number; history: string; records: ListRecord[]; reason: TreatmentReason };

/** What happens to a chain after a result: spec outbound.md 5.4. */
export function decideTreatment(input: TreatmentInput): TreatmentDecision {
  throw new Error(`not there yet: ${input.result}`);
}
