import { describe, expect, test } from 'vitest';
import { acceptanceBed, BASE, DAY, START } from './acceptance-bed.js';

const { bed, book, configure, configureNow } = await acceptanceBed();

describe('administration', () => {
  test('D1: the queues of the coming day', async () => {
    const { body } = await book('10:00');
    const past = { _reject_past_desired_time: '7200' };
    configureNow(past);
    const early = (minutes: number) => new Date(Date.parse(START) - minutes * 60_000).toISOString();
    await bed.start('Now', { _customer_number: '1', _desired_time: early(14) });
    await bed.start('Now', { _customer_number: '1', _desired_time: early(16) });
    const queues = await bed.request('GET', '/1/admin/callback/queues');
    expect(queues.status).toBe(200);
    expect(Object.keys(queues.body)).toEqual(['BasicCallback', 'Now']);
    expect(queues.body.BasicCallback).toMatchObject([
      {
        _id: body._id,
        desired_time: `${DAY}10:00:00.000Z`,
        url: `/1/service/callback/BasicCallback/${body._id}`,
        _customer_number: '5115',
        _callback_state: 'SCHEDULED',
      },
    ]);
    expect(queues.body.Now).toMatchObject([{ _desired_time: early(14) }]);
  });

  test('D2, D3: one queue, until a time, so many; certain states', async () => {
    for (const time of ['10:00', '11:00', '12:00', '13:00']) await book(time);
    const ask = async (query: string) => (await bed.request('GET', `/1/admin/callback/queues?${query}`)).body;
    const some = await ask(`target=BasicCallback&end_time=${DAY}12:30:00.000Z&max=2`);
    expect(Object.keys(some)).toEqual(['BasicCallback']);
    expect(some.BasicCallback.map(({ desired_time }: Record<string, string>) => desired_time)).toEqual([
      `${DAY}10:00:00.000Z`,
      `${DAY}11:00:00.000Z`,
    ]);
    expect((await ask(`end_time=${DAY}12:30:00.000Z`)).BasicCallback).toHaveLength(3);
    expect((await ask('states=QUEUED,SCHEDULED')).BasicCallback).toHaveLength(4);
    expect((await ask('states=QUEUED')).BasicCallback).toHaveLength(0);
    expect((await bed.request('GET', '/1/admin/callback/queues?target=Unknown')).status).toBe(404);
    expect((await bed.request('GET', '/1/admin/callback/queues?end_time=late')).status).toBe(400);
  });

  test('D4: filters of the option, and shown keys', async () => {
    bed.configuration.set('options', 'callback', {
      'filter-keys': '_service_type,_callback_state',
      'returned-keys': '_service_type',
    });
    await book('10:00', '1', { _service_type: 'gold' });
    await book('11:00', '2', { _service_type: 'silver' });
    const ask = async (query: string) => (await bed.request('GET', `/1/admin/callback/queues?${query}`)).body;
    expect((await ask('_service_type=gold')).BasicCallback).toMatchObject([{ _service_type: 'gold' }]);
    expect((await ask('_callback_state=QUEUED')).BasicCallback).toEqual([]);
    expect((await ask('foo=1&_customer_number=9')).BasicCallback).toHaveLength(2);
  });

  test('D5: cancels many of any service, each on its own', async () => {
    configure({ _max_request_by_time_bucket: '100' });
    configureNow({ _throttle_request_parameters_limit: '600' });
    const ids: string[] = [];
    for (let each = 0; each < 150; each += 1) {
      ids.push((await book(`10:${String((each % 30) * 2).padStart(2, '0')}`, `${each}`)).body._id);
    }
    for (let each = 0; each < 150; each += 1) ids.push((await bed.start('Now', { _customer_number: '5' })).body._id);
    const [processing, cancelled] = [ids[299] ?? '', ids[0] ?? ''];
    await bed.report(processing, { type: 'agent-connected' });
    await bed.request('DELETE', `${BASE}/${cancelled}`);
    const payload = { reason: 'CANCELLED_BY_ADMIN', ids: [...ids, 'unknown'] };
    const { status, body } = await bed.request('POST', '/1/admin/callback/cancel', { payload });
    expect(status).toBe(200);
    const titles = body.results.map((result: Record<string, string>) => result._ok_title);
    expect(titles.filter((title: string) => title === 'Ok')).toHaveLength(298);
    expect([body.results[0], body.results[299], body.results[300]]).toMatchObject([
      { _id: cancelled, status: 'failure', _ok_title: 'FAILURE_MISSING' },
      { _id: processing, status: 'failure', message: `No such request to cancel : [${processing}]` },
      { _id: 'unknown', status: 'failure' },
    ]);
    expect(await bed.record(ids[10] ?? '')).toMatchObject({ _callback_reason: 'CANCELLED_BY_ADMIN' });
    expect(await bed.record(cancelled)).toMatchObject({ _callback_reason: 'CANCELLED' });
    expect(await bed.record(processing)).toMatchObject({ _callback_state: 'PROCESSING' });
    expect(await bed.counted()).toMatchObject({ used: 0, wrong: 0 });

    const report = await bed.request('POST', '/1/admin/callback/reportcancelled', {
      payload: { callback_reason: 'CANCELLED_BY_ADMIN', exported_properties: ['_service_id', '_customer_number'] },
    });
    expect(report.headers).toMatchObject({
      'content-type': 'text/csv; charset=UTF-8',
      'content-disposition': 'attachment; filename="CancelledCallbacks.csv"',
    });
    const lines = report.body.trimEnd().split('\r\n');
    expect(lines[0]).toBe('_service_id,_customer_number');
    expect(lines).toHaveLength(298 + 1);
  });

  test('D6: the export defuses formulas and keeps numbers', async () => {
    const { body } = await book('10:00', '+1 650-466-1100', { note: '=1+1', said: 'a "b", c' });
    await bed.request('POST', '/1/admin/callback/cancel', { payload: { ids: [body._id] } });
    const payload = {
      callback_reason: 'CANCELLED_BY_ADMIN',
      exported_properties: ['_customer_number', 'note', 'said'],
    };
    const report = await bed.request('POST', '/1/admin/callback/reportcancelled', { payload });
    expect(report.body).toBe('_customer_number,note,said\r\n"+1 650-466-1100",\'=1+1,"a ""b"", c"\r\n');
  });

  test('D7: watermarks count what is submitted and not finished', async () => {
    const ask = async (query = '') => (await bed.request('GET', `/1/admin/callback/watermarks${query}`)).body;
    expect(await ask()).toEqual({ services: { BasicCallback: 0, Now: 0 }, total: 0 });
    await book('10:00');
    const queued = await bed.start('Now', { _customer_number: '1' });
    const talking = await bed.start('Now', { _customer_number: '2' });
    await bed.report(talking.body._id, { type: 'agent-connected' });
    expect(await ask()).toEqual({ services: { BasicCallback: 0, Now: 2 }, total: 2 });
    expect(await ask('?service_name=BasicCallback')).toEqual({ services: { BasicCallback: 0 }, total: 0 });
    expect(await ask('?service_name=Now&service_name=BasicCallback')).toMatchObject({ total: 2 });
    await bed.request('DELETE', `/1/service/callback/Now/${queued.body._id}`);
    expect(await ask('?service_name=Now')).toEqual({ services: { Now: 1 }, total: 1 });
  });

  test('wrong bodies are refused', async () => {
    for (const payload of [{}, { ids: 'x' }, { ids: [1] }, { ids: [], reason: 'because of me' }, []]) {
      const { status, body } = await bed.request('POST', '/1/admin/callback/cancel', { payload });
      expect(status).toBe(400);
      expect(body).toHaveProperty('exception');
    }
  });
});
