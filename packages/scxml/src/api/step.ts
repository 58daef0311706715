import type { JsonValue } from '../json.js';
import type { Effect } from './effect.js';
import type { EventInput } from './event.js';

/** Starts a session and runs it to its first stable configuration. */
export interface StartRequest {
  session: string;
  application: string;
  /** Default: the `name` of the document. */
  name?: string;
  /** Overwrite top-level `<data>` of the same id. */
  parameters?: Record<string, JsonValue>;
  /** Milliseconds since the epoch; what `Date.now()` shows inside during this step. */
  now: number;
  /** What `host.env()` returns in the prelude during this step. */
  environment?: JsonValue;
  /** Entries of `_ioprocessors` beside the SCXML processor, by name. */
  ioprocessors?: Record<string, { location: string }>;
  /** See `DeliverRequest.unreachable`. */
  unreachable?: string[];
  /**
   * True: `microsteps` and `data` are in the result. `steps`: only `microsteps`, and `data` of a session that has ended;
   * that of one that goes on can be read from its snapshot (`snapshotData`).
   */
  trace?: boolean | 'steps';
}

/** Delivers exactly one external event and runs one macrostep. */
export interface DeliverRequest {
  session: string;
  application: string;
  /** The `step` of the last result. */
  step: number;
  /** The `snapshot` of the last result. */
  snapshot: string;
  event?: EventInput;
  /** Instead of an event: run the onexit handlers of all active states and end. */
  cancel?: boolean;
  now: number;
  environment?: JsonValue;
  /**
   * Targets that cannot be reached: an undelayed `<send>` to one of them raises `error.communication` in the internal
   * queue (SCXML 1.0, C.1). A host that finds such a target among the effects may discard the result, call `forget`
   * and repeat the request with it: a step is a function of its inputs. Otherwise it delivers the error as an event.
   */
  unreachable?: string[];
  /** See `StartRequest.trace`. */
  trace?: boolean | 'steps';
}

export interface StepResult {
  status: 'running' | 'done' | 'failed';
  /** 1 after the start, one more after each delivery. */
  step: number;
  /** The complete session as typed JSON text; empty when the session has ended. */
  snapshot: string;
  /** Active state ids in document order; of an ended session, those at its end. */
  configuration: string[];
  effects: Effect[];
  doneData?: JsonValue;
  finalState?: string;
  failure?: Failure;
  /** How many evaluations over-ran a budget of time, memory or stack and became error events; absent if none did. */
  overruns?: number;
  microsteps?: MicrostepTrace[];
  /** The data model as plain JSON. */
  data?: JsonValue;
}

/** Why a session ended without reaching a final state. `reason` is one of the words of `FailureReason`. */
export interface Failure {
  reason: FailureReason;
  message: string;
}

export type FailureReason =
  | 'application-invalid'
  | 'application-unknown'
  | 'microsteps'
  | 'instructions'
  | 'state-entries'
  | 'internal-queue'
  | 'effects'
  | 'timeout'
  | 'memory'
  | 'watchdog'
  | 'scope-size'
  | 'sandbox'
  | 'snapshot'
  | 'closed';

export interface MicrostepTrace {
  /** Name of the event; absent for an eventless microstep and for the initial one. */
  event?: string;
  transitions: TransitionTrace[];
  exited: string[];
  entered: string[];
}

export interface TransitionTrace {
  source: string;
  targets: string[];
  event?: string;
  cond?: string;
  line: number;
}
