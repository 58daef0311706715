import { expect, test } from 'vitest';
import { type DayEvent, reportOf } from './report.js';
import { table } from './table.js';

const FROM = Date.UTC(2026, 10, 23, 9);
const HOUR = 3600;

function event(second: number, type: string, more: Partial<DayEvent> = {}): DayEvent {
  return { at: FROM + second * 1000, type, ...more };
}

const EVENTS = [
  event(0, 'agent.state', { agent: 'a1', state: 'ready', previous: 'logged-out' }),
  // At once: connected after 20 s.
  event(10, 'callback.accepted', { callback: 'c1', due: FROM + 10_000 }),
  event(20, 'agent.state', { agent: 'a1', state: 'busy', previous: 'ready' }),
  event(30, 'call.joined', { callback: 'c1', role: 'customer', call: 'k1' }),
  event(30, 'call.joined', { callback: 'c1', role: 'agent', call: 'k1', agent: 'a1' }),
  event(130, 'agent.state', { agent: 'a1', state: 'after-call-work', previous: 'busy' }),
  event(140, 'agent.state', { agent: 'a1', state: 'ready', previous: 'after-call-work' }),
  event(140, 'callback.completed', { callback: 'c1', reason: 'AGENT_CONNECTED' }),
  // Booked for the second hour: never reached.
  event(50, 'callback.accepted', { callback: 'c2', due: FROM + HOUR * 1000 }),
  event(HOUR + 90, 'callback.completed', { callback: 'c2', reason: 'FAIL_CALL_TO_CUSTOMER' }),
  event(HOUR + 95, 'callback.accepted', { callback: 'c3' }),
  // Two calls: one that waits 5 s, one that is given up.
  event(HOUR, 'call.ringing', { call: 'k2', role: 'inbound' }),
  event(HOUR + 5, 'call.joined', { call: 'k2', role: 'inbound' }),
  event(HOUR + 60, 'call.ended', { call: 'k2', role: 'inbound' }),
  event(HOUR + 10, 'call.ringing', { call: 'k3', role: 'inbound' }),
  event(HOUR + 70, 'call.ended', { call: 'k3', role: 'inbound' }),
];

test('a report counts what was due in each hour', () => {
  const report = reportOf(EVENTS, [FROM + 1000], FROM, FROM + 2 * HOUR * 1000);
  expect(report.hours).toMatchObject([
    { callbacks: 2, refused: 1, connected: 1, callbackWait: { median: 20, p90: 20 }, calls: 0 },
    { callbacks: 2, refused: 0, connected: 0, calls: 2, answered: 1, abandoned: 1, callWait: { median: 5 } },
  ]);
  expect(report.total).toMatchObject({ callbacks: 4, refused: 1, connected: 1, calls: 2 });
  expect(report.outcomes).toEqual({ AGENT_CONNECTED: 1, FAIL_CALL_TO_CUSTOMER: 1 });
  expect(report.open).toBe(1);
  expect(report.utilisation).toBeCloseTo(120 / (2 * HOUR));
});

test('a report is printed with a line for each hour', () => {
  const text = table(reportOf(EVENTS, [], FROM, FROM + 2 * HOUR * 1000));
  expect(text).toMatch(/^ +09:00 +1 +0 +1 +20 +20 +0 +0 +0 +- +-$/m);
  expect(text).toMatch(/^ +10:00 +2 +0 +0 +- +- +2 +1 +1 +5 +5$/m);
  expect(text).toContain('Agents at work: 1.7 % of their time');
  expect(text).toContain('  not ended: 1');
});

test('a day on which nothing happens has no figures', () => {
  const report = reportOf([], [], FROM, FROM + 1);
  expect(report).toMatchObject({ open: 0, utilisation: undefined, total: { callbackWait: { median: undefined } } });
  expect(table(report)).toContain('nobody was there');
});
