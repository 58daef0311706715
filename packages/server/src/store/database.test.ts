import { describe, expect, it } from 'vitest';
import { testDatabase } from './testing.js';

describe('values', () => {
  it('come back as numbers, milliseconds and JSON', async () => {
    const { database } = await testDatabase();
    const rows = await database.query(
      `select 9007199254740991::int8 as big, 1.5::numeric as numeric, '2026-02-03T04:05:06.789Z'::timestamptz as at,
         array[1, 2]::int8[] as bigs, array['2026-02-03T04:05:06Z', null]::timestamptz[] as ats, '2026-02-03'::date as day,
         '{"a": [1]}'::jsonb as json, array['a', 'b,c'] as texts`,
    );
    expect(rows).toEqual([
      {
        big: 9007199254740991,
        numeric: 1.5,
        at: Date.UTC(2026, 1, 3, 4, 5, 6, 789),
        bigs: [1, 2],
        ats: [Date.UTC(2026, 1, 3, 4, 5, 6), null],
        day: '2026-02-03',
        json: { a: [1] },
        texts: ['a', 'b,c'],
      },
    ]);
  });
});
