import type { Chain, ListRecord } from './record.js';
import { RecordStatus } from './record-status.js';
import { isScheduledType, RecordType } from './record-type.js';
import { callableAt, type ListWindow } from './window.js';

/** What of a list's settings decides which record of a chain may be dialed. */
export interface DialSettings extends ListWindow {
  readonly maxAttempts: number;
}

/**
 * The record of a held chain that is to be dialed first: in the chain's order, those that were Ready before those that
 * waited for another one; a scheduled one not before its time.
 * @returns undefined when none may be dialed at `now`
 */
export function firstToDial(chain: Chain, settings: DialSettings, now: number): ListRecord | undefined {
  const held = chain.records.filter(({ recordStatus }) => recordStatus === RecordStatus.Retrieved);
  const ready = held.filter(({ statusBefore }) => statusBefore !== RecordStatus.ChainReady);
  return (ready.length > 0 ? ready : held).find((record) => mayBeDialed(record, settings, now));
}

/** Whether a held record may be dialed now, as far as it and its list say. */
export function mayBeDialed(record: ListRecord, settings: DialSettings, now: number): boolean {
  return (
    record.recordStatus === RecordStatus.Retrieved &&
    record.recordType !== RecordType.NoCall &&
    record.attempt < settings.maxAttempts &&
    (!isScheduledType(record.recordType) || (record.scheduledAt ?? 0) <= now) &&
    callableAt(record, settings, now).open
  );
}
