import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallerNumber, chooseCallerId } from './caller-id.js';

const MUNICH: CallerNumber = { number: '+498900001', attestation: 'A' };
const BERLIN: CallerNumber = { number: '+493000002', attestation: 'A' };
const PARIS: CallerNumber = { number: '+33140000003', attestation: 'B', areas: ['+33', '+32'] };
const POOL = [MUNICH, BERLIN, PARIS];

describe('the number that a customer sees', () => {
  it.for<[string, string]>([
    ['+49891234567', MUNICH.number],
    ['+49301234567', BERLIN.number],
    ['+3225550123', PARIS.number],
    ['+33612345678', PARIS.number],
  ])('is the nearest one: %s', ([customer, number]) => {
    expect(chooseCallerId(POOL, 'area', customer, 0)?.number).toBe(number);
  });

  it('says what made it the nearest', () => {
    expect(chooseCallerId(POOL, 'area', '+49891234567', 0)?.why).toBe('nearest: +4989 in common');
    expect(chooseCallerId(POOL, 'area', '+12125550123', 0)?.why).toBe('none is near');
  });

  it('goes round', () => {
    const numbers = [0, 1, 2, 3].map((turn) => chooseCallerId(POOL, 'round-robin', '+49891234567', turn)?.number);
    expect(numbers).toEqual([MUNICH.number, BERLIN.number, PARIS.number, MUNICH.number]);
  });

  it('stays the same for a customer, and for most of them when a number is taken away', () => {
    const customers = Array.from({ length: 300 }, (_, index) => `+4989${1_000_000 + index}`);
    const before = customers.map((customer) => chooseCallerId(POOL, 'sticky', customer, 0)?.number);
    expect(new Set(before).size).toBe(3);
    const after = customers.map((customer) => chooseCallerId([MUNICH, BERLIN], 'sticky', customer, 9)?.number);
    customers.forEach((_, index) => {
      if (before[index] !== PARIS.number) expect(after[index]).toBe(before[index]);
    });
  });

  it('is one of the pool, whatever the order', () => {
    const order = fc.constantFrom('area' as const, 'round-robin' as const, 'sticky' as const);
    fc.assert(
      fc.property(order, fc.string(), fc.nat(), (by, customer, turn) => {
        expect(POOL.map(({ number }) => number)).toContain(chooseCallerId(POOL, by, customer, turn)?.number);
      }),
      { numRuns: 200 },
    );
    expect(chooseCallerId([], 'area', '+4989', 0)).toBeUndefined();
  });
});
