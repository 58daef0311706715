import { readCallResult, readTimeZone } from '../../config/index.js';
import { ContactType } from './contact-type.js';
import type { RecordDraft } from './draft.js';
import type { FieldDefinition } from './fields.js';
import type { CustomValue, ListRecord } from './record.js';
import { RecordStatus } from './record-status.js';
import { RecordType } from './record-type.js';

/** How the value of a column is read: what is wrong with it, if anything; what is right goes into the draft. */
export type ReadColumn = (draft: RecordDraft, value: unknown) => string | undefined;

export interface Column {
  readonly name: string;
  /** Key of the protocols. */
  readonly key?: string;
  readonly read: ReadColumn;
  /** Its value as it is exported; undefined: empty. */
  readonly write: (record: ListRecord) => string | number | undefined;
}

const MOST_INT = 2_147_483_647;
const MOST_BIGINT = Number.MAX_SAFE_INTEGER;
const SECOND_MS = 1000;
const DAY_S = 86_400;

/** The columns that every list has (spec outbound.md 4.1), in the original's order. */
export const COLUMNS: readonly Column[] = [
  column('record_id', undefined, integer('recordId', 1, MOST_BIGINT), ({ recordId }) => recordId),
  column('contact_info', 'GSW_PHONE', readPhone, ({ phone }) => phone),
  column('contact_info_type', 'GSW_PHONE_TYPE', enumeration('phoneType', ContactType), ({ phoneType }) => phoneType),
  column('record_type', 'GSW_RECORD_TYPE', enumeration('recordType', RecordType), ({ recordType }) => recordType),
  column(
    'record_status',
    'GSW_RECORD_STATUS',
    enumeration('recordStatus', RecordStatus),
    ({ recordStatus }) => recordStatus,
  ),
  column('call_result', 'GSW_CALL_RESULT', readResult, ({ callResult }) => callResult),
  column('attempt', 'GSW_ATTEMPTS', integer('attempt', 0, MOST_INT), ({ attempt }) => attempt),
  column('dial_sched_time', 'GSW_DATE_TIME', readScheduledTime, ({ scheduledAt }) => seconds(scheduledAt)),
  column('call_time', 'GSW_CALL_TIME', readCallTime, ({ callTime }) => seconds(callTime)),
  column('daily_from', 'GSW_FROM', timeOfDay('dailyFrom', DAY_S - 1), ({ dailyFrom }) => dailyFrom),
  column('daily_till', 'GSW_UNTIL', timeOfDay('dailyTill', DAY_S), ({ dailyTill }) => dailyTill),
  column('tz_dbid', undefined, readZone, ({ tzName }) => readTimeZone(tzName)?.dbid),
  column('tz_name', 'GSW_TZ_NAME', readZone, ({ tzName }) => tzName),
  column('campaign_id', undefined, integer('campaignId', 0, MOST_INT), ({ campaignId }) => campaignId),
  column('agent_id', 'GSW_AGENT_ID', text('agentId', 32), ({ agentId }) => agentId),
  column('chain_id', 'GSW_CHAIN_ID', integer('chainId', 1, MOST_BIGINT), ({ chainId }) => chainId),
  column('chain_n', 'GSW_CHAIN_N', integer('chainN', 0, MOST_INT), ({ chainN }) => chainN),
  column('group_id', undefined, integer('groupId', 0, MOST_INT), ({ groupId }) => groupId),
  column('app_id', undefined, integer('appId', 0, MOST_INT), ({ appId }) => appId),
  column('treatments', undefined, text('treatments', 255), ({ treatments }) => treatments),
  column('media_ref', undefined, integer('mediaRef', 0, MOST_INT), ({ mediaRef }) => mediaRef),
  column('email_subject', undefined, text('emailSubject', 255), ({ emailSubject }) => emailSubject),
  column('email_template_id', undefined, integer('emailTemplateId', 0, MOST_INT), (record) => record.emailTemplateId),
  column('switch_id', 'GSW_SWITCH_DBID', integer('switchId', 0, MOST_INT), ({ switchId }) => switchId),
];

/** The mandatory columns by name and by key of the protocols, in lower case. */
export const columnByName: ReadonlyMap<string, Column> = new Map(
  COLUMNS.flatMap((one) => [
    [one.name, one] as const,
    ...(one.key === undefined ? [] : [[one.key.toLowerCase(), one] as const]),
  ]),
);

function column(
  name: string,
  key: string | undefined,
  read: ReadColumn,
  write: (record: ListRecord) => string | number | undefined,
): Column {
  return { name, read, write, ...(key !== undefined && { key }) };
}

type NumberColumn =
  | 'recordId'
  | 'chainId'
  | 'chainN'
  | 'attempt'
  | 'campaignId'
  | 'groupId'
  | 'appId'
  | 'mediaRef'
  | 'emailTemplateId'
  | 'switchId';

function integer(property: NumberColumn, least: number, most: number): ReadColumn {
  return (draft, value) => {
    const number = integerOf(value);
    if (number === undefined || number < least || number > most) {
      return `is ${shown(value)}, must be a whole number from ${least} to ${most}`;
    }
    draft[property] = number;
    return undefined;
  };
}

/** A whole number, also as its digits. */
function integerOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string' || !/^\s*[+-]?\d{1,16}\s*$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

function text(property: 'agentId' | 'treatments' | 'emailSubject', most: number): ReadColumn {
  return (draft, value) => {
    const problem = textProblem(value, most);
    if (problem) return problem;
    draft[property] = String(value);
    return undefined;
  };
}

