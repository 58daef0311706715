import { describe, expect, test } from 'vitest';
import { acceptanceBed, BASE, DAY, LATER, PRINTED } from './acceptance-bed.js';

const { bed, book, configure, fill } = await acceptanceBed();

describe('Cancel-Callback', () => {
  test('C1, C2: frees the place; a second time it is refused', async () => {
    const { body } = await book('10:00');
    // Clients send DELETE with a content type and no body.
    const headers = { 'content-type': 'application/json' };
    const cancelled = await bed.request('DELETE', `${BASE}/${body._id}`, { headers });
    expect([cancelled.status, cancelled.body]).toEqual([200, '']);
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'COMPLETED', _callback_reason: 'CANCELLED' });
    expect(await bed.counted()).toEqual({ used: 0, held: 0, wrong: 0 });
    const again = await bed.request('DELETE', `${BASE}/${body._id}`, { headers });
    expect(again.status).toBe(400);
    expect(again.body).toEqual({
      exception: `${PRINTED}CallbackException`,
      message: `No such request to cancel : [${body._id}]`,
    });
  });

  test('C3: a queued callback takes its session along', async () => {
    const { body } = await bed.start('Now', { _customer_number: '5115' });
    expect((await bed.request('DELETE', `/1/service/callback/Now/${body._id}`)).status).toBe(200);
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'COMPLETED', _callback_reason: 'CANCELLED' });
    expect(bed.sessions.started[0]?.ended).toBe('CANCELLED');
  });

  test('C5: a session that is gone keeps it, unless that is to be ignored', async () => {
    const { body } = await bed.start('Now', { _customer_number: '5115' });
    bed.sessions.clear();
    const path = `/1/service/callback/Now/${body._id}`;
    expect((await bed.request('DELETE', path)).status).toBe(400);
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'QUEUED' });
    expect((await bed.request('DELETE', `${path}?discard_ors_failure=true`)).status).toBe(200);
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'COMPLETED', _callback_reason: 'CANCELLED' });
  });

  test('is refused while customer and agent talk, for other services and for unknown ids', async () => {
    const { body } = await bed.start('Now', { _customer_number: '5115' });
    expect((await bed.request('DELETE', `${BASE}/${body._id}`)).status).toBe(400);
    expect((await bed.request('DELETE', `${BASE}/unknown`)).body.message).toBe('No such request to cancel : [unknown]');
    await bed.report(body._id, { type: 'customer-answered' });
    await bed.report(body._id, { type: 'agent-connected' });
    expect((await bed.request('DELETE', `/1/service/callback/Now/${body._id}`)).status).toBe(400);
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'PROCESSING' });
  });
});

describe('Reschedule-Callback', () => {
  const move = (id: string, payload: object) => bed.request('PUT', `${BASE}/${id}`, { payload });

  test('R1: moves the callback and its place', async () => {
    const { body } = await book('15:05');
    const moved = await move(body._id, { _new_desired_time: `${DAY}15:10:00.000Z` });
    expect([moved.status, moved.body]).toEqual([200, '']);
    expect(await bed.record(body._id)).toMatchObject({ _desired_time: `${DAY}15:10:00.000Z` });
    expect(await bed.counted()).toEqual({ used: 1, held: 1, wrong: 0 });
  });

  test('R2: a full bucket leaves the callback where it was and offers others', async () => {
    await fill('16:45', 5);
    await fill('16:55', 2);
    const { body } = await book('10:00');
    const refused = await move(body._id, { _new_desired_time: `${DAY}16:45:00.000Z` });
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({
      exception: `${PRINTED}CallbackExceptionAvailability`,
      message: `Too many requests at desired time [${DAY}16:45:00.000Z, ${DAY}16:50:00.000Z]. Proposing time slots.`,
      availability: { [`${DAY}16:25:00.000Z`]: 5, [`${DAY}16:55:00.000Z`]: 3 },
    });
    expect(await bed.record(body._id)).toMatchObject({ _desired_time: `${DAY}10:00:00.000Z` });
    expect(await bed.counted()).toEqual({ used: 8, held: 8, wrong: 0 });
  });

  test('R3: within its own bucket it always succeeds', async () => {
    await fill('16:45', 4);
    const { body } = await book('16:45');
    expect((await move(body._id, { _new_desired_time: `${DAY}16:48:00.000Z` })).status).toBe(200);
    expect(await bed.counted()).toEqual({ used: 5, held: 5, wrong: 0 });
  });

  test('R4: what is not scheduled any more cannot be moved', async () => {
    const { body } = await bed.start('BasicCallback', { _customer_number: '5115' });
    const refused = await move(body._id, { _new_desired_time: `${DAY}15:10:00.000Z` });
    expect(refused.status).toBe(400);
    expect(refused.body).toEqual({
      exception: `${LATER}CallbackException`,
      message: `No such request to reschedule : [${body._id}]`,
    });
  });

  test('R5: properties are merged, an empty one is taken away, and queries follow', async () => {
    configure({ _customer_lookup_keys: '_customer_number,color' });
    const { body } = await book('10:00', '5115', { color: 'v1' });
    expect(await bed.record(body._id)).toMatchObject({ color: 'v1' });
    expect((await move(body._id, { color: 'v2', _desired_time: `${DAY}10:00:00.000Z` })).status).toBe(200);
    expect(await bed.record(body._id)).toMatchObject({ color: 'v2', _desired_time: `${DAY}10:00:00.000Z` });
    expect((await bed.request('GET', `${BASE}?color=v1`)).body).toEqual([]);
    expect((await bed.request('GET', `${BASE}?color=v2`)).body).toHaveLength(1);
    expect((await move(body._id, { color: '' })).status).toBe(200);
    expect(await bed.record(body._id)).not.toHaveProperty('color');
    expect((await bed.request('GET', `${BASE}?color=v2`)).body).toEqual([]);
  });

  test('outside of the hours, too far ahead, not a time, nothing at all: refused', async () => {
    const { body } = await book('10:00');
    const cases: [object, string][] = [
      [{ _new_desired_time: `${DAY}20:00:00.000Z` }, '{"status":"closed","reason":"closed_no_match"}'],
      [{ _new_desired_time: '2026-06-01T10:00:00.000Z' }, 'is later than allowed'],
      [{ _new_desired_time: 'soon' }, 'Invalid date format for _new_desired_time : [soon]'],
      [{}, 'missing mandatory lookup key [_new_desired_time]'],
      [{ _new_desired_time: '' }, 'missing mandatory lookup key [_new_desired_time]'],
    ];
    for (const [payload, message] of cases) {
      const refused = await move(body._id, payload);
      expect(refused.status).toBe(400);
      expect(refused.body.message).toContain(message);
    }
  });
});
