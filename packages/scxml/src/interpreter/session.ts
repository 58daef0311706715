import type { Effect } from '../api/effect.js';
import type { FailureReason, MicrostepTrace } from '../api/step.js';
import type { Chart, StateNode } from '../chart/chart.js';
import type { DataModel, EvaluationContext, Scope } from '../datamodel/data-model.js';
import type { JsonValue } from '../json.js';
import type { Limits } from '../limits.js';
import { seededRandom } from './seeded-random.js';
import { SessionEvent } from './session-event.js';

/** Ends the session: a budget of the macrostep is spent, or what it needs is not there. */
export class SessionFailure extends Error {
  constructor(
    readonly reason: FailureReason,
    message: string,
  ) {
    super(message);
  }
}

/** An invocation that has been started and not yet ended. */
export interface ActiveInvoke {
  readonly id: string;
  readonly state: number;
  /** Position among the invokes of the state. */
  readonly position: number;
}

/** What belongs to one step and not to the session. */
export interface StepInputs {
  readonly now: number;
  readonly environment: JsonValue;
  readonly trace: boolean;
  /** Targets that the host cannot reach: a `<send>` to one of them fails at once. */
  readonly unreachable: readonly string[];
}

const noStep: StepInputs = { now: 0, environment: null, trace: false, unreachable: [] };

/**
 * The state of one session between and during macrosteps.
 *
 * The interpreter drives it: `begin` opens a step, the functions of this folder change the configuration and add
 * effects, and the step is over when neither an eventless transition nor an internal event is left. Between steps the
 * internal queue is empty and no effect is pending, so `snapshot` has nothing else to say.
 */
export class Session implements EvaluationContext {
  /** Active states except the root, in document order. */
  readonly configuration: number[] = [];
  /** Recorded history: history state to what was active. */
  readonly history = new Map<number, readonly number[]>();
  readonly internalQueue: SessionEvent[] = [];
  readonly invokes: ActiveInvoke[] = [];
  /** With late binding: states whose data has been initialised. */
  readonly initialised = new Set<number>();
  /** States entered in this macrostep that have invokes to start. */
  readonly toInvoke: StateNode[] = [];
  readonly scope: Scope;
  step = 0;
  /** Number of the last generated id. */
  counter = 0;
  isRunning = true;
  /** The final state of the root that was entered. */
  finalState: StateNode | undefined;
  doneData: JsonValue | undefined;
  /** What was active when the session ended. */
  finalConfiguration: string[] = [];
  /** A value that cannot be stored has been reported. */
  hasReportedUnsaved = false;

  effects: Effect[] = [];
  microsteps: MicrostepTrace[] = [];
  microstepCount = 0;
  instructionCount = 0;
  /** Evaluations of this macrostep that over-ran a budget and became error events. */
  overruns = 0;
  /** Bytes of JSON that guest code has made for events and effects of this macrostep. */
  bytes = 0;
  /** Entries per state in this macrostep, counted only when a limit is set for it. */
  entries: Map<number, number> | undefined;
  #event: SessionEvent | undefined;
  #inputs: StepInputs = noStep;
  #random: (() => number) | undefined;

  constructor(
    readonly chart: Chart,
    readonly model: DataModel,
    readonly limits: Limits,
    readonly sessionId: string,
    readonly sessionName: string,
    readonly ioprocessors: Record<string, { location: string }>,
  ) {
    this.scope = model.createScope();
  }

  /** Opens a step: fresh effects and budgets, and guest code that sees this session. */
  begin(inputs: StepInputs): void {
    this.#inputs = inputs;
    this.#random = undefined;
    this.step += 1;
    this.effects = [];
    this.microsteps = [];
    this.microstepCount = 0;
    this.instructionCount = 0;
    this.overruns = 0;
    this.bytes = 0;
    this.entries = undefined;
    this.model.enter(this);
  }

  /** Guest code that runs to restore the session sees it, but what it asks for has been done long ago. */
  whileRestoring(inputs: StepInputs, restore: () => void): void {
    this.#inputs = inputs;
    this.model.enter(this);
    restore();
    this.effects = [];
    this.internalQueue.length = 0;
    this.bytes = 0;
  }

