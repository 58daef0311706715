import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CALLBACK_STATES, type CallbackInput, type CallbackState, decide } from './life-cycle.js';

const reason = 'CANCELLED_BY_ADMIN';
const inputs: CallbackInput[] = [
  { type: 'reschedule' },
  { type: 'cancel' },
  { type: 'cancel-by-admin', reason },
  { type: 'submit' },
  { type: 'submit-failed' },
  { type: 'give-up' },
  { type: 'pause' },
  { type: 'resume' },
  { type: 'expire' },
  { type: 'dialing', attempt: 1 },
  { type: 'dial-result', attempt: 1, result: 'BUSY' },
  { type: 'requeued' },
  { type: 'customer-answered' },
  { type: 'agent-connected' },
  { type: 'complete', reason: 'FAIL_CALL_TO_CUSTOMER' },
  { type: 'session-done' },
  { type: 'session-failed' },
  { type: 'session-terminated' },
];

describe('the life of a callback', () => {
  const cases: [CallbackState, CallbackInput, string][] = [
    ['SCHEDULED', { type: 'reschedule' }, 'SCHEDULED'],
    ['SCHEDULED', { type: 'cancel' }, 'COMPLETED/CANCELLED'],
    ['SCHEDULED', { type: 'submit' }, 'QUEUED'],
    ['SCHEDULED', { type: 'submit-failed' }, 'SCHEDULED'],
    ['SCHEDULED', { type: 'give-up' }, 'COMPLETED/SUBMIT_FAILED'],
    ['SCHEDULED', { type: 'pause' }, 'nothing'],
    ['QUEUED', { type: 'reschedule' }, 'nothing'],
    ['QUEUED', { type: 'pause' }, 'PAUSED'],
    ['PAUSED', { type: 'resume' }, 'QUEUED'],
    ['PAUSED', { type: 'cancel' }, 'COMPLETED/CANCELLED'],
    ['QUEUED', { type: 'dial-result', attempt: 1, result: 'BUSY' }, 'QUEUED'],
    ['QUEUED', { type: 'complete', reason: 'FAIL_CALL_TO_CUSTOMER' }, 'COMPLETED/FAIL_CALL_TO_CUSTOMER'],
    ['QUEUED', { type: 'customer-answered' }, 'ROUTING'],
    ['QUEUED', { type: 'expire' }, 'COMPLETED/FAIL_TIMEOUT_TTL'],
    ['QUEUED', { type: 'session-terminated' }, 'QUEUED'],
    ['QUEUED', { type: 'session-done' }, 'COMPLETED/NOT_AVAILABLE'],
    ['QUEUED', { type: 'session-failed' }, 'COMPLETED/FAIL_ERROR'],
    ['ROUTING', { type: 'agent-connected' }, 'PROCESSING'],
    ['ROUTING', { type: 'complete', reason: 'AGENT_CONNECTED' }, 'COMPLETED/AGENT_CONNECTED'],
    ['ROUTING', { type: 'requeued' }, 'QUEUED'],
    ['ROUTING', { type: 'cancel-by-admin', reason }, 'COMPLETED/CANCELLED_BY_ADMIN'],
    ['PROCESSING', { type: 'cancel' }, 'nothing'],
    ['PROCESSING', { type: 'cancel-by-admin', reason }, 'nothing'],
    ['PROCESSING', { type: 'expire' }, 'PROCESSING'],
    ['PROCESSING', { type: 'session-done' }, 'COMPLETED/AGENT_CONNECTED'],
  ];
  test.each(cases)('%s, on %o: %s', (state, input, expected) => {
    const step = decide(state, input);
    const found = step ? [step.to, step.reason].filter(Boolean).join('/') : 'nothing';
    expect(found).toBe(expected);
  });

  test('COMPLETED absorbs everything', () => {
    for (const input of inputs) expect(decide('COMPLETED', input)).toBeUndefined();
  });

  test('a reason goes with COMPLETED and with nothing else, and a place is given back exactly once', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CALLBACK_STATES), fc.array(fc.constantFrom(...inputs)), (first, sequence) => {
        let state = first;
        let released = 0;
        for (const input of sequence) {
          const step = decide(state, input);
          if (!step) continue;
          expect(step.reason !== undefined).toBe(step.to === 'COMPLETED');
          if (step.effects?.includes('release-place')) released += 1;
          state = step.to;
        }
        expect(released).toBe(state === 'COMPLETED' && first !== 'COMPLETED' ? 1 : 0);
      }),
    );
  });
});
