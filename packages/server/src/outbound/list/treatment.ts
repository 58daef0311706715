import type { CallActionName, TreatmentActionName } from '../../config/index.js';
import type { CallResult } from './call-result.js';

/** What happens to an answered call (Apply to Call). */
export interface CallAction {
  readonly name: CallActionName;
  /** The DN that it goes to; empty for Drop. */
  readonly destination: string;
}

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
  readonly call?: CallAction | undefined;
}
