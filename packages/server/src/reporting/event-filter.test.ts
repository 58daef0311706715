import { expect, it } from 'vitest';
import { typeFilter } from './event-filter.js';

it.each([
  [undefined, 'call.ended', true],
  [[], 'call.ended', true],
  [['callback.*'], 'callback.state', true],
  [['callback.*'], 'call.ended', false],
  [['callback.*', 'call.ended'], 'call.ended', true],
  [['call.ended'], 'call-ended', false],
  [['*'], 'route.decision', true],
  [['*.state'], 'agent.state', true],
  [['call'], 'call.ended', false],
])('the filter %j on %s gives %s', (patterns, type, wanted) => {
  expect(typeFilter(patterns)(type)).toBe(wanted);
});
