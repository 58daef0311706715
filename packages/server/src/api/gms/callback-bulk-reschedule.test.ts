import { describe, expect, test } from 'vitest';
import { acceptanceBed, BASE, DAY, LATER, PRINTED } from './acceptance-bed.js';

const { bed, book, configure, fill } = await acceptanceBed();

describe('bulk reschedule', () => {
  const move = (payload: object) => bed.request('POST', '/1/admin/callback/reschedule', { payload });
  const booked = async (...times: string[]) => {
    const ids: string[] = [];
    for (const time of times) ids.push((await book(time)).body._id);
    return ids;
  };
  const times = async (ids: string[]) =>
    Promise.all(ids.map(async (id) => (await bed.record(id))?._desired_time?.slice(DAY.length, -8)));

  test('moves each by the same time, on its own', async () => {
    const ids = await booked('10:00', '10:02', '16:30');
    const { status, body } = await move({ ids: [...ids, 'unknown'], shift_minutes: 60 });
    expect(status).toBe(200);
    expect(body.results).toEqual([
      { _id: ids[0], status: 'success', _desired_time: `${DAY}11:00:00.000Z` },
      { _id: ids[1], status: 'success', _desired_time: `${DAY}11:02:00.000Z` },
      {
        _id: ids[2],
        status: 'failure',
        exception: `${PRINTED}CallbackServiceException`,
        message: '{"status":"closed","reason":"closed_no_match"}',
      },
      {
        _id: 'unknown',
        status: 'failure',
        exception: `${LATER}CallbackException`,
        message: 'No such request to reschedule : [unknown]',
      },
    ]);
    expect(await bed.counted()).toEqual({ used: 3, held: 3, wrong: 0 });
  });

  test('moves all to one time, as many as it takes, and offers the others what is free', async () => {
    configure({ _max_request_by_time_bucket: '2' });
    const ids = await booked('10:00', '10:00', '10:10');
    const { body } = await move({ ids, _new_desired_time: `${DAY}12:00:00.000Z` });
    expect(body.results.map(({ status }: { status: string }) => status)).toEqual(['success', 'success', 'failure']);
    expect(body.results[2]).toMatchObject({
      exception: `${PRINTED}CallbackExceptionAvailability`,
      availability: { [`${DAY}12:05:00.000Z`]: 2 },
    });
    expect(await times(ids)).toEqual(['12:00', '12:00', '10:10']);
  });

  test('finds the next free slots, in the order of the callbacks', async () => {
    configure({ _max_request_by_time_bucket: '2' });
    await fill('16:50', 1);
    const ids = await booked('10:20', '10:00', '10:10', '10:05');
    const { body } = await move({ ids, _new_desired_time: `${DAY}16:50:00.000Z`, next_free: true });
    expect(body.results.map(({ status }: { status: string }) => status)).toEqual(Array(4).fill('success'));
    expect(await times(ids)).toEqual(['09:00', '16:50', '16:55', '16:55']);
    expect((await bed.record(ids[0] ?? ''))?._desired_time).toBe('2026-03-03T09:00:00.000Z');
    expect(await bed.counted()).toEqual({ used: 5, held: 5, wrong: 0 });
  });

  test('leaves what is submitted or completed', async () => {
    const [cancelled = ''] = await booked('10:00');
    await bed.request('DELETE', `${BASE}/${cancelled}`);
    const { body: queued } = await bed.start('BasicCallback', { _customer_number: '5115' });
    const { body } = await move({ ids: [cancelled, queued._id], shift_minutes: '5', next_free: 'true' });
    expect(body.results.map(({ message }: { message: string }) => message)).toEqual([
      `No such request to reschedule : [${cancelled}]`,
      `No such request to reschedule : [${queued._id}]`,
    ]);
  });

  test.each([
    {},
    { ids: [] },
    { ids: 'x', shift_minutes: 1 },
    { ids: [], shift_minutes: 'soon' },
    { ids: [], shift_minutes: '' },
    { ids: [], shift_minutes: null },
    { ids: [], shift_minutes: 1e9 },
    { ids: [], _new_desired_time: 'soon' },
    { ids: [], _new_desired_time: `${DAY}12:00:00.000Z`, shift_minutes: 5 },
    [],
  ])('refuses %j', async (payload) => {
    const { status, body } = await move(payload);
    expect([status, body.exception]).toEqual([400, `${LATER}CallbackException`]);
  });
});
