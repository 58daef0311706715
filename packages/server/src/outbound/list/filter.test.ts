import { describe, expect, test } from 'vitest';
import { parseCondition } from '../../config/index.js';
import { filterSql } from './filter.js';

const where = (criteria: string) =>
  filterSql({ name: 'f', criteria }, [
    { name: 'balance', type: 'float' },
    { name: 'code', type: 'varchar' },
  ]).where;

describe('criteria', () => {
  test.each([
    ['attempt < 3', '(r.attempt < 3)'],
    [
      'ATTEMPT != 3 and not Record_Type in (3, 6)',
      '((r.attempt <> 3) and (not (r.record_type = 3 or r.record_type = 6)))',
    ],
    ["contact_info like '511%'", "(r.contact_info like '511%')"],
    ['dial_sched_time is not null', '(not (r.dial_sched_time is null))'],
    ["attempt = '5'", '(r.attempt = 5)'],
    ["attempt = 'x'", "((r.attempt)::text = 'x')"],
    ["code = 'O''Hara'", "((r.custom ->> 'code') = 'O''Hara')"],
    ['attempt between 1 and 3 or chain_n = 1', '((r.attempt >= 1 and r.attempt <= 3) or (r.chain_n = 1))'],
    ["[it's] = 'a'", "((r.custom ->> 'it''s') = 'a')"],
  ])('%s', (criteria, sql) => {
    expect(where(criteria)).toBe(sql);
  });

  test('numbers in columns without a type are compared as numbers', () => {
    expect(where('age > 9')).toMatch(/case when \(r\.custom ->> 'age'\) ~ .*::numeric end\) > 9/);
    expect(where("age > '9'")).toBe("((r.custom ->> 'age') > '9')");
    expect(where('balance = 1.5')).toMatch(/::numeric end\) = 1\.5/);
  });

  test('order names columns, each up or down', () => {
    const { order } = filterSql({ name: 'f', order: 'call_time DESC, record_id, name' }, []);
    expect(order).toMatch(/^r\.call_time desc nulls last, r\.record_id asc nulls last, \(case when .* asc nulls last$/);
  });

  test.each([
    '1=1; drop table calling_record',
    'attempt = 1 -- comment',
    'attempt = /* x */ 1',
    'attempt = $1',
    'attempt = (select 1)',
    'pg_sleep(10)',
    "attempt = 'open",
    'attempt =',
    'attempt 3',
    'attempt in ()',
    'attempt in (record_type)',
    'attempt is 3',
    'attempt = null',
    '(attempt = 1',
    'attempt = 1)',
    'attempt = 1 union select 2',
    'name like age',
    "name = 'a\0'",
    `${'('.repeat(100)}attempt = 1${')'.repeat(100)}`,
    'x'.repeat(9000),
    '',
  ])('%s is refused, with the place', (criteria) => {
    expect(() => parseCondition(criteria)).toThrow(/at character \d+/);
  });
});
