import { expect, test } from 'vitest';
import { readDay } from './day.js';

test('a day is read from YAML', () => {
  const text =
    'hours: 8\ncallbacks:\n  - { service: A, perHour: [1, 2], afterMinutes: [5, 10], parameters: { x: "1" } }\n';
  expect(readDay(text, 'day.yaml')).toEqual({
    hours: 8,
    callbacks: [{ service: 'A', perHour: [1, 2], afterMinutes: [5, 10], parameters: { x: '1' } }],
  });
});

test.each([
  ['hours: 0', '/hours'],
  ['hours: 49', '/hours'],
  ['calls: []', ''],
  ['hours: 1\nfrom: soon', '/from'],
  ['hours: 1\ncallbacks: [{ service: A }]', '/callbacks/0'],
  ['hours: 1\ncalls: [{ to: "1", perHour: -1 }]', '/calls/0/perHour'],
  ['hours: 1\nparties: []', '/parties'],
  ['hours: 1\nparties: [{ share: 1, outcome: sleeps }]', '/parties/0/outcome'],
  ['hours: 1\nweather: fine', '/weather'],
  ['', ''],
])('%j is refused at %j', (text, pointer) => {
  expect(() => readDay(text, 'day.yaml')).toThrow(
    expect.objectContaining({
      code: 'invalid-day',
      details: expect.arrayContaining([expect.objectContaining({ pointer: expect.stringContaining(pointer) })]),
    }),
  );
});

test('what is no YAML is refused', () => {
  expect(() => readDay('hours: [', 'day.yaml')).toThrow(/day\.yaml is not YAML/);
});
