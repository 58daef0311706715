import type { CallProgress, Cause, CollectRequest } from '../switch.js';
import type { CarriedCall, CollectResult, TaskReport } from './carried-call.js';

/**
 * One line of the ledger: everything that ever happened in the simulated network, in order. The network's state is the
 * fold of its entries (`Network.apply`), so that a restarted network is where it was. Times: ms since 1970.
 */
export type LedgerEntry =
  /** A call was placed. `sequence`: the party whose successive attempts are counted. */
  | { e: 'call'; call: CarriedCall; sequence?: string }
  | { e: 'answer'; id: string; at: number }
  | { e: 'progress'; id: string; at: number; result: CallProgress }
  | { e: 'join'; id: string; at: number; bridge: string }
  | { e: 'unjoin'; id: string; at: number }
  | { e: 'play'; id: string; at: number; play: string; until: number | null }
  | { e: 'played'; id: string; at: number; play: string; stopped?: true }
  /** `listenFrom`: when the prompt is over by itself. `keys`: what the party will press. */
  | {
      e: 'collect';
      id: string;
      at: number;
      collect: string;
      request: CollectRequest;
      listenFrom?: number;
      keys?: string;
    }
  | { e: 'digit'; id: string; at: number; collect: string; digit: string }
  | { e: 'collected'; id: string; at: number; collect: string; result: CollectResult; stopped?: true }
  /** A recording or a voice application, over by itself at `until`. */
  | { e: 'task'; id: string; at: number; task: string; until: number; report: TaskReport }
  | { e: 'task-over'; id: string; at: number; task: string; stopped?: true }
  | { e: 'end'; id: string; at: number; cause: Cause }
  /** These parties' sequences start again; without `parties`, everybody's do. */
  | { e: 'restart'; at: number; parties?: string[] }
  /** The head of a segment: what was up and how far the sequences were when it was begun. */
  | { e: 'head'; at: number; calls: CarriedCall[]; attempts: Record<string, number>; placed: number };
