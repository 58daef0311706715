import { describe, expect, test } from 'vitest';
import { acceptanceBed, LATER } from './acceptance-bed.js';

const { bed, configureNow } = await acceptanceBed();

const after = (seconds: number) => new Date(bed.clock.now() + seconds * 1000).toISOString();
let number = 0;

/** Starts a callback of a customer of its own; immediate without a time. */
async function start(service: string, seconds?: number) {
  number += 1;
  const time = seconds === undefined ? {} : { _desired_time: after(seconds) };
  return bed.start(service, { _customer_number: String(5000 + number), ...time });
}

async function stateOf(id: string): Promise<string | undefined> {
  return (await bed.record(id))?._callback_state;
}

describe('gms-observed 2.2: the state right after the answer', () => {
  const rows: [seconds: number | undefined, buffer: string | undefined, state: string][] = [
    [undefined, undefined, 'QUEUED'],
    [15, '15', 'QUEUED'],
    [180, '180', 'QUEUED'],
    [10, undefined, 'QUEUED'],
    [15, '120', 'QUEUED'],
    [30, '15', 'SCHEDULED'],
    [180, '120', 'SCHEDULED'],
    [200, undefined, 'SCHEDULED'],
    [900, '120', 'SCHEDULED'],
    [3600, '120', 'SCHEDULED'],
  ];
  test.each(rows)('desired in %s s, buffer %s s: %s', async (seconds, buffer, state) => {
    configureNow({ ...(buffer !== undefined && { _request_execution_time_buffer: buffer }) });
    expect(await stateOf((await start('Now', seconds)).body._id)).toBe(state);
  });
});

describe('gms-observed 2.4: cancelling', () => {
  test.each(['QUEUED', 'PAUSED', 'SCHEDULED'])('%s', async (state) => {
    if (state === 'PAUSED') bed.configuration.set('lists', 'GMS_Paused_Services', { services: { Now: 'true' } });
    const { body } = await start('Now', state === 'SCHEDULED' ? 600 : undefined);
    expect(await stateOf(body._id)).toBe(state);
    expect((await bed.request('DELETE', `/1/service/callback/Now/${body._id}`)).status).toBe(200);
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'COMPLETED', _callback_reason: 'CANCELLED' });
  });
});

describe('gms-observed 4: watermarks', () => {
  type Kind = 'scheduled' | 'queued' | 'processing' | 'cancelled';
  const rows: [
    name: string,
    a: Kind | undefined,
    b: Kind | undefined,
    asked: string,
    services: object,
    total: number,
  ][] = [
    ['nothing, all', undefined, undefined, '', { A: 0, B: 0 }, 0],
    ['nothing, A', undefined, undefined, 'A', { A: 0 }, 0],
    ['scheduled in A, all', 'scheduled', undefined, '', { A: 0, B: 0 }, 0],
    ['queued in A, A', 'queued', undefined, 'A', { A: 1 }, 1],
    ['processing in A, all', 'processing', undefined, '', { A: 1, B: 0 }, 1],
    ['cancelled in A, A', 'cancelled', undefined, 'A', { A: 0 }, 0],
    ['queued in both, both', 'queued', 'queued', 'A,B', { A: 1, B: 1 }, 2],
    ['scheduled in A, queued in B, both', 'scheduled', 'queued', 'A,B', { A: 0, B: 1 }, 1],
    ['cancelled in A, queued in B, all', 'cancelled', 'queued', '', { A: 0, B: 1 }, 1],
    ['cancelled in A, processing in B, both', 'cancelled', 'processing', 'A,B', { A: 0, B: 1 }, 1],
    ['processing in both, all', 'processing', 'processing', '', { A: 1, B: 1 }, 2],
    ['processing in both, A', 'processing', 'processing', 'A', { A: 1 }, 1],
  ];
  const make = async (service: string, kind: Kind | undefined) => {
    bed.configuration.set('services', service, { _type: 'ors', _service: 'callback' });
    if (kind === undefined) return;
    const seconds = kind === 'queued' ? 15 : kind === 'processing' ? undefined : 200;
    const { body } = await start(service, seconds);
    if (kind === 'processing') await bed.report(body._id, { type: 'agent-connected' });
    if (kind === 'cancelled') await bed.request('DELETE', `/1/service/callback/${service}/${body._id}`);
  };
  test.each(rows)('%s', async (_name, a, b, asked, services, total) => {
    bed.configuration.clear();
    await make('A', a);
    await make('B', b);
    const query =
      asked === ''
        ? ''
        : `?${asked
            .split(',')
            .map((name) => `service_name=${name}`)
            .join('&')}`;
    const { status, body } = await bed.request('GET', `/1/admin/callback/watermarks${query}`);
    expect([status, body]).toEqual([200, { services, total }]);
  });
});

