import { describe, expect, test } from 'vitest';
import { complaint } from './catalogue/value.js';
import { families, isCallbackService, optionOf, serviceFamily } from './index.js';
import { checkService } from './option-check.js';
import { type OptionMap, serviceOptions } from './options.js';

function source(section: OptionMap = {}, services: Record<string, OptionMap> = {}) {
  return { service: (name: string) => services[name], section: (name: string) => (name === 'callback' ? section : {}) };
}

function callback(options: OptionMap, section: OptionMap = {}) {
  return serviceOptions(source(section), { _type: 'ors', _service: 'callback', ...options });
}

describe('an option of a service', () => {
  test('is its own value first, then the section, then what the catalogue says', () => {
    const name = '_throttle_callbacks_per_service_1';
    expect(callback({ [name]: '2' }, { [name]: '9' }).integer(name)).toBe(2);
    expect(callback({}, { [name]: '9' }).integer(name)).toBe(9);
    expect(callback({}).integer(name)).toBe(500);
  });

  test('that is empty is absent', () => {
    const name = '_throttle_callbacks_per_service_1';
    expect(callback({ [name]: '' }, { [name]: '9' }).integer(name)).toBe(9);
    expect(callback({ [name]: ' ' }, { [name]: '' }).integer(name)).toBe(500);
    expect(callback({ _customer_lookup_keys: '' }).list('_customer_lookup_keys')).toEqual(['_customer_number']);
  });

  test('that is negative skips the section where the original does', () => {
    expect(callback({ _throttle_ttl_1: '-1' }, { _throttle_ttl_1: '9' }).integer('_throttle_ttl_1')).toBe(300);
    expect(callback({}, { _throttle_ttl_2: '-1' }).integer('_throttle_ttl_2')).toBe(3600);
    expect(callback({ _throttle_ttl_1: '0' }).integer('_throttle_ttl_1')).toBe(0);
  });

  test('has a name in the section that may differ, and a former name', () => {
    expect(callback({}, { max_queued_callbacks_per_service: '7' }).integer('_max_queued_callbacks_per_service')).toBe(
      7,
    );
    const limit = '_throttle_request_parameters_limit';
    expect(callback({ _throttle_customer_number_limit: '4' }).integer(limit)).toBe(4);
    expect(callback({ _throttle_customer_number_limit: '4', [limit]: '5' }).integer(limit)).toBe(5);
  });

  test('is off or empty when it is absent and nothing is stated for that', () => {
    const options = callback({});
    expect(options.flag('_disallow_premium_phone_numbers')).toBe(false);
    expect(options.text('_prefix_dial_out')).toBe('');
    expect(options.text('_enable_in_queue_checking')).toBe('');
    expect(options.integer('_urs_vq_priority')).toBeUndefined();
    expect(options.list('_exceptions')).toEqual([]);
  });

  test('is read by its type', () => {
    const options = callback({
      _queue_poll_period: '-2, 120',
      _dial_retry_timeout: '0.5',
      _reject_future_desired_time: '2w',
      _wait_for_agent: 'True',
      _booking_expiration_timeout: '2',
      _exceptions: 'a, b,,',
    });
    expect(options.pair('_queue_poll_period')).toEqual([-2, 120]);
    expect(options.seconds('_dial_retry_timeout')).toBe(0.5);
    expect(options.period('_reject_future_desired_time')).toEqual({ amount: 2, unit: 'weeks' });
    expect(options.period('_reject_past_desired_time')).toEqual({ amount: 0, unit: 'seconds' });
    expect(options.flag('_wait_for_agent')).toBe(true);
    expect(options.seconds('_booking_expiration_timeout')).toBe(5);
    expect(options.list('_exceptions')).toEqual(['a', 'b']);
  });

  test('that a request made wrong falls back', () => {
    expect(callback({ _max_dial_attempts: 'many' }).integer('_max_dial_attempts')).toBe(3);
  });

  test('of an unknown service is not there', () => {
    expect(serviceOptions(source(), 'nobody')).toBeUndefined();
  });
});

