import { CallResult } from './call-result.js';
import { ContactType } from './contact-type.js';
import { RecordStatus } from './record-status.js';
import { RecordType } from './record-type.js';

/** Values of user-defined columns. */
export type CustomValue = string | number;
export type CustomFields = Readonly<Record<string, CustomValue>>;

/**
 * A record of a calling list. Instants are milliseconds since 1970 (the columns hold seconds); times of day are seconds
 * since local midnight in the record's zone. `list`, `chainId` and `chainN` identify it and never change.
 */
export interface ListRecord {
  readonly list: string;
  readonly chainId: number;
  /** From 1. */
  readonly chainN: number;
  /** Unique in its list. */
  readonly recordId: number;
  /** `contact_info`, as it was given. */
  readonly phone: string;
  /**
   * The form in which numbers are compared: E.164 (`+15115550100`) where the number can be brought into it, else its
   * digits, else the text in lower case. Derived from `phone` by the list.
   */
  readonly phoneKey: string;
  readonly phoneType: ContactType;
  readonly recordType: RecordType;
  readonly recordStatus: RecordStatus;
  /** Of a retrieved record: what it was before and goes back to, Ready or ChainReady. */
  readonly statusBefore?: RecordStatus | undefined;
  readonly callResult: CallResult;
  /** Attempts made, not counting redials after errors. */
  readonly attempt: number;
  /** `dial_sched_time`; counts for types 3 to 6 alone. */
  readonly scheduledAt?: number | undefined;
  /** `call_time`: the last processing. */
  readonly callTime?: number | undefined;
  readonly dailyFrom: number;
  /** Exclusive; 86400 ends the day. Smaller than `dailyFrom`: the window crosses midnight. */
  readonly dailyTill: number;
  /** As it was given: a zone object of the original (`PST`) or an IANA name. */
  readonly tzName: string;
  /** IANA name that `tzName` stands for. */
  readonly zone: string;
  /** DBID of the campaign that holds the record or made the last attempt. */
  readonly campaignId?: number | undefined;
  readonly agentId?: string | undefined;
  readonly groupId?: number | undefined;
  /** DBID of the OCS application that holds or held the record. */
  readonly appId?: number | undefined;
  /** Treatment history: see `treatment-history.ts`. */
  readonly treatments?: string | undefined;
  readonly mediaRef?: number | undefined;
  readonly emailSubject?: string | undefined;
  readonly emailTemplateId?: number | undefined;
  readonly switchId?: number | undefined;
  readonly custom: CustomFields;
  /** Text of the column named by option `customer_id`, if the record has it. Derived from `custom` by the list. */
  readonly customerId?: string | undefined;
}

/**
 * All records of a chain, those that are final already included, in the order in which they are to be dialed: that of
 * the list's filter, else by ascending `chainN`.
 */
export interface Chain {
  readonly list: string;
  readonly chainId: number;
  readonly records: readonly ListRecord[];
}

/** Who holds records: an application's campaign group. */
export interface RecordOwner {
  appId: number;
  groupId: number;
  campaignId: number;
}

/** Defaults of the mandatory columns (original's CfgField reference; spec outbound.md 4.1). */
export const RECORD_DEFAULTS = {
  phoneType: ContactType.HomePhone,
  recordType: RecordType.General,
  recordStatus: RecordStatus.Ready,
  callResult: CallResult.Unknown,
  attempt: 0,
  dailyFrom: 28_800,
  dailyTill: 64_800,
} as const;

/** Key of a record in maps: `list`, chain and number in it. */
export function recordKey(record: { list: string; chainId: number; chainN: number }): string {
  return `${record.chainId}/${record.chainN}/${record.list}`;
}
