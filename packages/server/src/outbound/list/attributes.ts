import { Zone } from '../../calendar/index.js';
import { OutboundError } from '../errors.js';
import { COLUMNS, columnByName, customNameProblem, type ReadColumn, readCustom } from './columns.js';
import { customerIdOf } from './customer.js';
import { completeDraft, draftOf, type FieldProblem, type RecordDraft } from './draft.js';
import type { ListSettings } from './list-settings.js';
import { writeLocalTime } from './local-time.js';
import { PhoneKeys } from './phone-key.js';
import type { ListRecord } from './record.js';
import { zoneOf } from './record-row.js';

/** Values as the protocols carry them, by key (`GSW_PHONE`, names of columns). */
export type Attributes = Readonly<Record<string, unknown>>;

/**
 * A record under the keys of the protocols: what acknowledgements, `PreviewRecord` and attached data say about the record
 * itself (spec outbound.md 3.1, 3.4). Custom columns come under their own names, or the `send_attribute` of their field.
 * What a record does not have is left out.
 */
export function recordAttributes(
  record: ListRecord,
  settings: ListSettings | undefined,
  now: number,
): Record<string, string | number> {
  const attributes: Record<string, string | number> = { GSW_CALLING_LIST: record.list };
  const put = (key: string, value: string | number | undefined) => {
    if (value !== undefined) attributes[key] = value;
  };
  put('GSW_CALLING_LIST_DBID', settings?.dbid);
  for (const { name, key, write } of COLUMNS) {
    if (key !== undefined && name !== 'dial_sched_time') put(key, write(record));
  }
  put('contact_info', record.phone);
  put('GSW_TZ_OFFSET', Zone.named(record.zone).offsetAt(now) / 1000);
  put('GSW_DATE_TIME', record.scheduledAt === undefined ? undefined : writeLocalTime(record.scheduledAt, record.zone));
  put('GSW_CUSTOMER_ID', record.customerId);
  const sent = new Map(settings?.fields.map((field) => [field.name, field.sendAttribute ?? field.name]));
  for (const [name, value] of Object.entries(record.custom)) put(sent.get(name) ?? name, value);
  return attributes;
}

/** Columns that say which record it is and who holds it. */
const FIXED: ReadonlySet<string> = new Set(['record_id', 'chain_id', 'chain_n', 'campaign_id', 'group_id', 'app_id']);
/** Besides, what became of a record is not for requests to change. */
const NOT_CHANGED: ReadonlySet<string> = new Set([...FIXED, 'record_status', 'treatments']);
const NOT_CHANGED_BY_HAND: ReadonlySet<string> = new Set([...FIXED, 'record_status']);

/** Columns that may be empty. */
const NULLABLE = {
  dial_sched_time: 'scheduledAt',
  call_time: 'callTime',
  agent_id: 'agentId',
  treatments: 'treatments',
  media_ref: 'mediaRef',
  email_subject: 'emailSubject',
  email_template_id: 'emailTemplateId',
  switch_id: 'switchId',
} as const satisfies Record<string, keyof RecordDraft>;

/**
 * A record with what a request changes: protocol keys (`GSW_CALL_RESULT`), names of list columns (`contact_info`) and
 * custom columns; null takes a custom value away. Keys that identify, address or hold a record, and other keys of the
 * protocols, are left out of account, because desktops send back what they were given.
 * @throws OutboundError `invalid-attribute` with the key, `invalid-date-time`
 */
export function changeRecord(
  record: ListRecord,
  attributes: Attributes,
  settings: ListSettings | undefined,
): ListRecord {
  const draft = draftOf(record);
  applyAttributes(draft, attributes, settings, NOT_CHANGED);
  return changedBy(draft, record, settings);
}

/**
 * A record with columns that are changed by hand: as `changeRecord`, `treatments` included; null empties a column that
 * may be empty. `record_status` is left out of account.
 * @throws OutboundError `invalid-attribute` with the key, also where a column that stays would change; `invalid-date-time`
 */