function textProblem(value: unknown, most: number): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return `is ${shown(value)}, must be a text`;
  const content = String(value);
  if (content.length > most) return `has ${content.length} characters, at most ${most} are allowed`;
  return content.includes('\0') ? 'contains a NUL character' : undefined;
}

const LONGEST_PHONE = 128;

function readPhone(draft: RecordDraft, value: unknown): string | undefined {
  const problem = textProblem(value, LONGEST_PHONE);
  if (problem) return problem;
  const phone = String(value).trim();
  for (let index = 0; index < phone.length; index += 1) {
    if (phone.charCodeAt(index) < 32) return 'contains a control character';
  }
  draft.phone = phone;
  return undefined;
}

type EnumeratedColumn = 'phoneType' | 'recordType' | 'recordStatus';

function enumeration<Property extends EnumeratedColumn>(
  property: Property,
  values: Readonly<Record<string, RecordDraft[Property]>>,
): ReadColumn {
  const byNumber = new Map<number, RecordDraft[Property]>(Object.values(values).map((value) => [value, value]));
  const byName = new Map(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));
  return (draft, value) => {
    const number = integerOf(value);
    const known = number === undefined ? byName.get(String(value).trim().toLowerCase()) : byNumber.get(number);
    if (known === undefined)
      return `is ${shown(value)}, must be one of ${Object.keys(values).join(', ')} or its number`;
    draft[property] = known;
    return undefined;
  };
}

function readResult(draft: RecordDraft, value: unknown): string | undefined {
  const result = readCallResult(value);
  if (result === undefined) return `is ${shown(value)}, must be a call result: its number (0 to 53) or name`;
  draft.callResult = result;
  return undefined;
}

/** Times are seconds since 1970; beyond this they are surely milliseconds. */
const LATEST_S = 32_503_680_000;

function readScheduledTime(draft: RecordDraft, value: unknown): string | undefined {
  const at = integerOf(value);
  if (at === undefined) {
    if (typeof value !== 'string') return `is ${shown(value)}, must be seconds since 1970 or MM/DD/YYYY HH:MM`;
    draft.scheduledText = value;
    return undefined;
  }
  if (at < 0 || at > LATEST_S) return `is ${at}, must be seconds since 1970`;
  draft.scheduledText = undefined;
  draft.scheduledAt = at === 0 ? undefined : at * SECOND_MS;
  return undefined;
}

function readCallTime(draft: RecordDraft, value: unknown): string | undefined {
  const at = integerOf(value);
  if (at === undefined || at < 0 || at > LATEST_S) return `is ${shown(value)}, must be seconds since 1970`;
  draft.callTime = at === 0 ? undefined : at * SECOND_MS;
  return undefined;
}

function timeOfDay(property: 'dailyFrom' | 'dailyTill', most: number): ReadColumn {
  return (draft, value) => {
    const time = integerOf(value) ?? clockTime(value);
    if (time === undefined || time < 0 || time > most) {
      return `is ${shown(value)}, must be seconds since midnight (0 to ${most}) or HH:MM`;
    }
    draft[property] = time;
    return undefined;
  };
}

function clockTime(value: unknown): number | undefined {
  const [, hours, minutes, second = '0'] = /^\s*(\d{1,2}):([0-5]\d)(?::([0-5]\d))?\s*$/.exec(String(value)) ?? [];
  return hours === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(second);
}

function readZone(draft: RecordDraft, value: unknown): string | undefined {
  const zone = typeof value === 'string' || typeof value === 'number' ? readTimeZone(value) : undefined;
  if (!zone)
    return `is ${shown(value)}, must be a zone object such as PST, its DBID, or a name such as America/New_York`;
  draft.tzName = zone.tzName;
  return undefined;
}

/** Longest name and value of a user-defined column. */
const LONGEST_NAME = 63;
const LONGEST_CUSTOM = 65_536;

/** The name that a user-defined column may have, or what is wrong with it. */
export function customNameProblem(name: string): string | undefined {
  if (name === '') return 'has no name';
  if (name.length > LONGEST_NAME) return `has a name of ${name.length} characters, at most ${LONGEST_NAME} are allowed`;
  if (name === '__proto__') return 'has a name that is reserved';
  return /\p{Cc}/u.test(name) ? 'has a name with a control character' : undefined;
}

/** Reads a user-defined column: of the type that its field declares, else a text or, where it comes as one, a number. */
export function readCustom(name: string, field: FieldDefinition | undefined): ReadColumn {
  return (draft, raw) => {
    const value = typeof raw === 'boolean' ? String(raw) : raw;
    const problem = customProblem(value, field);
    if (problem) return problem;
    draft.custom ??= {};
    draft.custom[name] = customValue(value, field);
    return undefined;
  };
}

function customProblem(value: unknown, field: FieldDefinition | undefined): string | undefined {
  switch (field?.type) {
    case 'int':
      return integerOf(value) === undefined ? `is ${shown(value)}, must be a whole number` : undefined;
    case 'float':
      return typeof value === 'number' || (typeof value === 'string' && FLOAT.test(value))
        ? undefined
        : `is ${shown(value)}, must be a number`;
    default:
      return textProblem(value, field?.length ?? LONGEST_CUSTOM);
  }
}

const FLOAT = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?\s*$/;

function customValue(value: unknown, field: FieldDefinition | undefined): CustomValue {
  const number = field?.type === 'int' || field?.type === 'float';
  if (number) return Number(value);
  return typeof value === 'number' && field === undefined ? value : String(value);
}

function seconds(at: number | undefined): number | undefined {
  return at === undefined ? undefined : Math.floor(at / SECOND_MS);
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 80 ? `${json.slice(0, 80)}...` : json;
}
