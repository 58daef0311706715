import { describe, expect, it } from 'vitest';
import { capacityOption, exceptionsOption, readCapacityWeek, readExceptions, withHours } from './week-capacity.js';

describe('the capacity of a week', () => {
  it('is read from the options of its days, with the number of the day in them or without', () => {
    const week = readCapacityWeek({
      _capacity_1: '{"1":{"0900":4,"1700":0}}',
      _capacity_2: '{"1000":2}',
      _capacity_3: '[',
    });
    expect(week.map((day) => [...day])).toEqual([
      [
        [9, 4],
        [17, 0],
      ],
      [[10, 2]],
      [],
      [],
      [],
      [],
      [],
    ]);
  });

  it('is written as the service reads it', () => {
    const tuesday = withHours(new Map([[12, 5]]), 8, 10, 3);
    const { _capacity_2: written = '' } = capacityOption(1, tuesday);
    expect(JSON.parse(written)).toEqual({ '2': { '0800': 3, '0900': 3, '1200': 5 } });
    expect(capacityOption(1, withHours(tuesday, 0, 24, undefined))).toEqual({ _capacity_2: '{"2":{}}' });
  });

  it('keeps its exceptions by date', () => {
    const options = { _capacity_add: '{"2026-12-31":{"0900":1},"2026-12-24":{"1000":0}}' };
    const exceptions = readExceptions(options);
    expect(exceptions.map(([date]) => date)).toEqual(['2026-12-24', '2026-12-31']);
    expect(exceptionsOption(exceptions)).toEqual({
      _capacity_add: '{"2026-12-24":{"1000":0},"2026-12-31":{"0900":1}}',
    });
  });
});
