import { dayAfter, dayAt, type ItemOfDay, itemsOn, nextDay, type Timetable } from './occurrence.js';

/**
 * What an outbound schedule does next (spec outbound.md 6, "Outbound Schedule"). Pure; the shell is outbound-schedules.ts.
 *
 * On each of its days an item waits for its start, runs until the first of its stop conditions, and is done. What was
 * missed because nobody was there is taken up while the item's time is not over.
 */
export interface ScheduleProgress {
  /** `YYYY-MM-DD` in the schedule's zone. */
  readonly day: string;
  /** By campaign group; one that is not there waits. */
  readonly items: Readonly<Record<string, ItemProgress>>;
}

export interface ItemProgress {
  readonly phase: 'running' | 'done';
  /** Why it is done. */
  readonly reason?: string;
}

export type ScheduleInput =
  | { type: 'due' }
  /** What an item has done since it began. */
  | { type: 'counted'; campaignGroup: string; dials: number; contacts: number };

export interface ScheduleEffect {
  type: 'begin' | 'end';
  campaignGroup: string;
}

export interface ScheduleOutcome {
  /** Undefined: it does not run any more. */
  progress: ScheduleProgress | undefined;
  effects: readonly ScheduleEffect[];
  /** When it is to be looked at again, milliseconds since 1970. */
  dueAt?: number;
}

/** @param timetable undefined when the schedule is not there any more: what it runs ends */
export function scheduleStep(
  timetable: Timetable | undefined,
  before: ScheduleProgress | undefined,
  input: ScheduleInput,
  now: number,
): ScheduleOutcome {
  const effects: ScheduleEffect[] = [];
  const items: Record<string, ItemProgress> = {};
  const end = (campaignGroup: string, reason: string) => {
    if (before?.items[campaignGroup]?.phase === 'running') effects.push({ type: 'end', campaignGroup });
    items[campaignGroup] = { phase: 'done', reason };
  };
  const planned = timetable && before ? itemsOn(timetable, before.day) : [];
  for (const [campaignGroup, item] of Object.entries(before?.items ?? {})) {
    items[campaignGroup] = item;
    const isPlanned = planned.some((other) => other.campaignGroup === campaignGroup);
    if (item.phase === 'running' && !isPlanned) end(campaignGroup, 'not in the schedule any more');
  }
  for (const item of planned) {
    const { campaignGroup } = item;
    const phase = items[campaignGroup]?.phase;
    if (phase === 'done') continue;
    const isOver = item.stopAt <= now;
    const limit = phase === 'running' ? limitReached(item, input) : undefined;
    if (isOver) end(campaignGroup, phase === 'running' ? 'stopTime' : 'missed');
    else if (limit !== undefined) end(campaignGroup, limit);
    else if (phase === undefined && item.startAt <= now) {
      effects.push({ type: 'begin', campaignGroup });
      items[campaignGroup] = { phase: 'running' };
    }
  }
  if (!timetable) return { progress: undefined, effects };
  const progress = before && { day: before.day, items };
  if (progress && planned.some(({ campaignGroup }) => items[campaignGroup]?.phase !== 'done')) {
    return { progress, effects, ...dueOf(planned, progress) };
  }
  return nextDayOf(timetable, progress, effects, now);
}

/** All of a day is done: it is kept until the next one begins, so that it can be seen what became of it. */
function nextDayOf(
  timetable: Timetable,
  progress: ScheduleProgress | undefined,
  effects: readonly ScheduleEffect[],
  now: number,
): ScheduleOutcome {
  const today = dayAt(timetable, now);
  const earliest = progress && progress.day >= today ? dayAfter(progress.day) : today;
  const day = nextDay(timetable, earliest);
  if (day === undefined) return { progress, effects };
  const following: ScheduleProgress = { day, items: {} };
  const planned = itemsOn(timetable, day);
  const firstAt = Math.min(...planned.map(({ startAt }) => startAt));
  if (progress && firstAt > now) return { progress, effects, dueAt: firstAt };
  if (firstAt > now) return { progress: following, effects, dueAt: firstAt };
  const outcome = scheduleStep(timetable, following, { type: 'due' }, now);
  return { ...outcome, effects: [...effects, ...outcome.effects] };
}

function dueOf(planned: readonly ItemOfDay[], { items }: ScheduleProgress): { dueAt: number } {
  const times = planned.flatMap(({ campaignGroup, startAt, stopAt }) => {
    const phase = items[campaignGroup]?.phase;
    if (phase === 'done') return [];
    return [phase === 'running' ? stopAt : startAt];
  });
  return { dueAt: Math.min(...times) };
}

function limitReached(item: ItemOfDay, input: ScheduleInput): string | undefined {
  if (input.type !== 'counted' || input.campaignGroup !== item.campaignGroup) return undefined;
  if (item.stopAtDials !== undefined && input.dials >= item.stopAtDials) return 'stopAtDials';
  if (item.stopAtContacts !== undefined && input.contacts >= item.stopAtContacts) return 'stopAtContacts';
  return undefined;
}
