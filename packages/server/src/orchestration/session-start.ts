import type { JsonObject } from '../kernel/index.js';

/** What a new session is to run. */
export interface SessionStart {
  /** Chosen by the caller when it has to know the id before the commit. */
  id?: string;
  /** Name of a flow, or the address of a document (several, separated by blanks: the first that can be loaded). */
  flow: string;
  /** A version that `FlowLibrary` has given; default: the latest of a flow, or what the address holds at the start. */
  version?: number;
  /** Milliseconds since 1970; absent or past: at once. */
  startAt?: number;
  parameters: JsonObject;
  callback?: string;
  service?: string;
  /** Who started it: by `<invoke>` with its id, by `<session:start>` without one. It hears how the session ends. */
  parent?: { session: string; invokeId?: string };
  /** Id of a request that is sent to the session as its first event; its answer is awaited by `reply`. */
  startRequestId?: string;
  /** Name of that request; default `gms.start`. */
  startRequest?: string;
}

/** A session that begins at once and has nobody waiting for its first answer. */
export type NewSession = Required<Pick<SessionStart, 'id'>> &
  Pick<SessionStart, 'flow' | 'parameters' | 'callback' | 'service'>;
