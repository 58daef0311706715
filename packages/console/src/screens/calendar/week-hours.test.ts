import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { additionOn, openness, readWeek, type Week, weekEntries, weekOptions, withStretch } from './week-hours.js';

const read = (...entries: string[]) =>
  readWeek(Object.fromEntries(entries.map((entry, place) => [`_bh_regular${place}`, entry])));

describe('the weekly hours of an office', () => {
  it.each([
    [
      ['Mon-Fri 09:00-18:00', 'Sat 9:00-12:00'],
      ['Mon-Fri 09:00-18:00', 'Sat 09:00-12:00'],
    ],
    [['Mon 08:00-10:00', 'Mon 09:30-12:00'], ['Mon 08:00-12:00']],
    [['Sat-Mon 10:00-11:00'], ['Mon 10:00-11:00', 'Sat-Sun 10:00-11:00']],
    [['Sun 22:00-06:00'], ['Mon 00:00-06:00', 'Sun 22:00-24:00']],
    [['Mon-Sun 00:00-24:00'], ['Mon-Sun 00:00-24:00']],
    [['nonsense'], []],
  ])('%j are the entries %j', (given, entries) => {
    expect(weekEntries(read(...given))).toEqual(entries);
  });

  it('replace the options that said it before', () => {
    const before = { _bh_regular: 'Mon 09:00-10:00', _bh_regular7: 'Tue 09:00-10:00', _holiday1: '12-25' };
    const open = withStretch(readWeek(before), 2, { from: 540, to: 600 }, true);
    expect(weekOptions(before, open)).toEqual({
      _bh_regular: null,
      _bh_regular7: null,
      _bh_regular1: 'Mon-Wed 09:00-10:00',
    });
  });

  it('stay the same when they are written and read again, whatever they are', () => {
    const span = fc
      .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 1, max: 1440 }))
      .filter(([from, to]) => from < to);
    const stretches = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), span, fc.boolean()), { maxLength: 12 });
    fc.assert(
      fc.property(stretches, (changes) => {
        let week: Week = read();
        for (const [day, [from, to], open] of changes) {
          week = withStretch(week, day, { from, to }, open);
          expect(openness(week[day] ?? [], { from, to })).toBe(open ? 'open' : 'closed');
        }
        expect(read(...weekEntries(week))).toEqual(week);
      }),
    );
  });

  it('know how much of a stretch is open', () => {
    const [monday = []] = read('Mon 09:15-10:00');
    expect(openness(monday, { from: 540, to: 570 })).toBe('partly');
    expect(openness(monday, { from: 570, to: 600 })).toBe('open');
    expect(openness(monday, { from: 600, to: 630 })).toBe('closed');
  });
});

describe('additional hours', () => {
  it.each([
    ['12-24 09:00-12:00', '2026-12-24', [{ from: 540, to: 720 }]],
    ['2026-12-24 22:00-02:00', '2026-12-24', [{ from: 1320, to: 1440 }]],
    ['2025-12-24 09:00-12:00', '2026-12-24', []],
    ['soon', '2026-12-24', []],
  ])('%s on %s are %j', (value, date, spans) => {
    expect(additionOn(value, date)).toEqual(spans);
  });
});
