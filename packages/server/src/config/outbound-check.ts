import { DateTime } from 'luxon';
import type { ErrorDetail, JsonObject, JsonValue } from '../kernel/index.js';
import { isObject } from '../kernel/index.js';
import { readCallAction } from './call-actions.js';
import { readCallResult } from './call-results.js';
import { ConditionError, parseCondition, parseOrder } from './condition/index.js';
import { pointerTo } from './option-check.js';
import { readTimeZone } from './time-zones.js';
import { readTreatmentAction } from './treatment-actions.js';

/** Rules for calling lists, schedules, filters and treatments that their schemas cannot say. */

export function checkCallingList(_name: string, list: JsonObject): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  const { timeFrom, timeUntil, timeZone, fields } = list;
  if (timeFrom !== undefined && timeFrom === timeUntil) {
    details.push({ pointer: '/timeUntil', detail: 'is the same as timeFrom, which leaves no time to dial' });
  }
  details.push(...zoneComplaints(timeZone));
  const names = new Set<string>();
  for (const [index, field] of (Array.isArray(fields) ? fields : []).entries()) {
    const name = isObject(field) ? String(field.name).toLowerCase() : '';
    if (names.has(name)) details.push({ pointer: pointerTo('fields', index, 'name'), detail: 'is there twice' });
    if (MANDATORY_COLUMNS.has(name)) {
      const detail = 'is the name of a column that every calling list has';
      details.push({ pointer: pointerTo('fields', index, 'name'), detail });
    }
    names.add(name);
  }
  return details;
}

function zoneComplaints(timeZone: JsonValue | undefined): ErrorDetail[] {
  if (typeof timeZone !== 'string' || readTimeZone(timeZone)) return [];
  const detail = `is "${timeZone}", must be a zone object such as PST or a name such as America/New_York`;
  return [{ pointer: '/timeZone', detail }];
}

/** The field that says on which days a schedule runs, by its recurrence. */
const DAYS_OF: Readonly<Record<string, string>> = { Once: 'date', Weekly: 'weekdays', Monthly: 'monthDays' };

export function checkOutboundSchedule(_name: string, schedule: JsonObject): ErrorDetail[] {
  const { recurrence, timeZone, startTime, from, until, items } = schedule;
  const details = zoneComplaints(timeZone);
  const needed = DAYS_OF[String(recurrence)];
  for (const field of Object.values(DAYS_OF)) {
    const isThere = schedule[field] !== undefined;
    if (field === needed && !isThere) details.push({ pointer: pointerTo(field), detail: `is needed by ${recurrence}` });
    if (field !== needed && isThere)
      details.push({ pointer: pointerTo(field), detail: `has no meaning with ${recurrence}` });
  }
  for (const [field, value] of Object.entries({ date: schedule.date, from, until })) {
    if (typeof value === 'string' && !DateTime.fromISO(value).isValid) {
      details.push({ pointer: pointerTo(field), detail: `is ${value}, a day that there is not` });
    }
  }
  if (typeof from === 'string' && typeof until === 'string' && until < from) {
    details.push({ pointer: '/until', detail: `is ${until}, before from` });
  }
  const groups = new Set<string>();
  for (const [index, item] of (Array.isArray(items) ? items : []).entries()) {
    if (!isObject(item)) continue;
    const start = String(item.startTime ?? startTime);
    if (start < String(startTime)) {
      details.push({
        pointer: pointerTo('items', index, 'startTime'),
        detail: 'is before the startTime of the schedule',
      });
    }
    if (item.stopTime !== undefined && String(item.stopTime) <= start) {
      details.push({
        pointer: pointerTo('items', index, 'stopTime'),
        detail: `is ${item.stopTime}, must be after ${start}`,
      });
    }
    if (item.optimizeBy !== 'WaitTime' && Number(item.optimizeGoal ?? 0) > 100) {
      const detail = `is ${item.optimizeGoal}, must be a percentage`;
      details.push({ pointer: pointerTo('items', index, 'optimizeGoal'), detail });
    }
    const group = `${item.campaign}@${item.group}`;
    if (groups.has(group)) details.push({ pointer: pointerTo('items', index), detail: `has ${group} again` });
    groups.add(group);
  }
  return details;
}

/** The columns of every calling list: the original's CfgField reference, with `tz_name` of our own. */
export const mandatoryColumns = [
  'record_id',
  'contact_info',
  'contact_info_type',
  'record_type',
  'record_status',
  'call_result',
  'attempt',
  'dial_sched_time',
  'call_time',
  'daily_from',
  'daily_till',
  'tz_dbid',
  'tz_name',
  'campaign_id',
  'agent_id',
  'chain_id',
  'chain_n',
  'group_id',
  'app_id',
  'treatments',
  'media_ref',
  'email_subject',
  'email_template_id',
  'switch_id',
] as const;
const MANDATORY_COLUMNS: ReadonlySet<string> = new Set(mandatoryColumns);

export function checkFilter(_name: string, filter: JsonObject): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  for (const [member, parse] of [
    ['criteria', parseCondition],
    ['order', parseOrder],
  ] as const) {
    const source = filter[member];
    if (typeof source !== 'string' || source.trim() === '') continue;
    try {
      parse(source);
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      details.push({ pointer: pointerTo(member), detail: `is not understood: ${error.message}` });
    }
  }
  return details;
}

export function checkTreatment(_name: string, treatment: JsonObject): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  const { callResult, applyToRecord, applyToCall, cycleAttempt, date } = treatment;
  if (readCallResult(callResult) === undefined) {
    const detail = `is ${JSON.stringify(callResult)}, must be a call result: its number (6) or name (Busy)`;
    details.push({ pointer: '/callResult', detail });
  }
  const action = readTreatmentAction(applyToRecord);
  if (!action) {
    const detail = `is ${JSON.stringify(applyToRecord)}, must be an action: its number (3), name (Cycle) or label (Redial)`;
    details.push({ pointer: '/applyToRecord', detail });
  }
  if (applyToCall !== undefined && readCallAction(applyToCall) === undefined) {
    const detail = `is ${JSON.stringify(applyToCall)}, must be an action: its number (4) or name (Transfer)`;
    details.push({ pointer: '/applyToCall', detail });
  }
  const cycles = action === 'Cycle' || action?.startsWith('NextInChain');
  if (cycles && cycleAttempt === 0) {
    details.push({ pointer: '/cycleAttempt', detail: 'is 0, must be at least 1 for this action' });
  }
  if (action?.endsWith('AtDate') && date === undefined) {
    details.push({ pointer: '/date', detail: 'is missing: the action needs a date' });
  }
  return details;
}
