import type { KvList } from '../../kernel/index.js';
import {
  type ChainScope,
  OutboundError,
  type ProcessedRequest,
  type RecordKeys,
  type RescheduleRequest,
} from '../../outbound/index.js';

/**
 * The user data of record requests, which desktops send as UserEvents and HTTP clients as bodies: the same keys in both
 * (spec outbound.md 2.2, 3.2). Everything throws OutboundError `invalid-attribute` with the key.
 */

/** Keys that say what is asked and of whom, not what the record is to hold. */
const ENVELOPE = new Set(
  [
    'GSW_AGENT_REQ_TYPE',
    'GSW_USER_EVENT',
    'GSW_APPLICATION_ID',
    'GSW_REFERENCE_ID',
    'GSW_RECORD_HANDLE',
    'GSW_CAMPAIGN_NAME',
    'GSW_CALLING_LIST',
    'GSW_TREATMENT',
    'GSW_CHAIN_ATTR',
  ].map((key) => key.toLowerCase()),
);

/** What the user data says of the record itself: list columns by their keys, and custom fields. */
export function recordFields(list: KvList): RecordKeys {
  const fields: Record<string, string | number> = {};
  for (const key of list.keys) {
    if (ENVELOPE.has(key.toLowerCase())) continue;
    const value = list.get(key);
    if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) fields[key] = value;
    else throw new OutboundError('invalid-attribute', key);
  }
  return fields;
}

/** A text that says something; an integer is taken as its digits, an empty text as absent. */
export function text(list: KvList, key: string): string | undefined {
  const value = list.text(key);
  if (typeof value === 'object') throw new OutboundError('invalid-attribute', key);
  return value?.trim() ? value : undefined;
}

export function requiredText(list: KvList, key: string): string {
  const value = text(list, key);
  if (value === undefined) throw new OutboundError('invalid-attribute', key);
  return value;
}

export function integer(list: KvList, key: string): number | undefined {
  const value = list.integer(key);
  if (value === 'invalid') throw new OutboundError('invalid-attribute', key);
  return value;
}

export function chainScope(list: KvList): ChainScope {
  const scope = text(list, 'GSW_CHAIN_ATTR') ?? 'AllChain';
  if (scope !== 'AllChain' && scope !== 'RecordOnly') throw new OutboundError('invalid-attribute', 'GSW_CHAIN_ATTR');
  return scope;
}

/** The enumerators of the API and the values on the wire (spec 3.1). */
const TREATMENTS: Readonly<Record<string, ProcessedRequest['treatment']>> = {
  personal: 'Personal',
  campaign: 'Campaign',
  recordtreatpersonal: 'Personal',
  recordtreatcampaign: 'Campaign',
};

export function processedRequest(list: KvList): ProcessedRequest {
  const name = text(list, 'GSW_TREATMENT');
  const treatment = name === undefined ? undefined : TREATMENTS[name.toLowerCase()];
  if (name !== undefined && treatment === undefined) throw new OutboundError('invalid-attribute', 'GSW_TREATMENT');
  return { ...(treatment !== undefined && { treatment }), fields: recordFields(list) };
}

export function rescheduleRequest(list: KvList): RescheduleRequest {
  const dateTime = requiredText(list, 'GSW_DATE_TIME');
  const type = requiredText(list, 'GSW_CALLBACK_TYPE').toLowerCase();
  if (type !== 'personal' && type !== 'campaign') throw new OutboundError('invalid-attribute', 'GSW_CALLBACK_TYPE');
  const tz = text(list, 'GSW_TZ_NAME');
  const phone = text(list, 'GSW_PHONE');
  return {
    dateTime,
    callbackType: type === 'personal' ? 'Personal' : 'Campaign',
    ...(tz !== undefined && { tz }),
    ...(phone !== undefined && { phone }),
  };
}

/** The acknowledgement of each request: `GSW_USER_EVENT`. */
export const ACKNOWLEDGEMENTS = {
  AddRecord: 'AddRecordAcknowledge',
  UpdateCallCompletionStats: 'UpdateCallCompletionStatsAcknowledge',
  RecordProcessed: 'RecordProcessedAcknowledge',
  RecordReject: 'RecordRejectAcknowledge',
  RecordReschedule: 'RecordRescheduleAcknowledge',
  ScheduledRecordReschedule: 'ScheduledRecordRescheduleAcknowledge',
  RequestRecordCancel: 'RecordCancelAcknowledge',
  DoNotCall: 'DoNotCallAcknowledge',
} as const;

export type RecordRequestName = keyof typeof ACKNOWLEDGEMENTS;
