import { describe, expect, test } from 'vitest';
import { acceptanceBed, BASE, DAY, LATER } from './acceptance-bed.js';

const { bed, book, configure } = await acceptanceBed();

describe('Query-Callback', () => {
  test('Q1: the 2013 form finds outstanding callbacks by number', async () => {
    const { body } = await book('10:00', '555-5461206');
    const { status, body: found } = await bed.request('GET', `${BASE}?customer_number=555-5461206`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(status).toBe(200);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      _id: body._id,
      desired_time: `${DAY}10:00:00.000Z`,
      url: `/1/service/callback/BasicCallback/${body._id}`,
    });
    await bed.request('DELETE', `${BASE}/${body._id}`);
    expect((await bed.request('GET', `${BASE}?customer_number=555-5461206`)).body).toEqual([]);
    expect((await bed.request('GET', `${BASE}?_customer_number=5555461206`)).body).toHaveLength(1);
  });

  test('Q2: over all services, by state and its negation', async () => {
    const scheduled = await book('10:00');
    await bed.start('Now', { _customer_number: '5115' });
    await bed.request('DELETE', `${BASE}/${scheduled.body._id}`);
    const find = async (query: string) => (await bed.request('GET', `/1/service/callback?${query}`)).body;
    expect(await find('_customer_number=5115')).toHaveLength(2);
    expect(await find('_customer_number=5115&_callback_state=!COMPLETED')).toMatchObject([{ _service_name: 'Now' }]);
    expect(await find('_callback_state=COMPLETED')).toMatchObject([{ _callback_reason: 'CANCELLED' }]);
    expect(await find('_customer_number=5115&_callback_state=PAUSED')).toEqual([]);
  });

  test('Q3, Q4: by id an array with the standard keys; an unknown id finds nothing', async () => {
    const { body } = await book('10:00');
    const { body: found } = await bed.request('GET', `/1/service/callback?_id=${body._id}`);
    expect(Object.keys(found[0])).toEqual(
      expect.arrayContaining([
        ...['_id', '_desired_time', '_service_name', '_callback_state', '_expiration_time', '_customer_number'],
        ...['_url', 'url', 'desired_time'],
      ]),
    );
    const unknown = await bed.request('GET', '/1/service/callback?_id=bad_id');
    expect([unknown.status, unknown.body]).toEqual([200, []]);
  });

  test('Q5, Q6: several keys meet or join', async () => {
    configure({ _customer_lookup_keys: '_customer_number,_email' });
    await book('10:00', '1', { _email: 'a@x' });
    await book('10:00', '2', { _email: 'a@x' });
    await book('10:00', '3', { _email: 'b@x' });
    const find = async (query: string) => (await bed.request('GET', `${BASE}?${query}`)).body.length;
    expect(await find('_customer_number=1&_email=a@x')).toBe(1);
    expect(await find('_customer_number=3&_email=a@x')).toBe(0);
    expect(await find('_customer_number=3&_email=a@x&operand=OR')).toBe(3);
    expect(await find('_customer_number=9&_callback_state=SCHEDULED&operand=OR')).toBe(3);
    expect(await find('_email=none')).toBe(0);
  });

  test('needs a criterion, and a state that exists', async () => {
    for (const query of ['', '?_callback_state=LOST', '?_customer_number=1&_customer_number=2']) {
      const { status, body } = await bed.request('GET', `${BASE}${query}`);
      expect(status).toBe(400);
      expect(body.exception).toBe(`${LATER}CallbackException`);
    }
    expect((await bed.request('GET', '/1/service/callback/Unknown?_customer_number=1')).status).toBe(404);
  });
});