export function changeColumns(record: ListRecord, columns: Attributes, settings: ListSettings | undefined): ListRecord {
  const draft = draftOf(record);
  for (const [key, value] of Object.entries(columns)) {
    const column = columnByName.get(key.toLowerCase());
    if (column && FIXED.has(column.name) && String(value ?? '') !== String(column.write(record) ?? '')) {
      throw new OutboundError('invalid-attribute', `${key} cannot be changed`);
    }
    if (value === null && column && isNullable(column.name)) draft[NULLABLE[column.name]] = undefined;
  }
  applyAttributes(draft, columns, settings, NOT_CHANGED_BY_HAND);
  return changedBy(draft, record, settings);
}

function isNullable(column: string): column is keyof typeof NULLABLE {
  return Object.hasOwn(NULLABLE, column);
}

function changedBy(draft: RecordDraft, record: ListRecord, settings: ListSettings | undefined): ListRecord {
  return {
    ...record,
    phone: draft.phone,
    phoneKey: draft.phone === record.phone ? record.phoneKey : new PhoneKeys(settings?.country).keyOf(draft.phone),
    phoneType: draft.phoneType,
    recordType: draft.recordType,
    callResult: draft.callResult,
    attempt: draft.attempt,
    scheduledAt: draft.scheduledAt,
    callTime: draft.callTime,
    dailyFrom: draft.dailyFrom,
    dailyTill: draft.dailyTill,
    tzName: draft.tzName,
    zone: zoneOf(draft.tzName),
    agentId: draft.agentId,
    treatments: draft.treatments,
    mediaRef: draft.mediaRef,
    emailSubject: draft.emailSubject,
    emailTemplateId: draft.emailTemplateId,
    switchId: draft.switchId,
    custom: draft.custom ?? {},
    customerId: customerIdOf(draft.custom, settings?.customerColumn),
  };
}

/**
 * Writes attributes into a draft.
 * @throws OutboundError `invalid-attribute` with the key, `invalid-date-time`
 */
export function applyAttributes(
  draft: RecordDraft,
  attributes: Attributes,
  settings: ListSettings | undefined,
  leftOut: ReadonlySet<string>,
): void {
  for (const [key, value] of Object.entries(attributes)) {
    const target = targetOf(key, settings);
    if (target === undefined || leftOut.has(target.column)) continue;
    if (value === null || value === undefined || value === '') {
      if (target.custom && draft.custom) delete draft.custom[target.column];
      continue;
    }
    const detail = target.custom
      ? (customNameProblem(target.column) ?? target.read(draft, value))
      : target.read(draft, value);
    if (detail) throw new OutboundError('invalid-attribute', key);
  }
  const problem = completeDraft(draft);
  if (problem) throw refusal(problem);
}

interface Target {
  column: string;
  read: ReadColumn;
  custom: boolean;
}

/** The column that a key means; undefined for keys of the protocols that no column belongs to. */
function targetOf(key: string, settings: ListSettings | undefined): Target | undefined {
  const lower = key.toLowerCase();
  const column = columnByName.get(lower);
  if (column) return { column: column.name, read: column.read, custom: false };
  const field = settings?.fields.find(
    ({ name, sendAttribute }) => name.toLowerCase() === lower || sendAttribute?.toLowerCase() === lower,
  );
  if (field) return { column: field.name, read: readCustom(field.name, field), custom: true };
  if (lower === 'gsw_customer_id' && settings?.customerColumn !== undefined) {
    return { column: settings.customerColumn, read: readCustom(settings.customerColumn, undefined), custom: true };
  }
  return lower.startsWith('gsw_') ? undefined : { column: key, read: readCustom(key, undefined), custom: true };
}

function refusal({ column }: FieldProblem): OutboundError {
  if (column === 'dial_sched_time') return new OutboundError('invalid-date-time', 'GSW_DATE_TIME');
  return new OutboundError('invalid-attribute', columnByName.get(column)?.key ?? column);
}
