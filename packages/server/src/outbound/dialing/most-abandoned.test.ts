import { expect, test } from 'vitest';
import { mostAbandoned } from './most-abandoned.js';

const LIMITS: Readonly<Record<string, number>> = { uk: 0.01, us: 0.03 };
const compliance = {
  abandonmentLimits: ([names]: readonly (string | undefined)[]) =>
    (names ?? '').split(' ').flatMap((name) => {
      const share = LIMITS[name];
      return share === undefined ? [] : [{ share }];
    }),
};

test.each([
  ['nothing is configured', {}, 0.03],
  ['a rate is configured', { predictive_max_overdial_rate: '1.5' }, 0.015],
  ['the rate is no number', { predictive_max_overdial_rate: 'low' }, 0.03],
  ['the rate is below zero', { predictive_max_overdial_rate: '-1' }, 0.03],
  ['nothing may be abandoned', { predictive_max_overdial_rate: '0' }, 0],
  ['a jurisdiction allows less', { jurisdiction: 'uk' }, 0.01],
  ['several jurisdictions count', { jurisdiction: 'us uk', predictive_max_overdial_rate: '5' }, 0.01],
  ['a jurisdiction allows more', { jurisdiction: 'us', predictive_max_overdial_rate: '2' }, 0.02],
])('the share of calls that may find nobody: %s', (_name, options: Readonly<Record<string, string>>, share) => {
  expect(mostAbandoned((name) => options[name], compliance)).toBe(share);
});
