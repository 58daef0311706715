import type { JsonObject } from '../../kernel/index.js';
import { inputAfter } from '../digit-input.js';
import type { ApplicationOutcome, CallProgress, Cause, CollectReason, CollectRequest, LegReport } from '../switch.js';
import { CALL_PROGRESS_MS, DIGIT_MS, PATIENCE_MS } from './defaults.js';
import type { Outcome, Script } from './settings.js';

/** A call that the simulated network carries at the moment. All of it can be written as JSON. Times: ms since 1970. */
export interface CarriedCall {
  id: string;
  /** Counts the calls in the order in which they were placed. */
  serial: number;
  direction: 'outbound' | 'inbound';
  /** The party's number: the one dialed, or the caller's. */
  number: string;
  /** Its E.164 form, where that is another. */
  e164?: string;
  /** The other number: the one shown to the party, or the one that it called. */
  other: string;
  at: number;
  script: Script;
  /** The dialer gives up after so many milliseconds of ringing; absent for inbound calls. */
  timeoutMs?: number;
  /** Whether call progress detection was asked for. */
  detect: boolean;
  /** The agent whose phone this is. */
  agentId?: string;
  userData?: JsonObject;
  answeredAt?: number;
  progress?: CallProgress;
  bridgeId?: string;
  joinedAt?: number;
  /** Since when the party talks to somebody: its talk time counts from there. */
  talkFrom?: number;
  plays: Record<string, Play>;
  collects: Record<string, Collect>;
  /** Recordings and voice applications; absent before the first. */
  tasks?: Record<string, Task>;
}

export interface Play {
  /** When it is over by itself; null: never. */
  until: number | null;
  endedAt?: number;
  stopped?: boolean;
}

export interface Collect {
  startedAt: number;
  request: CollectRequest;
  /** When the prompt is over by itself; absent: there is none. */
  listenFrom?: number;
  /** What the party will press; absent: what its script says. */
  keys?: string;
  /** So many digits were keyed in. */
  keyed: number;
  endedAt?: number;
  result?: CollectResult;
  stopped?: boolean;
}

export interface CollectResult {
  digits: string;
  reason: CollectReason;
}

/** Something that takes its time and then has a result. */
export interface Task {
  startedAt: number;
  until: number;
  report: TaskReport;
  endedAt?: number;
  stopped?: boolean;
}

export type TaskReport =
  | { type: 'recorded'; url: string; durationMs: number; reason: 'complete' | 'silence' | 'timeout' | 'ended' }
  | { type: 'application'; outcome: ApplicationOutcome };

/** What remains of a call that has ended. */
export interface EndedCall {
  id: string;
  serial: number;
  number: string;
  e164?: string;
  at: number;
  ringing: boolean;
  outcome: Outcome;
  answeredAt?: number;
  progress?: CallProgress;
  endedAt: number;
  cause: Cause;
}

/** Something that will happen to a call by itself, if nobody does anything before `at`. */
export type Happening =
  | { kind: 'answer'; at: number }
  | { kind: 'progress'; at: number; result: CallProgress }
  | { kind: 'played'; at: number; play: string }
  | { kind: 'digit'; at: number; collect: string; digit: string }
  | { kind: 'collected'; at: number; collect: string; result: CollectResult }
  | { kind: 'task'; at: number; task: string }
  | { kind: 'end'; at: number; cause: Cause };

/** The outcomes of which one hears a ringing tone first; the others show without. */
const RINGING: ReadonlySet<Outcome> = new Set(['answer', 'no-answer', 'answering-machine', 'fax']);

/** Whether the party's phone rings, or the network refuses the call without. */
export function rings(call: CarriedCall): boolean {
  return RINGING.has(call.script.outcome);
}

/** What will happen next to a call, if anything: the whole behaviour of parties and phones. */
export function nextHappening(call: CarriedCall): Happening | undefined {
  const happenings = call.answeredAt === undefined ? whileWaiting(call) : whileUp(call, call.answeredAt);
  return happenings.reduce<Happening | undefined>(
    (first, happening) => (first === undefined || happening.at < first.at ? happening : first),
    undefined,
  );
}

function whileWaiting(call: CarriedCall): Happening[] {
  const { at, script, timeoutMs } = call;
  if (timeoutMs === undefined) {
    const patience = script.talkMs === null ? null : Math.max(script.talkMs, PATIENCE_MS);
    return patience === null ? [] : [{ kind: 'end', at: at + patience, cause: 'normal' }];
  }
  if (script.ringMs === null || timeoutMs < script.ringMs) {
    return [{ kind: 'end', at: at + timeoutMs, cause: 'no-answer' }];
  }
  return [{ ...shown(script.outcome), at: at + script.ringMs }];
}

function shown(outcome: Outcome): { kind: 'answer' } | { kind: 'end'; cause: Cause } {
  switch (outcome) {
    case 'answer':
    case 'answering-machine':
    case 'fax':
      return { kind: 'answer' };
    case 'busy':
      return { kind: 'end', cause: 'busy' };
    case 'no-answer':
      return { kind: 'end', cause: 'no-answer' };
    case 'sit-invalid':
      return { kind: 'end', cause: 'invalid-number' };
    case 'reject':
      return { kind: 'end', cause: 'rejected' };
  }
}

