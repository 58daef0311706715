import type { CallProgress, Cause } from '../../telephony/index.js';
import { CallResult } from '../list/call-result.js';
import { resultOfAnswer, resultOfFailure } from './call-outcome.js';

/**
 * How an attempt gets its agent: `routed` when the customer has answered, `engaged` agents are on the line before,
 * `agent-first` dials for one agent who has taken the record, `ivr` needs none. An answered call that a treatment sends
 * on (Apply to Call) becomes `ivr` where a flow takes it, `transferred` where a DN is rung.
 */
export type AttemptKind = 'routed' | 'engaged' | 'agent-first' | 'ivr' | 'transferred';

/**
 * - `agent-ringing`: the phone of the agent who has taken the record rings (agent-first)
 * - `intended`: the customer is to be dialed
 * - `dialing`: the network has the call
 * - `detecting`: answered; whether by a person is not known yet
 * - `queued`: a person waits for an agent
 * - `offered`: the phone of the agent who was found rings, or the DN that the call goes to
 * - `joining`: both are there and are being connected
 * - `connected`
 * - `releasing`: the result is known, the customer's leg is being hung up
 * - `ended`
 */
export type AttemptState =
  | 'agent-ringing'
  | 'intended'
  | 'dialing'
  | 'detecting'
  | 'queued'
  | 'offered'
  | 'joining'
  | 'connected'
  | 'releasing'
  | 'ended';

/** The part of an attempt that its life cycle decides. Times: milliseconds since 1970. */
export interface AttemptCourse {
  readonly kind: AttemptKind;
  readonly state: AttemptState;
  readonly agent?: string | undefined;
  /** The call result of a machine whose call goes on nevertheless: it stays the result of the attempt. */
  readonly found?: number | undefined;
  /** The DN that the call goes to, where a treatment says so. */
  readonly destination?: string | undefined;
  /** Call result of the original (spec 4.5). Absent at the end: nobody was dialed. */
  readonly result?: number | undefined;
  readonly dialedAt?: number | undefined;
  readonly answeredAt?: number | undefined;
  readonly connectedAt?: number | undefined;
  readonly endedAt?: number | undefined;
}

/** Where an answered call goes: `agents` are those of the campaign group, `flow` is the application of a DN. */
export type CallHandling =
  | { to: 'nobody' }
  | { to: 'agents' }
  | { to: 'flow'; dn: string }
  | { to: 'number'; dn: string; agent?: string };

export type AttemptInput =
  /** It must not be dialed after all: the validation before the dial says so. */
  | { type: 'refused'; result: number }
  | { type: 'dialed'; at: number }
  /** `detects`: the network will say whether a person has answered. `handling`: what a treatment does with the call. */
  | { type: 'answered'; at: number; detects: boolean; handling?: CallHandling | undefined }
  | { type: 'detected'; found: CallProgress; handling?: CallHandling | undefined }
  | { type: 'agent-found'; agent: string }
  /** Nobody was free in time. */
  | { type: 'no-agent' }
  | { type: 'agent-answered' }
  /** The agent's leg has ended. */
  | { type: 'agent-lost' }
  | { type: 'joined'; at: number }
  | { type: 'customer-ended'; at: number; cause: Cause };

/** What has to be done after a step. */
export type AttemptEffect =
  | 'dial-customer'
  | 'request-agent'
  | 'cancel-request'
  | 'take-engaged'
  | 'to-ivr'
  | 'ring-agent'
  | 'ring-destination'
  | 'join'
  | 'hang-up-customer'
  | 'hang-up-agent';

export interface AttemptStep {
  readonly course: AttemptCourse;
  readonly effects: readonly AttemptEffect[];
}

const NOTHING: readonly AttemptEffect[] = [];

/**
 * The life cycle of an attempt. What does not fit the state (late, repeated, out of order) changes nothing: then the very
 * same course comes back.
 */
export function attemptStep(course: AttemptCourse, input: AttemptInput): AttemptStep {
  const { state } = course;
  switch (input.type) {
    case 'refused':
      return state === 'intended' ? releasing(course, input.result) : same(course);
    case 'dialed':
      if (state !== 'intended') return same(course);
      return to(course, 'dialing', NOTHING, { dialedAt: input.at });
    case 'answered':
      if (state !== 'intended' && state !== 'dialing') return same(course);
      return answered({ ...course, dialedAt: course.dialedAt ?? input.at, answeredAt: input.at }, input);
    case 'detected':
      if (state !== 'detecting') return same(course);
      return detected(course, resultOfAnswer(input.found), input.handling);
    case 'agent-found':
      if (state !== 'queued') return same(course);
      if (course.kind === 'engaged') return to(course, 'joining', ['join'], { agent: input.agent });
      return to(course, 'offered', ['ring-agent'], { agent: input.agent });
    case 'no-agent':
      if (state !== 'queued') return same(course);
      return releasing(course, course.found ?? CallResult.Dropped);
    case 'agent-answered':
      if (state === 'agent-ringing') return to(course, 'intended', ['dial-customer']);
      if (state !== 'offered') return same(course);
      return to(course, 'joining', ['join']);
    case 'agent-lost':
      return agentLost(course);
    case 'joined':
      if (state !== 'joining') return same(course);
      return to(course, 'connected', NOTHING, { connectedAt: input.at, result: course.found ?? CallResult.Answer });
    case 'customer-ended':
      return customerEnded(course, input.at, input.cause);
  }
}

