import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemsOn, type Timetable } from './occurrence.js';
import { type ScheduleInput, type ScheduleProgress, scheduleStep } from './schedule-step.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday, midnight. */
const T0 = Date.UTC(2026, 0, 5);
const due: ScheduleInput = { type: 'due' };

const PLAN: Timetable = {
  recurrence: 'Daily',
  startTime: '09:00',
  zone: 'UTC',
  items: [
    { campaign: 'Sales', group: 'A', stopTime: '12:00', stopAtDials: 100 },
    { campaign: 'Night', group: 'A', startTime: '12:00', stopTime: '20:00', stopAtContacts: 5 },
  ],
};

/** Carries out inputs at given times; answers what was done, where it stands and when it is due again. */
function play(plan: Timetable | undefined, inputs: readonly (readonly [at: number, input?: ScheduleInput])[]) {
  let progress: ScheduleProgress | undefined;
  let dueAt: number | undefined;
  const effects: string[] = [];
  for (const [at, input = due] of inputs) {
    const outcome = scheduleStep(plan, progress, input, at);
    ({ progress, dueAt } = outcome);
    effects.push(...outcome.effects.map(({ type, campaignGroup }) => `${type} ${campaignGroup}`));
  }
  return { progress, dueAt, effects };
}

describe('an outbound schedule', () => {
  it('waits for its first day', () => {
    expect(play(PLAN, [[T0]])).toMatchObject({ effects: [], dueAt: T0 + 9 * HOUR, progress: { day: '2026-01-05' } });
  });

  it('begins and ends its items at their times, and waits for the next day', () => {
    const { effects, dueAt } = play(PLAN, [[T0], [T0 + 9 * HOUR], [T0 + 12 * HOUR], [T0 + 20 * HOUR]]);
    expect(effects).toEqual(['begin Sales@A', 'end Sales@A', 'begin Night@A', 'end Night@A']);
    expect(dueAt).toBe(T0 + DAY + 9 * HOUR);
  });

  it('ends an item at its dials or contacts, and not because of those of another', () => {
    const counted = (campaignGroup: string, dials: number, contacts: number): ScheduleInput => ({
      type: 'counted',
      ...{ campaignGroup, dials, contacts },
    });
    const at = T0 + 10 * HOUR;
    expect(play(PLAN, [[at], [at, counted('Sales@A', 99, 99)], [at, counted('Night@A', 100, 9)]]).effects).toEqual([
      'begin Sales@A',
    ]);
    const enough = play(PLAN, [[at], [at, counted('Sales@A', 100, 0)], [at]]);
    expect(enough.effects).toEqual(['begin Sales@A', 'end Sales@A']);
    expect(enough.progress?.items).toEqual({ 'Sales@A': { phase: 'done', reason: 'stopAtDials' } });
  });

  it('takes up what was missed while its time is not over', () => {
    const { effects, progress } = play(PLAN, [[T0 + 13 * HOUR]]);
    expect(effects).toEqual(['begin Night@A']);
    expect(progress?.items['Sales@A']).toEqual({ phase: 'done', reason: 'missed' });
  });

  it('ends what ran when nobody was there for days, and goes on with today', () => {
    const { effects, progress } = play(PLAN, [[T0 + 9 * HOUR], [T0 + 3 * DAY + 10 * HOUR]]);
    expect(effects).toEqual(['begin Sales@A', 'end Sales@A', 'begin Sales@A']);
    expect(progress?.day).toBe('2026-01-08');
  });

  it('ends what runs when the item or the schedule is taken away', () => {
    const { progress } = play(PLAN, [[T0 + 9 * HOUR]]);
    const without = { ...PLAN, items: PLAN.items.slice(1) };
    expect(scheduleStep(without, progress, due, T0 + 10 * HOUR).effects).toEqual([
      { type: 'end', campaignGroup: 'Sales@A' },
    ]);
    expect(scheduleStep(undefined, progress, due, T0 + 10 * HOUR)).toEqual({
      progress: undefined,
      effects: [{ type: 'end', campaignGroup: 'Sales@A' }],
    });
  });

  it('is over after its last day', () => {
    const once: Timetable = { ...PLAN, recurrence: 'Once', date: '2026-01-05' };
    const outcome = play(once, [[T0 + 9 * HOUR], [T0 + 12 * HOUR], [T0 + 20 * HOUR]]);
    expect(outcome.dueAt).toBeUndefined();
    expect(outcome.progress?.items).toMatchObject({ 'Night@A': { phase: 'done', reason: 'stopTime' } });
  });

  it('whenever it is looked at: runs exactly what the calendar says', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 * 24 * 4 }), { minLength: 1, maxLength: 60 }), (quarters) => {
        let progress: ScheduleProgress | undefined;
        const running = new Set<string>();
        for (const quarter of quarters.sort((a, b) => a - b)) {
          const at = T0 + (quarter * HOUR) / 4;
          const outcome = scheduleStep(PLAN, progress, due, at);
          progress = outcome.progress;
          for (const { type, campaignGroup } of outcome.effects) {
            // Nothing is begun or ended twice.
            expect(running.has(campaignGroup)).toBe(type === 'end');
            if (type === 'end') running.delete(campaignGroup);
            else running.add(campaignGroup);
          }
          const today = itemsOn(PLAN, new Date(at).toISOString().slice(0, 10));
          const wanted = today.filter(({ startAt, stopAt }) => startAt <= at && at < stopAt);
          expect([...running].sort()).toEqual(wanted.map(({ campaignGroup }) => campaignGroup).sort());
          if (outcome.dueAt !== undefined) expect(outcome.dueAt).toBeGreaterThan(at);
        }
      }),
    );
  });
});