describe('gms-observed 7: rates of the section', () => {
  test('section 1/10, service 2/-1: the second limit has its built-in defaults', async () => {
    bed.configuration.set('options', 'callback', {
      _throttle_callbacks_per_service_1: '1',
      _throttle_ttl_1: '10',
      _throttle_callbacks_per_service_2: '2',
      _throttle_ttl_2: '-1',
    });
    const next = async () => (await start('Now')).body.message ?? 'accepted';
    const limit = (seconds: number) => `Limit of queued callbacks for Now is reached for interval ${seconds}s.`;
    expect([await next(), await next()]).toEqual(['accepted', limit(10)]);
    await bed.clock.advance(10_000);
    expect([await next(), await next()]).toEqual(['accepted', limit(10)]);
    await bed.clock.advance(10_000);
    expect(await next()).toBe(limit(3600));
  });

  test('a negative value of the service means the built-in default, not that of the section', async () => {
    bed.configuration.set('options', 'callback', { _throttle_callbacks_per_service_1: '1', _throttle_ttl_1: '9' });
    configureNow({ _throttle_callbacks_per_service_1: '1', _throttle_ttl_1: '-1' });
    expect((await start('Now')).status).toBe(200);
    expect((await start('Now')).body.message).toContain('for interval 300s.');
  });

  test('services that share the limits of the section are counted apart', async () => {
    bed.configuration.set('options', 'callback', { _throttle_callbacks_per_service_1: '1' });
    expect([(await start('Now')).status, (await start('BasicCallback')).status]).toEqual([200, 200]);
    expect([(await start('Now')).status, (await start('BasicCallback')).status]).toEqual([503, 503]);
  });
});

describe('gms-observed 9: the limit of queued callbacks', () => {
  const refused = {
    exception: `${LATER}CallbackExceptionServiceUnavailable`,
    message: 'Limit of queued callbacks for Now is reached.',
  };

  test.each([
    ['of the section', { max_queued_callbacks_per_service: '0' }, {}],
    ['of the service', {}, { _max_queued_callbacks_per_service: '0' }],
  ])('0 %s refuses at once', async (_name, section, service) => {
    bed.configuration.set('options', 'callback', section);
    configureNow(service);
    const { status, body } = await start('Now');
    expect([status, body]).toEqual([503, refused]);
  });

  test.each(['false', 'true'])('1, _wait_for_agent=%s: one at a time', async (waits) => {
    configureNow({ _max_queued_callbacks_per_service: '1', _wait_for_agent: waits });
    const first = await start('Now');
    const second = await start('Now');
    expect([first.status, second.status, second.body]).toEqual([200, 503, refused]);
    await bed.request('DELETE', `/1/service/callback/Now/${first.body._id}`);
    expect((await start('Now')).status).toBe(200);
  });

  test('1: scheduled ones are neither counted nor refused', async () => {
    configureNow({ _max_queued_callbacks_per_service: '1' });
    const ids = [(await start('Now', 180)).body._id, (await start('Now', 180)).body._id];
    expect(await Promise.all(ids.map(stateOf))).toEqual(['SCHEDULED', 'SCHEDULED']);
    expect((await start('Now')).status).toBe(200);
  });
});

test('gotcha 32: a plus sign that was not escaped in a query is one all the same', async () => {
  await bed.start('Now', { _customer_number: '+49 89 125016040' });
  for (const query of ['_customer_number=+4989125016040', '_customer_number=%2B4989125016040']) {
    expect((await bed.request('GET', `/1/service/callback?${query}`)).body).toHaveLength(1);
  }
});
