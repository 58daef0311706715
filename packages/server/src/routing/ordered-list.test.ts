import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OrderedList } from './ordered-list.js';

interface Item {
  key: number;
}

it('an ordered list keeps order, ranks and membership through additions and removals', () => {
  const step = fc.record({ add: fc.boolean(), key: fc.integer({ min: 0, max: 2000 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 1500 }), (steps) => {
      const list = new OrderedList<Item>((a, b) => a.key - b.key);
      const model = new Map<number, Item>();
      for (const { add, key } of steps) {
        const known = model.get(key);
        if (add && !known) {
          const item = { key };
          model.set(key, item);
          list.add(item);
        } else if (!add) {
          expect(list.delete(known ?? { key })).toBe(known !== undefined);
          model.delete(key);
        }
      }
      const sorted = [...model.values()].sort((a, b) => a.key - b.key);
      expect([...list]).toEqual(sorted);
      expect(list.size).toBe(sorted.length);
      expect(list.first()).toBe(sorted[0]);
      sorted.forEach((item, index) => {
        expect(list.rank(item)).toBe(index);
        expect(list.has(item)).toBe(true);
      });
      expect(list.rank({ key: 1000.5 })).toBe(sorted.filter(({ key }) => key < 1000.5).length);
    }),
    { numRuns: 50 },
  );
});
