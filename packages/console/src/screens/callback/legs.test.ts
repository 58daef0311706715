import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../api/journal.js';
import { callLegs } from './legs.js';

let next = 0;
function event(type: string, at: number, data: Record<string, string>, agent?: string): JournalEvent {
  next += 1;
  return { id: String(next), at, type, data, ...(agent === undefined ? {} : { agent }) };
}

describe('the legs of a call', () => {
  it('are put together from their events, in the order in which they began', () => {
    const customer = { leg: 'l1', role: 'customer', number: '5115' };
    const agent = { leg: 'l2', role: 'agent', number: '2001' };
    const legs = callLegs([
      event('callback.state', 0, { state: 'QUEUED' }),
      event('call.dialing', 10, customer),
      event('call.ringing', 20, customer),
      event('call.answered', 1_000, customer),
      event('call.dialing', 1_100, agent, 'a100'),
      event('call.answered', 2_000, agent, 'a100'),
      event('call.joined', 2_010, agent, 'a100'),
      event('call.joined', 2_010, customer),
      event('call.ended', 7_000, { ...customer, cause: 'normal' }),
    ]);
    expect(legs).toEqual([
      {
        id: 'l1',
        role: 'customer',
        number: '5115',
        startedAt: 10,
        answeredAt: 1_000,
        joinedAt: 2_010,
        endedAt: 7_000,
        cause: 'normal',
      },
      { id: 'l2', role: 'agent', number: '2001', agent: 'a100', startedAt: 1_100, answeredAt: 2_000, joinedAt: 2_010 },
    ]);
  });
});
