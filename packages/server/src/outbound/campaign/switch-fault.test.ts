import { expect, it } from 'vitest';
import type { DialMode } from '../dial-mode.js';
import { switchFault } from './switch-fault.js';

function fault(
  driver: string,
  mode: DialMode,
  options: Record<string, string> = {},
  server: Record<string, string> = {},
) {
  const configuration = {
    object: (kind: string) => (kind === 'switch' ? { driver } : { options: {} }) as never, // what is read of them
    section: () => server,
  };
  return switchFault(configuration, { campaign: 'Spring', options }, mode);
}

const DETECT = { call_answer_type_recognition: 'Positive_AM_Detect' };

it.for<[string, DialMode, Record<string, string>, string | undefined]>([
  ['sip', 'Progressive', {}, undefined],
  ['sip', 'Progressive', { call_answer_type_recognition: 'no_am_detect' }, undefined],
  ['sip', 'Progressive', { call_answer_type_recognition: 'telephony_preset' }, undefined],
  [
    'sip',
    'Predictive',
    DETECT,
    'call_answer_type_recognition is Positive_AM_Detect, which the switch (driver sip) cannot do without media',
  ],
  ['sip', 'PowerGVP', {}, 'PowerGVP plays to the customer, for which the switch (driver sip) has no media'],
  ['asterisk', 'Predictive', DETECT, undefined],
  ['simulator', 'PowerGVP', {}, undefined],
])('a switch with driver %s takes %s with %s as far as it can', ([driver, mode, options, expected]) => {
  expect(fault(driver, mode, options)).toBe(expected);
});

it('looks the option up for the whole server too', () => {
  expect(fault('sip', 'Progressive', {}, DETECT)).toContain('Positive_AM_Detect');
});
