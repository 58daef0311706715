import type { ExpressionPart } from '../chart/unit.js';
import type { Place } from '../diagnostics.js';
import type { JsonValue } from '../json.js';

/** The session that is being evaluated, as guest code may ask about it. */
export interface EvaluationContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly sessionId: string;
  readonly sessionName: string;
  readonly url: string;
  readonly ioprocessors: Record<string, { location: string }>;
  readonly environment: JsonValue;
  /** The current event as JSON text, empty if there is none. The same string until the event changes. */
  readonly eventText: string;
  /** Uniform in [0, 1). */
  random(): number;
  isActive(stateId: string): boolean;
  activeIds(): string[];
  /** Counts bytes of JSON that leave the guest. */
  spendBytes(bytes: number): void;
  emitCall(op: string, args: JsonValue[]): void;
  /** Arguments of the last call of this name in the macrostep that is running. */
  called(op: string): JsonValue[] | undefined;
  emitLog(text: string, label: string | undefined, level: number): void;
  raise(name: string, data: JsonValue): void;
}

/** An evaluation failed; the interpreter makes an error event of it. */
export class EvaluationError extends Error {
  constructor(
    /** Class of the error inside, such as `ReferenceError`. */
    readonly errorName: string,
    message: string,
    readonly part: ExpressionPart,
    /** A budget was over-run. */
    readonly overrun: 'timeout' | 'memory' | 'stack' | undefined,
    /** Where it happened, if that is known better than the place of the instruction. */
    readonly at: Pick<Place, 'url' | 'line'> | undefined,
  ) {
    super(message);
  }
}

/** The sandbox instance is unusable; every session in it has to be restored elsewhere. */
export class SandboxLost extends Error {
  constructor(
    readonly reason: 'memory' | 'stack' | 'trap',
    message: string,
  ) {
    super(message);
  }
}

/** One `<data>` whose expression failed. */
export interface DataFault {
  /** Position in the unit. */
  readonly item: number;
  readonly error: EvaluationError;
}

/** The data of one session. Units are numbers into the chart's table. */
export interface Scope {
  /** Undefined values are left out. */
  values(unit: number): Record<string, JsonValue>;
  condition(unit: number): boolean;
  /** Assignments and scripts. */
  run(unit: number): void;
  /** Writes a string to a location. */
  store(unit: number, value: string): void;
  /** Declares and initialises data; `parameters` take precedence. */
  initialise(unit: number, parameters: Record<string, JsonValue> | undefined): DataFault[];
  /** Copies the array and returns its length. Pair it with `closeLoop`. */
  openLoop(unit: number): number;
  loopItem(unit: number, position: number): void;
  closeLoop(): void;
  /** Typed JSON. `unsaved` are paths of values that it could not hold. */
  save(): { text: string; unsaved: string[] };
  restore(text: string): void;
  /** Plain JSON for people. */
  view(): JsonValue;
  dispose(): void;
}

/** Where the sessions of one application are evaluated. One session runs at a time, from `enter` to the next `enter`. */
export interface DataModel {
  createScope(): Scope;
  /** Makes a session current and gives it a fresh macrostep budget. */
  enter(context: EvaluationContext): void;
  /** Bytes of memory outside the host's heap. */
  readonly memoryBytes: number;
  /** True once memory ran out inside: later sessions belong into a new instance. */
  readonly isExhausted: boolean;
  dispose(): void;
}

/** The macrostep budget is spent. */
export class MacrostepTimeout extends Error {}
