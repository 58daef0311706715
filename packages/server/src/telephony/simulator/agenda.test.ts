import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Activity, ManualClock } from '../../kernel/index.js';
import { Agenda } from './agenda.js';

const actions = fc.array(
  fc.oneof(
    fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), due: fc.option(fc.integer({ min: 0, max: 50 })) }),
    fc.record({ advance: fc.integer({ min: 0, max: 20 }) }),
  ),
  { maxLength: 60 },
);

it('lets every key come due at the time noted last, in the order of the times', async () => {
  await fc.assert(
    fc.asyncProperty(actions, async (steps) => {
      const clock = new ManualClock(0, new Activity());
      const happened: [string, number, number][] = [];
      const agenda = new Agenda(clock, () => {
        for (let next = agenda.next(); next; next = agenda.next()) happened.push([next.key, next.due, clock.now()]);
      });
      const noted = new Map<string, number>();
      const expected: [string, number][] = [];
      for (const step of steps) {
        if ('key' in step) {
          const due = step.due === null ? undefined : clock.now() + step.due;
          agenda.set(step.key, due);
          if (due === undefined) noted.delete(step.key);
          else noted.set(step.key, due);
          continue;
        }
        await clock.advance(step.advance);
        const due = [...noted].filter(([, at]) => at <= clock.now()).sort(([, one], [, other]) => one - other);
        expected.push(...due);
        for (const [key] of due) noted.delete(key);
      }
      const byTime = (list: readonly (readonly [string, number, ...unknown[]])[]) =>
        list.map(([key, due]) => `${String(due).padStart(5)} ${key}`).sort();
      expect(byTime(happened)).toEqual(byTime(expected));
      expect(happened.map(([, due]) => due)).toEqual(expected.map(([, due]) => due));
      expect(happened.every(([, due, at]) => due === at)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it('stays small however often something is put off', () => {
  const clock = new ManualClock(0, new Activity());
  const agenda = new Agenda(clock, () => undefined);
  for (let time = 1; time <= 100_000; time += 1) agenda.set('key', time + 1_000_000);
  expect(agenda.size).toBeLessThan(2000);
});
