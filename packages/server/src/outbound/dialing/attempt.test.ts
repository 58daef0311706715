import { describe, expect, it } from 'vitest';
import { CallResult } from '../list/call-result.js';
import { type AttemptCourse, type AttemptInput, type AttemptKind, attemptStep, isLive } from './attempt.js';

const DIALED: AttemptInput = { type: 'dialed', at: 10 };
const ANSWERED: AttemptInput = { type: 'answered', at: 20, detects: false };
const DETECTING: AttemptInput = { type: 'answered', at: 20, detects: true };
const PERSON: AttemptInput = { type: 'detected', found: 'person' };
const MACHINE: AttemptInput = { type: 'detected', found: 'answering-machine' };
const FOUND: AttemptInput = { type: 'agent-found', agent: 'a1' };
const TAKEN: AttemptInput = { type: 'agent-answered' };
const LOST: AttemptInput = { type: 'agent-lost' };
const JOINED: AttemptInput = { type: 'joined', at: 30 };
const NOBODY: AttemptInput = { type: 'no-agent' };
const GONE: AttemptInput = { type: 'customer-ended', at: 40, cause: 'normal' };
const BUSY: AttemptInput = { type: 'customer-ended', at: 15, cause: 'busy' };
const CANCELLED: AttemptInput = { type: 'customer-ended', at: 15, cause: 'cancelled' };
const REFUSED: AttemptInput = { type: 'refused', result: 3 };

function begin(kind: AttemptKind): AttemptCourse {
  return {
    kind,
    state: kind === 'agent-first' ? 'agent-ringing' : 'intended',
    ...(kind === 'agent-first' && { agent: 'a1' }),
  };
}

/** The states that a course of inputs leads through, and the effects on the way. */
function run(kind: AttemptKind, inputs: readonly AttemptInput[]) {
  let course = begin(kind);
  const states: string[] = [course.state];
  const effects: string[] = [];
  for (const input of inputs) {
    const step = attemptStep(course, input);
    if (step.course !== course) states.push(step.course.state);
    effects.push(...step.effects);
    course = step.course;
  }
  return { states: states.join(' '), effects: effects.join(' '), result: course.result, live: isLive(course) };
}

const { Answer, Abandoned, Dropped, Busy, NoAnswer, AnsweringMachine } = CallResult;

