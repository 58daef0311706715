import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttributeType, checkValue } from './attribute-schema.js';
import { nextDue, parseCron } from './cron.js';
import { newCustomerId, newServiceId } from './ids.js';
import { parseRetentionPeriod } from './retention-period.js';
import { storable } from './storable.js';

const DAY = 86_400_000;

describe('retention periods', () => {
  it.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['7d', 7 * DAY],
    ['1w', 7 * DAY],
    ['1M', 30 * DAY],
    ['5y', 5 * 365 * DAY],
    ['5', undefined],
    ['y', undefined],
    ['-1d', undefined],
    ['1D', undefined],
  ])('%s', (text, expected) => {
    expect(parseRetentionPeriod(text)).toBe(expected);
  });
});

describe('cron expressions', () => {
  it.each([
    ['30 * * * *', '2026-03-02T10:15:00Z', '2026-03-02T10:30:00Z'],
    ['30 * * * *', '2026-03-02T10:30:00Z', '2026-03-02T11:30:00Z'],
    ['0 3 * * *', '2026-03-02T10:15:00Z', '2026-03-03T03:00:00Z'],
    ['*/20 8-9 * * 1-5', '2026-03-06T09:45:00Z', '2026-03-09T08:00:00Z'],
    ['0 0 29 2 *', '2026-03-02T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['0 0 1 * 0', '2026-03-02T00:00:00Z', '2026-03-08T00:00:00Z'],
    ['5,10 0 * * 7', '2026-03-02T00:00:00Z', '2026-03-08T00:05:00Z'],
  ])('%s after %s', (text, after, due) => {
    const cron = parseCron(text);
    expect(cron && nextDue(cron, Date.parse(after))).toBe(Date.parse(due));
  });

  it.each(['', '* * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', 'x * * * *', '5-1 * * * *', '*/0 * * * *'])(
    '%s is none',
    (text) => {
      expect(parseCron(text)).toBeUndefined();
    },
  );

  it('that are never due say so', () => {
    const cron = parseCron('0 0 30 2 *');
    expect(cron && nextDue(cron, 0)).toBeUndefined();
  });

  it('are due at the first minute that fits, whatever they are', () => {
    const field = (from: number, to: number) =>
      fc.oneof(fc.constant('*'), fc.integer({ min: from, max: to }).map(String));
    fc.assert(
      fc.property(
        fc.tuple(field(0, 59), field(0, 23), fc.constant('*'), fc.constant('*'), field(0, 6)),
        fc.integer({ min: 0, max: 2_000_000_000 }),
        (fields, after) => {
          const cron = parseCron(fields.join(' '));
          const due = cron && nextDue(cron, after * 1000);
          if (due === undefined) throw new Error('every such expression is due within a week');
          let expected = Math.floor(after / 60) * 60_000;
          const fits = (time: number) => {
            const date = new Date(time);
            const parts = [date.getUTCMinutes(), date.getUTCHours(), 0, 0, date.getUTCDay()];
            return fields.every((one, index) => one === '*' || Number(one) === parts[index]);
          };
          do expected += 60_000;
          while (!fits(expected));
          expect(due).toBe(expected);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('ids', () => {
  it('of services are UUIDs of version 7 that sort by time', () => {
    const ids = [1, 2, 3].map((second) => newServiceId(1_790_000_000_000 + second));
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...ids].sort()).toEqual(ids);
  });

  it('of customers have 16 characters and sort by time', () => {
    const ids = [1, 2, 40].map((step) => newCustomerId(1_790_000_000_000 + step));
    for (const id of ids) expect(id).toMatch(/^[0-9A-Z]{16}$/);
    expect([...ids].sort()).toEqual(ids);
  });
});

describe('storable values', () => {
  it.each([['a\0b'], [{ x: ['\ud800'] }], [{ '\0': 1 }], ['\udc00x']])('%j is not one', (value) => {
    expect(() => storable('field', value)).toThrow('NUL');
  });
  it.each([['\\u0000'], [{ text: 'C:\\ud800\\x' }], ['😀'], [null], [[1, { a: true }]]])('%j is one', (value) => {
    expect(JSON.parse(storable('field', value))).toEqual(value);
  });
});

describe('attribute types', () => {
  it.each<[AttributeType, unknown[], unknown[]]>([
    ['string', ['', 'x'], [1, true, {}]],
    ['integer', [0, -2_147_483_647], [1.5, 2_147_483_648, '1']],
    ['long', [9_007_199_254_740_991], [1.5, '1']],
    ['double', [1.5, 1], ['1.5']],
    ['boolean', [true, false], ['true', 1]],
    ['currency', [12.5, '12.50', '-3'], ['12.34567', 'EUR 1']],
    ['date', ['2026-01-31'], ['2026-02-30', '31.01.2026', 1]],
    ['datetime', ['2026-01-31T12:00:00.000Z', '2026-01-31T12:00:00+01:00'], ['2026-01-31', 'now']],
  ])('%s', (type, right, wrong) => {
    const check = (value: unknown) => () => checkValue('x', JSON.parse(JSON.stringify(value)), { name: 'x', type });
    for (const value of right) expect(check(value)).not.toThrow();
    for (const value of wrong) expect(check(value)).toThrow("Invalid value of 'x'");
  });
});