test.each<[OptionMap, boolean]>([
  [{ _type: 'ors', _service: 'callback' }, true],
  [{ _type: 'ors', _service: 'my-callback', _service_type: 'callback' }, true],
  [{ _type: 'ors', _service: 'my-callback', _call_direction: 'USERTERMINATED' }, true],
  [{ _type: 'ors', _service: 'http://flows/callback.scxml', _target: 'Support@GA' }, true],
  [{ _type: 'ors', _service: 'hello' }, false],
  [{ _type: 'builtin', _service: 'request-chat', _target: 'Support@GA' }, false],
  [{ _service: 'request-interaction', _call_direction: 'USERORIGINATED' }, false],
])('whether %o is a callback service: %s', (options, expected) => {
  expect(isCallbackService(options)).toBe(expected);
});

describe('the catalogue', () => {
  const rows = families.flatMap((family) =>
    family.groups.flatMap(({ options }) => options.map((option) => ({ family: family.title, option }))),
  );

  test('gives only values that are valid themselves', () => {
    const wrong = rows.filter(({ option }) =>
      [option.preset, option.absent].some((value) => complaint(option.type, value ?? '') !== undefined),
    );
    expect(wrong).toEqual([]);
  });

  test('has no option twice in a family', () => {
    const names = rows.map(({ family, option }) => `${family} ${option.name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('finds options with a free suffix', () => {
    const hours = serviceFamily({ _type: 'builtin', _service: 'office-hours' });
    expect(optionOf(hours, '_bh_regular_summer')?.name).toBe('_bh_regular*');
    expect(checkService({ _service: 'office-hours', _bh_regular9: 'Mondays 9-5' })).toEqual([
      {
        pointer: '/_bh_regular9',
        detail: 'is "Mondays 9-5", must be days and hours such as Mon-Fri 09:00-18:00',
      },
    ]);
  });

  test.each([
    ['_bh_regular1', 'Mon-Sun 00:00-24:00'],
    ['_bh_regular2', 'Sat-Mon 19:00-7:00'],
    ['_bh_regular3', 'Wed 9:00-12:30'],
    ['_bh_add1', '12-24 09:00-12:00'],
    ['_bh_add1', '2026-12-24 09:00-12:00'],
    ['_holiday1', '2020-07-15'],
    ['_effective_dates1', '2026-06-01 to 2026-08-31'],
    ['_timezone', 'Asia/Kathmandu'],
  ])('accepts office hours %s = %s', (name, value) => {
    expect(checkService({ _service: 'office-hours', [name]: value })).toEqual([]);
  });

  test.each([
    ['_target', 'Customer_Service@Stat_Server.GA'],
    ['_target', "[{'target':'Customer_Service@Stat_Server.GA','timeout':'15','clear':true}]"],
    ['_eta_pos_threshold', '0:10,10:5,20:2,30:1,40:1,50:0'],
    ['_treatment_call_failure_answering_machine', '{ }'],
    ['_throttle_ttl_1', '-1'],
    ['_max_dial_attempts', '$attempts$'],
    ['_call_direction', 'userterminated'],
    ['_an_option_of_ours', 'anything'],
    ['_reject_future_desired_time', '1M'],
    ['_reject_past_desired_time', '1561334400'],
  ])('accepts callback option %s = %s', (name, value) => {
    expect(checkService({ _service: 'callback', [name]: value })).toEqual([]);
  });

  test.each([
    ['_target', '[{"target":', 'must be valid JSON or a target such as Support@StatServer.GA'],
    ['_eta_pos_threshold', '10', 'must be pairs of wait and position, such as 0:10,10:5'],
    ['_queue_poll_period', '5', 'must be two whole numbers of minutes, such as -120,120'],
    ['_queue_poll_period', '5,1', 'must not start after its end'],
    ['_cpd_enable', 'maybe', 'must be true or false'],
    ['_reject_future_desired_time', '1 fortnight', 'must be a number and a unit out of y M w d h m, such as 1M'],
    ['_enable_in_queue_checking', 'perhaps', 'must be true, false or strict'],
    ['_default_country', 'Germany', 'must be a country of two letters (ISO 3166)'],
    ['_max_request_by_time_bucket', '-5', 'must be a whole number from 0 to 1000000'],
  ])('refuses callback option %s = %s', (name, value, detail) => {
    expect(checkService({ _service: 'callback', [name]: value })).toEqual([
      { pointer: `/${name}`, detail: `is ${JSON.stringify(value)}, ${detail}` },
    ]);
  });
});
