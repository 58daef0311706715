import { describe, expect, test } from 'vitest';
import { acceptanceBed, LATER } from './acceptance-bed.js';

const { bed, configureNow } = await acceptanceBed();

describe('throttling', () => {
  const now = (options: Record<string, string>) => configureNow({ _enable_in_queue_checking: 'false', ...options });
  let number = 0;
  /** Accepted requests in a row, and the interval that the first refusal names. */
  const until = async (most = 10) => {
    for (let count = 0; count < most; count += 1) {
      number += 1;
      const { status, body } = await bed.start('Now', { _customer_number: String(number) });
      if (status === 200) continue;
      expect([status, body.exception]).toEqual([503, `${LATER}CallbackExceptionServiceUnavailable`]);
      const interval = /^Limit of queued callbacks for Now is reached for interval (\d+)s\.$/.exec(body.message)?.[1];
      return `${count} then ${interval}`;
    }
    return `${most}`;
  };
  const rates = (first: string, firstTtl: string, second: string, secondTtl: string) =>
    now({
      _throttle_callbacks_per_service_1: first,
      _throttle_ttl_1: firstTtl,
      _throttle_callbacks_per_service_2: second,
      _throttle_ttl_2: secondTtl,
    });

  const sequences: [string[], (string | number)[], Record<string, string>?][] = [
    [
      ['2', '14', '2', '7'],
      ['2 then 14', 7, '0 then 14', 7, '2 then 14'],
    ],
    [
      ['2', '7', '2', '7'],
      ['2 then 7', 7, '2 then 7'],
    ],
    [
      ['2', '7', '3', '19'],
      ['2 then 7', 7, '1 then 19', 12, '2 then 7'],
    ],
    [['3', '7', '3', ''], ['3 then 7', 7, '0 then 12', 5, '3 then 7'], { _throttle_ttl_2: '12' }],
    [
      ['3', '', '3', '19'],
      ['3 then 300', 19, '0 then 300'],
    ],
    [['', '14', '3', '7'], ['1 then 14'], { _throttle_callbacks_per_service_1: '1' }],
    [
      ['2', '7', '0', '19'],
      ['0 then 19', 19, '0 then 19'],
    ],
    [['0', '7', '3', '19'], ['0 then 7']],
    [
      ['2', '0', '3', '19'],
      ['3 then 19', 19, '3 then 19'],
    ],
    [['2', '0', '3', '0'], ['10']],
    [['-1', '7', '3', '19'], ['3 then 19']],
    [
      ['2', '-1', '3', '19'],
      ['2 then 300', 19, '0 then 300'],
    ],
    [
      ['2', '7', '3', '-1'],
      ['2 then 7', 7, '1 then 3600'],
    ],
  ];
  test.each(sequences)('by rate: %j gives %j', async (options, steps, section = {}) => {
    const [first = '', firstTtl = '', second = '', secondTtl = ''] = options;
    bed.configuration.set('options', 'callback', section);
    rates(first, firstTtl, second, secondTtl);
    for (const step of steps) {
      if (typeof step === 'number') await bed.clock.advance(step * 1000);
      else expect(await until()).toBe(step);
    }
  });

  test('counts scheduled callbacks only when their own request submits them', async () => {
    rates('1', '60', '5', '3600');
    const later = (seconds: number) => new Date(bed.clock.now() + seconds * 1000).toISOString();
    const start = (seconds: number) =>
      bed.start('Now', { _customer_number: '5115', _desired_time: later(seconds) }).then(({ status }) => status);
    expect(await start(300)).toBe(200);
    expect(await start(300)).toBe(200);
    expect(await start(30)).toBe(200);
    expect(await start(30)).toBe(503);
    expect(await start(300)).toBe(200);
  });

  test('A19 to A23: by customer number and day', async () => {
    now({ _throttle_request_parameters_limit: '2' });
    const start = (value: string, more: object = {}) => bed.start('Now', { _customer_number: value, ...more });
    expect((await start('5115')).status).toBe(200);
    expect((await start('5115')).status).toBe(200);
    const refused = await start('5115');
    expect(refused.status).toBe(503);
    expect(refused.body.exception).toBe(`${LATER}CallbackExceptionServiceUnavailable`);
    expect(refused.body.message).toContain(
      'Callback for _customer_number=5115 rejected because previous callbacks for this parameter were requested for more than 2 times today.',
    );
    expect((await start('5125')).status).toBe(200);
    await bed.clock.advance(86_400_000);
    expect((await start('5115')).status).toBe(200);
    now({ _throttle_request_parameters_limit: '0' });
    expect((await start('9')).body.message).toContain('for more than 0 times today.');
    const later = new Date(bed.clock.now() + 600_000).toISOString();
    expect((await start('9', { _desired_time: later })).status).toBe(200);
    now({ _throttle_request_parameters_limit: '', _throttle_customer_number_limit: '1' });
    expect((await start('10')).status).toBe(200);
    expect((await start('10')).body.message).toContain('for more than 1 times today.');
    now({});
    for (let each = 0; each < 6; each += 1) expect((await start('11')).status).toBe(200);
    expect((await start('11')).body.message).toContain('for more than 6 times today.');
  });

  test('other parameters, and headers of their name', async () => {
    now({ _throttle_request_parameters: '_device', _throttle_request_parameters_limit: '1' });
    const start = (value: string, headers: Record<string, string> = {}) =>
      bed.request('POST', '/1/service/callback/Now', { payload: { _customer_number: '1', _device: value }, headers });
    expect((await start('a')).status).toBe(200);
    expect((await start('a')).status).toBe(503);
    expect((await start('b', { _device: 'a' })).status).toBe(503);
    expect((await start('a', { _device: 'b' })).status).toBe(200);
    expect((await start('c')).status).toBe(200);
  });
});
