import { expect, it } from 'vitest';
import { Slots } from './slots.js';

it('admits as many as there are, the others in their order', async () => {
  const slots = new Slots(2);
  const order: number[] = [];
  const takers = [1, 2, 3, 4].map((taker) => slots.take().then(() => order.push(taker)));
  await Promise.all(takers.slice(0, 2));
  expect(order).toEqual([1, 2]);
  slots.give();
  await takers[2];
  slots.give();
  await takers[3];
  expect(order).toEqual([1, 2, 3, 4]);
});

it('refuses all who wait, and only them', async () => {
  const slots = new Slots(1);
  await slots.take();
  const waiting = [slots.take(), slots.take()];
  slots.refuseWaiting(new Error('away'));
  for (const taker of waiting) await expect(taker).rejects.toThrow('away');
  slots.give();
  await slots.take();
});

it('says when all are free again', async () => {
  const slots = new Slots(2);
  await slots.allFree();
  await slots.take();
  await slots.take();
  let free = false;
  const allFree = slots.allFree().then(() => {
    free = true;
  });
  slots.give();
  await Promise.resolve();
  expect(free).toBe(false);
  slots.give();
  await allFree;
});