function whileUp(call: CarriedCall, answeredAt: number): Happening[] {
  const happenings: Happening[] = [];
  if (call.detect && call.progress === undefined) {
    happenings.push({ kind: 'progress', at: answeredAt + CALL_PROGRESS_MS, result: detected(call.script.outcome) });
  }
  for (const [id, play] of Object.entries(call.plays)) {
    if (play.endedAt === undefined && play.until !== null)
      happenings.push({ kind: 'played', at: play.until, play: id });
  }
  for (const [id, collect] of Object.entries(call.collects)) {
    if (collect.endedAt === undefined) happenings.push(nextOfCollect(id, collect, keysOf(call, collect)));
  }
  for (const [id, task] of Object.entries(call.tasks ?? {})) {
    if (task.endedAt === undefined) happenings.push({ kind: 'task', at: task.until, task: id });
  }
  const { talkMs } = call.script;
  if (talkMs !== null) {
    const at = call.talkFrom === undefined ? answeredAt + Math.max(talkMs, PATIENCE_MS) : call.talkFrom + talkMs;
    happenings.push({ kind: 'end', at, cause: 'normal' });
  }
  return happenings;
}

function detected(outcome: Outcome): CallProgress {
  if (outcome === 'answering-machine' || outcome === 'fax') return outcome;
  return 'person';
}

/** What the party presses while this is collected. */
export function keysOf(call: CarriedCall, collect: Collect): string {
  return collect.keys ?? keysFor(call.script.digits, 0);
}

/** What the party presses when digits are collected for the time after `before` others; the last entry repeats. */
export function keysFor(digits: Script['digits'], before: number): string {
  if (typeof digits === 'string') return digits;
  return digits[Math.min(before, digits.length - 1)] ?? '';
}

function nextOfCollect(id: string, collect: Collect, keys: string): Happening {
  const { request, startedAt, keyed, listenFrom = startedAt } = collect;
  const { firstDigitTimeoutMs, totalTimeoutMs, digitTimeoutMs = totalTimeoutMs } = request;
  const pressedFrom = request.prompt && !request.prompt.interruptible ? listenFrom : startedAt;
  const lastAt = pressedFrom + keyed * DIGIT_MS;
  const input = inputAfter(request, keys.slice(0, keyed));
  if (input.over) return collected(id, lastAt, { digits: input.digits, reason: input.over });
  const countedFrom = keyed === 0 ? listenFrom : Math.min(listenFrom, pressedFrom + DIGIT_MS);
  const deadline =
    keyed === 0
      ? countedFrom + Math.min(firstDigitTimeoutMs, totalTimeoutMs)
      : Math.min(countedFrom + totalTimeoutMs, lastAt + digitTimeoutMs);
  const digit = keys[keyed];
  if (digit !== undefined && lastAt + DIGIT_MS <= deadline) {
    return { kind: 'digit', at: lastAt + DIGIT_MS, collect: id, digit };
  }
  return collected(id, deadline, { digits: input.digits, reason: 'timeout' });
}

function collected(id: string, at: number, result: CollectResult): Happening {
  return { kind: 'collected', at, collect: id, result };
}

/** What a call that ends leaves behind. The outcome is the party's own, unless the call ended before it showed. */
export function endedCall(call: CarriedCall, endedAt: number, cause: Cause): EndedCall {
  const { id, serial, number, e164, at, answeredAt, progress } = call;
  return {
    id,
    serial,
    number,
    ...(e164 !== undefined && { e164 }),
    at,
    ringing: rings(call),
    outcome: shownOutcome(call, cause),
    ...(answeredAt !== undefined && { answeredAt }),
    ...(progress !== undefined && { progress }),
    endedAt,
    cause,
  };
}

function shownOutcome({ answeredAt, script }: CarriedCall, cause: Cause): Outcome {
  if (answeredAt !== undefined) return script.outcome;
  const happened = shown(script.outcome);
  return happened.kind === 'end' && happened.cause === cause ? script.outcome : 'no-answer';
}

/** What the network answers when it is asked about a call. */
export function reportOf(call: CarriedCall | EndedCall): LegReport {
  const { id, at, answeredAt, progress } = call;
  const ended = 'endedAt' in call;
  const rang = ended ? call.ringing : rings(call);
  return {
    legId: id,
    known: true,
    state: ended ? 'ended' : answeredAt !== undefined ? 'answered' : rang ? 'ringing' : 'dialing',
    dialedAt: at,
    ...(rang && { ringingAt: at }),
    ...(answeredAt !== undefined && { answeredAt }),
    ...(progress !== undefined && { progress }),
    ...(ended && { endedAt: call.endedAt, cause: call.cause }),
    ...(!ended && call.bridgeId !== undefined && { bridgeId: call.bridgeId }),
    ...(!ended && call.joinedAt !== undefined && { joinedAt: call.joinedAt }),
  };
}