describe('an attempt', () => {
  it.each<[string, AttemptKind, AttemptInput[], string, string, number | undefined, boolean]>([
    [
      'is connected with the agent who was found',
      'routed',
      [DIALED, DETECTING, PERSON, FOUND, TAKEN, JOINED, GONE],
      'intended dialing detecting queued offered joining connected ended',
      'request-agent ring-agent join',
      Answer,
      true,
    ],
    [
      'needs no detection',
      'routed',
      [DIALED, ANSWERED, FOUND],
      'intended dialing queued offered',
      'request-agent ring-agent',
      undefined,
      false,
    ],
    [
      'is not for machines',
      'routed',
      [DIALED, DETECTING, MACHINE, GONE],
      'intended dialing detecting releasing ended',
      'hang-up-customer',
      AnsweringMachine,
      false,
    ],
    [
      'goes with a machine to a flow, and keeps the result',
      'routed',
      [DIALED, DETECTING, { ...MACHINE, handling: { to: 'flow', dn: '8900' } }, JOINED, GONE],
      'intended dialing detecting joining connected ended',
      'to-ivr',
      AnsweringMachine,
      false,
    ],
    [
      'goes with a machine to the agents, who may hang up before they are reached',
      'routed',
      [DIALED, DETECTING, { ...MACHINE, handling: { to: 'agents' } }, FOUND, GONE],
      'intended dialing detecting queued offered ended',
      'request-agent ring-agent hang-up-agent',
      AnsweringMachine,
      false,
    ],
    [
      'goes with a machine to the agents, and ends when nobody is free',
      'routed',
      [DIALED, DETECTING, { ...MACHINE, handling: { to: 'agents' } }, NOBODY, GONE],
      'intended dialing detecting queued releasing ended',
      'request-agent hang-up-customer',
      AnsweringMachine,
      false,
    ],
    [
      'goes to a DN that rings',
      'routed',
      [DIALED, { ...ANSWERED, handling: { to: 'number', dn: '8902' } }, TAKEN, JOINED, GONE],
      'intended dialing offered joining connected ended',
      'ring-destination join',
      Answer,
      true,
    ],
    [
      'is dropped when the DN it goes to does not answer, and no other agent is looked for',
      'routed',
      [DIALED, { ...ANSWERED, handling: { to: 'number', dn: '8902' } }, LOST, GONE],
      'intended dialing offered releasing ended',
      'ring-destination hang-up-customer hang-up-agent',
      Dropped,
      true,
    ],
    [
      'drops a person by a treatment',
      'routed',
      [DIALED, { ...ANSWERED, handling: { to: 'nobody' } }, GONE],
      'intended dialing releasing ended',
      'hang-up-customer',
      Dropped,
      true,
    ],
    [
      'is dropped when nobody is free',
      'routed',
      [DIALED, ANSWERED, NOBODY, GONE],
      'intended dialing queued releasing ended',
      'request-agent hang-up-customer',
      Dropped,
      true,
    ],
    [
      'is abandoned in the queue',
      'routed',
      [DIALED, ANSWERED, GONE],
      'intended dialing queued ended',
      'request-agent cancel-request',
      Abandoned,
      true,
    ],
    [
      'is abandoned while the agent is rung',
      'routed',
      [DIALED, ANSWERED, FOUND, GONE],
      'intended dialing queued offered ended',
      'request-agent ring-agent hang-up-agent',
      Abandoned,
      true,
    ],
    [
      'looks for another agent when one does not answer',
      'routed',
      [DIALED, ANSWERED, FOUND, LOST],
      'intended dialing queued offered queued',
      'request-agent ring-agent request-agent',
      undefined,
      false,
    ],
    ['ends with the cause of the network', 'routed', [DIALED, BUSY], 'intended dialing ended', '', Busy, false],
    ['that was never dialed has no result', 'routed', [CANCELLED], 'intended ended', '', undefined, false],
    [
      'may be refused before it is dialed',
      'routed',
      [REFUSED, CANCELLED],
      'intended releasing ended',
      'hang-up-customer',
      3,
      false,
    ],
    [
      'takes an engaged agent',
      'engaged',
      [DIALED, ANSWERED, FOUND, JOINED, GONE],
      'intended dialing queued joining connected ended',
      'take-engaged join',
      Answer,
      true,
    ],
    [
      'rings the agent first',
      'agent-first',
      [TAKEN, DIALED, ANSWERED, JOINED, GONE],
      'agent-ringing intended dialing joining connected ended',
      'dial-customer join',
      Answer,
      true,
    ],
    [
      'lets the agent go when the customer is busy',
      'agent-first',
      [TAKEN, DIALED, BUSY],
      'agent-ringing intended dialing ended',
      'dial-customer hang-up-agent',
      Busy,
      false,
    ],
    [
      'dials nobody for an agent who does not answer',
      'agent-first',
      [LOST],
      'agent-ringing ended',
      '',
      undefined,
      false,
    ],
    [
      'ends with its agent while it rings',
      'agent-first',
      [TAKEN, DIALED, LOST, CANCELLED],
      'agent-ringing intended dialing releasing ended',
      'dial-customer hang-up-customer hang-up-agent',
      NoAnswer,
      false,
    ],
    [
      'is given to an IVR',
      'ivr',
      [DIALED, ANSWERED, JOINED, GONE],
      'intended dialing joining connected ended',
      'to-ivr',
      Answer,
      true,
    ],
    [
      'hears of the answer before the dial',
      'routed',
      [ANSWERED, DIALED],
      'intended queued',
      'request-agent',
      undefined,
      false,
    ],
  ])('%s', (_what, kind, inputs, states, effects, result, live) => {
    expect(run(kind, inputs)).toEqual({ states, effects, result, live });
  });

  it('is changed by nothing that comes again or too late', () => {
    const inputs = [DIALED, DETECTING, PERSON, FOUND, TAKEN, JOINED, GONE];
    let course = begin('routed');
    const passed: AttemptInput[] = [];
    for (const input of inputs) {
      course = attemptStep(course, input).course;
      passed.push(input);
      for (const again of passed) expect(attemptStep(course, again)).toEqual({ course, effects: [] });
    }
    for (const input of [...inputs, NOBODY, LOST, MACHINE, BUSY, REFUSED])
      expect(attemptStep(course, input).course).toBe(course);
  });
});
