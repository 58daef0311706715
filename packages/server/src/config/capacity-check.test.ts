import { expect, test } from 'vitest';
import { checkService } from './option-check.js';

const capacity = (options: Record<string, string>) =>
  checkService({ _type: 'builtin', _service: 'capacity', ...options }).map(({ pointer, detail }) => [pointer, detail]);

test.each([
  ['C3: an hour of a weekday', { _capacity_2: '{"2":{"0900":1001}}' }, '/_capacity_2', 1001, 1000],
  ['an hour of a date', { _capacity_add: '{"2026-12-24":{"0900":5}}', _max_capacity: '4' }, '/_capacity_add', 5, 4],
])('%s that exceeds the maximum is refused', (_what, options, pointer, value, maximum) => {
  expect(capacity(options)).toEqual([[pointer, `Capacity ${value} exceeds the maximum capacity ${maximum}`]]);
});

test('a capacity service within its maximum is accepted, whatever its empty options look like', () => {
  const week = { _capacity_1: '{"1":{"0000":1000,"0100":0}}', _capacity_2: '', _capacity_add: '[]' };
  expect(capacity({ _capacity: '[Mon, Tue, Wed, Thu, Fri, Sat, Sun]', ...week })).toEqual([]);
});
