import type { DialMode, OptimizeBy } from '../dial-mode.js';

/** A busy agent, or one in after-call work: since when (milliseconds since 1970). */
export interface OccupiedAgent {
  phase: 'talk' | 'wrap';
  since: number;
}

/** What a pacer decides on: the campaign group at `now`. */
export interface PacingSituation {
  now: number;
  mode: DialMode;
  optimizeBy: OptimizeBy;
  optimizeGoal: number;
  /** Agents (or free IVR ports) who could take a call at once. */
  ready: number;
  /** Agents who are in a call or wrap up; they will be ready later. */
  occupied: readonly OccupiedAgent[];
  /** Agents who announced when they will be ready (ReadyTime), milliseconds since 1970. */
  readyAt: readonly number[];
  /** Answered calls that wait for an agent. */
  queued: number;
  /** When each call that is being dialed was dialed, milliseconds since 1970. */
  dialing: readonly number[];
  /** Ring time-out of a dial, milliseconds. */
  ringTimeoutMs: number;
  /** The most that may be dialed now, by channels, rate limit and records. */
  limit: number;
  /** The share of answered calls that may find no agent, whatever the goal. */
  mostAbandoned: number;
  /** Answers to options of the campaign group: `history_length` ... */
  option(name: string): string | undefined;
}

/** How many to dial now; for each of them the probability that nobody is free when it is answered. */
export interface PacingDecision {
  dials: number;
  nobodyFree: readonly number[];
}

/** What a pacer learns from. */
export type PacingObservation =
  | { type: 'dialed'; at: number }
  /** The end of a dial: `answered` live after `afterMs`, or not. */
  | { type: 'dial-ended'; dialedAt: number; at: number; answered: boolean }
  /** An answered call was connected with an agent, or dropped. */
  | { type: 'answer-served'; at: number; abandoned: boolean }
  | { type: 'talked'; milliseconds: number }
  | { type: 'wrapped'; milliseconds: number };

/** Decides how many calls to place. One per campaign group; its estimates are rebuilt from history after a restart. */
export interface Pacer {
  dialNow(situation: PacingSituation): PacingDecision;
  observe(observation: PacingObservation): void;
  /** What it has to keep over a restart, as JSON; given to `newPacer` again. */
  memory?(): object;
}
