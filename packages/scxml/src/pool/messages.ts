import type { ApplicationDefinition } from '../api/application.js';
import type { DeliverRequest, StartRequest, StepResult } from '../api/step.js';
import type { Diagnostic } from '../diagnostics.js';
import type { Limits } from '../limits.js';

/** What a worker thread gets when it starts. */
export interface WorkerSettings {
  readonly limits: Partial<Limits>;
  /** 32-bit words, see `watchWords`. */
  readonly watch: SharedArrayBuffer;
  /** QuickJS, compiled once for all threads. */
  readonly module: WebAssembly.Module;
}

/** Positions in the shared memory between a worker and the watchdog. */
export const watchWords = {
  /** Not 0 while guest code runs; a different number each time. */
  evaluation: 0,
  /** Number of the request that is being carried out; 0 if none. */
  request: 1,
  /** How many times the usual limit the evaluation may last. */
  patience: 2,
} as const;

/** Requests, in the order in which they are carried out. */
export type WorkerRequest =
  | { readonly kind: 'define'; readonly id: number; readonly definition: ApplicationDefinition }
  | { readonly kind: 'start'; readonly id: number; readonly request: StartRequest }
  /** With an empty snapshot if the worker is believed to hold the session. */
  | { readonly kind: 'deliver'; readonly id: number; readonly request: DeliverRequest }
  | { readonly kind: 'forget'; readonly session: string };

export type WorkerReply =
  | { readonly kind: 'defined'; readonly id: number; readonly diagnostics: Diagnostic[] }
  | { readonly kind: 'result'; readonly id: number; readonly result: StepResult }
  /** The worker does not hold the session: send the request again, with the snapshot. */
  | { readonly kind: 'missing'; readonly id: number }
  /** A fault of the engine itself. */
  | { readonly kind: 'error'; readonly id: number; readonly message: string };
