import { CallResult } from './call-result.js';
import type { ListRecord } from './record.js';
import { isFinal, nextStatus, RecordStatus } from './record-status.js';
import { RecordType } from './record-type.js';

export type ChainScope = 'AllChain' | 'RecordOnly';

/** What a request that withdraws records has done. */
export interface Withdrawal {
  /** The records that it changed, as they are now; those that were held (Retrieved) among them. */
  changed: ListRecord[];
  /** Matching records that agents have: left alone by a cancellation, marked by a do-not-call. */
  onDesktop: ListRecord[];
}

/** A cancelled record (spec outbound.md 10, G); undefined where nothing is left to cancel. */
export function cancelled(record: ListRecord): ListRecord | undefined {
  const recordStatus = nextStatus(record.recordStatus, 'cancel');
  return recordStatus === undefined ? undefined : { ...record, recordStatus, callResult: CallResult.CancelRecord };
}

/**
 * A record that must not be called (spec outbound.md 5.5). What was processed before keeps its result; a record on a
 * desktop keeps its status, because its agent still has to finish it.
 */
export function notToBeCalled(record: ListRecord, onDesktop: boolean): ListRecord {
  const marked = { ...record, recordType: RecordType.NoCall };
  if (isFinal(record.recordStatus)) return marked;
  if (onDesktop) return { ...marked, callResult: CallResult.DoNotCall };
  const recordStatus = nextStatus(record.recordStatus, 'do-not-call') ?? RecordStatus.Updated;
  return { ...marked, recordStatus, callResult: CallResult.DoNotCall };
}
