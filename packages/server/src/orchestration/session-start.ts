import type { JsonObject } from '../kernel/index.js';

/** What a new session is to run. */
export interface SessionStart {
  /** Chosen by the caller when it has to know the id before the commit. */
  id?: string;
  flow: string;
  parameters: JsonObject;
  callback?: string;
  service?: string;
  parent?: { session: string; invokeId: string };
  /** Id of the request `gms.start` that is sent to the session as its first event; its answer is awaited by `reply`. */
  startRequestId?: string;
}