  get trace(): boolean {
    return this.#inputs.trace;
  }

  get event(): SessionEvent | undefined {
    return this.#event;
  }

  set event(event: SessionEvent | undefined) {
    this.#event = event;
  }

  get eventText(): string {
    return this.#event === undefined ? '' : this.#event.text;
  }

  get now(): number {
    return this.#inputs.now;
  }

  get environment(): JsonValue {
    return this.#inputs.environment;
  }

  isUnreachable(target: string): boolean {
    return this.#inputs.unreachable.includes(target);
  }

  get url(): string {
    return this.chart.url;
  }

  random(): number {
    this.#random ??= seededRandom(`${this.sessionId}/${this.step}`);
    return this.#random();
  }

  isActive(stateId: string): boolean {
    const index = this.chart.byId.get(stateId);
    return index !== undefined && this.isActiveState(index);
  }

  isActiveState(index: number): boolean {
    const at = lowerBound(this.configuration, index);
    return this.configuration[at] === index;
  }

  activeIds(): string[] {
    return this.configuration.map((index) => this.chart.states[index]?.id ?? '');
  }

  /** A new id, unique across sessions. */
  nextId(): string {
    this.counter += 1;
    return `${this.sessionId}.${this.counter}`;
  }

  emit(effect: Effect): void {
    if (this.limits.effects > 0 && this.effects.length >= this.limits.effects) {
      throw new SessionFailure('effects', `The macrostep has more than ${this.limits.effects} effects.`);
    }
    this.effects.push(effect);
  }

  emitCall(op: string, args: JsonValue[]): void {
    if (this.#hasRoom()) this.effects.push({ kind: 'call', op, args });
  }

  called(op: string): JsonValue[] | undefined {
    const last = this.effects.findLast((effect) => effect.kind === 'call' && effect.op === op);
    return last?.kind === 'call' ? last.args : undefined;
  }

  emitLog(text: string, label: string | undefined, level: number): void {
    if (this.#hasRoom()) this.effects.push({ kind: 'log', text, level, ...(label === undefined ? {} : { label }) });
  }

  /** Guest code cannot be interrupted by an exception of the host: what is too much is noticed after it returns. */
  #hasRoom(): boolean {
    const { effects, effectBytes } = this.limits;
    return (effects <= 0 || this.effects.length <= effects) && (effectBytes <= 0 || this.bytes <= effectBytes);
  }

  spendBytes(bytes: number): void {
    this.bytes += bytes;
  }

  raise(name: string, data: JsonValue): void {
    if (this.#hasRoom()) this.enqueueInternal(new SessionEvent({ name, type: 'internal', data }, this.chart.dialect));
  }

  enqueueInternal(event: SessionEvent): void {
    this.internalQueue.push(event);
  }

  /** Called by the interpreter between instructions, where the session may be ended. */
  checkBudgets(): void {
    const { internalQueue, effects, effectBytes } = this.limits;
    if (internalQueue > 0 && this.internalQueue.length > internalQueue) {
      throw new SessionFailure('internal-queue', `More than ${internalQueue} events wait in the internal queue.`);
    }
    if (effects > 0 && this.effects.length > effects) {
      throw new SessionFailure('effects', `The macrostep has more than ${effects} effects.`);
    }
    if (effectBytes > 0 && this.bytes > effectBytes) {
      throw new SessionFailure('effects', `The macrostep made more than ${effectBytes} bytes of values.`);
    }
    this.spendWork(1);
  }

  /** Counts instructions, and other work of the interpreter that grows with the chart. */
  spendWork(amount: number): void {
    this.instructionCount += amount;
    const { instructions } = this.limits;
    if (instructions > 0 && this.instructionCount > instructions) {
      throw new SessionFailure('instructions', `The macrostep has more than ${instructions} instructions.`);
    }
  }
}

/** Position of the first element that is not less than `value`. */
export function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
