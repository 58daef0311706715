import { describe, expect, it } from 'vitest';
import { dayAfter, dayAt, itemsOn, nextDay, type Timetable } from './occurrence.js';

const item = { campaign: 'Sales', group: 'Agents' };

function timetable(more: Partial<Timetable>): Timetable {
  return { recurrence: 'Daily', startTime: '09:00', zone: 'Europe/Paris', items: [item], ...more };
}

describe('the days of a schedule', () => {
  it.each<[string, Partial<Timetable>, string, string | undefined]>([
    ['every day', {}, '2026-01-05', '2026-01-05'],
    ['on weekdays', { recurrence: 'Weekly', weekdays: ['Mon', 'Fri'] }, '2026-01-06', '2026-01-09'],
    ['on weekdays, today', { recurrence: 'Weekly', weekdays: ['Mon'] }, '2026-01-05', '2026-01-05'],
    ['on days of the month', { recurrence: 'Monthly', monthDays: [1, 15] }, '2026-01-16', '2026-02-01'],
    ['on a day that not every month has', { recurrence: 'Monthly', monthDays: [31] }, '2026-02-01', '2026-03-31'],
    ['on February 29', { recurrence: 'Monthly', monthDays: [30] }, '2027-01-31', '2027-03-30'],
    ['once', { recurrence: 'Once', date: '2026-03-01' }, '2026-01-05', '2026-03-01'],
    ['once, past', { recurrence: 'Once', date: '2026-03-01' }, '2026-03-02', undefined],
    ['not before it begins', { from: '2027-05-01' }, '2026-01-05', '2027-05-01'],
    ['not after it ends', { until: '2026-01-04' }, '2026-01-05', undefined],
    ['on its last day', { until: '2026-01-05' }, '2026-01-05', '2026-01-05'],
  ])('%s', (_name, more, from, expected) => {
    expect(nextDay(timetable(more), from)).toBe(expected);
  });

  it('are those of its zone', () => {
    const at = Date.UTC(2026, 0, 5, 23, 30);
    expect(dayAt(timetable({}), at)).toBe('2026-01-06');
    expect(dayAt(timetable({ zone: 'America/New_York' }), at)).toBe('2026-01-05');
    expect(dayAfter('2026-02-28')).toBe('2026-03-01');
  });
});

describe('the times of an item', () => {
  it('are those on the wall, also when the clocks change', () => {
    const plan = timetable({ items: [{ ...item, stopTime: '17:00' }] });
    const hours = (day: string) => itemsOn(plan, day).map(({ startAt, stopAt }) => [startAt, stopAt].map(iso))[0];
    expect(hours('2026-03-28')).toEqual(['2026-03-28T08:00:00.000Z', '2026-03-28T16:00:00.000Z']);
    expect(hours('2026-03-29')).toEqual(['2026-03-29T07:00:00.000Z', '2026-03-29T15:00:00.000Z']);
  });

  it('are a time of their own, and the end of the day where none is said', () => {
    const [own] = itemsOn(timetable({ items: [{ ...item, startTime: '10:30' }] }), '2026-01-05');
    expect([own?.startAt, own?.stopAt].map((at) => iso(at ?? 0))).toEqual([
      '2026-01-05T09:30:00.000Z',
      '2026-01-05T23:00:00.000Z',
    ]);
    const [shortDay] = itemsOn(timetable({}), '2026-03-29');
    expect(iso(shortDay?.stopAt ?? 0)).toBe('2026-03-29T22:00:00.000Z');
  });

  it('come as much later as the clocks go forward, where they leave the time out', () => {
    const [skipped] = itemsOn(timetable({ startTime: '02:30' }), '2026-03-29');
    expect(iso(skipped?.startAt ?? 0)).toBe('2026-03-29T01:30:00.000Z');
  });
});

function iso(at: number): string {
  return new Date(at).toISOString();
}