/** States in which the customer's phone has been dialed and nobody has answered yet. */
export function isRinging(state: AttemptState): boolean {
  return state === 'intended' || state === 'dialing';
}

/** A person was there: what abandonment is measured against. */
export function isLive(course: AttemptCourse): boolean {
  if (course.found !== undefined) return false;
  return (
    course.connectedAt !== undefined || course.result === CallResult.Abandoned || course.result === CallResult.Dropped
  );
}

function same(course: AttemptCourse): AttemptStep {
  return { course, effects: NOTHING };
}

function to(
  course: AttemptCourse,
  state: AttemptState,
  effects: readonly AttemptEffect[] = NOTHING,
  more: Partial<AttemptCourse> = {},
): AttemptStep {
  return { course: { ...course, ...more, state }, effects };
}

function answered(
  course: AttemptCourse,
  { detects, handling }: Extract<AttemptInput, { type: 'answered' }>,
): AttemptStep {
  if (course.kind === 'agent-first') return to(course, 'joining', ['join']);
  return detects ? to(course, 'detecting') : detected(course, CallResult.Answer, handling);
}

function detected(course: AttemptCourse, result: number, handling: CallHandling | undefined): AttemptStep {
  const isPerson = result === CallResult.Answer;
  if (!handling) return isPerson ? live(course) : releasing(course, result);
  const known: AttemptCourse = isPerson ? course : { ...course, found: result };
  switch (handling.to) {
    case 'nobody':
      return releasing(known, isPerson ? CallResult.Dropped : result);
    case 'agents':
      return live(known);
    case 'flow':
      return to(known, 'joining', ['to-ivr'], { kind: 'ivr', destination: handling.dn });
    case 'number':
      return to(known, 'offered', ['ring-destination'], {
        kind: 'transferred',
        destination: handling.dn,
        agent: handling.agent,
      });
  }
}

function live(course: AttemptCourse): AttemptStep {
  switch (course.kind) {
    case 'routed':
      return to(course, 'queued', ['request-agent']);
    case 'engaged':
      return to(course, 'queued', ['take-engaged']);
    case 'ivr':
      return to(course, 'joining', ['to-ivr']);
    case 'agent-first':
    case 'transferred':
      return to(course, 'joining', ['join']);
  }
}

function releasing(course: AttemptCourse, result: number): AttemptStep {
  return to(course, 'releasing', ['hang-up-customer'], { result });
}

/** The agent did not take the call, hung up or could not be connected. The network releases who is left in a bridge. */
function agentLost(course: AttemptCourse): AttemptStep {
  switch (course.state) {
    case 'agent-ringing':
      return to(course, 'ended');
    case 'intended':
      return course.kind === 'agent-first' ? to(course, 'releasing', ['hang-up-customer']) : same(course);
    case 'dialing':
      return course.kind === 'agent-first' ? releasing(course, CallResult.NoAnswer) : same(course);
    case 'offered':
      if (course.kind === 'transferred') return releasing(course, course.found ?? CallResult.Dropped);
      return to(course, 'queued', ['request-agent'], { agent: undefined });
    case 'joining':
      return course.kind === 'ivr' ? same(course) : releasing(course, course.found ?? CallResult.Dropped);
    default:
      return same(course);
  }
}

function customerEnded(course: AttemptCourse, at: number, cause: Cause): AttemptStep {
  const over = { endedAt: at };
  switch (course.state) {
    case 'intended':
      // It ended without having been dialed: it was taken back before the network had it, or never reached it.
      return to(
        course,
        'ended',
        agentFree(course),
        cause === 'cancelled' ? over : { ...over, result: resultOfFailure(cause) },
      );
    case 'dialing':
      return to(course, 'ended', agentFree(course), { ...over, result: resultOfFailure(cause) });
    case 'detecting':
      return to(course, 'ended', NOTHING, { ...over, result: CallResult.Abandoned });
    case 'queued':
      return to(course, 'ended', ['cancel-request'], { ...over, result: course.found ?? CallResult.Abandoned });
    case 'offered':
    case 'joining':
      return to(course, 'ended', agentFree(course), { ...over, result: course.found ?? CallResult.Abandoned });
    case 'connected':
      return to(course, 'ended', NOTHING, over);
    case 'releasing':
      return to(course, 'ended', agentFree(course), over);
    case 'agent-ringing':
    case 'ended':
      return same(course);
  }
}

/** The agent's leg that nobody else would hang up. */
function agentFree(course: AttemptCourse): readonly AttemptEffect[] {
  const hasLeg = course.kind === 'transferred' || (course.kind !== 'ivr' && course.agent !== undefined);
  return hasLeg ? ['hang-up-agent'] : NOTHING;
}
