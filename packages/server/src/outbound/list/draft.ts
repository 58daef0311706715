import { readTimeZone } from '../../config/index.js';
import { readLocalTime } from './local-time.js';
import { type CustomValue, type ListRecord, RECORD_DEFAULTS } from './record.js';
import { RecordStatus } from './record-status.js';
import { isPersonalType } from './record-type.js';

/**
 * A record in the making: what a line, a request or a stored record says, before the list gives it its numbers.
 * Times of day and instants have the units of `ListRecord`.
 */
export interface RecordDraft {
  recordId: number | undefined;
  chainId: number | undefined;
  chainN: number | undefined;
  phone: string;
  phoneType: ListRecord['phoneType'];
  recordType: ListRecord['recordType'];
  recordStatus: ListRecord['recordStatus'];
  callResult: number;
  attempt: number;
  /** A wall-clock time that needs the record's zone; it goes before `scheduledAt`. */
  scheduledText: string | undefined;
  scheduledAt: number | undefined;
  callTime: number | undefined;
  dailyFrom: number;
  dailyTill: number;
  tzName: string;
  campaignId: number | undefined;
  agentId: string | undefined;
  groupId: number | undefined;
  appId: number | undefined;
  treatments: string | undefined;
  mediaRef: number | undefined;
  emailSubject: string | undefined;
  emailTemplateId: number | undefined;
  switchId: number | undefined;
  custom: Record<string, CustomValue> | undefined;
  /** The numbers that it is written under. */
  place: Place | undefined;
  /** The number of its daily window, and what is derived from other columns: filled in when it is written. */
  windowId: number;
  phoneKey: string;
  customerId: string | undefined;
}

/** What identifies a record in its list. */
export interface Place {
  readonly recordId: number;
  readonly chainId: number;
  readonly chainN: number;
}

/** A draft with nothing but the defaults. */
export function newDraft(tzName: string): RecordDraft {
  return {
    recordId: undefined,
    chainId: undefined,
    chainN: undefined,
    phone: '',
    phoneType: RECORD_DEFAULTS.phoneType,
    recordType: RECORD_DEFAULTS.recordType,
    recordStatus: RECORD_DEFAULTS.recordStatus,
    callResult: RECORD_DEFAULTS.callResult,
    attempt: RECORD_DEFAULTS.attempt,
    scheduledText: undefined,
    scheduledAt: undefined,
    callTime: undefined,
    dailyFrom: RECORD_DEFAULTS.dailyFrom,
    dailyTill: RECORD_DEFAULTS.dailyTill,
    tzName,
    campaignId: undefined,
    agentId: undefined,
    groupId: undefined,
    appId: undefined,
    treatments: undefined,
    mediaRef: undefined,
    emailSubject: undefined,
    emailTemplateId: undefined,
    switchId: undefined,
    custom: undefined,
    place: undefined,
    windowId: 0,
    phoneKey: '',
    customerId: undefined,
  };
}

/** A draft that says what a record says. */
export function draftOf(record: ListRecord): RecordDraft {
  return {
    ...newDraft(record.tzName),
    recordId: record.recordId,
    chainId: record.chainId,
    chainN: record.chainN,
    phone: record.phone,
    phoneType: record.phoneType,
    recordType: record.recordType,
    recordStatus: record.recordStatus,
    callResult: record.callResult,
    attempt: record.attempt,
    scheduledAt: record.scheduledAt,
    callTime: record.callTime,
    dailyFrom: record.dailyFrom,
    dailyTill: record.dailyTill,
    campaignId: record.campaignId,
    agentId: record.agentId,
    groupId: record.groupId,
    appId: record.appId,
    treatments: record.treatments,
    mediaRef: record.mediaRef,
    emailSubject: record.emailSubject,
    emailTemplateId: record.emailTemplateId,
    switchId: record.switchId,
    custom: { ...record.custom },
    place: record,
    phoneKey: record.phoneKey,
    customerId: record.customerId,
  };
}

/** What is wrong with a value: the column and what it would have to be. */
export interface FieldProblem {
  column: string;
  detail: string;
}

/**
 * The rules that concern more than one column; brings the draft into the form in which it is stored.
 * @returns the first thing that is wrong
 */
export function completeDraft(draft: RecordDraft): FieldProblem | undefined {
  if (draft.phone === '') return { column: 'contact_info', detail: 'is missing' };
  if (draft.dailyFrom === draft.dailyTill) {
    return { column: 'daily_till', detail: 'is the same as daily_from, which leaves no time to dial' };
  }
  if (isPersonalType(draft.recordType) && draft.agentId === undefined) {
    return { column: 'agent_id', detail: 'is missing: a personal callback needs its agent' };
  }
  if (draft.scheduledText !== undefined) {
    const at = readLocalTime(draft.scheduledText, readTimeZone(draft.tzName)?.zone ?? draft.tzName);
    if (at === undefined) {
      const detail = `is "${draft.scheduledText}", must be a time MM/DD/YYYY HH:MM or seconds since 1970`;
      return { column: 'dial_sched_time', detail };
    }
    draft.scheduledAt = at;
    draft.scheduledText = undefined;
  }
  return undefined;
}

/** Of a record that comes from outside nobody holds anything: a retrieved one (of an export, say) is ready. */
export function releaseDraft(draft: RecordDraft): void {
  if (draft.recordStatus === RecordStatus.Retrieved) draft.recordStatus = RecordStatus.Ready;
}
