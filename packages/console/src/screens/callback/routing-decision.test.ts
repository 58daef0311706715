import { describe, expect, it } from 'vitest';
import { textsOf } from '../../i18n/use-texts.js';
import * as texts from './routing.texts.js';
import { routingDecision } from './routing-decision.js';

const say = textsOf('routing', texts);

describe('a routing decision', () => {
  it('tells why this agent and why not the others', () => {
    const decision = routingDecision(
      {
        waitedSeconds: 0.3,
        position: 1,
        total: 2,
        priority: 0,
        targets: [{ target: 'Support@GA', agents: 3, loggedIn: 2, ready: 1, waiting: 2, open: true }],
        agent: { agent: 'a100', idleSeconds: 61.4 },
        others: [
          { agent: 'a101', reason: 'not-ready', detail: 'lunch' },
          { agent: 'a102', reason: 'idle-shorter', idleSeconds: 5 },
          { agent: 'a103', reason: 'some-new-reason' },
        ],
        unnamed: 1,
        passedOver: [{ request: 'r7', reason: 'set-aside' }],
      },
      say,
    );
    expect(decision).toEqual({
      chosen: 'a100, idle the longest: 61.4 s',
      standing: ['waited 0.3 s', 'position 1 of 2', 'priority 0'],
      others: [
        { name: 'a101', reason: 'not ready (lunch)' },
        { name: 'a102', reason: 'idle for a shorter time (5 s)' },
        { name: 'a103', reason: 'some-new-reason' },
      ],
      unnamed: 1,
      targets: ['Support@GA: 1 of 3 agents ready, 2 waiting'],
      before: [{ name: 'r7', reason: 'set aside' }],
    });
  });

  it('leaves out what it is not told', () => {
    expect(routingDecision(undefined, say)).toEqual({ standing: [], others: [], unnamed: 0, targets: [], before: [] });
  });
});
