import { expect, test } from 'vitest';
import { Activity, ManualClock } from '../kernel/index.js';
import { ResidentSessions } from './resident-sessions.js';
import type { SessionHead } from './turns.js';

function head(id: string, snapshot = '{}'): SessionHead {
  return {
    ...{ id, flow: 'f', version: 1, step: 1, snapshot, parameters: {}, callback: null, service: null },
    ...{ parent: null, invoke_id: null, ors: false, attributes: {} },
    environment: { session: {}, ixn: { firstixnid: null, interactions: {} } },
  };
}

function residents() {
  const forgotten: string[] = [];
  const clock = new ManualClock(0, new Activity());
  return { clock, forgotten, residents: new ResidentSessions(clock, (id) => forgotten.push(id)) };
}

test('a session that rests leaves memory, one that goes on stays', async () => {
  const { clock, forgotten, residents: all } = residents();
  all.keep(head('rests'));
  all.keep(head('goes on'));
  await clock.advance(6_000);
  all.keep(head('goes on'));
  await clock.advance(6_000);
  expect(forgotten).toEqual(['rests']);
  expect(all.get('rests')).toBeUndefined();
  expect(all.get('goes on')).toMatchObject({ id: 'goes on' });
  await clock.advance(10_000);
  expect(forgotten).toEqual(['rests', 'goes on']);
});

test('beyond the number that is kept the one that has rested longest leaves', () => {
  const { forgotten, residents: all } = residents();
  for (let each = 0; each <= 2_000; each += 1) all.keep(head(`s${each}`));
  expect(forgotten).toEqual(['s0']);
});

test('large sessions leave earlier', () => {
  const { forgotten, residents: all } = residents();
  const large = 'x'.repeat(24 * 1024 * 1024);
  for (const id of ['a', 'b', 'b', 'c']) all.keep(head(id, large));
  expect(forgotten).toEqual(['a']);
});
