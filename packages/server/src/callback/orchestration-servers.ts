import type { OptionMap } from '../calendar/index.js';
import type { JsonObject } from '../kernel/index.js';
import type { SessionReply } from './sessions.js';

/** A session on another orchestration server. */
export interface RemoteSession {
  /** What it works for: the callback. */
  service: string;
  /** Its id there. */
  session: string;
  /** Base address of the server. */
  server: string;
  /** The cookie by which load balancers there find the session. */
  cookie: string | null;
}

/** Other orchestration servers, which run the sessions of services that name them (option `_ors`). */
export interface OrchestrationServers {
  /** The servers of a service with these options; none: its sessions run here. */
  serversOf(options: OptionMap): readonly string[];
  /**
   * Starts a session of the application that `_service` names. A server that did not answer in time may have started one
   * all the same.
   * @throws RingbackError `orchestration-failed`
   */
  start(options: OptionMap, callback: string, parameters: JsonObject): Promise<RemoteSession>;
  /**
   * Sends a request to a session; what its application answers.
   * @throws RingbackError `orchestration-failed`, `session-gone`, `no-answer`
   */
  request(session: RemoteSession, name: string, parameters: JsonObject): Promise<SessionReply>;
  /** @throws RingbackError `orchestration-failed` when the server cannot be asked */
  isRunning(session: RemoteSession): Promise<boolean>;
  /** Sends an event; false when it has not been taken. */
  tell(session: RemoteSession, event: string, data?: JsonObject): Promise<boolean>;
  /** Ends a session; false when it may still live, since its server cannot be reached. */
  terminate(session: RemoteSession): Promise<boolean>;
}
