import type { JsonObject, JsonValue } from '../kernel/index.js';
import type { Sql, Transaction } from '../store/sql.js';

/** An application's answer to a request: an HTTP status and a body. */
export interface SessionReply {
  status: number;
  body: JsonValue;
}

/** What callbacks need of the orchestration. */
export interface SessionStarter {
  /**
   * Stores the session and its first messages in the caller's transaction; the caller wakes it after the commit.
   * @throws RingbackError `unknown-flow`, before anything is stored
   */
  start(
    tx: Sql,
    request: {
      id: string;
      flow: string;
      parameters: JsonObject;
      callback: string;
      service: string;
      startRequestId?: string;
    },
  ): Promise<unknown>;
  /**
   * Stores many sessions by one statement, in the caller's transaction; the caller wakes them after the commit.
   * @throws RingbackError `unknown-flow` for any of them, before anything is stored
   */
  startAll(
    tx: Sql,
    requests: readonly { id: string; flow: string; parameters: JsonObject; callback: string; service: string }[],
  ): Promise<unknown>;
  wake(session: string): void;
  /** Wakes many, behind whatever else goes on. */
  wakeInTurn(sessions: readonly string[]): void;
  /** Lets none of those begin until `release`, apart from as many as `beginSome` says, those that have waited longest. */
  holdTurns(): { beginSome: (count: number) => void; release: () => void };
  /** The answer to a `startRequestId`; undefined when none has come within `timeoutMs`, or none ever will. */
  reply(requestId: string, timeoutMs: number): Promise<SessionReply | undefined>;
  /** Appends an event to the session's mailbox and wakes the session after the commit. */
  post(tx: Transaction, session: string, event: { name: string; data?: JsonObject }): Promise<unknown>;
  /** Ends a session by its exit handlers; false when it has ended or never was. The caller wakes it after the commit. */
  terminate(tx: Sql, session: string, reason: string): Promise<boolean>;
}

/** A session that has ended, as the orchestration tells it. */
export interface EndedCallbackSession {
  id: string;
  callback?: string;
  state: 'done' | 'failed' | 'terminated';
  reason?: string;
}
