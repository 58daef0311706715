import { readTimeZone } from '../../config/index.js';
import type { CustomFields, ListRecord } from './record.js';

/** A row of `calling_record` with the name of its list. */
export interface RecordRow {
  list: string;
  chain_id: number;
  chain_n: number;
  record_id: number;
  contact_info: string;
  phone_key: string;
  contact_info_type: ListRecord['phoneType'];
  record_type: ListRecord['recordType'];
  record_status: ListRecord['recordStatus'];
  status_before: ListRecord['recordStatus'] | null;
  call_result: number | null;
  attempt: number;
  dial_sched_time: number | null;
  call_time: number | null;
  daily_from: number;
  daily_till: number;
  tz_name: string;
  campaign_id: number | null;
  agent_id: string | null;
  group_id: number | null;
  app_id: number | null;
  treatments: string | null;
  media_ref: number | null;
  email_subject: string | null;
  email_template_id: number | null;
  switch_id: number | null;
  customer_id: string | null;
  custom: CustomFields | null;
}

/** The columns of `RecordRow` that are in `calling_record`. */
export const RECORD_COLUMNS = [
  'chain_id',
  'chain_n',
  'record_id',
  'contact_info',
  'phone_key',
  'contact_info_type',
  'record_type',
  'record_status',
  'status_before',
  'call_result',
  'attempt',
  'dial_sched_time',
  'call_time',
  'daily_from',
  'daily_till',
  'tz_name',
  'campaign_id',
  'agent_id',
  'group_id',
  'app_id',
  'treatments',
  'media_ref',
  'email_subject',
  'email_template_id',
  'switch_id',
  'customer_id',
  'custom',
] as const;

const SECOND_MS = 1000;
/** The original's "Unknown Call Result". */
const UNKNOWN_RESULT = 28;

export function toRecord(row: RecordRow): ListRecord {
  return {
    list: row.list,
    chainId: row.chain_id,
    chainN: row.chain_n,
    recordId: row.record_id,
    phone: row.contact_info,
    phoneKey: row.phone_key,
    phoneType: row.contact_info_type,
    recordType: row.record_type,
    recordStatus: row.record_status,
    statusBefore: row.status_before ?? undefined,
    callResult: row.call_result ?? UNKNOWN_RESULT,
    attempt: row.attempt,
    scheduledAt: row.dial_sched_time === null ? undefined : row.dial_sched_time * SECOND_MS,
    callTime: row.call_time === null ? undefined : row.call_time * SECOND_MS,
    dailyFrom: row.daily_from,
    dailyTill: row.daily_till,
    tzName: row.tz_name,
    zone: zoneOf(row.tz_name),
    campaignId: row.campaign_id ?? undefined,
    agentId: row.agent_id ?? undefined,
    groupId: row.group_id ?? undefined,
    appId: row.app_id ?? undefined,
    treatments: row.treatments ?? undefined,
    mediaRef: row.media_ref ?? undefined,
    emailSubject: row.email_subject ?? undefined,
    emailTemplateId: row.email_template_id ?? undefined,
    switchId: row.switch_id ?? undefined,
    custom: row.custom ?? {},
    customerId: row.customer_id ?? undefined,
  };
}

/** IANA name of a stored zone; a name that the platform has forgotten since counts as UTC. */
export function zoneOf(tzName: string): string {
  return readTimeZone(tzName)?.zone ?? 'UTC';
}
