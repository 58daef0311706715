import { describe, expect, it } from 'vitest';
import type { Callback, CallbackState } from '../../api/callbacks.js';
import { inScope, type Scope } from './scope.js';

const noon = new Date(2026, 4, 27, 12).getTime();
const day = 86_400_000;

function callback(id: string, state: CallbackState, desiredAt: number, createdAt = desiredAt): Callback {
  return { id, state, desiredAt, createdAt, service: 'BasicCallback', customerNumber: '5115', record: {} };
}

const callbacks = [
  callback('overdue', 'QUEUED', noon - 2 * day),
  callback('done-long-ago', 'COMPLETED', noon - 3 * day),
  callback('done-today', 'COMPLETED', noon - 60_000),
  callback('waiting', 'SCHEDULED', noon + 3_600_000, noon - day),
  callback('tomorrow', 'SCHEDULED', noon + day, noon - 30_000),
];

function ids(scope: Scope, activity: [string, number][] = []): string[] {
  return inScope(callbacks, scope, new Map(activity), noon).map((each) => each.id);
}

describe('the live page', () => {
  it("shows as today's what is due today and what is still open from earlier days", () => {
    expect(ids('today')).toEqual(['done-today', 'waiting', 'overdue']);
  });

  it('shows as coming what is scheduled for a later day', () => {
    expect(ids('coming')).toEqual(['tomorrow']);
  });

  it('puts the newest activity on top', () => {
    expect(ids('today', [['overdue', noon]])).toEqual(['overdue', 'done-today', 'waiting']);
  });

  it('leaves out nothing when all are asked for', () => {
    expect(ids('all').sort()).toEqual(callbacks.map((each) => each.id).sort());
  });
});
