import { beforeEach, describe, expect, test } from 'vitest';
import { acceptanceBed, BASE, PRINTED, START } from './acceptance-bed.js';

const { bed, configure } = await acceptanceBed();

describe('Query-Availability', () => {
  const saturday = '2026-03-07T';

  beforeEach(() => {
    bed.configuration.set('services', 'hours', { _service: 'office-hours', _bh_regular1: 'Sat 08:00-12:00' });
    configure({ _request_time_bucket: '15' });
  });

  test('V1: free places around the time, by start of bucket', async () => {
    for (const time of ['09:00', '09:15']) {
      const body = { _customer_number: '1', _desired_time: `${saturday}${time}:00.000Z` };
      expect((await bed.start('BasicCallback', body)).status).toBe(200);
    }
    const { status, body } = await bed.request('GET', `${BASE}/availability?timestamp=${saturday}09:00:00.000Z`);
    expect(status).toBe(200);
    expect(body).toEqual(
      Object.fromEntries(
        ['08:00', '08:15', '08:30', '08:45', '09:00', '09:15', '09:30', '09:45'].map((time) => [
          `${saturday}${time}:00.000Z`,
          time === '09:00' || time === '09:15' ? 4 : 5,
        ]),
      ),
    );
  });

  test('V2: closing time is exclusive', async () => {
    const { status, body } = await bed.request('GET', `${BASE}/availability?timestamp=${saturday}12:00:00.000Z`);
    expect(status).toBe(400);
    expect(body).toEqual({
      exception: `${PRINTED}CallbackExceptionAvailability`,
      message: `Office is closed at ${saturday}12:00:00.000Z. No time slots proposed.`,
      availability: {},
    });
  });

  test('V3: a range, as many as wanted, the earliest first', async () => {
    const query = `start=${saturday}00:00:00.000Z&number-of-days=1&max-time-slots=3`;
    const { body } = await bed.request('GET', `${BASE}/availability?${query}`);
    expect(Object.keys(body)).toEqual(['08:00', '08:15', '08:30'].map((time) => `${saturday}${time}:00.000Z`));
  });

  test('V4, V5: version 2 with local times, and with the busy ones if asked', async () => {
    configure({ _request_time_bucket: '60', _max_request_by_time_bucket: '1' });
    await bed.start('BasicCallback', { _customer_number: '1', _desired_time: `${saturday}09:00:00.000Z` });
    const path = '/2/service/callback/BasicCallback/availability';
    const query = `start=${saturday}00:00:00.000Z&number-of-days=1&timezone=America/Toronto`;
    const { status, body } = await bed.request('GET', `${path}?${query}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ durationMin: 60, timezone: 'America/Toronto' });
    expect(body.slots[0]).toEqual({
      utcTime: `${saturday}08:00:00.000Z`,
      localTime: `${saturday}03:00:00.000`,
      capacity: 1,
      total: 1,
    });
    const hours = (slots: { utcTime: string }[]) => slots.map(({ utcTime }) => utcTime.slice(11, 13));
    expect(hours(body.slots)).toEqual(['08', '10', '11']);
    const busy = await bed.request('GET', `${path}?${query}&report-busy=true`);
    expect(hours(busy.body.slots)).toEqual(['08', '09', '10', '11']);
    expect(busy.body.slots[1]).toMatchObject({ capacity: 0, total: 1 });
    const local = await bed.request(
      'GET',
      `${path}?start=${saturday}04:00:00&end=${saturday}06:00:00&timezone=America/Toronto`,
    );
    expect(hours(local.body.slots)).toEqual(['10']);
  });

  test('V6: contradictions and nonsense are refused', async () => {
    const wrong = [
      `end=${saturday}00:00:00.000Z&number-of-days=1`,
      `end=${saturday}00:00:00.000Z&end-ms=1`,
      'start-ms=1&start=2026-03-07T00:00:00Z',
      'end=2026-01-01T00:00:00.000Z',
      'timezone=Mars/Olympus',
      'start=soon',
      'number-of-days=-1',
      'number-of-days=1000',
    ];
    for (const query of wrong) {
      const { status, body } = await bed.request('GET', `/2/service/callback/BasicCallback/availability?${query}`);
      expect([query, status]).toEqual([query, 400]);
      expect(body).toHaveProperty('exception');
    }
  });

  test('V7: version 2 on a closed day is empty, not an error', async () => {
    const { status, body } = await bed.request(
      'GET',
      '/2/service/callback/BasicCallback/availability?start=2026-03-08T00:00:00Z&number-of-days=1',
    );
    expect([status, body.slots]).toEqual([200, []]);
  });

  test('a capacity service replaces the constant', async () => {
    bed.configuration.set('services', 'cap', { _service: 'capacity', _capacity_6: '{"6":{"0800":2,"0900":0}}' });
    configure({ _request_time_bucket: '60', _capacity_service: 'cap' });
    const { body } = await bed.request(
      'GET',
      `${BASE}/availability?start=${saturday}00:00:00.000Z&end=${saturday}23:00:00.000Z`,
    );
    expect(body).toEqual({ [`${saturday}08:00:00.000Z`]: 2 });
    const refused = await bed.start('BasicCallback', {
      _customer_number: '1',
      _desired_time: `${saturday}09:30:00.000Z`,
    });
    expect(refused.body.availability).toEqual({ [`${saturday}08:00:00.000Z`]: 2 });
  });

  test('without parameters it looks at the present', async () => {
    bed.configuration.set('services', 'hours', { _service: 'office-hours', _bh_regular1: 'Mon-Sun 00:00-24:00' });
    const { body } = await bed.request('GET', '/2/service/callback/BasicCallback/availability');
    expect(body.slots).toHaveLength(8);
    expect(body.slots[0].utcTime).toBe(START);
  });

  test('an office-hours service that does not exist is said to be the fault', async () => {
    configure({ _business_hours_service: 'gone' });
    const { status, body } = await bed.request('GET', `${BASE}/availability`);
    expect(status).toBe(500);
    expect(body.message).toContain('The office-hours service [gone] is not configured.');
  });
});
