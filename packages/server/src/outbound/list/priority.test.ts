import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_PRIORITIES, type DialingPriority, type TurnOfTypes, takeInTurns, typesInOrder } from './priority.js';
import { type CampaignTypeName, campaignTypes } from './record-type.js';

test('types are served by priority, of equal ones callbacks first', () => {
  expect(typesInOrder(DEFAULT_PRIORITIES)).toEqual(['CampaignCallBack', 'CampaignRescheduled', 'General']);
  const same = { General: { priority: 1 }, CampaignRescheduled: { priority: 1 }, CampaignCallBack: { priority: 1 } };
  expect(typesInOrder(same)).toEqual(['CampaignCallBack', 'CampaignRescheduled', 'General']);
  expect(typesInOrder({ ...same, General: { priority: 9 } })[0]).toBe('General');
});

/** One item after the other, looking at everything anew each time. */
function naive(
  queues: Record<CampaignTypeName, string[]>,
  priorities: DialingPriority,
  sizes: readonly number[],
): string[][] {
  const order = typesInOrder(priorities);
  const left = { ...queues };
  let [type, taken] = [0, 0];
  return sizes.map((size) => {
    const batch: string[] = [];
    if (!order.some((name) => priorities[name].nRecords)) [type, taken] = [0, 0];
    while (batch.length < size && order.some((name) => left[name].length > 0)) {
      const name = order[type % order.length] ?? 'General';
      const share = priorities[name].nRecords || Number.POSITIVE_INFINITY;
      const [next, ...rest] = left[name];
      if (next === undefined || taken === share) {
        type += 1;
        taken = 0;
      } else {
        batch.push(next);
        left[name] = rest;
        taken += 1;
      }
    }
    return batch;
  });
}

test('batches are taken in turns as a naive model takes them', () => {
  const priority = fc.record({ priority: fc.integer({ min: 0, max: 5 }), nRecords: fc.integer({ min: 0, max: 4 }) });
  const priorities = fc.record({ General: priority, CampaignRescheduled: priority, CampaignCallBack: priority });
  const counts = fc.tuple(...campaignTypes.map(() => fc.integer({ min: 0, max: 12 })));
  const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(priorities, counts, sizes, (by, [general = 0, rescheduled = 0, callbacks = 0], batches) => {
      const items = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}${index}`);
      const queues = {
        General: items('g', general),
        CampaignRescheduled: items('r', rescheduled),
        CampaignCallBack: items('c', callbacks),
      };
      let turn: TurnOfTypes | undefined;
      const left = { ...queues };
      const taken = batches.map((size) => {
        const batch = takeInTurns(left, by, size, turn);
        turn = batch.turn;
        for (const name of campaignTypes) left[name] = left[name].filter((item) => !batch.items.includes(item));
        return batch.items;
      });
      expect(taken).toEqual(naive(queues, by, batches));
    }),
  );
});
