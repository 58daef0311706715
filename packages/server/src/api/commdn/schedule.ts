import { type JsonObject, type KvList, MOST_INTEGER } from '../../kernel/index.js';
import {
  dialModeNumber,
  dialModeOf,
  optimizeByNumber,
  optimizeByOf,
  type Schedule,
  type ScheduleItem,
  type SequenceView,
} from '../../outbound/index.js';

const SECOND_MS = 1000;
/** The last second of the year 9999. */
const LATEST_S = 253_402_300_799;

/**
 * Reads `campaign_schedule` (reference 002). `status` is for output and not looked at.
 * @returns undefined when it is malformed: no items, an item that is missing, a value that is no integer or outside its
 *   enumeration
 */
export function readSchedule(list: KvList): Schedule | undefined {
  const count = list.integer('nItems');
  if (typeof count !== 'number' || count < 1) return undefined;
  const items: ScheduleItem[] = [];
  for (let index = 1; index <= count; index += 1) {
    const item = list.list(`scheduleItem-${index}`);
    const read = item && readItem(item);
    if (!read) return undefined;
    items.push(read);
  }
  const description = list.text('Description') ?? '';
  const startTime = secondsOf(list, 'startTime');
  if (typeof description !== 'string' || startTime === 'invalid') return undefined;
  return { description, ...(startTime !== undefined && { startTime }), items };
}

function readItem(item: KvList): ScheduleItem | undefined {
  const campaign = countOf(item, 'campaignDBID');
  const mode = choice(item, 'dialMode', dialModeOf);
  const method = choice(item, 'optMethod', optimizeByOf);
  const goal = countOf(item, 'optMethodValue');
  const stopAtTime = secondsOf(item, 'stopAtTime');
  const [contacts, dials, sleep] = ['stopAtContacts', 'stopAtDials', 'sleepBeforeNextStart'].map((key) =>
    countOf(item, key),
  );
  if (typeof campaign !== 'number' || goal === 'invalid' || stopAtTime === 'invalid') return undefined;
  if (mode === 'invalid' || method === 'invalid') return undefined;
  if (contacts === 'invalid' || dials === 'invalid' || sleep === 'invalid') return undefined;
  return {
    campaign,
    ...(mode !== undefined && { dialMode: mode }),
    ...(method !== undefined && { optimizeBy: method }),
    ...(goal !== undefined && { optimizeGoal: goal }),
    ...(stopAtTime !== undefined && { stopAtTime }),
    ...(contacts !== undefined && { stopAtContacts: contacts }),
    ...(dials !== undefined && { stopAtDials: dials }),
    sleepBeforeNextStart: sleep ?? 0,
  };
}

/** An enumeration; 0 says nothing, like an absent value. */
function choice<T>(item: KvList, key: string, of: (number: number) => T | undefined): T | 'invalid' | undefined {
  const number = item.integer(key);
  if (number === undefined || number === 0) return undefined;
  return number === 'invalid' ? 'invalid' : (of(number) ?? 'invalid');
}

function countOf(item: KvList, key: string, most = MOST_INTEGER): number | 'invalid' | undefined {
  const number = item.integer(key);
  return typeof number === 'number' && (number < 0 || number > most) ? 'invalid' : number;
}

/** Seconds since 1970, as milliseconds; 0 is absent. */
function secondsOf(item: KvList, key: string): number | 'invalid' | undefined {
  const seconds = countOf(item, key, LATEST_S);
  if (typeof seconds !== 'number') return seconds;
  return seconds === 0 ? undefined : seconds * SECOND_MS;
}

/** `campaign_schedule` of a sequence, with the status of each item. */
export function shownSchedule({ schedule, statuses }: SequenceView): JsonObject {
  const { description, startTime, items } = schedule;
  return {
    Description: description,
    ...(startTime !== undefined && { startTime: startTime / SECOND_MS }),
    nItems: items.length,
    ...Object.fromEntries(
      items.map((item, index) => [`scheduleItem-${index + 1}`, shownItem(item, statuses[index] ?? 0)]),
    ),
  };
}

function shownItem(item: ScheduleItem, status: number): JsonObject {
  return {
    campaignDBID: item.campaign,
    ...(item.dialMode !== undefined && { dialMode: dialModeNumber(item.dialMode) }),
    ...(item.optimizeBy !== undefined && { optMethod: optimizeByNumber(item.optimizeBy) }),
    ...(item.optimizeGoal !== undefined && { optMethodValue: item.optimizeGoal }),
    ...(item.stopAtTime !== undefined && { stopAtTime: item.stopAtTime / SECOND_MS }),
    ...(item.stopAtContacts !== undefined && { stopAtContacts: item.stopAtContacts }),
    ...(item.stopAtDials !== undefined && { stopAtDials: item.stopAtDials }),
    sleepBeforeNextStart: item.sleepBeforeNextStart,
    status,
  };
}
