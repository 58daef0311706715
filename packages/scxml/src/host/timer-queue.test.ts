import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimerQueue } from './timer-queue.js';

it('gives items by time, and those of the same time in the order in which they came', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.boolean())), (entries) => {
      const queue = new TimerQueue<{ due: number; order: number }>();
      entries.forEach(([due], order) => {
        queue.add(due, { due, order });
      });
      const dropped = new Set(entries.flatMap(([, isDropped], order) => (isDropped ? [order] : [])));
      queue.drop(({ order }) => dropped.has(order));
      const taken = [];
      while (queue.nextDue !== undefined) taken.push(queue.take());
      const expected = entries
        .map(([due], order) => ({ due, order }))
        .filter(({ order }) => !dropped.has(order))
        .sort((a, b) => a.due - b.due || a.order - b.order);
      expect(taken).toEqual(expected);
    }),
  );
});
